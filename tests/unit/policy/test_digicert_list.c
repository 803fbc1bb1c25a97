/* Tests of policy/upstream/digicert's inventory: which calls read it, how it is paged, and what
 * DigiCert's JSON becomes as orders of an inventory. */
#include "tests/unit/test_main.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "policy/upstream/digicert.h"
#include "policy/upstream/digicert_call.h"
#include "tests/unit/policy/vendor_lab.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define LIST         "GET /order/certificate?limit=50&offset=0&sort=date_created"
#define OUTLINE      "GET /order/certificate?limit=250&offset=0&sort=-date_created"

static const char *const names[] = {"www.example.com", NULL};

/* The lab, the connector, and what a page is held against while it lasts. */
struct dc {
    struct vendor_lab lab;
    struct upstream *upstream;
    struct lab_subject key, other;
    void (*check)(struct dc *dc, const struct upstream_page *page);
};

static void on_page(struct vendor_lab *lab, const struct upstream_page *page)
{
    struct dc *dc = (struct dc *)(void *)lab; /* its first member */

    if (dc->check != NULL)
        dc->check(dc, page);
}

static void dc_open(struct dc *dc)
{
    struct digicert_options options = {.name = "dc",
        .api_key = "SECRET",
        .ca_file = "",
        .timeout_ms = 10000,
        .organization_id = "730021",
        .order_years = 1,
        .payment_method = "",
        .dcv_method = "dns-txt-token",
        .container_id = ""};

    memset(dc, 0, sizeof *dc);
    vendor_lab_open(&dc->lab);
    dc->lab.on_page = on_page;
    options.url = dc->lab.url;
    dc->upstream = digicert_new(dc->lab.mem, dc->lab.loop, dc->lab.http, dc->lab.limit, &options);
    dc->key = vendor_lab_subject(&dc->lab, names);
    dc->other = vendor_lab_subject(&dc->lab, names);
}

static void dc_close(struct dc *dc)
{
    dc->upstream->ops->free(dc->upstream);
    vendor_lab_close(&dc->lab);
}

static enum err_code list(struct dc *dc, const char *from, const struct exchange *script)
{
    vendor_lab_script(&dc->lab, script);
    dc->lab.is_starting = true;
    digicert_ops.list(dc->upstream, from, vendor_lab_on_page, &dc->lab);
    vendor_lab_run(&dc->lab);
    return dc->lab.page.result;
}

static enum err_code fetch(struct dc *dc, const char *id, const struct exchange *script)
{
    vendor_lab_script(&dc->lab, script);
    dc->lab.is_starting = true;
    digicert_ops.fetch(dc->upstream, id, vendor_lab_on_page, &dc->lab);
    vendor_lab_run(&dc->lab);
    return dc->lab.page.result;
}

#define text(...) lab_text(&dc.lab, __VA_ARGS__)

static bool same(const char *a, const char *b)
{
    bool is = a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;

    if (!is)
        printf("\n    \"%s\" is not \"%s\"\n", a, b);
    return is;
}

/* 2026-03-02 and so on, in UTC. */
static int64_t at(const char *time)
{
    int64_t time_s = 0;

    CU_ASSERT(clock_parse(time, &time_s));
    return time_s;
}

static struct vendor_certificate certificate(const struct vendor_order *order, const char *id)
{
    for (size_t i = 0; i < order->certificates_len; i++)
        if (strcmp(order->certificates[i].id, id) == 0)
            return order->certificates[i];
    CU_FAIL("there is no such certificate");
    return (struct vendor_certificate){0};
}

/* An order that was reissued and duplicated: everything that is known of it. */

