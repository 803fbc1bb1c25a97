/* Tests of acme/flow: the engine, with flows whose every step does what a script says, over a real
 * store. */
#include "tests/unit/test_main.h"

#include <stdlib.h>
#include <string.h>

#include "acme/flow.h"
#include "base/mem.h"
#include "store/job.h"
#include "store/setting.h"
#include "tests/unit/acme/lab.h"

enum { STEP_ONE, STEP_TWO, STEP_THREE, STEPS };

/* What the script says of each step: a letter a try, the last one for all further tries.
 *   begin   'd' is done at once, 't' is done when a timer ends, 'h' hangs until it is cancelled
 *   settle  'n' next step, 'e' end, 'l' later, 'j' step one later, 'f' fail after writing,
 *           's' start another flow
 *   load    'o' fine, 'm' the subject is missing, 'x' cannot be read */
static struct script {
    const char *begin[STEPS], *settle[STEPS], *load;
    int begun[STEPS], settled[STEPS], loaded;
    int attempts[STEPS];     /* that the step saw at its last try */
    bool interrupted[STEPS]; /* that it saw then, or at its settle */
    int cancelled;
    int64_t later_ms;
    bool outcome_was_there;
} script;

static char letter(const char *letters, int *tries)
{
    int last = (int)strlen(letters) - 1, at = (*tries)++;

    return letters[at < last ? at : last];
}

static enum err_code load(struct flow *flow, struct store_tx *snapshot, struct err *e)
{
    struct bytes ignored;

    CU_ASSERT_PTR_NULL(flow->outcome); /* nothing is remembered from step to step */
    store_setting_get(snapshot, flow->mem, "trace", &ignored, e);
    *e = (struct err){0};
    switch (letter(script.load, &script.loaded)) {
    case 'm':
        return err_set(e, ERR_NOT_FOUND, "it is gone");
    case 'x':
        return err_set(e, ERR_STORE, "the disk is on fire");
    default:
        flow->subject = mem_strdup(flow->mem, "subject");
        return ERR_OK;
    }
}

struct call {
    struct flow *flow;
    struct loop_timer *timer;
};

static void on_call(void *arg)
{
    struct flow *flow = arg;

    flow->outcome = mem_strdup(flow->mem, "outcome");
    flow_done(flow);
}

static void cancel_call(struct flow *flow)
{
    struct call *call = flow->outcome;

    script.cancelled++;
    loop_cancel(&call->timer);
}

static void begin_step(struct flow *flow, int step)
{
    char what = letter(script.begin[step], &script.begun[step]);
    struct call *call = mem_new(flow->mem, struct call);

    CU_ASSERT_STRING_EQUAL(flow->subject, "subject");
    CU_ASSERT_EQUAL(flow->job.step, step);
    if (what == 'd') {
        on_call(flow);
        return;
    }
    if (what == 't')
        call->timer = loop_after(flow->world->loop, 0, on_call, flow);
    flow->outcome = call;
    flow->cancel = cancel_call;
}

static void begin_one(struct flow *flow)
{
    begin_step(flow, STEP_ONE);
}

static void begin_two(struct flow *flow)
{
    begin_step(flow, STEP_TWO);
}

/* Leaves a digit for this step in the store: what a flow does, and the place where it stands, must
 * be written together or not at all. */
static enum err_code leave_trace(struct flow *flow, struct store_tx *tx, int step, struct err *e)
{
    struct bytes trace;

    if (store_setting_get(tx, flow->mem, "trace", &trace, e) == ERR_NOT_FOUND)
        trace = bytes_of("");
    *e = (struct err){0};
    return store_setting_put(tx, "trace",
        bytes_of(
            mem_printf(flow->mem, "%.*s%d", (int)trace.len, (const char *)trace.data, step + 1)),
        e);
}

static const struct flow_kind other_flow;

