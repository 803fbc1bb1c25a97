/* huawei_revoke - revokes what is under one id: POST /v2/{project_id}/scm/cert/{id}/revoke, since
 * the API of today has no such call.
 *
 * It cannot be taken back, and for OV and EV the CA asks the applicant by mail first. So it looks
 * before: whether it is the certificate that is meant, or a reissue of it (which had cancelled that
 * one), and whether it is being revoked already. A lost answer is therefore no doubt: the next one
 * looks again.
 */
#include <string.h>

#include "base/mem.h"
#include "policy/upstream/huawei_call.h"

#define BODY_MAX   1024
#define REASON_MAX 63 /* of the call */

struct revocation {
    const char *order_id, *fingerprint; /* or NULL */
    const char *reason, *why;
    bool was_asked; /* before this call */
    bool is_asked;  /* in this one */
};

/* RFC 5280, 5.3.1, in words for the CA. */
static const char *reason_text(int reason)
{
    static const char *const words[] = {[1] = "key compromise",
        [3] = "affiliation changed",
        [4] = "superseded",
        [5] = "cessation of operation",
        [9] = "privilege withdrawn"};

    if (reason < 0 || reason >= (int)(sizeof words / sizeof words[0]) || words[reason] == NULL)
        return "unspecified";
    return words[reason];
}

static void end(struct upstream_call *call, const char *request_id, const char *waits_for)
{
    vendor_verb_end(call, &(struct upstream_result){.result = ERR_OK,
                              .detail = "",
                              .internal = "",
                              .request_id = request_id,
                              .waits_for = waits_for});
}

static void end_refused(struct upstream_call *call, const char *detail)
{
    vendor_verb_end(call, &(struct upstream_result){
                              .result = ERR_UPSTREAM_REFUSED, .detail = detail, .internal = ""});
}

static void end_waiting(struct upstream_call *call)
{
    const struct revocation *r = call->task;

    end(call, r->order_id,
        mem_printf(call,
            "the CA to revoke %s (for OV and EV it asks the applicant by mail to confirm)",
            r->order_id));
}

/* Asking. */

static void look(struct upstream_call *call);

static void on_revoked(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct revocation *r = call->task;

    if (reply->result == ERR_OK) {
        r->is_asked = true;
        look(call);
    } else if (strcmp(reply->code, HUAWEI_WRONG_STATE) == 0)
        end_refused(call, "Huawei Cloud does not revoke it now: not within the last month before "
                          "its end, and not while something else is under way; the CA itself does, "
                          "if the operator asks");
    else
        vendor_verb_fail(call, reply);
}

static const char *body_of(struct upstream_call *call)
{
    const struct revocation *r = call->task;
    const char *reason = r->reason;
    struct buf body;
    struct json_out w;

    if (r->why != NULL)
        reason = mem_printf(call, "%s, %s", reason, vendor_excerpt(call, r->why));
    buf_init(&body, call, BODY_MAX);
    json_begin(&w, &body);
    json_open(&w, NULL, '{');
    json_add_string(&w, "reason", mem_strndup(call, reason, strnlen(reason, REASON_MAX)));
    json_close(&w, '}');
    return buf_text(&body);
}

static void ask(struct upstream_call *call)
{
    const struct revocation *r = call->task;

    if (r->was_asked)
        end_refused(call, "the CA did not revoke it: its mail was not confirmed, or it declined");
    else if (!huawei_has_v2(call))
        end_refused(call, "revoking at Huawei Cloud needs project_id in the configuration of the "
                          "upstream; the operator can revoke it in the vendor's console meanwhile");
    else
        huawei_post(
            call, huawei_v2(call, r->order_id, "/revoke"), body_of(call), false, on_revoked);
}

/* Looking. */

static void on_shown(struct upstream_call *call, const struct vendor_reply *reply)
{
    const struct revocation *r = call->task;
    struct huawei_certificate shown;
    struct err e = {0};
    bool is_other;

    if (reply->result != ERR_OK && r->is_asked) {
        end_waiting(call);
        return;
    }
    if (reply->result == ERR_NOT_FOUND) {
        end_refused(
            call, mem_printf(call,
                      "Huawei Cloud has no certificate %s any more, so it cannot be revoked "
                      "there; the CA itself does, if the operator asks",
                      r->order_id));
        return;
    }
    if (reply->result != ERR_OK) {
        vendor_verb_fail(call, reply);
        return;
    }
    if (huawei_certificate_read(call, &reply->json, &shown, &e) != ERR_OK) {
        vendor_verb_unreadable(call, false, e.detail);
        return;
    }
    is_other = r->fingerprint != NULL && shown.fingerprint != NULL &&
               strcmp(shown.fingerprint, r->fingerprint) != 0;
    if (shown.state == HUAWEI_REVOKED || is_other)
        end(call, NULL, NULL);
    else if (shown.state == HUAWEI_REVOKING || r->is_asked)
        end_waiting(call);
    else if (shown.state == HUAWEI_ISSUED)
        ask(call);
    else
        end_refused(call, mem_printf(call, "%s cannot be revoked at Huawei Cloud as it is (%s)",
                              r->order_id, vendor_excerpt(call, shown.status)));
}

static void look(struct upstream_call *call)
{
    const struct revocation *r = call->task;

    huawei_show(call, r->order_id, on_shown);
}

struct upstream_call *huawei_revoke(struct upstream *upstream,
    const struct upstream_revocation *revocation, upstream_on_result on_result, void *arg)
{
    struct upstream_call *call =
        vendor_verb_begin(&huawei_of(upstream)->vendor, NULL, on_result, arg);
    struct revocation *r = mem_new(call, struct revocation);

    call->task = r;
    *r = (struct revocation){
        .order_id = mem_strdup(call, revocation->vendor_order),
        .fingerprint = mem_strdup(call, revocation->vendor_certificate),
        .reason = reason_text(revocation->reason),
        .why = mem_strdup(call, revocation->why),
        .was_asked = revocation->request_id != NULL,
    };
    if (r->order_id == NULL)
        vendor_verb_refuse(call, NULL, "it is not known which certificate at Huawei Cloud this is");
    else
        look(call);
    return call;
}
