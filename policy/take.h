/* take - how an action that is right and allowed becomes the decision: unless facts that contradict
 * each other (the tenth thought) or the budget (the ninth) forbid it. */
#ifndef COUNTERSIGN_POLICY_TAKE_H
#define COUNTERSIGN_POLICY_TAKE_H

#include "policy/thought.h"

/* Ends the thought with the action under the candidate's order, or with the DENY that forbids it.
 * `candidate` is NULL for a new order. `rule` has decided, in the words `because`. Always true. */
bool take_act(struct thought *t, const struct candidate *candidate, enum act act, const char *rule,
    const char *because, const struct effects *effects);

/* The same, by a rule that has spoken about the order: in its words. */
bool take_by_rule(struct thought *t, const struct candidate *candidate, enum act act,
    const char *rule, const struct effects *effects);

/* Another account of the tenant that has a certificate for the very key, or NULL. */
const char *key_known_to(struct thought *t);

#endif
