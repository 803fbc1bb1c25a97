/* Tests of policy/upstream/huawei: what is bought and applied for, what the vendor's JSON is, what
 * is asked of the API in which state, and what its answers mean, odd and lost ones too. */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "policy/upstream/huawei_certificate.h"
#include "policy/upstream/huawei_form.h"
#include "policy/upstream/huawei_report.h"
#include "tests/unit/policy/vendor_lab.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SENT_S       INT64_C(1772446530) /* 2026-03-02T10:15:30Z */
#define REFERENCE    "countersign-00112233445566778899aabbccddeeff"
#define LIST         "/v3/scm/certificates"
#define BUY          "POST " LIST "/buy"
#define SHOW         "GET " LIST "/scs1"
#define APPLY        "POST " LIST "/scs1/apply"
#define EXPORT       "POST " LIST "/scs1/export"
#define NAME         "PUT /v2/p1/scm/cert/scs1"
#define FORM         "POST /v2/p1/scm/cert/scs1/read"
#define REVOKE       "POST /v2/p1/scm/cert/scs1/revoke"
#define BY_NAME      "GET " LIST "?content=www.example.com&limit=50&offset=0"
#define BY_SLOT      "GET " LIST "?status=PAID&limit=50&offset=0"
#define OK           "{\"request_info\":\"success\"}"
#define NOTHING      "{\"certificates\":[],\"total_count\":0}"
#define WRONG_STATE  "{\"error_code\":\"SCM.0010\",\"error_msg\":\"no\"}"

static const uint8_t reference[16] = {
    0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};

static const char *const names[] = {"www.example.com", NULL};

/* The lab, the connector and an action. */
struct hw {
    struct vendor_lab lab;
    struct huawei_options options;
    struct upstream *upstream;
    struct lab_subject ours, others;
    struct identifier name;
    struct identifiers identifiers;
    struct action action;
    struct upstream_request request;
};

static void hw_open(struct hw *hw, enum act act, const char *project)
{
    memset(hw, 0, sizeof *hw);
    vendor_lab_open(&hw->lab);
    hw->options = (struct huawei_options){
        .name = "hw",
        .url = hw->lab.url,
        .access_key = "AK",
        .secret_key = "SK",
        .project_id = project,
        .account_id = "",
        .ca_file = "",
        .timeout_ms = 10000,
        .poll_s = 15,
        .doubt_s = 120,
        .order_years = 1,
        .domain_method = "DNS",
        .company = {"Shop Ltd", "", "CN", "Guangdong", "Shenzhen"},
        .applicant = {"Ada-Lovelace", "138", "ops@example.com"},
    };
    hw->upstream = huawei_new(hw->lab.mem, hw->lab.loop, hw->lab.http, hw->lab.limit, &hw->options);
    hw->ours = vendor_lab_subject(&hw->lab, names);
    hw->others = vendor_lab_subject(&hw->lab, names);
    hw->name = (struct identifier){IDENTIFIER_DNS, names[0]};
    hw->identifiers = (struct identifiers){&hw->name, 1};
    hw->action = (struct action){
        .act = act,
        .reference = {reference, sizeof reference},
        .key_hash = {hw->ours.key_hash, sizeof hw->ours.key_hash},
        .product = "geotrust.dv_ssl_cert",
        .target = act == ACT_NEW ? NULL : "scs1",
        .sent_s = SENT_S,
    };
    hw->request = (struct upstream_request){
        .action = &hw->action, .identifiers = &hw->identifiers, .csr = hw->ours.csr};
}

static void hw_close(struct hw *hw)
{
    hw->upstream->ops->free(hw->upstream);
    vendor_lab_close(&hw->lab);
}

typedef struct upstream_call *(*hw_verb)(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);

static const struct upstream_result *hw_run(
    struct hw *hw, hw_verb verb, const struct exchange *script)
{
    vendor_lab_script(&hw->lab, script);
    hw->lab.is_starting = true;
    verb(hw->upstream, &hw->request, vendor_lab_on_result, &hw->lab);
    vendor_lab_run(&hw->lab);
    return &hw->lab.result;
}

#define text(...) lab_text(&hw.lab, __VA_ARGS__)

static bool same(const char *a, const char *b)
{
    bool is = a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;

    if (!is)
        printf("\n    \"%s\" is not \"%s\"\n", a, b);
    return is;
}

static bool holds(const char *text, const char *part)
{
    bool does = text != NULL && strstr(text, part) != NULL;

    if (!does)
        printf("\n    \"%s\" is not in \"%s\"\n", part, text);
    return does;
}

/* As ShowCertificate has it. */
static char *shown(struct hw *hw, const char *status, const char *more)
{
    return lab_text(&hw->lab,
        "{'id':'scs1','status':'%s','order_id':'CS1','name':'scm-1','type':'DV_SSL_CERT',"
        "'brand':'GEOTRUST','domain_type':'SINGLE_DOMAIN','validity_period':12,'domain_count':1,"
        "'wildcard_count':0,'sans':null%s}",
        status, more);
}

#define OURS ",'domain':'www.example.com'"

static char *exported(struct hw *hw, const struct lab_subject *subject)
{
    return lab_text(&hw->lab, "{'certificate':'%s','certificate_chain':'%s','private_key':null}",
        subject->leaf_pem, vendor_lab_json(&hw->lab, hw->lab.issuing_pem));
}

static bool is_ours(const struct hw *hw, const struct upstream_result *r)
{
    return r->result == ERR_OK && r->issued && same(r->chain, hw->lab.issuing_pem);
}

/* Products and names. */

static void products_are_brand_and_type(void)
{
    static const struct {
        const char *word, *brand, *type;
        enum level level;
        bool is_free;
    } rows[] = {
        {"geotrust.dv_ssl_cert", "GEOTRUST", "DV_SSL_CERT", LEVEL_DV, false},
        {"GeoTrust.DV_SSL_CERT", "GEOTRUST", "DV_SSL_CERT", LEVEL_DV, false},
        {"digicert.dv_ssl_cert_basic", "SYMANTEC", "DV_SSL_CERT_BASIC", LEVEL_DV, true},
        {"geotrust.dv_ssl_cert_basic", "GEOTRUST", "DV_SSL_CERT_BASIC", LEVEL_DV, false},
        {"cfca.ov_ssl_cert_pro", "CFCA", "OV_SSL_CERT_PRO", LEVEL_OV, false},
        {"globalsign.ev_ssl_cert", "GLOBALSIGN", "EV_SSL_CERT", LEVEL_EV, false},
    };
    static const char *const wrong[] = {"", ".", "geotrust", "geotrust.", ".dv_ssl_cert",
        "geo.dv_ssl_cert", "geotrust.dv_ssl_cer", "geotrust.dv_ssl_cert.x", "symantec.dv_ssl_cert"};
    void *mem = mem_pool(NULL, 4096);
    struct huawei_product product;

    for (size_t i = 0; i < COUNT(rows); i++) {
        CU_ASSERT_FATAL(huawei_product_read(rows[i].word, &product));
        CU_ASSERT(same(product.brand, rows[i].brand) && same(product.type, rows[i].type));
        CU_ASSERT(product.level == rows[i].level && product.is_free == rows[i].is_free);
    }
    for (size_t i = 0; i < COUNT(wrong); i++)
        CU_ASSERT_FALSE(huawei_product_read(wrong[i], &product));
    CU_ASSERT(same(huawei_product_word(mem, "SYMANTEC", "OV_SSL_CERT"), "digicert.ov_ssl_cert"));
    CU_ASSERT(same(huawei_product_word(mem, "NEWCA", "XV_CERT"), "newca.xv_cert"));
    CU_ASSERT_PTR_NULL(huawei_product_word(mem, NULL, "OV_SSL_CERT"));
    CU_ASSERT_PTR_NULL(huawei_brand_word(mem, NULL));
    CU_ASSERT_EQUAL(huawei_level("XV_CERT"), LEVEL_UNKNOWN);
    mem_free(mem);
}

