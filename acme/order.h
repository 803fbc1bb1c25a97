/* order - newOrder, an order's own resource, finalize (RFC 8555, 7.1.3, 7.4). */
#ifndef COUNTERSIGN_ACME_ORDER_H
#define COUNTERSIGN_ACME_ORDER_H

#include "acme/acme.h"

/* POST /acme/new-order, of a profile and with a wish as its directory gave it (acme/wish.h): 201,
 * with the authorizations that back its names (acme/claim): `ready` if all of them are valid
 * already, and of a life no longer than theirs. WRITE. */
enum err_code order_prepare_new(struct acme_req *req, struct err *e);
enum err_code order_new(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

/* POST-as-GET /acme/order/<id>, by its account. READ. */
enum err_code order_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

/* POST /acme/order/<id>/finalize: the CSR is checked whole before the order leaves `ready`; then
 * `processing`, with the order's flow at work. In any other state: orderNotReady (7.4). WRITE. */
enum err_code order_prepare_finalize(struct acme_req *req, struct err *e);
enum err_code order_finalize(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

#endif
