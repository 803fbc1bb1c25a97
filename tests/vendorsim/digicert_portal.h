/* digicert_portal - orders bought by hand, in the web portal: the inventory that is there already.
 */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_PORTAL_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_PORTAL_H

#include "tests/vendorsim/digicert_private.h"

/* Buys as the account's administrator: {"product":"ssl_basic","count":3,"certificate":{...},
 * "organization":{"id":...}} and all other members of an order; what is left out has a default, a
 * missing CSR is made. "{n}" in names becomes the number of the order, from 1. Approved, validated
 * and issued unless "validated" is false. The orders' ids, a new reference; NULL: refused, and
 * those before it are bought. */
json_t *portal_buy(struct digicert *dc, const json_t *body, struct refusal *why);

/* Control of all names that the certificate waits for is shown. */
void portal_show(struct digicert *dc, json_t *certificate);

#endif
