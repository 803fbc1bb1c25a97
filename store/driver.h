/* driver - what the store needs of a database engine: open, prepare, bind, step, transaction.
 * Nothing of ours.
 *
 * One file per engine implements this table; sqlite3.h (and later libpq-fe.h) appear there only.
 * SQL is common to all engines: $1 parameters, RETURNING, ON CONFLICT. Where schemas must differ
 * they say {id} and {bytes}, which the driver replaces by its engine's words (an automatic integer
 * key; a byte string type).
 *
 * A connection and its statements belong to one thread.
 */
#ifndef COUNTERSIGN_STORE_DRIVER_H
#define COUNTERSIGN_STORE_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

struct driver_db;
struct driver_statement;

enum driver_mode { DRIVER_WRITER, DRIVER_READER };

enum driver_step { DRIVER_ROW, DRIVER_DONE, DRIVER_ERROR };

struct driver {
    const char *id_type;    /* {id} */
    const char *bytes_type; /* {bytes} */
    /* A query: how many tables (and the like) are there besides schema_version? */
    const char *count_tables;

    /* Opens `target` (the engine's part of the configured store, a path for SQLite). The writer
     * creates what does not exist, and finds out whether the database is whole, writable and nobody
     * else's, without changing it; a reader needs an open writer. ERR_STORE with a detail for the
     * operator. */
    enum err_code (*open)(
        const char *target, enum driver_mode mode, struct driver_db **db, struct err *e);
    /* The writer takes the database into use, after the store has found its schema to be one that
     * it knows. */
    enum err_code (*claim)(struct driver_db *db, struct err *e);
    void (*close)(struct driver_db *db);

    /* Runs statements that return nothing (schema, BEGIN, SAVEPOINT, ...). */
    enum err_code (*run)(struct driver_db *db, const char *sql, struct err *e);

    struct driver_statement *(*prepare)(struct driver_db *db, const char *sql, struct err *e);
    void (*finish)(struct driver_statement *statement);

    /* Parameters count from 1, as in the text. Texts and bytes must live until reset. */
    void (*bind_int)(struct driver_statement *statement, int parameter, int64_t value);
    void (*bind_text)(struct driver_statement *statement, int parameter, const char *value);
    void (*bind_bytes)(struct driver_statement *statement, int parameter, struct bytes value);
    void (*bind_null)(struct driver_statement *statement, int parameter);

    enum driver_step (*step)(struct driver_statement *statement, struct err *e);
    void (*reset)(struct driver_statement *statement);

    /* Columns count from 0; values live until the next step or reset. */
    bool (*is_null)(struct driver_statement *statement, int column);
    int64_t (*get_int)(struct driver_statement *statement, int column);
    const char *(*get_text)(struct driver_statement *statement, int column);
    struct bytes (*get_bytes)(struct driver_statement *statement, int column);

    /* Rows that the last statement inserted, updated or deleted. */
    int64_t (*changes)(struct driver_db *db);

    /* After a failure inside a transaction: is the transaction still open? (An engine may have
     * ended it.) */
    bool (*in_transaction)(struct driver_db *db);

    /* The writer's housekeeping between transactions, when nobody waits for it (SQLite:
     * checkpoint). `now`: even if it is not worth the while yet. */
    void (*maintain)(struct driver_db *db, bool now);
};

extern const struct driver driver_sqlite;

#endif
