/* Tests of acme/jws: RFC 7515's and RFC 8037's signatures, each rule of RFC 8555, 6.2 broken once,
 * and what clients send. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/jws.h"
#include "acme/problem.h"
#include "base/b64url.h"
#include "base/mem.h"
#include "tests/unit/acme/jose_vectors.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define URL    "https://localhost:14000/acme/new-account"
#define KID    "https://localhost:14000/acme/account/7"
#define HEADER "{\"alg\":\"ES256\",\"nonce\":\"abc-_9\",\"url\":\"" URL "\",\"kid\":\"" KID "\"}"

static const struct {
    const char *alg;
    enum key_scheme scheme;
    enum key_type type;
} algorithms[] = {{"ES256", KEY_ES256, KEY_P256}, {"ES384", KEY_ES384, KEY_P384},
    {"ES512", KEY_ES512, KEY_P521}, {"EdDSA", KEY_EDDSA, KEY_ED25519},
    {"Ed25519", KEY_EDDSA, KEY_ED25519}, {"RS256", KEY_RS256, KEY_RSA},
    {"PS256", KEY_PS256, KEY_RSA}};

/* Private keys of all types, made once: RSA takes its time. */
static struct key *private_of(enum key_type type)
{
    static struct key *keys[KEY_ED25519 + 1];

    if (keys[type] == NULL)
        keys[type] = key_generate(NULL, type, 2048);
    return keys[type];
}

static char *encode(void *mem, const char *text)
{
    return b64url_encode(mem, bytes_of(text));
}

/* A request body: a header and a payload as they are, and a signature over both. */
static struct bytes request(
    void *mem, const char *header, const char *payload, struct key *key, enum key_scheme scheme)
{
    char *protected = encode(mem, header), *content = encode(mem, payload);
    struct bytes signature =
        key_sign(mem, key, scheme, bytes_of(mem_printf(mem, "%s.%s", protected, content)));

    return bytes_of(
        mem_printf(mem, "{\"protected\":\"%s\",\"payload\":\"%s\",\"signature\":\"%s\"}", protected,
            content, b64url_encode(mem, signature)));
}

/* The public JWK of the P-256 key. */
static char *p256_jwk(void *mem)
{
    struct bytes spki = key_spki(mem, private_of(KEY_P256));
    struct bytes x = {spki.data + spki.len - 64, 32}, y = {spki.data + spki.len - 32, 32};

    return mem_printf(mem, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}",
        b64url_encode(mem, x), b64url_encode(mem, y));
}

/* Fails the test, and says with what, unless `body` is refused with this problem and these words.
 */
static void expect_refused(struct bytes body, enum problem problem, const char *words)
{
    void *mem = mem_pool(NULL, 8192);
    struct jws jws;
    struct err e = {0};

    CU_ASSERT_NOT_EQUAL(jws_read(mem, body, &jws, &e), ERR_OK);
    CU_ASSERT_EQUAL(problem_of(&e), problem);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, words));
    if (problem_of(&e) != problem || strstr(e.detail, words) == NULL)
        printf("\n    %.*s\n    %s\n", (int)body.len, (const char *)body.data, e.detail);
    mem_free(mem);
}

static void expect_header_refused(const char *header, enum problem problem, const char *words)
{
    void *mem = mem_pool(NULL, 8192);

    expect_refused(request(mem, header, "{}", private_of(KEY_P256), KEY_ES256), problem, words);
    mem_free(mem);
}

static enum key_scheme scheme_of(const char *alg)
{
    size_t i = 0;

    while (strcmp(algorithms[i].alg, alg) != 0)
        i++;
    return algorithms[i].scheme;
}

