/* tencent_find - after doubt: has the service what we asked for?
 *
 *     NEW, RENEW   by our alias; by the key, among what was bought since for the names; else an
 *                  empty record of the product that was bought since and that nobody has claimed
 *     REISSUE      among the records linked to what it is of, by alias and key
 *
 * Empty records of a product and size are as good as each other, so any of them will do: it is
 * claimed by our alias, and read again, since somebody else may do the same now. Finding nothing
 * proves nothing about a purchase: then an operator must look. A reissue costs nothing, the service
 * has one at a time and tells of it, so that one that cannot be seen may be asked for again.
 */
#include <string.h>

#include "base/mem.h"
#include "policy/upstream/tencent_chain.h"
#include "policy/upstream/tencent_form.h"
#include "policy/upstream/tencent_poll.h"
#include "policy/upstream/tencent_product.h"
#include "policy/upstream/vendor_names.h"

#define NEWEST_MAX 100 /* a page of what was bought last */
#define PAGES_MAX  10
#define BODY_MAX   1024

struct search {
    struct tencent_pool pool;
    size_t at, offset;
    const struct tencent_record **candidates; /* of a reissue */
    size_t candidates_len;
};

static bool is_since(const struct upstream_call *call, const struct tencent_record *record)
{
    return record->inserted_s == 0 || record->inserted_s >= call->action.since_s - VENDOR_SKEW_S;
}

static void follow(struct upstream_call *call, const char *order_id, const char *certificate_id)
{
    call->action.order_id = order_id;
    call->action.certificate_id = certificate_id;
    tencent_follow(call);
}

static void follow_order(struct upstream_call *call, const struct tencent_record *record)
{
    follow(call, record->id, record->id);
}

static void end_untold(struct upstream_call *call)
{
    vendor_verb_end(call, &(struct upstream_result){.result = ERR_UPSTREAM_IN_DOUBT,
                              .detail = "Tencent Cloud shows nothing that this order bought",
                              .internal = ""});
}

/* Does the search end with this record: because it is ours, or because the service did not answer?
 */
static bool ended_by(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct tencent_record record;
    struct err unread = {0};

    if (reply->result != ERR_OK && reply->result != ERR_NOT_FOUND) {
        vendor_verb_fail(call, reply);
        return true;
    }
    if (reply->result != ERR_OK ||
        tencent_record_read(call, &reply->json, &record, &unread) != ERR_OK ||
        tencent_owner_of(&call->action, &record) != OWNER_US)
        return false;
    follow_order(call, &record);
    return true;
}

/* Purchases: an empty record. */

static void take_next(struct upstream_call *call);

static void on_taken(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct search *s = call->task;

    if (ended_by(call, reply))
        return;
    s->at++;
    take_next(call);
}

static void on_claimed(struct upstream_call *call, const struct vendor_reply *reply)
{
    const struct search *s = call->task;

    if (reply->result != ERR_OK)
        on_taken(call, reply);
    else
        tencent_show(call, s->pool.records[s->at].id, on_taken);
}

/* Another size is another order's: whoever bought that would be left with too small a one. */
static bool has_size(const struct upstream_call *call, const struct tencent_record *record)
{
    const struct tencent_product *product = tencent_product(record->product);

    return product == NULL || !tencent_product_has_many(product) || record->names_max == 0 ||
           record->names_max == (int64_t)call->action.names.len;
}

static bool will_do(const struct upstream_call *call, const struct tencent_record *record)
{
    const char *product = call->action.product;

    return tencent_record_is_empty(record) && is_since(call, record) && product != NULL &&
           record->product != NULL && strcmp(record->product, product) == 0 &&
           has_size(call, record);
}

static void take_next(struct upstream_call *call)
{
    struct search *s = call->task;

    while (s->at < s->pool.len && !will_do(call, &s->pool.records[s->at]))
        s->at++;
    if (s->at == s->pool.len)
        end_untold(call);
    else
        tencent_ask(call, "ModifyCertificateAlias",
            tencent_alias_body(call, s->pool.records[s->at].id, call->action.reference), false,
            on_claimed);
}

/* Purchases: by the key of the CSR that they were filled in with. */

static void look_next(struct upstream_call *call);

static void on_detail(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct search *s = call->task;
    struct tencent_record record;
    struct err unread = {0};

    if (reply->result != ERR_OK && reply->result != ERR_NOT_FOUND) {
        vendor_verb_fail(call, reply);
        return;
    }
    if (reply->result == ERR_OK &&
        tencent_record_read(call, &reply->json, &record, &unread) == ERR_OK && record.has_key &&
        tencent_owner_of(&call->action, &record) == OWNER_US) {
        follow_order(call, &record);
        return;
    }
    s->at++;
    look_next(call);
}

static void look_next(struct upstream_call *call)
{
    struct search *s = call->task;

    for (; s->at < s->pool.len; s->at++) {
        const struct tencent_record *record = &s->pool.records[s->at];

        if (record->domain[0] != '\0' && is_since(call, record) &&
            !tencent_record_is_claimed(record) &&
            vendor_names_have(&call->action.names, record->domain)) {
            tencent_show(call, record->id, on_detail);
            return;
        }
    }
    s->at = 0;
    take_next(call);
}

/* What was bought last, page by page until it was bought before this. */

