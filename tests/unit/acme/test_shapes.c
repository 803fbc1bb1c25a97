/* Tests of acme/shapes: what clients send, real ones and wrong ones, and what they get, to the
 * letter. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/shapes.h"
#include "base/mem.h"
#include "tests/unit/acme/lab.h"

/* Reading. */

/* The readers in one form: what is wrong with a payload, or nothing. */
enum reader { NEW_ACCOUNT, UPDATE, NEW_ORDER, FINALIZE, DEACTIVATION, REVOCATION };

struct read {
    struct acme_req *req;
    struct err e;
    struct shape_new_account account;
    struct shape_update_account update;
    struct shape_new_order order;
    struct bytes csr;
    struct shape_revocation revocation;
};

static enum err_code read_as(
    struct lab *lab, enum reader reader, const char *payload, struct read *out)
{
    struct lab_account nobody = {.id = 1};
    struct acme_req *req = lab_request(lab, &nobody, 0, payload);

    *out = (struct read){.req = req};
    switch (reader) {
    case NEW_ACCOUNT:
        return shape_read_new_account(req, &out->account, &out->e);
    case UPDATE:
        return shape_read_update_account(req, &out->update, &out->e);
    case NEW_ORDER:
        return shape_read_new_order(req, &out->order, &out->e);
    case FINALIZE:
        return shape_read_finalize(req, &out->csr, &out->e);
    case DEACTIVATION:
        return shape_read_deactivation(req, &out->e);
    case REVOCATION:
        return shape_read_revocation(req, &out->revocation, &out->e);
    }
    return ERR_BUG;
}

static void expect_refused(struct lab *lab, enum reader reader, const char *payload,
    enum problem problem, const char *words)
{
    struct read got;
    enum err_code code = read_as(lab, reader, payload, &got);

    CU_ASSERT_NOT_EQUAL(code, ERR_OK);
    CU_ASSERT_EQUAL(problem_of(&got.e), problem);
    CU_ASSERT_PTR_NOT_NULL(strstr(got.e.detail, words));
    if (code == ERR_OK || problem_of(&got.e) != problem || strstr(got.e.detail, words) == NULL)
        printf("\n    %s\n    not \"%s\": %s\n", payload, words, got.e.detail);
}

static void expect_read(struct lab *lab, enum reader reader, const char *payload, struct read *got)
{
    enum err_code code = read_as(lab, reader, payload, got);

    CU_ASSERT_EQUAL(code, ERR_OK);
    if (code != ERR_OK)
        printf("\n    %s: %s\n", payload, got->e.detail);
}

static void a_payload_that_is_no_object_is_malformed(void)
{
    static const struct {
        const char *payload, *words;
    } rows[] = {
        {"", "the payload is not valid JSON"},
        {" ", "the payload is not valid JSON"},
        {"{", "the payload is not valid JSON"},
        {"{}}", "the payload is not valid JSON"},
        {"{\"a\":1,\"a\":2}", "the payload is not valid JSON"},
        {"[]", "the payload must be a JSON object"},
        {"[{}]", "the payload must be a JSON object"},
        {"[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]", "nested deeper"},
    };
    struct lab lab;

    lab_open(&lab);
    for (enum reader reader = NEW_ACCOUNT; reader <= REVOCATION; reader++)
        for (size_t i = 0; i < COUNT(rows); i++)
            expect_refused(&lab, reader, rows[i].payload, PROBLEM_MALFORMED, rows[i].words);
    lab_close(&lab);
}