static struct identifiers names_of(void *mem, const char *list)
{
    struct identifiers out = {mem_new_array(mem, struct identifier, 16), 0};

    while (*list != '\0') {
        size_t len = strcspn(list, " ");

        out.list[out.len++] =
            (struct identifier){list[0] >= '0' && list[0] <= '9' ? IDENTIFIER_IP : IDENTIFIER_DNS,
                mem_strndup(mem, list, len)};
        list += len + (list[len] == ' ');
    }
    return out;
}

/* The body of a purchase, from domain_type on. */
static void purchases_fit_the_names(void)
{
    static const struct {
        const char *names, *body, *others;
    } rows[] = {
        {"a.test", "'SINGLE_DOMAIN','effective_time':2,'domain_numbers':1,", NULL},
        {"192.0.2.1", "'SINGLE_DOMAIN','effective_time':2,'domain_numbers':1,", NULL},
        {"*.a.test", "'WILDCARD','effective_time':2,'domain_numbers':1,", NULL},
        {"long.a.test a.test",
            "'MULTI_DOMAIN','effective_time':2,'domain_numbers':2,'primary_domain_type':"
            "'SINGLE_DOMAIN','single_domain_number':1,'wildcard_domain_number':0,",
            "long.a.test"},
        {"*.b.test www.a.test b.test",
            "'MULTI_DOMAIN','effective_time':2,'domain_numbers':3,'primary_domain_type':"
            "'SINGLE_DOMAIN','single_domain_number':1,'wildcard_domain_number':1,",
            "*.b.test;www.a.test"},
        {"*.bb.test *.a.test",
            "'MULTI_DOMAIN','effective_time':2,'domain_numbers':2,'primary_domain_type':"
            "'WILDCARD_DOMAIN','single_domain_number':0,'wildcard_domain_number':1,",
            "*.bb.test"},
    };
    struct huawei_options options = {.order_years = 2};
    struct huawei_product product;
    struct hw hw;

    hw_open(&hw, ACT_NEW, "");
    CU_ASSERT(huawei_product_read("cfca.ov_ssl_cert", &product));
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct identifiers list = names_of(hw.lab.mem, rows[i].names);
        struct huawei_names kind = huawei_names_of(&list);

        CU_ASSERT(same(huawei_purchase(hw.lab.mem, &options, &product, &list),
            text("{'cert_brand':'CFCA','cert_type':'OV_SSL_CERT','domain_type':%s"
                 "'order_number':1,'agree_privacy_protection':true,'is_auto_pay':true}",
                rows[i].body)));
        CU_ASSERT(same(huawei_names_others(hw.lab.mem, &list, kind.primary), rows[i].others));
    }
    CU_ASSERT(huawei_product_read("digicert.dv_ssl_cert_basic", &product));
    CU_ASSERT(holds(
        huawei_purchase(hw.lab.mem, &options, &product, &hw.identifiers), "\"effective_time\":0,"));
    hw_close(&hw);
}

static void applications_have_what_their_level_needs(void)
{
    struct vendor_subject action = {.csr = "PEM\n"};
    struct huawei_certificate slot = {.type = "DV_SSL_CERT"};
    const char *body;
    struct hw hw;

    hw_open(&hw, ACT_NEW, "");
    hw.options.domain_method = "EMAIL";
    action.names = hw.identifiers;
    CU_ASSERT(same(huawei_application(hw.lab.mem, &hw.options, &slot, &action),
        text("{'domain':'www.example.com','csr':'PEM\\n','applicant_name':'Ada-Lovelace',"
             "'applicant_phone':'138','applicant_email':'ops@example.com','domain_method':'DNS',"
             "'agree_privacy_protection':true}")));
    slot.type = "OV_SSL_CERT";
    body = huawei_application(hw.lab.mem, &hw.options, &slot, &action);
    CU_ASSERT(holds(body, text("'company_name':'Shop Ltd','company_province':'Guangdong',"
                               "'company_city':'Shenzhen','country':'CN'")));
    CU_ASSERT(holds(body, text("'domain_method':'EMAIL','ca_hash_algorithm':'DEFAULT'")));
    action.names = names_of(hw.lab.mem, "192.0.2.1");
    CU_ASSERT(holds(huawei_application(hw.lab.mem, &hw.options, &slot, &action),
        text("'domain_method':'FILE'")));
    hw_close(&hw);
}

/* What the vendor's JSON is. */

static void read_certificate(struct hw *hw, const char *json, struct huawei_certificate *out)
{
    struct json at;
    struct err e = {0};

    CU_ASSERT_FATAL(
        json_parse(hw->lab.mem, bytes_of(lab_text(&hw->lab, "%s", json)), "it", &at, &e) == ERR_OK);
    e.code = huawei_certificate_read(hw->lab.mem, &at, out, &e);
    if (e.code != ERR_OK)
        out->id = NULL;
}

