/* huawei_sign - how calls of Huawei Cloud's APIs are signed: SDK-HMAC-SHA256 ("API Request Signing
 * Guide"). Pure.
 *
 * The canonical request has the path with a slash at its end and the query sorted, both
 * percent-encoded anew, so it says the same whatever the URL's own spelling. Signed are just the
 * headers that are given here: what a client library adds or changes (User-Agent, Accept,
 * Content-Length) is not among them.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_HUAWEI_SIGN_H
#define COUNTERSIGN_POLICY_UPSTREAM_HUAWEI_SIGN_H

#include <stdint.h>

#include "base/bytes.h"

/* X-Sdk-Date: "20260115T083000Z" and a NUL. */
#define HUAWEI_DATE_SIZE 17
void huawei_date(int64_t time_s, char out[HUAWEI_DATE_SIZE]);

struct huawei_header {
    const char *name; /* lower case */
    const char *value;
};

/* A request as it will be sent. */
struct huawei_request {
    const char *method;                  /* upper case */
    const char *url;                     /* absolute */
    const struct huawei_header *headers; /* to be signed, sorted by name, the date among them */
    size_t headers_len;
    const char *date; /* of the header x-sdk-date */
    struct bytes body;
};

/* What is hashed and signed, on `mem`. */
const char *huawei_canonical(void *mem, const struct huawei_request *request);

/* The value of the header Authorization, on `mem`. */
const char *huawei_authorization(void *mem, const char *access_key, const char *secret_key,
    const struct huawei_request *request);

/* The host of a URL as the header Host has it: with the port, unless it is the scheme's own. On
 * `mem`. */
const char *huawei_host(void *mem, const char *url);

#endif