static void a_wrong_type_is_named_by_its_path(void)
{
    static const struct {
        enum reader reader;
        const char *payload, *words;
    } rows[] = {
        {NEW_ACCOUNT, "{\"termsOfServiceAgreed\":\"true\"}",
            "\"termsOfServiceAgreed\" must be true or false"},
        {NEW_ACCOUNT, "{\"termsOfServiceAgreed\":1}",
            "\"termsOfServiceAgreed\" must be true or false"},
        {NEW_ACCOUNT, "{\"onlyReturnExisting\":\"\"}",
            "\"onlyReturnExisting\" must be true or false"},
        {UPDATE, "{\"contact\":\"mailto:a@b.test\"}", "\"contact\" must be an array"},
        {UPDATE, "{\"contact\":{}}", "\"contact\" must be an array"},
        {UPDATE, "{\"contact\":[\"mailto:a@b.test\",7]}", "\"contact[1]\" must be a string"},
        {UPDATE, "{\"contact\":[null]}", "\"contact[0]\" must be a string"},
        {UPDATE, "{\"status\":true}", "\"status\" must be a string"},
        {NEW_ORDER, "{}", "\"identifiers\" is missing"},
        {NEW_ORDER, "{\"identifiers\":null}", "\"identifiers\" is missing"},
        {NEW_ORDER, "{\"identifiers\":[]}", "\"identifiers\" must name at least one identifier"},
        {NEW_ORDER, "{\"identifiers\":\"a.test\"}", "\"identifiers\" must be an array"},
        {NEW_ORDER, "{\"identifiers\":{\"type\":\"dns\",\"value\":\"a.test\"}}",
            "\"identifiers\" must be an array"},
        {NEW_ORDER, "{\"identifiers\":[\"a.test\"]}", "\"identifiers[0]\" must be an object"},
        {NEW_ORDER, "{\"identifiers\":[{\"value\":\"a.test\"}]}",
            "\"identifiers[0].type\" is missing"},
        {NEW_ORDER, "{\"identifiers\":[{\"type\":\"dns\"}]}",
            "\"identifiers[0].value\" is missing"},
        {NEW_ORDER,
            "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.test\"},"
            "{\"type\":\"dns\",\"value\":\"b.test\"},{\"type\":\"dns\",\"value\":[\"c.test\"]}]}",
            "\"identifiers[2].value\" must be a string"},
        {NEW_ORDER, "{\"identifiers\":[{\"type\":1,\"value\":\"a.test\"}]}",
            "\"identifiers[0].type\" must be a string"},
        {NEW_ORDER, "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.test\"}],\"notAfter\":17}",
            "\"notAfter\" must be a string"},
        {FINALIZE, "{}", "\"csr\" is missing"},
        {FINALIZE, "{\"csr\":null}", "\"csr\" is missing"},
        {FINALIZE, "{\"csr\":[\"MII\"]}", "\"csr\" must be a string"},
        {DEACTIVATION, "{}", "\"status\" is missing"},
        {DEACTIVATION, "{\"status\":[\"deactivated\"]}", "\"status\" must be a string"},
        {REVOCATION, "{}", "\"certificate\" is missing"},
        {REVOCATION, "{\"certificate\":1}", "\"certificate\" must be a string"},
        {REVOCATION, "{\"certificate\":\"AAAA\",\"reason\":\"1\"}",
            "\"reason\" must be a whole number"},
        {REVOCATION, "{\"certificate\":\"AAAA\",\"reason\":1.0}",
            "\"reason\" must be a whole number"},
    };
    struct lab lab;

    lab_open(&lab);
    for (size_t i = 0; i < COUNT(rows); i++)
        expect_refused(&lab, rows[i].reader, rows[i].payload, PROBLEM_MALFORMED, rows[i].words);
    lab_close(&lab);
}

/* client-quirks rule 10: acmez and Caddy send their whole structs, lego too. */
static void unknown_and_empty_members_are_ignored(void)
{
    struct lab lab;
    struct read got;

    lab_open(&lab);
    expect_read(&lab, NEW_ACCOUNT,
        "{\"status\":\"\",\"orders\":\"\",\"termsOfServiceAgreed\":true,\"contact\":null,"
        "\"externalAccountBinding\":null,\"resource\":\"new-reg\",\"x\":[{}]}",
        &got);
    CU_ASSERT(got.account.terms_agreed);
    CU_ASSERT_FALSE(got.account.only_return_existing);
    CU_ASSERT_EQUAL(got.account.contacts_error.code, ERR_OK);
    CU_ASSERT_STRING_EQUAL(got.account.contacts, "");

    expect_read(&lab, NEW_ORDER,
        "{\"status\":\"\",\"expires\":\"0001-01-01T00:00:00Z\",\"identifiers\":[{\"type\":\"dns\","
        "\"value\":\"a.test\",\"more\":1}],\"notBefore\":\"\",\"notAfter\":null,"
        "\"authorizations\":null,\"finalize\":\"\",\"certificate\":\"\",\"error\":null}",
        &got);
    CU_ASSERT_EQUAL_FATAL(got.order.len, 1);
    CU_ASSERT_STRING_EQUAL(got.order.identifiers[0].type, "dns");
    CU_ASSERT_STRING_EQUAL(got.order.identifiers[0].value, "a.test");
    CU_ASSERT(got.order.not_before_s == 0 && got.order.not_after_s == 0);

    expect_read(&lab, UPDATE,
        "{\"onlyReturnExisting\":true,\"termsOfServiceAgreed\":\"what\",\"status\":\"\"}", &got);
    CU_ASSERT_FALSE(got.update.deactivate);
    CU_ASSERT_FALSE(got.update.has_contacts);

    expect_read(&lab, DEACTIVATION,
        "{\"status\":\"deactivated\",\"expires\":\"0001-01-01T00:00:00Z\",\"identifier\":{\"type\":"
        "\"\",\"value\":\"\"},\"challenges\":null}",
        &got);
    expect_read(&lab, FINALIZE, "{\"csr\":\"AQID\",\"resource\":\"new-cert\"}", &got);
    CU_ASSERT(bytes_equal(got.csr, bytes_of("\x01\x02\x03")));
    expect_read(&lab, REVOCATION, "{\"certificate\":\"AQID\",\"reason\":null,\"x\":1}", &got);
    CU_ASSERT_EQUAL(got.revocation.reason, -1);
    lab_close(&lab);
}

