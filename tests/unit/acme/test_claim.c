/* Tests of acme/claim through newOrder and newAuthz: which authorizations are shared, which are
 * made, and what becomes of the orders that rely on them. In real transactions. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/account.h"
#include "acme/authz.h"
#include "acme/claim.h"
#include "acme/directory.h"
#include "acme/order.h"
#include "base/mem.h"
#include "store/authz.h"
#include "store/order.h"
#include "tests/unit/acme/lab.h"

#define HOUR INT64_C(3600)
#define DAY  (24 * HOUR)

#define DNS(name) "{\"type\":\"dns\",\"value\":\"" name "\"}"
#define BELOW(name, ancestor)                                                                      \
    "{\"type\":\"dns\",\"value\":\"" name "\",\"ancestorDomain\":\"" ancestor "\"}"
#define DOMAIN_OF(name) "{\"type\":\"dns\",\"value\":\"" name "\",\"subdomainAuthAllowed\":true}"

/* A lab whose profile offers http-01 and dns-01, and takes proofs for eight hours. */
struct desk {
    struct lab lab;
    struct lab_account mine, other;
};

static void open_desk(struct desk *desk, bool subdomains)
{
    lab_open(&desk->lab);
    desk->lab.profile.challenges = CHALLENGE_HTTP_01 | CHALLENGE_DNS_01;
    desk->lab.profile.reuse_s = 8 * HOUR;
    desk->lab.profile.subdomains = subdomains;
    desk->lab.settings.pre_authorization = true;
    desk->lab.settings.suffixes = public_suffixes_new(desk->lab.mem);
    desk->mine = lab_account(&desk->lab);
    desk->other = lab_account(&desk->lab);
}

static struct lab_answer new_order(
    struct desk *desk, const struct lab_account *by, const char *identifiers)
{
    char *payload = mem_printf(desk->lab.mem, "{\"identifiers\":[%s]}", identifiers);

    return lab_write(
        &desk->lab, lab_request(&desk->lab, by, 0, payload), order_prepare_new, order_new);
}

static struct lab_answer new_authz(
    struct desk *desk, const struct lab_account *by, const char *identifier)
{
    char *payload = mem_printf(desk->lab.mem, "{\"identifier\":%s}", identifier);

    return lab_write(
        &desk->lab, lab_request(&desk->lab, by, 0, payload), authz_prepare_new, authz_new);
}

static struct lab_answer deactivate(struct desk *desk, int64_t id)
{
    return lab_write(&desk->lab,
        lab_request(&desk->lab, &desk->mine, id, "{\"status\":\"deactivated\"}"),
        authz_prepare_deactivate, authz_deactivate);
}

/* The flow's end without the flow. */
struct proof {
    int64_t authz;
    enum challenge_type method;
    bool fails;
    int64_t until_s;
};

static enum err_code end_proof(struct store_tx *tx, void *arg, struct err *e)
{
    const struct proof *proof = arg;
    int64_t now_s = lab_now_ms() / 1000;

    if (store_authz_try(tx, proof->authz, proof->method, (const uint8_t[32]){1}, now_s, e) !=
        ERR_OK)
        return e->code;
    if (proof->fails)
        return store_authz_invalid(tx, proof->authz, NULL, "{}", e) == ERR_OK
                   ? store_order_authz_lost(tx, proof->authz, "{}", e)
                   : e->code;
    return store_authz_valid(tx, proof->authz, now_s, proof->until_s, NULL, e) == ERR_OK
               ? store_order_authz_valid(tx, proof->authz, e)
               : e->code;
}

static void prove_until(
    struct desk *desk, int64_t authz, enum challenge_type method, int64_t until_s)
{
    struct proof proof = {.authz = authz, .method = method, .until_s = until_s};

    CU_ASSERT_EQUAL_FATAL(lab_in_store(&desk->lab, end_proof, &proof), ERR_OK);
}

static void prove(struct desk *desk, int64_t authz, enum challenge_type method)
{
    prove_until(desk, authz, method, lab_now_ms() / 1000 + 7 * DAY);
}

static enum order_status status_of(struct desk *desk, int64_t order)
{
    return lab_get_order(&desk->lab, order).status;
}

/* Reuse. */

