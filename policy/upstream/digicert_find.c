/* digicert_find - after doubt: has DigiCert what we asked for?
 *
 * NEW and RENEW carry our reference (alternative_order_id), which can be looked up. Should that
 * show nothing, the newest orders for the common name are looked through: one that carries our
 * reference is ours, and so is one without any that was made since for our key. REISSUE and
 * DUPLICATE have no reference: they are under a known order, and known by the key.
 */
#include <string.h>

#include "base/mem.h"
#include "policy/upstream/digicert_poll.h"
#include "policy/upstream/digicert_submit.h"
#include "policy/upstream/digicert_verbs.h"
#include "policy/upstream/vendor_json.h"

#define NEWEST_MAX 20 /* orders for a common name that are looked at */

struct search {
    struct digicert_order *orders; /* the newest for the common name */
    size_t orders_len, at;
};

static void follow(struct upstream_call *call, const char *order_id)
{
    call->action.order_id = order_id;
    digicert_follow(call, true);
}

/* By the newest orders for the name. */

static void look_at_next(struct upstream_call *call);

static bool is_ours(const struct upstream_call *call, const struct digicert_order *order)
{
    const struct vendor_subject *action = &call->action;

    if (order->alternative_id != NULL)
        return action->reference != NULL && strcmp(order->alternative_id, action->reference) == 0;
    return order->primary.has_key && order->created_s != 0 && order->created_s >= action->since_s &&
           memcmp(order->primary.key_hash, action->key_hash, sizeof action->key_hash) == 0;
}

static void on_details(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct search *s = call->task;
    struct digicert_order order;
    struct err e = {0};

    if (answer->result != ERR_OK && answer->result != ERR_NOT_FOUND) {
        vendor_verb_fail(call, answer);
        return;
    }
    if (answer->result == ERR_OK &&
        digicert_order_read(call, &answer->json, &order, &e) != ERR_OK) {
        vendor_verb_unreadable(call, false, mem_strdup(call, e.detail));
        return;
    }
    if (answer->result == ERR_OK && is_ours(call, &order)) {
        follow(call, order.id);
        return;
    }
    s->at++;
    look_at_next(call);
}

static void look_at_next(struct upstream_call *call)
{
    struct search *s = call->task;

    while (s->at < s->orders_len && s->orders[s->at].created_s != 0 &&
           s->orders[s->at].created_s < call->action.since_s - VENDOR_SKEW_S)
        s->at++;
    if (s->at == s->orders_len)
        vendor_verb_end_not_found(call);
    else
        digicert_get(call,
            mem_printf(call, "/order/certificate/%s", vendor_escape(call, s->orders[s->at].id)),
            on_details);
}

static void on_newest(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct json list = vendor_json_member(&answer->json, "orders"), one;
    struct search *s = mem_new(call, struct search);
    struct err unread = {0};

    if (answer->result != ERR_OK) {
        vendor_verb_fail(call, answer);
        return;
    }
    s->orders = mem_new_array(call, struct digicert_order, NEWEST_MAX);
    for (size_t i = 0; i < json_len(&list) && s->orders_len < NEWEST_MAX; i++) {
        json_element(&list, i, &one);
        if (digicert_order_read(call, &one, &s->orders[s->orders_len], &unread) == ERR_OK)
            s->orders_len++;
    }
    call->task = s;
    look_at_next(call);
}

static void ask_newest(struct upstream_call *call)
{
    const char *common_name = digicert_common_name(&call->action, NULL);

    if (common_name == NULL) {
        vendor_verb_end_not_found(call);
        return;
    }
    digicert_get(call,
        mem_printf(call,
            "/order/certificate?filters%%5Bcommon_name%%5D=%s&sort=-date_created&limit=%d",
            vendor_escape(call, common_name), NEWEST_MAX),
        on_newest);
}

/* By our reference. */

/* Several orders may have one; ours is the one that something can still come of. */
static const char *best_order(struct upstream_call *call, const struct json *list)
{
    const char *best = NULL;
    bool is_over = true;

    for (size_t i = 0; i < json_len(list); i++) {
        struct digicert_order order = {0};
        struct json one;

        json_element(list, i, &one);
        order.id = vendor_json_id(call, &one, "order_id");
        order.status = vendor_json_text(&one, "status");
        if (order.status == NULL)
            order.status = "";
        if (order.id != NULL && (best == NULL || (is_over && !digicert_order_is_over(&order)))) {
            best = order.id;
            is_over = digicert_order_is_over(&order);
        }
    }
    return best;
}

static void on_reference(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct json list = vendor_json_member(&answer->json, "orders");
    const char *order_id;

    if (answer->result != ERR_OK && answer->result != ERR_NOT_FOUND) {
        vendor_verb_fail(call, answer);
        return;
    }
    order_id = best_order(call, &list);
    if (order_id != NULL)
        follow(call, order_id);
    else
        ask_newest(call);
}

struct upstream_call *digicert_find(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg)
{
    struct upstream_call *call = digicert_begin(upstream, request, on_result, arg);
    const struct vendor_subject *action = &call->action;

    call->looks = true;
    if (action->act != ACT_NEW && action->act != ACT_RENEW) {
        if (action->target == NULL)
            vendor_verb_refuse(call, NULL, "no order at DigiCert was chosen for this");
        else
            follow(call, action->target);
    } else if (action->reference == NULL) {
        ask_newest(call);
    } else {
        digicert_get(call,
            mem_printf(call, "/order/alternate/%s", vendor_escape(call, action->reference)),
            on_reference);
    }
    return call;
}
