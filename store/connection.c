/* connection - see connection.h; and the queries that store_private.h promises. */
#include "store/connection.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

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
    [STORE_DECISION] = &decision_statements,
    [STORE_CHECKS] = &checks_statements,
    [STORE_EAB] = &eab_statements,
    [STORE_HOLDING] = &holding_statements,
    [STORE_INVENTORIES] = &inventories_statements,
    [STORE_INVENTORY] = &inventory_statements,
    [STORE_INVENTORY_ACTION] = &inventory_action_statements,
    [STORE_INVENTORY_SYNC] = &inventory_sync_statements,
    [STORE_JOB] = &job_statements,
    [STORE_LISTING] = &listing_statements,
    [STORE_MAIL] = &mail_statements,
    [STORE_PROOF] = &proof_statements,
    [STORE_UNFIT] = &unfit_statements,
    [STORE_PURCHASE] = &purchase_statements,
    [STORE_RATE] = &rate_statements,
    [STORE_REVOCATION] = &revocation_statements,
    [STORE_VALIDATION] = &validation_statements,
};

static const char *const frame_sql[] = {
    [FRAME_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [FRAME_BEGIN_READ] = "BEGIN",
    [FRAME_COMMIT] = "COMMIT",
    [FRAME_BEGIN_TASK] = "SAVEPOINT task",
    [FRAME_END_TASK] = "RELEASE task",
    [FRAME_UNDO_TASK] = "ROLLBACK TO task",
};

static enum err_code prepare(
    struct connection *c, enum store_module module, int statement, struct err *e)
{
    struct store_query *q = &c->queries[module][statement];

    q->sql = modules[module]->sql[statement];
    q->statement = c->driver->prepare(c->db, q->sql, e);
    return q->statement == NULL ? e->code : ERR_OK;
}

enum err_code connection_try_all(struct connection *c, struct err *e)
{
    for (int m = 0; m < STORE_MODULES; m++) {
        BUG_ON(modules[m]->len > STORE_STATEMENTS_MAX);
        for (int s = 0; s < modules[m]->len; s++) {
            struct driver_statement *tried = c->driver->prepare(c->db, modules[m]->sql[s], e);

            if (tried == NULL)
                return e->code;
            c->driver->finish(tried);
        }
    }
    return ERR_OK;
}

enum err_code connection_run(struct connection *c, enum frame frame, struct err *e)
{
    struct driver_statement **statement = &c->frames[frame];
    enum driver_step step;

    if (*statement == NULL)
        *statement = c->driver->prepare(c->db, frame_sql[frame], e);
    if (*statement == NULL)
        return e->code;
    step = c->driver->step(*statement, e);
    c->driver->reset(*statement);
    return step == DRIVER_DONE ? ERR_OK : e->code;
}

void connection_close(struct connection *c)
{
    for (int f = 0; f < FRAMES; f++)
        if (c->frames[f] != NULL)
            c->driver->finish(c->frames[f]);
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

    if (q->statement == NULL)
        prepare(tx->connection, module, statement, &tx->failed);
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
        *e = q->tx->failed;
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
