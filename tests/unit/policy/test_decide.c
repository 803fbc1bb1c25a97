/* Tests of policy_decide by the cases in cases/: what each situation of each vendor's page means,
 * and whether every rule was met, on both sides. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/mem.h"
#include "policy/inventory.h"
#include "tests/unit/policy/case_file.h"

#define RULES_MAX 256

/* What the cases met, by the rules' lines. */
static bool passed[RULES_MAX], failed[RULES_MAX], silent[RULES_MAX];

static void see(const struct facts *facts, const struct decision *decision)
{
    struct rule_line line;

    for (size_t i = 0; i < decision->trace_len; i++) {
        const struct step *step = &decision->trace[i];

        for (size_t j = 0; policy_rule_line(j, &line); j++) {
            if ((line.vendor != facts->vendor && line.vendor != VENDORS) ||
                strcmp(line.id, step->rule) != 0)
                continue;
            passed[j] |= step->answer == ANSWER_PASS;
            failed[j] |= step->answer == ANSWER_FAIL;
            silent[j] |= step->answer == ANSWER_SILENT;
        }
    }
}

static void the_house_decides_as_its_cases_say(void)
{
    case_file_run("house.txt", see);
}

static void digicert_decides_as_its_cases_say(void)
{
    case_file_run("digicert.txt", see);
}

static void digicert_client_decides_as_its_cases_say(void)
{
    case_file_run("digicert-client.txt", see);
}

static void tencent_decides_as_its_cases_say(void)
{
    case_file_run("tencent.txt", see);
}

static void huawei_decides_as_its_cases_say(void)
{
    case_file_run("huawei.txt", see);
}

static void an_account_that_is_not_valid_gets_nothing(void)
{
    static const enum account_status ended[] = {ACCOUNT_DEACTIVATED, ACCOUNT_REVOKED};
    struct identifier name = {IDENTIFIER_DNS, "www.example.com"};

    for (size_t i = 0; i < sizeof ended / sizeof ended[0]; i++) {
        void *mem = mem_pool(NULL, 4096);
        struct facts facts = {.now_s = 1000,
            .request = {.account = "a1", .account_status = ended[i], .names = {&name, 1}},
            .inventory = inventory_new(mem, NULL, 0, NULL)};
        struct decision decision;

        policy_decide(mem, &facts, &decision);
        see(&facts, &decision);
        CU_ASSERT(decision.outcome == OUTCOME_DENY);
        CU_ASSERT_STRING_EQUAL(decision.rule, "account");
        CU_ASSERT_STRING_EQUAL(decision.problem, "unauthorized");
        mem_free(mem);
    }
}

static void every_rule_is_met_by_a_case(void)
{
    struct rule_line line;

    for (size_t i = 0; policy_rule_line(i, &line); i++) {
        CU_ASSERT(passed[i] || failed[i]);
        if (!passed[i] && !failed[i])
            fprintf(stderr, "no case meets rule %s\n", line.id);
    }
}

static const struct test tests[] = {
    {"the house decides as its cases say", the_house_decides_as_its_cases_say},
    {"DigiCert TLS decides as its cases say", digicert_decides_as_its_cases_say},
    {"DigiCert client certificates decide as their cases say",
        digicert_client_decides_as_its_cases_say},
    {"Tencent Cloud decides as its cases say", tencent_decides_as_its_cases_say},
    {"Huawei Cloud decides as its cases say", huawei_decides_as_its_cases_say},
    {"an account that is not valid gets nothing", an_account_that_is_not_valid_gets_nothing},
    {"every rule is met by a case", every_rule_is_met_by_a_case},
    {NULL, NULL},
};
extern const struct test_suite suite_decide;
const struct test_suite suite_decide = {"decide", tests};
