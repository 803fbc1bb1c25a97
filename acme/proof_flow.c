/* proof_flow - see proof_flow.h. */
#include "acme/proof_flow.h"

#include <string.h>

#include "acme/order_flow.h"
#include "acme/proof_file.h"
#include "acme/proof_method.h"
#include "acme/proofs.h"
#include "acme/revalidation_flow.h"
#include "base/dns_update.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/process.h"
#include "store/action.h"
#include "store/job.h"
#include "store/proof.h"

/* The numbers stand in job rows: never change them. */
enum proof_step { STEP_PRESENT, STEP_LOOK, STEP_REST, STEP_REMOVE };

#define PRESENT_BASE_MS 5000
#define PRESENT_MAX_MS  (10 * 60 * 1000)
/* Secondaries and caches follow within seconds, or a vendor's own retries will do. */
#define LOOK_BASE_MS 500
#define LOOK_MAX_MS  (30 * 1000)
#define LOOK_TRIES   10
/* The end of an action wakes the job; this is for what was missed. */
#define REST_MS        (10 * 60 * 1000)
#define REMOVE_BASE_MS 5000
#define REMOVE_MAX_MS  (60 * 60 * 1000)
#define REMOVE_TRIES   200 /* a week and more */

struct proof_subject {
    struct vendor_proof proof;
    const char *owner_flow; /* what waits for it: an order, a validation */
    int64_t owner;
    bool is_leaving;                   /* or its owner has ended */
    bool is_shared;                    /* another owner has the same to be published */
    const struct proof_method *method; /* NULL: nobody here publishes it */
};

struct proof_outcome {
    enum err_code result;
    const char *why;
    bool found;
    struct dns_update *update; /* under way; one of the two */
    struct process *process;
};

const struct proof_method *proof_method_of(
    const struct proof_methods *methods, const char *upstream)
{
    for (size_t i = 0; i < methods->len; i++)
        if (methods->list[i].way != PROOF_WAY_OPERATOR &&
            strcmp(methods->list[i].upstream, upstream) == 0)
            return &methods->list[i];
    return NULL;
}

/* Loading. */

static bool is_over(const struct action *action)
{
    return action->state == ACTION_DONE || action->state == ACTION_FAILED;
}

static enum err_code find_shared(
    struct store_tx *tx, void *mem, struct proof_subject *s, struct err *e)
{
    struct vendor_proof *list;
    size_t len;

    if (store_proof_named(tx, mem, s->proof.kind, s->proof.name, &list, &len, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < len; i++)
        s->is_shared |= list[i].id != s->proof.id && strcmp(list[i].value, s->proof.value) == 0 &&
                        strcmp(list[i].domain, s->proof.domain) == 0 &&
                        strcmp(list[i].upstream, s->proof.upstream) == 0;
    return ERR_OK;
}

static enum err_code load_action(
    struct flow *flow, struct store_tx *snapshot, struct proof_subject *s, struct err *e)
{
    struct action action;

    if (store_action_get(snapshot, flow->mem, s->proof.owner.id, &action, e) != ERR_OK)
        return e->code;
    s->owner_flow = order_flow.name;
    s->owner = action.order_id;
    s->is_leaving |= is_over(&action);
    return ERR_OK;
}

static enum err_code load_validation(
    struct flow *flow, struct store_tx *snapshot, struct proof_subject *s, struct err *e)
{
    struct validation validation;

    if (store_validation_get(snapshot, flow->mem, s->proof.owner.id, &validation, e) != ERR_OK)
        return e->code;
    s->owner_flow = revalidation_flow.name;
    s->owner = validation.id;
    s->is_leaving |= !validation.renewing;
    return ERR_OK;
}

static enum err_code load_owner(
    struct flow *flow, struct store_tx *snapshot, struct proof_subject *s, struct err *e)
{
    switch (s->proof.owner.kind) {
    case PROOF_OF_ACTION:
        return load_action(flow, snapshot, s, e);
    case PROOF_OF_VALIDATION:
        return load_validation(flow, snapshot, s, e);
    }
    return err_set(e, ERR_BUG, "a proof of nothing");
}

static enum err_code load(struct flow *flow, struct store_tx *snapshot, struct err *e)
{
    struct proof_subject *s = mem_new(flow->mem, struct proof_subject);

