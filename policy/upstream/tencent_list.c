/* tencent_list - the inventory, page by page.
 *
 *     NULL, "records <n>"          DescribeCertificates from the n-th record on, newest first
 *     "since <s>", "since <s> <n>" DescribeCertificateOperateLogs: what was done to which record
 *
 * To each page comes what is on its way, since a reissue may be known only by that, and the records
 * that its records name: an original and its reissues are reported as one order. The logs reach
 * back 15 days; whoever asks for older changes gets all, and so does who asks at a site that has no
 * logs. The service tells of no validations apart from its records.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "policy/upstream/tencent_chain.h"
#include "policy/upstream/tencent_report.h"
#include "policy/upstream/vendor_json.h"

#define PAGE_RECORDS 250 /* merged at once, while others wait for the store */
#define PAGE_LOGS    100
#define LOGS_MAX_S   (14 * INT64_C(86400))
#define LIMIT_MAX    1000
#define CHINA_S      INT64_C(28800)
#define BODY_MAX     ((size_t)32 * 1024)

struct reading {
    struct tencent_pool pool;
    size_t wanted; /* the first records of the pool: their chains are this page */
    struct vendor_order *reports;
    size_t reports_len;
    const char *next;
    const char *fetching; /* one order that was asked for */
    struct tencent_chain chain;
    int64_t since_s, offset;
};

static struct reading *reading_of(struct upstream_call *call)
{
    return call->task;
}

static void end_page(struct upstream_call *call)
{
    const struct reading *r = reading_of(call);

    vendor_verb_end_page(call, &(struct upstream_page){
                                   .result = ERR_OK,
                                   .detail = "",
                                   .internal = "",
                                   .orders = r->reports,
                                   .orders_len = r->reports_len,
                                   .next = r->next,
                               });
}

static void begin_body(struct upstream_call *call, struct json_out *w, struct buf *body)
{
    buf_init(body, call, BODY_MAX);
    json_begin(w, body);
    json_open(w, NULL, '{');
}

static void ask(struct upstream_call *call, const char *action, struct json_out *w,
    struct buf *body, vendor_then then)
{
    json_close(w, '}');
    tencent_ask(call, action, buf_text(body), false, then);
}

/* Reports: each chain once. */

static bool is_reported(const struct reading *r, const char *id)
{
    for (size_t i = 0; i < r->reports_len; i++)
        if (strcmp(r->reports[i].id, id) == 0)
            return true;
    return false;
}

static void on_filled(
    struct upstream_call *call, struct tencent_pool *pool, const struct vendor_reply *failed)
{
    struct reading *r = reading_of(call);

    if (failed != NULL) {
        vendor_verb_fail(call, failed);
        return;
    }
    r->reports = mem_new_array(call, struct vendor_order, r->wanted + 1);
    for (size_t i = 0; i < r->wanted; i++) {
        struct tencent_chain chain = tencent_pool_chain(call, pool, &pool->records[i]);

        if (!is_reported(r, chain.records[0]->id))
            tencent_report(call, &chain, clock_now_s(), &r->reports[r->reports_len++]);
    }
    end_page(call);
}

/* What is on its way: beside what the page is about. */

static void on_moving(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct reading *r = reading_of(call);

    if (reply->result != ERR_OK) {
        vendor_verb_fail(call, reply);
        return;
    }
    tencent_pool_take(call, &r->pool, &reply->json);
    if (r->since_s != 0)
        r->wanted = r->pool.len;
    tencent_pool_fill(call, &r->pool, on_filled);
}

