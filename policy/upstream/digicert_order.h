/* digicert_order - what an order, a certificate under it and a request about it are in the Services
 * API's JSON (order info, the lists of reissues and duplicates), as structs.
 *
 * Read as vendors write: ids are numbers or text, members are missing or more than is documented.
 * Only what nobody can go on without is demanded: an order's id and status. Texts are on `mem` or
 * on the document. Pure.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_ORDER_H
#define COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "store/model.h"

struct digicert_certificate {
    const char *id; /* NULL: it has none yet */
    const char *status;
    bool has_key;
    uint8_t key_hash[32]; /* SHA-256 of the SPKI in the CSR that it was asked for with */
    bool is_issued;       /* it has a serial number, or dates */
    bool is_revoked, is_rejected;
    int64_t created_s, issued_s, valid_from_s, valid_till_s; /* 0: not said */
    /* It is scheduled to be revoked. No page of DigiCert's says how its API shows that, if it does
     * at all: a member that seemed likely is read, as a day or a time, and 0 is usual. */
    int64_t revoke_at_s;
    const char *common_name;
    struct identifiers names; /* all, the common name among them; in any order, some twice */
};

struct digicert_request {
    const char *id, *type, *status; /* "new_request", "pending", ...; "" if it is not said */
    int64_t date_s;
};

#define DIGICERT_UNCOUNTED (-1)

struct digicert_order {
    const char *id, *status;
    const char *alternative_id;                           /* or NULL */
    const char *product, *validation_type, *product_type; /* or NULL */
    const char *organization_id, *dcv_method;             /* or NULL */
    struct digicert_certificate primary;                  /* zero: there is none */
    const struct digicert_request *requests;
    size_t requests_len;
    int64_t created_s, valid_till_s, years;
    bool says_duplicates, allows_duplicates;
    bool says_renewed, is_renewed;
    int64_t duplicates, reissues; /* how many there are, or DIGICERT_UNCOUNTED */
};

/* An order of order info or of a list. ERR_INPUT. */
enum err_code digicert_order_read(
    void *mem, const struct json *at, struct digicert_order *out, struct err *e);

/* `certificates` of a list of reissues or duplicates. */
void digicert_certificates_read(
    void *mem, const struct json *at, struct digicert_certificate **list, size_t *len);

/* Is it over, so that nothing will come of it any more? Then `word` is DigiCert's for it. */
bool digicert_order_is_over(const struct digicert_order *order);

#endif
