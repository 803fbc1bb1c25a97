/* order_flow - see order_flow.h. */
#include "acme/order_flow.h"

#include <string.h>

#include "acme/issued.h"
#include "acme/order_caa.h"
#include "acme/order_checks.h"
#include "acme/order_dates.h"
#include "acme/perspective_check.h"
#include "acme/perspective_record.h"
#include "base/cert.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/account.h"
#include "store/action.h"
#include "store/certificate.h"
#include "store/checks.h"
#include "store/order.h"

/* An upstream that cannot be reached now is asked again for this long before the order is given up.
 */
#define SUBMIT_BASE_MS 2000
#define SUBMIT_MAX_MS  (5 * 60 * 1000)
#define SUBMIT_TRIES   20

/* CAA that cannot be found out is asked for again, and the order given up after so many tries. */
#define CAA_BASE_MS 2000
#define CAA_MAX_MS  30000
#define CAA_TRIES   4

/* The numbers stand in job rows: never change them. */
enum { STEP_CAA, STEP_SUBMIT, STEP_PUBLISH, STEP_FAIL, STEP_CHECKS };

/* What load reads. */
struct order_subject {
    struct order order;
    struct action action;
    struct upstream_request request;
    struct upstream *upstream; /* that has the call under way */
    struct order_caa caa;      /* at STEP_CAA */
    bool is_checked;           /* the fact stands in the store and still holds; at STEP_SUBMIT */
};

/* What an upstream said, or the DNS, kept for settle. */
struct order_outcome {
    struct upstream_result result;
    struct issued issued;           /* what of the result may be published */
    struct err unfit;               /* code ERR_OK: it may be */
    struct err refused;             /* code ERR_OK: nothing stands against it */
    struct subproblem *subproblems; /* of `refused` */
    size_t subproblems_len;
    bool retry, cancelled;
    const char *caa; /* what was found, in words */
    const struct caa_finding *findings;
    const struct corroboration *others; /* NULL: CAA says nothing about these names */
};

static bool needs_caa(const struct acme_profile *profile)
{
    return profile->caa_identities[0] != NULL;
}

/* Nobody knows any more what the order's names are to be checked for. */
static enum err_code refuse_profile(const struct order *order, struct err *e)
{
    return problem_set(e, PROBLEM_INVALID_PROFILE,
        "the profile \"%s\" of this order is no longer offered; make a new order", order->profile);
}

/* Stores the fact that all checks were made, unless `checks` says that one lacks. */
static enum err_code note_checks(void *mem, struct store_tx *tx, const struct order *order,
    int64_t action_id, int64_t now_s, bool with_caa, struct order_checks *checks, struct err *e)
{
    if (order_checks_read(mem, tx, order, action_id, with_caa, now_s, checks, e) != ERR_OK ||
        checks->lacks_name != NULL || checks->lacks_caa)
        return e->code;
    return store_action_note_checks(tx, action_id, now_s, checks->text, e);
}

