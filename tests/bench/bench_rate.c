/* bench_rate - what it costs to count a request against a limit (base/rate_table), while others do
 * so too.
 *
 *     bench_rate [THREADS]
 *
 * Each thread counts events of a thousand keys in turn, in one table of the size that the server
 * has.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/rate_table.h"

#define CORNERS     1024
#define KEYS        1000
#define EVENTS      5000000
#define THREADS_MAX 64

static const struct gcra_rate rate = {30000, 60000000};

static void *count(void *arg)
{
    struct rate_table *table = arg;
    int64_t wait;

    for (int64_t i = 0; i < EVENTS; i++) {
        int64_t key[4] = {i % KEYS, 0, 0, 0}; /* as long as that of an address */

        rate_table_take(
            table, (struct bytes){(const uint8_t *)key, sizeof key}, &rate, 1000000 + i, &wait);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    int threads = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1;
    struct rate_table *table = rate_table_new(NULL, CORNERS);
    pthread_t ids[THREADS_MAX];
    struct timespec used;

    if (threads < 1 || threads > THREADS_MAX)
        return 2;
    for (int i = 0; i < threads; i++)
        if (pthread_create(&ids[i], NULL, count, table) != 0)
            return 1;
    for (int i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    printf("%.0f ns of CPU an event, %d threads\n",
        ((double)used.tv_sec * 1e9 + (double)used.tv_nsec) / ((double)EVENTS * threads), threads);
    return 0;
}
