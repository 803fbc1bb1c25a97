/* tencent_control - what a test does behind the service's back: purchases in the console, reviews,
 * validation, zones, resources, counts.
 */
#ifndef COUNTERSIGN_VENDORSIM_TENCENT_CONTROL_H
#define COUNTERSIGN_VENDORSIM_TENCENT_CONTROL_H

#include "tests/vendorsim/sim.h"

extern const struct sim_verb tencent_verbs[]; /* for the vendor argument a struct tencent */

#endif
