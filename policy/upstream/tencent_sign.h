/* tencent_sign - how calls of Tencent Cloud's API 3.0 are signed: TC3-HMAC-SHA256 ("Signature
 * Method v3"). Pure.
 *
 * Signed are the host as the header Host has it, the content type, the action where it is given,
 * and the body as it is sent. The date in the signature is that of UTC, whatever the service's own
 * times are in.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_TENCENT_SIGN_H
#define COUNTERSIGN_POLICY_UPSTREAM_TENCENT_SIGN_H

#include <stdint.h>

#include "base/bytes.h"

/* A POST to the service `ssl`, as it will be sent. */
struct tencent_request {
    const char *host; /* "ssl.tencentcloudapi.com", "127.0.0.1:18443" */
    const char *content_type;
    const char *action; /* of X-TC-Action; NULL: that header is not signed */
    int64_t time_s;     /* of X-TC-Timestamp */
    struct bytes body;
};

/* What is hashed and signed, on `mem`. */
const char *tencent_canonical(void *mem, const struct tencent_request *request);

/* The value of the header Authorization, on `mem`. */
const char *tencent_authorization(void *mem, const char *secret_id, const char *secret_key,
    const struct tencent_request *request);

#endif
