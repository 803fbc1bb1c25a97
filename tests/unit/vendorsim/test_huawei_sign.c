/* SDK-HMAC-SHA256 as the simulator checks it: worked vectors (A to C were computed with OpenSSL by
 * the description; the others are published with the vendor's SDK core and in its API Request
 * Signing Guide), and requests that are changed on their way. */
#include <string.h>

#include "base/mem.h"
#include "tests/unit/test_main.h"
#include "tests/vendorsim/huawei_sign.h"

#define SK          "hwSimSecretKey00EXAMPLE0000000000000001A"
#define HEADERS_MAX 5

struct vector {
    const char *name, *secret, *method, *path, *query, *body, *signed_headers;
    const char *headers[2 * HEADERS_MAX]; /* names and values */
    size_t canonical_len;                 /* 0: not published */
    const char *signature;
};

static const struct vector vectors[] = {
    {"A", SK, "GET", "/v3/scm/certificates",
        "content=%2A.shop.example.com&limit=50&offset=0&status=ISSUED", "",
        "content-type;host;x-domain-id;x-sdk-date",
        {"content-type", "application/json", "host", "scm.cn-north-4.myhuaweicloud.com",
            "x-domain-id", "9a8b7c6d5e4f49e0a1b2c3d4e5f60718", "x-sdk-date", "20260115T083000Z"},
        334, "085534ae4cd53b93f94d5dfab7f749e68d6332205ef9b606b73649f0bbca1518"},
    {"B", SK, "POST", "/v3/scm/certificates/scs1768465800123/apply", "",
        "{\"domain\":\"www.shop.example.com\",\"applicant_name\":\"Ops-Team\",\"applicant_phone\":"
        "\"13800000000\",\"applicant_email\":\"ops@shop.example.com\",\"domain_method\":\"DNS\","
        "\"agree_privacy_protection\":true}",
        "content-type;host;x-project-id;x-sdk-date",
        {"content-type", "application/json", "host", "scm.cn-north-4.myhuaweicloud.com",
            "x-project-id", "0123456789abcdef0123456789abcdef", "x-sdk-date", "20260115T083005Z"},
        300, "726d1142dab73abe63403d6bc9e449eda449289c7a811d1bf3bc0302d25dbd2c"},
    {"C", SK, "DELETE", "/v3/scm/certificates/scs1768465800123", "", "", "host;x-sdk-date",
        {"host", "127.0.0.1:18443", "x-sdk-date", "20260115T083010Z"}, 177,
        "8033c35c96e419246e451d612581979123344f4c22f2c35110617cc5a7bd5949"},
    {"SDK core, GET", "SecretKey", "GET", "/resources", "size=1", "", "host;x-sdk-date",
        {"host", "service.endpoint.myhuaweicloud.com", "x-sdk-date", "20200608T023900Z"}, 0,
        "cfb4171acec81de07d50e53d57eb77edd537414d66ddb1d7d780f128e12cd842"},
    {"SDK core, POST", "SecretKey", "POST", "/resources", "size=1", "{\"name\":\"test\",\"id\":1}",
        "host;x-sdk-date",
        {"host", "service.endpoint.myhuaweicloud.com", "x-sdk-date", "20200608T023900Z"}, 0,
        "436b1ac0a1ae03705934bb70ef2f2e09f7bfed2117d731a38235053199323a1f"},
    {"Signing Guide", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc", "GET",
        "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs",
        "limit=2&marker=13551d6b-755d-4757-b956-536f674975c0", "", "content-type;host;x-sdk-date",
        {"content-type", "application/json", "host", "service.region.example.com", "x-sdk-date",
            "20191115T033655Z"},
        0, "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe"},
};
#define VECTORS (sizeof vectors / sizeof *vectors)

static const char *header_of(const void *arg, const char *name)
{
    const struct vector *vector = arg;

    for (size_t i = 0; i < HEADERS_MAX && vector->headers[2 * i] != NULL; i++)
        if (strcmp(vector->headers[2 * i], name) == 0)
            return vector->headers[2 * i + 1];
    return NULL;
}

static char *canonical(void *mem, const struct vector *vector)
{
    struct hw_signed request = {
        vector->method, vector->path, vector->query, bytes_of(vector->body), header_of, vector};

    return hw_canonical_request(mem, &request, vector->signed_headers);
}

static void each_vector_has_its_signature(void)
{
    void *mem = mem_new(NULL, char);

    for (size_t i = 0; i < VECTORS; i++) {
        char *text = canonical(mem, &vectors[i]), signature[HW_SIGNATURE_SIZE];

        CU_ASSERT_PTR_NOT_NULL_FATAL(text);
        if (vectors[i].canonical_len > 0)
            CU_ASSERT_EQUAL(strlen(text), vectors[i].canonical_len);
        hw_signature(vectors[i].secret, header_of(&vectors[i], "x-sdk-date"), text, signature);
        CU_ASSERT_STRING_EQUAL(signature, vectors[i].signature);
    }
    mem_free(mem);
}

static void whatever_is_changed_changes_the_signature(void)
{
    struct vector changed[8];
    void *mem = mem_new(NULL, char);
    size_t len = 0;

    for (size_t i = 0; i < sizeof changed / sizeof *changed; i++)
        changed[i] = vectors[0];
    changed[len++].method = "POST";
    changed[len++].path = "/v3/scm/certificate";
    changed[len++].query = "limit=50&offset=0&status=ISSUED";
    changed[len++].body = "{}";
    changed[len++].secret = "hwSimSecretKey00EXAMPLE0000000000000001B";
    changed[len++].headers[7] = "20260115T083001Z";
    changed[len++].headers[5] = "9a8b7c6d5e4f49e0a1b2c3d4e5f60719";
    changed[len++].signed_headers = "content-type;host;x-sdk-date";
    for (size_t i = 0; i < len; i++) {
        char signature[HW_SIGNATURE_SIZE];

        hw_signature(changed[i].secret, header_of(&changed[i], "x-sdk-date"),
            canonical(mem, &changed[i]), signature);
        CU_ASSERT_STRING_NOT_EQUAL(signature, vectors[0].signature);
    }
    mem_free(mem);
}

