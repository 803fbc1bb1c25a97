/* Tests of server/admin and server/admin_client: one asks the other over a real socket. */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "server/admin.h"
#include "server/admin_client.h"
#include "tests/unit/acme/lab.h"

struct office {
    struct lab lab;
    struct acme_profile profiles[2]; /* the lab's, and one for mail */
    struct admin *admin;
    char *path;
};

static void office_open(struct office *office)
{
    struct err e = {0};

    lab_open(&office->lab);
    office->profiles[0] = office->profiles[1] = office->lab.profile;
    office->profiles[1].name = "mail";
    office->profiles[1].mail = true;
    office->lab.settings.profiles = office->profiles;
    office->lab.settings.profiles_len = 2;
    office->path = mem_printf(office->lab.mem, "%s/admin.sock", office->lab.folder);
    office->admin =
        admin_start(office->path, office->lab.store, &office->lab.acme, &office->lab.settings, &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(office->admin);
    log_setup(LOG_ERROR, LOG_TEXT);
}

static void office_close(struct office *office)
{
    admin_stop(office->admin);
    CU_ASSERT_EQUAL(access(office->path, F_OK), -1); /* the socket goes with its server */
    lab_close(&office->lab);
}

static enum err_code ask(struct office *office, const char *method, const char *path,
    const char *body, const char **text, struct err *e)
{
    struct json answer;

    *e = (struct err){0};
    *text = "";
    return admin_client_ask(office->lab.mem, office->path, method, path, body, text, &answer, e);
}

/* A member's text in an answer: what stands behind "name":" */
static char *member(struct office *office, const char *text, const char *name)
{
    const char *found = strstr(text, mem_printf(office->lab.mem, "\"%s\":\"", name));

    CU_ASSERT_PTR_NOT_NULL_FATAL(found);
    found += strlen(name) + 4;
    return mem_strndup(office->lab.mem, found, strcspn(found, "\""));
}

static void a_key_is_made_listed_and_revoked(void)
{
    struct office office;
    const char *text;
    char *kid, *key, *path;
    struct err e;

    office_open(&office);
    CU_ASSERT_EQUAL(ask(&office, "GET", "/eab", NULL, &text, &e), ERR_OK);
    CU_ASSERT_STRING_EQUAL(text, "{\"keys\":[]}");
    CU_ASSERT_EQUAL(
        ask(&office, "POST", "/eab",
            "{\"tenant\":\"corp\",\"names\":[\"Corp.Test\",\"b\",\"10.1.2.3\"],\"lifetime_s\":60}",
            &text, &e),
        ERR_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"names\":[\"corp.test\",\"b\",\"10.1.2.3\"]"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"uses_left\":1,"));
    CU_ASSERT_STRING_EQUAL(member(&office, text, "directory"), LAB_URL "/acme/directory");
    kid = member(&office, text, "kid");
    key = member(&office, text, "key");
    CU_ASSERT_EQUAL(strlen(key), 86);

    CU_ASSERT_EQUAL(ask(&office, "GET", "/eab", NULL, &text, &e), ERR_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, kid));
    CU_ASSERT_PTR_NULL(strstr(text, key));
    CU_ASSERT_STRING_EQUAL(member(&office, text, "state"), "open");

    path = mem_printf(office.lab.mem, "/eab/%s/revoke", kid);
    CU_ASSERT_EQUAL(ask(&office, "POST", path, NULL, &text, &e), ERR_OK);
    CU_ASSERT_STRING_EQUAL(member(&office, text, "state"), "revoked");
    CU_ASSERT_EQUAL(ask(&office, "POST", path, NULL, &text, &e), ERR_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "revoked already"));
    office_close(&office);
}

