/* gcra - "so many in such a time": the generic cell rate algorithm, as a function of a number and
 * the clock.
 *
 * A bucket has room for `count` events and gets one place back each interval of period / count. All
 * that is remembered of it is one time, `full_at`: when it would have all its places again if
 * nothing more came. So a bucket whose time has passed is like one that was never used, and can be
 * forgotten without loss.
 *
 *     from rest, `count` events at once; from then on, one each interval
 *
 * In any stretch of time as long as the period there are thus less than twice `count` events.
 *
 * Pure; the unit of time is the caller's, the same for all arguments. A clock that jumps back makes
 * nobody wait longer than a period.
 */
#ifndef COUNTERSIGN_BASE_GCRA_H
#define COUNTERSIGN_BASE_GCRA_H

#include <stdbool.h>
#include <stdint.h>

/* The most that either may be: then nothing overflows while the clock is below 2^62. */
#define GCRA_COUNT_MAX  INT64_C(1000000)
#define GCRA_PERIOD_MAX (INT64_C(1) << 50)

struct gcra_rate {
    int64_t count;  /* 0: no limit */
    int64_t period; /* at least 1 if there is a limit */
};

/* How long until one more event fits; 0: it fits now. `full_at` of a bucket that was never used: 0.
 */
int64_t gcra_wait(const struct gcra_rate *rate, int64_t full_at, int64_t now);

/* The bucket's time after one more event, which fits. */
int64_t gcra_take(const struct gcra_rate *rate, int64_t full_at, int64_t now);

/* How much of the bucket is used up: 0 (nothing) to 1 (no place is left). */
double gcra_used(const struct gcra_rate *rate, int64_t full_at, int64_t now);

#endif