static void ask_moving(struct upstream_call *call)
{
    static const int moving[] = {TENCENT_REVIEW, TENCENT_DNS_ADDED, TENCENT_WAIT_LETTER,
        TENCENT_REISSUING, TENCENT_REVOKING, TENCENT_WAIT_REVOKE_LETTER};
    struct json_out w;
    struct buf body;

    begin_body(call, &w, &body);
    json_add_int(&w, "Limit", LIMIT_MAX);
    json_open(&w, "CertificateStatus", '[');
    for (size_t i = 0; i < sizeof moving / sizeof moving[0]; i++)
        json_add_int(&w, NULL, moving[i]);
    json_close(&w, ']');
    ask(call, "DescribeCertificates", &w, &body, on_moving);
}

/* All records. */

static void on_records(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct reading *r = reading_of(call);
    size_t len;

    if (reply->result != ERR_OK) {
        vendor_verb_fail(call, reply);
        return;
    }
    len = tencent_pool_take(call, &r->pool, &reply->json);
    r->wanted = r->pool.len;
    if (len > 0 && r->offset + (int64_t)len < vendor_json_int(&reply->json, "TotalCount"))
        r->next = mem_printf(call, "records %" PRId64, r->offset + (int64_t)len);
    ask_moving(call);
}

static void ask_records(struct upstream_call *call, int64_t offset)
{
    struct json_out w;
    struct buf body;

    reading_of(call)->offset = offset;
    begin_body(call, &w, &body);
    json_add_int(&w, "Offset", offset);
    json_add_int(&w, "Limit", PAGE_RECORDS);
    ask(call, "DescribeCertificates", &w, &body, on_records);
}

/* Changes. */

static void on_changed(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct reading *r = reading_of(call);

    if (reply->result != ERR_OK) {
        vendor_verb_fail(call, reply);
        return;
    }
    tencent_pool_take(call, &r->pool, &reply->json);
    ask_moving(call);
}

/* Some of them several times. */
static void add_ids(struct json_out *w, const struct json *list)
{
    for (size_t i = 0; i < json_len(list); i++) {
        struct json one;

        json_element(list, i, &one);
        json_add_string(w, NULL, vendor_json_text(&one, "CertId"));
    }
}

static void on_logs(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct json list = vendor_json_member(&reply->json, "OperateLogs");
    struct reading *r = reading_of(call);
    int64_t end = r->offset + (int64_t)json_len(&list);
    struct json_out w;
    struct buf body;

    if (tencent_code_is(reply, "InvalidAction")) {
        r->since_s = 0;
        ask_records(call, 0);
        return;
    }
    if (reply->result != ERR_OK) {
        vendor_verb_fail(call, reply);
        return;
    }
    if (json_len(&list) == 0) {
        ask_moving(call);
        return;
    }
    if (end < vendor_json_int(&reply->json, "AllTotal"))
        r->next = mem_printf(call, "since %" PRId64 " %" PRId64, r->since_s, end);
    begin_body(call, &w, &body);
    json_add_int(&w, "Limit", LIMIT_MAX);
    json_open(&w, "CertIds", '[');
    add_ids(&w, &list);
    json_close(&w, ']');
    ask(call, "DescribeCertificates", &w, &body, on_changed);
}

/* As the service writes times: China's. */
static const char *china_text(struct upstream_call *call, int64_t time_s)
{
    const size_t size = sizeof "2026-01-05 17:00:00";
    time_t when = (time_t)(time_s + CHINA_S);
    char *text = mem_alloc(call, size, "time");
    struct tm parts;

    gmtime_r(&when, &parts);
    strftime(text, size, "%Y-%m-%d %H:%M:%S", &parts);
    return text;
}

static void ask_changes(struct upstream_call *call, int64_t since_s, int64_t offset)
{
    struct reading *r = reading_of(call);
    struct json_out w;
    struct buf body;

    if (clock_now_s() - since_s > LOGS_MAX_S) {
        ask_records(call, 0);
        return;
    }
    r->since_s = since_s;
    r->offset = offset;
    begin_body(call, &w, &body);
    json_add_int(&w, "Offset", offset);
    json_add_int(&w, "Limit", PAGE_LOGS);
    json_add_string(&w, "StartTime", china_text(call, since_s - VENDOR_SKEW_S));
    ask(call, "DescribeCertificateOperateLogs", &w, &body, on_logs);
}

