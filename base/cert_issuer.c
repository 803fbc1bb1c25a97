/* cert_issuer - the half of cert.h that signs: what a CA does.
 *
 * Certificates and CRLs are written as DER, front to back, and signed with a context that is kept:
 * that costs little more than the signature itself, where OpenSSL's X509 objects cost ten times
 * that (a subject's key would be decoded and encoded again). OpenSSL reads and judges the CA
 * certificates that are given to us, once at start.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/cert.h"
#include "base/cert_chain.h"
#include "base/cert_parts.h"
#include "base/der.h"
#include "base/mem.h"
#include "base/rand.h"

#define LEAF_MAX   ((size_t)64 * 1024)
#define CRL_MAX    ((size_t)64 * 1024 * 1024)
#define KEY_ID_LEN 20
#define FIRST_S    INT64_C(-631152000)   /* 1950-01-01T00:00:00Z, the first that UTCTime has */
#define LAST_S     INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

/* What a key signs with: its context is set up once and used for every signature. */
struct signer {
    EVP_PKEY_CTX *ctx;
    EVP_MD *digest;
    struct bytes algorithm; /* AlgorithmIdentifier, DER */
};

struct cert_issuer {
    struct signer *signer;
    struct bytes der;
    struct bytes name; /* DER */
    struct bytes key_id;
    /* Those that every leaf for servers has alike, and every one for mail; DER. */
    struct bytes server_extensions, mail_extensions;
    char *chain;
    int64_t not_after_s;
    bool may_sign_crl;
};

/* Signing. */

static int signer_free(void *ptr)
{
    struct signer *signer = ptr;

    EVP_PKEY_CTX_free(signer->ctx);
    EVP_MD_free(signer->digest);
    return 0;
}

/* The signature algorithms of a CA's key (RFC 3279, RFC 4055, RFC 5758): the digest fits the key's
 * strength. */
static bool scheme_of(enum key_type type, const char **digest, int *nid)
{
    switch (type) {
    case KEY_RSA:
        *digest = "SHA256";
        *nid = NID_sha256WithRSAEncryption;
        return true;
    case KEY_P256:
        *digest = "SHA256";
        *nid = NID_ecdsa_with_SHA256;
        return true;
    case KEY_P384:
        *digest = "SHA384";
        *nid = NID_ecdsa_with_SHA384;
        return true;
    case KEY_P521:
        *digest = "SHA512";
        *nid = NID_ecdsa_with_SHA512;
        return true;
    case KEY_ED25519:
        return false;
    }
    return false;
}

static struct bytes algorithm_der(void *mem, int nid, bool null_parameters)
{
    struct buf b;
    size_t sequence;

    buf_init(&b, mem, 64);
    sequence = der_open(&b, DER_SEQUENCE);
    der_put_oid(&b, nid);
    if (null_parameters)
        der_put(&b, DER_NULL, (struct bytes){NULL, 0});
    der_close(&b, sequence);
    return buf_bytes(&b);
}

static struct signer *signer_new(void *mem, const struct key *key, struct err *e)
{
    struct signer *signer;
    const char *digest;
    int nid;

    if (!scheme_of(key_type(key), &digest, &nid)) {
        err_set(e, ERR_INPUT, "a CA's key must be EC or RSA: few clients accept %s signatures",
            key_type_name(key_type(key)));
        return NULL;
    }
    signer = mem_new(mem, struct signer);
    mem_on_free(signer, signer_free);
    signer->digest = EVP_MD_fetch(NULL, digest, NULL);
    signer->ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key_evp(key), NULL);
    BUG_ON(signer->digest == NULL || signer->ctx == NULL || EVP_PKEY_sign_init(signer->ctx) != 1);
    BUG_ON(EVP_PKEY_CTX_set_signature_md(signer->ctx, signer->digest) != 1);
    if (key_type(key) == KEY_RSA)
        BUG_ON(EVP_PKEY_CTX_set_rsa_padding(signer->ctx, RSA_PKCS1_PADDING) != 1);
    signer->algorithm = algorithm_der(signer, nid, key_type(key) == KEY_RSA);
    return signer;
}

/* A certificate or CRL being written: SEQUENCE { to be signed, algorithm, signature }. */
struct draft {
    struct buf buf;
    size_t whole, tbs;
};

static void draft_begin(struct draft *draft, void *mem, size_t max)
{
    buf_init(&draft->buf, mem, max);
    draft->whole = der_open(&draft->buf, DER_SEQUENCE);
    draft->tbs = der_open(&draft->buf, DER_SEQUENCE);
}

