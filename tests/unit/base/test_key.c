/* Tests of base/key: every type in and out, every scheme, and what must be refused. */
#include "tests/unit/test_main.h"

#include <pthread.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/der.h"
#include "base/key.h"
#include "base/mem.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static const struct {
    enum key_type type;
    int bits;
    const char *name;
} types[] = {{KEY_RSA, 2048, "RSA"}, {KEY_P256, 256, "EC P-256"}, {KEY_P384, 384, "EC P-384"},
    {KEY_P521, 521, "EC P-521"}, {KEY_ED25519, 256, "Ed25519"}};

static const struct {
    enum key_scheme scheme;
    enum key_type type;
    size_t len;
} schemes[] = {{KEY_RS256, KEY_RSA, 256}, {KEY_PS256, KEY_RSA, 256}, {KEY_ES256, KEY_P256, 64},
    {KEY_ES384, KEY_P384, 96}, {KEY_ES512, KEY_P521, 132}, {KEY_EDDSA, KEY_ED25519, 64}};

/* Private keys of all types, made once: RSA takes its time. */
static struct key *private_of(enum key_type type)
{
    static struct key *keys[COUNT(types)];

    if (keys[type] == NULL)
        keys[type] = key_generate(NULL, type, 2048);
    return keys[type];
}

/* The public half of it, through its SPKI. */
static struct key *public_of(void *mem, enum key_type type)
{
    struct err e = {0};

    return key_from_spki(mem, key_spki(mem, private_of(type)), &e);
}

static struct bytes literal(void *mem, const char *hex)
{
    size_t len = strlen(hex) / 2;
    uint8_t *out = mem_alloc(mem, len, "bytes");

    for (size_t i = 0; i < len; i++)
        sscanf(hex + 2 * i, "%2hhx", &out[i]);
    return (struct bytes){out, len};
}

/* A copy of `b` with some octets replaced. */
static struct bytes patched(void *mem, struct bytes b, size_t at, uint8_t octet)
{
    uint8_t *copy = mem_dup(mem, b.data, b.len);

    copy[at] = octet;
    return (struct bytes){copy, b.len};
}

static struct bytes longer(void *mem, struct bytes b)
{
    uint8_t *copy = mem_alloc(mem, b.len + 1, "bytes");

    memcpy(copy, b.data, b.len);
    return (struct bytes){copy, b.len + 1};
}

static void every_type_goes_out_as_spki_and_comes_back(void)
{
    void *mem = mem_pool(NULL, 4096);
    struct err e = {0};

    for (size_t i = 0; i < COUNT(types); i++) {
        struct bytes spki = key_spki(mem, private_of(types[i].type));
        struct key *key = key_from_spki(mem, spki, &e);

        CU_ASSERT_PTR_NOT_NULL_FATAL(key);
        CU_ASSERT_EQUAL(key_type(key), types[i].type);
        CU_ASSERT_EQUAL(key_bits(key), types[i].bits);
        CU_ASSERT_STRING_EQUAL(key_type_name(key_type(key)), types[i].name);
        CU_ASSERT(bytes_equal(key_spki(mem, key), spki));
        CU_ASSERT_EQUAL(EVP_PKEY_eq(key_evp(key), key_evp(private_of(types[i].type))), 1);
    }
    mem_free(mem);
}

static void a_signature_matches_its_key_scheme_and_data_only(void)
{
    static const struct bytes data = {(const uint8_t *)"some text", 9},
                              other = {(const uint8_t *)"some tex7", 9};
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < COUNT(schemes); i++) {
        struct bytes signature =
            key_sign(mem, private_of(schemes[i].type), schemes[i].scheme, data);
        struct key *stranger = key_generate(mem, schemes[i].type, 2048);

        CU_ASSERT_EQUAL(signature.len, schemes[i].len);
        CU_ASSERT_FALSE(key_verify(stranger, schemes[i].scheme, data, signature));
        for (size_t k = 0; k < COUNT(types); k++) {
            struct key *key = public_of(mem, types[k].type);

            for (size_t s = 0; s < COUNT(schemes); s++)
                CU_ASSERT_EQUAL(key_verify(key, schemes[s].scheme, data, signature),
                    s == i && types[k].type == schemes[i].type);
            CU_ASSERT_FALSE(key_verify(key, schemes[i].scheme, other, signature));
        }
    }
    mem_free(mem);
}

static void empty_data_is_signed_and_verified(void)
{
    void *mem = mem_pool(NULL, 4096);
    struct bytes nothing = {NULL, 0};

    for (size_t i = 0; i < COUNT(schemes); i++) {
        struct key *key = private_of(schemes[i].type);

        CU_ASSERT(key_verify(
            key, schemes[i].scheme, nothing, key_sign(mem, key, schemes[i].scheme, nothing)));
    }
    mem_free(mem);
}