/* One order. */

/* Only there the newest certificate shows its key. */
static void on_newest(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct reading *r = reading_of(call);
    struct tencent_record *record = mem_new(call, struct tencent_record);
    struct err unread = {0};

    if (reply->result != ERR_OK && reply->result != ERR_NOT_FOUND) {
        vendor_verb_fail(call, reply);
        return;
    }
    if (reply->result == ERR_OK &&
        tencent_record_read(call, &reply->json, record, &unread) == ERR_OK)
        for (size_t i = 0; i < r->chain.len; i++)
            if (strcmp(r->chain.records[i]->id, record->id) == 0) {
                struct tencent_record *whole =
                    mem_dup(call, r->chain.records[i], sizeof *r->chain.records[i]);

                whole->has_key = record->has_key;
                memcpy(whole->key_hash, record->key_hash, sizeof whole->key_hash);
                r->chain.records[i] = whole;
            }
    r->reports = mem_new(call, struct vendor_order);
    r->reports_len = 1;
    tencent_report(call, &r->chain, clock_now_s(), r->reports);
    end_page(call);
}

static void on_order(
    struct upstream_call *call, struct tencent_pool *pool, const struct vendor_reply *failed)
{
    struct reading *r = reading_of(call);
    const struct tencent_record *record, *newest;

    record = failed == NULL ? tencent_pool_find(pool, r->fetching) : NULL;
    if (record == NULL) {
        vendor_verb_fail(call, failed != NULL ? failed
                                              : &(struct vendor_reply){.result = ERR_NOT_FOUND,
                                                    .detail = "Tencent Cloud has no such "
                                                              "certificate",
                                                    .internal = ""});
        return;
    }
    r->chain = tencent_pool_chain(call, pool, record);
    newest = tencent_chain_newest(&r->chain);
    tencent_show(call, newest != NULL ? newest->id : record->id, on_newest);
}

/* Verbs. */

static struct upstream_call *begin(
    struct upstream *upstream, enum vendor_urgency urgency, upstream_on_page on_page, void *arg)
{
    struct upstream_call *call =
        vendor_verb_begin_page(&tencent_of(upstream)->vendor, urgency, on_page, arg);

    call->task = mem_new(call, struct reading);
    return call;
}

/* The number after a word of a position, and what follows it; false: it is another's. */
static bool read_position(const char *text, const char *word, int64_t *number, const char **rest)
{
    size_t len = strlen(word);
    char *end;

    if (strncmp(text, word, len) != 0 || text[len] < '0' || text[len] > '9')
        return false;
    *number = strtoll(text + len, &end, 10);
    *rest = end;
    return true;
}

struct upstream_call *tencent_list(
    struct upstream *upstream, const char *from, upstream_on_page on_page, void *arg)
{
    struct upstream_call *call = begin(upstream, VENDOR_BACKGROUND, on_page, arg);
    int64_t number, offset = 0;
    const char *rest;

    if (from == NULL)
        ask_records(call, 0);
    else if (read_position(from, "records ", &number, &rest))
        ask_records(call, number);
    else if (read_position(from, "since ", &number, &rest)) {
        read_position(rest, " ", &offset, &rest);
        ask_changes(call, number, offset);
    } else
        vendor_verb_refuse(call, NULL, "the place in the inventory is not one of Tencent Cloud's");
    return call;
}

struct upstream_call *tencent_fetch(
    struct upstream *upstream, const char *order_id, upstream_on_page on_page, void *arg)
{
    struct upstream_call *call = begin(upstream, VENDOR_ORDINARY, on_page, arg);

    reading_of(call)->fetching = mem_strdup(call, order_id);
    tencent_pool_read(call, reading_of(call)->fetching, on_order);
    return call;
}