static enum err_code refuse_unchecked(
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

/* Nothing more is to be asked: the order goes upstream. */
static enum err_code start_at_submit(struct acme_req *req, struct store_tx *tx,
    const struct order *order, int64_t action_id, struct err *e)
{
    struct order_checks checks;

    if (note_checks(req->mem, tx, order, action_id, req->now_s, false, &checks, e) != ERR_OK)
        return e->code;
    if (checks.lacks_name != NULL)
        return refuse_unchecked(order, &checks, e);
    return flow_start(&order_flow, STEP_SUBMIT, tx, order->id, req->now_s * 1000, e);
}

enum err_code order_flow_start(struct acme_req *req, struct store_tx *tx, const struct order *order,
    const uint8_t key_hash[32], struct err *e)
{
    const struct acme_profile *profile = acme_profile_find(req->settings, order->profile);
    uint8_t reference[32];
    struct action action;

    if (profile == NULL)
        return refuse_profile(order, e);
    action = (struct action){
        .order_id = order->id,
        .upstream = profile->upstream,
        .act = ACT_NEW,
        .state = ACTION_SENDING,
        .sent_s = req->now_s,
        .reference = {reference, 0},
        .key_hash = {key_hash, 32},
        .created_s = req->now_s,
    };
    order_dates_choose(req->settings, profile, order, req->now_s, &action);
    profile->upstream_ops->new_reference(reference, &action.reference.len);
    if (store_action_add(tx, &action, e) != ERR_OK)
        return e->code;
    if (needs_caa(profile))
        return flow_start(&order_flow, STEP_CAA, tx, order->id, req->now_s * 1000, e);
    return start_at_submit(req, tx, order, action.id, e);
}

static enum err_code load_caa(
    struct flow *flow, struct store_tx *snapshot, struct order_subject *s, struct err *e)
{
    const struct acme_profile *profile = acme_profile_find(flow->settings, s->order.profile);

    if (profile == NULL)
        return ERR_OK;
    return order_caa_read(flow->mem, snapshot, &s->order, profile->caa_identities,
        acme_account_url(flow->mem, flow->world->acme, flow->settings, s->order.account_id),
        &s->caa, e);
}

static enum err_code load_submit(
    struct flow *flow, struct store_tx *snapshot, struct order_subject *s, struct err *e)
{
    const struct acme_profile *profile = acme_profile_find(flow->settings, s->order.profile);
    int64_t since_s = flow->world->now_ms() / 1000 - CAA_LASTS_S;
    struct checks checks, caa;

    if (store_action_checks(snapshot, flow->mem, s->action.id, &checks, &caa, e) == ERR_OK)
        s->is_checked = checks.checked_s > since_s &&
                        (profile == NULL || !needs_caa(profile) || caa.checked_s > since_s);
    return e->code;
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
    s->request = (struct upstream_request){
        .action = &s->action,
        .identifiers = &s->order.identifiers,
        .csr = s->order.csr,
    };
    if (flow->job.step == STEP_CAA)
        return load_caa(flow, snapshot, s, e);
    return flow->job.step == STEP_SUBMIT ? load_submit(flow, snapshot, s, e) : ERR_OK;
}

static struct order_outcome *new_outcome(struct flow *flow)
{
    struct order_outcome *o = mem_new(flow->mem, struct order_outcome);

    flow->outcome = o;
    return o;
}

/* caa: before money is spent, every name's domain must allow it (RFC 8659). */

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
    struct order_outcome *o = new_outcome(flow);

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

static void begin_caa(struct flow *flow)
{
    const struct order_subject *s = flow->subject;
    struct validation_options options = {
        .loop = flow->world->loop,
        .resolver = flow->world->resolver,
        .http = flow->world->http,
        .timeout_ms = PERSPECTIVE_CAA_PATIENCE * flow->settings->validation_timeout_ms,
    };

    if (s->caa.len == 0) {
        new_outcome(flow)->caa = "";
        flow_done(flow);
        return;
    }
    flow->outcome = perspective_ask_caa(
        flow->mem, &options, s->caa.names, s->caa.len, &flow->settings->perspectives, on_caa, flow);
    flow->cancel = cancel_caa;
}

static int settle_caa(struct flow *flow, struct store_tx *tx, struct err *e)
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

/* checks: all that was required is on record, or nothing is asked for upstream. */

/* What its account's key authorized and is not under way yet is given up with the account (RFC
 * 8555, 7.3.6). */
static enum err_code check_account(
    void *mem, struct store_tx *tx, const struct order *order, struct err *refused, struct err *e)
{
    struct account account;

    if (store_account_get(tx, mem, order->account_id, &account, e) == ERR_OK &&
        account.status != ACCOUNT_VALID)
        problem_set(refused, PROBLEM_UNAUTHORIZED, "the account was deactivated");
    return e->code;
}

static int settle_checks(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct order_subject *s = flow->subject;
    const struct acme_profile *profile = acme_profile_find(flow->settings, s->order.profile);
    struct order_checks checks;
    struct err refused = {0};

    if (check_account(flow->mem, tx, &s->order, &refused, e) != ERR_OK)
        return FLOW_END;
    if (profile == NULL)
        refuse_profile(&s->order, &refused);
    if (refused.code != ERR_OK) {
        new_outcome(flow)->refused = refused;
        return STEP_FAIL;
    }
    if (note_checks(flow->mem, tx, &s->order, s->action.id, flow->now_ms / 1000, needs_caa(profile),
            &checks, e) != ERR_OK)
        return FLOW_END;
    if (checks.lacks_name != NULL) {
        refuse_unchecked(&s->order, &checks, &new_outcome(flow)->refused);
        return STEP_FAIL;
    }
    return checks.lacks_caa ? STEP_CAA /* its upstream has names in CAA since a moment ago */
                            : STEP_SUBMIT;
}

/* submit: the intent is durable; now it is carried out. */

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

static void on_result(void *arg, const struct upstream_result *result)
{
    struct flow *flow = arg;
    struct order_outcome *o = new_outcome(flow);

    o->result = *result;
    o->result.detail = mem_strdup(flow->mem, result->detail);
    o->result.internal = mem_strdup(flow->mem, result->internal);
    if (result->result == ERR_OK && result->issued) {
        o->result.leaf = bytes_copy(flow->mem, result->leaf);
        o->result.chain = mem_strdup(flow->mem, result->chain);
        check_issued(flow, o);
        if (o->unfit.code == ERR_OK)
            o->issued.alternates = copy_chains(flow, o->issued.alternates);
    }
    flow_done(flow);
}

static void cancel_submit(struct flow *flow)
{
    const struct order_subject *s = flow->subject;

    s->upstream->ops->cancel(flow->outcome);
}

static void begin_submit(struct flow *flow)
{
    struct order_subject *s = flow->subject;

    if (!s->is_checked) { /* by an earlier version, or long ago: back to the step before */
        new_outcome(flow)->result = (struct upstream_result){.result = ERR_DENIED};
        flow_done(flow);
        return;
    }
    s->upstream = world_upstream(flow->world, s->action.upstream);
    if (s->upstream == NULL) {
        new_outcome(flow)->result = (struct upstream_result){
            .result = ERR_UPSTREAM_REFUSED,
            .detail = "the certificate authority of this order is no longer configured",
        };
        flow_done(flow);
        return;
    }
    /* Until the callback replaces it, the outcome is the handle of the call. */
    flow->outcome = s->upstream->ops->submit(s->upstream, &s->request, on_result, flow);
    flow->cancel = cancel_submit;
}

static int settle_submit(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct upstream_result *result = &((struct order_outcome *)flow->outcome)->result;
    const struct order_subject *s = flow->subject;

    (void)tx;
    (void)e;
    if (!s->is_checked)
        return STEP_CHECKS;
    if (result->result == ERR_OK && result->issued)
        return STEP_PUBLISH;
    if (result->result == ERR_CANCELLED) { /* by us: the answer is still to come */
        flow->later_ms = 0;
        return FLOW_LATER;
    }
    log_warning("order_not_issued", LOG_INT("order", flow->job.subject),
        LOG_STR("result", err_code_name(result->result)), LOG_STR("detail", result->detail),
        LOG_STR("internal", result->internal));
    if (result->result == ERR_UPSTREAM_TEMPORARY && flow->job.attempts + 1 < SUBMIT_TRIES) {
        flow->later_ms = flow_backoff_ms(flow->job.attempts + 1, SUBMIT_BASE_MS, SUBMIT_MAX_MS);
        return FLOW_LATER;
    }
    return STEP_FAIL;
}

/* publish: what the upstream issued is what was ordered, or it is not handed out. */

static const char *serial_text(struct bytes serial, char out[80])
{
    hex_encode(serial.data, serial.len > 39 ? 39 : serial.len, out);
    return out;
}

static void log_issued(const struct order *order, const struct certificate *certificate)
{
    char serial[80];

    log_info("order_issued", LOG_INT("order", order->id), LOG_INT("account", order->account_id),
        LOG_STR("name", order->identifiers.list[0].value),
        LOG_INT("names", (int64_t)order->identifiers.len),
        LOG_STR("serial", serial_text(certificate->serial, serial)));
}

/* Nobody can use what the upstream returned: the client must know, and the operator, too. */
static int refuse_certificate(struct flow *flow, struct order_outcome *o)
{
    char serial[80];

    o->result.detail =
        mem_printf(flow->mem, "the certificate authority returned %s", o->unfit.detail);
    log_error("order_wrong_certificate", LOG_INT("order", flow->job.subject),
        LOG_STR("serial", serial_text(o->issued.leaf.serial, serial)),
        LOG_STR("detail", o->result.detail));
    return STEP_FAIL;
}

static int settle_publish(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct order_subject *s = flow->subject;
    struct order_outcome *o = flow->outcome;
    struct certificate certificate = {
        .account_id = s->order.account_id,
        .order_id = s->order.id,
        .serial = o->issued.leaf.serial,
        .der = o->result.leaf,
        .chain = o->result.chain,
        .not_before_s = o->issued.leaf.not_before_s,
        .not_after_s = o->issued.leaf.not_after_s,
    };

    if (o->unfit.code != ERR_OK)
        return refuse_certificate(flow, o);
    if (o->issued.left_out != NULL)
        log_warning("alternate_chain_left_out", LOG_INT("order", s->order.id),
            LOG_STR("detail", o->issued.left_out));
    if (store_certificate_add(tx, &certificate, s->action.upstream, s->action.key_hash,
            o->issued.alternates, e) != ERR_OK ||
        store_action_end(tx, s->action.id, ACTION_DONE, NULL, flow->now_ms / 1000, e) != ERR_OK ||
        store_order_issued(tx, s->order.id, certificate.id, e) != ERR_OK)
        return FLOW_END;
    log_issued(&s->order, &certificate);
    return FLOW_END;
}

static int settle_fail(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct order_subject *s = flow->subject;
    const struct order_outcome *o = flow->outcome;
    struct err why = o->refused;

    if (why.code == ERR_OK)
        problem_set(&why, PROBLEM_SERVER_INTERNAL,
            "the certificate could not be issued: %s; make a new order later",
            o->result.detail != NULL ? o->result.detail
                                     : "the certificate authority gave no reason");
    if (store_action_end(tx, s->action.id, ACTION_FAILED, NULL, flow->now_ms / 1000, e) == ERR_OK)
        store_order_failed(
            tx, s->order.id, problem_json(flow->mem, &why, o->subproblems, o->subproblems_len), e);
    return FLOW_END;
}

/* In the order a healthy order takes them. */
static const struct flow_step order_steps[] = {
    [STEP_CAA] = {"caa", begin_caa, settle_caa},
    [STEP_CHECKS] = {"checks", NULL, settle_checks},
    [STEP_SUBMIT] = {"submit", begin_submit, settle_submit},
    [STEP_PUBLISH] = {"publish", NULL, settle_publish},
    [STEP_FAIL] = {"fail", NULL, settle_fail},
};

const struct flow_kind order_flow = {
    .name = "order",
    .steps = order_steps,
    .steps_len = sizeof order_steps / sizeof order_steps[0],
    .load = load,
};