static void a_changed_signature_is_refused_and_leaves_no_trace(void)
{
    struct bytes data = bytes_of("data");
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < COUNT(schemes); i++) {
        struct bytes good = key_sign(mem, private_of(schemes[i].type), schemes[i].scheme, data);
        struct key *key = public_of(mem, schemes[i].type);

        for (size_t at = 0; at < good.len; at += 7)
            CU_ASSERT_FALSE(key_verify(
                key, schemes[i].scheme, data, patched(mem, good, at, good.data[at] ^ 0x10)));
        for (size_t cut = 1; cut <= good.len; cut = cut * 2 + 1)
            CU_ASSERT_FALSE(key_verify(
                key, schemes[i].scheme, data, (struct bytes){good.data, good.len - cut}));
        CU_ASSERT_FALSE(key_verify(key, schemes[i].scheme, data, longer(mem, good)));
        CU_ASSERT_EQUAL(ERR_peek_error(), 0);
        CU_ASSERT(key_verify(key, schemes[i].scheme, data, good));
    }
    mem_free(mem);
}

/* r||s with one half replaced by a number, or by that plus the order. */
static struct bytes with_half(void *mem, struct bytes raw, bool first, const BIGNUM *number)
{
    uint8_t *copy = mem_dup(mem, raw.data, raw.len);
    size_t len = raw.len / 2;

    BN_bn2binpad(number, copy + (first ? 0 : len), (int)len);
    return (struct bytes){copy, raw.len};
}

static void ecdsa_refuses_numbers_outside_the_order(void)
{
    static const size_t ecdsa[] = {2, 3, 4};
    struct bytes data = bytes_of("data");
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < COUNT(ecdsa); i++) {
        enum key_scheme scheme = schemes[ecdsa[i]].scheme;
        struct key *key = private_of(schemes[ecdsa[i]].type);
        struct bytes good = key_sign(mem, key, scheme, data);
        BIGNUM *order = NULL, *zero = BN_new(), *all = BN_new();

        CU_ASSERT_EQUAL(EVP_PKEY_get_bn_param(key_evp(key), OSSL_PKEY_PARAM_EC_ORDER, &order), 1);
        BN_set_bit(all, (int)(good.len / 2 * 8));
        BN_sub_word(all, 1);
        for (int first = 0; first < 2; first++) {
            CU_ASSERT_FALSE(key_verify(key, scheme, data, with_half(mem, good, first, zero)));
            CU_ASSERT_FALSE(key_verify(key, scheme, data, with_half(mem, good, first, order)));
            CU_ASSERT_FALSE(key_verify(key, scheme, data, with_half(mem, good, first, all)));
        }
        CU_ASSERT_FALSE(key_verify(
            key, scheme, data, (struct bytes){mem_alloc(mem, good.len, "zeros"), good.len}));
        BN_free(order);
        BN_free(zero);
        BN_free(all);
    }
    mem_free(mem);
}

/* s + n stands for the same number as s; where it fits the width, it must not count as a second
 * form of the signature. */
static void ecdsa_signatures_have_one_form(void)
{
    struct key *key = private_of(KEY_P521); /* its width leaves room */
    struct bytes data = bytes_of("data");
    void *mem = mem_pool(NULL, 4096);
    struct bytes good = key_sign(mem, key, KEY_ES512, data);
    BIGNUM *order = NULL, *s = BN_bin2bn(good.data + 66, 66, NULL);

    CU_ASSERT_EQUAL(EVP_PKEY_get_bn_param(key_evp(key), OSSL_PKEY_PARAM_EC_ORDER, &order), 1);
    BN_add(s, s, order);
    CU_ASSERT_FALSE(key_verify(key, KEY_ES512, data, with_half(mem, good, false, s)));
    BN_free(s);
    BN_free(order);
    mem_free(mem);
}

/* Numbers with leading zero octets are the rare case that a DER encoder gets wrong: sign until one
 * comes by. */
static void short_numbers_in_an_ecdsa_signature_verify(void)
{
    struct key *key = private_of(KEY_P256);
    void *mem = mem_pool(NULL, 4096);
    bool short_r = false, short_s = false;

    for (int i = 0; i < 20000 && !(short_r && short_s); i++) {
        struct bytes raw = key_sign(mem, key, KEY_ES256, bytes_of("data"));

        if (raw.data[0] != 0 && raw.data[32] != 0)
            continue;
        short_r |= raw.data[0] == 0;
        short_s |= raw.data[32] == 0;
        CU_ASSERT(key_verify(key, KEY_ES256, bytes_of("data"), raw));
    }
    CU_ASSERT(short_r && short_s);
    mem_free(mem);
}

static void der_is_no_jose_signature_and_raw_no_x509_signature(void)
{
    struct key *key = private_of(KEY_P256);
    struct bytes data = bytes_of("data");
    void *mem = mem_pool(NULL, 4096);
    struct bytes raw = key_sign(mem, key, KEY_ES256, data);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    uint8_t der[80];
    size_t len = sizeof der;

    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key_evp(key));
    CU_ASSERT_EQUAL(EVP_DigestSign(ctx, der, &len, data.data, data.len), 1);
    CU_ASSERT_FALSE(key_verify(key, KEY_ES256, data, (struct bytes){der, len}));
    CU_ASSERT_FALSE(key_verify_x509(key, NID_sha256, data, raw));
    CU_ASSERT(key_verify_x509(key, NID_sha256, data, (struct bytes){der, len}));
    CU_ASSERT_FALSE(key_verify_x509(key, NID_sha384, data, (struct bytes){der, len}));
    CU_ASSERT_FALSE(key_verify_x509(key, NID_sha256, data, (struct bytes){der, len - 1}));
    EVP_MD_CTX_free(ctx);
    mem_free(mem);
}