static void published_signatures_verify(void)
{
    void *mem = mem_pool(NULL, 8192);
    struct json vectors = jose_vectors(mem);
    int seen = 0;

    for (size_t i = 0; i < json_len(&vectors); i++) {
        struct json vector, key;
        const char *alg, *protected, *payload, *signature;
        struct err e = {0};
        struct jws jws = {0};

        json_element(&vectors, i, &vector);
        json_member(&vector, "jwk", &key);
        if (json_read_string(&vector, "alg", JSON_OPTIONAL, &alg, &e) != ERR_OK || alg == NULL)
            continue;
        json_read_string(&vector, "protected", JSON_REQUIRED, &protected, &e);
        json_read_string(&vector, "payload", JSON_REQUIRED, &payload, &e);
        json_read_string(&vector, "signature", JSON_REQUIRED, &signature, &e);
        CU_ASSERT_EQUAL_FATAL(e.code, ERR_OK);
        CU_ASSERT_EQUAL_FATAL(jwk_read(mem, &key, &jws.jwk, &e), ERR_OK);
        jws.scheme = scheme_of(alg);
        jws.signed_text = bytes_of(mem_printf(mem, "%s.%s", protected, payload));
        CU_ASSERT(b64url_decode(mem, bytes_of(signature), &jws.signature));
        CU_ASSERT_EQUAL(jws_verify(&jws, jws.jwk.key, &e), ERR_OK);
        jws.signed_text.len--;
        CU_ASSERT_EQUAL(jws_verify(&jws, jws.jwk.key, &e), ERR_INPUT);
        seen++;
    }
    CU_ASSERT_EQUAL(seen, 4);
    mem_free(mem);
}

static void a_good_request_is_taken_apart(void)
{
    void *mem = mem_pool(NULL, 8192);
    struct bytes body = request(mem, HEADER, "{\"a\":1}", private_of(KEY_P256), KEY_ES256);
    struct jws jws;
    struct err e = {0};

    CU_ASSERT_EQUAL_FATAL(jws_read(mem, body, &jws, &e), ERR_OK);
    CU_ASSERT_EQUAL(jws.scheme, KEY_ES256);
    CU_ASSERT_STRING_EQUAL(jws.alg, "ES256");
    CU_ASSERT_STRING_EQUAL(jws.nonce, "abc-_9");
    CU_ASSERT_STRING_EQUAL(jws.url, URL);
    CU_ASSERT_STRING_EQUAL(jws.kid, KID);
    CU_ASSERT_FALSE(jws.has_jwk);
    CU_ASSERT(bytes_equal(jws.payload, bytes_of("{\"a\":1}")));
    CU_ASSERT_EQUAL(jws.signature.len, 64);
    CU_ASSERT_EQUAL(jws_verify(&jws, private_of(KEY_P256), &e), ERR_OK);
    mem_free(mem);
}

static void every_algorithm_verifies_under_its_key_only(void)
{
    void *mem = mem_pool(NULL, 8192);

    for (size_t i = 0; i < COUNT(algorithms); i++) {
        char *header = mem_printf(
            mem, "{\"alg\":\"%s\",\"nonce\":\"n\",\"url\":\"u\",\"kid\":\"k\"}", algorithms[i].alg);
        struct key *key = private_of(algorithms[i].type);
        struct jws jws;
        struct err e = {0};

        CU_ASSERT_EQUAL_FATAL(
            jws_read(mem, request(mem, header, "x", key, algorithms[i].scheme), &jws, &e), ERR_OK);
        CU_ASSERT_STRING_EQUAL(jws.alg, algorithms[i].alg);
        for (size_t k = 0; k < COUNT(algorithms); k++)
            CU_ASSERT_EQUAL(jws_verify(&jws, private_of(algorithms[k].type), &e) == ERR_OK,
                algorithms[k].type == algorithms[i].type);
        CU_ASSERT_EQUAL(
            jws_verify(&jws, key_generate(mem, algorithms[i].type, 2048), &e), ERR_INPUT);
        CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_MALFORMED);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "does not match"));
    }
    mem_free(mem);
}

/* RS256 and PS256 share their keys, so only the scheme keeps them apart. */
static void an_rs256_signature_is_no_ps256_signature(void)
{
    void *mem = mem_pool(NULL, 8192);
    char *header =
        mem_printf(mem, "{\"alg\":\"PS256\",\"nonce\":\"n\",\"url\":\"u\",\"kid\":\"k\"}");
    struct jws jws;
    struct err e = {0};

    CU_ASSERT_EQUAL(
        jws_read(mem, request(mem, header, "x", private_of(KEY_RSA), KEY_RS256), &jws, &e), ERR_OK);
    CU_ASSERT_EQUAL(jws_verify(&jws, private_of(KEY_RSA), &e), ERR_INPUT);
    mem_free(mem);
}

