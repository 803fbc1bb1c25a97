/* Tests of acme/order_decide: what follows from each outcome, in one transaction with the decision.
 */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/order.h"
#include "acme/order_flow.h"
#include "base/mem.h"
#include "store/action.h"
#include "store/job.h"
#include "tests/unit/acme/shop.h"

#define DAY INT64_C(86400)

static void open_at(struct shop *shop, enum vendor vendor, const char *script)
{
    struct acme_profile *profile = &shop->lab.profile;

    shop_open(shop, script);
    profile->vendor = vendor;
    profile->wait_max_s = 14 * DAY;
    preferences_init(&profile->preferences);
    preferences_complete(vendor, &profile->preferences);
}

static void end_shop(struct shop *shop)
{
    lab_worker_end(&shop->worker);
    shop_close(shop);
}

static void expect_outcome(struct shop *shop, int64_t id, const char *outcome)
{
    struct order_decision decision = shop_decision(shop, id);

    CU_ASSERT_STRING_EQUAL(decision.outcome, outcome);
    CU_ASSERT_PTR_NOT_NULL(strstr(decision.document, decision.rule));
}

static enum order_status status_of(struct shop *shop, int64_t id)
{
    return lab_get_order(&shop->lab, id).status;
}

/* An order that is finalized with this request. */
static int64_t order_again(struct shop *shop, const char *names, struct bytes csr)
{
    int64_t id;
    struct lab_answer answer = shop_finalize_csr(shop, &shop->account, names, csr, &id);

    lab_expect_status(&answer, 0);
    return id;
}

static int64_t retry_after(struct shop *shop, int64_t id)
{
    struct lab_answer answer =
        lab_read(&shop->lab, lab_request(&shop->lab, &shop->account, id, ""), order_get);

    lab_expect_status(&answer, 0);
    return answer.resp.retry_after_s;
}

static void a_new_order_is_decided_inside_finalize(void)
{
    struct shop shop;
    int64_t id;

    open_at(&shop, VENDOR_LOCAL, "i");
    id = shop_finalize(&shop, "a.test", NULL);
    expect_outcome(&shop, id, "NEW");
    CU_ASSERT_EQUAL(shop_decision(&shop, id).times, 1);
    CU_ASSERT_EQUAL(shop_decision(&shop, id).decided_s, LAB_NOW_S);
    CU_ASSERT_EQUAL(shop_action(&shop, id).state, ACTION_SENDING);
    CU_ASSERT_EQUAL(shop_action(&shop, id).act, ACT_NEW);
    CU_ASSERT_EQUAL(shop_action(&shop, id).sent_s, LAB_NOW_S);
    shop_close(&shop);
}

static void the_same_names_and_key_get_the_certificate_that_is_there(void)
{
    struct shop shop;
    struct lab_answer answer;
    struct bytes csr;
    int64_t first, second;

    open_at(&shop, VENDOR_LOCAL, "i");
    csr = lab_csr(&shop.lab, "a.test", NULL);
    first = order_again(&shop, "a.test", csr);
    shop_start_worker(&shop);
    shop_run_due(&shop);
    answer = shop_finalize_csr(&shop, &shop.account, "a.test", csr, &second);
    lab_expect_status(&answer, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"status\":\"valid\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"certificate\":"));
    CU_ASSERT_PTR_NULL(answer.resp.await_kind);
    expect_outcome(&shop, second, "REUSE");
    CU_ASSERT_EQUAL(lab_get_order(&shop.lab, second).certificate_id,
        lab_get_order(&shop.lab, first).certificate_id);
    CU_ASSERT_EQUAL(shop_action(&shop, second).state, ACTION_DONE);
    CU_ASSERT_EQUAL(lab_count(&shop.lab, "job"), 0);
    CU_ASSERT_EQUAL(shop.scripted.calls, 1);
    end_shop(&shop);
}

static void what_is_there_is_not_given_to_others(void)
{
    struct lab_account other;
    struct shop shop;
    struct bytes csr;
    int64_t id;

    open_at(&shop, VENDOR_LOCAL, "i");
    csr = lab_csr(&shop.lab, "a.test", NULL);
    order_again(&shop, "a.test", csr);
    shop_start_worker(&shop);
    shop_run_due(&shop);
    other = lab_account(&shop.lab);
    shop_finalize_csr(&shop, &other, "a.test", csr, &id);
    expect_outcome(&shop, id, "NEW");
    id = shop_finalize(&shop, "a.test", NULL); /* another key */
    expect_outcome(&shop, id, "NEW");
    lab_run_sql(&shop.lab, "UPDATE certificate SET revoked_s = 1");
    id = order_again(&shop, "a.test", csr);
    expect_outcome(&shop, id, "NEW");
    end_shop(&shop);
}

