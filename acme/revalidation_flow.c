/* revalidation_flow - see revalidation_flow.h. */
#include "acme/revalidation_flow.h"

#include "acme/order_flow.h"
#include "acme/proofs.h"
#include "acme/validation_flow.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/inventories.h"
#include "store/inventory_sync.h"
#include "store/job.h"
#include "store/proof.h"

/* The numbers stand in job rows: never change them. */
enum { STEP_ASK, STEP_PROVE };

#define TROUBLE_BASE_MS 10000
#define TROUBLE_MAX_MS  (15 * 60 * 1000)
/* The end of publishing wakes the job; this is for what was missed. */
#define WAIT_MS (10 * 60 * 1000)
/* What does not go well at first is told of only then. */
#define TELL_AFTER_TRIES 3
#define GIVE_UP_S        (20 * INT64_C(3600))
#define ASKED_MAX_S      INT64_C(3600) /* that the vendor may ask us to wait */

struct revalidation_subject {
    struct validation validation;
    const char *upstream_name;
    struct upstream *upstream; /* NULL: it can no longer be asked, or nobody here publishes */
    bool lacks_proof;
    const char *proof_trouble; /* of one that lacks, or NULL */
};

static struct proof_owner owner_of(const struct validation *validation)
{
    return (struct proof_owner){PROOF_OF_VALIDATION, validation->id};
}

enum err_code revalidation_flow_start(
    struct store_tx *tx, struct validation *validation, int64_t now_ms, struct err *e)
{
    validation->renewing = true;
    validation->tried_s = now_ms / 1000;
    validation->trouble = NULL;
    if (store_validation_put(tx, validation, e) != ERR_OK)
        return e->code;
    return store_job_want(tx, revalidation_flow.name, validation->id, now_ms, e);
}

/* Loading. */

static enum err_code load_proofs(struct flow *flow, struct store_tx *snapshot, struct err *e)
{
    struct revalidation_subject *s = flow->subject;
    struct proof_owner owner = owner_of(&s->validation);
    struct vendor_proof *list;
    size_t len;

    if (store_proof_of(snapshot, flow->mem, &owner, &list, &len, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < len; i++)
        if (list[i].state == VENDOR_PROOF_WANTED) {
            s->lacks_proof = true;
            s->proof_trouble = list[i].trouble;
        }
    return ERR_OK;
}

static enum err_code load(struct flow *flow, struct store_tx *snapshot, struct err *e)
{
    struct revalidation_subject *s = mem_new(flow->mem, struct revalidation_subject);
    struct inventory_sync inventory;