static void a_key_that_does_not_fit_the_algorithm_is_named(void)
{
    void *mem = mem_pool(NULL, 8192);
    struct jws jws;
    struct err e = {0};

    CU_ASSERT_EQUAL(
        jws_read(mem, request(mem, HEADER, "", private_of(KEY_P256), KEY_ES256), &jws, &e), ERR_OK);
    CU_ASSERT_EQUAL(jws_verify(&jws, private_of(KEY_RSA), &e), ERR_INPUT);
    CU_ASSERT_EQUAL(e.kind, PROBLEM_MALFORMED);
    CU_ASSERT_STRING_EQUAL(
        e.detail, "the algorithm ES256 is for EC P-256 keys, but the key that signs is RSA");
    mem_free(mem);
}

static void signatures_of_the_wrong_length_are_refused_with_the_right_one(void)
{
    void *mem = mem_pool(NULL, 8192);
    struct jws jws;
    struct err e = {0};

    CU_ASSERT_EQUAL(
        jws_read(mem, request(mem, HEADER, "", private_of(KEY_P256), KEY_ES256), &jws, &e), ERR_OK);
    for (size_t len = 0; len < 64; len++) {
        jws.signature.len = len;
        CU_ASSERT_EQUAL(jws_verify(&jws, private_of(KEY_P256), &e), ERR_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "has 64 octets"));
    }
    mem_free(mem);
}

static void an_empty_payload_is_post_as_get(void)
{
    void *mem = mem_pool(NULL, 8192);
    struct jws jws;
    struct err e = {0};

    CU_ASSERT_EQUAL(
        jws_read(mem, request(mem, HEADER, "", private_of(KEY_P256), KEY_ES256), &jws, &e), ERR_OK);
    CU_ASSERT_EQUAL(jws.payload.len, 0);
    CU_ASSERT_EQUAL(jws_verify(&jws, private_of(KEY_P256), &e), ERR_OK);
    mem_free(mem);
}

static void a_jwk_is_read_and_its_key_verifies(void)
{
    void *mem = mem_pool(NULL, 8192);
    char *header = mem_printf(
        mem, "{\"alg\":\"ES256\",\"nonce\":\"n\",\"url\":\"u\",\"jwk\":%s}", p256_jwk(mem));
    struct jws jws;
    struct err e = {0};

    CU_ASSERT_EQUAL_FATAL(
        jws_read(mem, request(mem, header, "{}", private_of(KEY_P256), KEY_ES256), &jws, &e),
        ERR_OK);
    CU_ASSERT(jws.has_jwk);
    CU_ASSERT_PTR_NULL(jws.kid);
    CU_ASSERT_STRING_EQUAL(jws.jwk.canonical,
        mem_printf(mem, "{\"crv\":\"P-256\",\"kty\":\"EC\",%s", strstr(p256_jwk(mem), "\"x\"")));
    CU_ASSERT_EQUAL(jws_verify(&jws, jws.jwk.key, &e), ERR_OK);
    mem_free(mem);
}

static void a_changed_request_no_longer_verifies(void)
{
    void *mem = mem_pool(NULL, 8192);
    struct bytes body = request(mem, HEADER, "{\"a\":1}", private_of(KEY_P256), KEY_ES256);
    struct jws jws;
    struct err e = {0};

    for (size_t at = 0; at < body.len; at++) {
        uint8_t *copy = mem_dup(mem, body.data, body.len);

        copy[at] ^= 1;
        if (jws_read(mem, (struct bytes){copy, body.len}, &jws, &e) == ERR_OK)
            CU_ASSERT_EQUAL(jws_verify(&jws, private_of(KEY_P256), &e), ERR_INPUT);
    }
    mem_free(mem);
}

