/* outright - the third thought: an action that was asked for by name is taken, or refused; never
 * turned into another. */
#ifndef COUNTERSIGN_POLICY_OUTRIGHT_H
#define COUNTERSIGN_POLICY_OUTRIGHT_H

#include "policy/thought.h"

/* The action, WAIT or DENY; false: none was asked for. */
bool said_outright(struct thought *t);

#endif
