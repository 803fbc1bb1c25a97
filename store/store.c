/* store - see store.h: the writing thread and the readers. */
#include "store/store.h"

#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/connection.h"
#include "store/driver.h"
#include "store/migrate.h"
#include "store/store_private.h"

/* So many tasks share one commit at most: more would make the first of them wait too long. */
#define BATCH_MAX 256

struct store {
    const struct driver *driver;
    char *target;
    struct connection writer;
    pthread_t thread;

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t wake;
    struct store_task *first, **last;
    unsigned waiting;
    bool closing;
};

struct store_reader {
    struct connection connection;
    struct store_tx tx;
};

/* The writing thread. */

/* Takes up to BATCH_MAX waiting tasks; NULL when the store closes and none is left. */
static struct store_task *take_batch(struct store *store)
{
    struct store_task *first, **end;
    unsigned taken = 0;

    pthread_mutex_lock(&store->lock);
    while (store->first == NULL && !store->closing)
        pthread_cond_wait(&store->wake, &store->lock);
    first = store->first;
    for (end = &first; *end != NULL && taken < BATCH_MAX; end = &(*end)->next)
        taken++;
    store->first = *end;
    if (store->first == NULL)
        store->last = &store->first;
    *end = NULL;
    store->waiting -= taken;
    pthread_mutex_unlock(&store->lock);
    return first;
}

/* Runs one task in its savepoint. False: the whole transaction is lost, and e says why. */
static bool run_task(struct connection *c, struct store_task *task, struct err *e)
{
    struct store_tx tx = {.connection = c, .writable = true, .mem = task->mem, .task = task};

    if (connection_run(c, FRAME_BEGIN_TASK, e) != ERR_OK)
        return false;
    if (task->run(&tx, task, &task->e) == ERR_OK)
        return connection_run(c, FRAME_END_TASK, e) == ERR_OK;
    task->started = NULL;
    if (c->driver->in_transaction(c->db) && connection_run(c, FRAME_UNDO_TASK, e) == ERR_OK &&
        connection_run(c, FRAME_END_TASK, e) == ERR_OK)
        return true;
    *e = task->e; /* the engine gave up the whole transaction, as it does when the disk is full */
    return false;
}

/* What of a batch was done is undone by a failed transaction: nobody may be told otherwise. */
static void fail_all(struct store_task *first, const struct err *e)
{
    log_error("store_failed", LOG_STR("detail", e->detail), LOG_STR("internal", e->internal));
    for (struct store_task *task = first; task != NULL; task = task->next) {
        task->e = *e;
        task->e.code = ERR_STORE;
        task->e.kind = 0;
        task->started = NULL;
    }
}

static void run_batch(struct connection *c, struct store_task *first)
{
    struct err e = {0}, ignored = {0};
    bool good = connection_run(c, FRAME_BEGIN_WRITE, &e) == ERR_OK;

    for (struct store_task *task = first; task != NULL && good; task = task->next)
        good = run_task(c, task, &e);
    if (good && connection_run(c, FRAME_COMMIT, &e) == ERR_OK)
        return;
    if (c->driver->in_transaction(c->db))
        c->driver->run(c->db, "ROLLBACK", &ignored);
    fail_all(first, &e);
}

static void on_message(struct loop_message *message)
{
    struct store_task *task =
        (struct store_task *)((char *)message - offsetof(struct store_task, message));

    task->on_done(task);
}

/* Posts all tasks of a batch home: those of one loop in one go, so that it wakes once. */
static void hand_back(struct store_task *first)
{
    while (first != NULL) {
        struct loop *loop = first->loop;
        struct loop_message *chain = NULL, **chain_end = &chain;
        struct store_task **rest = &first;

        while (*rest != NULL) {
            struct store_task *task = *rest;

            if (task->loop != loop) {
                rest = &task->next;
                continue;
            }
            *rest = task->next;
            task->message = (struct loop_message){.on_message = on_message};
            *chain_end = &task->message;
            chain_end = &task->message.next;
        }
        loop_post_all(loop, chain);
    }
}

static void *write_thread(void *arg)
{
    struct store *store = arg;
    struct store_task *first;

    /* Where the workers leave no processor idle, a wake-up must not take theirs away at once: what
     * they hand over meanwhile shares the commit. (A hint; without it batches are smaller.) */
    (void)sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){0});
    while ((first = take_batch(store)) != NULL) {
        run_batch(&store->writer, first);
        hand_back(first);
        store->driver->maintain(store->writer.db, false);
    }
    return NULL;
}