static void check_whole_order(struct dc *dc, const struct upstream_page *page)
{
    const struct vendor_order *o = page->orders;
    struct vendor_certificate c;
    char digits[65];

    CU_ASSERT_EQUAL_FATAL(page->orders_len, 1);
    CU_ASSERT(same(o->id, "880"));
    CU_ASSERT(same(o->product, "ssl_basic"));
    CU_ASSERT_EQUAL(o->level, LEVEL_OV);
    CU_ASSERT_EQUAL(o->standing, STANDING_ISSUED);
    CU_ASSERT_EQUAL(o->names.len, 3); /* the common name is among them twice */
    CU_ASSERT_EQUAL(o->issued_names.len, 3);
    CU_ASSERT(same(o->names.list[0].value, "www.example.com"));
    CU_ASSERT_EQUAL(o->order_end_s, at("2027-03-02T23:59:59Z"));
    CU_ASSERT_EQUAL(o->plan_years, 1);
    CU_ASSERT_FALSE(o->no_duplicates);
    CU_ASSERT_FALSE(o->renewed);
    CU_ASSERT_EQUAL(o->first_issued_s, 0); /* its original shows nowhere */
    CU_ASSERT_EQUAL(
        o->said, SAID_SOURCE | SAID_STANDING | SAID_DUPLICATES | SAID_RENEWED | SAID_IN_PROCESS);
    CU_ASSERT_EQUAL(o->in_process_len, 1);
    CU_ASSERT_EQUAL(o->in_process[0].act, ACT_DUPLICATE);
    CU_ASSERT_EQUAL_FATAL(o->certificates_len, 2);
    c = certificate(o, "991");
    CU_ASSERT_EQUAL(c.kind, CERTIFICATE_ORIGINAL); /* what it is a copy of is not said */
    CU_ASSERT_EQUAL(c.said, 0);
    CU_ASSERT_EQUAL(c.not_before_s, at("2026-03-02T00:00:00Z"));
    CU_ASSERT_EQUAL(c.not_after_s, at("2026-09-16T23:59:59Z"));
    hex_encode(dc->key.key_hash, sizeof dc->key.key_hash, digits);
    CU_ASSERT(same(c.spki, digits));
    c = certificate(o, "994");
    CU_ASSERT_EQUAL(c.kind, CERTIFICATE_DUPLICATE);
    CU_ASSERT(c.revoked);
}

static void an_order_has_all_its_certificates_and_what_is_under_way(void)
{
    struct dc dc;

    dc_open(&dc);
    dc.check = check_whole_order;
    CU_ASSERT_EQUAL(
        fetch(&dc, "880",
            (struct exchange[]){
                {"GET /order/certificate/880", 200,
                    text("{'id':'880','status':'issued','is_renewed':'0','validity_years':1,"
                         "'order_valid_till':'2027-03-02','allow_duplicates':1,"
                         "'product':{'name_id':'ssl_basic','type':'ssl_certificate',"
                         "'validation_type':'ov'},'reissues_count':1,'duplicates_count':'1',"
                         "'requests':[{'id':60,'type':'duplicate','status':'pending'}],"
                         "'certificate':{'id':991,'common_name':'WWW.example.com','dns_names':"
                         "['www.example.com','a.example.com'],'csr':'%s','serial_number':'0A',"
                         "'valid_from':'2026-03-02','valid_till':'2026-09-16'},'extra':[[]]}",
                        dc.key.csr_text)},
                {"GET /order/certificate/880/reissue", 200,
                    text("{'certificates':[{'id':991,'status':'issued','csr':'%s',"
                         "'date_issued':'2026-03-02T00:00:00+00:00','valid_till':'2026-09-16'},"
                         "{'id':992,'status':'rejected'}]}",
                        dc.key.csr_text)},
                {"GET /order/certificate/880/duplicate", 200,
                    text("{'certificates':[{'id':'994','status':'revoked','csr':'%s',"
                         "'valid_till':'2026-09-16'},{'id':995,'status':'pending'}]}",
                        dc.other.csr_text)},
                {0}}),
        ERR_OK);
    CU_ASSERT_PTR_NULL(dc.lab.page.next);
    dc.check = NULL;
    CU_ASSERT_EQUAL(fetch(&dc, "7",
                        (struct exchange[]){{"GET /order/certificate/7", 404,
                                                text("{'errors':[{'code':'not_found|order'}]}")},
                            {0}}),
        ERR_NOT_FOUND);
    dc_close(&dc);
}

/* Statuses. */

struct status_row {
    const char *status;
    bool said;
    enum standing standing;
    enum act in_process;
};
static const struct status_row *status_row;