static bool sign(const struct signer *signer, const void *data, size_t len, struct buf *b)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    uint8_t signature[1 + KEY_RSA_MAX_BITS / 8] = {0}; /* after the count of unused bits */
    size_t signature_len = sizeof signature - 1;
    unsigned digest_len;

    if (EVP_Digest(data, len, digest, &digest_len, signer->digest, NULL) != 1 ||
        EVP_PKEY_sign(signer->ctx, signature + 1, &signature_len, digest, digest_len) != 1)
        return false;
    der_put(b, DER_BIT_STRING, (struct bytes){signature, 1 + signature_len});
    return true;
}

static enum err_code draft_sign(
    struct draft *draft, const struct signer *signer, struct bytes *der, struct err *e)
{
    struct buf *b = &draft->buf;
    size_t start = draft->tbs - 2; /* its identifier octet */
    size_t end;

    der_close(b, draft->tbs);
    end = b->len;
    buf_add(b, signer->algorithm.data, signer->algorithm.len);
    if (!b->overflow && !sign(signer, b->data + start, end - start, b)) {
        err_set(e, ERR_BUG, "the CA could not sign");
        err_internal(e, "EVP_PKEY_sign: %s", ERR_reason_error_string(ERR_peek_last_error()));
        ERR_clear_error();
        return e->code;
    }
    der_close(b, draft->whole);
    if (b->overflow)
        return err_set(e, ERR_TOO_LARGE, "what is to be signed exceeds %zu bytes", b->max);
    *der = buf_bytes(b);
    return ERR_OK;
}

/* What a certificate needs to know of a SubjectPublicKeyInfo. */
struct spki {
    int algorithm; /* NID */
    uint8_t key_id[KEY_ID_LEN];
};

/* The key identifier is RFC 7093's first kind: the leftmost 160 bits of SHA-256 over the key. */
static bool spki_read(struct bytes der, struct spki *out)
{
    struct bytes info, algorithm, key;
    uint8_t hash[32];

    if (!der_take(&der, DER_SEQUENCE, &info) || der.len != 0 ||
        !der_take(&info, DER_SEQUENCE, &algorithm) || !der_take_oid(&algorithm, &out->algorithm) ||
        !der_take_bits(&info, &key) || info.len != 0)
        return false;
    sha256(key, hash);
    memcpy(out->key_id, hash, KEY_ID_LEN);
    return true;
}

/* Everything up to the extensions, which follow in an open [3] SEQUENCE. */
struct head {
    struct bytes serial;
    struct bytes algorithm, issuer; /* DER */
    int64_t not_before_s, not_after_s;
    const char *organization, *common_name; /* of the subject */
    struct bytes spki;
};

struct extensions {
    size_t outer, sequence;
};

static struct extensions put_head(struct buf *b, const struct head *head)
{
    size_t version = der_open(b, DER_CONTEXT_CONSTRUCTED(0));
    struct extensions x;

    cert_put_small_integer(b, DER_INTEGER, 2); /* v3 */
    der_close(b, version);
    der_put_integer(b, head->serial);
    buf_add(b, head->algorithm.data, head->algorithm.len);
    buf_add(b, head->issuer.data, head->issuer.len);
    cert_put_validity(b, head->not_before_s, head->not_after_s);
    cert_put_name(b, head->organization, head->common_name);
    buf_add(b, head->spki.data, head->spki.len);
    x.outer = der_open(b, DER_CONTEXT_CONSTRUCTED(3));
    x.sequence = der_open(b, DER_SEQUENCE);
    return x;
}

static void close_extensions(struct buf *b, struct extensions x)
{
    der_close(b, x.sequence);
    der_close(b, x.outer);
}

/* The issuer. */

static X509 *parse(struct bytes der, struct err *e)
{
    const unsigned char *at = der.data;
    X509 *x509 = d2i_X509(NULL, &at, (long)der.len);

    if (x509 != NULL && at == der.data + der.len && X509_get0_pubkey(x509) != NULL)
        return x509;
    err_set(e, ERR_INPUT, "certificate 1 of the chain, or its key, cannot be read");
    X509_free(x509);
    return NULL;
}

/* May the first certificate of the chain sign with this key? */
static enum err_code check_first(X509 *first, const struct key *key, struct err *e)
{
    if (X509_check_private_key(first, key_evp(key)) != 1)
        return err_set(
            e, ERR_INPUT, "the key does not belong to the first certificate of the chain");
    if (X509_check_ca(first) != 1)
        return err_set(e, ERR_INPUT, "the first certificate of the chain is not a CA certificate");
    if ((X509_get_key_usage(first) & KU_KEY_CERT_SIGN) == 0)
        return err_set(e, ERR_INPUT,
            "the first certificate of the chain may not sign certificates (keyUsage lacks "
            "keyCertSign)");
    return ERR_OK;
}

