/* order_permit - see order_permit.h. */
#include "acme/order_permit.h"

#include <string.h>

#include "acme/order_refresh.h"
#include "acme/perspective_record.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/account.h"
#include "store/checks.h"

/* CAA that cannot be found out is asked for again, and the order given up after so many tries. */
#define CAA_BASE_MS 2000
#define CAA_MAX_MS  30000
#define CAA_TRIES   4

bool order_needs_caa(const struct acme_profile *profile)
{
    return profile->caa_identities[0] != NULL;
}

enum err_code order_refuse_profile(const struct order *order, struct err *e)
{
    return problem_set(e, PROBLEM_INVALID_PROFILE,
        "the profile \"%s\" of this order is no longer offered; make a new order", order->profile);
}

enum err_code order_note_checks(void *mem, struct store_tx *tx, const struct order *order,
    int64_t action_id, int64_t now_s, bool with_caa, struct order_checks *checks, struct err *e)
{
    if (order_checks_read(mem, tx, order, action_id, with_caa, now_s, checks, e) != ERR_OK ||
        checks->lacks_name != NULL || checks->lacks_caa)
        return e->code;
    return store_action_note_checks(tx, action_id, now_s, checks->text, e);
}

enum err_code order_refuse_unchecked(
    const struct order *order, const struct order_checks *checks, struct err *e)
{
    if (checks->was_proven)
        return problem_set(e, PROBLEM_UNAUTHORIZED,
            "the authorization for \"%s\" was deactivated, or has expired; make a new order",
            checks->lacks_name);
    log_error("order_unchecked", LOG_INT("order", order->id), LOG_STR("name", checks->lacks_name));
    return problem_set(e, PROBLEM_SERVER_INTERNAL,
        "there is no record that control over \"%s\" was proven; make a new order",
        checks->lacks_name);
}

/* caa. */

enum err_code order_load_caa(
    struct flow *flow, struct store_tx *snapshot, struct order_subject *s, struct err *e)
{
    if (s->profile == NULL)
        return ERR_OK;
    return order_caa_read(flow->mem, snapshot, &s->order, s->profile->caa_identities,
        acme_account_url(flow->mem, flow->world->acme, flow->settings, s->order.account_id),
        &s->caa, e);
}

enum err_code order_load_checked(
    struct flow *flow, struct store_tx *snapshot, struct order_subject *s, struct err *e)
{
    int64_t since_s = flow->world->now_ms() / 1000 - CAA_LASTS_S;
    struct checks checks, caa;

    if (store_action_checks(snapshot, flow->mem, s->action.id, &checks, &caa, e) == ERR_OK)
        s->is_checked =
            checks.checked_s > since_s &&
            (s->profile == NULL || !order_needs_caa(s->profile) || caa.checked_s > since_s);
    return e->code;
}

static void note_finding(struct order_outcome *o, const struct caa_finding *finding)
{
    if (finding->allowed)
        return;
    o->cancelled |= finding->cancelled;
    o->retry |= finding->retry;
    /* A domain's no outweighs a lookup that failed. */
    if (o->refused.code == ERR_OK || finding->problem == PROBLEM_CAA)
        problem_set(&o->refused, finding->problem, "%s", finding->detail);
}

/* The names that are refused here, if there are several: of one, the detail says it all. */
static void list_refused(struct flow *flow, struct order_outcome *o)
{
    const struct order_subject *s = flow->subject;

    if (s->order.identifiers.len == 1)
        return;
    o->subproblems = order_caa_subproblems(flow->mem, &s->caa, o->findings, &o->subproblems_len);
    if (o->subproblems_len > 1)
        problem_set(&o->refused, problem_of(&o->refused),
            "%s; %zu names are refused, see the subproblems", o->refused.detail,
            o->subproblems_len);
}

/* Each name's domain allows it here; do the others agree? */
static void note_quorums(struct flow *flow, struct order_outcome *o)
{
    const struct order_subject *s = flow->subject;
    const struct corroboration *others = o->others;

    o->cancelled |= others->cancelled;
    for (size_t i = 0; i < others->subjects && o->refused.code == ERR_OK; i++) {
        struct identifier name = {IDENTIFIER_DNS, s->caa.names[i].name};

        if (others->quorums[i].met)
            continue;
        o->retry |= perspective_may_retry(others);
        o->subproblems = mem_new_array(flow->mem, struct subproblem, others->len);
        perspective_problem(flow->mem, others, i,
            mem_printf(flow->mem, "CAA's permission for \"%s\"", name.value), &name, &o->refused,
            o->subproblems, &o->subproblems_len);
    }
}

