/* huawei_control - what a test does behind Huawei Cloud's back: purchases and reissues of the
 * console, the CA's staff and its mails, counts.
 */
#ifndef COUNTERSIGN_VENDORSIM_HUAWEI_CONTROL_H
#define COUNTERSIGN_VENDORSIM_HUAWEI_CONTROL_H

#include "tests/vendorsim/sim.h"

extern const struct sim_verb huawei_verbs[]; /* for the vendor argument a struct huawei */

#endif
