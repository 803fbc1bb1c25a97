/* flow - see flow.h. */
#include "acme/flow.h"

#include <stddef.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "store/job.h"

/* How often a worker looks for due jobs, how many it takes at a time, and how many it has under way
 * at most. */
#define WATCH_MS      500
#define TAKE_MAX      64
#define UNDER_WAY_MAX 2048

/* After an error of ours (the store, a bug) a step is tried again. */
#define TROUBLE_BASE_MS 1000
#define TROUBLE_MAX_MS  (10 * 60 * 1000)

/* While nothing can be written: together less than a lease. */
#define STORE_WAIT_MS   2000
#define STORE_WAITS_MAX 100

struct flow_engine {
    const struct world *world;
    const struct flow_kind *const *kinds;
    void (*on_progress)(void *arg, const char *kind, int64_t subject);
    void *arg;
    struct flow *flows; /* all under way */
    unsigned under_way;
    struct loop_timer *watch;
    struct store_task take; /* of due jobs */
    bool taking;
    bool stopping;
};

struct upstream *world_upstream(const struct world *world, const char *name)
{
    for (size_t i = 0; i < world->upstreams_len; i++)
        if (strcmp(world->upstreams[i]->name, name) == 0)
            return world->upstreams[i];
    return NULL;
}

int64_t flow_backoff_ms(int attempt, int64_t base_ms, int64_t max_ms)
{
    int64_t wait = base_ms;

    for (int i = 1; i < attempt && wait < max_ms; i++)
        wait *= 2;
    if (wait > max_ms)
        wait = max_ms;
    return wait - wait / 8 + (int64_t)rand_below((uint64_t)wait / 4 + 1);
}

enum err_code flow_start(const struct flow_kind *kind, int step, struct store_tx *tx,
    int64_t subject, int64_t now_ms, struct err *e)
{
    struct job job = {.kind = kind->name, .subject = subject, .step = step};

    return store_job_start(tx, &job, now_ms, e);
}

static const struct flow_kind *find_kind(const struct flow_engine *engine, const char *name)
{
    for (const struct flow_kind *const *kind = engine->kinds; *kind != NULL; kind++)
        if (strcmp((*kind)->name, name) == 0)
            return *kind;
    return NULL;
}

static void flow_free(struct flow *flow)
{
    *flow->previous = flow->next;
    if (flow->next != NULL)
        flow->next->previous = flow->previous;
    flow->engine->under_way--;
    loop_cancel(&flow->store_wait);
    mem_free(flow);
}

static void progress(struct flow *flow)
{
    if (flow->engine->on_progress != NULL)
        flow->engine->on_progress(flow->engine->arg, flow->kind->name, flow->job.subject);
}

static void begin(struct flow *flow);
static void put_off(struct flow *flow);
static void wait_for_store(struct flow *flow);

/* What the last transaction of the flow decided, back on the worker. */
static void on_settled(struct store_task *task)
{
    struct flow *flow = (struct flow *)(void *)((char *)task - offsetof(struct flow, task));

    if (flow->lost)
        log_info(
            "flow_lost", LOG_STR("kind", flow->kind->name), LOG_INT("subject", flow->job.subject));
    else if (task->e.code != ERR_OK)
        log_error("flow_failed", LOG_STR("kind", flow->kind->name),
            LOG_INT("subject", flow->job.subject),
            LOG_STR("step", flow->kind->steps[flow->job.step].name),
            LOG_STR("detail", task->e.detail), LOG_STR("internal", task->e.internal));
    flow_engine_run(flow->engine, task->started);
    if (task->e.code == ERR_OK && flow->next_step >= 0 && !flow->engine->stopping) {
        flow->job.step = flow->next_step;
        flow->job.attempts = 0;
        flow->job.interrupted = false;
        flow->job.leased_until_ms = flow->next_lease_ms;
        begin(flow);
        return;
    }
    if (task->e.code != ERR_OK && !flow->in_trouble && !flow->lost) {
        put_off(flow);
        return;
    }
    progress(flow);
    if (task->e.code == ERR_STORE)
        wait_for_store(flow);
    else
        flow_free(flow);
}

static void log_step(const struct flow *flow, int step, int next)
{
    log_debug("flow_step", LOG_STR("kind", flow->kind->name), LOG_INT("subject", flow->job.subject),
        LOG_STR("step", flow->kind->steps[step].name),
        LOG_STR("next", next >= 0          ? flow->kind->steps[next].name
                        : next == FLOW_END ? "end"
                                           : "later"));
}

/* Stores where the flow stands now: gone, waiting, or at a step that begins with a call. If the row
 * is no longer this flow's, whoever has it now does the work: what was settled here is undone. */
