/* When the simulated Tencent Cloud reissues, and when it spares the domain validation. */
#include "tests/unit/test_main.h"

#include "tests/vendorsim/tencent_private.h"
#include "tests/vendorsim/tencent_reissue.h"

#define NOW INT64_C(1767225600) /* 2026-01-01 */

static void more_than_thirty_days_must_be_left(void)
{
    static const struct {
        int64_t left_s;
        bool is;
    } cases[] = {{30 * DAY_S + 1, true}, {30 * DAY_S, false}, {30 * DAY_S - 1, false}, {0, false},
        {-1, false}, {397 * DAY_S, true}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_EQUAL(tc_reissue_in_time(NOW + cases[i].left_s, NOW), cases[i].is);
}

static void exemptions_row_by_row(void)
{
    static const struct {
        const char *what;
        struct tc_exemption exemption;
        bool is_exempt;
    } cases[] = {
        {"EX-1: a second less than three days", {NOW - 3 * DAY_S + 1, false, 0, false, false},
            true},
        {"EX-1: three days", {NOW - 3 * DAY_S, false, 0, false, false}, false},
        {"EX-1 does not count strictly", {NOW - DAY_S, false, 0, false, true}, false},
        {"EX-2: the same CSR", {NOW - 90 * DAY_S, true, 0, false, false}, true},
        {"EX-2 counts strictly", {NOW - 90 * DAY_S, true, 0, false, true}, true},
        {"EX-3: verified on 2 December 2024",
            {NOW - 90 * DAY_S, false, NOW - 395 * DAY_S, false, false}, true},
        {"EX-3: verified 13 months ago, to the second",
            {NOW - 90 * DAY_S, false, NOW - 396 * DAY_S, false, false}, false},
        {"EX-3 does not count strictly", {NOW - 90 * DAY_S, false, NOW - DAY_S, false, true},
            false},
        {"EX-3: never verified", {NOW - 90 * DAY_S, false, 0, false, false}, false},
        {"EX-4: validation stands", {NOW - 90 * DAY_S, false, 0, true, false}, true},
        {"EX-4 counts strictly", {NOW - 90 * DAY_S, false, 0, true, true}, true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_EQUAL(tc_reissue_is_exempt(&cases[i].exemption, NOW), cases[i].is_exempt);
}

static const struct test tests[] = {
    {"more than thirty days must be left", more_than_thirty_days_must_be_left},
    {"exemptions, row by row", exemptions_row_by_row},
    {NULL, NULL},
};

const struct test_suite suite_tencent_reissue = {"tencent_reissue", tests};
