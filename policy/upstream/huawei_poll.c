/* huawei_poll - see huawei_poll.h. */
#include "policy/upstream/huawei_poll.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "policy/upstream/huawei_form.h"
#include "policy/upstream/vendor_chain.h"
#include "policy/upstream/vendor_json.h"
#include "policy/upstream/vendor_names.h"

#define BODY_MAX 1024

/* What is remembered on the way. */
struct pursuit {
    struct huawei_question question; /* first */
    struct huawei_certificate slot;
    bool looked_again;  /* an application was refused for the slot's state */
    struct bytes other; /* what was exported, and is for another key */
};

static struct pursuit *pursuit_of(struct upstream_call *call)
{
    return call->task;
}

/* Was it applied for, as far as we noted? */
static bool is_applied(const struct upstream_call *call)
{
    return call->action.certificate_id != NULL;
}

/* Ends. */

static void end_refused(struct upstream_call *call, const char *detail, const char *internal)
{
    vendor_verb_end(call, &(struct upstream_result){.result = ERR_UPSTREAM_REFUSED,
                              .detail = detail,
                              .internal = internal,
                              .order_id = call->action.order_id});
}

static void end_temporary(struct upstream_call *call, const char *detail, const char *internal)
{
    vendor_verb_end(call, &(struct upstream_result){.result = ERR_UPSTREAM_TEMPORARY,
                              .detail = detail,
                              .internal = internal,
                              .order_id = call->action.order_id,
                              .retry_after_s = vendor_verb_patience_s(call)});
}

static void end_strangers(struct upstream_call *call)
{
    vendor_verb_end(
        call, &(struct upstream_result){.result = ERR_UPSTREAM_IN_DOUBT,
                  .detail = mem_printf(call, "somebody else has applied for %s at Huawei Cloud",
                      call->action.order_id),
                  .internal = "",
                  .order_id = call->action.order_id});
}

static void end_pending(
    struct upstream_call *call, const char *certificate_id, const char *waits_for)
{
    const struct huawei_certificate *slot = &pursuit_of(call)->slot;
    bool is_reissue = call->action.act == ACT_REISSUE;

    vendor_verb_end(call, &(struct upstream_result){
                              .result = ERR_OK,
                              .detail = "",
                              .internal = "",
                              .order_id = call->action.order_id,
                              .certificate_id = certificate_id,
                              .request_id = is_reissue ? NULL : slot->order_id,
                              .waits_for = waits_for,
                              .retry_after_s = vendor_verb_patience_s(call),
                              .proofs = slot->proofs,
                              .proofs_len = slot->proofs_len,
                          });
}

/* Under review: what is waited for? */

static const char *describe_review(struct upstream_call *call)
{
    const struct huawei_certificate *slot = &pursuit_of(call)->slot;

    if (slot->state == HUAWEI_LEAVING)
        return "the withdrawal of its application at Huawei Cloud";
    if (strcmp(slot->status, "CHECKING_ORG") == 0)
        return "Huawei Cloud validates the organization";
    if (strcmp(slot->status, "ISSUING") == 0)
        return "Huawei Cloud issues it";
    if (slot->proofs_len > 0)
        return mem_printf(call, "domain validation of %s%s by Huawei Cloud", slot->proofs[0].domain,
            slot->proofs_len > 1 ? " and others" : "");
    return "the review at Huawei Cloud";
}

static void end_in_review(struct upstream_call *call)
{
    end_pending(call, call->action.order_id, describe_review(call));
}

/* Export. */

/* Of what is exported: the leaf and the rest, or all in one. */
static const char *chain_text(struct upstream_call *call, const struct json *at)
{
    const char *leaf = vendor_json_text(at, "certificate");
    const char *chain = vendor_json_text(at, "certificate_chain");
    const char *entire = vendor_json_text(at, "entire_certificate");

    return mem_printf(call, "%s\n%s\n%s\n", leaf == NULL ? "" : leaf, chain == NULL ? "" : chain,
        entire == NULL || (leaf != NULL && chain != NULL) ? "" : entire);
}

