/* inventory_action - see inventory_action.h. */
#include "store/inventory_action.h"

#include "base/mem.h"
#include "store/order.h"
#include "store/store_private.h"

enum {
    SQL_ROW,
    SQL_BEGIN,
    SQL_OF_ACTION,
    SQL_END,
    SQL_HAND_OVER,
    SQL_TENANT,
    SQL_BUSY,
    SQL_CHANGED,
    SQL_RENAME,
    SQL_FORGET,
    SQL_EMPTY,
    SQL_NAMES_DROP
};

#define NEXT_POSITION                                                                              \
    "(SELECT COALESCE(max(position), -1) + 1 FROM vendor_action WHERE order_id = $1)"

static const char *const inventory_action_sql[] = {
    [SQL_ROW] = "SELECT id FROM vendor_order WHERE inventory_id = $1 AND vendor_id = $2",
    [SQL_BEGIN] =
        "INSERT INTO vendor_action (order_id, position, act, spki, account, since_s, action_id)"
        " VALUES ($1, " NEXT_POSITION ", $2, $3, $4, $5, $6)",
    [SQL_OF_ACTION] =
        "SELECT vendor_order.id, vendor_order.inventory_id, vendor_order.vendor_id"
        " FROM vendor_action JOIN vendor_order ON vendor_order.id = vendor_action.order_id"
        " WHERE vendor_action.action_id = $1 ORDER BY vendor_order.id",
    [SQL_END] = "DELETE FROM vendor_action WHERE action_id = $1",
    [SQL_HAND_OVER] = "UPDATE vendor_action SET order_id = $1, position = position + " NEXT_POSITION
                      " WHERE order_id = $2",
    [SQL_TENANT] = "UPDATE vendor_order SET tenant = COALESCE(tenant,"
                   " (SELECT tenant FROM vendor_order WHERE id = $2)) WHERE id = $1",
    [SQL_BUSY] = "UPDATE vendor_order_name"
                 " SET busy = CASE WHEN EXISTS (SELECT 1 FROM vendor_action WHERE order_id = $1)"
                 " OR EXISTS (SELECT 1 FROM vendor_order WHERE id = $1 AND standing = 'pending')"
                 " THEN 1 ELSE 0 END"
                 " WHERE order_id = $1",
    [SQL_CHANGED] = "UPDATE vendor_order SET changed_s = $2 WHERE id = $1",
    [SQL_RENAME] = "UPDATE vendor_order SET vendor_id = $2 WHERE id = $1",
    [SQL_FORGET] = "DELETE FROM vendor_order WHERE id = $1",
    [SQL_EMPTY] = "UPDATE vendor_order SET standing = 'prepaid', names = NULL WHERE id = $1",
    [SQL_NAMES_DROP] = "DELETE FROM vendor_order_name WHERE order_id = $1",
};
const struct store_statements inventory_action_statements = STORE_STATEMENTS(inventory_action_sql);

static struct store_query *query(struct store_tx *tx, int statement)
{
    return store_query(tx, STORE_INVENTORY_ACTION, statement);
}

/* The order's row, 0 if it is not known. */
static enum err_code find_row(
    struct store_tx *tx, int64_t inventory, const char *id, int64_t *row, struct err *e)
{
    struct store_query *q = query(tx, SQL_ROW);

    *row = 0;
    bind_int(q, 1, inventory);
    bind_text(q, 2, id);
    if (store_row(q, e)) {
        *row = get_int(q, 0);
        store_end(q);
    }
    return e->code;
}

/* A statement about one row. */
static enum err_code run_on(struct store_tx *tx, int statement, int64_t row, struct err *e)
{
    struct store_query *q = query(tx, statement);

    bind_int(q, 1, row);
    return store_run(q, NULL, e);
}

/* One about two: of what `from` has, `to` gets. */
static enum err_code run_between(
    struct store_tx *tx, int statement, int64_t to, int64_t from, struct err *e)
{
    struct store_query *q = query(tx, statement);

    bind_int(q, 1, to);
    bind_int(q, 2, from);
    return store_run(q, NULL, e);
}

/* What is in process on the order, or where it stands, is other than before. */
static enum err_code note_change(struct store_tx *tx, int64_t row, int64_t now_s, struct err *e)
{
    struct store_query *q;

    if (run_on(tx, SQL_BUSY, row, e) != ERR_OK)
        return e->code;
    q = query(tx, SQL_CHANGED);
    bind_int(q, 1, row);
    bind_int(q, 2, now_s);
    return store_run(q, NULL, e);
}

