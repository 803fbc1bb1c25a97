/* admin_account - accounts in the admin API (server/admin_record.h).
 *
 *     {"id":3,"url":"https://acme.example/acme/account/...","status":"valid","tenant":"web",
 *      "eab":"<kid>","contacts":["mailto:a@example.com"],"created":"..."}
 *
 * One that is shown has its key ("jwk", "thumbprint"), its former ones, and the terms that it
 * agreed to, besides.
 */
#ifndef COUNTERSIGN_SERVER_ADMIN_ACCOUNT_H
#define COUNTERSIGN_SERVER_ADMIN_ACCOUNT_H

#include "server/admin.h"

enum err_code admin_account_prepare_list(struct admin_req *req, struct err *e);
enum err_code admin_account_list(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);
enum err_code admin_account_show(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);

#endif