static void check_status(struct dc *dc, const struct upstream_page *page)
{
    const struct vendor_order *o = page->orders;

    (void)dc;
    CU_ASSERT_EQUAL_FATAL(page->orders_len, 1);
    CU_ASSERT_EQUAL((o->said & SAID_STANDING) != 0, status_row->said);
    CU_ASSERT_EQUAL(o->standing, status_row->standing);
    CU_ASSERT_EQUAL(o->in_process_len, status_row->in_process != ACT_NONE);
    if (o->in_process_len > 0)
        CU_ASSERT_EQUAL(o->in_process[0].act, status_row->in_process);
}

static void every_status_has_its_standing(void)
{
    static const struct status_row rows[] = {
        {"issued", true, STANDING_ISSUED, ACT_NONE},
        {"reissue_pending", true, STANDING_ISSUED, ACT_REISSUE},
        {"needs_approval", true, STANDING_PENDING, ACT_NEW},
        {"pending", true, STANDING_PENDING, ACT_NEW},
        {"processing", true, STANDING_PENDING, ACT_NEW},
        {"waiting_pickup", true, STANDING_PENDING, ACT_NEW},
        {"rejected", true, STANDING_REJECTED, ACT_NONE},
        {"denied", true, STANDING_REJECTED, ACT_NONE},
        {"canceled", true, STANDING_CANCELED, ACT_NONE},
        {"revoked", true, STANDING_REVOKED, ACT_NONE},
        {"expired", true, STANDING_EXPIRED, ACT_NONE},
        {"a word of tomorrow", false, STANDING_ISSUED, ACT_NONE},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct dc dc;
        struct exchange script[3] = {{"GET /order/certificate/880", 200, NULL}};

        dc_open(&dc);
        dc.check = check_status;
        status_row = &rows[i];
        script[0].body = text(
            "{'id':880,'status':'%s','reissues_count':0,'duplicates_count':0}", rows[i].status);
        if (rows[i].in_process == ACT_REISSUE)
            script[1] = (struct exchange){"GET /order/certificate/880/reissue", 200, "{}"};
        CU_ASSERT_EQUAL(fetch(&dc, "880", script), ERR_OK);
        dc_close(&dc);
    }
}

/* Pages. */

static void check_two(struct dc *dc, const struct upstream_page *page)
{
    (void)dc;
    CU_ASSERT_EQUAL_FATAL(page->orders_len, 2);
    CU_ASSERT(same(page->orders[0].id, "880"));
    CU_ASSERT_EQUAL(page->orders[0].standing, STANDING_ISSUED);
    CU_ASSERT(same(page->orders[1].id, "881"));
    CU_ASSERT_EQUAL(page->orders[1].standing, STANDING_REVOKED);
    CU_ASSERT_EQUAL(page->orders[1].certificates_len, 1);
    CU_ASSERT_PTR_NULL(page->validations);
}

static void orders_that_are_over_are_not_asked_for_one_by_one(void)
{
    struct dc dc;

    dc_open(&dc);
    dc.check = check_two;
    CU_ASSERT_EQUAL(
        list(&dc, "orders 0",
            (struct exchange[]){
                {LIST, 200,
                    text("{'orders':[{'id':880,'status':'issued'},{'id':881,'status':'revoked',"
                         "'certificate':{'id':991,'serial_number':'0A','status':'revoked'}},"
                         "{'id':882,'status':'issued'},{'status':'issued'},7],"
                         "'page':{'total':120,'limit':50,'offset':0}}")},
                {"GET /order/certificate/880", 200,
                    text("{'id':880,'status':'issued','reissues_count':0,'duplicates_count':0}")},
                {"GET /order/certificate/882", 404, text("{}")}, /* gone since */
                {0}}),
        ERR_OK);
    CU_ASSERT(same(dc.lab.page.next, "orders 5"));
    dc_close(&dc);
}