static void a_second_order_of_proven_names_is_ready_at_once(void)
{
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk, false);
    answer = new_order(&desk, &desk.mine, DNS("a.test") "," DNS("b.test"));
    lab_expect_status(&answer, 201);
    prove(&desk, 1, CHALLENGE_HTTP_01);
    prove(&desk, 2, CHALLENGE_DNS_01);
    CU_ASSERT_EQUAL(status_of(&desk, 1), ORDER_READY);

    lab_pass(2 * HOUR * 1000);
    answer = new_order(&desk, &desk.mine, DNS("b.test"));
    lab_expect_status(&answer, 201);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"status\":\"ready\""));
    CU_ASSERT_EQUAL(status_of(&desk, 2), ORDER_READY);
    CU_ASSERT_EQUAL(lab_authz_of(&desk.lab, 2, 0), 2);
    /* The order does not outlast the proof that it uses. */
    CU_ASSERT_EQUAL(lab_get_order(&desk.lab, 2).expires_s, LAB_NOW_S + 8 * HOUR);

    answer = new_order(&desk, &desk.mine, DNS("a.test") "," DNS("c.test"));
    lab_expect_status(&answer, 201);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"status\":\"pending\""));
    CU_ASSERT_EQUAL(lab_authz_of(&desk.lab, 3, 0), 1);
    CU_ASSERT_EQUAL(lab_authz_of(&desk.lab, 3, 1), 3);
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "authz"), 3);
    prove(&desk, 3, CHALLENGE_HTTP_01);
    CU_ASSERT_EQUAL(status_of(&desk, 3), ORDER_READY);
    lab_close(&desk.lab);
}

static void proofs_are_not_shared_between_accounts_or_with_wildcards(void)
{
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk, false);
    new_order(&desk, &desk.mine, DNS("a.test"));
    prove(&desk, 1, CHALLENGE_DNS_01);
    answer = new_order(&desk, &desk.other, DNS("a.test"));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"status\":\"pending\""));
    answer = new_order(&desk, &desk.mine, DNS("*.a.test"));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"status\":\"pending\""));
    prove(&desk, 3, CHALLENGE_DNS_01);
    answer = new_order(&desk, &desk.mine, DNS("*.a.test") "," DNS("a.test"));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"status\":\"ready\""));
    CU_ASSERT_EQUAL(lab_authz_of(&desk.lab, 4, 0), 1);
    CU_ASSERT_EQUAL(lab_authz_of(&desk.lab, 4, 1), 3);
    answer = new_order(&desk, &desk.mine, DNS("x.a.test"));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"status\":\"pending\""));
    lab_close(&desk.lab);
}

static void without_reuse_every_order_has_its_own(void)
{
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk, false);
    desk.lab.profile.reuse_s = 0;
    new_order(&desk, &desk.mine, DNS("a.test"));
    new_order(&desk, &desk.mine, DNS("a.test"));
    CU_ASSERT_EQUAL(lab_authz_of(&desk.lab, 2, 0), 2);
    prove(&desk, 1, CHALLENGE_HTTP_01);
    answer = new_order(&desk, &desk.mine, DNS("a.test"));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"status\":\"pending\""));
    CU_ASSERT_EQUAL(lab_authz_of(&desk.lab, 3, 0), 3);
    lab_close(&desk.lab);
}

static void a_pending_authorization_is_shared_while_nobody_tries_it(void)
{
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk, false);
    new_order(&desk, &desk.mine, DNS("a.test"));
    answer = new_order(&desk, &desk.mine, DNS("a.test") "," DNS("b.test"));
    lab_expect_status(&answer, 201);
    CU_ASSERT_EQUAL(lab_authz_of(&desk.lab, 2, 0), 1);
    CU_ASSERT_EQUAL(lab_authz_of(&desk.lab, 2, 1), 2);
    prove(&desk, 1, CHALLENGE_HTTP_01);
    CU_ASSERT_EQUAL(status_of(&desk, 1), ORDER_READY);
    CU_ASSERT_EQUAL(status_of(&desk, 2), ORDER_PENDING);
    prove(&desk, 2, CHALLENGE_HTTP_01);
    CU_ASSERT_EQUAL(status_of(&desk, 2), ORDER_READY);

    /* Other challenges are another authorization; so is one that is being tried, and one that is
     * nearly over. */
    new_order(&desk, &desk.mine, DNS("c.test"));
    desk.lab.profile.challenges = CHALLENGE_HTTP_01;
    new_order(&desk, &desk.mine, DNS("c.test"));
    CU_ASSERT_EQUAL(lab_authz_of(&desk.lab, 4, 0), 4);
    lab_run_sql(&desk.lab, "UPDATE authz SET tried = 1 WHERE id = 4");
    new_order(&desk, &desk.mine, DNS("c.test"));
    CU_ASSERT_EQUAL(lab_authz_of(&desk.lab, 5, 0), 5);
    lab_pass(6 * DAY * 1000);
    new_order(&desk, &desk.mine, DNS("c.test"));
    CU_ASSERT_EQUAL(lab_authz_of(&desk.lab, 6, 0), 5);
    CU_ASSERT_EQUAL(lab_get_order(&desk.lab, 6).expires_s, LAB_NOW_S + 7 * DAY);
    lab_pass(1000);
    new_order(&desk, &desk.mine, DNS("c.test"));
    CU_ASSERT_EQUAL(lab_authz_of(&desk.lab, 7, 0), 6);
    lab_close(&desk.lab);
}

