/* Tests of acme/jws where a JWS stands within a payload: the MACs of external accounts and the
 * signature of a new key, made by others (tests/vectors/nested_jws.json), and each rule broken
 * once.
 */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <string.h>

#include "acme/jws.h"
#include "acme/problem.h"
#include "base/b64url.h"
#include "base/file.h"
#include "base/mem.h"

#define URL "https://acme.example/new-acct"

static struct json vectors(void *mem)
{
    struct json json = {0};
    struct err e = {0};
    char *text;

    CU_ASSERT_EQUAL_FATAL(
        file_read(mem, TEST_DATA "/vectors/nested_jws.json", 16384, &text, &e), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(json_parse(mem, bytes_of(text), "the vectors", &json, &e), ERR_OK);
    return json;
}

/* The vector's JWS and MAC key. */
static void read_binding(
    void *mem, const struct json *all, size_t index, struct jws *jws, struct bytes *key)
{
    struct json list, vector, at;
    struct err e = {0};
    const char *text;

    CU_ASSERT_EQUAL(json_read_array(all, "bindings", JSON_REQUIRED, &list, &e), ERR_OK);
    json_element(&list, index, &vector);
    CU_ASSERT_EQUAL(json_read_string(&vector, "key", JSON_REQUIRED, &text, &e), ERR_OK);
    CU_ASSERT(b64url_decode(mem, bytes_of(text), key));
    json_member(&vector, "jws", &at);
    CU_ASSERT_EQUAL_FATAL(jws_read_nested(mem, &at, JWS_BINDING, jws, &e), ERR_OK);
}

static void bindings_of_others_verify(void)
{
    void *mem = mem_pool(NULL, 8192);
    struct json all = vectors(mem);

    for (size_t i = 0; i < 3; i++) {
        struct err e = {0};
        struct bytes key;
        struct jws jws;

        read_binding(mem, &all, i, &jws, &key);
        CU_ASSERT_EQUAL(jws.mac, i);
        CU_ASSERT_STRING_EQUAL(jws.kid, "cust-7");
        CU_ASSERT_STRING_EQUAL(jws.url, URL);
        CU_ASSERT_FALSE(jws.has_jwk);
        CU_ASSERT_EQUAL(jws_verify_mac(&jws, key, &e), ERR_OK);
    }
    mem_free(mem);
}

static void expect_wrong_mac(const struct jws *jws, struct bytes key, const char *words)
{
    struct err e = {0};

    CU_ASSERT_NOT_EQUAL(jws_verify_mac(jws, key, &e), ERR_OK);
    CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_UNAUTHORIZED);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, words));
}

static void a_binding_by_another_key_or_over_other_data_is_refused(void)
{
    void *mem = mem_pool(NULL, 8192);
    struct json all = vectors(mem);

    for (size_t i = 0; i < 3; i++) {
        struct bytes key, other, longer, text;
        struct jws jws, changed;

        read_binding(mem, &all, i, &jws, &key);
        other = bytes_copy(mem, key);
        ((uint8_t *)(uintptr_t)other.data)[key.len - 1] ^= 1;
        expect_wrong_mac(&jws, other, "cust-7");
        longer = bytes_of(mem_printf(mem, "%.*sx", (int)key.len, (const char *)key.data));
        expect_wrong_mac(&jws, longer, "cust-7");
        expect_wrong_mac(&jws, (struct bytes){key.data, key.len - 1}, "too few");

        changed = jws;
        text = bytes_copy(mem, jws.signed_text);
        ((uint8_t *)(uintptr_t)text.data)[text.len - 1] ^= 1;
        changed.signed_text = text;
        expect_wrong_mac(&changed, key, "cust-7");
        for (size_t len = 0; len < jws.signature.len; len += 8) { /* a cut MAC is no MAC */
            changed = jws;
            changed.signature.len = len;
            expect_wrong_mac(&changed, key, "cust-7");
        }
    }
    mem_free(mem);
}

static void the_new_key_of_others_verifies(void)
{
    void *mem = mem_pool(NULL, 8192);
    struct json all = vectors(mem), at;
    struct err e = {0};
    struct jws jws;

    json_member(&all, "key_change", &at);
    CU_ASSERT_EQUAL_FATAL(jws_read_nested(mem, &at, JWS_NEW_KEY, &jws, &e), ERR_OK);
    CU_ASSERT(jws.has_jwk);
    CU_ASSERT_PTR_NULL(jws.nonce);
    CU_ASSERT_STRING_EQUAL(jws.url, "https://acme.example/key-change");
    CU_ASSERT_EQUAL(jws_verify(&jws, jws.jwk.key, &e), ERR_OK);
    mem_free(mem);
}

#define JWK                                                                                        \
    "\"jwk\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\","                                                \
    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"
#define END "\"url\":\"" URL "\"}"

