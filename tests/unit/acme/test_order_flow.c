/* Tests of acme/order_flow: from finalize to a certificate or a clear error, with the embedded CA
 * behind an upstream that does what a script says. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/certificate.h"
#include "acme/order.h"
#include "acme/order_checks.h"
#include "acme/order_flow.h"
#include "base/cert.h"
#include "base/mem.h"
#include "tests/unit/acme/shop.h"

static void expect_issued(struct shop *shop, int64_t order_id)
{
    CU_ASSERT_EQUAL(lab_get_order(&shop->lab, order_id).status, ORDER_VALID);
    CU_ASSERT_EQUAL(shop_action(shop, order_id).state, ACTION_DONE);
    CU_ASSERT_EQUAL(lab_count(&shop->lab, "certificate"), 1);
    CU_ASSERT_EQUAL(lab_count(&shop->lab, "job"), 0);
}

static void expect_failed(struct shop *shop, int64_t order_id, const char *words)
{
    struct order order = lab_get_order(&shop->lab, order_id);

    CU_ASSERT_EQUAL(order.status, ORDER_INVALID);
    CU_ASSERT_PTR_NOT_NULL_FATAL(order.error);
    CU_ASSERT_PTR_NOT_NULL(strstr(order.error, "urn:ietf:params:acme:error:serverInternal"));
    CU_ASSERT_PTR_NOT_NULL(strstr(order.error, words));
    if (strstr(order.error, words) == NULL)
        printf("\n    not \"%s\": %s\n", words, order.error);
    CU_ASSERT_EQUAL(shop_action(shop, order_id).state, ACTION_FAILED);
    CU_ASSERT_EQUAL(lab_count(&shop->lab, "certificate"), 0);
    CU_ASSERT_EQUAL(lab_count(&shop->lab, "job"), 0);
}

static void expect_processing(struct shop *shop, int64_t order_id)
{
    CU_ASSERT_EQUAL(lab_get_order(&shop->lab, order_id).status, ORDER_PROCESSING);
    CU_ASSERT_EQUAL(shop_action(shop, order_id).state, ACTION_SENDING);
    CU_ASSERT_EQUAL(lab_count(&shop->lab, "certificate"), 0);
    CU_ASSERT_EQUAL(lab_count(&shop->lab, "job"), 1);
}

static void a_finalized_order_becomes_a_certificate(void)
{
    struct certificate certificate;
    struct lab_answer answer;
    struct cert_info info;
    struct action intent;
    struct err e = {0};
    struct shop shop;
    struct key *key;
    int64_t id;

    shop_open(&shop, "i");
    id = shop_finalize(&shop, "a.test b.test", &key);
    shop_start_worker(&shop);
    intent = shop_action(&shop, id); /* stands before anything is signed */
    CU_ASSERT_EQUAL(intent.state, ACTION_SENDING);
    CU_ASSERT_EQUAL(intent.reference.len, CERT_SERIAL_LEN);
    CU_ASSERT_EQUAL(intent.not_before_s, LAB_NOW_S - 3600);
    CU_ASSERT_EQUAL(intent.not_after_s, LAB_NOW_S - 3600 + 90 * 86400 - 1);
    shop_run_due(&shop);
    expect_issued(&shop, id);

    certificate = shop_certificate(&shop, id);
    CU_ASSERT_EQUAL(certificate.account_id, shop.account.id);
    CU_ASSERT_EQUAL(certificate.order_id, id);
    CU_ASSERT(bytes_equal(certificate.serial, intent.reference));
    CU_ASSERT_EQUAL_FATAL(cert_read(certificate.der, &info, &e), ERR_OK);
    CU_ASSERT(bytes_equal(info.spki, key_spki(shop.lab.mem, key)));
    CU_ASSERT(bytes_equal(info.serial, intent.reference));
    CU_ASSERT_EQUAL(info.not_before_s, intent.not_before_s);
    CU_ASSERT_EQUAL(certificate.not_after_s, info.not_after_s);

    answer = lab_read(
        &shop.lab, lab_request(&shop.lab, &shop.account, certificate.id, ""), certificate_get);
    lab_expect_status(&answer, 0);
    CU_ASSERT_STRING_EQUAL(answer.resp.type, "application/pem-certificate-chain");
    CU_ASSERT_EQUAL(
        strncmp(answer.body, "-----BEGIN CERTIFICATE-----\n", 28), 0); /* nothing before it */
    CU_ASSERT_STRING_EQUAL(answer.body + strlen(answer.body) - 26, "-----END CERTIFICATE-----\n");
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body + 28, "-----BEGIN CERTIFICATE-----\n")); /* a chain */
    CU_ASSERT_EQUAL(shop.worker.progressed, 1);
    lab_worker_end(&shop.worker);
    shop_close(&shop);
}

