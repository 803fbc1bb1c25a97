/* csr - certification requests (RFC 2986) that a vendor makes for its customer, and what it reads
 * in those of others beside the key (for that: ca_read_csr).
 */
#ifndef COUNTERSIGN_VENDORSIM_CSR_H
#define COUNTERSIGN_VENDORSIM_CSR_H

#include <jansson.h>

#include "base/key.h"

struct csr_options {
    const char *common_name; /* NULL: an empty subject */
    enum key_type key;       /* RSA, P-256 or P-384 */
    int rsa_bits;            /* of an RSA key */
};

/* The CSR of a new key, PEM on `mem`; *key_pem (if it is not NULL) is the key, PKCS#8, on `mem`. */
char *csr_make(void *mem, const struct csr_options *options, char **key_pem);

/* The common name in a PEM, one-line PEM or bare base64 CSR, on `mem`; NULL: it has none, or is no
 * CSR. */
char *csr_common_name(void *mem, const char *text);

/* The common name, DNS names and IP addresses of a CSR, lower case, each once, as a list of texts:
 * a new reference. NULL: it is no CSR. */
json_t *csr_names(void *mem, const char *text);
/* The same of the first certificate of a PEM text. */
json_t *csr_certificate_names(void *mem, const char *pem);

#endif
