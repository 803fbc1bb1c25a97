/* tencent_chain - see tencent_chain.h. */
#include "policy/upstream/tencent_chain.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "policy/upstream/vendor_json.h"
#include "policy/upstream/vendor_names.h"

#define IDS_MAX    50   /* asked for at once */
#define ROUNDS_MAX 20   /* of a chain whose links lie outside of what was searched */
#define LIMIT      1000 /* the most that the service lists at once */
#define BODY_MAX   ((size_t)64 * 1024)

/* Pools. */

const struct tencent_record *tencent_pool_find(const struct tencent_pool *pool, const char *id)
{
    for (size_t i = 0; id != NULL && i < pool->len; i++)
        if (strcmp(pool->records[i].id, id) == 0)
            return &pool->records[i];
    return NULL;
}

static void add_record(void *mem, struct tencent_pool *pool, const struct tencent_record *record)
{
    if (tencent_pool_find(pool, record->id) != NULL)
        return;
    if (pool->len == pool->size) {
        pool->size = 2 * pool->size + 16;
        pool->records =
            mem_grow_array(mem, pool->records, sizeof *pool->records, pool->size, "records");
    }
    pool->records[pool->len++] = *record;
}

size_t tencent_pool_take(void *mem, struct tencent_pool *pool, const struct json *response)
{
    struct json list = vendor_json_member(response, "Certificates");

    for (size_t i = 0; i < json_len(&list); i++) {
        struct tencent_record record;
        struct err unread = {0};
        struct json one;

        json_element(&list, i, &one);
        if (tencent_record_read(mem, &one, &record, &unread) == ERR_OK)
            add_record(mem, pool, &record);
    }
    return json_len(&list);
}

static bool was_asked(const struct tencent_pool *pool, const char *id)
{
    for (size_t i = 0; i < pool->asked_len; i++)
        if (strcmp(pool->asked[i], id) == 0)
            return true;
    return false;
}

static void note_asked(void *mem, struct tencent_pool *pool, const char *id)
{
    if (pool->asked_len == pool->asked_size) {
        pool->asked_size = 2 * pool->asked_size + 16;
        pool->asked =
            mem_grow_array(mem, pool->asked, sizeof *pool->asked, pool->asked_size, "asked");
    }
    pool->asked[pool->asked_len++] = id;
}

/* Links. */

static bool is_linked(const struct tencent_record *record)
{
    return record->links[0] != NULL || record->links[1] != NULL;
}

static bool has_names_of(const struct tencent_record *record, const struct tencent_record *other)
{
    for (size_t i = 0; i < record->names.len; i++)
        if (!vendor_names_have(&other->names, record->names.list[i].value))
            return false;
    return record->names.len > 0;
}

static bool may_be_reissue_of(
    const struct tencent_record *record, const struct tencent_record *original)
{
    return tencent_record_lives(original) && original->inserted_s <= record->inserted_s &&
           (record->status == TENCENT_REISSUING || original->status == TENCENT_REISSUING) &&
           record->product != NULL && original->product != NULL &&
           strcmp(record->product, original->product) == 0 &&
           strcmp(record->domain, original->domain) == 0 && has_names_of(record, original);
}

void tencent_pool_link(struct tencent_pool *pool)
{
    for (size_t i = 0; i < pool->len; i++) {
        struct tencent_record *record = &pool->records[i];
        const struct tencent_record *original = NULL;

        if (is_linked(record) || !tencent_record_is_pending(record))
            continue;
        for (size_t j = 0; j < pool->len; j++) {
            const struct tencent_record *other = &pool->records[j];

            if (j != i && may_be_reissue_of(record, other) &&
                (original == NULL || other->inserted_s > original->inserted_s))
                original = other;
        }
        if (original != NULL)
            record->links[0] = original->id;
    }
}

static bool names(const struct tencent_record *record, const struct tencent_record *other)
{
    for (size_t i = 0; i < 2; i++)
        if (record->links[i] != NULL && strcmp(record->links[i], other->id) == 0)
            return true;
    return false;
}

static int by_age(const void *a, const void *b)
{
    const struct tencent_record *one = *(const struct tencent_record *const *)a;
    const struct tencent_record *other = *(const struct tencent_record *const *)b;

    if (one->inserted_s != other->inserted_s)
        return one->inserted_s < other->inserted_s ? -1 : 1;
    if (names(one, other) != names(other, one)) /* of one second: the link says who came later */
        return names(one, other) ? 1 : -1;
    return one->begin_s < other->begin_s ? -1 : one->begin_s > other->begin_s;
}

static bool is_in(const struct tencent_chain *chain, const struct tencent_record *record)
{
    for (size_t i = 0; i < chain->len; i++)
        if (chain->records[i] == record)
            return true;
    return false;
}

