/* order_upstream - what is said to the certificate authority behind us and what it answers: the
 * steps `submit`, `poll`, `find` and `prove` of acme/order_flow.h.
 *
 * Nothing paid is sent twice. A submit that ended in doubt, or began and never told how it ended
 * (flow->job.interrupted: the process died, the outcome could not be stored), is not sent again:
 * the upstream is asked whether it has it. Only where the same again costs nothing and gives the
 * same (upstream_ops.repeatable: the embedded CA), it is simply asked for again.
 */
#include <string.h>

#include "acme/order_books.h"
#include "acme/order_proofs.h"
#include "acme/order_step.h"
#include "acme/order_unfit.h"
#include "acme/proofs.h"
#include "base/log.h"
#include "base/mem.h"

/* An upstream that cannot be reached now is asked again for this long before the order is given up.
 */
#define SUBMIT_BASE_MS   2000
#define SUBMIT_MAX_MS    (5 * 60 * 1000)
#define SUBMIT_TRIES     20
#define SUBMIT_ASK_MAX_S (5 * 60) /* that it may ask us to wait */

/* What the upstream has is asked for without end: only its answer ends the order. An upstream that
 * is no longer configured is looked for as often. */
#define POLL_BASE_MS   5000
#define POLL_MAX_MS    (15 * 60 * 1000)
#define POLL_ASK_MAX_S (24 * 60 * 60) /* that it may ask us to wait */

/* What the operator says was not sent is looked for a second time after this. */
#define UNSENT_AGAIN_MS 5000

/* Where only an operator can find out, the log says so now and then. */
#define PARKED_BASE_MS (60 * 60 * 1000)
#define PARKED_MAX_MS  (24 * 60 * 60 * 1000)

/* Calls. */

/* Here, on the worker, since it costs time that the store's thread does not have. */
static void check_issued(struct flow *flow, struct order_outcome *o)
{
    const struct order_subject *s = flow->subject;
    struct issued_wish wish = {.names = &s->order.identifiers,
        .key_hash = s->action.key_hash,
        .not_before_s = s->order.not_before_s,
        .not_after_s = s->order.not_after_s};

    issued_check(flow->mem, &wish, &o->result, flow->world->now_ms() / 1000, &o->issued, &o->unfit);
}

/* PEM chains, ended by NULL, on the flow's memory. */
static const char *const *copy_chains(struct flow *flow, const char *const *chains)
{
    const char **copy;
    size_t len = 0;

    while (chains[len] != NULL)
        len++;
    copy = mem_new_array(flow->mem, const char *, len + 1);
    for (size_t i = 0; i < len; i++)
        copy[i] = mem_strdup(flow->mem, chains[i]);
    return copy;
}

static void copy_result(
    struct flow *flow, const struct upstream_result *from, struct order_outcome *o)
{
    void *mem = flow->mem;

    o->result = *from;
    o->result.problem = mem_strdup(mem, from->problem);
    o->result.detail = mem_strdup(mem, from->detail);
    o->result.internal = mem_strdup(mem, from->internal);
    o->ids = (struct vendor_ids){mem_strdup(mem, from->order_id),
        mem_strdup(mem, from->certificate_id), mem_strdup(mem, from->request_id)};
    o->result.waits_for = mem_strdup(mem, from->waits_for);
    o->result.proofs = proofs_copy(mem, from->proofs, from->proofs_len);
}

static void on_result(void *arg, const struct upstream_result *result)
{
    struct flow *flow = arg;
    struct order_outcome *o = order_outcome_new(flow);

    copy_result(flow, result, o);
    if (result->result == ERR_OK && result->issued) {
        o->result.leaf = bytes_copy(flow->mem, result->leaf);
        o->result.chain = mem_strdup(flow->mem, result->chain);
        check_issued(flow, o);
        if (o->unfit.code == ERR_OK)
            o->issued.alternates = copy_chains(flow, o->issued.alternates);
    }
    flow_done(flow);
}

static void cancel_call(struct flow *flow)
{
    const struct order_subject *s = flow->subject;

    s->upstream->ops->cancel(flow->outcome);
}

/* Nothing is asked, and this is what is said of it. */
static void answer_ourselves(struct flow *flow, enum err_code code, const char *detail)
{
    order_outcome_new(flow)->result = (struct upstream_result){.result = code, .detail = detail};
    flow_done(flow);
}

typedef struct upstream_call *(*upstream_verb)(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);

/* Until the callback replaces it, the outcome is the handle of the call. */
static void call(struct flow *flow, upstream_verb verb)
{
    struct order_subject *s = flow->subject;

    flow->outcome = verb(s->upstream, &s->request, on_result, flow);
    flow->cancel = cancel_call;
}

