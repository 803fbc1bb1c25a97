/* account - see account.h. */
#include "store/account.h"

#include <string.h>

#include "base/mem.h"
#include "store/store_private.h"

const char *const account_status_words[] = {"valid", "deactivated", "revoked", NULL};

enum {
    SQL_ACCOUNT_ADD,
    SQL_ACCOUNT_GET,
    SQL_ACCOUNT_BY_THUMBPRINT,
    SQL_ACCOUNT_SET_CONTACTS,
    SQL_ACCOUNT_AGREE,
    SQL_ACCOUNT_COUNT_OTHERS,
    SQL_ACCOUNT_DEACTIVATE,
    SQL_ACCOUNT_CHANGE_KEY,
    SQL_ACCOUNT_ADD_FORMER_KEY,
    SQL_ACCOUNT_FORMER_KEYS
};

#define COLUMNS                                                                                    \
    "id, status, thumbprint, jwk, contacts, terms_agreed, created_s, tenant, eab_id, binding, "    \
    "terms, terms_agreed_s"

static const char *const account_sql[] = {
    [SQL_ACCOUNT_ADD] =
        "INSERT INTO account (status, thumbprint, jwk, contacts, terms_agreed, created_s, tenant,"
        " eab_id, binding, terms, terms_agreed_s)"
        " VALUES ('valid', $1, $2, $3, $4, $5, $6, nullif($7, 0), $8, $9, $10)"
        " ON CONFLICT (thumbprint) DO NOTHING"
        " RETURNING id",
    [SQL_ACCOUNT_GET] = "SELECT " COLUMNS " FROM account WHERE id = $1",
    [SQL_ACCOUNT_BY_THUMBPRINT] = "SELECT " COLUMNS " FROM account WHERE thumbprint = $1",
    [SQL_ACCOUNT_SET_CONTACTS] = "UPDATE account SET contacts = $2 WHERE id = $1",
    [SQL_ACCOUNT_AGREE] = "UPDATE account SET terms_agreed = 1, terms = $2, terms_agreed_s = $3"
                          " WHERE id = $1 AND status = 'valid'",
    [SQL_ACCOUNT_COUNT_OTHERS] =
        "SELECT count(*) FROM account"
        " WHERE status = 'valid' AND (terms <> $1 OR (terms IS NULL AND terms_agreed = 0))",
    [SQL_ACCOUNT_DEACTIVATE] =
        "UPDATE account SET status = 'deactivated' WHERE id = $1 AND status = 'valid'",
    [SQL_ACCOUNT_CHANGE_KEY] =
        "UPDATE account SET thumbprint = $3, jwk = $4 WHERE id = $1 AND thumbprint = $2",
    [SQL_ACCOUNT_ADD_FORMER_KEY] =
        "INSERT INTO former_key (account_id, thumbprint, until_s) VALUES ($1, $2, $3)",
    [SQL_ACCOUNT_FORMER_KEYS] =
        "SELECT thumbprint, until_s FROM former_key WHERE account_id = $1 ORDER BY id DESC",
};
const struct store_statements account_statements = STORE_STATEMENTS(account_sql);

enum err_code store_account_add(struct store_tx *tx, struct account *account, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACCOUNT, SQL_ACCOUNT_ADD);

    bind_bytes(q, 1, (struct bytes){account->thumbprint, sizeof account->thumbprint});
    bind_text(q, 2, account->jwk);
    bind_text(q, 3, account->contacts);
    bind_int(q, 4, account->terms_agreed);
    bind_int(q, 5, account->created_s);
    bind_text(q, 6, account->tenant == NULL ? "" : account->tenant);
    bind_int(q, 7, account->eab_id);
    bind_text(q, 8, account->binding);
    bind_text(q, 9, account->terms);
    bind_int(q, 10, account->terms_agreed_s);
    return store_insert(q, &account->id, e);
}

static void read_thumbprint(struct store_query *q, void *mem, int column, uint8_t out[32])
{
    struct bytes thumbprint = get_bytes(q, mem, column);

    BUG_ON(thumbprint.len != 32);
    memcpy(out, thumbprint.data, 32);
}

