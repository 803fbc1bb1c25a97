/* Members by type, dates and terms of the simulated CertCentral. */
#include <string.h>

#include "tests/unit/test_main.h"
#include "tests/vendorsim/digicert_certificate.h"
#include "tests/vendorsim/digicert_product.h"
#include "tests/vendorsim/digicert_row.h"

static void numbers_are_taken_as_texts_too(void)
{
    static const struct {
        const char *json;
        int64_t is;
    } cases[] = {{"{\"id\":730021}", 730021}, {"{\"id\":\"730021\"}", 730021}, {"{\"id\":\"\"}", 0},
        {"{\"id\":\"7a\"}", 0}, {"{\"id\":\" 7\"}", 0}, {"{\"id\":\"-7\"}", 0}, {"{\"id\":-7}", -7},
        {"{\"id\":\"999999999999999999\"}", 999999999999999999}, {"{\"id\":null}", 0},
        {"{\"id\":\"9999999999999999999\"}", 0}, {"{\"id\":7.5}", 0}, {"{\"id\":[7]}", 0},
        {"{}", 0}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *row = json_loads(cases[i].json, 0, NULL);

        CU_ASSERT_EQUAL(row_int(row, "id"), cases[i].is);
        json_decref(row);
    }
    CU_ASSERT_EQUAL(row_int(NULL, "id"), 0);
}

static void flags_have_three_forms(void)
{
    static const char *const set[] = {"{\"x\":true}", "{\"x\":1}", "{\"x\":\"1\"}"};
    static const char *const unset[] = {
        "{\"x\":false}", "{\"x\":0}", "{\"x\":\"0\"}", "{\"x\":\"true\"}", "{}", "{\"x\":2}"};

    for (size_t i = 0; i < sizeof set / sizeof *set; i++) {
        json_t *row = json_loads(set[i], 0, NULL);

        CU_ASSERT_TRUE(row_bool(row, "x"));
        json_decref(row);
    }
    for (size_t i = 0; i < sizeof unset / sizeof *unset; i++) {
        json_t *row = json_loads(unset[i], 0, NULL);

        CU_ASSERT_FALSE(row_bool(row, "x"));
        json_decref(row);
    }
}

static void dates_are_read_in_both_forms(void)
{
    static const struct {
        const char *text;
        int64_t is; /* 0: refused */
    } cases[] = {{"2026-03-02", 1772409600}, {"02 MAR 2026", 1772409600},
        {"2 mar 2026", 1772409600}, {"2028-02-29", 1835395200}, {"2027-02-29", 0},
        {"2026-13-01", 0}, {"2026-00-01", 0}, {"2026-03-02T00:00:00", 0}, {"2026-03", 0},
        {"soon", 0}, {"", 0}, {"31 APR 2026", 0}, {"02 XXX 2026", 0}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t time_s = -1;

        CU_ASSERT_EQUAL(parse_date(cases[i].text, &time_s), cases[i].is != 0);
        if (cases[i].is != 0)
            CU_ASSERT_EQUAL(time_s, cases[i].is);
    }
}

static void times_are_written_as_certcentral_writes_them(void)
{
    json_t *row = json_object();

    row_put_time(row, "time", 1772446530);
    row_put_date(row, "date", 1772446530);
    row_put_time(row, "never", 0);
    CU_ASSERT_STRING_EQUAL(row_text(row, "time"), "2026-03-02T10:15:30+00:00");
    CU_ASSERT_STRING_EQUAL(row_text(row, "date"), "2026-03-02");
    CU_ASSERT_PTR_NULL(row_text(row, "never"));
    json_decref(row);
}

static void terms_end_with_the_last_second_of_a_day(void)
{
    static const struct {
        const char *term;
        int64_t end_s;
    } cases[] = {
        {"{\"years\":1}", 1804031999},           /* 2027-03-02 */
        {"{\"years\":3}", 1867190399},           /* 2029-03-02 */
        {"{\"days\":199}", 1789603199},          /* 2026-09-16 */
        {"{\"days\":1}", 1772495999},            /* 2026-03-02 */
        {"{\"until_s\":1789516800}", 1789603199} /* 2026-09-16 */
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *term = json_loads(cases[i].term, 0, NULL);

        CU_ASSERT_EQUAL(term_end(term, 1772446530), cases[i].end_s);
        json_decref(term);
    }
}

static void a_leap_day_has_its_anniversary_in_march(void)
{
    CU_ASSERT_EQUAL(years_later(1835395200, 1), 1867017600); /* 2028-02-29: 2029-03-01 */
    CU_ASSERT_EQUAL(years_later(1835395200, 4), 1961625600); /* 2032-02-29 */
}

static void caps_go_by_the_day_of_issue(void)
{
    static const struct {
        int64_t issued_s;
        int certificate, domain, organization;
    } cases[] = {{1771891199, 397, 397, 825}, {1771891200, 199, 199, 397},
        {1805068799, 199, 199, 397}, {1805068800, 99, 99, 397}, {1868227199, 99, 99, 397},
        {1868227200, 46, 10, 397}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CU_ASSERT_EQUAL(certificate_cap_s(cases[i].issued_s), cases[i].certificate * DAY_S);
        CU_ASSERT_EQUAL(domain_reuse_s(cases[i].issued_s), cases[i].domain * DAY_S);
        CU_ASSERT_EQUAL(organization_reuse_s(cases[i].issued_s), cases[i].organization * DAY_S);
    }
}

static const struct test tests[] = {
    {"numbers are taken as texts too", numbers_are_taken_as_texts_too},
    {"flags have three forms", flags_have_three_forms},
    {"dates are read in both forms", dates_are_read_in_both_forms},
    {"times are written as CertCentral writes them", times_are_written_as_certcentral_writes_them},
    {"terms end with the last second of a day", terms_end_with_the_last_second_of_a_day},
    {"a leap day has its anniversary in March", a_leap_day_has_its_anniversary_in_march},
    {"caps go by the day of issue", caps_go_by_the_day_of_issue},
    {NULL, NULL},
};

const struct test_suite suite_digicert_row = {"digicert_row", tests};