/* An RSA signature made with any digest and padding. */
static struct bytes rsa_sign(void *mem, const EVP_MD *md, int padding, int salt, struct bytes data)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *how;
    uint8_t *out = mem_alloc(mem, 256, "signature");
    size_t len = 256;

    EVP_DigestSignInit(ctx, &how, md, NULL, key_evp(private_of(KEY_RSA)));
    EVP_PKEY_CTX_set_rsa_padding(how, padding);
    if (padding == RSA_PKCS1_PSS_PADDING)
        EVP_PKEY_CTX_set_rsa_pss_saltlen(how, salt);
    CU_ASSERT_EQUAL(EVP_DigestSign(ctx, out, &len, data.data, data.len), 1);
    EVP_MD_CTX_free(ctx);
    return (struct bytes){out, len};
}

static void x509_signatures_take_the_sha2_family_only(void)
{
    static const int nids[] = {NID_sha256, NID_sha384, NID_sha512};
    struct bytes data = bytes_of("data");
    void *mem = mem_pool(NULL, 4096);
    struct key *key = public_of(mem, KEY_RSA);

    for (size_t i = 0; i < COUNT(nids); i++)
        for (size_t k = 0; k < COUNT(nids); k++)
            CU_ASSERT_EQUAL(
                key_verify_x509(key, nids[k], data,
                    rsa_sign(mem, EVP_get_digestbynid(nids[i]), RSA_PKCS1_PADDING, 0, data)),
                i == k);
    CU_ASSERT_FALSE(key_verify_x509(
        key, NID_sha1, data, rsa_sign(mem, EVP_sha1(), RSA_PKCS1_PADDING, 0, data)));
    CU_ASSERT_FALSE(
        key_verify_x509(key, NID_md5, data, rsa_sign(mem, EVP_md5(), RSA_PKCS1_PADDING, 0, data)));
    CU_ASSERT_FALSE(key_verify_x509(
        key, NID_sha256, data, rsa_sign(mem, EVP_sha256(), RSA_PKCS1_PSS_PADDING, 32, data)));
    key = public_of(mem, KEY_ED25519);
    CU_ASSERT(key_verify_x509(
        key, NID_undef, data, key_sign(mem, private_of(KEY_ED25519), KEY_EDDSA, data)));
    mem_free(mem);
}

static void ps256_wants_a_salt_as_long_as_the_digest(void)
{
    struct bytes data = bytes_of("data");
    void *mem = mem_pool(NULL, 4096);
    struct key *key = public_of(mem, KEY_RSA);

    CU_ASSERT(key_verify(
        key, KEY_PS256, data, rsa_sign(mem, EVP_sha256(), RSA_PKCS1_PSS_PADDING, 32, data)));
    CU_ASSERT_FALSE(key_verify(
        key, KEY_PS256, data, rsa_sign(mem, EVP_sha256(), RSA_PKCS1_PSS_PADDING, 20, data)));
    CU_ASSERT_FALSE(key_verify(
        key, KEY_PS256, data, rsa_sign(mem, EVP_sha256(), RSA_PKCS1_PSS_PADDING, 0, data)));
    CU_ASSERT_FALSE(key_verify(
        key, KEY_PS256, data, rsa_sign(mem, EVP_sha384(), RSA_PKCS1_PSS_PADDING, 32, data)));
    mem_free(mem);
}

static void points_off_the_curve_are_refused(void)
{
    static const enum key_type curves[] = {KEY_P256, KEY_P384, KEY_P521};
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < COUNT(curves); i++) {
        struct bytes spki = key_spki(mem, private_of(curves[i]));
        size_t len = curves[i] == KEY_P256 ? 32 : curves[i] == KEY_P384 ? 48 : 66;
        struct bytes x = {spki.data + spki.len - 2 * len, len},
                     y = {spki.data + spki.len - len, len};
        uint8_t *ff = memset(mem_alloc(mem, len, "ff"), 0xff, len);
        struct bytes zeros = {mem_alloc(mem, len, "zeros"), len}, ones = {ff, len};
        struct err e = {0};

        CU_ASSERT_PTR_NOT_NULL(key_from_ec(mem, curves[i], x, y, &e));
        CU_ASSERT_PTR_NULL(key_from_ec(mem, curves[i], y, x, &e));
        CU_ASSERT_PTR_NULL(key_from_ec(mem, curves[i], zeros, zeros, &e));
        CU_ASSERT_PTR_NULL(key_from_ec(mem, curves[i], ones, y, &e));
        CU_ASSERT_PTR_NULL(key_from_ec(mem, curves[i], x, ones, &e));
        CU_ASSERT_PTR_NULL(
            key_from_ec(mem, curves[i], x, patched(mem, y, len - 1, y.data[len - 1] ^ 1), &e));
        CU_ASSERT_EQUAL(e.code, ERR_INPUT);
        CU_ASSERT_STRING_EQUAL(e.detail, "the key's point does not lie on its curve");
        CU_ASSERT_PTR_NULL(key_from_ec(mem, curves[i], (struct bytes){x.data, len - 1}, y, &e));
        CU_ASSERT_PTR_NULL(key_from_ec(mem, curves[i], x, (struct bytes){NULL, 0}, &e));
        CU_ASSERT_EQUAL(ERR_peek_error(), 0);
    }
    mem_free(mem);
}