static void nothing_outlives_the_authority_that_signs(void)
{
    struct acme_authority authority = {.upstream = "lab", .not_after_s = LAB_NOW_S + 1000};
    struct shop shop;
    int64_t id;

    shop_open(&shop, "i");
    shop.lab.settings.authorities = &authority;
    shop.lab.settings.authorities_len = 1;
    id = shop_finalize(&shop, "a.test", NULL);
    CU_ASSERT_EQUAL(shop_action(&shop, id).not_after_s, LAB_NOW_S + 1000);
    shop_start_worker(&shop);
    shop_run_due(&shop);
    CU_ASSERT_EQUAL(shop_certificate(&shop, id).not_after_s, LAB_NOW_S + 1000);
    lab_worker_end(&shop.worker);
    shop_close(&shop);
}

static void what_goes_wrong_upstream_ends_the_order_and_says_why(void)
{
    static const struct {
        const char *script, *words;
    } rows[] = {
        {"r", "the certificate could not be issued: the organisation is not validated; make a new "
              "order later"},
        {"n", "the certificate authority gave no reason"},
        {"k", "the certificate authority returned a certificate for another key"},
        {"g", "the certificate authority returned something that is no certificate"},
        {"w", "the certificate authority returned a certificate that is also for"},
        {"o", "the certificate authority returned a certificate without its issuer's"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct shop shop;
        int64_t id;

        shop_open(&shop, rows[i].script);
        id = shop_finalize(&shop, "a.test", NULL);
        shop_start_worker(&shop);
        shop_run_due(&shop);
        CU_ASSERT_EQUAL(shop.scripted.calls, 1);
        expect_failed(&shop, id, rows[i].words);
        CU_ASSERT_PTR_NULL(strstr(lab_get_order(&shop.lab, id).error, "4711")); /* for the log */
        lab_worker_end(&shop.worker);
        shop_close(&shop);
    }
}

static void a_name_that_the_vendor_adds_is_no_harm_if_its_connector_says_so(void)
{
    struct shop shop;
    int64_t id;

    shop_open(&shop, "v");
    id = shop_finalize(&shop, "a.test", NULL);
    shop_start_worker(&shop);
    shop_run_due(&shop);
    expect_issued(&shop, id);
    lab_worker_end(&shop.worker);
    shop_close(&shop);
}

static void alternate_chains_are_stored_with_the_certificate(void)
{
    struct certificate certificate;
    struct lab_answer answer;
    struct acme_req *req;
    struct shop shop;
    int64_t id;

    shop_open(&shop, "a");
    id = shop_finalize(&shop, "a.test", NULL);
    shop_start_worker(&shop);
    shop_run_due(&shop);
    expect_issued(&shop, id);
    certificate = shop_certificate(&shop, id);
    CU_ASSERT_EQUAL(certificate.alternates_len, 1);
    req = lab_request(&shop.lab, &shop.account, certificate.id, "");
    req->rest = "1";
    answer = lab_read(&shop.lab, req, certificate_get_alternate);
    lab_expect_status(&answer, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, certificate.chain));
    lab_worker_end(&shop.worker);
    shop_close(&shop);
}

