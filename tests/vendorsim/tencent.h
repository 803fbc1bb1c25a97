/* tencent - Tencent Cloud SSL Certificate service, API 3.0, version 2019-12-05. */
#ifndef COUNTERSIGN_VENDORSIM_TENCENT_H
#define COUNTERSIGN_VENDORSIM_TENCENT_H

#include "tests/vendorsim/sim.h"

extern const struct sim_vendor sim_tencent;

#endif