static void actions_and_budget_are_kept(void)
{
    static const struct {
        const char *asked, *shown;
    } cases[] = {
        {"{}", "\"actions\":[\"enroll\",\"reissue\",\"duplicate\",\"renew\"],\"accounts\""},
        {"{\"actions\":[\"renew\"]}", "\"actions\":[\"renew\"],\"accounts\""},
        {"{\"actions\":[\"duplicate\",\"reissue\",\"duplicate\"]}",
            "\"actions\":[\"reissue\",\"duplicate\"],"},
        {"{\"actions\":[\"renew\",\"duplicate\",\"reissue\",\"enroll\"]}",
            "\"actions\":[\"enroll\",\"reissue\",\"duplicate\",\"renew\"],\"accounts\""},
        {"{\"tenant\":\"t\",\"budget\":{\"new_orders\":0,\"period_s\":1}}",
            "\"renew\"],\"budget\":{\"new_orders\":0,\"period_s\":1}"},
        {"{\"tenant\":\"t\",\"actions\":[\"enroll\"],"
         "\"budget\":{\"new_orders\":1000000,\"period_s\":315360000}}",
            "\"actions\":[\"enroll\"],\"budget\":{\"new_orders\":1000000,\"period_s\":315360000}"},
    };
    struct office office;
    const char *text, *listed;
    struct err e;

    office_open(&office);
    for (size_t i = 0; i < COUNT(cases); i++) {
        CU_ASSERT_EQUAL(ask(&office, "POST", "/eab", cases[i].asked, &text, &e), ERR_OK);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, cases[i].shown));
        CU_ASSERT_EQUAL(ask(&office, "GET", "/eab", NULL, &listed, &e), ERR_OK);
        listed = strstr(listed, member(&office, text, "kid"));
        CU_ASSERT_PTR_NOT_NULL_FATAL(listed);
        CU_ASSERT_PTR_NOT_NULL(strstr(listed, cases[i].shown));
    }
    office_close(&office);
}

static void what_is_asked_wrongly_is_refused_with_a_reason(void)
{
    static const struct {
        const char *method, *path, *body, *words;
    } cases[] = {
        {"GET", "/", NULL, "nothing like that"},
        {"PUT", "/eab", "{}", "nothing like that"},
        {"POST", "/eab/x", "{}", "nothing like that"},
        {"POST", "/eab//revoke", NULL, "nothing like that"},
        {"POST", "/eab/x/revoke", NULL, "no such external account"},
        {"POST", "/eab", NULL, "the body"},
        {"POST", "/eab", "[]", "object"},
        {"POST", "/eab", "{\"names\":[\"*.a.test\"]}", "below it"},
        {"POST", "/eab", "{\"names\":[\"a b\"]}", "a b"},
        {"POST", "/eab", "{\"names\":\"a.test\"}", "names"},
        {"POST", "/eab", "{\"profiles\":[\"none\"]}", "no profile"},
        {"POST", "/eab", "{\"uses\":0}", "uses"},
        {"POST", "/eab", "{\"uses\":-2}", "uses"},
        {"POST", "/eab", "{\"lifetime_s\":-1}", "lifetime_s"},
        {"POST", "/eab", "{\"label\":\"\\u00e4\"}", "ASCII"},
        {"POST", "/eab", "{\"prevalidated\":true}", "for which"},
        {"POST", "/eab", "{\"actions\":[]}", "names none"},
        {"POST", "/eab", "{\"actions\":[\"buy\"]}", "\"buy\" is not an action"},
        {"POST", "/eab", "{\"actions\":[\"\"]}", "is not an action"},
        {"POST", "/eab", "{\"actions\":[\"Enroll\"]}", "is not an action"},
        {"POST", "/eab", "{\"actions\":[7]}", "actions[0]"},
        {"POST", "/eab", "{\"actions\":\"enroll\"}", "actions"},
        {"POST", "/eab", "{\"tenant\":\"t\",\"budget\":5}", "budget"},
        {"POST", "/eab", "{\"tenant\":\"t\",\"budget\":{\"period_s\":60}}", "budget.new_orders"},
        {"POST", "/eab", "{\"tenant\":\"t\",\"budget\":{\"new_orders\":1}}", "budget.period_s"},
        {"POST", "/eab", "{\"tenant\":\"t\",\"budget\":{\"new_orders\":-1,\"period_s\":60}}",
            "budget.new_orders must be 0 to 1000000"},
        {"POST", "/eab", "{\"tenant\":\"t\",\"budget\":{\"new_orders\":1000001,\"period_s\":60}}",
            "budget.new_orders must be 0 to 1000000"},
        {"POST", "/eab", "{\"tenant\":\"t\",\"budget\":{\"new_orders\":1,\"period_s\":0}}",
            "budget.period_s must be"},
        {"POST", "/eab", "{\"tenant\":\"t\",\"budget\":{\"new_orders\":1,\"period_s\":315360001}}",
            "budget.period_s must be"},
        {"POST", "/eab", "{\"budget\":{\"new_orders\":1,\"period_s\":60}}", "say whose"},
        {"POST", "/order/1/approve", NULL, "the body"},
        {"POST", "/order/1/approve", "{}", "no such order"},
        {"POST", "/order/../approve", "{}", "neither a number"},
        {"POST", "/order/x/reject", "{}", "neither a number"},
        {"POST", "/order/1/reject", "{\"reason\":\"\"}", "1 to 150"},
        {"POST", "/order/1/reject", "{\"reason\":\"a\\nb\"}", "printable"},
        {"POST", "/order/1/reject", "{\"reason\":7}", "reason"},
        {"POST", "/action/1/resolve", "{}", "finding"},
        {"POST", "/action/1/resolve", "{\"finding\":\"lost\"}", "\"lost\" is no finding"},
        {"POST", "/action/1/resolve", "{\"finding\":\"found\"}", "vendor_order"},
        {"POST", "/action/1/resolve", "{\"finding\":\"failed\",\"vendor_order\":\"7\"}",
            "nothing else"},
        {"POST", "/action/1/resolve", "{\"finding\":\"found\",\"vendor_order\":\"a b\"}",
            "no space"},
        {"POST", "/action/1/resolve", "{\"finding\":\"not-sent\"}", "no such action"},
    };
    struct office office;
    const char *text;
    struct err e;

    office_open(&office);
    for (size_t i = 0; i < COUNT(cases); i++) {
        CU_ASSERT_NOT_EQUAL(
            ask(&office, cases[i].method, cases[i].path, cases[i].body, &text, &e), ERR_OK);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, cases[i].words));
        if (strstr(e.detail, cases[i].words) == NULL)
            printf("\n    %s %s: %s\n", cases[i].method, cases[i].path, e.detail);
    }
    CU_ASSERT_EQUAL(lab_count(&office.lab, "eab"), 0);
    office_close(&office);
}

