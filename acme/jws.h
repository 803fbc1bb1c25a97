/* jws - the flattened JWS of ACME requests (RFC 7515; RFC 8555, 6.2), read strictly.
 *
 * Two steps: jws_read takes the request apart without trusting it; then the caller finds the key
 * (from the account, or from `jwk`) and jws_verify checks the signature over the bytes as they were
 * received. Pure; no store, no nonce check.
 *
 * Two requests carry a JWS within their payload, with rules of its own (enum jws_use): keyChange
 * (RFC 8555, 7.3.5) and newAccount with an external account (7.3.4).
 */
#ifndef COUNTERSIGN_ACME_JWS_H
#define COUNTERSIGN_ACME_JWS_H

#include <stdbool.h>

#include "acme/jwk.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/mac.h"

enum jws_use {
    JWS_REQUEST, /* a nonce; kid or jwk */
    JWS_NEW_KEY, /* within keyChange: no nonce; jwk */
    JWS_BINDING  /* within newAccount: signed by a MAC; no nonce; kid */
};

struct jws {
    enum key_scheme scheme; /* not of a JWS_BINDING */
    enum mac_hash mac;      /* of a JWS_BINDING */
    const char *alg;
    const char *nonce; /* as sent; checked for base64url only; NULL within a payload */
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

/* The same for a JWS within a payload; `at` is its place there, and `out` lives as long. */
enum err_code jws_read_nested(
    void *mem, const struct json *at, enum jws_use use, struct jws *out, struct err *e);

/* Does the MAC of a JWS_BINDING match under `key`? In constant time. PROBLEM_UNAUTHORIZED if not,
 * or if the key is shorter than the hash (RFC 7518, 3.2). */
enum err_code jws_verify_mac(const struct jws *jws, struct bytes key, struct err *e);

/* Does the signature match under `key`? The scheme is bound to the key's type. PROBLEM_MALFORMED if
 * it does not fit the key or does not match; the detail says which. */
enum err_code jws_verify(const struct jws *jws, struct key *key, struct err *e);

/* The accepted algorithms as a JSON array, for badSignatureAlgorithm's "algorithms" member. */
extern const char jws_algorithms_json[];

#endif
