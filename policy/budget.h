/* budget - the ninth thought: is another billable action within what upstream and tenant may spend?
 */
#ifndef COUNTERSIGN_POLICY_BUDGET_H
#define COUNTERSIGN_POLICY_BUDGET_H

#include "policy/thought.h"

/* Denies what the budget of the upstream or of the tenant has no room for, with the time when it
 * has, and returns true; else notes that there is room. `about`: the order it is for, or NULL. */
bool over_budget(struct thought *t, const struct vendor_order *about);

#endif
