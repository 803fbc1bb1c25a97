/* key - see key.h.
 *
 * Everything goes through EVP and the default provider. What OpenSSL would look up by name at each
 * call is kept: the digests for the process (they are fetched once and never change), the
 * verification contexts in the key.
 */
#include "base/key.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/der.h"
#include "base/mem.h"

#define COORDINATE_MAX 66 /* of P-521 */
#define DIGEST_MAX     64
#define ED25519_LEN    32
#define RSA_BYTES_MAX  (KEY_RSA_MAX_BITS / 8)

enum digest { DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512, DIGESTS };

/* A context for each way in which a key can be asked to verify; ECDSA and Ed25519 have one way
 * only. */
enum verifier { VERIFY_PLAIN, VERIFY_RSA_SHA384, VERIFY_RSA_SHA512, VERIFY_RSA_PSS, VERIFIERS };

struct key {
    enum key_type type;
    int bits;
    EVP_PKEY *pkey;
    EVP_PKEY_CTX *verifiers[VERIFIERS]; /* made when first needed */
};

struct type_info {
    const char *name;
    const char *algorithm; /* OpenSSL's */
    const char *curve;     /* OpenSSL's; EC only */
    size_t coordinate;     /* octets of x, y, r and s; EC only */
    int bits;              /* 0: as the modulus has */
};

static const struct type_info types[] = {
    [KEY_RSA] = {"RSA", "RSA", NULL, 0, 0},
    [KEY_P256] = {"EC P-256", "EC", "prime256v1", 32, 256},
    [KEY_P384] = {"EC P-384", "EC", "secp384r1", 48, 384},
    [KEY_P521] = {"EC P-521", "EC", "secp521r1", 66, 521},
    [KEY_ED25519] = {"Ed25519", "ED25519", NULL, 0, 256},
};
#define TYPES (sizeof types / sizeof types[0])

struct scheme_info {
    enum key_type type;
    enum digest digest;
    enum verifier verifier;
};

static const struct scheme_info schemes[] = {
    [KEY_RS256] = {KEY_RSA, DIGEST_SHA256, VERIFY_PLAIN},
    [KEY_PS256] = {KEY_RSA, DIGEST_SHA256, VERIFY_RSA_PSS},
    [KEY_ES256] = {KEY_P256, DIGEST_SHA256, VERIFY_PLAIN},
    [KEY_ES384] = {KEY_P384, DIGEST_SHA384, VERIFY_PLAIN},
    [KEY_ES512] = {KEY_P521, DIGEST_SHA512, VERIFY_PLAIN},
    [KEY_EDDSA] = {KEY_ED25519, DIGEST_SHA512, VERIFY_PLAIN},
};

static EVP_MD *digests[DIGESTS]; /* written once, by fetch_digests */
static pthread_once_t digests_once = PTHREAD_ONCE_INIT;

static void fetch_digests(void)
{
    static const char *const names[DIGESTS] = {"SHA2-256", "SHA2-384", "SHA2-512"};

    for (size_t i = 0; i < DIGESTS; i++) {
        digests[i] = EVP_MD_fetch(NULL, names[i], NULL);
        BUG_ON(digests[i] == NULL);
    }
}

static const EVP_MD *digest_of(enum digest digest)
{
    pthread_once(&digests_once, fetch_digests);
    return digests[digest];
}

/* Hashes `data` into `out`, which has room for that digest; returns its length. */
static size_t hash(enum digest digest, struct bytes data, uint8_t *out)
{
    unsigned len;

    BUG_ON(EVP_Digest(data.data, data.len, out, &len, digest_of(digest), NULL) != 1);
    return len;
}

void sha256(struct bytes data, uint8_t out[32])
{
    hash(DIGEST_SHA256, data, out);
}

/* Making keys. */

static int release(void *ptr)
{
    struct key *key = ptr;

    for (size_t i = 0; i < VERIFIERS; i++)
        EVP_PKEY_CTX_free(key->verifiers[i]);
    EVP_PKEY_free(key->pkey);
    return 0;
}

