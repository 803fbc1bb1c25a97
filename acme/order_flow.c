/* order_flow - see order_flow.h. The steps themselves are rooms of their own (order_step.h). */
#include "acme/order_flow.h"

#include "acme/order_decide.h"
#include "acme/order_permit.h"
#include "acme/order_proofs.h"
#include "acme/order_refresh.h"
#include "acme/order_step.h"
#include "base/mem.h"
#include "store/account.h"
#include "store/eab.h"
#include "store/job.h"
#include "store/order.h"

/* What a client is told to wait at least, and at most. */
#define RETRY_AFTER_MIN_S 1
#define RETRY_AFTER_MAX_S 86400

struct order_outcome *order_outcome_new(struct flow *flow)
{
    struct order_outcome *o = mem_new(flow->mem, struct order_outcome);

    flow->outcome = o;
    return o;
}

int order_refuse(struct flow *flow, const struct err *why)
{
    order_outcome_new(flow)->refused = *why;
    return STEP_FAIL;
}

/* Starting. */

static enum err_code go_on(struct store_tx *tx, const struct order *order, enum order_path path,
    int64_t at_ms, int64_t now_ms, bool *begun, struct err *e)
{
    switch (path) {
    case ORDER_PATH_SUBMIT:
        *begun = true;
        return flow_start(&order_flow, STEP_SUBMIT, tx, order->id, now_ms, e);
    case ORDER_PATH_WAIT:
        return store_job_plan(tx, order_flow.name, order->id, STEP_CHECKS, at_ms, e);
    case ORDER_PATH_JOINED:
    case ORDER_PATH_ENDED:
        break;
    }
    return ERR_OK;
}

/* Nothing is to be asked before: it is decided here. */
static enum err_code start_decided(
    struct order_deciding *d, struct store_tx *tx, bool *begun, struct err *e)
{
    struct order_checks checks;
    enum order_path path;
    int64_t at_ms = 0;

    if (order_note_checks(
            d->mem, tx, d->order, d->action->id, d->now_ms / 1000, false, &checks, e) != ERR_OK)
        return e->code;
    if (checks.lacks_name != NULL)
        return order_refuse_unchecked(d->order, &checks, e);
    if (order_decide(d, tx, &path, &at_ms, e) != ERR_OK)
        return e->code;
    return go_on(tx, d->order, path, at_ms, d->now_ms, begun, e);
}

enum err_code order_flow_start(struct acme_req *req, struct store_tx *tx, struct order *order,
    const struct csr *csr, const struct eab *eab, bool *begun, struct err *e)
{
    const struct acme_profile *profile = acme_profile_find(req->settings, order->profile);
    struct action action = {
        .order_id = order->id,
        .state = ACTION_DECIDING,
        .reference = {csr->spki_hash, 0},
        .key_hash = {csr->spki_hash, sizeof csr->spki_hash},
        .created_s = req->now_s,
    };
    struct order_deciding deciding = {
        .mem = req->mem,
        .settings = req->settings,
        .profile = profile,
        .account = &req->account,
        .eab = eab,
        .csr = csr,
        .order = order,
        .action = &action,
        .now_ms = req->now_s * 1000,
    };

    *begun = false;
    if (profile == NULL)
        return order_refuse_profile(order, e);
    action.upstream = profile->upstream;
    if (store_action_add(tx, &action, e) != ERR_OK)
        return e->code;
    if (!order_needs_caa(profile) && !order_needs_refresh(profile))
        return start_decided(&deciding, tx, begun, e);
    *begun = true;
    return flow_start(&order_flow, order_needs_caa(profile) ? STEP_CAA : STEP_CHECKS, tx, order->id,
        deciding.now_ms, e);
}

/* Waiting. */

enum err_code order_flow_wake_waiting(
    struct store_tx *tx, const char *upstream, int64_t now_ms, struct err *e)
{
    return store_action_wake_waiting(tx, upstream, order_flow.name, STEP_CHECKS, now_ms, e);
}

static enum err_code read_run_at(
    struct store_tx *tx, void *mem, const struct order *order, int64_t *run_at_ms, struct err *e)
{
    struct action action, joined;

    if (store_job_run_at(tx, order_flow.name, order->id, run_at_ms, e) != ERR_NOT_FOUND)
        return e->code;
    *e = (struct err){0};
    if (store_action_of_order(tx, mem, order->id, &action, e) == ERR_OK && action.adopts != 0 &&
        store_action_get(tx, mem, action.adopts, &joined, e) == ERR_OK)
        store_job_run_at(tx, order_flow.name, joined.order_id, run_at_ms, e);
    return e->code;
}

