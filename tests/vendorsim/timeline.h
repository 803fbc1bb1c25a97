/* timeline - the virtual clock, and what is due on it.
 *
 * Virtual time is real time and all that was added to it. Both the sum and the events stand in the
 * state. While the clock is moved, each event finds it standing at its own time, and it goes on
 * only when what the event began (a look at the DNS) is over: so what is seen on the way is what
 * was there before the clock was moved, however slow the machine is.
 */
#ifndef COUNTERSIGN_VENDORSIM_TIMELINE_H
#define COUNTERSIGN_VENDORSIM_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "tests/vendorsim/state.h"

struct timeline;

/* Called on the loop. After on_due the state is the caller's to commit. */
struct timeline_hooks {
    void (*on_due)(void *arg, const char *what, const char *subject);
    bool (*is_busy)(void *arg); /* is something under way that events may have begun? */
    void *arg;
};

/* Takes clock and events out of the state. On `mem`. */
struct timeline *timeline_open(
    void *mem, struct loop *loop, struct state *state, const struct timeline_hooks *hooks);

int64_t timeline_now_s(const struct timeline *timeline);

/* An event; one that is there with that name and subject is moved. `what` has no slash. */
void timeline_schedule(
    struct timeline *timeline, int64_t at_s, const char *what, const char *subject);
void timeline_unschedule(struct timeline *timeline, const char *what, const char *subject);

/* Moves the clock on and calls on_due for all that becomes due; then on_done, with how many that
 * were: before returning if nothing was under way meanwhile. False: it is being moved already. Not
 * from within on_due. */
bool timeline_advance(struct timeline *timeline, int64_t seconds,
    void (*on_done)(void *arg, int64_t called), void *arg);

/* Nothing is under way any more (is_busy); says so to a clock that waits for it. */
void timeline_go_on(struct timeline *timeline);

/* All that was ever added to real time, in seconds. */
int64_t timeline_offset_s(const struct timeline *timeline);

#endif