/* Takes over `pkey`. */
static struct key *wrap(void *mem, enum key_type type, EVP_PKEY *pkey)
{
    struct key *key = mem_new(mem, struct key);

    key->type = type;
    key->bits = types[type].bits == 0 ? EVP_PKEY_get_bits(pkey) : types[type].bits;
    key->pkey = pkey;
    mem_on_free(key, release);
    return key;
}

/* Errors left in OpenSSL's queue would be taken for those of a later TLS call of this thread. */
static struct key *refuse(struct err *e, const char *why)
{
    ERR_clear_error();
    err_set(e, ERR_INPUT, "%s", why);
    return NULL;
}

static EVP_PKEY *from_params(const char *algorithm, OSSL_PARAM *params)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, algorithm, NULL);
    EVP_PKEY *pkey = NULL;

    BUG_ON(ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1);
    if (EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
        pkey = NULL;
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

/* `point`: 0x04, x, y, of the right length. OpenSSL checks that x and y are below p and satisfy the
 * curve's equation; the cofactor of these curves is 1, so that is all there is to check. */
static struct key *from_point(void *mem, enum key_type curve, uint8_t *point, struct err *e)
{
    char name[16];
    OSSL_PARAM params[3];
    EVP_PKEY *pkey;

    snprintf(name, sizeof name, "%s", types[curve].curve);
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, 0);
    params[1] = OSSL_PARAM_construct_octet_string(
        OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * types[curve].coordinate);
    params[2] = OSSL_PARAM_construct_end();
    pkey = from_params("EC", params);
    if (pkey == NULL)
        return refuse(e, "the key's point does not lie on its curve");
    return wrap(mem, curve, pkey);
}

struct key *key_from_ec(
    void *mem, enum key_type curve, struct bytes x, struct bytes y, struct err *e)
{
    uint8_t point[1 + 2 * COORDINATE_MAX] = {0x04};
    size_t len = types[curve].coordinate;

    BUG_ON(types[curve].curve == NULL);
    if (x.len != len || y.len != len) {
        err_set(e, ERR_INPUT, "the coordinates of an %s key have %zu octets each, not %zu and %zu",
            types[curve].name, len, x.len, y.len);
        return NULL;
    }
    memcpy(point + 1, x.data, len);
    memcpy(point + 1 + len, y.data, len);
    return from_point(mem, curve, point, e);
}

/* Products of the odd primes up to 751, as many in each as fit: a modulus that shares a factor with
 * one of them did not come from two large primes (the bound is Boulder's). */
static const uint64_t small_primes[] = {
    3UL * 5UL * 7UL * 11UL * 13UL * 17UL * 19UL * 23UL * 29UL * 31UL * 37UL * 41UL * 43UL * 47UL *
        53UL,
    59UL * 61UL * 67UL * 71UL * 73UL * 79UL * 83UL * 89UL * 97UL * 101UL,
    103UL * 107UL * 109UL * 113UL * 127UL * 131UL * 137UL * 139UL * 149UL,
    151UL * 157UL * 163UL * 167UL * 173UL * 179UL * 181UL * 191UL,
    193UL * 197UL * 199UL * 211UL * 223UL * 227UL * 229UL * 233UL,
    239UL * 241UL * 251UL * 257UL * 263UL * 269UL * 271UL,
    277UL * 281UL * 283UL * 293UL * 307UL * 311UL * 313UL,
    317UL * 331UL * 337UL * 347UL * 349UL * 353UL * 359UL,
    367UL * 373UL * 379UL * 383UL * 389UL * 397UL * 401UL,
    409UL * 419UL * 421UL * 431UL * 433UL * 439UL * 443UL,
    449UL * 457UL * 461UL * 463UL * 467UL * 479UL * 487UL,
    491UL * 499UL * 503UL * 509UL * 521UL * 523UL * 541UL,
    547UL * 557UL * 563UL * 569UL * 571UL * 577UL,
    587UL * 593UL * 599UL * 601UL * 607UL * 613UL,
    617UL * 619UL * 631UL * 641UL * 643UL * 647UL,
    653UL * 659UL * 661UL * 673UL * 677UL * 683UL,
    691UL * 701UL * 709UL * 719UL * 727UL * 733UL,
    739UL * 743UL * 751UL,
};

