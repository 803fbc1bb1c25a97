/* huawei_sign - SDK-HMAC-SHA256, the signature of requests with an access key (2.1), as a server
 * checks it: the canonical request is made again from what arrived.
 */
#ifndef COUNTERSIGN_VENDORSIM_HUAWEI_SIGN_H
#define COUNTERSIGN_VENDORSIM_HUAWEI_SIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define HW_SIGN_ALGORITHM "SDK-HMAC-SHA256"

/* A request as it came in. */
struct hw_signed {
    const char *method, *path, *query; /* path and query as sent; the query "" if there is none */
    struct bytes body;
    const char *(*header)(const void *arg, const char *name); /* NULL: it is not there */
    const void *arg;
};

/* "SDK-HMAC-SHA256 Access=..., SignedHeaders=host;x-sdk-date, Signature=..." in its parts, on
 * `mem`. False: it has another form. */
struct hw_authorization {
    char *access, *signed_headers, *signature;
};
bool hw_authorization_read(void *mem, const char *text, struct hw_authorization *out);

/* Is that header among the signed ones? */
bool hw_signs(const struct hw_authorization *authorization, const char *header);

/* On `mem`; NULL: a header that is said to be signed is not there. */
char *hw_canonical_request(void *mem, const struct hw_signed *request, const char *signed_headers);

/* Lower-case hexadecimal. */
#define HW_SIGNATURE_SIZE 65
void hw_signature(const char *secret_key, const char *sdk_date, const char *canonical_request,
    char out[HW_SIGNATURE_SIZE]);

/* "20260115T083000Z" */
bool hw_sdk_date_read(const char *text, int64_t *time_s);

#endif
