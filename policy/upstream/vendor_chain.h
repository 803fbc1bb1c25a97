/* vendor_chain - which certificate among those that a vendor handed out is ours, and what follows
 * it.
 *
 * Vendors hand out chains with and without their root, in any order, and now and then the
 * certificate of somebody else. The public key says which is ours. Pure.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_VENDOR_CHAIN_H
#define COUNTERSIGN_POLICY_UPSTREAM_VENDOR_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

struct vendor_chain {
    struct bytes leaf; /* DER */
    const char *pem;   /* what follows it, issuer by issuer, without a root; may be "" */
};

/* The chain for the key whose SPKI has this SHA-256, from PEM text with certificates in any order;
 * on `mem`. ERR_NOT_FOUND: none of them is for this key; the leaf is the first one, for whoever has
 * to look. ERR_INPUT: the leaf's issuer is not among them; or the text holds no certificates, and
 * the leaf is empty. What comes with a leaf that is not as it should be is "". */
enum err_code vendor_chain_read(void *mem, const char *pem, const uint8_t key_hash[32],
    struct vendor_chain *out, struct err *e);

/* SHA-256 of the SPKI in a CSR as vendors repeat it: PEM, PEM without line breaks, or bare base64.
 * False: it cannot be read. */
bool vendor_csr_key_hash(void *mem, const char *csr, uint8_t out[32]);

#endif