/* The issuer's own identifier; a CA certificate without one breaks RFC 5280, but nobody looks for a
 * match then. */
static struct bytes key_id_of(void *mem, X509 *x509, struct bytes spki)
{
    const ASN1_OCTET_STRING *given = X509_get0_subject_key_id(x509);
    struct spki own;

    if (given != NULL)
        return bytes_copy(
            mem, (struct bytes){ASN1_STRING_get0_data(given), (size_t)ASN1_STRING_length(given)});
    BUG_ON(!spki_read(spki, &own));
    return bytes_copy(mem, (struct bytes){own.key_id, KEY_ID_LEN});
}

static struct bytes leaf_extensions(void *mem, struct bytes key_id, enum cert_purpose purpose)
{
    struct buf b;

    buf_init(&b, mem, 1024);
    cert_put_authority_key_id(&b, key_id);
    cert_put_basic_constraints(&b, false, -1);
    cert_put_purpose(&b, purpose == CERT_FOR_MAIL ? NID_email_protect : NID_server_auth);
    if (purpose == CERT_FOR_MAIL)
        cert_put_mailbox_policy(&b);
    BUG_ON(b.overflow);
    return buf_bytes(&b);
}

static enum err_code fill(struct cert_issuer *issuer, X509 *first, const struct bytes *ders,
    size_t len, const struct key *key, struct err *e)
{
    struct cert_info info;

    if (check_first(first, key, e) != ERR_OK || cert_chain_check_links(ders, len, e) != ERR_OK ||
        cert_read(ders[0], &info, e) != ERR_OK)
        return e->code;
    issuer->signer = signer_new(issuer, key, e);
    if (issuer->signer == NULL)
        return e->code;
    issuer->der = ders[0];
    issuer->name = info.subject_name;
    issuer->key_id = key_id_of(issuer, first, info.spki);
    issuer->server_extensions = leaf_extensions(issuer, issuer->key_id, CERT_FOR_SERVER);
    issuer->mail_extensions = leaf_extensions(issuer, issuer->key_id, CERT_FOR_MAIL);
    issuer->chain = cert_chain_pem(issuer, ders, len);
    issuer->not_after_s = info.not_after_s;
    issuer->may_sign_crl = (X509_get_key_usage(first) & KU_CRL_SIGN) != 0;
    return ERR_OK;
}

struct cert_issuer *cert_issuer_new(void *mem, const char *pem, const char *key_pem, struct err *e)
{
    struct cert_issuer *issuer = mem_new(mem, struct cert_issuer);
    struct key *key = NULL;
    struct bytes *ders;
    X509 *first = NULL;
    size_t len;

    if (cert_pem_read(issuer, pem, &ders, &len, e) == ERR_OK)
        first = parse(ders[0], e);
    if (first != NULL)
        key = key_from_pem(issuer, key_pem, e);
    if (key == NULL || fill(issuer, first, ders, len, key, e) != ERR_OK) {
        mem_free(issuer);
        issuer = NULL;
    }
    X509_free(first);
    ERR_clear_error();
    return issuer;
}

const char *cert_issuer_chain(const struct cert_issuer *issuer)
{
    return issuer->chain;
}

struct bytes cert_issuer_der(const struct cert_issuer *issuer)
{
    return issuer->der;
}

int64_t cert_issuer_not_after(const struct cert_issuer *issuer)
{
    return issuer->not_after_s;
}

struct bytes cert_issuer_key_id(const struct cert_issuer *issuer)
{
    return issuer->key_id;
}

/* What is issued. */

void cert_serial_new(uint8_t out[CERT_SERIAL_LEN])
{
    rand_bytes(out, CERT_SERIAL_LEN);
    /* The first octet gives the number its sign and its length: one of 64 to 127 keeps both, and
     * 158 random bits. */
    out[0] = (uint8_t)((out[0] & 0x3f) | 0x40);
}

