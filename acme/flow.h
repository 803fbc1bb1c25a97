/* flow - the engine of everything that outlives a request.
 *
 * A flow is a table of steps. A step has two halves with different rights: `begin` runs on a
 * worker's loop and starts one asynchronous call, with no access to the store; `settle` runs in a
 * store transaction with what the call brought, with no access to the network, and names the next
 * step. The job row is the only memory of where a flow stands: after a crash the step simply runs
 * again, so every begin must be safe to repeat.
 *
 *     job row -> load (snapshot) -> begin ... flow_done -> settle (transaction) -> next step |
 * later | end
 *
 * Steps whose begin is NULL settle in the same transaction as the one before them.
 *
 * The engine knows nothing of orders or challenges; their files know nothing of threads and leases.
 */
#ifndef COUNTERSIGN_ACME_FLOW_H
#define COUNTERSIGN_ACME_FLOW_H

#include "acme/world.h"

struct flow;
struct flow_engine;

/* What settle may return besides the number of the next step. */
enum { FLOW_END = -1, FLOW_LATER = -2 };

struct flow_step {
    const char *name; /* what log and admin API show */
    /* Starts one call whose callback says flow_done(flow); NULL: nothing to wait for. */
    void (*begin)(struct flow *flow);
    /* The next step, FLOW_END, or FLOW_LATER: this step again, flow->later_ms from now. On an error
     * (return value of no meaning then) nothing is written and the step is tried again later. */
    int (*settle)(struct flow *flow, struct store_tx *tx, struct err *e);
};

struct flow_kind {
    const char *name; /* of its jobs */
    const struct flow_step *steps;
    int steps_len;
    /* Reads flow->job.subject into flow->subject, on flow->mem, before each begin. ERR_NOT_FOUND
     * ends the flow: there is nothing left to do. */
    enum err_code (*load)(struct flow *flow, struct store_tx *snapshot, struct err *e);
};

struct flow {
    void *mem; /* of this step: emptied before the next load */
    const struct world *world;
    const struct acme_settings *settings; /* as they were when the step began */
    /* As stored. attempts counts earlier tries of this step that ended with FLOW_LATER.
     * interrupted: one began a call and nobody knows how that ended (the process died, the outcome
     * could not be stored); never set when this step follows another's settle at once. */
    struct job job;
    void *subject;    /* what load read */
    void *outcome;    /* what the callback brought, for settle */
    int64_t later_ms; /* with FLOW_LATER */
    void (*cancel)(struct flow
            *flow); /* set by begin while its call is under way: ends it, no callback comes */
    int64_t now_ms; /* of the transaction, for settle */

    struct flow_engine *engine; /* private from here */
    const struct flow_kind *kind;
    struct store_task task;
    struct flow *next, **previous;
    int stored_step, stored_attempts; /* of the row, when the step began */
    int next_step;
    int64_t next_lease_ms; /* of the row, once the transaction is committed */
    bool begun;            /* the step's begin was called */
    bool ended, in_trouble, lost;
    struct loop_timer *store_wait; /* until the store may write again */
    int store_waits;
};

/* The callback of a begin has filled in flow->outcome. */
void flow_done(struct flow *flow);

/* For settle: `return flow_later(flow, step, ms)` goes on with that step, this one or another, so
 * much later. */
int flow_later(struct flow *flow, int step, int64_t ms);

/* One engine a worker. `kinds` ends with NULL. on_progress (may be NULL): a flow has ended or will
 * do nothing for a while; for replies that are held for it. */
struct flow_engine *flow_engine_new(void *mem, const struct world *world,
    const struct flow_kind *const *kinds,
    void (*on_progress)(void *arg, const char *kind, int64_t subject), void *arg);

/* Goes on with jobs that a task of this worker's started or took, on the loop, right away. */
void flow_engine_run(struct flow_engine *engine, const struct store_started *started);

/* Looks for due jobs now and then; the first time after a random moment, so that workers take
 * turns. */
void flow_engine_watch(struct flow_engine *engine);

/* Ends all calls under way and takes no more jobs; their rows stay. */
void flow_engine_stop(struct flow_engine *engine);

/* True when no flow is inside a store transaction any more; after flow_engine_stop, ask until it
 * is. */
bool flow_engine_is_idle(const struct flow_engine *engine);

/* Adds a job of `kind` about `subject`, at `step`, for the worker of this task to start
 * after the commit. */
enum err_code flow_start(const struct flow_kind *kind, int step, struct store_tx *tx,
    int64_t subject, int64_t now_ms, struct err *e);

/* Milliseconds before try number `attempt` (1, 2, ...): base, doubled each time up to max, with a
 * quarter of jitter. */
int64_t flow_backoff_ms(int attempt, int64_t base_ms, int64_t max_ms);

#endif
