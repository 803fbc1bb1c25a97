/* inventory_flow - see inventory_flow.h. */
#include "acme/inventory_flow.h"

#include <inttypes.h>
#include <string.h>

#include "acme/order_flow.h"
#include "acme/revocation_flow.h"
#include "base/log.h"
#include "base/mem.h"
#include "policy/names.h"
#include "store/inventory.h"
#include "store/inventory_sync.h"
#include "store/job.h"

/* A vendor that does not answer is asked again after this; one that refuses, after an hour. */
#define TROUBLE_BASE_MS 15000
#define TROUBLE_MAX_MS  (15 * 60 * 1000)
#define REFUSED_MS      (60 * 60 * 1000)

enum { STEP_READ };

struct inventory_subject {
    struct inventory_sync sync; /* as it will be while this page is read */
    const struct acme_inventory *settings;
    const char *from;
    struct upstream *upstream;
};

/* A page, with the memory that it stands on. */
struct inventory_outcome {
    struct upstream_page page;
};

static const struct acme_inventory *settings_of(
    const struct acme_settings *settings, const char *upstream)
{
    for (size_t i = 0; i < settings->inventories_len; i++)
        if (strcmp(settings->inventories[i].upstream, upstream) == 0)
            return &settings->inventories[i];
    return NULL;
}

/* Asking. */

enum err_code inventory_flow_want(
    const struct acme_settings *settings, struct store_tx *tx, int64_t now_ms, struct err *e)
{
    for (size_t i = 0; i < settings->inventories_len; i++) {
        const struct acme_inventory *inventory = &settings->inventories[i];
        int64_t id;

        if (store_inventory_open(tx, inventory->upstream, inventory->vendor, &id, e) != ERR_OK ||
            (inventory->every_s > 0 &&
                store_job_want(tx, inventory_flow.name, id, now_ms, e) != ERR_OK))
            return e->code;
    }
    return ERR_OK;
}

enum err_code inventory_flow_ask(const struct acme_settings *settings, struct store_tx *tx,
    const char *upstream, bool full, int64_t now_ms, int64_t *id, int64_t *until, struct err *e)
{
    const struct acme_inventory *inventory = settings_of(settings, upstream);
    struct inventory_sync sync;

    if (inventory == NULL)
        return err_set(e, ERR_INPUT,
            "\"%.40s\" is no upstream with an inventory at a vendor; see upstreams in the "
            "configuration",
            upstream);
    if (store_inventory_open(tx, upstream, inventory->vendor, id, e) != ERR_OK ||
        store_inventory_sync_get(tx, store_tx_mem(tx), *id, &sync, e) != ERR_OK)
        return e->code;
    /* One that is under way may be past what the operator means. */
    *until = sync.completed + 1 + (sync.running && full && !sync.is_full);
    sync.wants_full |= full && !(sync.running && sync.is_full);
    sync.trouble = NULL;
    return store_inventory_sync_put(tx, &sync, e) == ERR_OK
               ? store_job_want(tx, inventory_flow.name, *id, now_ms, e)
               : e->code;
}

/* read: a page. */

/* Where a reading begins. */
static void begin_reading(struct inventory_sync *sync, void *mem, int64_t now_s)
{
    sync->running = true;
    sync->is_full = sync->wants_full || sync->synced_s == 0;
    sync->wants_full = false;
    sync->position = sync->is_full ? NULL : mem_printf(mem, "since %" PRId64, sync->synced_s);
    sync->began_s = now_s;
    sync->orders = sync->changed = 0;
}

static enum err_code load(struct flow *flow, struct store_tx *snapshot, struct err *e)
{
    struct inventory_subject *s = mem_new(flow->mem, struct inventory_subject);

    flow->subject = s;
    if (store_inventory_sync_get(snapshot, flow->mem, flow->job.subject, &s->sync, e) != ERR_OK)
        return e->code;
    s->settings = settings_of(flow->settings, s->sync.upstream);
    s->upstream = world_upstream(flow->world, s->sync.upstream);
    if (s->settings == NULL || s->upstream == NULL || s->upstream->ops->list == NULL)
        return err_set(e, ERR_NOT_FOUND, "the upstream is no longer configured");
    if (!s->sync.running)
        begin_reading(&s->sync, flow->mem, flow->world->now_ms() / 1000);
    s->from = s->sync.position;
    return ERR_OK;
}

