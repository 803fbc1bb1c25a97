/* timeline - the virtual clock, and what is due on it.
 *
 * Virtual time is real time and all that was added to it. Both the sum and the events stand in the
 * state. While the clock is moved, each event finds it standing at its own time.
 */
#ifndef COUNTERSIGN_VENDORSIM_TIMELINE_H
#define COUNTERSIGN_VENDORSIM_TIMELINE_H

#include <stdint.h>

#include "base/loop.h"
#include "tests/vendorsim/state.h"

struct timeline;

/* Takes clock and events out of the state. `on_due` is called on the loop, after which the state is
 * the caller's to commit. On `mem`. */
struct timeline *timeline_open(void *mem, struct loop *loop, struct state *state,
    void (*on_due)(void *arg, const char *what, const char *subject), void *arg);

int64_t timeline_now_s(const struct timeline *timeline);

/* An event; one that is there with that name and subject is moved. `what` has no slash. */
void timeline_schedule(
    struct timeline *timeline, int64_t at_s, const char *what, const char *subject);
void timeline_unschedule(struct timeline *timeline, const char *what, const char *subject);

/* Moves the clock on and calls on_due for all that becomes due; returns how many that were. Not
 * from within on_due. */
int64_t timeline_advance(struct timeline *timeline, int64_t seconds);

/* All that was ever added to real time, in seconds. */
int64_t timeline_offset_s(const struct timeline *timeline);

#endif
