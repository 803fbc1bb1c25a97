/* digicert_list - the inventory, page by page.
 *
 *     NULL, "outline <n>"             GET /order/certificate from the n-th order on, newest first
 *     "orders <n>"                    the same, oldest first, each with all that is to be known
 *     "since <s>", "since <s> after <id>"   GET /order/certificate/status-changes
 *     "since <s> after <id> of <ids>"       what that said: the orders themselves
 *     "domains <n>"                   the organization and the validated domains; after either
 *
 * The outline takes a call for hundreds of orders: within minutes all are known by names, product
 * and the end of their certificate, so that none is bought again. Then those that something can
 * still come of are asked for one by one, with the lists of their reissues and duplicates where
 * there are any, which takes hours where there are many; of those that are over, the list says
 * enough. A page ends after PAGE_MS, long before the lease of its job does. DigiCert tells
 * changes of the last seven days only; whoever asks for older ones gets all.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "policy/upstream/digicert_report.h"
#include "policy/upstream/digicert_verbs.h"
#include "policy/upstream/vendor_json.h"

#define PAGE_ORDERS   50
#define PAGE_OUTLINE  250 /* merged at once, while others wait for the store */
#define PAGE_MS       90000
#define PAGE_DOMAINS  500
#define CHANGES_MAX_S (7 * INT64_C(86400))
#define CHANGES_KEPT  1000 /* ids that go from page to page, so that they are listed once */

struct reading {
    struct digicert_facts *orders; /* of this page */
    size_t orders_len, at;
    struct vendor_order *reports;
    size_t reports_len;
    const char *next;
    bool fetching; /* one order that was asked for */
    bool is_outline, is_changes;
    int64_t since_s, after, offset;
    int64_t *ids; /* of changed orders above `after`: this page's and what follows */
    size_t ids_len;
    bool has_more; /* than these: they are listed anew after the last */
    struct validations validations;
};

static struct reading *reading_of(struct upstream_call *call)
{
    return call->task;
}

static void end_page(struct upstream_call *call)
{
    struct reading *r = reading_of(call);
    bool has_validations = r->validations.lists_domains;

    vendor_verb_end_page(call, &(struct upstream_page){
                                   .result = ERR_OK,
                                   .detail = "",
                                   .internal = "",
                                   .orders = r->reports,
                                   .orders_len = r->reports_len,
                                   .is_outline = r->is_outline,
                                   .validations = has_validations ? &r->validations : NULL,
                                   .next = r->next,
                               });
}

/* One order after the other. */

static void read_next(struct upstream_call *call);

static void report(struct upstream_call *call)
{
    struct reading *r = reading_of(call);

    digicert_report(call, &r->orders[r->at++], &r->reports[r->reports_len++]);
    read_next(call);
}

static void on_duplicates(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct digicert_facts *facts = &reading_of(call)->orders[reading_of(call)->at];
    struct digicert_certificate *list;

    if (answer->result != ERR_OK && answer->result != ERR_NOT_FOUND) {
        vendor_verb_fail(call, answer);
        return;
    }
    digicert_certificates_read(call, &answer->json, &list, &facts->duplicates_len);
    facts->duplicates = list;
    report(call);
}

static void ask_duplicates(struct upstream_call *call)
{
    const struct digicert_order *order = &reading_of(call)->orders[reading_of(call)->at].order;

    if (order->duplicates == 0)
        report(call);
    else
        digicert_get(call,
            mem_printf(call, "/order/certificate/%s/duplicate", vendor_escape(call, order->id)),
            on_duplicates);
}

static void on_reissues(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct digicert_facts *facts = &reading_of(call)->orders[reading_of(call)->at];
    struct digicert_certificate *list;

    if (answer->result != ERR_OK && answer->result != ERR_NOT_FOUND) {
        vendor_verb_fail(call, answer);
        return;
    }
    digicert_certificates_read(call, &answer->json, &list, &facts->reissues_len);
    facts->reissues = list;
    ask_duplicates(call);
}

static void on_order(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct reading *r = reading_of(call);
    struct digicert_facts *facts = &r->orders[r->at];
    struct err e = {0};

    if (answer->result == ERR_NOT_FOUND && !r->fetching) { /* gone since it was listed */
        r->at++;
        read_next(call);
        return;
    }
    if (answer->result != ERR_OK) {
        vendor_verb_fail(call, answer);
        return;
    }
    if (digicert_order_read(call, &answer->json, &facts->order, &e) != ERR_OK) {
        vendor_verb_unreadable(call, false, mem_strdup(call, e.detail));
        return;
    }
    facts->detailed = true;
    if (facts->order.reissues == 0 && strcmp(facts->order.status, "reissue_pending") != 0)
        ask_duplicates(call);
    else
        digicert_get(call,
            mem_printf(call, "/order/certificate/%s/reissue", vendor_escape(call, facts->order.id)),
            on_reissues);
}

