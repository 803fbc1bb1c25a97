/* migrate - see migrate.h. */
#include "store/migrate.h"

#include <string.h>

#include "base/mem.h"

/* A number that a query answers; `none` if there is no row. */
static enum err_code ask_number(const struct driver *d, struct driver_db *db, const char *sql,
    int64_t none, int64_t *out, struct err *e)
{
    struct driver_statement *statement = d->prepare(db, sql, e);

    *out = none;
    if (statement == NULL)
        return e->code;
    if (d->step(statement, e) == DRIVER_ROW)
        *out = d->get_int(statement, 0);
    d->finish(statement);
    return e->code;
}

/* That a query on our table fails is how every engine says "not there". */
static int64_t version_of(const struct driver *d, struct driver_db *db)
{
    struct err none = {0};
    int64_t version;

    if (ask_number(d, db, "SELECT max(version) FROM schema_version", 0, &version, &none) != ERR_OK)
        return 0;
    return version;
}

/* A database without a version of ours must be empty: else it is another program's, or damaged. */
static enum err_code check_ours(
    const struct driver *d, struct driver_db *db, int64_t version, struct err *e)
{
    int64_t tables;

    if (version > 0 || ask_number(d, db, d->count_tables, 0, &tables, e) != ERR_OK || tables == 0)
        return e->code;
    err_set(e, ERR_STORE,
        "the database is not countersign's: it has tables, but no schema version; nothing was "
        "changed");
    return err_internal(e, "%d tables and indexes", (int)tables);
}

/* {id} and {bytes} in the engine's words. */
static char *dialect(void *mem, const struct driver *d, const char *script)
{
    struct buf out;

    buf_init(&out, mem, 1024 * 1024);
    while (*script != '\0') {
        if (strncmp(script, "{id}", 4) == 0) {
            buf_add_text(&out, d->id_type);
            script += 4;
        } else if (strncmp(script, "{bytes}", 7) == 0) {
            buf_add_text(&out, d->bytes_type);
            script += 7;
        } else {
            buf_add_char(&out, *script++);
        }
    }
    return buf_text(&out);
}

static enum err_code apply(const struct driver *d, struct driver_db *db, int version, struct err *e)
{
    struct err ignored = {0};
    char *script = dialect(NULL, d, schema_scripts[version - 1]);
    char *note = mem_printf(script, "INSERT INTO schema_version (version) VALUES (%d)", version);

    if (d->run(db, "BEGIN", e) == ERR_OK && d->run(db, script, e) == ERR_OK &&
        d->run(db, note, e) == ERR_OK)
        d->run(db, "COMMIT", e);
    if (e->code != ERR_OK && d->in_transaction(db))
        d->run(db, "ROLLBACK", &ignored);
    mem_free(script);
    return e->code;
}

enum err_code migrate(const struct driver *driver, struct driver_db *db, struct err *e)
{
    int64_t version = version_of(driver, db);

    if (version > schema_scripts_len)
        return err_set(e, ERR_STORE,
            "the database has schema version %d, this program knows %d: run the newer countersign "
            "that wrote it",
            (int)version, schema_scripts_len);
    if (check_ours(driver, db, version, e) != ERR_OK || driver->claim(db, e) != ERR_OK)
        return e->code;
    if (version == 0 &&
        driver->run(db, "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY)",
            e) != ERR_OK)
        return e->code;
    for (int next = (int)version + 1; next <= schema_scripts_len; next++)
        if (apply(driver, db, next, e) != ERR_OK)
            return e->code;
    return ERR_OK;
}
