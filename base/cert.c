/* cert - see cert.h.
 *
 * Certificates and CRLs are written as DER, front to back, and signed with a context that is kept:
 * that costs little more than the signature itself, where OpenSSL's X509 objects cost ten times
 * that (a subject's key would be decoded and encoded again). OpenSSL reads and judges the CA
 * certificates that are given to us, once at start.
 */
#include "base/cert.h"

#include <string.h>

#include <arpa/inet.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/der.h"
#include "base/mem.h"
#include "base/rand.h"

#define LEAF_MAX        ((size_t)64 * 1024)
#define CRL_MAX         ((size_t)64 * 1024 * 1024)
#define KEY_ID_LEN      20
#define COMMON_NAME_MAX 64                    /* RFC 5280, appendix A.1, ub-common-name */
#define FIRST_S         INT64_C(-631152000)   /* 1950-01-01T00:00:00Z, the first that UTCTime has */
#define LAST_S          INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

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
    struct bytes leaf_extensions; /* those that every leaf has alike, DER */
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

/* Pieces of certificates and CRLs. */

static void put_small_integer(struct buf *b, uint8_t tag, uint8_t value)
{
    der_put(b, tag, (struct bytes){&value, 1});
}

static void put_named_attribute(struct buf *b, int nid, const char *value)
{
    size_t rdn, pair;

    if (value == NULL)
        return;
    rdn = der_open(b, DER_SET);
    pair = der_open(b, DER_SEQUENCE);
    der_put_oid(b, nid);
    der_put(b, DER_UTF8_STRING, bytes_of(value));
    der_close(b, pair);
    der_close(b, rdn);
}

/* A Name; what is NULL is left out. */
static void put_name(struct buf *b, const char *organization, const char *common_name)
{
    size_t name = der_open(b, DER_SEQUENCE);

    put_named_attribute(b, NID_organizationName, organization);
    put_named_attribute(b, NID_commonName, common_name);
    der_close(b, name);
}

static void put_validity(struct buf *b, int64_t not_before_s, int64_t not_after_s)
{
    size_t validity = der_open(b, DER_SEQUENCE);

    der_put_time(b, not_before_s);
    der_put_time(b, not_after_s);
    der_close(b, validity);
}

struct extension {
    size_t whole, value;
};

static struct extension open_extension(struct buf *b, int nid, bool critical)
{
    struct extension x;

    x.whole = der_open(b, DER_SEQUENCE);
    der_put_oid(b, nid);
    if (critical)
        put_small_integer(b, DER_BOOLEAN, 0xff);
    x.value = der_open(b, DER_OCTET_STRING);
    return x;
}

static void close_extension(struct buf *b, struct extension x)
{
    der_close(b, x.value);
    der_close(b, x.whole);
}

static void put_subject_key_id(struct buf *b, struct bytes key_id)
{
    struct extension x = open_extension(b, NID_subject_key_identifier, false);

    der_put(b, DER_OCTET_STRING, key_id);
    close_extension(b, x);
}

static void put_authority_key_id(struct buf *b, struct bytes key_id)
{
    struct extension x = open_extension(b, NID_authority_key_identifier, false);
    size_t sequence = der_open(b, DER_SEQUENCE);

    der_put(b, DER_CONTEXT(0), key_id);
    der_close(b, sequence);
    close_extension(b, x);
}

/* path_len -1: no pathLenConstraint. */
static void put_basic_constraints(struct buf *b, bool ca, int path_len)
{
    struct extension x = open_extension(b, NID_basic_constraints, true);
    size_t sequence = der_open(b, DER_SEQUENCE);

    if (ca)
        put_small_integer(b, DER_BOOLEAN, 0xff);
    if (path_len >= 0)
        put_small_integer(b, DER_INTEGER, (uint8_t)path_len);
    der_close(b, sequence);
    close_extension(b, x);
}

