/* order - see order.h. */
#include "store/order.h"

#include "base/mem.h"
#include "store/identifiers.h"
#include "store/store_private.h"

const char *const order_status_words[] = {
    "pending", "ready", "processing", "valid", "invalid", NULL};
const char *const act_words[] = {"none", "new", "reissue", "duplicate", "renew", NULL};

enum {
    SQL_ORDER_ADD,
    SQL_ORDER_TIE,
    SQL_ORDER_GET,
    SQL_ORDER_AUTHZ_IDS,
    SQL_ORDER_REPLACES,
    SQL_ORDER_LIST,
    SQL_ORDER_OPEN,
    SQL_ORDER_FINALIZE,
    SQL_ORDER_ISSUED,
    SQL_ORDER_FAILED,
    SQL_ORDER_AUTHZ_OUTLASTED,
    SQL_ORDER_AUTHZ_VALID,
    SQL_ORDER_AUTHZ_LOST,
    SQL_ORDER_ACCOUNT_LOST
};

static const char *const order_sql[] = {
    [SQL_ORDER_ADD] = "INSERT INTO orders (account_id, status, profile, identifiers, created_s, "
                      "expires_s, replaces, not_before_s, not_after_s, wish, wish_order_id)"
                      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
                      " RETURNING id",
    [SQL_ORDER_TIE] = "INSERT INTO order_authz (order_id, authz_id) VALUES ($1, $2)",
    [SQL_ORDER_GET] = "SELECT id, account_id, status, profile, identifiers, created_s, expires_s, "
                      "csr, certificate_id,"
                      " error, replaces, not_before_s, not_after_s, wish, wish_order_id"
                      " FROM orders WHERE id = $1",
    [SQL_ORDER_AUTHZ_IDS] =
        "SELECT authz_id FROM order_authz WHERE order_id = $1 ORDER BY authz_id",
    [SQL_ORDER_REPLACES] = "SELECT 1 FROM orders"
                           " WHERE replaces = $1 AND status <> 'invalid'"
                           " AND (status NOT IN ('pending', 'ready') OR expires_s > $2)"
                           " LIMIT 1",
    [SQL_ORDER_LIST] = "SELECT id FROM orders"
                       " WHERE account_id = $1 AND id < $2 AND status <> 'invalid'"
                       " AND (status NOT IN ('pending', 'ready') OR expires_s > $3)"
                       " ORDER BY id DESC"
                       " LIMIT $4",
    [SQL_ORDER_OPEN] =
        "SELECT 1 FROM orders"
        " WHERE account_id = $1 AND certificate_id IS NULL AND error IS NULL AND expires_s > $2"
        " LIMIT 1 OFFSET $3",
    [SQL_ORDER_FINALIZE] =
        "UPDATE orders SET status = 'processing', csr = $2 WHERE id = $1 AND status = 'ready'",
    [SQL_ORDER_ISSUED] = "UPDATE orders SET status = 'valid', certificate_id = $2"
                         " WHERE id = $1 AND status = 'processing'",
    [SQL_ORDER_FAILED] =
        "UPDATE orders SET status = 'invalid', error = $2 WHERE id = $1 AND status = 'processing'",
    [SQL_ORDER_AUTHZ_OUTLASTED] =
        "UPDATE orders SET expires_s = (SELECT expires_s FROM authz WHERE id = $1)"
        " WHERE status = 'pending'"
        " AND id IN (SELECT order_id FROM order_authz WHERE authz_id = $1)"
        " AND expires_s > (SELECT expires_s FROM authz WHERE id = $1)",
    [SQL_ORDER_AUTHZ_VALID] =
        "UPDATE orders SET status = 'ready'"
        " WHERE status = 'pending'"
        " AND id IN (SELECT order_id FROM order_authz WHERE authz_id = $1)"
        " AND NOT EXISTS (SELECT 1 FROM order_authz oa JOIN authz a ON a.id = oa.authz_id"
        " WHERE oa.order_id = orders.id AND a.status <> 'valid')",
    [SQL_ORDER_AUTHZ_LOST] = "UPDATE orders SET status = 'invalid', error = $2"
                             " WHERE status IN ('pending', 'ready')"
                             " AND id IN (SELECT order_id FROM order_authz WHERE authz_id = $1)",
    [SQL_ORDER_ACCOUNT_LOST] = "UPDATE orders SET status = 'invalid', error = $2"
                               " WHERE account_id = $1 AND status IN ('pending', 'ready')",
};
const struct store_statements order_statements = STORE_STATEMENTS(order_sql);

static enum err_code tie(struct store_tx *tx, int64_t order_id, int64_t authz_id, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ORDER, SQL_ORDER_TIE);

    bind_int(q, 1, order_id);
    bind_int(q, 2, authz_id);
    return store_run(q, NULL, e);
}

enum err_code store_order_add(struct store_tx *tx, struct order *order, const int64_t *authz_ids,
    size_t authz_len, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ORDER, SQL_ORDER_ADD);

    bind_int(q, 1, order->account_id);
    bind_text(q, 2, order_status_words[order->status]);
    bind_text(q, 3, order->profile);
    bind_text(q, 4, identifiers_to_text(store_tx_mem(tx), &order->identifiers));
    bind_int(q, 5, order->created_s);
    bind_int(q, 6, order->expires_s);
    bind_text(q, 7, order->replaces);
    bind_int(q, 8, order->not_before_s);
    bind_int(q, 9, order->not_after_s);
    bind_text(q, 10, act_words[order->wish]);
    bind_text(q, 11, order->wish_order_id);
    if (store_insert(q, &order->id, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < authz_len; i++)
        if (tie(tx, order->id, authz_ids[i], e) != ERR_OK)
            return e->code;
    return ERR_OK;
}