static enum err_code store_place(struct flow *flow, struct store_tx *tx, int next, struct err *e)
{
    struct job job = flow->job;

    job.interrupted = flow->in_trouble && (flow->begun || job.interrupted);
    if (next == FLOW_LATER) {
        job.attempts++;
        job.run_at_ms = flow->now_ms + flow->later_ms;
    } else if (next != FLOW_END) {
        job.step = next;
        job.attempts = 0;
        job.run_at_ms = flow->now_ms;
    }
    if (next == FLOW_END)
        store_job_end(tx, &job, e);
    else
        store_job_update(tx, &job, next != FLOW_LATER, flow->now_ms, e);
    flow->next_lease_ms = job.leased_until_ms;
    flow->lost = e->code == ERR_NOT_FOUND;
    return e->code;
}

/* Settles the step that has its outcome, and those after it that wait for nothing. */
static enum err_code run_settle(struct store_tx *tx, struct store_task *task, struct err *e)
{
    struct flow *flow = (struct flow *)(void *)((char *)task - offsetof(struct flow, task));
    int step, next;

    flow->now_ms = flow->world->now_ms();
    for (;;) {
        step = flow->job.step;
        next = flow->kind->steps[step].settle(flow, tx, e);
        if (e->code != ERR_OK)
            return e->code;
        log_step(flow, step, next);
        if (next < 0 || flow->kind->steps[next].begin != NULL)
            break;
        flow->job.step = next;
        flow->job.attempts = 0;
    }
    flow->next_step = next;
    return store_place(flow, tx, next, e);
}

/* Nothing could be done: there is nothing left to do, or it is tried again later. */
static enum err_code run_put_off(struct store_tx *tx, struct store_task *task, struct err *e)
{
    struct flow *flow = (struct flow *)(void *)((char *)task - offsetof(struct flow, task));

    flow->now_ms = flow->world->now_ms();
    flow->later_ms = flow_backoff_ms(flow->job.attempts + 1, TROUBLE_BASE_MS, TROUBLE_MAX_MS);
    flow->next_step = flow->ended ? FLOW_END : FLOW_LATER;
    return store_place(flow, tx, flow->next_step, e);
}

static void submit(
    struct flow *flow, enum err_code (*run)(struct store_tx *, struct store_task *, struct err *))
{
    flow->task.run = run;
    flow->task.on_done = on_settled;
    flow->task.loop = flow->world->loop;
    flow->task.mem = flow->mem;
    if (!store_submit(flow->world->store, &flow->task)) {
        progress(flow);
        wait_for_store(flow);
    }
}

/* Says in the row that the step is to be tried later. Back to where the row stands: of the steps
 * that settled together none did. */
static void put_off(struct flow *flow)
{
    flow->job.step = flow->stored_step;
    flow->job.attempts = flow->stored_attempts;
    flow->in_trouble = true;
    submit(flow, run_put_off);
}

static void on_store_wait(void *arg)
{
    struct flow *flow = arg;

    flow->store_wait = NULL;
    put_off(flow);
}

/* Not even that could be written: the disk is full, the queue is. While the lease lasts it is tried
 * again, so that the flow goes on soon after the store does; then the lease runs out, and whoever
 * finds the row has it. */
static void wait_for_store(struct flow *flow)
{
    if (flow->engine->stopping || ++flow->store_waits > STORE_WAITS_MAX) {
        flow_free(flow);
        return;
    }
    flow->store_wait = loop_after(flow->world->loop, STORE_WAIT_MS, on_store_wait, flow);
}

void flow_done(struct flow *flow)
{
    flow->cancel = NULL;
    submit(flow, run_settle);
}

int flow_later(struct flow *flow, int step, int64_t ms)
{
    if (step != flow->job.step)
        flow->job.attempts = 0;
    flow->job.step = step;
    flow->later_ms = ms;
    return FLOW_LATER;
}

/* Reads the subject anew: what the last transaction wrote is there, and nothing is remembered
 * elsewhere. */
static enum err_code load(struct flow *flow, struct err *e)
{
    struct store_tx *tx;
    enum err_code code;

    mem_free(flow->mem);
    flow->mem = mem_pool(flow, 4096);
    flow->subject = NULL;
    flow->outcome = NULL;
    flow->begun = false;
    flow->settings = flow->world->settings;
    tx = store_snapshot_begin(flow->world->reader, flow->mem, e);
    if (tx == NULL)
        return e->code;
    code = flow->kind->load(flow, tx, e);
    store_snapshot_end(tx);
    return code;
}

