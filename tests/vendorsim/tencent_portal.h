/* tencent_portal - certificates that somebody bought in the console. */
#ifndef COUNTERSIGN_VENDORSIM_TENCENT_PORTAL_H
#define COUNTERSIGN_VENDORSIM_TENCENT_PORTAL_H

#include "tests/vendorsim/tencent_certificate.h"

/* Buys, for the first account: {"product":25,"names":["h{n}.example.net"],"count":3,...}; what is
 * left out has a default (docs/vendorsim.md). The ids, a new reference; NULL and why. */
json_t *tc_portal_buy(struct tencent *tc, const json_t *body, struct tc_refusal *why);

/* Whatever it still waits for happens, until it is issued. */
void tc_portal_finish(struct tencent *tc, json_t *certificate);

#endif