enum err_code store_inventory_begin(struct store_tx *tx, int64_t inventory, const char *order_id,
    const struct vendor_action *action, int64_t now_s, struct err *e)
{
    struct store_query *q;
    int64_t row;

    if (find_row(tx, inventory, order_id, &row, e) != ERR_OK)
        return e->code;
    if (row == 0)
        return err_set(e, ERR_NOT_FOUND, "the vendor has no order %s", order_id);
    q = query(tx, SQL_BEGIN);
    bind_int(q, 1, row);
    bind_text(q, 2, word_of(act_words, (int)action->act));
    bind_text(q, 3, action->spki);
    bind_text(q, 4, action->account);
    bind_int(q, 5, action->since_s);
    bind_int(q, 6, action->action_id);
    if (store_run(q, NULL, e) != ERR_OK)
        return e->code;
    return note_change(tx, row, now_s, e);
}

/* An order that has the action in process. */
struct place {
    int64_t row, inventory;
    const char *order_id;
};

static enum err_code places_of(struct store_tx *tx, void *mem, int64_t action_id,
    struct place **list, size_t *len, struct err *e)
{
    struct store_query *q = query(tx, SQL_OF_ACTION);

    *list = NULL;
    *len = 0;
    bind_int(q, 1, action_id);
    while (store_row(q, e)) {
        if (*len % 4 == 0)
            *list = mem_grow_array(mem, *list, sizeof **list, *len + 4, "places");
        (*list)[(*len)++] = (struct place){get_int(q, 0), get_int(q, 1), get_text(q, mem, 2)};
    }
    return e->code;
}

enum err_code store_inventory_of_action(struct store_tx *tx, void *mem, int64_t action_id,
    int64_t *inventory, const char ***order_ids, size_t *len, struct err *e)
{
    struct place *places;

    if (places_of(tx, mem, action_id, &places, len, e) != ERR_OK)
        return e->code;
    *order_ids = mem_new_array(mem, const char *, *len + 1);
    for (size_t i = 0; i < *len; i++) {
        *inventory = places[i].inventory;
        (*order_ids)[i] = places[i].order_id;
    }
    return ERR_OK;
}

enum err_code store_inventory_end(
    struct store_tx *tx, int64_t action_id, int64_t now_s, struct err *e)
{
    struct place *places;
    size_t len;

    if (places_of(tx, store_tx_mem(tx), action_id, &places, &len, e) != ERR_OK ||
        run_on(tx, SQL_END, action_id, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < len; i++)
        if (note_change(tx, places[i].row, now_s, e) != ERR_OK)
            return e->code;
    return ERR_OK;
}

/* What is in process on `from` goes over to `to`, and `from` goes. Whose it is, the vendor may not
 * know. */
static enum err_code hand_over(
    struct store_tx *tx, int64_t from, int64_t to, int64_t now_s, struct err *e)
{
    if (run_between(tx, SQL_HAND_OVER, to, from, e) != ERR_OK ||
        run_between(tx, SQL_TENANT, to, from, e) != ERR_OK ||
        run_on(tx, SQL_FORGET, from, e) != ERR_OK)
        return e->code;
    return note_change(tx, to, now_s, e);
}

enum err_code store_inventory_rename(struct store_tx *tx, int64_t inventory, const char *ours,
    const char *vendors, int64_t now_s, struct err *e)
{
    struct store_query *q;
    int64_t from, to;

    if (find_row(tx, inventory, ours, &from, e) != ERR_OK || from == 0 ||
        find_row(tx, inventory, vendors, &to, e) != ERR_OK)
        return e->code;
    if (to != 0)
        return hand_over(tx, from, to, now_s, e);
    q = query(tx, SQL_RENAME);
    bind_int(q, 1, from);
    bind_text(q, 2, vendors);
    if (store_run(q, NULL, e) != ERR_OK)
        return e->code;
    return note_change(tx, from, now_s, e);
}

enum err_code store_inventory_forget(
    struct store_tx *tx, int64_t inventory, const char *order_id, struct err *e)
{
    int64_t row;

    if (find_row(tx, inventory, order_id, &row, e) != ERR_OK || row == 0)
        return e->code;
    return run_on(tx, SQL_FORGET, row, e);
}

enum err_code store_inventory_empty(
    struct store_tx *tx, int64_t inventory, const char *order_id, int64_t now_s, struct err *e)
{
    int64_t row;

    if (find_row(tx, inventory, order_id, &row, e) != ERR_OK || row == 0 ||
        run_on(tx, SQL_NAMES_DROP, row, e) != ERR_OK || run_on(tx, SQL_EMPTY, row, e) != ERR_OK)
        return e->code;
    return note_change(tx, row, now_s, e);
}
