/* Tests of policy/upstream/vendor_limit: never more calls in any window than it says, whoever asks
 * and whenever. */
#include "tests/unit/test_main.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "policy/upstream/vendor_limit.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define LONG_MS 1000000

static const struct vendor_window windows[] = {{5, 100}, {12, 1000}};

/* How many of the sorted times lie in the window that ends with the one at `at`. */
static size_t in_window(const int64_t *times, size_t at, int64_t period_ms)
{
    size_t count = 0;

    for (size_t i = 0; i <= at; i++)
        count += times[i] > times[at] - period_ms;
    return count;
}

static void no_window_ever_holds_too_many(void)
{
    struct vendor_limit *limit = vendor_limit_new(NULL, windows, COUNT(windows));
    int64_t times[200], now_ms = 1000;
    unsigned step = 7;

    for (size_t i = 0; i < COUNT(times); i++) {
        times[i] = now_ms + vendor_limit_reserve(limit, now_ms, LONG_MS);
        CU_ASSERT(i == 0 || times[i] >= times[i - 1]);
        for (size_t w = 0; w < COUNT(windows); w++)
            CU_ASSERT(in_window(times, i, windows[w].period_ms) <= windows[w].count);
        step = (step * 1103515245u + 12345u) % 65536;
        now_ms += step % 3 == 0 ? step % 200 : 0;
    }
    mem_free(limit);
}

