/* validation - see validation.h. */
#include "store/validation.h"

#include <string.h>

#include "base/mem.h"
#include "store/store_private.h"

enum {
    SQL_VALIDATION_GET,
    SQL_VALIDATION_ADD,
    SQL_VALIDATION_SET,
    SQL_VALIDATION_ENDING,
    SQL_VALIDATION_OF_ALL,
    SQL_VALIDATION_OF_ORDER,
    SQL_VALIDATION_OF_NAMES
};

/* Certificates whose holders will come back for another one, by way of validations that last: DV
 * is validated anew each time. */
#define LIVING                                                                                     \
    " AND vendor_order.standing IN ('issued', 'pending') AND vendor_order.renewed = 0"             \
    " AND vendor_order.uploaded = 0 AND vendor_order.level <> 'dv'"                                \
    " AND vendor_certificate.revoked = 0 AND vendor_certificate.not_after_s > $3"                  \
    " ORDER BY vendor_certificate.order_id, vendor_certificate.vendor_id"
#define NEED_COLUMNS                                                                               \
    "vendor_certificate.order_id, vendor_certificate.vendor_id, not_before_s, not_after_s"

static const char *const validation_sql[] = {
    [SQL_VALIDATION_GET] = "SELECT scope, name, 0, id, alarmed_s, renewing, tried_s, renewed_s,"
                           " trouble, inventory_id FROM validation WHERE id = $1",
    [SQL_VALIDATION_ADD] = "INSERT INTO validation (inventory_id, scope, name, alarmed_s, renewing,"
                           " tried_s, renewed_s, trouble) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
                           " RETURNING id",
    [SQL_VALIDATION_SET] = "UPDATE validation SET alarmed_s = $2, renewing = $3, tried_s = $4,"
                           " renewed_s = $5, trouble = $6 WHERE id = $1",
    [SQL_VALIDATION_ENDING] =
        "SELECT ending.scope, ending.name, ending.until_s, coalesce(validation.id, 0),"
        " coalesce(alarmed_s, 0), coalesce(renewing, 0), coalesce(tried_s, 0),"
        " coalesce(renewed_s, 0), trouble, $1 FROM ("
        "SELECT 'organization' AS scope, '' AS name, organization_until_s AS until_s FROM inventory"
        " WHERE id = $1 AND organization_until_s <> 0 AND organization_until_s <= $2"
        " UNION ALL SELECT 'domain', name, until_s FROM inventory_domain"
        " WHERE inventory_id = $1 AND until_s <> 0 AND until_s <= $2"
        " UNION ALL SELECT 'order_organization', vendor_id, organization_validation_until_s"
        " FROM vendor_order WHERE inventory_id = $1"
        " AND organization_validation_until_s <> 0 AND organization_validation_until_s <= $2"
        " UNION ALL SELECT 'order_domain', vendor_id, domain_validation_until_s"
        " FROM vendor_order WHERE inventory_id = $1"
        " AND domain_validation_until_s <> 0 AND domain_validation_until_s <= $2"
        ") AS ending LEFT JOIN validation ON validation.inventory_id = $1"
        " AND validation.scope = ending.scope AND validation.name = ending.name"
        " ORDER BY until_s DESC, ending.scope, ending.name LIMIT 10000",
    [SQL_VALIDATION_OF_ALL] = "SELECT NULL, " NEED_COLUMNS " FROM vendor_certificate"
                              " JOIN vendor_order ON vendor_order.id = vendor_certificate.order_id"
                              " WHERE vendor_order.inventory_id = $1 AND $2 = ''" LIVING,
    [SQL_VALIDATION_OF_ORDER] =
        "SELECT NULL, " NEED_COLUMNS " FROM vendor_order"
        " JOIN vendor_certificate ON vendor_certificate.order_id = vendor_order.id"
        " WHERE vendor_order.inventory_id = $1 AND vendor_order.vendor_id = $2" LIVING,
    [SQL_VALIDATION_OF_NAMES] =
        "SELECT name, " NEED_COLUMNS " FROM vendor_order_name"
        " JOIN vendor_order ON vendor_order.id = vendor_order_name.order_id"
        " JOIN vendor_certificate ON vendor_certificate.order_id = vendor_order_name.order_id"
        " WHERE vendor_order_name.inventory_id = $1 AND primary_domain = $2" LIVING,
};
const struct store_statements validation_statements = STORE_STATEMENTS(validation_sql);

const char *const validation_scope_words[] = {[VALIDATION_ORGANIZATION] = "organization",
    [VALIDATION_DOMAIN] = "domain",
    [VALIDATION_ORDER_ORGANIZATION] = "order_organization",
    [VALIDATION_ORDER_DOMAIN] = "order_domain",
    NULL};

