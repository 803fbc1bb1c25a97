/* authz_request - what a validator is asked to prove for an authorization whose challenge was
 * answered (acme/validator.h). */
#ifndef COUNTERSIGN_ACME_AUTHZ_REQUEST_H
#define COUNTERSIGN_ACME_AUTHZ_REQUEST_H

#include "acme/acme.h"
#include "acme/validator.h"

/* Reads from a snapshot what the authorization does not hold itself; all texts are on `mem` or the
 * authorization's. */
enum err_code authz_request_read(void *mem, struct store_tx *snapshot, const struct acme *acme,
    const struct acme_settings *settings, const struct authz *authz, int64_t now_s,
    struct validation_request *out, struct err *e);

#endif
