/* authz_flow - see authz_flow.h. */
#include "acme/authz_flow.h"

#include "acme/authz_request.h"
#include "acme/authz_reuse.h"
#include "acme/validators.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/authz.h"
#include "store/order.h"

/* How often a check that may yet succeed is made in all, and the wait between (RFC 8555, 8.2: 5
 * seconds at least). */
#define TRIES        3
#define TRY_AGAIN_MS 5000

/* What load reads. */
struct authz_subject {
    struct authz authz;
    struct validation_request request;
};

struct authz_outcome {
    bool valid;
    bool cancelled;
    bool retry;
    enum problem problem;
    const char *detail;
    const char *address; /* or NULL */
    int64_t until_s;     /* the proof counts no longer; 0: it sets no end itself */
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

static void on_checked(void *arg, const struct validation_result *result)
{
    struct flow *flow = arg;
    struct authz_outcome *o = mem_new(flow->mem, struct authz_outcome);

    *o = (struct authz_outcome){
        .valid = result->valid,
        .cancelled = result->cancelled,
        .retry = result->retry,
        .problem = result->problem,
        .detail = mem_strdup(flow->mem, result->detail),
        .until_s = result->until_s,
        .address = result->address[0] == '\0' ? NULL : mem_strdup(flow->mem, result->address),
    };
    flow->outcome = o;
    flow_done(flow);
}

static void cancel_check(struct flow *flow)
{
    struct validation *check = flow->outcome;

    validation_cancel(&check);
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

    BUG_ON(validator == NULL);
    /* Until the callback replaces it, the outcome is the handle of the check. */
    flow->outcome = validation_start(validator, &options, &subject->request, on_checked, flow);
    flow->cancel = cancel_check;
}

/* What was given up while it was being looked at stays as it is (ERR_CONFLICT). */
static int end_unless_in_trouble(struct err *e)
{
    if (e->code == ERR_CONFLICT)
        *e = (struct err){0};
    return FLOW_END;
}

static char *challenge_error(void *mem, const struct authz_outcome *o)
{
    struct err why = {0};

    problem_set(&why, o->problem, "%s", o->detail);
    return problem_json(mem, &why, NULL, 0);
}

static int64_t valid_until_s(const struct authz_outcome *o, int64_t until_s)
{
    return o->until_s != 0 && o->until_s < until_s ? o->until_s : until_s;
}

static int settle_valid(
    struct flow *flow, struct store_tx *tx, const struct authz_outcome *o, struct err *e)
{
    const struct authz *authz = &((const struct authz_subject *)flow->subject)->authz;
    int64_t now_s = flow->now_ms / 1000;

    log_info("authz_valid", LOG_INT("authz", authz->id), LOG_INT("account", authz->account_id),
        LOG_STR("name", authz->identifier.value), LOG_STR("address", o->address));
    if (store_authz_valid(tx, authz->id, now_s,
            valid_until_s(o, now_s + authz_valid_s(flow->settings)), o->address, e) == ERR_OK)
        store_order_authz_valid(tx, authz->id, e);
    return end_unless_in_trouble(e);
}

/* What went wrong is shown already while further tries follow (RFC 8555, 8.2). */
static int settle_again(
    struct flow *flow, struct store_tx *tx, const struct authz_outcome *o, struct err *e)
{
    const struct authz *authz = &((const struct authz_subject *)flow->subject)->authz;

    if (store_authz_try_failed(tx, authz->id, challenge_error(flow->mem, o), e) != ERR_OK)
        return end_unless_in_trouble(e);
    flow->later_ms = flow_backoff_ms(flow->job.attempts + 1, TRY_AGAIN_MS, 2 * TRY_AGAIN_MS);
    return FLOW_LATER;
}

static int settle_invalid(
    struct flow *flow, struct store_tx *tx, const struct authz_outcome *o, struct err *e)
{
    const struct authz *authz = &((const struct authz_subject *)flow->subject)->authz;
    struct err why = {0};
    char *order_error;

    /* The detail shows what was found, which may be a key authorization: it is the client's only.
     */
    log_info("authz_invalid", LOG_INT("authz", authz->id), LOG_INT("account", authz->account_id),
        LOG_STR("name", authz->identifier.value), LOG_STR("address", o->address),
        LOG_STR("problem", problem_type(o->problem)));
    rate_count_failure(flow->world->acme->rates, &flow->settings->rates, authz->account_id,
        &authz->identifier, clock_monotonic_ms());
    problem_set(&why, o->problem, "control over \"%s\" was not proven: %s", authz->identifier.value,
        o->detail);
    order_error = problem_json(flow->mem, &why, NULL, 0);
    if (store_authz_invalid(tx, authz->id, o->address, challenge_error(flow->mem, o), e) == ERR_OK)
        store_order_authz_lost(tx, authz->id, order_error, e);
    return end_unless_in_trouble(e);
}

static int settle_validate(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct authz_outcome *o = flow->outcome;

    if (o->cancelled) {
        flow->later_ms = 0;
        return FLOW_LATER;
    }
    if (o->valid)
        return settle_valid(flow, tx, o, e);
    if (o->retry && flow->job.attempts + 1 < TRIES)
        return settle_again(flow, tx, o, e);
    return settle_invalid(flow, tx, o, e);
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
