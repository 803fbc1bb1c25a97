/* order_verdict - what an operator says about an order that cannot go on without: yes or no where
 * the embedded CA waits for approval, and what became of an action that nobody else can find out,
 * or of which the vendor returned a certificate that is not what was ordered. The order's flow
 * hears of it at once.
 */
#ifndef COUNTERSIGN_ACME_ORDER_VERDICT_H
#define COUNTERSIGN_ACME_ORDER_VERDICT_H

#include "acme/acme.h"

/* The longest reason, in octets; it reaches the client. */
#define ORDER_VERDICT_WHY_MAX 150

/* Approves (or rejects, with a reason or NULL) what the order waits for: its own action, or the one
 * that it joined. *action_id: which. ERR_NOT_FOUND: there is no such order, or it was never
 * finalized. ERR_CONFLICT: it waits for no operator, or was answered before. */
enum err_code order_verdict_say(void *mem, struct store_tx *tx,
    const struct acme_settings *settings, int64_t order_id, enum action_word word, const char *why,
    int64_t now_ms, int64_t *action_id, struct err *e);

/* What became of an action in doubt, or of one with an unfit certificate (acme/order_unfit.h). */
enum order_finding {
    ORDER_FOUND,    /* the vendor has it, as it should be: as the order `vendor_order` */
    ORDER_NOT_SENT, /* it never arrived: it is sent again */
    ORDER_FAILED    /* nothing comes of it: the order fails, with a reason or NULL */
};

/* ERR_NOT_FOUND. ERR_CONFLICT: it is neither; ORDER_NOT_SENT of what the vendor has. */
enum err_code order_verdict_resolve(void *mem, struct store_tx *tx, int64_t action_id,
    enum order_finding finding, const char *vendor_order, const char *why, int64_t now_ms,
    struct err *e);

/* Has the vendor mail its links once more to those whom the order waits for. ERR_NOT_FOUND as
 * above. ERR_CONFLICT: it waits for no mail, or is just being looked at. */
enum err_code order_verdict_resend(void *mem, struct store_tx *tx,
    const struct acme_settings *settings, int64_t order_id, int64_t now_ms, int64_t *action_id,
    struct err *e);

#endif
