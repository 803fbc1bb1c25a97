/* Tests of server/config_form: what fits each form, and what does not. */
#include "tests/unit/test_main.h"

#include "base/mem.h"
#include "server/config_form.h"

typedef const char *(*fault_fn)(const char *text);

static void expect_good(fault_fn fault, const char *const *rows)
{
    for (; *rows != NULL; rows++) {
        CU_ASSERT(fault(*rows) == NULL);
        if (fault(*rows) != NULL)
            fprintf(stderr, "refused: %s\n", *rows);
    }
}

static void expect_bad(fault_fn fault, const char *const *rows)
{
    for (; *rows != NULL; rows++) {
        CU_ASSERT(fault(*rows) != NULL);
        if (fault(*rows) == NULL)
            fprintf(stderr, "accepted: %s\n", *rows);
    }
}

static void listen_addresses_are_numeric_with_a_port(void)
{
    expect_good(form_listen_fault, (const char *const[]){"127.0.0.1:14000", "[::1]:1", ":65535",
                                       "0.0.0.0:443", "[2001:db8::7]:8443", NULL});
    expect_bad(form_listen_fault,
        (const char *const[]){"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536",
            "127.0.0.1:+1", "127.0.0.1:014", "127.0.0.1:14000x", "localhost:14000", "::1:14000",
            "[::1]", "[::1:14000", "[127.0.0.1]:1", "[]:1", "[::1]x:1", "1.2.3:80", " 127.0.0.1:1",
            "127.0.0.1:1 ", "127.0.0.1:99999999999999999999", NULL});
}

static void origins_are_https_with_nothing_behind_the_host(void)
{
    expect_good(form_origin_fault,
        (const char *const[]){"https://localhost", "https://localhost:14000",
            "https://acme.example.org", "https://a-b.example", "https://192.0.2.1:8443",
            "https://[2001:db8::1]", "https://[::1]:14000", "https://1.example", NULL});
    expect_bad(form_origin_fault,
        (const char *const[]){"", "https://", "https:///", "http://localhost", "HTTPS://localhost",
            "localhost", "https://localhost/", "https://localhost/acme", "https://localhost?x",
            "https://localhost#x", "https://u@localhost", "https://u:p@localhost",
            "https://Localhost", "https://localhost:443", "https://localhost:0",
            "https://localhost:", "https://localhost:70000", "https://a..b", "https://.a",
            "https://a.", "https://-a", "https://a-", "https://a_b", "https://1.2.3",
            "https://256.1.1.1", "https://::1", "https://[::1", "https://[a]", "https://a b",
            "https://\xc3\xa4.example",
            "https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
            NULL});
}

static void the_host_of_an_origin_is_found(void)
{
    static const struct {
        const char *origin, *host;
    } rows[] = {{"https://localhost:14000", "localhost"},
        {"https://acme.example.org", "acme.example.org"}, {"https://[::1]:14000", "::1"},
        {"https://192.0.2.1", "192.0.2.1"}};
    void *mem = mem_pool(NULL, 1024);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_STRING_EQUAL(form_origin_host(mem, rows[i].origin), rows[i].host);
    mem_free(mem);
}

static void resolvers_are_numeric_with_perhaps_a_port(void)
{
    expect_good(form_resolver_fault,
        (const char *const[]){"127.0.0.1", "127.0.0.1@8053", "::1", "2001:db8::53@53", NULL});
    expect_bad(form_resolver_fault,
        (const char *const[]){"", "@53", "127.0.0.1@", "127.0.0.1@0", "127.0.0.1@65536",
            "127.0.0.1:53", "dns.example", "[::1]@53", "127.0.0.1@53@53",
            "1111111111111111111111111111111111111111111111111111111111111111", NULL});
}

static void stores_are_sqlite_files(void)
{
    expect_good(
        form_store_fault, (const char *const[]){"sqlite:./x.db", "sqlite:/var/lib/x.db", NULL});
    expect_bad(form_store_fault,
        (const char *const[]){"", "sqlite", "sqlite:", "sqlite://x.db", "sqlite:///x.db", "./x.db",
            "SQLite:x", "postgresql://u@h/d", "postgres://u@h/d", "mysql://h", NULL});
}

static void urls_are_http_and_encoded(void)
{
    expect_good(form_url_fault,
        (const char *const[]){"", "https://example.org/terms?v=1#top", "http://example.org", NULL});
    expect_bad(form_url_fault, (const char *const[]){"example.org", "ftp://example.org", "https://",
                                   "http:///x", "https://?x", "https://example.org/a b",
                                   "https://example.org/\"", "https://example.org/\xc3\xa4", NULL});
}

static void names_are_lower_case_words(void)
{
    expect_good(form_name_fault, (const char *const[]){"a", "lab", "a-b", "7", "dc-2026", NULL});
    expect_bad(form_name_fault, (const char *const[]){"", "-", "-a", "a-", "A", "a_b", "a.b", "a/b",
                                    "a b", "\xc3\xa4", "..", NULL});
    CU_ASSERT(form_name_or_empty_fault("") == NULL);
    CU_ASSERT(form_name_or_empty_fault("A") != NULL);
}

static void socket_paths_fit_their_address(void)
{
    char path[109] = "";

    memset(path, 'a', 107);
    CU_ASSERT(form_socket_fault(path) == NULL);
    path[107] = 'a';
    CU_ASSERT(form_socket_fault(path) != NULL);
}

static void rates_are_a_count_in_a_time_or_off(void)
{
    static const struct {
        const char *text;
        int64_t count, period_s;
    } good[] = {
        {"off", 0, 0},
        {"1/1s", 1, 1},
        {"300/1h", 300, 3600},
        {"1000000/366d", 1000000, 366 * 86400},
        {"5/90", 5, 90},
    };
    static const char *const bad[] = {"", "0", "300", "300/", "/1h", "0/1h", "1000001/1h", "1/0s",
        "1/367d", "-1/1h", "01/1h", "1/h", "1/1w", "1 / 1h", "1/1h ", " 1/1h", "Off", "1/1h/1h",
        "99999999999/1h", "1/99999999999999999999s", "1.5/1h"};
    struct gcra_rate rate;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        CU_ASSERT(form_parse_rate(good[i].text, &rate));
        CU_ASSERT_EQUAL(rate.count, good[i].count);
        CU_ASSERT_EQUAL(rate.period, good[i].period_s * INT64_C(1000000));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CU_ASSERT_FALSE(form_parse_rate(bad[i], &rate));
}

static const struct test tests[] = {
    {"listen addresses are numeric, with a port", listen_addresses_are_numeric_with_a_port},
    {"origins are https with nothing behind the host",
        origins_are_https_with_nothing_behind_the_host},
    {"the host of an origin is found", the_host_of_an_origin_is_found},
    {"resolvers are numeric, with perhaps a port", resolvers_are_numeric_with_perhaps_a_port},
    {"stores are SQLite files", stores_are_sqlite_files},
    {"URLs are http and encoded", urls_are_http_and_encoded},
    {"names are lower-case words", names_are_lower_case_words},
    {"socket paths fit their address", socket_paths_fit_their_address},
    {"rates are a count in a time or off", rates_are_a_count_in_a_time_or_off},
    {NULL, NULL},
};
extern const struct test_suite suite_config_form;
const struct test_suite suite_config_form = {"config_form", tests};