/* Of orders that are over nothing is said yet; of others what stands in the list. */
static void check_outline(struct dc *dc, const struct upstream_page *page)
{
    const struct vendor_order *o = page->orders;

    (void)dc;
    CU_ASSERT(page->is_outline);
    CU_ASSERT_EQUAL_FATAL(page->orders_len, 2);
    CU_ASSERT(same(o[0].id, "880"));
    CU_ASSERT(same(o[0].product, "ssl_basic"));
    CU_ASSERT_EQUAL(o[0].standing, STANDING_ISSUED);
    CU_ASSERT_EQUAL(o[0].names.len, 2);
    CU_ASSERT_EQUAL_FATAL(o[0].certificates_len, 1);
    CU_ASSERT_EQUAL(o[0].certificates[0].not_after_s, at("2026-09-16T23:59:59Z"));
    CU_ASSERT_EQUAL(o[0].said & (SAID_IN_PROCESS | SAID_DUPLICATES), 0); /* nobody knows */
    CU_ASSERT(same(o[1].id, "882"));
    CU_ASSERT_EQUAL(o[1].standing, STANDING_PENDING);
}

static void a_reading_begins_with_an_outline_of_all_orders(void)
{
    struct dc dc;
    const char *body;

    dc_open(&dc);
    body = text("{'orders':[{'id':880,'status':'issued','product':{'name_id':'ssl_basic'},"
                "'certificate':{'id':990,'common_name':'www.example.com',"
                "'dns_names':['example.com'],'serial_number':'0A','valid_till':'2026-09-16'}},"
                "{'id':881,'status':'revoked'},{'id':882,'status':'pending'}],"
                "'page':{'total':120,'limit':250,'offset':0}}");
    dc.check = check_outline;
    CU_ASSERT_EQUAL(list(&dc, NULL, (struct exchange[]){{OUTLINE, 200, body}, {0}}), ERR_OK);
    CU_ASSERT(same(dc.lab.page.next, "outline 3"));
    CU_ASSERT_EQUAL(
        list(&dc, "outline 117",
            (struct exchange[]){
                {"GET /order/certificate?limit=250&offset=117&sort=-date_created", 200, body},
                {0}}),
        ERR_OK);
    CU_ASSERT(same(dc.lab.page.next, "orders 0"));
    dc_close(&dc);
}