static bool find_upstream(struct flow *flow)
{
    struct order_subject *s = flow->subject;

    s->upstream = world_upstream(flow->world, s->action.upstream);
    return s->upstream != NULL;
}

static void log_trouble(const struct flow *flow, const char *event, const struct upstream_result *r)
{
    log_warning(event, LOG_INT("order", flow->job.subject),
        LOG_STR("result", err_code_name(r->result)), LOG_STR("detail", r->detail),
        LOG_STR("internal", r->internal));
}

/* What it may mean. */

static int64_t poll_wait_ms(
    const struct order_subject *s, const struct upstream_result *result, int attempt)
{
    int64_t wait_s = result->retry_after_s;
    int64_t base_ms = s->upstream == NULL ? POLL_BASE_MS : s->upstream->poll_s * 1000;

    if (wait_s <= 0)
        return flow_backoff_ms(attempt, base_ms, POLL_MAX_MS);
    return 1000 * (wait_s < POLL_ASK_MAX_S ? wait_s : POLL_ASK_MAX_S);
}

/* The upstream has it. */
static int settle_pending(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct order_subject *s = flow->subject;
    const struct order_outcome *o = flow->outcome;
    int step = o->result.proofs_len > 0 && s->upstream->ops->prove != NULL ? STEP_PROVE : STEP_POLL;
    bool is_news = s->action.state != ACTION_PENDING;
    const char *waits_for = o->result.waits_for;

    if (order_proofs_want(flow, tx, &s->action, &o->result, &waits_for, e) != ERR_OK)
        return FLOW_END;
    if (is_news)
        log_info("order_pending", LOG_INT("order", flow->job.subject),
            LOG_STR("waits_for", waits_for == NULL ? "" : waits_for));
    if (store_action_pending(tx, s->action.id, &o->ids, waits_for, flow->now_ms / 1000, e) ==
        ERR_OK)
        order_books_named(tx, &s->action, &o->ids, flow->now_ms / 1000, e);
    return flow_later(flow, step,
        poll_wait_ms(s, &o->result, flow->job.step == step ? flow->job.attempts + 1 : 1));
}

static bool is_repeatable(const struct order_subject *s)
{
    return s->upstream != NULL && s->upstream->ops->repeatable;
}

static bool is_same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Did an operator say something while the upstream was asked? */
static bool was_said_meanwhile(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct action *then = &((const struct order_subject *)flow->subject)->action;
    struct action now;

    return store_action_get(tx, flow->mem, then->id, &now, e) == ERR_OK &&
           (now.said != then->said || !is_same_text(now.vendor_order, then->vendor_order) ||
               !is_same_text(now.vendor_certificate, then->vendor_certificate));
}

/* It was handed out. */
static int settle_issued(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct order_subject *s = flow->subject;
    const struct order_outcome *o = flow->outcome;

    if (o->unfit.code == ERR_OK || is_repeatable(s) || s->upstream->ops->poll == NULL)
        return STEP_PUBLISH;
    if (was_said_meanwhile(flow, tx, e))
        return flow_later(flow, flow->job.step, 0);
    return order_unfit_settle(flow, tx, e);
}

/* submit. */

/* A new certificate that costs nothing, as from the embedded CA: nothing is lost with it. */
static bool is_dispensable(const struct action *action)
{
    return action->act == ACT_NEW && action->target == NULL && !action->billable;
}

void order_begin_submit(struct flow *flow)
{
    struct order_subject *s = flow->subject;
    bool is_known = find_upstream(flow);

    if (!is_known && (!flow->job.interrupted || is_dispensable(&s->action)))
        answer_ourselves(flow, ERR_UPSTREAM_REFUSED,
            "the certificate authority of this order is no longer configured");
    else if (flow->job.interrupted && !is_repeatable(s))
        answer_ourselves(flow, ERR_UPSTREAM_IN_DOUBT, "it may have been sent before");
    else if (!s->is_checked) /* by an earlier version, or long ago: back to the step before */
        answer_ourselves(flow, ERR_DENIED, NULL);
    else
        call(flow, s->upstream->ops->submit);
}

/* Nothing was sent: it is checked and decided as if it came now. */
static int back_to_checks(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct order_subject *s = flow->subject;

    int64_t now_s = flow->now_ms / 1000;

    if (store_action_reconsider(tx, s->action.id, now_s, e) == ERR_OK)
        order_books_failed(tx, &s->action, false, now_s, e);
    return STEP_CHECKS;
}

static int settle_doubt(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct order_subject *s = flow->subject;
    const struct order_outcome *o = flow->outcome;

    log_trouble(flow, "order_in_doubt", &o->result);
    store_action_doubt(tx, s->action.id, flow->now_ms / 1000, e);
    return STEP_FIND;
}

