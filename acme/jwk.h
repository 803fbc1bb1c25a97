/* jwk - JSON Web Keys of accounts (RFC 7517, RFC 7518 6, RFC 8037) and their thumbprints (RFC
 * 7638). */
#ifndef COUNTERSIGN_ACME_JWK_H
#define COUNTERSIGN_ACME_JWK_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/json.h"
#include "base/key.h"

#define JWK_THUMBPRINT_LEN 32

struct jwk {
    struct key *key;       /* on `mem` */
    const char *canonical; /* required members only, lexicographic: what the thumbprint hashes, and
                              what is stored */
    uint8_t thumbprint[JWK_THUMBPRINT_LEN];
    const char *alg; /* the "alg" member if there was one; the caller checks that it agrees */
};

/* Reads a public JWK: EC P-256/384/521, RSA, OKP Ed25519. A private member ("d", "p", ...), a
 * symmetric key, a point off its curve, wrong widths (EC coordinates are fixed-width; RSA numbers
 * have no leading zero octet): PROBLEM_BAD_PUBLIC_KEY. */
enum err_code jwk_read(void *mem, const struct json *at, struct jwk *out, struct err *e);

/* The same from the stored canonical text. */
enum err_code jwk_read_text(void *mem, const char *canonical, struct jwk *out, struct err *e);

#endif
