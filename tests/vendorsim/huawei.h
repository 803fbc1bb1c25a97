/* huawei - Huawei Cloud CCM, SSL certificates (SCM), API v3 and what is left of v2. */
#ifndef COUNTERSIGN_VENDORSIM_HUAWEI_H
#define COUNTERSIGN_VENDORSIM_HUAWEI_H

#include "tests/vendorsim/sim.h"

extern const struct sim_vendor sim_huawei;

#endif
