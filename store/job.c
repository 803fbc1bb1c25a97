/* job - see job.h. */
#include "store/job.h"

#include "store/store_private.h"

enum {
    SQL_JOB_START,
    SQL_JOB_WANT,
    SQL_JOB_PLAN,
    SQL_JOB_GET,
    SQL_JOB_TAKE_DUE,
    SQL_JOB_ANY_DUE,
    SQL_JOB_UPDATE,
    SQL_JOB_END,
    SQL_JOB_WAKE,
    SQL_JOB_TURN,
    SQL_JOB_RUN_AT,
    SQL_JOB_FREE_ALL
};

#define COLUMNS                                                                                    \
    "id, kind, subject, step, attempts, run_at_ms, last_error, leased_until_ms, interrupted"

static const char *const job_sql[] = {
    [SQL_JOB_START] = "INSERT INTO job (kind, subject, step, attempts, run_at_ms, leased_until_ms)"
                      " VALUES ($1, $2, $3, 0, $4, $5)"
                      " ON CONFLICT (kind, subject) DO NOTHING"
                      " RETURNING id",
    [SQL_JOB_WANT] = "INSERT INTO job (kind, subject, step, attempts, run_at_ms, leased_until_ms)"
                     " VALUES ($1, $2, 0, 0, $3, 0)"
                     " ON CONFLICT (kind, subject) DO UPDATE SET run_at_ms = excluded.run_at_ms"
                     " WHERE job.run_at_ms > excluded.run_at_ms",
    [SQL_JOB_PLAN] = "INSERT INTO job (kind, subject, step, attempts, run_at_ms, leased_until_ms)"
                     " VALUES ($1, $2, $3, 0, $4, 0)"
                     " ON CONFLICT (kind, subject) DO NOTHING",
    [SQL_JOB_GET] = "SELECT " COLUMNS " FROM job WHERE kind = $1 AND subject = $2",
    [SQL_JOB_TAKE_DUE] =
        "UPDATE job SET leased_until_ms = $2,"
        " interrupted = CASE WHEN leased_until_ms > 0 THEN 1 ELSE interrupted END"
        " WHERE id IN (SELECT id FROM job WHERE run_at_ms <= $1 AND leased_until_ms <= $1"
        " ORDER BY run_at_ms LIMIT $3)"
        " RETURNING " COLUMNS,
    [SQL_JOB_ANY_DUE] = "SELECT 1 FROM job WHERE run_at_ms <= $1 AND leased_until_ms <= $1 LIMIT 1",
    [SQL_JOB_UPDATE] = "UPDATE job SET step = $2, attempts = $3, run_at_ms = $4, last_error = $5,"
                       " leased_until_ms = $6, interrupted = $10"
                       " WHERE id = $1 AND kind = $7 AND subject = $8 AND leased_until_ms = $9",
    [SQL_JOB_END] = "DELETE FROM job"
                    " WHERE id = $1 AND kind = $2 AND subject = $3 AND leased_until_ms = $4",
    [SQL_JOB_WAKE] = "UPDATE job SET run_at_ms = $3"
                     " WHERE kind = $1 AND subject = $2 AND run_at_ms > $3",
    [SQL_JOB_TURN] = "UPDATE job SET step = $3, attempts = 0, run_at_ms = $4"
                     " WHERE kind = $1 AND subject = $2 AND step = $5 AND leased_until_ms <= $4",
    [SQL_JOB_RUN_AT] = "SELECT run_at_ms FROM job WHERE kind = $1 AND subject = $2",
    [SQL_JOB_FREE_ALL] =
        "UPDATE job SET interrupted = 1, leased_until_ms = 0 WHERE leased_until_ms > 0",
};
const struct store_statements job_statements = STORE_STATEMENTS(job_sql);

enum err_code store_job_start(struct store_tx *tx, struct job *job, int64_t now_ms, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_JOB, SQL_JOB_START);

    bind_text(q, 1, job->kind);
    bind_int(q, 2, job->subject);
    bind_int(q, 3, job->step);
    bind_int(q, 4, now_ms);
    bind_int(q, 5, now_ms + JOB_LEASE_MS);
    if (store_insert(q, &job->id, e) != ERR_OK)
        return e->code;
    job->leased_until_ms = now_ms + JOB_LEASE_MS;
    job->run_at_ms = now_ms;
    store_note_started(tx, job);
    return ERR_OK;
}

enum err_code store_job_want(
    struct store_tx *tx, const char *kind, int64_t subject, int64_t run_at_ms, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_JOB, SQL_JOB_WANT);

    bind_text(q, 1, kind);
    bind_int(q, 2, subject);
    bind_int(q, 3, run_at_ms);
    return store_run(q, NULL, e);
}

