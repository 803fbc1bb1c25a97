/* Tests of acme/perspective_wire: what one side writes the other reads, and nothing else. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/perspective_wire.h"
#include "base/mem.h"
#include "tests/unit/acme/lab.h"

#define THUMBPRINT "nP1qzpXGymHBrUEepNY9HCsQk7K8KhOypzEt62jcerQ"

static struct perspective_validation some_validation(unsigned type)
{
    static const char *const issuers[] = {"ca.example", NULL}, *const thumbprints[] = {
                                                                   THUMBPRINT, NULL};
    struct perspective_validation asked = {
        .validator = validator_of(type),
        .request =
            {
                .identifier = {IDENTIFIER_DNS, "www.a.test"},
                .wildcard = type == CHALLENGE_DNS_01,
                .token = "token-_0",
                .key_authorization = "token-_0." THUMBPRINT,
                .account_url = "https://acme.test/acme/account/1",
            },
        .timeout_ms = 10000,
    };

    if (type == CHALLENGE_DNS_PERSIST_01)
        asked.request.persist = (struct persist_terms){.issuers = issuers,
            .by_url = true,
            .hash_prefix = "https://acme.test/hash/",
            .thumbprints = thumbprints,
            .now_s = LAB_NOW_S};
    return asked;
}

static void a_validation_arrives_as_it_was_sent(void)
{
    static const unsigned types[] = {CHALLENGE_HTTP_01, CHALLENGE_DNS_01, CHALLENGE_TLS_ALPN_01,
        CHALLENGE_DNS_ACCOUNT_01, CHALLENGE_DNS_PERSIST_01};
    void *mem = mem_pool(NULL, 8192);

    for (size_t i = 0; i < COUNT(types); i++) {
        struct perspective_validation sent = some_validation(types[i]), got;
        struct validation_request *r = &got.request;
        struct err e = {0};
        char *text = perspective_write_validation(mem, &sent);

        CU_ASSERT_EQUAL_FATAL(perspective_read_validation(mem, bytes_of(text), &got, &e), ERR_OK);
        CU_ASSERT_PTR_EQUAL(got.validator, sent.validator);
        CU_ASSERT_EQUAL(got.timeout_ms, 10000);
        CU_ASSERT_EQUAL(r->identifier.type, IDENTIFIER_DNS);
        CU_ASSERT_STRING_EQUAL(r->identifier.value, "www.a.test");
        CU_ASSERT_EQUAL(r->wildcard, sent.request.wildcard);
        CU_ASSERT_STRING_EQUAL(r->token, sent.request.token);
        CU_ASSERT_STRING_EQUAL(r->key_authorization, sent.request.key_authorization);
        CU_ASSERT_STRING_EQUAL(r->account_url, sent.request.account_url);
        CU_ASSERT_EQUAL(r->persist.issuers != NULL, types[i] == CHALLENGE_DNS_PERSIST_01);
        if (r->persist.issuers == NULL)
            continue;
        CU_ASSERT_STRING_EQUAL(r->persist.issuers[0], "ca.example");
        CU_ASSERT_PTR_NULL(r->persist.issuers[1]);
        CU_ASSERT(r->persist.by_url);
        CU_ASSERT_STRING_EQUAL(r->persist.hash_prefix, "https://acme.test/hash/");
        CU_ASSERT_STRING_EQUAL(r->persist.thumbprints[0], THUMBPRINT);
        CU_ASSERT_PTR_NULL(r->persist.thumbprints[1]);
        CU_ASSERT_EQUAL(r->persist.now_s, LAB_NOW_S);
    }
    mem_free(mem);
}

/* A text with its first `old` made `new`. */
static char *changed(void *mem, const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);

    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    return mem_printf(mem, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
}

struct change {
    const char *old, *new, *why;
};

