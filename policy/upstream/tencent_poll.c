/* tencent_poll - see tencent_poll.h. */
#include "policy/upstream/tencent_poll.h"

#include <string.h>

#include "base/mem.h"
#include "policy/upstream/tencent_form.h"
#include "policy/upstream/vendor_chain.h"
#include "policy/upstream/vendor_json.h"
#include "policy/upstream/vendor_names.h"

#define FREED_ALIAS "unused"

/* What is remembered on the way. */
struct pursuit {
    struct tencent_record record;
    const char *root; /* PEM, or NULL */
    bool was_claimed; /* by us, in this call */
    struct vendor_reply refusal;
};

static bool is_order(const struct vendor_subject *action)
{
    return action->act == ACT_NEW || action->act == ACT_RENEW;
}

static bool has_our_key(const struct vendor_subject *action, const struct tencent_record *record)
{
    return memcmp(record->key_hash, action->key_hash, sizeof action->key_hash) == 0;
}

/* A key may serve several orders: then the name tells them apart. */
enum tencent_owner tencent_owner_of(
    const struct vendor_subject *action, const struct tencent_record *record)
{
    if (record->has_key && !has_our_key(action, record))
        return OWNER_OTHERS;
    if (record->has_key && record->domain[0] != '\0' &&
        !vendor_names_have(&action->names, record->domain))
        return OWNER_OTHERS;
    if (action->reference != NULL && strcmp(record->alias, action->reference) == 0)
        return OWNER_US;
    if (record->has_key)
        return OWNER_US;
    return tencent_record_is_claimed(record) ? OWNER_OTHERS : OWNER_NOBODY;
}

/* Ends. */

static void end_refused(
    struct upstream_call *call, const char *problem, const char *detail, const char *internal)
{
    vendor_verb_end(call, &(struct upstream_result){.result = ERR_UPSTREAM_REFUSED,
                              .problem = problem,
                              .detail = detail,
                              .internal = internal,
                              .order_id = call->action.order_id});
}

static void end_lost(struct upstream_call *call)
{
    const struct pursuit *p = call->task;

    vendor_verb_end(call,
        &(struct upstream_result){.result = ERR_UPSTREAM_IN_DOUBT,
            .detail = "the certificate at Tencent Cloud that was held for this order is another's",
            .internal = mem_printf(call, "certificate %s", p->record.id)});
}

static void end_pending(struct upstream_call *call, const char *waits_for)
{
    const struct pursuit *p = call->task;

    vendor_verb_end(call, &(struct upstream_result){
                              .result = ERR_OK,
                              .detail = "",
                              .internal = "",
                              .order_id = call->action.order_id,
                              .certificate_id = p->record.id,
                              .request_id = p->record.ca_order,
                              .waits_for = waits_for,
                              .retry_after_s = vendor_verb_patience_s(call),
                              .proofs = p->record.is_automatic ? NULL : p->record.proofs,
                              .proofs_len = p->record.is_automatic ? 0 : p->record.proofs_len,
                          });
}

/* Filling in. */

static void look(struct upstream_call *call);

/* It was paid for: the next order of the product may have it. */
static void on_freed(struct upstream_call *call, const struct vendor_reply *reply)
{
    const struct pursuit *p = call->task;

    (void)reply;
    end_refused(call, p->refusal.problem, p->refusal.detail, p->refusal.internal);
}

static void free_slot(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct pursuit *p = call->task;

    p->refusal = *reply;
    p->refusal.detail = mem_strdup(call, reply->detail);
    p->refusal.internal = mem_strdup(call, reply->internal);
    tencent_ask(call, "ModifyCertificateAlias", tencent_alias_body(call, p->record.id, FREED_ALIAS),
        false, on_freed);
}

static void on_submitted(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct pursuit *p = call->task;

    if (reply->result != ERR_OK) {
        vendor_verb_fail(call, reply);
        return;
    }
    p->record.ca_order = vendor_json_text(&reply->json, "OrderId");
    end_pending(call, "Tencent Cloud looks at the order");
}

