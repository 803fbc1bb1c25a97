/* driver_sqlite - SQLite as the store's engine; the only file that knows sqlite3.h.
 *
 * platform.md's rule: SQLite before 3.51.3 may corrupt a WAL database when one connection
 * checkpoints while another commits. So exactly one connection writes, and only it checkpoints;
 * readers never do; no memory mapping; a lock file keeps a second server away. synchronous=FULL: a
 * commit that was answered survives a power cut.
 */
#include "store/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/mem.h"
#include "store/wal_check.h"

#define PARAMETERS_MAX 24

/* The log is copied into the database once it holds this many pages (16 MiB), after replies have
 * left. */
#define CHECKPOINT_PAGES 4000

struct driver_db {
    sqlite3 *db;
    int lock_fd;   /* of the writer; -1 for readers */
    int wal_pages; /* in the log since the last checkpoint */
};

struct driver_statement {
    struct driver_db *db;
    sqlite3_stmt *st;
    int index[PARAMETERS_MAX +
              1]; /* "$3" stands where it was first used; SQLite numbers by appearance */
};

static enum err_code fail(struct driver_db *db, struct err *e, const char *doing)
{
    int code = sqlite3_extended_errcode(db->db);

    err_set(e, ERR_STORE, "the database cannot be %s now", doing);
    return err_internal(e, "sqlite: %s (%d)", sqlite3_errmsg(db->db), code);
}

static int on_commit(void *arg, sqlite3 *sqlite, const char *name, int pages)
{
    (void)sqlite;
    (void)name;
    ((struct driver_db *)arg)->wal_pages = pages;
    return SQLITE_OK;
}

/* One server a database: a second one is told so before it has touched anything. */
static enum err_code lock(struct driver_db *db, const char *path, struct err *e)
{
    char *name = mem_printf(db, "%s.lock", path);

