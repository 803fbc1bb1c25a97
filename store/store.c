/* store - see store.h: the writing thread, readers, and the queries of the record files. */
#include "store/store.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/driver.h"
#include "store/migrate.h"
#include "store/store_private.h"

/* So many tasks share one commit at most: more would make the first of them wait too long. */
#define BATCH_MAX 256

/* A statement that takes longer is worth a line in the log. */
#define SLOW_MS 100

static const struct store_statements *const modules[STORE_MODULES] = {
    [STORE_SETTING] = &setting_statements,
    [STORE_ACCOUNT] = &account_statements,
    [STORE_ORDER] = &order_statements,
    [STORE_AUTHZ] = &authz_statements,
    [STORE_CERTIFICATE] = &certificate_statements,
    [STORE_ACTION] = &action_statements,
    [STORE_CRL] = &crl_statements,
    [STORE_JOB] = &job_statements,
};

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

/* Queries. */

static enum err_code prepare(
    struct connection *c, enum store_module module, int statement, struct err *e)
{
    struct store_query *q = &c->queries[module][statement];

    q->sql = modules[module]->sql[statement];
    q->statement = c->driver->prepare(c->db, q->sql, e);
    return q->statement == NULL ? e->code : ERR_OK;
}

static enum err_code prepare_all(struct connection *c, struct err *e)
{
    for (int m = 0; m < STORE_MODULES; m++) {
        BUG_ON(modules[m]->len > STORE_STATEMENTS_MAX);
        for (int s = 0; s < modules[m]->len; s++)
            if (prepare(c, m, s, e) != ERR_OK)
                return e->code;
    }
    return ERR_OK;
}

static void disconnect(struct connection *c)
{
    for (int m = 0; m < STORE_MODULES; m++)
        for (int s = 0; s < STORE_STATEMENTS_MAX; s++)
            if (c->queries[m][s].statement != NULL)
                c->driver->finish(c->queries[m][s].statement);
    if (c->db != NULL)
        c->driver->close(c->db);
    *c = (struct connection){0};
}

struct store_query *store_query(struct store_tx *tx, enum store_module module, int statement)
{
    struct store_query *q = &tx->connection->queries[module][statement];

    q->failed = (struct err){0};
    if (q->statement == NULL)
        prepare(tx->connection, module, statement, &q->failed);
    q->tx = tx;
    q->began_ms = clock_monotonic_ms();
    return q;
}

void bind_int(struct store_query *q, int parameter, int64_t value)
{
    if (q->statement != NULL)
        q->tx->connection->driver->bind_int(q->statement, parameter, value);
}

void bind_text(struct store_query *q, int parameter, const char *value)
{
    const struct driver *d = q->tx->connection->driver;

    if (q->statement == NULL)
        return;
    if (value == NULL)
        d->bind_null(q->statement, parameter);
    else
        d->bind_text(q->statement, parameter, value);
}

void bind_bytes(struct store_query *q, int parameter, struct bytes value)
{
    const struct driver *d = q->tx->connection->driver;

    if (q->statement == NULL)
        return;
    if (value.data == NULL)
        d->bind_null(q->statement, parameter);
    else
        d->bind_bytes(q->statement, parameter, value);
}

void store_end(struct store_query *q)
{
    int64_t took_ms = clock_monotonic_ms() - q->began_ms;

    if (q->statement != NULL)
        q->tx->connection->driver->reset(q->statement);
    if (took_ms > SLOW_MS)
        log_warning("store_slow", LOG_INT("ms", took_ms), LOG_STR("sql", q->sql));
}

bool store_row(struct store_query *q, struct err *e)
{
    enum driver_step step;

    if (q->statement == NULL) {
        *e = q->failed;
        return false;
    }
    e->code = ERR_OK; /* a caller may go on with the err of a miss that it has dealt with */
    step = q->tx->connection->driver->step(q->statement, e);
    if (step == DRIVER_ROW)
        return true;
    store_end(q);
    return false;
}

int64_t get_int(struct store_query *q, int column)
{
    return q->tx->connection->driver->get_int(q->statement, column);
}

