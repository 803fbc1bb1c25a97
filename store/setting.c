/* setting - see setting.h. */
#include "store/setting.h"

#include "store/store_private.h"

enum { SQL_SETTING_GET, SQL_SETTING_PUT, SQL_SETTING_DELETE };

static const char *const setting_sql[] = {
    [SQL_SETTING_GET] = "SELECT value FROM setting WHERE name = $1",
    [SQL_SETTING_PUT] = "INSERT INTO setting (name, value) VALUES ($1, $2)"
                        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    [SQL_SETTING_DELETE] = "DELETE FROM setting WHERE name = $1",
};
const struct store_statements setting_statements = STORE_STATEMENTS(setting_sql);

enum err_code store_setting_get(
    struct store_tx *tx, void *mem, const char *name, struct bytes *value, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_SETTING, SQL_SETTING_GET);

    bind_text(q, 1, name);
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code
                                 : err_set(e, ERR_NOT_FOUND, "there is no setting %s", name);
    *value = get_bytes(q, mem, 0);
    store_end(q);
    return ERR_OK;
}

enum err_code store_setting_put(
    struct store_tx *tx, const char *name, struct bytes value, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_SETTING, SQL_SETTING_PUT);

    bind_text(q, 1, name);
    bind_bytes(q, 2, value);
    return store_run(q, NULL, e);
}

enum err_code store_setting_delete(struct store_tx *tx, const char *name, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_SETTING, SQL_SETTING_DELETE);

    bind_text(q, 1, name);
    return store_run(q, NULL, e);
}
