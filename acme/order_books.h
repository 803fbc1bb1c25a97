/* order_books - what our own actions change in what is known of a vendor: its inventory
 * (store/inventory.h), and what was bought (store/purchase.h).
 *
 *     intend -> named -> issued | failed
 *
 * Each is called in the transaction that changes the action itself, so that the next decision
 * knows. A new order stands there as pending from its intent on, under an id of ours until the
 * vendor has said its own; anything else as an action in process on its target. What sources say
 * meanwhile (import, the vendor's lists) is merged with it.
 *
 * Where the embedded CA's own rules hold there is no inventory, and all of these do nothing; they
 * also do nothing about an action that was never intended here.
 */
#ifndef COUNTERSIGN_ACME_ORDER_BOOKS_H
#define COUNTERSIGN_ACME_ORDER_BOOKS_H

#include "acme/acme.h"
#include "store/action.h"

/* The action was decided: it is complete, with its id (store_action_add or store_action_intend).
 * Counts a billable one as bought, at action->sent_s. `account`: of the order. */
enum err_code order_books_intend(struct store_tx *tx, const struct acme_settings *settings,
    const struct acme_profile *profile, const struct order *order, const struct account *account,
    const struct action *action, struct err *e);

/* The vendor has it, and perhaps said what it calls the order (store_action_pending). */
enum err_code order_books_named(struct store_tx *tx, const struct action *action,
    const struct vendor_ids *ids, int64_t now_s, struct err *e);

/* The certificate is there. `ids` is what the vendor said of it now, as store_action_end gets it;
 * call this before: where the vendor has no names, ids get ours ("rehearsal-17"), if the inventory
 * knows the action at all. Texts on `mem`. */
enum err_code order_books_issued(void *mem, struct store_tx *tx,
    const struct acme_settings *settings, const struct order *order, const struct action *action,
    const struct certificate *certificate, struct vendor_ids *ids, int64_t now_s, struct err *e);

/* Nothing comes of it. `bought`: the vendor may have taken it, and be paid for it; else it refused,
 * or never heard of it, and the purchase is taken back. An order that the vendor has named stays,
 * as the vendor's next list will say what became of it; if the vendor handed out something for it
 * (store/unfit.h), it counts as issued. */
enum err_code order_books_failed(
    struct store_tx *tx, const struct action *action, bool bought, int64_t now_s, struct err *e);

#endif
