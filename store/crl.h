/* crl - the newest certificate revocation list of an upstream that we sign ourselves (RFC 5280, 5).
 */
#ifndef COUNTERSIGN_STORE_CRL_H
#define COUNTERSIGN_STORE_CRL_H

#include "store/store.h"

struct crl {
    int64_t number; /* CRLNumber, one higher each time */
    struct bytes der;
    int64_t next_update_s;
};

/* ERR_NOT_FOUND before the first one. */
enum err_code store_crl_get(
    struct store_tx *tx, void *mem, const char *upstream, struct crl *out, struct err *e);

/* Replaces the list. ERR_CONFLICT unless crl->number is higher than the stored one. */
enum err_code store_crl_put(
    struct store_tx *tx, const char *upstream, const struct crl *crl, struct err *e);

#endif
