/* certificate - see certificate.h. */
#include "store/certificate.h"

#include "base/mem.h"
#include "store/store_private.h"

enum {
    SQL_CHAIN_FIND,
    SQL_CHAIN_ADD,
    SQL_CERTIFICATE_ADD,
    SQL_ALTERNATE_ADD,
    SQL_ALTERNATE_GET,
    SQL_CERTIFICATE_GET,
    SQL_CERTIFICATE_FIND,
    SQL_CERTIFICATE_BY_SERIAL,
    SQL_CERTIFICATE_REVOKE,
    SQL_CERTIFICATE_REVOKED,
    SQL_CERTIFICATE_REVOKED_SINCE
};

#define SELECT                                                                                     \
    "SELECT c.id, c.account_id, c.order_id, c.serial, c.der, chain.pem, c.not_before_s, "          \
    "c.not_after_s, c.revoked_s,"                                                                  \
    " c.revocation_reason,"                                                                        \
    " (SELECT count(*) FROM alternate_chain a WHERE a.certificate_id = c.id)"                      \
    " FROM certificate c JOIN chain ON chain.id = c.chain_id"

static const char *const certificate_sql[] = {
    [SQL_CHAIN_FIND] = "SELECT id FROM chain WHERE pem = $1",
    [SQL_CHAIN_ADD] = "INSERT INTO chain (pem) VALUES ($1) RETURNING id",
    [SQL_CERTIFICATE_ADD] =
        "INSERT INTO certificate (account_id, order_id, upstream, serial, der, chain_id, key_hash,"
        " not_before_s, not_after_s, revoked_s, revocation_reason)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, -1)"
        " RETURNING id",
    [SQL_ALTERNATE_ADD] =
        "INSERT INTO alternate_chain (certificate_id, number, chain_id) VALUES ($1, $2, $3)",
    [SQL_ALTERNATE_GET] = "SELECT chain.pem"
                          " FROM alternate_chain a JOIN chain ON chain.id = a.chain_id"
                          " WHERE a.certificate_id = $1 AND a.number = $2",
    [SQL_CERTIFICATE_GET] = SELECT " WHERE c.id = $1",
    [SQL_CERTIFICATE_FIND] = SELECT " WHERE c.serial = $1 AND c.der = $2",
    [SQL_CERTIFICATE_BY_SERIAL] = SELECT " WHERE c.serial = $1 ORDER BY c.id DESC LIMIT 1",
    [SQL_CERTIFICATE_REVOKE] = "UPDATE certificate SET revoked_s = $2, revocation_reason = $3"
                               " WHERE id = $1 AND revoked_s = 0",
    [SQL_CERTIFICATE_REVOKED] = "SELECT id, serial, revoked_s, revocation_reason FROM certificate"
                                " WHERE upstream = $1 AND revoked_s > 0 AND not_after_s > $2"
                                " ORDER BY revoked_s, id",
    [SQL_CERTIFICATE_REVOKED_SINCE] = "SELECT count(*) FROM certificate"
                                      " WHERE upstream = $1 AND revoked_s > 0 AND revoked_s >= $2",
};
const struct store_statements certificate_statements = STORE_STATEMENTS(certificate_sql);

/* The id of a chain, which is added when it is seen for the first time. */
static enum err_code chain_id(struct store_tx *tx, const char *pem, int64_t *id, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_CERTIFICATE, SQL_CHAIN_FIND);

    bind_text(q, 1, pem);
    if (store_row(q, e)) {
        *id = get_int(q, 0);
        store_end(q);
        return ERR_OK;
    }
    if (e->code != ERR_OK)
        return e->code;
    q = store_query(tx, STORE_CERTIFICATE, SQL_CHAIN_ADD);
    bind_text(q, 1, pem);
    return store_insert(q, id, e);
}

static enum err_code add_alternate(
    struct store_tx *tx, int64_t certificate_id, int number, const char *pem, struct err *e)
{
    struct store_query *q;
    int64_t chain;

    if (chain_id(tx, pem, &chain, e) != ERR_OK)
        return e->code;
    q = store_query(tx, STORE_CERTIFICATE, SQL_ALTERNATE_ADD);
    bind_int(q, 1, certificate_id);
    bind_int(q, 2, number);
    bind_int(q, 3, chain);
    return store_run(q, NULL, e);
}

