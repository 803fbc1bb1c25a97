/* action - see action.h. */
#include "store/action.h"

#include "base/mem.h"
#include "store/order.h"
#include "store/store_private.h"

const char *const action_state_words[] = {
    "deciding", "sending", "pending", "in_doubt", "done", "failed", NULL};
static const char *const said_words[] = {"", "approved", "rejected", NULL};

#define LIVE "state NOT IN ('done', 'failed')"

/* In the order in which read_action takes them. */
#define COLUMNS                                                                                    \
    "id, order_id, upstream, kind, state, reference, key_hash, not_before_s, not_after_s,"         \
    " created_s, target, product, common_name, billable, adopts, vendor_order,"                    \
    " vendor_certificate, vendor_request, waits_for, said, said_why, sent_s, changed_s"

enum {
    SQL_ACTION_ADD,
    SQL_ACTION_OF_ORDER,
    SQL_ACTION_GET,
    SQL_ACTION_NOTE_CAA,
    SQL_ACTION_INTEND,
    SQL_ACTION_ADOPT,
    SQL_ACTION_PENDING,
    SQL_ACTION_FOUND,
    SQL_ACTION_DOUBT,
    SQL_ACTION_RESEND,
    SQL_ACTION_RECONSIDER,
    SQL_ACTION_END,
    SQL_ACTION_SAY,
    SQL_ACTION_UNDER_WAY,
    SQL_ACTION_WAKE_WAITING,
    SQL_ACTION_ADOPTERS,
    SQL_ACTION_LIST
};

static const char *const action_sql[] = {
    [SQL_ACTION_ADD] =
        "INSERT INTO action (order_id, upstream, kind, state, reference, key_hash, not_before_s,"
        " not_after_s, created_s, target, product, common_name, billable, sent_s, changed_s)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $9)"
        " ON CONFLICT (order_id) DO NOTHING"
        " RETURNING id",
    [SQL_ACTION_OF_ORDER] = "SELECT " COLUMNS " FROM action WHERE order_id = $1",
    [SQL_ACTION_GET] = "SELECT " COLUMNS " FROM action WHERE id = $1",
    [SQL_ACTION_NOTE_CAA] = "UPDATE action SET caa_s = $2, caa = $3 WHERE id = $1",
    [SQL_ACTION_INTEND] =
        "UPDATE action SET state = 'sending', kind = $3, target = $4, product = $5,"
        " common_name = $6, billable = $7, reference = $8, not_before_s = $9, not_after_s = $10,"
        " adopts = NULL, sent_s = $2, changed_s = $2"
        " WHERE id = $1 AND state = 'deciding'",
    [SQL_ACTION_ADOPT] =
        "UPDATE action SET adopts = $3, changed_s = $2 WHERE id = $1 AND state = 'deciding'",
    [SQL_ACTION_PENDING] =
        "UPDATE action SET state = 'pending', vendor_order = COALESCE($3, vendor_order),"
        " vendor_certificate = COALESCE($4, vendor_certificate),"
        " vendor_request = COALESCE($5, vendor_request), waits_for = $6, changed_s = $2"
        " WHERE id = $1 AND state IN ('sending', 'pending', 'in_doubt')",
    [SQL_ACTION_FOUND] =
        "UPDATE action SET state = 'pending', vendor_order = $3, vendor_certificate = NULL,"
        " vendor_request = NULL, waits_for = NULL, changed_s = $2"
        " WHERE id = $1 AND state IN ('in_doubt', 'pending')",
    [SQL_ACTION_DOUBT] = "UPDATE action SET state = 'in_doubt', changed_s = $2"
                         " WHERE id = $1 AND state IN ('sending', 'pending')",
    [SQL_ACTION_RESEND] = "UPDATE action SET state = 'sending', changed_s = $2"
                          " WHERE id = $1 AND state = 'in_doubt'",
    [SQL_ACTION_RECONSIDER] =
        "UPDATE action SET state = 'deciding', kind = 'none', target = NULL, billable = 0,"
        " sent_s = 0, changed_s = $2"
        " WHERE id = $1 AND state = 'sending'",
    [SQL_ACTION_END] =
        "UPDATE action SET state = $3, vendor_order = COALESCE($4, vendor_order),"
        " vendor_certificate = COALESCE($5, vendor_certificate),"
        " vendor_request = COALESCE($6, vendor_request), waits_for = NULL, changed_s = $2"
        " WHERE id = $1 AND " LIVE,
    [SQL_ACTION_SAY] = "UPDATE action SET said = $3, said_why = $4, changed_s = $2"
                       " WHERE id = $1 AND said IS NULL AND " LIVE,
    [SQL_ACTION_UNDER_WAY] =
        "SELECT " COLUMNS " FROM action WHERE key_hash = $1 AND upstream = $2"
        " AND state IN ('deciding', 'sending', 'pending', 'in_doubt') ORDER BY id",
    [SQL_ACTION_WAKE_WAITING] =
        "UPDATE job SET run_at_ms = $4 WHERE kind = $2 AND step = $3 AND run_at_ms > $4"
        " AND subject IN (SELECT order_id FROM action WHERE upstream = $1 AND state = 'deciding'"
        " ORDER BY id LIMIT 100)",
    [SQL_ACTION_ADOPTERS] = "SELECT order_id FROM action WHERE adopts = $1 AND state = 'deciding'"
                            " ORDER BY id",
    [SQL_ACTION_LIST] = "SELECT " COLUMNS " FROM action"
                        " WHERE (upstream = $1 OR $1 IS NULL) AND (state = $2 OR $2 IS NULL)"
                        " AND (id < $3 OR $3 = 0) ORDER BY id DESC LIMIT $4",
};
const struct store_statements action_statements = STORE_STATEMENTS(action_sql);