    flow->subject = s;
    if (store_validation_get(snapshot, flow->mem, flow->job.subject, &s->validation, e) != ERR_OK ||
        store_inventory_sync_get(snapshot, flow->mem, s->validation.inventory, &inventory, e) !=
            ERR_OK)
        return e->code;
    s->upstream_name = inventory.upstream;
    if (proof_method_of(&flow->settings->proof_methods, inventory.upstream) != NULL)
        s->upstream = world_upstream(flow->world, inventory.upstream);
    if (s->upstream != NULL && s->upstream->ops->validate == NULL)
        s->upstream = NULL;
    return load_proofs(flow, snapshot, e);
}

/* Calls. */

static void on_result(void *arg, const struct upstream_result *result)
{
    struct flow *flow = arg;
    struct upstream_result *kept = mem_dup(flow->mem, result, sizeof *result);

    kept->detail = mem_strdup(flow->mem, result->detail);
    kept->internal = mem_strdup(flow->mem, result->internal);
    kept->proofs = proofs_copy(flow->mem, result->proofs, result->proofs_len);
    flow->outcome = kept;
    flow_done(flow);
}

static void cancel_call(struct flow *flow)
{
    const struct revalidation_subject *s = flow->subject;

    s->upstream->ops->cancel(flow->outcome);
}

static void answer_ourselves(struct flow *flow, enum err_code code, const char *detail)
{
    struct upstream_result *result = mem_new(flow->mem, struct upstream_result);

    *result = (struct upstream_result){.result = code, .detail = detail, .internal = ""};
    flow->outcome = result;
    flow_done(flow);
}

/* Until the callback replaces it, the outcome is the handle of the call. */
static void begin(struct flow *flow)
{
    const struct revalidation_subject *s = flow->subject;
    struct upstream_domain domain = {s->validation.name, flow->job.step == STEP_PROVE};

    if (s->upstream == NULL)
        answer_ourselves(
            flow, ERR_UPSTREAM_REFUSED, "nobody publishes here for the vendor any more");
    else if (flow->job.step == STEP_PROVE && s->lacks_proof)
        answer_ourselves(flow, ERR_UPSTREAM_TEMPORARY,
            s->proof_trouble == NULL ? "it is being published" : s->proof_trouble);
    else {
        flow->outcome = s->upstream->ops->validate(s->upstream, &domain, on_result, flow);
        flow->cancel = cancel_call;
    }
}

/* Ends. */

/* Whatever was published is taken back, and who watches hears of it. */
static int end(struct flow *flow, struct store_tx *tx, struct validation *now, struct err *e)
{
    struct proof_owner owner = owner_of(now);

    now->renewing = false;
    if (store_validation_put(tx, now, e) == ERR_OK &&
        proofs_leave(tx, &owner, flow->now_ms, e) == ERR_OK)
        validation_flow_wake(tx, now->inventory, flow->now_ms, e);
    return FLOW_END;
}

static int succeed(struct flow *flow, struct store_tx *tx, struct validation *now, struct err *e)
{
    const struct revalidation_subject *s = flow->subject;
    const struct upstream_result *got = flow->outcome;
    const struct validated_domain domain = {now->name, got->validated_until_s};
    const struct validations report = {.lists_domains = true, .domains = &domain, .domains_len = 1};
    char until[CLOCK_RFC3339_SIZE];
    bool changed;

    clock_format(got->validated_until_s, until);
    log_info("validation_renewed", LOG_STR("upstream", s->upstream_name),
        LOG_STR("domain", now->name), LOG_STR("until", until));
    now->renewed_s = flow->now_ms / 1000;
    now->trouble = NULL;
    if (store_inventory_merge_validations(tx, now->inventory, &report, &changed, e) != ERR_OK ||
        order_flow_wake_waiting(tx, s->upstream_name, flow->now_ms, e) != ERR_OK)
        return FLOW_END;
    return end(flow, tx, now, e);
}

static void log_trouble(const struct flow *flow, const char *event)
{
    const struct revalidation_subject *s = flow->subject;
    const struct upstream_result *got = flow->outcome;

    log_warning(event, LOG_STR("upstream", s->upstream_name), LOG_STR("domain", s->validation.name),
        LOG_STR("result", err_code_name(got->result)), LOG_STR("detail", got->detail),
        LOG_STR("internal", got->internal));
}

static int give_up(struct flow *flow, struct store_tx *tx, struct validation *now, struct err *e)
{
    const struct upstream_result *got = flow->outcome;

    log_trouble(flow, "validation_not_renewed");
    now->trouble = got->detail;
    return end(flow, tx, now, e);
}

/* Not yet: again later, and people hear of it if that goes on. */
static int try_later(struct flow *flow, struct store_tx *tx, struct validation *now, struct err *e)
{
    const struct revalidation_subject *s = flow->subject;
    const struct upstream_result *got = flow->outcome;
    bool publishing = flow->job.step == STEP_PROVE && s->lacks_proof;
    int64_t wait_ms =
        publishing ? WAIT_MS
                   : flow_backoff_ms(flow->job.attempts + 1, TROUBLE_BASE_MS, TROUBLE_MAX_MS);

    if (flow->now_ms / 1000 - now->tried_s > GIVE_UP_S)
        return give_up(flow, tx, now, e);
    if (!publishing)
        log_trouble(flow, "validation_not_renewed_yet");
    if (flow->job.attempts + 1 == TELL_AFTER_TRIES) {
        now->trouble = got->detail;
        if (store_validation_put(tx, now, e) != ERR_OK ||
            validation_flow_wake(tx, now->inventory, flow->now_ms, e) != ERR_OK)
            return FLOW_END;
    }
    if (got->retry_after_s > wait_ms / 1000)
        wait_ms = 1000 * (got->retry_after_s < ASKED_MAX_S ? got->retry_after_s : ASKED_MAX_S);
    return flow_later(flow, flow->job.step, wait_ms);
}

static int want_proofs(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct revalidation_subject *s = flow->subject;
    const struct upstream_result *got = flow->outcome;
    struct proof_owner owner = owner_of(&s->validation);

    if (proofs_want(flow, tx, &owner, s->upstream_name, got->proofs, got->proofs_len, e) != ERR_OK)
        return FLOW_END;
    log_info("validation_begun", LOG_STR("upstream", s->upstream_name),
        LOG_STR("domain", s->validation.name));
    return flow_later(flow, STEP_PROVE, WAIT_MS);
}

static int settle(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct revalidation_subject *s = flow->subject;
    const struct upstream_result *got = flow->outcome;
    struct validation now;

    if (got->result == ERR_CANCELLED)
        return flow_later(flow, flow->job.step, 0);
    if (store_validation_get(tx, flow->mem, s->validation.id, &now, e) != ERR_OK)
        return FLOW_END;
    if (got->result == ERR_OK && got->validated_until_s != 0)
        return succeed(flow, tx, &now, e);
    if (got->result == ERR_OK && got->proofs_len > 0)
        return want_proofs(flow, tx, e);
    if (got->result == ERR_UPSTREAM_REFUSED)
        return give_up(flow, tx, &now, e);
    return try_later(flow, tx, &now, e);
}

static const struct flow_step revalidation_steps[] = {
    [STEP_ASK] = {"ask", begin, settle},
    [STEP_PROVE] = {"prove", begin, settle},
};

const struct flow_kind revalidation_flow = {
    .name = "revalidation",
    .steps = revalidation_steps,
    .steps_len = sizeof revalidation_steps / sizeof revalidation_steps[0],
    .load = load,
};