static void the_last_page_of_orders_leads_to_the_validations(void)
{
    static const struct {
        const char *from, *expect, *body, *next;
    } rows[] = {
        {"orders 100", "GET /order/certificate?limit=50&offset=100&sort=date_created",
            "{'orders':[{'id':1,'status':'expired'}],'page':{'total':101}}", "domains 0"},
        {"orders 100", "GET /order/certificate?limit=50&offset=100&sort=date_created",
            "{'orders':[],'page':{'total':500}}", "domains 0"},
        {"orders 100", "GET /order/certificate?limit=50&offset=100&sort=date_created",
            "{'orders':[{'id':1,'status':'expired'}]}", "domains 0"},
        {"orders 100", "GET /order/certificate?limit=50&offset=100&sort=date_created",
            "{'orders':[{'id':1,'status':'expired'}],'page':{'total':'102'}}", "orders 101"},
        {"orders 100", "GET /order/certificate?limit=50&offset=100&sort=date_created", "{}",
            "domains 0"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct dc dc;

        dc_open(&dc);
        CU_ASSERT_EQUAL(
            list(&dc, rows[i].from,
                (struct exchange[]){{rows[i].expect, 200, text("%s", rows[i].body)}, {0}}),
            ERR_OK);
        CU_ASSERT(same(dc.lab.page.next, rows[i].next));
        dc_close(&dc);
    }
}

static void check_validations(struct dc *dc, const struct upstream_page *page)
{
    const struct validations *v = page->validations;

    (void)dc;
    CU_ASSERT_PTR_NOT_NULL_FATAL(v);
    CU_ASSERT_EQUAL(v->organization_until_s, at("2027-03-24T10:00:00Z"));
    CU_ASSERT(v->lists_domains);
    CU_ASSERT_EQUAL_FATAL(v->domains_len, 4);
    CU_ASSERT(same(v->domains[0].name, "example.com"));
    CU_ASSERT_EQUAL(v->domains[0].until_s, at("2026-09-13T09:05:00Z"));
    CU_ASSERT_EQUAL(v->domains[1].until_s, at("2026-09-13T23:59:59Z"));
    CU_ASSERT_EQUAL(v->domains[2].until_s, 1); /* it does not hold */
    CU_ASSERT_EQUAL(v->domains[3].until_s, 0); /* nobody says until when */
}

static void validations_are_those_of_our_organization_and_all_domains(void)
{
    struct dc dc;

    dc_open(&dc);
    dc.check = check_validations;
    CU_ASSERT_EQUAL(
        list(&dc, "domains 0",
            (struct exchange[]){
                {"GET /organization?include_validation=true", 200,
                    text("{'organizations':[{'id':1,'validations':[{'type':'ov','status':'active',"
                         "'validated_until':'2030-01-01T00:00:00+00:00'}]},"
                         "{'id':'730021','validations':[{'type':'ev','status':'pending'},"
                         "{'type':'ov','status':'active',"
                         "'validated_until':'2027-03-24T10:00:00+00:00'}]}]}")},
                {"GET /domain?include_dcv=true&include_validation=true&limit=500&offset=0", 200,
                    text("{'domains':[{'name':'example.com','status':'active',"
                         "'dcv_expiration_datetime':'2026-09-13T09:05:00+00:00'},"
                         "{'name':'example.org','status':'approved',"
                         "'dcv_expiration':{'ov':'2026-09-13'}},"
                         "{'name':'example.net','status':'pending'},"
                         "{'name':'example.edu','status':'active'},{'status':'active'}],"
                         "'page':{'total':600}}")},
                {0}}),
        ERR_OK);
    CU_ASSERT(same(dc.lab.page.next, "domains 5"));
    dc_close(&dc);
}

/* Changes. */

static char *changes_path(struct dc *dc, int64_t ago_s)
{
    return lab_text(&dc->lab, "GET /order/certificate/status-changes?minutes=%" PRId64,
        (ago_s + 15 * 60) / 60 + 1);
}

static void check_none(struct dc *dc, const struct upstream_page *page)
{
    (void)dc;
    CU_ASSERT_EQUAL(page->orders_len, 0);
}

static void what_has_changed_is_asked_for_by_id(void)
{
    int64_t since_s = clock_now_s() - 3600;
    struct dc dc;
    char *from;

    dc_open(&dc);
    from = text("since %" PRId64 " after 880", since_s);
    CU_ASSERT_EQUAL(
        list(&dc, from,
            (struct exchange[]){{changes_path(&dc, 3600), 200,
                                    text("{'orders':[{'order_id':'882','status':'issued'},"
                                         "{'order_id':880,'status':'issued'},{'order_id':881},"
                                         "{'order_id':881},{'certificate_id':7}]}")},
                {"GET /order/certificate/881", 200,
                    text("{'id':881,'status':'canceled','reissues_count':0,"
                         "'duplicates_count':0}")},
                {"GET /order/certificate/882", 200,
                    text("{'id':882,'status':'canceled','reissues_count':0,"
                         "'duplicates_count':0}")},
                {0}}),
        ERR_OK);
    CU_ASSERT(same(dc.lab.page.next, "domains 0"));
    dc.check = check_none;
    CU_ASSERT_EQUAL(list(&dc, text("since %" PRId64, since_s),
                        (struct exchange[]){{changes_path(&dc, 3600), 200, "{}"}, {0}}),
        ERR_OK);
    CU_ASSERT(same(dc.lab.page.next, "domains 0"));
    dc_close(&dc);
}

/* A page that has taken too long already ends with the order that it is at. */
static void slow_pages_are_cut_where_they_are(void)
{
    int64_t since_s = clock_now_s() - 3600;
    struct dc dc;
    const struct {
        const char *from;
        struct exchange first;
        const char *next;
    } * row, rows[] = {
                 {"orders 100",
                     {"GET /order/certificate?limit=50&offset=100&sort=date_created", 200,
                         "{'orders':[{'id':880,'status':'issued'},{'id':881,'status':'issued'}]}"},
                     "orders 101"},
                 {NULL, {NULL, 200, "{'orders':[{'order_id':880},{'order_id':881}]}"}, "after 880"},
             };

    for (row = rows; row < rows + COUNT(rows); row++) {
        struct exchange script[] = {row->first,
            {"GET /order/certificate/880", 200,
                "{\"id\":880,\"status\":\"issued\",\"reissues_count\":0,\"duplicates_count\":0}"},
            {0}};
        const char *from;

        dc_open(&dc);
        from = row->from != NULL ? row->from : text("since %" PRId64, since_s);
        script[0].body = text("%s", row->first.body);
        if (row->from == NULL)
            script[0].expect = changes_path(&dc, 3600);
        vendor_lab_script(&dc.lab, script);
        dc.lab.is_starting = true;
        digicert_ops.list(dc.upstream, from, vendor_lab_on_page, &dc.lab)->began_ms -= 3600000;
        vendor_lab_run(&dc.lab);
        CU_ASSERT_EQUAL(dc.lab.page.result, ERR_OK);
        CU_ASSERT_PTR_NOT_NULL_FATAL(strstr(dc.lab.page.next, row->next));
        dc_close(&dc);
    }
}

/* DigiCert tells of seven days only. */
static void changes_of_more_than_a_week_are_a_whole_list(void)
{
    struct dc dc;

    dc_open(&dc);
    CU_ASSERT_EQUAL(list(&dc, text("since %" PRId64, clock_now_s() - 7 * 86400),
                        (struct exchange[]){{OUTLINE, 200, "{}"}, {0}}),
        ERR_OK);
    dc_close(&dc);
}

/* Asks for orders that are gone, from one id to another. */
static void ask_for_gone(struct dc *dc, struct exchange *script, int from, int to)
{
    for (int id = from; id <= to; id++)
        *script++ =
            (struct exchange){lab_text(&dc->lab, "GET /order/certificate/%d", id), 404, "{}"};
}

/* They are listed once: what a page has not read, the next one is told. */
static void many_changes_are_several_pages_of_one_list(void)
{
    int64_t since_s = clock_now_s() - 3600;
    struct exchange script[LAB_EXCHANGES_MAX] = {{0}};
    const char *next;
    struct dc dc;
    char *body;

    dc_open(&dc);
    body = text("{'orders':[");
    for (int i = 230; i > 100; i--)
        body = text("%s{'order_id':%d}%s", body, i, i == 101 ? "]}" : ",");
    script[0] = (struct exchange){changes_path(&dc, 3600), 200, body};
    ask_for_gone(&dc, script + 1, 101, 150);
    CU_ASSERT_EQUAL(list(&dc, text("since %" PRId64, since_s), script), ERR_OK);
    next = mem_strdup(dc.lab.mem, dc.lab.page.next);
    CU_ASSERT_PTR_NOT_NULL(strstr(next, text("since %" PRId64 " after 150 of 151,152,", since_s)));

    memset(script, 0, sizeof script);
    ask_for_gone(&dc, script, 151, 200);
    CU_ASSERT_EQUAL(list(&dc, next, script), ERR_OK);
    next = mem_strdup(dc.lab.mem, dc.lab.page.next);

    memset(script, 0, sizeof script);
    ask_for_gone(&dc, script, 201, 230);
    CU_ASSERT_EQUAL(list(&dc, next, script), ERR_OK);
    CU_ASSERT(same(dc.lab.page.next, "domains 0"));
    dc_close(&dc);
}

/* More than a page can be told: what was listed is read, then it is listed anew. */
static void very_many_changes_are_listed_again(void)
{
    int64_t since_s = clock_now_s() - 3600;
    struct exchange script[LAB_EXCHANGES_MAX] = {{0}};
    const char *next;
    struct dc dc;
    struct buf body;

    dc_open(&dc);
    buf_init(&body, dc.lab.mem, 65536);
    buf_add_text(&body, "{\"orders\":[{\"order_id\":999}");
    for (int i = 1000; i <= 2050; i++)
        buf_addf(&body, ",{\"order_id\":%d}", i);
    buf_add_text(&body, "]}");
    script[0] = (struct exchange){changes_path(&dc, 3600), 200, buf_text(&body)};
    ask_for_gone(&dc, script + 1, 999, 1048);
    CU_ASSERT_EQUAL(list(&dc, text("since %" PRId64, since_s), script), ERR_OK);
    next = dc.lab.page.next;
    CU_ASSERT(same(next + strlen(next) - strlen(",2047,2048+"), ",2047,2048+"));

    memset(script, 0, sizeof script);
    ask_for_gone(&dc, script, 2047, 2048);
    CU_ASSERT_EQUAL(
        list(&dc, text("since %" PRId64 " after 2046 of 2047,2048+", since_s), script), ERR_OK);
    CU_ASSERT(same(dc.lab.page.next, text("since %" PRId64 " after 2048", since_s)));
    dc_close(&dc);
}

static void trouble_with_one_of_many_calls_is_trouble_with_the_page(void)
{
    int64_t since_s = clock_now_s() - 3600;
    struct exchange script[4] = {{0}};
    struct dc dc;

    dc_open(&dc);
    script[0] = (struct exchange){changes_path(&dc, 3600), 200,
        text("{'orders':[{'order_id':101},{'order_id':102},{'order_id':103}]}")};
    script[1] = (struct exchange){"GET /order/certificate/101", 404, "{}"};
    script[2] = (struct exchange){"GET /order/certificate/102", 500, ""};
    CU_ASSERT_EQUAL(list(&dc, text("since %" PRId64, since_s), script), ERR_UPSTREAM_TEMPORARY);
    dc_close(&dc);
}

static void trouble_with_one_call_is_trouble_with_the_page(void)
{
    static const struct {
        int status;
        const char *body;
        enum err_code result;
    } rows[] = {
        {500, "", ERR_UPSTREAM_TEMPORARY},
        {200, "<html>", ERR_UPSTREAM_TEMPORARY},
        {200, "{'orders':[", ERR_UPSTREAM_TEMPORARY},
        {429, "{}", ERR_UPSTREAM_TEMPORARY},
        {403, "{}", ERR_UPSTREAM_REFUSED},
        {401, "", ERR_UPSTREAM_REFUSED},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct dc dc;

        dc_open(&dc);
        CU_ASSERT_EQUAL(
            list(&dc, NULL,
                (struct exchange[]){{OUTLINE, rows[i].status, text("%s", rows[i].body)}, {0}}),
            rows[i].result);
        CU_ASSERT(rows[i].status == 429 || dc.lab.page.detail[0] != '\0');
        dc_close(&dc);
    }
}

static void a_place_that_is_not_digicerts_is_refused(void)
{
    static const char *const places[] = {"", "orders", "orders x", "page 2", "since", "since -5"};
    struct dc dc;

    dc_open(&dc);
    for (size_t i = 0; i < COUNT(places); i++)
        CU_ASSERT_EQUAL(list(&dc, places[i], (struct exchange[]){{0}}), ERR_UPSTREAM_REFUSED);
    dc_close(&dc);
}

static const struct test tests[] = {
    {"an order has all its certificates and what is under way",
        an_order_has_all_its_certificates_and_what_is_under_way},
    {"every status has its standing", every_status_has_its_standing},
    {"a reading begins with an outline of all orders",
        a_reading_begins_with_an_outline_of_all_orders},
    {"slow pages are cut where they are", slow_pages_are_cut_where_they_are},
    {"orders that are over are not asked for one by one",
        orders_that_are_over_are_not_asked_for_one_by_one},
    {"the last page of orders leads to the validations",
        the_last_page_of_orders_leads_to_the_validations},
    {"validations are those of our organization and all domains",
        validations_are_those_of_our_organization_and_all_domains},
    {"what has changed is asked for by id", what_has_changed_is_asked_for_by_id},
    {"changes of more than a week are a whole list", changes_of_more_than_a_week_are_a_whole_list},
    {"many changes are several pages of one list", many_changes_are_several_pages_of_one_list},
    {"very many changes are listed again", very_many_changes_are_listed_again},
    {"trouble with one of many calls is trouble with the page",
        trouble_with_one_of_many_calls_is_trouble_with_the_page},
    {"trouble with one call is trouble with the page",
        trouble_with_one_call_is_trouble_with_the_page},
    {"a place that is not DigiCert's is refused", a_place_that_is_not_digicerts_is_refused},
    {NULL, NULL},
};

const struct test_suite suite_digicert_list = {"digicert_list", tests};
