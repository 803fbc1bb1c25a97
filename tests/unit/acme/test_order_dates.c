/* Tests of acme/order_dates: every bound, from both sides. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/order_dates.h"
#include "policy/upstream/local_ca.h"

#define NOW          INT64_C(1795243620) /* 2026-11-21T06:47:00Z */
#define HOUR         INT64_C(3600)
#define DAY          INT64_C(86400)
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct acme_authority authority = {.upstream = "lab", .not_after_s = NOW + 365 * DAY};
static const struct acme_settings settings = {.authorities = &authority, .authorities_len = 1};
static const struct acme_profile profile = {.name = "default",
    .upstream = "lab",
    .upstream_ops = &local_ca_ops,
    .validity_s = 90 * DAY,
    .client_dates = true};
static const struct acme_profile long_profile = {.name = "long",
    .upstream = "lab",
    .upstream_ops = &local_ca_ops,
    .validity_s = 398 * DAY,
    .client_dates = true};

static void expect(
    const struct acme_profile *p, int64_t not_before_s, int64_t not_after_s, const char *words)
{
    struct order order = {.not_before_s = not_before_s, .not_after_s = not_after_s};
    struct err e = {0};
    enum err_code code = order_dates_check(&settings, p, &order, NOW, &e);

    CU_ASSERT_EQUAL(code == ERR_OK, words == NULL);
    if (words != NULL) {
        CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_MALFORMED);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, words));
        if (strstr(e.detail, words) == NULL)
            printf("\n    not \"%s\": %s\n", words, e.detail);
    }
}

static void wishes_within_the_validity_are_met(void)
{
    static const int64_t rows[][2] = {{0, 0}, {NOW, 0}, {NOW - HOUR, 0}, {NOW + 90 * DAY, 0},
        {0, NOW + 1}, {0, NOW + 90 * DAY}, {NOW, NOW + 1}, {NOW - HOUR, NOW - HOUR + 90 * DAY - 1},
        {NOW + 90 * DAY, NOW + 180 * DAY - 1}};

    for (size_t i = 0; i < COUNT(rows); i++)
        expect(&profile, rows[i][0], rows[i][1], NULL);
    expect(&long_profile, 0, NOW + 365 * DAY, NULL);
    expect(&long_profile, NOW + 365 * DAY, 0, NULL);
}

static void other_wishes_are_refused_with_the_nearest_date(void)
{
    expect(&profile, NOW - HOUR - 1, 0,
        "\"notBefore\" lies in the past; the earliest is now 2026-11-21T05:47:00Z");
    expect(&profile, NOW + 90 * DAY + 1, 0,
        "\"notBefore\" lies too far ahead; the latest is now 2027-02-19T06:47:00Z");
    expect(&profile, 0, NOW, "\"notAfter\" lies in the past; it is now 2026-11-21T06:47:00Z");
    expect(&profile, 0, NOW + 90 * DAY + 1,
        "\"notAfter\" lies too far ahead for the profile's validity; the latest is now "
        "2027-02-19T06:47:00Z");
    expect(&profile, NOW, NOW + 90 * DAY, "the latest is now 2027-02-19T06:46:59Z");
    expect(&profile, NOW + DAY, NOW + DAY,
        "\"notAfter\" must lie after \"notBefore\", 2026-11-22T06:47:00Z");
    expect(&profile, NOW + DAY, NOW + HOUR, "\"notAfter\" must lie after \"notBefore\"");
    expect(&long_profile, 0, NOW + 365 * DAY + 1,
        "\"notAfter\" lies beyond the end of the CA's own certificate, 2027-11-21T06:47:00Z");
    expect(&long_profile, NOW + 365 * DAY + 1, 0,
        "\"notBefore\" lies beyond the end of the CA's own certificate, 2027-11-21T06:47:00Z");
    expect(&profile, INT64_C(253402300799), INT64_C(253402300799), "lies too far ahead");
}

static void who_cannot_give_dates_says_so(void)
{
    static const struct upstream_ops vendor = {.type = "vendor"};
    struct acme_profile fixed = profile, sold = profile;

    fixed.client_dates = false;
    sold.upstream_ops = &vendor;
    expect(&fixed, 0, NOW + DAY, "of the profile \"default\" cannot be chosen; leave");
    expect(&fixed, NOW, 0, "cannot be chosen");
    expect(&sold, 0, NOW + DAY, "cannot be chosen");
    expect(&fixed, 0, 0, NULL);
    expect(&sold, 0, 0, NULL);
}

static void certificates_get_what_was_asked_for_and_the_usual_else(void)
{
    static const struct {
        int64_t asked[2], got[2];
    } rows[] = {
        {{0, 0}, {NOW - HOUR, NOW - HOUR + 90 * DAY - 1}},
        {{NOW + DAY, 0}, {NOW + DAY, NOW + 91 * DAY - 1}},
        {{0, NOW + DAY}, {NOW - HOUR, NOW + DAY}},
        {{0, NOW + 90 * DAY - 10},
            {NOW - 9, NOW + 90 * DAY - 10}}, /* no longer than the validity */
        {{0, NOW + 90 * DAY}, {NOW + 1, NOW + 90 * DAY}}, {{NOW, NOW + DAY}, {NOW, NOW + DAY}},
        {{NOW + 300 * DAY, 0}, {NOW + 300 * DAY, NOW + 365 * DAY}}, /* nothing outlives the CA */
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct order order = {.not_before_s = rows[i].asked[0], .not_after_s = rows[i].asked[1]};
        struct action action = {0};

        order_dates_choose(&settings, &profile, &order, NOW, &action);
        CU_ASSERT_EQUAL(action.not_before_s, rows[i].got[0]);
        CU_ASSERT_EQUAL(action.not_after_s, rows[i].got[1]);
    }
}

static void a_ca_whose_end_is_not_known_sets_no_bound(void)
{
    static const struct acme_settings nobody = {0};
    struct order order = {0};
    struct action action = {0};

    order_dates_choose(&nobody, &long_profile, &order, NOW, &action);
    CU_ASSERT_EQUAL(action.not_after_s, NOW - HOUR + 398 * DAY - 1);
}

static const struct test tests[] = {
    {"wishes within the validity are met", wishes_within_the_validity_are_met},
    {"other wishes are refused with the nearest date",
        other_wishes_are_refused_with_the_nearest_date},
    {"who cannot give dates says so", who_cannot_give_dates_says_so},
    {"certificates get what was asked for and the usual else",
        certificates_get_what_was_asked_for_and_the_usual_else},
    {"a CA whose end is not known sets no bound", a_ca_whose_end_is_not_known_sets_no_bound},
    {NULL, NULL},
};
extern const struct test_suite suite_order_dates;
const struct test_suite suite_order_dates = {"order_dates", tests};