/* As asked, and never all at once. */
static int64_t submit_wait_ms(const struct upstream_result *result, int attempt)
{
    int64_t wait_ms = flow_backoff_ms(attempt, SUBMIT_BASE_MS, SUBMIT_MAX_MS);
    int64_t asked_s =
        result->retry_after_s < SUBMIT_ASK_MAX_S ? result->retry_after_s : SUBMIT_ASK_MAX_S;

    return 1000 * asked_s > wait_ms ? 1000 * asked_s + wait_ms / 2 : wait_ms;
}

static bool is_known_to_be_undone(enum err_code result)
{
    return result == ERR_UPSTREAM_TEMPORARY || result == ERR_UPSTREAM_REFUSED;
}

int order_settle_submit(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct order_subject *s = flow->subject;
    const struct order_outcome *o = flow->outcome;
    const struct upstream_result *result = &o->result;

    if (result->result == ERR_OK)
        return result->issued ? settle_issued(flow, tx, e) : settle_pending(flow, tx, e);
    if (result->result == ERR_DENIED && !s->is_checked)
        return back_to_checks(flow, tx, e);
    if (result->result == ERR_CANCELLED && is_repeatable(s)) /* by us: the answer is to come */
        return flow_later(flow, STEP_SUBMIT, 0);
    if (!is_known_to_be_undone(result->result) && !is_repeatable(s))
        return settle_doubt(flow, tx, e);
    log_trouble(flow, "order_not_issued", result);
    if (result->result != ERR_UPSTREAM_REFUSED && flow->job.attempts + 1 < SUBMIT_TRIES)
        return flow_later(flow, STEP_SUBMIT, submit_wait_ms(result, flow->job.attempts + 1));
    return STEP_FAIL;
}

/* poll, prove. */

/* Of an action that waits for nobody else's yes: the operator gives it up. */
static bool is_given_up(const struct order_subject *s)
{
    return s->action.said == ACTION_REJECTED &&
           !(s->upstream != NULL && s->upstream->ops->heeds_operator);
}

void order_begin_poll(struct flow *flow)
{
    const struct order_subject *s = flow->subject;
    bool is_known = find_upstream(flow);

    if (is_given_up(s))
        answer_ourselves(flow, ERR_UPSTREAM_REFUSED,
            s->action.said_why != NULL
                ? s->action.said_why
                : "the certificate authority returned another one than was ordered");
    else if (!is_known || s->upstream->ops->poll == NULL)
        answer_ourselves(flow, ERR_UPSTREAM_TEMPORARY,
            "the certificate authority that has the order is no longer configured");
    else
        call(flow, s->upstream->ops->poll);
}

void order_begin_prove(struct flow *flow)
{
    const struct order_subject *s = flow->subject;

    if (!find_upstream(flow) || s->upstream->ops->prove == NULL || s->lacks_proof)
        order_begin_poll(flow);
    else
        call(flow, s->upstream->ops->prove);
}

void order_begin_resend(struct flow *flow)
{
    const struct order_subject *s = flow->subject;

    if (!find_upstream(flow) || s->upstream->ops->resend == NULL)
        order_begin_poll(flow);
    else
        call(flow, s->upstream->ops->resend);
}

int order_settle_poll(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct order_outcome *o = flow->outcome;
    const struct upstream_result *result = &o->result;

    if (result->result == ERR_OK && result->issued)
        return settle_issued(flow, tx, e);
    if (result->result == ERR_UPSTREAM_REFUSED) {
        log_trouble(flow, "order_refused", result);
        return STEP_FAIL;
    }
    if (was_said_meanwhile(flow, tx, e) || result->result == ERR_CANCELLED)
        return flow_later(flow, flow->job.step, 0);
    if (result->result == ERR_OK)
        return settle_pending(flow, tx, e);
    if (result->result == ERR_UPSTREAM_IN_DOUBT)
        return settle_doubt(flow, tx, e);
    log_trouble(flow, "order_not_polled", result);
    return flow_later(
        flow, flow->job.step, poll_wait_ms(flow->subject, result, flow->job.attempts + 1));
}

/* find. */

static bool has_spoken(const struct action *action)
{
    return action->state != ACTION_IN_DOUBT || action->said == ACTION_REJECTED;
}

/* An operator found nothing at the vendor, perhaps because it was too early to: the vendor is asked
 * once more before it is sent again. */
static bool is_said_unsent(const struct action *action)
{
    return action->state == ACTION_SENDING && action->said != ACTION_REJECTED;
}