static void settings_can_be_replaced(void)
{
    static const struct acme_profile profiles[] = {{.name = "other"}};
    static const struct acme_settings settings = {
        .external_url = "https://new.test", .profiles = profiles, .profiles_len = 1};
    struct office office;
    const char *text;
    struct err e;

    office_open(&office);
    admin_update(office.admin, &settings);
    CU_ASSERT_EQUAL(
        ask(&office, "POST", "/eab", "{\"profiles\":[\"other\"],\"uses\":-1}", &text, &e), ERR_OK);
    CU_ASSERT_STRING_EQUAL(member(&office, text, "directory"), "https://new.test/acme/directory");
    CU_ASSERT_PTR_NULL(strstr(text, "uses_left"));
    office_close(&office);
}

static void where_nobody_listens_is_said(void)
{
    struct office office;
    const char *text;
    struct err e;

    office_open(&office);
    office_close(&office);
    office.lab.mem = mem_pool(NULL, 1024);
    office.path = mem_strdup(office.lab.mem, "no-such-folder/admin.sock");
    CU_ASSERT_EQUAL(ask(&office, "GET", "/eab", NULL, &text, &e), ERR_NOT_FOUND);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "no server listens on no-such-folder/admin.sock"));
    mem_free(office.lab.mem);
}

/* What an order would mean. */

