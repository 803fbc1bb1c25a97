/* revocation_flow - see revocation_flow.h. */
#include "acme/revocation_flow.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/action.h"
#include "store/certificate.h"
#include "store/inventory.h"

#define TROUBLE_BASE_MS 5000
#define TROUBLE_MAX_MS  (15 * 60 * 1000)

/* A vendor may refuse for a while: while a reissue of the certificate is under way, for one. */
#define REFUSED_MS    (60 * 60 * 1000)
#define REFUSED_TRIES (7 * 24)

enum { STEP_REVOKE };

struct revocation_subject {
    struct certificate certificate;
    struct action action; /* that it came by */
    struct upstream *upstream;
};

static bool is_vendors(const struct acme_settings *settings, const char *upstream)
{
    for (size_t i = 0; i < settings->profiles_len; i++)
        if (strcmp(settings->profiles[i].upstream, upstream) == 0)
            return settings->profiles[i].upstream_ops->revoke != NULL;
    return false;
}

enum err_code revocation_flow_start(const struct acme_settings *settings, struct store_tx *tx,
    const struct certificate *certificate, int64_t now_ms, struct err *e)
{
    struct action action;

    if (store_action_of_order(tx, store_tx_mem(tx), certificate->order_id, &action, e) != ERR_OK) {
        if (e->code != ERR_NOT_FOUND)
            return e->code;
        *e = (struct err){0}; /* of a time before actions */
        return ERR_OK;
    }
    return is_vendors(settings, action.upstream)
               ? flow_start(&revocation_flow, STEP_REVOKE, tx, certificate->id, now_ms, e)
               : ERR_OK;
}

static enum err_code load(struct flow *flow, struct store_tx *snapshot, struct err *e)
{
    struct revocation_subject *s = mem_new(flow->mem, struct revocation_subject);

    flow->subject = s;
    if (store_certificate_get(snapshot, flow->mem, flow->job.subject, &s->certificate, e) !=
            ERR_OK ||
        store_action_of_order(snapshot, flow->mem, s->certificate.order_id, &s->action, e) !=
            ERR_OK)
        return e->code;
    s->upstream = world_upstream(flow->world, s->action.upstream);
    return ERR_OK;
}

static void on_result(void *arg, const struct upstream_result *result)
{
    struct flow *flow = arg;
    struct upstream_result *kept = mem_new(flow->mem, struct upstream_result);

    *kept = (struct upstream_result){
        .result = result->result,
        .detail = mem_strdup(flow->mem, result->detail),
        .internal = mem_strdup(flow->mem, result->internal),
        .waits_for = mem_strdup(flow->mem, result->waits_for),
        .retry_after_s = result->retry_after_s,
    };
    flow->outcome = kept;
    flow_done(flow);
}

static void cancel_revoke(struct flow *flow)
{
    const struct revocation_subject *s = flow->subject;

    s->upstream->ops->cancel(flow->outcome);
}

/* Until the callback replaces it, the outcome is the handle of the call. */
static void begin_revoke(struct flow *flow)
{
    struct revocation_subject *s = flow->subject;
    struct upstream_revocation revocation = {
        .vendor_order = s->action.vendor_order,
        .vendor_certificate = s->action.vendor_certificate,
        .serial = s->certificate.serial,
        .reason = s->certificate.revocation_reason,
        .why = "revoked by its holder",
    };

    if (s->upstream == NULL || s->upstream->ops->revoke == NULL) {
        on_result(flow, &(struct upstream_result){.result = ERR_UPSTREAM_TEMPORARY,
                            .detail = "the certificate authority is no longer configured"});
        return;
    }
    flow->outcome = s->upstream->ops->revoke(s->upstream, &revocation, on_result, flow);
    flow->cancel = cancel_revoke;
}

/* The next decision must know. */
static enum err_code note_revoked(
    struct store_tx *tx, const struct action *action, int64_t now_s, struct err *e)
{
    struct vendor_certificate revoked = {.id = action->vendor_certificate, .revoked = true};
    struct vendor_order report = {
        .id = action->vendor_order, .certificates = &revoked, .certificates_len = 1};
    enum merge_result result;
    int64_t inventory;

    if (action->vendor_order == NULL || action->vendor_certificate == NULL)
        return ERR_OK;
    if (store_inventory_open(tx, action->upstream, NULL, &inventory, e) != ERR_OK) {
        if (e->code != ERR_NOT_FOUND)
            return e->code;
        *e = (struct err){0};
        return ERR_OK;
    }
    return store_inventory_merge(tx, inventory, &report, NULL, now_s, &result, e);
}

static int settle_trouble(struct flow *flow, const struct upstream_result *result)
{
    const struct revocation_subject *s = flow->subject;
    bool refused = result->result == ERR_UPSTREAM_REFUSED;
    int64_t wait_ms = flow_backoff_ms(flow->job.attempts + 1, TROUBLE_BASE_MS, TROUBLE_MAX_MS);
    bool gives_up = refused && flow->job.attempts + 1 >= REFUSED_TRIES;

    log_error(gives_up ? "revocation_given_up" : "revocation_not_done",
        LOG_INT("certificate", s->certificate.id), LOG_STR("upstream", s->action.upstream),
        LOG_STR("vendor_order", s->action.vendor_order), LOG_STR("detail", result->detail),
        LOG_STR("internal", result->internal));
    if (gives_up)
        return FLOW_END;
    if (refused)
        wait_ms = REFUSED_MS;
    if (result->retry_after_s * 1000 > wait_ms)
        wait_ms = result->retry_after_s * 1000;
    return flow_later(flow, STEP_REVOKE, wait_ms);
}

static int settle_revoke(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct revocation_subject *s = flow->subject;
    const struct upstream_result *result = flow->outcome;

    if (result->result == ERR_CANCELLED)
        return flow_later(flow, STEP_REVOKE, 0);
    if (result->result != ERR_OK)
        return settle_trouble(flow, result);
    if (result->waits_for != NULL) {
        log_warning("revocation_waits", LOG_INT("certificate", s->certificate.id),
            LOG_STR("upstream", s->action.upstream), LOG_STR("waits_for", result->waits_for));
        return FLOW_END; /* to ask again would be another request for the approver */
    }
    log_info("revoked_upstream", LOG_INT("certificate", s->certificate.id),
        LOG_STR("upstream", s->action.upstream),
        LOG_STR("vendor_certificate", s->action.vendor_certificate));
    note_revoked(tx, &s->action, flow->now_ms / 1000, e);
    return FLOW_END;
}

static const struct flow_step revocation_steps[] = {
    [STEP_REVOKE] = {"revoke", begin_revoke, settle_revoke},
};

const struct flow_kind revocation_flow = {
    .name = "revocation",
    .steps = revocation_steps,
    .steps_len = 1,
    .load = load,
};
