/* inventories - see inventories.h. */
#include "store/inventories.h"

#include <string.h>

#include "base/mem.h"
#include "store/store_private.h"

enum {
    SQL_INVENTORY_GET,
    SQL_INVENTORY_ADD,
    SQL_INVENTORY_LIST,
    SQL_VALIDATIONS_GET,
    SQL_VALIDATIONS_SET,
    SQL_DOMAIN_PUT,
    SQL_DOMAINS
};

static const char *const inventories_sql[] = {
    [SQL_INVENTORY_GET] = "SELECT id, vendor FROM inventory WHERE upstream = $1",
    [SQL_INVENTORY_ADD] = "INSERT INTO inventory (upstream, vendor, organization_until_s,"
                          " lists_domains) VALUES ($1, $2, 0, 0) RETURNING id",
    [SQL_INVENTORY_LIST] = "SELECT id, upstream, vendor FROM inventory"
                           " WHERE $1 = '' OR upstream = $1"
                           " ORDER BY upstream",
    [SQL_VALIDATIONS_GET] =
        "SELECT organization_until_s, lists_domains FROM inventory WHERE id = $1",
    [SQL_VALIDATIONS_SET] =
        "UPDATE inventory SET organization_until_s = CASE WHEN $2 = 0 THEN organization_until_s"
        " ELSE $2 END, lists_domains = CASE WHEN $3 = 1 THEN 1 ELSE lists_domains END"
        " WHERE id = $1 AND (($2 <> 0 AND $2 <> organization_until_s)"
        " OR ($3 = 1 AND lists_domains = 0))",
    [SQL_DOMAIN_PUT] =
        "INSERT INTO inventory_domain (inventory_id, name, until_s) VALUES ($1, $2, $3)"
        " ON CONFLICT (inventory_id, name) DO UPDATE SET until_s = excluded.until_s"
        " WHERE excluded.until_s <> 0 AND excluded.until_s <> inventory_domain.until_s",
    [SQL_DOMAINS] = "SELECT name, until_s FROM inventory_domain WHERE inventory_id = $1"
                    " ORDER BY name",
};
const struct store_statements inventories_statements = STORE_STATEMENTS(inventories_sql);

enum err_code store_inventory_open(
    struct store_tx *tx, const char *upstream, const char *vendor, int64_t *id, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_INVENTORIES, SQL_INVENTORY_GET);
    char *known;

    bind_text(q, 1, upstream);
    if (store_row(q, e)) {
        *id = get_int(q, 0);
        known = get_text(q, store_tx_mem(tx), 1);
        store_end(q);
        return vendor == NULL || strcmp(vendor, known) == 0
                   ? ERR_OK
                   : err_set(e, ERR_CONFLICT, "the inventory of %s is of %s, not of %s", upstream,
                         known, vendor);
    }
    if (e->code != ERR_OK)
        return e->code;
    if (vendor == NULL)
        return err_set(e, ERR_NOT_FOUND,
            "there is no inventory of %s yet: say whose upstream it is (--vendor)", upstream);
    q = store_query(tx, STORE_INVENTORIES, SQL_INVENTORY_ADD);
    bind_text(q, 1, upstream);
    bind_text(q, 2, vendor);
    return store_insert(q, id, e);
}

enum err_code store_inventory_known(struct store_tx *tx, void *mem, const char *upstream,
    struct inventory_known **list, size_t *len, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_INVENTORIES, SQL_INVENTORY_LIST);

    *list = NULL;
    *len = 0;
    bind_text(q, 1, upstream == NULL ? "" : upstream);
    while (store_row(q, e)) {
        if (*len % 8 == 0)
            *list = mem_grow_array(mem, *list, sizeof **list, *len + 8, "inventories");
        (*list)[(*len)++] = (struct inventory_known){
            .id = get_int(q, 0),
            .upstream = get_text(q, mem, 1),
            .vendor = get_text(q, mem, 2),
        };
    }
    for (size_t i = 0; e->code == ERR_OK && i < *len; i++)
        store_inventory_validations(tx, mem, (*list)[i].id, &(*list)[i].validations, e);
    return e->code;
}

enum err_code store_inventory_merge_validations(struct store_tx *tx, int64_t inventory,
    const struct validations *report, bool *changed, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_INVENTORIES, SQL_VALIDATIONS_SET);
    int64_t rows;

    bind_int(q, 1, inventory);
    bind_int(q, 2, report->organization_until_s);
    bind_int(q, 3, report->lists_domains);
    if (store_run(q, &rows, e) != ERR_OK)
        return e->code;
    *changed = rows > 0;
    for (size_t i = 0; i < report->domains_len; i++) {
        q = store_query(tx, STORE_INVENTORIES, SQL_DOMAIN_PUT);
        bind_int(q, 1, inventory);
        bind_text(q, 2, report->domains[i].name);
        bind_int(q, 3, report->domains[i].until_s);
        if (store_run(q, &rows, e) != ERR_OK)
            return e->code;
        *changed |= rows > 0;
    }
    return ERR_OK;
}

enum err_code store_inventory_validations(
    struct store_tx *tx, void *mem, int64_t inventory, struct validations *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_INVENTORIES, SQL_VALIDATIONS_GET);
    struct validated_domain *list = NULL;
    size_t len = 0;

    *out = (struct validations){0};
    bind_int(q, 1, inventory);
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code
                                 : err_set(e, ERR_NOT_FOUND, "there is no such inventory");
    out->organization_until_s = get_int(q, 0);
    out->lists_domains = get_int(q, 1) != 0;
    store_end(q);
    q = store_query(tx, STORE_INVENTORIES, SQL_DOMAINS);
    bind_int(q, 1, inventory);
    while (store_row(q, e)) {
        if (len % 8 == 0)
            list = mem_grow_array(mem, list, sizeof *list, len + 8, "validated_domains");
        list[len++] = (struct validated_domain){get_text(q, mem, 0), get_int(q, 1)};
    }
    out->domains = list;
    out->domains_len = len;
    return e->code;
}
