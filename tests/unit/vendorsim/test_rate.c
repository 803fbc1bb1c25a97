/* Tests of tests/vendorsim/rate: rolling windows. */
#include "tests/unit/test_main.h"

#include "base/mem.h"
#include "tests/vendorsim/rate.h"

static struct rate *make(void *mem, const char *text)
{
    struct err e = {0};
    struct rate *rate = rate_new(mem, text, &e);

    CU_ASSERT_PTR_NOT_NULL_FATAL(rate);
    return rate;
}

/* How many of `tries` requests at one time are taken. */
static int taken(struct rate *rate, const char *key, int64_t now_ms, int tries)
{
    int count = 0;

    while (tries-- > 0)
        count += rate_take(rate, key, now_ms) ? 1 : 0;
    return count;
}

static void a_window_rolls(void)
{
    void *mem = mem_new(NULL, char);
    struct rate *rate = make(mem, "3/5");

    CU_ASSERT_EQUAL(taken(rate, "a", 1000, 2), 2);
    CU_ASSERT_EQUAL(taken(rate, "a", 3000, 5), 1);
    CU_ASSERT_EQUAL(taken(rate, "a", 5999, 5), 0);
    CU_ASSERT_EQUAL(taken(rate, "a", 6000, 5), 2); /* those of 1000 are out */
    CU_ASSERT_EQUAL(taken(rate, "a", 8000, 5), 1); /* that of 3000 is out */
    mem_free(mem);
}

static void all_windows_must_have_room(void)
{
    void *mem = mem_new(NULL, char);
    struct rate *rate = make(mem, "2/1,5/100");

    CU_ASSERT_EQUAL(taken(rate, "a", 0, 9), 2);
    CU_ASSERT_EQUAL(taken(rate, "a", 1000, 9), 2);
    CU_ASSERT_EQUAL(taken(rate, "a", 2000, 9), 1); /* the fifth in 100 s */
    CU_ASSERT_EQUAL(taken(rate, "a", 50000, 9), 0);
    CU_ASSERT_EQUAL(taken(rate, "a", 100000, 9), 2);
    mem_free(mem);
}

static void callers_have_windows_of_their_own(void)
{
    void *mem = mem_new(NULL, char);
    struct rate *rate = make(mem, "1/5"), *off = make(mem, "off");

    CU_ASSERT_EQUAL(taken(rate, "a", 0, 9), 1);
    CU_ASSERT_EQUAL(taken(rate, "b", 0, 9), 1);
    CU_ASSERT_EQUAL(taken(off, "a", 0, 5000), 5000);
    mem_free(mem);
}

static void other_texts_are_refused(void)
{
    static const char *const wrong[] = {"", "1", "1/", "/5", "0/5", "5/0", "1/5,", "1/5;2/6",
        "1/5 ", "x", "1/5,1/5,1/5,1/5,1/5", "-1/5", "1/-5", "999999999/5"};
    void *mem = mem_new(NULL, char);
    struct err e = {0};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CU_ASSERT_PTR_NULL(rate_new(mem, wrong[i], &e));
        CU_ASSERT_EQUAL(e.code, ERR_INPUT);
    }
    mem_free(mem);
}

static const struct test tests[] = {
    {"a window rolls", a_window_rolls},
    {"all windows must have room", all_windows_must_have_room},
    {"callers have windows of their own", callers_have_windows_of_their_own},
    {"other texts are refused", other_texts_are_refused},
    {NULL, NULL},
};
extern const struct test_suite suite_rate;
const struct test_suite suite_rate = {"rate", tests};
