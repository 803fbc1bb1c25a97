/* rate_table - see rate_table.h. */
#include "base/rate_table.h"

#include <pthread.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/siphash.h"

#define CORNER 8
#define LOCKS  64

struct place {
    uint64_t hash; /* of the key */
    int64_t full_at;
    int64_t span; /* of the rate that it was last counted by: how bad its debt is */
};

struct rate_table {
    uint8_t key[SIPHASH_KEY_LEN];
    size_t corners;
    struct place *places; /* a corner's stand together, under the lock of its number */
    pthread_mutex_t locks[LOCKS];
};

static int table_free(void *ptr)
{
    struct rate_table *table = ptr;

    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_destroy(&table->locks[i]);
    return 0;
}

struct rate_table *rate_table_new(void *mem, size_t corners)
{
    struct rate_table *table = mem_new(mem, struct rate_table);

    BUG_ON(corners == 0 || (corners & (corners - 1)) != 0);
    rand_bytes(table->key, sizeof table->key);
    table->corners = corners;
    table->places = mem_new_array(table, struct place, corners * CORNER);
    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_init(&table->locks[i], NULL);
    mem_on_free(table, table_free);
    return table;
}

static double used(const struct place *place, int64_t now)
{
    struct gcra_rate one = {1, place->span};

    return place->span == 0 ? 0 : gcra_used(&one, place->full_at, now);
}

/* The key's place, or NULL. */
static struct place *find(struct place *corner, uint64_t hash)
{
    for (int i = 0; i < CORNER; i++)
        if (corner[i].hash == hash && corner[i].span != 0)
            return &corner[i];
    return NULL;
}

/* The place that is missed the least. */
static struct place *make_room(struct place *corner, int64_t now)
{
    struct place *least = corner;

    for (int i = 1; i < CORNER; i++)
        if (used(&corner[i], now) < used(least, now))
            least = &corner[i];
    *least = (struct place){0};
    return least;
}

/* Looks at a key's bucket, and counts an event if it fits and `takes` is set; how long until it
 * fits. */
static int64_t visit(struct rate_table *table, struct bytes key, const struct gcra_rate *rate,
    int64_t now, bool takes)
{
    uint64_t hash = siphash(table->key, key);
    size_t number = hash & (table->corners - 1);
    struct place *corner = &table->places[number * CORNER], *place;
    pthread_mutex_t *lock = &table->locks[number % LOCKS];
    int64_t wait;

    pthread_mutex_lock(lock);
    place = find(corner, hash);
    wait = place == NULL ? 0 : gcra_wait(rate, place->full_at, now);
    if (wait == 0 && takes) {
        if (place == NULL)
            place = make_room(corner, now);
        *place = (struct place){hash, gcra_take(rate, place->full_at, now), rate->period};
    }
    pthread_mutex_unlock(lock);
    return wait;
}

bool rate_table_take(struct rate_table *table, struct bytes key, const struct gcra_rate *rate,
    int64_t now, int64_t *wait)
{
    *wait = rate->count == 0 ? 0 : visit(table, key, rate, now, true);
    return *wait == 0;
}

int64_t rate_table_wait(
    struct rate_table *table, struct bytes key, const struct gcra_rate *rate, int64_t now)
{
    return rate->count == 0 ? 0 : visit(table, key, rate, now, false);
}
