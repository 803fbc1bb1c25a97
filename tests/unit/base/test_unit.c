/* Tests of base/unit: numbers, parts, durations and sizes. */
#include "tests/unit/test_main.h"

#include "base/mem.h"
#include "base/unit.h"

static void numbers_are_decimal_digits(void)
{
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {{"0", 0}, {"7", 7}, {"-7", -7}, {"900000000000000000", 900000000000000000}};
    static const char *const bad[] = {"", "-", "+1", "01", "00", "-01", "0x10", "1e3", "1.5", "1 ",
        " 1", "1_000", "99999999999999999999", "one"};
    int64_t value;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        CU_ASSERT(unit_parse_number(good[i].text, &value) && value == good[i].value);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CU_ASSERT_FALSE(unit_parse_number(bad[i], &value));
}

static void durations_and_sizes_go_both_ways(void)
{
    static const struct {
        const char *text;
        int64_t value;
        const char *shortest;
    } durations[] = {{"30d", 2592000, "30d"}, {"12h", 43200, "12h"}, {"24h", 86400, "1d"},
        {"5m", 300, "5m"}, {"90s", 90, "90s"}, {"90", 90, "90s"}, {"0", 0, "0s"},
        {"5400", 5400, "90m"}},
      sizes[] = {{"64KiB", 65536, "64KiB"}, {"65536", 65536, "64KiB"}, {"1024KiB", 1048576, "1MiB"},
          {"1", 1, "1"}, {"1025", 1025, "1025"}, {"0", 0, "0"}};
    void *mem = mem_pool(NULL, 1024);
    int64_t value;

    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
        CU_ASSERT(unit_parse_duration(durations[i].text, &value) && value == durations[i].value);
        CU_ASSERT_STRING_EQUAL(unit_duration(mem, durations[i].value), durations[i].shortest);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        CU_ASSERT(unit_parse_size(sizes[i].text, &value) && value == sizes[i].value);
        CU_ASSERT_STRING_EQUAL(unit_size(mem, sizes[i].value), sizes[i].shortest);
    }
    mem_free(mem);
}

static void other_durations_and_sizes_are_refused(void)
{
    static const char *const durations[] = {"", "d", "-1d", "1.5d", "1h30m", "1 d", "1D", "01d",
        "1w", "9999999999999999d", "99999999999999999999"};
    static const char *const sizes[] = {
        "", "KiB", "64kib", "64 KiB", "64KB", "64K", "-1", "9999999999999999MiB"};
    int64_t value;

    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++)
        CU_ASSERT_FALSE(unit_parse_duration(durations[i], &value));
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        CU_ASSERT_FALSE(unit_parse_size(sizes[i], &value));
}

static void parts_of_a_whole_are_zero_to_one(void)
{
    static const struct {
        const char *text;
        double value;
    } good[] = {{"0", 0}, {"1", 1}, {"0.5", 0.5}, {"0.25", 0.25}, {"0.000001", 0.000001},
        {"1.000000", 1}, {"0.0", 0}};
    static const char *const bad[] = {"", "2", "1.5", "1.000001", "0.", ".5", "00.5", "-0.5", "0,5",
        "0.5 ", "0.0000001", "0x0", "50%", "nan", "1e0", "0.5.5"};
    double value;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        CU_ASSERT(unit_parse_part(good[i].text, &value) && value == good[i].value);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CU_ASSERT_FALSE(unit_parse_part(bad[i], &value));
}

static const struct test tests[] = {
    {"numbers are decimal digits", numbers_are_decimal_digits},
    {"durations and sizes go both ways", durations_and_sizes_go_both_ways},
    {"other durations and sizes are refused", other_durations_and_sizes_are_refused},
    {"parts of a whole are zero to one", parts_of_a_whole_are_zero_to_one},
    {NULL, NULL},
};
extern const struct test_suite suite_unit;
const struct test_suite suite_unit = {"unit", tests};