static void a_question_is_answered_in_each_form(void)
{
    static const struct {
        const char *asked, *shown;
    } cases[] = {
        {"{\"names\":[\"Www.B.test\",\"a.test\"],\"answer\":\"decision\"}",
            "{\"outcome\":\"NEW\",\"target\":null,"},
        {"{\"names\":[\"a.test\"]}", "{\"text\":\"NEW: a new order\\n"},
        {"{\"names\":[\"Www.B.test\",\"a.test\",\"1.1.1.1\"],\"answer\":\"facts\"}",
            "\"identifiers\": [{\"type\": \"dns\", \"value\": \"a.test\"}, {\"type\": \"dns\", "
            "\"value\": \"www.b.test\"}, {\"type\": \"ip\", \"value\": \"1.1.1.1\"}]"},
        {"{\"names\":[\"Jo@A.test\"],\"profile\":\"mail\",\"answer\":\"facts\"}",
            "{\"type\": \"email\", \"value\": \"Jo@a.test\"}"},
        {"{\"names\":[\"a.test\"],\"tenant\":\"web\",\"action\":\"renew\",\"order_id\":\"7\","
         "\"replaces\":\"c1\",\"at\":\"2030-01-01T00:00:00Z\",\"answer\":\"facts\"}",
            "\"action\": \"renew\",\n    \"order_id\": \"7\",\n    \"replaces\": \"c1\""},
    };
    struct office office;
    const char *text;
    struct err e;

    office_open(&office);
    for (size_t i = 0; i < COUNT(cases); i++) {
        CU_ASSERT_EQUAL(ask(&office, "POST", "/policy/explain", cases[i].asked, &text, &e), ERR_OK);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, cases[i].shown));
        if (strstr(text, cases[i].shown) == NULL)
            printf("\n    %s%s\n", text, e.detail);
    }
    office_close(&office);
}

static void a_question_with_a_slip_is_refused(void)
{
    static const struct {
        const char *asked, *detail;
    } cases[] = {
        {"[]", "must be a JSON object"},
        {"{}", "neither names nor a CSR"},
        {"{\"names\":\"a.test\"}", "\"names\" must be"},
        {"{\"names\":[\"a..test\"]}", "a..test"},
        {"{\"names\":[\"j o@a.test\"],\"profile\":\"mail\"}", "only the bare address"},
        {"{\"names\":[\"jo@a.test\"]}", "email"},
        {"{\"names\":[\"a.test\"],\"profile\":\"mail\"}", "addresses of mail only"},
        {"{\"names\":[\"a.test\"],\"csr\":\"AA==\"}", "must be base64url"},
        {"{\"names\":[\"a.test\"],\"csr\":\"AAAA\"}", "CSR"},
        {"{\"names\":[\"a.test\"],\"account\":\"1\"}", "\"account\" must be"},
        {"{\"names\":[\"a.test\"],\"account\":-1}", "must be the number of an account"},
        {"{\"names\":[\"a.test\"],\"answer\":\"all\"}", "must be text, decision or facts"},
    };
    struct office office;
    const char *text;
    struct err e;

    office_open(&office);
    for (size_t i = 0; i < COUNT(cases); i++) {
        CU_ASSERT_EQUAL(
            ask(&office, "POST", "/policy/explain", cases[i].asked, &text, &e), ERR_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, cases[i].detail));
        if (strstr(e.detail, cases[i].detail) == NULL)
            printf("\n    %s: %s\n", cases[i].asked, e.detail);
    }
    CU_ASSERT_EQUAL(ask(&office, "POST", "/policy/explain",
                        "{\"names\":[\"a.test\"],\"account\":77}", &text, &e),
        ERR_NOT_FOUND);
    office_close(&office);
}

static const struct test tests[] = {
    {"a question is answered in each form", a_question_is_answered_in_each_form},
    {"a question with a slip is refused", a_question_with_a_slip_is_refused},
    {"a key is made, listed and revoked", a_key_is_made_listed_and_revoked},
    {"actions and budget are kept", actions_and_budget_are_kept},
    {"what is asked wrongly is refused with a reason",
        what_is_asked_wrongly_is_refused_with_a_reason},
    {"settings can be replaced", settings_can_be_replaced},
    {"where nobody listens is said", where_nobody_listens_is_said},
    {NULL, NULL},
};
extern const struct test_suite suite_admin;
const struct test_suite suite_admin = {"admin", tests};
