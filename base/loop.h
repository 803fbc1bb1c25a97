/* loop - one thread's event loop (libevent): timers, and messages from other threads.
 *
 * A loop belongs to the thread that runs it. Only loop_post and loop_stop may be called from
 * elsewhere. The asynchronous parts of base/ (http_server, http_client, resolver) run on a loop and
 * keep four promises: they never call back before they returned; they call back exactly once, also
 * on timeout and shutdown; not at all after a cancel; and always on the loop that started them.
 */
#ifndef COUNTERSIGN_BASE_LOOP_H
#define COUNTERSIGN_BASE_LOOP_H

#include <stdint.h>

struct loop;
struct loop_timer;

/* A message between threads. Whoever posts it hands over everything it carries; embed it in a
 * larger struct. */
struct loop_message {
    void (*on_message)(struct loop_message *message);
    struct loop_message *next;
};

struct loop *loop_new(void);
void loop_free(struct loop *loop);

/* Runs until loop_stop. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Calls message->on_message on the loop's thread, in the order of posting. Any thread. Wakes the
 * loop once for all that waits; a message posted from the loop's own thread runs in the next round,
 * never at once. */
void loop_post(struct loop *loop, struct loop_message *message);

/* The same for a chain of messages linked by `next`, with one lock and one wake-up. */
void loop_post_all(struct loop *loop, struct loop_message *first);

/* Calls fn(arg) once after ms (0: in the next round). The timer ends with its call. */
struct loop_timer *loop_after(struct loop *loop, int64_t ms, void (*fn)(void *arg), void *arg);

/* Ends a timer that has not yet called and sets the handle to NULL; NULL is fine. */
void loop_cancel(struct loop_timer **timer);

#endif
