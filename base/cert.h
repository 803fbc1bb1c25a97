/* cert - X.509 certificates and CRLs: read, built, signed (OpenSSL; RFC 5280).
 *
 * Building never decodes a public key: the subject's SPKI bytes are copied into the certificate
 * (performance.md, 4).
 */
#ifndef COUNTERSIGN_BASE_CERT_H
#define COUNTERSIGN_BASE_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/key.h"

#define CERT_SERIAL_LEN      20
#define CERT_COMMON_NAME_MAX 64 /* RFC 5280, appendix A.1, ub-common-name */

/* A CA certificate with its key: what signs. Used by one thread at a time (each worker makes its
 * own). */
struct cert_issuer;

/* Reads the issuing certificate (first in `chain_pem`) and its key (EC or RSA); they must match,
 * and it must be a CA certificate with keyCertSign, each further certificate must have issued the
 * one before it. Chain: what is sent after the leaf (from the issuer up, root left out when last
 * and self-signed, unless it is the only one). On `mem`; NULL and ERR_INPUT with a detail. Whether
 * the certificates are in their time is the caller's question. */
struct cert_issuer *cert_issuer_new(
    void *mem, const char *chain_pem, const char *key_pem, struct err *e);
/* PEM of the chain that follows a leaf, ends with a line break. */
const char *cert_issuer_chain(const struct cert_issuer *issuer);
/* The issuing certificate itself, DER. */
struct bytes cert_issuer_der(const struct cert_issuer *issuer);
int64_t cert_issuer_not_after(const struct cert_issuer *issuer);
/* subjectKeyIdentifier = the leafs' authorityKeyIdentifier. */
struct bytes cert_issuer_key_id(const struct cert_issuer *issuer);

enum cert_name_type { CERT_NAME_DNS, CERT_NAME_IP, CERT_NAME_EMAIL };
struct cert_name {
    enum cert_name_type type;
    const char *value; /* text form */
};

enum cert_purpose { CERT_FOR_SERVER, CERT_FOR_MAIL };

/* What a key for mail is for (RFC 8823, 3.3): a set. */
enum cert_mail_use { CERT_MAIL_SIGN = 1, CERT_MAIL_ENCRYPT = 2 };
#define CERT_MAIL_BOTH (CERT_MAIL_SIGN | CERT_MAIL_ENCRYPT)

/* What the value of a keyUsage extension, as a CSR has it, says of that: CERT_MAIL_BOTH if nothing.
 */
unsigned cert_mail_use_of(struct bytes key_usage);

struct cert_leaf {
    enum cert_purpose purpose;
    unsigned mail_use;               /* set of enum cert_mail_use; of CERT_FOR_MAIL only */
    uint8_t serial[CERT_SERIAL_LEN]; /* positive, so the top bit is clear and the number is not 0 */
    struct bytes spki; /* DER, checked by the caller; the key usages fit its algorithm */
    const struct cert_name *names;
    size_t names_len;
    const char
        *common_name; /* NULL: empty subject (then subjectAltName is critical, RFC 5280, 4.2.1.6) */
    int64_t not_before_s, not_after_s;
    const char *crl_url;    /* CRL distribution point, or NULL */
    const char *issuer_url; /* AIA caIssuers, or NULL */
};

/* A random positive serial of 20 octets. */
void cert_serial_new(uint8_t out[CERT_SERIAL_LEN]);

/* Signs a leaf: keyUsage critical, extendedKeyUsage serverAuth or emailProtection, basicConstraints
 * CA:FALSE critical, SKI, AKI, SAN; for mail the policy "mailbox-validated, strict" (S/MIME
 * Baseline Requirements, 7.1). DER on `mem`. ERR_INPUT: no names, a name, key or time that no
 * certificate can carry, a key that cannot do what it is for. ERR_TOO_LARGE: 64 KiB. */
enum err_code cert_sign_leaf(void *mem, struct cert_issuer *issuer, const struct cert_leaf *leaf,
    struct bytes *der, struct err *e);

/* A new CA certificate for `key` (EC or RSA): self-signed root (issuer NULL) or issued by `issuer`
 * with pathlen 0. basicConstraints and keyUsage (keyCertSign, cRLSign) critical, SKI, AKI unless
 * self-signed. PEM on `mem`. */
struct cert_ca_options {
    const char *common_name;
    const char *organization; /* or NULL */
    int64_t not_before_s, not_after_s;
};
enum err_code cert_make_ca(void *mem, struct cert_issuer *issuer, struct key *key,
    const struct cert_ca_options *options, char **pem, struct err *e);

/* A CRL (RFC 5280, 5) with AKI and CRLNumber. DER on `mem`. ERR_DENIED: the issuing certificate
 * lacks cRLSign. ERR_TOO_LARGE: beyond 64 MiB (a million and a half of entries). */
struct cert_revoked {
    struct bytes serial; /* content octets */
    int64_t revoked_s;
    int reason; /* CRLReason, or -1; 0 ("unspecified") is left out as well (RFC 5280, 5.3.1) */
};
enum err_code cert_sign_crl(void *mem, struct cert_issuer *issuer, int64_t number,
    int64_t this_update_s, int64_t next_update_s, const struct cert_revoked *revoked,
    size_t revoked_len, struct bytes *der, struct err *e);

/* What we want to know of a certificate that somebody shows us: X.509 v3, strict DER, no trailing
 * bytes. The key is not decoded, no signature is checked. Slices point into `der`. ERR_INPUT. */
struct cert_info {
    struct bytes serial;                    /* content octets of the INTEGER, a leading 00 kept */
    struct bytes issuer_name, subject_name; /* DER */
    struct bytes spki;                      /* DER */
    struct bytes aki;                       /* keyIdentifier, or empty */
    struct bytes extensions;                /* what the SEQUENCE OF Extension holds, DER */
    struct bytes signed_part;               /* TBSCertificate, DER */
    struct bytes algorithm;                 /* of the signature: AlgorithmIdentifier's content */
    struct bytes signature;
    int64_t not_before_s, not_after_s;
};
enum err_code cert_read(struct bytes der, struct cert_info *out, struct err *e);

/* The value of an extension (what its OCTET STRING holds); the first if there are several. */
bool cert_find_extension(const struct cert_info *info, int nid, struct bytes *value);

/* "-----BEGIN <label>-----" ... with a final line break, on `mem`. */
char *cert_pem(void *mem, const char *label, struct bytes der);
/* All certificates of a PEM text as DER, on `mem`; other blocks (keys) are passed over. ERR_INPUT
 * if there are none or one is broken. */
enum err_code cert_pem_read(
    void *mem, const char *pem, struct bytes **ders, size_t *len, struct err *e);
/* The first certificate request of a PEM text as DER, on `mem`; nothing in it is looked at. */
enum err_code cert_pem_read_request(void *mem, const char *pem, struct bytes *der, struct err *e);

#endif
