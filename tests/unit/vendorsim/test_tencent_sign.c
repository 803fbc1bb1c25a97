/* The signatures of Tencent Cloud's API (TC3-HMAC-SHA256): worked examples step by step, and what
 * common mistakes give. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "tests/vendorsim/tencent_sign.h"

#define SECRET_ID   "AKIDEXAMPLE0000000000000000000000001"
#define SECRET_KEY  "ExampleSecretKeyForTestsOnly0001"
#define HOST        "ssl.tencentcloudapi.com"
#define TYPE        "application/json; charset=utf-8"
#define TWO_HEADERS "content-type;host"
#define BODY_A                                                                                     \
    "{\"CertificateId\":\"tcA1b2C3\",\"ValidType\":\"DNS\",\"CsrType\":"                           \
    "\"original\",\"Reason\":\"key rotation\"}"
#define BODY_C "{\"CertificateId\":\"tcA1b2C3\",\"Alias\":\"\xe8\xaf\x81\xe4\xb9\xa6-1\"}"

struct vector {
    const char *timestamp, *date, *signed_headers, *host, *type, *action, *body;
    const char *body_hash, *request_hash, *date_key, *service_key, *signing_key, *signature;
};

static const struct vector vectors[] = {
    {"1767225600", "2026-01-01", TWO_HEADERS, HOST, TYPE, "ReplaceCertificate", BODY_A,
        "34b86a2f51bcf9f5a5e8a8caafec4e9c44b018ebaddc4a0974c22a515be8f257",
        "d06198b22dd286fa1a7dd97daa40b33a9d6a86588359f01c8e78427690008fbf",
        "722ba35f0ccc657d2561a4a5c5118fd5c64156277c8fc9a9e7594b719cac4ce5",
        "e4ad34c7224f06c09e295c54b28f329754d37a3d0ad1917497154d16db9fd6f8",
        "7272fab044a75d892019619546383280958f1a02e99354485687080875911236",
        "8cae9249ef7a48182ace32717533b5039e9341e6b0567ac4048b596a2961cdf4"},
    {"1767225600", "2026-01-01", TWO_HEADERS ";x-tc-action", HOST, TYPE, "ReplaceCertificate",
        BODY_A, "34b86a2f51bcf9f5a5e8a8caafec4e9c44b018ebaddc4a0974c22a515be8f257",
        "d230fa2cc5731fa8277d0ce7409b92e9e6e998401c43c3475ecb1b540f03c08b",
        "722ba35f0ccc657d2561a4a5c5118fd5c64156277c8fc9a9e7594b719cac4ce5",
        "e4ad34c7224f06c09e295c54b28f329754d37a3d0ad1917497154d16db9fd6f8",
        "7272fab044a75d892019619546383280958f1a02e99354485687080875911236",
        "30daec57149846732e36dedd0debd38eb3753e996ae394d4073e0e8313bc7c23"},
    {"1767225599", "2025-12-31", TWO_HEADERS, "127.0.0.1:18443", "application/json",
        "ModifyCertificateAlias", BODY_C,
        "bd16c8c475cd66e9e088eb6945da3787ea4a78353fa2b6816197ed7331161687",
        "edad4acb8ad0646a225facbf171863993de5809e0ba6a04f69640555b3bf4696",
        "02e2355c1039cc422f04fc2711a52b628e8400cd4369dd81932bde89674e0478",
        "372c5937e0dc2df309d022f9c1ef0135329251127622447c532f60876358642e",
        "6907720167bf37c6488a69e19865c31652b90f95af8d88bc1e5b0f122053f132",
        "7f78b6afb0e0386d08b2fa30e01d99c5f9846d580a8191f4d78098bd762ff745"},
    {"1767225600", "2026-01-01", TWO_HEADERS, HOST, TYPE, "DescribeCertificates", "{}",
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        "25a2563a2fbd1c908a2ae92d6c6b9db399d9898961e722165d0efdbb21bbecbd", NULL, NULL, NULL,
        "ffa5db6d34c3ed91ca32e3b8e786775811d6d4a03b85a7e69e7312872ef6d291"},
};

static const char *header_of(void *arg, const char *name)
{
    const struct vector *vector = arg;

    if (strcmp(name, "host") == 0)
        return vector->host;
    if (strcmp(name, "content-type") == 0)
        return vector->type;
    return strcmp(name, "x-tc-action") == 0 ? vector->action : NULL;
}

static bool sign(const struct vector *vector, struct tc_signature *out)
{
    struct vector copy = *vector;
    struct tc_signed what = {vector->timestamp, vector->date, vector->signed_headers, header_of,
        &copy, bytes_of(vector->body)};

    return tc_sign(&what, SECRET_KEY, out);
}

static void check_key(const uint8_t key[32], const char *hex)
{
    char text[65];

    if (hex == NULL)
        return;
    hex_encode(key, 32, text);
    CU_ASSERT_STRING_EQUAL(text, hex);
}

static void every_step_of_the_worked_examples_comes_out(void)
{
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct tc_signature signature;

        CU_ASSERT_TRUE(sign(&vectors[i], &signature));
        CU_ASSERT_STRING_EQUAL(signature.body_hash, vectors[i].body_hash);
        CU_ASSERT_STRING_EQUAL(signature.request_hash, vectors[i].request_hash);
        check_key(signature.date_key, vectors[i].date_key);
        check_key(signature.service_key, vectors[i].service_key);
        check_key(signature.signing_key, vectors[i].signing_key);
        CU_ASSERT_STRING_EQUAL(signature.text, vectors[i].signature);
    }
}

/* Each is what the client made; what the gateway makes of what it received is another. */
static void common_mistakes_give_the_signatures_that_are_known_for_them(void)
{
    struct vector wrong[] = {vectors[2], vectors[0], vectors[0]};
    static const size_t received[] = {2, 0, 0};
    static const char *const made[] = {
        "348991f78ea909412aba8c05fa5ad3287f8536c36ebda626412c22a519d783cb",
        "be7cf59f0d38e31170918e4b15f57652ef2b0c06132f8045b495e497667d417b",
        "5ec7dadc2162ad2f4363f4fa2f6a918bf494e04a63c1ca0c49b3d245dd986d13"};

    wrong[0].date = "2026-01-01"; /* the local date */
    wrong[1].type = "application/json";
    wrong[2].body = "{\"CertificateId\":\"tcA1b2C3\",\"ValidType\":\"DNS\",\"CsrType\":"
                    "\"original\",\"Reason\":\"key Rotation\"}";
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct tc_signature signature, right;

        CU_ASSERT_TRUE(sign(&wrong[i], &signature));
        CU_ASSERT_TRUE(sign(&vectors[received[i]], &right));
        CU_ASSERT_STRING_EQUAL(signature.text, made[i]);
        CU_ASSERT_STRING_NOT_EQUAL(right.text, made[i]);
    }
}