/* certbot indents, others add members; JSON's own escapes mean the same characters. */
static void other_spellings_of_the_same_json_are_read(void)
{
    static const char *const forms[] = {
        " {\n    \"signature\" : \"%3$s\",\n    \"payload\" : \"%2$s\",\n    \"protected\" : "
        "\"%1$s\"\n} \r\n",
        "{\"resource\":\"new-reg\",\"x\":{\"signatures\":[]},\"protected\":\"%1$s\",\"payload\":\"%"
        "2$s\","
        "\"signature\":\"%3$s\"}",
        "{\"\\u0070rotected\":\"%1$s\",\"payload\":\"%2$s\",\"signature\":\"%3$s\"}",
    };
    void *mem = mem_pool(NULL, 8192);
    char *protected = encode(mem, HEADER), *payload = encode(mem, "{}");
    char *signature =
        b64url_encode(mem, key_sign(mem, private_of(KEY_P256), KEY_ES256,
                               bytes_of(mem_printf(mem, "%s.%s", protected, payload))));
    struct jws jws;
    struct err e = {0};

    for (size_t i = 0; i < COUNT(forms); i++) {
        char body[2048];
        char *at = body;

        for (const char *p = forms[i]; *p != '\0'; p++) {
            if (p[0] == '%' && p[2] == '$') {
                at += snprintf(at, 1024, "%s",
                    p[1] == '1'   ? protected
                    : p[1] == '2' ? payload
                                  : signature);
                p += 3;
            } else {
                *at++ = *p;
            }
        }
        *at = '\0';
        CU_ASSERT_EQUAL_FATAL(jws_read(mem, bytes_of(body), &jws, &e), ERR_OK);
        CU_ASSERT_EQUAL(jws_verify(&jws, private_of(KEY_P256), &e), ERR_OK);
    }
    mem_free(mem);
}

static void unknown_header_members_are_ignored(void)
{
    void *mem = mem_pool(NULL, 8192);
    const char *header = "{\"alg\":\"ES256\",\"typ\":\"JOSE+JSON\",\"nonce\":\"n\",\"url\":\"u\","
                         "\"kid\":\"k\",\"jwk\":null,"
                         "\"x5c\":[],\"cty\":{}}";
    struct jws jws;
    struct err e = {0};

    CU_ASSERT_EQUAL(
        jws_read(mem, request(mem, header, "", private_of(KEY_P256), KEY_ES256), &jws, &e), ERR_OK);
    mem_free(mem);
}