static void submit(struct upstream_call *call)
{
    const struct pursuit *p = call->task;

    tencent_ask(call, "CertificateOrderSubmit",
        tencent_go_body(call, tencent_options_of(call), p->record.id), false, on_submitted);
}

/* Is it the order that is refused, and not our account? */
static bool is_about_order(const struct vendor_reply *reply)
{
    return strncmp(reply->code, "FailedOperation.", strlen("FailedOperation.")) == 0 ||
           strncmp(reply->code, "InvalidParameter", strlen("InvalidParameter")) == 0;
}

static void on_informed(struct upstream_call *call, const struct vendor_reply *reply)
{
    if (tencent_code_is(reply, "FailedOperation.CertificateInfoSubmitStatusInvalid"))
        look(call); /* it has left the state meanwhile */
    else if (reply->result == ERR_UPSTREAM_REFUSED && is_about_order(reply))
        free_slot(call, reply);
    else if (reply->result != ERR_OK)
        vendor_verb_fail(call, reply);
    else
        submit(call);
}

static void inform(struct upstream_call *call)
{
    const struct pursuit *p = call->task;
    const struct tencent_product *product = tencent_product(p->record.product);
    const char *body = NULL, *name = NULL;

    if (product == NULL)
        product = tencent_product(call->action.product);
    if (product != NULL)
        name = tencent_common_name(call, &call->action, product);
    if (name != NULL)
        body = tencent_application_body(
            call, tencent_options_of(call), &call->action, product, p->record.id, name);
    if (body == NULL)
        end_refused(call, NULL, "the order cannot be filled in at Tencent Cloud",
            mem_printf(call, "certificate %s, product %s", p->record.id,
                p->record.product == NULL ? "unknown" : p->record.product));
    else
        tencent_ask(call, "CertificateInfoSubmit", body, false, on_informed);
}

/* Claims. */

static void on_claimed(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct pursuit *p = call->task;

    if (reply->result != ERR_OK) {
        vendor_verb_fail(call, reply);
        return;
    }
    p->was_claimed = true;
    look(call);
}

static void claim(struct upstream_call *call)
{
    const struct pursuit *p = call->task;

    tencent_ask(call, "ModifyCertificateAlias",
        tencent_alias_body(call, p->record.id, call->action.reference), false, on_claimed);
}

static bool lacks_alias(const struct upstream_call *call)
{
    const struct pursuit *p = call->task;

    return call->action.reference != NULL && !p->was_claimed &&
           strcmp(p->record.alias, call->action.reference) != 0;
}

/* A slot that the policy chose and somebody else has filled: nothing was paid for this order. */
static bool was_prepaid(const struct upstream_call *call)
{
    const struct vendor_subject *action = &call->action;

    return action->act == ACT_NEW && action->target != NULL;
}

static void fill_in(struct upstream_call *call)
{
    const struct pursuit *p = call->task;

    if (lacks_alias(call))
        claim(call);
    else if (p->record.has_csr)
        submit(call);
    else
        inform(call);
}

/* Waiting. */

static const char *describe_review(struct upstream_call *call)
{
    const struct pursuit *p = call->task;
    const char *more = p->record.proofs_len > 1 ? " and others" : "";

    if (p->record.is_automatic)
        return "Tencent Cloud validates the domain by itself";
    if (p->record.proofs_len > 0)
        return mem_printf(call, "domain validation of %s%s", p->record.proofs[0].domain, more);
    if (strstr(p->record.message, "REVIEWING") != NULL)
        return "the CA looks at the order: it may write to or call the contact";
    return "Tencent Cloud issues it";
}

static void end_failed(struct upstream_call *call)
{
    const struct pursuit *p = call->task;

    if (p->record.message[0] == '\0')
        end_refused(call, NULL,
            mem_printf(call, "the order failed at Tencent Cloud (certificate %s)", p->record.id),
            "");
    else
        end_refused(call, NULL,
            mem_printf(call, "the order failed at Tencent Cloud (certificate %s): \"%s\"",
                p->record.id, vendor_excerpt(call, p->record.message)),
            "");
}

