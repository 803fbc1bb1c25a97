/* control - the control plane: plain HTTP with JSON, for tests and for people. `GET /` lists all
 * verbs; docs/vendorsim.md describes them.
 *
 * The kernel's own verbs are here; those about orders, approval and validation are the vendor's
 * (struct sim_verb). They are never recorded, never limited and never go wrong.
 */
#ifndef COUNTERSIGN_VENDORSIM_CONTROL_H
#define COUNTERSIGN_VENDORSIM_CONTROL_H

#include "tests/vendorsim/sim.h"

/* The verbs of the kernel, for the vendor argument a struct sim. */
extern const struct sim_verb control_verbs[];

/* Finds the verb for a request and runs it; 404 or 405 otherwise. */
void control_handle(
    struct sim *sim, void *vendor, const struct sim_vendor *kind, struct sim_request *request);

#endif
