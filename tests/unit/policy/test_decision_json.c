/* Tests of policy/decision_json: a kept decision that is damaged is told by its path. That every
 * decision can be kept and read again, the cases say (case_file.c). */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/mem.h"
#include "policy/decision_json.h"
#include "policy/explain.h"

#define EFFECTS                                                                                    \
    "\"effects\":{\"cost\":\"free\",\"revokes\":[{\"certificate\":\"c1\",\"holder\":null}],"       \
    "\"domain_validation\":\"none\",\"approval\":\"none\"}"
#define STEP "{\"order\":\"7\",\"rule\":\"match\",\"result\":\"pass\",\"because\":\"same names\"}"

static enum err_code read_text(void *mem, const char *text, struct decision *out, struct err *e)
{
    struct json at;

    *e = (struct err){0};
    if (json_parse(mem, bytes_of(text), "the decision", &at, e) != ERR_OK)
        return e->code;
    return decision_json_read(mem, &at, out, e);
}

static void what_is_damaged_is_told_by_its_path(void)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"{\"outcome\":\"BUY\"}", "\"outcome\" must be REUSE"},
        {"{\"outcome\":7}", "\"outcome\" must be a string"},
        {"{\"outcome\":\"NEW\"}", "\"rule\" is missing"},
        {"{\"rule\":\"x\"}", "\"effects\" is missing"},
        {"{\"rule\":\"x\",\"effects\":{\"cost\":\"cheap\"}}", "\"effects.cost\" must be free"},
        {"{\"rule\":\"x\",\"effects\":{\"revokes\":[{}]}}",
            "\"effects.revokes[0].certificate\" is missing"},
        {"{\"rule\":\"x\",\"effects\":{\"not_after\":\"soon\"}}",
            "\"effects.not_after\" must be a time"},
        {"{\"rule\":\"x\"," EFFECTS ",\"problem\":{}}", "\"problem.type\" is missing"},
        {"{\"rule\":\"x\"," EFFECTS ",\"problem\":{\"type\":\"x\"}}",
            "\"problem.detail\" is missing"},
        {"{\"rule\":\"x\"," EFFECTS ",\"retry_at\":5}", "\"retry_at\" must be a string"},
        {"{\"rule\":\"x\"," EFFECTS ",\"trace\":{}}", "\"trace\" must be an array"},
        {"{\"rule\":\"x\"," EFFECTS ",\"trace\":[{\"rule\":\"y\",\"result\":\"perhaps\"}]}",
            "\"trace[0].result\" must be pass"},
        {"{\"rule\":\"x\"," EFFECTS ",\"trace\":[" STEP ",{\"rule\":\"y\"}]}",
            "\"trace[1].because\" is missing"},
    };
    void *mem = mem_pool(NULL, 65536);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct decision decision;
        struct err e;
        bool told = read_text(mem, rows[i].text, &decision, &e) == ERR_INPUT &&
                    strstr(e.detail, rows[i].words) != NULL;

        CU_ASSERT(told);
        if (!told)
            printf("\n    %s: %s\n", rows[i].text, e.detail);
    }
    mem_free(mem);
}

/* A trace that is cut short may lack the step; the decision is told nevertheless. */
static void a_rule_without_its_step_is_told_without_words(void)
{
    void *mem = mem_pool(NULL, 65536);
    struct decision decision;
    struct err e;
    const char *text;

    CU_ASSERT_EQUAL_FATAL(
        read_text(mem,
            "{\"outcome\":\"REISSUE\",\"target\":\"7\",\"rule\":\"DC-TLS-REI-1\"," EFFECTS
            ",\"trace\":[" STEP "]}",
            &decision, &e),
        ERR_OK);
    CU_ASSERT_STRING_EQUAL(decision.because, "");
    CU_ASSERT_PTR_NULL(decision.about);
    text = explain_past(mem, VENDOR_DIGICERT, &decision);
    CU_ASSERT_EQUAL(strncmp(text, "REISSUE order 7: ", strlen("REISSUE order 7: ")), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "order 7\n      yes match             same names\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "certificate c1, held by somebody outside ACME"));
    CU_ASSERT_PTR_NULL(strstr(text, "decided"));
    mem_free(mem);
}

static const struct test tests[] = {
    {"what is damaged is told by its path", what_is_damaged_is_told_by_its_path},
    {"a rule without its step is told without words",
        a_rule_without_its_step_is_told_without_words},
    {NULL, NULL},
};
extern const struct test_suite suite_decision_json;
const struct test_suite suite_decision_json = {"decision_json", tests};
