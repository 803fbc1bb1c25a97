/* order_decide - see order_decide.h. */
#include "acme/order_decide.h"

#include <string.h>

#include "acme/order_books.h"
#include "acme/order_dates.h"
#include "acme/order_facts.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "policy/explain.h"
#include "policy/inventory.h"
#include "policy/policy.h"
#include "store/certificate.h"
#include "store/decision.h"

/* What is only known to wait for an event is woken by it, if we see it; else it is decided again
 * when it has waited for a quarter longer than it has, within these bounds. */
#define WAIT_MIN_MS INT64_C(120000)
#define WAIT_MAX_MS INT64_C(3600000)

/* A decision in the making, in its transaction. */
struct deciding {
    struct order_deciding *d;
    struct store_tx *tx;
    int64_t now_s;
    struct order_question question;
    struct facts facts;
    struct decision decision;
};

static enum err_code read_facts(struct deciding *g, struct err *e)
{
    struct order_deciding *d = g->d;

    g->question = (struct order_question){.account = d->account, .eab = d->eab, .now_s = g->now_s};
    order_question_set_key(d->mem, &g->question, d->csr);
    order_question_set_order(&g->question, d->order);
    if (order_facts_read(d->mem, g->tx, d->settings, d->profile, &g->question, &g->facts, e) !=
        ERR_OK)
        return e->code;
    /* What is there has dates of its own. */
    if (d->order->not_before_s != 0 || d->order->not_after_s != 0)
        g->facts.preferences.reuse = REUSE_OFF;
    return ERR_OK;
}

/* The facts may be out of date: whoever reads the decision has to know. */
static void note_unanswered(struct deciding *g)
{
    struct decision *d = &g->decision;
    const char *id = g->d->unanswered;
    size_t len = d->trace_len < TRACE_MAX ? d->trace_len : TRACE_MAX - 1;
    struct step *trace = mem_new_array(g->d->mem, struct step, len + 1);
    const struct vendor_order *order = inventory_by_id(g->facts.inventory, id);
    char seen[CLOCK_RFC3339_SIZE] = "never";

    if (order != NULL && order->seen_s != 0)
        clock_format(order->seen_s, seen);
    trace[0] = (struct step){.order = order == NULL ? NULL : order->id,
        .rule = "refresh",
        .answer = ANSWER_FAIL,
        .because = mem_printf(g->d->mem,
            "the vendor did not answer when it was asked about order %s; what it told before is "
            "taken (last: %s)",
            id, seen)};
    memcpy(trace + 1, d->trace + d->trace_len - len, len * sizeof *trace);
    d->trace = trace;
    d->trace_len = len + 1;
}

static enum err_code keep(const struct deciding *g, struct err *e)
{
    const struct decision *decision = &g->decision;
    struct order_decision row = {
        .order_id = g->d->order->id,
        .decided_s = g->now_s,
        .outcome = outcome_words[decision->outcome],
        .rule = decision->rule,
        .target = decision->target,
        .document = explain_json(g->d->mem, decision),
    };

    log_info("order_decided", LOG_INT("order", row.order_id), LOG_STR("outcome", row.outcome),
        LOG_STR("rule", row.rule), LOG_STR("target", row.target == NULL ? "" : row.target));
    return store_decision_put(g->tx, &row, e);
}

/* What follows from each outcome. */

static enum act act_of(enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_NEW:
        return ACT_NEW;
    case OUTCOME_REISSUE:
        return ACT_REISSUE;
    case OUTCOME_DUPLICATE:
        return ACT_DUPLICATE;
    case OUTCOME_RENEW:
        return ACT_RENEW;
    case OUTCOME_REUSE:
    case OUTCOME_ADOPT:
    case OUTCOME_WAIT:
    case OUTCOME_DENY:
        break;
    }
    return ACT_NONE;
}

/* Durable before anything leaves. */
static enum err_code intend(const struct deciding *g, enum order_path *path, struct err *e)
{
    const struct order_deciding *d = g->d;
    const struct decision *decision = &g->decision;
    uint8_t *reference = mem_alloc_array(d->mem, 1, 32, "reference");
    struct action *action = d->action;

    *path = ORDER_PATH_SUBMIT;
    action->act = act_of(decision->outcome);
    action->target = decision->target;
    action->product = d->profile->wanted.product;
    action->common_name = decision->effects.common_name;
    action->billable = decision->effects.cost == COST_BILLABLE;
    action->reference = (struct bytes){reference, 0};
    d->profile->upstream_ops->new_reference(reference, &action->reference.len);
    order_dates_choose(d->settings, d->profile, d->order, g->now_s, action);
    action->state = ACTION_SENDING;
    action->sent_s = g->now_s;
    if (store_action_intend(g->tx, action, g->now_s, e) != ERR_OK)
        return e->code;
    return order_books_intend(g->tx, d->settings, d->profile, d->order, d->account, action, e);
}

static struct order_end end_of(const struct deciding *g)
{
    return (struct order_end){g->d->mem, g->d->order, g->d->action, g->d->now_ms};
}

/* The certificate is for the same names and key, and the account's; it was checked when it came. */
static enum err_code reuse(const struct deciding *g, enum order_path *path, struct err *e)
{
    struct order_end end = end_of(g);
    struct certificate certificate;
    int64_t id;