static enum err_code finalize(struct store_tx *tx, void *arg, struct err *e)
{
    return store_order_finalize(tx, *(const int64_t *)arg, bytes_of("csr"), e);
}

static enum err_code issue(struct store_tx *tx, void *arg, struct err *e)
{
    return store_order_issued(tx, *(const int64_t *)arg, 1, e);
}

/* RFC 8555, 7.1.6: whoever still waits falls; what is under way or done stands. */
static void what_ends_an_authorization_ends_all_orders_that_wait(void)
{
    static const int64_t processing = 1, valid = 2;
    struct lab_answer answer;
    struct order order;
    struct desk desk;

    open_desk(&desk, false);
    new_order(&desk, &desk.mine, DNS("a.test"));
    prove(&desk, 1, CHALLENGE_HTTP_01);
    new_order(&desk, &desk.mine, DNS("a.test"));
    new_order(&desk, &desk.mine, DNS("a.test"));                   /* 3: ready */
    new_order(&desk, &desk.mine, DNS("a.test") "," DNS("b.test")); /* 4: pending */
    new_order(&desk, &desk.mine, DNS("b.test")); /* 5: has nothing to do with it */
    CU_ASSERT_EQUAL(lab_in_store(&desk.lab, finalize, &(int64_t){processing}), ERR_OK);
    CU_ASSERT_EQUAL(lab_in_store(&desk.lab, finalize, &(int64_t){valid}), ERR_OK);
    CU_ASSERT_EQUAL(lab_in_store(&desk.lab, issue, &(int64_t){valid}), ERR_OK);
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "order_authz WHERE authz_id = 1"), 4);

    answer = deactivate(&desk, 1);
    lab_expect_status(&answer, 0);
    CU_ASSERT_EQUAL(status_of(&desk, processing), ORDER_PROCESSING);
    CU_ASSERT_EQUAL(status_of(&desk, valid), ORDER_VALID);
    CU_ASSERT_EQUAL(status_of(&desk, 5), ORDER_PENDING);
    for (int64_t id = 3; id <= 4; id++) {
        order = lab_get_order(&desk.lab, id);
        CU_ASSERT_EQUAL(order.status, ORDER_INVALID);
        CU_ASSERT_PTR_NOT_NULL(strstr(order.error, "\\\"a.test\\\" was deactivated"));
    }
    /* b.test, which they shared, goes on; and what was given up is not used again. */
    prove(&desk, 2, CHALLENGE_HTTP_01);
    CU_ASSERT_EQUAL(status_of(&desk, 4), ORDER_INVALID);
    CU_ASSERT_EQUAL(status_of(&desk, 5), ORDER_READY);
    answer = new_order(&desk, &desk.mine, DNS("a.test"));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"status\":\"pending\""));
    lab_close(&desk.lab);
}

