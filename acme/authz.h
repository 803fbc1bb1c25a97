/* authz - authorizations and their challenges (RFC 8555, 7.1.4, 7.5). */
#ifndef COUNTERSIGN_ACME_AUTHZ_H
#define COUNTERSIGN_ACME_AUTHZ_H

#include "acme/acme.h"

/* How long a client may take to answer a challenge, in seconds; an order lives as long. */
#define AUTHZ_PENDING_S (7 * 86400)

/* Those of a profile's challenges that can prove an identifier (a set of enum challenge_type): a
 * wildcard is proven by a challenge that looks into the DNS only, an address never, a mailbox
 * by a reply from it (RFC 8555, 7.1.3; RFC 8737, 3; RFC 8738, 7; RFC 8823, 3). `subdomains`: that
 * can prove it together with all names below, or stand for it from above; only DNS speaks for other
 * names (Baseline Requirements, 3.2.2.4.18 to 20). */
unsigned authz_challenges(
    const struct acme_profile *profile, const struct identifier *identifier, bool subdomains);

/* POST /acme/new-authz: pre-authorization (RFC 8555, 7.4.1), by the rules of the default profile.
 * 201, with an authorization that no order needs yet; one that is pending already will do. What an
 * account may not have is refused with 403. WRITE. */
enum err_code authz_prepare_new(struct acme_req *req, struct err *e);
enum err_code authz_new(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

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
