/* action - see action.h. */
#include "store/action.h"

#include "store/store_private.h"

static const char *const state_words[] = {"sending", "done", "failed", "in_doubt", NULL};

enum { SQL_ACTION_ADD, SQL_ACTION_OF_ORDER, SQL_ACTION_NOTE_CAA, SQL_ACTION_END };

static const char *const action_sql[] = {
    [SQL_ACTION_ADD] =
        "INSERT INTO action (order_id, upstream, kind, state, reference, key_hash, not_before_s,"
        " not_after_s, created_s)"
        " VALUES ($1, $2, $3, 'sending', $4, $5, $6, $7, $8)"
        " ON CONFLICT (order_id) DO NOTHING"
        " RETURNING id",
    [SQL_ACTION_OF_ORDER] =
        "SELECT id, order_id, upstream, kind, state, reference, key_hash, not_before_s,"
        " not_after_s, created_s"
        " FROM action WHERE order_id = $1",
    [SQL_ACTION_NOTE_CAA] = "UPDATE action SET caa_s = $2, caa = $3 WHERE id = $1",
    [SQL_ACTION_END] =
        "UPDATE action SET state = $2 WHERE id = $1 AND state IN ('sending', 'in_doubt')",
};
const struct store_statements action_statements = STORE_STATEMENTS(action_sql);

enum err_code store_action_add(struct store_tx *tx, struct action *action, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACTION, SQL_ACTION_ADD);

    bind_int(q, 1, action->order_id);
    bind_text(q, 2, action->upstream);
    bind_text(q, 3, action->kind);
    bind_bytes(q, 4, action->reference);
    bind_bytes(q, 5, action->key_hash);
    bind_int(q, 6, action->not_before_s);
    bind_int(q, 7, action->not_after_s);
    bind_int(q, 8, action->created_s);
    return store_insert(q, &action->id, e);
}

enum err_code store_action_of_order(
    struct store_tx *tx, void *mem, int64_t order_id, struct action *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACTION, SQL_ACTION_OF_ORDER);

    bind_int(q, 1, order_id);
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code : err_set(e, ERR_NOT_FOUND, "the order has no action");
    *out = (struct action){
        .id = get_int(q, 0),
        .order_id = get_int(q, 1),
        .upstream = get_text(q, mem, 2),
        .kind = get_text(q, mem, 3),
        .state = (enum action_state)word_parse(state_words, peek_text(q, 4)),
        .reference = get_bytes(q, mem, 5),
        .key_hash = get_bytes(q, mem, 6),
        .not_before_s = get_int(q, 7),
        .not_after_s = get_int(q, 8),
        .created_s = get_int(q, 9),
    };
    store_end(q);
    return ERR_OK;
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

enum err_code store_action_end(
    struct store_tx *tx, int64_t id, enum action_state state, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_ACTION, SQL_ACTION_END);

    bind_int(q, 1, id);
    bind_text(q, 2, state_words[state]);
    return store_change_one(q, "the action has ended already", e);
}