static bool share_a_factor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a != 1;
}

static bool has_small_factor(const BIGNUM *n)
{
    for (size_t i = 0; i < sizeof small_primes / sizeof small_primes[0]; i++)
        if (share_a_factor(small_primes[i], BN_mod_word(n, small_primes[i])))
            return true;
    return false;
}

/* NULL, or why a modulus and an exponent are no key for us. Sizes are multiples of 8 as the
 * CA/Browser Forum's Baseline Requirements (6.1.5) have it, exponents as they recommend (6.1.6). */
static const char *why_not_rsa(const BIGNUM *n, const BIGNUM *exponent)
{
    int bits = BN_num_bits(n);

    if (bits < KEY_RSA_MIN_BITS || bits > KEY_RSA_MAX_BITS || bits % 8 != 0)
        return "an RSA key must have 2048 to 4096 bits, in multiples of 8";
    if (BN_num_bits(exponent) > 32 || BN_get_word(exponent) < 65537 || !BN_is_odd(exponent))
        return "the exponent of an RSA key must be an odd number from 65537 to 2^32 - 1 "
               "(65537 is usual)";
    if (!BN_is_odd(n) || has_small_factor(n))
        return "the modulus of the RSA key has a small factor, so it is not safe to use";
    return NULL;
}

static EVP_PKEY *rsa_from_numbers(const BIGNUM *n, const BIGNUM *exponent)
{
    uint8_t n_octets[RSA_BYTES_MAX], e_octets[4]; /* in the machine's byte order */
    OSSL_PARAM params[3];
    int n_len = BN_bn2nativepad(n, n_octets, BN_num_bytes(n));
    int e_len = BN_bn2nativepad(exponent, e_octets, sizeof e_octets);

    params[0] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, n_octets, (size_t)n_len);
    params[1] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, e_octets, (size_t)e_len);
    params[2] = OSSL_PARAM_construct_end();
    return from_params("RSA", params);
}

struct key *key_from_rsa(void *mem, struct bytes n, struct bytes exponent, struct err *e)
{
    BIGNUM *n_number, *e_number;
    EVP_PKEY *pkey = NULL;
    const char *why;

    if (n.len > RSA_BYTES_MAX || exponent.len > RSA_BYTES_MAX)
        return refuse(e, "an RSA key must have 2048 to 4096 bits, in multiples of 8");
    if (n.len == 0 || exponent.len == 0 || n.data[0] == 0 || exponent.data[0] == 0)
        return refuse(e, "the numbers of an RSA key must not be empty or begin with a zero octet");
    n_number = BN_bin2bn(n.data, (int)n.len, NULL);
    e_number = BN_bin2bn(exponent.data, (int)exponent.len, NULL);
    BUG_ON(n_number == NULL || e_number == NULL);
    why = why_not_rsa(n_number, e_number);
    if (why == NULL)
        pkey = rsa_from_numbers(n_number, e_number);
    BN_free(n_number);
    BN_free(e_number);
    if (pkey == NULL)
        return refuse(e, why != NULL ? why : "the RSA key's numbers make no key");
    return wrap(mem, KEY_RSA, pkey);
}

/* The y of the points of small order, little-endian: under such a key anybody can make signatures,
 * which is more than its owner can have wanted. */
static const char small_order[][33] = {
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    "\xec\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
    "\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0"
    "\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05",
    "\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f"
    "\x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a",
};

/* Is y below p = 2^255 - 19, so that this is the point's only text? */
static bool is_reduced(const uint8_t y[ED25519_LEN])
{
    if (y[0] < 0xed || y[ED25519_LEN - 1] != 0x7f)
        return true;
    for (size_t i = 1; i < ED25519_LEN - 1; i++)
        if (y[i] != 0xff)
            return true;
    return false;
}

