/* huawei_find - after doubt: what at Huawei Cloud is this action's?
 *
 * A purchase carries no reference of ours, so there are two ways, one after the other:
 *
 *   1. What was applied for with our names and key: by the form of its application (v2, where a
 *      project is configured), or the key of its certificate. Of an action into a slot, and of a
 *      reissue, its target stands before all.
 *   2. A slot that is paid and empty, and just what was bought. Which of several alike it is does
 *      not matter, unless one has our name, or another action's: the vendor's list begins with the
 *      newest. If another action had it in hand, one of the two finds its application refused, and
 *      looks for the other's here.
 *
 * Neither shows: the vendor cannot tell. That is never "it was not bought".
 */
#include <string.h>

#include "base/mem.h"
#include "policy/upstream/huawei_form.h"
#include "policy/upstream/huawei_poll.h"
#include "policy/upstream/vendor_json.h"

#define PAGE      50
#define PAGES_MAX 20   /* of empty slots */
#define FOUND_MAX 1000 /* that are looked at one by one */

/* The times that are shown may be so far off (huawei_certificate.h). */
#define CLOCK_S (24 * 60 * 60)

struct search {
    struct huawei_question question; /* first */
    struct huawei_product product;
    struct huawei_certificate *found;
    size_t found_len, at;
    unsigned page;
    bool of_slots;    /* the second way */
    bool of_reissues; /* only the first way, for what replaced the target */
};

static struct search *search_of(struct upstream_call *call)
{
    return call->task;
}

static bool fills_slot(const struct upstream_call *call)
{
    return call->action.act == ACT_NEW && call->action.target != NULL;
}

/* Ends. */

/* poll goes on with it. `certificate_id`: it is applied for. */
static void end_found(
    struct upstream_call *call, const struct huawei_certificate *found, bool is_applied)
{
    vendor_verb_end(call, &(struct upstream_result){
                              .result = ERR_OK,
                              .detail = "",
                              .internal = "",
                              .order_id = found->id,
                              .certificate_id = is_applied ? found->id : NULL,
                              .request_id = found->order_id,
                              .waits_for = "Huawei Cloud",
                              .retry_after_s = 1,
                          });
}

static void end_without(struct upstream_call *call)
{
    if (search_of(call)->of_reissues)
        vendor_verb_end(call, &(struct upstream_result){.result = ERR_OK,
                                  .detail = "",
                                  .internal = "",
                                  .order_id = call->action.order_id,
                                  .waits_for = mem_printf(call,
                                      "Huawei Cloud to show what replaces %s, which is cancelled",
                                      call->action.order_id),
                                  .retry_after_s = vendor_verb_patience_s(call)});
    else if (fills_slot(call)) /* nothing was bought for it */
        vendor_verb_end(
            call, &(struct upstream_result){.result = ERR_UPSTREAM_REFUSED,
                      .detail = mem_printf(call,
                          "slot %s at Huawei Cloud was filled by somebody else; make a new order",
                          call->action.target),
                      .internal = ""});
    else
        vendor_verb_end(call,
            &(struct upstream_result){.result = ERR_UPSTREAM_IN_DOUBT,
                .detail =
                    "Huawei Cloud shows no certificate and no empty slot that could be this "
                    "order's, and its purchases have no reference that could be searched for: "
                    "look in its console whether one was paid",
                .internal = ""});
}

/* One after the other. */

static void look_at_next(struct upstream_call *call);

static void next(struct upstream_call *call)
{
    search_of(call)->at++;
    look_at_next(call);
}

static void on_owner(struct upstream_call *call, const struct huawei_certificate *certificate,
    enum huawei_owner owner)
{
    if (owner == HUAWEI_OURS)
        end_found(call, certificate, true);
    else
        next(call);
}

static bool is_named_for_us(const struct upstream_call *call, const struct huawei_certificate *slot)
{
    return slot->name != NULL && call->action.reference != NULL &&
           strcmp(slot->name, call->action.reference) == 0;
}

static bool is_named_for_another(
    const struct upstream_call *call, const struct huawei_certificate *slot)
{
    return slot->name != NULL && !is_named_for_us(call, slot) &&
           strncmp(slot->name, VENDOR_REFERENCE_PREFIX, strlen(VENDOR_REFERENCE_PREFIX)) == 0;
}

static bool is_slot_for_us(
    const struct upstream_call *call, const struct search *s, const struct huawei_certificate *slot)
{
    if (slot->state != HUAWEI_PAID || s->of_reissues || is_named_for_another(call, slot))
        return false;
    if (fills_slot(call) && strcmp(slot->id, call->action.target) == 0)
        return true;
    return huawei_is_alike(huawei_options_of(call), &s->product, &call->action.names, slot);
}

static bool is_too_old(
    const struct upstream_call *call, const struct huawei_certificate *certificate)
{
    return certificate->issued_s != 0 && certificate->issued_s < call->action.since_s - CLOCK_S;
}