static bool is_long_enough(const struct upstream_call *call, const struct reading *r)
{
    return r->at > 0 && r->at < r->orders_len && clock_monotonic_ms() - call->began_ms > PAGE_MS;
}

/* What follows after the first `done` of the changed orders. */
static const char *place_in_changes(struct upstream_call *call, size_t done)
{
    const struct reading *r = reading_of(call);
    size_t end = r->ids_len - done > CHANGES_KEPT ? done + CHANGES_KEPT : r->ids_len;
    struct buf text;

    if (done == r->ids_len && !r->has_more)
        return "domains 0";
    buf_init(&text, call, CHANGES_KEPT * 24);
    buf_addf(&text, "since %" PRId64 " after %" PRId64, r->since_s,
        done == 0 ? r->after : r->ids[done - 1]);
    for (size_t i = done; i < end; i++)
        buf_addf(&text, "%s%" PRId64, i == done ? " of " : ",", r->ids[i]);
    if (end < r->ids_len || (r->has_more && done < end))
        buf_add_char(&text, '+');
    return buf_text(&text);
}

/* What was not read is the next page's. */
static void cut_page(struct upstream_call *call)
{
    struct reading *r = reading_of(call);

    if (r->is_changes)
        r->next = place_in_changes(call, r->at);
    else
        r->next = mem_printf(call, "orders %" PRId64, r->offset + (int64_t)r->at);
    end_page(call);
}

/* An order that is only known by its id has an empty status. */
static void read_next(struct upstream_call *call)
{
    struct reading *r = reading_of(call);

    if (r->at == r->orders_len)
        end_page(call);
    else if (is_long_enough(call, r))
        cut_page(call);
    else if (digicert_order_is_over(&r->orders[r->at].order))
        report(call);
    else
        digicert_get(call,
            mem_printf(
                call, "/order/certificate/%s", vendor_escape(call, r->orders[r->at].order.id)),
            on_order);
}

static void begin_orders(struct upstream_call *call, size_t len)
{
    struct reading *r = reading_of(call);

    r->orders = mem_new_array(call, struct digicert_facts, len + 1);
    r->reports = mem_new_array(call, struct vendor_order, len + 1);
}

/* All orders. */

/* Where it goes on after a page of `len` orders. */
static const char *place_after(struct upstream_call *call, const struct json *at, size_t len)
{
    const struct reading *r = reading_of(call);
    struct json page = vendor_json_member(at, "page");
    int64_t end = r->offset + (int64_t)len;
    bool is_full = len >= (r->is_outline ? PAGE_OUTLINE : PAGE_ORDERS);

    if (json_absent(&page) ? is_full : len > 0 && end < vendor_json_int(&page, "total"))
        return mem_printf(call, "%s %" PRId64, r->is_outline ? "outline" : "orders", end);
    return r->is_outline ? "orders 0" : "domains 0";
}

/* What is over decides nothing that could not wait for the rest. */
static void report_outline(struct upstream_call *call)
{
    struct reading *r = reading_of(call);

    for (; r->at < r->orders_len; r->at++)
        if (!digicert_order_is_over(&r->orders[r->at].order))
            digicert_report(call, &r->orders[r->at], &r->reports[r->reports_len++]);
    end_page(call);
}

static void on_orders(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct json list = vendor_json_member(&answer->json, "orders"), one;
    struct reading *r = reading_of(call);
    size_t len = json_len(&list);
    struct err unread = {0};

    if (answer->result != ERR_OK) {
        vendor_verb_fail(call, answer);
        return;
    }
    begin_orders(call, len);
    for (size_t i = 0; i < len; i++) {
        json_element(&list, i, &one);
        if (digicert_order_read(call, &one, &r->orders[r->orders_len].order, &unread) == ERR_OK)
            r->orders_len++;
    }
    r->next = place_after(call, &answer->json, len);
    if (r->is_outline)
        report_outline(call);
    else
        read_next(call);
}