static void a_failure_ends_all_orders_that_share_it(void)
{
    struct proof failure = {.authz = 1, .method = CHALLENGE_HTTP_01, .fails = true};
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk, false);
    new_order(&desk, &desk.mine, DNS("a.test"));
    new_order(&desk, &desk.mine, DNS("a.test"));
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "authz"), 1);
    CU_ASSERT_EQUAL(lab_in_store(&desk.lab, end_proof, &failure), ERR_OK);
    CU_ASSERT_EQUAL(status_of(&desk, 1), ORDER_INVALID);
    CU_ASSERT_EQUAL(status_of(&desk, 2), ORDER_INVALID);
    answer = new_order(&desk, &desk.mine, DNS("a.test"));
    lab_expect_status(&answer, 201);
    CU_ASSERT_EQUAL(lab_authz_of(&desk.lab, 3, 0), 2);
    lab_close(&desk.lab);
}

static void an_order_expires_with_the_first_of_its_proofs(void)
{
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk, false);
    new_order(&desk, &desk.mine, DNS("a.test"));
    prove(&desk, 1, CHALLENGE_HTTP_01);
    lab_pass(6 * HOUR * 1000);
    new_order(&desk, &desk.mine, DNS("b.test"));
    prove(&desk, 2, CHALLENGE_HTTP_01);
    answer = new_order(&desk, &desk.mine, DNS("a.test") "," DNS("b.test"));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"status\":\"ready\""));
    CU_ASSERT_EQUAL(lab_get_order(&desk.lab, 3).expires_s, LAB_NOW_S + 8 * HOUR);
    lab_pass(2 * HOUR * 1000);
    answer = lab_read(&desk.lab, lab_request(&desk.lab, &desk.mine, 3, ""), order_get);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"status\":\"invalid\""));
    answer = lab_read(&desk.lab, lab_request(&desk.lab, &desk.mine, 2, ""), order_get);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"status\":\"ready\"")); /* that asked for it */
    lab_close(&desk.lab);
}

/* A record of dns-persist-01 may say until when it counts. */
static void a_proof_that_counts_for_less_shortens_its_orders(void)
{
    struct desk desk;

    open_desk(&desk, false);
    new_order(&desk, &desk.mine, DNS("a.test"));
    new_order(&desk, &desk.mine, DNS("a.test") "," DNS("b.test"));
    new_order(&desk, &desk.mine, DNS("b.test"));
    lab_run_sql(&desk.lab, "UPDATE orders SET expires_s = expires_s - 600000 WHERE id = 1");
    prove_until(&desk, 1, CHALLENGE_DNS_01, LAB_NOW_S + DAY);
    CU_ASSERT_EQUAL(lab_get_order(&desk.lab, 1).expires_s, LAB_NOW_S + 7 * DAY - 600000);
    CU_ASSERT_EQUAL(status_of(&desk, 1), ORDER_READY);
    CU_ASSERT_EQUAL(lab_get_order(&desk.lab, 2).expires_s, LAB_NOW_S + DAY);
    CU_ASSERT_EQUAL(lab_get_order(&desk.lab, 3).expires_s, LAB_NOW_S + 7 * DAY);
    prove(&desk, 2, CHALLENGE_DNS_01);
    CU_ASSERT_EQUAL(lab_get_order(&desk.lab, 2).expires_s, LAB_NOW_S + DAY);
    CU_ASSERT_EQUAL(status_of(&desk, 2), ORDER_READY);
    lab_close(&desk.lab);
}

static void a_deactivated_account_takes_its_waiting_orders_along(void)
{
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk, false);
    new_order(&desk, &desk.mine, DNS("a.test"));
    prove(&desk, 1, CHALLENGE_HTTP_01);
    new_order(&desk, &desk.mine, DNS("a.test"));
    new_order(&desk, &desk.mine, DNS("a.test") "," DNS("b.test"));
    new_order(&desk, &desk.other, DNS("a.test"));
    CU_ASSERT_EQUAL(lab_in_store(&desk.lab, finalize, &(int64_t){1}), ERR_OK);
    answer = lab_write(&desk.lab,
        lab_request(&desk.lab, &desk.mine, desk.mine.id, "{\"status\":\"deactivated\"}"),
        account_prepare_update, account_update);
    lab_expect_status(&answer, 200);
    CU_ASSERT_EQUAL(status_of(&desk, 1), ORDER_PROCESSING);
    CU_ASSERT_EQUAL(status_of(&desk, 2), ORDER_INVALID);
    CU_ASSERT_EQUAL(status_of(&desk, 3), ORDER_INVALID);
    CU_ASSERT_EQUAL(status_of(&desk, 4), ORDER_PENDING);
    lab_close(&desk.lab);
}

