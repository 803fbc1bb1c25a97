/* Tests of tests/vendorsim/calls: what the record shows. */
#include "tests/unit/test_main.h"

#include "base/mem.h"
#include "tests/vendorsim/calls.h"

static struct call sample(const char *path, struct bytes body)
{
    return (struct call){.real_ms = 1,
        .virtual_s = 1800000000,
        .method = "POST",
        .path = path,
        .query = "a=b",
        .body = body,
        .status = 201,
        .outcome = "answered",
        .note = ""};
}

static json_t *nth(json_t *shown, size_t index)
{
    return json_array_get(json_object_get(shown, "calls"), index);
}

static int64_t total(json_t *shown)
{
    return json_integer_value(json_object_get(shown, "total"));
}

static void a_call_is_shown_with_its_body(void)
{
    static const uint8_t bytes[] = {0xff, 0xfe};
    void *mem = mem_new(NULL, char);
    struct calls *calls = calls_new(mem);
    struct call json = sample("/json", bytes_of("{\"csr\": \"MII\"}")),
                text = sample("/text", bytes_of("plain")),
                binary = sample("/binary", (struct bytes){bytes, sizeof bytes}),
                none = sample("/none", bytes_of(""));
    json_t *shown;

    none.operation = "DescribeOne";
    calls_add(calls, &json);
    calls_add(calls, &text);
    calls_add(calls, &binary);
    calls_add(calls, &none);
    shown = calls_json(calls, NULL, CALLS_MAX);
    CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(nth(shown, 0), "path")), "/json");
    CU_ASSERT_STRING_EQUAL(
        json_string_value(json_object_get(nth(shown, 0), "time")), "2027-01-15T08:00:00Z");
    CU_ASSERT_STRING_EQUAL(
        json_string_value(json_object_get(json_object_get(nth(shown, 0), "body"), "csr")), "MII");
    CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(nth(shown, 1), "body")), "plain");
    CU_ASSERT_EQUAL(
        json_integer_value(json_object_get(json_object_get(nth(shown, 2), "body"), "octets")), 2);
    CU_ASSERT(json_is_null(json_object_get(nth(shown, 3), "body")));
    CU_ASSERT_STRING_EQUAL(
        json_string_value(json_object_get(nth(shown, 3), "operation")), "DescribeOne");
    CU_ASSERT_EQUAL(total(shown), 4);
    json_decref(shown);
    mem_free(mem);
}

static void the_newest_are_kept(void)
{
    void *mem = mem_new(NULL, char);
    struct calls *calls = calls_new(mem);
    struct call call = sample("/x", bytes_of(""));
    json_t *shown;

    for (int i = 0; i < CALLS_MAX + 5; i++)
        calls_add(calls, &call);
    shown = calls_json(calls, NULL, CALLS_MAX);
    CU_ASSERT_EQUAL(total(shown), CALLS_MAX + 5);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(shown, "calls")), CALLS_MAX);
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(nth(shown, 0), "number")), 6);
    json_decref(shown);
    calls_clear(calls);
    calls_add(calls, &call);
    shown = calls_json(calls, NULL, CALLS_MAX);
    CU_ASSERT_EQUAL(total(shown), 1);
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(nth(shown, 0), "number")), 1);
    json_decref(shown);
    mem_free(mem);
}

static void some_of_the_calls_can_be_asked_for(void)
{
    static const char *const paths[] = {"/a/1", "/b/1", "/a/2", "/b/2", "/a/3"};
    static const struct {
        const char *match;
        size_t last, wanted[4], wanted_len;
    } rows[] = {
        {"POST /a/*", CALLS_MAX, {1, 3, 5}, 3},
        {"* /b/*", 1, {4}, 1},
        {NULL, 2, {4, 5}, 2},
        {"GET *", CALLS_MAX, {0}, 0},
        {"Describe*", CALLS_MAX, {2}, 1},
        {NULL, 0, {0}, 0},
    };
    void *mem = mem_new(NULL, char);
    struct calls *calls = calls_new(mem);
    struct call call;
    json_t *shown;

    for (size_t i = 0; i < 5; i++) {
        call = sample(paths[i], bytes_of(""));
        call.operation = i == 1 ? "DescribeOne" : NULL;
        calls_add(calls, &call);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        shown = calls_json(calls, rows[i].match, rows[i].last);
        CU_ASSERT_EQUAL(total(shown), 5);
        CU_ASSERT_EQUAL(json_array_size(json_object_get(shown, "calls")), rows[i].wanted_len);
        for (size_t k = 0; k < rows[i].wanted_len; k++)
            CU_ASSERT_EQUAL(json_integer_value(json_object_get(nth(shown, k), "number")),
                (json_int_t)rows[i].wanted[k]);
        json_decref(shown);
    }
    mem_free(mem);
}

static void a_long_body_is_cut_off(void)
{
    void *mem = mem_new(NULL, char);
    struct calls *calls = calls_new(mem);
    char *body = mem_alloc(mem, CALLS_BODY_MAX + 100, "body");
    struct call call;
    json_t *shown;

    memset(body, 'x', CALLS_BODY_MAX + 99);
    call = sample("/long", bytes_of(body));
    calls_add(calls, &call);
    shown = calls_json(calls, NULL, CALLS_MAX);
    CU_ASSERT_EQUAL(json_string_length(json_object_get(nth(shown, 0), "body")), CALLS_BODY_MAX);
    json_decref(shown);
    mem_free(mem);
}

static const struct test tests[] = {
    {"a call is shown with its body", a_call_is_shown_with_its_body},
    {"the newest are kept", the_newest_are_kept},
    {"some of the calls can be asked for", some_of_the_calls_can_be_asked_for},
    {"a long body is cut off", a_long_body_is_cut_off},
    {NULL, NULL},
};
extern const struct test_suite suite_calls;
const struct test_suite suite_calls = {"calls", tests};
