/* listing - accounts, orders and certificates as an operator looks for them: the newest first, a
 * page at a time, of those that are wanted.
 *
 * A page is a read of rows in the order of their ids, so what is asked for narrowly may take a look
 * at every row: for the admin API, never for a request of a client.
 */
#ifndef COUNTERSIGN_STORE_LISTING_H
#define COUNTERSIGN_STORE_LISTING_H

#include "store/store.h"

/* What is wanted; NULL and 0 do not bound. What has no such thing is passed by. */
struct listing {
    int64_t id; /* this one alone */
    int64_t account_id;
    const char *tenant, *upstream;
    const char *status; /* as it is now: a word of the records below */
    const char *name;   /* one of the identifiers, as it was ordered */
    int64_t before;     /* ids below this */
    int64_t max;        /* so many at most */
    int64_t now_s;
};

struct listed_account {
    int64_t id;
    const char *status; /* "valid", "deactivated", "revoked" */
    const char *tenant, *contacts;
    int64_t created_s;
    const char *eab; /* the kid of its external account, or NULL */
};

struct listed_order {
    int64_t id, account_id;
    const char *status; /* as clients see it: what expired is "invalid" */
    const char *tenant, *profile;
    const char *upstream; /* from finalize on; before, NULL */
    struct identifiers identifiers;
    int64_t created_s, expires_s;
    int64_t certificate_id; /* 0: none */
};

struct listed_certificate {
    int64_t id, account_id, order_id;
    const char *status; /* "valid", "expired", "revoked" */
    const char *tenant, *upstream;
    struct bytes serial;            /* content octets */
    struct identifiers identifiers; /* of its order */
    int64_t not_before_s, not_after_s;
    int64_t revoked_s; /* 0: it is not */
};

/* All on `mem`. `name` and `upstream` bound no accounts. */
enum err_code store_list_accounts(struct store_tx *tx, void *mem, const struct listing *wanted,
    struct listed_account **list, size_t *len, struct err *e);
enum err_code store_list_orders(struct store_tx *tx, void *mem, const struct listing *wanted,
    struct listed_order **list, size_t *len, struct err *e);
enum err_code store_list_certificates(struct store_tx *tx, void *mem, const struct listing *wanted,
    struct listed_certificate **list, size_t *len, struct err *e);

extern const char *const certificate_status_words[]; /* "valid", "expired", "revoked"; NULL */

#endif
