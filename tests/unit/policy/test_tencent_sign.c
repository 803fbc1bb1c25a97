/* Tests of policy/upstream/tencent_sign.h: worked examples that were computed by two other
 * programs. All keys are made up. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/key.h"
#include "base/mem.h"
#include "policy/upstream/tencent_sign.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define SECRET_ID  "AKIDEXAMPLE0000000000000000000000001"
#define SECRET_KEY "ExampleSecretKeyForTestsOnly0001"
#define JSON_UTF8  "application/json; charset=utf-8"
#define HOST       "ssl.tencentcloudapi.com"
#define NEW_YEAR   INT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define REPLACE                                                                                    \
    "{\"CertificateId\":\"tcA1b2C3\",\"ValidType\":\"DNS\",\"CsrType\":\"original\","              \
    "\"Reason\":\"key rotation\"}"
#define ALIAS "{\"CertificateId\":\"tcA1b2C3\",\"Alias\":\"\xe8\xaf\x81\xe4\xb9\xa6-1\"}"

static const struct example {
    const char *what, *host, *content_type, *action, *body;
    int64_t time_s;
    size_t canonical_len;
    const char *canonical_hash, *scope, *signed_headers, *signature;
} examples[] = {
    {"a reissue", HOST, JSON_UTF8, NULL, REPLACE, NEW_YEAR, 165,
        "d06198b22dd286fa1a7dd97daa40b33a9d6a86588359f01c8e78427690008fbf",
        "2026-01-01/ssl/tc3_request", "content-type;host",
        "8cae9249ef7a48182ace32717533b5039e9341e6b0567ac4048b596a2961cdf4"},
    {"with the action signed", HOST, JSON_UTF8, "ReplaceCertificate", REPLACE, NEW_YEAR, 208,
        "d230fa2cc5731fa8277d0ce7409b92e9e6e998401c43c3475ecb1b540f03c08b",
        "2026-01-01/ssl/tc3_request", "content-type;host;x-tc-action",
        "30daec57149846732e36dedd0debd38eb3753e996ae394d4073e0e8313bc7c23"},
    {"the last second of a year, a port, Chinese", "127.0.0.1:18443", "application/json", NULL,
        ALIAS, NEW_YEAR - 1, 142,
        "edad4acb8ad0646a225facbf171863993de5809e0ba6a04f69640555b3bf4696",
        "2025-12-31/ssl/tc3_request", "content-type;host",
        "7f78b6afb0e0386d08b2fa30e01d99c5f9846d580a8191f4d78098bd762ff745"},
    {"no parameters", HOST, JSON_UTF8, NULL, "{}", NEW_YEAR, 0,
        "25a2563a2fbd1c908a2ae92d6c6b9db399d9898961e722165d0efdbb21bbecbd",
        "2026-01-01/ssl/tc3_request", "content-type;host",
        "ffa5db6d34c3ed91ca32e3b8e786775811d6d4a03b85a7e69e7312872ef6d291"},
};

static struct tencent_request request_of(const struct example *example)
{
    return (struct tencent_request){example->host, example->content_type, example->action,
        example->time_s, bytes_of(example->body)};
}

static void examples_give_their_signatures(void)
{
    void *mem = mem_new(NULL, char);

    for (size_t i = 0; i < COUNT(examples); i++) {
        const struct example *example = &examples[i];
        const struct tencent_request request = request_of(example);
        const char *canonical = tencent_canonical(mem, &request);
        char hash[65];
        uint8_t digest[32];

        sha256(bytes_of(canonical), digest);
        hex_encode(digest, sizeof digest, hash);
        CU_ASSERT_STRING_EQUAL(hash, example->canonical_hash);
        if (example->canonical_len != 0)
            CU_ASSERT_EQUAL(strlen(canonical), example->canonical_len);
        CU_ASSERT_STRING_EQUAL(tencent_authorization(mem, SECRET_ID, SECRET_KEY, &request),
            mem_printf(mem,
                "TC3-HMAC-SHA256 Credential=" SECRET_ID "/%s, SignedHeaders=%s, Signature=%s",
                example->scope, example->signed_headers, example->signature));
    }
    mem_free(mem);
}

/* What a common mistake makes is what the service refuses: nothing here may make it. */
static void common_mistakes_give_other_signatures(void)
{
    static const struct {
        size_t of;
        const char *signature;
    } mistakes[] = {
        {2, "348991f78ea909412aba8c05fa5ad3287f8536c36ebda626412c22a519d783cb"}, /* China's date */
        {0, "be7cf59f0d38e31170918e4b15f57652ef2b0c06132f8045b495e497667d417b"}, /* the type */
        {0, "5ec7dadc2162ad2f4363f4fa2f6a918bf494e04a63c1ca0c49b3d245dd986d13"}, /* the body */
    };
    void *mem = mem_new(NULL, char);

    for (size_t i = 0; i < COUNT(mistakes); i++) {
        const struct tencent_request request = request_of(&examples[mistakes[i].of]);

        CU_ASSERT_PTR_NULL(strstr(
            tencent_authorization(mem, SECRET_ID, SECRET_KEY, &request), mistakes[i].signature));
    }
    mem_free(mem);
}

/* The second of them is just the signature of another content type: the type is part of it. */
static void all_that_is_sent_is_part_of_it(void)
{
    void *mem = mem_new(NULL, char);
    const struct tencent_request whole = request_of(&examples[1]);
    const char *signature = tencent_authorization(mem, SECRET_ID, SECRET_KEY, &whole);
    struct tencent_request other = whole;

    other.content_type = "application/json";
    CU_ASSERT_STRING_NOT_EQUAL(
        tencent_authorization(mem, SECRET_ID, SECRET_KEY, &other), signature);
    other = whole;
    other.host = HOST ":443";
    CU_ASSERT_STRING_NOT_EQUAL(
        tencent_authorization(mem, SECRET_ID, SECRET_KEY, &other), signature);
    other = whole;
    other.action = "RevokeCertificate";
    CU_ASSERT_STRING_NOT_EQUAL(
        tencent_authorization(mem, SECRET_ID, SECRET_KEY, &other), signature);
    other = whole;
    other.time_s++;
    CU_ASSERT_STRING_NOT_EQUAL(
        tencent_authorization(mem, SECRET_ID, SECRET_KEY, &other), signature);
    other = whole;
    other.body.len--;
    CU_ASSERT_STRING_NOT_EQUAL(
        tencent_authorization(mem, SECRET_ID, SECRET_KEY, &other), signature);
    CU_ASSERT_STRING_NOT_EQUAL(tencent_authorization(mem, SECRET_ID, "another", &whole), signature);
    mem_free(mem);
}

static const struct test tests[] = {
    {"examples give their signatures", examples_give_their_signatures},
    {"common mistakes give other signatures", common_mistakes_give_other_signatures},
    {"all that is sent is part of it", all_that_is_sent_is_part_of_it},
    {NULL, NULL},
};

const struct test_suite suite_tencent_sign = {"tencent_sign", tests};
