/* timeline - see timeline.h. */
#include "tests/vendorsim/timeline.h"

#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"

#define WAIT_MAX_MS (3600 * 1000)

/* An entry of the heap. The state has the last word: an event that was moved or taken back leaves
 * an entry behind whose number is not the state's any more. */
struct due {
    int64_t at_s, number;
    char *id; /* what/subject */
};

struct timeline {
    struct loop *loop;
    struct loop_timer *timer;
    struct state *state;
    int64_t offset_s;
    struct due *heap; /* the earliest first */
    size_t len, size;
    struct timeline_hooks hooks;
    /* The clock is being moved, if on_done is not NULL. */
    int64_t until_s, target_offset_s, called;
    void (*on_done)(void *arg, int64_t called);
    void *on_done_arg;
};

/* The heap. */

static bool before(const struct due *a, const struct due *b)
{
    return a->at_s < b->at_s || (a->at_s == b->at_s && a->number < b->number);
}

static void swap(struct due *a, struct due *b)
{
    struct due kept = *a;

    *a = *b;
    *b = kept;
}

static void push(struct timeline *timeline, const struct due *due)
{
    size_t at = timeline->len++;

    if (timeline->len > timeline->size) {
        timeline->size = timeline->size * 2 + 64;
        timeline->heap = mem_grow_array(
            timeline, timeline->heap, sizeof *timeline->heap, timeline->size, "heap");
    }
    timeline->heap[at] = *due;
    for (; at > 0 && before(&timeline->heap[at], &timeline->heap[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&timeline->heap[at], &timeline->heap[(at - 1) / 2]);
}

static struct due pop(struct timeline *timeline)
{
    struct due first = timeline->heap[0], *heap = timeline->heap;
    size_t at = 0, least;

    heap[0] = heap[--timeline->len];
    for (;; at = least) {
        least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < timeline->len; child++)
            if (before(&heap[child], &heap[least]))
                least = child;
        if (least == at)
            return first;
        swap(&heap[at], &heap[least]);
    }
}

/* The clock. */

static int64_t now_ms(const struct timeline *timeline)
{
    return clock_now_ms() + timeline->offset_s * 1000;
}

int64_t timeline_now_s(const struct timeline *timeline)
{
    return now_ms(timeline) / 1000;
}

int64_t timeline_offset_s(const struct timeline *timeline)
{
    return timeline->offset_s;
}

static void set_offset(struct timeline *timeline, int64_t offset_s)
{
    timeline->offset_s = offset_s;
    state_put(
        timeline->state, "clock", "offset", json_pack("{s:I}", "seconds", (json_int_t)offset_s));
}

/* Is this what the state says of the event? */
static bool is_current(struct timeline *timeline, const struct due *due)
{
    json_t *event = state_get(timeline->state, "due", due->id);

    return event != NULL && json_integer_value(json_object_get(event, "number")) == due->number;
}

static void call(struct timeline *timeline, const struct due *due)
{
    char *what = mem_strdup(timeline, due->id), *subject = strchr(what, '/');

    *subject++ = '\0';
    state_remove(timeline->state, "due", due->id);
    timeline->hooks.on_due(timeline->hooks.arg, what, subject);
    mem_free(what);
}

/* Calls what is due until `until_s`, the clock being set on to each event's time; while the clock
 * is moved, only as long as nothing is under way. */
static void run_until(struct timeline *timeline, int64_t until_s)
{
    int64_t ahead;

    while (timeline->len > 0 && timeline->heap[0].at_s <= until_s &&
           !(timeline->on_done != NULL && timeline->hooks.is_busy(timeline->hooks.arg))) {
        struct due due = pop(timeline);

        if (is_current(timeline, &due)) {
            ahead = due.at_s - timeline_now_s(timeline);
            if (ahead > 0)
                set_offset(timeline, timeline->offset_s + ahead);
            call(timeline, &due);
            timeline->called++;
        }
        mem_free(due.id);
    }
}

static void set_timer(struct timeline *timeline);

static void on_timer(void *arg)
{
    struct timeline *timeline = arg;

    timeline->timer = NULL;
    run_until(timeline, timeline_now_s(timeline));
    set_timer(timeline);
}

static void set_timer(struct timeline *timeline)
{
    int64_t wait_ms;

    loop_cancel(&timeline->timer);
    if (timeline->len == 0 || timeline->on_done != NULL)
        return;
    wait_ms = timeline->heap[0].at_s * 1000 - now_ms(timeline);
    if (wait_ms < 0)
        wait_ms = 0;
    timeline->timer = loop_after(
        timeline->loop, wait_ms < WAIT_MAX_MS ? wait_ms : WAIT_MAX_MS, on_timer, timeline);
}

void timeline_go_on(struct timeline *timeline)
{
    void (*on_done)(void *, int64_t) = timeline->on_done;

    if (on_done == NULL)
        return;
    run_until(timeline, timeline->until_s);
    if (timeline->hooks.is_busy(timeline->hooks.arg))
        return;
    if (timeline->offset_s < timeline->target_offset_s)
        set_offset(timeline, timeline->target_offset_s);
    timeline->on_done = NULL;
    set_timer(timeline);
    on_done(timeline->on_done_arg, timeline->called);
}

bool timeline_advance(struct timeline *timeline, int64_t seconds,
    void (*on_done)(void *arg, int64_t called), void *arg)
{
    if (timeline->on_done != NULL)
        return false;
    timeline->until_s = timeline_now_s(timeline) + seconds;
    timeline->target_offset_s = timeline->offset_s + seconds;
    timeline->called = 0;
    timeline->on_done = on_done;
    timeline->on_done_arg = arg;
    timeline_go_on(timeline);
    return true;
}

/* Events. */

static void add(struct timeline *timeline, int64_t at_s, int64_t number, const char *id)
{
    struct due due = {at_s, number, mem_strdup(timeline, id)};

    push(timeline, &due);
}

void timeline_schedule(
    struct timeline *timeline, int64_t at_s, const char *what, const char *subject)
{
    int64_t number = state_next(timeline->state, "due", 1);
    char *id = mem_printf(timeline, "%s/%s", what, subject);

    BUG_ON(strchr(what, '/') != NULL);
    state_put(timeline->state, "due", id,
        json_pack("{s:I,s:I}", "at_s", (json_int_t)at_s, "number", (json_int_t)number));
    add(timeline, at_s, number, id);
    mem_free(id);
    if (timeline->heap[0].number == number)
        set_timer(timeline);
}

void timeline_unschedule(struct timeline *timeline, const char *what, const char *subject)
{
    char *id = mem_printf(timeline, "%s/%s", what, subject);

    state_remove(timeline->state, "due", id);
    mem_free(id);
}

static int timeline_free(void *ptr)
{
    struct timeline *timeline = ptr;

    loop_cancel(&timeline->timer);
    return 0;
}

struct timeline *timeline_open(
    void *mem, struct loop *loop, struct state *state, const struct timeline_hooks *hooks)
{
    struct timeline *timeline = mem_new(mem, struct timeline);
    json_t *event;
    const char *id;

    *timeline = (struct timeline){.loop = loop, .state = state, .hooks = *hooks};
    mem_on_free(timeline, timeline_free);
    timeline->offset_s =
        json_integer_value(json_object_get(state_get(state, "clock", "offset"), "seconds"));
    json_object_foreach(state_all(state, "due"), id, event)
        add(timeline, json_integer_value(json_object_get(event, "at_s")),
            json_integer_value(json_object_get(event, "number")), id);
    set_timer(timeline);
    return timeline;
}