/* p + x for a small x is x once more, in a second form. */
static void coordinates_beyond_the_field_are_refused(void)
{
    void *mem = mem_pool(NULL, 4096);
    /* P-256: x = 5 has a point; p + 5 is its double. */
    struct bytes x =
        literal(mem, "0000000000000000000000000000000000000000000000000000000000000005");
    struct bytes y =
        literal(mem, "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc");
    struct bytes x_and_p =
        literal(mem, "ffffffff00000001000000000000000000000001000000000000000000000004");
    struct err e = {0};

    CU_ASSERT_PTR_NOT_NULL(key_from_ec(mem, KEY_P256, x, y, &e));
    CU_ASSERT_PTR_NULL(key_from_ec(mem, KEY_P256, x_and_p, y, &e));
    mem_free(mem);
}

static void weak_ed25519_keys_are_refused(void)
{
    static const char *const rows[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a00",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f70751", ""};
    void *mem = mem_pool(NULL, 4096);
    struct err e = {0};

    for (size_t i = 0; i < COUNT(rows); i++)
        CU_ASSERT_PTR_NULL(key_from_ed25519(mem, literal(mem, rows[i]), &e));
    CU_ASSERT_PTR_NOT_NULL(key_from_ed25519(
        mem, literal(mem, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), &e));
    CU_ASSERT_PTR_NOT_NULL(key_from_ed25519(
        mem, literal(mem, "ebffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), &e));
    mem_free(mem);
}

static struct bytes octets(void *mem, const BIGNUM *number)
{
    uint8_t *out = mem_alloc(mem, (size_t)BN_num_bytes(number) + 1, "number");

    return (struct bytes){out, (size_t)BN_bn2bin(number, out)};
}

/* The modulus of the private key that these tests share. */
static BIGNUM *good_modulus(void)
{
    BIGNUM *n = NULL;

    CU_ASSERT_EQUAL(
        EVP_PKEY_get_bn_param(key_evp(private_of(KEY_RSA)), OSSL_PKEY_PARAM_RSA_N, &n), 1);
    return n;
}

static void rsa_exponents_are_bounded(void)
{
    static const struct {
        const char *exponent;
        bool good;
    } rows[] = {{"010001", true}, {"010003", true}, {"ffffffff", true}, {"03", false},
        {"01", false}, {"11", false}, {"ffff", false}, {"010000", false}, {"0100000001", false},
        {"00010001", false}, {"00", false}, {"", false}, {"010000000000000000010001", false}};
    void *mem = mem_pool(NULL, 4096);
    BIGNUM *number = good_modulus();
    struct bytes n = octets(mem, number);
    struct err e;

    for (size_t i = 0; i < COUNT(rows); i++) {
        e = (struct err){0};
        CU_ASSERT_EQUAL(
            key_from_rsa(mem, n, literal(mem, rows[i].exponent), &e) != NULL, rows[i].good);
        CU_ASSERT_EQUAL(e.code, rows[i].good ? ERR_OK : ERR_INPUT);
    }
    BN_free(number);
    mem_free(mem);
}

/* One random odd number in six has no factor below 751. */
static bool some_modulus_is_taken(void *mem, int bits)
{
    struct bytes exponent = literal(mem, "010001");
    struct key *key = NULL;
    BIGNUM *n = BN_new();
    struct err e = {0};

    for (int i = 0; i < 500 && key == NULL; i++) {
        BN_rand(n, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
        key = key_from_rsa(mem, octets(mem, n), exponent, &e);
        CU_ASSERT(key != NULL || e.code == ERR_INPUT);
    }
    BN_free(n);
    return key != NULL && key_bits(key) == bits;
}

static void rsa_sizes_are_bounded(void)
{
    static const struct {
        int bits;
        bool good;
    } rows[] = {{2048, true}, {2056, true}, {3072, true}, {4096, true}, {512, false}, {1024, false},
        {2040, false}, {2047, false}, {2049, false}, {4095, false}, {4104, false}, {16384, false}};
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < COUNT(rows); i++)
        CU_ASSERT_EQUAL(some_modulus_is_taken(mem, rows[i].bits), rows[i].good);
    mem_free(mem);
}

static void rsa_moduli_that_are_no_product_of_two_large_primes_are_refused(void)
{
    static const BN_ULONG factors[] = {2, 3, 53, 59, 101, 449, 739, 751};
    void *mem = mem_pool(NULL, 4096);
    struct bytes exponent = literal(mem, "010001");
    struct err e = {0};

    for (size_t i = 0; i < COUNT(factors); i++) {
        BIGNUM *n = good_modulus();

        BN_sub_word(n, BN_mod_word(n, factors[i]));
        if (!BN_is_odd(n) && factors[i] != 2)
            BN_sub_word(n, factors[i]);
        CU_ASSERT_PTR_NULL(key_from_rsa(mem, octets(mem, n), exponent, &e));
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "small factor"));
        BN_free(n);
    }
    mem_free(mem);
}

static void leading_zero_octets_of_rsa_numbers_are_refused(void)
{
    void *mem = mem_pool(NULL, 4096);
    BIGNUM *number = good_modulus();
    struct bytes n = octets(mem, number);
    uint8_t padded[257] = {0};
    struct err e = {0};

    memcpy(padded + 1, n.data, 256);
    CU_ASSERT_PTR_NULL(key_from_rsa(mem, (struct bytes){padded, 257}, literal(mem, "010001"), &e));
    CU_ASSERT_PTR_NULL(key_from_rsa(mem, (struct bytes){NULL, 0}, literal(mem, "010001"), &e));
    CU_ASSERT_EQUAL(e.code, ERR_INPUT);
    BN_free(number);
    mem_free(mem);
}

/* Puts a SubjectPublicKeyInfo together: the AlgorithmIdentifier's content in hex, the count of
 * unused bits and the key. */
static struct bytes spki_of(void *mem, const char *algorithm, uint8_t unused, struct bytes key)
{
    struct buf b;
    size_t outer, bits;

    buf_init(&b, mem, 8192);
    outer = der_open(&b, DER_SEQUENCE);
    der_put(&b, DER_SEQUENCE, literal(mem, algorithm));
    bits = der_open(&b, DER_BIT_STRING);
    buf_add_char(&b, (char)unused);
    buf_add(&b, key.data, key.len);
    der_close(&b, bits);
    der_close(&b, outer);
    return buf_bytes(&b);
}

/* The RSAPublicKey of two DER INTEGERs whose content is given. */
static struct bytes rsa_public_key(void *mem, struct bytes n, struct bytes exponent)
{
    struct buf b;
    size_t opened;

    buf_init(&b, mem, 8192);
    opened = der_open(&b, DER_SEQUENCE);
    der_put(&b, DER_INTEGER, n);
    der_put(&b, DER_INTEGER, exponent);
    der_close(&b, opened);
    return buf_bytes(&b);
}

#define OID_EC   "06072a8648ce3d0201"
#define OID_RSA  "06092a864886f70d010101"
#define ALG_P256 OID_EC "06082a8648ce3d030107"

static void algorithms_of_an_spki_other_than_ours_are_refused(void)
{
    static const struct {
        const char *algorithm, *detail;
    } rows[] = {{ALG_P256, NULL}, {OID_EC, "named curves"}, {OID_EC "0500", "named curves"},
        {OID_EC "3003020101", "named curves"},
        {OID_EC "06052b8104000a", "named curves"}, /* secp256k1 */
        {OID_EC "06052b81040022", "uncompressed"}, /* P-384, but too short */
        {ALG_P256 "0500", "named curves"}, {OID_RSA, "must be NULL"},
        {OID_RSA "3000", "must be NULL"}, {OID_RSA "050100", "must be NULL"},
        {"06092a864886f70d01010a", "RSASSA-PSS"}, {"06092a864886f70d01010a0500", "RSASSA-PSS"},
        {"06032b656e", "must be RSA"}, /* X25519 */
        {"06032b65700500", "must be RSA"}, {"06032b6571", "must be RSA"}, {"", "must be RSA"},
        {"0500", "must be RSA"}};
    void *mem = mem_pool(NULL, 4096);
    struct bytes spki = key_spki(mem, private_of(KEY_P256)),
                 point = {spki.data + spki.len - 65, 65};
    struct err e;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct key *key;

        e = (struct err){0};
        key = key_from_spki(mem, spki_of(mem, rows[i].algorithm, 0, point), &e);
        if (rows[i].detail == NULL) {
            CU_ASSERT_PTR_NOT_NULL(key);
            continue;
        }
        CU_ASSERT_PTR_NULL(key);
        CU_ASSERT_EQUAL(e.code, ERR_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, rows[i].detail));
    }
    mem_free(mem);
}

