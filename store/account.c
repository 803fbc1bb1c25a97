/* account - see account.h. */
#include "store/account.h"

#include <string.h>

#include "store/store_private.h"

const char *const account_status_words[] = {"valid", "deactivated", "revoked", NULL};

enum {
    SQL_ACCOUNT_ADD,
    SQL_ACCOUNT_GET,
    SQL_ACCOUNT_BY_THUMBPRINT,
    SQL_ACCOUNT_SET_CONTACTS,
    SQL_ACCOUNT_DEACTIVATE
};

#define COLUMNS "id, status, thumbprint, jwk, contacts, terms_agreed, created_s"

static const char *const account_sql[] = {
    [SQL_ACCOUNT_ADD] =
        "INSERT INTO account (status, thumbprint, jwk, contacts, terms_agreed, created_s)"
        " VALUES ('valid', $1, $2, $3, $4, $5)"
        " ON CONFLICT (thumbprint) DO NOTHING"
        " RETURNING id",
    [SQL_ACCOUNT_GET] = "SELECT " COLUMNS " FROM account WHERE id = $1",
    [SQL_ACCOUNT_BY_THUMBPRINT] = "SELECT " COLUMNS " FROM account WHERE thumbprint = $1",
    [SQL_ACCOUNT_SET_CONTACTS] = "UPDATE account SET contacts = $2 WHERE id = $1",
    [SQL_ACCOUNT_DEACTIVATE] =
        "UPDATE account SET status = 'deactivated' WHERE id = $1 AND status = 'valid'",
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
    return store_insert(q, &account->id, e);
}

static enum err_code read_one(struct store_query *q, void *mem, struct account *out, struct err *e)
{
    struct bytes thumbprint;

    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code : err_set(e, ERR_NOT_FOUND, "there is no such account");
    out->id = get_int(q, 0);
    out->status = (enum account_status)word_parse(account_status_words, peek_text(q, 1));
    thumbprint = get_bytes(q, mem, 2);
    BUG_ON(thumbprint.len != sizeof out->thumbprint);
    memcpy(out->thumbprint, thumbprint.data, sizeof out->thumbprint);
    out->jwk = get_text(q, mem, 3);
    out->contacts = get_text(q, mem, 4);
    out->terms_agreed = get_int(q, 5) != 0;
    out->created_s = get_int(q, 6);
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

enum err_code store_account_deactivate(struct store_tx *tx, int64_t id, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACCOUNT, SQL_ACCOUNT_DEACTIVATE);

    bind_int(q, 1, id);
    return store_change_one(q, "the account is not valid", e);
}