/* newAuthz. */

static void a_name_is_authorized_before_it_is_ordered(void)
{
    struct lab_answer answer;
    struct authz authz;
    struct desk desk;

    open_desk(&desk, false);
    answer = new_authz(&desk, &desk.mine, DNS("WWW.a.test"));
    lab_expect_status(&answer, 201);
    CU_ASSERT_STRING_EQUAL(
        answer.resp.location, acme_url(lab_request(&desk.lab, &desk.mine, 0, ""), HANDLE_AUTHZ, 1));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body,
        "{\"identifier\":{\"type\":\"dns\",\"value\":\"www.a.test\"},\"status\":\"pending\","));
    CU_ASSERT_PTR_NULL(strstr(answer.body, "wildcard"));
    CU_ASSERT_PTR_NULL(strstr(answer.body, "subdomainAuthAllowed"));
    authz = lab_get_authz(&desk.lab, 1);
    CU_ASSERT_EQUAL(authz.account_id, desk.mine.id);
    CU_ASSERT_EQUAL(authz.challenges, CHALLENGE_HTTP_01 | CHALLENGE_DNS_01);
    CU_ASSERT_EQUAL(authz.expires_s, LAB_NOW_S + 7 * DAY);
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "orders"), 0);

    prove(&desk, 1, CHALLENGE_DNS_01);
    answer = new_order(&desk, &desk.mine, DNS("www.a.test"));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"status\":\"ready\""));
    CU_ASSERT_EQUAL(lab_authz_of(&desk.lab, 1, 0), 1);
    lab_close(&desk.lab);
}

static void a_new_proof_can_be_had_before_the_old_one_is_over(void)
{
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk, false);
    new_authz(&desk, &desk.mine, DNS("a.test"));
    prove(&desk, 1, CHALLENGE_HTTP_01);
    lab_pass(HOUR * 1000);
    answer = new_authz(&desk, &desk.mine, DNS("a.test"));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"status\":\"pending\""));
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "authz"), 2);
    answer = new_authz(&desk, &desk.mine, DNS("a.test")); /* it waits already */
    lab_expect_status(&answer, 201);
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "authz"), 2);
    prove(&desk, 2, CHALLENGE_HTTP_01);
    answer = new_order(&desk, &desk.mine, DNS("a.test"));
    CU_ASSERT_EQUAL(lab_authz_of(&desk.lab, 1, 0), 2); /* the younger one */
    CU_ASSERT_EQUAL(lab_get_order(&desk.lab, 1).expires_s, LAB_NOW_S + 9 * HOUR);
    lab_close(&desk.lab);
}

static void what_cannot_be_authorized_is_refused(void)
{
    static const struct {
        const char *identifier;
        enum problem problem;
        int status;
        const char *words;
    } rows[] = {
        {DNS("*.a.test"), PROBLEM_REJECTED_PRE_AUTHORIZATION, 403, "wildcards"},
        {DNS("localhost"), PROBLEM_REJECTED_PRE_AUTHORIZATION, 403, "localhost"},
        {DNS("192.0.2.1"), PROBLEM_REJECTED_PRE_AUTHORIZATION, 403, "address"},
        {"{\"type\":\"ip\",\"value\":\"10.0.0.1\"}", PROBLEM_REJECTED_PRE_AUTHORIZATION, 403,
            "10.0.0.1"},
        {"{\"type\":\"email\",\"value\":\"a@b.test\"}", PROBLEM_UNSUPPORTED_PRE_AUTHORIZATION, 403,
            "email"},
        {DNS("a..test"), PROBLEM_MALFORMED, 400, "a..test"},
        {"[]", PROBLEM_MALFORMED, 400, "identifier"},
        {"{\"type\":\"dns\"}", PROBLEM_MALFORMED, 400, "identifier.value"},
        {"{\"type\":\"dns\",\"value\":7}", PROBLEM_MALFORMED, 400, "identifier.value"},
        {"{\"type\":\"dns\",\"value\":\"a.test\",\"subdomainAuthAllowed\":\"yes\"}",
            PROBLEM_MALFORMED, 400, "identifier.subdomainAuthAllowed"},
        {"null", PROBLEM_MALFORMED, 400, "identifier"},
    };
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk, false);
    for (size_t i = 0; i < COUNT(rows); i++) {
        answer = new_authz(&desk, &desk.mine, rows[i].identifier);
        lab_expect_problem(&answer, rows[i].problem, rows[i].words);
        CU_ASSERT_EQUAL(problem_status(problem_of(&answer.e)), rows[i].status);
    }
    answer = lab_write(
        &desk.lab, lab_request(&desk.lab, &desk.mine, 0, "{}"), authz_prepare_new, authz_new);
    lab_expect_problem(&answer, PROBLEM_MALFORMED, "identifier");
    desk.lab.profile.challenges = CHALLENGE_DNS_01;
    answer = new_authz(&desk, &desk.mine, "{\"type\":\"ip\",\"value\":\"8.8.8.8\"}");
    lab_expect_problem(&answer, PROBLEM_REJECTED_PRE_AUTHORIZATION, "http-01");
    desk.lab.profile.external_account_required = true;
    answer = new_authz(&desk, &desk.mine, DNS("a.test"));
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "external account");
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "authz"), 0);
    lab_close(&desk.lab);
}

