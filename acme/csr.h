/* csr - certification requests as finalize brings them (RFC 2986; RFC 8555, 7.4), read strictly.
 *
 * Pure: bytes in, struct out. The request's own signature is verified; the public key is made from
 * its numbers. What the request may contain is an allowlist over all subject attributes and all
 * general names: a commonName, and names of type dNSName, iPAddress, rfc822Name. Anything else is
 * badCSR, as something we would not certify.
 */
#ifndef COUNTERSIGN_ACME_CSR_H
#define COUNTERSIGN_ACME_CSR_H

#include "acme/problem.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/key.h"
#include "store/model.h"

struct csr {
    struct bytes spki;        /* DER SubjectPublicKeyInfo, points into the request */
    uint8_t spki_hash[32];    /* SHA-256 */
    struct key *key;          /* on `mem` */
    const char *common_name;  /* lower case, or NULL */
    struct identifiers names; /* SAN and CN together, lower case, sorted, each once */
};

/* Reads what of the DER request counts everywhere: its key, and that it signed the request. Subject
 * and extensions are not looked at; `common_name` and `names` stay empty. PROBLEM_BAD_CSR. */
enum err_code csr_read_key(void *mem, struct bytes der, struct csr *out, struct err *e);

/* Reads the DER request. ERR_INPUT with PROBLEM_BAD_CSR and a detail that says what to change.
 * Keys: as base/key.h accepts; RSA exponents below 65537 and MD5/SHA-1 signatures are refused.
 * Extension requests other than subjectAltName, keyUsage, extendedKeyUsage, basicConstraints (not
 * CA), subjectKeyIdentifier and TLS feature are refused. */
enum err_code csr_read(void *mem, struct bytes der, struct csr *out, struct err *e);

/* Are the request's names exactly these, which are sorted (RFC 8555, 7.4)? PROBLEM_BAD_CSR; if it
 * differs in several, each has its subproblem, on `mem`. */
enum err_code csr_check_names(void *mem, const struct csr *csr, const struct identifiers *ordered,
    struct subproblem **differences, size_t *len, struct err *e);

#endif
