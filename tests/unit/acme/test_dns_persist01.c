/* Tests of acme/dns_persist01 against a name server on loopback. */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <string.h>

#include "acme/dns_persist01.h"
#include "base/mem.h"
#include "tests/unit/responder.h"

#define ACCOUNT "https://ca.example/acct/123"
#define OURS    "ca.example; accounturi=" ACCOUNT
#define NOW     INT64_C(1800000000)
#define DAY     86400

enum { WATCHDOG_MS = 30 * 1000, TXT = 16 };

/* What stands at _validation-persist.<name>. */
static const struct {
    const char *name, *records[4];
} zone[] = {
    {"good.test", {OURS}},
    {"wild.test", {OURS "; policy=wildcard"}},
    {"many.test", {"ca2.example; accounturi=x", "v=spf1", OURS, "ca.example; accounturi=x"}},
    {"until.test", {OURS "; persistUntil=1800000060"}},
    {"far.test", {OURS "; persistUntil=1900000000"}},
    {"longest.test", {OURS "; persistUntil=1800000060", OURS "; persistUntil=1800000120"}},
    {"for-good.test", {OURS "; persistUntil=1800000060", OURS, OURS "; persistUntil=1800000120"}},
    {"past.test", {OURS "; persistUntil=1799999999"}},
    {"account.test", {"ca2.example", "ca.example; accounturi=https://ca.example/acct/5"}},
    {"foreign.test", {"ca2.example; accounturi=" ACCOUNT, "\x1b[31m\\"}},
    {"broken.test", {"ca.example; accounturi=x", "ca.example; accounturi", "ca2.example"}},
    {"elsewhere.test", {OURS}},
};

struct lab {
    struct loop *loop;
    struct resolver *resolver;
    struct responder *dns;
    struct loop_timer *watchdog;
    struct validation_options options;
    bool wildcard;
    struct validation_result result;
    char detail[1024];
};

static void add_txt(struct dns_exchange *exchange, const char *text)
{
    uint8_t rdata[256];
    size_t len = strlen(text);

    rdata[0] = (uint8_t)len;
    memcpy(rdata + 1, text, len);
    dns_add(exchange, NULL, TXT, rdata, len + 1);
}

static void answer_names(void *arg, struct dns_exchange *exchange)
{
    static const char prefix[] = "_validation-persist.";
    const char *name = exchange->name + sizeof prefix - 1;

    (void)arg;
    dns_begin(exchange, strstr(exchange->name, "none") != NULL ? 3 : 0);
    if (strncmp(exchange->name, prefix, sizeof prefix - 1) != 0 || exchange->type != TXT)
        return;
    if (strcmp(name, "alias.test") == 0)
        dns_add_cname(exchange, NULL, "_validation-persist.elsewhere.test");
    for (size_t i = 0; i < sizeof zone / sizeof zone[0]; i++)
        for (size_t j = 0; strcmp(zone[i].name, name) == 0 && j < 4; j++)
            if (zone[i].records[j] != NULL)
                add_txt(exchange, zone[i].records[j]);
}

static void on_watchdog(void *arg)
{
    struct lab *lab = arg;

    lab->watchdog = NULL;
    CU_FAIL("a test hangs");
    loop_stop(lab->loop);
}

static void lab_start(struct lab *lab)
{
    char address[32];
    const char *servers[] = {address};
    struct resolver_options options = {.servers = servers, .servers_len = 1, .timeout_ms = 20000};
    struct err e = {0};

    *lab = (struct lab){.loop = loop_new()};
    lab->dns = responder_dns(answer_names, lab);
    snprintf(address, sizeof address, "127.0.0.1@%u", responder_port(lab->dns));
    lab->resolver = resolver_new(lab->loop, &options, &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lab->resolver);
    lab->options = (struct validation_options){
        .loop = lab->loop, .resolver = lab->resolver, .timeout_ms = 10000};
    lab->watchdog = loop_after(lab->loop, WATCHDOG_MS, on_watchdog, lab);
}

static void lab_end(struct lab *lab)
{
    resolver_free(lab->resolver);
    responder_stop(lab->dns);
    loop_cancel(&lab->watchdog);
    loop_free(lab->loop);
}

