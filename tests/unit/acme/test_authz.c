/* Tests of acme/authz: authorizations and their challenges, in real transactions. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/authz.h"
#include "base/mem.h"
#include "store/authz.h"
#include "store/order.h"
#include "tests/unit/acme/lab.h"

static struct lab_answer get(struct lab *lab, const struct lab_account *by, int64_t id)
{
    return lab_read(lab, lab_request(lab, by, id, ""), authz_get);
}

static struct lab_answer deactivate(
    struct lab *lab, const struct lab_account *by, int64_t id, const char *payload)
{
    return lab_write(
        lab, lab_request(lab, by, id, payload), authz_prepare_deactivate, authz_deactivate);
}

static struct lab_answer answer_challenge(
    struct lab *lab, const struct lab_account *by, int64_t id, const char *type)
{
    struct acme_req *req = lab_request(lab, by, id, "{}");

    req->rest = type;
    return lab_write(lab, req, acme_prepare_object, challenge_answer);
}

static struct lab_answer get_challenge(
    struct lab *lab, const struct lab_account *by, int64_t id, const char *type)
{
    struct acme_req *req = lab_request(lab, by, id, "");

    req->rest = type;
    return lab_read(lab, req, challenge_get);
}

/* An order of one name with its authorization, all of whose challenges are offered. */
struct desk {
    struct lab lab;
    struct lab_account mine, other;
    int64_t order, authz;
};

static void open_desk(struct desk *desk, bool ready)
{
    lab_open(&desk->lab);
    desk->mine = lab_account(&desk->lab);
    desk->other = lab_account(&desk->lab);
    desk->order = lab_order(&desk->lab, &desk->mine, "a.test", ready);
    desk->authz = lab_authz_of(&desk->lab, desk->order, 0);
}

static void another_accounts_authorization_looks_like_none(void)
{
    struct lab_answer foreign, missing;
    struct desk desk;

    open_desk(&desk, false);
    foreign = get(&desk.lab, &desk.other, desk.authz);
    missing = get(&desk.lab, &desk.other, desk.authz + 1);
    lab_expect_problem(&foreign, PROBLEM_NOT_FOUND, "");
    CU_ASSERT_STRING_EQUAL(foreign.body, missing.body);
    foreign = deactivate(&desk.lab, &desk.other, desk.authz, "{\"status\":\"deactivated\"}");
    missing = deactivate(&desk.lab, &desk.other, desk.authz + 1, "{\"status\":\"deactivated\"}");
    lab_expect_problem(&foreign, PROBLEM_NOT_FOUND, "");
    CU_ASSERT_STRING_EQUAL(foreign.body, missing.body);
    foreign = answer_challenge(&desk.lab, &desk.other, desk.authz, "http-01");
    missing = answer_challenge(&desk.lab, &desk.other, desk.authz + 1, "http-01");
    lab_expect_problem(&foreign, PROBLEM_NOT_FOUND, "");
    CU_ASSERT_STRING_EQUAL(foreign.body, missing.body);
    foreign = get_challenge(&desk.lab, &desk.other, desk.authz, "http-01");
    missing = get_challenge(&desk.lab, &desk.mine, desk.authz, "http-02");
    lab_expect_problem(&foreign, PROBLEM_NOT_FOUND, "");
    CU_ASSERT_STRING_EQUAL(foreign.body, missing.body);
    CU_ASSERT_EQUAL(lab_get_authz(&desk.lab, desk.authz).status, AUTHZ_PENDING);
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "job"), 0);
    lab_close(&desk.lab);
}

static void only_challenges_that_are_offered_exist(void)
{
    static const char *const types[] = {
        "dns-01", "tls-alpn-01", "http-02", "HTTP-01", "", "none", "http-01 "};
    struct desk desk;

    open_desk(&desk, false); /* offers http-01 alone */
    for (size_t i = 0; i < COUNT(types); i++) {
        struct lab_answer answer = answer_challenge(&desk.lab, &desk.mine, desk.authz, types[i]);

        lab_expect_problem(&answer, PROBLEM_NOT_FOUND, "");
    }
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "job"), 0);
    lab_close(&desk.lab);
}