static void read_row(struct store_query *q, void *mem, struct validation_end *out)
{
    *out = (struct validation_end){
        .validation = {.scope = (enum validation_scope)word_parse(
                           validation_scope_words, peek_text(q, 0)),
            .name = get_text(q, mem, 1),
            .id = get_int(q, 3),
            .alarmed_s = get_int(q, 4),
            .renewing = get_int(q, 5) != 0,
            .tried_s = get_int(q, 6),
            .renewed_s = get_int(q, 7),
            .trouble = get_text(q, mem, 8),
            .inventory = get_int(q, 9)},
        .until_s = get_int(q, 2),
    };
}

enum err_code store_validation_get(
    struct store_tx *tx, void *mem, int64_t id, struct validation *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_VALIDATION, SQL_VALIDATION_GET);
    struct validation_end row;

    bind_int(q, 1, id);
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code
                                 : err_set(e, ERR_NOT_FOUND, "there is no such validation");
    read_row(q, mem, &row);
    *out = row.validation;
    store_end(q);
    return ERR_OK;
}

static void bind_rest(struct store_query *q, int first, const struct validation *v)
{
    bind_int(q, first, v->alarmed_s);
    bind_int(q, first + 1, v->renewing);
    bind_int(q, first + 2, v->tried_s);
    bind_int(q, first + 3, v->renewed_s);
    bind_text(q, first + 4, v->trouble);
}

enum err_code store_validation_put(
    struct store_tx *tx, struct validation *validation, struct err *e)
{
    bool is_new = validation->id == 0;
    struct store_query *q =
        store_query(tx, STORE_VALIDATION, is_new ? SQL_VALIDATION_ADD : SQL_VALIDATION_SET);

    if (!is_new) {
        bind_int(q, 1, validation->id);
        bind_rest(q, 2, validation);
        return store_run(q, NULL, e);
    }
    bind_int(q, 1, validation->inventory);
    bind_text(q, 2, validation_scope_words[validation->scope]);
    bind_text(q, 3, validation->name);
    bind_rest(q, 4, validation);
    return store_insert(q, &validation->id, e);
}

enum err_code store_validation_ending(struct store_tx *tx, void *mem, int64_t inventory,
    int64_t before_s, struct validation_end **list, size_t *len, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_VALIDATION, SQL_VALIDATION_ENDING);
    size_t size = 0;

    *list = NULL;
    *len = 0;
    bind_int(q, 1, inventory);
    bind_int(q, 2, before_s);
    while (store_row(q, e)) {
        if (*len == size) {
            size = size == 0 ? 16 : 2 * size;
            *list = mem_grow_array(mem, *list, sizeof **list, size, "ends");
        }
        read_row(q, mem, &(*list)[(*len)++]);
    }
    return e->code;
}

/* Rows of one certificate follow each other. */
static enum err_code read_needs(
    struct store_query *q, void *mem, struct validation_need **list, size_t *len, struct err *e)
{
    int64_t order = 0, certificate = 0;
    const char *id = "";
    size_t size = 0;

    *list = NULL;
    *len = 0;
    while (store_row(q, e)) {
        if (*len == size) {
            size = size == 0 ? 16 : 2 * size;
            *list = mem_grow_array(mem, *list, sizeof **list, size, "needs");
        }
        if (certificate == 0 || order != get_int(q, 1) || strcmp(id, peek_text(q, 2)) != 0) {
            order = get_int(q, 1);
            id = get_text(q, mem, 2);
            certificate++;
        }
        (*list)[(*len)++] = (struct validation_need){
            get_text(q, mem, 0), certificate, get_int(q, 3), get_int(q, 4)};
    }
    return e->code;
}

enum err_code store_validation_needs(struct store_tx *tx, void *mem,
    const struct validation *validation, int64_t now_s, struct validation_need **list, size_t *len,
    struct err *e)
{
    struct store_query *q = store_query(tx, STORE_VALIDATION,
        validation->scope == VALIDATION_ORGANIZATION ? SQL_VALIDATION_OF_ALL
                                                     : SQL_VALIDATION_OF_ORDER);

    bind_int(q, 1, validation->inventory);
    bind_text(q, 2, validation->name);
    bind_int(q, 3, now_s);
    return read_needs(q, mem, list, len, e);
}

enum err_code store_validation_names(struct store_tx *tx, void *mem, int64_t inventory,
    const char *primary_domain, int64_t now_s, struct validation_need **list, size_t *len,
    struct err *e)
{
    struct store_query *q = store_query(tx, STORE_VALIDATION, SQL_VALIDATION_OF_NAMES);

    bind_int(q, 1, inventory);
    bind_text(q, 2, primary_domain);
    bind_int(q, 3, now_s);
    return read_needs(q, mem, list, len, e);
}
