/* Tests of policy/upstream/digicert: what is asked of the Services API and what its answers mean,
 * malformed ones and lost ones too. */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "policy/upstream/digicert.h"
#include "tests/unit/policy/vendor_lab.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SENT_S       INT64_C(1772446530) /* 2026-03-02T10:15:30Z */
#define REFERENCE    "countersign-00112233445566778899aabbccddeeff"

static const uint8_t reference[16] = {
    0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};

static const char *const names[] = {"shop.example.com", "www.example.com", NULL};
static struct identifier identifier_list[] = {
    {IDENTIFIER_DNS, "shop.example.com"}, {IDENTIFIER_DNS, "www.example.com"}};

/* The lab, the connector and an action. */
struct dc {
    struct vendor_lab lab;
    struct digicert_options options;
    struct upstream *upstream;
    struct lab_subject ours, others;
    struct identifiers identifiers;
    struct action action;
    struct upstream_request request;
    const char *request_id; /* of a revocation */
};

static void dc_connect(struct dc *dc)
{
    dc->upstream =
        digicert_new(dc->lab.mem, dc->lab.loop, dc->lab.http, dc->lab.limit, &dc->options);
}

static void dc_open(struct dc *dc, enum act act)
{
    memset(dc, 0, sizeof *dc);
    vendor_lab_open(&dc->lab);
    dc->options = (struct digicert_options){
        .name = "dc",
        .url = dc->lab.url,
        .api_key = "SECRET",
        .ca_file = "",
        .timeout_ms = 10000,
        .poll_s = 15,
        .doubt_s = 120,
        .organization_id = "730021",
        .order_years = 1,
        .skip_approval = true,
        .payment_method = "balance",
        .dcv_method = "dns-txt-token",
        .container_id = "41077",
    };
    dc_connect(dc);
    dc->ours = vendor_lab_subject(&dc->lab, names);
    dc->others = vendor_lab_subject(&dc->lab, names);
    dc->identifiers = (struct identifiers){identifier_list, COUNT(identifier_list)};
    dc->action = (struct action){
        .act = act,
        .reference = {reference, sizeof reference},
        .key_hash = {dc->ours.key_hash, sizeof dc->ours.key_hash},
        .product = act == ACT_NEW || act == ACT_RENEW ? "ssl_basic" : NULL,
        .target = act == ACT_NEW ? NULL : "880",
        .sent_s = SENT_S,
    };
    dc->request =
        (struct upstream_request){&dc->action, &dc->identifiers, dc->ours.csr, NULL, false};
}

static void dc_close(struct dc *dc)
{
    dc->upstream->ops->free(dc->upstream);
    vendor_lab_close(&dc->lab);
}

typedef struct upstream_call *(*dc_verb)(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);

static const struct upstream_result *dc_run(
    struct dc *dc, dc_verb verb, const struct exchange *script)
{
    vendor_lab_script(&dc->lab, script);
    dc->lab.is_starting = true;
    verb(dc->upstream, &dc->request, vendor_lab_on_result, &dc->lab);
    vendor_lab_run(&dc->lab);
    return &dc->lab.result;
}

#define text(...) lab_text(&dc.lab, __VA_ARGS__)

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

/* Issued to us, with the chain that a server sends. */
static bool is_ours(const struct dc *dc, const struct upstream_result *r)
{
    uint8_t hash[32];
    struct cert_info info;
    struct err e = {0};

    if (r->result != ERR_OK || !r->issued || cert_read(r->leaf, &info, &e) != ERR_OK)
        return false;
    sha256(info.spki, hash);
    return memcmp(hash, dc->ours.key_hash, sizeof hash) == 0 && same(r->chain, dc->lab.issuing_pem);
}

/* A certificate for this key, with nothing that would make it usable. */
static bool is_unfit(const struct dc *dc, const struct lab_subject *subject)
{
    const struct upstream_result *r = &dc->lab.result;
    uint8_t hash[32];
    struct cert_info info;
    struct err e = {0};

    if (r->result != ERR_OK || !r->issued || cert_read(r->leaf, &info, &e) != ERR_OK)
        return false;
    sha256(info.spki, hash);
    return memcmp(hash, subject->key_hash, sizeof hash) == 0 && same(r->chain, "");
}

/* An order as order info shows it. */
static char *order_text(
    struct dc *dc, const char *status, const char *certificate, const char *more)
{
    return lab_text(&dc->lab,
        "{'id':880,'status':'%s','product':{'name_id':'ssl_basic'},'dcv_method':'dns-txt-token',"
        "'certificate':%s,'date_created':'2026-03-02T10:15:31+00:00'%s}",
        status, certificate, more);
}

/* A certificate within it. */
static char *certificate_text(
    struct dc *dc, int id, const struct lab_subject *subject, const char *more)
{
    return lab_text(&dc->lab,
        "{'id':%d,'common_name':'www.example.com','csr':'%s',"
        "'date_created':'2026-03-02T10:15:31+00:00'%s}",
        id, subject->csr_text, more);
}

#define ISSUED ",'serial_number':'0A1B','valid_from':'2026-03-02','valid_till':'2026-09-16'"

/* Submit: bodies. */

static void read_body(struct dc *dc, size_t index, struct json *out)
{
    struct err e = {0};

    CU_ASSERT_PTR_NOT_NULL_FATAL(dc->lab.bodies[index]);
    CU_ASSERT_FATAL(
        json_parse(dc->lab.mem, bytes_of(dc->lab.bodies[index]), "the body", out, &e) == ERR_OK);
}

static const char *text_at(const struct json *at, const char *name)
{
    const char *value;
    struct err e = {0};

    json_read_string(at, name, JSON_OPTIONAL, &value, &e);
    return value;
}

static int64_t int_at(const struct json *at, const char *object, const char *name)
{
    struct json inner;
    int64_t value;
    struct err e = {0};

    json_member(at, object, &inner);
    json_read_int(&inner, name, JSON_OPTIONAL, &value, &e);
    return value;
}

static void a_new_order_says_all_that_was_configured_and_ordered(void)
{
    struct dc dc;
    struct json body, certificate, list, name;
    const char *value;
    struct err e = {0};

    dc_open(&dc, ACT_NEW);
    dc.action.common_name = "www.example.com";
    dc_run(&dc, digicert_ops.submit,
        (struct exchange[]){
            {"POST /order/certificate/ssl_basic", 201, text("{'id':880,'requests':[{'id':55}]}")},
            {0}});
    CU_ASSERT(holds(dc.lab.heads[0], "\r\nX-DC-DEVKEY: SECRET\r\n"));
    CU_ASSERT(holds(dc.lab.heads[0], "\r\nContent-Type: application/json\r\n"));
    read_body(&dc, 0, &body);
    json_member(&body, "certificate", &certificate);
    CU_ASSERT(same(text_at(&certificate, "common_name"), "www.example.com"));
    json_member(&certificate, "dns_names", &list);
    CU_ASSERT_EQUAL(json_len(&list), 1); /* the common name is not repeated */
    json_element(&list, 0, &name);
    CU_ASSERT(json_as_string(&name, &value, &e) == ERR_OK && same(value, "shop.example.com"));
    CU_ASSERT(holds(text_at(&certificate, "csr"), "-----BEGIN CERTIFICATE REQUEST-----\nMI"));
    CU_ASSERT(same(text_at(&certificate, "signature_hash"), "sha256"));
    CU_ASSERT_EQUAL(int_at(&certificate, "server_platform", "id"), -1);
    CU_ASSERT_EQUAL(int_at(&body, "organization", "id"), 730021);
    CU_ASSERT_EQUAL(int_at(&body, "order_validity", "years"), 1);
    CU_ASSERT_EQUAL(int_at(&body, "container", "id"), 41077);
    CU_ASSERT(same(text_at(&body, "payment_method"), "balance"));
    CU_ASSERT(same(text_at(&body, "dcv_method"), "dns-txt-token"));
    CU_ASSERT(same(text_at(&body, "alternative_order_id"), REFERENCE));
    CU_ASSERT(holds(dc.lab.bodies[0], "\"skip_approval\":true"));
    CU_ASSERT_PTR_NULL(strstr(dc.lab.bodies[0], "renewal_of_order_id"));
    dc_close(&dc);
}

static void what_is_not_configured_is_not_sent(void)
{
    struct dc dc;

    dc_open(&dc, ACT_NEW);
    dc.options.organization_id = dc.options.payment_method = dc.options.container_id = "";
    dc.options.skip_approval = false;
    dc_connect(&dc);
    dc_run(&dc, digicert_ops.submit,
        (struct exchange[]){{"POST /order/certificate/ssl_basic", 201, text("{'id':880}")}, {0}});
    CU_ASSERT_PTR_NULL(strstr(dc.lab.bodies[0], "organization"));
    CU_ASSERT_PTR_NULL(strstr(dc.lab.bodies[0], "payment_method"));
    CU_ASSERT_PTR_NULL(strstr(dc.lab.bodies[0], "container"));
    CU_ASSERT(holds(dc.lab.bodies[0], "\"skip_approval\":false"));
    dc_close(&dc);
}

