/* harm - the seventh thought: would a certificate die that somebody else holds, or that is newer
 * than the one being replaced? */
#ifndef COUNTERSIGN_POLICY_HARM_H
#define COUNTERSIGN_POLICY_HARM_H

#include "policy/thought.h"

/* Why the action, with these effects, must not be taken without allow_destructive: in words on the
 * thought's `mem`. NULL: it harms nobody, or that is permitted. */
const char *harm_of(
    struct thought *t, const struct candidate *candidate, const struct effects *effects);

#endif