static void contacts_are_kept_as_lines(void)
{
    static const struct {
        const char *payload, *contacts;
    } rows[] = {
        {"{\"contact\":[\"mailto:a@b.test\"]}", "mailto:a@b.test"},
        {"{\"contact\":[\"mailto:a@b.test\",\"mailto:c+tag@d.test\"]}",
            "mailto:a@b.test\nmailto:c+tag@d.test"},
        {"{\"contact\":[\"mailto: a@b.test\"]}", "mailto:a@b.test"}, /* getssl */
        {"{\"contact\":[\"mailto:o'neill.x_y-z=1@sub.b.test\"]}",
            "mailto:o'neill.x_y-z=1@sub.b.test"},
        {"{\"contact\":[]}", ""}, /* clears the list */
    };
    struct lab lab;
    struct read got;

    lab_open(&lab);
    for (size_t i = 0; i < COUNT(rows); i++) {
        expect_read(&lab, UPDATE, rows[i].payload, &got);
        CU_ASSERT(got.update.has_contacts);
        CU_ASSERT_STRING_EQUAL(got.update.contacts, rows[i].contacts);
        expect_read(&lab, NEW_ACCOUNT, rows[i].payload, &got);
        CU_ASSERT_STRING_EQUAL(got.account.contacts, rows[i].contacts);
    }
    lab_close(&lab);
}

static void contacts_that_are_not_one_address_are_refused(void)
{
    static const char *const invalid[] = {"mailto:", "mailto: ", "mailto:a", "mailto:@b.test",
        "mailto:a@", "mailto:a@b.test,c@d.test", "mailto:a@b.test, c@d.test", "mailto:a@b@c.test",
        "mailto:a@b.test?subject=x", "mailto:a@b.test?", "mailto:?to=a@b.test", "mailto:a b@c.test",
        "mailto:a@b.test ", "mailto:a@b.test\\r\\nBcc: c@d.test", "mailto:a@b.test\\n",
        "mailto:a@b.test;c@d.test", "mailto:A <a@b.test>", "mailto:a%40b.test@c.test",
        "mailto:\\u00e4@b.test", "mailto:a@[192.0.2.1]", "mailto:\\\"a\\\"@b.test"};
    static const char *const unsupported[] = {
        "", "a@b.test", "tel:+4912345", "https://b.test", "MAILTO:a@b.test", " mailto:a@b.test"};
    struct lab lab;

    lab_open(&lab);
    for (size_t i = 0; i < COUNT(invalid); i++)
        expect_refused(&lab, UPDATE, mem_printf(lab.mem, "{\"contact\":[\"%s\"]}", invalid[i]),
            PROBLEM_INVALID_CONTACT, "contact");
    for (size_t i = 0; i < COUNT(unsupported); i++)
        expect_refused(&lab, UPDATE,
            mem_printf(lab.mem, "{\"contact\":[\"mailto:a@b.test\",\"%s\"]}", unsupported[i]),
            PROBLEM_UNSUPPORTED_CONTACT, "only mailto: contacts are supported");
    lab_close(&lab);
}

/* Of an account that exists they do not matter (RFC 8555, 7.3.1). */
static void bad_contacts_of_a_new_account_are_kept_for_later(void)
{
    static const struct {
        const char *payload;
        enum problem problem;
    } rows[] = {
        {"{\"contact\":[\"mailto:a@b.test\",\"tel:1\"]}", PROBLEM_UNSUPPORTED_CONTACT},
        {"{\"contact\":[\"mailto:a\"]}", PROBLEM_INVALID_CONTACT},
        {"{\"contact\":\"mailto:a@b.test\"}", PROBLEM_MALFORMED},
    };
    struct lab lab;
    struct read got;

    lab_open(&lab);
    for (size_t i = 0; i < COUNT(rows); i++) {
        expect_read(&lab, NEW_ACCOUNT, rows[i].payload, &got);
        CU_ASSERT_NOT_EQUAL(got.account.contacts_error.code, ERR_OK);
        CU_ASSERT_EQUAL(problem_of(&got.account.contacts_error), rows[i].problem);
        CU_ASSERT_STRING_EQUAL(got.account.contacts, "");
    }
    lab_close(&lab);
}