static void on_caa(
    void *arg, const struct caa_finding *findings, size_t len, const struct corroboration *others)
{
    struct flow *flow = arg;
    const struct order_subject *s = flow->subject;
    struct order_outcome *o = order_outcome_new(flow);

    o->findings = findings;
    o->others = others;
    for (size_t i = 0; i < len; i++)
        note_finding(o, &findings[i]);
    if (o->refused.code != ERR_OK) {
        o->retry = o->retry && problem_of(&o->refused) != PROBLEM_CAA;
        list_refused(flow, o);
    } else {
        note_quorums(flow, o);
    }
    o->caa = order_caa_text(flow->mem, &s->caa, findings);
    flow_done(flow);
}

static void cancel_caa(struct flow *flow)
{
    struct perspective_check *check = flow->outcome;

    perspective_check_cancel(&check);
}

void order_begin_caa(struct flow *flow)
{
    const struct order_subject *s = flow->subject;
    struct validation_options options = {
        .loop = flow->world->loop,
        .resolver = flow->world->resolver,
        .http = flow->world->http,
        .timeout_ms = PERSPECTIVE_CAA_PATIENCE * flow->settings->validation_timeout_ms,
    };

    if (s->caa.len == 0) {
        order_outcome_new(flow)->caa = "";
        flow_done(flow);
        return;
    }
    flow->outcome = perspective_ask_caa(
        flow->mem, &options, s->caa.names, s->caa.len, &flow->settings->perspectives, on_caa, flow);
    flow->cancel = cancel_caa;
}

int order_settle_caa(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct order_subject *s = flow->subject;
    struct order_outcome *o = flow->outcome;

    if (o->cancelled) {
        flow->later_ms = 0;
        return FLOW_LATER;
    }
    if (o->others != NULL && perspective_record_caa(tx, s->action.id, flow->now_ms / 1000, &s->caa,
                                 o->findings, o->others, e) != ERR_OK)
        return FLOW_END;
    if (o->refused.code == ERR_OK) {
        store_action_note_caa(tx, s->action.id, flow->now_ms / 1000, o->caa, e);
        return STEP_CHECKS;
    }
    if (o->retry && flow->job.attempts + 1 < CAA_TRIES) {
        flow->later_ms = flow_backoff_ms(flow->job.attempts + 1, CAA_BASE_MS, CAA_MAX_MS);
        return FLOW_LATER;
    }
    log_info(
        "caa_forbids", LOG_INT("order", flow->job.subject), LOG_STR("detail", o->refused.detail));
    return STEP_FAIL;
}

/* checks. */

/* What its account's key authorized and is not under way yet is given up with the account (RFC
 * 8555, 7.3.6). */
static bool is_given_up(const struct order_subject *s, struct err *why)
{
    if (s->account.status != ACCOUNT_VALID)
        problem_set(why, PROBLEM_UNAUTHORIZED, "the account was deactivated");
    if (s->profile == NULL)
        order_refuse_profile(&s->order, why);
    return why->code != ERR_OK;
}

int order_settle_checks(struct flow *flow, struct store_tx *tx, struct err *e)
{
    struct order_subject *s = flow->subject;
    struct order_checks checks;
    struct err why = {0};

    if (store_account_get(tx, flow->mem, s->order.account_id, &s->account, e) != ERR_OK)
        return FLOW_END;
    if (is_given_up(s, &why))
        return order_refuse(flow, &why);
    if (order_note_checks(flow->mem, tx, &s->order, s->action.id, flow->now_ms / 1000,
            order_needs_caa(s->profile), &checks, e) != ERR_OK)
        return FLOW_END;
    if (checks.lacks_name != NULL) {
        order_refuse_unchecked(&s->order, &checks, &why);
        return order_refuse(flow, &why);
    }
    /* Nothing was asked yet, or long ago; or its upstream has names in CAA since a moment ago. */
    if (checks.lacks_caa)
        return STEP_CAA;
    return order_needs_refresh(s->profile) ? STEP_REFRESH : STEP_DECIDE;
}
