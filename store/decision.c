/* decision - see decision.h. */
#include "store/decision.h"

#include "store/store_private.h"

enum { SQL_DECISION_PUT, SQL_DECISION_GET };

static const char *const decision_sql[] = {
    [SQL_DECISION_PUT] =
        "INSERT INTO decision (order_id, decided_s, times, outcome, rule, target, document)"
        " VALUES ($1, $2, 1, $3, $4, $5, $6)"
        " ON CONFLICT (order_id) DO UPDATE SET decided_s = excluded.decided_s,"
        " times = decision.times + 1, outcome = excluded.outcome, rule = excluded.rule,"
        " target = excluded.target, document = excluded.document",
    [SQL_DECISION_GET] = "SELECT order_id, decided_s, times, outcome, rule, target, document"
                         " FROM decision WHERE order_id = $1",
};
const struct store_statements decision_statements = STORE_STATEMENTS(decision_sql);

enum err_code store_decision_put(
    struct store_tx *tx, const struct order_decision *decision, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_DECISION, SQL_DECISION_PUT);

    bind_int(q, 1, decision->order_id);
    bind_int(q, 2, decision->decided_s);
    bind_text(q, 3, decision->outcome);
    bind_text(q, 4, decision->rule);
    bind_text(q, 5, decision->target);
    bind_text(q, 6, decision->document);
    return store_run(q, NULL, e);
}

enum err_code store_decision_get(
    struct store_tx *tx, void *mem, int64_t order_id, struct order_decision *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_DECISION, SQL_DECISION_GET);

    bind_int(q, 1, order_id);
    if (!store_row(q, e))
        return e->code != ERR_OK
                   ? e->code
                   : err_set(e, ERR_NOT_FOUND, "nothing was decided about this order");
    *out = (struct order_decision){
        .order_id = get_int(q, 0),
        .decided_s = get_int(q, 1),
        .times = get_int(q, 2),
        .outcome = get_text(q, mem, 3),
        .rule = get_text(q, mem, 4),
        .target = get_text(q, mem, 5),
        .document = get_text(q, mem, 6),
    };
    store_end(q);
    return ERR_OK;
}
