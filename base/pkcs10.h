/* pkcs10 - the frame of a certification request (RFC 2986, 4): its parts as slices.
 *
 * Nothing is judged here but the DER; acme/csr.h says which requests are acceptable.
 */
#ifndef COUNTERSIGN_BASE_PKCS10_H
#define COUNTERSIGN_BASE_PKCS10_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/key.h"

struct pkcs10 {
    struct bytes info;       /* CertificationRequestInfo, DER: what the signature covers */
    struct bytes subject;    /* the Name's content: its RDNs */
    struct bytes spki;       /* DER */
    struct bytes attributes; /* their content, one Attribute after another; may be empty */
    struct bytes algorithm;  /* the signature's AlgorithmIdentifier, its content */
    struct bytes signature;
};

/* False if this is not a request in strict DER (of version 0, or 2, which some clients write), or
 * bytes follow it. Slices point into `der`. */
bool pkcs10_read(struct bytes der, struct pkcs10 *out);

/* Makes a request for addresses of mail, with an empty subject and one that `key` signs (RSA,
 * P-256, P-384). `usage`: bits of base/cert_parts.h that it asks for; 0: none in particular. DER on
 * `mem`. ERR_INPUT: an address that no certificate can carry. */
enum err_code pkcs10_make(void *mem, const struct key *key, const char *const *addresses,
    size_t addresses_len, uint8_t usage, struct bytes *der, struct err *e);

/* The value of the keyUsage extension that the request asks for; empty if it asks for none. */
struct bytes pkcs10_key_usage(const struct pkcs10 *request);

#endif
