/* listing - see listing.h. */
#include "store/listing.h"

#include <string.h>

#include "base/mem.h"
#include "store/identifiers.h"
#include "store/store_private.h"

const char *const certificate_status_words[] = {"valid", "expired", "revoked", NULL};

enum { SQL_LIST_ACCOUNTS, SQL_LIST_ORDERS, SQL_LIST_CERTIFICATES };

/* The same for all; the rows are named x. */
#define PAGE                                                                                       \
    " WHERE x.id < $1"                                                                             \
    " AND ($2 = 0 OR x.id = $2)"                                                                   \
    " AND ($3 = 0 OR x.account_id = $3)"                                                           \
    " AND ($4 IS NULL OR x.tenant = $4)"                                                           \
    " AND ($5 IS NULL OR x.shown = $5)"                                                            \
    " AND ($6 IS NULL OR x.upstream = $6)"                                                         \
    " AND ($7 IS NULL OR (x.identifiers || '\n') LIKE $7 ESCAPE '\\')"                             \
    " ORDER BY x.id DESC"                                                                          \
    " LIMIT $8"

static const char *const listing_sql[] = {
    [SQL_LIST_ACCOUNTS] =
        "SELECT id, shown, tenant, contacts, created_s, kid FROM"
        " (SELECT a.id, a.id AS account_id, a.status AS shown, a.tenant, a.contacts, a.created_s,"
        " eab.kid, NULL AS upstream, '' AS identifiers"
        " FROM account a LEFT JOIN eab ON eab.id = a.eab_id) AS x" PAGE,
    [SQL_LIST_ORDERS] =
        "SELECT id, shown, tenant, account_id, profile, upstream, identifiers, created_s,"
        " expires_s, certificate_id FROM"
        " (SELECT o.id, o.account_id, a.tenant, o.profile, action.upstream, o.identifiers,"
        " o.created_s, o.expires_s, o.certificate_id,"
        " CASE WHEN o.status IN ('pending', 'ready') AND o.expires_s <= $9 THEN 'invalid'"
        " ELSE o.status END AS shown"
        " FROM orders o JOIN account a ON a.id = o.account_id"
        " LEFT JOIN action ON action.order_id = o.id) AS x" PAGE,
    [SQL_LIST_CERTIFICATES] =
        "SELECT id, shown, tenant, account_id, order_id, upstream, serial, identifiers,"
        " not_before_s, not_after_s, revoked_s FROM"
        " (SELECT c.id, c.account_id, c.order_id, a.tenant, c.upstream, c.serial, o.identifiers,"
        " c.not_before_s, c.not_after_s, c.revoked_s,"
        " CASE WHEN c.revoked_s > 0 THEN 'revoked' WHEN c.not_after_s < $9 THEN 'expired'"
        " ELSE 'valid' END AS shown"
        " FROM certificate c JOIN account a ON a.id = c.account_id"
        " JOIN orders o ON o.id = c.order_id) AS x" PAGE,
};
const struct store_statements listing_statements = STORE_STATEMENTS(listing_sql);

/* A line of stored identifiers (store/identifiers.h) that ends with this name. */
static char *name_pattern(void *mem, const char *name)
{
    struct buf b;

    if (name == NULL)
        return NULL;
    buf_init(&b, mem, 2 * strlen(name) + 8);
    buf_add_text(&b, "% ");
    for (; *name != '\0'; name++) {
        if (strchr("%_\\", *name) != NULL)
            buf_add_char(&b, '\\');
        buf_add_char(&b, *name);
    }
    buf_add_text(&b, "\n%");
    return buf_text(&b);
}

static struct store_query *begin(
    struct store_tx *tx, void *mem, int statement, const struct listing *wanted)
{
    struct store_query *q = store_query(tx, STORE_LISTING, statement);
    int64_t before = wanted->before == 0 ? INT64_MAX : wanted->before;

    /* One alone is found at once, not on the way down from the newest. */
    bind_int(q, 1, wanted->id != 0 && wanted->id < before ? wanted->id + 1 : before);
    bind_int(q, 2, wanted->id);
    bind_int(q, 3, wanted->account_id);
    bind_text(q, 4, wanted->tenant);
    bind_text(q, 5, wanted->status);
    bind_text(q, 6, wanted->upstream);
    bind_text(q, 7, name_pattern(mem, wanted->name));
    bind_int(q, 8, wanted->max);
    if (statement != SQL_LIST_ACCOUNTS)
        bind_int(q, 9, wanted->now_s);
    return q;
}

/* Room for one more at the end of a list. */
#define ROOM(mem, list, len)                                                                       \
    do {                                                                                           \
        if ((len) % 64 == 0)                                                                       \
            (list) = mem_grow_array((mem), (list), sizeof *(list), (len) + 64, "listed");          \
    } while (0)

enum err_code store_list_accounts(struct store_tx *tx, void *mem, const struct listing *wanted,
    struct listed_account **list, size_t *len, struct err *e)
{
    struct store_query *q = begin(tx, mem, SQL_LIST_ACCOUNTS, wanted);

    *list = NULL;
    for (*len = 0; store_row(q, e); (*len)++) {
        ROOM(mem, *list, *len);
        (*list)[*len] = (struct listed_account){
            .id = get_int(q, 0),
            .status = get_text(q, mem, 1),
            .tenant = get_text(q, mem, 2),
            .contacts = get_text(q, mem, 3),
            .created_s = get_int(q, 4),
            .eab = get_text(q, mem, 5),
        };
    }
    return e->code;
}

enum err_code store_list_orders(struct store_tx *tx, void *mem, const struct listing *wanted,
    struct listed_order **list, size_t *len, struct err *e)
{
    struct store_query *q = begin(tx, mem, SQL_LIST_ORDERS, wanted);

    *list = NULL;
    for (*len = 0; store_row(q, e); (*len)++) {
        ROOM(mem, *list, *len);
        (*list)[*len] = (struct listed_order){
            .id = get_int(q, 0),
            .status = get_text(q, mem, 1),
            .tenant = get_text(q, mem, 2),
            .account_id = get_int(q, 3),
            .profile = get_text(q, mem, 4),
            .upstream = get_text(q, mem, 5),
            .created_s = get_int(q, 7),
            .expires_s = get_int(q, 8),
            .certificate_id = get_int(q, 9),
        };
        identifiers_from_text(mem, peek_text(q, 6), &(*list)[*len].identifiers);
    }
    return e->code;
}

enum err_code store_list_certificates(struct store_tx *tx, void *mem, const struct listing *wanted,
    struct listed_certificate **list, size_t *len, struct err *e)
{
    struct store_query *q = begin(tx, mem, SQL_LIST_CERTIFICATES, wanted);

    *list = NULL;
    for (*len = 0; store_row(q, e); (*len)++) {
        ROOM(mem, *list, *len);
        (*list)[*len] = (struct listed_certificate){
            .id = get_int(q, 0),
            .status = get_text(q, mem, 1),
            .tenant = get_text(q, mem, 2),
            .account_id = get_int(q, 3),
            .order_id = get_int(q, 4),
            .upstream = get_text(q, mem, 5),
            .serial = get_bytes(q, mem, 6),
            .not_before_s = get_int(q, 8),
            .not_after_s = get_int(q, 9),
            .revoked_s = get_int(q, 10),
        };
        identifiers_from_text(mem, peek_text(q, 7), &(*list)[*len].identifiers);
    }
    return e->code;
}