static const char *directory(struct desk *desk)
{
    return lab_read(&desk->lab, lab_request(&desk->lab, &desk->mine, 0, ""), directory_get).body;
}

static void only_what_is_served_stands_in_the_directory(void)
{
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk, false);
    CU_ASSERT_PTR_NOT_NULL(strstr(directory(&desk), "\"newAuthz\":\"" LAB_URL "/acme/new-authz\""));
    CU_ASSERT_PTR_NULL(strstr(directory(&desk), "subdomainAuthAllowed"));
    desk.lab.profile.subdomains = true;
    CU_ASSERT_PTR_NOT_NULL(strstr(directory(&desk), "\"subdomainAuthAllowed\":true"));
    desk.lab.settings.pre_authorization = false;
    CU_ASSERT_PTR_NULL(strstr(directory(&desk), "newAuthz"));
    answer = new_authz(&desk, &desk.mine, DNS("a.test"));
    lab_expect_problem(&answer, PROBLEM_NOT_FOUND, "newAuthz");
    lab_close(&desk.lab);
}

static void an_address_is_authorized_in_advance(void)
{
    static const char address[] = "{\"type\":\"ip\",\"value\":\"8.8.8.8\"}";
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk, true);
    answer = new_authz(
        &desk, &desk.mine, "{\"type\":\"ip\",\"value\":\"8.8.8.8\",\"subdomainAuthAllowed\":true}");
    lab_expect_status(&answer, 201);
    CU_ASSERT_PTR_NULL(strstr(answer.body, "subdomainAuthAllowed")); /* nothing is below it */
    CU_ASSERT_EQUAL(lab_get_authz(&desk.lab, 1).challenges, CHALLENGE_HTTP_01);
    answer = new_order(&desk, &desk.mine, address);
    CU_ASSERT_EQUAL(lab_authz_of(&desk.lab, 1, 0), 1);
    prove(&desk, 1, CHALLENGE_HTTP_01);
    CU_ASSERT_EQUAL(status_of(&desk, 1), ORDER_READY);
    answer = new_order(&desk, &desk.mine, address);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"status\":\"ready\""));
    lab_close(&desk.lab);
}

/* Subdomains (RFC 9444). */

static void a_domain_is_authorized_with_all_names_below(void)
{
    struct lab_answer answer;
    struct authz authz;
    struct desk desk;

    open_desk(&desk, true);
    answer = new_authz(&desk, &desk.mine, DOMAIN_OF("Corp.test"));
    lab_expect_status(&answer, 201);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"subdomainAuthAllowed\":true"));
    CU_ASSERT_PTR_NULL(strstr(answer.body, "wildcard"));
    CU_ASSERT_PTR_NULL(strstr(answer.body, "http-01"));
    authz = lab_get_authz(&desk.lab, 1);
    CU_ASSERT_EQUAL(authz.challenges, CHALLENGE_DNS_01);
    CU_ASSERT(authz.subdomains);

    /* Who does not say that it has the domain's DNS is not asked to use it. */
    new_order(&desk, &desk.mine, DNS("x.corp.test"));
    CU_ASSERT_EQUAL(lab_authz_of(&desk.lab, 1, 0), 2);
    prove(&desk, 1, CHALLENGE_DNS_01);
    answer = new_order(
        &desk, &desk.mine, DNS("x.corp.test") "," DNS("y.z.corp.test") "," DNS("corp.test"));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"status\":\"ready\""));
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "order_authz WHERE order_id = 2"), 1);
    CU_ASSERT_EQUAL(lab_authz_of(&desk.lab, 2, 0), 1);
    answer = new_order(&desk, &desk.mine, DNS("xcorp.test"));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"status\":\"pending\""));
    answer = new_order(&desk, &desk.mine, DNS("*.corp.test")); /* RFC 8555, 7.4.1 */
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"status\":\"pending\""));
    desk.lab.profile.subdomains = false;
    answer = new_order(&desk, &desk.mine, DNS("z.corp.test"));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"status\":\"pending\""));
    lab_close(&desk.lab);
}