static char *many_contacts(struct lab *lab, int count, int local_len)
{
    struct buf b;

    buf_init(&b, lab->mem, 16384);
    for (int i = 0; i < count; i++)
        buf_addf(&b, "%s\"mailto:%0*d@b.test\"", i == 0 ? "" : ",", local_len, i);
    return mem_printf(lab->mem, "{\"contact\":[%s]}", buf_text(&b));
}

static void contacts_have_bounds(void)
{
    struct lab lab;
    struct read got;

    lab_open(&lab);
    expect_read(&lab, UPDATE, many_contacts(&lab, 10, 247), &got); /* as much as there may be */
    CU_ASSERT_EQUAL(strlen(got.update.contacts), 10 * (7 + 254) + 9);
    expect_refused(&lab, UPDATE, many_contacts(&lab, 11, 3), PROBLEM_INVALID_CONTACT,
        "an account has 10 contacts at most");
    expect_refused(
        &lab, UPDATE, many_contacts(&lab, 1, 248), PROBLEM_INVALID_CONTACT, "must be an address");
    lab_close(&lab);
}

static void only_the_word_deactivated_deactivates(void)
{
    static const char *const others[] = {"", "valid", "revoked", "Deactivated", "deactivated "};
    struct lab lab;
    struct read got;

    lab_open(&lab);
    expect_read(&lab, UPDATE, "{\"status\":\"deactivated\"}", &got);
    CU_ASSERT(got.update.deactivate);
    for (size_t i = 0; i < COUNT(others); i++) {
        char *payload = mem_printf(lab.mem, "{\"status\":\"%s\"}", others[i]);

        expect_read(&lab, UPDATE, payload, &got); /* the server's to set: ignored */
        CU_ASSERT_FALSE(got.update.deactivate);
        expect_refused(&lab, DEACTIVATION, payload, PROBLEM_MALFORMED,
            "\"status\" can only be set to \"deactivated\"");
    }
    lab_close(&lab);
}

/* newOrder's payload with a member more. */
static const char *order_with(struct lab *lab, const char *name, const char *value)
{
    return mem_printf(lab->mem,
        "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.test\"}],\"%s\":\"%s\"}", name, value);
}

static void dates_are_read_to_the_second(void)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } rows[] = {
        {"2027-02-01T00:00:00Z", 1801440000}, {"2027-02-01t00:00:00z", 1801440000},
        {"2027-02-01T05:30:01+05:30", 1801440001}, {"2027-01-31T23:00:00-01:00", 1801440000},
        {"2027-02-01T00:00:00.000Z", 1801440000}, {"", 0},
        {"0001-01-01T00:00:00Z", 0}, /* Go's, for none */
    };
    static const char *const odd[] = {"tomorrow", "2027-02-30T00:00:00Z", "2027-02-01",
        "2027-02-01 00:00:00Z", "2027-02-01T00:00:00", "2027-02-01T24:00:00Z",
        "2027-02-01T00:00:60Z", "2027-02-01T00:00:00.5Z", "2027-02-01T00:00:00.0001Z",
        "2027-02-01T00:00:00.Z", " 2027-02-01T00:00:00Z", "2027-02-01T00:00:00Z ",
        "2027-02-01T00:00Z", "1801440000", "20270201T000000Z"};
    static const char *const past[] = {
        "1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "0001-01-01T00:00:01Z"};
    static const char *const names[] = {"notBefore", "notAfter"};
    struct read got;
    struct lab lab;

    lab_open(&lab);
    for (size_t n = 0; n < COUNT(names); n++) {
        for (size_t i = 0; i < COUNT(rows); i++) {
            expect_read(&lab, NEW_ORDER, order_with(&lab, names[n], rows[i].text), &got);
            CU_ASSERT_EQUAL(got.order.not_before_s, n == 0 ? rows[i].seconds : 0);
            CU_ASSERT_EQUAL(got.order.not_after_s, n == 1 ? rows[i].seconds : 0);
        }
        for (size_t i = 0; i < COUNT(odd); i++)
            expect_refused(&lab, NEW_ORDER, order_with(&lab, names[n], odd[i]), PROBLEM_MALFORMED,
                mem_printf(lab.mem, "\"%s\" must be a date and time in whole seconds", names[n]));
        for (size_t i = 0; i < COUNT(past); i++)
            expect_refused(&lab, NEW_ORDER, order_with(&lab, names[n], past[i]), PROBLEM_MALFORMED,
                mem_printf(lab.mem, "\"%s\" lies in the past", names[n]));
    }
    lab_close(&lab);
}

