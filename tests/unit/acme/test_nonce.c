/* Tests of acme/nonce: each is good once, whoever asks first, before and after a restart. */
#include "tests/unit/test_main.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "acme/nonce.h"
#include "base/mem.h"
#include "tests/unit/acme/lab.h"

#define SAVED (256 * 1024) /* how many of the newest an orderly shutdown keeps */

static const struct bytes nothing = {NULL, 0};

static void a_nonce_is_good_once(void)
{
    void *mem = mem_pool(NULL, 1024);
    struct nonces *nonces = nonces_new(mem, nothing);
    char nonce[1000][SEAL_TEXT_SIZE];

    for (size_t i = 0; i < COUNT(nonce); i++)
        nonce_issue(nonces, nonce[i]);
    for (size_t i = 0; i < COUNT(nonce); i++) /* in another order than they were issued */
        CU_ASSERT(nonce_redeem(nonces, nonce[i * 7 % COUNT(nonce)]));
    for (size_t i = 0; i < COUNT(nonce); i++)
        CU_ASSERT_FALSE(nonce_redeem(nonces, nonce[i]));
    mem_free(mem);
}

static void what_was_never_issued_is_refused(void)
{
    static const char *const others[] = {"", "x", "AAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "________________-----w"};
    void *mem = mem_pool(NULL, 1024);
    struct nonces *nonces = nonces_new(mem, nothing), *foreign = nonces_new(mem, nothing);
    char nonce[SEAL_TEXT_SIZE];

    for (size_t i = 0; i < COUNT(others); i++)
        CU_ASSERT_FALSE(nonce_redeem(nonces, others[i]));
    nonce_issue(foreign, nonce);
    CU_ASSERT_FALSE(nonce_redeem(nonces, nonce));
    CU_ASSERT(nonce_redeem(foreign, nonce));
    mem_free(mem);
}

static void the_newest_stay_good_and_the_oldest_go(void)
{
    void *mem = mem_pool(NULL, 1024);
    struct nonces *nonces = nonces_new(mem, nothing);
    char first[SEAL_TEXT_SIZE], second[SEAL_TEXT_SIZE], third[SEAL_TEXT_SIZE],
        other[SEAL_TEXT_SIZE];

    nonce_issue(nonces, first);
    nonce_issue(nonces, second);
    nonce_issue(nonces, third);
    CU_ASSERT(nonce_redeem(nonces, third));
    for (unsigned i = 3; i < NONCE_WINDOW; i++)
        nonce_issue(nonces, other);
    CU_ASSERT(nonce_redeem(nonces, first)); /* the window is full, and it is still in it */
    nonce_issue(nonces, other);
    nonce_issue(nonces, other);
    CU_ASSERT_FALSE(nonce_redeem(nonces, first));
    CU_ASSERT_FALSE(nonce_redeem(nonces, second)); /* was not redeemed, and is too old now */
    CU_ASSERT_FALSE(nonce_redeem(nonces, third));
    CU_ASSERT(nonce_redeem(nonces, other)); /* has the place of one that was redeemed */
    mem_free(mem);
}

static void a_restart_keeps_what_is_good_and_what_is_used(void)
{
    void *mem = mem_pool(NULL, 1024);
    struct nonces *before = nonces_new(mem, nothing), *after;
    char nonce[100][SEAL_TEXT_SIZE], new[SEAL_TEXT_SIZE];

    for (size_t i = 0; i < COUNT(nonce); i++)
        nonce_issue(before, nonce[i]);
    for (size_t i = 0; i < COUNT(nonce); i += 2)
        CU_ASSERT(nonce_redeem(before, nonce[i]));
    after = nonces_new(mem, nonces_save(before, mem));
    for (size_t i = 0; i < COUNT(nonce); i++)
        CU_ASSERT_EQUAL(nonce_redeem(after, nonce[i]), i % 2 == 1);
    for (size_t i = 0; i < COUNT(nonce); i++)
        CU_ASSERT_FALSE(nonce_redeem(after, nonce[i]));
    nonce_issue(after, new);
    for (size_t i = 0; i < COUNT(nonce); i++)
        CU_ASSERT_STRING_NOT_EQUAL(nonce[i], new);
    CU_ASSERT(nonce_redeem(after, new));
    mem_free(mem);
}

static void a_restart_keeps_the_newest_only(void)
{
    void *mem = mem_pool(NULL, 1024);
    struct nonces *before = nonces_new(mem, nothing), *after;
    char lost[SEAL_TEXT_SIZE], first[SEAL_TEXT_SIZE], used[SEAL_TEXT_SIZE], last[SEAL_TEXT_SIZE];

    nonce_issue(before, lost);
    nonce_issue(before, first);
    nonce_issue(before, used);
    CU_ASSERT(nonce_redeem(before, used));
    for (unsigned i = 2; i < SAVED; i++)
        nonce_issue(before, last);
    after = nonces_new(mem, nonces_save(before, mem));
    CU_ASSERT_FALSE(nonce_redeem(after, lost));
    CU_ASSERT_FALSE(nonce_redeem(after, used));
    CU_ASSERT(nonce_redeem(after, first));
    CU_ASSERT(nonce_redeem(after, last));
    CU_ASSERT(nonce_redeem(before, lost)); /* it was good until then */
    mem_free(mem);
}

/* Both rings have gone round when the state is saved, at places that differ. */
static void a_restart_after_long_service_keeps_what_is_used(void)
{
    void *mem = mem_pool(NULL, 1024);
    struct nonces *before = nonces_new(mem, nothing), *after;
    char nonce[64][SEAL_TEXT_SIZE], other[SEAL_TEXT_SIZE];

    for (unsigned i = 0; i < NONCE_WINDOW - 32; i++) {
        nonce_issue(before, other);
        if (i % 3 == 0)
            nonce_redeem(before, other);
    }
    for (size_t i = 0; i < COUNT(nonce); i++)
        nonce_issue(before, nonce[i]);
    for (size_t i = 0; i < COUNT(nonce); i += 2)
        CU_ASSERT(nonce_redeem(before, nonce[i]));
    after = nonces_new(mem, nonces_save(before, mem));
    after = nonces_new(mem, nonces_save(after, mem)); /* and a second time */
    for (size_t i = 0; i < COUNT(nonce); i++)
        CU_ASSERT_EQUAL(nonce_redeem(after, nonce[i]), i % 2 == 1);
    mem_free(mem);
}

static void an_unusable_state_is_a_new_start(void)
{
    void *mem = mem_pool(NULL, 1024);
    struct nonces *before = nonces_new(mem, nothing), *after;
    char nonce[SEAL_TEXT_SIZE], new[SEAL_TEXT_SIZE];
    struct bytes saved, cut;

    nonce_issue(before, nonce);
    saved = nonces_save(before, mem);
    cut = (struct bytes){saved.data, saved.len - 1};
    after = nonces_new(mem, cut);
    CU_ASSERT_FALSE(nonce_redeem(after, nonce));
    nonce_issue(after, new);
    CU_ASSERT(nonce_redeem(after, new));

    uint8_t *wrong = mem_dup(mem, saved.data, saved.len);
    memset(wrong + SEAL_KEY_LEN, 0xff, 8); /* far more were issued than a state can hold */
    after = nonces_new(mem, (struct bytes){wrong, saved.len});
    CU_ASSERT_FALSE(nonce_redeem(after, nonce));
    nonce_issue(after, new);
    CU_ASSERT(nonce_redeem(after, new));
    mem_free(mem);
}

/* Threads that all redeem the same. */

enum { SHARED = 20000, THREADS = 4 };

struct race {
    struct nonces *nonces;
    char (*nonce)[SEAL_TEXT_SIZE];
    atomic_uint won[SHARED];
    atomic_uint good_of_own;
};

static void *redeem_all(void *arg)
{
    struct race *race = arg;
    char own[SEAL_TEXT_SIZE];

    for (size_t i = 0; i < SHARED; i++) {
        if (nonce_redeem(race->nonces, race->nonce[i]))
            atomic_fetch_add(&race->won[i], 1);
        nonce_issue(race->nonces, own);
        if (nonce_redeem(race->nonces, own))
            atomic_fetch_add(&race->good_of_own, 1);
    }
    return NULL;
}

static void of_all_who_redeem_at_once_exactly_one_wins(void)
{
    void *mem = mem_pool(NULL, 1024);
    struct race *race = mem_new(mem, struct race);
    pthread_t threads[THREADS];

    race->nonces = nonces_new(mem, nothing);
    race->nonce = mem_alloc_array(mem, SEAL_TEXT_SIZE, SHARED, "nonces");
    for (size_t i = 0; i < SHARED; i++)
        nonce_issue(race->nonces, race->nonce[i]);
    for (size_t i = 0; i < THREADS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, redeem_all, race), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < SHARED; i++)
        if (atomic_load(&race->won[i]) != 1)
            CU_FAIL("a nonce was redeemed twice, or never");
    CU_ASSERT_EQUAL(atomic_load(&race->good_of_own), SHARED * THREADS);
    mem_free(mem);
}

static const struct test tests[] = {
    {"a nonce is good once", a_nonce_is_good_once},
    {"what was never issued is refused", what_was_never_issued_is_refused},
    {"the newest stay good, and the oldest go", the_newest_stay_good_and_the_oldest_go},
    {"a restart keeps what is good and what is used",
        a_restart_keeps_what_is_good_and_what_is_used},
    {"a restart keeps the newest only", a_restart_keeps_the_newest_only},
    {"a restart after long service keeps what is used",
        a_restart_after_long_service_keeps_what_is_used},
    {"an unusable state is a new start", an_unusable_state_is_a_new_start},
    {"of all who redeem at once exactly one wins", of_all_who_redeem_at_once_exactly_one_wins},
    {NULL, NULL},
};
extern const struct test_suite suite_nonce;
const struct test_suite suite_nonce = {"nonce", tests};
