/* closed - the eighth thought: the right action is refused by time, or by somebody else's that is
 * under way. */
#ifndef COUNTERSIGN_POLICY_CLOSED_H
#define COUNTERSIGN_POLICY_CLOSED_H

#include "policy/thought.h"

/* What when_closed says about the refusal that was remembered; false: there is none. */
bool closed_or_busy(struct thought *t);

#endif