static int settle_step(struct flow *flow, struct store_tx *tx, int step, struct err *e)
{
    char what = letter(script.settle[step], &script.settled[step]);

    script.attempts[step] = flow->job.attempts;
    script.interrupted[step] = flow->job.interrupted;
    script.outcome_was_there = flow->outcome != NULL && strcmp(flow->outcome, "outcome") == 0;
    CU_ASSERT_EQUAL(flow->now_ms, lab_now_ms());
    if (what != 'l' && leave_trace(flow, tx, step, e) != ERR_OK)
        return FLOW_END;
    switch (what) {
    case 'e':
        return FLOW_END;
    case 'l':
        flow->later_ms = script.later_ms;
        return FLOW_LATER;
    case 'j':
        return flow_later(flow, STEP_ONE, script.later_ms);
    case 'f':
        err_set(e, ERR_STORE, "it could not be written");
        return FLOW_END;
    case 's':
        flow_start(&other_flow, 0, tx, 99, flow->now_ms, e);
        return FLOW_END;
    default:
        return step + 1;
    }
}

static int settle_one(struct flow *flow, struct store_tx *tx, struct err *e)
{
    return settle_step(flow, tx, STEP_ONE, e);
}

static int settle_two(struct flow *flow, struct store_tx *tx, struct err *e)
{
    return settle_step(flow, tx, STEP_TWO, e);
}

static int settle_three(struct flow *flow, struct store_tx *tx, struct err *e)
{
    return settle_step(flow, tx, STEP_THREE, e);
}

static const struct flow_step steps[] = {
    [STEP_ONE] = {"one", begin_one, settle_one},
    [STEP_TWO] = {"two", begin_two, settle_two},
    [STEP_THREE] = {"three", NULL, settle_three}, /* waits for nothing: settles along with two */
};
static const struct flow_kind flow_by_script = {"script", steps, STEPS, load};

/* A flow of a single step, which only leaves its trace: the digit 8. */

static enum err_code load_other(struct flow *flow, struct store_tx *snapshot, struct err *e)
{
    (void)flow;
    (void)snapshot;
    (void)e;
    return ERR_OK;
}

static int settle_other(struct flow *flow, struct store_tx *tx, struct err *e)
{
    leave_trace(flow, tx, 7, e);
    return FLOW_END;
}

static const struct flow_step other_steps[] = {{"only", NULL, settle_other}};
static const struct flow_kind other_flow = {"other", other_steps, 1, load_other};

static const struct flow_kind *const kinds[] = {&flow_by_script, &other_flow, NULL};

/* A lab with a script that goes well. */
static void set_up(struct lab *lab)
{
    lab_open(lab);
    script = (struct script){
        .begin = {"t", "t", NULL}, .settle = {"n", "n", "e"}, .load = "o", .later_ms = 5000};
}

static enum err_code add_job(struct store_tx *tx, void *arg, struct err *e)
{
    return store_job_want(tx, "script", *(const int64_t *)arg, lab_now_ms(), e);
}

static void want_flow(struct lab *lab, int64_t subject)
{
    CU_ASSERT_EQUAL_FATAL(lab_in_store(lab, add_job, &subject), ERR_OK);
}

static const char *trace_of(struct lab *lab)
{
    struct err e = {0};
    struct store_tx *tx = store_snapshot_begin(lab->reader, lab->mem, &e);
    struct bytes trace = {NULL, 0};

    CU_ASSERT_PTR_NOT_NULL_FATAL(tx);
    store_setting_get(tx, lab->mem, "trace", &trace, &e);
    store_snapshot_end(tx);
    return bytes_string(lab->mem, trace);
}

/* Takes what is due, and runs it until it ends or pauses. */
static void run_due(struct lab_worker *worker)
{
    lab_worker_take(worker);
    lab_worker_finish(worker);
}

static void steps_run_in_order_each_in_its_transaction(void)
{
    struct lab_worker worker;
    struct lab lab;

    set_up(&lab);
    want_flow(&lab, 1);
    lab_worker_start(&worker, &lab, kinds);
    run_due(&worker);
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), "123");
    CU_ASSERT_EQUAL(script.loaded, 2); /* before each begin */
    CU_ASSERT_EQUAL(script.begun[STEP_ONE], 1);
    CU_ASSERT_EQUAL(script.begun[STEP_TWO], 1);
    CU_ASSERT(script.outcome_was_there); /* a step that waits for nothing has the one before's */
    CU_ASSERT_EQUAL(worker.progressed, 1);
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 0);
    lab_worker_end(&worker);
    lab_close(&lab);
}