/* KeyUsage bits of the first octet (RFC 5280, 4.2.1.3): digitalSignature is bit 0, written at the
 * top. */
enum { DIGITAL_SIGNATURE = 0x80, KEY_ENCIPHERMENT = 0x20, KEY_CERT_SIGN = 0x04, CRL_SIGN = 0x02 };

static void put_key_usage(struct buf *b, uint8_t usage)
{
    struct extension x = open_extension(b, NID_key_usage, true);
    uint8_t bits[2] = {0, usage}; /* the count of unused bits comes first */

    while ((usage >> bits[0] & 1) == 0)
        bits[0]++;
    der_put(b, DER_BIT_STRING, (struct bytes){bits, sizeof bits});
    close_extension(b, x);
}

static void put_server_auth(struct buf *b)
{
    struct extension x = open_extension(b, NID_ext_key_usage, false);
    size_t sequence = der_open(b, DER_SEQUENCE);

    der_put_oid(b, NID_server_auth);
    der_close(b, sequence);
    close_extension(b, x);
}

/* Choices of GeneralName (RFC 5280, 4.2.1.6). */
enum { NAME_RFC822 = 1, NAME_DNS = 2, NAME_URI = 6, NAME_IP = 7 };

static bool put_ip_address(struct buf *b, const char *text)
{
    uint8_t octets[16];

    if (inet_pton(AF_INET, text, octets) == 1)
        der_put(b, DER_CONTEXT(NAME_IP), (struct bytes){octets, 4});
    else if (inet_pton(AF_INET6, text, octets) == 1)
        der_put(b, DER_CONTEXT(NAME_IP), (struct bytes){octets, 16});
    else
        return false;
    return true;
}

