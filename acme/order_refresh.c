/* order_refresh - see order_refresh.h. */
#include "acme/order_refresh.h"

#include "acme/inventory_merge.h"
#include "acme/order_facts.h"
#include "base/log.h"
#include "base/mem.h"
#include "policy/inventory.h"
#include "policy/match.h"
#include "policy/preferences.h"
#include "store/account.h"
#include "store/checks.h"
#include "store/inventory.h"

/* So many orders are asked about before a decision, the best first. */
#define ORDERS_MAX 5

/* A vendor that does not answer is asked again after this, so many times in all. */
#define TROUBLE_BASE_MS 2000
#define TROUBLE_MAX_MS  15000
#define TRIES           3

bool order_needs_refresh(const struct acme_profile *profile)
{
    return profile->upstream_ops->fetch != NULL && profile->vendor != VENDOR_LOCAL;
}

/* What is asked about. */

struct choosing {
    void *mem;
    const struct facts *facts;
    int64_t since_s;   /* whoever was seen since then is known well enough */
    int64_t checked_s; /* or since then: in this round */
};

static bool is_ours_in_process(const struct vendor_order *order)
{
    for (size_t i = 0; i < order->in_process_len; i++)
        if (order->in_process[i].action_id != 0)
            return true;
    return false;
}

/* What we have under way we follow ourselves; the vendor may not even know it by that id. What
 * others have is asked about each time, since it ends without our doing. */
static bool is_stale(const struct choosing *c, const struct vendor_order *order)
{
    bool is_moving = order->standing == STANDING_PENDING || order->in_process_len > 0;

    return (is_moving || order->seen_s <= c->since_s) && order->seen_s < c->checked_s &&
           !order_is_over(c->facts, order) && !is_ours_in_process(order);
}

static size_t count_seen(const struct choosing *c)
{
    size_t len, seen = 0;
    const struct vendor_order *orders = inventory_orders(c->facts->inventory, &len);

    for (size_t i = 0; i < len; i++)
        seen += orders[i].seen_s >= c->checked_s;
    return seen;
}

/* The best of those that the decision may choose, of which too little is known. */
static const char *choose(const struct choosing *c)
{
    const struct request *request = &c->facts->request;
    struct matches matches;

    if (request->order_id != NULL) {
        const struct vendor_order *named = inventory_by_id(c->facts->inventory, request->order_id);

        return named != NULL && is_stale(c, named) ? named->id : NULL;
    }
    if (count_seen(c) >= ORDERS_MAX)
        return NULL;
    match_orders(c->mem, c->facts,
        c->facts->preferences.extend_orders || request->outright != ACT_NONE, &matches);
    for (size_t i = 0; i < matches.candidates_len && i < ORDERS_MAX; i++)
        if (is_stale(c, matches.candidates[i].order))
            return matches.candidates[i].order->id;
    return NULL;
}

/* An order that the client names, and that nobody has told us of. */
static enum err_code look_for_stranger(
    struct flow *flow, struct store_tx *snapshot, struct order_subject *s, struct err *e)
{
    struct inventory_filter filter = {
        .upstream = s->profile->upstream, .order_id = s->order.wish_order_id, .max = 1};
    struct inventory_item *list;
    size_t len;

    if (s->asks_about != NULL || filter.order_id == NULL)
        return ERR_OK;
    if (store_inventory_list(snapshot, flow->mem, &filter, &list, &len, e) == ERR_OK && len == 0) {
        s->asks_about = filter.order_id;
        s->is_stranger = true;
    }
    return e->code;
}

enum err_code order_load_refresh(
    struct flow *flow, struct store_tx *snapshot, struct order_subject *s, struct err *e)
{
    struct order_question question = {
        .account = &s->account, .now_s = flow->world->now_ms() / 1000};
    struct checks checks, caa;
    struct choosing c;
    struct facts facts;

    if (s->profile == NULL || !order_needs_refresh(s->profile))
        return ERR_OK;
    order_question_set_key(flow->mem, &question, &s->csr);
    order_question_set_order(&question, &s->order);
    if (store_account_get(snapshot, flow->mem, s->order.account_id, &s->account, e) != ERR_OK ||
        store_action_checks(snapshot, flow->mem, s->action.id, &checks, &caa, e) != ERR_OK ||
        order_facts_read(flow->mem, snapshot, flow->settings, s->profile, &question, &facts, e) !=
            ERR_OK)
        return e->code;
    c = (struct choosing){
        flow->mem, &facts, question.now_s - s->profile->refresh_s, checks.checked_s};
    s->asks_about = choose(&c);
    return look_for_stranger(flow, snapshot, s, e);
}