static void validations_in_another_form_are_refused(void)
{
    static const struct change rows[] = {
        {"{", "[", "not valid JSON"},
        {"\"http-01\"", "\"http-02\"", "method"},
        {"\"http-01\"", "\"prevalidated\"", "method"},
        {"\"http-01\"", "\"dns-persist-01\"", "persist\" is missing"},
        {"\"http-01\"", "1", "method\" must be a string"},
        {"\"method\"", "\"methods\"", "methods\" is no member"},
        {"\"method\":\"http-01\",", "", "method\" is missing"},
        {"\"dns\"", "\"email\"", "value"},
        {"\"dns\"", "\"ip\"", "value"},
        {"www.a.test", "*.a.test", "without \"*.\""},
        {"www.a.test", "WWW.a.test", "normal form"},
        {"www.a.test", "www..test", "value"},
        {"www.a.test", "", "value"},
        {"www.a.test", "www.a.test/x", "value"},
        {"\"value\":\"www.a.test\"", "\"value\":\"www.a.test\",\"ancestorDomain\":\"a.test\"",
            "ancestorDomain\" is no member"},
        {"\"wildcard\":false", "\"wildcard\":0", "wildcard"},
        {"\"wildcard\":false,", "", "wildcard\" is missing"},
        {"\"token-_0\"", "\"../token\"", "base64url"},
        {"\"token-_0\"", "\"\"", "token"},
        {"\"token-_0\"", "\"a b\"", "visible"},
        {"\"key_authorization\":\"token", "\"key_authorization\":\"t\\u00f6ken", "visible"},
        {"https://acme.test", "https://acme.test\\r\\n", "visible"},
        {"\"timeout_ms\":10000", "\"timeout_ms\":0", "timeout_ms"},
        {"\"timeout_ms\":10000", "\"timeout_ms\":-1", "timeout_ms"},
        {"\"timeout_ms\":10000", "\"timeout_ms\":999999999", "timeout_ms"},
        {"\"timeout_ms\":10000", "\"timeout_ms\":1.5", "timeout_ms"},
        {"\"timeout_ms\":10000", "\"timeout_ms\":10000,\"timeout_ms\":1", "named twice"},
        {"\"timeout_ms\"", "\"persist\":{},\"timeout_ms\"", "dns-persist-01 only"},
    };
    struct perspective_validation sent = some_validation(CHALLENGE_HTTP_01), got;
    void *mem = mem_pool(NULL, 8192);
    const char *good = perspective_write_validation(mem, &sent);

    for (size_t i = 0; i < COUNT(rows); i++) {
        char *text = changed(mem, good, rows[i].old, rows[i].new);
        struct err e = {0};

        CU_ASSERT_EQUAL(perspective_read_validation(mem, bytes_of(text), &got, &e), ERR_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, rows[i].why));
        if (strstr(e.detail, rows[i].why) == NULL)
            printf("\n    not \"%s\": %s\n", rows[i].why, e.detail);
    }
    mem_free(mem);
}

static void persistent_terms_in_another_form_are_refused(void)
{
    static const struct change rows[] = {
        {"[\"ca.example\"]", "[]", "issuers"},
        {"[\"ca.example\"]", "[1]", "issuers"},
        {"[\"ca.example\"]", "[\"ca example\"]", "malformed"},
        {"\"by_url\":true", "\"by_url\":1", "by_url"},
        {"\"thumbprints\":[\"", "\"thumbprints\":[\"x", "is no thumbprint"},
        {"\"now_s\":", "\"now\":", "now\" is no member"},
    };
    struct perspective_validation sent = some_validation(CHALLENGE_DNS_PERSIST_01), got;
    void *mem = mem_pool(NULL, 8192);
    const char *good = perspective_write_validation(mem, &sent);

    for (size_t i = 0; i < COUNT(rows); i++) {
        char *text = changed(mem, good, rows[i].old, rows[i].new);
        struct err e = {0};

        CU_ASSERT(perspective_read_validation(mem, bytes_of(text), &got, &e) != ERR_OK);
        CU_ASSERT(e.detail[0] != '\0');
    }
    mem_free(mem);
}

static const char *const identities[] = {"ca.example", "ca2.example", NULL};

