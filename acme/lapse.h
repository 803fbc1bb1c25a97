/* lapse - validations of a vendor's that end before renewals would need them.
 *
 * What is issued stays valid; what comes after the end of a validation waits until somebody has
 * validated anew. So a validation whose end is near is told of (acme/validation_flow.h) if there
 * are certificates whose ordinary renewal (policy/window.h) comes after it.
 */
#ifndef COUNTERSIGN_ACME_LAPSE_H
#define COUNTERSIGN_ACME_LAPSE_H

#include "acme/acme.h"
#include "store/validation.h"

struct lapse {
    struct validation validation;
    int64_t until_s;
    size_t certificates;    /* that will be renewed after the end; never 0 */
    int64_t next_renewal_s; /* when the first of them is due */
};

/* Those of an inventory that end within `lead_s` of now, or have ended, and are needed. On `mem`.
 * In a snapshot, or a transaction. */
enum err_code lapses_read(struct store_tx *tx, void *mem, const struct public_suffixes *suffixes,
    int64_t inventory, int64_t lead_s, int64_t now_s, struct lapse **list, size_t *len,
    struct err *e);

/* Is the end near, for somebody who wants to know so long before? A validation that we have made
 * anew ourselves shows how long they last: the last third of that is enough. Pure. */
bool lapse_is_near(const struct lapse *lapse, int64_t lead_s, int64_t now_s);

#endif