static void hand_out(struct upstream_call *call, struct bytes leaf, const char *chain)
{
    static const char *const no_alternates[] = {NULL};
    const struct huawei_certificate *slot = &pursuit_of(call)->slot;

    vendor_verb_end(call, &(struct upstream_result){
                              .result = ERR_OK,
                              .detail = "",
                              .internal = "",
                              .issued = true,
                              .leaf = leaf,
                              .chain = chain,
                              .alternates = no_alternates,
                              .extra_names = vendor_additions(call, &call->action.names),
                              .order_id = call->action.order_id,
                              .certificate_id = slot->fingerprint,
                          });
}

/* The console's task, if it was carried out for another key. */
static void end_other_key(struct upstream_call *call)
{
    end_pending(call, call->action.order_id,
        mem_printf(call,
            UPSTREAM_TASK "%s was reissued in Huawei Cloud's console, but for another key; reissue "
                          "it again with the CSR of this action",
            call->action.order_id));
}

/* For another key: somebody else's, unless the form says that it was applied for with ours. Then it
 * is handed out as it is: whoever gets it sees what is wrong, and asks again. */
static void on_other_form(struct upstream_call *call, const struct vendor_reply *reply)
{
    const char *csr = vendor_json_text(&reply->json, "CSR");
    uint8_t hash[32];

    if (reply->result == ERR_OK && csr != NULL && vendor_csr_key_hash(call, csr, hash) &&
        memcmp(hash, call->action.key_hash, sizeof hash) == 0)
        hand_out(call, pursuit_of(call)->other, "");
    else if (reply->result == ERR_UPSTREAM_TEMPORARY || reply->result == ERR_CANCELLED)
        vendor_verb_fail(call, reply);
    else
        end_strangers(call);
}

static void settle_other(struct upstream_call *call, struct bytes leaf)
{
    pursuit_of(call)->other = leaf;
    if (call->action.act == ACT_REISSUE)
        end_other_key(call);
    else if (huawei_has_v2(call))
        huawei_post(
            call, huawei_v2(call, call->action.order_id, "/read"), NULL, false, on_other_form);
    else
        end_strangers(call);
}

static void on_exported(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct vendor_chain chain;
    struct err e = {0};

    if (reply->result != ERR_OK) { /* SCM.0007, or its state has changed: it is looked at again */
        vendor_verb_fail(call, reply);
        return;
    }
    switch (vendor_chain_read(
        call, chain_text(call, &reply->json), call->action.key_hash, &chain, &e)) {
    case ERR_OK:
        hand_out(call, chain.leaf, chain.pem);
        break;
    case ERR_NOT_FOUND:
        settle_other(call, chain.leaf);
        break;
    default: /* cut, or without the issuer: a later answer may be whole */
        if (chain.leaf.len > 0)
            hand_out(call, chain.leaf, "");
        else
            vendor_verb_unreadable(call, false, e.detail);
    }
}

static void export_it(struct upstream_call *call, const char *id, vendor_then then)
{
    huawei_post(call, mem_printf(call, "/v3/scm/certificates/%s/export", vendor_escape(call, id)),
        NULL, false, then);
}

/* Whose is it? */

static void tell_owner(struct upstream_call *call, enum huawei_owner owner)
{
    const struct huawei_question *question = call->task;

    question->then(call, question->certificate, owner);
}

/* The leaf's key, of which there is no doubt. */
static void on_leaf(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct vendor_chain chain;
    struct err e = {0};
    enum err_code found;

    if (reply->result != ERR_OK) {
        vendor_verb_fail(call, reply);
        return;
    }
    found =
        vendor_chain_read(call, chain_text(call, &reply->json), call->action.key_hash, &chain, &e);
    if (found == ERR_INPUT)
        vendor_verb_unreadable(call, false, e.detail);
    else
        tell_owner(call, found == ERR_NOT_FOUND ? HUAWEI_STRANGERS : HUAWEI_OURS);
}

/* The form, where it can be read. */
static void on_form(struct upstream_call *call, const struct vendor_reply *reply)
{
    const char *csr = vendor_json_text(&reply->json, "CSR");
    uint8_t hash[32];

    if (reply->result != ERR_OK && reply->result != ERR_UPSTREAM_REFUSED &&
        reply->result != ERR_NOT_FOUND)
        vendor_verb_fail(call, reply);
    else if (reply->result != ERR_OK || csr == NULL || !vendor_csr_key_hash(call, csr, hash))
        tell_owner(call, HUAWEI_NOBODY_KNOWS);
    else
        tell_owner(call,
            memcmp(hash, call->action.key_hash, sizeof hash) == 0 ? HUAWEI_OURS : HUAWEI_STRANGERS);
}

