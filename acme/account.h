/* account - newAccount, and an account's own resource (RFC 8555, 7.1.2, 7.3). */
#ifndef COUNTERSIGN_ACME_ACCOUNT_H
#define COUNTERSIGN_ACME_ACCOUNT_H

#include "acme/acme.h"

/* POST /acme/new-account, by its own key. New: 201; existing: 200 with what is stored (7.3.1).
 * WRITE. */
enum err_code account_prepare_new(struct acme_req *req, struct err *e);
enum err_code account_new(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

/* POST-as-GET (READ) and POST (WRITE: contacts, deactivation; 7.3.2, 7.3.6) /acme/account/<id>, by
 * the account itself. */
enum err_code account_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);
enum err_code account_prepare_update(struct acme_req *req, struct err *e);
enum err_code account_update(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

/* POST-as-GET /acme/account/<id>/orders[?cursor=...]: newest first, with Link rel="next" (7.1.2.1).
 * READ. */
enum err_code account_orders(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

#endif
