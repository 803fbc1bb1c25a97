/* action - what is done upstream for an order: the intent, durable before anything leaves, and what
 * became of it (design.md 3).
 *
 *     deciding -> sending -> pending -> done | failed
 *                    |          |
 *                    `----------+-> in doubt -> pending | sending | done | failed
 *
 * A change of state names the states that it leaves in its WHERE: whoever comes second gets
 * ERR_CONFLICT. Every change notes now_s as changed_s.
 */
#ifndef COUNTERSIGN_STORE_ACTION_H
#define COUNTERSIGN_STORE_ACTION_H

#include "store/store.h"

extern const char *const action_state_words[]; /* "deciding", ...; ends with NULL */

/* Adds an action in the state that it says (deciding or sending), with all that is known of it;
 * action->id is set. ERR_CONFLICT if the order has one already: there is never a second. */
enum err_code store_action_add(struct store_tx *tx, struct action *action, struct err *e);

/* The action of an order. ERR_NOT_FOUND if it has none. */
enum err_code store_action_of_order(
    struct store_tx *tx, void *mem, int64_t order_id, struct action *out, struct err *e);
enum err_code store_action_get(
    struct store_tx *tx, void *mem, int64_t id, struct action *out, struct err *e);

/* CAA allows the issue for all names: notes when that was found, and what, one name a line. */
enum err_code store_action_note_caa(
    struct store_tx *tx, int64_t id, int64_t now_s, const char *findings, struct err *e);

/* deciding -> sending: the intent. Takes act, target, product, common name, billable, reference and
 * dates from `action`. */
enum err_code store_action_intend(
    struct store_tx *tx, const struct action *action, int64_t now_s, struct err *e);

/* It waits for another action (deciding, adopts); 0: for none any more. */
enum err_code store_action_adopt(
    struct store_tx *tx, int64_t id, int64_t adopts, int64_t now_s, struct err *e);

/* What the vendor calls it; a NULL leaves what is known. Not of an action that has ended. */
struct vendor_ids {
    const char *order, *certificate, *request;
};

/* sending, in doubt or pending -> pending, waiting for somebody or something (or NULL). */
enum err_code store_action_pending(struct store_tx *tx, int64_t id, const struct vendor_ids *ids,
    const char *waits_for, int64_t now_s, struct err *e);

/* in doubt or pending -> pending: an operator found it, as that order; whatever else was known of
 * it at the vendor is forgotten. */
enum err_code store_action_found(
    struct store_tx *tx, int64_t id, const char *vendor_order, int64_t now_s, struct err *e);

/* sending, pending -> in doubt. */
enum err_code store_action_doubt(struct store_tx *tx, int64_t id, int64_t now_s, struct err *e);

/* in doubt -> sending: the vendor does not have it. */
enum err_code store_action_resend(struct store_tx *tx, int64_t id, int64_t now_s, struct err *e);

/* sending -> deciding: nothing was sent, and the intent is void. */
enum err_code store_action_reconsider(
    struct store_tx *tx, int64_t id, int64_t now_s, struct err *e);

/* Any that has not ended -> done or failed. `ids` may be NULL. ERR_CONFLICT if it had ended before.
 */
enum err_code store_action_end(struct store_tx *tx, int64_t id, enum action_state state,
    const struct vendor_ids *ids, int64_t now_s, struct err *e);

/* An operator's word; ERR_CONFLICT if the action has ended, or something was said before. */
enum err_code store_action_say(struct store_tx *tx, int64_t id, enum action_word word,
    const char *why, int64_t now_s, struct err *e);

/* Actions at the upstream that have not ended, for that key, the oldest first, on `mem`. */
enum err_code store_action_under_way(struct store_tx *tx, void *mem, const char *upstream,
    struct bytes key_hash, struct action **list, size_t *len, struct err *e);

/* Something at the upstream has ended or changed: the jobs `kind` of orders whose actions are being
 * decided and that wait at `step` are due now, a hundred at most (the longest known first). */
enum err_code store_action_wake_waiting(struct store_tx *tx, const char *upstream, const char *kind,
    int step, int64_t now_ms, struct err *e);

/* The orders whose actions wait for this one, the oldest first, on `mem`. */
enum err_code store_action_adopters(
    struct store_tx *tx, void *mem, int64_t id, int64_t **order_ids, size_t *len, struct err *e);

/* What to list; a NULL or negative does not bound. */
struct action_filter {
    const char *upstream;
    int state;      /* enum action_state, or -1 */
    int64_t before; /* ids below this; 0: from the newest */
    int64_t max;    /* so many at most */
};
/* The newest first, on `mem`. */
enum err_code store_action_list(struct store_tx *tx, void *mem, const struct action_filter *filter,
    struct action **list, size_t *len, struct err *e);

#endif
