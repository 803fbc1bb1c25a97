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
};

/* What transactions begin and end with. */
enum frame {
    FRAME_BEGIN_WRITE,
    FRAME_BEGIN_READ,
    FRAME_COMMIT,
    FRAME_BEGIN_TASK,
    FRAME_END_TASK,
    FRAME_UNDO_TASK, /* FRAME_END_TASK follows */
    FRAMES
};

/* A connection with its prepared statements. */
struct connection {
    const struct driver *driver;
    struct driver_db *db;
    struct driver_statement *frames[FRAMES];
    struct store_query queries[STORE_MODULES][STORE_STATEMENTS_MAX];
};

struct store_tx {
    struct connection *connection;
    bool writable;
    void *mem;
    struct store_task *task; /* of a write */
    struct err failed;       /* of the query whose statement could not be prepared */
};

/* Prepares the statements of all record files, so that a mistake in one shows at start, and keeps
 * none: most are never used, and together they take a megabyte. */
enum err_code connection_try_all(struct connection *c, struct err *e);

/* Runs the statement of a frame. */
enum err_code connection_run(struct connection *c, enum frame frame, struct err *e);

/* Finishes the statements and closes. An empty connection is fine. */
void connection_close(struct connection *c);

#endif