static void certificates_are_read_as_vendors_write(void)
{
    struct huawei_certificate c;
    struct hw hw;

    hw_open(&hw, ACT_NEW, "");
    read_certificate(&hw,
        "{'id':'scs1','status':'ISSUED','domain':'WWW.b.test','sans':'a.test;;www.b.test;*.c.test',"
        "'fingerprint':'AB:cd:01','not_before':'2026-01-15 16:30:00.0','issue_time':null,"
        "'validity_period':'12','domain_count':'4','multi_domain_type':'primary_wildcard',"
        "'authentification':[{'record_name':'_d.a.test','record_type':'CNAME','record_value':'v',"
        "'domain':'a.test'},{'record_name':'/f.txt','record_type':'FILE','record_value':'w'},"
        "{'record_name':'x','record_type':'EMAIL','record_value':'y'},{'record_name':null}]}",
        &c);
    CU_ASSERT(same(c.id, "scs1") && same(c.fingerprint, "abcd01"));
    CU_ASSERT_EQUAL_FATAL(c.names.len, 3);
    CU_ASSERT(same(c.names.list[0].value, "*.c.test") && same(c.names.list[2].value, "www.b.test"));
    CU_ASSERT(c.not_before_s == INT64_C(1768465800) && c.issued_s == 0); /* of UTC+8 */
    CU_ASSERT(c.months == 12 && c.names_max == 4 && c.is_multi_wildcard);
    CU_ASSERT_EQUAL_FATAL(c.proofs_len, 2);
    CU_ASSERT(c.proofs[0].kind == VENDOR_PROOF_CNAME && same(c.proofs[0].name, "_d.a.test"));
    CU_ASSERT(c.proofs[1].kind == VENDOR_PROOF_HTTP && same(c.proofs[1].domain, "/f.txt"));
    read_certificate(&hw, "{'id':'scs1','status':'PAID'}", &c);
    CU_ASSERT(same(c.id, "scs1") && c.names.len == 0 && c.fingerprint == NULL);
    read_certificate(&hw, "{'id':null,'status':'PAID'}", &c);
    CU_ASSERT_PTR_NULL(c.id);
    read_certificate(&hw, "{'id':'scs1'}", &c);
    CU_ASSERT_PTR_NULL(c.id);
    hw_close(&hw);
}

static void states_that_nobody_knows_are_a_review(void)
{
    static const struct {
        const char *status;
        enum huawei_state state;
    } rows[] = {{"PAID", HUAWEI_PAID}, {"CHECKING", HUAWEI_REVIEW},
        {"CHECKING_DOMAIN", HUAWEI_REVIEW}, {"ISSUING", HUAWEI_REVIEW}, {"NEWS", HUAWEI_REVIEW},
        {"CANCELCHECKING", HUAWEI_LEAVING}, {"ISSUED", HUAWEI_ISSUED},
        {"SUPPLEMENTCHECKING", HUAWEI_ISSUED}, {"UNPASSED", HUAWEI_UNPASSED},
        {"CANCLEREVOKING", HUAWEI_REVOKING}, {"UPLOAD", HUAWEI_UPLOADED}};

    for (size_t i = 0; i < COUNT(rows); i++)
        CU_ASSERT_EQUAL(huawei_state_of(rows[i].status), rows[i].state);
    CU_ASSERT_EQUAL(huawei_time(NULL), 0);
    CU_ASSERT_EQUAL(huawei_time(""), 0);
    CU_ASSERT_EQUAL(huawei_time("2026-01-15T16:30:00Z"), 0);
    CU_ASSERT_EQUAL(huawei_time("2026-13-15 16:30:00.0"), 0);
    CU_ASSERT_EQUAL(huawei_time("2026-01-15 16:30:00"), INT64_C(1768465800));
}

static void slots_are_alike_or_have_room(void)
{
    struct huawei_certificate slot = {.brand = "CFCA",
        .type = "OV_SSL_CERT",
        .domain_type = "MULTI_DOMAIN",
        .months = 12,
        .names_max = 3,
        .wildcards_max = 1};
    struct huawei_options options = {.order_years = 1};
    struct huawei_product product;
    void *mem = mem_pool(NULL, 4096);
    struct identifiers alike = names_of(mem, "a.test b.test *.c.test");
    struct identifiers fewer = names_of(mem, "a.test b.test"), one = names_of(mem, "a.test");
    struct identifiers more = names_of(mem, "a.test b.test c.test");

    CU_ASSERT(huawei_product_read("cfca.ov_ssl_cert", &product));
    CU_ASSERT(huawei_is_alike(&options, &product, &alike, &slot));
    CU_ASSERT_FALSE(huawei_is_alike(&options, &product, &fewer, &slot));
    CU_ASSERT_FALSE(huawei_is_alike(&options, &product, &one, &slot));
    CU_ASSERT(huawei_has_room(&slot, &alike) && huawei_has_room(&slot, &fewer));
    CU_ASSERT_FALSE(huawei_has_room(&slot, &more) || huawei_has_room(&slot, &one));
    options.order_years = 2;
    CU_ASSERT_FALSE(huawei_is_alike(&options, &product, &alike, &slot));
    options.order_years = 1;
    slot.says_primary = slot.is_multi_wildcard = true;
    CU_ASSERT_FALSE(huawei_is_alike(&options, &product, &alike, &slot));
    CU_ASSERT_FALSE(huawei_has_room(&slot, &alike));
    mem_free(mem);
}

/* Buying. */

static void a_purchase_is_pending_with_its_ids(void)
{
    const struct upstream_result *r;
    struct hw hw;

    hw_open(&hw, ACT_NEW, "");
    r = hw_run(&hw, huawei_submit,
        (const struct exchange[]){
            {BUY, 200, text("{'order_id':'CS1','cert':[{'cert_id':'scs1'}]}")}, {0}});
    CU_ASSERT(r->result == ERR_OK && !r->issued);
    CU_ASSERT(same(r->order_id, "scs1") && same(r->request_id, "CS1"));
    CU_ASSERT_PTR_NULL(r->certificate_id);
    CU_ASSERT(holds(hw.lab.heads[0], "Authorization: SDK-HMAC-SHA256 Access=AK, "
                                     "SignedHeaders=content-type;host;x-sdk-date, Signature="));
    hw_close(&hw);
}