static void a_call_may_be_done_before_begin_returns(void)
{
    struct lab_worker worker;
    struct lab lab;

    set_up(&lab);
    script.begin[STEP_ONE] = script.begin[STEP_TWO] = "d";
    for (int64_t subject = 1; subject <= 20; subject++)
        want_flow(&lab, subject);
    lab_worker_start(&worker, &lab, kinds);
    run_due(&worker);
    CU_ASSERT_EQUAL(strlen(trace_of(&lab)), 60);
    CU_ASSERT_EQUAL(worker.progressed, 20);
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 0);
    lab_worker_end(&worker);
    lab_close(&lab);
}

static void later_waits_and_counts_the_tries(void)
{
    struct lab_worker worker;
    struct lab lab;

    set_up(&lab);
    script.settle[STEP_TWO] = "lln";
    want_flow(&lab, 1);
    lab_worker_start(&worker, &lab, kinds);
    run_due(&worker);
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), "1");
    CU_ASSERT_EQUAL(worker.progressed, 1); /* who waits for it is told that it pauses */
    for (int tries = 1; tries <= 2; tries++) {
        CU_ASSERT_EQUAL(script.attempts[STEP_TWO], tries - 1);
        lab_pass(4999);
        run_due(&worker);
        CU_ASSERT_EQUAL(script.begun[STEP_TWO], tries); /* not a moment too soon */
        lab_pass(1);
        run_due(&worker);
        CU_ASSERT_EQUAL(script.begun[STEP_TWO], tries + 1);
    }
    CU_ASSERT_EQUAL(script.attempts[STEP_TWO], 2);
    CU_ASSERT_EQUAL(script.attempts[STEP_THREE], 0); /* each step has its own count */
    CU_ASSERT_EQUAL(script.begun[STEP_ONE], 1);
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), "123");
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 0);
    lab_worker_end(&worker);
    lab_close(&lab);
}

static void a_flow_may_go_on_later_with_another_step(void)
{
    struct lab_worker worker;
    struct lab lab;

    set_up(&lab);
    script.settle[STEP_TWO] = "ljn";
    want_flow(&lab, 1);
    lab_worker_start(&worker, &lab, kinds);
    run_due(&worker);
    lab_pass(5000);
    run_due(&worker);
    CU_ASSERT_EQUAL(script.attempts[STEP_TWO], 1);
    CU_ASSERT_EQUAL(lab_number(&lab, "SELECT step FROM job"), STEP_ONE);
    CU_ASSERT_EQUAL(lab_number(&lab, "SELECT attempts FROM job"), 1); /* of that step */
    run_due(&worker);
    CU_ASSERT_EQUAL(script.begun[STEP_ONE], 1);
    lab_pass(5000);
    run_due(&worker);
    CU_ASSERT_EQUAL(script.begun[STEP_ONE], 2);
    CU_ASSERT_EQUAL(script.attempts[STEP_TWO], 0);
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 0);
    lab_worker_end(&worker);
    lab_close(&lab);
}

/* Whose call ended well is never taken for interrupted, whatever became of the steps before. */
static void a_step_knows_whether_an_earlier_run_was_cut_off(void)
{
    struct lab_worker worker;
    struct lab lab;

    set_up(&lab);
    script.begin[STEP_TWO] = "ht";
    script.settle[STEP_TWO] = "lfn";
    want_flow(&lab, 1);
    lab_worker_start(&worker, &lab, kinds);
    lab_worker_take(&worker);
    while (script.begun[STEP_TWO] < 1)
        lab_worker_round(&worker);
    CU_ASSERT_FALSE(script.interrupted[STEP_ONE]);
    lab_worker_end(&worker); /* the process dies, or stops, while the call is under way */
    lab_restart(&lab);
    lab_worker_start(&worker, &lab, kinds);
    run_due(&worker);
    CU_ASSERT(script.interrupted[STEP_TWO]);
    CU_ASSERT_EQUAL(lab_number(&lab, "SELECT interrupted FROM job"), 0); /* it settled: later */
    lab_pass(5000);
    run_due(&worker); /* what it wrote is lost */
    CU_ASSERT_FALSE(script.interrupted[STEP_TWO]);
    CU_ASSERT_EQUAL(lab_number(&lab, "SELECT interrupted FROM job"), 1);
    lab_pass(60000);
    run_due(&worker);
    CU_ASSERT(script.interrupted[STEP_TWO]);
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 0);
    lab_worker_end(&worker);
    lab_close(&lab);
}

