/* terms - terms of service that have changed (RFC 8555, 7.3.3).
 *
 * A client cannot agree to new terms by itself: what it says of them in an update of its account is
 * to be ignored (7.3.2), since clients say so always. So it is sent, by the problem's `instance`,
 * to a page of ours for a human, where the account's agreement is given by a form. The page's
 * address is known to the account alone; it can be used for nothing else.
 *
 * Only new orders and authorizations wait for it. What was ordered before is still issued, and
 * reading, revocation, key changes and deactivation never depend on it.
 */
#ifndef COUNTERSIGN_ACME_TERMS_H
#define COUNTERSIGN_ACME_TERMS_H

#include "acme/acme.h"

/* May the request's account have what needs agreement? PROBLEM_USER_ACTION_REQUIRED, with the page
 * as resp->instance and a Link to the terms, if it agreed to other terms, or to none. In the
 * transaction, after req->account was read. */
enum err_code terms_check(struct acme_req *req, struct acme_resp *resp, struct err *e);

/* Notes in a new account to what it agrees: the present terms, or that there are none. */
void terms_note(const struct acme_req *req, struct account *account);

/* The same problem for an account that is to be made without agreement. */
enum err_code terms_refuse_new(struct acme_req *req, struct acme_resp *resp, struct err *e);

/* GET /terms/<account>: the page. READ. */
enum err_code terms_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

/* POST /terms/<account>, by the page's form, not by a JWS: the account agrees to the terms that the
 * page showed, unless they are others by now. WRITE. */
enum err_code terms_agree(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

#endif