static void points_in_other_forms_are_refused(void)
{
    void *mem = mem_pool(NULL, 4096);
    struct bytes spki = key_spki(mem, private_of(KEY_P256)),
                 point = {spki.data + spki.len - 65, 65};
    uint8_t odd = point.data[64] & 1, infinity = 0;
    struct bytes rows[] = {patched(mem, point, 0, 2 | odd), patched(mem, point, 0, 6 | odd),
        patched(mem, point, 0, 5), patched(mem, point, 0, 0), {point.data, 64},
        {point.data + 1, 64}, longer(mem, point), {&infinity, 1}, {NULL, 0},
        {patched(mem, point, 0, 2 | odd).data, 33}};
    struct err e = {0};

    for (size_t i = 0; i < COUNT(rows); i++)
        CU_ASSERT_PTR_NULL(key_from_spki(mem, spki_of(mem, ALG_P256, 0, rows[i]), &e));
    CU_ASSERT_PTR_NULL(key_from_spki(mem, spki_of(mem, ALG_P256, 1, point), &e));
    CU_ASSERT_PTR_NOT_NULL(key_from_spki(mem, spki_of(mem, ALG_P256, 0, point), &e));
    mem_free(mem);
}

static void rsa_public_keys_are_read_as_strict_der(void)
{
    void *mem = mem_pool(NULL, 4096);
    BIGNUM *number = good_modulus();
    struct bytes n = octets(mem, number), e65537 = literal(mem, "010001"), signed_n, padded_n, key;
    uint8_t padded[258] = {0};
    struct err e = {0};

    memcpy(padded + 2, n.data, 256);
    signed_n = (struct bytes){padded + 1, 257};
    padded_n = (struct bytes){padded, 258};
    key = rsa_public_key(mem, signed_n, e65537);
    CU_ASSERT_PTR_NOT_NULL(key_from_spki(mem, spki_of(mem, OID_RSA "0500", 0, key), &e));
    CU_ASSERT_PTR_NULL(key_from_spki(mem, spki_of(mem, OID_RSA "0500", 0, longer(mem, key)), &e));
    CU_ASSERT_PTR_NULL(key_from_spki(
        mem, spki_of(mem, OID_RSA "0500", 0, (struct bytes){key.data, key.len - 1}), &e));
    key = rsa_public_key(mem, n, e65537); /* a negative number */
    CU_ASSERT_PTR_NULL(key_from_spki(mem, spki_of(mem, OID_RSA "0500", 0, key), &e));
    key = rsa_public_key(mem, padded_n, e65537);
    CU_ASSERT_PTR_NULL(key_from_spki(mem, spki_of(mem, OID_RSA "0500", 0, key), &e));
    key = rsa_public_key(mem, signed_n, literal(mem, "00010001"));
    CU_ASSERT_PTR_NULL(key_from_spki(mem, spki_of(mem, OID_RSA "0500", 0, key), &e));
    key = rsa_public_key(mem, signed_n, (struct bytes){NULL, 0});
    CU_ASSERT_PTR_NULL(key_from_spki(mem, spki_of(mem, OID_RSA "0500", 0, key), &e));
    CU_ASSERT_PTR_NULL(
        key_from_spki(mem, spki_of(mem, OID_RSA "0500", 0, (struct bytes){NULL, 0}), &e));
    BN_free(number);
    mem_free(mem);
}

