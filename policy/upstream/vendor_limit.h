/* vendor_limit - so many calls in such a time, as a vendor counts them, for all workers together.
 *
 * Vendors count in rolling windows ("100 in any 5 seconds"). Here every urgent
 * call gets the earliest time at which no window holds too many, in the order of asking, so that
 * the vendor never has to refuse one. Others get one only while a part of each window is free, and
 * wait behind all that is urgent: what is paid is not held up by what asks how it went, and neither
 * by the reading of an inventory. Nobody reserves a place that is further away than it would wait
 * for.
 *
 * If the vendor refuses all the same (others use the same key), everybody pauses: 5 seconds, twice
 * as long each time, up to a minute.
 *
 * Times are milliseconds of a clock that never goes back (clock_monotonic_ms). Any thread.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_VENDOR_LIMIT_H
#define COUNTERSIGN_POLICY_UPSTREAM_VENDOR_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vendor_limit;

/* Ordered. Of each window a third stays free of background calls, a sixth of ordinary ones. */
enum vendor_urgency { VENDOR_BACKGROUND, VENDOR_ORDINARY, VENDOR_URGENT };

#define VENDOR_WINDOWS_MAX    4
#define VENDOR_WINDOW_LARGEST 100000

/* How much more or less than the usual windows a configuration may allow, in percent. */
#define VENDOR_RATE_MAX 10000

/* At most `count` calls in any `period_ms`; `count` from 1 to VENDOR_WINDOW_LARGEST. */
struct vendor_window {
    size_t count;
    int64_t period_ms;
};

/* On `mem`, to be freed when nobody uses it any more. One to VENDOR_WINDOWS_MAX windows. */
struct vendor_limit *vendor_limit_new(void *mem, const struct vendor_window *windows, size_t len);

/* From now on the windows of `other` hold, and those who use `limit` go on using it: what was
 * called before still counts, as far as that was kept. `other` is nobody's else. */
void vendor_limit_change(struct vendor_limit *limit, const struct vendor_limit *other);

/* Reserves a place for one urgent call: how long it has to wait. After that it may be sent, unless
 * there is a pause (vendor_limit_pause_ms). Nothing is reserved if it is more than longest_ms. */
int64_t vendor_limit_reserve(struct vendor_limit *limit, int64_t now_ms, int64_t longest_ms);

/* The same for a call that is not urgent; it reserves nothing while it would have to wait at all:
 * 0, or how long until it is worth asking again. */
int64_t vendor_limit_try(struct vendor_limit *limit, int64_t now_ms, enum vendor_urgency urgency);

/* How long everybody still pauses. */
int64_t vendor_limit_pause_ms(struct vendor_limit *limit, int64_t now_ms);

/* The vendor refused a call because there were too many; it asked to wait so long (0: it did not
 * say). How long everybody pauses now. Refusals while there is a pause are of calls that were
 * already under way: they do not make it longer. */
int64_t vendor_limit_refused(struct vendor_limit *limit, int64_t now_ms, int64_t asked_ms);

/* The vendor answered a call: the next pause, if there is one, begins with 5 seconds again. */
void vendor_limit_answered(struct vendor_limit *limit, int64_t now_ms);

#endif
