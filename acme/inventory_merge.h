/* inventory_merge - what a vendor says of its orders becomes what is known here: for who reads the
 * whole inventory (acme/inventory_flow.h), and who asks about one order (acme/order_refresh.h).
 *
 * What the vendor cannot know stays as it is here: which names an order was placed with, where it
 * has added some. What it has revoked is revoked here, too.
 */
#ifndef COUNTERSIGN_ACME_INVENTORY_MERGE_H
#define COUNTERSIGN_ACME_INVENTORY_MERGE_H

#include "acme/acme.h"

/* A page that is kept, on `mem`, with the memory that it stands on: for the callback of list and
 * fetch. */
struct upstream_page *inventory_page_keep(void *mem, const struct upstream_page *page);

/* Merging, in one transaction. Counts what it merges. */
struct inventory_merge {
    void *mem;
    struct store_tx *tx;
    const struct acme_settings *settings;
    const char *upstream;
    int64_t inventory; /* the upstream's */
    int64_t now_s;
    int64_t orders, changed; /* of those, new ones and such with news */
    bool validations_changed;
};

/* Merges what is on the page, and notes that the vendor has told of it now, but for an outline. */
enum err_code inventory_merge_page(
    struct inventory_merge *m, const struct upstream_page *page, struct err *e);

#endif