static void a_csr_or_certificate_is_base64url_of_der(void)
{
    static const char *const csrs[][2] = {
        {"-----BEGIN CERTIFICATE REQUEST-----\\nMII=\\n-----END CERTIFICATE REQUEST-----",
            "not PEM"},
        {"AQI=", "without padding"},
        {"AQ+/", "base64url"},
        {"AQ ID", "base64url"},
        {"AQIDB", "base64url"},
    };
    struct lab lab;

    lab_open(&lab);
    for (size_t i = 0; i < COUNT(csrs); i++) {
        expect_refused(&lab, FINALIZE, mem_printf(lab.mem, "{\"csr\":\"%s\"}", csrs[i][0]),
            PROBLEM_BAD_CSR, csrs[i][1]);
        expect_refused(&lab, REVOCATION,
            mem_printf(lab.mem, "{\"certificate\":\"%s\"}", csrs[i][0]), PROBLEM_MALFORMED,
            "\"certificate\" must be base64url-encoded DER");
    }
    lab_close(&lab);
}

static void reasons_are_read_as_numbers_of_crls(void)
{
    static const struct {
        const char *text;
        int reason;
    } rows[] = {{"0", 0}, {"1", 1}, {"5", 5}, {"10", 10}, {"11", 99}, {"-1", 99}, {"256", 99},
        {"4294967297", 99}, {"9223372036854775807", 99}, {"-9223372036854775808", 99}};
    struct lab lab;
    struct read got;

    lab_open(&lab);
    for (size_t i = 0; i < COUNT(rows); i++) {
        expect_read(&lab, REVOCATION,
            mem_printf(lab.mem, "{\"certificate\":\"AQID\",\"reason\":%s}", rows[i].text), &got);
        CU_ASSERT_EQUAL(got.revocation.reason, rows[i].reason);
    }
    expect_read(&lab, REVOCATION, "{\"certificate\":\"AQID\"}", &got);
    CU_ASSERT_EQUAL(got.revocation.reason, -1);
    lab_close(&lab);
}

/* Writing. */

/* The written text is exactly this, and no slash in it is escaped. */
static void expect_text(struct acme_req *req, struct bytes body, const char *expected)
{
    const char *text = bytes_string(req->mem, body);

    CU_ASSERT_STRING_EQUAL(text, expected);
    CU_ASSERT_PTR_NULL(strstr(text, "\\/"));
    if (strcmp(text, expected) != 0)
        printf("\n    %s\n    %s\n", text, expected);
}

static struct acme_req *any_request(struct lab *lab)
{
    struct lab_account nobody = {.id = 1};

    return lab_request(lab, &nobody, 0, "");
}

static void an_account_is_written(void)
{
    struct account account = {.id = 3, .status = ACCOUNT_VALID, .contacts = ""};
    struct lab lab;
    struct acme_req *req;
    const char *url;

    lab_open(&lab);
    req = any_request(&lab);
    url = acme_url(req, HANDLE_ACCOUNT, 3);
    expect_text(req, shape_account(req, &account),
        mem_printf(lab.mem, "{\"status\":\"valid\",\"orders\":\"%s/orders\"}", url));
    account.contacts = "mailto:a@b.test\nmailto:c@d.test";
    account.terms_agreed = true;
    expect_text(req, shape_account(req, &account),
        mem_printf(lab.mem,
            "{\"status\":\"valid\",\"contact\":[\"mailto:a@b.test\",\"mailto:c@d.test\"],"
            "\"termsOfServiceAgreed\":true,\"orders\":\"%s/orders\"}",
            url));
    account.status = ACCOUNT_DEACTIVATED;
    account.contacts = "mailto:a@b.test";
    account.terms_agreed = false;
    expect_text(req, shape_account(req, &account),
        mem_printf(lab.mem,
            "{\"status\":\"deactivated\",\"contact\":[\"mailto:a@b.test\"],\"orders\":\"%s/"
            "orders\"}",
            url));
    lab_close(&lab);
}