static enum err_code read_one(struct store_query *q, void *mem, struct account *out, struct err *e)
{
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code : err_set(e, ERR_NOT_FOUND, "there is no such account");
    out->id = get_int(q, 0);
    out->status = (enum account_status)word_parse(account_status_words, peek_text(q, 1));
    read_thumbprint(q, mem, 2, out->thumbprint);
    out->jwk = get_text(q, mem, 3);
    out->contacts = get_text(q, mem, 4);
    out->terms_agreed = get_int(q, 5) != 0;
    out->created_s = get_int(q, 6);
    out->tenant = get_text(q, mem, 7);
    out->eab_id = get_int(q, 8);
    out->binding = get_text(q, mem, 9);
    out->terms = get_text(q, mem, 10);
    out->terms_agreed_s = get_int(q, 11);
    store_end(q);
    return ERR_OK;
}

enum err_code store_account_get(
    struct store_tx *tx, void *mem, int64_t id, struct account *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACCOUNT, SQL_ACCOUNT_GET);

    bind_int(q, 1, id);
    return read_one(q, mem, out, e);
}

enum err_code store_account_by_thumbprint(struct store_tx *tx, void *mem,
    const uint8_t thumbprint[32], struct account *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACCOUNT, SQL_ACCOUNT_BY_THUMBPRINT);

    bind_bytes(q, 1, (struct bytes){thumbprint, 32});
    return read_one(q, mem, out, e);
}

enum err_code store_account_set_contacts(
    struct store_tx *tx, int64_t id, const char *contacts, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACCOUNT, SQL_ACCOUNT_SET_CONTACTS);

    bind_int(q, 1, id);
    bind_text(q, 2, contacts);
    return store_change_one(q, "there is no such account", e);
}

enum err_code store_account_agree(
    struct store_tx *tx, int64_t id, const char *terms, int64_t now_s, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACCOUNT, SQL_ACCOUNT_AGREE);

    bind_int(q, 1, id);
    bind_text(q, 2, terms);
    bind_int(q, 3, now_s);
    return store_change_one(q, "the account is not valid", e);
}

enum err_code store_account_count_others(
    struct store_tx *tx, const char *terms, int64_t *count, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACCOUNT, SQL_ACCOUNT_COUNT_OTHERS);

    bind_text(q, 1, terms);
    if (!store_row(q, e))
        return e->code;
    *count = get_int(q, 0);
    store_end(q);
    return ERR_OK;
}

enum err_code store_account_deactivate(struct store_tx *tx, int64_t id, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACCOUNT, SQL_ACCOUNT_DEACTIVATE);

    bind_int(q, 1, id);
    return store_change_one(q, "the account is not valid", e);
}

static enum err_code add_former_key(
    struct store_tx *tx, int64_t id, const uint8_t thumbprint[32], int64_t until_s, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACCOUNT, SQL_ACCOUNT_ADD_FORMER_KEY);

    bind_int(q, 1, id);
    bind_bytes(q, 2, (struct bytes){thumbprint, 32});
    bind_int(q, 3, until_s);
    return store_run(q, NULL, e);
}

enum err_code store_account_change_key(struct store_tx *tx, int64_t id, const uint8_t old[32],
    const struct store_new_key *key, int64_t now_s, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACCOUNT, SQL_ACCOUNT_CHANGE_KEY);

    bind_int(q, 1, id);
    bind_bytes(q, 2, (struct bytes){old, 32});
    bind_bytes(q, 3, (struct bytes){key->thumbprint, 32});
    bind_text(q, 4, key->jwk);
    if (store_change_one(q, "the account has another key now", e) != ERR_OK)
        return e->code;
    return add_former_key(tx, id, old, now_s, e);
}

enum err_code store_account_former_keys(struct store_tx *tx, void *mem, int64_t id,
    struct former_key **list, size_t *len, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACCOUNT, SQL_ACCOUNT_FORMER_KEYS);
    size_t size = 4;

    *list = mem_new_array(mem, struct former_key, size);
    *len = 0;
    bind_int(q, 1, id);
    while (store_row(q, e)) {
        struct former_key *key;

        if (*len == size)
            *list = mem_grow_array(mem, *list, sizeof **list, size *= 2, "former_key");
        key = &(*list)[(*len)++];
        read_thumbprint(q, mem, 0, key->thumbprint);
        key->until_s = get_int(q, 1);
    }
    return e->code;
}