/* dNSName and rfc822Name are IA5String: ASCII, and never empty. */
static bool put_ascii(struct buf *b, int choice, const char *text)
{
    if (text[0] == '\0')
        return false;
    for (const char *c = text; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~')
            return false;
    der_put(b, DER_CONTEXT(choice), bytes_of(text));
    return true;
}

static bool put_general_name(struct buf *b, const struct cert_name *name)
{
    switch (name->type) {
    case CERT_NAME_DNS:
        return put_ascii(b, NAME_DNS, name->value);
    case CERT_NAME_IP:
        return put_ip_address(b, name->value);
    case CERT_NAME_EMAIL:
        return put_ascii(b, NAME_RFC822, name->value);
    }
    return false;
}

static enum err_code put_subject_alt_name(
    struct buf *b, const struct cert_leaf *leaf, struct err *e)
{
    struct extension x = open_extension(b, NID_subject_alt_name, leaf->common_name == NULL);
    size_t sequence = der_open(b, DER_SEQUENCE);

    for (size_t i = 0; i < leaf->names_len; i++)
        if (!put_general_name(b, &leaf->names[i]))
            return err_set(e, ERR_INPUT, "a certificate cannot carry the name \"%.200s\"",
                leaf->names[i].value);
    der_close(b, sequence);
    close_extension(b, x);
    return ERR_OK;
}

static void put_crl_url(struct buf *b, const char *url)
{
    struct extension x = open_extension(b, NID_crl_distribution_points, false);
    size_t points = der_open(b, DER_SEQUENCE);
    size_t point = der_open(b, DER_SEQUENCE);
    size_t name = der_open(b, DER_CONTEXT_CONSTRUCTED(0));
    size_t full_name = der_open(b, DER_CONTEXT_CONSTRUCTED(0));

    der_put(b, DER_CONTEXT(NAME_URI), bytes_of(url));
    der_close(b, full_name);
    der_close(b, name);
    der_close(b, point);
    der_close(b, points);
    close_extension(b, x);
}

static void put_issuer_url(struct buf *b, const char *url)
{
    struct extension x = open_extension(b, NID_info_access, false);
    size_t list = der_open(b, DER_SEQUENCE);
    size_t access = der_open(b, DER_SEQUENCE);

    der_put_oid(b, NID_ad_ca_issuers);
    der_put(b, DER_CONTEXT(NAME_URI), bytes_of(url));
    der_close(b, access);
    der_close(b, list);
    close_extension(b, x);
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

    put_small_integer(b, DER_INTEGER, 2); /* v3 */
    der_close(b, version);
    der_put_integer(b, head->serial);
    buf_add(b, head->algorithm.data, head->algorithm.len);
    buf_add(b, head->issuer.data, head->issuer.len);
    put_validity(b, head->not_before_s, head->not_after_s);
    put_name(b, head->organization, head->common_name);
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

static X509 *parse(struct bytes der)
{
    const unsigned char *at = der.data;
    X509 *x509 = d2i_X509(NULL, &at, (long)der.len);

    if (x509 != NULL && at == der.data + der.len && X509_get0_pubkey(x509) != NULL)
        return x509;
    X509_free(x509);
    return NULL;
}

static STACK_OF(X509) * parse_all(const struct bytes *ders, size_t len, struct err *e)
{
    STACK_OF(X509) *chain = sk_X509_new_null();

    BUG_ON(chain == NULL);
    for (size_t i = 0; i < len; i++) {
        X509 *x509 = parse(ders[i]);

        if (x509 == NULL) {
            err_set(
                e, ERR_INPUT, "certificate %zu of the chain, or its key, cannot be read", i + 1);
            sk_X509_pop_free(chain, X509_free);
            return NULL;
        }
        BUG_ON(sk_X509_push(chain, x509) == 0);
    }
    return chain;
}

/* May the first certificate sign with this key, and did each one issue its predecessor? */
static enum err_code check_chain(STACK_OF(X509) * chain, const struct key *key, struct err *e)
{
    X509 *first = sk_X509_value(chain, 0);

    if (X509_check_private_key(first, key_evp(key)) != 1)
        return err_set(
            e, ERR_INPUT, "the key does not belong to the first certificate of the chain");
    if (X509_check_ca(first) != 1)
        return err_set(e, ERR_INPUT, "the first certificate of the chain is not a CA certificate");
    if ((X509_get_key_usage(first) & KU_KEY_CERT_SIGN) == 0)
        return err_set(e, ERR_INPUT,
            "the first certificate of the chain may not sign certificates (keyUsage lacks "
            "keyCertSign)");
    for (int i = 0; i + 1 < sk_X509_num(chain); i++) {
        X509 *subject = sk_X509_value(chain, i), *issuer = sk_X509_value(chain, i + 1);

        if (X509_check_issued(issuer, subject) != X509_V_OK ||
            X509_verify(subject, X509_get0_pubkey(issuer)) != 1)
            return err_set(e, ERR_INPUT,
                "certificate %d of the chain was not issued by the one after it; the order is "
                "issuing certificate first, root last",
                i + 1);
    }
    return ERR_OK;
}

/* The PEM text that follows a leaf. */
static char *chain_pem(void *mem, STACK_OF(X509) * chain, const struct bytes *ders)
{
    int len = sk_X509_num(chain);
    X509 *last = sk_X509_value(chain, len - 1);
    char *text = mem_strdup(mem, "");

    if (len > 1 && X509_check_issued(last, last) == X509_V_OK)
        len--;
    for (int i = 0; i < len; i++)
        text = mem_printf(mem, "%s%s", text, cert_pem(mem, "CERTIFICATE", ders[i]));
    return text;
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

static struct bytes leaf_extensions(void *mem, struct bytes key_id)
{
    struct buf b;

    buf_init(&b, mem, 1024);
    put_authority_key_id(&b, key_id);
    put_basic_constraints(&b, false, -1);
    put_server_auth(&b);
    BUG_ON(b.overflow);
    return buf_bytes(&b);
}

static enum err_code fill(struct cert_issuer *issuer, STACK_OF(X509) * chain,
    const struct bytes *ders, const struct key *key, struct err *e)
{
    X509 *first = sk_X509_value(chain, 0);
    struct cert_info info;

    if (check_chain(chain, key, e) != ERR_OK || cert_read(ders[0], &info, e) != ERR_OK)
        return e->code;
    issuer->signer = signer_new(issuer, key, e);
    if (issuer->signer == NULL)
        return e->code;
    issuer->der = ders[0];
    issuer->name = info.subject_name;
    issuer->key_id = key_id_of(issuer, first, info.spki);
    issuer->leaf_extensions = leaf_extensions(issuer, issuer->key_id);
    issuer->chain = chain_pem(issuer, chain, ders);
    issuer->not_after_s = info.not_after_s;
    issuer->may_sign_crl = (X509_get_key_usage(first) & KU_CRL_SIGN) != 0;
    return ERR_OK;
}

struct cert_issuer *cert_issuer_new(void *mem, const char *pem, const char *key_pem, struct err *e)
{
    struct cert_issuer *issuer = mem_new(mem, struct cert_issuer);
    STACK_OF(X509) *chain = NULL;
    struct key *key = NULL;
    struct bytes *ders;
    size_t len;

    if (cert_pem_read(issuer, pem, &ders, &len, e) == ERR_OK)
        chain = parse_all(ders, len, e);
    if (chain != NULL)
        key = key_from_pem(issuer, key_pem, e);
    if (key == NULL || fill(issuer, chain, ders, key, e) != ERR_OK) {
        mem_free(issuer);
        issuer = NULL;
    }
    sk_X509_pop_free(chain, X509_free);
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
    if (leaf->common_name != NULL && strlen(leaf->common_name) > COMMON_NAME_MAX)
        return err_set(e, ERR_INPUT, "a common name has at most %d characters", COMMON_NAME_MAX);
    if (leaf->not_after_s < leaf->not_before_s)
        return err_set(e, ERR_INPUT, "a certificate cannot end before it begins");
    if (leaf->not_before_s < FIRST_S || leaf->not_after_s > LAST_S)
        return err_set(e, ERR_INPUT, "a certificate's dates lie in the years 1950 to 9999");
    return ERR_OK;
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
    struct draft draft;
    struct spki spki;

    if (check_leaf(leaf, &spki, e) != ERR_OK)
        return e->code;
    draft_begin(&draft, mem, LEAF_MAX);
    x = put_head(&draft.buf, &head);
    put_subject_key_id(&draft.buf, (struct bytes){spki.key_id, KEY_ID_LEN});
    buf_add(&draft.buf, issuer->leaf_extensions.data, issuer->leaf_extensions.len);
    put_key_usage(&draft.buf, spki.algorithm == NID_rsaEncryption
                                  ? DIGITAL_SIGNATURE | KEY_ENCIPHERMENT
                                  : DIGITAL_SIGNATURE);
    if (put_subject_alt_name(&draft.buf, leaf, e) != ERR_OK)
        return e->code;
    if (leaf->crl_url != NULL)
        put_crl_url(&draft.buf, leaf->crl_url);
    if (leaf->issuer_url != NULL)
        put_issuer_url(&draft.buf, leaf->issuer_url);
    close_extensions(&draft.buf, x);
    return draft_sign(&draft, issuer->signer, der, e);
}

static struct bytes name_der(void *mem, const char *organization, const char *common_name)
{
    struct buf b;

    buf_init(&b, mem, 1024);
    put_name(&b, organization, common_name);
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
    put_subject_key_id(&draft.buf, (struct bytes){spki.key_id, KEY_ID_LEN});
    if (issuer != NULL)
        put_authority_key_id(&draft.buf, issuer->key_id);
    put_basic_constraints(&draft.buf, true, issuer == NULL ? -1 : 0);
    put_key_usage(&draft.buf, KEY_CERT_SIGN | CRL_SIGN);
    close_extensions(&draft.buf, x);
    if (draft_sign(&draft, signer, &der, e) != ERR_OK)
        return e->code;
    *pem = cert_pem(mem, "CERTIFICATE", der);
    return ERR_OK;
}

static void put_revoked(struct buf *b, const struct cert_revoked *revoked)
{
    size_t entry = der_open(b, DER_SEQUENCE), extensions;
    struct extension x;

    der_put_integer(b, revoked->serial);
    der_put_time(b, revoked->revoked_s);
    if (revoked->reason > 0) {
        extensions = der_open(b, DER_SEQUENCE);
        x = open_extension(b, NID_crl_reason, false);
        put_small_integer(b, DER_ENUMERATED, (uint8_t)revoked->reason);
        close_extension(b, x);
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
    struct extension x;

    for (int i = 0; i < 8; i++)
        octets[i] = (uint8_t)((uint64_t)number >> (8 * (7 - i)));
    put_authority_key_id(b, key_id);
    x = open_extension(b, NID_crl_number, false);
    der_put_integer(b, (struct bytes){octets, sizeof octets});
    close_extension(b, x);
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
    put_small_integer(b, DER_INTEGER, 1); /* v2 */
    buf_add(b, signer->algorithm.data, signer->algorithm.len);
    buf_add(b, issuer->name.data, issuer->name.len);
    der_put_time(b, this_update_s);
    der_put_time(b, next_update_s);
    put_revoked_list(b, revoked, revoked_len);
    put_crl_extensions(b, issuer->key_id, number);
    return draft_sign(&draft, signer, der, e);
}

/* Reading. */

/* The authority's key identifier, if there is one; false if the extension or the list is not DER.
 */
static bool take_authority_key_id(struct bytes extensions, struct bytes *aki)
{
    struct bytes extension, value, sequence, boolean;
    int nid;

    while (extensions.len > 0) {
        if (!der_take(&extensions, DER_SEQUENCE, &extension) || !der_take_oid(&extension, &nid))
            return false;
        if (der_is_next(extension, DER_BOOLEAN) && !der_take(&extension, DER_BOOLEAN, &boolean))
            return false;
        if (!der_take(&extension, DER_OCTET_STRING, &value) || extension.len != 0)
            return false;
        if (nid != NID_authority_key_identifier)
            continue;
        if (!der_take(&value, DER_SEQUENCE, &sequence) || value.len != 0)
            return false;
        if (der_is_next(sequence, DER_CONTEXT(0)) && !der_take(&sequence, DER_CONTEXT(0), aki))
            return false;
    }
    return true;
}

/* Reads TBSCertificate's content (RFC 5280, 4.1); the algorithm is handed out to be held against
 * the outer one. */
static bool read_tbs(struct bytes tbs, struct cert_info *out, struct bytes *algorithm)
{
    static const uint8_t v3[] = {DER_INTEGER, 1, 2};
    struct bytes version, validity, outer, extensions, unique_id;

    if (!der_take(&tbs, DER_CONTEXT_CONSTRUCTED(0), &version) ||
        !bytes_equal(version, (struct bytes){v3, sizeof v3}) ||
        !der_take_integer(&tbs, &out->serial) || !der_take_whole(&tbs, DER_SEQUENCE, algorithm) ||
        !der_take_whole(&tbs, DER_SEQUENCE, &out->issuer_name) ||
        !der_take(&tbs, DER_SEQUENCE, &validity) || !der_take_time(&validity, &out->not_before_s) ||
        !der_take_time(&validity, &out->not_after_s) || validity.len != 0 ||
        !der_take_whole(&tbs, DER_SEQUENCE, &out->subject_name) ||
        !der_take_whole(&tbs, DER_SEQUENCE, &out->spki))
        return false;
    for (int i = 1; i <= 2; i++)
        if (der_is_next(tbs, DER_CONTEXT(i)) && !der_take(&tbs, DER_CONTEXT(i), &unique_id))
            return false;
    return der_take(&tbs, DER_CONTEXT_CONSTRUCTED(3), &outer) && tbs.len == 0 &&
           der_take(&outer, DER_SEQUENCE, &extensions) && outer.len == 0 &&
           take_authority_key_id(extensions, &out->aki);
}

enum err_code cert_read(struct bytes der, struct cert_info *out, struct err *e)
{
    struct bytes whole, tbs, inner, algorithm, signature;

    *out = (struct cert_info){0};
    if (!der_take(&der, DER_SEQUENCE, &whole) || !der_take(&whole, DER_SEQUENCE, &tbs) ||
        !der_take_whole(&whole, DER_SEQUENCE, &algorithm) || !der_take_bits(&whole, &signature) ||
        whole.len != 0 || !read_tbs(tbs, out, &inner) || !bytes_equal(inner, algorithm))
        return err_set(e, ERR_INPUT, "this is not an X.509 v3 certificate in DER form");
    if (der.len != 0)
        return err_set(e, ERR_INPUT, "bytes follow the certificate");
    return ERR_OK;
}

/* PEM (RFC 7468). */

#define PEM_LINE 48 /* octets that make 64 characters */

char *cert_pem(void *mem, const char *label, struct bytes der)
{
    unsigned char line[4 * (PEM_LINE / 3) + 1];
    struct buf b;

    buf_init(&b, mem, 128 + 2 * strlen(label) + der.len * 2);
    buf_addf(&b, "-----BEGIN %s-----\n", label);
    for (size_t at = 0; at < der.len; at += PEM_LINE) {
        size_t len = der.len - at < PEM_LINE ? der.len - at : PEM_LINE;

        buf_add(&b, line, (size_t)EVP_EncodeBlock(line, der.data + at, (int)len));
        buf_add_char(&b, '\n');
    }
    buf_addf(&b, "-----END %s-----\n", label);
    BUG_ON(b.overflow);
    return buf_text(&b);
}

/* One block of a PEM text: is it a certificate, whole and DER to its end? */
static bool is_certificate(const char *header, struct bytes der)
{
    struct der_element element;

    return header[0] == '\0' && der_next(&der, &element) && element.tag == DER_SEQUENCE &&
           der.len == 0;
}

/* Reads the next block that holds a certificate. False at the end and at a broken block, which
 * `broken` tells apart. */
static bool next_block(BIO *bio, void *mem, struct bytes *der, bool *broken)
{
    char *label, *header;
    unsigned char *data;
    long len;
    bool found = false;

    while (!found && !*broken && PEM_read_bio(bio, &label, &header, &data, &len) == 1) {
        found = strcmp(label, PEM_STRING_X509) == 0;
        *der = (struct bytes){data, (size_t)len};
        *broken = found && !is_certificate(header, *der);
        if (found)
            *der = bytes_copy(mem, *der);
        OPENSSL_free(label);
        OPENSSL_free(header);
        OPENSSL_clear_free(data, (size_t)len); /* it may have been a key */
    }
    if (!found && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        *broken = true;
    ERR_clear_error();
    return found && !*broken;
}

enum err_code cert_pem_read(
    void *mem, const char *pem, struct bytes **ders, size_t *len, struct err *e)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    bool broken = false;
    struct bytes der;

    BUG_ON(bio == NULL);
    *ders = NULL;
    *len = 0;
    while (next_block(bio, mem, &der, &broken)) {
        *ders = mem_grow_array(mem, *ders, sizeof der, *len + 1, "struct bytes");
        (*ders)[(*len)++] = der;
    }
    BIO_free(bio);
    if (broken)
        return err_set(e, ERR_INPUT, "certificate %zu in the PEM text is broken", *len + 1);
    if (*len == 0)
        return err_set(
            e, ERR_INPUT, "there is no certificate (-----BEGIN CERTIFICATE-----) in the PEM text");
    return ERR_OK;
}