static void an_order_is_written_as_its_state_has_it(void)
{
    static const char problem[] = "{\"type\":\"urn:ietf:params:acme:error:dns\",\"status\":400}";
    struct identifier names[] = {{IDENTIFIER_DNS, "*.a.test"}, {IDENTIFIER_DNS, "a.test"}};
    struct order order = {.id = 4,
        .status = ORDER_PENDING,
        .identifiers = {names, 2},
        .expires_s = LAB_NOW_S,
        .certificate_id = 9,
        .error = problem};
    static const char *const words[] = {"pending", "ready", "processing", "valid", "invalid"};
    const int64_t authzs[] = {5, 6};
    struct lab lab;
    struct acme_req *req;

    lab_open(&lab);
    req = any_request(&lab);
    for (enum order_status status = ORDER_PENDING; status <= ORDER_INVALID; status++) {
        const char *end = "";

        order.status = status;
        if (status == ORDER_VALID)
            end = mem_printf(
                lab.mem, ",\"certificate\":\"%s\"", acme_url(req, HANDLE_CERTIFICATE, 9));
        if (status == ORDER_INVALID)
            end = mem_printf(lab.mem, ",\"error\":%s", problem);
        expect_text(req, shape_order(req, &order, authzs, 2),
            mem_printf(lab.mem,
                "{\"status\":\"%s\",\"expires\":\"2027-01-15T08:00:00Z\",\"identifiers\":["
                "{\"type\":\"dns\",\"value\":\"*.a.test\"},{\"type\":\"dns\",\"value\":\"a.test\"}]"
                ","
                "\"authorizations\":[\"%s\",\"%s\"],\"finalize\":\"%s/finalize\"%s}",
                words[status], acme_url(req, HANDLE_AUTHZ, 5), acme_url(req, HANDLE_AUTHZ, 6),
                acme_url(req, HANDLE_ORDER, 4), end));
    }
    order.not_before_s = LAB_NOW_S + 1;
    order.not_after_s = LAB_NOW_S + 2;
    CU_ASSERT_PTR_NOT_NULL(strstr(bytes_string(lab.mem, shape_order(req, &order, authzs, 2)),
        "\"notBefore\":\"2027-01-15T08:00:01Z\",\"notAfter\":\"2027-01-15T08:00:02Z\""));
    lab_close(&lab);
}

static void an_order_of_many_long_names_is_written_whole(void)
{
    enum { NAMES = 1000 }; /* the most that a profile may allow */
    char value[254];
    struct identifier *names;
    int64_t *authzs;
    struct lab lab;
    struct acme_req *req;
    struct bytes body;

    lab_open(&lab);
    req = any_request(&lab);
    names = mem_new_array(lab.mem, struct identifier, NAMES);
    authzs = mem_new_array(lab.mem, int64_t, NAMES);
    memset(value, 'a', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    for (int i = 0; i < NAMES; i++)
        names[i] = (struct identifier){IDENTIFIER_DNS, value};
    body = shape_order(
        req, &(struct order){.identifiers = {names, NAMES}, .expires_s = LAB_NOW_S}, authzs, NAMES);
    CU_ASSERT(body.len > NAMES * 300);
    CU_ASSERT_EQUAL(body.data[body.len - 1], '}');
    lab_close(&lab);
}

static void a_list_of_orders_is_written(void)
{
    const int64_t ids[] = {12, 11};
    struct lab lab;
    struct acme_req *req;

    lab_open(&lab);
    req = any_request(&lab);
    expect_text(req, shape_order_list(req, ids, 0), "{\"orders\":[]}");
    expect_text(req, shape_order_list(req, ids, 2),
        mem_printf(lab.mem, "{\"orders\":[\"%s\",\"%s\"]}", acme_url(req, HANDLE_ORDER, 12),
            acme_url(req, HANDLE_ORDER, 11)));
    lab_close(&lab);
}

#define ERROR                                                                                      \
    "{\"type\":\"urn:ietf:params:acme:error:connection\",\"detail\":\"no\",\"status\":400}"

/* The whole authorization with three challenges, of which dns-01 (2) was tried, in each state. */
static void an_authorization_is_written_as_its_state_has_it(void)
{
    static const struct {
        enum authz_status status;
        unsigned tried;
        int64_t validated_s;
        const char *word, *http, *dns, *alpn; /* the challenges' ends; NULL: not shown */
    } rows[] = {
        {AUTHZ_PENDING, 0, 0, "pending", "pending\",\"token\":\"tok-en_1\"",
            "pending\",\"token\":\"tok-en_1\"", "pending\",\"token\":\"tok-en_1\""},
        {AUTHZ_PENDING, CHALLENGE_DNS_01, 0, "pending", "pending\",\"token\":\"tok-en_1\"",
            "processing\",\"token\":\"tok-en_1\",\"error\":" ERROR,
            "pending\",\"token\":\"tok-en_1\""}, /* tried, to be tried again (8.2) */
        {AUTHZ_INVALID, CHALLENGE_DNS_01, 0, "invalid", "pending\",\"token\":\"tok-en_1\"",
            "invalid\",\"token\":\"tok-en_1\",\"error\":" ERROR,
            "pending\",\"token\":\"tok-en_1\""},
        {AUTHZ_VALID, CHALLENGE_DNS_01, LAB_NOW_S, "valid", NULL,
            "valid\",\"token\":\"tok-en_1\",\"validated\":\"2027-01-15T08:00:00Z\"", NULL},
        {AUTHZ_DEACTIVATED, CHALLENGE_DNS_01, LAB_NOW_S, "deactivated", NULL,
            "valid\",\"token\":\"tok-en_1\",\"validated\":\"2027-01-15T08:00:00Z\"", NULL},
        {AUTHZ_DEACTIVATED, 0, 0, "deactivated", "pending\",\"token\":\"tok-en_1\"",
            "pending\",\"token\":\"tok-en_1\"", "pending\",\"token\":\"tok-en_1\""},
        {AUTHZ_EXPIRED, CHALLENGE_DNS_01, LAB_NOW_S, "expired", NULL,
            "valid\",\"token\":\"tok-en_1\",\"validated\":\"2027-01-15T08:00:00Z\"", NULL},
    };
    static const char *const types[] = {"http-01", "dns-01", "tls-alpn-01"};
    struct lab lab;
    struct acme_req *req;

    lab_open(&lab);
    req = any_request(&lab);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *const ends[] = {rows[i].http, rows[i].dns, rows[i].alpn};
        const char *handle = strrchr(acme_url(req, HANDLE_AUTHZ, 8), '/') + 1;
        char *challenges = mem_strdup(lab.mem, "");
        struct authz authz = {.id = 8,
            .status = rows[i].status,
            .identifier = {IDENTIFIER_DNS, "a.test"},
            .expires_s = LAB_NOW_S + 1,
            .token = "tok-en_1",
            .challenges = CHALLENGE_HTTP_01 | CHALLENGE_DNS_01 | CHALLENGE_TLS_ALPN_01,
            .tried = rows[i].tried,
            .validated_s = rows[i].validated_s,
            .error = ERROR}; /* shown in a challenge whose last try failed, nowhere else */

        for (size_t c = 0; c < COUNT(types); c++)
            if (ends[c] != NULL)
                challenges = mem_printf(lab.mem,
                    "%s%s{\"type\":\"%s\",\"url\":\"" LAB_URL "/acme/challenge/%s/%s\","
                    "\"status\":\"%s}",
                    challenges, challenges[0] == '\0' ? "" : ",", types[c], handle, types[c],
                    ends[c]);
        expect_text(req, shape_authz(req, &authz),
            mem_printf(lab.mem,
                "{\"identifier\":{\"type\":\"dns\",\"value\":\"a.test\"},\"status\":\"%s\","
                "\"expires\":\"2027-01-15T08:00:01Z\",\"challenges\":[%s]}",
                rows[i].word, challenges));
    }
    lab_close(&lab);
}

