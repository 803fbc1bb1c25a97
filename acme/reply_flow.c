/* reply_flow - see reply_flow.h. */
#include "acme/reply_flow.h"

#include "acme/authz_flow.h"
#include "acme/mail_settings.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/job.h"
#include "store/mail.h"

/* A key that cannot be looked up: mail servers wait for days, but the challenge does not. */
#define TRIES         8
#define AGAIN_BASE_MS 5000
#define AGAIN_MAX_MS  (5 * 60 * 1000)

struct reply_subject {
    struct mail_reply row;
    struct email_reply reply;
    bool readable;
};

/* What was found, on the flow's mem. */
struct reply_outcome {
    struct dkim_result result;
    struct dkim_check *check; /* while it is under way */
};

static enum err_code load(struct flow *flow, struct store_tx *snapshot, struct err *e)
{
    struct reply_subject *subject = mem_new(flow->mem, struct reply_subject);
    const struct mail_settings *mail = flow->settings->mail;
    struct err fault = {0};

    flow->subject = subject;
    if (store_mail_reply_get(snapshot, flow->mem, flow->job.subject, &subject->row, e) != ERR_OK)
        return e->code;
    /* The server's address may have changed since. */
    subject->readable = mail != NULL && email_reply_read(flow->mem, subject->row.message,
                                            mail->from, &subject->reply, &fault) == ERR_OK;
    return ERR_OK;
}

static void on_result(void *arg, const struct dkim_result *result)
{
    struct flow *flow = arg;
    struct reply_outcome *o = flow->outcome;

    o->check = NULL;
    o->result = *result;
    o->result.selector = mem_strdup(flow->mem, result->selector);
    o->result.why = mem_strdup(flow->mem, result->why);
    flow_done(flow);
}

static void cancel_verify(struct flow *flow)
{
    struct reply_outcome *o = flow->outcome;

    dkim_check_cancel(&o->check);
}

static void begin_verify(struct flow *flow)
{
    const struct reply_subject *subject = flow->subject;
    struct reply_outcome *o = mem_new(flow->mem, struct reply_outcome);
    struct dkim_rules rules = {.domain = subject->reply.domain};

    flow->outcome = o;
    if (!subject->readable) {
        o->result = (struct dkim_result){.selector = "", .why = "the mail settings have changed"};
        flow_done(flow);
        return;
    }
    rules.headers =
        email_signed_headers(flow->mem, &subject->reply.mail, flow->settings->mail->signed_headers);
    o->check = dkim_check_start(flow->world->dkim, flow->world->loop, flow->world->resolver,
        subject->row.message, &rules, on_result, flow);
    flow->cancel = cancel_verify;
}

static void settle_valid(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct reply_subject *subject = flow->subject;
    const struct dkim_result *result = &((const struct reply_outcome *)flow->outcome)->result;
    int64_t authz_id = subject->row.authz_id;
    const char *proof = mem_printf(flow->mem, "DKIM signature of %s, selector %s%s",
        subject->reply.domain, result->selector, result->secure ? ", its key by DNSSEC" : "");

    log_info("mail_reply_signed", LOG_INT("authz", authz_id), LOG_STR("proof", proof));
    if (store_mail_answered(tx, authz_id, flow->now_ms / 1000, subject->reply.digest, proof, e) ==
        ERR_CONFLICT)
        *e = (struct err){0}; /* another reply was faster */
}

static void settle_invalid(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct reply_subject *subject = flow->subject;
    const struct dkim_result *result = &((const struct reply_outcome *)flow->outcome)->result;

    log_info("mail_reply_refused", LOG_INT("authz", subject->row.authz_id),
        LOG_STR("detail", result->why));
    store_mail_trouble(tx, subject->row.authz_id,
        mem_printf(flow->mem, "a reply does not count: %s", result->why), e);
}

static int settle_verify(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct reply_subject *subject = flow->subject;
    const struct dkim_result *result = &((const struct reply_outcome *)flow->outcome)->result;

    if (result->cancelled) {
        flow->later_ms = 0;
        return FLOW_LATER;
    }
    if (result->valid)
        settle_valid(flow, tx, e);
    else
        settle_invalid(flow, tx, e);
    if (e->code != ERR_OK ||
        store_job_wake(tx, authz_flow.name, subject->row.authz_id, flow->now_ms, e) != ERR_OK)
        return FLOW_END;
    if (!result->valid && result->retry && flow->job.attempts + 1 < TRIES) {
        flow->later_ms = flow_backoff_ms(flow->job.attempts + 1, AGAIN_BASE_MS, AGAIN_MAX_MS);
        return FLOW_LATER;
    }
    store_mail_reply_drop(tx, subject->row.id, e);
    return FLOW_END;
}

static const struct flow_step reply_steps[] = {
    {"verify", begin_verify, settle_verify},
};

const struct flow_kind reply_flow = {
    .name = "mail-reply",
    .steps = reply_steps,
    .steps_len = 1,
    .load = load,
};