static void an_upstream_that_is_not_configured_any_more_ends_the_order(void)
{
    struct shop shop;
    int64_t id;

    shop_open(&shop, "i");
    id = shop_finalize(&shop, "a.test", NULL);
    shop_start_worker(&shop);
    shop.worker.world.upstreams_len = 0;
    shop_run_due(&shop);
    expect_failed(&shop, id, "the certificate authority of this order is no longer configured");
    lab_worker_end(&shop.worker);
    shop_close(&shop);
}

static void an_upstream_that_cannot_be_reached_is_asked_again(void)
{
    struct shop shop;
    int64_t id;

    shop_open(&shop, "ttti");
    id = shop_finalize(&shop, "a.test", NULL);
    shop_start_worker(&shop);
    shop_run_due(&shop);
    for (int calls = 1; calls <= 3; calls++) {
        CU_ASSERT_EQUAL(shop.scripted.calls, calls);
        expect_processing(&shop, id);
        shop_run_due(&shop); /* not at once */
        CU_ASSERT_EQUAL(shop.scripted.calls, calls);
        lab_pass(10000);
        shop_run_due(&shop);
    }
    CU_ASSERT_EQUAL(shop.scripted.calls, 4);
    expect_issued(&shop, id);
    CU_ASSERT(bytes_equal(shop_certificate(&shop, id).serial, shop_action(&shop, id).reference));
    lab_worker_end(&shop.worker);
    shop_close(&shop);
}

static void an_upstream_that_stays_away_is_given_up(void)
{
    struct shop shop;
    int64_t id;

    shop_open(&shop, "t");
    id = shop_finalize(&shop, "a.test", NULL);
    shop_start_worker(&shop);
    for (int calls = 1; calls <= 20; calls++) {
        shop_run_due(&shop);
        CU_ASSERT_EQUAL(shop.scripted.calls, calls);
        lab_pass(6 * 60 * 1000);
    }
    expect_failed(&shop, id, "the organisation is not validated");
    shop_run_due(&shop);
    CU_ASSERT_EQUAL(shop.scripted.calls, 20);
    lab_worker_end(&shop.worker);
    shop_close(&shop);
}

/* A shutdown is no answer of the CA's. */
static void an_upstream_that_shuts_down_costs_no_order(void)
{
    struct shop shop;
    int64_t id;

    shop_open(&shop, "ci");
    id = shop_finalize(&shop, "a.test", NULL);
    shop_start_worker(&shop);
    shop_run_due(&shop);
    expect_processing(&shop, id);
    shop_run_due(&shop);
    CU_ASSERT_EQUAL(shop.scripted.calls, 2);
    expect_issued(&shop, id);
    lab_worker_end(&shop.worker);
    shop_close(&shop);
}

static void a_stop_ends_the_call_and_the_next_start_makes_it_again(void)
{
    struct shop shop;
    int64_t id;

    shop_open(&shop, "hi");
    id = shop_finalize(&shop, "a.test", NULL);
    shop_start_worker(&shop);
    lab_worker_take(&shop.worker);
    CU_ASSERT_EQUAL(shop.scripted.calls, 1);
    shop.worker.world.upstreams_len = 0; /* a reload has taken the upstream out meanwhile */
    lab_worker_end(&shop.worker);
    CU_ASSERT_EQUAL(shop.scripted.cancelled, 1);
    expect_processing(&shop, id);

    shop_start_worker(&shop);
    shop_run_due(&shop);
    expect_issued(&shop, id);
    lab_worker_end(&shop.worker);
    shop_close(&shop);
}