static void what_a_refused_purchase_means(void)
{
    static const struct {
        int status;
        const char *body;
        enum err_code result;
        const char *problem, *detail;
    } rows[] = {
        {400, "{'error_code':'SCM.0011','error_msg':'x'}", ERR_UPSTREAM_REFUSED, NULL,
            "no more free certificates"},
        {400, "{'error_code':'SCM.0016','error_msg':'x'}", ERR_UPSTREAM_REFUSED, NULL, "balance"},
        {400, "{'error_code':'SCM.0015','error_msg':'x'}", ERR_UPSTREAM_REFUSED,
            "rejectedIdentifier", "number or kind of the names"},
        {401, "{'errorCode':'SCM.1010','errorMsg':'x'}", ERR_UPSTREAM_REFUSED, NULL, "frozen"},
        {401, "{'error':{'code':'SCM.4002','message':'x'}}", ERR_UPSTREAM_REFUSED, NULL,
            "IAM action"},
        {401, "{'error_code':'APIG.0301','error_msg':'x'}", ERR_UPSTREAM_REFUSED, NULL,
            "does not accept our signature"},
        {401, "{'error_code':'APIGW.0301','error_msg':'x'}", ERR_UPSTREAM_REFUSED, NULL,
            "does not accept our signature"},
        {403, "no JSON", ERR_UPSTREAM_REFUSED, NULL, "may not do this"},
        {400, "{'error_code':'SCM.7777'}", ERR_UPSTREAM_REFUSED, NULL, "the reason in the log"},
        {302, "", ERR_UPSTREAM_TEMPORARY, NULL, "url"},
        {429, "{'error_code':'APIGW.0308'}", ERR_UPSTREAM_TEMPORARY, NULL, "more requests"},
        {500, "{'error_code':'SCM.0016'}", ERR_UPSTREAM_IN_DOUBT, NULL, "trouble of its own"},
        {200, "{'order_id':'CS1','cert':[]}", ERR_UPSTREAM_IN_DOUBT, NULL, "could not be read"},
        {200, "<html>", ERR_UPSTREAM_IN_DOUBT, NULL, "could not be read"},
        {200, "{'error_code':'SCM.0005'}", ERR_UPSTREAM_REFUSED, NULL, "a field of the order"},
        {ANSWER_NOTHING, NULL, ERR_UPSTREAM_IN_DOUBT, NULL, "could not be reached"},
    };
    struct hw hw;

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct upstream_result *r;

        hw_open(&hw, ACT_NEW, "");
        r = hw_run(&hw, huawei_submit,
            (const struct exchange[]){
                {BUY, rows[i].status, rows[i].body == NULL ? NULL : text("%s", rows[i].body)},
                {0}});
        CU_ASSERT_EQUAL(r->result, rows[i].result);
        CU_ASSERT(same(r->problem, rows[i].problem) && holds(r->detail, rows[i].detail));
        hw_close(&hw);
    }
}

static void into_a_slot_and_for_a_reissue_it_only_looks(void)
{
    static const struct {
        enum act act;
        const char *status, *more;
        const char *request_id, *detail;
    } rows[] = {
        {ACT_NEW, "PAID", "", "CS1", NULL},
        {ACT_NEW, "CHECKING", "", NULL, "is not empty any more"},
        {ACT_REISSUE, "ISSUED", ",'fingerprint':'AB'", "ab", NULL},
        {ACT_REISSUE, "REVOKED", ",'fingerprint':'AB'", NULL, "is not issued"},
    };
    struct hw hw;

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct upstream_result *r;

        hw_open(&hw, rows[i].act, "");
        hw.action.target = "scs1";
        r = hw_run(&hw, huawei_submit,
            (const struct exchange[]){{SHOW, 200, shown(&hw, rows[i].status, rows[i].more)}, {0}});
        CU_ASSERT_EQUAL(r->result, rows[i].detail == NULL ? ERR_OK : ERR_UPSTREAM_REFUSED);
        CU_ASSERT(same(r->request_id, rows[i].request_id));
        CU_ASSERT(
            rows[i].detail == NULL ? same(r->order_id, "scs1") : holds(r->detail, rows[i].detail));
        hw_close(&hw);
    }
}

static void what_cannot_be_asked_for_is_refused(void)
{
    struct hw hw;

    hw_open(&hw, ACT_DUPLICATE, "");
    CU_ASSERT(
        hw_run(&hw, huawei_submit, (const struct exchange[]){{0}})->result == ERR_UPSTREAM_REFUSED);
    hw.action.act = ACT_NEW;
    hw.action.target = NULL;
    hw.action.product = "ssl_basic";
    CU_ASSERT(holds(hw_run(&hw, huawei_submit, (const struct exchange[]){{0}})->detail,
        "none of Huawei Cloud"));
    hw_close(&hw);
}

/* Polling. */

static const struct upstream_result *poll(struct hw *hw, const struct exchange *script)
{
    if (hw->action.vendor_order == NULL)
        hw->action.vendor_order = "scs1";
    return hw_run(hw, huawei_poll, script);
}

static void an_empty_slot_is_named_and_applied_for(void)
{
    const struct upstream_result *r;
    struct hw hw;

    hw_open(&hw, ACT_NEW, "p1");
    r = poll(&hw, (const struct exchange[]){{SHOW, 200, shown(&hw, "PAID", "")},
                      {NAME, 200, text("{'response_info':'success'}")}, {APPLY, 200, OK}, {0}});
    CU_ASSERT(r->result == ERR_OK && same(r->certificate_id, "scs1"));
    CU_ASSERT(
        holds(hw.lab.bodies[1], text("{'modify_key':'CERT_NAME','modify_value':'" REFERENCE "'}")));
    CU_ASSERT(holds(hw.lab.bodies[2], text("'domain':'www.example.com','csr':'-----BEGIN")));
    /* A name that could not be given is no reason to wait; and one that it has is not given. */
    r = poll(&hw, (const struct exchange[]){{SHOW, 200, shown(&hw, "PAID", "")},
                      {NAME, 403, text("{'error_code':'SCM.0002'}")}, {APPLY, 200, OK}, {0}});
    CU_ASSERT_EQUAL(r->result, ERR_OK);
    r = poll(&hw,
        (const struct exchange[]){
            {SHOW, 200,
                text("{'id':'scs1','status':'PAID','type':'DV_SSL_CERT','name':'" REFERENCE "'}")},
            {APPLY, 200, OK}, {0}});
    CU_ASSERT_EQUAL(r->result, ERR_OK);
    hw_close(&hw);
    hw_open(&hw, ACT_NEW, ""); /* without a project */
    r = poll(
        &hw, (const struct exchange[]){{SHOW, 200, shown(&hw, "PAID", "")}, {APPLY, 200, OK}, {0}});
    CU_ASSERT_EQUAL(r->result, ERR_OK);
    hw_close(&hw);
}

static void what_a_refused_application_means(void)
{
    static const struct {
        int status;
        const char *body;
        enum err_code result;
        const char *detail;
    } rows[] = {
        {400, "{'error_code':'SCM.0005'}", ERR_UPSTREAM_REFUSED, "a field of the order"},
        {400, "{'error_code':'SCM.0015'}", ERR_UPSTREAM_REFUSED, "number or kind"},
        {401, "{'error_code':'SCM.4002'}", ERR_UPSTREAM_TEMPORARY, "IAM action"},
        {200, "{'request_info':'later'}", ERR_UPSTREAM_TEMPORARY, "did not take"},
        {500, "{}", ERR_UPSTREAM_TEMPORARY, "trouble"},
        {ANSWER_NOTHING, NULL, ERR_UPSTREAM_TEMPORARY, "could not be reached"},
    };
    struct hw hw;

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct upstream_result *r;

        hw_open(&hw, ACT_NEW, "");
        r = poll(&hw,
            (const struct exchange[]){{SHOW, 200, shown(&hw, "PAID", "")},
                {APPLY, rows[i].status, rows[i].body == NULL ? NULL : text("%s", rows[i].body)},
                {0}});
        CU_ASSERT_EQUAL(r->result, rows[i].result);
        CU_ASSERT(holds(r->detail, rows[i].detail));
        hw_close(&hw);
    }
}

