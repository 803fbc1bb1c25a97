/* digicert_order - what happens to orders: placed, reissued, duplicated, renewed, canceled,
 * revoked, ended (22.1).
 *
 *     needs_approval -> pending | processing -> issued <-> reissue_pending
 *     rejected, canceled, revoked, expired: the end
 *
 * A row: {"id":880100233,"account":1,"status":"issued","product":"ssl_basic","organization":730021,
 * "user":8801,"key_name":"...","term":{"years":1},"dcv_method":"dns-txt-token","random_value":"...",
 * "random_until_s":1,"renewal_of":0,"renewed_by":0,"alternative_order_id":"...",
 * "certificates":[ids],"primary":id,"requests":[ids],"notes":[texts],"created_s":2,"changed_s":3,
 * "valid_till_s":4,"portal":false}
 *
 * Every check of 22.2 that needs the account or the order stands in the function whose call it
 * refuses, before anything is changed.
 */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_ORDER_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_ORDER_H

#include "tests/vendorsim/digicert_account.h"
#include "tests/vendorsim/digicert_product.h"

/* POST /order/certificate/{product} (3), and its renewal (10). The order, borrowed; NULL and why.
 */
json_t *order_place(struct digicert *dc, const struct caller *caller, const struct product *product,
    const json_t *body, struct refusal *why);

/* POST .../reissue (8) and .../duplicate (9): the new certificate, borrowed; NULL and why. */
json_t *order_reissue(struct digicert *dc, const struct caller *caller, json_t *order,
    const json_t *body, struct refusal *why);
json_t *order_duplicate(struct digicert *dc, const struct caller *caller, json_t *order,
    const json_t *body, struct refusal *why);

/* PUT .../revoke of one certificate, or (`certificate` NULL) of the order (11). *request: the
 * request that waits for approval, NULL if it is done. */
bool order_revoke(struct digicert *dc, const struct caller *caller, json_t *order,
    json_t *certificate, const json_t *body, json_t **request, struct refusal *why);

/* PUT .../status "canceled" (12). */
bool order_cancel(struct digicert *dc, json_t *order, const char *note, struct refusal *why);

/* A request is approved, or rejected, and what follows from it is done. `processor` 0: the vendor's
 * staff, or nobody had to. */
void order_approve(struct digicert *dc, json_t *request, int64_t processor, const char *comment);
void order_reject(struct digicert *dc, json_t *request, int64_t processor, const char *comment);

/* The vendor refuses what the order waits for: the validation failed. */
void order_refuse(struct digicert *dc, json_t *order, const char *comment);

/* A domain or an organization was validated: whatever waits for that goes on. */
void orders_go_on(struct digicert *dc);

/* The certificate that the order waits for (an original or a reissue), or NULL. */
json_t *order_pending(const struct digicert *dc, const json_t *order);

/* What orders and certificates have scheduled is due: issue, revocation, end. */
void orders_on_due(struct digicert *dc, const char *what, const char *subject);

#endif