static enum err_code check_leaf(const struct cert_leaf *leaf, struct spki *spki, struct err *e)
{
    if (!spki_read(leaf->spki, spki))
        return err_set(e, ERR_INPUT, "the public key is not valid DER");
    if (leaf->names_len == 0)
        return err_set(e, ERR_INPUT, "a certificate needs at least one name");
    if (leaf->common_name != NULL && strlen(leaf->common_name) > CERT_COMMON_NAME_MAX)
        return err_set(
            e, ERR_INPUT, "a common name has at most %d characters", CERT_COMMON_NAME_MAX);
    if (leaf->not_after_s < leaf->not_before_s)
        return err_set(e, ERR_INPUT, "a certificate cannot end before it begins");
    if (leaf->not_before_s < FIRST_S || leaf->not_after_s > LAST_S)
        return err_set(e, ERR_INPUT, "a certificate's dates lie in the years 1950 to 9999");
    return ERR_OK;
}

unsigned cert_mail_use_of(struct bytes value)
{
    struct bytes bits;
    unsigned use = 0;

    if (!der_take(&value, DER_BIT_STRING, &bits) || bits.len < 2)
        return CERT_MAIL_BOTH;
    if ((bits.data[1] & (DIGITAL_SIGNATURE | NON_REPUDIATION)) != 0)
        use |= CERT_MAIL_SIGN;
    if ((bits.data[1] & (KEY_ENCIPHERMENT | KEY_AGREEMENT)) != 0)
        use |= CERT_MAIL_ENCRYPT;
    return use == 0 ? CERT_MAIL_BOTH : use;
}

/* The bits by which a key receives encrypted content: RSA keys carry a content key, those of
 * elliptic curves agree on one, others do neither. */
static uint8_t encrypting(const struct spki *spki)
{
    if (spki->algorithm == NID_rsaEncryption)
        return KEY_ENCIPHERMENT;
    return spki->algorithm == NID_X9_62_id_ecPublicKey ? KEY_AGREEMENT : 0;
}

/* 0: the key can do nothing of what it is for. */
static uint8_t key_usage(const struct cert_leaf *leaf, const struct spki *spki)
{
    if (leaf->purpose == CERT_FOR_SERVER)
        return spki->algorithm == NID_rsaEncryption ? DIGITAL_SIGNATURE | KEY_ENCIPHERMENT
                                                    : DIGITAL_SIGNATURE;
    return (uint8_t)(((leaf->mail_use & CERT_MAIL_SIGN) != 0 ? DIGITAL_SIGNATURE : 0) |
                     ((leaf->mail_use & CERT_MAIL_ENCRYPT) != 0 ? encrypting(spki) : 0));
}

enum err_code cert_sign_leaf(void *mem, struct cert_issuer *issuer, const struct cert_leaf *leaf,
    struct bytes *der, struct err *e)
{
    struct head head = {.serial = {leaf->serial, CERT_SERIAL_LEN},
        .algorithm = issuer->signer->algorithm,
        .issuer = issuer->name,
        .not_before_s = leaf->not_before_s,
        .not_after_s = leaf->not_after_s,
        .common_name = leaf->common_name,
        .spki = leaf->spki};
    struct extensions x;
    struct bytes common;
    struct draft draft;
    struct spki spki;
    uint8_t usage;

    if (check_leaf(leaf, &spki, e) != ERR_OK)
        return e->code;
    usage = key_usage(leaf, &spki);
    if (usage == 0)
        return err_set(
            e, ERR_INPUT, "a key of this kind can only sign, and it is to be for encryption only");
    draft_begin(&draft, mem, LEAF_MAX);
    x = put_head(&draft.buf, &head);
    cert_put_subject_key_id(&draft.buf, (struct bytes){spki.key_id, KEY_ID_LEN});
    common = leaf->purpose == CERT_FOR_MAIL ? issuer->mail_extensions : issuer->server_extensions;
    buf_add(&draft.buf, common.data, common.len);
    cert_put_key_usage(&draft.buf, usage);
    if (cert_put_subject_alt_name(&draft.buf, leaf, e) != ERR_OK)
        return e->code;
    if (leaf->crl_url != NULL)
        cert_put_crl_url(&draft.buf, leaf->crl_url);
    if (leaf->issuer_url != NULL)
        cert_put_issuer_url(&draft.buf, leaf->issuer_url);
    close_extensions(&draft.buf, x);
    return draft_sign(&draft, issuer->signer, der, e);
}

static struct bytes name_der(void *mem, const char *organization, const char *common_name)
{
    struct buf b;

    buf_init(&b, mem, 1024);
    cert_put_name(&b, organization, common_name);
    BUG_ON(b.overflow);
    return buf_bytes(&b);
}

