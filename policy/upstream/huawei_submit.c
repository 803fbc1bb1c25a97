/* huawei_submit - what costs something: POST /v3/scm/certificates/buy, of one certificate that is
 * paid at once. Into a slot that is paid already, and for a reissue, it only looks: an application
 * comes after the slot's id is stored (huawei_poll), and a reissue is made by people. */
#include <string.h>

#include "base/mem.h"
#include "policy/upstream/huawei_form.h"
#include "policy/upstream/vendor_json.h"

/* The next step is ours. */
#define AT_ONCE_S 1

static void end_pending(struct upstream_call *call, const char *id, const char *request_id)
{
    vendor_verb_end(call, &(struct upstream_result){
                              .result = ERR_OK,
                              .detail = "",
                              .internal = "",
                              .order_id = id,
                              .request_id = request_id,
                              .waits_for = "it to be applied for at Huawei Cloud",
                              .retry_after_s = AT_ONCE_S,
                          });
}

static void end_refused(struct upstream_call *call, const char *detail)
{
    vendor_verb_end(call, &(struct upstream_result){
                              .result = ERR_UPSTREAM_REFUSED, .detail = detail, .internal = ""});
}

/* A purchase. */

static void on_bought(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct json list = vendor_json_member(&reply->json, "cert"), first = {0};
    const char *id = NULL;

    if (reply->result != ERR_OK) {
        vendor_verb_fail(call, reply);
        return;
    }
    if (json_len(&list) > 0) {
        json_element(&list, 0, &first);
        id = vendor_json_id(call, &first, "cert_id");
    }
    if (id == NULL)
        vendor_verb_unreadable(call, true, "the answer to a purchase names no certificate");
    else
        end_pending(call, id, vendor_json_id(call, &reply->json, "order_id"));
}

/* A slot that is paid. */

static void on_slot(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct huawei_certificate slot;
    struct err e = {0};

    if (reply->result != ERR_OK)
        vendor_verb_fail(call, reply);
    else if (huawei_certificate_read(call, &reply->json, &slot, &e) != ERR_OK)
        vendor_verb_unreadable(call, false, e.detail);
    else if (slot.state != HUAWEI_PAID)
        end_refused(
            call, mem_printf(call,
                      "slot %s at Huawei Cloud is not empty any more; make a new order", slot.id));
    else if (!huawei_has_room(&slot, &call->action.names))
        end_refused(call, mem_printf(call,
                              "slot %s at Huawei Cloud has no room for these names; the operator "
                              "must look",
                              slot.id));
    else
        end_pending(call, slot.id, slot.order_id);
}

/* A reissue. */

static void on_reissued(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct huawei_certificate target;
    struct err e = {0};

    if (reply->result != ERR_OK)
        vendor_verb_fail(call, reply);
    else if (huawei_certificate_read(call, &reply->json, &target, &e) != ERR_OK)
        vendor_verb_unreadable(call, false, e.detail);
    else if (target.state != HUAWEI_ISSUED || target.fingerprint == NULL)
        end_refused(call,
            mem_printf(call, "%s is not issued at Huawei Cloud (%s), so it cannot be reissued",
                target.id, target.status));
    else /* what it waits for, the first look says */
        end_pending(call, target.id, target.fingerprint);
}

/* What the vendor would be asked for in vain. */
static const char *lacks(const struct vendor_subject *action, struct huawei_product *product)
{
    if (action->act == ACT_DUPLICATE)
        return "Huawei Cloud has no duplicates";
    if (action->act == ACT_REISSUE && action->target == NULL)
        return "no certificate at Huawei Cloud was chosen for this";
    if (action->act != ACT_REISSUE && action->target == NULL && action->product == NULL)
        return "the profile names no product of Huawei Cloud; the operator must add one";
    if (action->product != NULL && !huawei_product_read(action->product, product))
        return "the profile's product is none of Huawei Cloud; the operator must mend that";
    return NULL;
}

struct upstream_call *huawei_submit(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg)
{
    struct upstream_call *call =
        vendor_verb_begin(&huawei_of(upstream)->vendor, request, on_result, arg);
    const struct vendor_subject *action = &call->action;
    struct huawei_product product;
    const char *why = lacks(action, &product);

    call->urgency = VENDOR_URGENT;
    if (why != NULL)
        vendor_verb_refuse(call, NULL, why);
    else if (action->act == ACT_REISSUE)
        huawei_show(call, action->target, on_reissued);
    else if (action->act == ACT_NEW && action->target != NULL)
        huawei_show(call, action->target, on_slot);
    else
        huawei_post(call, "/v3/scm/certificates/buy",
            huawei_purchase(call, huawei_options_of(call), &product, &action->names), true,
            on_bought);
    return call;
}