static const struct {
    enum jws_use use;
    const char *header;
    enum problem problem; /* PROBLEM_NONE: it is read */
    const char *words;
} headers[] = {
    {JWS_BINDING, "{\"alg\":\"HS256\",\"kid\":\"k\"," END, PROBLEM_NONE, ""},
    {JWS_BINDING, "{\"alg\":\"HS256\",\"kid\":\"k\",\"nonce\":\"abc\"," END, PROBLEM_MALFORMED,
        "nonce"},
    {JWS_BINDING, "{\"alg\":\"HS256\",\"kid\":\"k\",\"nonce\":null," END, PROBLEM_MALFORMED,
        "nonce"},
    {JWS_BINDING, "{\"alg\":\"HS256\"," JWK "," END, PROBLEM_MALFORMED, "kid"},
    {JWS_BINDING, "{\"alg\":\"HS256\",\"kid\":\"k\"," JWK "," END, PROBLEM_MALFORMED, "not both"},
    {JWS_BINDING, "{\"alg\":\"HS256\"," END, PROBLEM_MALFORMED, "neither"},
    {JWS_BINDING, "{\"alg\":\"HS256\",\"kid\":7," END, PROBLEM_MALFORMED, "kid"},
    {JWS_BINDING, "{\"alg\":\"HS1\",\"kid\":\"k\"," END, PROBLEM_MALFORMED, "HS1"},
    {JWS_BINDING, "{\"alg\":\"none\",\"kid\":\"k\"," END, PROBLEM_MALFORMED, "none"},
    {JWS_BINDING, "{\"alg\":\"ES256\",\"kid\":\"k\"," END, PROBLEM_MALFORMED, "ES256"},
    {JWS_BINDING, "{\"kid\":\"k\"," END, PROBLEM_MALFORMED, "alg"},
    {JWS_BINDING, "{\"alg\":\"HS256\",\"kid\":\"k\"}", PROBLEM_MALFORMED, "url"},
    {JWS_BINDING, "{\"alg\":\"HS256\",\"kid\":\"k\",\"crit\":[]," END, PROBLEM_MALFORMED, "crit"},
    {JWS_NEW_KEY, "{\"alg\":\"EdDSA\"," JWK "," END, PROBLEM_NONE, ""},
    {JWS_NEW_KEY, "{\"alg\":\"Ed25519\"," JWK "," END, PROBLEM_NONE, ""},
    {JWS_NEW_KEY, "{\"alg\":\"EdDSA\",\"nonce\":\"abc\"," JWK "," END, PROBLEM_MALFORMED, "nonce"},
    {JWS_NEW_KEY, "{\"alg\":\"EdDSA\",\"kid\":\"k\"," END, PROBLEM_MALFORMED, "new key"},
    {JWS_NEW_KEY, "{\"alg\":\"HS256\"," JWK "," END, PROBLEM_BAD_SIGNATURE_ALGORITHM, "HS256"},
    {JWS_NEW_KEY, "{\"alg\":\"EdDSA\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"}," END,
        PROBLEM_BAD_PUBLIC_KEY, "kty"},
};

static void headers_within_a_payload_have_rules_of_their_own(void)
{
    void *mem = mem_pool(NULL, 8192);

    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        struct json at;
        struct jws jws;
        struct err e = {0};
        const char *text =
            mem_printf(mem, "{\"protected\":\"%s\",\"payload\":\"e30\",\"signature\":\"AA\"}",
                b64url_encode(mem, bytes_of(headers[i].header)));
        enum problem problem;

        CU_ASSERT_EQUAL_FATAL(json_parse(mem, bytes_of(text), "it", &at, &e), ERR_OK);
        problem = jws_read_nested(mem, &at, headers[i].use, &jws, &e) == ERR_OK ? PROBLEM_NONE
                                                                                : problem_of(&e);
        CU_ASSERT_EQUAL(problem, headers[i].problem);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, headers[i].words));
        if (problem != headers[i].problem || strstr(e.detail, headers[i].words) == NULL)
            printf("\n    %s\n    %s\n", headers[i].header, e.detail);
    }
    mem_free(mem);
}

static void what_is_no_object_is_refused_by_its_place(void)
{
    static const char *const texts[] = {"{\"b\":7}", "{\"b\":[]}", "{\"b\":\"x\"}", "{\"b\":null}"};
    void *mem = mem_pool(NULL, 8192);

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct json document, at;
        struct jws jws;
        struct err e = {0};

        CU_ASSERT_EQUAL(json_parse(mem, bytes_of(texts[i]), "it", &document, &e), ERR_OK);
        json_member(&document, "b", &at);
        CU_ASSERT_EQUAL(jws_read_nested(mem, &at, JWS_BINDING, &jws, &e), ERR_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "must be a JWS"));
    }
    mem_free(mem);
}

static const struct test tests[] = {
    {"bindings of others verify", bindings_of_others_verify},
    {"a binding by another key or over other data is refused",
        a_binding_by_another_key_or_over_other_data_is_refused},
    {"the new key of others verifies", the_new_key_of_others_verifies},
    {"headers within a payload have rules of their own",
        headers_within_a_payload_have_rules_of_their_own},
    {"what is no object is refused by its place", what_is_no_object_is_refused_by_its_place},
    {NULL, NULL},
};
extern const struct test_suite suite_nested_jws;
const struct test_suite suite_nested_jws = {"nested_jws", tests};
