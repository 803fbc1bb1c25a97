/* Tests of acme/certificate: download, and revocation by everybody who may and who may not, in real
 * transactions. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/authz.h"
#include "acme/certificate.h"
#include "base/b64url.h"
#include "base/cert.h"
#include "base/mem.h"
#include "store/certificate.h"
#include "store/order.h"
#include "tests/unit/acme/lab.h"

/* A certificate for a.test and b.test, ordered by `mine`. */
struct desk {
    struct lab lab;
    struct acme_authority authority;
    struct lab_account mine, other, holder; /* holder has no account, but the certificate's key */
    int64_t order;
    struct certificate certificate;
    const char *const *alternates;
};

static enum err_code store_it(struct store_tx *tx, void *arg, struct err *e)
{
    struct desk *desk = arg;

    if (store_order_finalize(tx, desk->order, bytes_of("csr"), e) != ERR_OK ||
        store_certificate_add(
            tx, &desk->certificate, "lab", bytes_of("key hash"), desk->alternates, e) != ERR_OK)
        return e->code;
    return store_order_issued(tx, desk->order, desk->certificate.id, e);
}

/* For a.test and b.test and the holder's key, by a CA of its own. */
static struct bytes make_certificate(struct desk *desk, struct cert_info *info)
{
    static const struct cert_name names[] = {{CERT_NAME_DNS, "a.test"}, {CERT_NAME_DNS, "b.test"}};
    struct cert_ca_options options = {
        .common_name = "CA", .not_before_s = LAB_NOW_S - 3600, .not_after_s = LAB_NOW_S + 86400};
    struct cert_leaf leaf = {.spki = key_spki(desk->lab.mem, desk->holder.key),
        .names = names,
        .names_len = 2,
        .not_before_s = LAB_NOW_S - 3600,
        .not_after_s = LAB_NOW_S + 86400};
    struct key *key = key_generate(desk->lab.mem, KEY_P256, 0);
    struct cert_issuer *ca;
    struct err e = {0};
    struct bytes der;
    char *pem;

    cert_serial_new(leaf.serial);
    CU_ASSERT_EQUAL_FATAL(cert_make_ca(desk->lab.mem, NULL, key, &options, &pem, &e), ERR_OK);
    ca = cert_issuer_new(desk->lab.mem, pem, key_to_pem(desk->lab.mem, key), &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(ca);
    CU_ASSERT_EQUAL_FATAL(cert_sign_leaf(desk->lab.mem, ca, &leaf, &der, &e), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(cert_read(der, info, &e), ERR_OK);
    return der;
}

static void open_desk_with(struct desk *desk, const char *const *alternates)
{
    struct cert_info info;
    struct bytes der;

    desk->alternates = alternates;
    lab_open(&desk->lab);
    desk->authority = (struct acme_authority){.upstream = "lab", .not_after_s = INT64_MAX};
    desk->lab.settings.authorities = &desk->authority;
    desk->lab.settings.authorities_len = 1;
    desk->mine = lab_account(&desk->lab);
    desk->other = lab_account(&desk->lab);
    desk->holder = lab_key(&desk->lab);
    desk->order = lab_order(&desk->lab, &desk->mine, "a.test b.test", true);
    der = make_certificate(desk, &info);
    desk->certificate = (struct certificate){.account_id = desk->mine.id,
        .order_id = desk->order,
        .serial = info.serial,
        .der = der,
        .chain = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        .not_before_s = info.not_before_s,
        .not_after_s = info.not_after_s};
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&desk->lab, store_it, desk), ERR_OK);
}

static void open_desk(struct desk *desk)
{
    open_desk_with(desk, NULL);
}

static const char *payload_of(struct desk *desk, struct bytes der, const char *more)
{
    return mem_printf(
        desk->lab.mem, "{\"certificate\":\"%s\"%s}", b64url_encode(desk->lab.mem, der), more);
}

static struct lab_answer revoke(
    struct desk *desk, const struct lab_account *by, const char *payload)
{
    return lab_write(&desk->lab, lab_request(&desk->lab, by, 0, payload),
        certificate_prepare_revoke, certificate_revoke);
}

static struct lab_answer revoke_by_key(
    struct desk *desk, const struct lab_account *by, const char *payload)
{
    return lab_write(&desk->lab, lab_request_by_key(&desk->lab, by, payload),
        certificate_prepare_revoke, certificate_revoke);
}

#define NOT_REVOKED (-2)

/* The reason that is stored: -1 for none, or NOT_REVOKED. */
static int64_t reason_of(struct desk *desk)
{
    struct err e = {0};
    struct store_tx *tx = store_snapshot_begin(desk->lab.reader, desk->lab.mem, &e);
    struct certificate got;

    CU_ASSERT_EQUAL_FATAL(
        store_certificate_get(tx, desk->lab.mem, desk->certificate.id, &got, &e), ERR_OK);
    store_snapshot_end(tx);
    return got.revoked_s == 0 ? NOT_REVOKED : got.revocation_reason;
}

