/* tlsalpn01 - the tls-alpn-01 check: does the name's TLS server show a certificate that was made
 * for this challenge? (RFC 8737; RFC 8738, 6)
 *
 * A TLS handshake with "acme-tls/1" as the only ALPN protocol, with the addresses of candidates.h,
 * the port fixed, nothing sent, closed at once. The certificate must be for the name alone, and
 * carry the digest of the key authorization in a critical extension. The extension's number in
 * drafts (...30.1) counts for nothing, nor does who signed the certificate.
 */
#ifndef COUNTERSIGN_ACME_TLSALPN01_H
#define COUNTERSIGN_ACME_TLSALPN01_H

#include "acme/validator.h"

extern const struct validator_ops tlsalpn01;

/* NULL if the certificate proves control of `identifier` by this digest of a key authorization;
 * else what is wrong with it, for the client, on `mem`. Pure. */
const char *tlsalpn01_objection(
    void *mem, struct bytes der, const struct identifier *identifier, const uint8_t digest[32]);

/* What the server_name extension says for an identifier: the name, or an address's name for reverse
 * lookups. On `mem`. */
const char *tlsalpn01_server_name(void *mem, const struct identifier *identifier);

#endif
