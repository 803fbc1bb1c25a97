/* Tests of policy/upstream/huawei_sign.h: the vendor's published signatures and worked examples.
 * Keys and certificates in here are published examples or made up. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/mem.h"
#include "policy/upstream/huawei_sign.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define OUR_ACCESS "HWSIM0AK0EXAMPLE0001"
#define OUR_SECRET "hwSimSecretKey00EXAMPLE0000000000000001A"

struct example {
    const char *what, *access, *secret, *method, *url, *date, *body;
    struct huawei_header headers[5];
    const char *signed_names, *signature;
};

static const struct example examples[] = {
    {"GET with a query that needs encoding", OUR_ACCESS, OUR_SECRET, "GET",
        "https://scm.cn-north-4.myhuaweicloud.com/v3/scm/certificates"
        "?content=%2A.shop.example.com&limit=50&offset=0&status=ISSUED",
        "20260115T083000Z", "",
        {{"content-type", "application/json"}, {"host", "scm.cn-north-4.myhuaweicloud.com"},
            {"x-domain-id", "9a8b7c6d5e4f49e0a1b2c3d4e5f60718"},
            {"x-sdk-date", "20260115T083000Z"}},
        "content-type;host;x-domain-id;x-sdk-date",
        "085534ae4cd53b93f94d5dfab7f749e68d6332205ef9b606b73649f0bbca1518"},
    {"POST with a JSON body", OUR_ACCESS, OUR_SECRET, "POST",
        "https://scm.cn-north-4.myhuaweicloud.com/v3/scm/certificates/scs1768465800123/apply",
        "20260115T083005Z",
        "{\"domain\":\"www.shop.example.com\",\"applicant_name\":\"Ops-Team\",\"applicant_phone\":"
        "\"13800000000\",\"applicant_email\":\"ops@shop.example.com\",\"domain_method\":\"DNS\","
        "\"agree_privacy_protection\":true}",
        {{"content-type", "application/json"}, {"host", "scm.cn-north-4.myhuaweicloud.com"},
            {"x-project-id", "0123456789abcdef0123456789abcdef"},
            {"x-sdk-date", "20260115T083005Z"}},
        "content-type;host;x-project-id;x-sdk-date",
        "726d1142dab73abe63403d6bc9e449eda449289c7a811d1bf3bc0302d25dbd2c"},
    {"DELETE at a host with a port", OUR_ACCESS, OUR_SECRET, "DELETE",
        "https://127.0.0.1:18443/v3/scm/certificates/scs1768465800123", "20260115T083010Z", "",
        {{"host", "127.0.0.1:18443"}, {"x-sdk-date", "20260115T083010Z"}}, "host;x-sdk-date",
        "8033c35c96e419246e451d612581979123344f4c22f2c35110617cc5a7bd5949"},
    {"the SDK's test, GET", "AccessKey", "SecretKey", "GET",
        "https://service.endpoint.myhuaweicloud.com/resources?size=1", "20200608T023900Z", "",
        {{"host", "service.endpoint.myhuaweicloud.com"}, {"x-sdk-date", "20200608T023900Z"}},
        "host;x-sdk-date", "cfb4171acec81de07d50e53d57eb77edd537414d66ddb1d7d780f128e12cd842"},
    {"the SDK's test, POST", "AccessKey", "SecretKey", "POST",
        "https://service.endpoint.myhuaweicloud.com/resources?size=1", "20200608T023900Z",
        "{\"name\":\"test\",\"id\":1}",
        {{"host", "service.endpoint.myhuaweicloud.com"}, {"x-sdk-date", "20200608T023900Z"}},
        "host;x-sdk-date", "436b1ac0a1ae03705934bb70ef2f2e09f7bfed2117d731a38235053199323a1f"},
    {"the signing guide", "QTWAOYTTINDUT2QVKYUC", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc", "GET",
        "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs"
        "?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
        "20191115T033655Z", "",
        {{"content-type", "application/json"}, {"host", "service.region.example.com"},
            {"x-sdk-date", "20191115T033655Z"}},
        "content-type;host;x-sdk-date",
        "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe"},
};

static struct huawei_request request_of(const struct example *example)
{
    struct huawei_request request = {.method = example->method,
        .url = example->url,
        .headers = example->headers,
        .date = example->date,
        .body = bytes_of(example->body)};

    while (example->headers[request.headers_len].name != NULL)
        request.headers_len++;
    return request;
}

static void examples_give_the_vendors_signatures(void)
{
    void *mem = mem_new(NULL, char);

    for (size_t i = 0; i < COUNT(examples); i++) {
        const struct example *example = &examples[i];
        struct huawei_request request = request_of(example);

        CU_ASSERT_STRING_EQUAL(
            huawei_authorization(mem, example->access, example->secret, &request),
            mem_printf(mem, "SDK-HMAC-SHA256 Access=%s, SignedHeaders=%s, Signature=%s",
                example->access, example->signed_names, example->signature));
    }
    mem_free(mem);
}

static void the_canonical_request_is_the_guides(void)
{
    void *mem = mem_new(NULL, char);
    struct huawei_request request = request_of(&examples[2]);

    CU_ASSERT_STRING_EQUAL(huawei_canonical(mem, &request),
        "DELETE\n/v3/scm/certificates/scs1768465800123/\n\nhost:127.0.0.1:18443\n"
        "x-sdk-date:20260115T083010Z\n\nhost;x-sdk-date\n"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    mem_free(mem);
}

/* The second and third line of a canonical request. */
static void paths_and_queries_have_one_spelling(void)
{
    static const struct {
        const char *url, *path, *query;
    } rows[] = {
        {"https://h", "/", ""},
        {"https://h/", "/", ""},
        {"https://h?b=1", "/", "b=1"},
        {"https://h/a", "/a/", ""},
        {"https://h/a/", "/a/", ""},
        {"https://h/a/b?", "/a/b/", ""},
        {"https://h/%61%2f*", "/a%2F%2A/", ""},
        {"https://h/a%zz%4", "/a%25zz%254/", ""},
        {"https://h/a b", "/a%20b/", ""},
        {"https://h/a?b=2&a=1", "/a/", "a=1&b=2"},
        {"https://h/a?b=2&b=1&b", "/a/", "b=&b=1&b=2"},
        {"https://h/a?ab=1&a=2&a-b=3", "/a/", "a=2&a-b=3&ab=1"},
        {"https://h/a?&&x=%2a%7E&&", "/a/", "x=%2A~"},
        {"https://h/a?x=1=2", "/a/", "x=1%3D2"},
        {"https://h/a?x=y/z", "/a/", "x=y%2Fz"},
    };
    void *mem = mem_new(NULL, char);

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct huawei_request request = {.method = "GET", .url = rows[i].url, .date = ""};
        const char *expected = mem_printf(mem, "GET\n%s\n%s\n\n\n", rows[i].path, rows[i].query);

        CU_ASSERT_EQUAL(strncmp(huawei_canonical(mem, &request), expected, strlen(expected)), 0);
    }
    mem_free(mem);
}

