/* Tests of tests/vendorsim/faults: which fault happens to which request, and how often. */
#include "tests/unit/test_main.h"

#include "base/mem.h"
#include "tests/vendorsim/faults.h"

struct rig {
    void *mem;
    struct faults *faults;
};

static void rig_open(struct rig *rig)
{
    rig->mem = mem_new(NULL, char);
    rig->faults = faults_new(rig->mem);
}

static enum err_code add(struct rig *rig, const char *text, struct err *e)
{
    json_t *list = json_loads(text, JSON_DECODE_ANY, NULL);
    enum err_code code;

    CU_ASSERT_PTR_NOT_NULL_FATAL(list);
    code = faults_add(rig->faults, list, e);
    json_decref(list);
    return code;
}

static void plan(struct rig *rig, const char *text)
{
    struct err e = {0};

    CU_ASSERT_EQUAL(add(rig, text, &e), ERR_OK);
}

static enum fault_kind take(struct rig *rig, const char *method, const char *path)
{
    return faults_take(rig->faults, method, path, NULL).kind;
}

static void a_fault_happens_as_often_as_planned(void)
{
    struct rig rig;

    rig_open(&rig);
    plan(&rig, "[{\"match\": \"POST *\", \"kind\": \"drop_after\", \"times\": 2},"
               " {\"match\": \"* /always\", \"kind\": \"html_502\", \"times\": 0}]");
    CU_ASSERT_EQUAL(take(&rig, "GET", "/a"), FAULT_NONE);
    CU_ASSERT_EQUAL(take(&rig, "POST", "/a/b"), FAULT_DROP_AFTER);
    CU_ASSERT_EQUAL(take(&rig, "POST", "/always"), FAULT_DROP_AFTER); /* the first that matches */
    CU_ASSERT_EQUAL(take(&rig, "POST", "/a/b"), FAULT_NONE);
    for (int i = 0; i < 100; i++)
        CU_ASSERT_EQUAL(take(&rig, "GET", "/always"), FAULT_HTML_502);
    faults_clear(rig.faults);
    CU_ASSERT_EQUAL(take(&rig, "GET", "/always"), FAULT_NONE);
    plan(&rig, "[{\"kind\": \"truncate\"}]");
    CU_ASSERT_EQUAL(take(&rig, "GET", "/anything"), FAULT_TRUNCATE);
    CU_ASSERT_EQUAL(take(&rig, "GET", "/anything"), FAULT_NONE);
    mem_free(rig.mem);
}

static void a_fault_can_let_the_first_ones_through(void)
{
    struct rig rig;

    rig_open(&rig);
    plan(&rig, "[{\"match\": \"GET *\", \"kind\": \"truncate\", \"after\": 2, \"times\": 2}]");
    CU_ASSERT_EQUAL(take(&rig, "GET", "/a"), FAULT_NONE);
    CU_ASSERT_EQUAL(take(&rig, "POST", "/a"), FAULT_NONE); /* does not count */
    CU_ASSERT_EQUAL(take(&rig, "GET", "/b"), FAULT_NONE);
    CU_ASSERT_EQUAL(take(&rig, "GET", "/c"), FAULT_TRUNCATE);
    CU_ASSERT_EQUAL(take(&rig, "GET", "/c"), FAULT_TRUNCATE);
    CU_ASSERT_EQUAL(take(&rig, "GET", "/c"), FAULT_NONE);
    mem_free(rig.mem);
}

static void an_operation_can_be_matched_by_name(void)
{
    struct rig rig;

    rig_open(&rig);
    plan(&rig, "[{\"match\": \"Describe*\", \"kind\": \"rate_limit\"}]");
    CU_ASSERT_EQUAL(faults_take(rig.faults, "POST", "/", "Apply").kind, FAULT_NONE);
    CU_ASSERT_EQUAL(faults_take(rig.faults, "POST", "/", "DescribeOne").kind, FAULT_RATE_LIMIT);
    mem_free(rig.mem);
}

static void a_fault_has_its_details(void)
{
    struct rig rig;
    struct fault fault;

    rig_open(&rig);
    plan(&rig, "[{\"kind\": \"delay\", \"ms\": 250}, {\"kind\": \"status\"},"
               " {\"kind\": \"status\", \"code\": 418, \"done\": true}]");
    CU_ASSERT_EQUAL(faults_take(rig.faults, "GET", "/", NULL).ms, 250);
    fault = faults_take(rig.faults, "GET", "/", NULL);
    CU_ASSERT(fault.code == 503 && !fault.done);
    fault = faults_take(rig.faults, "GET", "/", NULL);
    CU_ASSERT(fault.code == 418 && fault.done);
    mem_free(rig.mem);
}

static void every_kind_has_its_name(void)
{
    static const char *const names[] = {"drop_before", "drop_after", "delay", "status", "truncate",
        "html_502", "rate_limit", "wrong_key", "missing_name", "bad_chain"};
    struct rig rig;
    char text[64];

    rig_open(&rig);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(text, sizeof text, "[{\"kind\": \"%s\"}]", names[i]);
        plan(&rig, text);
        CU_ASSERT_STRING_EQUAL(fault_kind_name(take(&rig, "GET", "/")), names[i]);
    }
    CU_ASSERT_STRING_EQUAL(fault_kind_name(FAULT_NONE), "answered");
    mem_free(rig.mem);
}

static void a_wrong_list_plans_nothing(void)
{
    static const char *const wrong[] = {
        "{}",
        "[7]",
        "[{}]",
        "[{\"kind\": \"answered\"}]",
        "[{\"kind\": \"delay\"}, {\"kind\": \"explode\"}]",
        "[{\"kind\": \"delay\", \"milliseconds\": 5}]",
        "[{\"kind\": \"delay\", \"ms\": -1}]",
        "[{\"kind\": \"delay\", \"ms\": \"5\"}]",
        "[{\"kind\": \"status\", \"code\": 99}]",
        "[{\"kind\": \"delay\", \"times\": 1.5}]",
        "[{\"kind\": \"delay\", \"match\": 5}]",
        "[{\"kind\": \"delay\", \"done\": 1}]",
    };
    struct rig rig;
    struct err e = {0};

    rig_open(&rig);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CU_ASSERT_EQUAL(add(&rig, wrong[i], &e), ERR_INPUT);
        CU_ASSERT_EQUAL(take(&rig, "GET", "/"), FAULT_NONE);
    }
    mem_free(rig.mem);
}

static void what_is_planned_is_shown_with_its_hits(void)
{
    struct rig rig;
    json_t *list;

    rig_open(&rig);
    plan(&rig, "[{\"kind\": \"delay\", \"times\": 3}]");
    take(&rig, "GET", "/");
    list = faults_json(rig.faults);
    CU_ASSERT_EQUAL(json_array_size(list), 1);
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(json_array_get(list, 0), "hits")), 1);
    json_decref(list);
    mem_free(rig.mem);
}

static const struct test tests[] = {
    {"a fault happens as often as planned", a_fault_happens_as_often_as_planned},
    {"a fault can let the first ones through", a_fault_can_let_the_first_ones_through},
    {"an operation can be matched by name", an_operation_can_be_matched_by_name},
    {"a fault has its details", a_fault_has_its_details},
    {"every kind has its name", every_kind_has_its_name},
    {"a wrong list plans nothing", a_wrong_list_plans_nothing},
    {"what is planned is shown with its hits", what_is_planned_is_shown_with_its_hits},
    {NULL, NULL},
};
extern const struct test_suite suite_faults;
const struct test_suite suite_faults = {"faults", tests};