static void ask_newest(struct upstream_call *call);

static bool is_long_ago(const struct upstream_call *call, const struct tencent_pool *pool)
{
    const struct tencent_record *last = pool->len == 0 ? NULL : &pool->records[pool->len - 1];

    return last == NULL || (last->inserted_s != 0 && !is_since(call, last));
}

static void on_newest(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct search *s = call->task;
    size_t len;

    if (reply->result != ERR_OK) {
        vendor_verb_fail(call, reply);
        return;
    }
    len = tencent_pool_take(call, &s->pool, &reply->json);
    s->offset += len;
    if (len == NEWEST_MAX && s->offset < (size_t)NEWEST_MAX * PAGES_MAX &&
        !is_long_ago(call, &s->pool))
        ask_newest(call);
    else
        look_next(call);
}

static void ask_list(struct upstream_call *call, const char *key, size_t offset, vendor_then then)
{
    struct json_out w;
    struct buf body;

    buf_init(&body, call, BODY_MAX);
    json_begin(&w, &body);
    json_open(&w, NULL, '{');
    json_add_int(&w, "Offset", (int64_t)offset);
    json_add_int(&w, "Limit", NEWEST_MAX);
    json_add_string(&w, "SearchKey", key);
    json_add_string(&w, "FilterSource", "buy");
    json_close(&w, '}');
    tencent_ask(call, "DescribeCertificates", buf_text(&body), false, then);
}

static void ask_newest(struct upstream_call *call)
{
    const struct search *s = call->task;

    ask_list(call, NULL, s->offset, on_newest);
}

/* Purchases: by our alias. Two that claimed a record at the same moment may leave it with the alias
 * of one and filled in by the other. */

static void try_next(struct upstream_call *call);

static void on_ours(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct search *s = call->task;

    if (ended_by(call, reply))
        return;
    s->at++;
    try_next(call);
}

static void try_next(struct upstream_call *call)
{
    struct search *s = call->task;

    while (s->at < s->pool.len && strcmp(s->pool.records[s->at].alias, call->action.reference) != 0)
        s->at++;
    if (s->at < s->pool.len) {
        tencent_show(call, s->pool.records[s->at].id, on_ours);
        return;
    }
    s->at = 0;
    s->pool = (struct tencent_pool){0};
    ask_newest(call);
}

static void on_alias(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct search *s = call->task;

    if (reply->result != ERR_OK) {
        vendor_verb_fail(call, reply);
        return;
    }
    tencent_pool_take(call, &s->pool, &reply->json);
    try_next(call);
}

/* Reissues. */

static void judge_next(struct upstream_call *call);

static void on_candidate(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct search *s = call->task;
    struct tencent_record record;
    struct err unread = {0};

    if (reply->result != ERR_OK && reply->result != ERR_NOT_FOUND) {
        vendor_verb_fail(call, reply);
        return;
    }
    if (reply->result == ERR_OK &&
        tencent_record_read(call, &reply->json, &record, &unread) == ERR_OK &&
        tencent_owner_of(&call->action, &record) != OWNER_OTHERS) {
        follow(call, call->action.target, record.id);
        return;
    }
    s->at++;
    judge_next(call);
}

static void judge_next(struct upstream_call *call)
{
    struct search *s = call->task;

    if (s->at == s->candidates_len)
        vendor_verb_end_not_found(call);
    else
        tencent_show(call, s->candidates[s->at]->id, on_candidate);
}

static bool may_be_ours(const struct upstream_call *call, const struct tencent_record *record)
{
    return strcmp(record->id, call->action.target) != 0 && is_since(call, record) &&
           (tencent_record_is_pending(record) || tencent_record_lives(record));
}

static void on_chain(
    struct upstream_call *call, struct tencent_pool *pool, const struct vendor_reply *failed)
{
    const struct tencent_record *record;
    struct search *s = call->task;
    struct tencent_chain chain;

    if (failed != NULL) {
        vendor_verb_fail(call, failed);
        return;
    }
    record = tencent_pool_find(pool, call->action.target);
    if (record == NULL) {
        vendor_verb_end_not_found(call);
        return;
    }
    chain = tencent_pool_chain(call, pool, record);
    s->candidates = mem_new_array(call, const struct tencent_record *, chain.len + 1);
    for (size_t i = chain.len; i > 0; i--)
        if (may_be_ours(call, chain.records[i - 1]))
            s->candidates[s->candidates_len++] = chain.records[i - 1];
    judge_next(call);
}

struct upstream_call *tencent_find(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg)
{
    struct upstream_call *call =
        vendor_verb_begin(&tencent_of(upstream)->vendor, request, on_result, arg);
    const struct vendor_subject *action = &call->action;
    bool is_order = action->act == ACT_NEW || action->act == ACT_RENEW;

    call->looks = true;
    call->task = mem_new(call, struct search);
    if (is_order && action->act == ACT_NEW && action->target != NULL)
        follow(call, action->target, action->target);
    else if (is_order && action->reference != NULL)
        ask_list(call, action->reference, 0, on_alias);
    else if (!is_order && action->target != NULL)
        tencent_pool_read(call, action->target, on_chain);
    else
        vendor_verb_refuse(call, NULL, "no certificate at Tencent Cloud was chosen for this");
    return call;
}