static void hosts_have_their_port_unless_it_is_usual(void)
{
    static const struct {
        const char *url, *host;
    } rows[] = {
        {"https://scm.example.com", "scm.example.com"},
        {"https://scm.example.com/v3", "scm.example.com"},
        {"https://scm.example.com:443/v3", "scm.example.com"},
        {"https://scm.example.com:8443?x", "scm.example.com:8443"},
        {"http://127.0.0.1:80/", "127.0.0.1"},
        {"http://127.0.0.1:443/", "127.0.0.1:443"},
        {"http://[::1]:8080/", "[::1]:8080"},
    };
    void *mem = mem_new(NULL, char);

    for (size_t i = 0; i < COUNT(rows); i++)
        CU_ASSERT_STRING_EQUAL(huawei_host(mem, rows[i].url), rows[i].host);
    mem_free(mem);
}

static void dates_are_utc(void)
{
    char date[HUAWEI_DATE_SIZE];

    huawei_date(1768465800, date);
    CU_ASSERT_STRING_EQUAL(date, "20260115T083000Z");
    huawei_date(0, date);
    CU_ASSERT_STRING_EQUAL(date, "19700101T000000Z");
}

static const struct test tests[] = {
    {"examples give the vendor's signatures", examples_give_the_vendors_signatures},
    {"the canonical request is the guide's", the_canonical_request_is_the_guides},
    {"paths and queries have one spelling", paths_and_queries_have_one_spelling},
    {"hosts have their port unless it is usual", hosts_have_their_port_unless_it_is_usual},
    {"dates are UTC", dates_are_utc},
    {NULL, NULL},
};

const struct test_suite suite_huawei_sign = {"huawei_sign", tests};