/* The page is taken over whole. */
static void on_page(void *arg, const struct upstream_page *page)
{
    struct flow *flow = arg;
    struct inventory_outcome *o = mem_new(flow->mem, struct inventory_outcome);

    o->page = *page;
    if (page->mem != NULL)
        mem_move(flow->mem, page->mem);
    o->page.detail = mem_strdup(flow->mem, page->detail);
    o->page.internal = mem_strdup(flow->mem, page->internal);
    flow->outcome = o;
    flow_done(flow);
}

static void cancel_list(struct flow *flow)
{
    const struct inventory_subject *s = flow->subject;

    s->upstream->ops->cancel(flow->outcome);
}

/* Until the callback replaces it, the outcome is the handle of the call. */
static void begin_read(struct flow *flow)
{
    const struct inventory_subject *s = flow->subject;

    flow->outcome = s->upstream->ops->list(s->upstream, s->from, on_page, flow);
    flow->cancel = cancel_list;
}

/* Merging. */

/* Vendors add names, and show those of the certificate: as long as that has not changed, the names
 * that are known here are those that were ordered. */
static void keep_names(const struct vendor_order *known, struct vendor_order *report)
{
    bool unchanged = known->issued_names.len == 0
                         ? names_contain(&report->issued_names, &known->names)
                         : names_equal(&known->issued_names, &report->issued_names);

    if (known->names.len > 0 && unchanged)
        report->names = (struct identifiers){NULL, 0};
}

static enum err_code keep_known(
    struct store_tx *tx, void *mem, int64_t inventory, struct vendor_order *report, struct err *e)
{
    struct inventory_search search = {
        .names = &(struct identifiers){NULL, 0}, .order_id = report->id};
    struct vendor_order *list;
    size_t len;

    if (store_inventory_find(tx, mem, inventory, &search, &list, &len, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < len; i++)
        if (strcmp(list[i].id, report->id) == 0)
            keep_names(&list[i], report);
    return ERR_OK;
}

static struct identifiers sorted_copy(void *mem, const struct identifiers *names)
{
    struct identifiers copy = {mem_new_array(mem, struct identifier, names->len + 1), names->len};

    for (size_t i = 0; i < names->len; i++)
        copy.list[i] = names->list[i];
    names_sort(&copy);
    return copy;
}

/* What the vendor has revoked by itself is revoked. */
static enum err_code learn_revoked(
    struct flow *flow, struct store_tx *tx, const struct vendor_order *report, struct err *e)
{
    const struct inventory_subject *s = flow->subject;
    int64_t now_s = flow->now_ms / 1000;