/* No way leads to the upstream without the record that all checks were made. */
static void an_order_without_a_record_of_its_checks_is_not_finalized(void)
{
    struct acme_req *req;
    struct lab_answer answer;
    struct shop shop;
    int64_t id;

    shop_open(&shop, "i");
    id = lab_order(&shop.lab, &shop.account, "a.test b.test", true);
    lab_run_sql(&shop.lab, "UPDATE authz SET checked_s = 0 WHERE identifier = 'dns b.test'");
    req = lab_request(&shop.lab, &shop.account, id,
        lab_csr_payload(&shop.lab, lab_csr(&shop.lab, "a.test b.test", NULL)));
    answer = lab_write(&shop.lab, req, order_prepare_finalize, order_finalize);
    lab_expect_problem(&answer, PROBLEM_SERVER_INTERNAL, "control over \"b.test\" was proven");
    CU_ASSERT_EQUAL(lab_get_order(&shop.lab, id).status, ORDER_READY);
    CU_ASSERT_EQUAL(lab_count(&shop.lab, "action"), 0);
    CU_ASSERT_EQUAL(lab_count(&shop.lab, "job"), 0);
    shop_close(&shop);
}

static void an_action_without_a_record_of_its_checks_is_not_submitted(void)
{
    for (int proven = 0; proven <= 1; proven++) {
        struct shop shop;
        int64_t id;

        shop_open(&shop, "i");
        id = shop_finalize(&shop, "a.test", NULL);
        CU_ASSERT_EQUAL(lab_count(&shop.lab, "action WHERE checked_s > 0"), 1);
        lab_run_sql(&shop.lab, "UPDATE action SET checked_s = 0, checks = NULL");
        if (proven == 0)
            lab_run_sql(&shop.lab, "UPDATE authz SET checked_s = 0");
        shop_start_worker(&shop);
        shop_run_due(&shop);
        CU_ASSERT_EQUAL(shop.scripted.calls, proven);
        if (proven == 0) {
            expect_failed(&shop, id, "there is no record that control over \\\"a.test\\\"");
        } else { /* an earlier version had finalized it: the record is made now */
            expect_issued(&shop, id);
            CU_ASSERT_EQUAL(lab_count(&shop.lab, "action WHERE checked_s > 0"), 1);
        }
        lab_worker_end(&shop.worker);
        shop_close(&shop);
    }
}

static void expect_refused(struct shop *shop, int64_t order_id, const char *words)
{
    struct order order = lab_get_order(&shop->lab, order_id);

    CU_ASSERT_EQUAL(shop->scripted.calls, 0);
    CU_ASSERT_EQUAL(order.status, ORDER_INVALID);
    CU_ASSERT_PTR_NOT_NULL_FATAL(order.error);
    CU_ASSERT_PTR_NOT_NULL(strstr(order.error, words));
    CU_ASSERT_EQUAL(shop_action(shop, order_id).state, ACTION_FAILED);
    CU_ASSERT_EQUAL(lab_count(&shop->lab, "job"), 0);
}

/* What its names were to be checked for in CAA is gone with it. */
static void a_profile_that_is_gone_when_caa_is_to_be_asked_ends_the_order(void)
{
    static const char *const identities[] = {"ca.test", NULL};
    struct shop shop;
    int64_t id;

    shop_open(&shop, "i");
    shop.lab.profile.caa_identities = identities;
    id = shop_finalize(&shop, "a.test", NULL);
    shop.lab.profile.name = "renamed";
    shop_start_worker(&shop);
    shop_run_due(&shop);
    expect_refused(&shop, id, "error:invalidProfile");
    lab_worker_end(&shop.worker);
    shop_close(&shop);
}

/* The server was down in between, or CAA took its time. */
static void a_proof_that_no_longer_counts_when_the_checks_are_made_ends_the_order(void)
{
    static const char *const changes[] = {
        "UPDATE authz SET status = 'deactivated' WHERE identifier = 'dns b.test'",
        "UPDATE authz SET expires_s = 1800000000 WHERE identifier = 'dns b.test'",
    };

    for (size_t i = 0; i < COUNT(changes); i++) {
        struct shop shop;
        int64_t id;

        shop_open(&shop, "i");
        id = shop_finalize(&shop, "a.test b.test", NULL);
        lab_run_sql(&shop.lab, changes[i]);
        lab_pass(INT64_C(8) * 3600 * 1000);
        shop_start_worker(&shop);
        shop_run_due(&shop);
        expect_refused(&shop, id, "error:unauthorized");
        lab_worker_end(&shop.worker);
        shop_close(&shop);
    }
}

