/* Tests of acme/jwk: RFC 7638's and RFC 8037's thumbprints, and the keys that must be refused. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/jwk.h"
#include "acme/problem.h"
#include "base/b64url.h"
#include "base/mem.h"
#include "tests/unit/acme/jose_vectors.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

/* RFC 7515, A.3 and A.4; RFC 8037, A.2 */
#define X256 "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define Y256 "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define X521                                                                                       \
    "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk"
#define Y521                                                                                       \
    "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"
#define X25519   "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define EC(x, y) "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" x "\",\"y\":\"" y "\"}"

static enum err_code read_text(void *mem, const char *text, struct jwk *out, struct err *e)
{
    struct json json;

    *e = (struct err){0};
    CU_ASSERT_EQUAL_FATAL(json_parse(mem, bytes_of(text), "the key", &json, e), ERR_OK);
    return jwk_read(mem, &json, out, e);
}

static void published_thumbprints_come_out(void)
{
    void *mem = mem_pool(NULL, 4096);
    struct json vectors = jose_vectors(mem);
    int seen = 0;

    for (size_t i = 0; i < json_len(&vectors); i++) {
        struct json vector, key;
        const char *expected;
        struct jwk jwk;
        struct err e = {0};

        json_element(&vectors, i, &vector);
        json_member(&vector, "jwk", &key);
        CU_ASSERT_EQUAL(jwk_read(mem, &key, &jwk, &e), ERR_OK);
        CU_ASSERT_EQUAL(
            json_read_string(&vector, "thumbprint", JSON_OPTIONAL, &expected, &e), ERR_OK);
        if (expected == NULL)
            continue;
        CU_ASSERT_STRING_EQUAL(
            b64url_encode(mem, (struct bytes){jwk.thumbprint, JWK_THUMBPRINT_LEN}), expected);
        seen++;
    }
    CU_ASSERT_EQUAL(seen, 2);
    mem_free(mem);
}

static void the_canonical_text_has_the_required_members_in_order(void)
{
    static const struct {
        const char *text, *canonical;
        enum key_type type;
    } rows[] = {
        {"{\"y\":\"" Y256 "\",\"use\":\"sig\",\"x\":\"" X256
         "\",\"kid\":\"1\",\"kty\":\"EC\",\"crv\":\"P-256\"}",
            "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"" X256 "\",\"y\":\"" Y256 "\"}", KEY_P256},
        {" { \"kty\" : \"EC\" , \"crv\" : \"P-521\" , \"x\" : \"" X521 "\" , \"y\" : \"" Y521
         "\" } ",
            "{\"crv\":\"P-521\",\"kty\":\"EC\",\"x\":\"" X521 "\",\"y\":\"" Y521 "\"}", KEY_P521},
        {"{\"x\":\"" X25519 "\",\"kty\":\"\\u004fKP\",\"crv\":\"Ed25519\",\"alg\":\"EdDSA\"}",
            "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" X25519 "\"}", KEY_ED25519},
    };
    void *mem = mem_pool(NULL, 4096);
    struct jwk jwk, again;
    struct err e;

    for (size_t i = 0; i < COUNT(rows); i++) {
        CU_ASSERT_EQUAL_FATAL(read_text(mem, rows[i].text, &jwk, &e), ERR_OK);
        CU_ASSERT_STRING_EQUAL(jwk.canonical, rows[i].canonical);
        CU_ASSERT_EQUAL(key_type(jwk.key), rows[i].type);
        CU_ASSERT_EQUAL(jwk_read_text(mem, jwk.canonical, &again, &e), ERR_OK);
        CU_ASSERT_EQUAL(memcmp(again.thumbprint, jwk.thumbprint, JWK_THUMBPRINT_LEN), 0);
        CU_ASSERT_STRING_EQUAL(again.canonical, jwk.canonical);
    }
    mem_free(mem);
}

static void the_alg_member_is_handed_on(void)
{
    void *mem = mem_pool(NULL, 4096);
    struct jwk jwk;
    struct err e;

    CU_ASSERT_EQUAL(read_text(mem, EC(X256, Y256), &jwk, &e), ERR_OK);
    CU_ASSERT_PTR_NULL(jwk.alg);
    CU_ASSERT_EQUAL(
        read_text(mem,
            "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"alg\":\"EdDSA\",\"x\":\"" X25519 "\"}", &jwk,
            &e),
        ERR_OK);
    CU_ASSERT_STRING_EQUAL(jwk.alg, "EdDSA");
    mem_free(mem);
}

static void expect_refused(const char *text, const char *words)
{
    void *mem = mem_pool(NULL, 4096);
    struct jwk jwk;
    struct err e;

    CU_ASSERT_EQUAL(read_text(mem, text, &jwk, &e), ERR_INPUT);
    CU_ASSERT_EQUAL(e.kind, PROBLEM_BAD_PUBLIC_KEY);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, words));
    if (strstr(e.detail, words) == NULL)
        printf("\n    %s: %s\n", text, e.detail);
    mem_free(mem);
}