    *path = ORDER_PATH_ENDED;
    if (order_facts_certificate(
            g->tx, g->d->profile, &g->question, g->decision.certificate, &id, e) != ERR_OK ||
        store_certificate_get(g->tx, g->d->mem, id, &certificate, e) != ERR_OK)
        return e->code;
    return order_end_valid(&end, g->tx, &certificate, NULL, e);
}

static enum err_code fail(const struct deciding *g, enum order_path *path, struct err *e)
{
    enum problem problem = PROBLEM_SERVER_INTERNAL;
    struct order_end end = end_of(g);
    struct err why = {0};

    *path = ORDER_PATH_ENDED;
    problem_find(g->decision.problem, &problem);
    problem_set(&why, problem, "%s", g->decision.detail);
    return order_end_failed(&end, g->tx, &why, NULL, 0, e);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When what is only known to wait for an event is looked at again. */
static int64_t next_look_ms(const struct deciding *g)
{
    int64_t waited_ms = g->d->now_ms - g->d->action->created_s * 1000, pause_ms = waited_ms / 4;

    if (pause_ms < WAIT_MIN_MS)
        pause_ms = WAIT_MIN_MS;
    return g->d->now_ms + earlier(pause_ms, WAIT_MAX_MS);
}

static enum err_code wait(
    const struct deciding *g, enum order_path *path, int64_t *at_ms, struct err *e)
{
    int64_t until_s = g->d->action->created_s + g->d->profile->wait_max_s;
    int64_t retry_at_s = g->decision.retry_at_s;

    if (g->now_s >= until_s || retry_at_s > until_s) {
        if (g->decision.problem == NULL)
            return err_set(e, ERR_BUG, "a decision to wait says nothing to the client");
        return fail(g, path, e);
    }
    *path = ORDER_PATH_WAIT;
    *at_ms = retry_at_s > g->now_s ? retry_at_s * 1000 : next_look_ms(g);
    *at_ms = earlier(*at_ms, until_s * 1000);
    return ERR_OK;
}

/* What is under way has to fit whatever the client asked for; else it is waited for. */
static enum err_code adopt(struct deciding *g, enum order_path *path, int64_t *at_ms, struct err *e)
{
    struct action adopted;
    int64_t id;

    *path = ORDER_PATH_JOINED;
    if (order_facts_adopted(g->tx, g->d->profile, &g->question, &id, e) != ERR_OK ||
        store_action_get(g->tx, g->d->mem, id, &adopted, e) != ERR_OK)
        return e->code;
    if (order_takes_dates(g->d->order, adopted.not_before_s, adopted.not_after_s))
        return store_action_adopt(g->tx, g->d->action->id, id, g->now_s, e);
    g->decision.problem = "userActionRequired";
    g->decision.detail = "another certificate for these names and this key is on its way, with "
                         "other dates; order again when it is there";
    return wait(g, path, at_ms, e);
}

enum err_code order_decide(struct order_deciding *d, struct store_tx *tx, enum order_path *path,
    int64_t *at_ms, struct err *e)
{
    struct deciding g = {.d = d, .tx = tx, .now_s = d->now_ms / 1000};

    if (read_facts(&g, e) != ERR_OK)
        return e->code;
    policy_decide(d->mem, &g.facts, &g.decision);
    if (d->unanswered != NULL)
        note_unanswered(&g);
    if (keep(&g, e) != ERR_OK)
        return e->code;
    switch (g.decision.outcome) {
    case OUTCOME_NEW:
    case OUTCOME_DUPLICATE:
    case OUTCOME_REISSUE:
    case OUTCOME_RENEW:
        return intend(&g, path, e);
    case OUTCOME_REUSE:
        return reuse(&g, path, e);
    case OUTCOME_ADOPT:
        return adopt(&g, path, at_ms, e);
    case OUTCOME_WAIT:
        return wait(&g, path, at_ms, e);
    case OUTCOME_DENY:
        return fail(&g, path, e);
    }
    return err_set(e, ERR_BUG, "no such outcome");
}

/* The step. */

/* refresh gave up on it a moment ago, in this transaction. */
static const char *unanswered(const struct flow *flow)
{
    const struct order_subject *s = flow->subject;
    const struct order_outcome *o = flow->outcome;

    return o == NULL || o->page == NULL || o->page->result == ERR_OK ||
                   o->page->result == ERR_NOT_FOUND
               ? NULL
               : s->asks_about;
}

int order_settle_decide(struct flow *flow, struct store_tx *tx, struct err *e)
{
    struct order_subject *s = flow->subject;
    struct order_deciding deciding = {
        .mem = flow->mem,
        .settings = flow->settings,
        .profile = s->profile,
        .account = &s->account,
        .csr = &s->csr,
        .order = &s->order,
        .action = &s->action,
        .now_ms = flow->now_ms,
        .unanswered = unanswered(flow),
    };
    enum order_path path;
    int64_t at_ms;

    if (s->csr.key == NULL && csr_read_key(flow->mem, s->order.csr, &s->csr, e) != ERR_OK)
        return FLOW_END;
    if (order_decide(&deciding, tx, &path, &at_ms, e) != ERR_OK)
        return FLOW_END;
    switch (path) {
    case ORDER_PATH_SUBMIT:
        return STEP_SUBMIT;
    case ORDER_PATH_WAIT:
        return flow_later(flow, STEP_CHECKS, at_ms - flow->now_ms);
    case ORDER_PATH_JOINED:
    case ORDER_PATH_ENDED:
        break;
    }
    return FLOW_END;
}
