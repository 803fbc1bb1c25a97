/* Tests of acme/problem: types and statuses as the registry and RFC 8555 have them, and what never
 * reaches a client. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/problem.h"
#include "base/mem.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
#define URN         "urn:ietf:params:acme:error:"

/* The value of a member of the document, as text; NULL if it is absent or no string. */
static const char *member(void *mem, const char *document, const char *name)
{
    struct json json;
    const char *value;
    struct err e = {0};

    CU_ASSERT_EQUAL_FATAL(json_parse(mem, bytes_of(document), "the problem", &json, &e), ERR_OK);
    return json_read_string(&json, name, JSON_OPTIONAL, &value, &e) == ERR_OK ? value : NULL;
}

static void each_problem_has_its_type_and_status(void)
{
    static const struct {
        enum problem problem;
        const char *type;
        int status;
    } rows[] = {
        {PROBLEM_ACCOUNT_DOES_NOT_EXIST, "accountDoesNotExist", 400},
        {PROBLEM_ALREADY_REPLACED, "alreadyReplaced", 409},
        {PROBLEM_ALREADY_REVOKED, "alreadyRevoked", 400},
        {PROBLEM_BAD_CSR, "badCSR", 400},
        {PROBLEM_BAD_NONCE, "badNonce", 400},
        {PROBLEM_BAD_PUBLIC_KEY, "badPublicKey", 400},
        {PROBLEM_BAD_REVOCATION_REASON, "badRevocationReason", 400},
        {PROBLEM_BAD_SIGNATURE_ALGORITHM, "badSignatureAlgorithm", 400},
        {PROBLEM_CAA, "caa", 403},
        {PROBLEM_COMPOUND, "compound", 400},
        {PROBLEM_CONNECTION, "connection", 400},
        {PROBLEM_DNS, "dns", 400},
        {PROBLEM_EXTERNAL_ACCOUNT_REQUIRED, "externalAccountRequired", 403},
        {PROBLEM_INCORRECT_RESPONSE, "incorrectResponse", 400},
        {PROBLEM_INVALID_CONTACT, "invalidContact", 400},
        {PROBLEM_INVALID_PROFILE, "invalidProfile", 400},
        {PROBLEM_KEY_IN_USE, "malformed", 409},
        {PROBLEM_MALFORMED, "malformed", 400},
        {PROBLEM_METHOD_NOT_ALLOWED, "malformed", 405},
        {PROBLEM_NOT_FOUND, "malformed", 404},
        {PROBLEM_ORDER_NOT_READY, "orderNotReady", 403},
        {PROBLEM_RATE_LIMITED, "rateLimited", 429},
        {PROBLEM_REJECTED_IDENTIFIER, "rejectedIdentifier", 400},
        {PROBLEM_REJECTED_PRE_AUTHORIZATION, "rejectedIdentifier", 403},
        {PROBLEM_SERVER_INTERNAL, "serverInternal", 500},
        {PROBLEM_SERVER_BUSY, "serverInternal", 503},
        {PROBLEM_TLS, "tls", 400},
        {PROBLEM_UNAUTHORIZED, "unauthorized", 403},
        {PROBLEM_UNAUTHORIZED_ACCOUNT, "unauthorized", 401},
        {PROBLEM_UNSUPPORTED_CONTACT, "unsupportedContact", 400},
        {PROBLEM_UNSUPPORTED_IDENTIFIER, "unsupportedIdentifier", 400},
        {PROBLEM_UNSUPPORTED_PRE_AUTHORIZATION, "unsupportedIdentifier", 403},
        {PROBLEM_UNSUPPORTED_MEDIA_TYPE, "malformed", 415},
        {PROBLEM_USER_ACTION_REQUIRED, "userActionRequired", 403},
    };

    CU_ASSERT_EQUAL(COUNT(rows), (size_t)PROBLEM_USER_ACTION_REQUIRED);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err e = {0};

        CU_ASSERT_EQUAL(strncmp(problem_type(rows[i].problem), URN, strlen(URN)), 0);
        CU_ASSERT_STRING_EQUAL(problem_type(rows[i].problem) + strlen(URN), rows[i].type);
        CU_ASSERT_EQUAL(problem_status(rows[i].problem), rows[i].status);
        CU_ASSERT(problem_set(&e, rows[i].problem, "x") < ERR_OK);
        CU_ASSERT_EQUAL(problem_of(&e), rows[i].problem);
    }
}

