/* checks - see checks.h. */
#include "store/checks.h"

#include "base/mem.h"
#include "store/store_private.h"

const char *const observation_outcome_words[] = {"agrees", "disagrees", "silent", NULL};

#define AUTHZ_NEWEST_MAX 100 /* as the statement has it */

enum {
    SQL_OBSERVATION_ADD,
    SQL_OBSERVATION_LIST,
    SQL_OBSERVATION_OF_ORDER,
    SQL_AUTHZ_NOTE_CHECKS,
    SQL_AUTHZ_CHECKS,
    SQL_AUTHZ_NEWEST,
    SQL_ACTION_NOTE_CHECKS,
    SQL_ACTION_CHECKS
};

#define COLUMNS                                                                                    \
    "authz_id, action_id, checked, perspective, region, at_s, outcome, problem, detail, address"

static const char *const checks_sql[] = {
    [SQL_OBSERVATION_ADD] = "INSERT INTO observation (" COLUMNS ")"
                            " VALUES (nullif($1, 0), nullif($2, 0), $3, $4, $5, $6, $7, $8, $9,"
                            " $10)",
    [SQL_OBSERVATION_LIST] = "SELECT " COLUMNS " FROM"
                             " (SELECT id, " COLUMNS " FROM observation"
                             " WHERE authz_id = $1 OR action_id IN (SELECT action.id FROM action"
                             " JOIN order_authz ON order_authz.order_id = action.order_id"
                             " WHERE order_authz.authz_id = $1)"
                             " ORDER BY id DESC LIMIT 1000) AS last"
                             " ORDER BY id",
    [SQL_OBSERVATION_OF_ORDER] =
        "SELECT " COLUMNS " FROM"
        " (SELECT id, " COLUMNS " FROM observation"
        " WHERE authz_id IN (SELECT authz_id FROM order_authz WHERE order_id = $1)"
        " OR action_id IN (SELECT id FROM action WHERE order_id = $1)"
        " ORDER BY id DESC LIMIT 1000) AS last"
        " ORDER BY id",
    [SQL_AUTHZ_NOTE_CHECKS] = "UPDATE authz SET checked_s = $2, checks = $3 WHERE id = $1",
    [SQL_AUTHZ_CHECKS] = "SELECT checked_s, checks FROM authz WHERE id = $1",
    [SQL_AUTHZ_NEWEST] = "SELECT id FROM authz"
                         " WHERE $1 IS NULL OR identifier IN ('dns ' || $1, 'ip ' || $1)"
                         " ORDER BY id DESC LIMIT 100",
    [SQL_ACTION_NOTE_CHECKS] = "UPDATE action SET checked_s = $2, checks = $3 WHERE id = $1",
    [SQL_ACTION_CHECKS] = "SELECT checked_s, checks, caa_s, caa FROM action WHERE id = $1",
};
const struct store_statements checks_statements = STORE_STATEMENTS(checks_sql);

enum err_code store_observation_add(
    struct store_tx *tx, const struct observation *observation, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_CHECKS, SQL_OBSERVATION_ADD);

    bind_int(q, 1, observation->authz_id);
    bind_int(q, 2, observation->action_id);
    bind_text(q, 3, observation->checked);
    bind_text(q, 4, observation->perspective);
    bind_text(q, 5, observation->region);
    bind_int(q, 6, observation->at_s);
    bind_text(q, 7, word_of(observation_outcome_words, observation->outcome));
    bind_text(q, 8, observation->problem);
    bind_text(q, 9, observation->detail);
    bind_text(q, 10, observation->address);
    return store_run(q, NULL, e);
}

static void observation_from_row(struct store_query *q, void *mem, struct observation *out)
{
    *out = (struct observation){
        .authz_id = get_int(q, 0),
        .action_id = get_int(q, 1),
        .checked = get_text(q, mem, 2),
        .perspective = get_text(q, mem, 3),
        .region = get_text(q, mem, 4),
        .at_s = get_int(q, 5),
        .outcome = (enum observation_outcome)word_parse(observation_outcome_words, peek_text(q, 6)),
        .problem = get_text(q, mem, 7),
        .detail = get_text(q, mem, 8),
        .address = get_text(q, mem, 9),
    };
}

static enum err_code read_observations(struct store_query *q, void *mem, int64_t subject,
    struct observation **list, size_t *len, struct err *e)
{
    *list = NULL;
    *len = 0;
    bind_int(q, 1, subject);
    while (store_row(q, e)) {
        if (*len % 16 == 0)
            *list = mem_grow_array(mem, *list, sizeof **list, *len + 16, "observations");
        observation_from_row(q, mem, &(*list)[(*len)++]);
    }
    return e->code;
}

enum err_code store_observation_list(struct store_tx *tx, void *mem, int64_t authz_id,
    struct observation **list, size_t *len, struct err *e)
{
    return read_observations(
        store_query(tx, STORE_CHECKS, SQL_OBSERVATION_LIST), mem, authz_id, list, len, e);
}

enum err_code store_observation_of_order(struct store_tx *tx, void *mem, int64_t order_id,
    struct observation **list, size_t *len, struct err *e)
{
    return read_observations(
        store_query(tx, STORE_CHECKS, SQL_OBSERVATION_OF_ORDER), mem, order_id, list, len, e);
}

enum err_code store_authz_note_checks(
    struct store_tx *tx, int64_t id, int64_t now_s, const char *text, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_CHECKS, SQL_AUTHZ_NOTE_CHECKS);

    bind_int(q, 1, id);
    bind_int(q, 2, now_s);
    bind_text(q, 3, text);
    return store_change_one(q, "there is no such authorization", e);
}

enum err_code store_authz_checks(
    struct store_tx *tx, void *mem, int64_t id, struct checks *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_CHECKS, SQL_AUTHZ_CHECKS);

    bind_int(q, 1, id);
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code
                                 : err_set(e, ERR_NOT_FOUND, "there is no such authorization");
    *out = (struct checks){get_int(q, 0), get_text(q, mem, 1)};
    store_end(q);
    return ERR_OK;
}

enum err_code store_authz_newest(
    struct store_tx *tx, void *mem, const char *name, int64_t **ids, size_t *len, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_CHECKS, SQL_AUTHZ_NEWEST);

    *ids = mem_new_array(mem, int64_t, AUTHZ_NEWEST_MAX);
    *len = 0;
    bind_text(q, 1, name);
    while (store_row(q, e))
        (*ids)[(*len)++] = get_int(q, 0);
    return e->code;
}

enum err_code store_action_note_checks(
    struct store_tx *tx, int64_t id, int64_t now_s, const char *text, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_CHECKS, SQL_ACTION_NOTE_CHECKS);

    bind_int(q, 1, id);
    bind_int(q, 2, now_s);
    bind_text(q, 3, text);
    return store_change_one(q, "there is no such action", e);
}

enum err_code store_action_checks(struct store_tx *tx, void *mem, int64_t id, struct checks *out,
    struct checks *caa, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_CHECKS, SQL_ACTION_CHECKS);

    bind_int(q, 1, id);
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code : err_set(e, ERR_NOT_FOUND, "there is no such action");
    *out = (struct checks){get_int(q, 0), get_text(q, mem, 1)};
    *caa = (struct checks){get_int(q, 2), get_text(q, mem, 3)};
    store_end(q);
    return ERR_OK;
}