static void end_over(struct upstream_call *call, const char *what)
{
    const struct pursuit *p = call->task;

    end_refused(
        call, NULL, mem_printf(call, "certificate %s at Tencent Cloud %s", p->record.id, what), "");
}

/* Issued. */

static void hand_out(struct upstream_call *call)
{
    static const char *const no_alternates[] = {NULL};
    const struct pursuit *p = call->task;
    const char *pems = mem_printf(
        call, "%s\n%s", p->record.pem == NULL ? "" : p->record.pem, p->root == NULL ? "" : p->root);
    struct vendor_chain chain;
    struct err e = {0};

    if (vendor_chain_read(call, pems, call->action.key_hash, &chain, &e) == ERR_OK)
        vendor_verb_end(call, &(struct upstream_result){
                                  .result = ERR_OK,
                                  .detail = "",
                                  .internal = "",
                                  .issued = true,
                                  .leaf = chain.leaf,
                                  .chain = chain.pem,
                                  .alternates = no_alternates,
                                  .extra_names = vendor_additions(call, &call->action.names),
                                  .order_id = call->action.order_id,
                                  .certificate_id = p->record.id,
                                  .request_id = p->record.ca_order,
                              });
    else
        vendor_verb_unreadable(call, false, mem_strdup(call, e.detail));
}

static void judge(struct upstream_call *call)
{
    const struct pursuit *p = call->task;

    switch (p->record.status) {
    case TENCENT_WAIT_INFO:
        fill_in(call);
        break;
    case TENCENT_ISSUED:
        hand_out(call);
        break;
    case TENCENT_WAIT_LETTER:
        end_pending(call, mem_printf(call,
                              "a confirmation letter, to be uploaded in Tencent Cloud's console "
                              "(certificate %s)",
                              p->record.id));
        break;
    case TENCENT_FAILED:
        end_failed(call);
        break;
    case TENCENT_EXPIRED:
        end_over(call, "has expired");
        break;
    case TENCENT_CANCELLING:
    case TENCENT_CANCELLED:
        end_over(call, "was cancelled");
        break;
    case TENCENT_REVOKING:
    case TENCENT_REVOKED:
    case TENCENT_WAIT_REVOKE_LETTER:
        end_over(call, "was revoked");
        break;
    case TENCENT_REFUNDED:
        end_over(call, "was refunded");
        break;
    default:
        end_pending(call, describe_review(call));
    }
}

static void on_record(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct json root = vendor_json_member(&reply->json, "RootCert");
    struct pursuit *p = call->task;
    struct err e = {0};

    if (reply->result != ERR_OK) {
        vendor_verb_fail(call, reply);
        return;
    }
    if (tencent_record_read(call, &reply->json, &p->record, &e) != ERR_OK) {
        vendor_verb_unreadable(call, false, mem_strdup(call, e.detail));
        return;
    }
    p->root = vendor_json_text(&root, "Standard");
    if (tencent_owner_of(&call->action, &p->record) != OWNER_OTHERS ||
        (!is_order(&call->action) && !p->record.has_key))
        judge(call);
    else if (was_prepaid(call))
        end_refused(call, NULL,
            "the prepaid certificate that was to be used was filled in by somebody else; order "
            "again",
            mem_printf(call, "certificate %s", p->record.id));
    else
        end_lost(call);
}

static void look(struct upstream_call *call)
{
    tencent_show(call, call->action.certificate_id, on_record);
}

void tencent_follow(struct upstream_call *call)
{
    call->task = mem_new(call, struct pursuit);
    call->looks = true;
    look(call);
}

struct upstream_call *tencent_poll(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg)
{
    struct upstream_call *call =
        vendor_verb_begin(&tencent_of(upstream)->vendor, request, on_result, arg);
    struct vendor_subject *action = &call->action;

    if (action->certificate_id == NULL && is_order(action))
        action->certificate_id = action->order_id;
    if (action->certificate_id == NULL)
        vendor_verb_refuse(
            call, NULL, "it is not known which certificate at Tencent Cloud this is");
    else
        tencent_follow(call);
    return call;
}