    flow->subject = s;
    if (store_proof_get(snapshot, flow->mem, flow->job.subject, &s->proof, e) != ERR_OK)
        return e->code;
    s->is_leaving = s->proof.state == VENDOR_PROOF_LEAVING;
    s->method = proof_method_of(&flow->settings->proof_methods, s->proof.upstream);
    return load_owner(flow, snapshot, s, e) == ERR_OK ? find_shared(snapshot, flow->mem, s, e)
                                                      : e->code;
}

/* Calls. */

static struct proof_outcome *outcome_new(struct flow *flow)
{
    flow->outcome = mem_new(flow->mem, struct proof_outcome);
    return flow->outcome;
}

static void on_updated(void *arg, const struct dns_update_result *result)
{
    struct flow *flow = arg;
    struct proof_outcome *o = flow->outcome;

    o->update = NULL;
    o->result = result->result;
    o->why = mem_strdup(flow->mem, result->why);
    o->found = result->found;
    flow_done(flow);
}

static void cancel_call(struct flow *flow)
{
    struct proof_outcome *o = flow->outcome;

    dns_update_cancel(&o->update);
    process_cancel(&o->process);
}

static void update(struct flow *flow, enum dns_update_verb verb)
{
    const struct proof_subject *s = flow->subject;
    struct proof_outcome *o = outcome_new(flow);
    struct dns_update_options options = {
        .loop = flow->world->loop,
        .server = &s->method->server,
        .key = s->method->key,
        .zone = s->method->zone,
        .timeout_ms = s->method->timeout_ms,
        .verb = verb,
        .kind = s->proof.kind == VENDOR_PROOF_TXT ? DNS_UPDATE_TXT : DNS_UPDATE_CNAME,
        .name = s->proof.name,
        .value = s->proof.value,
        .ttl_s = s->method->ttl_s,
    };

    dns_update_start(&options, on_updated, flow, &o->update);
    flow->cancel = cancel_call;
}

static void on_ended(void *arg, const struct process_result *result)
{
    struct flow *flow = arg;
    struct proof_outcome *o = flow->outcome;

    o->process = NULL;
    o->result = result->result;
    o->why = *result->output == '\0' ? mem_strdup(flow->mem, result->why)
                                     : mem_printf(flow->mem, "%s: %s", result->why, result->output);
    flow_done(flow);
}

static void run_program(struct flow *flow, const char *verb)
{
    const struct proof_subject *s = flow->subject;
    struct proof_outcome *o = outcome_new(flow);
    const char *const argv[] = {s->method->program, verb, proof_kind_words[s->proof.kind],
        s->proof.name, s->proof.value, s->proof.domain, NULL};

    process_start(flow->world->loop, argv, s->method->timeout_ms, on_ended, flow, &o->process);
    flow->cancel = cancel_call;
}

/* Nothing is sent, and this is what came of it. */
static void answer_ourselves(struct flow *flow, enum err_code result, const char *why)
{
    struct proof_outcome *o = outcome_new(flow);

    o->result = result;
    o->why = why;
    flow_done(flow);
}

/* present, look. */

static bool is_wanted_here(const struct proof_subject *s)
{
    return !s->is_leaving && s->method != NULL;
}

/* Why the method cannot publish it, or NULL. A program may publish anything. */
static const char *why_not(const struct proof_subject *s)
{
    bool is_file = s->proof.kind == VENDOR_PROOF_HTTP;

    if (s->method->way == PROOF_WAY_RFC2136 && is_file)
        return "the vendor wants a file by HTTP, which is no record";
    if (s->method->way == PROOF_WAY_HTTP && !is_file)
        return "the vendor wants a record in DNS, which is no file";
    if (s->method->way == PROOF_WAY_HTTP && !proof_file_is_possible(&s->proof))
        return "the vendor wants a file that cannot be answered for here";
    return NULL;
}

static void begin_present(struct flow *flow)
{
    const struct proof_subject *s = flow->subject;

    if (!is_wanted_here(s))
        answer_ourselves(flow, ERR_OK, "");
    else if (why_not(s) != NULL)
        answer_ourselves(flow, ERR_INPUT, why_not(s));
    else if (s->method->way == PROOF_WAY_EXEC)
        run_program(flow, "present");
    else if (s->method->way == PROOF_WAY_HTTP) /* who asks is answered from the row */
        answer_ourselves(flow, ERR_OK, "");
    else
        update(flow, DNS_UPDATE_ADD);
}

/* A program has looked itself before it said that all is done; for files we answer ourselves. */
static void begin_look(struct flow *flow)
{
    const struct proof_subject *s = flow->subject;

    if (is_wanted_here(s) && s->method->way == PROOF_WAY_RFC2136) {
        update(flow, DNS_UPDATE_LOOK);
        return;
    }
    outcome_new(flow)->found = true;
    flow_done(flow);
}

static void log_proof(const struct proof_subject *s, const char *event)
{
    log_info(event, LOG_INT(s->owner_flow, s->owner), LOG_STR("upstream", s->proof.upstream),
        LOG_STR("kind", proof_kind_words[s->proof.kind]), LOG_STR("name", s->proof.name));
}

static void log_trouble(const struct proof_subject *s, const char *event, const char *why)
{
    log_warning(event, LOG_INT(s->owner_flow, s->owner), LOG_STR("upstream", s->proof.upstream),
        LOG_STR("kind", proof_kind_words[s->proof.kind]), LOG_STR("name", s->proof.name),
        LOG_STR("detail", why));
}

/* The owner's flow says to people what is in the way. */
static void note_trouble(struct flow *flow, struct store_tx *tx, const char *why, struct err *e)
{
    const struct proof_subject *s = flow->subject;

    if (store_proof_trouble(tx, s->proof.id, why, e) == ERR_OK && flow->job.attempts == 0)
        store_job_wake(tx, s->owner_flow, s->owner, flow->now_ms, e);
}

static int settle_present(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct proof_subject *s = flow->subject;
    const struct proof_outcome *o = flow->outcome;

    if (s->is_leaving)
        return STEP_REMOVE;
    if (s->method == NULL)
        return flow_later(flow, STEP_REST, REST_MS);
    if (o->result == ERR_OK)
        return STEP_LOOK;
    log_trouble(s, "proof_not_published", o->why);
    note_trouble(flow, tx, o->why, e);
    return flow_later(flow, STEP_PRESENT,
        flow_backoff_ms(flow->job.attempts + 1, PRESENT_BASE_MS, PRESENT_MAX_MS));
}

/* The vendor is asked to look when all that it wants to see is there. */
static enum err_code wake_owner(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct proof_subject *s = flow->subject;
    bool lacks;

    if (proofs_lack(tx, flow->mem, &s->proof.owner, &lacks, e) != ERR_OK || lacks)
        return e->code;
    return store_job_wake(tx, s->owner_flow, s->owner, flow->now_ms, e);
}

static int settle_look(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct proof_subject *s = flow->subject;
    const struct proof_outcome *o = flow->outcome;
    const char *why = o->result == ERR_OK ? "the server does not show it yet" : o->why;

    if (!is_wanted_here(s))
        return s->is_leaving ? STEP_REMOVE : flow_later(flow, STEP_REST, REST_MS);
    if (!o->found && flow->job.attempts + 1 < LOOK_TRIES) {
        note_trouble(flow, tx, why, e);
        return flow_later(
            flow, STEP_LOOK, flow_backoff_ms(flow->job.attempts + 1, LOOK_BASE_MS, LOOK_MAX_MS));
    }
    if (!o->found) {
        log_trouble(s, "proof_not_seen", why);
        return flow_later(flow, STEP_PRESENT, PRESENT_BASE_MS);
    }
    if (store_proof_published(tx, s->proof.id, e) == ERR_CONFLICT) {
        *e = (struct err){0};
        return STEP_REMOVE;
    }
    log_proof(s, "proof_published");
    wake_owner(flow, tx, e);
    return flow_later(flow, STEP_REST, REST_MS);
}

/* rest, remove. */

static int settle_rest(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct proof_subject *s = flow->subject;

    (void)tx;
    (void)e;
    if (s->is_leaving)
        return STEP_REMOVE;
    if (s->proof.state == VENDOR_PROOF_WANTED && s->method != NULL)
        return STEP_PRESENT;
    return flow_later(flow, STEP_REST, REST_MS);
}

static void begin_remove(struct flow *flow)
{
    const struct proof_subject *s = flow->subject;

    if (!s->is_leaving || s->is_shared || s->method == NULL)
        answer_ourselves(flow, ERR_OK, "");
    else if (s->method->way == PROOF_WAY_EXEC)
        run_program(flow, "cleanup");
    else if (s->method->way == PROOF_WAY_HTTP || why_not(s) != NULL) /* never was in a zone */
        answer_ourselves(flow, ERR_OK, "");
    else
        update(flow, DNS_UPDATE_REMOVE);
}

static int settle_remove(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct proof_subject *s = flow->subject;
    const struct proof_outcome *o = flow->outcome;

    if (!s->is_leaving)
        return STEP_PRESENT;
    if (o->result != ERR_OK && flow->job.attempts + 1 < REMOVE_TRIES) {
        log_trouble(s, "proof_not_removed", o->why);
        store_proof_trouble(tx, s->proof.id, o->why, e);
        return flow_later(flow, STEP_REMOVE,
            flow_backoff_ms(flow->job.attempts + 1, REMOVE_BASE_MS, REMOVE_MAX_MS));
    }
    if (o->result != ERR_OK || (!s->is_shared && (s->method == NULL || why_not(s) != NULL)))
        log_trouble(s, "proof_left", "it may still be published; nobody here takes it back");
    else
        log_proof(s, "proof_removed");
    store_proof_remove(tx, s->proof.id, e);
    return FLOW_END;
}

static const struct flow_step proof_steps[] = {
    [STEP_PRESENT] = {"present", begin_present, settle_present},
    [STEP_LOOK] = {"look", begin_look, settle_look},
    [STEP_REST] = {"rest", NULL, settle_rest},
    [STEP_REMOVE] = {"remove", begin_remove, settle_remove},
};

const struct flow_kind proof_flow = {
    .name = "proof",
    .steps = proof_steps,
    .steps_len = sizeof proof_steps / sizeof proof_steps[0],
    .load = load,
};
