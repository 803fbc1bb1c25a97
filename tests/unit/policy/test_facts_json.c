/* Tests of policy/facts_json: what a file of facts may say, and that every slip is named by its
 * path. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/mem.h"
#include "policy/facts_json.h"
#include "policy/inventory.h"

/* The least that is enough, with more members after it. */
#define LEAST(more)                                                                                \
    "{\"now\":\"2026-11-21T00:00:00Z\",\"upstream\":\"digicert\","                                 \
    "\"request\":{\"identifiers\":[{\"type\":\"dns\",\"value\":\"x.example\"}]}" more "}"
#define ORDER(more) LEAST(",\"orders\":[{\"id\":\"1\"" more "}]")
#define REQUEST(more)                                                                              \
    "{\"now\":\"2026-11-21T00:00:00Z\",\"upstream\":\"digicert\","                                 \
    "\"request\":{\"identifiers\":[{\"value\":\"x.example\"}]" more "}}"

static enum err_code read_text(void *mem, const char *text, struct facts *facts, struct err *e)
{
    *e = (struct err){0};
    return facts_read(mem, bytes_of(mem_strdup(mem, text)), NULL, facts, e);
}

static void slips_are_named_by_their_path(void)
{
    static const struct {
        const char *text, *detail;
    } rows[] = {
        {"", "the facts is not valid JSON"},
        {"[]", "the document must be an object"},
        {"{\"upstream\":\"local\"}", "\"now\" is missing"},
        {"{\"now\":\"2026-02-30T00:00:00Z\"}", "\"now\" must be a time such as"},
        {"{\"now\":\"1969-12-31T23:59:59Z\"}", "\"now\" must be a time after 1970"},
        {"{\"now\":7}", "\"now\" must be a string"},
        {"{\"now\":\"2026-11-21T00:00:00Z\"}", "\"upstream\" is missing"},
        {"{\"now\":\"2026-11-21T00:00:00Z\",\"upstream\":\"verisign\"}",
            "\"upstream\" must be local, digicert, digicert-client, tencent, huawei"},
        {"{\"now\":\"2026-11-21T00:00:00Z\",\"upstream\":\"local\"}", "\"request\" is missing"},
        {"{\"now\":\"2026-11-21T00:00:00Z\",\"upstream\":\"local\",\"request\":{}}",
            "\"request.identifiers\" is missing"},
        {"{\"now\":\"2026-11-21T00:00:00Z\",\"upstream\":\"local\",\"request\":{\"identifiers\":[]}"
         "}",
            "\"request.identifiers\" must have at least one element"},
        {LEAST(",\"ordres\":[]"), "\"ordres\" is no member that is known here"},
        {LEAST(",\"profile\":{\"validation\":\"ov\"}"),
            "\"profile.validation\" must be DV, OV, EV, client"},
        {LEAST(",\"profile\":[]"), "\"profile\" must be an object"},
        {LEAST(",\"profile\":{\"level\":\"OV\"}"), "\"profile.level\" is no member"},
        {LEAST(",\"preferences\":{\"reuse\":\"never\"}"),
            "\"preferences.reuse\" must be same-key, off"},
        {LEAST(",\"preferences\":{\"same_holder\":\"duplicate\"}"),
            "\"preferences.same_holder\" must be reissue, renew, new"},
        {LEAST(",\"preferences\":{\"same_holder\":\"\"}"),
            "\"preferences.same_holder\" must be reissue, renew, new"},
        {LEAST(",\"preferences\":{\"additional_holder\":\"renew\"}"),
            "\"preferences.additional_holder\" must be duplicate, reissue, new, deny"},
        {LEAST(",\"preferences\":{\"extend_orders\":\"yes\"}"),
            "\"preferences.extend_orders\" must be true or false"},
        {LEAST(",\"preferences\":{\"reuse_min_left\":1.5}"),
            "\"preferences.reuse_min_left\" must be 0 to 1"},
        {LEAST(",\"preferences\":{\"reuse_min_left\":\"half\"}"),
            "\"preferences.reuse_min_left\" must be a number"},
        {LEAST(",\"preferences\":{\"renewal_window\":\"a month\"}"),
            "\"preferences.renewal_window\" must be a span such as 30d or 12h"},
        {LEAST(",\"preferences\":{\"validity_caps\":\"99d from 2027-03-15\"}"),
            "\"preferences.validity_caps\" must be spans with days in order, the first without"},
        {LEAST(",\"preferences\":{\"validity_caps\":99}"),
            "\"preferences.validity_caps\" must be a string"},
        {LEAST(",\"preferences\":{\"reissue_last_day\":false}"),
            "\"preferences.reissue_last_day\" is for Huawei Cloud only"},
        {LEAST(",\"preferences\":{\"budget\":{\"new_orders\":-1}}"),
            "\"preferences.budget.new_orders\" must be 0 to 1000000"},
        {LEAST(",\"preferences\":{\"budget\":{\"most\":1}}"), "\"preferences.budget.most\" is no "},
        {LEAST(",\"preferences\":{\"reissue_mode\":\"console\"}"),
            "\"preferences.reissue_mode\" is for Huawei Cloud only"},
        {LEAST(",\"validations\":{\"domains\":[{\"until\":\"2026-11-21T00:00:00Z\"}]}"),
            "\"validations.domains[0].name\" is missing"},
        {LEAST(",\"validations\":{\"domains\":[{\"name\":\"a b\"}]}"),
            "\"validations.domains[0].name\" must be a name"},
        {LEAST(",\"spent\":{\"upstream\":[\"yesterday\"]}"),
            "\"spent.upstream[0]\" must be a time"},
        {REQUEST(",\"action\":\"new\""),
            "\"request.action\" must be enroll, reissue, duplicate, renew"},
        {REQUEST(",\"key\":{\"size\":\"2048\"}"), "\"request.key.size\" must be a whole number"},
        {REQUEST(",\"eab\":{\"actions\":[\"enroll\",\"buy\"]}"),
            "\"request.eab.actions[1]\" must be enroll"},
        {REQUEST(",\"eab\":{\"names\":\"x.example\"}"), "\"request.eab.names\" must be an array"},
        {REQUEST(",\"account\":17"), "\"request.account\" must be a string"},
        {LEAST(",\"orders\":[{}]"), "\"orders[0].id\" is missing"},
        {LEAST(",\"orders\":[7]"), "\"orders[0]\" must be an object"},
        {LEAST(",\"orders\":{}"), "\"orders\" must be an array"},
        {LEAST(",\"orders\":[{\"id\":\"2\"},{\"id\":\"1\"},{\"id\":\"2\"}]"),
            "\"orders[2].id\" is that of an earlier one as well"},
        {LEAST(",\"profile\":{\"approval\":\"vendor\"}"),
            "\"profile.approval\" must be none, account"},
        {ORDER(",\"status\":\"active\""), "\"orders[0].status\" must be issued, pending"},
        {ORDER(",\"source\":\"gift\""), "\"orders[0].source\" must be vendor, upload"},
        {ORDER(",\"names\":[\"x.example\",7]"), "\"orders[0].names[1]\" must be a string"},
        {ORDER(",\"names\":[\"\"]"), "\"orders[0].names[0]\" must be a name"},
        {ORDER(",\"order_end\":\"2027-13-01T00:00:00Z\""),
            "\"orders[0].order_end\" must be a time"},
        {ORDER(",\"plan_years\":1.5"), "\"orders[0].plan_years\" must be a whole number"},
        {ORDER(",\"free\":0"), "\"orders[0].free\" must be true or false"},
        {ORDER(",\"in_process\":\"reissue\""), "\"orders[0].in_process\" must be an array"},
        {ORDER(",\"in_process\":{}"), "\"orders[0].in_process.action\" is missing"},
        {ORDER(",\"in_process\":[{\"action\":\"enroll\"}]"),
            "\"orders[0].in_process[0].action\" must be new, reissue, duplicate, renew"},
        {ORDER(",\"certificates\":[{\"kind\":\"copy\"}]"),
            "\"orders[0].certificates[0].kind\" must be original, reissue, duplicate, renewal"},
        {ORDER(",\"certificates\":[{\"serial\":\"7\"}]"),
            "\"orders[0].certificates[0].serial\" is no member"},
        {ORDER(",\"certificates\":[{\"revoked\":\"no\"}]"),
            "\"orders[0].certificates[0].revoked\" must be true or false"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        void *mem = mem_pool(NULL, 16384);
        struct facts facts;
        struct err e;

        CU_ASSERT_EQUAL(read_text(mem, rows[i].text, &facts, &e), ERR_INPUT);
        CU_ASSERT(strncmp(e.detail, rows[i].detail, strlen(rows[i].detail)) == 0);
        if (strncmp(e.detail, rows[i].detail, strlen(rows[i].detail)) != 0)
            fprintf(
                stderr, "%s\n  wanted: %s\n  got:    %s\n", rows[i].text, rows[i].detail, e.detail);
        mem_free(mem);
    }
}

static void what_is_left_out_is_harmless(void)
{
    void *mem = mem_pool(NULL, 16384);
    const struct vendor_order *order;
    struct facts facts;
    struct err e;

    CU_ASSERT_EQUAL_FATAL(
        read_text(mem, ORDER(",\"certificates\":[{\"id\":\"c\"}]"), &facts, &e), ERR_OK);
    order = inventory_by_id(facts.inventory, "1");
    CU_ASSERT_PTR_NOT_NULL_FATAL(order);
    CU_ASSERT_EQUAL(order->standing, STANDING_ISSUED);
    CU_ASSERT_FALSE(order->free || order->renewed || order->uploaded || order->no_duplicates);
    CU_ASSERT_EQUAL(order->in_process_len, 0);
    CU_ASSERT_PTR_NULL(order->certificates[0].holder);
    CU_ASSERT_FALSE(order->certificates[0].revoked);
    CU_ASSERT_EQUAL(facts.request.outright, ACT_NONE);
    CU_ASSERT_EQUAL(facts.request.binding.acts, 0);
    CU_ASSERT_FALSE(facts.request.binding.bounds_names || facts.validations.lists_domains);
    mem_free(mem);
}

static void null_is_as_if_left_out(void)
{
    void *mem = mem_pool(NULL, 16384);
    struct facts facts;
    struct err e;

    CU_ASSERT_EQUAL(
        read_text(mem,
            ORDER(",\"tenant\":null,\"status\":null,\"names\":null,\"order_end\":null,"
                  "\"plan_years\":null,\"free\":null,\"in_process\":null,\"certificates\":null"),
            &facts, &e),
        ERR_OK);
    CU_ASSERT_EQUAL(read_text(mem,
                        REQUEST(",\"key\":null,\"action\":null,\"order_id\":null,\"replaces\":null,"
                                "\"eab\":null,\"account\":null,\"tenant\":null"),
                        &facts, &e),
        ERR_OK);
    CU_ASSERT_EQUAL(read_text(mem,
                        LEAST(",\"profile\":null,\"preferences\":null,\"validations\":null,"
                              "\"spent\":null,\"orders\":null"),
                        &facts, &e),
        ERR_OK);
    mem_free(mem);
}

static void preferences_that_the_vendor_cannot_do_are_refused(void)
{
    static const struct {
        const char *vendor, *preferences;
        bool fine;
    } rows[] = {
        {"digicert", "\"additional_holder\":\"duplicate\"", true},
        {"digicert-client", "\"additional_holder\":\"duplicate\"", false},
        {"tencent", "\"additional_holder\":\"duplicate\"", false},
        {"huawei", "\"additional_holder\":\"duplicate\"", false},
        {"local", "\"additional_holder\":\"duplicate\"", true},
        {"digicert", "\"extend_orders\":true", true},
        {"tencent", "\"extend_orders\":true", false},
        {"tencent", "\"extend_orders\":false", true},
        {"digicert-client", "\"extend_orders\":true", false},
        {"huawei", "\"reissue_mode\":\"console\"", true},
        {"tencent", "\"reissue_mode\":\"replace\"", false},
        {"digicert", "\"reissue_mode\":\"deny\"", true},
        {"digicert", "\"wildcard_duplicate_names\":\"subdomains\"", true},
        {"tencent", "\"wildcard_duplicate_names\":\"subdomains\"", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        void *mem = mem_pool(NULL, 16384);
        struct facts facts;
        struct err e;
        const char *text = mem_printf(mem,
            "{\"now\":\"2026-11-21T00:00:00Z\",\"upstream\":\"%s\",\"preferences\":{%s},"
            "\"request\":{\"identifiers\":[{\"value\":\"x.example\"}]}}",
            rows[i].vendor, rows[i].preferences);

        CU_ASSERT_EQUAL(read_text(mem, text, &facts, &e) == ERR_OK, rows[i].fine);
        CU_ASSERT(rows[i].fine || strncmp(e.detail, "\"preferences.", 13) == 0);
        mem_free(mem);
    }
}

static void the_first_value_that_the_vendor_can_do_is_the_default(void)
{
    static const struct {
        enum vendor vendor;
        enum reissue_mode mode;
        enum holder_choice same, additional;
    } rows[] = {
        {VENDOR_DIGICERT, MODE_DENY, CHOICE_REISSUE, CHOICE_DUPLICATE},
        {VENDOR_DIGICERT_CLIENT, MODE_DENY, CHOICE_REISSUE, CHOICE_REISSUE},
        {VENDOR_TENCENT, MODE_DENY, CHOICE_REISSUE, CHOICE_REISSUE},
        {VENDOR_HUAWEI, MODE_DENY, CHOICE_RENEW, CHOICE_NEW},
        {VENDOR_HUAWEI, MODE_REPLACE, CHOICE_RENEW, CHOICE_NEW},
        {VENDOR_HUAWEI, MODE_CONSOLE, CHOICE_REISSUE, CHOICE_REISSUE},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct preferences p;

        preferences_init(&p);
        p.reissue_mode = rows[i].mode;
        preferences_complete(rows[i].vendor, &p);
        CU_ASSERT_EQUAL(p.same_holder, rows[i].same);
        CU_ASSERT_EQUAL(p.additional_holder, rows[i].additional);
    }
}

static void caps_are_spans_with_days_in_order(void)
{
    static const char *const wrong[] = {"", "d", "397d,", "397d, ", "397d,199d", "397d, 199d",
        "199d from 2026-02-24", "397d, 199d from 2026-02-30", "397d, 199d from 2026-2-24",
        "397d, 199d from 2026-02-24T00:00:00Z", "397d, 0d from 2026-02-24",
        "397d, 99d from 2027-03-15, 199d from 2026-02-24",
        "397d, 99d from 2027-03-15, 98d from 2027-03-15",
        "9d, 8d from 2021-01-01, 8d from 2022-01-01, 8d from 2023-01-01, 8d from 2024-01-01, "
        "8d from 2025-01-01, 8d from 2026-01-01, 8d from 2027-01-01, 8d from 2028-01-01"};
    struct validity_caps caps;

    CU_ASSERT_FATAL(preferences_parse_caps("397d, 199d from 2026-02-24", &caps));
    CU_ASSERT_EQUAL_FATAL(caps.len, 2);
    CU_ASSERT_EQUAL(caps.list[0].life_s, 397 * DAY_S);
    CU_ASSERT_EQUAL(caps.list[1].from_s, 1771891200);
    CU_ASSERT_EQUAL(caps.list[1].life_s, 199 * DAY_S);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CU_ASSERT_FALSE(preferences_parse_caps(wrong[i], &caps));
        if (preferences_parse_caps(wrong[i], &caps))
            fprintf(stderr, "taken: %s\n", wrong[i]);
    }
}

static const struct test tests[] = {
    {"slips are named by their path", slips_are_named_by_their_path},
    {"what is left out is harmless", what_is_left_out_is_harmless},
    {"null is as if left out", null_is_as_if_left_out},
    {"preferences that the vendor cannot do are refused",
        preferences_that_the_vendor_cannot_do_are_refused},
    {"the first value that the vendor can do is the default",
        the_first_value_that_the_vendor_can_do_is_the_default},
    {"caps are spans with days in order", caps_are_spans_with_days_in_order},
    {NULL, NULL},
};
extern const struct test_suite suite_facts_json;
const struct test_suite suite_facts_json = {"facts_json", tests};
