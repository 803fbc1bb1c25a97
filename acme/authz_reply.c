/* authz_reply - see authz_reply.h. */
#include "acme/authz_reply.h"

#include <string.h>

#include "acme/authz_reuse.h"
#include "acme/authz_verdict.h"
#include "base/b64url.h"
#include "base/key.h"
#include "base/mem.h"
#include "store/checks.h"
#include "store/mail.h"

/* A proof by mail counts no longer (S/MIME Baseline Requirements, 4.2.1). */
#define PROOF_MAX_S (INT64_C(30) * 86400)

static bool is_digest_of(const char *digest, const char *key_authorization)
{
    uint8_t octets[32];
    char expected[B64URL_LEN(sizeof octets) + 1];

    sha256(bytes_of(key_authorization), octets);
    b64url_write(octets, sizeof octets, expected);
    return bytes_equal_secret(bytes_of(digest), bytes_of(expected));
}

/* What was seen, for operators. */
static enum err_code record(struct flow *flow, struct store_tx *tx, const struct authz *authz,
    const struct mail_challenge *mail, bool right, struct err *e)
{
    struct observation seen = {
        .authz_id = authz->id,
        .checked = "email-reply-00",
        .perspective = "",
        .region = "",
        .at_s = flow->now_ms / 1000,
        .outcome = right ? OBSERVATION_AGREES : OBSERVATION_DISAGREES,
        .problem = right ? "" : problem_type(PROBLEM_UNAUTHORIZED),
        .detail = mem_printf(
            flow->mem, "a reply%s; %s", right ? "" : " with a wrong digest", mail->proof),
        .address = "",
    };

    return store_observation_add(tx, &seen, e);
}

static int settle_valid(struct flow *flow, struct store_tx *tx, const struct authz *authz,
    const struct mail_challenge *mail, struct err *e)
{
    int64_t valid_s = authz_valid_s(flow->settings);

    if (valid_s > PROOF_MAX_S)
        valid_s = PROOF_MAX_S;
    return authz_verdict_valid(flow, tx, authz, flow->now_ms / 1000 + valid_s, NULL,
        mem_printf(flow->mem, "email-reply-00: %s", mail->proof), e);
}

static int settle_replied(struct flow *flow, struct store_tx *tx, const struct authz *authz,
    const struct mail_challenge *mail, const char *key_authorization, struct err *e)
{
    bool right = is_digest_of(mail->digest, key_authorization);
    struct err why = {0};

    if (record(flow, tx, authz, mail, right, e) != ERR_OK)
        return FLOW_END;
    if (right)
        return settle_valid(flow, tx, authz, mail, e);
    /* There is one chance only to guess the part of the token that did not go by mail (RFC
     * 8823, 6). */
    problem_set(&why, PROBLEM_INCORRECT_RESPONSE,
        "the digest in the reply is not that of this challenge: it is made of the token in the "
        "mail's subject, the token of the challenge and the account's key; order again");
    return authz_verdict_invalid(flow, tx, authz, NULL, &why, NULL, 0, mail->proof, e);
}

static int settle_too_late(struct flow *flow, struct store_tx *tx, const struct authz *authz,
    const struct mail_challenge *mail, struct err *e)
{
    struct err why = {0};

    problem_set(&why, PROBLEM_UNAUTHORIZED, "no reply to the challenge came in time%s%.250s",
        mail->trouble == NULL ? "" : "; ", mail->trouble == NULL ? "" : mail->trouble);
    return authz_verdict_invalid(flow, tx, authz, NULL, &why, NULL, 0, "", e);
}

int authz_reply_settle(struct flow *flow, struct store_tx *tx, const struct authz *authz,
    const char *key_authorization, struct err *e)
{
    int64_t now_s = flow->now_ms / 1000;
    struct mail_challenge mail;
    struct err why = {0};

    if (store_mail_get(tx, flow->mem, authz->id, &mail, e) != ERR_OK)
        return FLOW_END;
    if (mail.replied_s != 0)
        return settle_replied(flow, tx, authz, &mail, key_authorization, e);
    if (now_s >= mail.until_s)
        return settle_too_late(flow, tx, authz, &mail, e);
    if (mail.trouble != NULL) {
        problem_set(&why, PROBLEM_UNAUTHORIZED, "%s", mail.trouble);
        if (authz_verdict_trouble(flow, tx, authz, &why, NULL, 0, e) != ERR_OK)
            return authz_verdict_end(e);
    }
    flow->later_ms = (mail.until_s - now_s) * 1000;
    return FLOW_LATER;
}
