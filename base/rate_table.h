/* rate_table - buckets (base/gcra.h) of many keys in a table of fixed size, shared by all threads.
 *
 * Keys are any bytes; the table keeps a keyed hash of them (base/siphash.h), so nobody can choose
 * keys that share a bucket or a corner of the table. A bucket that has all its places again takes
 * no room. When a corner (eight buckets) is full of others, the one of them that is used up the
 * least is forgotten for a newcomer: to have an offender forgotten, seven others must be as bad,
 * and be in the same corner by chance.
 *
 * Locks are one for some corners each and held for a few dozen instructions. Nothing is stored: a
 * new table knows of nobody.
 */
#ifndef COUNTERSIGN_BASE_RATE_TABLE_H
#define COUNTERSIGN_BASE_RATE_TABLE_H

#include <stddef.h>

#include "base/bytes.h"
#include "base/gcra.h"

struct rate_table;

/* `corners`: a power of two; each takes 192 octets. */
struct rate_table *rate_table_new(void *mem, size_t corners);

/* One event of `key` if it fits: true. Else false, nothing is counted, and *wait says how long
 * until one fits. A rate without limit is always true and leaves no trace. Any thread; `now` may go
 * back between threads. */
bool rate_table_take(struct rate_table *table, struct bytes key, const struct gcra_rate *rate,
    int64_t now, int64_t *wait);

/* How long until an event of `key` fits; 0: now. Counts nothing. */
int64_t rate_table_wait(
    struct rate_table *table, struct bytes key, const struct gcra_rate *rate, int64_t now);

#endif
