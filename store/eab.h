/* eab - the store's external accounts (RFC 8555, 7.3.4): the keys that the operator hands out.
 *
 * The key of each stands in the database as it is: a MAC cannot be checked by less. The database is
 * its owner's alone (mode 0600). All functions: ERR_STORE if it cannot be used.
 */
#ifndef COUNTERSIGN_STORE_EAB_H
#define COUNTERSIGN_STORE_EAB_H

#include "store/store.h"

/* Adds one; eab->id is set. ERR_CONFLICT if its kid exists. */
enum err_code store_eab_add(struct store_tx *tx, struct eab *eab, struct err *e);

/* ERR_NOT_FOUND if there is none. Strings on `mem`. */
enum err_code store_eab_get(
    struct store_tx *tx, void *mem, int64_t id, struct eab *out, struct err *e);

/* The same, with its MAC key. */
enum err_code store_eab_by_kid(
    struct store_tx *tx, void *mem, const char *kid, struct eab *out, struct err *e);

/* Counts an account that is made with it. ERR_CONFLICT if it has no use left, is revoked or has
 * expired. */
enum err_code store_eab_use(struct store_tx *tx, int64_t id, int64_t now_s, struct err *e);

/* No more accounts, nor orders by those that it made; for good. ERR_CONFLICT if it was revoked
 * already. */
enum err_code store_eab_revoke(struct store_tx *tx, int64_t id, int64_t now_s, struct err *e);

/* All of them, oldest first, on `mem`. */
enum err_code store_eab_list(
    struct store_tx *tx, void *mem, struct eab **list, size_t *len, struct err *e);

#endif
