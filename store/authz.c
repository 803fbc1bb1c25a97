/* authz - see authz.h. */
#include "store/authz.h"

#include <stdio.h>
#include <string.h>

#include "store/identifiers.h"
#include "store/store_private.h"

const char *const authz_status_words[] = {
    "pending", "valid", "invalid", "deactivated", "expired", "revoked", NULL};

enum {
    SQL_AUTHZ_ADD,
    SQL_AUTHZ_GET,
    SQL_AUTHZ_FIND,
    SQL_AUTHZ_PENDING,
    SQL_AUTHZ_TRIED,
    SQL_AUTHZ_TRY,
    SQL_AUTHZ_TRY_FAILED,
    SQL_AUTHZ_VALID,
    SQL_AUTHZ_INVALID,
    SQL_AUTHZ_DEACTIVATE
};

#define COLUMNS                                                                                    \
    "id, account_id, status, identifier, wildcard, subdomains, expires_s, token, challenges,"      \
    " tried, tried_s, thumbprint, validated_s, validated_address, error"

static const char *const authz_sql[] = {
    [SQL_AUTHZ_ADD] =
        "INSERT INTO authz (account_id, status, identifier, wildcard, subdomains, expires_s, token,"
        " challenges, tried, tried_s, validated_s)"
        " VALUES ($1, 'pending', $2, $3, $4, $5, $6, $7, 0, 0, 0)"
        " RETURNING id",
    [SQL_AUTHZ_GET] = "SELECT " COLUMNS " FROM authz WHERE id = $1",
    [SQL_AUTHZ_FIND] =
        "SELECT " COLUMNS " FROM authz"
        " WHERE account_id = $1 AND identifier = $2 AND status IN ('pending', 'valid')"
        " AND expires_s >= $10"
        " AND (wildcard = $3 OR (wildcard = 1 AND subdomains = 1))"
        " AND subdomains >= $4"
        " AND ((status = 'valid' AND (tried & $5) <> 0 AND validated_s >= $6 AND expires_s >= $7)"
        " OR (status = 'pending' AND tried = 0 AND challenges = $8 AND expires_s >= $9))"
        " ORDER BY status DESC, expires_s DESC"
        " LIMIT 1",
    [SQL_AUTHZ_PENDING] = "SELECT 1 FROM authz"
                          " WHERE account_id = $1 AND status = 'pending' AND expires_s > $2"
                          " LIMIT 1 OFFSET $3",
    [SQL_AUTHZ_TRIED] = "SELECT 1 FROM authz"
                        " WHERE account_id = $1 AND identifier = $2 AND expires_s > $3"
                        " AND status IN ('pending', 'valid') AND status = 'pending' AND tried <> 0"
                        " LIMIT 1 OFFSET $4",
    [SQL_AUTHZ_TRY] = "UPDATE authz SET tried = $2, thumbprint = $3, tried_s = $4"
                      " WHERE id = $1 AND status = 'pending' AND tried = 0",
    [SQL_AUTHZ_TRY_FAILED] = "UPDATE authz SET error = $2"
                             " WHERE id = $1 AND status = 'pending'",
    [SQL_AUTHZ_VALID] = "UPDATE authz SET status = 'valid', validated_s = $2, expires_s = $3, "
                        "validated_address = $4"
                        " WHERE id = $1 AND status = 'pending'",
    [SQL_AUTHZ_INVALID] = "UPDATE authz SET status = 'invalid', validated_address = $2, error = $3"
                          " WHERE id = $1 AND status = 'pending'",
    [SQL_AUTHZ_DEACTIVATE] = "UPDATE authz SET status = 'deactivated'"
                             " WHERE id = $1 AND status IN ('pending', 'valid')",
};
const struct store_statements authz_statements = STORE_STATEMENTS(authz_sql);

enum err_code store_authz_add(struct store_tx *tx, struct authz *authz, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_AUTHZ, SQL_AUTHZ_ADD);

    bind_int(q, 1, authz->account_id);
    bind_text(q, 2, identifier_to_text(store_tx_mem(tx), &authz->identifier));
    bind_int(q, 3, authz->wildcard);
    bind_int(q, 4, authz->subdomains);
    bind_int(q, 5, authz->expires_s);
    bind_text(q, 6, authz->token);
    bind_int(q, 7, authz->challenges);
    return store_insert(q, &authz->id, e);
}