static void order_from_row(struct store_query *q, void *mem, struct order *out)
{
    out->id = get_int(q, 0);
    out->account_id = get_int(q, 1);
    out->status = (enum order_status)word_parse(order_status_words, peek_text(q, 2));
    out->profile = get_text(q, mem, 3);
    identifiers_from_text(mem, peek_text(q, 4), &out->identifiers);
    out->created_s = get_int(q, 5);
    out->expires_s = get_int(q, 6);
    out->csr = get_bytes(q, mem, 7);
    out->certificate_id = get_int(q, 8);
    out->error = get_text(q, mem, 9);
    out->replaces = get_text(q, mem, 10);
    out->not_before_s = get_int(q, 11);
    out->not_after_s = get_int(q, 12);
    out->wish = (enum act)word_parse(act_words, peek_text(q, 13));
    out->wish_order_id = get_text(q, mem, 14);
}

enum err_code store_order_get(
    struct store_tx *tx, void *mem, int64_t id, struct order *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ORDER, SQL_ORDER_GET);

    bind_int(q, 1, id);
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code : err_set(e, ERR_NOT_FOUND, "there is no such order");
    order_from_row(q, mem, out);
    store_end(q);
    return ERR_OK;
}

/* All ids that a query gives, in its order. */
static enum err_code read_ids(
    struct store_query *q, void *mem, int64_t **ids, size_t *len, struct err *e)
{
    size_t size = 4;

    *ids = mem_new_array(mem, int64_t, size);
    *len = 0;
    while (store_row(q, e)) {
        if (*len == size)
            *ids = mem_grow_array(mem, *ids, sizeof **ids, size *= 2, "ids");
        (*ids)[(*len)++] = get_int(q, 0);
    }
    return e->code;
}

enum err_code store_order_authz_ids(
    struct store_tx *tx, void *mem, int64_t order_id, int64_t **ids, size_t *len, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ORDER, SQL_ORDER_AUTHZ_IDS);

    bind_int(q, 1, order_id);
    return read_ids(q, mem, ids, len, e);
}

enum err_code store_order_replaces(
    struct store_tx *tx, const char *replaces, int64_t now_s, bool *found, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ORDER, SQL_ORDER_REPLACES);

    bind_text(q, 1, replaces);
    bind_int(q, 2, now_s);
    *found = store_row(q, e);
    if (*found)
        store_end(q);
    return e->code;
}

enum err_code store_order_list(struct store_tx *tx, void *mem, int64_t account_id, int64_t before,
    size_t max, int64_t now_s, int64_t **ids, size_t *len, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ORDER, SQL_ORDER_LIST);

    bind_int(q, 1, account_id);
    bind_int(q, 2, before == 0 ? INT64_MAX : before);
    bind_int(q, 3, now_s);
    bind_int(q, 4, (int64_t)max);
    return read_ids(q, mem, ids, len, e);
}

enum err_code store_order_open_reach(struct store_tx *tx, int64_t account_id, int64_t count,
    int64_t now_s, bool *reached, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ORDER, SQL_ORDER_OPEN);

    bind_int(q, 1, account_id);
    bind_int(q, 2, now_s);
    bind_int(q, 3, count - 1);
    *reached = store_row(q, e);
    if (*reached)
        store_end(q);
    return e->code;
}

enum err_code store_order_finalize(struct store_tx *tx, int64_t id, struct bytes csr, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ORDER, SQL_ORDER_FINALIZE);

    bind_int(q, 1, id);
    bind_bytes(q, 2, csr);
    return store_change_one(q, "the order is not ready to be finalized", e);
}

enum err_code store_order_issued(
    struct store_tx *tx, int64_t id, int64_t certificate_id, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ORDER, SQL_ORDER_ISSUED);

    bind_int(q, 1, id);
    bind_int(q, 2, certificate_id);
    return store_change_one(q, "the order is not being processed", e);
}

enum err_code store_order_failed(struct store_tx *tx, int64_t id, const char *error, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ORDER, SQL_ORDER_FAILED);

    bind_int(q, 1, id);
    bind_text(q, 2, error);
    return store_change_one(q, "the order is not being processed", e);
}

enum err_code store_order_authz_valid(struct store_tx *tx, int64_t authz_id, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ORDER, SQL_ORDER_AUTHZ_OUTLASTED);

    bind_int(q, 1, authz_id);
    if (store_run(q, NULL, e) != ERR_OK)
        return e->code;
    q = store_query(tx, STORE_ORDER, SQL_ORDER_AUTHZ_VALID);
    bind_int(q, 1, authz_id);
    return store_run(q, NULL, e);
}

enum err_code store_order_authz_lost(
    struct store_tx *tx, int64_t authz_id, const char *error, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ORDER, SQL_ORDER_AUTHZ_LOST);

    bind_int(q, 1, authz_id);
    bind_text(q, 2, error);
    return store_run(q, NULL, e);
}

enum err_code store_order_account_lost(
    struct store_tx *tx, int64_t account_id, const char *error, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ORDER, SQL_ORDER_ACCOUNT_LOST);

    bind_int(q, 1, account_id);
    bind_text(q, 2, error);
    return store_run(q, NULL, e);
}