static void caa_questions_arrive_as_they_were_sent(void)
{
    static const struct caa_name names[] = {
        {"a.test", {identities, CAA_NAME, "http-01", "https://acme.test/1"}},
        {"b.test", {identities, CAA_WILDCARD, "dns-01", "https://acme.test/1"}},
        {"c.test", {identities, CAA_MAIL, "prevalidated", "https://acme.test/1"}},
    };
    struct perspective_caa sent = {names, COUNT(names), 5000}, got;
    void *mem = mem_pool(NULL, 8192);
    struct err e = {0};

    CU_ASSERT_EQUAL_FATAL(
        perspective_read_caa(mem, bytes_of(perspective_write_caa(mem, &sent)), &got, &e), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(got.len, COUNT(names));
    CU_ASSERT_EQUAL(got.timeout_ms, 5000);
    for (size_t i = 0; i < COUNT(names); i++) {
        CU_ASSERT_STRING_EQUAL(got.names[i].name, names[i].name);
        CU_ASSERT_EQUAL(got.names[i].question.subject, names[i].question.subject);
        CU_ASSERT_STRING_EQUAL(got.names[i].question.method, names[i].question.method);
        CU_ASSERT_STRING_EQUAL(got.names[i].question.account_url, "https://acme.test/1");
        CU_ASSERT_STRING_EQUAL(got.names[i].question.identities[1], "ca2.example");
        CU_ASSERT_PTR_NULL(got.names[i].question.identities[2]);
    }
    mem_free(mem);
}

static void caa_questions_in_another_form_are_refused(void)
{
    static const struct change rows[] = {
        {"[\"ca.example\",\"ca2.example\"]", "[]", "identities"},
        {"\"ca2.example\"", "\"ca2 example\"", "ca2"},
        {"\"name\":\"a.test\"", "\"name\":\"*.a.test\"", "normal form"},
        {"\"name\":\"a.test\"", "\"name\":\"192.0.2.1\"", "value"},
        {"\"subject\":\"name\"", "\"subject\":\"names\"", "subject"},
        {"\"method\":\"http-01\"", "\"method\":\"http\"", "method"},
        {"\"names\":[{", "\"names\":[1,{", "must be an object"},
        {"\"account_url\"", "\"account\"", "account\" is no member"},
    };
    static const struct caa_name name = {
        "a.test", {identities, CAA_NAME, "http-01", "https://acme.test/1"}};
    struct perspective_caa sent = {&name, 1, 5000}, got;
    void *mem = mem_pool(NULL, 8192);
    const char *good = perspective_write_caa(mem, &sent);

    for (size_t i = 0; i < COUNT(rows); i++) {
        char *text = changed(mem, good, rows[i].old, rows[i].new);
        struct err e = {0};

        CU_ASSERT_EQUAL(perspective_read_caa(mem, bytes_of(text), &got, &e), ERR_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, rows[i].why));
        if (strstr(e.detail, rows[i].why) == NULL)
            printf("\n    not \"%s\": %s\n", rows[i].why, e.detail);
    }
    mem_free(mem);
}

static void too_many_names_are_refused(void)
{
    static const struct caa_name name = {
        "a.test", {identities, CAA_NAME, "http-01", "https://acme.test/1"}};
    void *mem = mem_pool(NULL, 8192);
    struct caa_name *names = mem_new_array(mem, struct caa_name, PERSPECTIVE_NAMES_MAX + 1);
    struct perspective_caa sent = {names, PERSPECTIVE_NAMES_MAX + 1, 5000}, got;
    struct err e = {0};

    for (size_t i = 0; i < sent.len; i++)
        names[i] = name;
    CU_ASSERT_EQUAL(
        perspective_read_caa(mem, bytes_of(perspective_write_caa(mem, &sent)), &got, &e),
        ERR_INPUT);
    sent.len--;
    e = (struct err){0};
    CU_ASSERT_EQUAL(
        perspective_read_caa(mem, bytes_of(perspective_write_caa(mem, &sent)), &got, &e), ERR_OK);
    mem_free(mem);
}

static void results_arrive_as_they_were_sent(void)
{
    static const struct validation_result rows[] = {
        {.valid = true, .problem = PROBLEM_NONE, .detail = "", .address = "192.0.2.7"},
        {.problem = PROBLEM_DNS, .detail = "no address was found", .retry = true},
        {.problem = PROBLEM_UNAUTHORIZED, .detail = "found \"x\"", .address = "2001:db8::1"},
        {.problem = PROBLEM_CONNECTION, .detail = "refused", .retry = true},
        {.problem = PROBLEM_TLS, .detail = "handshake"},
        {.problem = PROBLEM_INCORRECT_RESPONSE, .detail = "redirect"},
    };
    void *mem = mem_pool(NULL, 8192);

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct perspective_view got;
        struct err e = {0};

        CU_ASSERT_EQUAL_FATAL(perspective_read_result(mem,
                                  bytes_of(perspective_write_result(mem, &rows[i])), &got, 1, &e),
            ERR_OK);
        CU_ASSERT(got.answered);
        CU_ASSERT_EQUAL(got.agrees, rows[i].valid);
        CU_ASSERT_EQUAL(got.problem, rows[i].problem);
        CU_ASSERT_EQUAL(got.retry, rows[i].retry);
        CU_ASSERT_STRING_EQUAL(got.detail, rows[i].detail);
        CU_ASSERT_STRING_EQUAL(got.address, rows[i].address);
    }
    mem_free(mem);
}

