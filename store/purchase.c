/* purchase - see purchase.h. */
#include "store/purchase.h"

#include "base/mem.h"
#include "store/store_private.h"

enum {
    SQL_PURCHASE_ADD,
    SQL_PURCHASE_TAKE_BACK,
    SQL_PURCHASES_OF_UPSTREAM,
    SQL_PURCHASES_OF_TENANT
};

static const char *const purchase_sql[] = {
    [SQL_PURCHASE_ADD] = "INSERT INTO purchase (action_id, upstream, tenant, at_s)"
                         " VALUES ($1, $2, $3, $4)"
                         " ON CONFLICT (action_id) DO NOTHING",
    [SQL_PURCHASE_TAKE_BACK] = "DELETE FROM purchase WHERE action_id = $1",
    [SQL_PURCHASES_OF_UPSTREAM] = "SELECT at_s FROM purchase"
                                  " WHERE upstream = $1 AND at_s > $2"
                                  " ORDER BY at_s DESC LIMIT $3",
    [SQL_PURCHASES_OF_TENANT] = "SELECT at_s FROM purchase"
                                " WHERE upstream = $1 AND at_s > $2 AND tenant = $4"
                                " ORDER BY at_s DESC LIMIT $3",
};
const struct store_statements purchase_statements = STORE_STATEMENTS(purchase_sql);

enum err_code store_purchase_add(struct store_tx *tx, int64_t action_id, const char *upstream,
    const char *tenant, int64_t at_s, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_PURCHASE, SQL_PURCHASE_ADD);

    bind_int(q, 1, action_id);
    bind_text(q, 2, upstream);
    bind_text(q, 3, tenant);
    bind_int(q, 4, at_s);
    return store_run(q, NULL, e);
}

enum err_code store_purchase_take_back(struct store_tx *tx, int64_t action_id, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_PURCHASE, SQL_PURCHASE_TAKE_BACK);

    bind_int(q, 1, action_id);
    return store_run(q, NULL, e);
}

enum err_code store_purchase_times(struct store_tx *tx, void *mem, const char *upstream,
    const char *tenant, int64_t after_s, int64_t max, int64_t **list, size_t *len, struct err *e)
{
    struct store_query *q = store_query(
        tx, STORE_PURCHASE, tenant == NULL ? SQL_PURCHASES_OF_UPSTREAM : SQL_PURCHASES_OF_TENANT);

    *list = NULL;
    *len = 0;
    bind_text(q, 1, upstream);
    bind_int(q, 2, after_s);
    bind_int(q, 3, max);
    if (tenant != NULL)
        bind_text(q, 4, tenant);
    while (store_row(q, e)) {
        if (*len % 64 == 0)
            *list = mem_grow_array(mem, *list, sizeof **list, *len + 64, "times");
        (*list)[(*len)++] = get_int(q, 0);
    }
    return e->code;
}