static void an_answered_challenge_is_processed_with_the_key_of_that_moment(void)
{
    struct lab_answer answer;
    struct authz authz;
    struct desk desk;

    open_desk(&desk, false);
    answer = answer_challenge(&desk.lab, &desk.mine, desk.authz, "http-01");
    lab_expect_status(&answer, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"status\":\"processing\""));
    CU_ASSERT_STRING_EQUAL(answer.resp.links[0],
        mem_printf(desk.lab.mem, "<%s>;rel=\"up\"",
            acme_url(lab_request(&desk.lab, &desk.mine, 0, ""), HANDLE_AUTHZ, desk.authz)));
    CU_ASSERT(answer.resp.retry_after_s > 0);
    CU_ASSERT_STRING_EQUAL(answer.resp.await_kind, "authz");
    CU_ASSERT_EQUAL(answer.resp.await_id, desk.authz);
    CU_ASSERT(answer.resp.await_handler == challenge_get);

    authz = lab_get_authz(&desk.lab, desk.authz);
    CU_ASSERT_EQUAL(authz.status, AUTHZ_PENDING);
    CU_ASSERT_EQUAL(authz.tried, CHALLENGE_HTTP_01);
    CU_ASSERT_EQUAL(authz.tried_s, LAB_NOW_S);
    CU_ASSERT_EQUAL(memcmp(authz.thumbprint, desk.mine.jwk.thumbprint, 32), 0);
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "job WHERE kind = 'authz' AND step = 0"), 1);
    lab_close(&desk.lab);
}

/* client-quirks rule 8: it reads, then. */
static void a_challenge_is_answered_once_however_often_it_is_asked(void)
{
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk, false);
    answer = get_challenge(&desk.lab, &desk.mine, desk.authz, "http-01"); /* only reads */
    lab_expect_status(&answer, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"status\":\"pending\""));
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "job"), 0);
    answer = answer_challenge(&desk.lab, &desk.mine, desk.authz, "http-01");
    lab_expect_status(&answer, 0);
    for (int i = 0; i < 3; i++) {
        lab_pass(1000);
        answer = answer_challenge(&desk.lab, &desk.mine, desk.authz, "http-01");
        lab_expect_status(&answer, 0);
        CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"status\":\"processing\""));
        CU_ASSERT_PTR_NULL(answer.resp.await_kind);
    }
    CU_ASSERT_EQUAL(lab_get_authz(&desk.lab, desk.authz).tried_s, LAB_NOW_S);
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "job"), 1);
    answer = get(&desk.lab, &desk.mine, desk.authz);
    CU_ASSERT(answer.resp.retry_after_s > 0);
    lab_close(&desk.lab);
}

static void a_challenge_that_is_valid_is_shown_again_and_not_tried(void)
{
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk, true);
    answer = answer_challenge(&desk.lab, &desk.mine, desk.authz, "http-01");
    lab_expect_status(&answer, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"status\":\"valid\""));
    CU_ASSERT_EQUAL(answer.resp.retry_after_s, 0);
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "job"), 0);
    lab_close(&desk.lab);
}

static void a_payload_that_is_no_object_answers_nothing(void)
{
    static const char *const payloads[] = {"", "[]", "null", "\"\"", "{"};
    struct desk desk;

    open_desk(&desk, false);
    for (size_t i = 0; i < COUNT(payloads); i++) {
        struct acme_req *req = lab_request(&desk.lab, &desk.mine, desk.authz, payloads[i]);
        struct lab_answer answer;

        req->rest = "http-01";
        answer = lab_write(&desk.lab, req, acme_prepare_object, challenge_answer);
        lab_expect_problem(&answer, PROBLEM_MALFORMED, "the payload");
    }
    CU_ASSERT_EQUAL(lab_get_authz(&desk.lab, desk.authz).tried, 0);
    lab_close(&desk.lab);
}

