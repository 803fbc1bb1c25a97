/* store_private - queries for the record files of store/.
 *
 * Each record file has a list of statements and a module number; they are prepared when first used
 * by a connection, and all of them once by the writer at start, so that a mistake in a text shows
 * at once. A query is used like this:
 *
 *     struct store_query *q = store_query(tx, STORE_ORDER, SQL_ORDER_GET);
 *     bind_int(q, 1, id);
 *     if (!store_row(q, e)) { ... none, or e->code != ERR_OK ... }
 *     out->id = get_int(q, 0);
 *     store_end(q);
 *
 * A statement is in use from store_query to store_end (store_run does both). Texts and bytes that
 * were bound must live until then; what was read must be copied before.
 */
#ifndef COUNTERSIGN_STORE_STORE_PRIVATE_H
#define COUNTERSIGN_STORE_STORE_PRIVATE_H

#include "store/store.h"

enum store_module {
    STORE_SETTING,
    STORE_ACCOUNT,
    STORE_ORDER,
    STORE_AUTHZ,
    STORE_CERTIFICATE,
    STORE_ACTION,
    STORE_CHECKS,
    STORE_CRL,
    STORE_DECISION,
    STORE_EAB,
    STORE_HOLDING,
    STORE_INVENTORIES,
    STORE_INVENTORY,
    STORE_INVENTORY_ACTION,
    STORE_INVENTORY_SYNC,
    STORE_JOB,
    STORE_LISTING,
    STORE_MAIL,
    STORE_PROOF,
    STORE_PURCHASE,
    STORE_RATE,
    STORE_REVOCATION,
    STORE_UNFIT,
    STORE_VALIDATION,
    STORE_MODULES
};

#define STORE_STATEMENTS_MAX 24

struct store_statements {
    const char *const *sql;
    int len;
};
#define STORE_STATEMENTS(array)                                                                    \
    {                                                                                              \
        (array), (int)(sizeof(array) / sizeof((array)[0]))                                         \
    }

extern const struct store_statements setting_statements, account_statements, order_statements,
    authz_statements, certificate_statements, action_statements, checks_statements, crl_statements,
    decision_statements, eab_statements, holding_statements, inventories_statements,
    inventory_action_statements, inventory_statements, inventory_sync_statements, job_statements,
    listing_statements, mail_statements, proof_statements, purchase_statements, rate_statements,
    revocation_statements, unfit_statements, validation_statements;

struct store_query;

struct store_query *store_query(struct store_tx *tx, enum store_module module, int statement);
void bind_int(struct store_query *q, int parameter, int64_t value);
void bind_text(struct store_query *q, int parameter, const char *value); /* NULL binds NULL */
void bind_bytes(
    struct store_query *q, int parameter, struct bytes value); /* data NULL binds NULL */

/* The next row. False: none is left (e->code is ERR_OK), or an error. The query has ended then. */
bool store_row(struct store_query *q, struct err *e);
int64_t get_int(struct store_query *q, int column);
char *get_text(struct store_query *q, void *mem, int column); /* a copy, NULL for NULL */
const char *peek_text(struct store_query *q, int column);     /* until the next row; "" for NULL */
struct bytes get_bytes(struct store_query *q, void *mem, int column);
void store_end(struct store_query *q);

/* Runs a statement without rows to its end. *changes (may be NULL): rows touched. */
enum err_code store_run(struct store_query *q, int64_t *changes, struct err *e);

/* An INSERT ... RETURNING id. */
enum err_code store_insert(struct store_query *q, int64_t *id, struct err *e);

/* A change of state: ERR_CONFLICT with `detail` unless exactly one row was touched. */
enum err_code store_change_one(struct store_query *q, const char *detail, struct err *e);

/* Notes a job to be started by the task's worker after the commit. */
void store_note_started(struct store_tx *tx, const struct job *job);

/* The word of an enum value and back; an unknown word in the database is a bug of ours or damage.
 */
const char *word_of(const char *const *words, int value);
int word_parse(const char *const *words, const char *word);

#endif