/* The second and third line of the canonical request. */
static void paths_and_queries_have_one_form(void)
{
    static const struct {
        const char *path, *query, *lines;
    } cases[] = {
        {"/", "", "GET\n/\n\n"},
        {"/a/", "", "GET\n/a/\n\n"},
        {"/a b/%2a", "", "GET\n/a%20b/%2A/\n\n"},
        {"/a//b", "", "GET\n/a//b/\n\n"},
        {"/a", "z=1&a=2", "GET\n/a/\na=2&z=1\n"},
        {"/a", "b=2&b=1&b=10", "GET\n/a/\nb=1&b=10&b=2\n"},
        {"/a", "key", "GET\n/a/\nkey=\n"},
        {"/a", "a-b=1&a=1", "GET\n/a/\na=1&a-b=1\n"},
        {"/a", "x=%7e%2F+y&=", "GET\n/a/\n=&x=~%2F%20y\n"},
        {"/a", "a=b=c", "GET\n/a/\na=b%3Dc\n"},
    };
    void *mem = mem_new(NULL, char);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vector vector = {.method = "GET",
            .path = cases[i].path,
            .query = cases[i].query,
            .body = "",
            .signed_headers = "x-sdk-date",
            .headers = {"x-sdk-date", " 20260115T083000Z\t"}};
        char *text = canonical(mem, &vector);

        CU_ASSERT_PTR_NOT_NULL_FATAL(text);
        CU_ASSERT_EQUAL(strncmp(text, cases[i].lines, strlen(cases[i].lines)), 0);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nx-sdk-date:20260115T083000Z\n\nx-sdk-date\n"));
    }
    mem_free(mem);
}

static void a_header_that_is_not_there_cannot_be_signed(void)
{
    struct vector vector = vectors[2];
    void *mem = mem_new(NULL, char);

    vector.signed_headers = "host;x-nothing;x-sdk-date";
    CU_ASSERT_PTR_NULL(canonical(mem, &vector));
    vector.signed_headers = "host;;x-sdk-date";
    CU_ASSERT_PTR_NULL(canonical(mem, &vector));
    mem_free(mem);
}

static void a_told_hash_of_the_body_takes_its_place(void)
{
    struct vector vector = vectors[1];
    void *mem = mem_new(NULL, char);
    char *text;

    vector.headers[8] = "X-Sdk-Content-Sha256";
    vector.headers[9] = "UNSIGNED-PAYLOAD";
    text = canonical(mem, &vector);
    CU_ASSERT_STRING_EQUAL(text + strlen(text) - 16, "UNSIGNED-PAYLOAD");
    vector.body = "";
    CU_ASSERT_PTR_NULL(strstr(canonical(mem, &vector), "UNSIGNED-PAYLOAD"));
    mem_free(mem);
}

static void the_header_is_read_in_its_parts(void)
{
    static const char *const wrong[] = {"", "Basic abc", "SDK-HMAC-SHA256", "SDK-HMAC-SHA256 ",
        "SDK-HMAC-SHA256 Access=, SignedHeaders=host, Signature=00",
        "SDK-HMAC-SHA256 Access=A, SignedHeaders=host",
        "SDK-HMAC-SHA512 Access=A, SignedHeaders=host, Signature=00"};
    void *mem = mem_new(NULL, char);
    struct hw_authorization out;

    CU_ASSERT(hw_authorization_read(
        mem, "SDK-HMAC-SHA256 Access=HWSIM, SignedHeaders=host;x-sdk-date, Signature=0a1b", &out));
    CU_ASSERT_STRING_EQUAL(out.access, "HWSIM");
    CU_ASSERT_STRING_EQUAL(out.signed_headers, "host;x-sdk-date");
    CU_ASSERT_STRING_EQUAL(out.signature, "0a1b");
    CU_ASSERT(hw_signs(&out, "host") && hw_signs(&out, "x-sdk-date"));
    CU_ASSERT(!hw_signs(&out, "x-sdk") && !hw_signs(&out, "hos") && !hw_signs(&out, ""));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CU_ASSERT_FALSE(hw_authorization_read(mem, wrong[i], &out));
    mem_free(mem);
}

static void dates_have_one_form(void)
{
    static const char *const wrong[] = {"", "2026-01-15T08:30:00Z", "20260115T083000",
        "20260115083000Z", "20261315T083000Z", "20260115T083000z", "20260115T08300aZ",
        "20260115T083000Z "};
    int64_t time_s = 0;

    CU_ASSERT(hw_sdk_date_read("20260115T083000Z", &time_s));
    CU_ASSERT_EQUAL(time_s, 1768465800);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CU_ASSERT_FALSE(hw_sdk_date_read(wrong[i], &time_s));
}

static const struct test tests[] = {
    {"each vector has its signature", each_vector_has_its_signature},
    {"whatever is changed changes the signature", whatever_is_changed_changes_the_signature},
    {"paths and queries have one form", paths_and_queries_have_one_form},
    {"a header that is not there cannot be signed", a_header_that_is_not_there_cannot_be_signed},
    {"a told hash of the body takes its place", a_told_hash_of_the_body_takes_its_place},
    {"the header is read in its parts", the_header_is_read_in_its_parts},
    {"dates have one form", dates_have_one_form},
    {NULL, NULL},
};

const struct test_suite suite_huawei_sign = {"huawei_sign", tests};
