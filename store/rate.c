/* rate - see rate.h. */
#include "store/rate.h"

#include "store/store_private.h"

enum { SQL_RATE_GET, SQL_RATE_PUT, SQL_RATE_CLEAN };

static const char *const rate_sql[] = {
    [SQL_RATE_GET] = "SELECT full_at_us FROM rate WHERE id = $1",
    [SQL_RATE_PUT] = "INSERT INTO rate (id, full_at_us) VALUES ($1, $2)"
                     " ON CONFLICT (id) DO UPDATE SET full_at_us = excluded.full_at_us",
    [SQL_RATE_CLEAN] = "DELETE FROM rate WHERE full_at_us <= $1",
};
const struct store_statements rate_statements = STORE_STATEMENTS(rate_sql);

enum err_code store_rate_get(struct store_tx *tx, int64_t id, int64_t *full_at_us, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_RATE, SQL_RATE_GET);

    *full_at_us = 0;
    bind_int(q, 1, id);
    if (!store_row(q, e))
        return e->code;
    *full_at_us = get_int(q, 0);
    store_end(q);
    return ERR_OK;
}

enum err_code store_rate_put(struct store_tx *tx, int64_t id, int64_t full_at_us, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_RATE, SQL_RATE_PUT);

    bind_int(q, 1, id);
    bind_int(q, 2, full_at_us);
    return store_run(q, NULL, e);
}

enum err_code store_rate_clean(struct store_tx *tx, int64_t now_us, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_RATE, SQL_RATE_CLEAN);

    bind_int(q, 1, now_us);
    return store_run(q, NULL, e);
}
