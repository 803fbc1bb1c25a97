/* cert_parts - the pieces that certificates and CRLs are written from (RFC 5280, 4.1 and 4.2), for
 * base/cert_issuer.
 *
 * Each function appends one piece as DER; a buffer that overflows is noticed when the whole is
 * signed.
 */
#ifndef COUNTERSIGN_BASE_CERT_PARTS_H
#define COUNTERSIGN_BASE_CERT_PARTS_H

#include "base/cert.h"

/* An INTEGER, ENUMERATED or BOOLEAN of one octet, below 128 or (BOOLEAN) 255. */
void cert_put_small_integer(struct buf *b, uint8_t tag, uint8_t value);

/* A Name; what is NULL is left out. */
void cert_put_name(struct buf *b, const char *organization, const char *common_name);
void cert_put_validity(struct buf *b, int64_t not_before_s, int64_t not_after_s);

/* An extension: its value is appended between opening and closing. */
struct cert_extension {
    size_t whole, value;
};
struct cert_extension cert_open_extension(struct buf *b, int nid, bool critical);
void cert_close_extension(struct buf *b, struct cert_extension x);

void cert_put_subject_key_id(struct buf *b, struct bytes key_id);
void cert_put_authority_key_id(struct buf *b, struct bytes key_id);
/* path_len -1: no pathLenConstraint. */
void cert_put_basic_constraints(struct buf *b, bool ca, int path_len);

/* KeyUsage bits of the first octet (RFC 5280, 4.2.1.3): digitalSignature is bit 0, written at the
 * top. */
enum {
    DIGITAL_SIGNATURE = 0x80,
    NON_REPUDIATION = 0x40,
    KEY_ENCIPHERMENT = 0x20,
    KEY_AGREEMENT = 0x08,
    KEY_CERT_SIGN = 0x04,
    CRL_SIGN = 0x02
};
void cert_put_key_usage(struct buf *b, uint8_t usage);
/* ExtendedKeyUsage with one purpose, NID_server_auth or NID_email_protect. */
void cert_put_purpose(struct buf *b, int nid);
/* CertificatePolicies: mailbox-validated, strict (S/MIME Baseline Requirements, 7.1.6.1). */
void cert_put_mailbox_policy(struct buf *b);

/* Critical if the leaf has no common name. ERR_INPUT for a name that no certificate can carry. */
enum err_code cert_put_subject_alt_name(struct buf *b, const struct cert_leaf *leaf, struct err *e);
void cert_put_crl_url(struct buf *b, const char *url);
void cert_put_issuer_url(struct buf *b, const char *url);

#endif
