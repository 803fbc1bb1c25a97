/* purchase - a new order: billable, or filled into a slot that is paid; and what there is for a
 * requester whose binding does not allow to buy. */
#ifndef COUNTERSIGN_POLICY_PURCHASE_H
#define COUNTERSIGN_POLICY_PURCHASE_H

#include "policy/thought.h"

/* The empty paid slot for a new order of this request, or NULL; noted in the trace. */
const struct vendor_order *find_slot(struct thought *t);

/* Ends the thought with NEW, or with what its rules, the binding, the budget or the facts say
 * against it. Why (new_rule, new_because) was remembered before. Always true. */
bool bought(struct thought *t);
/* The same, for this reason. `about`: the order that gave it, or NULL. */
bool bought_because(
    struct thought *t, const struct vendor_order *about, const char *rule, const char *because);

/* What was right is not allowed by the binding (t->barred): the next that is, if it is free of
 * charge, else DENY. False: nothing was barred. */
bool something_less(struct thought *t);

#endif