/* RFC 8555, 7.3.6: what its key authorized and is still pending is given up. */
static void an_account_that_is_deactivated_before_the_checks_are_made_gets_nothing(void)
{
    struct shop shop;
    int64_t id;

    shop_open(&shop, "i");
    id = shop_finalize(&shop, "a.test", NULL);
    lab_run_sql(&shop.lab, "UPDATE account SET status = 'deactivated'");
    lab_run_sql(&shop.lab, "UPDATE action SET checked_s = 0");
    shop_start_worker(&shop);
    shop_run_due(&shop);
    expect_refused(&shop, id, "the account was deactivated");
    lab_worker_end(&shop.worker);
    shop_close(&shop);
}

static void checks_of_long_ago_are_made_again_before_the_order_goes_upstream(void)
{
    static const struct {
        int64_t down_s, checked_s;
    } rows[] = {{8 * 3600 - 1, LAB_NOW_S}, {8 * 3600, LAB_NOW_S + 8 * 3600}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct shop shop;
        int64_t id;

        shop_open(&shop, "i");
        id = shop_finalize(&shop, "a.test", NULL);
        lab_pass(rows[i].down_s * 1000);
        shop_start_worker(&shop);
        shop_run_due(&shop);
        expect_issued(&shop, id);
        CU_ASSERT_EQUAL(lab_number(&shop.lab, "SELECT checked_s FROM action"), rows[i].checked_s);
        lab_worker_end(&shop.worker);
        shop_close(&shop);
    }
}

static void what_caa_said_counts_for_eight_hours(void)
{
    static const struct {
        int64_t asked_s;
        bool lacks;
    } rows[] = {{0, true}, {LAB_NOW_S - 8 * 3600, true}, {LAB_NOW_S - 8 * 3600 + 1, false}};
    struct order_checks checks;
    struct store_tx *tx;
    struct err e = {0};
    struct order order;
    struct shop shop;
    int64_t id, action_id;

    shop_open(&shop, "i");
    id = shop_finalize(&shop, "a.test", NULL);
    order = lab_get_order(&shop.lab, id);
    action_id = shop_action(&shop, id).id;
    for (size_t i = 0; i < COUNT(rows); i++) {
        lab_run_sql(&shop.lab,
            mem_printf(shop.lab.mem, "UPDATE action SET caa_s = %lld", (long long)rows[i].asked_s));
        tx = store_snapshot_begin(shop.lab.reader, shop.lab.mem, &e);
        CU_ASSERT_EQUAL_FATAL(
            order_checks_read(shop.lab.mem, tx, &order, action_id, true, LAB_NOW_S, &checks, &e),
            ERR_OK);
        store_snapshot_end(tx);
        CU_ASSERT_PTR_NULL(checks.lacks_name);
        CU_ASSERT_EQUAL(checks.lacks_caa, rows[i].lacks);
    }
    shop_close(&shop);
}

/* The process dies after so many rounds, and another one goes on. True: it had ended before. */
static bool issues_once_though_it_dies_after(int rounds)
{
    struct bytes reference;
    struct shop shop;
    bool had_ended;
    int64_t id;

    shop_open(&shop, "i");
    id = shop_finalize(&shop, "a.test", NULL);
    shop_start_worker(&shop);
    reference = shop_action(&shop, id).reference;
    lab_worker_take(&shop.worker);
    for (int i = 0; i < rounds && !flow_engine_is_idle(shop.worker.engine); i++)
        lab_worker_round(&shop.worker);
    lab_worker_end(&shop.worker);
    had_ended = lab_count(&shop.lab, "job") == 0;

    shop_start_worker(&shop);
    shop_run_due(&shop);
    expect_issued(&shop, id);
    CU_ASSERT(bytes_equal(shop_certificate(&shop, id).serial, reference));
    CU_ASSERT_EQUAL(shop.scripted.calls, had_ended ? 1 : 2);
    lab_worker_end(&shop.worker);
    shop_close(&shop);
    return had_ended;
}

