/* rate - rolling windows: at most so many requests in any so many seconds, of real time.
 *
 * The text form is "MAX/SECONDS,...": "100/5,1000/180" is at most 100 in 5 s and 1000 in 180 s, a
 * key each; "off" is no limit. A request that is refused does not count.
 */
#ifndef COUNTERSIGN_VENDORSIM_RATE_H
#define COUNTERSIGN_VENDORSIM_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct rate;

/* On `mem`; NULL and ERR_INPUT. */
struct rate *rate_new(void *mem, const char *text, struct err *e);

/* Counts one request of `key` at `now_ms` (of a clock that never goes back) if all windows have
 * room. */
bool rate_take(struct rate *rate, const char *key, int64_t now_ms);

#endif