static void a_renewal_names_the_order_that_it_renews(void)
{
    struct dc dc;
    struct json body;
    int64_t id = 0;
    struct err e = {0};

    dc_open(&dc, ACT_RENEW);
    dc_run(&dc, digicert_ops.submit,
        (struct exchange[]){{"POST /order/certificate/ssl_basic", 201, text("{'id':881}")}, {0}});
    read_body(&dc, 0, &body);
    CU_ASSERT(json_read_int(&body, "renewal_of_order_id", JSON_REQUIRED, &id, &e) == ERR_OK);
    CU_ASSERT_EQUAL(id, 880);
    CU_ASSERT(same(text_at(&body, "alternative_order_id"), REFERENCE));
    CU_ASSERT(same(dc.lab.result.order_id, "881"));
    dc_close(&dc);
}

/* DigiCert does not say whether another common name is a changed name, which would revoke. */
static void reissues_and_duplicates_keep_the_common_name_of_their_order(void)
{
    static const struct {
        enum act act;
        const char *expect;
    } rows[] = {
        {ACT_REISSUE, "POST /order/certificate/880/reissue"},
        {ACT_DUPLICATE, "POST /order/certificate/880/duplicate"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct dc dc;
        struct json body, certificate;

        dc_open(&dc, rows[i].act);
        dc_run(&dc, digicert_ops.submit,
            (struct exchange[]){
                {"GET /order/certificate/880", 200,
                    order_text(&dc, "issued", certificate_text(&dc, 990, &dc.others, ISSUED), "")},
                {rows[i].expect, 201,
                    text("{'id':880,'requests':[{'id':'56','status':'approved'}],"
                         "'certificate_id':'991','certificate_chain':%s}",
                        dc.ours.chain_json)},
                {0}});
        read_body(&dc, 1, &body);
        json_member(&body, "certificate", &certificate);
        CU_ASSERT(same(text_at(&certificate, "common_name"), "www.example.com"));
        CU_ASSERT_PTR_NULL(strstr(dc.lab.bodies[1], "alternative_order_id"));
        CU_ASSERT_PTR_NULL(strstr(dc.lab.bodies[1], "order_validity"));
        CU_ASSERT_PTR_NULL(strstr(dc.lab.bodies[1], "organization"));
        CU_ASSERT(is_ours(&dc, &dc.lab.result));
        CU_ASSERT(same(dc.lab.result.order_id, "880"));
        CU_ASSERT(same(dc.lab.result.certificate_id, "991"));
        dc_close(&dc);
    }
}

static void the_common_name_is_one_that_fits(void)
{
    static const char long_name[] =
        "a-name-of-more-than-sixty-four-characters-is-no-common-name.shop.example.com";
    static const struct {
        const char *names[3], *expect;
    } rows[] = {
        {{"shop.example.com", "www.example.com"}, "www.example.com"},
        {{"*.example.com", "shop.example.com"}, "shop.example.com"},
        {{"*.example.com", "*.b.example.com"}, "*.example.com"},
        {{long_name, "shop.example.com"}, "shop.example.com"},
        {{long_name}, NULL},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct dc dc;
        struct identifier list[2];
        struct exchange script[2] = {{0}};

        dc_open(&dc, ACT_NEW);
        dc.identifiers = (struct identifiers){list, 0};
        while (dc.identifiers.len < 2 && rows[i].names[dc.identifiers.len] != NULL) {
            list[dc.identifiers.len] =
                (struct identifier){IDENTIFIER_DNS, rows[i].names[dc.identifiers.len]};
            dc.identifiers.len++;
        }
        if (rows[i].expect != NULL)
            script[0] =
                (struct exchange){"POST /order/certificate/ssl_basic", 201, text("{'id':880}")};
        dc_run(&dc, digicert_ops.submit, script);
        if (rows[i].expect == NULL) {
            CU_ASSERT_EQUAL(dc.lab.result.result, ERR_UPSTREAM_REFUSED);
            CU_ASSERT(same(dc.lab.result.problem, "rejectedIdentifier"));
        } else
            CU_ASSERT(holds(dc.lab.bodies[0],
                mem_printf(dc.lab.mem, "\"common_name\":\"%s\"", rows[i].expect)));
        dc_close(&dc);
    }
}

static void what_digicert_cannot_be_asked_for_is_refused_without_asking(void)
{
    static struct identifier mail[] = {{IDENTIFIER_EMAIL, "ada@example.com"}};
    struct dc dc;

    dc_open(&dc, ACT_NEW);
    dc.action.product = NULL;
    dc_run(&dc, digicert_ops.submit, (struct exchange[]){{0}});
    CU_ASSERT_EQUAL(dc.lab.result.result, ERR_UPSTREAM_REFUSED);
    CU_ASSERT_PTR_NULL(dc.lab.result.problem);
    CU_ASSERT(holds(dc.lab.result.detail, "product"));
    dc.action.product = "ssl_basic";
    dc.identifiers = (struct identifiers){mail, 1};
    dc_run(&dc, digicert_ops.submit, (struct exchange[]){{0}});
    CU_ASSERT_EQUAL(dc.lab.result.result, ERR_UPSTREAM_REFUSED);
    CU_ASSERT_PTR_NULL(dc.lab.result.problem);
    CU_ASSERT(holds(dc.lab.result.detail, "none of DigiCert's client products"));
    dc.action.product = "secure_email_sponsor"; /* nobody said whose it is */
    dc_run(&dc, digicert_ops.submit, (struct exchange[]){{0}});
    CU_ASSERT_EQUAL(dc.lab.result.result, ERR_UPSTREAM_REFUSED);
    CU_ASSERT(same(dc.lab.result.problem, "unauthorized"));
    CU_ASSERT(holds(dc.lab.result.detail, "--given-name"));
    dc_close(&dc);
}

/* Client certificates. */

static void a_mailbox_names_its_addresses_and_nobody_else(void)
{
    static struct identifier mail[] = {
        {IDENTIFIER_EMAIL, "Ada@example.com"}, {IDENTIFIER_EMAIL, "ada.l@example.com"}};
    static const struct recipient ada = {"Ada", "Vos", "99"};
    struct dc dc;

    dc_open(&dc, ACT_NEW);
    dc.action.product = "secure_email_mailbox";
    dc.identifiers = (struct identifiers){mail, 2};
    dc.request.recipient = &ada;
    dc_run(&dc, digicert_ops.submit,
        (struct exchange[]){{"POST /order/certificate/secure_email_mailbox", 201,
                                text("{'id':881,'certificate_id':990}")},
            {0}});
    CU_ASSERT(holds(dc.lab.bodies[0], "\"emails\":[\"Ada@example.com\",\"ada.l@example.com\"]"));
    CU_ASSERT(holds(dc.lab.bodies[0], "\"common_name\":\"Ada@example.com\""));
    CU_ASSERT(holds(dc.lab.bodies[0], "\"usage_designation\":{\"primary_usage\":\"dual_use\"}"));
    CU_ASSERT(holds(dc.lab.bodies[0], "\"dcv_method\":\"email\""));
    CU_ASSERT_PTR_NULL(strstr(dc.lab.bodies[0], "organization"));
    CU_ASSERT_PTR_NULL(strstr(dc.lab.bodies[0], "individual"));
    CU_ASSERT_PTR_NULL(strstr(dc.lab.bodies[0], "dns_names"));
    CU_ASSERT_EQUAL(dc.lab.result.result, ERR_OK);
    CU_ASSERT_FALSE(dc.lab.result.issued);
    CU_ASSERT(holds(dc.lab.result.waits_for, "links in DigiCert's mails"));
    dc_close(&dc);
}

static void a_person_is_named_by_the_external_account(void)
{
    static struct identifier mail[] = {{IDENTIFIER_EMAIL, "ada@example.com"}};
    static const struct recipient ada = {"Ada", "Vos \"X\"", "99"};
    static const char *const products[] = {"secure_email_sponsor", "client_premium"};

    for (size_t i = 0; i < COUNT(products); i++) {
        struct dc dc;

        dc_open(&dc, ACT_NEW);
        dc.action.product = products[i];
        dc.identifiers = (struct identifiers){mail, 1};
        dc.request.recipient = &ada;
        dc_run(&dc, digicert_ops.submit,
            (struct exchange[]){{mem_printf(dc.lab.mem, "POST /order/certificate/%s", products[i]),
                                    201, text("{'id':881}")},
                {0}});
        CU_ASSERT(holds(dc.lab.bodies[0], "\"common_name\":\"Ada Vos \\\"X\\\"\""));
        CU_ASSERT(holds(dc.lab.bodies[0],
            "\"common_name_indicator\":\"given_name_surname\",\"individual\":"
            "{\"first_name\":\"Ada\",\"last_name\":\"Vos \\\"X\\\"\"}"));
        CU_ASSERT(holds(dc.lab.bodies[0], "\"organization\":{\"id\":99}"));
        dc_close(&dc);
    }
}

static void addresses_that_were_not_validated_are_waited_for(void)
{
    static struct identifier mail[] = {{IDENTIFIER_EMAIL, "ada@example.com"}};
    struct dc dc;

    dc_open(&dc, ACT_NEW);
    dc.action.product = "secure_email_mailbox";
    dc.action.vendor_order = "881";
    dc.identifiers = (struct identifiers){mail, 1};
    dc_run(&dc, digicert_ops.poll,
        (struct exchange[]){
            {"GET /order/certificate/881", 200,
                text("{'id':881,'status':'pending','certificate':{'id':990,'common_name':"
                     "'ada@example.com','emails':['ada@example.com'],'dns_names':[]}}")},
            {"GET /order/certificate/881/email-validation", 200,
                text("{'emails':[{'email':'bob@example.com','status':'validated'},{'email':"
                     "'ada@example.com','status':'unvalidated','date_emailed':'2026-03-02'}]}")},
            {0}});
    CU_ASSERT_EQUAL(dc.lab.result.result, ERR_OK);
    CU_ASSERT_FALSE(dc.lab.result.issued);
    CU_ASSERT(holds(dc.lab.result.waits_for,
        "the link in DigiCert's mail of 2026-03-02 to ada@example.com, to be followed"));
    CU_ASSERT_PTR_NULL(strstr(dc.lab.result.waits_for, "bob"));
    dc_close(&dc);
}

static void mails_are_sent_again_and_the_order_looked_at(void)
{
    static struct identifier mail[] = {{IDENTIFIER_EMAIL, "ada@example.com"}};
    struct dc dc;

    dc_open(&dc, ACT_NEW);
    dc.action.product = "secure_email_mailbox";
    dc.action.vendor_order = "881";
    dc.identifiers = (struct identifiers){mail, 1};
    dc_run(&dc, digicert_ops.resend,
        (struct exchange[]){{"PUT /order/certificate/881/resend-emails", 204, ""},
            {"GET /order/certificate/881", 200,
                text("{'id':881,'status':'pending','certificate':{'id':990,'emails':"
                     "['ada@example.com']}}")},
            {"GET /order/certificate/881/email-validation", 200,
                text("{'emails':[{'email':'ada@example.com','status':'unvalidated'}]}")},
            {0}});
    CU_ASSERT_EQUAL(dc.lab.result.result, ERR_OK);
    CU_ASSERT(holds(dc.lab.result.waits_for, "the link in DigiCert's mail to ada@example.com"));
    dc_close(&dc);
}

/* Submit: answers. */

static void a_certificate_that_comes_at_once_is_handed_out_without_the_root(void)
{
    struct dc dc;
    const struct upstream_result *r;

    dc_open(&dc, ACT_NEW);
    r = dc_run(&dc, digicert_ops.submit,
        (struct exchange[]){{"POST /order/certificate/ssl_basic", 201,
                                text("{'id':'880','requests':[{'id':55,'status':'approved'}],"
                                     "'certificate_id':990,'certificate_chain':%s,'new':{}}",
                                    dc.ours.chain_json)},
            {0}});
    CU_ASSERT(is_ours(&dc, r));
    CU_ASSERT(same(r->order_id, "880"));
    CU_ASSERT(same(r->certificate_id, "990"));
    CU_ASSERT_EQUAL(r->extra_names->len, 2);
    CU_ASSERT(same(r->extra_names->list[0].value, "example.com"));
    CU_ASSERT(same(r->extra_names->list[1].value, "www.shop.example.com"));
    dc_close(&dc);
}

/* The certificate is somewhere at DigiCert: poll finds it. */
static void a_certificate_for_another_key_is_not_handed_out(void)
{
    struct dc dc;
    const struct upstream_result *r;

    dc_open(&dc, ACT_NEW);
    r = dc_run(&dc, digicert_ops.submit,
        (struct exchange[]){{"POST /order/certificate/ssl_basic", 201,
                                text("{'id':880,'certificate_id':990,'certificate_chain':%s}",
                                    dc.others.chain_json)},
            {0}});
    CU_ASSERT_EQUAL(r->result, ERR_OK);
    CU_ASSERT_FALSE(r->issued);
    CU_ASSERT(same(r->order_id, "880"));
    dc_close(&dc);
}

static void an_approval_is_waited_for_by_its_number(void)
{
    struct dc dc;
    const struct upstream_result *r;

    dc_open(&dc, ACT_NEW);
    r = dc_run(&dc, digicert_ops.submit,
        (struct exchange[]){{"POST /order/certificate/ssl_basic", 201,
                                text("{'id':880,'requests':[{'id':'55','status':'pending'}]}")},
            {0}});
    CU_ASSERT(r->result == ERR_OK && !r->issued);
    CU_ASSERT(same(r->request_id, "55"));
    CU_ASSERT(same(r->waits_for, "an approval in CertCentral (request 55)"));
    CU_ASSERT(r->retry_after_s > 0);
    dc_close(&dc);
}

static void records_that_digicert_wants_to_see_are_told(void)
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

        dc_open(&dc, ACT_NEW);
        dc.options.dcv_method = rows[i].method;
        dc_connect(&dc);
        r = dc_run(&dc, digicert_ops.submit,
            (struct exchange[]){
                {"POST /order/certificate/ssl_basic", 201,
                    text("{'id':880,'certificate_id':990,'domains':[{'id':61,'name':'example.com',"
                         "'dcv_token':{'token':'f0q3','status':'pending'}}]}")},
                {0}});
        CU_ASSERT(r->result == ERR_OK && !r->issued);
        CU_ASSERT_EQUAL_FATAL(r->proofs_len, 1);
        CU_ASSERT_EQUAL(r->proofs[0].kind, rows[i].kind);
        CU_ASSERT(same(r->proofs[0].domain, "example.com"));
        CU_ASSERT(same(r->proofs[0].name, rows[i].name));
        CU_ASSERT(same(r->proofs[0].value, rows[i].value));
        CU_ASSERT(holds(r->waits_for, "domain validation of example.com"));
        dc_close(&dc);
    }
}

