/* checks - the store's record of what was checked before a certificate is issued: who saw what, and
 * the fact that all checks which were required ended well. Nothing is issued without the fact.
 */
#ifndef COUNTERSIGN_STORE_CHECKS_H
#define COUNTERSIGN_STORE_CHECKS_H

#include "store/store.h"

extern const char *const observation_outcome_words[];

enum err_code store_observation_add(
    struct store_tx *tx, const struct observation *observation, struct err *e);

/* Of an authorization, and of CAA for the orders that it is for; in the order in which they were
 * added, the last thousand, on `mem`. */
enum err_code store_observation_list(struct store_tx *tx, void *mem, int64_t authz_id,
    struct observation **list, size_t *len, struct err *e);

/* The same of an order: of CAA, and of all its authorizations. */
enum err_code store_observation_of_order(struct store_tx *tx, void *mem, int64_t order_id,
    struct observation **list, size_t *len, struct err *e);

/* Control of the name was proven by all checks that were required; `text` says which.
 * ERR_CONFLICT if there is no such authorization. */
enum err_code store_authz_note_checks(
    struct store_tx *tx, int64_t id, int64_t now_s, const char *text, struct err *e);

/* ERR_NOT_FOUND if there is no such authorization. */
enum err_code store_authz_checks(
    struct store_tx *tx, void *mem, int64_t id, struct checks *out, struct err *e);

/* The last authorizations, the newest first, a hundred at most: of this name (without "*."), or of
 * all (NULL); on `mem`. */
enum err_code store_authz_newest(
    struct store_tx *tx, void *mem, const char *name, int64_t **ids, size_t *len, struct err *e);

/* All that issuing needs was checked. ERR_CONFLICT if there is no such action. */
enum err_code store_action_note_checks(
    struct store_tx *tx, int64_t id, int64_t now_s, const char *text, struct err *e);

/* `caa`: when CAA was found to allow it for all names, and what was found. ERR_NOT_FOUND if there
 * is no such action. */
enum err_code store_action_checks(struct store_tx *tx, void *mem, int64_t id, struct checks *out,
    struct checks *caa, struct err *e);

#endif
