/* inventory_action - our own actions in a vendor's inventory (store/inventory.h): what is in
 * process because we asked for it, from the intent to the end. Merging what sources say leaves them
 * alone. */
#ifndef COUNTERSIGN_STORE_INVENTORY_ACTION_H
#define COUNTERSIGN_STORE_INVENTORY_ACTION_H

#include "store/store.h"
#include "store/vendor_order.h"

/* The action (with action_id) is in process on the order. ERR_NOT_FOUND: there is no such order. */
enum err_code store_inventory_begin(struct store_tx *tx, int64_t inventory, const char *order_id,
    const struct vendor_action *action, int64_t now_s, struct err *e);

/* On which of the inventory's orders the action is in process, by their ids, on `mem`. */
enum err_code store_inventory_of_action(struct store_tx *tx, void *mem, int64_t action_id,
    int64_t *inventory, const char ***order_ids, size_t *len, struct err *e);

/* It is in process no more. */
enum err_code store_inventory_end(
    struct store_tx *tx, int64_t action_id, int64_t now_s, struct err *e);

/* An order gets the vendor's id in place of ours. If a source has told of that one meanwhile, ours
 * goes, and what is in process on it goes over. Nothing, if there is none of that id. */
enum err_code store_inventory_rename(struct store_tx *tx, int64_t inventory, const char *ours,
    const char *vendors, int64_t now_s, struct err *e);

/* An order of ours that came to nothing goes. Nothing, if there is none of that id. */
enum err_code store_inventory_forget(
    struct store_tx *tx, int64_t inventory, const char *order_id, struct err *e);

/* A slot that was to be filled is empty again. */
enum err_code store_inventory_empty(
    struct store_tx *tx, int64_t inventory, const char *order_id, int64_t now_s, struct err *e);

#endif