/* Each class of errors, of an order and of a question. */
static void every_error_has_its_class(void)
{
    static const struct {
        int status;
        const char *body;
        enum err_code submit, poll;
        const char *problem;
    } rows[] = {
        /* It may have been done. */
        {ANSWER_NOTHING, NULL, ERR_UPSTREAM_IN_DOUBT, ERR_UPSTREAM_TEMPORARY, NULL},
        {ANSWER_HALF, "{'id':880,'certificate_id':990}", ERR_UPSTREAM_IN_DOUBT,
            ERR_UPSTREAM_TEMPORARY, NULL},
        {500, "{'errors':[{'code':'x','message':'y'}]}", ERR_UPSTREAM_IN_DOUBT,
            ERR_UPSTREAM_TEMPORARY, NULL},
        {502, "<html>Bad Gateway</html>", ERR_UPSTREAM_IN_DOUBT, ERR_UPSTREAM_TEMPORARY, NULL},
        {503, "", ERR_UPSTREAM_IN_DOUBT, ERR_UPSTREAM_TEMPORARY, NULL},
        {408, "", ERR_UPSTREAM_IN_DOUBT, ERR_UPSTREAM_TEMPORARY, NULL},
        {201, "<html>Created</html>", ERR_UPSTREAM_IN_DOUBT, ERR_UPSTREAM_TEMPORARY, NULL},
        {201, "{'id':880", ERR_UPSTREAM_IN_DOUBT, ERR_UPSTREAM_TEMPORARY, NULL},
        {201, "", ERR_UPSTREAM_IN_DOUBT, ERR_UPSTREAM_TEMPORARY, NULL},
        {201, "[]", ERR_UPSTREAM_IN_DOUBT, ERR_UPSTREAM_TEMPORARY, NULL},
        {201, "{}", ERR_UPSTREAM_IN_DOUBT, ERR_UPSTREAM_TEMPORARY, NULL},
        {201, "{'id':0}", ERR_UPSTREAM_IN_DOUBT, ERR_UPSTREAM_TEMPORARY, NULL},
        {201, "{'id':[880]}", ERR_UPSTREAM_IN_DOUBT, ERR_UPSTREAM_TEMPORARY, NULL},
        /* It was not, and may be tried again. */
        {429, "{'errors':[{'code':'request_limit_exceeded','message':'limit'}]}",
            ERR_UPSTREAM_TEMPORARY, ERR_UPSTREAM_TEMPORARY, NULL},
        {302, "", ERR_UPSTREAM_TEMPORARY, ERR_UPSTREAM_TEMPORARY, NULL},
        {200, "{'errors':[{'code':'request_limit_exceeded'}]}", ERR_UPSTREAM_TEMPORARY,
            ERR_UPSTREAM_TEMPORARY, NULL},
        /* It was not, and would not be; to a question it says nothing about the order. */
        {200, "{'errors':{'code':'csr_invalid_cannot_parse','message':'CSR'}}",
            ERR_UPSTREAM_REFUSED, ERR_UPSTREAM_TEMPORARY, "badCSR"},
        {200, "{'errors':[{'code':'not_found|product'}]}", ERR_UPSTREAM_REFUSED,
            ERR_UPSTREAM_TEMPORARY, NULL},
        {400, "{'errors':[{'code':'csr_invalid_cannot_parse','message':'CSR'}]}",
            ERR_UPSTREAM_REFUSED, ERR_UPSTREAM_TEMPORARY, "badCSR"},
        {400, "{'errors':[{'code':'caa_check_failed|www.example.com','message':'CAA'}]}",
            ERR_UPSTREAM_REFUSED, ERR_UPSTREAM_TEMPORARY, "caa"},
        {400, "{'errors':{'code':'caa_not_found|www.example.com','message':'CAA'}}",
            ERR_UPSTREAM_REFUSED, ERR_UPSTREAM_TEMPORARY, "caa"},
        {400, "{'errors':[{'code':'invalid_dns_name_on_duplicate'}]}", ERR_UPSTREAM_REFUSED,
            ERR_UPSTREAM_TEMPORARY, "rejectedIdentifier"},
        {400, "{'errors':[{'code':'cert_validity_exceeds_order_validity'}]}", ERR_UPSTREAM_REFUSED,
            ERR_UPSTREAM_TEMPORARY, NULL},
        {401, "", ERR_UPSTREAM_REFUSED, ERR_UPSTREAM_TEMPORARY, NULL},
        {403, "{'errors':[{'code':'access_denied|missing_permission'}]}", ERR_UPSTREAM_REFUSED,
            ERR_UPSTREAM_TEMPORARY, NULL},
        {404, "{'errors':[{'code':'not_found|product'}]}", ERR_UPSTREAM_REFUSED,
            ERR_UPSTREAM_TEMPORARY, NULL},
        {400, "<html>Bad Request</html>", ERR_UPSTREAM_REFUSED, ERR_UPSTREAM_TEMPORARY, NULL},
        {400, "{'errors':[]}", ERR_UPSTREAM_REFUSED, ERR_UPSTREAM_TEMPORARY, NULL},
        {400, "{'errors':'no'}", ERR_UPSTREAM_REFUSED, ERR_UPSTREAM_TEMPORARY, NULL},
        {400, "{'errors':[{'code':7,'message':[]}]}", ERR_UPSTREAM_REFUSED, ERR_UPSTREAM_TEMPORARY,
            NULL},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct dc dc;
        struct exchange script[2] = {
            {"POST /order/certificate/ssl_basic", rows[i].status, NULL}, {0}};
        const struct upstream_result *r;

        dc_open(&dc, ACT_NEW);
        script[0].body = rows[i].body == NULL ? NULL : text("%s", rows[i].body);
        r = dc_run(&dc, digicert_ops.submit, script);
        if (r->result != rows[i].submit)
            printf("\n    row %zu: %s (%s)\n", i, err_code_name(r->result), r->internal);
        CU_ASSERT_EQUAL(r->result, rows[i].submit);
        CU_ASSERT(same(r->problem, rows[i].problem));
        CU_ASSERT(r->detail[0] != '\0' && r->internal[0] != '\0');
        CU_ASSERT_PTR_NULL(strstr(r->internal, "SECRET"));
        CU_ASSERT(rows[i].status != 429 || r->retry_after_s == 5);
        dc_close(&dc);

        dc_open(&dc, ACT_NEW);
        dc.action.vendor_order = "880";
        script[0].expect = "GET /order/certificate/880";
        script[0].body = rows[i].body == NULL ? NULL : text("%s", rows[i].body);
        r = dc_run(&dc, digicert_ops.poll, script);
        if (r->result != rows[i].poll)
            printf("\n    row %zu, poll: %s (%s)\n", i, err_code_name(r->result), r->internal);
        CU_ASSERT_EQUAL(r->result, rows[i].poll);
        dc_close(&dc);
    }
}

