/* signature - what certificates and certification requests are signed with (RFC 3279, 5758, 8410):
 * RSA PKCS#1 v1.5 and ECDSA over SHA-256, -384 or -512, and Ed25519.
 *
 * Anything else (SHA-1, RSASSA-PSS) is not read here.
 */
#ifndef COUNTERSIGN_BASE_SIGNATURE_H
#define COUNTERSIGN_BASE_SIGNATURE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/key.h"

struct signature_scheme;

/* The scheme that an AlgorithmIdentifier's content names; NULL if it is none of those above. */
const struct signature_scheme *signature_scheme_read(struct bytes algorithm);

/* Did this key sign `data` so? False also for a key of another kind. */
bool signature_verify(const struct signature_scheme *scheme, struct key *key, struct bytes data,
    struct bytes signature);

#endif
