/* digicert_domain - domains of the account, their tokens, and how long their validation lasts
 * (13). What a domain's validation is good for is all names under it.
 */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_DOMAIN_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_DOMAIN_H

#include "tests/vendorsim/digicert_dcv.h"

/* The number that a DV order's name is known by: it has no domain of its own in the account. */
int64_t domain_next_id(struct digicert *dc);

/* A domain that waits for its validation, or NULL and 400. */
json_t *domain_add(struct digicert *dc, int64_t account, const char *name, int64_t organization);

/* The active domain of the account that is nearest above the name (or it itself), or NULL. */
json_t *domain_over(const struct digicert *dc, int64_t account, const char *name);

/* Shown at that time: good for as long as the day's table says. */
void domain_validated(struct digicert *dc, json_t *domain, int64_t at_s);
bool domain_is_valid(const json_t *domain, int64_t now_s);

/* The shape of 13.3. */
json_t *domain_json(const struct digicert *dc, const json_t *domain, bool with_dcv);
/* {"token","status","expiration_date","verification_value"}: what has to be published. */
json_t *domain_token_json(const json_t *domain);

#endif