/* Another action took it in the moment between, or had it before. */
static void a_slot_that_others_filled_is_somebody_elses(void)
{
    const struct upstream_result *r;
    struct hw hw;

    hw_open(&hw, ACT_NEW, "p1");
    r = poll(&hw, (const struct exchange[]){{SHOW, 200, shown(&hw, "PAID", "")}, {NAME, 200, "{}"},
                      {APPLY, 400, WRONG_STATE}, {SHOW, 200, shown(&hw, "CHECKING_DOMAIN", OURS)},
                      {FORM, 200, text("{'CSR':'%s'}", hw.others.csr_text)}, {0}});
    CU_ASSERT_EQUAL(r->result, ERR_UPSTREAM_IN_DOUBT);
    r = poll(&hw, (const struct exchange[]){{SHOW, 200, shown(&hw, "CHECKING", OURS)},
                      {FORM, 200, text("{'CSR':'%s'}", hw.ours.csr_text)}, {0}});
    CU_ASSERT(r->result == ERR_OK && same(r->certificate_id, "scs1"));
    r = poll(&hw, (const struct exchange[]){
                      {SHOW, 200, shown(&hw, "CHECKING", ",'domain':'other.example.com'")}, {0}});
    CU_ASSERT_EQUAL(r->result, ERR_UPSTREAM_IN_DOUBT);
    r = poll(&hw, (const struct exchange[]){{SHOW, 200, shown(&hw, "ISSUED", OURS)},
                      {EXPORT, 200, exported(&hw, &hw.others)},
                      {FORM, 200, text("{'CSR':'%s'}", hw.others.csr_text)}, {0}});
    CU_ASSERT_EQUAL(r->result, ERR_UPSTREAM_IN_DOUBT);
    hw_close(&hw);
}

static void states_are_followed(void)
{
    static const struct {
        const char *status, *more, *waits_for, *refused;
    } rows[] = {
        {"CHECKING_DOMAIN", "", "the review", NULL},
        {"CHECKING_ORG", "", "validates the organization", NULL},
        {"ISSUING", "", "issues it", NULL},
        {"CANCELCHECKING", "", "the withdrawal", NULL},
        {"NEWS", "", "the review", NULL},
        {"PAID", "", NULL, "was withdrawn"},
        {"UNPASSED", "", NULL, "did not pass it"},
        {"REVOKED", ",'revoke_reason':'bad'", NULL, "is revoked"},
        {"EXPIRED", "", NULL, "is expired"},
        {"UPLOAD", "", NULL, "was uploaded"},
    };
    const struct upstream_result *r;
    struct hw hw;

    for (size_t i = 0; i < COUNT(rows); i++) {
        hw_open(&hw, ACT_NEW, "p1");
        hw.action.vendor_certificate = "scs1"; /* it was applied for */
        r = poll(&hw,
            (const struct exchange[]){{SHOW, 200, shown(&hw, rows[i].status, rows[i].more)}, {0}});
        CU_ASSERT_EQUAL(r->result, rows[i].refused == NULL ? ERR_OK : ERR_UPSTREAM_REFUSED);
        CU_ASSERT(rows[i].refused == NULL ? holds(r->waits_for, rows[i].waits_for)
                                          : holds(r->detail, rows[i].refused));
        hw_close(&hw);
    }
    hw_open(&hw, ACT_NEW, "p1");
    r = poll(&hw, (const struct exchange[]){{SHOW, 404, "{\"error_code\":\"SCM.0020\"}"}, {0}});
    CU_ASSERT(r->result == ERR_OK && holds(r->waits_for, "to show certificate scs1"));
    r = poll(&hw, (const struct exchange[]){{SHOW, 403, "{}"}, {0}}); /* says nothing of it */
    CU_ASSERT_EQUAL(r->result, ERR_UPSTREAM_TEMPORARY);
    hw.action.vendor_certificate = "scs1";
    r = poll(
        &hw, (const struct exchange[]){
                 {SHOW, 200,
                     shown(&hw, "CHECKING_DOMAIN",
                         text(",'authentification':[{'record_name':'_d.example.com',"
                              "'record_type':'TXT','record_value':'v','domain':'www.example.com'"
                              "}]"))},
                 {0}});
    CU_ASSERT_EQUAL_FATAL(r->proofs_len, 1);
    CU_ASSERT(holds(r->waits_for, "domain validation of www.example.com"));
    hw_close(&hw);
}

static void what_is_issued_is_exported(void)
{
    const struct upstream_result *r;
    struct hw hw;

    hw_open(&hw, ACT_NEW, "p1");
    r = poll(&hw,
        (const struct exchange[]){{SHOW, 200, shown(&hw, "ISSUED", OURS ",'fingerprint':'AB12'")},
            {EXPORT, 200, exported(&hw, &hw.ours)}, {0}});
    CU_ASSERT(is_ours(&hw, r) && same(r->certificate_id, "ab12"));
    /* All in one; refused, since its state has changed; cut; a form with our CSR after all. */
    r = poll(&hw, (const struct exchange[]){{SHOW, 200, shown(&hw, "ISSUED", OURS)},
                      {EXPORT, 200,
                          text("{'entire_certificate':'%s%s'}", hw.ours.leaf_pem,
                              vendor_lab_json(&hw.lab, hw.lab.issuing_pem))},
                      {0}});
    CU_ASSERT(is_ours(&hw, r));
    r = poll(&hw, (const struct exchange[]){
                      {SHOW, 200, shown(&hw, "ISSUED", OURS)}, {EXPORT, 400, WRONG_STATE}, {0}});
    CU_ASSERT_EQUAL(r->result, ERR_UPSTREAM_TEMPORARY);
    r = poll(&hw, (const struct exchange[]){{SHOW, 200, shown(&hw, "ISSUED", OURS)},
                      {EXPORT, 200, "{\"certificate\":null}"}, {0}});
    CU_ASSERT_EQUAL(r->result, ERR_UPSTREAM_TEMPORARY);
    r = poll(&hw, (const struct exchange[]){{SHOW, 200, shown(&hw, "ISSUED", OURS)},
                      {EXPORT, 200, exported(&hw, &hw.others)},
                      {FORM, 200, text("{'CSR':'%s'}", hw.ours.csr_text)}, {0}});
    CU_ASSERT(r->result == ERR_OK && r->issued && same(r->chain, ""));
    hw_close(&hw);
}