/* As it is now, which may be other than in the list. */
static void on_shown(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct search *s = search_of(call);
    struct huawei_certificate *shown = &s->found[s->at];
    struct err e = {0};

    if (reply->result == ERR_NOT_FOUND) {
        next(call);
        return;
    }
    if (reply->result != ERR_OK) {
        vendor_verb_fail(call, reply);
        return;
    }
    if (huawei_certificate_read(call, &reply->json, shown, &e) != ERR_OK)
        vendor_verb_unreadable(call, false, e.detail);
    else if (is_slot_for_us(call, s, shown))
        end_found(call, shown, false);
    else if (shown->state == HUAWEI_PAID || is_too_old(call, shown))
        next(call);
    else
        huawei_whose(call, shown, on_owner);
}

static void ask_page(struct upstream_call *call);

static void look_at_next(struct upstream_call *call)
{
    struct search *s = search_of(call);

    if (s->at < s->found_len) {
        huawei_show(call, s->found[s->at].id, on_shown);
        return;
    }
    if (s->of_slots || s->of_reissues) {
        end_without(call);
        return;
    }
    s->of_slots = true;
    s->page = 0;
    s->found_len = s->at = 0;
    ask_page(call);
}

/* Lists. */

/* Is it worth a look? */
static bool is_candidate(
    const struct upstream_call *call, const struct search *s, const struct huawei_certificate *c)
{
    if (s->of_slots)
        return is_slot_for_us(call, s, c);
    return (c->state == HUAWEI_REVIEW || c->state == HUAWEI_LEAVING || c->state == HUAWEI_ISSUED) &&
           huawei_has_names(c, &call->action.names);
}

static bool is_known(const struct search *s, const char *id)
{
    for (size_t i = 0; i < s->found_len; i++)
        if (strcmp(s->found[i].id, id) == 0)
            return true;
    return false;
}

/* One that has our name comes first. */
static void add_candidate(
    const struct upstream_call *call, struct search *s, const struct huawei_certificate *found)
{
    struct huawei_certificate first;

    if (s->found_len == FOUND_MAX || is_known(s, found->id) || !is_candidate(call, s, found))
        return;
    s->found[s->found_len++] = *found;
    if (!is_named_for_us(call, found))
        return;
    first = s->found[0];
    s->found[0] = *found;
    s->found[s->found_len - 1] = first;
}

static void on_page(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct json list = vendor_json_member(&reply->json, "certificates"), one;
    struct search *s = search_of(call);
    size_t len = json_len(&list);

    if (reply->result != ERR_OK) {
        vendor_verb_fail(call, reply);
        return;
    }
    for (size_t i = 0; i < len; i++) {
        struct huawei_certificate found;
        struct err unread = {0};

        json_element(&list, i, &one);
        if (huawei_certificate_read(call, &one, &found, &unread) == ERR_OK)
            add_candidate(call, s, &found);
    }
    if (len == PAGE && ++s->page < PAGES_MAX)
        ask_page(call);
    else
        look_at_next(call);
}

static void ask_page(struct upstream_call *call)
{
    const struct search *s = search_of(call);
    const char *what = "status=PAID";

    if (!s->of_slots)
        what = mem_printf(
            call, "content=%s", vendor_escape(call, huawei_names_of(&call->action.names).primary));
    huawei_get(call,
        mem_printf(call, "/v3/scm/certificates?%s&limit=%d&offset=%u", what, PAGE, s->page * PAGE),
        on_page);
}

/* Of an action with a target: that stands before all. */
static void begin_with_target(struct upstream_call *call)
{
    struct search *s = search_of(call);

    s->found[0] = (struct huawei_certificate){.id = call->action.target};
    s->found_len = 1;
    s->of_slots = false;
    huawei_show(call, call->action.target, on_shown);
}

static struct search *search_new(struct upstream_call *call)
{
    struct search *s = mem_new(call, struct search);

    s->found = mem_new_array(call, struct huawei_certificate, FOUND_MAX);
    call->task = s;
    return s;
}

void huawei_find_reissued(struct upstream_call *call)
{
    search_new(call)->of_reissues = true;
    ask_page(call);
}

struct upstream_call *huawei_find(struct upstream *upstream, const struct upstream_request *request,
    upstream_on_result on_result, void *arg)
{
    struct upstream_call *call =
        vendor_verb_begin(&huawei_of(upstream)->vendor, request, on_result, arg);
    struct search *s = search_new(call);
    const struct vendor_subject *action = &call->action;

    call->looks = true;
    if (action->act == ACT_REISSUE && action->target == NULL) {
        vendor_verb_refuse(call, NULL, "no certificate at Huawei Cloud was chosen for this");
    } else if (action->act == ACT_REISSUE) {
        call->action.order_id = action->target;
        huawei_follow(call);
    } else if (action->product == NULL || !huawei_product_read(action->product, &s->product)) {
        vendor_verb_refuse(call, NULL, "the profile names no product of Huawei Cloud");
    } else if (fills_slot(call)) {
        begin_with_target(call);
    } else {
        ask_page(call);
    }
    return call;
}