/* Asking. */

static void on_page(void *arg, const struct upstream_page *page)
{
    struct flow *flow = arg;

    order_outcome_new(flow)->page = inventory_page_keep(flow->mem, page);
    flow_done(flow);
}

static void cancel_fetch(struct flow *flow)
{
    const struct order_subject *s = flow->subject;

    s->upstream->ops->cancel(flow->outcome);
}

/* Until the callback replaces it, the outcome is the handle of the call. */
void order_begin_refresh(struct flow *flow)
{
    struct order_subject *s = flow->subject;

    if (s->asks_about != NULL)
        s->upstream = world_upstream(flow->world, s->profile->upstream);
    if (s->upstream == NULL || s->upstream->ops->fetch == NULL) {
        order_outcome_new(flow);
        flow_done(flow);
        return;
    }
    flow->outcome = s->upstream->ops->fetch(s->upstream, s->asks_about, on_page, flow);
    flow->cancel = cancel_fetch;
}

/* What came of it. */

/* The account is asked for anew: it may have been deactivated meanwhile. */
static int go_on(struct flow *flow, struct store_tx *tx, struct err *e)
{
    struct order_subject *s = flow->subject;

    store_account_get(tx, flow->mem, s->order.account_id, &s->account, e);
    return STEP_DECIDE;
}

static enum err_code merge(
    struct flow *flow, struct store_tx *tx, const struct upstream_page *page, struct err *e)
{
    const struct order_subject *s = flow->subject;
    struct inventory_merge m = {.mem = flow->mem,
        .tx = tx,
        .settings = flow->settings,
        .upstream = s->profile->upstream,
        .now_s = flow->now_ms / 1000};

    if (store_inventory_open(tx, m.upstream, vendor_words[s->profile->vendor], &m.inventory, e) !=
        ERR_OK)
        return e->code;
    if (page->result == ERR_OK)
        inventory_merge_page(&m, page, e);
    if (e->code == ERR_OK) /* whatever the page says: this was asked about */
        store_inventory_seen(tx, m.inventory, s->asks_about, m.now_s, e);
    return e->code;
}

static int settle_trouble(
    struct flow *flow, struct store_tx *tx, const struct upstream_page *page, struct err *e)
{
    const struct order_subject *s = flow->subject;
    bool again = page->result != ERR_UPSTREAM_REFUSED && flow->job.attempts + 1 < TRIES;

    log_warning("order_not_refreshed", LOG_INT("order", flow->job.subject),
        LOG_STR("upstream", s->profile->upstream), LOG_STR("vendor_order", s->asks_about),
        LOG_STR("next", again ? "asked again" : "decided by what is known"),
        LOG_STR("result", err_code_name(page->result)), LOG_STR("detail", page->detail),
        LOG_STR("internal", page->internal));
    return again ? flow_later(flow, STEP_REFRESH,
                       flow_backoff_ms(flow->job.attempts + 1, TROUBLE_BASE_MS, TROUBLE_MAX_MS))
                 : go_on(flow, tx, e);
}

/* Orders do not vanish at a vendor: it is our key that no longer sees this one. It stays what it
 * was, since nothing is to be bought because a key lost a right; what the decision then asks for is
 * refused, and costs nothing. */
static void log_told(const struct flow *flow, const struct upstream_page *page)
{
    const struct order_subject *s = flow->subject;

    if (page->result == ERR_NOT_FOUND && !s->is_stranger)
        log_error("vendor_order_not_visible", LOG_INT("order", flow->job.subject),
            LOG_STR("upstream", s->profile->upstream), LOG_STR("vendor_order", s->asks_about));
    else
        log_info("vendor_order_refreshed", LOG_INT("order", flow->job.subject),
            LOG_STR("upstream", s->profile->upstream), LOG_STR("vendor_order", s->asks_about),
            LOG_STR("result", err_code_name(page->result)));
}

int order_settle_refresh(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct order_subject *s = flow->subject;
    const struct upstream_page *page = ((struct order_outcome *)flow->outcome)->page;

    if (s->profile == NULL) /* since a moment ago: that is said there */
        return STEP_CHECKS;
    if (page == NULL)
        return go_on(flow, tx, e);
    if (page->result == ERR_CANCELLED)
        return flow_later(flow, STEP_REFRESH, 0);
    if (page->result != ERR_OK && page->result != ERR_NOT_FOUND)
        return settle_trouble(flow, tx, page, e);
    log_told(flow, page);
    if (merge(flow, tx, page, e) != ERR_OK)
        return FLOW_END;
    return s->is_stranger ? go_on(flow, tx, e) : STEP_REFRESH;
}
