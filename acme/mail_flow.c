/* mail_flow - see mail_flow.h. */
#include "acme/mail_flow.h"

#include <string.h>
#include <time.h>

#include "acme/authz_verdict.h"
#include "base/b64url.h"
#include "base/log.h"
#include "base/mail_message.h"
#include "base/mem.h"
#include "base/rand.h"
#include "store/authz.h"
#include "store/mail.h"

#define AGAIN_BASE_MS 15000
#define AGAIN_MAX_MS  (15 * 60 * 1000)

enum { TEXT_MAX = 64 * 1024 };

const char mail_default_text[] =
    "Somebody has ordered a certificate (S/MIME) for the mail address\n"
    "\n"
    "    {address}\n"
    "\n"
    "from the certificate server {server}\n"
    "\n"
    "If it was you: your mail program or certificate client may answer this\n"
    "mail by itself. If it does not, give it the token in the subject of this\n"
    "mail, which is all that follows \"ACME:\". It gives you a few lines of\n"
    "text, BEGIN ACME RESPONSE being in the first. Then reply to this mail:\n"
    "\n"
    "  - from {address},\n"
    "  - in plain text, with these lines and nothing before them,\n"
    "  - with the subject as it is.\n"
    "\n"
    "If it was not you: do nothing. Without your reply nobody gets a\n"
    "certificate for your address.\n"
    "\n"
    "This challenge ends on {until}.\n";

/* Making it. */

enum err_code mail_flow_start(struct store_tx *tx, const struct mail_settings *settings,
    int64_t authz_id, int64_t now_s, struct err *e)
{
    uint8_t octets[EMAIL_TOKEN_OCTETS];
    char id[RAND_TOKEN_SIZE];
    struct mail_challenge challenge = {.authz_id = authz_id, .until_s = now_s + MAIL_CHALLENGE_S};
    void *mem = store_tx_mem(tx);

    if (settings == NULL)
        return problem_set(e, PROBLEM_REJECTED_IDENTIFIER,
            "this server sends no mail, so it cannot prove control of mail addresses");
    rand_bytes(octets, sizeof octets);
    rand_token(id);
    challenge.token_part1 = b64url_encode(mem, (struct bytes){octets, sizeof octets});
    challenge.message_id = mem_printf(mem, "<%s%s>", id, strrchr(settings->from, '@'));
    if (store_mail_add(tx, &challenge, e) != ERR_OK)
        return e->code;
    return flow_start(&mail_flow, 0, tx, authz_id, now_s * 1000, e);
}

/* Writing it. */

static const char *date_text(void *mem, int64_t at_s)
{
    time_t at = (time_t)at_s;
    char text[32];
    struct tm tm;

    gmtime_r(&at, &tm);
    strftime(text, sizeof text, "%Y-%m-%d at %H:%M UTC", &tm);
    return mem_strdup(mem, text);
}

struct word {
    const char *name, *value;
};

/* The value of the word that the text begins with, and the length of its name; NULL if it is none.
 */
static const char *word_at(const char *text, const struct word *words, size_t len, size_t *name_len)
{
    for (size_t i = 0; i < len; i++) {
        *name_len = strlen(words[i].name);
        if (strncmp(text, words[i].name, *name_len) == 0)
            return words[i].value;
    }
    return NULL;
}

static const char *fill_in(void *mem, const char *text, const struct word *words, size_t len)
{
    struct buf b;

    buf_init(&b, mem, TEXT_MAX);
    while (*text != '\0') {
        size_t name_len;
        const char *value = word_at(text, words, len, &name_len);

        if (value == NULL) {
            buf_add_char(&b, *text++);
            continue;
        }
        buf_add_text(&b, value);
        text += name_len;
    }
    return buf_text(&b);
}

enum err_code mail_challenge_write(void *mem, const struct mail_settings *settings,
    const char *server_url, const char *to, const char *token_part1, const char *message_id,
    int64_t until_s, int64_t now_s, struct bytes *out, struct err *e)
{
    const struct word words[] = {
        {"{address}", to},
        {"{from}", settings->from},
        {"{server}", server_url},
        {"{until}", date_text(mem, until_s)},
    };
    struct mail_message message = {
        .from = settings->from,
        .to = to,
        .subject = mem_printf(mem, "ACME: %s", token_part1),
        .message_id = message_id,
        .auto_submitted = "auto-generated; type=acme",
        .date_s = now_s,
        .text = fill_in(mem, settings->text, words, sizeof words / sizeof words[0]),
    };

    return mail_message_write(mem, &message, out, e);
}

/* send */

struct mail_subject {
    struct authz authz;
    struct mail_challenge challenge;
};

/* What came of it, on the flow's mem. */
struct mail_outcome {
    enum err_code result;
    bool unknown_recipient;
    const char *why, *internal;
    struct mail_call *call; /* while it is under way */
};

