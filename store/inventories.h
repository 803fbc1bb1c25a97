/* inventories - one for each upstream: whose rules it is under, and what the vendor has validated
 * for the organisation, apart from any order. The orders are store/inventory.h's. */
#ifndef COUNTERSIGN_STORE_INVENTORIES_H
#define COUNTERSIGN_STORE_INVENTORIES_H

#include "store/store.h"
#include "store/vendor_order.h"

/* Finds the upstream's inventory, and makes one if there is none and `vendor` is known (a word such
 * as "digicert"). ERR_NOT_FOUND: there is none, and `vendor` is NULL. ERR_CONFLICT: it is another
 * vendor's. */
enum err_code store_inventory_open(
    struct store_tx *tx, const char *upstream, const char *vendor, int64_t *id, struct err *e);

/* Merges: what is not said leaves alone what is known; domains are added to those that are there.
 */
enum err_code store_inventory_merge_validations(struct store_tx *tx, int64_t inventory,
    const struct validations *report, bool *changed, struct err *e);
/* ERR_NOT_FOUND. */
enum err_code store_inventory_validations(
    struct store_tx *tx, void *mem, int64_t inventory, struct validations *out, struct err *e);

/* An inventory, and what is validated apart from its orders. */
struct inventory_known {
    int64_t id;
    const char *upstream, *vendor;
    struct validations validations;
};

/* The upstream's, or all for NULL; by the upstreams' names, on `mem`. */
enum err_code store_inventory_known(struct store_tx *tx, void *mem, const char *upstream,
    struct inventory_known **list, size_t *len, struct err *e);

#endif