static void deactivation_takes_the_orders_along(void)
{
    for (int ready = 0; ready <= 1; ready++) {
        struct lab_answer answer;
        struct order order;
        struct desk desk;

        open_desk(&desk, ready != 0);
        answer = deactivate(&desk.lab, &desk.mine, desk.authz, "{\"status\":\"deactivated\"}");
        lab_expect_status(&answer, 0);
        CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"status\":\"deactivated\""));
        CU_ASSERT_EQUAL(lab_get_authz(&desk.lab, desk.authz).status, AUTHZ_DEACTIVATED);
        order = lab_get_order(&desk.lab, desk.order);
        CU_ASSERT_EQUAL(order.status, ORDER_INVALID);
        CU_ASSERT_PTR_NOT_NULL_FATAL(order.error);
        CU_ASSERT_PTR_NOT_NULL(
            strstr(order.error, "the authorization for \\\"a.test\\\" was deactivated"));

        answer = deactivate(&desk.lab, &desk.mine, desk.authz, "{\"status\":\"deactivated\"}");
        lab_expect_status(&answer, 0); /* as it was wanted */
        answer = answer_challenge(&desk.lab, &desk.mine, desk.authz, "http-01");
        lab_expect_status(&answer, 0); /* reads */
        CU_ASSERT_EQUAL(lab_count(&desk.lab, "job"), 0);
        lab_close(&desk.lab);
    }
}

static enum err_code make_invalid(struct store_tx *tx, void *arg, struct err *e)
{
    return store_authz_invalid(tx, *(const int64_t *)arg, "192.0.2.1", "{}", e);
}

static void only_what_is_pending_or_valid_can_be_deactivated(void)
{
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk, false);
    answer = deactivate(&desk.lab, &desk.mine, desk.authz, "{\"status\":\"valid\"}");
    lab_expect_problem(&answer, PROBLEM_MALFORMED, "can only be set to \"deactivated\"");
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&desk.lab, make_invalid, &desk.authz), ERR_OK);
    answer = deactivate(&desk.lab, &desk.mine, desk.authz, "{\"status\":\"deactivated\"}");
    lab_expect_problem(&answer, PROBLEM_MALFORMED, "this is invalid");
    CU_ASSERT_EQUAL(lab_get_authz(&desk.lab, desk.authz).status, AUTHZ_INVALID);
    lab_close(&desk.lab);
}

static void an_authorization_expires(void)
{
    for (int ready = 0; ready <= 1; ready++) {
        struct lab_answer answer;
        struct desk desk;

        open_desk(&desk, ready != 0);
        lab_pass(86399 * INT64_C(1000));
        answer = get(&desk.lab, &desk.mine, desk.authz);
        CU_ASSERT_PTR_NOT_NULL(
            strstr(answer.body, ready ? "},\"status\":\"valid\"" : "},\"status\":\"pending\""));
        lab_pass(1000);
        answer = get(&desk.lab, &desk.mine, desk.authz);
        CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "},\"status\":\"expired\""));
        answer = answer_challenge(&desk.lab, &desk.mine, desk.authz, "http-01");
        lab_expect_status(&answer, 0); /* reads */
        CU_ASSERT_EQUAL(lab_count(&desk.lab, "job"), 0);
        answer = deactivate(&desk.lab, &desk.mine, desk.authz, "{\"status\":\"deactivated\"}");
        lab_expect_problem(&answer, PROBLEM_MALFORMED, "this is expired");
        lab_close(&desk.lab);
    }
}

/* A check that has begun is carried to its end: its client was in time. */
static void what_is_processed_does_not_expire(void)
{
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk, false);
    answer = answer_challenge(&desk.lab, &desk.mine, desk.authz, "http-01");
    lab_expect_status(&answer, 0);
    lab_pass(86400 * INT64_C(1000));
    answer = get(&desk.lab, &desk.mine, desk.authz);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "},\"status\":\"pending\""));
    lab_close(&desk.lab);
}

static const struct test tests[] = {
    {"another account's authorization looks like none",
        another_accounts_authorization_looks_like_none},
    {"only challenges that are offered exist", only_challenges_that_are_offered_exist},
    {"an answered challenge is processed with the key of that moment",
        an_answered_challenge_is_processed_with_the_key_of_that_moment},
    {"a challenge is answered once, however often it is asked",
        a_challenge_is_answered_once_however_often_it_is_asked},
    {"a challenge that is valid is shown again and not tried",
        a_challenge_that_is_valid_is_shown_again_and_not_tried},
    {"a payload that is no object answers nothing", a_payload_that_is_no_object_answers_nothing},
    {"deactivation takes the orders along", deactivation_takes_the_orders_along},
    {"only what is pending or valid can be deactivated",
        only_what_is_pending_or_valid_can_be_deactivated},
    {"an authorization expires", an_authorization_expires},
    {"what is processed does not expire", what_is_processed_does_not_expire},
    {NULL, NULL},
};
extern const struct test_suite suite_authz;
const struct test_suite suite_authz = {"authz", tests};
