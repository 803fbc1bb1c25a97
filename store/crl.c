/* crl - see crl.h. */
#include "store/crl.h"

#include "store/store_private.h"

enum { SQL_CRL_GET, SQL_CRL_PUT };

static const char *const crl_sql[] = {
    [SQL_CRL_GET] = "SELECT number, der, next_update_s FROM crl WHERE upstream = $1",
    [SQL_CRL_PUT] =
        "INSERT INTO crl (upstream, number, der, next_update_s) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (upstream) DO UPDATE SET number = excluded.number, der = excluded.der,"
        " next_update_s = excluded.next_update_s"
        " WHERE crl.number < excluded.number",
};
const struct store_statements crl_statements = STORE_STATEMENTS(crl_sql);

enum err_code store_crl_get(
    struct store_tx *tx, void *mem, const char *upstream, struct crl *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_CRL, SQL_CRL_GET);

    bind_text(q, 1, upstream);
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code
                                 : err_set(e, ERR_NOT_FOUND, "no revocation list was signed yet");
    out->number = get_int(q, 0);
    out->der = get_bytes(q, mem, 1);
    out->next_update_s = get_int(q, 2);
    store_end(q);
    return ERR_OK;
}

enum err_code store_crl_put(
    struct store_tx *tx, const char *upstream, const struct crl *crl, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_CRL, SQL_CRL_PUT);

    bind_text(q, 1, upstream);
    bind_int(q, 2, crl->number);
    bind_bytes(q, 3, crl->der);
    bind_int(q, 4, crl->next_update_s);
    return store_change_one(q, "a newer revocation list exists", e);
}