enum err_code store_certificate_add(struct store_tx *tx, struct certificate *certificate,
    const char *upstream, struct bytes key_hash, const char *const *alternates, struct err *e)
{
    struct store_query *q;
    int64_t chain;

    if (chain_id(tx, certificate->chain, &chain, e) != ERR_OK)
        return e->code;
    q = store_query(tx, STORE_CERTIFICATE, SQL_CERTIFICATE_ADD);
    bind_int(q, 1, certificate->account_id);
    bind_int(q, 2, certificate->order_id);
    bind_text(q, 3, upstream);
    bind_bytes(q, 4, certificate->serial);
    bind_bytes(q, 5, certificate->der);
    bind_int(q, 6, chain);
    bind_bytes(q, 7, key_hash);
    bind_int(q, 8, certificate->not_before_s);
    bind_int(q, 9, certificate->not_after_s);
    if (store_insert(q, &certificate->id, e) != ERR_OK)
        return e->code;
    for (int i = 0; alternates != NULL && alternates[i] != NULL; i++)
        if (add_alternate(tx, certificate->id, i + 1, alternates[i], e) != ERR_OK)
            return e->code;
    return ERR_OK;
}

enum err_code store_certificate_alternate(
    struct store_tx *tx, void *mem, int64_t id, int number, const char **chain, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_CERTIFICATE, SQL_ALTERNATE_GET);

    bind_int(q, 1, id);
    bind_int(q, 2, number);
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code
                                 : err_set(e, ERR_NOT_FOUND, "there is no such alternate chain");
    *chain = get_text(q, mem, 0);
    store_end(q);
    return ERR_OK;
}

static enum err_code read_one(
    struct store_query *q, void *mem, struct certificate *out, struct err *e)
{
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code
                                 : err_set(e, ERR_NOT_FOUND, "there is no such certificate");
    out->id = get_int(q, 0);
    out->account_id = get_int(q, 1);
    out->order_id = get_int(q, 2);
    out->serial = get_bytes(q, mem, 3);
    out->der = get_bytes(q, mem, 4);
    out->chain = get_text(q, mem, 5);
    out->not_before_s = get_int(q, 6);
    out->not_after_s = get_int(q, 7);
    out->revoked_s = get_int(q, 8);
    out->revocation_reason = (int)get_int(q, 9);
    out->alternates_len = (int)get_int(q, 10);
    store_end(q);
    return ERR_OK;
}

enum err_code store_certificate_get(
    struct store_tx *tx, void *mem, int64_t id, struct certificate *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_CERTIFICATE, SQL_CERTIFICATE_GET);

    bind_int(q, 1, id);
    return read_one(q, mem, out, e);
}

enum err_code store_certificate_find(struct store_tx *tx, void *mem, struct bytes serial,
    struct bytes der, struct certificate *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_CERTIFICATE, SQL_CERTIFICATE_FIND);

    bind_bytes(q, 1, serial);
    bind_bytes(q, 2, der);
    return read_one(q, mem, out, e);
}

enum err_code store_certificate_by_serial(
    struct store_tx *tx, void *mem, struct bytes serial, struct certificate *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_CERTIFICATE, SQL_CERTIFICATE_BY_SERIAL);

    bind_bytes(q, 1, serial);
    return read_one(q, mem, out, e);
}

enum err_code store_certificate_revoke(
    struct store_tx *tx, int64_t id, int64_t now_s, int reason, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_CERTIFICATE, SQL_CERTIFICATE_REVOKE);

    bind_int(q, 1, id);
    bind_int(q, 2, now_s);
    bind_int(q, 3, reason);
    return store_change_one(q, "the certificate is revoked already", e);
}

enum err_code store_certificate_count_revoked_since(
    struct store_tx *tx, const char *upstream, int64_t since_s, int64_t *count, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_CERTIFICATE, SQL_CERTIFICATE_REVOKED_SINCE);

    bind_text(q, 1, upstream);
    bind_int(q, 2, since_s);
    if (!store_row(q, e))
        return e->code;
    *count = get_int(q, 0);
    store_end(q);
    return ERR_OK;
}

enum err_code store_certificate_revoked(struct store_tx *tx, void *mem, const char *upstream,
    int64_t since_s, struct certificate **list, size_t *len, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_CERTIFICATE, SQL_CERTIFICATE_REVOKED);
    size_t size = 16;

    *list = mem_new_array(mem, struct certificate, size);
    *len = 0;
    bind_text(q, 1, upstream);
    bind_int(q, 2, since_s);
    while (store_row(q, e)) {
        if (*len == size)
            *list = mem_grow_array(mem, *list, sizeof **list, size *= 2, "certificates");
        (*list)[(*len)++] = (struct certificate){
            .id = get_int(q, 0),
            .serial = get_bytes(q, mem, 1),
            .revoked_s = get_int(q, 2),
            .revocation_reason = (int)get_int(q, 3),
        };
    }
    return e->code;
}
