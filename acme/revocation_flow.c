/* revocation_flow - see revocation_flow.h. */
#include "acme/revocation_flow.h"

#include <string.h>

#include "acme/crl_flow.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/action.h"
#include "store/certificate.h"
#include "store/inventory.h"
#include "store/job.h"
#include "store/revocation.h"

#define TROUBLE_BASE_MS 5000
#define TROUBLE_MAX_MS  (15 * 60 * 1000)
#define ASK_MAX_S       (24 * 60 * 60) /* that the vendor may ask us to wait */

/* An approver takes hours or days. */
#define POLL_BASE_MS 60000
#define POLL_MAX_MS  (15 * 60 * 1000)

/* What was refused may go well once a right was given, or a key replaced. */
#define REFUSED_MS (24 * 60 * 60 * 1000)

struct revocation_subject {
    struct certificate certificate;
    struct action action; /* that it came by */
    struct revocation revocation;
    struct upstream *upstream;
};

/* Asking. */

static bool is_vendors(const struct acme_settings *settings, const char *upstream)
{
    for (size_t i = 0; i < settings->inventories_len; i++)
        if (strcmp(settings->inventories[i].upstream, upstream) == 0)
            return true;
    for (size_t i = 0; i < settings->profiles_len; i++)
        if (strcmp(settings->profiles[i].upstream, upstream) == 0)
            return settings->profiles[i].upstream_ops->revoke != NULL;
    return false;
}

/* The action that the certificate came by; false: no vendor must be told, or e is set. */
static bool find_vendor(const struct acme_settings *settings, struct store_tx *tx,
    const struct certificate *certificate, struct action *action, struct err *e)
{
    if (store_action_of_order(tx, store_tx_mem(tx), certificate->order_id, action, e) == ERR_OK)
        return is_vendors(settings, action->upstream);
    if (e->code == ERR_NOT_FOUND) /* of a time before actions */
        *e = (struct err){0};
    return false;
}

static enum err_code tell_vendor(
    struct store_tx *tx, const struct revocation_wish *wish, int64_t now_ms, struct err *e)
{
    if (store_revocation_ask(tx, wish->certificate->id, wish->asked_by, now_ms / 1000, e) != ERR_OK)
        return e->code;
    return store_job_want(tx, revocation_flow.name, wish->certificate->id, now_ms, e);
}

/* Who asked, and whose it is: a certificate may have served several orders. */
static enum err_code log_revoked(
    struct store_tx *tx, const struct revocation_wish *wish, struct err *e)
{
    const struct certificate *certificate = wish->certificate;
    struct bytes serial = certificate->serial;
    char text[80];
    int64_t orders = 0;

    hex_encode(serial.data, serial.len > 39 ? 39 : serial.len, text);
    if (store_revocation_orders(tx, certificate->id, &orders, e) == ERR_OK)
        log_info("certificate_revoked", LOG_INT("certificate", certificate->id),
            LOG_STR("serial", text), LOG_INT("reason", wish->reason), LOG_STR("by", wish->asked_by),
            LOG_INT("account", certificate->account_id), LOG_INT("orders", orders));
    return e->code;
}

enum err_code revocation_flow_start(const struct acme_settings *settings, struct store_tx *tx,
    const struct revocation_wish *wish, int64_t now_ms, struct err *e)
{
    struct action action;

    if (store_certificate_revoke(tx, wish->certificate->id, now_ms / 1000, wish->reason, e) !=
            ERR_OK ||
        crl_flow_want(settings, tx, now_ms, e) != ERR_OK)
        return e->code;
    if (find_vendor(settings, tx, wish->certificate, &action, e) &&
        tell_vendor(tx, wish, now_ms, e) != ERR_OK)
        return e->code;
    return e->code == ERR_OK ? log_revoked(tx, wish, e) : e->code;
}

enum err_code revocation_flow_repeat(const struct acme_settings *settings, struct store_tx *tx,
    const struct revocation_wish *wish, int64_t now_ms, struct err *e)
{
    struct revocation known = {.state = REVOCATION_REFUSED};
    struct action action;

    if (!find_vendor(settings, tx, wish->certificate, &action, e))
        return e->code != ERR_OK ? e->code
                                 : err_set(e, ERR_CONFLICT, "the certificate is revoked already");
    if (store_revocation_get(tx, store_tx_mem(tx), wish->certificate->id, &known, e) != ERR_OK &&
        e->code != ERR_NOT_FOUND) /* revoked when no vendor was told yet */
        return e->code;
    *e = (struct err){0};
    if (known.state == REVOCATION_DONE)
        return err_set(
            e, ERR_CONFLICT, "the certificate is revoked already, here and at the vendor");
    if (known.state == REVOCATION_REFUSED)
        return tell_vendor(tx, wish, now_ms, e);
    return store_job_want(tx, revocation_flow.name, wish->certificate->id, now_ms, e);
}

/* What the vendor did by itself. */

static enum err_code learn_one(struct store_tx *tx, int64_t id, int64_t now_s, struct err *e)
{
    struct revocation revocation = {.certificate_id = id, .state = REVOCATION_DONE};

    if (store_certificate_revoke(tx, id, now_s, -1, e) != ERR_OK ||
        store_revocation_ask(tx, id, "the vendor", now_s, e) != ERR_OK ||
        store_revocation_put(tx, &revocation, now_s, e) != ERR_OK)
        return e->code;
    log_warning("revoked_by_vendor", LOG_INT("certificate", id));
    return ERR_OK;
}

