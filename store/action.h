/* action - what was or is to be done upstream for an order: the intent, durable before anything
 * leaves (design.md 3). */
#ifndef COUNTERSIGN_STORE_ACTION_H
#define COUNTERSIGN_STORE_ACTION_H

#include "store/store.h"

/* Adds the intent (state sending); action->id is set. ERR_CONFLICT if the order has one already:
 * there is never a second. */
enum err_code store_action_add(struct store_tx *tx, struct action *action, struct err *e);

/* The action of an order. ERR_NOT_FOUND if it has none. */
enum err_code store_action_of_order(
    struct store_tx *tx, void *mem, int64_t order_id, struct action *out, struct err *e);

/* CAA allows the issue for all names: notes when that was found, and what, one name a line. */
enum err_code store_action_note_caa(
    struct store_tx *tx, int64_t id, int64_t now_s, const char *findings, struct err *e);

/* sending or in doubt -> done or failed. ERR_CONFLICT if it had ended before. */
enum err_code store_action_end(
    struct store_tx *tx, int64_t id, enum action_state state, struct err *e);

#endif