static void a_step_that_fails_has_done_nothing_and_is_put_off(void)
{
    struct lab_worker worker;
    struct lab lab;

    set_up(&lab);
    script.settle[STEP_ONE] = "ffn";
    want_flow(&lab, 1);
    lab_worker_start(&worker, &lab, kinds);
    run_due(&worker);
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), ""); /* what it wrote before it failed is undone */
    CU_ASSERT_EQUAL(worker.progressed, 1);
    run_due(&worker);
    CU_ASSERT_EQUAL(script.begun[STEP_ONE], 1); /* a second or so must pass */
    lab_pass(2000);
    run_due(&worker);
    CU_ASSERT_EQUAL(script.begun[STEP_ONE], 2);
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), "");
    lab_pass(4000);
    run_due(&worker);
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), "123");
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 0);
    lab_worker_end(&worker);
    lab_close(&lab);
}

/* The step before had settled well, but not been written: its call must be made again. */
static void a_step_that_fails_along_with_others_begins_where_the_row_stands(void)
{
    struct lab_worker worker;
    struct lab lab;

    set_up(&lab);
    script.settle[STEP_THREE] = "fe";
    want_flow(&lab, 1);
    lab_worker_start(&worker, &lab, kinds);
    run_due(&worker);
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), "1");
    CU_ASSERT_EQUAL(lab_count(&lab, "job WHERE step = 1"), 1);
    lab_pass(2000);
    run_due(&worker);
    CU_ASSERT_EQUAL(script.begun[STEP_TWO], 2);
    CU_ASSERT(script.outcome_was_there);
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), "123");
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 0);
    lab_worker_end(&worker);
    lab_close(&lab);
}

static void a_subject_that_is_gone_ends_the_flow(void)
{
    struct lab_worker worker;
    struct lab lab;

    set_up(&lab);
    script.load = "om"; /* it goes while step one is under way */
    want_flow(&lab, 1);
    lab_worker_start(&worker, &lab, kinds);
    run_due(&worker);
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), "1");
    CU_ASSERT_EQUAL(script.begun[STEP_TWO], 0);
    CU_ASSERT_EQUAL(worker.progressed, 1);
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 0);
    lab_worker_end(&worker);
    lab_close(&lab);
}

static void a_subject_that_cannot_be_read_is_looked_at_again(void)
{
    struct lab_worker worker;
    struct lab lab;

    set_up(&lab);
    script.load = "xo";
    want_flow(&lab, 1);
    lab_worker_start(&worker, &lab, kinds);
    run_due(&worker);
    CU_ASSERT_EQUAL(script.begun[STEP_ONE], 0);
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 1);
    lab_pass(2000);
    run_due(&worker);
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), "123");
    lab_worker_end(&worker);
    lab_close(&lab);
}

static void trouble_is_met_with_patience_that_grows(void)
{
    struct lab_worker worker;
    int64_t last_ms = 0;
    struct lab lab;

    set_up(&lab);
    script.settle[STEP_ONE] = "f";
    want_flow(&lab, 1);
    lab_worker_start(&worker, &lab, kinds);
    for (int tries = 1; tries <= 15; tries++) {
        int64_t waited_ms;

        run_due(&worker);
        CU_ASSERT_EQUAL_FATAL(script.begun[STEP_ONE], tries);
        waited_ms = lab_number(&lab, "SELECT run_at_ms FROM job") - lab_now_ms();
        lab_pass(waited_ms);
        CU_ASSERT(waited_ms >= last_ms * 3 / 4);
        CU_ASSERT(waited_ms <= 12 * 60 * 1000);
        last_ms = waited_ms;
    }
    CU_ASSERT(last_ms >= 8 * 60 * 1000); /* it ends up at ten minutes */
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), "");
    lab_worker_end(&worker);
    lab_close(&lab);
}

static void a_flow_that_a_flow_starts_runs_at_once(void)
{
    struct lab_worker worker;
    struct lab lab;

    set_up(&lab);
    script.settle[STEP_ONE] = "s";
    want_flow(&lab, 1);
    lab_worker_start(&worker, &lab, kinds);
    run_due(&worker);
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), "18");
    CU_ASSERT_EQUAL(worker.progressed, 2);
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 0);
    lab_worker_end(&worker);
    lab_close(&lab);
}