static const char *why_not_ed25519(struct bytes point)
{
    uint8_t y[ED25519_LEN];

    if (point.len != ED25519_LEN)
        return "an Ed25519 key must have 32 octets";
    memcpy(y, point.data, ED25519_LEN);
    y[ED25519_LEN - 1] &= 0x7f; /* the sign of x stands above it */
    if (!is_reduced(y))
        return "the Ed25519 key is not a point of its curve";
    for (size_t i = 0; i < sizeof small_order / sizeof small_order[0]; i++)
        if (memcmp(y, small_order[i], ED25519_LEN) == 0)
            return "the Ed25519 key is a point of small order, under which anybody can sign";
    return NULL;
}

struct key *key_from_ed25519(void *mem, struct bytes point, struct err *e)
{
    const char *why = why_not_ed25519(point);
    EVP_PKEY *pkey;

    if (why != NULL)
        return refuse(e, why);
    pkey = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, point.data, point.len);
    BUG_ON(pkey == NULL);
    return wrap(mem, KEY_ED25519, pkey);
}

/* SubjectPublicKeyInfo (RFC 5280, 4.1.2.7; RFC 3279, 2.3; RFC 5480, 2.1.1; RFC 8410, 4). */

#define OID_EC_PUBLIC_KEY  "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
#define OID_RSA_ENCRYPTION "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define OID_RSASSA_PSS     "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"
#define LITERAL(text)                                                                              \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }

/* Each type's AlgorithmIdentifier, its content: DER has one form only, so comparing is reading. */
static const struct bytes algorithms[] = {
    [KEY_RSA] = LITERAL(OID_RSA_ENCRYPTION "\x05\x00"),
    [KEY_P256] = LITERAL(OID_EC_PUBLIC_KEY "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"),
    [KEY_P384] = LITERAL(OID_EC_PUBLIC_KEY "\x06\x05\x2b\x81\x04\x00\x22"),
    [KEY_P521] = LITERAL(OID_EC_PUBLIC_KEY "\x06\x05\x2b\x81\x04\x00\x23"),
    [KEY_ED25519] = LITERAL("\x06\x03\x2b\x65\x70"),
};

static bool begins_with(struct bytes b, struct bytes start)
{
    return b.len >= start.len && memcmp(b.data, start.data, start.len) == 0;
}

