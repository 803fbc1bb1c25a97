/* order - the store's order records (RFC 8555, 7.1.3) and their changes of state (7.1.6).
 *
 * A change of state names the state that it leaves in its WHERE: whoever comes second gets
 * ERR_CONFLICT. Orders whose expires_s has passed keep their row; acme/order.c shows them as
 * invalid.
 */
#ifndef COUNTERSIGN_STORE_ORDER_H
#define COUNTERSIGN_STORE_ORDER_H

#include "store/store.h"

extern const char *const order_status_words[];
extern const char *const act_words[]; /* "none", "new", "reissue", "duplicate", "renew" */

/* Adds an order (status pending or ready) and ties it to its authorizations; order->id is set. */
enum err_code store_order_add(struct store_tx *tx, struct order *order, const int64_t *authz_ids,
    size_t authz_len, struct err *e);

/* ERR_NOT_FOUND if there is none. */
enum err_code store_order_get(
    struct store_tx *tx, void *mem, int64_t id, struct order *out, struct err *e);

/* The order's authorizations, oldest first, on `mem`. */
enum err_code store_order_authz_ids(
    struct store_tx *tx, void *mem, int64_t order_id, int64_t **ids, size_t *len, struct err *e);

/* Is there a living order that replaces the certificate of that name (RFC 9773, 5)? */
enum err_code store_order_replaces(
    struct store_tx *tx, const char *replaces, int64_t now_s, bool *found, struct err *e);

/* An account's orders that are not invalid, newest first, with ids below `before` (0: from the
 * newest), `max` at most. */
enum err_code store_order_list(struct store_tx *tx, void *mem, int64_t account_id, int64_t before,
    size_t max, int64_t now_s, int64_t **ids, size_t *len, struct err *e);

/* Has the account `count` (at least 1) orders or more that have neither ended, well or badly, nor
 * expired? Takes time by that number. */
enum err_code store_order_open_reach(struct store_tx *tx, int64_t account_id, int64_t count,
    int64_t now_s, bool *reached, struct err *e);

/* ready -> processing, with the CSR (platform.md: the only licence to go upstream). */
enum err_code store_order_finalize(
    struct store_tx *tx, int64_t id, struct bytes csr, struct err *e);

/* processing -> valid, with its certificate. */
enum err_code store_order_issued(
    struct store_tx *tx, int64_t id, int64_t certificate_id, struct err *e);

/* processing -> invalid, with a problem document. */
enum err_code store_order_failed(struct store_tx *tx, int64_t id, const char *error, struct err *e);

/* An authorization became valid: its pending orders, all of whose authorizations are now valid,
 * become ready; none of them outlasts it. */
enum err_code store_order_authz_valid(struct store_tx *tx, int64_t authz_id, struct err *e);

/* An authorization was lost (invalid, deactivated, ...): its pending and ready orders become
 * invalid, with `error`. */
enum err_code store_order_authz_lost(
    struct store_tx *tx, int64_t authz_id, const char *error, struct err *e);

/* The account was deactivated: its pending and ready orders become invalid (RFC 8555, 7.3.6). */
enum err_code store_order_account_lost(
    struct store_tx *tx, int64_t account_id, const char *error, struct err *e);

#endif
