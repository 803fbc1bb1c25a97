/* control - the control plane: plain HTTP with JSON, for tests and for people. `GET /` lists all
 * verbs; docs/vendorsim.md describes them.
 *
 * The kernel's own verbs are here: calls, faults, settings, clock, CA. Those about orders, approval
 * and validation are the vendor's (struct sim_verb). They are never recorded, never limited and
 * never go wrong. What is wrong with a request is answered as {"error":"..."}.
 */
#ifndef COUNTERSIGN_VENDORSIM_CONTROL_H
#define COUNTERSIGN_VENDORSIM_CONTROL_H

#include "tests/vendorsim/sim.h"

/* Finds the verb for a request and runs it. */
void control_handle(struct sim *sim, struct sim_request *request);

#endif