/* For an AlgorithmIdentifier that is none of ours: what to do about it. */
static const char *why_not_algorithm(struct bytes algorithm)
{
    static const struct {
        struct bytes start;
        const char *why;
    } rows[] = {
        {LITERAL(OID_EC_PUBLIC_KEY),
            "an EC key must use one of the named curves P-256, P-384 and P-521"},
        {LITERAL(OID_RSA_ENCRYPTION), "the parameters of an RSA public key must be NULL"},
        {LITERAL(OID_RSASSA_PSS), "keys bound to RSASSA-PSS are not accepted; use a plain RSA key"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (begins_with(algorithm, rows[i].start))
            return rows[i].why;
    return "the public key must be RSA, EC (P-256, P-384, P-521) or Ed25519";
}

static struct key *rsa_from_der(void *mem, struct bytes der, struct err *e)
{
    struct bytes numbers, n, exponent;

    if (!der_take(&der, DER_SEQUENCE, &numbers) || der.len != 0 ||
        !der_take_unsigned(&numbers, &n) || !der_take_unsigned(&numbers, &exponent) ||
        numbers.len != 0)
        return refuse(e, "the RSA public key is not valid DER");
    return key_from_rsa(mem, n, exponent, e);
}

static struct key *ec_from_octets(void *mem, enum key_type curve, struct bytes point, struct err *e)
{
    size_t len = types[curve].coordinate;
    struct bytes x, y;

    if (point.len != 1 + 2 * len || point.data[0] != 0x04)
        return refuse(e, "the point of an EC public key must be in uncompressed form");
    x = (struct bytes){point.data + 1, len};
    y = (struct bytes){point.data + 1 + len, len};
    return key_from_ec(mem, curve, x, y, e);
}

struct key *key_from_spki(void *mem, struct bytes spki, struct err *e)
{
    struct bytes info, algorithm, key;

    if (!der_take(&spki, DER_SEQUENCE, &info) || spki.len != 0 ||
        !der_take(&info, DER_SEQUENCE, &algorithm) || !der_take_bits(&info, &key) || info.len != 0)
        return refuse(e, "the public key is not valid DER");
    for (size_t type = 0; type < TYPES; type++) {
        if (!bytes_equal(algorithm, algorithms[type]))
            continue;
        if (type == KEY_RSA)
            return rsa_from_der(mem, key, e);
        if (type == KEY_ED25519)
            return key_from_ed25519(mem, key, e);
        return ec_from_octets(mem, (enum key_type)type, key, e);
    }
    return refuse(e, why_not_algorithm(algorithm));
}

bool key_equal(const struct key *a, const struct key *b)
{
    return a->type == b->type && EVP_PKEY_eq(a->pkey, b->pkey) == 1;
}

struct bytes key_spki(void *mem, const struct key *key)
{
    unsigned char *der = NULL;
    int len = i2d_PUBKEY(key->pkey, &der);
    struct bytes spki;

    BUG_ON(len <= 0);
    spki = bytes_copy(mem, (struct bytes){der, (size_t)len});
    OPENSSL_free(der);
    return spki;
}

enum key_type key_type(const struct key *key)
{
    return key->type;
}

int key_bits(const struct key *key)
{
    return key->bits;
}

const char *key_type_name(enum key_type type)
{
    return types[type].name;
}

struct evp_pkey_st *key_evp(const struct key *key)
{
    return key->pkey;
}

/* Verifying. */

/* How RSA is to be used; the other types have nothing to set. */
static void set_rsa(EVP_PKEY_CTX *ctx, enum verifier how)
{
    enum digest digest = how == VERIFY_RSA_SHA384   ? DIGEST_SHA384
                         : how == VERIFY_RSA_SHA512 ? DIGEST_SHA512
                                                    : DIGEST_SHA256;
    int padding = how == VERIFY_RSA_PSS ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;

    BUG_ON(EVP_PKEY_CTX_set_rsa_padding(ctx, padding) != 1);
    BUG_ON(EVP_PKEY_CTX_set_signature_md(ctx, digest_of(digest)) != 1);
    if (how ==
        VERIFY_RSA_PSS) /* RFC 7518, 3.5: MGF1 with the same digest, the salt as long as it */
        BUG_ON(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) != 1);
}

static EVP_PKEY_CTX *verifier_of(struct key *key, enum verifier how)
{
    EVP_PKEY_CTX *ctx = key->verifiers[how];

    if (ctx != NULL)
        return ctx;
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
    BUG_ON(ctx == NULL || EVP_PKEY_verify_init(ctx) != 1);
    if (key->type == KEY_RSA)
        set_rsa(ctx, how);
    key->verifiers[how] = ctx;
    return ctx;
}

/* Ed25519 hashes for itself, so it takes the data whole. */
static bool verify_ed25519(struct key *key, struct bytes data, struct bytes signature)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool matches;

    BUG_ON(ctx == NULL || EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key->pkey) != 1);
    matches = EVP_DigestVerify(ctx, signature.data, signature.len, data.data, data.len) == 1;
    EVP_MD_CTX_free(ctx);
    return matches;
}

/* ECDSA signatures are DER here. */
static bool verify(struct key *key, enum verifier how, enum digest digest, struct bytes data,
    struct bytes signature)
{
    uint8_t hashed[DIGEST_MAX];
    size_t len;
    bool matches;

    if (key->type == KEY_RSA && signature.len != (size_t)key->bits / 8)
        return false;
    if (key->type == KEY_ED25519) {
        matches = verify_ed25519(key, data, signature);
    } else {
        len = hash(digest, data, hashed);
        matches =
            EVP_PKEY_verify(verifier_of(key, how), signature.data, signature.len, hashed, len) == 1;
    }
    if (!matches)
        ERR_clear_error();
    return matches;
}

/* Writes `number` as a DER INTEGER; returns its end. */
static uint8_t *put_integer(uint8_t *out, const uint8_t *number, size_t len)
{
    bool pad;

    while (len > 1 && *number == 0) {
        number++;
        len--;
    }
    pad = *number >= 0x80;
    *out++ = DER_INTEGER;
    *out++ = (uint8_t)(len + pad);
    if (pad)
        *out++ = 0;
    memcpy(out, number, len);
    return out + len;
}