static void on_done(void *arg, const struct validation_result *result)
{
    struct lab *lab = arg;

    lab->result = *result;
    snprintf(lab->detail, sizeof lab->detail, "%s", result->detail);
    for (const char *c = lab->detail; *c != '\0'; c++)
        CU_ASSERT(*c >= ' ' && *c <= '~' && *c != '\\');
    loop_stop(lab->loop);
}

/* What is asked goes away at once: a check has copies. */
static bool is_valid(struct lab *lab, const char *name)
{
    char *issuer = mem_strdup(NULL, "ca.example"), *thumbprint = mem_strdup(NULL, "thumbprint");
    const char *issuers[] = {issuer, NULL}, *thumbprints[] = {thumbprint, NULL};
    struct validation_request request = {
        .identifier = {IDENTIFIER_DNS, name},
        .wildcard = lab->wildcard,
        .account_url = ACCOUNT,
        .persist = {.issuers = issuers, .by_url = true, .thumbprints = thumbprints, .now_s = NOW},
    };

    validation_start(&dns_persist01, &lab->options, &request, on_done, lab);
    issuers[0] = thumbprints[0] = NULL;
    mem_free(issuer);
    mem_free(thumbprint);
    loop_run(lab->loop);
    return lab->result.valid;
}

static void a_record_for_the_account_proves(void)
{
    static const struct {
        const char *name;
        int64_t until_s;
    } rows[] = {
        {"good.test", NOW + 10 * DAY},
        {"alias.test", NOW + 10 * DAY},
        {"many.test", NOW + 10 * DAY},
        {"wild.test", NOW + 10 * DAY},
        {"until.test", NOW + 60},
        {"far.test", NOW + 10 * DAY},
        {"longest.test", NOW + 120},
        {"for-good.test", NOW + 10 * DAY},
    };
    struct lab lab;

    lab_start(&lab);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT(is_valid(&lab, rows[i].name));
        CU_ASSERT_EQUAL(lab.result.until_s, rows[i].until_s);
    }
    lab.wildcard = true;
    CU_ASSERT(is_valid(&lab, "wild.test"));
    lab_end(&lab);
}

static void what_does_not_prove_is_shown_with_what_would(void)
{
    static const struct {
        const char *name;
        enum problem problem;
        const char *words;
    } rows[] = {
        {"past.test", PROBLEM_UNAUTHORIZED, "persistUntil, which has passed"},
        {"account.test", PROBLEM_UNAUTHORIZED,
            "the TXT record \"ca.example; accounturi=https://ca.example/acct/5\" at "
            "_validation-persist.account.test has an accounturi that is not this account's"},
        {"foreign.test", PROBLEM_UNAUTHORIZED,
            "none of the 2 TXT records at _validation-persist.foreign.test names ca.example"},
        {"broken.test", PROBLEM_MALFORMED, "\"ca.example; accounturi\" at "},
        {"bare.test", PROBLEM_UNAUTHORIZED, "no TXT record at _validation-persist.bare.test"},
        {"none.test", PROBLEM_DNS, "_validation-persist.none.test does not exist"},
    };
    struct lab lab;

    lab_start(&lab);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_FALSE(is_valid(&lab, rows[i].name));
        CU_ASSERT_EQUAL(lab.result.problem, rows[i].problem);
        CU_ASSERT(lab.result.retry);
        CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, rows[i].words));
        CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, "\"" OURS "\""));
        if (strstr(lab.detail, rows[i].words) == NULL)
            printf("\n    %s: %s", rows[i].name, lab.detail);
    }
    lab.wildcard = true;
    CU_ASSERT_FALSE(is_valid(&lab, "good.test"));
    CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, "has no policy=wildcard"));
    CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, "\"" OURS "; policy=wildcard\" was expected"));
    lab_end(&lab);
}

static const struct test tests[] = {
    {"a record for the account proves", a_record_for_the_account_proves},
    {"what does not prove is shown with what would", what_does_not_prove_is_shown_with_what_would},
    {NULL, NULL},
};
extern const struct test_suite suite_dns_persist01;
const struct test_suite suite_dns_persist01 = {"dns_persist01", tests};
