/* Tests of policy/upstream/vendor_json: members as vendors write them. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/mem.h"
#include "policy/upstream/vendor_json.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct document {
    void *mem;
    struct json at;
};

/* {"x": VALUE}; apostrophes stand for quotation marks. */
static struct document document_of(const char *value)
{
    struct document d = {.mem = mem_pool(NULL, 4096)};
    char *text = mem_printf(d.mem, "{\"x\": %s}", value);
    struct err e = {0};

    for (char *at = text; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    CU_ASSERT_FATAL(json_parse(d.mem, bytes_of(text), "the test", &d.at, &e) == ERR_OK);
    return d;
}

static bool same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void ids_and_numbers_are_digits_or_text(void)
{
    static const struct {
        const char *value, *id;
        int64_t number;
    } rows[] = {
        {"880100233", "880100233", 880100233},
        {"'880100233'", "880100233", 880100233},
        {"9007199254740993", "9007199254740993", INT64_C(9007199254740993)},
        {"0", NULL, 0},
        {"''", NULL, 0},
        {"null", NULL, 0},
        {"'dc-12'", "dc-12", 0},
        {"'1234567890123456789012'", "1234567890123456789012", 0},
        {"'-5'", "-5", 0},
        {"1.5", NULL, 0},
        {"[7]", NULL, 0},
        {"{'id': 7}", NULL, 0},
        {"true", NULL, 0},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct document d = document_of(rows[i].value);

        CU_ASSERT(same(vendor_json_id(d.mem, &d.at, "x"), rows[i].id));
        CU_ASSERT_EQUAL(vendor_json_int(&d.at, "x"), rows[i].number);
        CU_ASSERT_PTR_NULL(vendor_json_id(d.mem, &d.at, "y"));
        mem_free(d.mem);
    }
}

static void flags_have_many_forms(void)
{
    static const struct {
        const char *value;
        bool said, is;
    } rows[] = {
        {"true", true, true},
        {"false", true, false},
        {"1", true, true},
        {"0", true, false},
        {"'1'", true, true},
        {"'0'", true, false},
        {"'true'", true, true},
        {"'false'", true, false},
        {"null", false, false},
        {"'maybe'", false, false},
        {"[]", false, false},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct document d = document_of(rows[i].value);
        bool is;

        CU_ASSERT_EQUAL(vendor_json_flag(&d.at, "x", &is), rows[i].said);
        CU_ASSERT_EQUAL(is, rows[i].is);
        CU_ASSERT_FALSE(vendor_json_flag(&d.at, "y", &is));
        mem_free(d.mem);
    }
}

static void days_begin_and_end_in_utc(void)
{
    static const struct {
        const char *value;
        int64_t time_s, day_s, day_end_s;
    } rows[] = {
        {"'2026-03-02T10:15:30+00:00'", 1772446530, 1772446530, 1772446530},
        {"'2026-03-02T10:15:30+02:00'", 1772439330, 1772439330, 1772439330},
        {"'2026-03-02'", 0, 1772409600, 1772495999},
        {"'2026-3-2'", 0, 0, 0},
        {"'2026-13-02'", 0, 0, 0},
        {"'tomorrow'", 0, 0, 0},
        {"1772446530", 0, 0, 0},
        {"''", 0, 0, 0},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct document d = document_of(rows[i].value);

        CU_ASSERT_EQUAL(vendor_json_time(&d.at, "x"), rows[i].time_s);
        CU_ASSERT_EQUAL(vendor_json_day(&d.at, "x"), rows[i].day_s);
        CU_ASSERT_EQUAL(vendor_json_day_end(&d.at, "x"), rows[i].day_end_s);
        mem_free(d.mem);
    }
}

static void what_is_no_object_has_no_members(void)
{
    struct document d = document_of("['a']");
    struct json list = vendor_json_member(&d.at, "x"), none = {0};

    CU_ASSERT_EQUAL(json_len(&list), 1);
    CU_ASSERT_PTR_NULL(vendor_json_text(&list, "x"));
    CU_ASSERT_PTR_NULL(vendor_json_text(&none, "x"));
    CU_ASSERT_EQUAL(vendor_json_int(&none, "x"), 0);
    CU_ASSERT_PTR_NULL(vendor_json_member(&none, "x").node);
    mem_free(d.mem);
}

static void texts_of_a_list_become_lines(void)
{
    struct document d =
        document_of("[{'pem': 'one'}, {'name': 'no pem'}, 7, {'pem': ''}, {'pem': 'two'}]");

    CU_ASSERT_STRING_EQUAL(vendor_json_lines(d.mem, &d.at, "x", "pem", 100), "one\ntwo\n");
    CU_ASSERT_STRING_EQUAL(vendor_json_lines(d.mem, &d.at, "x", "pem", 6), "");
    CU_ASSERT_STRING_EQUAL(vendor_json_lines(d.mem, &d.at, "y", "pem", 100), "");
    mem_free(d.mem);
}

static const struct test tests[] = {
    {"ids and numbers are digits or text", ids_and_numbers_are_digits_or_text},
    {"flags have many forms", flags_have_many_forms},
    {"days begin and end in UTC", days_begin_and_end_in_utc},
    {"what is no object has no members", what_is_no_object_has_no_members},
    {"texts of a list become lines", texts_of_a_list_become_lines},
    {NULL, NULL},
};

const struct test_suite suite_vendor_json = {"vendor_json", tests};