static void a_wildcard_says_so_beside_its_base_name(void)
{
    struct authz authz = {.id = 8,
        .identifier = {IDENTIFIER_DNS, "a.test"},
        .wildcard = true,
        .expires_s = LAB_NOW_S,
        .token = "t",
        .challenges = CHALLENGE_DNS_01};
    struct lab lab;
    struct acme_req *req;

    lab_open(&lab);
    req = any_request(&lab);
    expect_text(req, shape_authz(req, &authz),
        mem_printf(lab.mem,
            "{\"identifier\":{\"type\":\"dns\",\"value\":\"a.test\"},\"status\":\"pending\","
            "\"expires\":\"2027-01-15T08:00:00Z\",\"wildcard\":true,\"challenges\":[{\"type\":"
            "\"dns-01\",\"url\":\"" LAB_URL "/acme/challenge/%s/dns-01\",\"status\":\"pending\","
            "\"token\":\"t\"}]}",
            strrchr(acme_url(req, HANDLE_AUTHZ, 8), '/') + 1));
    authz.subdomains = true;
    authz.wildcard = false;
    authz.challenges = 0;
    expect_text(req, shape_authz(req, &authz),
        "{\"identifier\":{\"type\":\"dns\",\"value\":\"a.test\"},\"status\":\"pending\","
        "\"expires\":\"2027-01-15T08:00:00Z\",\"subdomainAuthAllowed\":true,\"challenges\":[]}");
    lab_close(&lab);
}

/* Both versions of dns-persist-01 in one object, each by its switch; no token (client-quirks rule
 * 13). */