enum err_code store_job_plan(struct store_tx *tx, const char *kind, int64_t subject, int step,
    int64_t run_at_ms, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_JOB, SQL_JOB_PLAN);

    bind_text(q, 1, kind);
    bind_int(q, 2, subject);
    bind_int(q, 3, step);
    bind_int(q, 4, run_at_ms);
    return store_change_one(q, "there is such a job already", e);
}

static struct job job_from_row(struct store_query *q, void *mem)
{
    return (struct job){
        .id = get_int(q, 0),
        .kind = get_text(q, mem, 1),
        .subject = get_int(q, 2),
        .step = (int)get_int(q, 3),
        .attempts = (int)get_int(q, 4),
        .run_at_ms = get_int(q, 5),
        .last_error = get_text(q, mem, 6),
        .leased_until_ms = get_int(q, 7),
        .interrupted = get_int(q, 8) != 0,
    };
}

enum err_code store_job_get(struct store_tx *tx, void *mem, const char *kind, int64_t subject,
    struct job *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_JOB, SQL_JOB_GET);

    bind_text(q, 1, kind);
    bind_int(q, 2, subject);
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code : err_set(e, ERR_NOT_FOUND, "there is no such job");
    *out = job_from_row(q, mem);
    store_end(q);
    return ERR_OK;
}

enum err_code store_job_take_due(struct store_tx *tx, int64_t now_ms, int max, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_JOB, SQL_JOB_TAKE_DUE);

    bind_int(q, 1, now_ms);
    bind_int(q, 2, now_ms + JOB_LEASE_MS);
    bind_int(q, 3, max);
    while (store_row(q, e)) {
        struct job job = job_from_row(q, store_tx_mem(tx));

        store_note_started(tx, &job);
    }
    return e->code;
}

enum err_code store_job_any_due(struct store_tx *tx, int64_t now_ms, bool *any, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_JOB, SQL_JOB_ANY_DUE);

    bind_int(q, 1, now_ms);
    *any = store_row(q, e);
    if (*any)
        store_end(q);
    return e->code;
}

/* A change by the job's holder, to one row or to none. */
static enum err_code change_held(struct store_query *q, struct err *e)
{
    if (store_change_one(q, "", e) == ERR_CONFLICT)
        return err_set(e, ERR_NOT_FOUND, "the job is gone, or another worker's");
    return e->code;
}

enum err_code store_job_update(
    struct store_tx *tx, struct job *job, bool keep, int64_t now_ms, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_JOB, SQL_JOB_UPDATE);
    int64_t lease = keep ? now_ms + JOB_LEASE_MS : 0;

    bind_int(q, 1, job->id);
    bind_int(q, 2, job->step);
    bind_int(q, 3, job->attempts);
    bind_int(q, 4, job->run_at_ms);
    bind_text(q, 5, job->last_error);
    bind_int(q, 6, lease);
    bind_text(q, 7, job->kind);
    bind_int(q, 8, job->subject);
    bind_int(q, 9, job->leased_until_ms);
    bind_int(q, 10, job->interrupted);
    if (change_held(q, e) == ERR_OK)
        job->leased_until_ms = lease;
    return e->code;
}

enum err_code store_job_end(struct store_tx *tx, const struct job *job, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_JOB, SQL_JOB_END);

    bind_int(q, 1, job->id);
    bind_text(q, 2, job->kind);
    bind_int(q, 3, job->subject);
    bind_int(q, 4, job->leased_until_ms);
    return change_held(q, e);
}

enum err_code store_job_wake(
    struct store_tx *tx, const char *kind, int64_t subject, int64_t now_ms, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_JOB, SQL_JOB_WAKE);

    bind_text(q, 1, kind);
    bind_int(q, 2, subject);
    bind_int(q, 3, now_ms);
    return store_run(q, NULL, e);
}

enum err_code store_job_turn(struct store_tx *tx, const char *kind, int64_t subject, int from,
    int to, int64_t now_ms, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_JOB, SQL_JOB_TURN);

    bind_text(q, 1, kind);
    bind_int(q, 2, subject);
    bind_int(q, 3, to);
    bind_int(q, 4, now_ms);
    bind_int(q, 5, from);
    return store_change_one(q, "it is being worked on, or waits for something else", e);
}

enum err_code store_job_run_at(
    struct store_tx *tx, const char *kind, int64_t subject, int64_t *run_at_ms, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_JOB, SQL_JOB_RUN_AT);

    bind_text(q, 1, kind);
    bind_int(q, 2, subject);
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code : err_set(e, ERR_NOT_FOUND, "there is no such job");
    *run_at_ms = get_int(q, 0);
    store_end(q);
    return ERR_OK;
}

enum err_code store_job_free_all(struct store_tx *tx, struct err *e)
{
    return store_run(store_query(tx, STORE_JOB, SQL_JOB_FREE_ALL), NULL, e);
}