/* Orders that ask for dates want those, not what is there. */
static void what_is_there_is_not_given_to_orders_with_dates_of_their_own(void)
{
    struct shop shop;
    struct bytes csr;
    int64_t id;

    open_at(&shop, VENDOR_LOCAL, "i");
    csr = lab_csr(&shop.lab, "a.test", NULL);
    order_again(&shop, "a.test", csr);
    shop_start_worker(&shop);
    shop_run_due(&shop);
    id = lab_order(&shop.lab, &shop.account, "a.test", true);
    lab_run_sql(
        &shop.lab, mem_printf(shop.lab.mem, "UPDATE orders SET not_after_s = %lld WHERE id = %lld",
                       (long long)(LAB_NOW_S + DAY), (long long)id));
    lab_write(&shop.lab, lab_request(&shop.lab, &shop.account, id, lab_csr_payload(&shop.lab, csr)),
        order_prepare_finalize, order_finalize);
    expect_outcome(&shop, id, "NEW");
    shop_run_due(&shop);
    lab_pass(JOB_LEASE_MS);
    shop_run_due(&shop);
    CU_ASSERT_EQUAL(shop_certificate(&shop, id).not_after_s, LAB_NOW_S + DAY);
    end_shop(&shop);
}

/* Two orders of one account for one key, the first of which is pending; *second has joined it. */
static void open_joined(struct shop *shop, const char *polls, int64_t *first, int64_t *second)
{
    struct bytes csr;

    open_at(shop, VENDOR_LOCAL, "p");
    shop->scripted.polls = polls;
    csr = lab_csr(&shop->lab, "a.test", NULL);
    *first = order_again(shop, "a.test", csr);
    shop_start_worker(shop);
    shop_run_due(shop);
    *second = order_again(shop, "a.test", csr);
    expect_outcome(shop, *second, "ADOPT");
    CU_ASSERT_EQUAL(status_of(shop, *second), ORDER_PROCESSING);
    CU_ASSERT_EQUAL(shop_action(shop, *second).adopts, shop_action(shop, *first).id);
    CU_ASSERT_EQUAL(lab_count(&shop->lab, "job"), 1);
    CU_ASSERT_EQUAL(retry_after(shop, *second), retry_after(shop, *first));
    CU_ASSERT(retry_after(shop, *second) > 10);
}

static void who_comes_back_joins_what_is_under_way(void)
{
    int64_t first, second;
    struct shop shop;

    open_joined(&shop, "pi", &first, &second);
    shop_run_after(&shop, 20);
    shop_run_after(&shop, 20);
    CU_ASSERT_EQUAL(status_of(&shop, first), ORDER_VALID);
    CU_ASSERT_EQUAL(status_of(&shop, second), ORDER_VALID);
    CU_ASSERT_EQUAL(lab_get_order(&shop.lab, second).certificate_id,
        lab_get_order(&shop.lab, first).certificate_id);
    CU_ASSERT_EQUAL(shop_action(&shop, second).state, ACTION_DONE);
    CU_ASSERT_EQUAL(lab_count(&shop.lab, "certificate"), 1);
    CU_ASSERT_EQUAL(lab_count(&shop.lab, "job"), 0);
    CU_ASSERT_EQUAL(shop.scripted.calls, 1);
    end_shop(&shop);
}

static void who_has_joined_fails_for_the_same_reason(void)
{
    int64_t first, second;
    struct shop shop;

    open_joined(&shop, "x", &first, &second);
    shop_run_after(&shop, 20);
    CU_ASSERT_EQUAL(status_of(&shop, first), ORDER_INVALID);
    CU_ASSERT_EQUAL(status_of(&shop, second), ORDER_INVALID);
    CU_ASSERT_STRING_EQUAL(
        lab_get_order(&shop.lab, second).error, lab_get_order(&shop.lab, first).error);
    CU_ASSERT_PTR_NOT_NULL(strstr(lab_get_order(&shop.lab, second).error, "rejectedIdentifier"));
    CU_ASSERT_EQUAL(shop_action(&shop, second).state, ACTION_FAILED);
    end_shop(&shop);
}

/* It was joined by the third before it joined the first, which policy does not choose at once. */
static void join_in_a_row(struct shop *shop, int64_t first, int64_t second, int64_t *third)
{
    *third = order_again(shop, "a.test", lab_get_order(&shop->lab, first).csr);
    expect_outcome(shop, *third, "ADOPT");
    lab_run_sql(&shop->lab,
        mem_printf(shop->lab.mem, "UPDATE action SET adopts = %lld WHERE order_id = %lld",
            (long long)shop_action(shop, second).id, (long long)*third));
}