const char *peek_text(struct store_query *q, int column)
{
    const char *text = q->tx->connection->driver->get_text(q->statement, column);

    return text == NULL ? "" : text;
}

char *get_text(struct store_query *q, void *mem, int column)
{
    return mem_strdup(mem, q->tx->connection->driver->get_text(q->statement, column));
}

struct bytes get_bytes(struct store_query *q, void *mem, int column)
{
    const struct driver *d = q->tx->connection->driver;

    if (d->is_null(q->statement, column))
        return (struct bytes){NULL, 0};
    return bytes_copy(mem, d->get_bytes(q->statement, column));
}

enum err_code store_run(struct store_query *q, int64_t *changes, struct err *e)
{
    BUG_ON(!q->tx->writable);
    while (store_row(q, e))
        continue;
    if (changes != NULL)
        *changes =
            e->code == ERR_OK ? q->tx->connection->driver->changes(q->tx->connection->db) : 0;
    return e->code;
}

enum err_code store_insert(struct store_query *q, int64_t *id, struct err *e)
{
    BUG_ON(!q->tx->writable);
    if (!store_row(q, e)) {
        if (e->code == ERR_OK)
            err_set(e, ERR_CONFLICT, "it exists already");
        return e->code;
    }
    *id = get_int(q, 0);
    while (store_row(q, e))
        continue;
    return e->code;
}

enum err_code store_change_one(struct store_query *q, const char *detail, struct err *e)
{
    int64_t changes;

    if (store_run(q, &changes, e) != ERR_OK)
        return e->code;
    return changes == 1 ? ERR_OK : err_set(e, ERR_CONFLICT, "%s", detail);
}

void *store_tx_mem(const struct store_tx *tx)
{
    return tx->mem;
}

void store_note_started(struct store_tx *tx, const struct job *job)
{
    struct store_started *started = mem_new(tx->mem, struct store_started);

    BUG_ON(tx->task == NULL);
    started->job = *job;
    started->next = tx->task->started;
    tx->task->started = started;
}

const char *word_of(const char *const *words, int value)
{
    return words[value];
}

int word_parse(const char *const *words, const char *word)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    BUG_ON(true); /* the CHECK of the column allows no other */
    return 0;
}

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

    if (c->driver->run(c->db, "SAVEPOINT task", e) != ERR_OK)
        return false;
    if (task->run(&tx, task, &task->e) == ERR_OK)
        return c->driver->run(c->db, "RELEASE task", e) == ERR_OK;
    task->started = NULL;
    if (c->driver->in_transaction(c->db) &&
        c->driver->run(c->db, "ROLLBACK TO task; RELEASE task", e) == ERR_OK)
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
    bool good = c->driver->run(c->db, "BEGIN IMMEDIATE", &e) == ERR_OK;

    for (struct store_task *task = first; task != NULL && good; task = task->next)
        good = run_task(c, task, &e);
    if (good && c->driver->run(c->db, "COMMIT", &e) == ERR_OK)
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

    while ((first = take_batch(store)) != NULL) {
        run_batch(&store->writer, first);
        hand_back(first);
        store->driver->maintain(store->writer.db);
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
        migrate(store->driver, store->writer.db, e) != ERR_OK ||
        prepare_all(&store->writer, e) != ERR_OK) {
        disconnect(&store->writer);
        mem_free(store);
        return NULL;
    }
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
    disconnect(&store->writer);
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
    disconnect(&reader->connection);
    mem_free(reader);
}

struct store_tx *store_snapshot_begin(struct store_reader *reader, void *mem, struct err *e)
{
    struct connection *c = &reader->connection;

    BUG_ON(reader->tx.connection != NULL); /* one snapshot at a time */
    if (c->driver->run(c->db, "BEGIN", e) != ERR_OK)
        return NULL;
    reader->tx = (struct store_tx){.connection = c, .mem = mem};
    return &reader->tx;
}

void store_snapshot_end(struct store_tx *tx)
{
    struct connection *c = tx->connection;
    struct err ignored = {0};

    c->driver->run(c->db, "COMMIT", &ignored);
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

/* Settings. */

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
