/* digicert - DigiCert CertCentral, Services API v2. */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_H

#include "tests/vendorsim/sim.h"

extern const struct sim_vendor sim_digicert;

#endif
