/* order_unfit - see order_unfit.h. */
#include "acme/order_unfit.h"

#include "acme/order_books.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/unfit.h"

/* At first, as one looks after trouble. */
#define LOOKS       5
#define LOOK_MAX_MS (15 * 60 * 1000)

/* Then while the operator is waited for: about three days, over a weekend. */
#define PARKED_LOOKS   7
#define PARKED_BASE_MS (60 * 60 * 1000)
#define PARKED_MAX_MS  (24 * 60 * 60 * 1000)

static enum err_code keep(struct flow *flow, struct store_tx *tx, int64_t *times, struct err *e)
{
    const struct order_subject *s = flow->subject;
    const struct order_outcome *o = flow->outcome;
    const struct unfit_certificate unfit = {.action_id = s->action.id,
        .der = o->result.leaf,
        .chain = o->result.chain == NULL ? "" : o->result.chain,
        .detail = o->unfit.detail,
        .last_s = flow->now_ms / 1000};

    return store_unfit_put(tx, &unfit, times, e);
}

/* The vendor has it, and somebody else's turn is now. */
static enum err_code note_pending(
    struct flow *flow, struct store_tx *tx, const char *waits_for, struct err *e)
{
    const struct order_subject *s = flow->subject;
    const struct order_outcome *o = flow->outcome;

    if (store_action_pending(tx, s->action.id, &o->ids, waits_for, flow->now_ms / 1000, e) !=
        ERR_OK)
        return e->code;
    return order_books_named(tx, &s->action, &o->ids, flow->now_ms / 1000, e);
}

static int look_again(struct flow *flow, struct store_tx *tx, int times, struct err *e)
{
    const struct order_subject *s = flow->subject;
    const struct order_outcome *o = flow->outcome;

    log_warning("order_unfit_certificate", LOG_INT("order", flow->job.subject),
        LOG_STR("detail", o->unfit.detail));
    note_pending(flow, tx, "another copy of the certificate", e);
    return flow_later(
        flow, STEP_LOOK_AGAIN, flow_backoff_ms(times, s->upstream->poll_s * 1000, LOOK_MAX_MS));
}

static int park(struct flow *flow, struct store_tx *tx, int times, struct err *e)
{
    const struct order_subject *s = flow->subject;
    const struct order_outcome *o = flow->outcome;
    const char *order = o->ids.order != NULL ? o->ids.order : s->action.vendor_order;

    log_error("action_unfit_certificate", LOG_INT("action", s->action.id),
        LOG_INT("order", flow->job.subject), LOG_STR("upstream", s->action.upstream),
        LOG_STR("vendor_order", order == NULL ? "" : order), LOG_STR("returned", o->unfit.detail),
        LOG_STR("detail", "look at it (countersign action show), have the vendor mend it, then say "
                          "so: countersign action resolve"));
    note_pending(flow, tx,
        mem_printf(
            flow->mem, "an operator, since the certificate authority returned %s", o->unfit.detail),
        e);
    return flow_later(flow, STEP_UNFIT, flow_backoff_ms(times, PARKED_BASE_MS, PARKED_MAX_MS));
}

int order_unfit_settle(struct flow *flow, struct store_tx *tx, struct err *e)
{
    int64_t times = 0;

    if (keep(flow, tx, &times, e) != ERR_OK)
        return FLOW_END;
    if (times <= LOOKS)
        return look_again(flow, tx, (int)times, e);
    if (times <= LOOKS + PARKED_LOOKS)
        return park(flow, tx, (int)times - LOOKS, e);
    return STEP_PUBLISH;
}