static void an_order_is_proven_from_above(void)
{
    struct lab_answer answer;
    struct authz authz;
    struct desk desk;

    open_desk(&desk, true);
    answer = new_order(&desk, &desk.mine,
        BELOW("b.corp.test", "corp.test") "," BELOW("a.b.corp.test", "CORP.test") "," DNS(
            "other.test") "," BELOW("x.y.corp.test", "y.corp.test"));
    lab_expect_status(&answer, 201);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"type\":\"dns\",\"value\":\"a.b.corp.test\"}"));
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "order_authz"), 3);
    authz = lab_get_authz(&desk.lab, 1);
    CU_ASSERT_STRING_EQUAL(authz.identifier.value, "corp.test");
    CU_ASSERT(authz.subdomains && !authz.wildcard);
    CU_ASSERT_EQUAL(authz.challenges, CHALLENGE_DNS_01);
    CU_ASSERT_FALSE(lab_get_authz(&desk.lab, 2).subdomains);
    CU_ASSERT_STRING_EQUAL(lab_get_authz(&desk.lab, 3).identifier.value, "y.corp.test");
    for (int64_t id = 1; id <= 3; id++)
        prove(&desk, id, CHALLENGE_DNS_01);
    CU_ASSERT_EQUAL(status_of(&desk, 1), ORDER_READY);
    lab_close(&desk.lab);
}

static void a_wildcard_is_proven_from_above_and_says_so(void)
{
    struct lab_answer answer;
    struct authz authz;
    struct desk desk;

    open_desk(&desk, true);
    new_order(&desk, &desk.mine,
        BELOW("*.b.corp.test", "corp.test") "," BELOW("*.corp.test", "corp.test") "," BELOW(
            "a.corp.test", "corp.test"));
    authz = lab_get_authz(&desk.lab, 1);
    CU_ASSERT_STRING_EQUAL(authz.identifier.value, "corp.test");
    CU_ASSERT(authz.subdomains && authz.wildcard);
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "order_authz"), 1); /* it stands for the third, too */
    prove(&desk, 1, CHALLENGE_DNS_01);
    answer = new_order(&desk, &desk.mine, DNS("*.c.corp.test") "," DNS("d.corp.test"));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"status\":\"ready\""));
    lab_close(&desk.lab);
}

static void a_domain_that_is_none_of_the_clients_is_refused(void)
{
    static const struct {
        const char *identifier;
        enum problem problem;
        const char *words;
    } rows[] = {
        {BELOW("a.corp.test", "b.test"), PROBLEM_MALFORMED, "no domain above it"},
        {BELOW("acorp.test", "corp.test"), PROBLEM_MALFORMED, "no domain above it"},
        {BELOW("corp.test", "corp.test"), PROBLEM_MALFORMED, "no domain above it"},
        {BELOW("corp.test", "a.corp.test"), PROBLEM_MALFORMED, "no domain above it"},
        {BELOW("a.corp.test", "*.corp.test"), PROBLEM_MALFORMED, "wildcard"},
        {BELOW("a.corp.test", "corp..test"), PROBLEM_MALFORMED, "corp..test"},
        {BELOW("a.corp.test", "corp.test."), PROBLEM_MALFORMED, "dot"},
        {BELOW("a.b.co.uk", "co.uk"), PROBLEM_REJECTED_IDENTIFIER, "more than one owner"},
        {BELOW("a.b.co.uk", "uk"), PROBLEM_REJECTED_IDENTIFIER, "no dot"},
        {"{\"type\":\"ip\",\"value\":\"8.8.8.8\",\"ancestorDomain\":\"corp.test\"}",
            PROBLEM_MALFORMED, "no domain above it"},
        {"{\"type\":\"dns\",\"value\":\"a.b.test\",\"ancestorDomain\":7}", PROBLEM_MALFORMED,
            "identifiers[0].ancestorDomain"},
    };
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk, true);
    for (size_t i = 0; i < COUNT(rows); i++) {
        answer = new_order(&desk, &desk.mine, rows[i].identifier);
        lab_expect_problem(&answer, rows[i].problem, rows[i].words);
    }
    desk.lab.profile.internal_names = true;
    answer = new_order(&desk, &desk.mine, BELOW("a.b.co.uk", "uk"));
    lab_expect_problem(&answer, PROBLEM_REJECTED_IDENTIFIER, "more than one owner");
    answer = new_authz(&desk, &desk.mine, DOMAIN_OF("co.uk"));
    lab_expect_problem(&answer, PROBLEM_REJECTED_PRE_AUTHORIZATION, "more than one owner");
    answer = new_authz(&desk, &desk.mine, DOMAIN_OF("*.corp.test"));
    lab_expect_problem(&answer, PROBLEM_MALFORMED, "wildcard");
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "authz"), 0);
    lab_close(&desk.lab);
}

