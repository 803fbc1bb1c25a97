/* holding - what is known of a key at an upstream: the certificates that we have for it, and the
 * actions that are under way. Found by the key's hash: of a new key, two looks into an index and no
 * row. */
#ifndef COUNTERSIGN_STORE_HOLDING_H
#define COUNTERSIGN_STORE_HOLDING_H

#include "store/store.h"

/* So many certificates of a key are looked at, the newest. */
#define HOLDING_CERTIFICATES_MAX 100

/* A certificate, or an action that has none yet. */
struct holding {
    int64_t certificate_id; /* 0: an action under way */
    int64_t action_id;      /* 0: a certificate */
    int64_t order_id;
    int64_t account_id;
    const char *tenant; /* of the account; "": none */
    struct identifiers names;
    enum act act;                      /* of an action */
    int64_t not_before_s, not_after_s; /* of a certificate */
    int64_t revoked_s;                 /* 0: it is not */
    int64_t since_s;                   /* of an action: when the intent was made */
};

/* What is looked for. */
struct holding_search {
    const char *upstream;
    struct bytes key_hash;
    int64_t account_id;
    const struct identifiers *names; /* exactly these */
    const char *profile;             /* that it was ordered from */
};

/* What is held at the upstream for the key, and for just these names and profile or by another
 * account (one account may use a key for many orders, of which only the same one matters):
 * certificates that end after now_s, the newest first, then actions that are being sent, are
 * pending or in doubt (none that waits for another), the oldest first. On `mem`. */
enum err_code store_holding_list(struct store_tx *tx, void *mem,
    const struct holding_search *search, int64_t now_s, struct holding **list, size_t *len,
    struct err *e);

/* The account's certificate for the key, the names and the profile that the vendor calls so, unless
 * it is revoked here: its row. ERR_NOT_FOUND. */
enum err_code store_holding_certificate(struct store_tx *tx, const struct holding_search *search,
    const char *vendor_certificate, int64_t *id, struct err *e);

#endif