static void bodies_that_are_no_flattened_jws_are_refused(void)
{
    static const char *const rows[][2] = {
        {"", "not valid JSON"},
        {"{", "not valid JSON"},
        {"eyJhbGciOiJFUzI1NiJ9.e30.AAAA", "not valid JSON"}, /* compact form */
        {"[]", "flattened"},
        {"\"text\"", "not valid JSON"},
        {"{}", "\"protected\" is missing"},
        {"{\"protected\":\"e30\",\"signature\":\"AAAA\"}", "\"payload\" is missing"}, /* detached */
        {"{\"protected\":\"e30\",\"payload\":null,\"signature\":\"AAAA\"}",
            "\"payload\" is missing"},
        {"{\"protected\":\"e30\",\"payload\":{},\"signature\":\"AAAA\"}",
            "\"payload\" must be a string"},
        {"{\"protected\":\"e30\",\"payload\":\"\"}", "\"signature\" is missing"},
        {"{\"protected\":\"e30\",\"payload\":\"\",\"signature\":5}",
            "\"signature\" must be a string"},
        {"{\"protected\":{},\"payload\":\"\",\"signature\":\"AAAA\"}",
            "\"protected\" must be a string"},
        {"{\"protected\":\"e30\",\"payload\":\"\",\"signature\":\"AAAA\",\"header\":{}}",
            "unprotected"},
        {"{\"protected\":\"e30\",\"payload\":\"\",\"signature\":\"AAAA\",\"header\":null}",
            "unprotected"},
        {"{\"payload\":\"\",\"signatures\":[{\"protected\":\"e30\",\"signature\":\"AAAA\"}]}",
            "single \"signature\""},
        {"{\"protected\":\"e30\",\"payload\":\"\",\"signature\":\"AAAA\",\"signatures\":[]}",
            "single \"signature\""},
        {"{\"protected\":\"e30\",\"protected\":\"e30\",\"payload\":\"\",\"signature\":\"AAAA\"}",
            "not valid JSON"},
        {"{\"protected\":\"e30=\",\"payload\":\"\",\"signature\":\"AAAA\"}",
            "\"protected\" of the JWS is not base64url"},
        {"{\"protected\":\"e3 0\",\"payload\":\"\",\"signature\":\"AAAA\"}",
            "\"protected\" of the JWS is not base64url"},
        {"{\"protected\":\"\",\"payload\":\"\",\"signature\":\"AAAA\"}", "not valid JSON"},
        {"{\"protected\":\"W10\",\"payload\":\"\",\"signature\":\"AAAA\"}",
            "must be a JSON object"},
        {"{\"protected\":\"AAAA\",\"payload\":\"\",\"signature\":\"AAAA\"}",
            "protected header is not valid JSON"},
        {"{\"protected\":\"e30\",\"payload\":\"\",\"signature\":\"AAAA\"} x", "not valid JSON"},
        {"{\"protected\":\"e30\\u0000\",\"payload\":\"\",\"signature\":\"AAAA\"}",
            "not valid JSON"},
        {"[[[[[[[[[[[[[[[[[[[[[[[[", "nested deeper"},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        expect_refused(bytes_of(rows[i][0]), PROBLEM_MALFORMED, rows[i][1]);
    expect_refused((struct bytes){(const uint8_t *)"{}\0", 3}, PROBLEM_MALFORMED, "not valid JSON");
    expect_refused(
        (struct bytes){(const uint8_t *)"\xff\xfe{\0}\0", 6}, PROBLEM_MALFORMED, "not valid JSON");
}

static void payload_and_signature_must_be_base64url(void)
{
    static const char *const texts[] = {
        "e30=", "e30==", "e3 0", "e30\\n", "e+/0", "e31", "e", "e30\\u00e9"};
    static const char *const names[] = {"payload", "signature"};
    void *mem = mem_pool(NULL, 8192);
    char *protected = encode(mem, HEADER);

    for (size_t i = 0; i < COUNT(texts); i++)
        for (size_t k = 0; k < COUNT(names); k++)
            expect_refused(
                bytes_of(mem_printf(mem, "{\"protected\":\"%s\",\"%s\":\"%s\",\"%s\":\"e30\"}",
                    protected, names[k], texts[i], names[1 - k])),
                PROBLEM_MALFORMED,
                mem_printf(mem, "the \"%s\" of the JWS is not base64url", names[k]));
    mem_free(mem);
}

#define REST "\"nonce\":\"n\",\"url\":\"u\",\"kid\":\"k\""

static void algorithms_that_are_not_ours_are_refused(void)
{
    static const char *const algs[] = {"none", "None", "", "HS256", "HS384", "HS512", "RS1",
        "RS384", "RS512", "PS384", "ES256K", "es256", "ES256 ", "Ed448", "RSA-OAEP", "dir"};
    void *mem = mem_pool(NULL, 8192);

    for (size_t i = 0; i < COUNT(algs); i++)
        expect_header_refused(mem_printf(mem, "{\"alg\":\"%s\"," REST "}", algs[i]),
            PROBLEM_BAD_SIGNATURE_ALGORITHM, "ES256, ES384, ES512, EdDSA, Ed25519, RS256, PS256");
    expect_header_refused(
        "{" REST "}", PROBLEM_MALFORMED, "in the protected header, \"alg\" is missing");
    expect_header_refused("{\"alg\":null," REST "}", PROBLEM_MALFORMED, "\"alg\" is missing");
    expect_header_refused(
        "{\"alg\":[\"ES256\"]," REST "}", PROBLEM_MALFORMED, "\"alg\" must be a string");
    mem_free(mem);
}

static void extensions_are_refused(void)
{
    static const char *const members[] = {"\"crit\":[\"b64\"],\"b64\":false",
        "\"crit\":[\"exp\"],\"exp\":1", "\"crit\":[]", "\"crit\":null", "\"crit\":[\"alg\"]",
        "\"b64\":false", "\"b64\":true"};
    void *mem = mem_pool(NULL, 8192);

    for (size_t i = 0; i < COUNT(members); i++)
        expect_header_refused(mem_printf(mem, "{\"alg\":\"ES256\",%s," REST "}", members[i]),
            PROBLEM_MALFORMED, "must not have");
    mem_free(mem);
}

static void the_url_must_be_there(void)
{
    expect_header_refused("{\"alg\":\"ES256\",\"nonce\":\"n\",\"kid\":\"k\"}", PROBLEM_MALFORMED,
        "\"url\" is missing");
    expect_header_refused("{\"alg\":\"ES256\",\"nonce\":\"n\",\"kid\":\"k\",\"url\":7}",
        PROBLEM_MALFORMED, "\"url\" must be a string");
    expect_header_refused(
        "{\"alg\":\"ES256\",\"url\":\"u\",\"url\":\"v\",\"nonce\":\"n\",\"kid\":\"k\"}",
        PROBLEM_MALFORMED, "not valid JSON");
}

static void a_missing_nonce_is_bad_and_an_impossible_one_malformed(void)
{
    static const char *const impossible[] = {
        "\"\"", "\"a b\"", "\"a=\"", "\"a+b\"", "\"a/b\"", "\"\\u00e9\"", "\"a\\n\""};
    void *mem = mem_pool(NULL, 8192);

    /* acme.sh looks for these words before it tries again */
    expect_header_refused("{\"alg\":\"ES256\",\"url\":\"u\",\"kid\":\"k\"}", PROBLEM_BAD_NONCE,
        "JWS has an invalid anti-replay nonce");
    for (size_t i = 0; i < COUNT(impossible); i++)
        expect_header_refused(
            mem_printf(
                mem, "{\"alg\":\"ES256\",\"url\":\"u\",\"kid\":\"k\",\"nonce\":%s}", impossible[i]),
            PROBLEM_MALFORMED, "not base64url");
    expect_header_refused("{\"alg\":\"ES256\",\"url\":\"u\",\"kid\":\"k\",\"nonce\":1}",
        PROBLEM_MALFORMED, "\"nonce\" must be a string");
    mem_free(mem);
}

static void a_nonce_that_only_looks_wrong_is_left_to_the_nonce_check(void)
{
    static const char *const strange[] = {
        "a", "-", "__", "AB"}; /* lengths and last bits that no octets have */
    void *mem = mem_pool(NULL, 8192);

    for (size_t i = 0; i < COUNT(strange); i++) {
        char *header = mem_printf(
            mem, "{\"alg\":\"ES256\",\"url\":\"u\",\"kid\":\"k\",\"nonce\":\"%s\"}", strange[i]);
        struct jws jws;
        struct err e = {0};

        CU_ASSERT_EQUAL(
            jws_read(mem, request(mem, header, "", private_of(KEY_P256), KEY_ES256), &jws, &e),
            ERR_OK);
    }
    mem_free(mem);
}

#define SIGNED "\"alg\":\"ES256\",\"nonce\":\"n\",\"url\":\"u\""

static void the_signer_is_named_once(void)
{
    void *mem = mem_pool(NULL, 8192);
    char *jwk = p256_jwk(mem);

    expect_header_refused("{" SIGNED "}", PROBLEM_MALFORMED, "has neither");
    expect_header_refused("{" SIGNED ",\"kid\":null}", PROBLEM_MALFORMED, "has neither");
    expect_header_refused(mem_printf(mem, "{" SIGNED ",\"kid\":\"k\",\"jwk\":%s}", jwk),
        PROBLEM_MALFORMED, "not both");
    expect_header_refused("{" SIGNED ",\"kid\":1}", PROBLEM_MALFORMED, "\"kid\" must be a string");
    mem_free(mem);
}

static void a_bad_jwk_is_a_bad_public_key(void)
{
    void *mem = mem_pool(NULL, 8192);
    char *jwk = p256_jwk(mem);

    expect_header_refused(
        "{" SIGNED ",\"jwk\":\"k\"}", PROBLEM_BAD_PUBLIC_KEY, "must be a JSON Web Key");
    expect_header_refused(
        "{" SIGNED ",\"jwk\":{}}", PROBLEM_BAD_PUBLIC_KEY, "\"jwk.kty\" is missing");
    expect_header_refused("{" SIGNED ",\"jwk\":{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}}",
        PROBLEM_BAD_PUBLIC_KEY, "2048");
    expect_header_refused(mem_printf(mem, "{" SIGNED ",\"jwk\":{\"d\":\"AA\",%s}", jwk + 1),
        PROBLEM_BAD_PUBLIC_KEY, "private member");
    expect_header_refused(mem_printf(mem, "{" SIGNED ",\"jwk\":{\"alg\":\"ES384\",%s}", jwk + 1),
        PROBLEM_BAD_PUBLIC_KEY, "for the algorithm \"ES384\", but the JWS says \"ES256\"");
    mem_free(mem);
}

static void the_list_of_algorithms_is_the_one_that_is_accepted(void)
{
    void *mem = mem_pool(NULL, 8192);
    struct json list, element;
    const char *name;
    struct err e = {0};

    CU_ASSERT_EQUAL(
        json_parse(mem, bytes_of(mem_printf(mem, "%s", jws_algorithms_json)), "it", &list, &e),
        ERR_OK);
    CU_ASSERT_EQUAL(json_len(&list), COUNT(algorithms));
    for (size_t i = 0; i < COUNT(algorithms); i++) {
        json_element(&list, i, &element);
        CU_ASSERT_EQUAL(json_as_string(&element, &name, &e), ERR_OK);
        CU_ASSERT_STRING_EQUAL(name, algorithms[i].alg);
    }
    mem_free(mem);
}

static void large_requests_are_read(void)
{
    void *mem = mem_pool(NULL, 8192);
    size_t len = 100000;
    char *payload = mem_alloc(mem, len + 1, "payload");
    struct jws jws;
    struct err e = {0};

    memset(payload, 'x', len);
    CU_ASSERT_EQUAL(
        jws_read(mem, request(mem, HEADER, payload, private_of(KEY_P256), KEY_ES256), &jws, &e),
        ERR_OK);
    CU_ASSERT_EQUAL(jws.payload.len, len);
    CU_ASSERT_EQUAL(jws_verify(&jws, private_of(KEY_P256), &e), ERR_OK);
    mem_free(mem);
}

static const struct test tests[] = {
    {"published signatures verify", published_signatures_verify},
    {"a good request is taken apart", a_good_request_is_taken_apart},
    {"every algorithm verifies under its key only", every_algorithm_verifies_under_its_key_only},
    {"an rs256 signature is no ps256 signature", an_rs256_signature_is_no_ps256_signature},
    {"a key that does not fit the algorithm is named",
        a_key_that_does_not_fit_the_algorithm_is_named},
    {"signatures of the wrong length are refused with the right one",
        signatures_of_the_wrong_length_are_refused_with_the_right_one},
    {"an empty payload is post as get", an_empty_payload_is_post_as_get},
    {"a jwk is read and its key verifies", a_jwk_is_read_and_its_key_verifies},
    {"a changed request no longer verifies", a_changed_request_no_longer_verifies},
    {"other spellings of the same json are read", other_spellings_of_the_same_json_are_read},
    {"unknown header members are ignored", unknown_header_members_are_ignored},
    {"bodies that are no flattened jws are refused", bodies_that_are_no_flattened_jws_are_refused},
    {"payload and signature must be base64url", payload_and_signature_must_be_base64url},
    {"algorithms that are not ours are refused", algorithms_that_are_not_ours_are_refused},
    {"extensions are refused", extensions_are_refused},
    {"the url must be there", the_url_must_be_there},
    {"a missing nonce is bad and an impossible one malformed",
        a_missing_nonce_is_bad_and_an_impossible_one_malformed},
    {"a nonce that only looks wrong is left to the nonce check",
        a_nonce_that_only_looks_wrong_is_left_to_the_nonce_check},
    {"the signer is named once", the_signer_is_named_once},
    {"a bad jwk is a bad public key", a_bad_jwk_is_a_bad_public_key},
    {"the list of algorithms is the one that is accepted",
        the_list_of_algorithms_is_the_one_that_is_accepted},
    {"large requests are read", large_requests_are_read},
    {NULL, NULL},
};
extern const struct test_suite suite_jws;
const struct test_suite suite_jws = {"jws", tests};
