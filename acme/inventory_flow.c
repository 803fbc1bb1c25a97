/* inventory_flow - see inventory_flow.h. */
#include "acme/inventory_flow.h"

#include <inttypes.h>
#include <string.h>

#include "acme/inventory_merge.h"
#include "acme/order_flow.h"
#include "acme/validation_flow.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/inventories.h"
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

static void on_page(void *arg, const struct upstream_page *page)
{
    struct flow *flow = arg;

    flow->outcome = inventory_page_keep(flow->mem, page);
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

static enum err_code merge(struct flow *flow, struct store_tx *tx, struct inventory_sync *sync,
    const struct upstream_page *page, struct err *e)
{
    struct inventory_merge m = {.mem = flow->mem,
        .tx = tx,
        .settings = flow->settings,
        .upstream = sync->upstream,
        .inventory = sync->inventory,
        .now_s = flow->now_ms / 1000};

    if (inventory_merge_page(&m, page, e) != ERR_OK)
        return e->code;
    if (!page->is_outline) {
        sync->orders += m.orders;
        sync->changed += m.changed;
    }
    if (m.validations_changed &&
        validation_flow_wake(tx, sync->inventory, flow->now_ms, e) != ERR_OK)
        return e->code;
    return m.changed > 0 || m.validations_changed
               ? order_flow_wake_waiting(tx, sync->upstream, flow->now_ms, e)
               : ERR_OK;
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
    const struct upstream_page *page = flow->outcome;
    struct inventory_sync sync = s->sync, now;

    if (page->result == ERR_CANCELLED)
        return flow_later(flow, STEP_READ, 0);
    if (store_inventory_sync_get(tx, flow->mem, sync.inventory, &now, e) != ERR_OK)
        return FLOW_END;
    sync.wants_full = now.running ? now.wants_full : now.wants_full && !sync.is_full;
    sync.trouble = NULL;
    if (page->result != ERR_OK)
        return settle_trouble(flow, tx, &sync, page, e);
    if (merge(flow, tx, &sync, page, e) != ERR_OK)
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