/* What a newer version has left, or a mistake: it must not be touched, and not stop the others. */
static enum err_code add_strange_jobs(struct store_tx *tx, void *arg, struct err *e)
{
    struct job beyond = {.kind = "script", .subject = 1, .step = STEPS},
               before = {.kind = "script", .subject = 2, .step = -1};

    (void)arg;
    store_job_want(tx, "from the future", 1, 0, e);
    store_job_start(tx, &beyond, 0, e);
    store_job_start(tx, &before, 0, e);
    return store_job_free_all(tx, e);
}

static void jobs_that_nobody_knows_are_left_alone(void)
{
    struct lab_worker worker;
    struct lab lab;

    set_up(&lab);
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&lab, add_strange_jobs, NULL), ERR_OK);
    want_flow(&lab, 3);
    lab_worker_start(&worker, &lab, kinds);
    run_due(&worker);
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), "123");
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 3);
    lab_worker_end(&worker);
    lab_close(&lab);
}

/* Two workers, one job. */
static void a_job_that_one_worker_has_no_other_takes(void)
{
    struct lab_worker first, second;
    struct lab lab;

    set_up(&lab);
    script.begin[STEP_ONE] = "h";
    want_flow(&lab, 1);
    lab_worker_start(&first, &lab, kinds);
    lab_worker_start(&second, &lab, kinds);
    lab_worker_take(&first);
    lab_worker_take(&second);
    CU_ASSERT_EQUAL(script.begun[STEP_ONE], 1);
    CU_ASSERT(flow_engine_is_idle(second.engine));
    CU_ASSERT_FALSE(flow_engine_is_idle(first.engine));

    lab_pass(JOB_LEASE_MS - 1);
    lab_worker_take(&second);
    CU_ASSERT_EQUAL(script.begun[STEP_ONE], 1);
    lab_pass(1); /* the lease is over: the first one is taken for dead */
    script.begin[STEP_ONE] = "t";
    run_due(&second);
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), "123");
    lab_worker_end(&first);
    lab_worker_end(&second);
    lab_close(&lab);
}

/* A disk that is full for a while: the flow goes on by itself, no lease need run out. */
static void a_store_that_cannot_write_is_waited_for(void)
{
    struct lab_worker worker;
    struct lab lab;

    set_up(&lab);
    want_flow(&lab, 1);
    lab_worker_start(&worker, &lab, kinds);
    lab_worker_take(&worker);
    lab_run_sql(&lab, "CREATE TRIGGER is_full BEFORE UPDATE ON job BEGIN"
                      " SELECT RAISE(FAIL, 'the disk is full'); END");
    while (worker.progressed == 0) /* the step could not be written, nor that it is put off */
        lab_worker_round(&worker);
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), "");
    CU_ASSERT_FALSE(flow_engine_is_idle(worker.engine));
    lab_run_sql(&lab, "DROP TRIGGER is_full");
    lab_worker_finish(&worker);
    lab_pass(10000); /* far less than a lease */
    run_due(&worker);
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), "123");
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 0);
    lab_worker_end(&worker);
    lab_close(&lab);
}

static void stop_ends_calls_and_keeps_rows(void)
{
    struct lab_worker worker;
    struct lab lab;

    set_up(&lab);
    script.begin[STEP_TWO] = "h";
    for (int64_t subject = 1; subject <= 3; subject++)
        want_flow(&lab, subject);
    lab_worker_start(&worker, &lab, kinds);
    lab_worker_take(&worker);
    while (script.begun[STEP_TWO] < 3)
        lab_worker_round(&worker);
    CU_ASSERT_FALSE(flow_engine_is_idle(worker.engine));
    flow_engine_stop(worker.engine);
    CU_ASSERT_EQUAL(script.cancelled, 3);
    CU_ASSERT(flow_engine_is_idle(worker.engine));
    lab_worker_end(&worker);
    CU_ASSERT_EQUAL(lab_count(&lab, "job WHERE step = 1"), 3);

    lab_restart(&lab);
    script.begin[STEP_TWO] = "t";
    lab_worker_start(&worker, &lab, kinds);
    run_due(&worker);
    CU_ASSERT_EQUAL(script.begun[STEP_ONE], 3); /* what was done is not done again */
    CU_ASSERT_EQUAL(strlen(trace_of(&lab)), 9);
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 0);
    lab_worker_end(&worker);
    lab_close(&lab);
}

