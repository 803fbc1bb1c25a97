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

/* The account agrees to the terms at this URL. */
enum err_code store_account_agree(
    struct store_tx *tx, int64_t id, const char *terms, int64_t now_s, struct err *e);

/* How many valid accounts are known to have agreed to other terms, or to none. */
enum err_code store_account_count_others(
    struct store_tx *tx, const char *terms, int64_t *count, struct err *e);

/* valid -> deactivated, for good (RFC 8555, 7.3.6). ERR_CONFLICT if it was not valid. */
enum err_code store_account_deactivate(struct store_tx *tx, int64_t id, struct err *e);

/* The account goes from the key `old` to another one (RFC 8555, 7.3.5), and the old thumbprint is
 * kept. ERR_CONFLICT if `old` is not its key; the caller has seen that no account has the new one.
 */
struct store_new_key {
    const uint8_t *thumbprint; /* 32 octets, as `old` */
    const char *jwk;           /* canonical text */
};
enum err_code store_account_change_key(struct store_tx *tx, int64_t id, const uint8_t old[32],
    const struct store_new_key *key, int64_t now_s, struct err *e);

/* The keys that an account had before, newest first, on `mem`. */
struct former_key {
    uint8_t thumbprint[32];
    int64_t until_s;
};
enum err_code store_account_former_keys(struct store_tx *tx, void *mem, int64_t id,
    struct former_key **list, size_t *len, struct err *e);

extern const char *const account_status_words[];

#endif