static void results_in_another_form_are_refused(void)
{
    static const char *const rows[] = {
        "",
        "{}",
        "null",
        "[]",
        "{\"valid\":\"true\"}",
        "{\"valid\":1}",
        "{\"valid\":false}",
        "{\"valid\":false,\"problem\":\"dns\"}",
        "{\"valid\":false,\"problem\":\"rateLimited\",\"retry\":true}",
        "{\"valid\":false,\"problem\":\"urn:ietf:params:acme:error:dns\",\"retry\":true}",
        "{\"valid\":true,\"address\":\"www.a.test\"}",
        "{\"valid\":true,\"more\":1}",
        "{\"valid\":true,\"valid\":true}",
        "{\"valid\":true}{",
        "{\"valid\":true,\"detail\":7}",
    };
    void *mem = mem_pool(NULL, 8192);

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct perspective_view got;
        struct err e = {0};

        CU_ASSERT_EQUAL(perspective_read_result(mem, bytes_of(rows[i]), &got, 1, &e), ERR_INPUT);
    }
    mem_free(mem);
}

/* Another machine's words reach clients and terminals. */
static void details_arrive_printable_and_cut(void)
{
    void *mem = mem_pool(NULL, 8192);
    char *text = mem_alloc(mem, 4096, "text");
    struct perspective_view got;
    struct err e = {0};

    CU_ASSERT_EQUAL_FATAL(perspective_read_result(mem,
                              bytes_of("{\"valid\":false,\"problem\":\"dns\",\"retry\":false,"
                                       "\"detail\":\"a\\u001b[31m\\r\\nb\xc3\xa4\"}"),
                              &got, 1, &e),
        ERR_OK);
    CU_ASSERT_STRING_EQUAL(got.detail, "a?[31m??b??");
    memset(text, 'x', 4095);
    CU_ASSERT_EQUAL_FATAL(
        perspective_read_result(mem,
            bytes_of(mem_printf(mem, "{\"valid\":true,\"detail\":\"%s\"}", text)), &got, 1, &e),
        ERR_OK);
    CU_ASSERT_EQUAL(strlen(got.detail), 383);
    mem_free(mem);
}

static void findings_are_as_many_as_were_asked_for(void)
{
    static const struct caa_finding findings[] = {
        {.allowed = true, .detail = "allowed, there are no records"},
        {.problem = PROBLEM_CAA, .detail = "it names others"},
        {.problem = PROBLEM_DNS, .detail = "SERVFAIL", .retry = true},
    };
    void *mem = mem_pool(NULL, 8192);
    const char *text = perspective_write_findings(mem, findings, COUNT(findings));
    struct perspective_view got[4];
    struct err e = {0};

    CU_ASSERT_EQUAL_FATAL(perspective_read_findings(mem, bytes_of(text), got, 3, &e), ERR_OK);
    for (size_t i = 0; i < COUNT(findings); i++) {
        CU_ASSERT_EQUAL(got[i].agrees, findings[i].allowed);
        CU_ASSERT_EQUAL(got[i].problem, findings[i].problem);
        CU_ASSERT_EQUAL(got[i].retry, findings[i].retry);
        CU_ASSERT_STRING_EQUAL(got[i].detail, findings[i].detail);
    }
    CU_ASSERT_EQUAL(perspective_read_findings(mem, bytes_of(text), got, 2, &e), ERR_INPUT);
    e = (struct err){0};
    CU_ASSERT_EQUAL(perspective_read_findings(mem, bytes_of(text), got, 4, &e), ERR_INPUT);
    e = (struct err){0};
    CU_ASSERT_EQUAL(
        perspective_read_findings(mem, bytes_of("{\"findings\":[true]}"), got, 1, &e), ERR_INPUT);
    mem_free(mem);
}

static const struct test tests[] = {
    {"a validation arrives as it was sent", a_validation_arrives_as_it_was_sent},
    {"validations in another form are refused", validations_in_another_form_are_refused},
    {"persistent terms in another form are refused", persistent_terms_in_another_form_are_refused},
    {"CAA questions arrive as they were sent", caa_questions_arrive_as_they_were_sent},
    {"CAA questions in another form are refused", caa_questions_in_another_form_are_refused},
    {"too many names are refused", too_many_names_are_refused},
    {"results arrive as they were sent", results_arrive_as_they_were_sent},
    {"results in another form are refused", results_in_another_form_are_refused},
    {"details arrive printable and cut", details_arrive_printable_and_cut},
    {"findings are as many as were asked for", findings_are_as_many_as_were_asked_for},
    {NULL, NULL},
};
extern const struct test_suite suite_perspective_wire;
const struct test_suite suite_perspective_wire = {"perspective_wire", tests};
