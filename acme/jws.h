/* jws - the flattened JWS of ACME requests (RFC 7515; RFC 8555, 6.2), read strictly.
 *
 * Two steps: jws_read takes the request apart without trusting it; then the caller finds the key
 * (from the account, or from `jwk`) and jws_verify checks the signature over the bytes as they were
 * received. Pure; no store, no nonce check.
 */
#ifndef COUNTERSIGN_ACME_JWS_H
#define COUNTERSIGN_ACME_JWS_H

#include <stdbool.h>

#include "acme/jwk.h"
#include "base/bytes.h"
#include "base/err.h"

struct jws {
    enum key_scheme scheme;
    const char *alg;
    const char *nonce; /* as sent; checked for base64url only */
    const char *url;
    const char *kid; /* exactly one of kid and has_jwk */
    bool has_jwk;
    struct jwk jwk;           /* read if has_jwk; its own "alg", if it has one, agrees */
    struct bytes payload;     /* decoded; empty for POST-as-GET */
    struct bytes signed_text; /* protected "." payload, as received */
    struct bytes signature;   /* decoded */
};

/* Takes a request body apart; what it finds is on `mem`. The body's size is the caller's to limit.
 * Refused, with a detail that says what to change (`detail` is set in all cases; errors from
 * base/json carry no kind and count as malformed): PROBLEM_MALFORMED (form, crit, b64, missing or
 * double members, padding), PROBLEM_BAD_NONCE (none at all), PROBLEM_BAD_SIGNATURE_ALGORITHM (alg
 * none, MAC, unknown), PROBLEM_BAD_PUBLIC_KEY (the jwk). Other members are ignored. */
enum err_code jws_read(void *mem, struct bytes body, struct jws *out, struct err *e);

/* Does the signature match under `key`? The scheme is bound to the key's type. PROBLEM_MALFORMED if
 * it does not fit the key or does not match; the detail says which. */
enum err_code jws_verify(const struct jws *jws, struct key *key, struct err *e);

/* The accepted algorithms as a JSON array, for badSignatureAlgorithm's "algorithms" member. */
extern const char jws_algorithms_json[];

#endif
