/* huawei_list - the inventory, page by page: GET /v3/scm/certificates, most recently changed first.
 *
 *     NULL, "outline <n> <id>"    from the n-th on, as the list says it
 *     "details <n> <id>"          the same, each with its details and certificate
 *     "since <s>", "changes 0"    the first page with details, and then
 *     "rest <n> <id>"             what follows as the list says it
 *
 * The vendor tells no changes, and a list has neither keys nor the days of issue. So a full reading
 * shows all as an outline at first, within minutes, and then asks for each that something can still
 * come of. Later ones trust the order of the list: what has changed stands on its first page, and
 * of all others their state is enough. <id> is the first of the first page: a vendor that ignores
 * the offset shows it again, and the reading ends. Whether the offset counts certificates or pages
 * is nowhere stated: where the second page is empty though there are more, it is asked for as page
 * 1, and <n> is "#<page>" from then on. An offset that is too large for the vendor ends the list.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cert.h"
#include "base/clock.h"
#include "base/mem.h"
#include "policy/upstream/huawei_call.h"
#include "policy/upstream/huawei_report.h"
#include "policy/upstream/vendor_json.h"

#define PAGE          50
#define PAGE_MS       90000
#define CHANGES_MAX_S (7 * INT64_C(86400))

struct reading {
    struct huawei_facts *list; /* of this page */
    size_t len, at;
    struct vendor_order *reports;
    size_t reports_len;
    const char *word; /* of the position */
    const char *first, *next;
    int64_t offset; /* of certificates */
    bool by_page;   /* the vendor counts pages */
    bool with_details, fetching;
};

static struct reading *reading_of(struct upstream_call *call)
{
    return call->task;
}

static void end_page(struct upstream_call *call)
{
    struct reading *r = reading_of(call);

    vendor_verb_end_page(call, &(struct upstream_page){
                                   .result = ERR_OK,
                                   .detail = "",
                                   .internal = "",
                                   .orders = r->reports,
                                   .orders_len = r->reports_len,
                                   .is_outline = strcmp(r->word, "outline") == 0,
                                   .next = r->next,
                               });
}

/* One after the other. */

static void read_next(struct upstream_call *call);

static void report(struct upstream_call *call)
{
    struct reading *r = reading_of(call);

    huawei_report(call, &r->list[r->at++], &r->reports[r->reports_len++]);
    read_next(call);
}

/* Without it the dates are those of the details, and the key is not known. */
static void on_exported(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct huawei_facts *facts = &reading_of(call)->list[reading_of(call)->at];
    const char *text = vendor_json_text(&reply->json, "certificate");
    struct bytes *ders;
    struct err unread = {0};
    size_t len;

    if (reply->result != ERR_OK && reply->result != ERR_NOT_FOUND &&
        reply->result != ERR_UPSTREAM_REFUSED) {
        vendor_verb_fail(call, reply);
        return;
    }
    if (text == NULL)
        text = vendor_json_text(&reply->json, "entire_certificate");
    if (reply->result == ERR_OK && text != NULL &&
        cert_pem_read(call, text, &ders, &len, &unread) == ERR_OK && len > 0)
        facts->leaf = ders[0];
    report(call);
}

static void on_shown(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct reading *r = reading_of(call);
    struct huawei_certificate *shown = &r->list[r->at].certificate;
    struct err e = {0};

    if (reply->result == ERR_NOT_FOUND && !r->fetching) { /* gone since it was listed */
        r->at++;
        read_next(call);
        return;
    }
    if (reply->result != ERR_OK) {
        vendor_verb_fail(call, reply);
        return;
    }
    if (huawei_certificate_read(call, &reply->json, shown, &e) != ERR_OK)
        vendor_verb_unreadable(call, false, e.detail);
    else if (shown->state != HUAWEI_ISSUED)
        report(call);
    else
        huawei_post(call,
            mem_printf(call, "/v3/scm/certificates/%s/export", vendor_escape(call, shown->id)),
            NULL, false, on_exported);
}

static const char *place(struct upstream_call *call, const char *word, int64_t offset)
{
    const struct reading *r = reading_of(call);

    return r->by_page ? mem_printf(call, "%s #%" PRId64 " %s", word, offset / PAGE, r->first)
                      : mem_printf(call, "%s %" PRId64 " %s", word, offset, r->first);
}

/* What was not read is the next page's. */
static bool is_long_enough(const struct upstream_call *call, const struct reading *r)
{
    return r->at > 0 && r->at < r->len && !r->by_page && strcmp(r->word, "details") == 0 &&
           clock_monotonic_ms() - call->began_ms > PAGE_MS;
}

/* Of what is over the list says enough; but which certificate was revoked just now, it does not. */
static bool is_told_enough(const struct reading *r, const struct huawei_certificate *certificate)
{
    if (!r->with_details)
        return true;
    if (certificate->state == HUAWEI_REVOKED)
        return strcmp(r->word, "changes") != 0;
    return certificate->state == HUAWEI_UNPASSED || certificate->state == HUAWEI_EXPIRED;
}

static void read_next(struct upstream_call *call)
{
    struct reading *r = reading_of(call);

    if (r->at == r->len) {
        end_page(call);
    } else if (is_long_enough(call, r)) {
        r->next = place(call, "details", r->offset + (int64_t)r->at);
        end_page(call);
    } else if (!r->fetching && is_told_enough(r, &r->list[r->at].certificate)) {
        report(call);
    } else {
        huawei_show(call, r->list[r->at].certificate.id, on_shown);
    }
}