static void death_at_any_moment_leaves_exactly_one_certificate(void)
{
    int rounds = 0;

    while (!issues_once_though_it_dies_after(rounds))
        rounds++;
    CU_ASSERT(rounds >= 1); /* it did die on the way */
}

static void many_orders_are_under_way_at_once(void)
{
    enum { ORDERS = 50 };
    int64_t ids[ORDERS];
    struct shop shop;

    shop_open(&shop, "ititiktirii");
    for (int i = 0; i < ORDERS; i++)
        ids[i] = shop_finalize(&shop, "a.test", NULL);
    shop_start_worker(&shop);
    for (int i = 0; i < 3; i++) {
        shop_run_due(&shop);
        lab_pass(60000);
    }
    for (int i = 0; i < ORDERS; i++) {
        struct order order = lab_get_order(&shop.lab, ids[i]);

        CU_ASSERT(order.status == ORDER_VALID || order.status == ORDER_INVALID);
        if (order.status == ORDER_VALID)
            CU_ASSERT_EQUAL(shop_certificate(&shop, ids[i]).order_id, ids[i]);
    }
    CU_ASSERT_EQUAL(lab_count(&shop.lab, "orders WHERE status = 'invalid'"), 2);
    CU_ASSERT_EQUAL(lab_count(&shop.lab, "certificate"), ORDERS - 2);
    CU_ASSERT_EQUAL(lab_count(&shop.lab, "chain"), 1);
    lab_worker_end(&shop.worker);
    shop_close(&shop);
}

static const struct test tests[] = {
    {"a profile that is gone when CAA is to be asked ends the order",
        a_profile_that_is_gone_when_caa_is_to_be_asked_ends_the_order},
    {"a proof that no longer counts when the checks are made ends the order",
        a_proof_that_no_longer_counts_when_the_checks_are_made_ends_the_order},
    {"an account that is deactivated before the checks are made gets nothing",
        an_account_that_is_deactivated_before_the_checks_are_made_gets_nothing},
    {"checks of long ago are made again before the order goes upstream",
        checks_of_long_ago_are_made_again_before_the_order_goes_upstream},
    {"what CAA said counts for eight hours", what_caa_said_counts_for_eight_hours},
    {"an order without a record of its checks is not finalized",
        an_order_without_a_record_of_its_checks_is_not_finalized},
    {"an action without a record of its checks is not submitted",
        an_action_without_a_record_of_its_checks_is_not_submitted},
    {"a finalized order becomes a certificate", a_finalized_order_becomes_a_certificate},
    {"nothing outlives the authority that signs", nothing_outlives_the_authority_that_signs},
    {"what goes wrong upstream ends the order and says why",
        what_goes_wrong_upstream_ends_the_order_and_says_why},
    {"a name that the vendor adds is no harm if its connector says so",
        a_name_that_the_vendor_adds_is_no_harm_if_its_connector_says_so},
    {"alternate chains are stored with the certificate",
        alternate_chains_are_stored_with_the_certificate},
    {"an upstream that is not configured any more ends the order",
        an_upstream_that_is_not_configured_any_more_ends_the_order},
    {"an upstream that cannot be reached is asked again",
        an_upstream_that_cannot_be_reached_is_asked_again},
    {"an upstream that stays away is given up", an_upstream_that_stays_away_is_given_up},
    {"an upstream that shuts down costs no order", an_upstream_that_shuts_down_costs_no_order},
    {"a stop ends the call, and the next start makes it again",
        a_stop_ends_the_call_and_the_next_start_makes_it_again},
    {"death at any moment leaves exactly one certificate",
        death_at_any_moment_leaves_exactly_one_certificate},
    {"many orders are under way at once", many_orders_are_under_way_at_once},
    {NULL, NULL},
};
extern const struct test_suite suite_order_flow;
const struct test_suite suite_order_flow = {"order_flow", tests};
