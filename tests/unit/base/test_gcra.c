/* Tests of base/gcra: tables of cases, and its promises held against many random rates and
 * arrivals. */
#include "tests/unit/test_main.h"

#include "base/gcra.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct gcra_rate ten_a_minute = {10, 60};

static void a_used_bucket_gives_its_places_back_one_by_one(void)
{
    static const struct {
        int64_t full_at, now, wait;
    } rows[] = {
        {0, 1000, 0},    /* never used */
        {1000, 1000, 0}, /* full just now */
        {1054, 1000, 0}, /* nine are gone */
        {1055, 1000, 1}, /* nine and a bit */
        {1060, 1000, 6}, /* all ten */
        {1060, 1005, 1},
        {1060, 1006, 0},
        {1061, 1000, 6}, /* more than all: the clock went back */
        {INT64_MAX / 2, 0, 6},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        CU_ASSERT_EQUAL(gcra_wait(&ten_a_minute, rows[i].full_at, rows[i].now), rows[i].wait);
}

static void no_limit_never_waits_and_remembers_nothing(void)
{
    static const struct gcra_rate off = {0, 0};

    CU_ASSERT_EQUAL(gcra_wait(&off, INT64_MAX / 2, 5), 0);
    CU_ASSERT_EQUAL(gcra_take(&off, 17, 5), 17);
    CU_ASSERT_EQUAL(gcra_used(&off, 17, 5), 0);
}

static void what_is_used_goes_from_nothing_to_all(void)
{
    CU_ASSERT_EQUAL(gcra_used(&ten_a_minute, 0, 1000), 0);
    CU_ASSERT_DOUBLE_EQUAL(gcra_used(&ten_a_minute, 1030, 1000), 0.5, 0.001);
    CU_ASSERT_EQUAL(gcra_used(&ten_a_minute, 1060, 1000), 1);
    CU_ASSERT_EQUAL(gcra_used(&ten_a_minute, 9000, 1000), 1);
}

static void exactly_the_count_fits_at_once_from_rest(void)
{
    static const struct gcra_rate rates[] = {{1, 1}, {1, 60}, {3, 10}, {7, 7}, {6, 10}, {10, 3},
        {GCRA_COUNT_MAX, 1000000}, {GCRA_COUNT_MAX, GCRA_PERIOD_MAX}, {1, GCRA_PERIOD_MAX}};

    for (size_t i = 0; i < COUNT(rates); i++) {
        int64_t now = INT64_C(1) << 60, full_at = 0, taken = 0;

        while (taken <= rates[i].count && gcra_wait(&rates[i], full_at, now) == 0) {
            full_at = gcra_take(&rates[i], full_at, now);
            taken++;
        }
        CU_ASSERT_EQUAL(taken, rates[i].count);
        CU_ASSERT(gcra_wait(&rates[i], full_at, now) > 0);
    }
}

static void who_waits_as_told_is_served_and_nobody_sooner(void)
{
    static const struct gcra_rate rates[] = {{1, 60}, {3, 10}, {300, 604800}, {1000, 60000}};

    for (size_t i = 0; i < COUNT(rates); i++) {
        int64_t now = 5000, full_at = 0;

        while (gcra_wait(&rates[i], full_at, now) == 0)
            full_at = gcra_take(&rates[i], full_at, now);
        for (int again = 0; again < 100; again++) {
            int64_t wait = gcra_wait(&rates[i], full_at, now);

            CU_ASSERT(wait > 0 && wait <= rates[i].period);
            CU_ASSERT(gcra_wait(&rates[i], full_at, now + wait - 1) > 0);
            now += wait;
            CU_ASSERT_EQUAL(gcra_wait(&rates[i], full_at, now), 0);
            full_at = gcra_take(&rates[i], full_at, now);
        }
    }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Whatever comes when: in no stretch of a period are there twice the count, and over a long time no
 * more than the rate says. */
static void nobody_gets_more_than_the_rate_says(void)
{
    static int64_t served[20000];
    uint32_t seed = 1;

    for (int round = 0; round < 200; round++) {
        struct gcra_rate rate = {1 + next_random(&seed) % 50, 1 + next_random(&seed) % 5000};
        int64_t now = 1000, full_at = 0, interval = rate.period / rate.count;
        size_t len = 0, first = 0;

        if (interval == 0)
            interval = 1;
        for (int i = 0; i < 5000; i++) {
            now +=
                next_random(&seed) % 3 == 0 ? next_random(&seed) % (2 * (uint32_t)interval + 2) : 0;
            if (gcra_wait(&rate, full_at, now) > 0)
                continue;
            full_at = gcra_take(&rate, full_at, now);
            served[len++] = now;
            while (served[first] <= now - interval * rate.count)
                first++;
            CU_ASSERT((int64_t)(len - first) < 2 * rate.count);
        }
        CU_ASSERT((int64_t)len <= rate.count + (now - 1000) / interval);
    }
}

static void a_larger_rate_after_a_reload_gives_the_next_place_by_its_own_measure(void)
{
    static const struct gcra_rate small = {1, 3600}, large = {10, 3600};
    int64_t full_at = gcra_take(&small, 0, 1000);

    CU_ASSERT_EQUAL(gcra_wait(&small, full_at, 1000), 3600);
    CU_ASSERT_EQUAL(gcra_wait(&large, full_at, 1000), 360);
}

static void a_smaller_rate_after_a_reload_waits_no_longer_than_its_own_period(void)
{
    static const struct gcra_rate large = {100, 100000}, small = {2, 10};
    int64_t full_at = 0;

    for (int i = 0; i < 100; i++)
        full_at = gcra_take(&large, full_at, 0);
    CU_ASSERT_EQUAL(gcra_wait(&small, full_at, 0), 5);
}

static const struct test tests[] = {
    {"a used bucket gives its places back one by one",
        a_used_bucket_gives_its_places_back_one_by_one},
    {"no limit never waits and remembers nothing", no_limit_never_waits_and_remembers_nothing},
    {"what is used goes from nothing to all", what_is_used_goes_from_nothing_to_all},
    {"exactly the count fits at once from rest", exactly_the_count_fits_at_once_from_rest},
    {"who waits as told is served and nobody sooner",
        who_waits_as_told_is_served_and_nobody_sooner},
    {"nobody gets more than the rate says", nobody_gets_more_than_the_rate_says},
    {"a larger rate after a reload gives the next place by its own measure",
        a_larger_rate_after_a_reload_gives_the_next_place_by_its_own_measure},
    {"a smaller rate after a reload waits no longer than its own period",
        a_smaller_rate_after_a_reload_waits_no_longer_than_its_own_period},
    {NULL, NULL},
};
extern const struct test_suite suite_gcra;
const struct test_suite suite_gcra = {"gcra", tests};
