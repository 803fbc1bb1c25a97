/* here - the second thought: is the certificate here already, or on its way? By names and key
 * together, never by names alone: another key is another requester's business. */
#ifndef COUNTERSIGN_POLICY_HERE_H
#define COUNTERSIGN_POLICY_HERE_H

#include "policy/thought.h"

/* REUSE or ADOPT; false: neither. An action that was asked for by name is never answered by REUSE.
 */
bool here_already(struct thought *t);

#endif