enum err_code cert_make_ca(void *mem, struct cert_issuer *issuer, struct key *key,
    const struct cert_ca_options *options, char **pem, struct err *e)
{
    uint8_t serial[CERT_SERIAL_LEN];
    struct head head = {.serial = {serial, sizeof serial},
        .not_before_s = options->not_before_s,
        .not_after_s = options->not_after_s,
        .organization = options->organization,
        .common_name = options->common_name,
        .spki = key_spki(mem, key)};
    struct signer *own = signer_new(mem, key, e); /* also asks whether the key fits a CA */
    const struct signer *signer = issuer == NULL ? own : issuer->signer;
    struct extensions x;
    struct draft draft;
    struct bytes der;
    struct spki spki;

    if (own == NULL)
        return e->code;
    BUG_ON(!spki_read(head.spki, &spki));
    cert_serial_new(serial);
    head.algorithm = signer->algorithm;
    head.issuer =
        issuer == NULL ? name_der(mem, options->organization, options->common_name) : issuer->name;
    draft_begin(&draft, mem, LEAF_MAX);
    x = put_head(&draft.buf, &head);
    cert_put_subject_key_id(&draft.buf, (struct bytes){spki.key_id, KEY_ID_LEN});
    if (issuer != NULL)
        cert_put_authority_key_id(&draft.buf, issuer->key_id);
    cert_put_basic_constraints(&draft.buf, true, issuer == NULL ? -1 : 0);
    cert_put_key_usage(&draft.buf, KEY_CERT_SIGN | CRL_SIGN);
    close_extensions(&draft.buf, x);
    if (draft_sign(&draft, signer, &der, e) != ERR_OK)
        return e->code;
    *pem = cert_pem(mem, "CERTIFICATE", der);
    return ERR_OK;
}

static void put_revoked(struct buf *b, const struct cert_revoked *revoked)
{
    size_t entry = der_open(b, DER_SEQUENCE), extensions;
    struct cert_extension x;

    der_put_integer(b, revoked->serial);
    der_put_time(b, revoked->revoked_s);
    if (revoked->reason > 0) {
        extensions = der_open(b, DER_SEQUENCE);
        x = cert_open_extension(b, NID_crl_reason, false);
        cert_put_small_integer(b, DER_ENUMERATED, (uint8_t)revoked->reason);
        cert_close_extension(b, x);
        der_close(b, extensions);
    }
    der_close(b, entry);
}

/* RFC 5280, 5.1.2.6: where nothing is revoked the list is absent, not empty. */
static void put_revoked_list(struct buf *b, const struct cert_revoked *revoked, size_t len)
{
    size_t list;

    if (len == 0)
        return;
    list = der_open(b, DER_SEQUENCE);
    for (size_t i = 0; i < len; i++)
        put_revoked(b, &revoked[i]);
    der_close(b, list);
}

static void put_crl_extensions(struct buf *b, struct bytes key_id, int64_t number)
{
    uint8_t octets[8];
    size_t outer = der_open(b, DER_CONTEXT_CONSTRUCTED(0));
    size_t sequence = der_open(b, DER_SEQUENCE);
    struct cert_extension x;

    for (int i = 0; i < 8; i++)
        octets[i] = (uint8_t)((uint64_t)number >> (8 * (7 - i)));
    cert_put_authority_key_id(b, key_id);
    x = cert_open_extension(b, NID_crl_number, false);
    der_put_integer(b, (struct bytes){octets, sizeof octets});
    cert_close_extension(b, x);
    der_close(b, sequence);
    der_close(b, outer);
}

enum err_code cert_sign_crl(void *mem, struct cert_issuer *issuer, int64_t number,
    int64_t this_update_s, int64_t next_update_s, const struct cert_revoked *revoked,
    size_t revoked_len, struct bytes *der, struct err *e)
{
    const struct signer *signer = issuer->signer;
    struct draft draft;
    struct buf *b = &draft.buf;

    BUG_ON(number < 0);
    if (!issuer->may_sign_crl)
        return err_set(
            e, ERR_DENIED, "the issuing certificate may not sign CRLs (keyUsage lacks cRLSign)");
    draft_begin(&draft, mem, CRL_MAX);
    cert_put_small_integer(b, DER_INTEGER, 1); /* v2 */
    buf_add(b, signer->algorithm.data, signer->algorithm.len);
    buf_add(b, issuer->name.data, issuer->name.len);
    der_put_time(b, this_update_s);
    der_put_time(b, next_update_s);
    put_revoked_list(b, revoked, revoked_len);
    put_crl_extensions(b, issuer->key_id, number);
    return draft_sign(&draft, signer, der, e);
}