static void begin(struct flow *flow)
{
    struct err e = {0};

    flow->stored_step = flow->job.step;
    flow->stored_attempts = flow->job.attempts;
    if (load(flow, &e) != ERR_OK) {
        flow->ended = e.code == ERR_NOT_FOUND;
        log_warning("flow_not_begun", LOG_STR("kind", flow->kind->name),
            LOG_INT("subject", flow->job.subject), LOG_STR("detail", e.detail),
            LOG_STR("internal", e.internal));
        put_off(flow);
    } else if (flow->kind->steps[flow->job.step].begin == NULL) {
        submit(flow, run_settle);
    } else {
        flow->begun = true;
        flow->kind->steps[flow->job.step].begin(flow);
    }
}

static void start(struct flow_engine *engine, const struct job *job)
{
    const struct flow_kind *kind = find_kind(engine, job->kind);
    struct flow *flow;

    if (kind == NULL || job->step < 0 || job->step >= kind->steps_len) {
        log_error("job_unknown", LOG_INT("job", job->id), LOG_STR("kind", job->kind),
            LOG_INT("step", job->step));
        return;
    }
    flow = mem_new(NULL, struct flow);
    flow->engine = engine;
    flow->world = engine->world;
    flow->kind = kind;
    flow->job = *job;
    flow->job.kind = kind->name;
    flow->job.last_error = NULL;
    flow->next = engine->flows;
    flow->previous = &engine->flows;
    if (flow->next != NULL)
        flow->next->previous = &flow->next;
    engine->flows = flow;
    engine->under_way++;
    begin(flow);
}

void flow_engine_run(struct flow_engine *engine, const struct store_started *started)
{
    const struct store_started *next;

    for (; started != NULL && !engine->stopping; started = next) {
        next = started->next; /* a flow that cannot begin may end what the list hangs on */
        start(engine, &started->job);
    }
}

/* Watching for due jobs. */

static void on_watch(void *arg);

static void watch_again(struct flow_engine *engine, int64_t ms)
{
    if (!engine->stopping)
        engine->watch = loop_after(engine->world->loop, ms, on_watch, engine);
}

static void on_taken(struct store_task *task)
{
    struct flow_engine *engine =
        (struct flow_engine *)(void *)((char *)task - offsetof(struct flow_engine, take));

    engine->taking = false;
    flow_engine_run(engine, task->started);
    watch_again(engine, task->started == NULL ? WATCH_MS : 1);
    mem_free(task->mem);
}

static enum err_code run_take(struct store_tx *tx, struct store_task *task, struct err *e)
{
    struct flow_engine *engine =
        (struct flow_engine *)(void *)((char *)task - offsetof(struct flow_engine, take));

    return store_job_take_due(tx, engine->world->now_ms(), TAKE_MAX, e);
}

static bool any_due(struct flow_engine *engine)
{
    void *mem = mem_pool(NULL, 1024);
    struct err e = {0};
    struct store_tx *tx = store_snapshot_begin(engine->world->reader, mem, &e);
    bool any = false;

    if (tx != NULL) {
        store_job_any_due(tx, engine->world->now_ms(), &any, &e);
        store_snapshot_end(tx);
    }
    mem_free(mem);
    return any;
}

static void on_watch(void *arg)
{
    struct flow_engine *engine = arg;

    engine->watch = NULL;
    if (engine->under_way < UNDER_WAY_MAX && any_due(engine)) {
        engine->take = (struct store_task){.run = run_take,
            .on_done = on_taken,
            .loop = engine->world->loop,
            .mem = mem_pool(NULL, 4096)};
        engine->taking = store_submit(engine->world->store, &engine->take);
        if (engine->taking)
            return;
        mem_free(engine->take.mem);
    }
    watch_again(engine, WATCH_MS);
}

struct flow_engine *flow_engine_new(void *mem, const struct world *world,
    const struct flow_kind *const *kinds,
    void (*on_progress)(void *arg, const char *kind, int64_t subject), void *arg)
{
    struct flow_engine *engine = mem_new(mem, struct flow_engine);

    engine->world = world;
    engine->kinds = kinds;
    engine->on_progress = on_progress;
    engine->arg = arg;
    return engine;
}

void flow_engine_watch(struct flow_engine *engine)
{
    watch_again(engine, (int64_t)rand_below(WATCH_MS));
}

void flow_engine_stop(struct flow_engine *engine)
{
    struct flow *next;

    engine->stopping = true;
    loop_cancel(&engine->watch);
    for (struct flow *flow = engine->flows; flow != NULL; flow = next) {
        next = flow->next;
        if (flow->cancel != NULL)
            flow->cancel(flow);
        if (flow->cancel != NULL || flow->store_wait != NULL)
            flow_free(flow);
    }
}

bool flow_engine_is_idle(const struct flow_engine *engine)
{
    return engine->flows == NULL && !engine->taking;
}
