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

/* What an authorization must be like to be used for a name. Times are UTC seconds. */
struct authz_need {
    int64_t account_id;
    struct identifier identifier; /* its own, without "*." */
    bool wildcard;                /* it must cover "*." of that */
    bool subdomains;              /* it must cover the names below */
    /* One that is valid will do if it was proven by one of these methods (a set of enum
     * challenge_type; 0: none will do), not before validated_from_s, and is valid until
     * valid_until_s at least. */
    unsigned methods;
    int64_t validated_from_s;
    int64_t valid_until_s;
    /* One that is pending, with no challenge answered, will do if it offers exactly these (0: none
     * will do) and until pending_until_s at least. */
    unsigned challenges;
    int64_t pending_until_s;
};

/* The best that there is: a valid one before a pending one, then the one that lasts longest.
 * ERR_NOT_FOUND if there is none. */
enum err_code store_authz_find(struct store_tx *tx, void *mem, const struct authz_need *need,
    struct authz *out, struct err *e);

/* Has the account `count` (at least 1) pending authorizations or more? Takes time by that number.
 */
enum err_code store_authz_pending_reach(struct store_tx *tx, int64_t account_id, int64_t count,
    int64_t now_s, bool *reached, struct err *e);

/* Are `count` (at least 1) of the account's authorizations for the identifier being validated now,
 * or more? */
enum err_code store_authz_tried_reach(struct store_tx *tx, int64_t account_id,
    const struct identifier *identifier, int64_t count, int64_t now_s, bool *reached,
    struct err *e);

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