static void ec_keys_of_the_wrong_shape_are_refused(void)
{
    static const char *const rows[][2] = {
        {"{\"kty\":\"EC\",\"x\":\"" X256 "\",\"y\":\"" Y256 "\"}", "\"crv\" is missing"},
        {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X256 "\"}", "\"y\" is missing"},
        {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X256 "\",\"y\":null}", "\"y\" is missing"},
        {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":1,\"y\":\"" Y256 "\"}", "\"x\" must be a string"},
        {"{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"" X256 "\",\"y\":\"" Y256 "\"}",
            "P-256, P-384 or P-521"},
        {"{\"kty\":\"EC\",\"crv\":\"p-256\",\"x\":\"" X256 "\",\"y\":\"" Y256 "\"}",
            "P-256, P-384 or P-521"},
        {"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" X256 "\",\"y\":\"" Y256 "\"}",
            "exactly 48 octets"},
        {EC(X256, X256), "curve"},
        {EC(Y256, X256), "curve"},
        {EC(X256 "=", Y256), "\"x\""},
        {EC("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVE", Y256), "exactly 32 octets"},
        {EC("AH_NzidwO9Zd-WD", Y256), "exactly 32 octets"},
        {EC("AA" X256, Y256), "exactly 32 octets"},
        {EC("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEV", Y256),
            "exactly 32 octets"}, /* stray bits at the end */
        {EC("", ""), "exactly 32 octets"},
        {EC(" 83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", Y256), "exactly 32 octets"},
        {EC("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
             "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            "curve"},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        expect_refused(rows[i][0], rows[i][1]);
}

static void other_kinds_of_key_are_refused(void)
{
    static const char *const rows[][2] = {
        {"{}", "\"kty\" is missing"},
        {"[]", "JSON Web Key"},
        {"{\"kty\":5}", "\"kty\" must be a string"},
        {"{\"kty\":\"oct\",\"k\":\"AAAA\"}", "EC, RSA or OKP"},
        {"{\"kty\":\"ec\",\"crv\":\"P-256\",\"x\":\"" X256 "\",\"y\":\"" Y256 "\"}",
            "EC, RSA or OKP"},
        {"{\"kty\":\"OKP\",\"x\":\"" X25519 "\"}", "\"crv\" is missing"},
        {"{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" X25519 "\"}", "must be Ed25519"},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed448\",\"x\":\"" X25519 "\"}", "must be Ed25519"},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}", "exactly 32 octets"},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
         "\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
            "small order"},
        {"{\"kty\":\"RSA\",\"e\":\"AQAB\"}", "\"n\" is missing"},
        {"{\"kty\":\"RSA\",\"n\":\"AQAB\"}", "\"e\" is missing"},
        {"{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}", "2048 to 4096"},
        {"{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"AQAB\"}", "empty"},
        {"{\"kty\":\"RSA\",\"n\":\"AAEAAQ\",\"e\":\"AQAB\"}", "zero octet"},
        {"{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB=\"}", "\"e\" is not base64url"},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"alg\":7,\"x\":\"" X25519 "\"}",
            "\"alg\" must be a string"},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        expect_refused(rows[i][0], rows[i][1]);
}

static void private_members_are_refused_whatever_their_value(void)
{
    static const char *const members[] = {"d", "p", "q", "dp", "dq", "qi", "oth"};
    static const char *const values[] = {"\"AAAA\"", "null", "0", "[]"};
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < COUNT(members); i++)
        for (size_t k = 0; k < COUNT(values); k++)
            expect_refused(
                mem_printf(mem,
                    "{\"%s\":%s,\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}",
                    members[i], values[k], X256, Y256),
                mem_printf(mem, "private member \"%s\"", members[i]));
    mem_free(mem);
}

/* A JWK with the vector's modulus and another exponent, or a modulus with something before it. */
static void rsa_numbers_have_one_text_only(void)
{
    void *mem = mem_pool(NULL, 4096);
    struct json vectors = jose_vectors(mem), vector, key;
    const char *n;
    struct err e = {0};

    json_element(&vectors, 0, &vector);
    json_member(&vector, "jwk", &key);
    CU_ASSERT_EQUAL(json_read_string(&key, "n", JSON_REQUIRED, &n, &e), ERR_OK);
    expect_refused(
        mem_printf(mem, "{\"kty\":\"RSA\",\"e\":\"AAEAAQ\",\"n\":\"%s\"}", n), "zero octet");
    expect_refused(mem_printf(mem, "{\"kty\":\"RSA\",\"e\":\"Aw\",\"n\":\"%s\"}", n), "65537");
    expect_refused(mem_printf(mem, "{\"kty\":\"RSA\",\"e\":\"AQAA\",\"n\":\"%s\"}", n), "odd");
    expect_refused(mem_printf(mem, "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%s=\"}", n),
        "\"n\" is not base64url");
    expect_refused(
        mem_printf(mem, "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"AAAA%s\"}", n), "zero octet");
    expect_refused(mem_printf(mem, "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%s%s%s\"}", n, n, n),
        "2048 to 4096");
    mem_free(mem);
}

static void a_stored_text_that_is_damaged_is_refused(void)
{
    void *mem = mem_pool(NULL, 4096);
    struct jwk jwk;
    struct err e = {0};

    CU_ASSERT_EQUAL(jwk_read_text(mem, "", &jwk, &e), ERR_INPUT);
    CU_ASSERT_EQUAL(jwk_read_text(mem, "{\"crv\":\"P-256\",", &jwk, &e), ERR_INPUT);
    CU_ASSERT_EQUAL(e.kind, PROBLEM_BAD_PUBLIC_KEY);
    mem_free(mem);
}

static const struct test tests[] = {
    {"published thumbprints come out", published_thumbprints_come_out},
    {"the canonical text has the required members in order",
        the_canonical_text_has_the_required_members_in_order},
    {"the alg member is handed on", the_alg_member_is_handed_on},
    {"ec keys of the wrong shape are refused", ec_keys_of_the_wrong_shape_are_refused},
    {"other kinds of key are refused", other_kinds_of_key_are_refused},
    {"private members are refused whatever their value",
        private_members_are_refused_whatever_their_value},
    {"rsa numbers have one text only", rsa_numbers_have_one_text_only},
    {"a stored text that is damaged is refused", a_stored_text_that_is_damaged_is_refused},
    {NULL, NULL},
};
extern const struct test_suite suite_jwk;
const struct test_suite suite_jwk = {"jwk", tests};