static void a_type_is_found_by_its_bare_name(void)
{
    static const struct {
        const char *name;
        enum problem problem;
    } rows[] = {
        {"badCSR", PROBLEM_BAD_CSR},
        {"caa", PROBLEM_CAA},
        {"malformed", PROBLEM_MALFORMED},
        {"rateLimited", PROBLEM_RATE_LIMITED},
        {"rejectedIdentifier", PROBLEM_REJECTED_IDENTIFIER},
        {"serverInternal", PROBLEM_SERVER_INTERNAL},
        {"unauthorized", PROBLEM_UNAUTHORIZED},
        {"userActionRequired", PROBLEM_USER_ACTION_REQUIRED},
    };
    enum problem problem = PROBLEM_NONE;

    CU_ASSERT_FALSE(problem_find("", &problem));
    CU_ASSERT_FALSE(problem_find("badcsr", &problem));
    CU_ASSERT_EQUAL(problem, PROBLEM_NONE);
    for (size_t i = 0; i < COUNT(rows); i++) {
        CU_ASSERT(problem_find(rows[i].name, &problem));
        CU_ASSERT_EQUAL(problem, rows[i].problem);
    }
}

static void setting_a_problem_fills_the_whole_error(void)
{
    struct err e = {.retry_after_s = 9, .internal = "old"};

    CU_ASSERT_EQUAL(
        problem_set(&e, PROBLEM_ORDER_NOT_READY, "order is %s", "pending"), ERR_CONFLICT);
    CU_ASSERT_EQUAL(e.code, ERR_CONFLICT);
    CU_ASSERT_STRING_EQUAL(e.detail, "order is pending");
    CU_ASSERT_STRING_EQUAL(e.internal, "");
    CU_ASSERT_EQUAL(e.retry_after_s, 0);
    problem_set(
        &e, PROBLEM_BAD_CSR, "in the CSR: %s", e.detail); /* its own text inside a new one */
    CU_ASSERT_STRING_EQUAL(e.detail, "in the CSR: order is pending");
}

static void categories_of_lower_floors_become_problems(void)
{
    static const struct {
        enum err_code code;
        enum problem problem;
        bool detail_shown;
    } rows[] = {
        {ERR_OK, PROBLEM_SERVER_INTERNAL, false}, /* an error that nobody set is ours */
        {ERR_INPUT, PROBLEM_MALFORMED, true},
        {ERR_UNAUTHORIZED, PROBLEM_UNAUTHORIZED, true},
        {ERR_NOT_FOUND, PROBLEM_NOT_FOUND, true},
        {ERR_CONFLICT, PROBLEM_MALFORMED, true},
        {ERR_LIMIT, PROBLEM_RATE_LIMITED, true},
        {ERR_TOO_LARGE, PROBLEM_MALFORMED, true},
        {ERR_DENIED, PROBLEM_UNAUTHORIZED, true},
        {ERR_TIMEOUT, PROBLEM_SERVER_INTERNAL, false},
        {ERR_NETWORK, PROBLEM_SERVER_INTERNAL, false},
        {ERR_UPSTREAM_TEMPORARY, PROBLEM_SERVER_BUSY, false},
        {ERR_UPSTREAM_REFUSED, PROBLEM_SERVER_INTERNAL, false},
        {ERR_UPSTREAM_IN_DOUBT, PROBLEM_SERVER_INTERNAL, false},
        {ERR_STORE, PROBLEM_SERVER_BUSY, false},
        {ERR_CANCELLED, PROBLEM_SERVER_BUSY, false},
        {ERR_BUG, PROBLEM_SERVER_INTERNAL, false},
    };
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err e = {
            .code = rows[i].code, .detail = "Geheimnis 10.0.0.1", .internal = "SELECT secret"};
        char *document = problem_json(mem, &e, NULL, 0);

        CU_ASSERT_EQUAL(problem_of(&e), rows[i].problem);
        CU_ASSERT_EQUAL(strstr(document, "Geheimnis") != NULL, rows[i].detail_shown);
        CU_ASSERT_PTR_NULL(strstr(document, "secret"));
        CU_ASSERT(strlen(member(mem, document, "detail")) > 10);
    }
    mem_free(mem);
}