static void white_space_and_case_of_headers_do_not_matter(void)
{
    struct vector loose = vectors[1];
    struct tc_signature signature;

    loose.host = "  SSL.TencentCloudAPI.com \t";
    loose.action = "replacecertificate";
    CU_ASSERT_TRUE(sign(&loose, &signature));
    CU_ASSERT_STRING_EQUAL(signature.text, vectors[1].signature);
    loose.signed_headers = TWO_HEADERS ";x-tc-nothing";
    CU_ASSERT_FALSE(sign(&loose, &signature));
}

#define GOOD_HEAD "TC3-HMAC-SHA256 Credential=" SECRET_ID "/2026-01-01/ssl/tc3_request, "
#define SIGNATURE "8cae9249ef7a48182ace32717533b5039e9341e6b0567ac4048b596a2961cdf4"
#define GOOD_TAIL ", Signature=" SIGNATURE

static void a_header_is_taken_apart(void)
{
    struct tc_authorization out;

    CU_ASSERT_TRUE(tc_authorization_read(
        GOOD_HEAD "SignedHeaders=content-type;host;x-tc-action" GOOD_TAIL, &out));
    CU_ASSERT_STRING_EQUAL(out.secret_id, SECRET_ID);
    CU_ASSERT_STRING_EQUAL(out.date, "2026-01-01");
    CU_ASSERT_STRING_EQUAL(out.signed_headers, "content-type;host;x-tc-action");
    CU_ASSERT_STRING_EQUAL(out.signature, SIGNATURE);
}

