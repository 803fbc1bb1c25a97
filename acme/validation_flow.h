/* validation_flow - watches the validations behind an upstream: one job an inventory, daily, and
 * whenever a validation has changed.
 *
 *     watch -> watch -> ...
 *
 * Who looks after a validation that ends before renewals would need it (acme/lapse.h): where we can
 * have a domain validated anew, that begins by itself (acme/revalidation_flow.h); people are told
 * of all others, and of those with which that does not succeed: once a day each, in the log.
 */
#ifndef COUNTERSIGN_ACME_VALIDATION_FLOW_H
#define COUNTERSIGN_ACME_VALIDATION_FLOW_H

#include "acme/flow.h"

extern const struct flow_kind validation_flow;

/* At the start and after a reload: each inventory of the settings' upstreams is watched. */
enum err_code validation_flow_want(
    const struct acme_settings *settings, struct store_tx *tx, int64_t now_ms, struct err *e);

/* A validation of the inventory has changed. */
enum err_code validation_flow_wake(
    struct store_tx *tx, int64_t inventory, int64_t now_ms, struct err *e);

/* How an upstream's validations are watched; NULL: they are not. */
const struct acme_watch *validation_watch_of(
    const struct acme_settings *settings, const char *upstream);

#endif
