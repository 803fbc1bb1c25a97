/* order_verdict - see order_verdict.h. */
#include "acme/order_verdict.h"

#include <inttypes.h>
#include <string.h>

#include "acme/order_books.h"
#include "acme/order_flow.h"
#include "acme/order_step.h"
#include "base/log.h"
#include "store/action.h"
#include "store/job.h"
#include "store/unfit.h"

static const struct upstream_ops *ops_of(const struct acme_settings *settings, const char *upstream)
{
    for (size_t i = 0; i < settings->profiles_len; i++)
        if (strcmp(settings->profiles[i].upstream, upstream) == 0)
            return settings->profiles[i].upstream_ops;
    return NULL;
}

/* What the order waits for. */
static enum err_code find_action(
    void *mem, struct store_tx *tx, int64_t order_id, struct action *out, struct err *e)
{
    if (store_action_of_order(tx, mem, order_id, out, e) == ERR_NOT_FOUND)
        return err_set(e, ERR_NOT_FOUND, "there is no such order, or it was never finalized");
    if (e->code == ERR_OK && out->adopts != 0 && out->state == ACTION_DECIDING)
        store_action_get(tx, mem, out->adopts, out, e);
    return e->code;
}

static enum err_code check_waits(
    const struct acme_settings *settings, const struct action *action, struct err *e)
{
    const struct upstream_ops *ops = ops_of(settings, action->upstream);

    if (action->state == ACTION_PENDING && ops != NULL && ops->heeds_operator)
        return ERR_OK;
    return err_set(e, ERR_CONFLICT,
        "the order does not wait for an operator's approval: its action %" PRId64 " is %s",
        action->id, action_state_words[action->state]);
}

enum err_code order_verdict_say(void *mem, struct store_tx *tx,
    const struct acme_settings *settings, int64_t order_id, enum action_word word, const char *why,
    int64_t now_ms, int64_t *action_id, struct err *e)
{
    struct action action;

    if (find_action(mem, tx, order_id, &action, e) != ERR_OK ||
        check_waits(settings, &action, e) != ERR_OK ||
        store_action_say(tx, action.id, word, why, now_ms / 1000, e) != ERR_OK)
        return e->code;
    *action_id = action.id;
    log_info("operator_said", LOG_INT("order", action.order_id), LOG_INT("action", action.id),
        LOG_STR("word", word == ACTION_APPROVED ? "approved" : "rejected"),
        LOG_STR("why", why == NULL ? "" : why));
    return store_job_wake(tx, order_flow.name, action.order_id, now_ms, e);
}

static enum err_code settle(struct store_tx *tx, const struct action *action,
    enum order_finding finding, const char *vendor_order, const char *why, int64_t now_s,
    struct err *e)
{
    const struct vendor_ids ids = {.order = vendor_order};

    switch (finding) {
    case ORDER_FOUND:
        if (store_action_found(tx, action->id, vendor_order, now_s, e) != ERR_OK ||
            store_unfit_remove(tx, action->id, e) != ERR_OK)
            return e->code;
        return order_books_named(tx, action, &ids, now_s, e);
    case ORDER_NOT_SENT:
        return store_action_resend(tx, action->id, now_s, e);
    case ORDER_FAILED:
        return store_action_say(tx, action->id, ACTION_REJECTED, why, now_s, e);
    }
    return err_set(e, ERR_BUG, "there is no such finding");
}

/* In doubt, or what came of it is not what was ordered: then the vendor has it for certain. */
static enum err_code check_resolvable(void *mem, struct store_tx *tx, const struct action *action,
    enum order_finding finding, struct err *e)
{
    struct unfit_certificate unfit;

    if (action->state == ACTION_IN_DOUBT)
        return ERR_OK;
    if (action->state != ACTION_PENDING)
        return err_set(e, ERR_CONFLICT, "the action is not in doubt, but %s",
            action_state_words[action->state]);
    if (store_unfit_get(tx, mem, action->id, &unfit, e) == ERR_NOT_FOUND)
        return err_set(e, ERR_CONFLICT, "the action is not in doubt: the vendor is at work on it");
    if (e->code == ERR_OK && finding == ORDER_NOT_SENT)
        return err_set(e, ERR_CONFLICT,
            "the vendor has it, and returned %s: it is found, or has failed", unfit.detail);
    return e->code;
}

enum err_code order_verdict_resolve(void *mem, struct store_tx *tx, int64_t action_id,
    enum order_finding finding, const char *vendor_order, const char *why, int64_t now_ms,
    struct err *e)
{
    static const char *const words[] = {
        [ORDER_FOUND] = "found", [ORDER_NOT_SENT] = "not sent", [ORDER_FAILED] = "failed"};
    struct action action;

    if (store_action_get(tx, mem, action_id, &action, e) != ERR_OK ||
        check_resolvable(mem, tx, &action, finding, e) != ERR_OK)
        return e->code;
    if (settle(tx, &action, finding, vendor_order, why, now_ms / 1000, e) != ERR_OK)
        return e->code;
    log_info("operator_resolved", LOG_INT("action", action_id), LOG_INT("order", action.order_id),
        LOG_STR("finding", words[finding]),
        LOG_STR("vendor_order", vendor_order == NULL ? "" : vendor_order));
    return store_job_wake(tx, order_flow.name, action.order_id, now_ms, e);
}

enum err_code order_verdict_resend(void *mem, struct store_tx *tx,
    const struct acme_settings *settings, int64_t order_id, int64_t now_ms, int64_t *action_id,
    struct err *e)
{
    const struct upstream_ops *ops;
    struct action action;

    if (find_action(mem, tx, order_id, &action, e) != ERR_OK)
        return e->code;
    ops = ops_of(settings, action.upstream);
    if (action.state != ACTION_PENDING || ops == NULL || ops->resend == NULL)
        return err_set(e, ERR_CONFLICT,
            "the order waits for no mail of a vendor: its action %" PRId64 " is %s", action.id,
            action_state_words[action.state]);
    *action_id = action.id;
    log_info("operator_resends", LOG_INT("order", action.order_id), LOG_INT("action", action.id));
    return store_job_turn(tx, order_flow.name, action.order_id, STEP_POLL, STEP_RESEND, now_ms, e);
}
