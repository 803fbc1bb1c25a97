/* holding - see holding.h. */
#include "store/holding.h"

#include "base/mem.h"
#include "store/identifiers.h"
#include "store/order.h"
#include "store/store_private.h"

enum { SQL_HOLDING_CERTIFICATES, SQL_HOLDING_ACTIONS, SQL_HOLDING_CERTIFICATE };

static const char *const holding_sql[] = {
    [SQL_HOLDING_CERTIFICATES] =
        "SELECT newest.id, 0, newest.order_id, newest.account_id, a.tenant, o.identifiers, 'none',"
        " newest.not_before_s, newest.not_after_s, newest.revoked_s, 0"
        " FROM (SELECT id, order_id, account_id, not_before_s, not_after_s, revoked_s"
        " FROM certificate"
        " WHERE key_hash = $1 AND upstream = $2 AND not_after_s > $6"
        " ORDER BY id DESC LIMIT $7) AS newest"
        " JOIN orders o ON o.id = newest.order_id"
        " JOIN account a ON a.id = newest.account_id"
        " WHERE (newest.account_id <> $3 OR (o.identifiers = $4 AND o.profile = $5))"
        " ORDER BY newest.id DESC",
    [SQL_HOLDING_ACTIONS] =
        "SELECT 0, n.id, n.order_id, o.account_id, a.tenant, o.identifiers, n.kind, 0, 0, 0,"
        " n.sent_s"
        " FROM action n"
        " JOIN orders o ON o.id = n.order_id"
        " JOIN account a ON a.id = o.account_id"
        " WHERE n.key_hash = $1 AND n.upstream = $2 AND n.adopts IS NULL"
        " AND n.state IN ('deciding', 'sending', 'pending', 'in_doubt') AND n.state <> 'deciding'"
        " AND (o.account_id <> $3 OR (o.identifiers = $4 AND o.profile = $5))"
        " ORDER BY n.id",
    [SQL_HOLDING_CERTIFICATE] = "SELECT c.id FROM certificate c"
                                " JOIN action n ON n.order_id = c.order_id"
                                " JOIN orders o ON o.id = c.order_id"
                                " WHERE c.key_hash = $1 AND c.upstream = $2 AND c.account_id = $3"
                                " AND o.identifiers = $4 AND o.profile = $5"
                                " AND n.vendor_certificate = $6 AND c.revoked_s = 0",
};
const struct store_statements holding_statements = STORE_STATEMENTS(holding_sql);

static void read_holding(struct store_query *q, void *mem, struct holding *out)
{
    *out = (struct holding){
        .certificate_id = get_int(q, 0),
        .action_id = get_int(q, 1),
        .order_id = get_int(q, 2),
        .account_id = get_int(q, 3),
        .tenant = mem_strdup(mem, peek_text(q, 4)),
        .act = (enum act)word_parse(act_words, peek_text(q, 6)),
        .not_before_s = get_int(q, 7),
        .not_after_s = get_int(q, 8),
        .revoked_s = get_int(q, 9),
        .since_s = get_int(q, 10),
    };
    identifiers_from_text(mem, peek_text(q, 5), &out->names);
}

static enum err_code add_rows(
    struct store_query *q, void *mem, struct holding **list, size_t *len, struct err *e)
{
    while (store_row(q, e)) {
        if (*len % 8 == 0)
            *list = mem_grow_array(mem, *list, sizeof **list, *len + 8, "holdings");
        read_holding(q, mem, &(*list)[(*len)++]);
    }
    return e->code;
}

/* The first five parameters are the same for each. */
static struct store_query *query_of(
    struct store_tx *tx, int statement, const struct holding_search *search)
{
    struct store_query *q = store_query(tx, STORE_HOLDING, statement);

    bind_bytes(q, 1, search->key_hash);
    bind_text(q, 2, search->upstream);
    bind_int(q, 3, search->account_id);
    bind_text(q, 4, identifiers_to_text(store_tx_mem(tx), search->names));
    bind_text(q, 5, search->profile);
    return q;
}

enum err_code store_holding_list(struct store_tx *tx, void *mem,
    const struct holding_search *search, int64_t now_s, struct holding **list, size_t *len,
    struct err *e)
{
    struct store_query *q = query_of(tx, SQL_HOLDING_CERTIFICATES, search);

    *list = NULL;
    *len = 0;
    bind_int(q, 6, now_s);
    bind_int(q, 7, HOLDING_CERTIFICATES_MAX);
    if (add_rows(q, mem, list, len, e) != ERR_OK)
        return e->code;
    return add_rows(query_of(tx, SQL_HOLDING_ACTIONS, search), mem, list, len, e);
}

enum err_code store_holding_certificate(struct store_tx *tx, const struct holding_search *search,
    const char *vendor_certificate, int64_t *id, struct err *e)
{
    struct store_query *q = query_of(tx, SQL_HOLDING_CERTIFICATE, search);

    bind_text(q, 6, vendor_certificate);
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code
                                 : err_set(e, ERR_NOT_FOUND, "there is no such certificate here");
    *id = get_int(q, 0);
    store_end(q);
    return ERR_OK;
}
