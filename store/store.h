/* store - what is remembered: transactions over a database, and who may run them where.
 *
 * Writing. One thread owns the one connection that writes. Tasks are queued to it; it takes all
 * that wait, runs each in a SAVEPOINT of one transaction, commits once (group commit: many tasks,
 * one fsync), and only then posts each task back to the loop that it came from. So whatever a
 * task's answer promises is on disk before the answer leaves, and all changes of state are
 * serialised. A task that fails is rolled back alone.
 *
 * Reading. Each worker has a reader: a connection of its own that can only read. A read sees a
 * snapshot that holds at least every commit whose tasks have come back.
 *
 * Functions on records (store/account.h, order.h, ...) take the struct store_tx of either.
 */
#ifndef COUNTERSIGN_STORE_STORE_H
#define COUNTERSIGN_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/loop.h"
#include "store/model.h"

struct store;
struct store_reader;
struct store_tx;

/* Opens (or creates, or migrates) the store that the configuration names, "sqlite:PATH", checks it,
 * and starts the writing thread. NULL and e with a sentence for the operator if it is newer than
 * this program, locked, read-only, or damaged; nothing was changed then. */
struct store *store_open(const char *target, struct err *e);

/* Runs what is queued, then ends the thread and closes. Readers must be closed before. */
void store_close(struct store *store);

/* A job that a task created or took, for the worker that posted the task to start at once. */
struct store_started {
    struct job job;
    struct store_started *next;
};

/* One transaction to be run by the writing thread. Embed it; it must live until on_done. */
struct store_task {
    /* Runs on the store thread, inside the transaction. An error rolls back all that this task did.
     */
    enum err_code (*run)(struct store_tx *tx, struct store_task *task, struct err *e);
    /* Called on `loop` after the commit (or its failure); `e.code` is the result, of run or of the
     * commit. */
    void (*on_done)(struct store_task *task);
    struct loop *loop;
    void *mem; /* of the task; what is read or made for it hangs here */
    struct err e;
    struct store_started *started; /* on `mem`; the jobs that this task added to be started now */

    /* private to the store */
    struct loop_message message;
    struct store_task *next;
};

/* Queues a task. False if the queue is full (STORE_QUEUE_MAX) or the store is closing: nothing will
 * be called, answer "busy". Any thread. */
#define STORE_QUEUE_MAX 8192
bool store_submit(struct store *store, struct store_task *task);

/* A worker's connection for reading. NULL and e if the database cannot be opened. */
struct store_reader *store_reader_open(struct store *store, struct err *e);
void store_reader_close(struct store_reader *reader);

/* Begins and ends a snapshot. Between the two, functions on records read through the tx; writing
 * through it is a bug. */
struct store_tx *store_snapshot_begin(struct store_reader *reader, void *mem, struct err *e);
void store_snapshot_end(struct store_tx *tx);

/* Where results of this transaction are allocated when a function has no `mem` of its own. */
void *store_tx_mem(const struct store_tx *tx);

/* Runs one task and waits for its commit, for start and shutdown (no loop is needed). */
enum err_code store_run_and_wait(struct store *store,
    enum err_code (*run)(struct store_tx *tx, void *arg, struct err *e), void *arg, struct err *e);

#endif
