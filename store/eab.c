/* eab - see eab.h. */
#include "store/eab.h"

#include <string.h>

#include "base/mem.h"
#include "store/order.h"
#include "store/store_private.h"

enum { SQL_EAB_ADD, SQL_EAB_GET, SQL_EAB_BY_KID, SQL_EAB_USE, SQL_EAB_REVOKE, SQL_EAB_LIST };

#define COLUMNS                                                                                    \
    "id, kid, tenant, label, names, profiles, prevalidated, uses_left, created_s, expires_s,"      \
    " revoked_s, actions, budget_orders, budget_period_s, given_name, surname, organization,"      \
    " (SELECT count(*) FROM account WHERE eab_id = eab.id)"

static const char *const eab_sql[] = {
    [SQL_EAB_ADD] = "INSERT INTO eab (kid, mac_key, tenant, label, names, profiles, prevalidated,"
                    " uses_left, created_s, expires_s, revoked_s, actions, budget_orders,"
                    " budget_period_s, given_name, surname, organization)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, $12, $13, $14, $15,"
                    " $16)"
                    " ON CONFLICT (kid) DO NOTHING"
                    " RETURNING id",
    [SQL_EAB_GET] = "SELECT " COLUMNS " FROM eab WHERE id = $1",
    [SQL_EAB_BY_KID] = "SELECT " COLUMNS ", mac_key FROM eab WHERE kid = $1",
    [SQL_EAB_USE] =
        "UPDATE eab SET uses_left = CASE WHEN uses_left > 0 THEN uses_left - 1 ELSE uses_left END"
        " WHERE id = $1 AND uses_left <> 0 AND revoked_s = 0 AND (expires_s = 0 OR expires_s > $2)",
    [SQL_EAB_REVOKE] = "UPDATE eab SET revoked_s = $2 WHERE id = $1 AND revoked_s = 0",
    [SQL_EAB_LIST] = "SELECT " COLUMNS " FROM eab ORDER BY id",
};
const struct store_statements eab_statements = STORE_STATEMENTS(eab_sql);

/* "reissue\nrenew" */
static const char *acts_to_text(void *mem, unsigned acts)
{
    const char *text = "";

    for (int act = ACT_NEW; act_words[act] != NULL; act++)
        if ((acts & ACT_BIT(act)) != 0)
            text = mem_printf(mem, "%s%s%s", text, *text == '\0' ? "" : "\n", act_words[act]);
    return text;
}

static unsigned acts_from_text(void *mem, const char *text)
{
    unsigned acts = 0;

    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        acts |= ACT_BIT(word_parse(act_words, mem_strndup(mem, text, len)));
        text += len + (text[len] == '\n');
    }
    return acts;
}

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

enum err_code store_eab_add(struct store_tx *tx, struct eab *eab, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_EAB, SQL_EAB_ADD);

    bind_text(q, 1, eab->kid);
    bind_bytes(q, 2, eab->mac_key);
    bind_text(q, 3, eab->tenant);
    bind_text(q, 4, eab->label);
    bind_text(q, 5, eab->names);
    bind_text(q, 6, eab->profiles);
    bind_int(q, 7, eab->prevalidated);
    bind_int(q, 8, eab->uses_left);
    bind_int(q, 9, eab->created_s);
    bind_int(q, 10, eab->expires_s);
    bind_text(q, 11, acts_to_text(store_tx_mem(tx), eab->actions));
    bind_int(q, 12, eab->budget_orders);
    bind_int(q, 13, eab->budget_period_s);
    bind_text(q, 14, or_empty(eab->recipient.given_name));
    bind_text(q, 15, or_empty(eab->recipient.surname));
    bind_text(q, 16, or_empty(eab->recipient.organization));
    return store_insert(q, &eab->id, e);
}

static void eab_from_row(struct store_query *q, void *mem, struct eab *out)
{
    *out = (struct eab){
        .id = get_int(q, 0),
        .kid = get_text(q, mem, 1),
        .tenant = get_text(q, mem, 2),
        .label = get_text(q, mem, 3),
        .names = get_text(q, mem, 4),
        .profiles = get_text(q, mem, 5),
        .prevalidated = get_int(q, 6) != 0,
        .uses_left = get_int(q, 7),
        .created_s = get_int(q, 8),
        .expires_s = get_int(q, 9),
        .revoked_s = get_int(q, 10),
        .actions = acts_from_text(mem, get_text(q, mem, 11)),
        .budget_orders = get_int(q, 12),
        .budget_period_s = get_int(q, 13),
        .recipient = {get_text(q, mem, 14), get_text(q, mem, 15), get_text(q, mem, 16)},
        .accounts = get_int(q, 17),
    };
}

static enum err_code none(struct err *e)
{
    return e->code != ERR_OK ? e->code
                             : err_set(e, ERR_NOT_FOUND, "there is no such external account");
}

enum err_code store_eab_get(
    struct store_tx *tx, void *mem, int64_t id, struct eab *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_EAB, SQL_EAB_GET);

    bind_int(q, 1, id);
    if (!store_row(q, e))
        return none(e);
    eab_from_row(q, mem, out);
    store_end(q);
    return ERR_OK;
}

enum err_code store_eab_by_kid(
    struct store_tx *tx, void *mem, const char *kid, struct eab *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_EAB, SQL_EAB_BY_KID);

    bind_text(q, 1, kid);
    if (!store_row(q, e))
        return none(e);
    eab_from_row(q, mem, out);
    out->mac_key = get_bytes(q, mem, 18);
    store_end(q);
    return ERR_OK;
}

enum err_code store_eab_use(struct store_tx *tx, int64_t id, int64_t now_s, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_EAB, SQL_EAB_USE);

    bind_int(q, 1, id);
    bind_int(q, 2, now_s);
    return store_change_one(q, "the external account can make no more accounts", e);
}

enum err_code store_eab_revoke(struct store_tx *tx, int64_t id, int64_t now_s, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_EAB, SQL_EAB_REVOKE);

    bind_int(q, 1, id);
    bind_int(q, 2, now_s);
    return store_change_one(q, "the external account was revoked already", e);
}

enum err_code store_eab_list(
    struct store_tx *tx, void *mem, struct eab **list, size_t *len, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_EAB, SQL_EAB_LIST);
    size_t size = 16;

    *list = mem_new_array(mem, struct eab, size);
    *len = 0;
    while (store_row(q, e)) {
        if (*len == size)
            *list = mem_grow_array(mem, *list, sizeof **list, size *= 2, "eab");
        eab_from_row(q, mem, &(*list)[(*len)++]);
    }
    return e->code;
}
