/* mailbox_flow - see mailbox_flow.h. */
#include "acme/mailbox_flow.h"

#include <inttypes.h>
#include <stdio.h>

#include "acme/mail_in.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "base/mem.h"
#include "store/job.h"
#include "store/setting.h"

/* While there is more than one round of mails: a flood is read, but not as fast as it goes. */
#define MORE_MS 1000

#define TROUBLE_BASE_MS 15000
#define TROUBLE_MAX_MS  (15 * 60 * 1000)

enum { PLACE_MAX = 24 };

struct mailbox_subject {
    const struct mail_settings *mail;
    const char *setting; /* in which the store keeps the place */
    struct mailbox_place place;
};

/* What came, on the flow's mem. */
struct mailbox_outcome {
    struct mailbox_result result;
    struct mail_in *mails;
    struct mailbox_round *round; /* while it is under way */
};

static bool has_mailbox(const struct acme_settings *settings)
{
    return settings->mail != NULL && settings->mail->folder != NULL;
}

enum err_code mailbox_flow_want(
    const struct acme_settings *settings, struct store_tx *tx, int64_t now_ms, struct err *e)
{
    return has_mailbox(settings) ? store_job_want(tx, mailbox_flow.name, 0, now_ms, e) : ERR_OK;
}

/* "UIDVALIDITY LAST". What cannot be read is as if nothing had been. */
static struct mailbox_place read_place(void *mem, struct bytes value)
{
    struct mailbox_place place;

    if (sscanf(bytes_string(mem, value), "%" SCNu32 " %" SCNu32, &place.validity, &place.last) != 2)
        return (struct mailbox_place){0, 0};
    return place;
}

static enum err_code load(struct flow *flow, struct store_tx *snapshot, struct err *e)
{
    struct mailbox_subject *s = mem_new(flow->mem, struct mailbox_subject);
    struct bytes value;

    flow->subject = s;
    if (!has_mailbox(flow->settings))
        return err_set(e, ERR_NOT_FOUND, "no mailbox is configured any more");
    s->mail = flow->settings->mail;
    s->setting = mem_printf(flow->mem, "mailbox %s/%s", s->mail->imap.url, s->mail->folder);
    if (store_setting_get(snapshot, flow->mem, s->setting, &value, e) == ERR_OK)
        s->place = read_place(flow->mem, value);
    if (e->code == ERR_NOT_FOUND)
        *e = (struct err){0};
    return e->code;
}

static void on_read(void *arg, const struct mailbox_result *result)
{
    struct flow *flow = arg;
    const struct mailbox_subject *s = flow->subject;
    struct mailbox_outcome *o = flow->outcome;

    o->round = NULL;
    o->result = *result;
    o->result.why = mem_strdup(flow->mem, result->why);
    o->result.internal = mem_strdup(flow->mem, result->internal);
    o->mails = mem_new_array(flow->mem, struct mail_in, result->mails_len + 1);
    for (size_t i = 0; i < result->mails_len; i++)
        mail_in_read(flow->mem, s->mail, result->mails[i], &o->mails[i]);
    flow_done(flow);
}

static void cancel_read(struct flow *flow)
{
    struct mailbox_outcome *o = flow->outcome;

    mailbox_cancel(&o->round);
}

static void begin_read(struct flow *flow)
{
    const struct mailbox_subject *s = flow->subject;
    struct mailbox_outcome *o = mem_new(flow->mem, struct mailbox_outcome);
    struct mailbox_options options = {
        .server = &s->mail->imap,
        .folder = s->mail->folder,
        .place = s->place,
        .removes = s->mail->removes,
        .mail_max = MAIL_IN_MAX,
    };

    flow->outcome = o;
    o->round = mailbox_start(flow->world->mail, &options, on_read, flow);
    flow->cancel = cancel_read;
}

static enum err_code take_in(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct mailbox_subject *s = flow->subject;
    const struct mailbox_outcome *o = flow->outcome;
    char place[PLACE_MAX];

    for (size_t i = 0; i < o->result.mails_len; i++) {
        struct err why = {0};

        mail_in_take(tx, &o->mails[i], flow->now_ms, &why, e);
        if (e->code != ERR_OK)
            return e->code;
    }
    snprintf(place, sizeof place, "%" PRIu32 " %" PRIu32, o->result.place.validity,
        o->result.place.last);
    return store_setting_put(tx, s->setting, bytes_of(place), e);
}

static int settle_read(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct mailbox_subject *s = flow->subject;
    const struct mailbox_outcome *o = flow->outcome;

    if (o->result.result == ERR_CANCELLED) {
        flow->later_ms = 0;
        return FLOW_LATER;
    }
    if (take_in(flow, tx, e) != ERR_OK)
        return FLOW_END;
    if (o->result.too_large > 0)
        log_info("mail_ignored", LOG_INT("mails", (int64_t)o->result.too_large),
            LOG_STR("detail", "too large"));
    if (o->result.result != ERR_OK) {
        log_warning("mailbox_not_read", LOG_STR("folder", s->mail->folder),
            LOG_STR("detail", o->result.why), LOG_STR("internal", o->result.internal));
        flow->later_ms = flow_backoff_ms(flow->job.attempts + 1, TROUBLE_BASE_MS, TROUBLE_MAX_MS);
        return FLOW_LATER;
    }
    flow->job.attempts = 0;
    flow->later_ms = o->result.more ? MORE_MS : s->mail->poll_ms;
    return FLOW_LATER;
}

static const struct flow_step mailbox_steps[] = {
    {"read", begin_read, settle_read},
};

const struct flow_kind mailbox_flow = {
    .name = "mailbox",
    .steps = mailbox_steps,
    .steps_len = 1,
    .load = load,
};