void huawei_whose(struct upstream_call *call, const struct huawei_certificate *certificate,
    void (*then)(struct upstream_call *call, const struct huawei_certificate *certificate,
        enum huawei_owner owner))
{
    *(struct huawei_question *)call->task = (struct huawei_question){certificate, then};
    if (certificate->state == HUAWEI_ISSUED)
        export_it(call, certificate->id, on_leaf);
    else if (!huawei_has_names(certificate, &call->action.names))
        tell_owner(call, HUAWEI_STRANGERS);
    else if (huawei_has_v2(call))
        huawei_post(call, huawei_v2(call, certificate->id, "/read"), NULL, false, on_form);
    else
        tell_owner(call, HUAWEI_NOBODY_KNOWS);
}

/* Applying. */

static void look(struct upstream_call *call);

/* It may have been applied for before this: then the state says so. */
static void on_applied(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct pursuit *p = pursuit_of(call);
    const char *info = vendor_json_text(&reply->json, "request_info");

    if (reply->result == ERR_OK && info != NULL && strcmp(info, "success") == 0)
        end_pending(call, call->action.order_id, "the review at Huawei Cloud");
    else if (reply->result == ERR_OK)
        end_temporary(call, "Huawei Cloud did not take the application",
            mem_printf(
                call, "request_info: %s", info == NULL ? "none" : vendor_excerpt(call, info)));
    else if (reply->result == ERR_UPSTREAM_REFUSED && huawei_is_account_trouble(reply))
        end_temporary(call, reply->detail, reply->internal);
    else if (strcmp(reply->code, HUAWEI_WRONG_STATE) == 0 && !p->looked_again) {
        p->looked_again = true;
        look(call);
    } else if (strcmp(reply->code, HUAWEI_WRONG_STATE) == 0)
        end_temporary(call, reply->detail, reply->internal);
    else {
        call->looks = false;
        vendor_verb_fail(call, reply);
    }
}

static void apply(struct upstream_call *call)
{
    struct pursuit *p = pursuit_of(call);
    const char *body = huawei_application(call, huawei_options_of(call), &p->slot, &call->action);

    if (body == NULL)
        end_refused(call, "the names are too long for an order at Huawei Cloud", "");
    else
        huawei_post(call,
            mem_printf(
                call, "/v3/scm/certificates/%s/apply", vendor_escape(call, call->action.order_id)),
            body, false, on_applied);
}

/* The name is for people, and for finding: without it the application is made all the same. */
static void on_named(struct upstream_call *call, const struct vendor_reply *reply)
{
    if (reply->result != ERR_OK && reply->result != ERR_UPSTREAM_REFUSED &&
        reply->result != ERR_NOT_FOUND)
        vendor_verb_fail(call, reply);
    else
        apply(call);
}

static void name_it(struct upstream_call *call)
{
    struct buf body;
    struct json_out w;

    buf_init(&body, call, BODY_MAX);
    json_begin(&w, &body);
    json_open(&w, NULL, '{');
    json_add_string(&w, "modify_key", "CERT_NAME");
    json_add_string(&w, "modify_value", call->action.reference);
    json_close(&w, '}');
    huawei_put(call, huawei_v2(call, call->action.order_id, ""), buf_text(&body), on_named);
}

/* Empty: it is to be applied for; if it was, somebody has withdrawn that. What was said just now
 * may not show yet. */
static void go_on_from_paid(struct upstream_call *call)
{
    const struct huawei_certificate *slot = &pursuit_of(call)->slot;
    const char *reference = call->action.reference;
    bool is_named = slot->name != NULL && reference != NULL && strcmp(slot->name, reference) == 0;

    if (is_applied(call) && clock_now_s() - call->action.since_s < call->vendor->upstream.doubt_s)
        end_pending(call, call->action.order_id, "the review at Huawei Cloud");
    else if (is_applied(call))
        end_refused(call,
            mem_printf(call,
                "its application was withdrawn at Huawei Cloud; slot %s is paid and empty, and a "
                "new "
                "order can use it",
                slot->id),
            "");
    else if (huawei_has_v2(call) && reference != NULL && !is_named)
        name_it(call);
    else
        apply(call);
}

/* By what it shows. */

