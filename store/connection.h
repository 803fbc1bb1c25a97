/* connection - one connection of the store with its prepared statements, and a transaction on it.
 *
 * Private to store/store.c and store/connection.c; the record files see queries only
 * (store_private.h).
 */
#ifndef COUNTERSIGN_STORE_CONNECTION_H
#define COUNTERSIGN_STORE_CONNECTION_H

#include "store/driver.h"
#include "store/store_private.h"

struct store_query {
    struct store_tx *tx;
    struct driver_statement *statement;
    const char *sql;
    int64_t began_ms;
    struct err failed; /* the statement could not be prepared */
};

/* A connection with its prepared statements. */
struct connection {
    const struct driver *driver;
    struct driver_db *db;
    struct store_query queries[STORE_MODULES][STORE_STATEMENTS_MAX];
};

struct store_tx {
    struct connection *connection;
    bool writable;
    void *mem;
    struct store_task *task; /* of a write */
};

/* Prepares the statements of all record files, so that a mistake in one shows at start. */
enum err_code connection_prepare_all(struct connection *c, struct err *e);

/* Finishes the statements and closes. An empty connection is fine. */
void connection_close(struct connection *c);

#endif