static void what_has_not_exactly_the_form_is_no_authorization(void)
{
    static const char *const cases[] = {
        "",
        "TC3-HMAC-SHA256",
        "Bearer abc",
        "tc3-hmac-sha256 Credential=" SECRET_ID
        "/2026-01-01/ssl/tc3_request, SignedHeaders=content-type;host" GOOD_TAIL,
        "TC3-HMAC-SHA256 Credential=/2026-01-01/ssl/tc3_request, "
        "SignedHeaders=content-type;host" GOOD_TAIL,
        "TC3-HMAC-SHA256 Credential=" SECRET_ID
        "/20260101/ssl/tc3_request, SignedHeaders=content-type;host" GOOD_TAIL,
        "TC3-HMAC-SHA256 Credential=" SECRET_ID
        "/2026-01-01/cvm/tc3_request, SignedHeaders=content-type;host" GOOD_TAIL,
        "TC3-HMAC-SHA256 Credential=" SECRET_ID
        "/2026-01-01/ssl/tc3_request,SignedHeaders=content-type;host" GOOD_TAIL,
        GOOD_HEAD "SignedHeaders=host" GOOD_TAIL,
        GOOD_HEAD "SignedHeaders=content-type" GOOD_TAIL,
        GOOD_HEAD "SignedHeaders=host;content-type" GOOD_TAIL,
        GOOD_HEAD "SignedHeaders=content-type;host;host" GOOD_TAIL,
        GOOD_HEAD "SignedHeaders=Content-Type;Host" GOOD_TAIL,
        GOOD_HEAD "SignedHeaders=content-type;;host" GOOD_TAIL,
        GOOD_HEAD "SignedHeaders=content-type;host;" GOOD_TAIL,
        GOOD_HEAD "SignedHeaders=" GOOD_TAIL,
        GOOD_HEAD "SignedHeaders=content-type;host",
        GOOD_HEAD "SignedHeaders=content-type;host,  Signature=" SIGNATURE,
        GOOD_HEAD "SignedHeaders=content-type;host, Signature=" SIGNATURE " ",
        GOOD_HEAD "SignedHeaders=content-type;host, Signature=" SIGNATURE "00",
        GOOD_HEAD
        "SignedHeaders=content-type;host, Signature=8CAE9249EF7A48182ACE32717533B5039E9341"
        "E6B0567AC4048B596A2961CDF4",
    };
    struct tc_authorization out;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_FALSE(tc_authorization_read(cases[i], &out));
}

static void the_date_is_of_utc(void)
{
    static const struct {
        int64_t time_s;
        const char *date;
    } cases[] = {{1767225599, "2025-12-31"}, {1767225600, "2026-01-01"}, {0, "1970-01-01"}};
    char date[11];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tc_sign_date(cases[i].time_s, date);
        CU_ASSERT_STRING_EQUAL(date, cases[i].date);
    }
}

static const struct test tests[] = {
    {"every step of the worked examples comes out", every_step_of_the_worked_examples_comes_out},
    {"common mistakes give the signatures that are known for them",
        common_mistakes_give_the_signatures_that_are_known_for_them},
    {"white space and case of headers do not matter",
        white_space_and_case_of_headers_do_not_matter},
    {"a header is taken apart", a_header_is_taken_apart},
    {"what has not exactly the form is no authorization",
        what_has_not_exactly_the_form_is_no_authorization},
    {"the date is of UTC", the_date_is_of_utc},
    {NULL, NULL},
};

const struct test_suite suite_tencent_sign = {"tencent_sign", tests};
