/* digicert_control - what a test does behind CertCentral's back: orders of the portal, approval,
 * validation, counts.
 */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_CONTROL_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_CONTROL_H

#include "tests/vendorsim/sim.h"

extern const struct sim_verb digicert_verbs[]; /* for the vendor argument a struct digicert */

#endif
