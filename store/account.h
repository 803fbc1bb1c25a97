/* account - the store's account records (RFC 8555, 7.1.2). All functions: ERR_STORE if the database
 * cannot be used. */
#ifndef COUNTERSIGN_STORE_ACCOUNT_H
#define COUNTERSIGN_STORE_ACCOUNT_H

#include "store/store.h"

/* Adds a valid account; account->id is set. The key must be new: ERR_CONFLICT if its thumbprint
 * exists. */
enum err_code store_account_add(struct store_tx *tx, struct account *account, struct err *e);

/* ERR_NOT_FOUND if there is none. Strings on `mem`. */
enum err_code store_account_get(
    struct store_tx *tx, void *mem, int64_t id, struct account *out, struct err *e);
enum err_code store_account_by_thumbprint(struct store_tx *tx, void *mem,
    const uint8_t thumbprint[32], struct account *out, struct err *e);

enum err_code store_account_set_contacts(
    struct store_tx *tx, int64_t id, const char *contacts, struct err *e);

/* valid -> deactivated, for good (RFC 8555, 7.3.6). ERR_CONFLICT if it was not valid. */
enum err_code store_account_deactivate(struct store_tx *tx, int64_t id, struct err *e);

extern const char *const account_status_words[];

#endif