#define ECDSA_DER_MAX (3 + 2 * (3 + COORDINATE_MAX))

/* ECDSA-Sig-Value (RFC 3279, 2.2.3) of r||s, in `out`. OpenSSL refuses an r or s that is 0 or not
 * below the order. */
static struct bytes ecdsa_der(const uint8_t *raw, size_t coordinate, uint8_t out[ECDSA_DER_MAX])
{
    uint8_t *start = out + 1;
    uint8_t *end = put_integer(put_integer(out + 3, raw, coordinate), raw + coordinate, coordinate);
    size_t len = (size_t)(end - (out + 3));

    start[1] = (uint8_t)len;
    if (len >= 0x80) { /* P-521 only */
        start[0] = 0x81;
        start--;
    }
    start[0] = DER_SEQUENCE;
    return (struct bytes){start, (size_t)(end - start)};
}

bool key_verify(struct key *key, enum key_scheme scheme, struct bytes data, struct bytes signature)
{
    const struct scheme_info *info = &schemes[scheme];
    size_t coordinate = types[key->type].coordinate;
    uint8_t der[ECDSA_DER_MAX];

    if (info->type != key->type)
        return false;
    if (coordinate != 0) {
        if (signature.len != 2 * coordinate)
            return false;
        signature = ecdsa_der(signature.data, coordinate, der);
    }
    return verify(key, info->verifier, info->digest, data, signature);
}

bool key_verify_x509(struct key *key, int digest_nid, struct bytes data, struct bytes signature)
{
    if (key->type == KEY_ED25519)
        return verify(key, VERIFY_PLAIN, DIGEST_SHA512, data, signature);
    switch (digest_nid) {
    case NID_sha256:
        return verify(key, VERIFY_PLAIN, DIGEST_SHA256, data, signature);
    case NID_sha384:
        return verify(key, key->type == KEY_RSA ? VERIFY_RSA_SHA384 : VERIFY_PLAIN, DIGEST_SHA384,
            data, signature);
    case NID_sha512:
        return verify(key, key->type == KEY_RSA ? VERIFY_RSA_SHA512 : VERIFY_PLAIN, DIGEST_SHA512,
            data, signature);
    default:
        return false;
    }
}

/* Private keys. */

struct key *key_generate(void *mem, enum key_type type, int rsa_bits)
{
    const struct type_info *info = &types[type];
    EVP_PKEY *pkey;

    if (type == KEY_RSA)
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, info->algorithm, (size_t)rsa_bits);
    else if (info->curve != NULL)
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, info->algorithm, info->curve);
    else
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, info->algorithm);
    BUG_ON(pkey == NULL);
    return wrap(mem, type, pkey);
}

/* The type of a key that OpenSSL has read; TYPES if it is none of ours. */
static size_t type_of(const EVP_PKEY *pkey)
{
    char curve[32] = "";
    size_t type;

    EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, curve, sizeof curve, NULL);
    for (type = 0; type < TYPES; type++)
        if (EVP_PKEY_is_a(pkey, types[type].algorithm) &&
            (types[type].curve == NULL || strcmp(curve, types[type].curve) == 0))
            break;
    ERR_clear_error(); /* RSA keys have no group */
    return type;
}

static const char *why_not_rsa_pkey(const EVP_PKEY *pkey)
{
    BIGNUM *n = NULL, *exponent = NULL;
    const char *why = "the RSA key is incomplete";

    if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
        EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1)
        why = why_not_rsa(n, exponent);
    BN_free(n);
    BN_free(exponent);
    return why;
}

static bool names_its_curve(const EVP_PKEY *pkey)
{
    char encoding[32] = "";

    EVP_PKEY_get_utf8_string_param(
        pkey, OSSL_PKEY_PARAM_EC_ENCODING, encoding, sizeof encoding, NULL);
    return strcmp(encoding, OSSL_PKEY_EC_ENCODING_GROUP) == 0;
}

