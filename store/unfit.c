/* unfit - see unfit.h. */
#include "store/unfit.h"

#include "store/store_private.h"

enum { SQL_UNFIT_PUT, SQL_UNFIT_GET, SQL_UNFIT_REMOVE };

static const char *const unfit_sql[] = {
    [SQL_UNFIT_PUT] = "INSERT INTO unfit_certificate"
                      " (action_id, der, chain, detail, times, first_s, last_s)"
                      " VALUES ($1, $2, $3, $4, 1, $5, $5)"
                      " ON CONFLICT (action_id) DO UPDATE SET der = excluded.der,"
                      " chain = excluded.chain, detail = excluded.detail,"
                      " times = unfit_certificate.times + 1, last_s = excluded.last_s"
                      " RETURNING times",
    [SQL_UNFIT_GET] = "SELECT der, chain, detail, times, first_s, last_s FROM unfit_certificate"
                      " WHERE action_id = $1",
    [SQL_UNFIT_REMOVE] = "DELETE FROM unfit_certificate WHERE action_id = $1",
};
const struct store_statements unfit_statements = STORE_STATEMENTS(unfit_sql);

enum err_code store_unfit_put(
    struct store_tx *tx, const struct unfit_certificate *unfit, int64_t *times, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_UNFIT, SQL_UNFIT_PUT);

    bind_int(q, 1, unfit->action_id);
    bind_bytes(q, 2, unfit->der);
    bind_text(q, 3, unfit->chain);
    bind_text(q, 4, unfit->detail);
    bind_int(q, 5, unfit->last_s);
    return store_insert(q, times, e);
}

enum err_code store_unfit_get(
    struct store_tx *tx, void *mem, int64_t action_id, struct unfit_certificate *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_UNFIT, SQL_UNFIT_GET);

    bind_int(q, 1, action_id);
    if (!store_row(q, e))
        return e->code != ERR_OK
                   ? e->code
                   : err_set(e, ERR_NOT_FOUND, "no certificate of the action is unfit");
    *out = (struct unfit_certificate){
        .action_id = action_id,
        .der = get_bytes(q, mem, 0),
        .chain = get_text(q, mem, 1),
        .detail = get_text(q, mem, 2),
        .times = get_int(q, 3),
        .first_s = get_int(q, 4),
        .last_s = get_int(q, 5),
    };
    store_end(q);
    return ERR_OK;
}

enum err_code store_unfit_remove(struct store_tx *tx, int64_t action_id, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_UNFIT, SQL_UNFIT_REMOVE);

    bind_int(q, 1, action_id);
    return store_run(q, NULL, e);
}
