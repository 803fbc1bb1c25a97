/* gcra - see gcra.h. */
#include "base/gcra.h"

/* How long a place takes to come back. Rounded down, so a rate is never slower than it says; at
 * least one unit. */
static int64_t interval_of(const struct gcra_rate *rate)
{
    return rate->period > rate->count ? rate->period / rate->count : 1;
}

/* What all places together take to come back. */
static int64_t span_of(const struct gcra_rate *rate)
{
    return interval_of(rate) * rate->count;
}

/* The time until the bucket is full again. More than its span is a clock that went back, or a rate
 * that was made smaller: then no place is left, and that is all. */
static int64_t debt_of(const struct gcra_rate *rate, int64_t full_at, int64_t now)
{
    int64_t debt = full_at - now;

    if (debt < 0)
        return 0;
    return debt > span_of(rate) ? span_of(rate) : debt;
}

int64_t gcra_wait(const struct gcra_rate *rate, int64_t full_at, int64_t now)
{
    int64_t wait;

    if (rate->count == 0)
        return 0;
    wait = debt_of(rate, full_at, now) + interval_of(rate) - span_of(rate);
    return wait > 0 ? wait : 0;
}

int64_t gcra_take(const struct gcra_rate *rate, int64_t full_at, int64_t now)
{
    if (rate->count == 0)
        return full_at;
    return now + debt_of(rate, full_at, now) + interval_of(rate);
}

double gcra_used(const struct gcra_rate *rate, int64_t full_at, int64_t now)
{
    if (rate->count == 0)
        return 0;
    return (double)debt_of(rate, full_at, now) / (double)span_of(rate);
}
