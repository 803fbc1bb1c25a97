/* validation_flow - see validation_flow.h. */
#include "acme/validation_flow.h"

#include <string.h>

#include "acme/lapse.h"
#include "acme/revalidation_flow.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/inventories.h"
#include "store/inventory_sync.h"
#include "store/job.h"

#define DAY_S INT64_C(86400)
/* So many alarms at a time; the others come with the next round. */
#define ALARMS_MAX 200
#define ROUND_S    60
/* An end that a vendor does not date (0 means that it is not known). */
#define LONG_AGO_S DAY_S

enum { STEP_WATCH };

struct validation_subject {
    const struct acme_watch *watch;
    struct upstream *upstream; /* NULL: it has none that could be asked */
    bool publishes;            /* somebody here does */
    struct lapse *lapses;
    size_t len;
};

const struct acme_watch *validation_watch_of(
    const struct acme_settings *settings, const char *upstream)
{
    for (size_t i = 0; i < settings->watches_len; i++)
        if (strcmp(settings->watches[i].upstream, upstream) == 0)
            return &settings->watches[i];
    return NULL;
}

enum err_code validation_flow_want(
    const struct acme_settings *settings, struct store_tx *tx, int64_t now_ms, struct err *e)
{
    for (size_t i = 0; i < settings->watches_len; i++) {
        int64_t id;

        if (store_inventory_open(
                tx, settings->watches[i].upstream, settings->watches[i].vendor, &id, e) != ERR_OK ||
            store_job_want(tx, validation_flow.name, id, now_ms, e) != ERR_OK)
            return e->code;
    }
    return ERR_OK;
}

enum err_code validation_flow_wake(
    struct store_tx *tx, int64_t inventory, int64_t now_ms, struct err *e)
{
    return store_job_wake(tx, validation_flow.name, inventory, now_ms, e);
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static enum err_code load(struct flow *flow, struct store_tx *snapshot, struct err *e)
{
    struct validation_subject *s = mem_new(flow->mem, struct validation_subject);
    struct inventory_sync sync;

    flow->subject = s;
    if (store_inventory_sync_get(snapshot, flow->mem, flow->job.subject, &sync, e) != ERR_OK)
        return e->code;
    s->watch = validation_watch_of(flow->settings, sync.upstream);
    if (s->watch == NULL)
        return err_set(e, ERR_NOT_FOUND, "the upstream is no longer configured");
    s->upstream = world_upstream(flow->world, sync.upstream);
    s->publishes = proof_method_of(&flow->settings->proof_methods, sync.upstream) != NULL;
    return lapses_read(snapshot, flow->mem, flow->settings->suffixes, flow->job.subject,
        larger(s->watch->alarm_s, s->watch->renew_s), flow->world->now_ms() / 1000, &s->lapses,
        &s->len, e);
}

/* Validating anew. */

static bool is_renewed_here(const struct validation_subject *s, const struct lapse *lapse)
{
    return s->watch->renew_s > 0 && s->publishes && s->upstream != NULL &&
           s->upstream->ops->validate != NULL && lapse->validation.scope == VALIDATION_DOMAIN;
}

static enum err_code renew(
    struct flow *flow, struct store_tx *tx, struct lapse *lapse, struct err *e)
{
    const struct validation_subject *s = flow->subject;
    int64_t now_s = flow->now_ms / 1000;

    if (!is_renewed_here(s, lapse) || lapse->validation.renewing ||
        !lapse_is_near(lapse, s->watch->renew_s, now_s) ||
        lapse->validation.tried_s + DAY_S > now_s)
        return ERR_OK;
    return revalidation_flow_start(tx, &lapse->validation, flow->now_ms, e);
}

/* Alarms. */

/* What is being renewed is told of only if that does not go well. */
static bool is_alarming(
    const struct validation_subject *s, const struct lapse *lapse, int64_t now_s)
{
    return lapse_is_near(lapse, s->watch->alarm_s, now_s) && s->watch->alarm_s > 0 &&
           (!is_renewed_here(s, lapse) || lapse->validation.trouble != NULL ||
               lapse->until_s <= now_s);
}

static void log_alarm(const struct validation_subject *s, const struct lapse *lapse, int64_t now_s)
{
    const struct validation *v = &lapse->validation;
    char until[CLOCK_RFC3339_SIZE] = "long ago", next[CLOCK_RFC3339_SIZE];

    if (lapse->until_s > LONG_AGO_S)
        clock_format(lapse->until_s, until);
    clock_format(lapse->next_renewal_s, next);
    log_write(lapse->until_s > now_s ? LOG_WARNING : LOG_ERROR, "validation_lapses",
        (const struct log_field[]){LOG_STR("upstream", s->watch->upstream),
            LOG_STR("what", validation_scope_words[v->scope]), LOG_STR("name", v->name),
            LOG_STR("until", until), LOG_INT("certificates", (int64_t)lapse->certificates),
            LOG_STR("next_renewal", next), LOG_STR("detail", v->trouble), {NULL, NULL, 0}});
}

/* Once a day each; *next_s: when the next one is due. */
static enum err_code alarm(struct flow *flow, struct store_tx *tx, int64_t *next_s, struct err *e)
{
    const struct validation_subject *s = flow->subject;
    int64_t now_s = flow->now_ms / 1000;
    int alarms = 0;

    for (size_t i = 0; i < s->len; i++) {
        struct validation *v = &s->lapses[i].validation;

        if (!is_alarming(s, &s->lapses[i], now_s))
            continue;
        if (v->alarmed_s + DAY_S <= now_s && alarms < ALARMS_MAX) {
            log_alarm(s, &s->lapses[i], now_s);
            v->alarmed_s = now_s;
            alarms++;
            if (store_validation_put(tx, v, e) != ERR_OK)
                return e->code;
        }
        if (v->alarmed_s + DAY_S < *next_s)
            *next_s = v->alarmed_s + DAY_S;
    }
    return ERR_OK;
}

/* What was loaded may have changed since: rows are this flow's and the renewal's. */
static enum err_code refresh(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct validation_subject *s = flow->subject;

    for (size_t i = 0; i < s->len; i++) {
        struct validation *v = &s->lapses[i].validation;

        if (v->id != 0 && store_validation_get(tx, flow->mem, v->id, v, e) != ERR_OK)
            return e->code;
    }
    return ERR_OK;
}

static int settle_watch(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct validation_subject *s = flow->subject;
    int64_t now_s = flow->now_ms / 1000, next_s = now_s + DAY_S;

    if (refresh(flow, tx, e) != ERR_OK)
        return FLOW_END;
    for (size_t i = 0; i < s->len; i++)
        if (renew(flow, tx, &s->lapses[i], e) != ERR_OK)
            return FLOW_END;
    if (alarm(flow, tx, &next_s, e) != ERR_OK)
        return FLOW_END;
    return flow_later(flow, STEP_WATCH, 1000 * larger(next_s - now_s, ROUND_S));
}

static const struct flow_step validation_steps[] = {
    [STEP_WATCH] = {"watch", NULL, settle_watch},
};

const struct flow_kind validation_flow = {
    .name = "validations",
    .steps = validation_steps,
    .steps_len = 1,
    .load = load,
};