static void a_certificate_is_downloaded_by_its_account_alone(void)
{
    struct lab_answer answer, missing;
    struct desk desk;

    open_desk(&desk);
    answer = lab_read(
        &desk.lab, lab_request(&desk.lab, &desk.mine, desk.certificate.id, ""), certificate_get);
    lab_expect_status(&answer, 0);
    CU_ASSERT_STRING_EQUAL(answer.resp.type, "application/pem-certificate-chain");
    CU_ASSERT_STRING_EQUAL(answer.body,
        mem_printf(desk.lab.mem, "%s%s",
            cert_pem(desk.lab.mem, "CERTIFICATE", desk.certificate.der), desk.certificate.chain));

    answer = lab_read(
        &desk.lab, lab_request(&desk.lab, &desk.other, desk.certificate.id, ""), certificate_get);
    missing = lab_read(&desk.lab, lab_request(&desk.lab, &desk.other, desk.certificate.id + 1, ""),
        certificate_get);
    lab_expect_problem(&answer, PROBLEM_NOT_FOUND, "");
    CU_ASSERT_STRING_EQUAL(answer.body, missing.body);
    lab_close(&desk.lab);
}

/* The URL of one of the certificate's chains, and a Link to it. */
static const char *chain_url(struct desk *desk, int number)
{
    struct acme_req *req = lab_request(&desk->lab, &desk->mine, desk->certificate.id, "");
    const char *url = acme_url(req, HANDLE_CERTIFICATE, desk->certificate.id);

    return number == 0 ? url : mem_printf(desk->lab.mem, "%s/%d", url, number);
}

static bool has_link(const struct lab_answer *answer, struct desk *desk, int number)
{
    const char *link = mem_printf(desk->lab.mem, "<%s>;rel=\"alternate\"", chain_url(desk, number));

    for (int i = 0; i < ACME_LINKS_MAX && answer->resp.links[i] != NULL; i++)
        if (strcmp(answer->resp.links[i], link) == 0)
            return true;
    return false;
}

static struct lab_answer get_alternate(
    struct desk *desk, const struct lab_account *by, const char *number)
{
    struct acme_req *req = lab_request(&desk->lab, by, desk->certificate.id, "");

    req->rest = number;
    return lab_read(&desk->lab, req, certificate_get_alternate);
}

static void each_chain_of_a_certificate_has_an_address_and_links_to_the_others(void)
{
    static const char *const alternates[] = {"first\n", "second\n", NULL};
    struct lab_answer answers[3];
    struct desk desk;

    open_desk_with(&desk, alternates);
    answers[0] = lab_read(
        &desk.lab, lab_request(&desk.lab, &desk.mine, desk.certificate.id, ""), certificate_get);
    answers[1] = get_alternate(&desk, &desk.mine, "1");
    answers[2] = get_alternate(&desk, &desk.mine, "2");
    for (int i = 0; i < 3; i++) {
        lab_expect_status(&answers[i], 0);
        CU_ASSERT_STRING_EQUAL(answers[i].resp.type, "application/pem-certificate-chain");
        CU_ASSERT_STRING_EQUAL(
            answers[i].body, mem_printf(desk.lab.mem, "%s%s",
                                 cert_pem(desk.lab.mem, "CERTIFICATE", desk.certificate.der),
                                 i == 0 ? desk.certificate.chain : alternates[i - 1]));
        for (int other = 0; other < 3; other++)
            CU_ASSERT_EQUAL(has_link(&answers[i], &desk, other), other != i);
        CU_ASSERT_PTR_NULL(answers[i].resp.links[2]);
    }
    lab_close(&desk.lab);
}

static void an_alternate_chain_is_its_accounts_alone_and_has_one_number(void)
{
    static const char *const alternates[] = {"first\n", NULL};
    static const char *const numbers[] = {
        "0", "2", "01", "+1", "-1", "1 ", " 1", "1x", "", "0x1", "4294967297", "x"};
    struct lab_answer answer;
    struct desk desk;

    open_desk_with(&desk, alternates);
    for (size_t i = 0; i < COUNT(numbers); i++) {
        answer = get_alternate(&desk, &desk.mine, numbers[i]);
        lab_expect_problem(&answer, PROBLEM_NOT_FOUND, "or it is not yours");
    }
    answer = get_alternate(&desk, &desk.other, "1");
    lab_expect_problem(&answer, PROBLEM_NOT_FOUND, "or it is not yours");
    CU_ASSERT_PTR_NULL(answer.resp.links[0]);
    lab_close(&desk.lab);
}