static void after_stop_nothing_begins(void)
{
    struct lab_worker worker;
    struct lab lab;

    set_up(&lab);
    want_flow(&lab, 1);
    lab_worker_start(&worker, &lab, kinds);
    flow_engine_stop(worker.engine);
    lab_worker_take(&worker); /* a request of its worker's was under way */
    CU_ASSERT_EQUAL(script.loaded, 0);
    CU_ASSERT(flow_engine_is_idle(worker.engine));
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 1);
    lab_worker_end(&worker);
    lab_close(&lab);
}

/* The worker dies after so many rounds; a second one goes on. Whatever the moment, each step has
 * its effect once. True: the flow had ended before. */
static bool survives_death_after(int rounds, const char *begin)
{
    struct lab_worker worker;
    struct lab lab;
    bool had_ended;

    set_up(&lab);
    script.begin[STEP_ONE] = script.begin[STEP_TWO] = begin;
    script.settle[STEP_TWO] = "fln"; /* with some trouble on the way */
    script.later_ms = 0;
    want_flow(&lab, 1);
    lab_worker_start(&worker, &lab, kinds);
    lab_worker_take(&worker);
    for (int i = 0; i < rounds && !flow_engine_is_idle(worker.engine); i++) {
        lab_worker_round(&worker);
        lab_pass(10000);
        if (flow_engine_is_idle(worker.engine))
            lab_worker_take(&worker);
    }
    lab_worker_end(&worker);
    had_ended = lab_count(&lab, "job") == 0;

    lab_restart(&lab);
    lab_worker_start(&worker, &lab, kinds);
    for (int i = 0; i < 5; i++) {
        lab_pass(10000);
        run_due(&worker);
    }
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), "123");
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 0);
    lab_worker_end(&worker);
    lab_close(&lab);
    return had_ended;
}

static void death_at_any_moment_repeats_a_call_but_never_its_effect(void)
{
    static const char *const begins[] = {"t", "d"};

    for (size_t i = 0; i < COUNT(begins); i++) {
        int rounds = 0;

        while (!survives_death_after(rounds, begins[i]))
            rounds++;
        CU_ASSERT(rounds >= 3); /* it did die on the way */
    }
}

/* The clock jumps past a lease, and two workers are at one job: only who holds it now has effects.
 */
static void a_flow_whose_lease_ran_out_ends_without_effect(void)
{
    struct lab_worker late, now;
    struct lab lab;

    set_up(&lab);
    want_flow(&lab, 1);
    lab_worker_start(&late, &lab, kinds);
    lab_worker_start(&now, &lab, kinds);
    lab_worker_take(&late);
    lab_pass(JOB_LEASE_MS);
    lab_worker_take(&now);
    CU_ASSERT_EQUAL_FATAL(script.begun[STEP_ONE], 2);
    lab_worker_finish(&late);
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), "");
    CU_ASSERT_EQUAL(late.progressed, 1);
    lab_worker_finish(&now);
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), "123");
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 0);
    lab_worker_end(&late);
    lab_worker_end(&now);
    lab_close(&lab);
}

/* The engine by itself. */

static void due_jobs_are_found_without_being_told(void)
{
    struct lab_worker worker;
    struct lab lab;

    set_up(&lab);
    lab_worker_start(&worker, &lab, kinds);
    flow_engine_watch(worker.engine);
    for (int64_t subject = 1; subject <= 100; subject++) /* more than are taken at a time */
        want_flow(&lab, subject);
    while (lab_count(&lab, "job") > 0)
        lab_worker_round(&worker);
    CU_ASSERT_EQUAL(strlen(trace_of(&lab)), 300);
    lab_worker_end(&worker);
    lab_close(&lab);
}

struct start_request {
    struct store_task task;
    struct lab_worker *worker;
    bool answered;
};

static enum err_code run_request(struct store_tx *tx, struct store_task *task, struct err *e)
{
    (void)task;
    return flow_start(&flow_by_script, 0, tx, 1, lab_now_ms(), e);
}

static void on_answered(struct store_task *task)
{
    struct start_request *request = (struct start_request *)(void *)task;

    request->answered = true;
    flow_engine_run(request->worker->engine, task->started);
}