/* DER has one form for each key, so whatever is taken must be written again as it came. */
static void no_changed_spki_passes_for_the_same_key(void)
{
    struct err e = {0};

    for (size_t i = 0; i < COUNT(types); i++) {
        void *mem = mem_pool(NULL, 4096);
        struct bytes spki = key_spki(mem, private_of(types[i].type));

        for (size_t at = 0; at < spki.len; at++)
            for (int bit = 0; bit < 8; bit++) {
                struct bytes changed = patched(mem, spki, at, spki.data[at] ^ (uint8_t)(1 << bit));
                struct key *key = key_from_spki(mem, changed, &e);

                CU_ASSERT(key == NULL || bytes_equal(key_spki(mem, key), changed));
            }
        for (size_t len = 0; len < spki.len; len++)
            CU_ASSERT_PTR_NULL(key_from_spki(mem, (struct bytes){spki.data, len}, &e));
        CU_ASSERT_PTR_NULL(key_from_spki(mem, longer(mem, spki), &e));
        CU_ASSERT_EQUAL(ERR_peek_error(), 0);
        mem_free(mem);
    }
}

static void private_keys_go_out_as_pem_and_come_back(void)
{
    void *mem = mem_pool(NULL, 4096);
    struct err e = {0};

    for (size_t i = 0; i < COUNT(types); i++) {
        char *pem = key_to_pem(mem, private_of(types[i].type));
        struct key *key = key_from_pem(mem, pem, &e);

        CU_ASSERT_EQUAL(strncmp(pem, "-----BEGIN PRIVATE KEY-----\n", 28), 0);
        CU_ASSERT_PTR_NOT_NULL_FATAL(key);
        CU_ASSERT_EQUAL(key_type(key), types[i].type);
        CU_ASSERT_EQUAL(key_bits(key), types[i].bits);
        CU_ASSERT_EQUAL(EVP_PKEY_eq(key_evp(key), key_evp(private_of(types[i].type))), 1);
        CU_ASSERT_STRING_EQUAL(key_to_pem(mem, key), pem);
    }
    mem_free(mem);
}

/* What `write` puts into a BIO, as text. */
static char *pem_of(void *mem, EVP_PKEY *pkey, int (*write)(BIO *bio, EVP_PKEY *pkey))
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *data, *text;
    long len;

    CU_ASSERT_EQUAL(write(bio, pkey), 1);
    len = BIO_get_mem_data(bio, &data);
    text = mem_strndup(mem, data, (size_t)len);
    BIO_free(bio);
    return text;
}

static int write_traditional(BIO *bio, EVP_PKEY *pkey)
{
    return PEM_write_bio_PrivateKey_traditional(bio, pkey, NULL, NULL, 0, NULL, NULL);
}

static int write_encrypted(BIO *bio, EVP_PKEY *pkey)
{
    return PEM_write_bio_PKCS8PrivateKey(bio, pkey, EVP_aes_128_cbc(), "secret", 6, NULL, NULL);
}

