/* Tests of policy/upstream/digicert_validate: a domain validated anew, by which calls, and what
 * strange answers come to. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "policy/upstream/digicert.h"
#include "tests/unit/policy/vendor_lab.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define LIST         "GET /domain?limit=500&offset=0"
#define METHOD       "PUT /domain/61001/dcv/method"
#define LOOK         "PUT /domain/61001/dcv/validate-token"
#define INFO         "GET /domain/61001?include_dcv=true&include_validation=true"
#define FOUND                                                                                      \
    {                                                                                              \
        LIST, 200, text("{'domains':[{'id':'61001','name':'Example.COM'}]}")                       \
    }

struct dc {
    struct vendor_lab lab;
    struct upstream *upstream;
};

static void dc_open(struct dc *dc, const char *method)
{
    struct digicert_options options = {.name = "dc",
        .api_key = "SECRET",
        .ca_file = "",
        .timeout_ms = 10000,
        .organization_id = "730021",
        .order_years = 1,
        .payment_method = "",
        .dcv_method = method,
        .container_id = ""};

    memset(dc, 0, sizeof *dc);
    vendor_lab_open(&dc->lab);
    options.url = dc->lab.url;
    dc->upstream = digicert_new(dc->lab.mem, dc->lab.loop, dc->lab.http, dc->lab.limit, &options);
}

static void dc_close(struct dc *dc)
{
    dc->upstream->ops->free(dc->upstream);
    vendor_lab_close(&dc->lab);
}

static const struct upstream_result *run(
    struct dc *dc, bool published, const struct exchange *script)
{
    struct upstream_domain domain = {"example.com", published};

    vendor_lab_script(&dc->lab, script);
    dc->lab.is_starting = true;
    dc->upstream->ops->validate(dc->upstream, &domain, vendor_lab_on_result, &dc->lab);
    vendor_lab_run(&dc->lab);
    return &dc->lab.result;
}

#define text(...) lab_text(&dc.lab, __VA_ARGS__)

static void what_is_to_be_published_is_told(void)
{
    static const struct {
        const char *method, *name, *value;
        enum vendor_proof_kind kind;
    } rows[] = {
        {"dns-txt-token", "example.com", "f0q3", VENDOR_PROOF_TXT},
        {"dns-cname-token", "f0q3.example.com", "dcv.digicert.com", VENDOR_PROOF_CNAME},
        {"http-token", "/.well-known/pki-validation/fileauth.txt", "f0q3", VENDOR_PROOF_HTTP},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct dc dc;
        const struct upstream_result *r;

        dc_open(&dc, rows[i].method);
        r = run(&dc, false,
            (struct exchange[]){FOUND,
                {METHOD, 200,
                    text("{'dcv_token':{'token':'f0q3','status':'pending',"
                         "'verification_value':'dcv.digicert.com'}}")},
                {0}});
        CU_ASSERT_EQUAL(r->result, ERR_OK);
        CU_ASSERT_EQUAL(r->validated_until_s, 0);
        CU_ASSERT_EQUAL_FATAL(r->proofs_len, 1);
        CU_ASSERT_EQUAL(r->proofs[0].kind, rows[i].kind);
        CU_ASSERT_STRING_EQUAL(r->proofs[0].domain, "example.com");
        CU_ASSERT_STRING_EQUAL(r->proofs[0].name, rows[i].name);
        CU_ASSERT_STRING_EQUAL(r->proofs[0].value, rows[i].value);
        CU_ASSERT_STRING_EQUAL(dc.lab.bodies[1], text("{'dcv_method':'%s'}", rows[i].method));
        dc_close(&dc);
    }
}

static void the_new_end_is_told_when_it_was_seen(void)
{
    struct dc dc;
    const struct upstream_result *r;
    int64_t until_s;

    dc_open(&dc, "dns-txt-token");
    r = run(&dc, true,
        (struct exchange[]){FOUND, {LOOK, 200, text("{'status':'active'}")},
            {INFO, 200,
                text("{'id':61001,'status':'active',"
                     "'dcv_expiration_datetime':'2027-09-13T09:05:00+00:00'}")},
            {0}});
    CU_ASSERT_EQUAL(r->result, ERR_OK);
    CU_ASSERT_EQUAL(r->proofs_len, 0);
    CU_ASSERT(clock_parse("2027-09-13T09:05:00Z", &until_s));
    CU_ASSERT_EQUAL(r->validated_until_s, until_s);
    dc_close(&dc);
}

static void a_domain_may_stand_on_a_later_page(void)
{
    struct dc dc;
    const struct upstream_result *r;
    struct buf page;

    dc_open(&dc, "dns-txt-token");
    buf_init(&page, dc.lab.mem, 1024 * 1024);
    buf_add_text(&page, "{'domains':[");
    for (int i = 0; i < 500; i++)
        buf_addf(&page, "%s{'id':%d,'name':'d%d.example.com'}", i == 0 ? "" : ",", i, i);
    buf_add_text(&page, "]}");
    r = run(&dc, false,
        (struct exchange[]){{LIST, 200, text("%s", buf_text(&page))},
            {"GET /domain?limit=500&offset=500", 200,
                text("{'domains':[{'id':9,'name':'example.com','is_active':false},"
                     "{'id':61001,'name':'example.com','is_active':true}]}")},
            {METHOD, 200, text("{'dcv_token':{'token':'f0q3'}}")}, {0}});
    CU_ASSERT(r->result == ERR_OK && r->proofs_len == 1);
    dc_close(&dc);
}

/* What the first call, the second and the third are answered; and what comes of it. */
static void every_other_answer_has_its_class(void)
{
    static const struct {
        bool published;
        const char *list;
        int status;
        const char *second, *third;
        enum err_code result;
    } rows[] = {
        {false, "{'domains':[]}", 0, NULL, NULL, ERR_UPSTREAM_REFUSED},
        {false, "{'domains':[{'id':1,'name':'www.example.com'},{'name':'example.com'}]}", 0, NULL,
            NULL, ERR_UPSTREAM_REFUSED},
        {false, "{'domains':[{'id':1,'name':'example.com','is_active':0}]}", 0, NULL, NULL,
            ERR_UPSTREAM_REFUSED},
        {false, "{'domains':'none'}", 0, NULL, NULL, ERR_UPSTREAM_REFUSED},
        {false, "[1,2", 0, NULL, NULL, ERR_UPSTREAM_TEMPORARY},
        {false, NULL, 200, "{}", NULL, ERR_UPSTREAM_TEMPORARY},
        {false, NULL, 200, "{'dcv_token':{'token':17}}", NULL, ERR_UPSTREAM_TEMPORARY},
        {false, NULL, 200, "{'dcv_token':[]}", NULL, ERR_UPSTREAM_TEMPORARY},
        {false, NULL, 200, "<html>", NULL, ERR_UPSTREAM_TEMPORARY},
        {false, NULL, 403, "{'errors':[{'code':'access_denied|x'}]}", NULL, ERR_UPSTREAM_REFUSED},
        {false, NULL, 404, "{'errors':[{'code':'not_found'}]}", NULL, ERR_UPSTREAM_REFUSED},
        {false, NULL, 429, "{'errors':[{'code':'request_limit_exceeded'}]}", NULL,
            ERR_UPSTREAM_TEMPORARY},
        {false, NULL, 502, "<html>", NULL, ERR_UPSTREAM_TEMPORARY},
        {false, NULL, ANSWER_NOTHING, NULL, NULL, ERR_UPSTREAM_TEMPORARY},
        {true, NULL, 400, "{'errors':[{'code':'invalid_dns_txt'}]}", NULL, ERR_UPSTREAM_TEMPORARY},
        {true, NULL, 400, "{'errors':[{'code':'file_random_value_not_found'}]}", NULL,
            ERR_UPSTREAM_TEMPORARY},
        {true, NULL, 403, "{'errors':[{'code':'access_denied'}]}", NULL, ERR_UPSTREAM_REFUSED},
        {true, NULL, 200, "{'status':'active'}", "{'status':'pending'}", ERR_UPSTREAM_TEMPORARY},
        {true, NULL, 200, "{'status':'active'}",
            "{'status':'active','dcv_expiration_datetime':'soon'}", ERR_UPSTREAM_TEMPORARY},
        {true, NULL, 200, "{'status':'active'}", "{'status':'active'}", ERR_UPSTREAM_TEMPORARY},
        {true, NULL, 200, NULL, "{}", ERR_UPSTREAM_TEMPORARY},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct dc dc;
        const struct upstream_result *r;
        struct exchange script[4] = {0};

        dc_open(&dc, "dns-txt-token");
        script[0] = (struct exchange)FOUND;
        if (rows[i].list != NULL)
            script[0].body = text("%s", rows[i].list);
        if (rows[i].status != 0)
            script[1] = (struct exchange){rows[i].published ? LOOK : METHOD, rows[i].status,
                rows[i].second == NULL ? NULL : text("%s", rows[i].second)};
        if (rows[i].third != NULL)
            script[2] = (struct exchange){INFO, 200, text("%s", rows[i].third)};
        r = run(&dc, rows[i].published, script);
        CU_ASSERT_EQUAL(r->result, rows[i].result);
        if (r->result != rows[i].result)
            printf("\n    row %zu: %s: %s\n", i, err_code_name(r->result), r->detail);
        CU_ASSERT(r->validated_until_s == 0 && r->detail[0] != '\0');
        dc_close(&dc);
    }
}

static const struct test tests[] = {
    {"what is to be published is told", what_is_to_be_published_is_told},
    {"the new end is told when it was seen", the_new_end_is_told_when_it_was_seen},
    {"a domain may stand on a later page", a_domain_may_stand_on_a_later_page},
    {"every other answer has its class", every_other_answer_has_its_class},
    {NULL, NULL},
};
extern const struct test_suite suite_digicert_validate;
const struct test_suite suite_digicert_validate = {"digicert_validate", tests};
