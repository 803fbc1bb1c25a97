/* revocation - see revocation.h. */
#include "store/revocation.h"

#include "base/mem.h"
#include "store/store_private.h"

enum {
    SQL_REVOCATION_ASK,
    SQL_REVOCATION_GET,
    SQL_REVOCATION_PUT,
    SQL_REVOCATION_UNKNOWN,
    SQL_REVOCATION_ORDERS
};

static const char *const revocation_sql[] = {
    [SQL_REVOCATION_ASK] =
        "INSERT INTO revocation (certificate_id, state, asked_by, asked_s, changed_s)"
        " VALUES ($1, 'asked', $2, $3, $3)"
        " ON CONFLICT (certificate_id) DO UPDATE SET state = 'asked',"
        " asked_by = excluded.asked_by, vendor_request = NULL, detail = NULL,"
        " asked_s = excluded.asked_s, changed_s = excluded.changed_s",
    [SQL_REVOCATION_GET] = "SELECT state, asked_by, vendor_request, detail, asked_s, changed_s"
                           " FROM revocation WHERE certificate_id = $1",
    [SQL_REVOCATION_PUT] = "UPDATE revocation SET state = $2,"
                           " vendor_request = COALESCE($3, vendor_request),"
                           " detail = $4, changed_s = $5"
                           " WHERE certificate_id = $1",
    [SQL_REVOCATION_UNKNOWN] = "SELECT c.id FROM action n"
                               " JOIN orders o ON o.id = n.order_id"
                               " JOIN certificate c ON c.id = o.certificate_id"
                               " WHERE n.vendor_order = $2 AND n.upstream = $1 AND c.revoked_s = 0"
                               " AND ($3 IS NULL OR n.vendor_certificate = $3)"
                               " ORDER BY c.id",
    [SQL_REVOCATION_ORDERS] = "SELECT count(*) FROM orders WHERE certificate_id = $1",
};
const struct store_statements revocation_statements = STORE_STATEMENTS(revocation_sql);

const char *const revocation_state_words[] = {
    [REVOCATION_ASKED] = "asked",
    [REVOCATION_PENDING] = "pending",
    [REVOCATION_REFUSED] = "refused",
    [REVOCATION_DONE] = "done",
    NULL,
};

enum err_code store_revocation_ask(
    struct store_tx *tx, int64_t certificate_id, const char *asked_by, int64_t now_s, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_REVOCATION, SQL_REVOCATION_ASK);

    bind_int(q, 1, certificate_id);
    bind_text(q, 2, asked_by);
    bind_int(q, 3, now_s);
    return store_run(q, NULL, e);
}

enum err_code store_revocation_get(
    struct store_tx *tx, void *mem, int64_t certificate_id, struct revocation *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_REVOCATION, SQL_REVOCATION_GET);

    bind_int(q, 1, certificate_id);
    if (!store_row(q, e))
        return e->code != ERR_OK
                   ? e->code
                   : err_set(e, ERR_NOT_FOUND, "no vendor was told to revoke the certificate");
    *out = (struct revocation){
        .certificate_id = certificate_id,
        .state = (enum revocation_state)word_parse(revocation_state_words, peek_text(q, 0)),
        .asked_by = get_text(q, mem, 1),
        .vendor_request = get_text(q, mem, 2),
        .detail = get_text(q, mem, 3),
        .asked_s = get_int(q, 4),
        .changed_s = get_int(q, 5),
    };
    store_end(q);
    return ERR_OK;
}

enum err_code store_revocation_put(
    struct store_tx *tx, const struct revocation *revocation, int64_t now_s, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_REVOCATION, SQL_REVOCATION_PUT);

    bind_int(q, 1, revocation->certificate_id);
    bind_text(q, 2, word_of(revocation_state_words, (int)revocation->state));
    bind_text(q, 3, revocation->vendor_request);
    bind_text(q, 4, revocation->detail);
    bind_int(q, 5, now_s);
    return store_change_one(q, "no vendor was told to revoke the certificate", e);
}

enum err_code store_revocation_unknown(struct store_tx *tx, void *mem, const char *upstream,
    const char *vendor_order, const char *vendor_certificate, int64_t **ids, size_t *len,
    struct err *e)
{
    struct store_query *q = store_query(tx, STORE_REVOCATION, SQL_REVOCATION_UNKNOWN);

    *ids = NULL;
    *len = 0;
    bind_text(q, 1, upstream);
    bind_text(q, 2, vendor_order);
    bind_text(q, 3, vendor_certificate);
    while (store_row(q, e)) {
        if (*len % 8 == 0)
            *ids = mem_grow_array(mem, *ids, sizeof **ids, *len + 8, "certificates");
        (*ids)[(*len)++] = get_int(q, 0);
    }
    return e->code;
}

enum err_code store_revocation_orders(
    struct store_tx *tx, int64_t certificate_id, int64_t *count, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_REVOCATION, SQL_REVOCATION_ORDERS);

    bind_int(q, 1, certificate_id);
    if (!store_row(q, e))
        return e->code;
    *count = get_int(q, 0);
    store_end(q);
    return ERR_OK;
}