static void the_account_revokes_with_a_reason_that_is_its_to_give(void)
{
    static const struct {
        const char *text;
        int64_t stored;
    } rows[] = {{"", -1}, {",\"reason\":null", -1}, {",\"reason\":0", -1}, {",\"reason\":1", 1},
        {",\"reason\":3", 3}, {",\"reason\":4", 4}, {",\"reason\":5", 5}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lab_answer answer;
        struct desk desk;

        open_desk(&desk);
        answer = revoke(&desk, &desk.mine, payload_of(&desk, desk.certificate.der, rows[i].text));
        lab_expect_status(&answer, 0);
        CU_ASSERT_STRING_EQUAL(answer.body, "");
        CU_ASSERT_EQUAL(reason_of(&desk), rows[i].stored);
        CU_ASSERT_EQUAL(lab_number(&desk.lab, "SELECT revoked_s FROM certificate"), LAB_NOW_S);
        CU_ASSERT_EQUAL(lab_count(&desk.lab, "job WHERE kind = 'crl'"), 1);
        lab_close(&desk.lab);
    }
}

static void other_reasons_are_refused_with_the_list_of_good_ones(void)
{
    static const char *const reasons[] = {
        "2", "6", "7", "8", "9", "10", "11", "-1", "1000000000000"};
    struct desk desk;

    open_desk(&desk);
    for (size_t i = 0; i < COUNT(reasons); i++) {
        struct lab_answer answer = revoke(&desk, &desk.mine,
            payload_of(&desk, desk.certificate.der,
                mem_printf(desk.lab.mem, ",\"reason\":%s", reasons[i])));

        lab_expect_problem(&answer, PROBLEM_BAD_REVOCATION_REASON,
            "allowed are 0 (unspecified), 1 (keyCompromise), 3 (affiliationChanged)");
    }
    CU_ASSERT_EQUAL(reason_of(&desk), NOT_REVOKED);
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "job"), 0);
    lab_close(&desk.lab);
}

/* Who has the key and says so shows that it is in other hands (standards.md 1.7). */
static void the_certificates_key_revokes_as_compromised(void)
{
    static const char *const reasons[] = {"", ",\"reason\":0", ",\"reason\":4"};

    for (size_t i = 0; i < COUNT(reasons); i++) {
        struct lab_answer answer;
        struct desk desk;

        open_desk(&desk);
        answer =
            revoke_by_key(&desk, &desk.holder, payload_of(&desk, desk.certificate.der, reasons[i]));
        lab_expect_status(&answer, 0);
        CU_ASSERT_EQUAL(reason_of(&desk), 1);
        lab_close(&desk.lab);
    }
}

static void nobody_else_revokes(void)
{
    struct lab_answer answer;
    const char *payload;
    struct desk desk;

    open_desk(&desk);
    payload = payload_of(&desk, desk.certificate.der, "");
    answer = revoke(&desk, &desk.other, payload);
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "with its own key");
    answer = revoke_by_key(&desk, &desk.other, payload); /* an account's key, but not by its URL */
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "with its own key");
    answer = revoke_by_key(&desk, &desk.mine, payload);
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "with its own key");
    CU_ASSERT_EQUAL(reason_of(&desk), NOT_REVOKED);
    lab_close(&desk.lab);
}

/* RFC 8555, 7.6: who holds all its names now may, and only as long as that holds. */
static void an_account_that_holds_all_names_revokes(void)
{
    struct lab_answer answer;
    const char *payload;
    int64_t b;
    struct desk desk;

    open_desk(&desk);
    payload = payload_of(&desk, desk.certificate.der, ",\"reason\":1");
    lab_order(&desk.lab, &desk.other, "a.test", true);
    answer = revoke(&desk, &desk.other, payload);
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "all its names"); /* half is not enough */
    lab_order(&desk.lab, &desk.other, "b.test", false);
    answer = revoke(&desk, &desk.other, payload);
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "all its names"); /* it is not proven yet */
    b = lab_order(&desk.lab, &desk.other, "b.test", true);
    answer = lab_write(&desk.lab,
        lab_request(
            &desk.lab, &desk.other, lab_authz_of(&desk.lab, b, 0), "{\"status\":\"deactivated\"}"),
        authz_prepare_deactivate, authz_deactivate);
    lab_expect_status(&answer, 0);
    answer = revoke(&desk, &desk.other, payload);
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "all its names"); /* it was given up */
    lab_order(&desk.lab, &desk.other, "b.test", true);
    lab_pass(86400 * INT64_C(1000));
    answer = revoke(&desk, &desk.other, payload);
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "all its names"); /* too long ago */

    lab_order(&desk.lab, &desk.other, "a.test b.test c.test", true);
    answer = revoke(&desk, &desk.other, payload);
    lab_expect_status(&answer, 0);
    CU_ASSERT_EQUAL(reason_of(&desk), 1);
    lab_close(&desk.lab);
}