static void read_action(struct store_query *q, void *mem, struct action *out)
{
    *out = (struct action){
        .id = get_int(q, 0),
        .order_id = get_int(q, 1),
        .upstream = get_text(q, mem, 2),
        .act = (enum act)word_parse(act_words, peek_text(q, 3)),
        .state = (enum action_state)word_parse(action_state_words, peek_text(q, 4)),
        .reference = get_bytes(q, mem, 5),
        .key_hash = get_bytes(q, mem, 6),
        .not_before_s = get_int(q, 7),
        .not_after_s = get_int(q, 8),
        .created_s = get_int(q, 9),
        .target = get_text(q, mem, 10),
        .product = get_text(q, mem, 11),
        .common_name = get_text(q, mem, 12),
        .billable = get_int(q, 13) != 0,
        .adopts = get_int(q, 14),
        .vendor_order = get_text(q, mem, 15),
        .vendor_certificate = get_text(q, mem, 16),
        .vendor_request = get_text(q, mem, 17),
        .waits_for = get_text(q, mem, 18),
        .said = (enum action_word)word_parse(said_words, peek_text(q, 19)),
        .said_why = get_text(q, mem, 20),
        .sent_s = get_int(q, 21),
        .changed_s = get_int(q, 22),
    };
}

enum err_code store_action_add(struct store_tx *tx, struct action *action, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACTION, SQL_ACTION_ADD);

    bind_int(q, 1, action->order_id);
    bind_text(q, 2, action->upstream);
    bind_text(q, 3, act_words[action->act]);
    bind_text(q, 4, action_state_words[action->state]);
    bind_bytes(q, 5, action->reference);
    bind_bytes(q, 6, action->key_hash);
    bind_int(q, 7, action->not_before_s);
    bind_int(q, 8, action->not_after_s);
    bind_int(q, 9, action->created_s);
    bind_text(q, 10, action->target);
    bind_text(q, 11, action->product);
    bind_text(q, 12, action->common_name);
    bind_int(q, 13, action->billable);
    bind_int(q, 14, action->sent_s);
    return store_insert(q, &action->id, e);
}

static enum err_code read_one(struct store_query *q, void *mem, struct action *out, struct err *e)
{
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code : err_set(e, ERR_NOT_FOUND, "there is no such action");
    read_action(q, mem, out);
    store_end(q);
    return ERR_OK;
}

enum err_code store_action_of_order(
    struct store_tx *tx, void *mem, int64_t order_id, struct action *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACTION, SQL_ACTION_OF_ORDER);

    bind_int(q, 1, order_id);
    return read_one(q, mem, out, e);
}

enum err_code store_action_get(
    struct store_tx *tx, void *mem, int64_t id, struct action *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACTION, SQL_ACTION_GET);

    bind_int(q, 1, id);
    return read_one(q, mem, out, e);
}

enum err_code store_action_note_caa(
    struct store_tx *tx, int64_t id, int64_t now_s, const char *findings, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACTION, SQL_ACTION_NOTE_CAA);

    bind_int(q, 1, id);
    bind_int(q, 2, now_s);
    bind_text(q, 3, findings);
    return store_change_one(q, "there is no such action", e);
}

/* Changes. */

/* The first two parameters of every change. */
static struct store_query *change(struct store_tx *tx, int statement, int64_t id, int64_t now_s)
{
    struct store_query *q = store_query(tx, STORE_ACTION, statement);

    bind_int(q, 1, id);
    bind_int(q, 2, now_s);
    return q;
}

static void bind_ids(struct store_query *q, int parameter, const struct vendor_ids *ids)
{
    static const struct vendor_ids none = {NULL, NULL, NULL};

    if (ids == NULL)
        ids = &none;
    bind_text(q, parameter, ids->order);
    bind_text(q, parameter + 1, ids->certificate);
    bind_text(q, parameter + 2, ids->request);
}

enum err_code store_action_intend(
    struct store_tx *tx, const struct action *action, int64_t now_s, struct err *e)
{
    struct store_query *q = change(tx, SQL_ACTION_INTEND, action->id, now_s);

    bind_text(q, 3, act_words[action->act]);
    bind_text(q, 4, action->target);
    bind_text(q, 5, action->product);
    bind_text(q, 6, action->common_name);
    bind_int(q, 7, action->billable);
    bind_bytes(q, 8, action->reference);
    bind_int(q, 9, action->not_before_s);
    bind_int(q, 10, action->not_after_s);
    return store_change_one(q, "the action was decided before", e);
}