static int write_traditional_encrypted(BIO *bio, EVP_PKEY *pkey)
{
    return PEM_write_bio_PrivateKey_traditional(
        bio, pkey, EVP_aes_128_cbc(), (const unsigned char *)"secret", 6, NULL, NULL);
}

static int write_plain(BIO *bio, EVP_PKEY *pkey)
{
    return PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL);
}

static int write_public(BIO *bio, EVP_PKEY *pkey)
{
    return PEM_write_bio_PUBKEY(bio, pkey);
}

static void traditional_private_keys_are_read(void)
{
    void *mem = mem_pool(NULL, 4096);
    char *rsa = pem_of(mem, key_evp(private_of(KEY_RSA)), write_traditional);
    char *ec = pem_of(mem, key_evp(private_of(KEY_P256)), write_traditional);
    /* as `openssl ecparam -genkey` writes it */
    char *with_params = mem_printf(mem,
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n%s", ec);
    struct key *key;
    struct err e = {0};

    CU_ASSERT_EQUAL(strncmp(rsa, "-----BEGIN RSA PRIVATE KEY-----", 31), 0);
    CU_ASSERT_EQUAL(strncmp(ec, "-----BEGIN EC PRIVATE KEY-----", 30), 0);
    CU_ASSERT_PTR_NOT_NULL(key_from_pem(mem, rsa, &e));
    CU_ASSERT_PTR_NOT_NULL(key_from_pem(mem, ec, &e));
    key = key_from_pem(mem, with_params, &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(key);
    CU_ASSERT_EQUAL(EVP_PKEY_eq(key_evp(key), key_evp(private_of(KEY_P256))), 1);
    mem_free(mem);
}

static void private_keys_behind_a_passphrase_are_refused_with_that_reason(void)
{
    int (*const writers[])(BIO *, EVP_PKEY *) = {write_encrypted, write_traditional_encrypted};
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < COUNT(writers); i++) {
        struct err e = {0};

        CU_ASSERT_PTR_NULL(
            key_from_pem(mem, pem_of(mem, key_evp(private_of(KEY_RSA)), writers[i]), &e));
        CU_ASSERT_EQUAL(e.code, ERR_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "passphrase"));
        CU_ASSERT_EQUAL(ERR_peek_error(), 0);
    }
    mem_free(mem);
}

static void expect_refused_pem(const char *pem)
{
    void *mem = mem_pool(NULL, 4096);
    struct err e = {0};

    CU_ASSERT_PTR_NULL(key_from_pem(mem, pem, &e));
    CU_ASSERT_EQUAL(e.code, ERR_INPUT);
    CU_ASSERT_EQUAL(ERR_peek_error(), 0);
    mem_free(mem);
}

static void texts_without_a_private_key_are_refused(void)
{
    void *mem = mem_pool(NULL, 4096);
    char *pem = key_to_pem(mem, private_of(KEY_P256));

    expect_refused_pem("");
    expect_refused_pem("no PEM at all");
    expect_refused_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    expect_refused_pem(pem_of(mem, key_evp(private_of(KEY_P256)), write_public));
    pem[strlen(pem) / 2] = '\0';
    expect_refused_pem(pem);
    mem_free(mem);
}

static void private_keys_of_other_kinds_are_refused(void)
{
    void *mem = mem_pool(NULL, 4096);
    EVP_PKEY *keys[] = {EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024),
        EVP_PKEY_Q_keygen(NULL, NULL, "EC", "secp256k1"),
        EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-224"), EVP_PKEY_Q_keygen(NULL, NULL, "X25519"),
        EVP_PKEY_Q_keygen(NULL, NULL, "ED448"), EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")};

    /* the last one with the curve's parameters written out */
    CU_ASSERT_EQUAL(EVP_PKEY_set_utf8_string_param(keys[COUNT(keys) - 1],
                        OSSL_PKEY_PARAM_EC_ENCODING, OSSL_PKEY_EC_ENCODING_EXPLICIT),
        1);
    for (size_t i = 0; i < COUNT(keys); i++) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(keys[i]);
        expect_refused_pem(pem_of(mem, keys[i], write_plain));
        EVP_PKEY_free(keys[i]);
    }
    mem_free(mem);
}

/* A PKCS#8 text of one key's private and another's public half. */
static void private_keys_with_anothers_public_half_are_refused(void)
{
    void *mem = mem_pool(NULL, 4096);
    struct bytes spki = key_spki(mem, private_of(KEY_P256)), other;
    char *data = NULL, *pem;
    BIO *bio = BIO_new(BIO_s_mem());
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key_evp(private_of(KEY_P256)));
    uint8_t *der = NULL;
    int len = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
    long pem_len;

    CU_ASSERT_FATAL(len > 65);
    CU_ASSERT_EQUAL(memcmp(der + len - 65, spki.data + spki.len - 65, 65), 0);
    other = key_spki(mem, key_generate(mem, KEY_P256, 0));
    memcpy(der + len - 65, other.data + other.len - 65, 65);
    PEM_write_bio(bio, "PRIVATE KEY", "", der, len);
    pem_len = BIO_get_mem_data(bio, &data);
    pem = mem_strndup(mem, data, (size_t)pem_len);
    expect_refused_pem(pem);
    OPENSSL_free(der);
    PKCS8_PRIV_KEY_INFO_free(info);
    BIO_free(bio);
    mem_free(mem);
}

