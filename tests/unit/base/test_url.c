/* Tests of base/url: URLs taken apart, references resolved (RFC 3986, 5.4), and what is refused. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/mem.h"
#include "base/url.h"

static void urls_are_taken_apart(void)
{
    static const struct {
        const char *text, *normal, *host;
        unsigned port;
        bool is_https;
    } rows[] = {
        {"http://example.org", "http://example.org/", "example.org", 80, false},
        {"http://example.org:80/a", "http://example.org/a", "example.org", 80, false},
        {"http://example.org:443/a", "http://example.org:443/a", "example.org", 443, false},
        {"https://Example.ORG/a?b#c", "https://example.org/a?b", "example.org", 443, true},
        {"HTTP://example.org:8080/", "http://example.org:8080/", "example.org", 8080, false},
        {"http://192.0.2.1/", "http://192.0.2.1/", "192.0.2.1", 80, false},
        {"http://0x7f.1/", "http://127.0.0.1/", "127.0.0.1", 80, false},
        {"http://2130706433/", "http://127.0.0.1/", "127.0.0.1", 80, false},
        {"http://017700000001/", "http://127.0.0.1/", "127.0.0.1", 80, false},
        {"http://[2001:DB8::1]:81/", "http://[2001:db8::1]:81/", "2001:db8::1", 81, false},
        {"http://[::ffff:127.0.0.1]/", "http://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1", 80, false},
    };
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {0};
        struct url url;
        CU_ASSERT_EQUAL(url_parse(mem, NULL, rows[i].text, &url, &e), ERR_OK);
        CU_ASSERT_STRING_EQUAL(url.text, rows[i].normal);
        CU_ASSERT_STRING_EQUAL(url.host, rows[i].host);
        CU_ASSERT_EQUAL(url.port, rows[i].port);
        CU_ASSERT_EQUAL(url.is_https, rows[i].is_https);
    }
    mem_free(mem);
}

static void references_are_resolved(void)
{
    static const struct {
        const char *reference, *resolved;
    } rows[] = {
        {"/x", "http://a.test:81/x"},
        {"x", "http://a.test:81/b/c/x"},
        {"../x", "http://a.test:81/b/x"},
        {"../../../../x", "http://a.test:81/x"},
        {"./x", "http://a.test:81/b/c/x"},
        {"?x", "http://a.test:81/b/c/d?x"},
        {"//b.test/x", "http://b.test/x"},
        {"//b.test:82", "http://b.test:82/"},
        {"https://b.test", "https://b.test/"},
        {"https://b.test:443/x#y", "https://b.test/x"},
    };
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {0};
        struct url url;
        CU_ASSERT_EQUAL(
            url_parse(mem, "http://a.test:81/b/c/d?q", rows[i].reference, &url, &e), ERR_OK);
        CU_ASSERT_STRING_EQUAL(url.text, rows[i].resolved);
    }
    mem_free(mem);
}

static void what_cannot_be_fetched_is_refused(void)
{
    static const char *const rows[] = {"", "/", "example.org", "//example.org/", "http:", "http://",
        "http://:80/", "ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)",
        "gopher://example.org/", "httpx://example.org/", "http://user@example.org/",
        "http://user:pass@example.org/", "http://example.org:0x50/", "http://example.org:65536/",
        "http://example.org:-1/", "http://example.org /", "http://exa mple.org/",
        "http://example.org/a b", "http://example.org/a\nb", "http://example.org/a\tb",
        "http://example.org\r\nX: y/", "http://ex\xc3\xa4mple.org/", "http://[::1/",
        "http://[::1%25lo]/", "http://[fe80::1%25eth0]/", "http://[1.2.3.4]/",
        "http://exa%6dple%2f.org/", "http://a[b/"};
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {0};
        struct url url;
        enum err_code code = url_parse(mem, NULL, rows[i], &url, &e);
        CU_ASSERT_EQUAL(code, ERR_INPUT);
        CU_ASSERT_NOT_EQUAL(e.detail[0], '\0');
    }
    mem_free(mem);
}

static const struct test tests[] = {
    {"URLs are taken apart", urls_are_taken_apart},
    {"references are resolved", references_are_resolved},
    {"what cannot be fetched is refused", what_cannot_be_fetched_is_refused},
    {NULL, NULL},
};
extern const struct test_suite suite_url;
const struct test_suite suite_url = {"url", tests};