static bool halves_belong_together(EVP_PKEY *pkey)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    bool together;

    BUG_ON(ctx == NULL);
    together = EVP_PKEY_pairwise_check(ctx) == 1;
    EVP_PKEY_CTX_free(ctx);
    return together;
}

/* NULL, or why a private key cannot be used. */
static const char *why_not_private(EVP_PKEY *pkey, size_t type)
{
    const char *why = NULL;

    if (type == TYPES)
        return "the private key must be RSA, EC (P-256, P-384, P-521) or Ed25519";
    if (type == KEY_RSA)
        why = why_not_rsa_pkey(pkey);
    else if (types[type].curve != NULL && !names_its_curve(pkey))
        why = "the EC private key must name its curve instead of giving its parameters";
    if (why == NULL && !halves_belong_together(pkey))
        why = "the private key is damaged: it does not belong to the public key beside it";
    return why;
}

/* Asked for a passphrase, OpenSSL would otherwise turn to the terminal. */
static int no_passphrase(char *out, int size, int writing, void *user)
{
    (void)out, (void)size, (void)writing, (void)user;
    return -1;
}

struct key *key_from_pem(void *mem, const char *pem, struct err *e)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *pkey;
    const char *why;
    size_t type;

    BUG_ON(bio == NULL);
    pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    BIO_free(bio);
    if (pkey == NULL)
        return refuse(e,
            strstr(pem, "ENCRYPTED") != NULL
                ? "the private key is encrypted with a passphrase; it must be stored without one"
                : "there is no private key in PEM form (PKCS#8, PKCS#1 or SEC1) that can be read");
    type = type_of(pkey);
    why = why_not_private(pkey, type);
    if (why != NULL) {
        EVP_PKEY_free(pkey);
        return refuse(e, why);
    }
    if (types[type].curve !=
        NULL) /* the file may carry its point compressed; what we write never does */
        BUG_ON(EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                   OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED) != 1);
    return wrap(mem, (enum key_type)type, pkey);
}

static int cleanse_text(void *ptr)
{
    OPENSSL_cleanse(ptr, strlen(ptr));
    return 0;
}

char *key_to_pem(void *mem, const struct key *key)
{
    BIO *bio = BIO_new(BIO_s_secmem()); /* which cleanses what it frees */
    char *data, *pem;
    long len;

    BUG_ON(bio == NULL ||
           PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) != 1);
    len = BIO_get_mem_data(bio, &data);
    BUG_ON(len <= 0);
    pem = mem_strndup(mem, data, (size_t)len);
    mem_on_free(pem, cleanse_text);
    BIO_free(bio);
    return pem;
}

/* r||s of a DER ECDSA-Sig-Value. */
static struct bytes ecdsa_raw(void *mem, const uint8_t *der, size_t len, size_t coordinate)
{
    uint8_t *raw = mem_alloc(mem, 2 * coordinate, "signature");
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)len);

    BUG_ON(pair == NULL);
    BUG_ON(BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, (int)coordinate) < 0);
    BUG_ON(BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + coordinate, (int)coordinate) < 0);
    ECDSA_SIG_free(pair);
    return (struct bytes){raw, 2 * coordinate};
}

struct bytes key_sign(void *mem, struct key *key, enum key_scheme scheme, struct bytes data)
{
    const struct scheme_info *info = &schemes[scheme];
    const char *digest =
        info->type == KEY_ED25519 ? NULL : EVP_MD_get0_name(digest_of(info->digest));
    uint8_t signature[RSA_BYTES_MAX];
    size_t len = sizeof signature;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *how;

    BUG_ON(info->type != key->type);
    BUG_ON(
        ctx == NULL || EVP_DigestSignInit_ex(ctx, &how, digest, NULL, NULL, key->pkey, NULL) != 1);
    if (key->type == KEY_RSA)
        set_rsa(how, info->verifier);
    BUG_ON(EVP_DigestSign(ctx, signature, &len, data.data, data.len) != 1);
    EVP_MD_CTX_free(ctx);
    if (types[key->type].coordinate != 0)
        return ecdsa_raw(mem, signature, len, types[key->type].coordinate);
    return bytes_copy(mem, (struct bytes){signature, len});
}
