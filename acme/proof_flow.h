/* proof_flow - publishes what a vendor wants to see of its own domain validation, and takes it back
 * (store/proof.h).
 *
 *     present -> look -> rest, while it is wanted -> remove
 *
 * The subject of its job is the proof. An order's flow, or that of a validation in advance, wants
 * proofs and goes on by itself: it is woken when all of its proofs are published, or when one
 * cannot be. Whatever was, or may have been, published is taken back once that has ended, also
 * after a crash: the row is there before anything is sent, and goes last.
 */
#ifndef COUNTERSIGN_ACME_PROOF_FLOW_H
#define COUNTERSIGN_ACME_PROOF_FLOW_H

#include "acme/flow.h"

extern const struct flow_kind proof_flow;

#endif
