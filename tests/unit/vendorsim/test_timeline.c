/* Tests of tests/vendorsim/timeline: events come once, in order, each at its own time. */
#include "tests/unit/test_main.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tests/vendorsim/timeline.h"

struct rig {
    void *mem;
    struct loop *loop;
    struct state *state;
    struct timeline *timeline;
    char seen[512]; /* "what subject +seconds," of each event */
    int64_t start_s;
    bool is_busy, is_done;
    int64_t called;
};

static void on_due(void *arg, const char *what, const char *subject)
{
    struct rig *rig = arg;
    size_t len = strlen(rig->seen);
    int64_t now_s = timeline_now_s(rig->timeline);

    snprintf(rig->seen + len, sizeof rig->seen - len, "%s %s +%lld,", what, subject,
        (long long)(now_s - rig->start_s));
    if (strcmp(what, "chain") == 0)
        timeline_schedule(rig->timeline, now_s + 10, "link", subject);
    if (strcmp(what, "stop") == 0)
        loop_stop(rig->loop);
    if (strcmp(what, "look") == 0)
        rig->is_busy = true;
}

static bool is_busy(void *arg)
{
    const struct rig *rig = arg;

    return rig->is_busy;
}

static void on_done(void *arg, int64_t called)
{
    struct rig *rig = arg;

    rig->is_done = true;
    rig->called = called;
}

static void rig_start(struct rig *rig)
{
    struct timeline_hooks hooks = {on_due, is_busy, rig};

    rig->timeline = timeline_open(rig->mem, rig->loop, rig->state, &hooks);
}

static void rig_open(struct rig *rig)
{
    struct err e = {0};

    *rig = (struct rig){.mem = mem_new(NULL, char), .loop = loop_new()};
    rig->state = state_open(rig->mem, NULL, "shop", &e);
    rig_start(rig);
    rig->start_s = timeline_now_s(rig->timeline);
}

static void rig_close(struct rig *rig)
{
    mem_free(rig->mem);
    loop_free(rig->loop);
}

static void schedule(struct rig *rig, int64_t after_s, const char *what, const char *subject)
{
    timeline_schedule(rig->timeline, rig->start_s + after_s, what, subject);
}

/* How many events came. */
static int64_t advance(struct rig *rig, int64_t seconds)
{
    rig->is_done = false;
    CU_ASSERT(timeline_advance(rig->timeline, seconds, on_done, rig));
    CU_ASSERT(rig->is_done);
    return rig->called;
}

static void events_come_in_order_at_their_times(void)
{
    struct rig rig;

    rig_open(&rig);
    schedule(&rig, 300, "expire", "3");
    schedule(&rig, 100, "issue", "1");
    schedule(&rig, 100, "issue", "2");
    schedule(&rig, 200, "chain", "a/b");
    schedule(&rig, 1000, "later", "4");
    CU_ASSERT_EQUAL(advance(&rig, 500), 5);
    CU_ASSERT_STRING_EQUAL(
        rig.seen, "issue 1 +100,issue 2 +100,chain a/b +200,link a/b +210,expire 3 +300,");
    CU_ASSERT(timeline_now_s(rig.timeline) - rig.start_s - 500 < 5);
    CU_ASSERT_EQUAL(timeline_offset_s(rig.timeline), 500);
    rig_close(&rig);
}

static void many_events_are_sorted(void)
{
    char subject[16], wanted[512] = "";
    struct rig rig;

    rig_open(&rig);
    for (int i = 0; i < 25; i++) {
        snprintf(subject, sizeof subject, "%d", i * 7 % 25);
        schedule(&rig, 100 + 10 * (i * 7 % 25), "e", subject);
    }
    for (int i = 0; i < 25; i++) {
        snprintf(subject, sizeof subject, "e %d +%d,", i, 100 + 10 * i);
        memcpy(wanted + strlen(wanted), subject, strlen(subject) + 1);
    }
    advance(&rig, 1000);
    CU_ASSERT_STRING_EQUAL(rig.seen, wanted);
    rig_close(&rig);
}