static void a_reissue_waits_for_another_fingerprint(void)
{
    const struct upstream_result *r;
    struct hw hw;

    hw_open(&hw, ACT_REISSUE, "p1");
    hw.action.vendor_request = "ab";
    r = poll(&hw, (const struct exchange[]){
                      {SHOW, 200, shown(&hw, "ISSUED", OURS ",'fingerprint':'AB'")}, {0}});
    CU_ASSERT(r->result == ERR_OK && holds(r->waits_for, UPSTREAM_TASK "reissue certificate scs1"));
    CU_ASSERT(holds(r->waits_for, "the certificate ab is cancelled"));
    r = poll(&hw, (const struct exchange[]){{SHOW, 200, shown(&hw, "CHECKING", OURS)}, {0}});
    CU_ASSERT(r->result == ERR_OK && holds(r->waits_for, "the review"));
    r = poll(&hw,
        (const struct exchange[]){{SHOW, 200, shown(&hw, "ISSUED", OURS ",'fingerprint':'CD'")},
            {EXPORT, 200, exported(&hw, &hw.others)}, {0}});
    CU_ASSERT(r->result == ERR_OK && holds(r->waits_for, "but for another key"));
    r = poll(&hw,
        (const struct exchange[]){{SHOW, 200, shown(&hw, "ISSUED", OURS ",'fingerprint':'CD'")},
            {EXPORT, 200, exported(&hw, &hw.ours)}, {0}});
    CU_ASSERT(is_ours(&hw, r) && same(r->certificate_id, "cd"));
    r = poll(&hw, (const struct exchange[]){{SHOW, 200, shown(&hw, "PAID", "")}, {0}});
    CU_ASSERT_EQUAL(r->result, ERR_UPSTREAM_REFUSED);
    /* It comes under another id. */
    r = poll(&hw, (const struct exchange[]){
                      {SHOW, 200, shown(&hw, "REVOKED", OURS)}, {BY_NAME, 200, NOTHING}, {0}});
    CU_ASSERT(r->result == ERR_OK && holds(r->waits_for, "what replaces scs1"));
    r = poll(&hw, (const struct exchange[]){{SHOW, 404, "{}"},
                      {BY_NAME, 200,
                          text("{'certificates':[{'id':'scs2','status':'ISSUED','domain':'www."
                               "example.com'}]}")},
                      {"GET " LIST "/scs2", 200,
                          text("{'id':'scs2','status':'ISSUED','domain':'www.example.com'}")},
                      {"POST " LIST "/scs2/export", 200, exported(&hw, &hw.ours)}, {0}});
    CU_ASSERT(r->result == ERR_OK && same(r->order_id, "scs2"));
    hw_close(&hw);
}

/* Finding. */

static char *listed(struct hw *hw, const char *items)
{
    return lab_text(&hw->lab, "{'certificates':[%s],'total_count':9}", items);
}

static void what_was_bought_is_found_among_empty_slots(void)
{
    const struct upstream_result *r;
    struct hw hw;
    char *slot, *strange, *named;

    hw_open(&hw, ACT_NEW, "p1");
    slot = shown(&hw, "PAID", "");
    strange = text("{'id':'scs9','status':'PAID','name':'countersign-ffff','type':'DV_SSL_CERT',"
                   "'brand':'GEOTRUST','domain_type':'SINGLE_DOMAIN'}");
    named = text("{'id':'scs2','status':'PAID','name':'" REFERENCE "','type':'DV_SSL_CERT',"
                 "'brand':'GEOTRUST','domain_type':'SINGLE_DOMAIN'}");
    r = hw_run(&hw, huawei_find,
        (const struct exchange[]){{BY_NAME, 200, NOTHING},
            {BY_SLOT, 200, listed(&hw, text("%s,%s", strange, slot))}, {SHOW, 200, slot}, {0}});
    CU_ASSERT(r->result == ERR_OK && same(r->order_id, "scs1") && r->certificate_id == NULL);
    /* Ours by its name comes before the others. */
    r = hw_run(&hw, huawei_find,
        (const struct exchange[]){{BY_NAME, 200, NOTHING},
            {BY_SLOT, 200, listed(&hw, text("%s,%s", slot, named))},
            {"GET " LIST "/scs2", 200, named}, {0}});
    CU_ASSERT(same(r->order_id, "scs2"));
    /* Filled since it was listed; and then nothing is left, which says nothing. */
    r = hw_run(&hw, huawei_find,
        (const struct exchange[]){{BY_NAME, 200, NOTHING}, {BY_SLOT, 200, listed(&hw, slot)},
            {SHOW, 200, shown(&hw, "CHECKING", ",'domain':'x.test'")}, {0}});
    CU_ASSERT(r->result == ERR_UPSTREAM_IN_DOUBT && holds(r->detail, "no reference"));
    r = hw_run(&hw, huawei_find, (const struct exchange[]){{BY_NAME, 500, "{}"}, {0}});
    CU_ASSERT_EQUAL(r->result, ERR_UPSTREAM_TEMPORARY);
    hw_close(&hw);
}

static void what_was_applied_for_is_found_by_form_and_key(void)
{
    const struct upstream_result *r;
    struct hw hw;
    char *item;

    hw_open(&hw, ACT_NEW, "p1");
    item = shown(&hw, "CHECKING", OURS);
    r = hw_run(&hw, huawei_find,
        (const struct exchange[]){{BY_NAME, 200, listed(&hw, item)}, {SHOW, 200, item},
            {FORM, 200, text("{'CSR':'%s'}", hw.ours.csr_text)}, {0}});
    CU_ASSERT(same(r->order_id, "scs1") && same(r->certificate_id, "scs1"));
    r = hw_run(&hw, huawei_find,
        (const struct exchange[]){{BY_NAME, 200, listed(&hw, item)}, {SHOW, 200, item},
            {FORM, 200, text("{'CSR':'%s'}", hw.others.csr_text)}, {BY_SLOT, 200, NOTHING}, {0}});
    CU_ASSERT_EQUAL(r->result, ERR_UPSTREAM_IN_DOUBT);
    item = shown(&hw, "ISSUED", OURS);
    r = hw_run(&hw, huawei_find,
        (const struct exchange[]){{BY_NAME, 200, listed(&hw, item)}, {SHOW, 200, item},
            {EXPORT, 200, exported(&hw, &hw.ours)}, {0}});
    CU_ASSERT(same(r->certificate_id, "scs1"));
    /* Issued long before: it is not even exported. */
    item = shown(&hw, "ISSUED", OURS ",'issue_time':'2025-01-15 16:30:00.0'");
    r = hw_run(&hw, huawei_find,
        (const struct exchange[]){
            {BY_NAME, 200, listed(&hw, item)}, {SHOW, 200, item}, {BY_SLOT, 200, NOTHING}, {0}});
    CU_ASSERT_EQUAL(r->result, ERR_UPSTREAM_IN_DOUBT);
    hw_close(&hw);
}