static void a_kind_that_is_no_problem_counts_for_nothing(void)
{
    struct err e = {.code = ERR_STORE, .kind = 4711};

    CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_SERVER_BUSY);
    e.kind = -1;
    CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_SERVER_BUSY);
}

static void the_document_is_as_rfc_9457_has_it(void)
{
    void *mem = mem_pool(NULL, 4096);
    struct err e = {0};

    problem_set(&e, PROBLEM_BAD_NONCE, "JWS has an invalid anti-replay nonce");
    CU_ASSERT_STRING_EQUAL(problem_json(mem, &e, NULL, 0),
        "{\"type\":\"urn:ietf:params:acme:error:badNonce\",\"detail\":\"JWS has an invalid "
        "anti-replay nonce\","
        "\"status\":400}");
    mem_free(mem);
}

static void a_refused_algorithm_comes_with_those_that_are_accepted(void)
{
    void *mem = mem_pool(NULL, 4096);
    struct json json, algorithms, element;
    const char *name;
    struct err e = {0};

    problem_set(&e, PROBLEM_BAD_SIGNATURE_ALGORITHM, "no");
    CU_ASSERT_EQUAL(
        json_parse(mem, bytes_of(problem_json(mem, &e, NULL, 0)), "it", &json, &e), ERR_OK);
    CU_ASSERT_EQUAL(json_read_array(&json, "algorithms", JSON_REQUIRED, &algorithms, &e), ERR_OK);
    CU_ASSERT_EQUAL(json_len(&algorithms), 7);
    json_element(&algorithms, 0, &element);
    CU_ASSERT_EQUAL(json_as_string(&element, &name, &e), ERR_OK);
    CU_ASSERT_STRING_EQUAL(name, "ES256");
    mem_free(mem);
}

static void subproblems_name_their_identifier_and_the_top_does_not(void)
{
    static const struct subproblem subs[] = {
        {PROBLEM_REJECTED_IDENTIFIER, "blocked by policy", "dns", "bank.example"},
        {PROBLEM_CAA, "CAA forbids", "ip", "192.0.2.1"},
        {PROBLEM_DNS, "gone", "email", "a@example.org"},
    };
    void *mem = mem_pool(NULL, 4096);
    struct err e = {0};

    problem_set(&e, PROBLEM_COMPOUND, "2 of 3 names refused");
    CU_ASSERT_STRING_EQUAL(problem_json(mem, &e, subs, COUNT(subs)),
        "{\"type\":\"" URN
        "compound\",\"detail\":\"2 of 3 names refused\",\"status\":400,\"subproblems\":["
        "{\"type\":\"" URN "rejectedIdentifier\",\"detail\":\"blocked by policy\","
        "\"identifier\":{\"type\":\"dns\",\"value\":\"bank.example\"}},"
        "{\"type\":\"" URN "caa\",\"detail\":\"CAA "
        "forbids\",\"identifier\":{\"type\":\"ip\",\"value\":\"192.0.2.1\"}},"
        "{\"type\":\"" URN "dns\",\"detail\":\"gone\",\"identifier\":{\"type\":\"email\",\"value\":"
        "\"a@example.org\"}}]}");
    mem_free(mem);
}