struct tencent_chain tencent_pool_chain(
    void *mem, const struct tencent_pool *pool, const struct tencent_record *record)
{
    struct tencent_chain chain = {
        mem_new_array(mem, const struct tencent_record *, pool->len + 1), 1};

    chain.records[0] = record;
    for (size_t at = 0; at < chain.len; at++)
        for (size_t i = 0; i < pool->len; i++) {
            const struct tencent_record *other = &pool->records[i];

            if (!is_in(&chain, other) &&
                (names(other, chain.records[at]) || names(chain.records[at], other)))
                chain.records[chain.len++] = other;
        }
    qsort(chain.records, chain.len, sizeof chain.records[0], by_age);
    return chain;
}

const struct tencent_record *tencent_chain_newest(const struct tencent_chain *chain)
{
    for (size_t i = chain->len; i > 0; i--)
        if (tencent_record_lives(chain->records[i - 1]))
            return chain->records[i - 1];
    return NULL;
}

/* Asking. */

/* What is being asked for, in the place of what the verb remembers. */
struct filling {
    struct tencent_pool *pool;
    tencent_pool_then then;
    void *task; /* the verb's own */
    const char *id;
    int rounds;
};

static void end_filling(struct upstream_call *call, const struct vendor_reply *failed)
{
    struct filling *f = call->task;

    call->task = f->task;
    if (failed == NULL)
        tencent_pool_link(f->pool);
    f->then(call, failed == NULL ? f->pool : NULL, failed);
}

static void begin_filling(
    struct upstream_call *call, struct tencent_pool *pool, const char *id, tencent_pool_then then)
{
    struct filling *f = mem_new(call, struct filling);

    *f = (struct filling){pool, then, call->task, id, 0};
    call->task = f;
}

static void ask_missing(struct upstream_call *call);

static void on_missing(struct upstream_call *call, const struct vendor_reply *reply)
{
    const struct filling *f = call->task;

    if (reply->result != ERR_OK && reply->result != ERR_NOT_FOUND) {
        end_filling(call, reply);
        return;
    }
    tencent_pool_take(call, f->pool, &reply->json);
    ask_missing(call);
}

/* The ids that are named and not there; those that were asked for in vain are gone for good. */
static size_t add_missing(struct upstream_call *call, struct tencent_pool *pool, struct json_out *w)
{
    size_t count = 0;

    for (size_t i = 0; i < pool->len; i++)
        for (size_t j = 0; j < 2 && count < IDS_MAX; j++) {
            const char *id = pool->records[i].links[j];

            if (id == NULL || tencent_pool_find(pool, id) != NULL || was_asked(pool, id))
                continue;
            note_asked(call, pool, id);
            json_add_string(w, NULL, id);
            count++;
        }
    return count;
}

static void begin_body(struct upstream_call *call, struct json_out *w, struct buf *body)
{
    buf_init(body, call, BODY_MAX);
    json_begin(w, body);
    json_open(w, NULL, '{');
    json_add_int(w, "Limit", LIMIT);
}

static void ask_missing(struct upstream_call *call)
{
    struct filling *f = call->task;
    struct json_out w;
    struct buf body;
    size_t count;

    begin_body(call, &w, &body);
    json_open(&w, "CertIds", '[');
    count = add_missing(call, f->pool, &w);
    json_close(&w, ']');
    json_close(&w, '}');
    if (count == 0 || f->rounds++ == ROUNDS_MAX)
        end_filling(call, NULL);
    else
        tencent_ask(call, "DescribeCertificates", buf_text(&body), false, on_missing);
}

void tencent_pool_fill(
    struct upstream_call *call, struct tencent_pool *pool, tencent_pool_then then)
{
    begin_filling(call, pool, NULL, then);
    ask_missing(call);
}

static void on_domain(struct upstream_call *call, const struct vendor_reply *reply)
{
    const struct filling *f = call->task;

    if (reply->result != ERR_OK) {
        end_filling(call, reply);
        return;
    }
    tencent_pool_take(call, f->pool, &reply->json);
    ask_missing(call);
}

static void on_one(struct upstream_call *call, const struct vendor_reply *reply)
{
    const struct filling *f = call->task;
    const struct tencent_record *record;
    struct json_out w;
    struct buf body;

    if (reply->result == ERR_OK)
        tencent_pool_take(call, f->pool, &reply->json);
    record = tencent_pool_find(f->pool, f->id);
    if (reply->result != ERR_OK || record == NULL || record->domain[0] == '\0') {
        end_filling(call, reply->result == ERR_OK ? NULL : reply);
        return;
    }
    begin_body(call, &w, &body);
    json_add_string(&w, "SearchKey", record->domain);
    json_add_string(&w, "FilterSource", "buy");
    json_close(&w, '}');
    tencent_ask(call, "DescribeCertificates", buf_text(&body), false, on_domain);
}

/* The record, all that has its domain, and what these name beside. */
void tencent_pool_read(struct upstream_call *call, const char *id, tencent_pool_then then)
{
    struct json_out w;
    struct buf body;

    begin_filling(call, mem_new(call, struct tencent_pool), id, then);
    begin_body(call, &w, &body);
    json_open(&w, "CertIds", '[');
    json_add_string(&w, NULL, id);
    json_close(&w, ']');
    json_close(&w, '}');
    tencent_ask(call, "DescribeCertificates", buf_text(&body), false, on_one);
}