static void who_has_joined_one_that_joined_ends_with_them(void)
{
    static const char *const polls[] = {"i", "x"};
    int64_t first, second, third;
    struct shop shop;

    for (size_t i = 0; i < 2; i++) {
        open_joined(&shop, polls[i], &first, &second);
        join_in_a_row(&shop, first, second, &third);
        shop_run_after(&shop, 20);
        CU_ASSERT_EQUAL(status_of(&shop, first), i == 0 ? ORDER_VALID : ORDER_INVALID);
        CU_ASSERT_EQUAL(status_of(&shop, third), status_of(&shop, first));
        CU_ASSERT_EQUAL(lab_get_order(&shop.lab, third).certificate_id,
            lab_get_order(&shop.lab, first).certificate_id);
        CU_ASSERT_EQUAL(shop_action(&shop, third).state, i == 0 ? ACTION_DONE : ACTION_FAILED);
        end_shop(&shop);
    }
}

static void keys_and_accounts_are_never_merged(void)
{
    struct lab_account other;
    struct shop shop;
    struct bytes csr;
    int64_t id;

    open_at(&shop, VENDOR_LOCAL, "p");
    csr = lab_csr(&shop.lab, "a.test", NULL);
    order_again(&shop, "a.test", csr);
    shop_start_worker(&shop);
    shop_run_due(&shop);
    other = lab_account(&shop.lab);
    shop_finalize_csr(&shop, &other, "a.test", csr, &id);
    expect_outcome(&shop, id, "NEW");
    id = shop_finalize(&shop, "a.test", NULL);
    expect_outcome(&shop, id, "NEW");
    CU_ASSERT_EQUAL(lab_count(&shop.lab, "action WHERE adopts IS NOT NULL"), 0);
    end_shop(&shop);
}

/* What was joined does not fit after all (here: behind our back). It is decided again. */
static void a_certificate_with_other_dates_is_not_shared(void)
{
    int64_t first, second;
    struct shop shop;

    open_joined(&shop, "i", &first, &second);
    lab_run_sql(
        &shop.lab, mem_printf(shop.lab.mem, "UPDATE orders SET not_after_s = %lld WHERE id = %lld",
                       (long long)(LAB_NOW_S + DAY), (long long)second));
    shop.scripted.script = "i";
    shop_run_after(&shop, 20);
    shop_run_due(&shop);
    expect_outcome(&shop, second, "NEW");
    CU_ASSERT_EQUAL(shop_decision(&shop, second).times, 2);
    CU_ASSERT_EQUAL(status_of(&shop, second), ORDER_VALID);
    CU_ASSERT_EQUAL(shop_certificate(&shop, second).not_after_s, LAB_NOW_S + DAY);
    end_shop(&shop);
}

/* At a vendor: a new order that is pending for another key is waited for. */
static void open_waiting(struct shop *shop, const char *polls, int64_t *first, int64_t *second)
{
    open_at(shop, VENDOR_DIGICERT, "p");
    shop->scripted.polls = polls;
    *first = shop_finalize(shop, "a.test", NULL);
    expect_outcome(shop, *first, "NEW");
    CU_ASSERT(shop_action(shop, *first).billable);
    shop_start_worker(shop);
    shop_run_due(shop);
    *second = shop_finalize(shop, "a.test", NULL);
    expect_outcome(shop, *second, "WAIT");
    CU_ASSERT_EQUAL(shop_action(shop, *second).state, ACTION_DECIDING);
    CU_ASSERT(retry_after(shop, *second) >= 60 && retry_after(shop, *second) <= 3600);
}

static void what_waits_is_decided_again_when_the_other_ends(void)
{
    int64_t first, second;
    struct shop shop;

    open_waiting(&shop, "pppi", &first, &second);
    for (int i = 0; i < 4; i++)
        shop_run_after(&shop, 17);
    CU_ASSERT_EQUAL(status_of(&shop, first), ORDER_VALID);
    shop.scripted.script = "i";
    shop_run_due(&shop); /* at once, not when it would have looked again */
    CU_ASSERT_STRING_NOT_EQUAL(shop_decision(&shop, second).outcome, "WAIT");
    CU_ASSERT_STRING_EQUAL(shop_decision(&shop, second).outcome, "REISSUE");
    CU_ASSERT_EQUAL(status_of(&shop, second), ORDER_VALID);
    CU_ASSERT_EQUAL(shop_action(&shop, second).act, ACT_REISSUE);
    CU_ASSERT_STRING_EQUAL(shop_action(&shop, second).target, "v-1");
    CU_ASSERT_EQUAL(lab_count(&shop.lab, "purchase"), 1);
    end_shop(&shop);
}

