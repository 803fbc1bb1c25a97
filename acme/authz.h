/* authz - authorizations and their challenges (RFC 8555, 7.1.4, 7.5). */
#ifndef COUNTERSIGN_ACME_AUTHZ_H
#define COUNTERSIGN_ACME_AUTHZ_H

#include "acme/acme.h"

/* Those of a profile's challenges that can prove an identifier (a set of enum challenge_type): a
 * wildcard is proven by a challenge that looks into the DNS only, an address never (RFC
 * 8555, 7.1.3; RFC 8737, 3; RFC 8738, 7).
 */
unsigned authz_challenges(const struct acme_profile *profile, const struct identifier *identifier);

/* POST-as-GET /acme/authz/<id> (READ); POST {"status":"deactivated"} (WRITE, 7.5.2). By its
 * account. */
enum err_code authz_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);
enum err_code authz_prepare_deactivate(struct acme_req *req, struct err *e);
enum err_code authz_deactivate(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

/* POST-as-GET /acme/challenge/<authz id>/<type>: only reads (READ). POST {}: the client is ready,
 * validation begins; for a challenge that is not pending it only reads, too (client-quirks rule 8)
 * (WRITE). req->rest is the type. */
enum err_code challenge_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);
enum err_code challenge_prepare_answer(struct acme_req *req, struct err *e);
enum err_code challenge_answer(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

#endif