static void a_server_that_is_not_there_leaves_no_doubt(void)
{
    struct dc dc;
    struct responder *gone;
    char url[64];

    dc_open(&dc, ACT_NEW);
    gone = responder_http("127.0.0.1", 0, NULL, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(gone);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", responder_port(gone));
    responder_stop(gone);
    dc.options.url = url;
    dc_connect(&dc);
    CU_ASSERT_EQUAL(
        dc_run(&dc, digicert_ops.submit, (struct exchange[]){{0}})->result, ERR_UPSTREAM_TEMPORARY);
    CU_ASSERT(holds(dc.lab.result.detail, "DigiCert could not be reached"));
    dc_close(&dc);
}

/* A reissue that was not sent, since the order before it could not be asked for. */
static void what_was_not_sent_is_in_no_doubt(void)
{
    struct dc dc;

    dc_open(&dc, ACT_REISSUE);
    CU_ASSERT_EQUAL(dc_run(&dc, digicert_ops.submit,
                        (struct exchange[]){{"GET /order/certificate/880", 500, NULL}, {0}})
                        ->result,
        ERR_UPSTREAM_TEMPORARY);
    CU_ASSERT_EQUAL(
        dc_run(&dc, digicert_ops.submit,
            (struct exchange[]){
                {"GET /order/certificate/880", 200,
                    order_text(&dc, "issued", certificate_text(&dc, 990, &dc.others, ISSUED), "")},
                {"POST /order/certificate/880/reissue", ANSWER_NOTHING, NULL}, {0}})
            ->result,
        ERR_UPSTREAM_IN_DOUBT);
    dc_close(&dc);
}

/* Whoever takes up the order when its job's lease is over must not meet a request that is still
 * going to be sent; nor has it taken a place from others. */
static void what_cannot_be_sent_soon_is_not_sent(void)
{
    static const struct vendor_window one_an_hour = {1, 3600000};
    const struct upstream_result *r;
    struct dc dc;

    dc_open(&dc, ACT_NEW);
    dc.lab.limit = vendor_limit_new(dc.lab.mem, &one_an_hour, 1);
    vendor_limit_reserve(dc.lab.limit, clock_monotonic_ms(), 0);
    dc_connect(&dc);
    r = dc_run(&dc, digicert_ops.submit, (struct exchange[]){{0}});
    CU_ASSERT_EQUAL(r->result, ERR_UPSTREAM_TEMPORARY);
    CU_ASSERT(r->retry_after_s > 3500 && r->retry_after_s <= 3600);
    CU_ASSERT(holds(r->detail, "more is asked of DigiCert now than it allows"));
    CU_ASSERT(vendor_limit_reserve(dc.lab.limit, clock_monotonic_ms(), 3600000) <= 3600000);
    dc_close(&dc);
}

static void an_answer_beyond_the_bound_is_in_doubt(void)
{
    struct dc dc;
    size_t len = (size_t)9 * 1024 * 1024;
    char *body;

    dc_open(&dc, ACT_NEW);
    body = mem_alloc(dc.lab.mem, len + 1, "body");
    memset(body, ' ', len);
    memcpy(body, "{\"id\":880}", 10);
    CU_ASSERT_EQUAL(dc_run(&dc, digicert_ops.submit,
                        (struct exchange[]){{"POST /order/certificate/ssl_basic", 201, body}, {0}})
                        ->result,
        ERR_UPSTREAM_IN_DOUBT);
    dc_close(&dc);
}

static void a_call_that_is_cancelled_never_answers(void)
{
    struct dc dc;
    struct upstream_call *call;

    dc_open(&dc, ACT_NEW);
    vendor_lab_script(&dc.lab, (struct exchange[]){{0}});
    call = digicert_ops.submit(dc.upstream, &dc.request, vendor_lab_on_result, &dc.lab);
    digicert_ops.cancel(call);
    dc.action.product = NULL; /* one that waits for the next round only */
    call = digicert_ops.submit(dc.upstream, &dc.request, vendor_lab_on_result, &dc.lab);
    digicert_ops.cancel(call);
    dc_close(&dc);
    CU_ASSERT_EQUAL(dc.lab.results, 0);
}

static void what_is_under_way_at_the_end_is_cancelled_not_refused(void)
{
    struct dc dc;

    dc_open(&dc, ACT_NEW);
    vendor_lab_script(&dc.lab, (struct exchange[]){{0}});
    digicert_ops.submit(dc.upstream, &dc.request, vendor_lab_on_result, &dc.lab);
    dc.upstream->ops->free(dc.upstream);
    CU_ASSERT_EQUAL(dc.lab.results, 1);
    CU_ASSERT_EQUAL(dc.lab.result.result, ERR_CANCELLED);
    vendor_lab_close(&dc.lab);
}

/* Poll. */

static void the_certificate_under_an_order_is_known_by_its_key(void)
{
    struct dc dc;

    dc_open(&dc, ACT_REISSUE);
    dc.action.vendor_order = "880";
    CU_ASSERT(is_ours(&dc,
        dc_run(&dc, digicert_ops.poll,
            (struct exchange[]){/* Meanwhile somebody else has reissued it again. */
                {"GET /order/certificate/880", 200,
                    order_text(&dc, "issued", certificate_text(&dc, 992, &dc.others, ISSUED), "")},
                {"GET /order/certificate/880/reissue", 200,
                    text("{'certificates':[%s,%s]}",
                        certificate_text(&dc, 992, &dc.others, ISSUED ",'status':'issued'"),
                        certificate_text(&dc, 991, &dc.ours, ISSUED ",'status':'issued'"))},
                {"GET /certificate/991/chain", 200, dc.ours.intermediates}, {0}})));
    CU_ASSERT(same(dc.lab.result.certificate_id, "991"));
    CU_ASSERT(same(dc.lab.result.order_id, "880"));
    dc_close(&dc);
}

/* Somebody reissued the order before we saw it issued, or an operator named the wrong one: whoever
 * gets the certificate sees that it is another's, and somebody has to look. */
static void a_new_order_with_a_certificate_for_another_key_is_shown(void)
{
    struct dc dc;
    const struct upstream_result *r;

    dc_open(&dc, ACT_NEW);
    dc.action.vendor_order = "880";
    r = dc_run(&dc, digicert_ops.poll,
        (struct exchange[]){
            {"GET /order/certificate/880", 200,
                order_text(&dc, "issued", certificate_text(&dc, 992, &dc.others, ISSUED), "")},
            {"GET /certificate/992/chain", 200, dc.others.intermediates},
            {"GET /certificate/992/download/format/pem_noroot", 200, dc.others.leaf_text}, {0}});
    CU_ASSERT(r->result == ERR_OK && r->issued);
    CU_ASSERT_FALSE(is_ours(&dc, r));
    CU_ASSERT(same(r->order_id, "880"));
    dc_close(&dc);
}

/* A client may keep its key: an older certificate for it is not the one that was asked for. */
static void an_older_certificate_for_the_same_key_is_not_taken_for_it(void)
{
    struct dc dc;
    const struct upstream_result *r;

    dc_open(&dc, ACT_REISSUE);
    dc.action.vendor_order = "880";
    dc.action.sent_s = SENT_S + 86400;
    r = dc_run(&dc, digicert_ops.poll,
        (struct exchange[]){{"GET /order/certificate/880", 200,
                                order_text(&dc, "reissue_pending",
                                    certificate_text(&dc, 990, &dc.ours, ISSUED), "")},
            {"GET /order/certificate/880/reissue", 200,
                text("{'certificates':[%s]}",
                    certificate_text(&dc, 990, &dc.ours, ISSUED ",'status':'issued'"))},
            {"GET /order/certificate/880/validation", 200, text("{}")}, {0}});
    CU_ASSERT(r->result == ERR_OK && !r->issued);
    dc_close(&dc);
}

static void lists_without_csr_are_settled_by_download(void)
{
    struct dc dc;

    dc_open(&dc, ACT_DUPLICATE);
    dc.action.vendor_order = "880";
    CU_ASSERT(is_ours(&dc,
        dc_run(&dc, digicert_ops.poll,
            (struct exchange[]){
                {"GET /order/certificate/880", 200,
                    order_text(&dc, "issued", certificate_text(&dc, 990, &dc.others, ISSUED), "")},
                {"GET /order/certificate/880/duplicate", 200,
                    text("{'certificates':[{'id':'993','status':'approved'},"
                         "{'id':994,'status':'approved'}]}")},
                {"GET /certificate/993/chain", 200, dc.others.intermediates},
                {"GET /certificate/993/download/format/pem_noroot", 200, dc.others.leaf_text},
                {"GET /certificate/994/chain", 200, dc.ours.intermediates}, {0}})));
    CU_ASSERT(same(dc.lab.result.certificate_id, "994"));
    dc_close(&dc);
}

/* Several downloads in a row have been seen to return the same certificate. */
static void a_wrong_download_is_tried_in_another_form_and_then_shown(void)
{
    struct dc dc;
    struct exchange script[] = {{"GET /order/certificate/880", 200, NULL},
        {"GET /certificate/990/chain", 200, NULL},
        {"GET /certificate/990/download/format/pem_noroot", 200, NULL}, {0}};

    dc_open(&dc, ACT_NEW);
    dc.action.vendor_order = "880";
    script[0].body = order_text(&dc, "issued", certificate_text(&dc, 990, &dc.ours, ISSUED), "");
    script[1].body = dc.others.intermediates;
    script[2].body =
        mem_printf(dc.lab.mem, "%s%s", dc.lab.issuing_pem, dc.ours.leaf_text); /* in any order */
    CU_ASSERT(is_ours(&dc, dc_run(&dc, digicert_ops.poll, script)));
    script[2].body = dc.others.leaf_text;
    dc_run(&dc, digicert_ops.poll, script);
    CU_ASSERT(is_unfit(&dc, &dc.others));
    CU_ASSERT(same(dc.lab.result.certificate_id, "990"));
    dc_close(&dc);
}

/* What is no certificate may be one the next time. */
static void a_download_without_certificate_is_asked_for_again(void)
{
    struct dc dc;

    dc_open(&dc, ACT_NEW);
    dc.action.vendor_order = "880";
    CU_ASSERT_EQUAL(
        dc_run(&dc, digicert_ops.poll,
            (struct exchange[]){
                {"GET /order/certificate/880", 200,
                    order_text(&dc, "issued", certificate_text(&dc, 990, &dc.ours, ISSUED), "")},
                {"GET /certificate/990/chain", 200,
                    text("{'intermediates':[{'pem':'-----BEGIN CERTIFICATE-----'}]}")},
                {0}})
            ->result,
        ERR_UPSTREAM_TEMPORARY);
    dc_close(&dc);
}

static void a_chain_without_its_issuer_is_shown_as_it_is(void)
{
    struct dc dc;

    dc_open(&dc, ACT_NEW);
    dc.action.vendor_order = "880";
    dc_run(&dc, digicert_ops.poll,
        (struct exchange[]){
            {"GET /order/certificate/880", 200,
                order_text(&dc, "issued", certificate_text(&dc, 990, &dc.ours, ISSUED), "")},
            {"GET /certificate/990/chain", 200,
                text("{'intermediates':[{'pem':'%s'}]}", dc.ours.leaf_pem)},
            {0}});
    CU_ASSERT(is_unfit(&dc, &dc.ours));
    dc_close(&dc);
}

static void issued_but_not_yet_to_be_downloaded_is_pending(void)
{
    struct dc dc;

    dc_open(&dc, ACT_NEW);
    dc.action.vendor_order = "880";
    dc_run(&dc, digicert_ops.poll,
        (struct exchange[]){
            {"GET /order/certificate/880", 200,
                order_text(&dc, "issued", certificate_text(&dc, 990, &dc.ours, ""), "")},
            {"GET /certificate/990/chain", 400,
                text("{'errors':[{'code':'cert_unavailable_processing'}]}")},
            {0}});
    CU_ASSERT(dc.lab.result.result == ERR_OK && !dc.lab.result.issued);
    CU_ASSERT(same(dc.lab.result.certificate_id, "990"));
    dc_close(&dc);
}

/* What an order that is not issued waits for. */
static void what_is_waited_for_is_said_in_words(void)
{
    static const struct {
        const char *status, *more, *validation, *random, *waits_for;
        size_t proofs;
    } rows[] = {
        {"needs_approval", ",'requests':[{'id':55,'type':'new_request','status':'pending'}]", NULL,
            NULL, "an approval in CertCentral (request 55)", 0},
        {"needs_approval", "", NULL, NULL, "an approval in CertCentral (request without a number)",
            0},
        {"pending", "",
            "{'organization_validations':[{'type':'ov','status':'pending'}],"
            "'dns_name_validations':[{'name_scope':'example.com','status':'approved'}]}",
            NULL, "DigiCert validates the organization", 0},
        {"pending", "",
            "{'organization_validations':[{'type':'ov','status':'active'}],"
            "'dns_name_validations':[{'name_scope':'example.com','status':'unapproved',"
            "'method':'dns-txt-token'}]}",
            "{'dcv_random_value':'f0q3','expiration_date':'2026-04-01T10:15:30+00:00'}",
            "domain validation of example.com by dns-txt-token", 1},
        {"pending", "",
            "{'organization_validations':[{'type':'ov','status':'pending'}],"
            "'dns_name_validations':[{'name_scope':'example.com','status':'pending'},"
            "{'name_scope':'example.org','status':'pending'}]}",
            "{'dcv_random_value':'f0q3'}",
            "domain validation of example.com and others by dns-txt-token; DigiCert validates the "
            "organization",
            2},
        {"pending", "",
            "{'dns_name_validations':[{'name_scope':'example.com','status':'pending',"
            "'method':'email'}]}",
            NULL, "domain validation of example.com by email", 0},
        {"processing", "", "{}", NULL, "DigiCert issues it", 0},
        {"pending", "", "<html>", NULL, "DigiCert validates it", 0},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct dc dc;
        struct exchange script[4] = {{"GET /order/certificate/880", 200, NULL}};

        dc_open(&dc, ACT_NEW);
        dc.action.vendor_order = "880";
        script[0].body =
            order_text(&dc, rows[i].status, certificate_text(&dc, 990, &dc.ours, ""), rows[i].more);
        if (rows[i].validation != NULL)
            script[1] = (struct exchange){
                "GET /order/certificate/880/validation", 200, text("%s", rows[i].validation)};
        if (rows[i].random != NULL)
            script[2] = (struct exchange){
                "PUT /order/certificate/880/dcv-random-value", 200, text("%s", rows[i].random)};
        dc_run(&dc, digicert_ops.poll, script);
        CU_ASSERT(dc.lab.result.result == ERR_OK && !dc.lab.result.issued);
        CU_ASSERT(same(dc.lab.result.waits_for, rows[i].waits_for));
        CU_ASSERT_EQUAL(dc.lab.result.proofs_len, rows[i].proofs);
        CU_ASSERT(dc.lab.result.retry_after_s > 0);
        dc_close(&dc);
    }
}

static void a_rejection_reaches_the_client_with_its_reason(void)
{
    static const struct {
        const char *status, *more, *expect, *answer, *detail;
    } rows[] = {
        {"rejected", ",'requests':[{'id':55,'type':'new_request','status':'rejected'}]",
            "GET /request/55", "{'id':55,'processor_comment':'No \\u0007 budget \\'",
            "it was rejected at DigiCert (order 880)"},
        {"rejected", ",'requests':[{'id':55,'type':'new_request','status':'rejected'}]",
            "GET /request/55", "{'id':55,'processor_comment':'No budget this year'}",
            "it was rejected at DigiCert (order 880): \"No budget this year\""},
        {"canceled", "", NULL, NULL, "it was canceled at DigiCert (order 880)"},
        {"revoked", "", NULL, NULL, "it was revoked at DigiCert (order 880)"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct dc dc;
        struct exchange script[3] = {{"GET /order/certificate/880", 200, NULL}};

        dc_open(&dc, ACT_NEW);
        dc.action.vendor_order = "880";
        script[0].body =
            order_text(&dc, rows[i].status, certificate_text(&dc, 990, &dc.ours, ""), rows[i].more);
        if (rows[i].expect != NULL)
            script[1] = (struct exchange){rows[i].expect, 200, text("%s", rows[i].answer)};
        CU_ASSERT_EQUAL(dc_run(&dc, digicert_ops.poll, script)->result, ERR_UPSTREAM_REFUSED);
        CU_ASSERT(holds(dc.lab.result.detail, rows[i].detail));
        dc_close(&dc);
    }
}

/* A canceled reissue leaves the order issued; only its request shows it. */
static void a_reissue_that_was_rejected_is_refused(void)
{
    struct dc dc;

    dc_open(&dc, ACT_REISSUE);
    dc.action.vendor_order = "880";
    dc.action.vendor_request = "56";
    dc_run(&dc, digicert_ops.poll,
        (struct exchange[]){
            {"GET /order/certificate/880", 200,
                order_text(&dc, "issued", certificate_text(&dc, 990, &dc.others, ISSUED),
                    ",'requests':[{'id':'56','type':'reissue','status':'rejected'}]")},
            {"GET /order/certificate/880/reissue", 200, text("{'certificates':[]}")},
            {"GET /request/56", 200, text("{'processor_comment':'not now'}")}, {0}});
    CU_ASSERT_EQUAL(dc.lab.result.result, ERR_UPSTREAM_REFUSED);
    CU_ASSERT(holds(dc.lab.result.detail, "not now"));
    dc_close(&dc);
}

static void a_duplicate_waits_for_its_approval(void)
{
    struct dc dc;

    dc_open(&dc, ACT_DUPLICATE);
    dc.action.vendor_order = "880";
    dc.action.vendor_request = "60";
    dc_run(&dc, digicert_ops.poll,
        (struct exchange[]){
            {"GET /order/certificate/880", 200,
                order_text(&dc, "issued", certificate_text(&dc, 990, &dc.others, ISSUED),
                    ",'requests':[{'id':60,'type':'duplicate','status':'pending'}]")},
            {"GET /order/certificate/880/duplicate", 200, text("{}")}, {0}});
    CU_ASSERT(dc.lab.result.result == ERR_OK && !dc.lab.result.issued);
    CU_ASSERT(same(dc.lab.result.waits_for, "an approval in CertCentral (request 60)"));
    dc_close(&dc);
}

/* Find. */

static void a_lost_order_is_found_by_our_reference(void)
{
    struct dc dc;

    dc_open(&dc, ACT_NEW);
    CU_ASSERT(is_ours(&dc,
        dc_run(&dc, digicert_ops.find,
            (struct exchange[]){
                {"GET /order/alternate/" REFERENCE, 200,
                    text("{'orders':[{'order_id':879,'status':'canceled'},"
                         "{'order_id':880,'certificate_id':990,'status':'issued'}]}")},
                {"GET /order/certificate/880", 200,
                    order_text(&dc, "issued", certificate_text(&dc, 990, &dc.ours, ISSUED), "")},
                {"GET /certificate/990/chain", 200, dc.ours.intermediates}, {0}})));
    CU_ASSERT(same(dc.lab.result.order_id, "880"));
    dc_close(&dc);
}

static void nothing_is_found_only_where_digicert_says_so(void)
{
    static const char newest[] = "GET /order/"
                                 "certificate?filters%5Bcommon_name%5D=www.example.com&sort=-date_"
                                 "created&limit=20";
    static const struct {
        int status;
        const char *alternate;
        int newest_status;
        const char *newest;
        enum err_code result;
    } rows[] = {
        {200, "{'orders':[]}", 200, "{'orders':[]}", ERR_NOT_FOUND},
        {200, "{}", 200, "{}", ERR_NOT_FOUND},
        {404, "{'errors':[{'code':'not_found'}]}", 200, "{'orders':[]}", ERR_NOT_FOUND},
        {200, "{'orders':[", 0, NULL, ERR_UPSTREAM_TEMPORARY},
        {200, "<html>", 0, NULL, ERR_UPSTREAM_TEMPORARY},
        {500, "", 0, NULL, ERR_UPSTREAM_TEMPORARY},
        {200, "{'orders':[]}", 500, "", ERR_UPSTREAM_TEMPORARY},
        {200, "{'orders':[]}", 200, "<html>", ERR_UPSTREAM_TEMPORARY},
        {403, "", 0, NULL, ERR_UPSTREAM_TEMPORARY},
        {400, "{'errors':[{'code':'x'}]}", 0, NULL, ERR_UPSTREAM_TEMPORARY},
        {200, "{'orders':[]}", 403, "", ERR_UPSTREAM_TEMPORARY},
        {200, "{'orders':[]}", 404, "", ERR_UPSTREAM_TEMPORARY},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct dc dc;
        struct exchange script[3] = {{"GET /order/alternate/" REFERENCE, rows[i].status, NULL}};

        dc_open(&dc, ACT_NEW);
        script[0].body = text("%s", rows[i].alternate);
        if (rows[i].newest != NULL)
            script[1] =
                (struct exchange){newest, rows[i].newest_status, text("%s", rows[i].newest)};
        CU_ASSERT_EQUAL(dc_run(&dc, digicert_ops.find, script)->result, rows[i].result);
        dc_close(&dc);
    }
}

/* The reference was not kept; orders of others, and older ones for the same key, are not ours. */
static void an_order_without_reference_is_found_by_name_key_and_time(void)
{
    struct dc dc;

    dc_open(&dc, ACT_NEW);
    CU_ASSERT(is_ours(&dc,
        dc_run(&dc, digicert_ops.find,
            (struct exchange[]){{"GET /order/alternate/" REFERENCE, 200, text("{'orders':[]}")},
                {"GET /order/certificate?filters%5Bcommon_name%5D=www.example.com"
                 "&sort=-date_created&limit=20",
                    200,
                    text("{'orders':[{'id':882,'status':'issued'},{'id':881,'status':'issued'},"
                         "{'id':880,'status':'issued'},{'id':7,'status':'issued',"
                         "'date_created':'2025-03-02T10:15:30+00:00'}]}")},
                {"GET /order/certificate/882", 200,
                    text("{'id':882,'status':'issued','alternative_order_id':'countersign-ff',"
                         "'date_created':'2026-03-02T10:15:31+00:00','certificate':%s}",
                        certificate_text(&dc, 980, &dc.ours, ISSUED))},
                {"GET /order/certificate/881", 200,
                    text("{'id':881,'status':'issued','certificate':%s,"
                         "'date_created':'2026-03-02T10:15:31+00:00'}",
                        certificate_text(&dc, 981, &dc.others, ISSUED))},
                {"GET /order/certificate/880", 200,
                    order_text(&dc, "issued", certificate_text(&dc, 990, &dc.ours, ISSUED), "")},
                {"GET /order/certificate/880", 200,
                    order_text(&dc, "issued", certificate_text(&dc, 990, &dc.ours, ISSUED), "")},
                {"GET /certificate/990/chain", 200, dc.ours.intermediates}, {0}})));
    dc_close(&dc);
}

static void a_lost_reissue_is_found_by_its_key(void)
{
    struct dc dc;
    struct exchange script[] = {{"GET /order/certificate/880", 200, NULL},
        {"GET /order/certificate/880/reissue", 200, NULL},
        {"GET /certificate/991/chain", 200, NULL}, {0}};

    dc_open(&dc, ACT_REISSUE);
    script[0].body = order_text(&dc, "issued", certificate_text(&dc, 990, &dc.others, ISSUED), "");
    script[1].body = text(
        "{'certificates':[%s]}", certificate_text(&dc, 991, &dc.ours, ISSUED ",'status':'issued'"));
    script[2].body = dc.ours.intermediates;
    CU_ASSERT(is_ours(&dc, dc_run(&dc, digicert_ops.find, script)));
    script[1].body = text("{'certificates':[]}");
    script[2] = (struct exchange){0};
    CU_ASSERT_EQUAL(dc_run(&dc, digicert_ops.find, script)->result, ERR_NOT_FOUND);
    script[1].body = text("{'certificates':");
    CU_ASSERT_EQUAL(dc_run(&dc, digicert_ops.find, script)->result, ERR_UPSTREAM_TEMPORARY);
    dc_close(&dc);
}

/* While a duplicate waits for its approval only the request shows its key. */
static void a_lost_duplicate_is_found_by_the_key_of_its_request(void)
{
    static const char requests[] = ",'requests':[{'id':58,'type':'duplicate','status':'approved'},"
                                   "{'id':59,'type':'duplicate','status':'pending'},"
                                   "{'id':60,'type':'duplicate','status':'pending'}]";
    struct dc dc;
    struct exchange script[] = {{"GET /order/certificate/880", 200, NULL},
        {"GET /order/certificate/880/duplicate", 200, "{}"}, {"GET /request/59", 200, NULL},
        {"GET /request/60", 200, NULL}, {0}};
    char *ours, *others;

    dc_open(&dc, ACT_DUPLICATE);
    ours = text("{'order':{'certificate':{'csr':'%s'}}}", dc.ours.csr_text);
    others = text("{'order':{'certificate':{'csr':'%s'}}}", dc.others.csr_text);
    script[0].body =
        order_text(&dc, "issued", certificate_text(&dc, 990, &dc.others, ISSUED), requests);
    script[2].body = others;
    script[3].body = ours;
    dc_run(&dc, digicert_ops.find, script);
    CU_ASSERT(dc.lab.result.result == ERR_OK && !dc.lab.result.issued);
    CU_ASSERT(same(dc.lab.result.request_id, "60"));
    script[3].body = others;
    CU_ASSERT_EQUAL(dc_run(&dc, digicert_ops.find, script)->result, ERR_NOT_FOUND);
    script[3].body = text("{'order':{}}"); /* it may be ours: nobody may send another one */
    CU_ASSERT_EQUAL(dc_run(&dc, digicert_ops.find, script)->result, ERR_UPSTREAM_IN_DOUBT);
    dc_close(&dc);
}

/* Prove. */

static void digicert_is_asked_to_look_and_the_order_followed(void)
{
    static const int statuses[] = {200, 400, 404};

    for (size_t i = 0; i < COUNT(statuses); i++) {
        struct dc dc;

        dc_open(&dc, ACT_NEW);
        dc.action.vendor_order = "880";
        CU_ASSERT(is_ours(
            &dc, dc_run(&dc, digicert_ops.prove,
                     (struct exchange[]){{"PUT /order/certificate/880/check-dcv", statuses[i],
                                             text("{'errors':[{'code':'invalid_dns_txt'}]}")},
                         {"GET /order/certificate/880", 200,
                             order_text(
                                 &dc, "issued", certificate_text(&dc, 990, &dc.ours, ISSUED), "")},
                         {"GET /certificate/990/chain", 200, dc.ours.intermediates}, {0}})));
        dc_close(&dc);
    }
}

/* Revoke. */

static const struct upstream_result *revoke(struct dc *dc, const char *order_id,
    const char *certificate_id, int reason, const struct exchange *script)
{
    static const uint8_t serial[] = {0x00, 0xf0, 0x1b};
    struct upstream_revocation revocation = {.vendor_order = order_id,
        .vendor_certificate = certificate_id,
        .serial = {serial, sizeof serial},
        .reason = reason,
        .why = "asked for by its holder",
        .request_id = dc->request_id};

    vendor_lab_script(&dc->lab, script);
    dc->lab.is_starting = true;
    digicert_ops.revoke(dc->upstream, &revocation, vendor_lab_on_result, &dc->lab);
    vendor_lab_run(&dc->lab);
    return &dc->lab.result;
}

static size_t script_len(const struct exchange *script)
{
    size_t len = 0;

    while (script[len].expect != NULL)
        len++;
    return len;
}

/* One script after the other. */
static const struct exchange *chain(
    struct dc *dc, const struct exchange *first, const struct exchange *then)
{
    size_t first_len = script_len(first), then_len = script_len(then);
    struct exchange *whole = mem_new_array(dc->lab.mem, struct exchange, first_len + then_len + 1);

    for (size_t i = 0; i < first_len; i++)
        whole[i] = first[i];
    for (size_t i = 0; i < then_len; i++)
        whole[first_len + i] = then[i];
    return whole;
}

/* What is looked at before: the order with another certificate, and its lists. */
static const struct exchange *looks(struct dc *dc, const char *requests, const char *reissues,
    const char *duplicates, const struct exchange *then)
{
    const struct exchange look[] = {
        {"GET /order/certificate/880", 200,
            order_text(dc, "issued", certificate_text(dc, 990, &dc->ours, ISSUED), requests)},
        {"GET /order/certificate/880/reissue", 200, lab_text(&dc->lab, "%s", reissues)},
        {"GET /order/certificate/880/duplicate", 200, lab_text(&dc->lab, "%s", duplicates)}, {0}};

    return chain(dc, look, then);
}

#define OURS "{'certificates':[{'id':991,'status':'approved','serial_number':'F01B'}]}"

static void one_certificate_is_revoked_by_its_id_or_serial(void)
{
    static const struct {
        const char *order, *id, *duplicates, *expect;
        int reason;
        const char *word;
    } rows[] = {
        {"880", "991", OURS, "PUT /certificate/991/revoke", 1, "keyCompromise"},
        {"880", NULL, OURS, "PUT /certificate/991/revoke", 3, "affiliationChanged"},
        {"880", "991", "{'certificates':[{'id':991,'status':'issued'}]}",
            "PUT /certificate/991/revoke", 4, "superseded"},
        /* Its serial number is another one: ours is told by its serial number. */
        {"880", "991", "{'certificates':[{'id':991,'status':'issued','serial_number':'F01C'}]}",
            "PUT /certificate/F01B/revoke", 5, "cessationOfOperation"},
        {"880", "991", "{}", "PUT /certificate/F01B/revoke", 0, "unspecified"},
        {NULL, "991", NULL, "PUT /certificate/F01B/revoke", -1, "unspecified"},
        {NULL, NULL, NULL, "PUT /certificate/F01B/revoke", 0, "unspecified"},
    };
    struct dc dc;

    dc_open(&dc, ACT_NEW);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct exchange put[] = {{rows[i].expect, 204, NULL}, {0}};
        bool looked = rows[i].order != NULL;
        size_t last = looked ? 3 : 0;

        revoke(&dc, rows[i].order, rows[i].id, rows[i].reason,
            looked ? looks(&dc, "", "{'certificates':[]}", rows[i].duplicates, put) : put);
        CU_ASSERT_EQUAL(dc.lab.result.result, ERR_OK);
        CU_ASSERT_PTR_NULL(dc.lab.result.waits_for);
        CU_ASSERT(holds(dc.lab.bodies[last],
            mem_printf(dc.lab.mem, "\"revocation_reason\":\"%s\"", rows[i].word)));
        CU_ASSERT(holds(dc.lab.bodies[last], "\"skip_approval\":true"));
        CU_ASSERT(
            holds(dc.lab.bodies[last], "\"comments\":\"certificate F01B: asked for by its holder"));
    }
    revoke(&dc, "880", "991", 2, (struct exchange[]){{0}});
    CU_ASSERT_EQUAL(dc.lab.result.result, ERR_UPSTREAM_REFUSED);
    CU_ASSERT(same(dc.lab.result.problem, "badRevocationReason"));
    dc_close(&dc);
}

static void a_revocation_may_wait_for_an_approval(void)
{
    static const char request[] =
        ",'requests':[{'id':1,'type':'revoke','status':'rejected','comments':'certificate F01B'},"
        "{'id':2,'type':'revoke','status':'pending','comments':'certificate F01C: x'},"
        "{'id':3,'type':'reissue','status':'pending','comments':'certificate F01B'},"
        "{'id':55120101,'type':'revoke','status':'submitted','comments':'certificate F01B: x'}]";
    struct dc dc;

    dc_open(&dc, ACT_NEW);
    revoke(&dc, "880", "991", 0,
        looks(&dc, "", "{}", OURS,
            (struct exchange[]){{"PUT /certificate/991/revoke", 201,
                                    text("{'id':55120101,'type':'revoke','status':'submitted'}")},
                {0}}));
    CU_ASSERT_EQUAL(dc.lab.result.result, ERR_OK);
    CU_ASSERT(same(dc.lab.result.waits_for, "an approval in CertCentral (request 55120101)"));
    CU_ASSERT(same(dc.lab.result.request_id, "55120101"));

    /* The answer was lost: the request is found, and not made again. */
    revoke(&dc, "880", "991", 0,
        looks(&dc, request, "{}", OURS,
            (struct exchange[]){
                {"GET /request/55120101", 200, text("{'id':55120101,'status':'submitted'}")},
                {0}}));
    CU_ASSERT_EQUAL(dc.lab.result.result, ERR_OK);
    CU_ASSERT(same(dc.lab.result.request_id, "55120101"));
    CU_ASSERT(same(dc.lab.result.waits_for, "an approval in CertCentral (request 55120101)"));
    dc_close(&dc);
}

static void what_was_requested_is_asked_after(void)
{
    struct dc dc;

    dc_open(&dc, ACT_NEW);
    dc.request_id = "55";
    revoke(&dc, "880", "991", 0,
        looks(&dc, "", "{}", OURS,
            (struct exchange[]){
                {"GET /request/55", 200, text("{'id':55,'status':'approved'}")}, {0}}));
    CU_ASSERT(dc.lab.result.result == ERR_OK && dc.lab.result.waits_for != NULL);
    revoke(&dc, "880", "991", 0,
        looks(&dc, "", "{}", OURS,
            (struct exchange[]){
                {"GET /request/55", 200,
                    text("{'id':55,'status':'rejected','processor_comment':'still in use'}")},
                {0}}));
    CU_ASSERT_EQUAL(dc.lab.result.result, ERR_UPSTREAM_REFUSED);
    CU_ASSERT(same(dc.lab.result.detail, "request 55 was rejected in CertCentral: still in use"));
    revoke(&dc, "880", "991", 0,
        looks(&dc, "", "{}",
            "{'certificates':[{'id':991,'serial_number':'F01B',"
            "'status':'revoked'}]}",
            (struct exchange[]){{0}}));
    CU_ASSERT(dc.lab.result.result == ERR_OK && dc.lab.result.waits_for == NULL);
    dc_close(&dc);
}

static void nothing_is_revoked_while_a_reissue_is_under_way(void)
{
    struct dc dc;

    dc_open(&dc, ACT_NEW);
    revoke(&dc, "880", "991", 0,
        (struct exchange[]){{"GET /order/certificate/880", 200,
                                order_text(&dc, "reissue_pending",
                                    certificate_text(&dc, 990, &dc.ours, ISSUED), "")},
            {"GET /order/certificate/880/reissue", 200, text("{}")},
            {"GET /order/certificate/880/duplicate", 200, text("%s", OURS)}, {0}});
    CU_ASSERT_EQUAL(dc.lab.result.result, ERR_UPSTREAM_TEMPORARY);
    CU_ASSERT(holds(dc.lab.result.detail, "a reissue of order 880 is under way"));
    CU_ASSERT(dc.lab.result.retry_after_s > 0);
    dc_close(&dc);
}

/* The answer to the first revocation was lost. */
static void what_is_revoked_already_is_revoked(void)
{
    static const char approved[] =
        ",'requests':[{'id':1,'type':'revoke','status':'approved','comments':'certificate F01B'}]";
    static const char refusal[] = "{\"errors\":[{\"code\":\"x\"}]}";
    static const struct exchange nothing[] = {{0}};
    static const struct exchange refused_by_id[] = {
        {"PUT /certificate/991/revoke", 400, refusal}, {0}};
    static const struct exchange refused_by_serial[] = {
        {"PUT /certificate/F01B/revoke", 400, refusal}, {0}};
    struct dc dc;

    dc_open(&dc, ACT_NEW);
    revoke(&dc, "880", "994", 0,
        looks(&dc, "", "{'certificates':[]}", "{'certificates':[{'id':'994','status':'revoked'}]}",
            nothing));
    CU_ASSERT_EQUAL(dc.lab.result.result, ERR_OK);
    revoke(&dc, "880", "991", 0, /* with all of its order */
        (struct exchange[]){
            {"GET /order/certificate/880", 200,
                order_text(&dc, "revoked", certificate_text(&dc, 990, &dc.ours, ISSUED), "")},
            {0}});
    CU_ASSERT_EQUAL(dc.lab.result.result, ERR_OK);
    revoke(&dc, "880", "990", 0, /* meanwhile */
        chain(&dc, looks(&dc, "", "{}", OURS, refused_by_id),
            looks(&dc, "", "{}",
                "{'certificates':[{'id':991,'serial_number':'F01B','status':'revoked'}]}",
                nothing)));
    CU_ASSERT_EQUAL(dc.lab.result.result, ERR_OK);
    revoke(&dc, "880", "990", 0,
        chain(&dc, looks(&dc, "", "{}", OURS, refused_by_id), looks(&dc, "", "{}", OURS, nothing)));
    CU_ASSERT_EQUAL(dc.lab.result.result, ERR_UPSTREAM_REFUSED);
    revoke(&dc, "880", "990", 0, /* the original of a reissued order is in no list */
        chain(&dc, looks(&dc, approved, "{}", "{}", refused_by_serial),
            looks(&dc, approved, "{}", "{}", nothing)));
    CU_ASSERT_EQUAL(dc.lab.result.result, ERR_OK);
    dc_close(&dc);
}

static void a_lost_answer_to_a_revocation_is_no_doubt(void)
{
    struct dc dc;

    dc_open(&dc, ACT_NEW);
    revoke(&dc, "880", "991", 0,
        looks(&dc, "", "{}", OURS,
            (struct exchange[]){{"PUT /certificate/991/revoke", ANSWER_NOTHING, NULL}, {0}}));
    CU_ASSERT_EQUAL(dc.lab.result.result, ERR_UPSTREAM_TEMPORARY);
    dc_close(&dc);
}

/* References. */

static void references_are_random_and_fit_the_store(void)
{
    uint8_t one[32] = {0}, other[32] = {0};
    size_t len = 0;

    digicert_ops.new_reference(one, &len);
    CU_ASSERT(len >= 16 && len <= 32);
    digicert_ops.new_reference(other, &len);
    CU_ASSERT_NOT_EQUAL(memcmp(one, other, sizeof one), 0);
}

static const struct test tests[] = {
    {"a new order says all that was configured and ordered",
        a_new_order_says_all_that_was_configured_and_ordered},
    {"what is not configured is not sent", what_is_not_configured_is_not_sent},
    {"a renewal names the order that it renews", a_renewal_names_the_order_that_it_renews},
    {"reissues and duplicates keep the common name of their order",
        reissues_and_duplicates_keep_the_common_name_of_their_order},
    {"the common name is one that fits", the_common_name_is_one_that_fits},
    {"what DigiCert cannot be asked for is refused without asking",
        what_digicert_cannot_be_asked_for_is_refused_without_asking},
    {"a mailbox names its addresses and nobody else",
        a_mailbox_names_its_addresses_and_nobody_else},
    {"a person is named by the external account", a_person_is_named_by_the_external_account},
    {"addresses that were not validated are waited for",
        addresses_that_were_not_validated_are_waited_for},
    {"mails are sent again and the order looked at", mails_are_sent_again_and_the_order_looked_at},
    {"a certificate that comes at once is handed out without the root",
        a_certificate_that_comes_at_once_is_handed_out_without_the_root},
    {"a certificate for another key is not handed out",
        a_certificate_for_another_key_is_not_handed_out},
    {"a new order with a certificate for another key is shown",
        a_new_order_with_a_certificate_for_another_key_is_shown},
    {"an approval is waited for by its number", an_approval_is_waited_for_by_its_number},
    {"records that DigiCert wants to see are told", records_that_digicert_wants_to_see_are_told},
    {"every error has its class", every_error_has_its_class},
    {"a server that is not there leaves no doubt", a_server_that_is_not_there_leaves_no_doubt},
    {"what was not sent is in no doubt", what_was_not_sent_is_in_no_doubt},
    {"what cannot be sent soon is not sent", what_cannot_be_sent_soon_is_not_sent},
    {"an answer beyond the bound is in doubt", an_answer_beyond_the_bound_is_in_doubt},
    {"a call that is cancelled never answers", a_call_that_is_cancelled_never_answers},
    {"what is under way at the end is cancelled, not refused",
        what_is_under_way_at_the_end_is_cancelled_not_refused},
    {"the certificate under an order is known by its key",
        the_certificate_under_an_order_is_known_by_its_key},
    {"an older certificate for the same key is not taken for it",
        an_older_certificate_for_the_same_key_is_not_taken_for_it},
    {"lists without CSR are settled by download", lists_without_csr_are_settled_by_download},
    {"a wrong download is tried in another form, and then shown",
        a_wrong_download_is_tried_in_another_form_and_then_shown},
    {"a download without certificate is asked for again",
        a_download_without_certificate_is_asked_for_again},
    {"a chain without its issuer is shown as it is", a_chain_without_its_issuer_is_shown_as_it_is},
    {"issued but not yet to be downloaded is pending",
        issued_but_not_yet_to_be_downloaded_is_pending},
    {"what is waited for is said in words", what_is_waited_for_is_said_in_words},
    {"a rejection reaches the client with its reason",
        a_rejection_reaches_the_client_with_its_reason},
    {"a reissue that was rejected is refused", a_reissue_that_was_rejected_is_refused},
    {"a duplicate waits for its approval", a_duplicate_waits_for_its_approval},
    {"a lost order is found by our reference", a_lost_order_is_found_by_our_reference},
    {"nothing is found only where DigiCert says so", nothing_is_found_only_where_digicert_says_so},
    {"an order without reference is found by name, key and time",
        an_order_without_reference_is_found_by_name_key_and_time},
    {"a lost reissue is found by its key", a_lost_reissue_is_found_by_its_key},
    {"a lost duplicate is found by the key of its request",
        a_lost_duplicate_is_found_by_the_key_of_its_request},
    {"DigiCert is asked to look, and the order followed",
        digicert_is_asked_to_look_and_the_order_followed},
    {"one certificate is revoked by its id or serial",
        one_certificate_is_revoked_by_its_id_or_serial},
    {"a revocation may wait for an approval", a_revocation_may_wait_for_an_approval},
    {"what was requested is asked after", what_was_requested_is_asked_after},
    {"nothing is revoked while a reissue is under way",
        nothing_is_revoked_while_a_reissue_is_under_way},
    {"what is revoked already is revoked", what_is_revoked_already_is_revoked},
    {"a lost answer to a revocation is no doubt", a_lost_answer_to_a_revocation_is_no_doubt},
    {"references are random and fit the store", references_are_random_and_fit_the_store},
    {NULL, NULL},
};

const struct test_suite suite_digicert = {"digicert", tests};
