/* key_change - an account gets another key (RFC 8555, 7.3.5).
 *
 * The account signs the request with its key; the payload is a JWS that the new key has signed:
 *
 *     {"account":"https://acme.example/acme/account/...","oldKey":{JWK of the account's key}}
 *
 * So both keys agree, and neither half fits another account, another key or another address. Orders
 * and authorizations stay as they are.
 */
#ifndef COUNTERSIGN_ACME_KEY_CHANGE_H
#define COUNTERSIGN_ACME_KEY_CHANGE_H

#include "acme/acme.h"

/* POST /acme/key-change, by the account with its old key: the account, or 409 with the Location of
 * the account that has the new key already. WRITE. */
enum err_code key_change_prepare(struct acme_req *req, struct err *e);
enum err_code key_change(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

#endif
