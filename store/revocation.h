/* revocation - what the vendor behind a certificate is told of its revocation, and what became of
 * that. A row for each that a vendor must be told, or that a vendor revoked by itself; none where
 * the embedded CA's list says it all.
 *
 *     asked -> pending -> done
 *        `--------`-----> refused -> asked (again)
 */
#ifndef COUNTERSIGN_STORE_REVOCATION_H
#define COUNTERSIGN_STORE_REVOCATION_H

#include "store/store.h"

enum revocation_state {
    REVOCATION_ASKED,   /* the vendor is to be told */
    REVOCATION_PENDING, /* it was told, and waits for somebody there */
    REVOCATION_REFUSED, /* it will not; a person must look */
    REVOCATION_DONE
};
extern const char *const revocation_state_words[]; /* "asked", ...; ends with NULL */

struct revocation {
    int64_t certificate_id;
    enum revocation_state state;
    const char *asked_by;       /* for people: "account 3" */
    const char *vendor_request; /* what the vendor calls it; or NULL */
    const char *detail;         /* for people: what it waits for, why it was refused; or NULL */
    int64_t asked_s, changed_s;
};

/* It is asked for, in any state it may be in. */
enum err_code store_revocation_ask(struct store_tx *tx, int64_t certificate_id,
    const char *asked_by, int64_t now_s, struct err *e);

/* ERR_NOT_FOUND: no vendor was told of that certificate. */
enum err_code store_revocation_get(
    struct store_tx *tx, void *mem, int64_t certificate_id, struct revocation *out, struct err *e);

/* A vendor_request of NULL leaves what is known. */
enum err_code store_revocation_put(
    struct store_tx *tx, const struct revocation *revocation, int64_t now_s, struct err *e);

/* Our certificates, not revoked here, that the upstream calls so: `vendor_certificate` of
 * `vendor_order`; NULL: all of the order's. Their rows, on `mem`. */
enum err_code store_revocation_unknown(struct store_tx *tx, void *mem, const char *upstream,
    const char *vendor_order, const char *vendor_certificate, int64_t **ids, size_t *len,
    struct err *e);

/* How many orders got the certificate. */
enum err_code store_revocation_orders(
    struct store_tx *tx, int64_t certificate_id, int64_t *count, struct err *e);

#endif