static void authz_from_row(struct store_query *q, void *mem, struct authz *out)
{
    struct bytes thumbprint;

    out->id = get_int(q, 0);
    out->account_id = get_int(q, 1);
    out->status = (enum authz_status)word_parse(authz_status_words, peek_text(q, 2));
    identifier_from_text(mem, peek_text(q, 3), &out->identifier);
    out->wildcard = get_int(q, 4) != 0;
    out->subdomains = get_int(q, 5) != 0;
    out->expires_s = get_int(q, 6);
    snprintf(out->token, sizeof out->token, "%s", peek_text(q, 7));
    out->challenges = (unsigned)get_int(q, 8);
    out->tried = (unsigned)get_int(q, 9);
    out->tried_s = get_int(q, 10);
    thumbprint = get_bytes(q, mem, 11);
    memset(out->thumbprint, 0, sizeof out->thumbprint);
    if (thumbprint.len == sizeof out->thumbprint)
        memcpy(out->thumbprint, thumbprint.data, sizeof out->thumbprint);
    out->validated_s = get_int(q, 12);
    out->validated_address = get_text(q, mem, 13);
    out->error = get_text(q, mem, 14);
}

static enum err_code read_one(struct store_query *q, void *mem, struct authz *out, struct err *e)
{
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code
                                 : err_set(e, ERR_NOT_FOUND, "there is no such authorization");
    authz_from_row(q, mem, out);
    store_end(q);
    return ERR_OK;
}

enum err_code store_authz_get(
    struct store_tx *tx, void *mem, int64_t id, struct authz *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_AUTHZ, SQL_AUTHZ_GET);

    bind_int(q, 1, id);
    return read_one(q, mem, out, e);
}

/* What expires before then will not do: the index leads past it. */
static int64_t first_expiry(const struct authz_need *need)
{
    if (need->methods == 0)
        return need->pending_until_s;
    return need->challenges == 0 || need->valid_until_s < need->pending_until_s
               ? need->valid_until_s
               : need->pending_until_s;
}

enum err_code store_authz_find(
    struct store_tx *tx, void *mem, const struct authz_need *need, struct authz *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_AUTHZ, SQL_AUTHZ_FIND);

    bind_int(q, 1, need->account_id);
    bind_text(q, 2, identifier_to_text(store_tx_mem(tx), &need->identifier));
    bind_int(q, 3, need->wildcard);
    bind_int(q, 4, need->subdomains);
    bind_int(q, 5, need->methods);
    bind_int(q, 6, need->validated_from_s);
    bind_int(q, 7, need->valid_until_s);
    bind_int(q, 8, need->challenges);
    bind_int(q, 9, need->pending_until_s);
    bind_int(q, 10, first_expiry(need));
    return read_one(q, mem, out, e);
}

enum err_code store_authz_pending_reach(struct store_tx *tx, int64_t account_id, int64_t count,
    int64_t now_s, bool *reached, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_AUTHZ, SQL_AUTHZ_PENDING);

    bind_int(q, 1, account_id);
    bind_int(q, 2, now_s);
    bind_int(q, 3, count - 1);
    *reached = store_row(q, e);
    if (*reached)
        store_end(q);
    return e->code;
}

enum err_code store_authz_tried_reach(struct store_tx *tx, int64_t account_id,
    const struct identifier *identifier, int64_t count, int64_t now_s, bool *reached, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_AUTHZ, SQL_AUTHZ_TRIED);

    bind_int(q, 1, account_id);
    bind_text(q, 2, identifier_to_text(store_tx_mem(tx), identifier));
    bind_int(q, 3, now_s);
    bind_int(q, 4, count - 1);
    *reached = store_row(q, e);
    if (*reached)
        store_end(q);
    return e->code;
}

enum err_code store_authz_try(struct store_tx *tx, int64_t id, enum challenge_type type,
    const uint8_t thumbprint[32], int64_t now_s, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_AUTHZ, SQL_AUTHZ_TRY);

    bind_int(q, 1, id);
    bind_int(q, 2, type);
    bind_bytes(q, 3, (struct bytes){thumbprint, 32});
    bind_int(q, 4, now_s);
    return store_change_one(q, "a challenge of this authorization was answered already", e);
}

enum err_code store_authz_try_failed(
    struct store_tx *tx, int64_t id, const char *error, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_AUTHZ, SQL_AUTHZ_TRY_FAILED);

    bind_int(q, 1, id);
    bind_text(q, 2, error);
    return store_change_one(q, "the authorization is not pending", e);
}

enum err_code store_authz_valid(struct store_tx *tx, int64_t id, int64_t now_s, int64_t expires_s,
    const char *address, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_AUTHZ, SQL_AUTHZ_VALID);

    bind_int(q, 1, id);
    bind_int(q, 2, now_s);
    bind_int(q, 3, expires_s);
    bind_text(q, 4, address);
    return store_change_one(q, "the authorization is not pending", e);
}

enum err_code store_authz_invalid(
    struct store_tx *tx, int64_t id, const char *address, const char *error, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_AUTHZ, SQL_AUTHZ_INVALID);

    bind_int(q, 1, id);
    bind_text(q, 2, address);
    bind_text(q, 3, error);
    return store_change_one(q, "the authorization is not pending", e);
}

enum err_code store_authz_deactivate(struct store_tx *tx, int64_t id, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_AUTHZ, SQL_AUTHZ_DEACTIVATE);

    bind_int(q, 1, id);
    return store_change_one(q, "the authorization is neither pending nor valid", e);
}