static void ask_orders(struct upstream_call *call, bool is_outline, int64_t offset)
{
    struct reading *r = reading_of(call);

    r->is_outline = is_outline;
    r->offset = offset;
    digicert_get(call,
        mem_printf(call, "/order/certificate?limit=%d&offset=%" PRId64 "&sort=%sdate_created",
            is_outline ? PAGE_OUTLINE : PAGE_ORDERS, offset, is_outline ? "-" : ""),
        on_orders);
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

/* Changes. */

static int compare_ids(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;

    return one < other ? -1 : one > other;
}

/* The first of them are this page's. An order is only known by its id. */
static void read_changed(struct upstream_call *call)
{
    struct reading *r = reading_of(call);

    begin_orders(call, PAGE_ORDERS);
    for (; r->orders_len < PAGE_ORDERS && r->orders_len < r->ids_len; r->orders_len++)
        r->orders[r->orders_len].order = (struct digicert_order){
            .id = mem_printf(call, "%" PRId64, r->ids[r->orders_len]), .status = ""};
    r->next = place_in_changes(call, r->orders_len);
    read_next(call);
}

/* Sorted by id, so that a page can say where the next one begins, whatever changes meanwhile. */
static void on_changes(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct json list = vendor_json_member(&answer->json, "orders"), one;
    struct reading *r = reading_of(call);
    size_t len = json_len(&list);
    int64_t last = r->after;

    if (answer->result != ERR_OK) {
        vendor_verb_fail(call, answer);
        return;
    }
    r->ids = mem_new_array(call, int64_t, len + 1);
    for (size_t i = 0; i < len; i++) {
        json_element(&list, i, &one);
        r->ids[i] = vendor_json_int(&one, "order_id");
    }
    qsort(r->ids, len, sizeof r->ids[0], compare_ids);
    for (size_t i = 0; i < len; i++)
        if (r->ids[i] > last)
            last = r->ids[r->ids_len++] = r->ids[i];
    read_changed(call);
}

static void ask_changes(struct upstream_call *call)
{
    const struct reading *r = reading_of(call);
    int64_t span_s = clock_now_s() - r->since_s + VENDOR_SKEW_S;

    if (span_s > CHANGES_MAX_S)
        ask_orders(call, true, 0);
    else
        digicert_get(call,
            mem_printf(call, "/order/certificate/status-changes?minutes=%" PRId64, span_s / 60 + 1),
            on_changes);
}

/* The ids that the page before has left over: " of 17,18,21+". False: it has left none. */
static bool read_left(struct upstream_call *call, const char *text)
{
    struct reading *r = reading_of(call);
    int64_t number;

    r->ids = mem_new_array(call, int64_t, CHANGES_KEPT);
    for (const char *before = " of "; read_position(text, before, &number, &text); before = ",")
        if (r->ids_len < CHANGES_KEPT)
            r->ids[r->ids_len++] = number;
    r->has_more = *text == '+';
    return r->ids_len > 0;
}

/* `rest`: what stands behind the time. */
static void begin_changes(struct upstream_call *call, int64_t since_s, const char *rest)
{
    struct reading *r = reading_of(call);

    r->is_changes = true;
    r->since_s = since_s;
    read_position(rest, " after ", &r->after, &rest);
    if (read_left(call, rest))
        read_changed(call);
    else
        ask_changes(call);
}

/* Validations. */

static bool is_active(const struct json *at)
{
    const char *status = vendor_json_text(at, "status");

    return status != NULL && (strcmp(status, "active") == 0 || strcmp(status, "approved") == 0);
}

/* That for S/MIME; what DigiCert calls it is not documented. */
static int64_t organization_for_mail_until_s(const struct json *at)
{
    struct json list = vendor_json_member(at, "validations"), one;

    for (size_t i = 0; i < json_len(&list); i++) {
        const char *type;

        json_element(&list, i, &one);
        type = vendor_json_text(&one, "type");
        if (type != NULL && strstr(type, "smime") != NULL)
            return is_active(&one) ? vendor_json_time(&one, "validated_until") : DIGICERT_LAPSED_S;
    }
    return 0;
}

/* That of OV, which EV includes; one that does not hold has lapsed. */
static int64_t organization_until_s(const struct json *at)
{
    struct json list = vendor_json_member(at, "validations"), one;
    int64_t until_s = 0;

    for (size_t i = 0; i < json_len(&list); i++) {
        const char *type;
        int64_t this_s;

        json_element(&list, i, &one);
        type = vendor_json_text(&one, "type");
        if (type == NULL || (strcmp(type, "ov") != 0 && strcmp(type, "ev") != 0))
            continue;
        this_s = is_active(&one) ? vendor_json_time(&one, "validated_until") : DIGICERT_LAPSED_S;
        if (strcmp(type, "ov") == 0 || this_s > until_s)
            until_s = this_s;
        if (strcmp(type, "ov") == 0)
            break;
    }
    return until_s;
}

int64_t digicert_domain_until_s(const struct json *at)
{
    struct json by_type = vendor_json_member(at, "dcv_expiration");
    int64_t until_s = vendor_json_time(at, "dcv_expiration_datetime");

    if (until_s == 0)
        until_s = vendor_json_day_end(&by_type, "ov");
    if (!is_active(at))
        return DIGICERT_LAPSED_S;
    return until_s;
}

static void on_domains(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct json list = vendor_json_member(&answer->json, "domains"), one;
    struct json page = vendor_json_member(&answer->json, "page");
    struct reading *r = reading_of(call);
    size_t len = json_len(&list);
    struct validated_domain *domains;

    if (answer->result != ERR_OK) {
        vendor_verb_fail(call, answer);
        return;
    }
    domains = mem_new_array(call, struct validated_domain, len + 1);
    for (size_t i = 0; i < len; i++) {
        const char *name;

        json_element(&list, i, &one);
        name = vendor_json_text(&one, "name");
        if (name != NULL)
            domains[r->validations.domains_len++] =
                (struct validated_domain){name, digicert_domain_until_s(&one)};
    }
    r->validations.domains = domains;
    r->validations.lists_domains = true;
    if (len > 0 && r->offset + (int64_t)len < vendor_json_int(&page, "total"))
        r->next = mem_printf(call, "domains %" PRId64, r->offset + (int64_t)len);
    end_page(call);
}

static void on_organizations(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct json list = vendor_json_member(&answer->json, "organizations"), one;
    struct reading *r = reading_of(call);

    if (answer->result != ERR_OK) {
        vendor_verb_fail(call, answer);
        return;
    }
    for (size_t i = 0; i < json_len(&list); i++) {
        const char *id;

        json_element(&list, i, &one);
        id = vendor_json_id(call, &one, "id");
        if (id != NULL && strcmp(id, digicert_options_of(call)->organization_id) == 0)
            r->validations.organization_until_s = digicert_options_of(call)->client
                                                      ? organization_for_mail_until_s(&one)
                                                      : organization_until_s(&one);
    }
    digicert_get(call,
        mem_printf(call,
            "/domain?include_dcv=true&include_validation=true&limit=%d&offset=%" PRId64,
            PAGE_DOMAINS, r->offset),
        on_domains);
}

static void ask_validations(struct upstream_call *call, int64_t offset)
{
    reading_of(call)->offset = offset;
    digicert_get(call, "/organization?include_validation=true", on_organizations);
}

/* Verbs. */

static struct upstream_call *begin(struct upstream *upstream, upstream_on_page on_page, void *arg)
{
    struct upstream_call *call = digicert_begin(upstream, NULL, NULL, arg);

    call->on_page = on_page;
    call->urgency = VENDOR_BACKGROUND;
    call->task = mem_new(call, struct reading);
    return call;
}

struct upstream_call *digicert_list(
    struct upstream *upstream, const char *from, upstream_on_page on_page, void *arg)
{
    struct upstream_call *call = begin(upstream, on_page, arg);
    const char *rest;
    int64_t number;

    if (from == NULL)
        ask_orders(call, true, 0);
    else if (read_position(from, "outline ", &number, &rest))
        ask_orders(call, true, number);
    else if (read_position(from, "orders ", &number, &rest))
        ask_orders(call, false, number);
    else if (read_position(from, "domains ", &number, &rest))
        ask_validations(call, number);
    else if (read_position(from, "since ", &number, &rest))
        begin_changes(call, number, rest);
    else
        vendor_verb_refuse(call, NULL, "the place in the inventory is not one of DigiCert's");
    return call;
}

struct upstream_call *digicert_fetch(
    struct upstream *upstream, const char *order_id, upstream_on_page on_page, void *arg)
{
    struct upstream_call *call = begin(upstream, on_page, arg);
    struct reading *r = reading_of(call);

    call->urgency = VENDOR_ORDINARY;
    begin_orders(call, 1);
    r->fetching = true;
    r->orders_len = 1;
    r->orders[0].order = (struct digicert_order){.id = mem_strdup(call, order_id), .status = ""};
    read_next(call);
    return call;
}
