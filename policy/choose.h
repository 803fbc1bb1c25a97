/* choose - the sixth thought: of the orders that match, the best first, the first action of its row
 * in the vendor's table that the rules and the binding allow and that harms nobody. */
#ifndef COUNTERSIGN_POLICY_CHOOSE_H
#define COUNTERSIGN_POLICY_CHOOSE_H

#include "policy/thought.h"

/* At a vendor where a slot is better than any action under an order that is there: NEW, into the
 * slot; false: elsewhere, or there is none. */
bool filled_a_slot(struct thought *t);

/* True if an order served. Else the thought remembers why the best did not (t->refusal), or what
 * speaks for a new order (t->new_rule). */
bool one_of_the_orders(struct thought *t);

#endif