static void texts_are_made_printable_ascii(void)
{
    static const struct {
        const char *detail, *shown;
    } rows[] = {{"plain", "plain"}, {"tab\there\nand there", "tab?here?and there"},
        {"Stra\xc3\x9f"
         "e",
            "Stra?e"},
        {"\xf0\x9f\x94\x91 key", "? key"}, {"\xff\xfe", "??"}, {"\x7f", "?"}, {"\x80\x80", ""},
        {"a \"quoted\" back\\slash", "a \"quoted\" back\\slash"},
        {"https://example.org/", "https://example.org/"}};
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err e = {0};
        char *document;

        problem_set(&e, PROBLEM_MALFORMED, "%s", rows[i].detail);
        document = problem_json(mem, &e, NULL, 0);
        CU_ASSERT_STRING_EQUAL(member(mem, document, "detail"), rows[i].shown);
        CU_ASSERT_PTR_NULL(strstr(document, "\\/"));
    }
    mem_free(mem);
}

static void long_texts_are_cut_and_the_document_stays_whole(void)
{
    void *mem = mem_pool(NULL, 4096);
    char text[2000];
    struct subproblem subs[20];
    struct json json, list;
    struct err e = {0};

    memset(text, '"', sizeof text); /* the kind that grows most when escaped */
    text[sizeof text - 1] = '\0';
    for (size_t i = 0; i < COUNT(subs); i++)
        subs[i] = (struct subproblem){PROBLEM_EXTERNAL_ACCOUNT_REQUIRED, text, text, text};
    problem_set(&e, PROBLEM_BAD_SIGNATURE_ALGORITHM, "%s", text);
    CU_ASSERT_EQUAL(
        json_parse(mem, bytes_of(problem_json(mem, &e, subs, COUNT(subs))), "it", &json, &e),
        ERR_OK);
    CU_ASSERT_EQUAL(json_read_array(&json, "subproblems", JSON_REQUIRED, &list, &e), ERR_OK);
    CU_ASSERT_EQUAL(json_len(&list), COUNT(subs));
    mem_free(mem);
}

static void a_busy_server_says_when_to_come_back(void)
{
    struct err e = {.code = ERR_STORE};

    CU_ASSERT(problem_retry_after_s(&e) > 0);
    e.retry_after_s = 17;
    CU_ASSERT_EQUAL(problem_retry_after_s(&e), 17);
    e.code = ERR_LIMIT;
    CU_ASSERT_EQUAL(problem_retry_after_s(&e), 17);
    e.retry_after_s = 0;
    CU_ASSERT(problem_retry_after_s(&e) > 0);
    problem_set(&e, PROBLEM_BAD_NONCE, "x");
    CU_ASSERT_EQUAL(problem_retry_after_s(&e), 0);
}

static const struct test tests[] = {
    {"a type is found by its bare name", a_type_is_found_by_its_bare_name},
    {"each problem has its type and status", each_problem_has_its_type_and_status},
    {"setting a problem fills the whole error", setting_a_problem_fills_the_whole_error},
    {"categories of lower floors become problems", categories_of_lower_floors_become_problems},
    {"a kind that is no problem counts for nothing", a_kind_that_is_no_problem_counts_for_nothing},
    {"the document is as rfc 9457 has it", the_document_is_as_rfc_9457_has_it},
    {"a refused algorithm comes with those that are accepted",
        a_refused_algorithm_comes_with_those_that_are_accepted},
    {"subproblems name their identifier and the top does not",
        subproblems_name_their_identifier_and_the_top_does_not},
    {"texts are made printable ascii", texts_are_made_printable_ascii},
    {"long texts are cut and the document stays whole",
        long_texts_are_cut_and_the_document_stays_whole},
    {"a busy server says when to come back", a_busy_server_says_when_to_come_back},
    {NULL, NULL},
};
extern const struct test_suite suite_problem;
const struct test_suite suite_problem = {"problem", tests};
