/* huawei_routes - which path leads to which call, and what the gateway and the service check before
 * (13).
 */
#ifndef COUNTERSIGN_VENDORSIM_HUAWEI_ROUTES_H
#define COUNTERSIGN_VENDORSIM_HUAWEI_ROUTES_H

#include "tests/vendorsim/huawei_private.h"

void hw_route(struct huawei *hw, struct sim_request *request);

/* The operation's name ("ApplyCertificate"); NULL: the path leads nowhere. */
const char *hw_route_name(struct sim_request *request);

#endif
