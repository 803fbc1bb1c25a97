/* crl_flow - see crl_flow.h. */
#include "acme/crl_flow.h"

#include "base/cert.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/certificate.h"
#include "store/crl.h"
#include "store/job.h"

/* A list is good for a week and signed anew each day, so that a day or two of trouble shows
 * nowhere. */
#define NEXT_UPDATE_S (7 * 86400)
#define SIGN_EACH_S   86400

/* An entry must stand on one list at least that was signed after its certificate's end (RFC 5280,
 * 3.3). */
#define KEEP_S (2 * SIGN_EACH_S)

#define TROUBLE_MS 30000

/* A revocation is committed at most this long after the second that it is noted with. */
#define LATE_S 60

struct crl_subject {
    const struct acme_authority *authority;
    struct cert_revoked *revoked;
    size_t len;
    int64_t number; /* of the list to be signed */
    int64_t now_s;  /* what the list holds is chosen by, also when it is asked for again */
};

struct crl_outcome {
    struct crl crl;
    struct err e;
};

enum err_code crl_flow_want(
    const struct acme_settings *settings, struct store_tx *tx, int64_t now_ms, struct err *e)
{
    for (size_t i = 0; i < settings->authorities_len; i++)
        if (store_job_want(tx, crl_flow.name, (int64_t)i, now_ms, e) != ERR_OK)
            return e->code;
    return ERR_OK;
}

static enum err_code read_revoked(struct store_tx *tx, void *mem, const char *upstream,
    int64_t now_s, struct cert_revoked **out, size_t *len, struct err *e)
{
    struct certificate *list;

    if (store_certificate_revoked(tx, mem, upstream, now_s - KEEP_S, &list, len, e) != ERR_OK)
        return e->code;
    *out = mem_new_array(mem, struct cert_revoked, *len + 1);
    for (size_t i = 0; i < *len; i++)
        (*out)[i] =
            (struct cert_revoked){list[i].serial, list[i].revoked_s, list[i].revocation_reason};
    return ERR_OK;
}

static enum err_code load(struct flow *flow, struct store_tx *snapshot, struct err *e)
{
    struct crl_subject *s = mem_new(flow->mem, struct crl_subject);
    struct crl last = {0};

    flow->subject = s;
    if (flow->job.subject < 0 || (size_t)flow->job.subject >= flow->settings->authorities_len)
        return err_set(e, ERR_NOT_FOUND, "the embedded CA is no longer configured");
    s->authority = &flow->settings->authorities[flow->job.subject];
    if (store_crl_get(snapshot, flow->mem, s->authority->upstream, &last, e) != ERR_OK &&
        e->code != ERR_NOT_FOUND)
        return e->code;
    *e = (struct err){0};
    s->number = last.number + 1;
    s->now_s = flow->world->now_ms() / 1000;
    return read_revoked(
        snapshot, flow->mem, s->authority->upstream, s->now_s, &s->revoked, &s->len, e);
}

static void begin_sign(struct flow *flow)
{
    const struct crl_subject *s = flow->subject;
    struct crl_outcome *o = mem_new(flow->mem, struct crl_outcome);
    struct upstream *upstream = world_upstream(flow->world, s->authority->upstream);

    o->crl = (struct crl){.number = s->number, .next_update_s = s->now_s + NEXT_UPDATE_S};
    upstream->ops->sign_crl(upstream, flow->mem, s->number, s->now_s, o->crl.next_update_s,
        s->revoked, s->len, &o->crl.der, &o->e);
    flow->outcome = o;
    flow_done(flow);
}

/* How many entries of the list are of that second or later; the newest stand last. */
static int64_t listed_since(const struct crl_subject *s, int64_t since_s)
{
    size_t i = s->len;

    while (i > 0 && s->revoked[i - 1].revoked_s >= since_s)
        i--;
    return (int64_t)(s->len - i);
}

static int settle_sign(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct crl_subject *s = flow->subject;
    const struct crl_outcome *o = flow->outcome;
    int64_t recent;

    if (o->e.code != ERR_OK) {
        log_error("crl_not_signed", LOG_STR("upstream", s->authority->upstream),
            LOG_STR("detail", o->e.detail), LOG_STR("internal", o->e.internal));
        flow->later_ms = TROUBLE_MS;
        return FLOW_LATER;
    }
    if (store_crl_put(tx, s->authority->upstream, &o->crl, e) != ERR_OK ||
        store_certificate_count_revoked_since(
            tx, s->authority->upstream, s->now_s - LATE_S, &recent, e) != ERR_OK)
        return FLOW_END;
    log_info("crl_signed", LOG_STR("upstream", s->authority->upstream),
        LOG_INT("number", o->crl.number), LOG_INT("revoked", (int64_t)s->len));
    /* What was revoked while this list was being signed must not wait for tomorrow's. */
    flow->later_ms = recent == listed_since(s, s->now_s - LATE_S) ? SIGN_EACH_S * 1000LL : 0;
    return FLOW_LATER;
}

static const struct flow_step crl_steps[] = {
    {"sign", begin_sign, settle_sign},
};

const struct flow_kind crl_flow = {
    .name = "crl",
    .steps = crl_steps,
    .steps_len = 1,
    .load = load,
};