/* Lists. */

/* What comes after the last page of a list. */
static const char *after_last(struct upstream_call *call)
{
    return strcmp(reading_of(call)->word, "outline") == 0 ? place(call, "details", 0) : NULL;
}

static const char *place_after(struct upstream_call *call, const struct json *at, int64_t len)
{
    const struct reading *r = reading_of(call);
    struct json total = vendor_json_member(at, "total_count");
    int64_t end = r->offset + len;
    bool is_last =
        len < PAGE || (!json_absent(&total) && end >= vendor_json_int(at, "total_count"));

    if (is_last)
        return after_last(call);
    return place(call, strcmp(r->word, "changes") == 0 ? "rest" : r->word, end);
}

/* Nothing, though there is more: then it counts pages. */
static bool counts_pages(const struct reading *r, const struct json *at, size_t len)
{
    return len == 0 && !r->by_page && r->offset > 0 &&
           vendor_json_int(at, "total_count") > r->offset;
}

/* The first page again, at another offset. */
static bool is_repeated(struct reading *r)
{
    const char *first = r->len == 0 ? "" : r->list[0].certificate.id;

    if (r->first == NULL || r->offset == 0)
        r->first = first;
    return r->offset > 0 && r->len > 0 && strcmp(r->first, first) == 0;
}

static void on_list(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct json list = vendor_json_member(&reply->json, "certificates"), one;
    struct reading *r = reading_of(call);
    size_t len = json_len(&list);

    if (reply->result != ERR_OK && (reply->result != ERR_UPSTREAM_REFUSED || r->offset == 0)) {
        vendor_verb_fail(call, reply);
        return;
    }
    r->list = mem_new_array(call, struct huawei_facts, len + 1);
    r->reports = mem_new_array(call, struct vendor_order, len + 1);
    for (size_t i = 0; i < len; i++) {
        struct err unread = {0};

        json_element(&list, i, &one);
        if (huawei_certificate_read(call, &one, &r->list[r->len].certificate, &unread) == ERR_OK)
            r->len++;
    }
    if (counts_pages(r, &reply->json, len)) {
        r->by_page = true;
        r->next = place(call, r->word, PAGE);
    } else if (is_repeated(r)) {
        r->len = 0;
        r->next = after_last(call);
    } else {
        r->next = place_after(call, &reply->json, (int64_t)len);
    }
    read_next(call);
}

static struct upstream_call *begin(
    struct upstream *upstream, enum vendor_urgency urgency, upstream_on_page on_page, void *arg)
{
    struct upstream_call *call =
        vendor_verb_begin_page(&huawei_of(upstream)->vendor, urgency, on_page, arg);

    call->task = mem_new(call, struct reading);
    return call;
}

/* "details 50 scs1768465800123"; false: it is another's. */
static bool read_place(struct upstream_call *call, const char *from)
{
    static const char *const words[] = {"outline", "details", "changes", "rest"};
    struct reading *r = reading_of(call);

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t len = strlen(words[i]);
        char *rest;

        if (strncmp(from, words[i], len) != 0 || from[len] != ' ')
            continue;
        r->word = words[i];
        r->by_page = from[len + 1] == '#';
        r->offset = strtoll(from + len + (r->by_page ? 2 : 0), &rest, 10) * (r->by_page ? PAGE : 1);
        r->first = *rest == ' ' ? mem_strdup(call, rest + 1) : NULL;
        return r->offset >= 0;
    }
    return false;
}

/* The word for a reading of what changed since then. */
static const char *since_what(const char *from)
{
    int64_t since_s = strtoll(from + strlen("since "), NULL, 10);

    return clock_now_s() - since_s > CHANGES_MAX_S ? "outline 0" : "changes 0";
}

struct upstream_call *huawei_list(
    struct upstream *upstream, const char *from, upstream_on_page on_page, void *arg)
{
    struct upstream_call *call = begin(upstream, VENDOR_BACKGROUND, on_page, arg);
    struct reading *r = reading_of(call);

    if (from == NULL)
        from = "outline 0";
    else if (strncmp(from, "since ", strlen("since ")) == 0)
        from = since_what(from);
    if (!read_place(call, from)) {
        vendor_verb_refuse(call, NULL, "the place in the inventory is not one of Huawei Cloud's");
        return call;
    }
    r->with_details = strcmp(r->word, "details") == 0 || strcmp(r->word, "changes") == 0;
    huawei_get(call,
        mem_printf(call, "/v3/scm/certificates?limit=%d&offset=%" PRId64, PAGE,
            r->by_page ? r->offset / PAGE : r->offset),
        on_list);
    return call;
}

struct upstream_call *huawei_fetch(
    struct upstream *upstream, const char *order_id, upstream_on_page on_page, void *arg)
{
    struct upstream_call *call = begin(upstream, VENDOR_ORDINARY, on_page, arg);
    struct reading *r = reading_of(call);

    r->list = mem_new_array(call, struct huawei_facts, 1);
    r->reports = mem_new_array(call, struct vendor_order, 1);
    r->list[0].certificate.id = mem_strdup(call, order_id);
    r->word = "details";
    r->len = 1;
    r->with_details = r->fetching = true;
    read_next(call);
    return call;
}
