/* mail_in - see mail_in.h. */
#include "acme/mail_in.h"

#include <string.h>

#include "acme/authz_flow.h"
#include "acme/reply_flow.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/authz.h"
#include "store/job.h"
#include "store/mail.h"

/* A person tries a few times; verifying is the most that a mail costs. */
#define REPLIES_MAX 20

void mail_in_read(
    void *mem, const struct mail_settings *settings, struct bytes message, struct mail_in *out)
{
    *out = (struct mail_in){.fault = {0}};
    if (message.len > MAIL_IN_MAX) {
        err_set(&out->fault, ERR_TOO_LARGE, "the mail has more than %d octets", MAIL_IN_MAX);
        return;
    }
    out->message = mail_text_normalise(mem, message);
    email_reply_read(mem, out->message, settings->from, &out->reply, &out->fault);
}

/* Is there a challenge that waits for such a reply? */
static enum err_code find(struct store_tx *tx, const struct mail_in *in, int64_t now_ms,
    struct mail_challenge *challenge, struct authz *authz, struct err *e)
{
    void *mem = store_tx_mem(tx);

    if (in->reply.token_part1 == NULL)
        return err_set(e, ERR_NOT_FOUND, "%s", in->fault.detail);
    if (store_mail_find(tx, mem, in->reply.token_part1, challenge, e) != ERR_OK)
        return e->code == ERR_NOT_FOUND
                   ? err_set(e, ERR_NOT_FOUND, "no challenge has the token in the mail's subject")
                   : e->code;
    if (store_authz_get(tx, mem, challenge->authz_id, authz, e) != ERR_OK)
        return e->code;
    if (authz->status != AUTHZ_PENDING || challenge->until_s <= now_ms / 1000)
        return err_set(e, ERR_NOT_FOUND, "the challenge that the mail answers is over");
    if (challenge->replied_s != 0)
        return err_set(e, ERR_NOT_FOUND, "the challenge that the mail answers has its reply");
    return ERR_OK;
}

/* MUAs set it, and RFC 8823 says that they should; what names another mail answers another. */
static bool names_other_mail(const struct mail_text *mail, const char *message_id)
{
    const char *in_reply_to = mail_text_header(mail, "In-Reply-To");
    const char *references = mail_text_header(mail, "References");

    if (in_reply_to == NULL && references == NULL)
        return false;
    return (in_reply_to == NULL || strstr(in_reply_to, message_id) == NULL) &&
           (references == NULL || strstr(references, message_id) == NULL);
}

static enum err_code check(const struct mail_in *in, const struct mail_challenge *challenge,
    const struct authz *authz, struct err *e)
{
    if (in->fault.code != ERR_OK) {
        *e = in->fault;
        return e->code;
    }
    if (!email_address_equal(in->reply.from, authz->identifier.value))
        return err_set(
            e, ERR_DENIED, "the reply is from another address, \"%.100s\"", in->reply.from);
    if (names_other_mail(&in->reply.mail, challenge->message_id))
        return err_set(e, ERR_DENIED,
            "the reply is to another mail: In-Reply-To must hold the challenge's Message-ID");
    return ERR_OK;
}

/* The person who wrote it looks at the challenge, if anywhere. */
static void note_trouble(
    struct store_tx *tx, int64_t authz_id, int64_t now_ms, const struct err *why, struct err *e)
{
    if (why->code == ERR_DENIED &&
        store_mail_trouble(tx, authz_id,
            mem_printf(store_tx_mem(tx), "a reply does not count: %s", why->detail), e) == ERR_OK)
        store_job_wake(tx, authz_flow.name, authz_id, now_ms, e);
}

bool mail_in_take(
    struct store_tx *tx, const struct mail_in *in, int64_t now_ms, struct err *why, struct err *e)
{
    struct mail_challenge challenge = {.authz_id = 0};
    struct mail_reply reply;
    struct authz authz;

    if (find(tx, in, now_ms, &challenge, &authz, why) == ERR_OK &&
        check(in, &challenge, &authz, why) == ERR_OK) {
        reply = (struct mail_reply){
            .authz_id = authz.id, .received_s = now_ms / 1000, .message = in->message};
        if (store_mail_reply_add(tx, &reply, REPLIES_MAX, why) == ERR_OK &&
            store_job_plan(tx, reply_flow.name, reply.id, 0, now_ms, why) == ERR_OK) {
            log_info("mail_taken", LOG_INT("authz", authz.id), LOG_INT("reply", reply.id));
            return true;
        }
    }
    if (why->code == ERR_STORE) {
        *e = *why;
        return false;
    }
    log_info("mail_ignored", LOG_INT("authz", challenge.authz_id), LOG_STR("detail", why->detail));
    note_trouble(tx, challenge.authz_id, now_ms, why, e);
    return false;
}
