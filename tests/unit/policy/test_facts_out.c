/* Tests of policy/facts_out: what was written is read as the same facts, and decided as the same.
 */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/mem.h"
#include "policy/explain.h"
#include "policy/facts_json.h"
#include "policy/facts_out.h"
#include "policy/inventory.h"
#include "tests/unit/policy/case_file.h"

static int asked;

static void ask_again(const struct facts *facts, const struct decision *decision)
{
    void *mem = mem_pool(NULL, 65536);
    struct decision again;
    struct facts read;
    struct err e = {0};
    char *text = facts_write(mem, facts), *twice;

    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_EQUAL_FATAL(facts_read(mem, bytes_of(text), facts->suffixes, &read, &e), ERR_OK);
    policy_decide(mem, &read, &again);
    CU_ASSERT_STRING_EQUAL(explain_json(mem, &again), explain_json(mem, decision));
    CU_ASSERT_STRING_EQUAL(explain_text(mem, &read, &again), explain_text(mem, facts, decision));
    twice = facts_write(mem, &read);
    CU_ASSERT_PTR_NOT_NULL_FATAL(twice);
    CU_ASSERT_STRING_EQUAL(twice, text);
    asked++;
    mem_free(mem);
}

static void every_case_is_decided_the_same_from_what_was_written(void)
{
    static const char *const files[] = {
        "house.txt", "digicert.txt", "digicert-client.txt", "tencent.txt", "huawei.txt"};

    asked = 0;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        case_file_run(files[i], ask_again);
    CU_ASSERT(asked > 200);
}

static void the_defaults_of_every_vendor_may_be_written_down(void)
{
    for (enum vendor vendor = VENDOR_LOCAL; vendor < VENDORS; vendor++) {
        void *mem = mem_pool(NULL, 65536);
        struct identifier name = {IDENTIFIER_DNS, "www.example.com"};
        struct facts facts = {.now_s = 1800000000,
            .vendor = vendor,
            .request = {.names = {&name, 1}, .binding = {.budget = {.new_orders = -1}}},
            .inventory = inventory_new(mem, NULL, 0, NULL)};
        struct facts read;
        struct err e = {0};

        preferences_init(&facts.preferences);
        preferences_complete(vendor, &facts.preferences);
        CU_ASSERT_EQUAL(
            facts_read(mem, bytes_of(facts_write(mem, &facts)), NULL, &read, &e), ERR_OK);
        CU_ASSERT_EQUAL(
            memcmp(&read.preferences.budget, &facts.preferences.budget, sizeof(struct budget)), 0);
        CU_ASSERT_EQUAL(read.preferences.same_holder, facts.preferences.same_holder);
        CU_ASSERT_EQUAL(read.preferences.reuse_min_left, facts.preferences.reuse_min_left);
        CU_ASSERT_EQUAL(read.preferences.validity_caps.len, facts.preferences.validity_caps.len);
        mem_free(mem);
    }
}

static const struct test tests[] = {
    {"every case is decided the same from what was written",
        every_case_is_decided_the_same_from_what_was_written},
    {"the defaults of every vendor may be written down",
        the_defaults_of_every_vendor_may_be_written_down},
    {NULL, NULL},
};
extern const struct test_suite suite_facts_out;
const struct test_suite suite_facts_out = {"facts_out", tests};