static void compressed_private_keys_give_uncompressed_public_ones(void)
{
    void *mem = mem_pool(NULL, 4096);
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    struct err e = {0};
    struct key *key;

    CU_ASSERT_EQUAL(EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                        OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_COMPRESSED),
        1);
    key = key_from_pem(mem, pem_of(mem, pkey, write_plain), &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(key);
    CU_ASSERT_EQUAL(key_spki(mem, key).len, 91);
    CU_ASSERT_PTR_NOT_NULL(key_from_spki(mem, key_spki(mem, key), &e));
    EVP_PKEY_free(pkey);
    mem_free(mem);
}

static void sha256_gives_the_known_digests(void)
{
    static const struct {
        const char *text, *hex;
    } rows[] = {/* FIPS 180-4, and the SHA-256 of nothing */
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}};
    uint8_t digest[32];
    char hex[65];

    for (size_t i = 0; i < COUNT(rows); i++) {
        sha256(bytes_of(rows[i].text), digest);
        hex_encode(digest, sizeof digest, hex);
        CU_ASSERT_STRING_EQUAL(hex, rows[i].hex);
    }
}

static void *sign_and_verify(void *arg)
{
    struct bytes data = bytes_of("data");
    void *mem = mem_pool(NULL, 4096);
    struct key *key = key_generate(mem, KEY_P256, 0);
    size_t *matched = arg;

    for (int i = 0; i < 50; i++)
        *matched += key_verify(key, KEY_ES256, data, key_sign(mem, key, KEY_ES256, data));
    mem_free(mem);
    return NULL;
}

static void threads_with_keys_of_their_own_do_not_meet(void)
{
    pthread_t threads[4];
    size_t matched[4] = {0};

    for (size_t i = 0; i < COUNT(threads); i++)
        CU_ASSERT_EQUAL(pthread_create(&threads[i], NULL, sign_and_verify, &matched[i]), 0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        pthread_join(threads[i], NULL);
        CU_ASSERT_EQUAL(matched[i], 50);
    }
}

static const struct test tests[] = {
    {"every type goes out as spki and comes back", every_type_goes_out_as_spki_and_comes_back},
    {"a signature matches its key scheme and data only",
        a_signature_matches_its_key_scheme_and_data_only},
    {"empty data is signed and verified", empty_data_is_signed_and_verified},
    {"a changed signature is refused and leaves no trace",
        a_changed_signature_is_refused_and_leaves_no_trace},
    {"ecdsa refuses numbers outside the order", ecdsa_refuses_numbers_outside_the_order},
    {"ecdsa signatures have one form", ecdsa_signatures_have_one_form},
    {"short numbers in an ecdsa signature verify", short_numbers_in_an_ecdsa_signature_verify},
    {"der is no jose signature and raw no x509 signature",
        der_is_no_jose_signature_and_raw_no_x509_signature},
    {"x509 signatures take the sha2 family only", x509_signatures_take_the_sha2_family_only},
    {"ps256 wants a salt as long as the digest", ps256_wants_a_salt_as_long_as_the_digest},
    {"points off the curve are refused", points_off_the_curve_are_refused},
    {"coordinates beyond the field are refused", coordinates_beyond_the_field_are_refused},
    {"weak ed25519 keys are refused", weak_ed25519_keys_are_refused},
    {"rsa exponents are bounded", rsa_exponents_are_bounded},
    {"rsa sizes are bounded", rsa_sizes_are_bounded},
    {"rsa moduli that are no product of two large primes are refused",
        rsa_moduli_that_are_no_product_of_two_large_primes_are_refused},
    {"leading zero octets of rsa numbers are refused",
        leading_zero_octets_of_rsa_numbers_are_refused},
    {"algorithms of an spki other than ours are refused",
        algorithms_of_an_spki_other_than_ours_are_refused},
    {"points in other forms are refused", points_in_other_forms_are_refused},
    {"rsa public keys are read as strict der", rsa_public_keys_are_read_as_strict_der},
    {"no changed spki passes for the same key", no_changed_spki_passes_for_the_same_key},
    {"private keys go out as pem and come back", private_keys_go_out_as_pem_and_come_back},
    {"traditional private keys are read", traditional_private_keys_are_read},
    {"private keys behind a passphrase are refused with that reason",
        private_keys_behind_a_passphrase_are_refused_with_that_reason},
    {"texts without a private key are refused", texts_without_a_private_key_are_refused},
    {"private keys of other kinds are refused", private_keys_of_other_kinds_are_refused},
    {"private keys with anothers public half are refused",
        private_keys_with_anothers_public_half_are_refused},
    {"compressed private keys give uncompressed public ones",
        compressed_private_keys_give_uncompressed_public_ones},
    {"sha256 gives the known digests", sha256_gives_the_known_digests},
    {"threads with keys of their own do not meet", threads_with_keys_of_their_own_do_not_meet},
    {NULL, NULL},
};
extern const struct test_suite suite_key;
const struct test_suite suite_key = {"key", tests};