bool store_submit(struct store *store, struct store_task *task)
{
    bool accepted;

    task->next = NULL;
    task->e = (struct err){0};
    task->started = NULL;
    pthread_mutex_lock(&store->lock);
    accepted = !store->closing && store->waiting < STORE_QUEUE_MAX;
    if (accepted) {
        *store->last = task;
        store->last = &task->next;
        if (store->waiting++ == 0)
            pthread_cond_signal(&store->wake);
    }
    pthread_mutex_unlock(&store->lock);
    return accepted;
}

/* Opening and closing. */

/* Every statement is prepared once: what one of them misses in the schema is missing for good. */
static enum err_code try_all(struct store *store, struct err *e)
{
    struct err why = {0};

    if (connection_try_all(&store->writer, &why) == ERR_OK)
        return ERR_OK;
    err_set(e, ERR_STORE,
        "the database %s is damaged: a table is missing or is not as it was made; restore the "
        "database",
        store->target);
    return err_internal(e, "%s", why.internal);
}

struct store *store_open(const char *target, struct err *e)
{
    struct store *store = mem_new(NULL, struct store);
    const char *path = strchr(target, ':');

    BUG_ON(
        path == NULL || strncmp(target, "sqlite:", 7) != 0); /* the configuration has checked it */
    store->driver = &driver_sqlite;
    store->target = mem_strdup(store, path + 1);
    store->writer.driver = store->driver;
    store->last = &store->first;
    if (store->driver->open(store->target, DRIVER_WRITER, &store->writer.db, e) != ERR_OK ||
        migrate(store->driver, store->writer.db, e) != ERR_OK || try_all(store, e) != ERR_OK) {
        connection_close(&store->writer);
        mem_free(store);
        return NULL;
    }
    store->driver->maintain(store->writer.db, true); /* what an earlier process left in the log */
    pthread_mutex_init(&store->lock, NULL);
    pthread_cond_init(&store->wake, NULL);
    BUG_ON(pthread_create(&store->thread, NULL, write_thread, store) != 0);
    return store;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    pthread_mutex_lock(&store->lock);
    store->closing = true;
    pthread_cond_signal(&store->wake);
    pthread_mutex_unlock(&store->lock);
    pthread_join(store->thread, NULL);
    connection_close(&store->writer);
    pthread_cond_destroy(&store->wake);
    pthread_mutex_destroy(&store->lock);
    mem_free(store);
}

struct store_reader *store_reader_open(struct store *store, struct err *e)
{
    struct store_reader *reader = mem_new(NULL, struct store_reader);

    reader->connection.driver = store->driver;
    if (store->driver->open(store->target, DRIVER_READER, &reader->connection.db, e) != ERR_OK) {
        mem_free(reader);
        return NULL;
    }
    return reader;
}

void store_reader_close(struct store_reader *reader)
{
    if (reader == NULL)
        return;
    connection_close(&reader->connection);
    mem_free(reader);
}

struct store_tx *store_snapshot_begin(struct store_reader *reader, void *mem, struct err *e)
{
    struct connection *c = &reader->connection;

    BUG_ON(reader->tx.connection != NULL); /* one snapshot at a time */
    if (connection_run(c, FRAME_BEGIN_READ, e) != ERR_OK)
        return NULL;
    reader->tx = (struct store_tx){.connection = c, .mem = mem};
    return &reader->tx;
}

void store_snapshot_end(struct store_tx *tx)
{
    struct connection *c = tx->connection;
    struct err ignored = {0};

    connection_run(c, FRAME_COMMIT, &ignored);
    tx->connection = NULL;
}

/* Start and shutdown: one task, waited for. */

struct waited {
    struct store_task task;
    enum err_code (*run)(struct store_tx *tx, void *arg, struct err *e);
    void *arg;
};

static enum err_code run_waited(struct store_tx *tx, struct store_task *task, struct err *e)
{
    struct waited *waited = (struct waited *)(void *)task;

    return waited->run(tx, waited->arg, e);
}

static void on_waited(struct store_task *task)
{
    loop_stop(task->loop);
}

enum err_code store_run_and_wait(struct store *store,
    enum err_code (*run)(struct store_tx *tx, void *arg, struct err *e), void *arg, struct err *e)
{
    struct loop *loop = loop_new();
    struct waited waited = {
        .task = {.run = run_waited,
            .on_done = on_waited,
            .loop = loop,
            .mem = mem_pool(NULL, 4096)},
        .run = run,
        .arg = arg,
    };

    if (store_submit(store, &waited.task)) {
        loop_run(loop);
        *e = waited.task.e;
    } else {
        err_set(e, ERR_STORE, "the store is closing");
    }
    mem_free(waited.task.mem);
    loop_free(loop);
    return e->code;
}
