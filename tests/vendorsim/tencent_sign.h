/* tencent_sign - TC3-HMAC-SHA256 as the gateway checks it (section 3 of the description of the
 * service).
 *
 * The gateway takes what it received apart and signs it again; nothing here is shared with whoever
 * signs requests.
 */
#ifndef COUNTERSIGN_VENDORSIM_TENCENT_SIGN_H
#define COUNTERSIGN_VENDORSIM_TENCENT_SIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define TC_HEX_SIZE 65 /* of SHA-256 */

/* What an Authorization header holds. */
struct tc_authorization {
    char secret_id[128];
    char date[11]; /* "2026-01-01" */
    char signed_headers[512];
    char signature[TC_HEX_SIZE];
};

/* False unless it has exactly the form of 3.1: one space after each comma, the scope of the service
 * "ssl", lower-case names in order with content-type and host among them, 64 lower-case digits. */
bool tc_authorization_read(const char *header, struct tc_authorization *out);

/* What is signed. `header` gives the value of a header by its lower-case name, as received, or
 * NULL. */
struct tc_signed {
    const char *timestamp; /* as sent */
    const char *date;      /* of the scope */
    const char *signed_headers;
    const char *(*header)(void *arg, const char *name);
    void *arg;
    struct bytes body;
};

/* The signature and the steps to it (3.2 lists them). False: a signed header is missing. */
struct tc_signature {
    char body_hash[TC_HEX_SIZE], request_hash[TC_HEX_SIZE], text[TC_HEX_SIZE];
    uint8_t date_key[32], service_key[32], signing_key[32];
};
bool tc_sign(const struct tc_signed *what, const char *secret_key, struct tc_signature *out);

/* The UTC date of a timestamp in UNIX seconds. */
void tc_sign_date(int64_t time_s, char date[11]);

#endif