/* RFC 9444, 4.2 and 4.3: then the wish is passed over, and the name itself is to be proven. */
static void a_profile_without_subdomains_passes_the_wish_over(void)
{
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk, false);
    answer = new_order(&desk, &desk.mine, BELOW("a.corp.test", "corp.test"));
    lab_expect_status(&answer, 201);
    CU_ASSERT_STRING_EQUAL(lab_get_authz(&desk.lab, 1).identifier.value, "a.corp.test");
    CU_ASSERT_FALSE(lab_get_authz(&desk.lab, 1).subdomains);
    answer = new_authz(&desk, &desk.mine, DOMAIN_OF("corp.test"));
    lab_expect_status(&answer, 201);
    CU_ASSERT_PTR_NULL(strstr(answer.body, "subdomainAuthAllowed"));
    CU_ASSERT_EQUAL(lab_get_authz(&desk.lab, 2).challenges, CHALLENGE_HTTP_01 | CHALLENGE_DNS_01);
    lab_close(&desk.lab);
}

static const struct test tests[] = {
    {"a second order of proven names is ready at once",
        a_second_order_of_proven_names_is_ready_at_once},
    {"proofs are not shared between accounts or with wildcards",
        proofs_are_not_shared_between_accounts_or_with_wildcards},
    {"without reuse every order has its own", without_reuse_every_order_has_its_own},
    {"a pending authorization is shared while nobody tries it",
        a_pending_authorization_is_shared_while_nobody_tries_it},
    {"what ends an authorization ends all orders that wait",
        what_ends_an_authorization_ends_all_orders_that_wait},
    {"a failure ends all orders that share it", a_failure_ends_all_orders_that_share_it},
    {"an order expires with the first of its proofs",
        an_order_expires_with_the_first_of_its_proofs},
    {"a proof that counts for less shortens its orders",
        a_proof_that_counts_for_less_shortens_its_orders},
    {"a deactivated account takes its waiting orders along",
        a_deactivated_account_takes_its_waiting_orders_along},
    {"a name is authorized before it is ordered", a_name_is_authorized_before_it_is_ordered},
    {"a new proof can be had before the old one is over",
        a_new_proof_can_be_had_before_the_old_one_is_over},
    {"what cannot be authorized is refused", what_cannot_be_authorized_is_refused},
    {"an address is authorized in advance", an_address_is_authorized_in_advance},
    {"only what is served stands in the directory", only_what_is_served_stands_in_the_directory},
    {"a domain is authorized with all names below", a_domain_is_authorized_with_all_names_below},
    {"an order is proven from above", an_order_is_proven_from_above},
    {"a wildcard is proven from above and says so", a_wildcard_is_proven_from_above_and_says_so},
    {"a domain that is none of the client's is refused",
        a_domain_that_is_none_of_the_clients_is_refused},
    {"a profile without subdomains passes the wish over",
        a_profile_without_subdomains_passes_the_wish_over},
    {NULL, NULL},
};
extern const struct test_suite suite_claim;
const struct test_suite suite_claim = {"claim", tests};