void order_begin_find(struct flow *flow)
{
    const struct order_subject *s = flow->subject;

    if (has_spoken(&s->action) && !is_said_unsent(&s->action))
        answer_ourselves(flow, ERR_OK, NULL);
    else if (!find_upstream(flow) || s->upstream->ops->find == NULL)
        answer_ourselves(flow, ERR_UPSTREAM_IN_DOUBT, NULL);
    else
        call(flow, s->upstream->ops->find);
}

/* Only a person can find out. */
static int park(struct flow *flow)
{
    const struct order_subject *s = flow->subject;

    log_error("action_in_doubt", LOG_INT("action", s->action.id),
        LOG_INT("order", flow->job.subject), LOG_STR("upstream", s->action.upstream),
        LOG_STR("detail", "it may have been ordered; look at the vendor, then say so: "
                          "countersign action resolve"));
    if (s->upstream == NULL) /* it may be configured again */
        return flow_later(
            flow, STEP_FIND, flow_backoff_ms(flow->job.attempts + 1, POLL_BASE_MS, POLL_MAX_MS));
    return flow_later(
        flow, STEP_FIND, flow_backoff_ms(flow->job.attempts + 1, PARKED_BASE_MS, PARKED_MAX_MS));
}

/* What the operator found. */
static int settle_spoken(struct flow *flow, const struct action *now)
{
    struct err why = {0};

    if (now->state == ACTION_PENDING)
        return STEP_POLL;
    problem_set(&why, PROBLEM_SERVER_INTERNAL,
        "the certificate could not be issued: %s; make a new order later",
        now->said_why != NULL ? now->said_why : "the certificate authority did not take the order");
    return order_refuse(flow, &why);
}

static int settle_found(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct order_outcome *o = flow->outcome;

    log_info("order_found", LOG_INT("order", flow->job.subject));
    return o->result.issued ? settle_issued(flow, tx, e) : settle_pending(flow, tx, e);
}

/* The operator says that the vendor has nothing of it, or nothing any more. Only the vendor knows
 * better; if it does not answer now, it is asked a second time. */
static int settle_unsent(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct order_outcome *o = flow->outcome;

    if (o->result.result == ERR_OK)
        return settle_found(flow, tx, e);
    if (o->result.result == ERR_CANCELLED)
        return flow_later(flow, flow->job.step, 0);
    if (o->result.result != ERR_UPSTREAM_TEMPORARY || flow->job.step == STEP_FIND_AGAIN)
        return STEP_SUBMIT;
    log_trouble(flow, "order_not_found_out", &o->result);
    return flow_later(flow, STEP_FIND_AGAIN, UNSENT_AGAIN_MS);
}

/* The vendor cannot tell; perhaps it shows late what it was sent. */
static int settle_untold(struct flow *flow)
{
    const struct order_subject *s = flow->subject;
    const struct order_outcome *o = flow->outcome;

    log_trouble(flow, "order_not_found_out", &o->result);
    if (flow->job.step == STEP_FIND)
        return flow_later(flow, STEP_FIND_AGAIN, s->upstream->doubt_s * 1000);
    return park(flow);
}

static int settle_not_found(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct order_subject *s = flow->subject;

    if (flow->job.step == STEP_FIND)
        return flow_later(flow, STEP_FIND_AGAIN, s->upstream->doubt_s * 1000);
    log_info("order_sent_again", LOG_INT("order", flow->job.subject));
    store_action_resend(tx, s->action.id, flow->now_ms / 1000, e);
    return STEP_SUBMIT;
}

int order_settle_find(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct order_subject *s = flow->subject;
    const struct order_outcome *o = flow->outcome;
    struct action now;

    if (store_action_get(tx, flow->mem, s->action.id, &now, e) != ERR_OK)
        return FLOW_END;
    if (is_said_unsent(&now))
        return settle_unsent(flow, tx, e);
    if (has_spoken(&now))
        return settle_spoken(flow, &now);
    if (o->result.result == ERR_OK)
        return settle_found(flow, tx, e);
    if (o->result.result == ERR_NOT_FOUND)
        return settle_not_found(flow, tx, e);
    if (o->result.result == ERR_CANCELLED)
        return flow_later(flow, flow->job.step, 0);
    if (s->upstream == NULL || s->upstream->ops->find == NULL)
        return park(flow);
    if (o->result.result == ERR_UPSTREAM_IN_DOUBT)
        return settle_untold(flow);
    log_trouble(flow, "order_not_found_out", &o->result);
    if (o->result.result == ERR_UPSTREAM_REFUSED)
        return STEP_FAIL;
    return flow_later(flow, flow->job.step, poll_wait_ms(s, &o->result, flow->job.attempts + 1));
}
