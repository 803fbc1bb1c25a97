/* authz - the store's authorization records with their challenges (RFC 8555, 7.1.4), and their
 * changes of state. */
#ifndef COUNTERSIGN_STORE_AUTHZ_H
#define COUNTERSIGN_STORE_AUTHZ_H

#include "store/store.h"

extern const char *const authz_status_words[];

/* Adds a pending authorization; authz->id is set. */
enum err_code store_authz_add(struct store_tx *tx, struct authz *authz, struct err *e);

/* ERR_NOT_FOUND if there is none. */
enum err_code store_authz_get(
    struct store_tx *tx, void *mem, int64_t id, struct authz *out, struct err *e);

/* Does the account hold a valid, unexpired authorization for this very name? `identifier` may be a
 * wildcard. */
enum err_code store_authz_holds(struct store_tx *tx, int64_t account_id,
    const struct identifier *identifier, int64_t now_s, bool *holds, struct err *e);

/* Has the account `count` (at least 1) pending authorizations or more? Takes time by that number.
 */
enum err_code store_authz_pending_reach(struct store_tx *tx, int64_t account_id, int64_t count,
    int64_t now_s, bool *reached, struct err *e);

/* A challenge of a pending authorization was answered: notes which, with the account key's
 * thumbprint of that moment. ERR_CONFLICT if the authorization is not pending or a challenge was
 * answered before. */
enum err_code store_authz_try(struct store_tx *tx, int64_t id, enum challenge_type type,
    const uint8_t thumbprint[32], int64_t now_s, struct err *e);

/* A check failed and will be made again: notes the challenge's problem document of this time
 * (RFC 8555, 8.2). ERR_CONFLICT if the authorization is not pending. */
enum err_code store_authz_try_failed(
    struct store_tx *tx, int64_t id, const char *error, struct err *e);

/* pending -> valid, until expires_s; address: what the validator connected to. */
enum err_code store_authz_valid(struct store_tx *tx, int64_t id, int64_t now_s, int64_t expires_s,
    const char *address, struct err *e);

/* pending -> invalid, with the challenge's problem document. */
enum err_code store_authz_invalid(
    struct store_tx *tx, int64_t id, const char *address, const char *error, struct err *e);

/* pending or valid -> deactivated (RFC 8555, 7.5.2). */
enum err_code store_authz_deactivate(struct store_tx *tx, int64_t id, struct err *e);

#endif
