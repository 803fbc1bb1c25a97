/* door - the first thought: may this requester ask, for these names and with this key? */
#ifndef COUNTERSIGN_POLICY_DOOR_H
#define COUNTERSIGN_POLICY_DOOR_H

#include "policy/thought.h"

/* Denies a requester that may not; false: come in. */
bool refused_at_the_door(struct thought *t);

#endif
