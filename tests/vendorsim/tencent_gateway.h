/* tencent_gateway - what a request has to be before an action looks at it (12.2): its form, who
 * sent it, its signature, its version and its action. */
#ifndef COUNTERSIGN_VENDORSIM_TENCENT_GATEWAY_H
#define COUNTERSIGN_VENDORSIM_TENCENT_GATEWAY_H

#include "tests/vendorsim/tencent_private.h"

/* Checks 1 to 6; *key is whose it is. Signatures go by real time, as their makers' clocks do. */
bool tc_gateway_check(
    struct tencent *tc, struct sim_request *request, const json_t **key, struct tc_refusal *why);

#endif