static void nothing_waits_for_ever(void)
{
    int64_t first, second;
    struct order order;
    struct shop shop;

    open_at(&shop, VENDOR_DIGICERT, "p");
    shop.scripted.polls = "p";
    first = shop_finalize(&shop, "a.test", NULL);
    shop_start_worker(&shop);
    shop_run_due(&shop);
    shop.lab.profile.wait_max_s = 3 * 3600;
    second = shop_finalize(&shop, "a.test", NULL);
    for (int i = 0; i < 11; i++)
        shop_run_after(&shop, 16);
    CU_ASSERT_EQUAL(status_of(&shop, second), ORDER_PROCESSING);
    shop_run_after(&shop, 5);
    order = lab_get_order(&shop.lab, second);
    CU_ASSERT_EQUAL(order.status, ORDER_INVALID);
    CU_ASSERT_PTR_NOT_NULL_FATAL(order.error);
    CU_ASSERT_PTR_NOT_NULL(strstr(order.error, "userActionRequired"));
    CU_ASSERT_EQUAL(status_of(&shop, first), ORDER_PROCESSING);
    end_shop(&shop);
}

/* The client gave up its proof while the order waited. */
static void what_waits_is_checked_again(void)
{
    int64_t first, second;
    struct shop shop;

    open_waiting(&shop, "pi", &first, &second);
    lab_run_sql(&shop.lab,
        mem_printf(shop.lab.mem, "UPDATE authz SET status = 'deactivated' WHERE id = %lld",
            (long long)lab_authz_of(&shop.lab, second, 0)));
    for (int i = 0; i < 3; i++)
        shop_run_after(&shop, 17);
    CU_ASSERT_EQUAL(status_of(&shop, first), ORDER_VALID);
    CU_ASSERT_EQUAL(status_of(&shop, second), ORDER_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(lab_get_order(&shop.lab, second).error, "error:unauthorized"));
    CU_ASSERT_EQUAL(shop.scripted.calls, 1);
    end_shop(&shop);
}

static void what_is_denied_is_invalid_at_once_and_says_why(void)
{
    struct lab_answer answer;
    struct shop shop;
    int64_t id;

    open_at(&shop, VENDOR_DIGICERT, "i");
    shop.lab.profile.preferences.budget.new_orders = 0;
    answer =
        shop_finalize_csr(&shop, &shop.account, "a.test", lab_csr(&shop.lab, "a.test", NULL), &id);
    lab_expect_status(&answer, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"status\":\"invalid\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "error:rateLimited"));
    expect_outcome(&shop, id, "DENY");
    CU_ASSERT_EQUAL(shop_action(&shop, id).state, ACTION_FAILED);
    CU_ASSERT_EQUAL(lab_count(&shop.lab, "job"), 0);
    CU_ASSERT_EQUAL(lab_count(&shop.lab, "purchase"), 0);
    shop_close(&shop);
}

static void a_refusal_costs_no_budget(void)
{
    struct shop shop;
    int64_t id;

    open_at(&shop, VENDOR_DIGICERT, "r");
    shop.lab.profile.preferences.budget.new_orders = 1;
    id = shop_finalize(&shop, "a.test", NULL);
    CU_ASSERT_EQUAL(lab_count(&shop.lab, "purchase"), 1);
    shop_start_worker(&shop);
    shop_run_due(&shop);
    CU_ASSERT_EQUAL(status_of(&shop, id), ORDER_INVALID);
    CU_ASSERT_EQUAL(lab_count(&shop.lab, "purchase"), 0);
    id = shop_finalize(&shop, "a.test", NULL);
    expect_outcome(&shop, id, "NEW");
    end_shop(&shop);
}

static const struct test tests[] = {
    {"a new order is decided inside finalize", a_new_order_is_decided_inside_finalize},
    {"the same names and key get the certificate that is there",
        the_same_names_and_key_get_the_certificate_that_is_there},
    {"what is there is not given to others", what_is_there_is_not_given_to_others},
    {"what is there is not given to orders with dates of their own",
        what_is_there_is_not_given_to_orders_with_dates_of_their_own},
    {"who comes back joins what is under way", who_comes_back_joins_what_is_under_way},
    {"who has joined fails for the same reason", who_has_joined_fails_for_the_same_reason},
    {"who has joined one that joined ends with them",
        who_has_joined_one_that_joined_ends_with_them},
    {"keys and accounts are never merged", keys_and_accounts_are_never_merged},
    {"a certificate with other dates is not shared", a_certificate_with_other_dates_is_not_shared},
    {"what waits is decided again when the other ends",
        what_waits_is_decided_again_when_the_other_ends},
    {"nothing waits for ever", nothing_waits_for_ever},
    {"what waits is checked again", what_waits_is_checked_again},
    {"what is denied is invalid at once, and says why",
        what_is_denied_is_invalid_at_once_and_says_why},
    {"a refusal costs no budget", a_refusal_costs_no_budget},
    {NULL, NULL},
};
extern const struct test_suite suite_order_decide;
const struct test_suite suite_order_decide = {"order_decide", tests};