static void end_over(struct upstream_call *call)
{
    const struct huawei_certificate *slot = &pursuit_of(call)->slot;

    switch (slot->state) {
    case HUAWEI_UNPASSED:
        end_refused(call,
            mem_printf(call,
                "Huawei Cloud's review did not pass it (%s); the reason is in the vendor's console "
                "and mail",
                slot->id),
            "");
        break;
    case HUAWEI_UPLOADED:
        end_refused(
            call, mem_printf(call, "%s was uploaded to Huawei Cloud, not bought", slot->id), "");
        break;
    default:
        end_refused(call,
            mem_printf(call, "certificate %s is %s at Huawei Cloud", slot->id,
                slot->state == HUAWEI_EXPIRED ? "expired" : "revoked"),
            slot->revoke_reason == NULL ? "" : vendor_excerpt(call, slot->revoke_reason));
    }
}

/* By the state of what is ours, as far as is known. */
static void go_on(struct upstream_call *call)
{
    switch (pursuit_of(call)->slot.state) {
    case HUAWEI_PAID:
        go_on_from_paid(call);
        break;
    case HUAWEI_REVIEW:
    case HUAWEI_LEAVING:
        end_in_review(call);
        break;
    case HUAWEI_ISSUED:
        export_it(call, call->action.order_id, on_exported);
        break;
    case HUAWEI_REVOKING:
    case HUAWEI_UNPASSED:
    case HUAWEI_REVOKED:
    case HUAWEI_EXPIRED:
    case HUAWEI_UPLOADED:
        end_over(call);
    }
}

static void on_owner(struct upstream_call *call, const struct huawei_certificate *certificate,
    enum huawei_owner owner)
{
    (void)certificate;
    if (owner == HUAWEI_STRANGERS)
        end_strangers(call);
    else
        go_on(call);
}

/* A reissue: the old certificate stands there until an operator has made it be replaced. */
static void go_on_reissuing(struct upstream_call *call)
{
    const struct huawei_certificate *slot = &pursuit_of(call)->slot;
    const char *old = call->action.request_id;
    bool is_old = slot->fingerprint == NULL || old == NULL || strcmp(slot->fingerprint, old) == 0;

    if (slot->state == HUAWEI_ISSUED && slot->fingerprint != NULL && is_old)
        end_pending(call, NULL, huawei_task(call, slot, &call->action));
    else if (slot->state == HUAWEI_REVOKED || slot->state == HUAWEI_EXPIRED)
        huawei_find_reissued(call);
    else if (slot->state == HUAWEI_PAID)
        end_refused(
            call, mem_printf(call, "%s is not issued at Huawei Cloud any more", slot->id), "");
    else
        go_on(call);
}

static void on_shown(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct pursuit *p = pursuit_of(call);
    struct err e = {0};

    if (reply->result == ERR_NOT_FOUND && call->action.act == ACT_REISSUE)
        huawei_find_reissued(call);
    else if (reply->result == ERR_NOT_FOUND)
        end_pending(call, NULL,
            mem_printf(call, "Huawei Cloud to show certificate %s", call->action.order_id));
    else if (reply->result != ERR_OK)
        vendor_verb_fail(call, reply);
    else if (huawei_certificate_read(call, &reply->json, &p->slot, &e) != ERR_OK)
        vendor_verb_unreadable(call, false, e.detail);
    else if (call->action.act == ACT_REISSUE)
        go_on_reissuing(call);
    else if (is_applied(call) || p->slot.state == HUAWEI_PAID || p->slot.state == HUAWEI_ISSUED)
        go_on(call);
    else
        huawei_whose(call, &p->slot, on_owner);
}

static void look(struct upstream_call *call)
{
    huawei_show(call, call->action.order_id, on_shown);
}

void huawei_follow(struct upstream_call *call)
{
    call->task = mem_new(call, struct pursuit);
    call->looks = true;
    look(call);
}

struct upstream_call *huawei_poll(struct upstream *upstream, const struct upstream_request *request,
    upstream_on_result on_result, void *arg)
{
    struct upstream_call *call =
        vendor_verb_begin(&huawei_of(upstream)->vendor, request, on_result, arg);

    if (call->action.order_id == NULL)
        call->action.order_id = call->action.target;
    if (call->action.order_id == NULL)
        vendor_verb_refuse(call, NULL, "it is not known which certificate at Huawei Cloud this is");
    else
        huawei_follow(call);
    return call;
}