static void of_a_slot_that_was_chosen_nothing_was_bought(void)
{
    const struct upstream_result *r;
    struct hw hw;

    hw_open(&hw, ACT_NEW, "p1");
    hw.action.target = "scs1";
    r = hw_run(
        &hw, huawei_find, (const struct exchange[]){{SHOW, 200, shown(&hw, "PAID", "")}, {0}});
    CU_ASSERT(same(r->order_id, "scs1"));
    r = hw_run(&hw, huawei_find,
        (const struct exchange[]){{SHOW, 200, shown(&hw, "CHECKING", ",'domain':'x.test'")},
            {BY_SLOT, 200, NOTHING}, {0}});
    CU_ASSERT(r->result == ERR_UPSTREAM_REFUSED && holds(r->detail, "filled by somebody else"));
    hw_close(&hw);
}

/* Revoking. */

static const struct upstream_result *revoke(
    struct hw *hw, const char *request_id, const struct exchange *script)
{
    struct upstream_revocation revocation = {.vendor_order = "scs1",
        .vendor_certificate = "ab",
        .reason = 1,
        .why = "asked for by account 3, which has a very long name indeed, longer than fits",
        .request_id = request_id};

    vendor_lab_script(&hw->lab, script);
    hw->lab.is_starting = true;
    huawei_revoke(hw->upstream, &revocation, vendor_lab_on_result, &hw->lab);
    vendor_lab_run(&hw->lab);
    return &hw->lab.result;
}

#define LIVES ",'fingerprint':'AB'"

static void it_looks_before_and_after_it_revokes(void)
{
    const struct upstream_result *r;
    struct json body;
    const char *reason;
    struct err e = {0};
    struct hw hw;

    hw_open(&hw, ACT_NEW, "p1");
    r = revoke(&hw, NULL,
        (const struct exchange[]){{SHOW, 200, shown(&hw, "ISSUED", LIVES)}, {REVOKE, 200, "{}"},
            {SHOW, 200, shown(&hw, "REVOKED", LIVES)}, {0}});
    CU_ASSERT(r->result == ERR_OK && r->waits_for == NULL);
    CU_ASSERT(json_parse(hw.lab.mem, bytes_of(hw.lab.bodies[1]), "it", &body, &e) == ERR_OK &&
              json_read_string(&body, "reason", JSON_REQUIRED, &reason, &e) == ERR_OK);
    CU_ASSERT(holds(reason, "key compromise, asked for by account 3") && strlen(reason) == 63);
    r = revoke(&hw, NULL,
        (const struct exchange[]){{SHOW, 200, shown(&hw, "ISSUED", LIVES)}, {REVOKE, 200, "{}"},
            {SHOW, 200, shown(&hw, "REVOKING", LIVES)}, {0}});
    CU_ASSERT(r->result == ERR_OK && holds(r->waits_for, "by mail") && same(r->request_id, "scs1"));
    r = revoke(
        &hw, "scs1", (const struct exchange[]){{SHOW, 200, shown(&hw, "REVOKING", LIVES)}, {0}});
    CU_ASSERT(holds(r->waits_for, "by mail"));
    r = revoke(
        &hw, "scs1", (const struct exchange[]){{SHOW, 200, shown(&hw, "ISSUED", LIVES)}, {0}});
    CU_ASSERT(r->result == ERR_UPSTREAM_REFUSED && holds(r->detail, "was not confirmed"));
    /* A reissue has cancelled it. */
    r = revoke(&hw, NULL,
        (const struct exchange[]){{SHOW, 200, shown(&hw, "ISSUED", ",'fingerprint':'CD'")}, {0}});
    CU_ASSERT(r->result == ERR_OK && r->waits_for == NULL);
    r = revoke(&hw, NULL,
        (const struct exchange[]){
            {SHOW, 200, shown(&hw, "ISSUED", LIVES)}, {REVOKE, 400, WRONG_STATE}, {0}});
    CU_ASSERT(r->result == ERR_UPSTREAM_REFUSED && holds(r->detail, "the last month"));
    r = revoke(&hw, NULL, (const struct exchange[]){{SHOW, 404, "{}"}, {0}});
    CU_ASSERT(r->result == ERR_UPSTREAM_REFUSED && holds(r->detail, "any more"));
    hw_close(&hw);
    hw_open(&hw, ACT_NEW, "");
    r = revoke(&hw, NULL, (const struct exchange[]){{SHOW, 200, shown(&hw, "ISSUED", LIVES)}, {0}});
    CU_ASSERT(r->result == ERR_UPSTREAM_REFUSED && holds(r->detail, "project_id"));
    hw_close(&hw);
}

/* The inventory. */

static void reports_say_what_is_known(void)
{
    struct huawei_facts facts = {0};
    struct vendor_order order;
    struct bytes *ders;
    size_t len;
    struct err e = {0};
    struct hw hw;

    hw_open(&hw, ACT_NEW, "");
    read_certificate(&hw, shown(&hw, "ISSUED", OURS ",'fingerprint':'AB'"), &facts.certificate);
    CU_ASSERT_FATAL(
        cert_pem_read(hw.lab.mem, hw.ours.leaf_text, &ders, &len, &e) == ERR_OK && len > 0);
    facts.leaf = ders[0];
    huawei_report(hw.lab.mem, &facts, &order);
    CU_ASSERT(same(order.product, "geotrust.dv_ssl_cert") && same(order.brand, "geotrust"));
    CU_ASSERT(order.level == LEVEL_DV && order.name_kind == NAMES_SINGLE && !order.free);
    CU_ASSERT(order.standing == STANDING_ISSUED && order.plan_years == 1 && order.names_max == 1);
    CU_ASSERT_EQUAL_FATAL(order.certificates_len, 1);
    CU_ASSERT(same(order.certificates[0].id, "ab") && strlen(order.certificates[0].spki) == 64);
    CU_ASSERT(order.certificates[0].not_after_s > order.certificates[0].not_before_s);
    CU_ASSERT_EQUAL(order.in_process_len, 0);
    facts = (struct huawei_facts){0};
    read_certificate(&hw, shown(&hw, "CHECKING", OURS), &facts.certificate);
    huawei_report(hw.lab.mem, &facts, &order);
    CU_ASSERT(order.standing == STANDING_PENDING && order.in_process_len == 1);
    CU_ASSERT_EQUAL(order.in_process[0].act, ACT_NEW);
    read_certificate(&hw, shown(&hw, "CHECKING", OURS ",'fingerprint':'AB'"), &facts.certificate);
    huawei_report(hw.lab.mem, &facts, &order);
    CU_ASSERT_EQUAL(order.in_process[0].act, ACT_REISSUE);
    read_certificate(&hw, shown(&hw, "PAID", ""), &facts.certificate);
    huawei_report(hw.lab.mem, &facts, &order);
    CU_ASSERT(order.standing == STANDING_PREPAID && order.names.len == 0);
    hw_close(&hw);
}