static void an_event_can_be_moved_and_taken_back(void)
{
    struct rig rig;

    rig_open(&rig);
    schedule(&rig, 100, "revoke", "1");
    schedule(&rig, 100, "revoke", "2");
    schedule(&rig, 100, "issue", "1");
    schedule(&rig, 200, "revoke", "1");
    timeline_unschedule(rig.timeline, "revoke", "2");
    timeline_unschedule(rig.timeline, "revoke", "unknown");
    CU_ASSERT_EQUAL(advance(&rig, 150), 1);
    CU_ASSERT_EQUAL(advance(&rig, 150), 1);
    CU_ASSERT_STRING_EQUAL(rig.seen, "issue 1 +100,revoke 1 +200,");
    rig_close(&rig);
}

static void the_clock_waits_for_what_an_event_began(void)
{
    struct rig rig;

    rig_open(&rig);
    schedule(&rig, 100, "look", "1");
    schedule(&rig, 200, "issue", "1");
    schedule(&rig, 300, "look", "2");
    CU_ASSERT(timeline_advance(rig.timeline, 1000, on_done, &rig));
    CU_ASSERT_STRING_EQUAL(rig.seen, "look 1 +100,");
    CU_ASSERT(timeline_now_s(rig.timeline) - rig.start_s < 200);
    CU_ASSERT_FALSE(timeline_advance(rig.timeline, 1000, on_done, &rig));
    timeline_go_on(rig.timeline); /* too early */
    CU_ASSERT_STRING_EQUAL(rig.seen, "look 1 +100,");
    rig.is_busy = false;
    timeline_go_on(rig.timeline);
    CU_ASSERT_STRING_EQUAL(rig.seen, "look 1 +100,issue 1 +200,look 2 +300,");
    CU_ASSERT_FALSE(rig.is_done); /* the last one counts, too */
    rig.is_busy = false;
    timeline_go_on(rig.timeline);
    CU_ASSERT(rig.is_done && rig.called == 3);
    CU_ASSERT_EQUAL(timeline_offset_s(rig.timeline), 1000);
    timeline_go_on(rig.timeline); /* nobody waits */
    CU_ASSERT_EQUAL(advance(&rig, 10), 0);
    rig_close(&rig);
}

static void clock_and_events_outlive_the_process(void)
{
    struct rig rig;

    rig_open(&rig);
    schedule(&rig, 100, "past", "1");
    schedule(&rig, 5000, "revoke", "1");
    advance(&rig, 3000);
    mem_free(rig.timeline);
    rig_start(&rig);
    CU_ASSERT(timeline_now_s(rig.timeline) - rig.start_s >= 3000);
    CU_ASSERT_EQUAL(advance(&rig, 3000), 1);
    CU_ASSERT_STRING_EQUAL(rig.seen, "past 1 +100,revoke 1 +5000,");
    rig_close(&rig);
}

static void real_time_brings_events_too(void)
{
    struct rig rig;

    rig_open(&rig);
    schedule(&rig, -5, "late", "1"); /* was due before it was said */
    schedule(&rig, 0, "stop", "1");
    CU_ASSERT_STRING_EQUAL(rig.seen, ""); /* never before returning */
    loop_run(rig.loop);
    CU_ASSERT(strncmp(rig.seen, "late 1 +", 8) == 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(rig.seen, ",stop 1 +"));
    rig_close(&rig);
}

static const struct test tests[] = {
    {"events come in order at their times", events_come_in_order_at_their_times},
    {"many events are sorted", many_events_are_sorted},
    {"an event can be moved and taken back", an_event_can_be_moved_and_taken_back},
    {"the clock waits for what an event began", the_clock_waits_for_what_an_event_began},
    {"clock and events outlive the process", clock_and_events_outlive_the_process},
    {"real time brings events too", real_time_brings_events_too},
    {NULL, NULL},
};
extern const struct test_suite suite_timeline;
const struct test_suite suite_timeline = {"timeline", tests};
