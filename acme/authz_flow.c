/* authz_flow - see authz_flow.h. */
#include "acme/authz_flow.h"

#include "acme/authz_reply.h"
#include "acme/authz_request.h"
#include "acme/authz_reuse.h"
#include "acme/authz_verdict.h"
#include "acme/perspective_check.h"
#include "acme/perspective_record.h"
#include "acme/shapes.h"
#include "acme/validators.h"
#include "base/mem.h"
#include "store/authz.h"

/* How often a check that may yet succeed is made in all, and the wait between (RFC 8555, 8.2: 5
 * seconds at least). */
#define TRIES        3
#define TRY_AGAIN_MS 5000

/* What load reads. */
struct authz_subject {
    struct authz authz;
    struct validation_request request;
};

/* What was seen, on the flow's mem. */
struct authz_outcome {
    const struct validation_result *own;
    const struct corroboration *others;
};

enum err_code authz_flow_start(struct store_tx *tx, int64_t authz_id, int64_t now_ms, struct err *e)
{
    return flow_start(&authz_flow, 0, tx, authz_id, now_ms, e);
}

static enum err_code load(struct flow *flow, struct store_tx *snapshot, struct err *e)
{
    struct authz_subject *subject = mem_new(flow->mem, struct authz_subject);
    struct authz *authz = &subject->authz;

    flow->subject = subject;
    if (store_authz_get(snapshot, flow->mem, flow->job.subject, authz, e) != ERR_OK)
        return e->code;
    if (authz->status != AUTHZ_PENDING || authz->tried == 0)
        return err_set(e, ERR_NOT_FOUND, "the authorization waits for no check");
    return authz_request_read(flow->mem, snapshot, flow->world->acme, flow->settings, authz,
        flow->world->now_ms() / 1000, &subject->request, e);
}

static void on_checked(
    void *arg, const struct validation_result *own, const struct corroboration *others)
{
    struct flow *flow = arg;
    struct authz_outcome *o = mem_new(flow->mem, struct authz_outcome);

    *o = (struct authz_outcome){own, others};
    flow->outcome = o;
    flow_done(flow);
}

static void cancel_check(struct flow *flow)
{
    struct perspective_check *check = flow->outcome;

    perspective_check_cancel(&check);
}

static void begin_validate(struct flow *flow)
{
    const struct authz_subject *subject = flow->subject;
    const struct world *world = flow->world;
    struct validation_options options = {
        .loop = world->loop,
        .resolver = world->resolver,
        .http = world->http,
        .filter = &flow->settings->filter,
        .http_port = flow->settings->http01_port,
        .tls_alpn_port = flow->settings->tls_alpn_port,
        .timeout_ms = flow->settings->validation_timeout_ms,
    };
    const struct validator_ops *validator = validator_of(subject->authz.tried);

    /* What is looked for comes by itself. */
    if (subject->authz.tried == CHALLENGE_EMAIL_REPLY_00) {
        flow_done(flow);
        return;
    }
    BUG_ON(validator == NULL);
    /* Until the callback replaces it, the outcome is the handle of the check. */
    flow->outcome = perspective_validate(flow->mem, validator, &options, &subject->request,
        &flow->settings->perspectives, on_checked, flow);
    flow->cancel = cancel_check;
}

static const struct authz *authz_of(const struct flow *flow)
{
    return &((const struct authz_subject *)flow->subject)->authz;
}

static const char *method_of(const struct authz *authz)
{
    return challenge_type_name((enum challenge_type)authz->tried);
}

static const char *address_of(const struct validation_result *result)
{
    return result->address[0] == '\0' ? NULL : result->address;
}

/* Why it is not valid: what was seen here, or that too few others saw the same. */
struct fault {
    struct err why;
    struct subproblem *list;
    size_t len;
};

static struct fault fault_of(struct flow *flow, const struct authz_outcome *o)
{
    struct fault fault = {.list = mem_new_array(flow->mem, struct subproblem, o->others->len)};

    if (o->own->valid)
        perspective_problem(flow->mem, o->others, 0, "the proof of control",
            &authz_of(flow)->identifier, &fault.why, fault.list, &fault.len);
    else
        problem_set(&fault.why, o->own->problem, "%s", o->own->detail);
    return fault;
}

static int64_t valid_until_s(const struct validation_result *own, int64_t until_s)
{
    return own->until_s != 0 && own->until_s < until_s ? own->until_s : until_s;
}

static int settle_valid(
    struct flow *flow, struct store_tx *tx, const struct authz_outcome *o, struct err *e)
{
    const struct authz *authz = authz_of(flow);
    int64_t until_s = flow->now_ms / 1000 + authz_valid_s(flow->settings);

    return authz_verdict_valid(flow, tx, authz, valid_until_s(o->own, until_s), address_of(o->own),
        perspective_fact(flow->mem, method_of(authz), o->others, 0), e);
}

static int settle_again(
    struct flow *flow, struct store_tx *tx, const struct fault *fault, struct err *e)
{
    if (authz_verdict_trouble(flow, tx, authz_of(flow), &fault->why, fault->list, fault->len, e) !=
        ERR_OK)
        return authz_verdict_end(e);
    flow->later_ms = flow_backoff_ms(flow->job.attempts + 1, TRY_AGAIN_MS, 2 * TRY_AGAIN_MS);
    return FLOW_LATER;
}

static int settle_invalid(struct flow *flow, struct store_tx *tx, const struct authz_outcome *o,
    const struct fault *fault, struct err *e)
{
    return authz_verdict_invalid(flow, tx, authz_of(flow), address_of(o->own), &fault->why,
        fault->list, fault->len,
        o->own->valid ? quorum_text(flow->mem, &o->others->quorums[0]) : "", e);
}

static int settle_validate(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct authz_subject *subject = flow->subject;
    const struct authz_outcome *o = flow->outcome;
    const struct authz *authz = &subject->authz;
    bool retry;
    struct fault fault;

    if (authz->tried == CHALLENGE_EMAIL_REPLY_00)
        return authz_reply_settle(flow, tx, authz, subject->request.key_authorization, e);
    retry = o->own->valid ? perspective_may_retry(o->others) : o->own->retry;
    if (o->own->cancelled || o->others->cancelled) {
        flow->later_ms = 0;
        return FLOW_LATER;
    }
    if (perspective_record_validation(
            tx, authz->id, flow->now_ms / 1000, method_of(authz), o->own, o->others, e) != ERR_OK)
        return FLOW_END;
    if (o->own->valid && perspective_quorum_met(o->others))
        return settle_valid(flow, tx, o, e);
    fault = fault_of(flow, o);
    if (retry && flow->job.attempts + 1 < TRIES)
        return settle_again(flow, tx, &fault, e);
    return settle_invalid(flow, tx, o, &fault, e);
}

static const struct flow_step authz_steps[] = {
    {"validate", begin_validate, settle_validate},
};

const struct flow_kind authz_flow = {
    .name = "authz",
    .steps = authz_steps,
    .steps_len = 1,
    .load = load,
};