static void the_first_calls_do_not_wait(void)
{
    struct vendor_limit *limit = vendor_limit_new(NULL, windows, COUNT(windows));

    for (size_t i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(vendor_limit_reserve(limit, 50, LONG_MS), 0);
    CU_ASSERT_EQUAL(vendor_limit_reserve(limit, 50, LONG_MS), 100);
    CU_ASSERT_EQUAL(vendor_limit_reserve(limit, 60, LONG_MS), 90);
    CU_ASSERT_EQUAL(vendor_limit_reserve(limit, 5000, LONG_MS), 0); /* long after: all is free */
    mem_free(limit);
}

static void background_calls_leave_room_for_others(void)
{
    struct vendor_limit *limit = vendor_limit_new(NULL, windows, COUNT(windows));
    size_t taken = 0;

    while (taken < 10 && vendor_limit_try(limit, 1000, VENDOR_BACKGROUND) == 0)
        taken++;
    CU_ASSERT_EQUAL(taken, 3); /* of five, a third rounded up stays free */
    CU_ASSERT_EQUAL(vendor_limit_try(limit, 1000, VENDOR_BACKGROUND), 100);
    CU_ASSERT_EQUAL(vendor_limit_reserve(limit, 1000, LONG_MS), 0);
    CU_ASSERT_EQUAL(vendor_limit_reserve(limit, 1000, LONG_MS), 0);
    CU_ASSERT_EQUAL(vendor_limit_reserve(limit, 1000, LONG_MS), 100);
    mem_free(limit);
}

/* What somebody waits for comes before what the background wants. */
static void background_calls_wait_behind_all_who_wait(void)
{
    struct vendor_limit *limit = vendor_limit_new(NULL, windows, COUNT(windows));

    for (size_t i = 0; i < 6; i++)
        vendor_limit_reserve(limit, 1000, LONG_MS);
    CU_ASSERT(vendor_limit_try(limit, 1050, VENDOR_BACKGROUND) >= 50);
    CU_ASSERT_EQUAL(vendor_limit_reserve(limit, 1050, LONG_MS), 50); /* and has taken nothing */
    mem_free(limit);
}

/* What is paid comes before what only looks, and that before the background. */
static void the_less_urgent_a_call_the_more_it_leaves_free(void)
{
    static const struct vendor_window window = {12, 1000};
    struct vendor_limit *limit = vendor_limit_new(NULL, &window, 1);

    for (size_t i = 0; i < 8; i++)
        CU_ASSERT_EQUAL(vendor_limit_try(limit, 1000, VENDOR_BACKGROUND), 0);
    CU_ASSERT_EQUAL(vendor_limit_try(limit, 1000, VENDOR_BACKGROUND), 1000);
    for (size_t i = 0; i < 2; i++)
        CU_ASSERT_EQUAL(vendor_limit_try(limit, 1000, VENDOR_ORDINARY), 0);
    CU_ASSERT_EQUAL(vendor_limit_try(limit, 1000, VENDOR_ORDINARY), 1000);
    for (size_t i = 0; i < 2; i++)
        CU_ASSERT_EQUAL(vendor_limit_reserve(limit, 1000, LONG_MS), 0);
    CU_ASSERT_EQUAL(vendor_limit_reserve(limit, 1000, LONG_MS), 1000);
    CU_ASSERT_EQUAL(vendor_limit_try(limit, 1500, VENDOR_ORDINARY), 500); /* behind that one */
    mem_free(limit);
}

static void a_place_too_far_away_is_not_reserved(void)
{
    static const struct vendor_window window = {1, 1000};
    struct vendor_limit *limit = vendor_limit_new(NULL, &window, 1);

    CU_ASSERT_EQUAL(vendor_limit_reserve(limit, 0, 0), 0);
    for (size_t i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(vendor_limit_reserve(limit, 0, 999), 1000);
    CU_ASSERT_EQUAL(vendor_limit_reserve(limit, 0, 1000), 1000);
    CU_ASSERT_EQUAL(vendor_limit_reserve(limit, 0, 1000), 2000);
    mem_free(limit);
}

static void refusals_pause_everybody_twice_as_long_each_time(void)
{
    static const int64_t pauses[] = {5000, 10000, 20000, 40000, 60000, 60000};
    struct vendor_limit *limit = vendor_limit_new(NULL, windows, COUNT(windows));
    int64_t now_ms = 1000;

    CU_ASSERT_EQUAL(vendor_limit_pause_ms(limit, now_ms), 0);
    for (size_t i = 0; i < COUNT(pauses); i++) {
        CU_ASSERT_EQUAL(vendor_limit_refused(limit, now_ms, 0), pauses[i]);
        CU_ASSERT_EQUAL(vendor_limit_refused(limit, now_ms + 10, 0), pauses[i] - 10);
        CU_ASSERT_EQUAL(vendor_limit_pause_ms(limit, now_ms + 1), pauses[i] - 1);
        CU_ASSERT(vendor_limit_try(limit, now_ms + 1, VENDOR_BACKGROUND) >= pauses[i] - 1);
        now_ms += pauses[i];
        CU_ASSERT_EQUAL(vendor_limit_pause_ms(limit, now_ms), 0);
    }
    vendor_limit_answered(limit, now_ms);
    CU_ASSERT_EQUAL(vendor_limit_refused(limit, now_ms, 0), 5000);
    mem_free(limit);
}

static void a_vendor_may_ask_for_a_longer_pause_within_reason(void)
{
    struct vendor_limit *limit = vendor_limit_new(NULL, windows, COUNT(windows));

    CU_ASSERT_EQUAL(vendor_limit_refused(limit, 0, 30000), 30000);
    CU_ASSERT_EQUAL(vendor_limit_refused(limit, 30000, 86400000), 60000);
    mem_free(limit);
}

static void another_rate_goes_on_with_the_count(void)
{
    static const struct vendor_window more = {8, 100}, less = {2, 100};
    struct vendor_limit *limit = vendor_limit_new(NULL, windows, COUNT(windows));
    struct vendor_limit *wide = vendor_limit_new(limit, &more, 1);
    struct vendor_limit *narrow = vendor_limit_new(limit, &less, 1);

    for (size_t i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(vendor_limit_reserve(limit, 10 * (int64_t)i, LONG_MS), 0);
    vendor_limit_change(limit, wide);
    for (size_t i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(vendor_limit_reserve(limit, 50, LONG_MS), 0);
    CU_ASSERT_EQUAL(vendor_limit_reserve(limit, 50, LONG_MS), 50);
    vendor_limit_change(limit, narrow);
    CU_ASSERT_EQUAL(vendor_limit_reserve(limit, 100, LONG_MS), 50); /* 50 and 100, of nine */
    CU_ASSERT_EQUAL(vendor_limit_reserve(limit, 100, LONG_MS), 100);
    CU_ASSERT_EQUAL(vendor_limit_refused(limit, 200, 0), 5000);
    vendor_limit_change(limit, wide);
    CU_ASSERT_EQUAL(vendor_limit_pause_ms(limit, 200), 5000);
    mem_free(limit);
}

/* Threads. */

#define CALLERS 4
#define CALLS   500

struct caller {
    struct vendor_limit *limit, *others[2];
    int64_t times[CALLS];
    size_t len;
};

static void *call(void *arg)
{
    struct caller *caller = arg;

    for (int64_t now_ms = 0; now_ms < CALLS; now_ms++) {
        int64_t wait_ms = now_ms % 3 == 0 ? vendor_limit_try(caller->limit, now_ms, VENDOR_ORDINARY)
                                          : vendor_limit_reserve(caller->limit, now_ms, LONG_MS);

        if (now_ms % 3 != 0 || wait_ms <= 0)
            caller->times[caller->len++] = now_ms + wait_ms;
        vendor_limit_answered(caller->limit, now_ms);
        if (caller->others[0] != NULL)
            vendor_limit_change(caller->limit, caller->others[now_ms % 2]);
    }
    return NULL;
}

static void run_callers(struct caller callers[CALLERS])
{
    pthread_t threads[CALLERS];

    for (size_t i = 0; i < CALLERS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
    for (size_t i = 0; i < CALLERS; i++)
        pthread_join(threads[i], NULL);
}

static int compare_times(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;

    return one < other ? -1 : one > other;
}

static void many_threads_share_the_windows(void)
{
    static struct caller callers[CALLERS];
    static int64_t all[CALLERS * CALLS];
    struct vendor_limit *limit = vendor_limit_new(NULL, windows, COUNT(windows));
    size_t len = 0;

    memset(callers, 0, sizeof callers);
    for (size_t i = 0; i < CALLERS; i++)
        callers[i].limit = limit;
    run_callers(callers);
    for (size_t i = 0; i < CALLERS; i++)
        for (size_t j = 0; j < callers[i].len; j++)
            all[len++] = callers[i].times[j];
    CU_ASSERT(len >= CALLERS * CALLS * 2 / 3 - CALLERS);
    qsort(all, len, sizeof all[0], compare_times);
    for (size_t i = 0; i < len; i += 7)
        for (size_t w = 0; w < COUNT(windows); w++)
            CU_ASSERT(in_window(all, i, windows[w].period_ms) <= windows[w].count);
    mem_free(limit);
}

/* A reload, while others call. */
static void the_rate_changes_under_callers(void)
{
    static const struct vendor_window small = {3, 100};
    static struct caller callers[CALLERS];
    struct vendor_limit *limit = vendor_limit_new(NULL, windows, COUNT(windows));

    memset(callers, 0, sizeof callers);
    for (size_t i = 0; i < CALLERS; i++)
        callers[i].limit = limit;
    callers[0].others[0] = vendor_limit_new(NULL, windows, COUNT(windows));
    callers[0].others[1] = vendor_limit_new(NULL, &small, 1);
    run_callers(callers);
    CU_ASSERT(vendor_limit_reserve(limit, 0, LONG_MS) > 0);
    mem_free(callers[0].others[0]);
    mem_free(callers[0].others[1]);
    mem_free(limit);
}

static const struct test tests[] = {
    {"no window ever holds too many", no_window_ever_holds_too_many},
    {"the first calls do not wait", the_first_calls_do_not_wait},
    {"background calls leave room for others", background_calls_leave_room_for_others},
    {"background calls wait behind all who wait", background_calls_wait_behind_all_who_wait},
    {"the less urgent a call, the more it leaves free",
        the_less_urgent_a_call_the_more_it_leaves_free},
    {"a place too far away is not reserved", a_place_too_far_away_is_not_reserved},
    {"refusals pause everybody twice as long each time",
        refusals_pause_everybody_twice_as_long_each_time},
    {"a vendor may ask for a longer pause within reason",
        a_vendor_may_ask_for_a_longer_pause_within_reason},
    {"another rate goes on with the count", another_rate_goes_on_with_the_count},
    {"many threads share the windows", many_threads_share_the_windows},
    {"the rate changes under callers", the_rate_changes_under_callers},
    {NULL, NULL},
};

const struct test_suite suite_vendor_limit = {"vendor_limit", tests};