/* vendor_certificate NULL: all of the order. */
static enum err_code learn(struct store_tx *tx, void *mem, const char *upstream,
    const char *vendor_order, const char *vendor_certificate, int64_t now_s, struct err *e)
{
    int64_t *ids;
    size_t len;

    if (store_revocation_unknown(
            tx, mem, upstream, vendor_order, vendor_certificate, &ids, &len, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < len; i++)
        if (learn_one(tx, ids[i], now_s, e) != ERR_OK)
            return e->code;
    return ERR_OK;
}

enum err_code revocation_learn(struct store_tx *tx, void *mem, const char *upstream,
    const struct vendor_order *report, int64_t now_s, struct err *e)
{
    if (report->standing == STANDING_REVOKED && (report->said & SAID_STANDING) != 0)
        return learn(tx, mem, upstream, report->id, NULL, now_s, e);
    for (size_t i = 0; i < report->certificates_len; i++)
        if (report->certificates[i].revoked &&
            learn(tx, mem, upstream, report->id, report->certificates[i].id, now_s, e) != ERR_OK)
            return e->code;
    return ERR_OK;
}

/* submit, poll: the same question. */

static enum err_code load(struct flow *flow, struct store_tx *snapshot, struct err *e)
{
    struct revocation_subject *s = mem_new(flow->mem, struct revocation_subject);
    int64_t id = flow->job.subject;

    flow->subject = s;
    if (store_certificate_get(snapshot, flow->mem, id, &s->certificate, e) != ERR_OK ||
        store_revocation_get(snapshot, flow->mem, id, &s->revocation, e) != ERR_OK ||
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
        .request_id = mem_strdup(flow->mem, result->request_id),
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
        .why = mem_printf(flow->mem, "asked for by %s", s->revocation.asked_by),
        .request_id = s->revocation.vendor_request,
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

static enum err_code note(struct flow *flow, struct store_tx *tx, enum revocation_state state,
    const char *detail, struct err *e)
{
    const struct upstream_result *result = flow->outcome;
    const struct revocation revocation = {.certificate_id = flow->job.subject,
        .state = state,
        .vendor_request = result->request_id,
        .detail = detail};

    return store_revocation_put(tx, &revocation, flow->now_ms / 1000, e);
}

static void log_trouble(const struct flow *flow, enum log_level level, const char *event)
{
    const struct revocation_subject *s = flow->subject;
    const struct upstream_result *result = flow->outcome;

    log_event(level, event, LOG_INT("certificate", s->certificate.id),
        LOG_STR("upstream", s->action.upstream), LOG_STR("vendor_order", s->action.vendor_order),
        LOG_STR("detail", result->detail), LOG_STR("internal", result->internal));
}

/* Only a person can help. What an approver rejected is not laid before them again. */
static int settle_refused(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct revocation_subject *s = flow->subject;
    const struct upstream_result *result = flow->outcome;

    log_trouble(flow, LOG_ERROR, "revocation_refused");
    note(flow, tx, REVOCATION_REFUSED, result->detail, e);
    return s->revocation.vendor_request != NULL
               ? FLOW_END
               : flow_later(flow, REVOCATION_STEP_SUBMIT, REFUSED_MS);
}

static int settle_trouble(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct revocation_subject *s = flow->subject;
    const struct upstream_result *result = flow->outcome;
    int64_t wait_ms = flow_backoff_ms(flow->job.attempts + 1, TROUBLE_BASE_MS, TROUBLE_MAX_MS);
    int64_t asked_s = result->retry_after_s < ASK_MAX_S ? result->retry_after_s : ASK_MAX_S;

    log_trouble(flow, LOG_WARNING, "revocation_not_done");
    note(flow, tx, s->revocation.state, result->detail, e);
    return flow_later(flow, flow->job.step, asked_s * 1000 > wait_ms ? asked_s * 1000 : wait_ms);
}

static int settle_pending(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct revocation_subject *s = flow->subject;
    const struct upstream_result *result = flow->outcome;
    int attempt = flow->job.step == REVOCATION_STEP_POLL ? flow->job.attempts + 1 : 1;

    if (s->revocation.state != REVOCATION_PENDING)
        log_warning("revocation_waits", LOG_INT("certificate", s->certificate.id),
            LOG_STR("upstream", s->action.upstream), LOG_STR("waits_for", result->waits_for));
    note(flow, tx, REVOCATION_PENDING, result->waits_for, e);
    return flow_later(
        flow, REVOCATION_STEP_POLL, flow_backoff_ms(attempt, POLL_BASE_MS, POLL_MAX_MS));
}

static int settle_done(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct revocation_subject *s = flow->subject;

    if (note(flow, tx, REVOCATION_DONE, NULL, e) == ERR_OK &&
        note_revoked(tx, &s->action, flow->now_ms / 1000, e) == ERR_OK)
        log_info("revoked_upstream", LOG_INT("certificate", s->certificate.id),
            LOG_STR("upstream", s->action.upstream),
            LOG_STR("vendor_certificate", s->action.vendor_certificate));
    return FLOW_END;
}

static int settle_revoke(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct upstream_result *result = flow->outcome;

    if (result->result == ERR_CANCELLED)
        return flow_later(flow, flow->job.step, 0);
    if (result->result == ERR_UPSTREAM_REFUSED)
        return settle_refused(flow, tx, e);
    if (result->result != ERR_OK)
        return settle_trouble(flow, tx, e);
    return result->waits_for != NULL ? settle_pending(flow, tx, e) : settle_done(flow, tx, e);
}

static const struct flow_step revocation_steps[] = {
    [REVOCATION_STEP_SUBMIT] = {"submit", begin_revoke, settle_revoke},
    [REVOCATION_STEP_POLL] = {"poll", begin_revoke, settle_revoke},
};

const struct flow_kind revocation_flow = {
    .name = "revocation",
    .steps = revocation_steps,
    .steps_len = 2,
    .load = load,
};