/* A vendor may have added one to those that were ordered. */
static void the_names_of_the_certificate_count_not_those_of_its_order(void)
{
    struct lab_answer answer;
    const char *payload;
    struct desk desk;

    open_desk(&desk);
    payload = payload_of(&desk, desk.certificate.der, "");
    lab_run_sql(&desk.lab, "UPDATE orders SET identifiers = 'dns a.test'");
    lab_order(&desk.lab, &desk.other, "a.test", true);
    answer = revoke(&desk, &desk.other, payload);
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "all its names");
    CU_ASSERT_EQUAL_FATAL(answer.resp.subproblems_len, 1);
    CU_ASSERT_STRING_EQUAL(answer.resp.subproblems[0].value, "b.test");
    CU_ASSERT_EQUAL(answer.resp.subproblems[0].problem, PROBLEM_UNAUTHORIZED);
    lab_order(&desk.lab, &desk.other, "b.test", true);
    answer = revoke(&desk, &desk.other, payload);
    lab_expect_status(&answer, 0);
    lab_close(&desk.lab);
}

static void a_certificate_is_revoked_once(void)
{
    struct lab_answer answer;
    const char *payload;
    struct desk desk;

    open_desk(&desk);
    payload = payload_of(&desk, desk.certificate.der, ",\"reason\":4");
    answer = revoke(&desk, &desk.mine, payload);
    lab_expect_status(&answer, 0);
    answer = revoke(&desk, &desk.mine, payload);
    lab_expect_problem(&answer, PROBLEM_ALREADY_REVOKED, "");
    answer = revoke_by_key(&desk, &desk.holder, payload);
    lab_expect_problem(&answer, PROBLEM_ALREADY_REVOKED, "");
    CU_ASSERT_EQUAL(reason_of(&desk), 4);
    answer = revoke(&desk, &desk.other, payload); /* who may not does not learn that it is */
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "");
    lab_close(&desk.lab);
}

static void what_was_not_issued_here_is_not_found(void)
{
    struct cert_info info;
    struct lab_answer answer;
    struct bytes der;
    uint8_t *changed;
    struct desk desk;

    open_desk(&desk);
    der = make_certificate(&desk, &info); /* the same key and names, another serial */
    answer = revoke(&desk, &desk.mine, payload_of(&desk, der, ""));
    lab_expect_problem(&answer, PROBLEM_NOT_FOUND, "was not issued here");
    answer = revoke_by_key(&desk, &desk.holder, payload_of(&desk, der, ""));
    lab_expect_problem(&answer, PROBLEM_NOT_FOUND, "was not issued here");

    der = desk.certificate.der; /* the same serial, another signature */
    changed = mem_dup(desk.lab.mem, der.data, der.len);
    changed[der.len - 1] ^= 1;
    answer = revoke(&desk, &desk.mine, payload_of(&desk, (struct bytes){changed, der.len}, ""));
    lab_expect_problem(&answer, PROBLEM_NOT_FOUND, "was not issued here");
    answer = revoke(&desk, &desk.mine, payload_of(&desk, bytes_of("no certificate"), ""));
    lab_expect_problem(&answer, PROBLEM_MALFORMED, "is not a DER certificate");
    answer =
        revoke(&desk, &desk.mine, payload_of(&desk, (struct bytes){der.data, der.len - 1}, ""));
    lab_expect_problem(&answer, PROBLEM_MALFORMED, "is not a DER certificate");
    CU_ASSERT_EQUAL(reason_of(&desk), NOT_REVOKED);
    lab_close(&desk.lab);
}

static const struct test tests[] = {
    {"a certificate is downloaded by its account alone",
        a_certificate_is_downloaded_by_its_account_alone},
    {"each chain of a certificate has an address and links to the others",
        each_chain_of_a_certificate_has_an_address_and_links_to_the_others},
    {"an alternate chain is its account's alone and has one number",
        an_alternate_chain_is_its_accounts_alone_and_has_one_number},
    {"the account revokes with a reason that is its to give",
        the_account_revokes_with_a_reason_that_is_its_to_give},
    {"other reasons are refused with the list of good ones",
        other_reasons_are_refused_with_the_list_of_good_ones},
    {"the certificate's key revokes as compromised", the_certificates_key_revokes_as_compromised},
    {"nobody else revokes", nobody_else_revokes},
    {"an account that holds all names revokes", an_account_that_holds_all_names_revokes},
    {"the names of the certificate count, not those of its order",
        the_names_of_the_certificate_count_not_those_of_its_order},
    {"a certificate is revoked once", a_certificate_is_revoked_once},
    {"what was not issued here is not found", what_was_not_issued_here_is_not_found},
    {NULL, NULL},
};
extern const struct test_suite suite_certificate;
const struct test_suite suite_certificate = {"certificate", tests};