enum err_code order_flow_retry_after(struct store_tx *tx, void *mem, const struct order *order,
    int64_t now_s, int64_t *retry_after_s, struct err *e)
{
    int64_t run_at_ms = 0;

    *retry_after_s = RETRY_AFTER_MIN_S;
    if (read_run_at(tx, mem, order, &run_at_ms, e) == ERR_NOT_FOUND)
        *e = (struct err){0};
    if (run_at_ms > (now_s + RETRY_AFTER_MAX_S) * 1000)
        *retry_after_s = RETRY_AFTER_MAX_S;
    else if (run_at_ms > now_s * 1000)
        *retry_after_s = (run_at_ms + 999) / 1000 - now_s;
    return e->code;
}

/* The flow. */

static enum err_code load_step(
    struct flow *flow, struct store_tx *snapshot, struct order_subject *s, struct err *e)
{
    switch ((enum order_step)flow->job.step) {
    case STEP_CAA:
        if (csr_read_key(flow->mem, s->order.csr, &s->csr, e) != ERR_OK)
            return e->code;
        return order_load_caa(flow, snapshot, s, e);
    case STEP_CHECKS:
    case STEP_DECIDE:
        return csr_read_key(flow->mem, s->order.csr, &s->csr, e);
    case STEP_REFRESH:
        if (csr_read_key(flow->mem, s->order.csr, &s->csr, e) != ERR_OK)
            return e->code;
        return order_load_refresh(flow, snapshot, s, e);
    case STEP_SUBMIT:
        return order_load_checked(flow, snapshot, s, e);
    case STEP_PUBLISH:
    case STEP_FAIL:
    case STEP_POLL:
    case STEP_FIND:
    case STEP_FIND_AGAIN:
    case STEP_LOOK_AGAIN:
    case STEP_UNFIT:
    case STEP_RESEND:
        break;
    case STEP_PROVE:
        return order_proofs_load(flow, snapshot, &s->action, &s->lacks_proof, e);
    }
    return ERR_OK;
}

/* The account's external account says it; what was revoked since speaks for nobody. */
static enum err_code load_recipient(
    struct flow *flow, struct store_tx *snapshot, struct order_subject *s, struct err *e)
{
    struct eab *eab = mem_new(flow->mem, struct eab);
    struct account account;

    if (s->profile == NULL || !s->profile->mail)
        return ERR_OK;
    if (store_account_get(snapshot, flow->mem, s->order.account_id, &account, e) != ERR_OK ||
        account.eab_id == 0)
        return e->code;
    if (store_eab_get(snapshot, flow->mem, account.eab_id, eab, e) != ERR_OK)
        return e->code;
    s->request.recipient = &eab->recipient;
    return ERR_OK;
}

static enum err_code load(struct flow *flow, struct store_tx *snapshot, struct err *e)
{
    struct order_subject *s = mem_new(flow->mem, struct order_subject);

    flow->subject = s;
    if (store_order_get(snapshot, flow->mem, flow->job.subject, &s->order, e) != ERR_OK ||
        store_action_of_order(snapshot, flow->mem, flow->job.subject, &s->action, e) != ERR_OK)
        return e->code;
    if (s->order.status != ORDER_PROCESSING)
        return err_set(e, ERR_NOT_FOUND, "the order is not being processed");
    s->profile = acme_profile_find(flow->settings, s->order.profile);
    s->request = (struct upstream_request){
        .action = &s->action,
        .identifiers = &s->order.identifiers,
        .csr = s->order.csr,
        .may_revoke = s->profile != NULL && s->profile->preferences.allow_destructive,
    };
    if (load_recipient(flow, snapshot, s, e) != ERR_OK)
        return e->code;
    return load_step(flow, snapshot, s, e);
}

/* In the order a healthy order takes them. */
static const struct flow_step order_steps[] = {
    [STEP_CAA] = {"caa", order_begin_caa, order_settle_caa},
    [STEP_CHECKS] = {"checks", NULL, order_settle_checks},
    [STEP_REFRESH] = {"refresh", order_begin_refresh, order_settle_refresh},
    [STEP_DECIDE] = {"decide", NULL, order_settle_decide},
    [STEP_SUBMIT] = {"submit", order_begin_submit, order_settle_submit},
    [STEP_FIND] = {"find", order_begin_find, order_settle_find},
    [STEP_FIND_AGAIN] = {"find again", order_begin_find, order_settle_find},
    [STEP_PROVE] = {"prove", order_begin_prove, order_settle_poll},
    [STEP_RESEND] = {"resend", order_begin_resend, order_settle_poll},
    [STEP_POLL] = {"poll", order_begin_poll, order_settle_poll},
    [STEP_LOOK_AGAIN] = {"look again", order_begin_poll, order_settle_poll},
    [STEP_UNFIT] = {"unfit", order_begin_poll, order_settle_poll},
    [STEP_PUBLISH] = {"publish", NULL, order_settle_publish},
    [STEP_FAIL] = {"fail", NULL, order_settle_fail},
};

const struct flow_kind order_flow = {
    .name = "order",
    .steps = order_steps,
    .steps_len = sizeof order_steps / sizeof order_steps[0],
    .load = load,
};