static void a_persistent_challenge_stands_last_and_has_no_token(void)
{
    static const char *const issuers[] = {"ca.example", "ca2.example", NULL};
    static const struct {
        bool by_url, by_hash;
    } rows[] = {{true, true}, {true, false}, {false, true}};
    struct authz authz = {.id = 8,
        .account_id = 3,
        .identifier = {IDENTIFIER_DNS, "a.test"},
        .expires_s = LAB_NOW_S,
        .token = "t",
        .challenges = CHALLENGE_DNS_PERSIST_01 | CHALLENGE_DNS_ACCOUNT_01 | CHALLENGE_HTTP_01};
    struct lab lab;
    struct acme_req *req;

    lab_open(&lab);
    req = any_request(&lab);
    lab.settings.persist_issuers = issuers;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *url = mem_printf(lab.mem,
            rows[i].by_url ? ",\"accounturi\":\"%s\",\"issuer-domain-names\":[\"ca.example\","
                             "\"ca2.example\"]"
                           : "%.0s",
            acme_url(req, HANDLE_ACCOUNT, 3));
        const char *whole;

        lab.settings.persist_by_url = rows[i].by_url;
        lab.settings.account_hash_prefix = rows[i].by_hash ? LAB_URL "/hash/" : NULL;
        whole = bytes_string(req->mem, shape_authz(req, &authz));
        CU_ASSERT_PTR_NOT_NULL(strstr(whole,
            mem_printf(lab.mem,
                ",{\"type\":\"dns-persist-01\",\"url\":\"" LAB_URL
                "/acme/challenge/%s/dns-persist-01\",\"status\":\"pending\"%s%s}]}",
                strrchr(acme_url(req, HANDLE_AUTHZ, 8), '/') + 1, url,
                rows[i].by_hash ? ",\"issuerDomainNames\":[\"ca.example\",\"ca2.example\"]" : "")));
    }
    lab_close(&lab);
}

static void a_challenge_alone_is_as_in_its_authorization(void)
{
    struct authz authz = {.id = 8,
        .identifier = {IDENTIFIER_DNS, "a.test"},
        .status = AUTHZ_INVALID,
        .expires_s = LAB_NOW_S,
        .token = "t",
        .challenges = CHALLENGE_HTTP_01 | CHALLENGE_DNS_01,
        .tried = CHALLENGE_HTTP_01,
        .error = ERROR};
    struct lab lab;
    struct acme_req *req;
    const char *whole;

    lab_open(&lab);
    req = any_request(&lab);
    whole = bytes_string(req->mem, shape_authz(req, &authz));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(whole, bytes_string(req->mem, shape_challenge(req, &authz, CHALLENGE_HTTP_01))));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(whole, bytes_string(req->mem, shape_challenge(req, &authz, CHALLENGE_DNS_01))));
    lab_close(&lab);
}

static void challenge_types_have_their_names(void)
{
    static const struct {
        const char *name;
        unsigned type;
    } rows[] = {{"http-01", CHALLENGE_HTTP_01}, {"dns-01", CHALLENGE_DNS_01},
        {"tls-alpn-01", CHALLENGE_TLS_ALPN_01}, {"dns-account-01", CHALLENGE_DNS_ACCOUNT_01},
        {"dns-persist-01", CHALLENGE_DNS_PERSIST_01}, {"email-reply-00", CHALLENGE_EMAIL_REPLY_00},
        {"", 0}, {"http-02", 0}, {"HTTP-01", 0}, {"http-01/", 0}, {"none", 0}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        CU_ASSERT_EQUAL(challenge_type_parse(rows[i].name), rows[i].type);
        if (rows[i].type != 0)
            CU_ASSERT_STRING_EQUAL(
                challenge_type_name((enum challenge_type)rows[i].type), rows[i].name);
    }
}

static const struct test tests[] = {
    {"a payload that is no object is malformed", a_payload_that_is_no_object_is_malformed},
    {"a wrong type is named by its path", a_wrong_type_is_named_by_its_path},
    {"unknown and empty members are ignored", unknown_and_empty_members_are_ignored},
    {"contacts are kept as lines", contacts_are_kept_as_lines},
    {"contacts that are not one address are refused",
        contacts_that_are_not_one_address_are_refused},
    {"bad contacts of a new account are kept for later",
        bad_contacts_of_a_new_account_are_kept_for_later},
    {"contacts have bounds", contacts_have_bounds},
    {"only the word deactivated deactivates", only_the_word_deactivated_deactivates},
    {"dates are read to the second", dates_are_read_to_the_second},
    {"a CSR or certificate is base64url of DER", a_csr_or_certificate_is_base64url_of_der},
    {"reasons are read as numbers of CRLs", reasons_are_read_as_numbers_of_crls},
    {"an account is written", an_account_is_written},
    {"an order is written as its state has it", an_order_is_written_as_its_state_has_it},
    {"an order of many long names is written whole", an_order_of_many_long_names_is_written_whole},
    {"a list of orders is written", a_list_of_orders_is_written},
    {"an authorization is written as its state has it",
        an_authorization_is_written_as_its_state_has_it},
    {"a wildcard says so beside its base name", a_wildcard_says_so_beside_its_base_name},
    {"a persistent challenge stands last and has no token",
        a_persistent_challenge_stands_last_and_has_no_token},
    {"a challenge alone is as in its authorization", a_challenge_alone_is_as_in_its_authorization},
    {"challenge types have their names", challenge_types_have_their_names},
    {NULL, NULL},
};
extern const struct test_suite suite_shapes;
const struct test_suite suite_shapes = {"shapes", tests};
