/* job - the queue of work that outlives a request: one row a flow, which is the only memory of
 * where it stands.
 *
 * A row is taken by a lease, so that one worker at a time is at it; the lease ends by itself when
 * its holder dies. A lease is known by its end: a holder that comes back late, after somebody else
 * took the job, changes nothing any more.
 */
#ifndef COUNTERSIGN_STORE_JOB_H
#define COUNTERSIGN_STORE_JOB_H

#include "store/store.h"

#define JOB_LEASE_MS (5 * 60 * 1000)

/* Adds a job, leased to this task's worker, which starts it right after the commit
 * (store_task.started). There is one job a kind and subject: ERR_CONFLICT if it exists. job->id and
 * the lease are set. */
enum err_code store_job_start(struct store_tx *tx, struct job *job, int64_t now_ms, struct err *e);

/* Makes sure that a job exists and is due at run_at_ms or earlier, whoever will run it. Not started
 * by this task. */
enum err_code store_job_want(
    struct store_tx *tx, const char *kind, int64_t subject, int64_t run_at_ms, struct err *e);

/* The job of that kind and subject. ERR_NOT_FOUND if there is none: its work has ended. */
enum err_code store_job_get(struct store_tx *tx, void *mem, const char *kind, int64_t subject,
    struct job *out, struct err *e);

/* Adds a job that nobody holds, at `step`, due at run_at_ms. ERR_CONFLICT if there is one. */
enum err_code store_job_plan(struct store_tx *tx, const char *kind, int64_t subject, int step,
    int64_t run_at_ms, struct err *e);

/* Leases up to `max` due jobs to this task's worker (store_task.started). A job whose last lease
 * ran out, or ended with the process, is marked as interrupted. */
enum err_code store_job_take_due(struct store_tx *tx, int64_t now_ms, int max, struct err *e);

/* Is any job due and free? For asking in a snapshot, before a write is spent on taking it. */
enum err_code store_job_any_due(struct store_tx *tx, int64_t now_ms, bool *any, struct err *e);

/* Sets step, attempts, run_at_ms, last_error and interrupted; `keep`: the caller's worker goes on
 * with it at once, the lease is renewed; else the row is free from run_at_ms on.
 * job->leased_until_ms is set to what counts once the transaction is committed. ERR_NOT_FOUND if
 * the row is gone or no longer held by this lease. */
enum err_code store_job_update(
    struct store_tx *tx, struct job *job, bool keep, int64_t now_ms, struct err *e);

/* ERR_NOT_FOUND as above. */
enum err_code store_job_end(struct store_tx *tx, const struct job *job, struct err *e);

/* Something has happened that the job may have waited for: it is due now, unless somebody is at it
 * or it is due anyway. There need not be one. */
enum err_code store_job_wake(
    struct store_tx *tx, const char *kind, int64_t subject, int64_t now_ms, struct err *e);

/* A job that rests at step `from` is due now, at step `to`. ERR_CONFLICT: it does not rest there.
 */
enum err_code store_job_turn(struct store_tx *tx, const char *kind, int64_t subject, int from,
    int to, int64_t now_ms, struct err *e);

/* When the job runs next; ERR_NOT_FOUND if there is none. */
enum err_code store_job_run_at(
    struct store_tx *tx, const char *kind, int64_t subject, int64_t *run_at_ms, struct err *e);

/* After a restart nobody holds a lease: all rows are free, and those that were held are marked as
 * interrupted. */
enum err_code store_job_free_all(struct store_tx *tx, struct err *e);

#endif