    db->lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (db->lock_fd < 0)
        /* It is not made: a volume that is not mounted would become an empty database. */
        return err_set(e, ERR_STORE, "%s cannot be opened: %s%s", name, strerror(errno),
            errno == ENOENT ? "; make the folder first" : "");
    if (flock(db->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return err_set(e, ERR_STORE, "the database %s is in use by another process", path);
    return ERR_OK;
}

static enum err_code pragmas(struct driver_db *db, const char *text, struct err *e)
{
    char *why = NULL;

    if (sqlite3_exec(db->db, text, NULL, NULL, &why) == SQLITE_OK)
        return ERR_OK;
    err_set(e, ERR_STORE, "the database cannot be used: %s", why);
    sqlite3_free(why);
    return e->code;
}

static void sqlite_close(struct driver_db *db)
{
    if (db == NULL)
        return;
    sqlite3_close(db->db);
    if (db->lock_fd >= 0)
        close(db->lock_fd);
    mem_free(db);
}

/* Is the database locked by a program that does not know our lock file? Asked before anything is
 * changed. */
static enum err_code check_free(struct driver_db *db, const char *path, struct err *e)
{
    int code = sqlite3_exec(db->db, "BEGIN IMMEDIATE; ROLLBACK;", NULL, NULL, NULL);

    if (code == SQLITE_OK)
        return ERR_OK;
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        err_set(e, ERR_STORE, "the database %s is locked by another process", path);
    else if (code == SQLITE_READONLY)
        err_set(e, ERR_STORE, "the database %s is read-only", path);
    else
        err_set(e, ERR_STORE, "the database %s cannot be used: %s", path, sqlite3_errmsg(db->db));
    sqlite3_exec(db->db, "ROLLBACK", NULL, NULL, NULL);
    return e->code;
}

/* Is what can be read of the database what was written to it? */
static enum err_code check_whole(struct driver_db *db, const char *path, struct err *e)
{
    sqlite3_stmt *st = NULL;
    const char *verdict = NULL;

    if (sqlite3_prepare_v2(db->db, "PRAGMA integrity_check(1)", -1, &st, NULL) == SQLITE_OK &&
        sqlite3_step(st) == SQLITE_ROW)
        verdict = (const char *)sqlite3_column_text(st, 0);
    if (verdict == NULL)
        err_set(e, ERR_STORE, "the database %s is damaged: %s", path, sqlite3_errmsg(db->db));
    else if (strcmp(verdict, "ok") != 0)
        err_set(e, ERR_STORE, "the database %s is damaged: %s", path, verdict);
    sqlite3_finalize(st);
    return e->code;
}

static enum err_code open_writer(struct driver_db *db, const char *path, struct err *e)
{
    if (lock(db, path, e) != ERR_OK || wal_check(path, e) != ERR_OK)
        return e->code;
    if (sqlite3_open_v2(path, &db->db,
            SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) != SQLITE_OK)
        return err_set(
            e, ERR_STORE, "the database %s cannot be opened: %s", path, sqlite3_errmsg(db->db));
    sqlite3_busy_timeout(db->db, 2000);
    /* Until it is ours, closing must leave it as it was found, its log included. */
    sqlite3_db_config(db->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (sqlite3_db_readonly(db->db, "main") != 0)
        return err_set(e, ERR_STORE, "the database %s is read-only", path);
    if (check_free(db, path, e) != ERR_OK)
        return e->code;
    return check_whole(db, path, e);
}

static enum err_code open_reader(struct driver_db *db, const char *path, struct err *e)
{
    if (sqlite3_open_v2(path, &db->db, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE, NULL) !=
        SQLITE_OK)
        return err_set(
            e, ERR_STORE, "the database %s cannot be opened: %s", path, sqlite3_errmsg(db->db));
    sqlite3_busy_timeout(db->db, 5000);
    sqlite3_db_config(db->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return pragmas(db,
        "PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0; PRAGMA mmap_size=0; PRAGMA "
        "cache_size=-512;",
        e);
}

static enum err_code sqlite_open(
    const char *path, enum driver_mode mode, struct driver_db **out, struct err *e)
{
    struct driver_db *db = mem_new(NULL, struct driver_db);

    db->lock_fd = -1;
    /* Nobody asks how much memory is in use, and counting it locks at each allocation. Once a
     * connection is open the answer is "too late", which does no harm. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if ((mode == DRIVER_WRITER ? open_writer(db, path, e) : open_reader(db, path, e)) != ERR_OK) {
        sqlite_close(db);
        return e->code;
    }
    *out = db;
    return ERR_OK;
}

static enum err_code sqlite_claim(struct driver_db *db, struct err *e)
{
    sqlite3_db_config(db->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    if (chmod(sqlite3_db_filename(db->db, "main"), 0600) != 0)
        return err_set(
            e, ERR_STORE, "the database's permissions cannot be set: %s", strerror(errno));
    if (pragmas(db,
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA "
            "mmap_size=0;"
            "PRAGMA foreign_keys=ON; PRAGMA cache_size=-1024; PRAGMA temp_store=MEMORY;",
            e) != ERR_OK)
        return e->code;
    sqlite3_wal_hook(db->db, on_commit, db);
    return ERR_OK;
}

static enum err_code sqlite_run(struct driver_db *db, const char *sql, struct err *e)
{
    return sqlite3_exec(db->db, sql, NULL, NULL, NULL) == SQLITE_OK ? ERR_OK
                                                                    : fail(db, e, "written");
}

static struct driver_statement *sqlite_prepare(struct driver_db *db, const char *sql, struct err *e)
{
    struct driver_statement *statement = mem_new(db, struct driver_statement);

    statement->db = db;
    if (sqlite3_prepare_v3(db->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement->st, NULL) !=
        SQLITE_OK) {
        fail(db, e, "read");
        mem_free(statement);
        return NULL;
    }
    for (int i = 1; i <= PARAMETERS_MAX; i++) {
        char name[8];

        snprintf(name, sizeof name, "$%d", i);
        statement->index[i] = sqlite3_bind_parameter_index(statement->st, name);
    }
    return statement;
}

static void sqlite_finish(struct driver_statement *statement)
{
    if (statement == NULL)
        return;
    sqlite3_finalize(statement->st);
    mem_free(statement);
}

/* The engine's number of our "$n". A statement that lacks it is a mistake in our text. */
static int index_of(struct driver_statement *statement, int parameter)
{
    BUG_ON(parameter < 1 || parameter > PARAMETERS_MAX || statement->index[parameter] == 0);
    return statement->index[parameter];
}

static void sqlite_bind_int(struct driver_statement *statement, int parameter, int64_t value)
{
    BUG_ON(sqlite3_bind_int64(statement->st, index_of(statement, parameter), value) != SQLITE_OK);
}

static void sqlite_bind_text(struct driver_statement *statement, int parameter, const char *value)
{
    int index = index_of(statement, parameter);

    BUG_ON(sqlite3_bind_text(statement->st, index, value, -1, SQLITE_STATIC) != SQLITE_OK);
}

static void sqlite_bind_bytes(struct driver_statement *statement, int parameter, struct bytes value)
{
    const void *data = value.data == NULL ? (const void *)"" : value.data;
    int index = index_of(statement, parameter);

    BUG_ON(sqlite3_bind_blob64(statement->st, index, data, value.len, SQLITE_STATIC) != SQLITE_OK);
}

static void sqlite_bind_null(struct driver_statement *statement, int parameter)
{
    BUG_ON(sqlite3_bind_null(statement->st, index_of(statement, parameter)) != SQLITE_OK);
}

static enum driver_step sqlite_step(struct driver_statement *statement, struct err *e)
{
    int code = sqlite3_step(statement->st);

    if (code == SQLITE_ROW)
        return DRIVER_ROW;
    if (code == SQLITE_DONE)
        return DRIVER_DONE;
    fail(statement->db, e, sqlite3_stmt_readonly(statement->st) ? "read" : "written");
    return DRIVER_ERROR;
}

static void sqlite_reset(struct driver_statement *statement)
{
    sqlite3_reset(statement->st);
    sqlite3_clear_bindings(statement->st);
}

static bool sqlite_is_null(struct driver_statement *statement, int column)
{
    return sqlite3_column_type(statement->st, column) == SQLITE_NULL;
}

static int64_t sqlite_get_int(struct driver_statement *statement, int column)
{
    return sqlite3_column_int64(statement->st, column);
}

static const char *sqlite_get_text(struct driver_statement *statement, int column)
{
    return (const char *)sqlite3_column_text(statement->st, column);
}

static struct bytes sqlite_get_bytes(struct driver_statement *statement, int column)
{
    const uint8_t *data = sqlite3_column_blob(statement->st, column);

    return (struct bytes){data, (size_t)sqlite3_column_bytes(statement->st, column)};
}

static int64_t sqlite_changes(struct driver_db *db)
{
    return sqlite3_changes64(db->db);
}

static bool sqlite_in_transaction(struct driver_db *db)
{
    return sqlite3_get_autocommit(db->db) == 0;
}

static void sqlite_maintain(struct driver_db *db, bool now)
{
    if (!now && db->wal_pages < CHECKPOINT_PAGES)
        return;
    /* Passive: never waits for a reader; what it cannot copy now stays in the log until the next
     * time. */
    sqlite3_wal_checkpoint_v2(db->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    db->wal_pages = 0;
}

const struct driver driver_sqlite = {
    .id_type = "INTEGER PRIMARY KEY",
    .bytes_type = "BLOB",
    .count_tables = "SELECT count(*) FROM sqlite_schema"
                    " WHERE tbl_name <> 'schema_version' AND name NOT LIKE 'sqlite_%'",
    .open = sqlite_open,
    .claim = sqlite_claim,
    .close = sqlite_close,
    .run = sqlite_run,
    .prepare = sqlite_prepare,
    .finish = sqlite_finish,
    .bind_int = sqlite_bind_int,
    .bind_text = sqlite_bind_text,
    .bind_bytes = sqlite_bind_bytes,
    .bind_null = sqlite_bind_null,
    .step = sqlite_step,
    .reset = sqlite_reset,
    .is_null = sqlite_is_null,
    .get_int = sqlite_get_int,
    .get_text = sqlite_get_text,
    .get_bytes = sqlite_get_bytes,
    .changes = sqlite_changes,
    .in_transaction = sqlite_in_transaction,
    .maintain = sqlite_maintain,
};