static enum err_code load(struct flow *flow, struct store_tx *snapshot, struct err *e)
{
    struct mail_subject *subject = mem_new(flow->mem, struct mail_subject);
    int64_t now_s = flow->world->now_ms() / 1000;

    flow->subject = subject;
    if (store_authz_get(snapshot, flow->mem, flow->job.subject, &subject->authz, e) != ERR_OK ||
        store_mail_get(snapshot, flow->mem, flow->job.subject, &subject->challenge, e) != ERR_OK)
        return e->code;
    if (subject->authz.status != AUTHZ_PENDING || subject->challenge.sent_s != 0 ||
        subject->challenge.until_s <= now_s)
        return err_set(e, ERR_NOT_FOUND, "no mail is to be sent for the authorization any more");
    return ERR_OK;
}

static void note(struct flow *flow, enum err_code result, bool unknown_recipient, const char *why,
    const char *internal)
{
    struct mail_outcome *o = flow->outcome;

    o->call = NULL;
    o->result = result;
    o->unknown_recipient = unknown_recipient;
    o->why = mem_strdup(flow->mem, why);
    o->internal = mem_strdup(flow->mem, internal);
    flow_done(flow);
}

static void on_sent(void *arg, const struct mail_answer *reply)
{
    note(arg, reply->result, reply->unknown_recipient, reply->why, reply->internal);
}

static void cancel_send(struct flow *flow)
{
    struct mail_outcome *o = flow->outcome;

    mail_call_cancel(&o->call);
}

static void begin_send(struct flow *flow)
{
    const struct mail_subject *subject = flow->subject;
    const struct mail_settings *mail = flow->settings->mail;
    struct mail_outcome *o = mem_new(flow->mem, struct mail_outcome);
    struct bytes message;
    struct err e = {0};

    flow->outcome = o;
    if (mail == NULL) {
        note(flow, ERR_NOT_FOUND, false, "the server sends no mail any more", "");
        return;
    }
    if (mail_challenge_write(flow->mem, mail, flow->settings->external_url,
            subject->authz.identifier.value, subject->challenge.token_part1,
            subject->challenge.message_id, subject->challenge.until_s, flow->world->now_ms() / 1000,
            &message, &e) != ERR_OK) {
        note(flow, e.code, false, e.detail, e.internal);
        return;
    }
    mail_send(flow->world->mail, &mail->smtp, mail->from, subject->authz.identifier.value, message,
        on_sent, flow, &o->call);
    flow->cancel = cancel_send;
}

static int settle_refused(
    struct flow *flow, struct store_tx *tx, const struct authz *authz, struct err *e)
{
    const struct mail_outcome *o = flow->outcome;
    struct err why = {0};

    problem_set(&why, PROBLEM_CONNECTION,
        "no mail can be sent to \"%.200s\": %.120s; check the address", authz->identifier.value,
        o->why);
    /* The client has tried nothing yet, and must see why nothing will come of it. */
    if (authz->tried == 0 && store_authz_try(tx, authz->id, CHALLENGE_EMAIL_REPLY_00,
                                 authz->thumbprint, flow->now_ms / 1000, e) != ERR_OK)
        return FLOW_END;
    return authz_verdict_invalid(flow, tx, authz, NULL, &why, NULL, 0, "", e);
}

static int settle_send(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct mail_subject *subject = flow->subject;
    const struct mail_outcome *o = flow->outcome;
    const struct authz *authz = &subject->authz;

    if (o->result == ERR_CANCELLED) {
        flow->later_ms = 0;
        return FLOW_LATER;
    }
    if (o->result == ERR_OK) {
        log_info("mail_sent", LOG_INT("authz", authz->id), LOG_INT("account", authz->account_id),
            LOG_STR("name", authz->identifier.value));
        store_mail_sent(tx, authz->id, flow->now_ms / 1000, e);
        return FLOW_END;
    }
    log_warning("mail_not_sent", LOG_INT("authz", authz->id), LOG_INT("account", authz->account_id),
        LOG_STR("name", authz->identifier.value), LOG_STR("detail", o->why),
        LOG_STR("internal", o->internal));
    if (o->unknown_recipient)
        return settle_refused(flow, tx, authz, e);
    store_mail_trouble(
        tx, authz->id, mem_printf(flow->mem, "the challenge could not be sent yet: %s", o->why), e);
    flow->later_ms = flow_backoff_ms(flow->job.attempts + 1, AGAIN_BASE_MS, AGAIN_MAX_MS);
    return FLOW_LATER;
}

static const struct flow_step mail_steps[] = {
    {"send", begin_send, settle_send},
};

const struct flow_kind mail_flow = {
    .name = "mail",
    .steps = mail_steps,
    .steps_len = 1,
    .load = load,
};
