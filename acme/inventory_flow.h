/* inventory_flow - keeps what is known of a vendor's orders like what the vendor knows: one job an
 * inventory, which reads it page by page.
 *
 *     read -> read -> ... -> the next reading, after a while
 *
 * The first reading is of all orders; the next ones of what has changed since the last one began.
 * Where the reading goes on stands in the store with what its pages brought, so that one that was
 * cut off goes on and repeats nothing. The vendor's limits are kept by the connector, in the
 * background of what clients wait for.
 *
 * What the vendor cannot know stays as it is here: which names an order was placed with, where it
 * has added some; whose account a certificate is; whose action is under way.
 */
#ifndef COUNTERSIGN_ACME_INVENTORY_FLOW_H
#define COUNTERSIGN_ACME_INVENTORY_FLOW_H

#include "acme/flow.h"

extern const struct flow_kind inventory_flow;

/* At the start and after a reload: makes sure that each inventory of the settings that is to be
 * read by itself is, and that what was cut off goes on. */
enum err_code inventory_flow_want(
    const struct acme_settings *settings, struct store_tx *tx, int64_t now_ms, struct err *e);

/* An operator asks for a reading of the upstream's inventory now. *until: that it is done is seen
 * by so many completed readings (store/inventory_sync.h). ERR_INPUT: the upstream has none that
 * could be read. */
enum err_code inventory_flow_ask(const struct acme_settings *settings, struct store_tx *tx,
    const char *upstream, bool full, int64_t now_ms, int64_t *inventory, int64_t *until,
    struct err *e);

#endif