static const struct upstream_page *list(
    struct hw *hw, const char *from, const struct exchange *script)
{
    vendor_lab_script(&hw->lab, script);
    hw->lab.is_starting = true;
    huawei_list(hw->upstream, from, vendor_lab_on_page, &hw->lab);
    vendor_lab_run(&hw->lab);
    return &hw->lab.page;
}

/* Fifty certificates from the n-th on. */
static char *fifty(struct hw *hw, int from, int total)
{
    char *items = mem_strdup(hw->lab.mem, "");

    for (int i = from; i < from + 50; i++)
        items = mem_printf(hw->lab.mem, "%s%s{\"id\":\"scs%d\",\"status\":\"EXPIRED\"}", items,
            i == from ? "" : ",", i);
    return mem_printf(hw->lab.mem, "{\"certificates\":[%s],\"total_count\":%d}", items, total);
}

#define PAGE(n) "GET " LIST "?limit=50&offset=" n

static void lists_end_and_go_on_with_details(void)
{
    const struct upstream_page *page;
    struct hw hw;

    hw_open(&hw, ACT_NEW, "");
    page = list(&hw, NULL, (const struct exchange[]){{PAGE("0"), 200, fifty(&hw, 1, 120)}, {0}});
    CU_ASSERT(page->result == ERR_OK && page->is_outline && page->orders_len == 50);
    CU_ASSERT(same(page->next, "outline 50 scs1"));
    page = list(&hw, "outline 100 scs7",
        (const struct exchange[]){{PAGE("100"), 200, listed(&hw, shown(&hw, "PAID", ""))}, {0}});
    CU_ASSERT(page->orders_len == 1 && same(page->next, "details 0 scs7"));
    /* A vendor that ignores the offset. */
    page = list(&hw, "outline 50 scs1",
        (const struct exchange[]){{PAGE("50"), 200, fifty(&hw, 1, 120)}, {0}});
    CU_ASSERT(page->orders_len == 0 && same(page->next, "details 0 scs1"));
    /* One that counts pages; one that takes no larger offset. */
    page = list(&hw, "outline 50 scs1",
        (const struct exchange[]){
            {PAGE("50"), 200, "{\"certificates\":[],\"total_count\":120}"}, {0}});
    CU_ASSERT(page->orders_len == 0 && same(page->next, "outline #1 scs1"));
    page = list(&hw, "outline #1 scs1",
        (const struct exchange[]){{PAGE("1"), 200, fifty(&hw, 51, 120)}, {0}});
    CU_ASSERT(page->orders_len == 50 && same(page->next, "outline #2 scs1"));
    page = list(&hw, "outline #2 scs1",
        (const struct exchange[]){
            {PAGE("2"), 200, listed(&hw, text("{'id':'scs7','status':'PAID'}"))}, {0}});
    CU_ASSERT(page->orders_len == 1 && same(page->next, "details #0 scs1"));
    page = list(&hw, "outline 150 scs1",
        (const struct exchange[]){{PAGE("150"), 400, "{\"error_code\":\"SCM.0005\"}"}, {0}});
    CU_ASSERT(page->result == ERR_OK && same(page->next, "details 0 scs1"));
    page = list(&hw, NULL,
        (const struct exchange[]){{PAGE("0"), 400, "{\"error_code\":\"SCM.0005\"}"}, {0}});
    CU_ASSERT_EQUAL(page->result, ERR_UPSTREAM_REFUSED);
    page = list(&hw, "details 0 scs1",
        (const struct exchange[]){{PAGE("0"), 200, listed(&hw, shown(&hw, "ISSUED", OURS))},
            {SHOW, 200, shown(&hw, "ISSUED", OURS ",'fingerprint':'AB'")},
            {EXPORT, 200, exported(&hw, &hw.ours)}, {0}});
    CU_ASSERT(!page->is_outline && page->orders_len == 1 && page->next == NULL);
    page = list(&hw, "since 1",
        (const struct exchange[]){{PAGE("0"), 200, NOTHING}, {0}}); /* long ago: all */
    CU_ASSERT(page->is_outline && same(page->next, "details 0 "));
    page = list(&hw, mem_printf(hw.lab.mem, "since %lld", (long long)clock_now_s() - 60),
        (const struct exchange[]){{PAGE("0"), 200, fifty(&hw, 1, 120)}, {0}});
    CU_ASSERT(!page->is_outline && same(page->next, "rest 50 scs1"));
    page = list(&hw, "rest 100 scs7",
        (const struct exchange[]){
            {PAGE("100"), 200, listed(&hw, shown(&hw, "ISSUED", OURS))}, {0}});
    CU_ASSERT(page->orders_len == 1 && page->next == NULL);
    page = list(&hw, "elsewhere 5", (const struct exchange[]){{0}});
    CU_ASSERT_EQUAL(page->result, ERR_UPSTREAM_REFUSED);
    hw_close(&hw);
}

static const struct test tests[] = {
    {"products are brand and type", products_are_brand_and_type},
    {"purchases fit the names", purchases_fit_the_names},
    {"applications have what their level needs", applications_have_what_their_level_needs},
    {"certificates are read as vendors write", certificates_are_read_as_vendors_write},
    {"states that nobody knows are a review", states_that_nobody_knows_are_a_review},
    {"slots are alike, or have room", slots_are_alike_or_have_room},
    {"a purchase is pending with its ids", a_purchase_is_pending_with_its_ids},
    {"what a refused purchase means", what_a_refused_purchase_means},
    {"into a slot and for a reissue it only looks", into_a_slot_and_for_a_reissue_it_only_looks},
    {"what cannot be asked for is refused", what_cannot_be_asked_for_is_refused},
    {"an empty slot is named and applied for", an_empty_slot_is_named_and_applied_for},
    {"what a refused application means", what_a_refused_application_means},
    {"a slot that others filled is somebody else's", a_slot_that_others_filled_is_somebody_elses},
    {"states are followed", states_are_followed},
    {"what is issued is exported", what_is_issued_is_exported},
    {"a reissue waits for another fingerprint", a_reissue_waits_for_another_fingerprint},
    {"what was bought is found among empty slots", what_was_bought_is_found_among_empty_slots},
    {"what was applied for is found by form and key",
        what_was_applied_for_is_found_by_form_and_key},
    {"of a slot that was chosen nothing was bought", of_a_slot_that_was_chosen_nothing_was_bought},
    {"it looks before and after it revokes", it_looks_before_and_after_it_revokes},
    {"reports say what is known", reports_say_what_is_known},
    {"lists end and go on with details", lists_end_and_go_on_with_details},
    {NULL, NULL},
};

const struct test_suite suite_huawei = {"huawei", tests};