static void a_request_starts_its_flow_on_its_own_worker(void)
{
    struct lab_worker worker;
    struct lab lab;

    set_up(&lab);
    lab_worker_start(&worker, &lab, kinds);
    struct start_request request = {.task = {.run = run_request,
                                        .on_done = on_answered,
                                        .loop = worker.loop,
                                        .mem = mem_pool(NULL, 1024)},
        .worker = &worker};
    CU_ASSERT_FATAL(store_submit(lab.store, &request.task));
    while (!request.answered)
        lab_worker_round(&worker);
    lab_worker_finish(&worker);
    CU_ASSERT_STRING_EQUAL(trace_of(&lab), "123");
    mem_free(request.task.mem);
    lab_worker_end(&worker);
    lab_close(&lab);
}

static void backoff_doubles_up_to_its_bound_give_or_take_an_eighth(void)
{
    static const struct {
        int attempt;
        int64_t base_ms, max_ms, middle_ms;
    } rows[] = {
        {0, 1000, 60000, 1000},
        {1, 1000, 60000, 1000},
        {2, 1000, 60000, 2000},
        {3, 1000, 60000, 4000},
        {6, 1000, 60000, 32000},
        {7, 1000, 60000, 60000},
        {8, 1000, 60000, 60000},
        {1000000, 1000, 60000, 60000},
        {1, 5000, 1000, 1000},
        {63, 1, INT64_MAX / 2, INT64_C(1) << 62},
        {1, 0, 0, 0},
        {1, 1, 1, 1},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t middle = rows[i].middle_ms > rows[i].max_ms ? rows[i].max_ms : rows[i].middle_ms;
        int64_t least = INT64_MAX, most = 0;

        for (int n = 0; n < 2000; n++) {
            int64_t ms = flow_backoff_ms(rows[i].attempt, rows[i].base_ms, rows[i].max_ms);

            CU_ASSERT(ms >= middle - middle / 8 && ms <= middle + middle / 8 + 1);
            least = ms < least ? ms : least;
            most = ms > most ? ms : most;
        }
        if (middle >= 1000) /* jitter is really there */
            CU_ASSERT(most - least > middle / 8);
    }
}

static const struct test tests[] = {
    {"steps run in order, each in its transaction", steps_run_in_order_each_in_its_transaction},
    {"a call may be done before begin returns", a_call_may_be_done_before_begin_returns},
    {"later waits, and counts the tries", later_waits_and_counts_the_tries},
    {"a flow may go on later with another step", a_flow_may_go_on_later_with_another_step},
    {"a step knows whether an earlier run was cut off",
        a_step_knows_whether_an_earlier_run_was_cut_off},
    {"a step that fails has done nothing and is put off",
        a_step_that_fails_has_done_nothing_and_is_put_off},
    {"a step that fails along with others begins where the row stands",
        a_step_that_fails_along_with_others_begins_where_the_row_stands},
    {"a subject that is gone ends the flow", a_subject_that_is_gone_ends_the_flow},
    {"a subject that cannot be read is looked at again",
        a_subject_that_cannot_be_read_is_looked_at_again},
    {"trouble is met with patience that grows", trouble_is_met_with_patience_that_grows},
    {"a flow that a flow starts runs at once", a_flow_that_a_flow_starts_runs_at_once},
    {"jobs that nobody knows are left alone", jobs_that_nobody_knows_are_left_alone},
    {"a job that one worker has no other takes", a_job_that_one_worker_has_no_other_takes},
    {"a store that cannot write is waited for", a_store_that_cannot_write_is_waited_for},
    {"stop ends calls and keeps rows", stop_ends_calls_and_keeps_rows},
    {"after stop nothing begins", after_stop_nothing_begins},
    {"death at any moment repeats a call but never its effect",
        death_at_any_moment_repeats_a_call_but_never_its_effect},
    {"a flow whose lease ran out ends without effect",
        a_flow_whose_lease_ran_out_ends_without_effect},
    {"due jobs are found without being told", due_jobs_are_found_without_being_told},
    {"a request starts its flow on its own worker", a_request_starts_its_flow_on_its_own_worker},
    {"backoff doubles up to its bound, give or take an eighth",
        backoff_doubles_up_to_its_bound_give_or_take_an_eighth},
    {NULL, NULL},
};
extern const struct test_suite suite_flow;
const struct test_suite suite_flow = {"flow", tests};