enum err_code store_action_adopt(
    struct store_tx *tx, int64_t id, int64_t adopts, int64_t now_s, struct err *e)
{
    struct store_query *q = change(tx, SQL_ACTION_ADOPT, id, now_s);

    if (adopts != 0)
        bind_int(q, 3, adopts);
    else
        bind_text(q, 3, NULL);
    return store_change_one(q, "the action was decided before", e);
}

enum err_code store_action_pending(struct store_tx *tx, int64_t id, const struct vendor_ids *ids,
    const char *waits_for, int64_t now_s, struct err *e)
{
    struct store_query *q = change(tx, SQL_ACTION_PENDING, id, now_s);

    bind_ids(q, 3, ids);
    bind_text(q, 6, waits_for);
    return store_change_one(q, "the action was not sent, or has ended", e);
}

enum err_code store_action_found(
    struct store_tx *tx, int64_t id, const char *vendor_order, int64_t now_s, struct err *e)
{
    struct store_query *q = change(tx, SQL_ACTION_FOUND, id, now_s);

    bind_text(q, 3, vendor_order);
    return store_change_one(q, "the action waits for nobody's finding", e);
}

enum err_code store_action_doubt(struct store_tx *tx, int64_t id, int64_t now_s, struct err *e)
{
    return store_change_one(
        change(tx, SQL_ACTION_DOUBT, id, now_s), "the action was not sent, or has ended", e);
}

enum err_code store_action_resend(struct store_tx *tx, int64_t id, int64_t now_s, struct err *e)
{
    return store_change_one(
        change(tx, SQL_ACTION_RESEND, id, now_s), "the action is not in doubt", e);
}

enum err_code store_action_reconsider(struct store_tx *tx, int64_t id, int64_t now_s, struct err *e)
{
    return store_change_one(
        change(tx, SQL_ACTION_RECONSIDER, id, now_s), "the action is not being sent", e);
}

enum err_code store_action_wake_waiting(struct store_tx *tx, const char *upstream, const char *kind,
    int step, int64_t now_ms, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACTION, SQL_ACTION_WAKE_WAITING);

    bind_text(q, 1, upstream);
    bind_text(q, 2, kind);
    bind_int(q, 3, step);
    bind_int(q, 4, now_ms);
    return store_run(q, NULL, e);
}

enum err_code store_action_end(struct store_tx *tx, int64_t id, enum action_state state,
    const struct vendor_ids *ids, int64_t now_s, struct err *e)
{
    struct store_query *q = change(tx, SQL_ACTION_END, id, now_s);

    bind_text(q, 3, action_state_words[state]);
    bind_ids(q, 4, ids);
    return store_change_one(q, "the action has ended already", e);
}

enum err_code store_action_say(struct store_tx *tx, int64_t id, enum action_word word,
    const char *why, int64_t now_s, struct err *e)
{
    struct store_query *q = change(tx, SQL_ACTION_SAY, id, now_s);

    bind_text(q, 3, said_words[word]);
    bind_text(q, 4, why);
    return store_change_one(q, "the action has ended, or was answered before", e);
}

/* Lists. */

static enum err_code read_list(
    struct store_query *q, void *mem, struct action **list, size_t *len, struct err *e)
{
    size_t size = 0;

    *list = NULL;
    *len = 0;
    while (store_row(q, e)) {
        if (*len == size) {
            size = size == 0 ? 4 : 2 * size;
            *list = mem_grow_array(mem, *list, sizeof **list, size, "action");
        }
        read_action(q, mem, &(*list)[(*len)++]);
    }
    return e->code;
}

enum err_code store_action_under_way(struct store_tx *tx, void *mem, const char *upstream,
    struct bytes key_hash, struct action **list, size_t *len, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACTION, SQL_ACTION_UNDER_WAY);

    bind_bytes(q, 1, key_hash);
    bind_text(q, 2, upstream);
    return read_list(q, mem, list, len, e);
}

enum err_code store_action_adopters(
    struct store_tx *tx, void *mem, int64_t id, int64_t **order_ids, size_t *len, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACTION, SQL_ACTION_ADOPTERS);
    size_t size = 0;

    *order_ids = NULL;
    *len = 0;
    bind_int(q, 1, id);
    while (store_row(q, e)) {
        if (*len == size) {
            size = size == 0 ? 4 : 2 * size;
            *order_ids = mem_grow_array(mem, *order_ids, sizeof **order_ids, size, "int64_t");
        }
        (*order_ids)[(*len)++] = get_int(q, 0);
    }
    return e->code;
}

enum err_code store_action_list(struct store_tx *tx, void *mem, const struct action_filter *filter,
    struct action **list, size_t *len, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACTION, SQL_ACTION_LIST);

    bind_text(q, 1, filter->upstream);
    bind_text(q, 2, filter->state < 0 ? NULL : action_state_words[filter->state]);
    bind_int(q, 3, filter->before);
    bind_int(q, 4, filter->max);
    return read_list(q, mem, list, len, e);
}