    if (report->standing == STANDING_REVOKED && (report->said & SAID_STANDING) != 0)
        return revocation_learn(tx, flow->mem, s->sync.upstream, report->id, NULL, now_s, e);
    for (size_t i = 0; i < report->certificates_len; i++)
        if (report->certificates[i].revoked &&
            revocation_learn(tx, flow->mem, s->sync.upstream, report->id,
                report->certificates[i].id, now_s, e) != ERR_OK)
            return e->code;
    return ERR_OK;
}

static enum err_code merge(struct flow *flow, struct store_tx *tx, const struct vendor_order *order,
    bool *changed, struct err *e)
{
    void *mem = flow->mem;
    struct vendor_order report = *order;
    enum merge_result result;
    const char **domains;

    report.names = sorted_copy(mem, &order->names);
    report.issued_names = sorted_copy(mem, &order->issued_names);
    if (keep_known(tx, mem, flow->job.subject, &report, e) != ERR_OK)
        return e->code;
    domains = mem_new_array(mem, const char *, report.names.len + 1);
    for (size_t i = 0; i < report.names.len; i++)
        domains[i] = name_primary_domain(flow->settings->suffixes, &report.names.list[i]);
    store_inventory_merge(tx, flow->job.subject, &report, domains, flow->now_ms / 1000, &result, e);
    *changed = result != MERGE_UNCHANGED;
    return e->code == ERR_OK ? learn_revoked(flow, tx, &report, e) : e->code;
}

static enum err_code merge_page(struct flow *flow, struct store_tx *tx, struct inventory_sync *sync,
    const struct upstream_page *page, struct err *e)
{
    bool changed, any_changed = false;

    for (size_t i = 0; i < page->orders_len; i++) {
        if (merge(flow, tx, &page->orders[i], &changed, e) != ERR_OK)
            return e->code;
        any_changed |= changed;
        if (page->is_outline)
            continue;
        sync->orders++;
        sync->changed += changed;
    }
    if (page->validations != NULL) {
        store_inventory_merge_validations(tx, sync->inventory, page->validations, &changed, e);
        any_changed |= changed;
    }
    return e->code == ERR_OK && any_changed
               ? order_flow_wake_waiting(tx, sync->upstream, flow->now_ms, e)
               : e->code;
}

static int settle_trouble(struct flow *flow, struct store_tx *tx, struct inventory_sync *sync,
    const struct upstream_page *page, struct err *e)
{
    int64_t wait_ms = page->result == ERR_UPSTREAM_REFUSED ? REFUSED_MS
                                                           : flow_backoff_ms(flow->job.attempts + 1,
                                                                 TROUBLE_BASE_MS, TROUBLE_MAX_MS);

    log_warning("inventory_not_read", LOG_STR("upstream", sync->upstream),
        LOG_STR("result", err_code_name(page->result)), LOG_STR("detail", page->detail),
        LOG_STR("internal", page->internal));
    if (page->retry_after_s * 1000 > wait_ms)
        wait_ms = page->retry_after_s * 1000;
    sync->trouble = page->detail;
    store_inventory_sync_put(tx, sync, e);
    return flow_later(flow, STEP_READ, wait_ms);
}

static int settle_end(
    struct flow *flow, struct store_tx *tx, struct inventory_sync *sync, struct err *e)
{
    const struct inventory_subject *s = flow->subject;

    sync->running = false;
    sync->completed++;
    sync->synced_s = sync->began_s;
    sync->ended_s = flow->now_ms / 1000;
    if (store_inventory_sync_put(tx, sync, e) != ERR_OK)
        return FLOW_END;
    log_info("inventory_read", LOG_STR("upstream", sync->upstream), LOG_INT("full", sync->is_full),
        LOG_INT("orders", sync->orders), LOG_INT("changed", sync->changed));
    if (sync->wants_full) /* asked for meanwhile */
        return flow_later(flow, STEP_READ, 0);
    return s->settings->every_s > 0 ? flow_later(flow, STEP_READ, s->settings->every_s * 1000)
                                    : FLOW_END;
}

/* What an operator asked for meanwhile stands in the row, not in what was loaded. */
static int settle_read(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct inventory_subject *s = flow->subject;
    const struct upstream_page *page = &((struct inventory_outcome *)flow->outcome)->page;
    struct inventory_sync sync = s->sync, now;

    if (page->result == ERR_CANCELLED)
        return flow_later(flow, STEP_READ, 0);
    if (store_inventory_sync_get(tx, flow->mem, sync.inventory, &now, e) != ERR_OK)
        return FLOW_END;
    sync.wants_full = now.running ? now.wants_full : now.wants_full && !sync.is_full;
    sync.trouble = NULL;
    if (page->result != ERR_OK)
        return settle_trouble(flow, tx, &sync, page, e);
    if (merge_page(flow, tx, &sync, page, e) != ERR_OK)
        return FLOW_END;
    sync.position = page->next;
    if (page->next == NULL)
        return settle_end(flow, tx, &sync, e);
    store_inventory_sync_put(tx, &sync, e);
    return STEP_READ;
}

static const struct flow_step inventory_steps[] = {
    [STEP_READ] = {"read", begin_read, settle_read},
};

const struct flow_kind inventory_flow = {
    .name = "inventory",
    .steps = inventory_steps,
    .steps_len = 1,
    .load = load,
};
