/* Tests of base/rate_table: keys apart, what a flood of keys can make it forget, many threads at
 * one bucket. */
#include "tests/unit/test_main.h"

#include <pthread.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/rate_table.h"

static const struct gcra_rate three_a_minute = {3, 60};

static bool take(struct rate_table *table, const char *key, int64_t now, int64_t *wait)
{
    return rate_table_take(table, bytes_of(key), &three_a_minute, now, wait);
}

static void each_key_has_a_bucket_of_its_own(void)
{
    struct rate_table *table = rate_table_new(NULL, 4);
    int64_t wait;

    for (int i = 0; i < 3; i++) {
        CU_ASSERT(take(table, "a", 1000, &wait));
        CU_ASSERT_EQUAL(wait, 0);
    }
    CU_ASSERT_FALSE(take(table, "a", 1000, &wait));
    CU_ASSERT_EQUAL(wait, 20);
    CU_ASSERT(take(table, "b", 1000, &wait));
    CU_ASSERT(take(table, "", 1000, &wait));
    CU_ASSERT(take(table, "a", 1020, &wait));
    CU_ASSERT_FALSE(take(table, "a", 1020, &wait));
    mem_free(table);
}

static void looking_and_being_refused_count_nothing(void)
{
    struct rate_table *table = rate_table_new(NULL, 4);
    int64_t wait;

    for (int i = 0; i < 10; i++)
        CU_ASSERT_EQUAL(rate_table_wait(table, bytes_of("a"), &three_a_minute, 1000), 0);
    for (int i = 0; i < 10; i++)
        take(table, "a", 1000, &wait);
    CU_ASSERT_EQUAL(rate_table_wait(table, bytes_of("a"), &three_a_minute, 1000), 20);
    CU_ASSERT_EQUAL(rate_table_wait(table, bytes_of("a"), &three_a_minute, 1020), 0);
    mem_free(table);
}

static void a_rate_without_limit_leaves_no_trace(void)
{
    static const struct gcra_rate off = {0, 60};
    struct rate_table *table = rate_table_new(NULL, 1);
    int64_t wait;

    for (int i = 0; i < 100; i++)
        CU_ASSERT(rate_table_take(table, bytes_of("a"), &off, 1000, &wait));
    CU_ASSERT_EQUAL(rate_table_wait(table, bytes_of("a"), &off, 1000), 0);
    CU_ASSERT(take(table, "a", 1000, &wait));
    mem_free(table);
}

/* One corner, which all keys share: the worst that chance could do. */
static void a_flood_of_keys_does_not_make_it_forget_an_offender(void)
{
    struct rate_table *table = rate_table_new(NULL, 1);
    int64_t wait;
    char key[16];

    for (int i = 0; i < 3; i++)
        CU_ASSERT(take(table, "offender", 1000, &wait));
    for (int i = 0; i < 10000; i++) {
        snprintf(key, sizeof key, "%d", i);
        CU_ASSERT(take(table, key, 1000, &wait));
    }
    CU_ASSERT_FALSE(take(table, "offender", 1000, &wait));
    mem_free(table);
}

/* The same number of events of a rate with ten times the room is a tenth as bad. */
static void who_has_used_up_least_is_forgotten_first(void)
{
    static const struct gcra_rate thirty_a_minute = {30, 60};
    struct rate_table *table = rate_table_new(NULL, 1);
    int64_t wait;
    char key[16];

    for (int i = 0; i < 8; i++) {
        snprintf(key, sizeof key, "%d", i);
        CU_ASSERT(rate_table_take(
            table, bytes_of(key), i == 5 ? &thirty_a_minute : &three_a_minute, 1000, &wait));
    }
    CU_ASSERT(take(table, "new", 1000, &wait)); /* in the place of 5 */
    for (int i = 0; i < 8; i++) {
        bool known;

        if (i == 5)
            continue;
        snprintf(key, sizeof key, "%d", i);
        take(table, key, 1000, &wait);
        take(table, key, 1000, &wait);
        known = !take(table, key, 1000, &wait);
        CU_ASSERT(known);
    }
    mem_free(table);
}

static void buckets_that_are_full_again_make_room(void)
{
    struct rate_table *table = rate_table_new(NULL, 1);
    int64_t wait;
    char key[16];

    for (int i = 0; i < 8; i++) {
        snprintf(key, sizeof key, "%d", i);
        while (take(table, key, 1000, &wait))
            ;
    }
    for (int i = 8; i < 16; i++) {
        snprintf(key, sizeof key, "%d", i);
        while (take(table, key, 1060, &wait))
            ;
    }
    for (int i = 8; i < 16; i++) {
        snprintf(key, sizeof key, "%d", i);
        CU_ASSERT_FALSE(take(table, key, 1060, &wait));
    }
    mem_free(table);
}

#define THREADS 4
static const struct gcra_rate thousand_a_minute = {1000, 60000};

struct taker {
    pthread_t thread;
    struct rate_table *table;
    int number;
    int shared, own; /* events that fitted */
};

static void *take_many(void *arg)
{
    struct taker *taker = arg;
    int64_t wait;
    char key[16];

    snprintf(key, sizeof key, "%d", taker->number);
    for (int i = 0; i < 2000; i++) {
        taker->shared +=
            rate_table_take(taker->table, bytes_of("all"), &thousand_a_minute, 7, &wait);
        taker->own += rate_table_take(taker->table, bytes_of(key), &thousand_a_minute, 7, &wait);
    }
    return NULL;
}

static void threads_share_a_bucket_to_the_last_place(void)
{
    struct taker takers[THREADS] = {{0}};
    struct rate_table *table = rate_table_new(NULL, 16);
    int shared = 0;

    for (int i = 0; i < THREADS; i++) {
        takers[i].table = table;
        takers[i].number = i;
        CU_ASSERT_FATAL(pthread_create(&takers[i].thread, NULL, take_many, &takers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(takers[i].thread, NULL);
        shared += takers[i].shared;
        CU_ASSERT_EQUAL(takers[i].own, 1000);
    }
    CU_ASSERT_EQUAL(shared, 1000);
    mem_free(table);
}

static const struct test tests[] = {
    {"each key has a bucket of its own", each_key_has_a_bucket_of_its_own},
    {"looking and being refused count nothing", looking_and_being_refused_count_nothing},
    {"a rate without limit leaves no trace", a_rate_without_limit_leaves_no_trace},
    {"a flood of keys does not make it forget an offender",
        a_flood_of_keys_does_not_make_it_forget_an_offender},
    {"who has used up least is forgotten first", who_has_used_up_least_is_forgotten_first},
    {"buckets that are full again make room", buckets_that_are_full_again_make_room},
    {"threads share a bucket to the last place", threads_share_a_bucket_to_the_last_place},
    {NULL, NULL},
};
extern const struct test_suite suite_rate_table;
const struct test_suite suite_rate_table = {"rate_table", tests};
