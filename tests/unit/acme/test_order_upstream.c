/* Tests of acme/order_upstream: nothing that may have been sent is sent again, and what a vendor
 * has is asked for until it answers. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/order.h"
#include "acme/order_verdict.h"
#include "base/mem.h"
#include "store/action.h"
#include "tests/unit/acme/shop.h"

static void open_vendor(struct shop *shop, const char *script)
{
    shop_open(shop, script);
    shop->kind = SHOP_VENDOR;
}

static void end_shop(struct shop *shop)
{
    lab_worker_end(&shop->worker);
    shop_close(shop);
}

static void expect_state(struct shop *shop, int64_t id, enum action_state state)
{
    enum action_state found = shop_action(shop, id).state;

    CU_ASSERT_EQUAL(found, state);
    if (found != state)
        printf("\n    not %s: %s\n", action_state_words[state], action_state_words[found]);
}

static void expect_issued_once(struct shop *shop, int64_t id)
{
    CU_ASSERT_EQUAL(lab_get_order(&shop->lab, id).status, ORDER_VALID);
    expect_state(shop, id, ACTION_DONE);
    CU_ASSERT_EQUAL(lab_count(&shop->lab, "certificate"), 1);
    CU_ASSERT_EQUAL(lab_count(&shop->lab, "job"), 0);
    CU_ASSERT_EQUAL(shop->scripted.bought, 1);
}

static void expect_invalid(struct shop *shop, int64_t id, const char *problem, const char *words)
{
    struct order order = lab_get_order(&shop->lab, id);

    CU_ASSERT_EQUAL(order.status, ORDER_INVALID);
    CU_ASSERT_PTR_NOT_NULL_FATAL(order.error);
    CU_ASSERT_PTR_NOT_NULL(strstr(order.error, problem));
    CU_ASSERT_PTR_NOT_NULL(strstr(order.error, words));
    expect_state(shop, id, ACTION_FAILED);
    CU_ASSERT_EQUAL(lab_count(&shop->lab, "job"), 0);
}

/* Starts a worker that goes on with the order that finalize began, as the worker does that served
 * it: it is not interrupted. */
static void start_fresh(struct shop *shop)
{
    shop_start_worker(shop);
    lab_run_sql(&shop->lab, "UPDATE job SET interrupted = 0");
}

static int64_t retry_after(struct shop *shop, int64_t id)
{
    struct lab_answer answer =
        lab_read(&shop->lab, lab_request(&shop->lab, &shop->account, id, ""), order_get);

    lab_expect_status(&answer, 0);
    return answer.resp.retry_after_s;
}

struct resolution {
    int64_t action_id;
    enum order_finding finding;
};

static enum err_code resolve(struct store_tx *tx, void *arg, struct err *e)
{
    const struct resolution *r = arg;

    return order_verdict_resolve(store_tx_mem(tx), tx, r->action_id, r->finding,
        r->finding == ORDER_FOUND ? "v-7" : NULL,
        r->finding == ORDER_FAILED ? "the vendor never heard of it" : NULL, lab_now_ms(), e);
}

/* Nobody gets the certificate, and somebody has to look. */
static void expect_parked(struct shop *shop, int64_t id)
{
    expect_state(shop, id, ACTION_PENDING);
    CU_ASSERT_PTR_NOT_NULL_FATAL(shop_action(shop, id).waits_for);
    CU_ASSERT_PTR_NOT_NULL(strstr(
        shop_action(shop, id).waits_for, "an operator, since the certificate authority returned "));
    CU_ASSERT(retry_after(shop, id) <= 86400);
    CU_ASSERT_EQUAL(lab_count(&shop->lab, "certificate"), 0);
    CU_ASSERT_EQUAL(shop->scripted.bought, 1);
}

/* Spoilt on the way, or really another one: it is bought, so it is asked for again, and not for
 * ever. */
static void what_is_not_what_was_ordered_is_asked_for_again(void)
{
    static const struct {
        const char *submit, *polls;
        int looks;
        bool good;
    } rows[] = {
        {"k", "i", 1, true}, {"g", "kwoi", 4, true}, {"p", "wkti", 4, true}, {"k", "pi", 2, true},
        {"w", "w", 12, false}, {"p", "ko", 13, false},
        {"p", "kokpwktw", 15, false}, /* whatever comes between */
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct shop shop;
        int64_t id;

        open_vendor(&shop, rows[i].submit);
        shop.scripted.polls = rows[i].polls;
        id = shop_finalize(&shop, "a.test", NULL);
        start_fresh(&shop);
        shop_run_due(&shop);
        expect_state(&shop, id, ACTION_PENDING);
        for (int look = 0; look < 8; look++)
            shop_run_after(&shop, 30);
        if (rows[i].good)
            expect_issued_once(&shop, id);
        else {
            expect_parked(&shop, id);
            for (int look = 0; look < 10; look++)
                shop_run_after(&shop, 31 * 60);
            expect_invalid(&shop, id, "serverInternal", "the certificate authority returned");
            CU_ASSERT_EQUAL(lab_count(&shop.lab, "unfit_certificate"), 1);
        }
        CU_ASSERT_EQUAL(shop.scripted.polled, rows[i].looks);
        CU_ASSERT_EQUAL(shop.scripted.calls, 1);
        end_shop(&shop);
    }
}

static void what_was_done_though_the_answer_was_lost_is_found(void)
{
    struct shop shop;
    int64_t id;

    open_vendor(&shop, "D");
    id = shop_finalize(&shop, "a.test", NULL);
    start_fresh(&shop);
    shop_run_due(&shop);
    CU_ASSERT_EQUAL(shop.scripted.calls, 1);
    CU_ASSERT_EQUAL(shop.scripted.found, 1);
    expect_issued_once(&shop, id);
    end_shop(&shop);
}

static void what_never_arrived_is_sent_again_when_the_vendor_said_so_twice(void)
{
    struct shop shop;
    int64_t id;

    open_vendor(&shop, "di");
    id = shop_finalize(&shop, "a.test", NULL);
    start_fresh(&shop);
    shop_run_due(&shop);
    expect_state(&shop, id, ACTION_IN_DOUBT);
    shop_run_after(&shop, 1);
    CU_ASSERT_EQUAL(shop.scripted.found, 1);
    CU_ASSERT_EQUAL(shop.scripted.calls, 1);
    shop_run_after(&shop, 1);
    CU_ASSERT_EQUAL(shop.scripted.found, 2);
    CU_ASSERT_EQUAL(shop.scripted.calls, 2);
    expect_issued_once(&shop, id);
    end_shop(&shop);
}

static void what_the_vendor_finds_late_is_not_sent_again(void)
{
    struct shop shop;
    int64_t id;

    open_vendor(&shop, "D");
    shop.scripted.finds = "ftti";
    id = shop_finalize(&shop, "a.test", NULL);
    start_fresh(&shop);
    shop_run_due(&shop);
    for (int i = 0; i < 6; i++)
        shop_run_after(&shop, 15);
    CU_ASSERT_EQUAL(shop.scripted.found, 4);
    CU_ASSERT_EQUAL(shop.scripted.calls, 1);
    expect_issued_once(&shop, id);
    end_shop(&shop);
}

static void answers_that_say_nothing_of_the_vendors_deeds_are_doubt(void)
{
    struct shop shop;
    int64_t id;

    open_vendor(&shop, "c"); /* our own shutdown, while the call was under way */
    id = shop_finalize(&shop, "a.test", NULL);
    start_fresh(&shop);
    shop_run_due(&shop);
    expect_state(&shop, id, ACTION_IN_DOUBT);
    CU_ASSERT_EQUAL(shop.scripted.calls, 1);
    end_shop(&shop);
}

static void a_vendor_that_cannot_be_reached_is_asked_again_without_doubt(void)
{
    struct shop shop;
    int64_t id;

    open_vendor(&shop, "tti");
    id = shop_finalize(&shop, "a.test", NULL);
    start_fresh(&shop);
    shop_run_due(&shop);
    shop_run_after(&shop, 1);
    shop_run_after(&shop, 1);
    CU_ASSERT_EQUAL(shop.scripted.calls, 3);
    CU_ASSERT_EQUAL(shop.scripted.found, 0);
    expect_issued_once(&shop, id);
    end_shop(&shop);
}

/* The process dies after so many rounds of the worker's loop; another one goes on. True: it had
 * ended before. */
static bool buys_once_though_it_dies_after(const char *script, int rounds)
{
    struct shop shop;
    bool had_ended;
    int64_t id;

    open_vendor(&shop, script);
    id = shop_finalize(&shop, "a.test", NULL);
    start_fresh(&shop);
    lab_worker_take(&shop.worker);
    for (int i = 0; i < rounds && !flow_engine_is_idle(shop.worker.engine); i++)
        lab_worker_round(&shop.worker);
    lab_worker_end(&shop.worker);
    had_ended = lab_count(&shop.lab, "job") == 0;

    shop_start_worker(&shop);
    shop_run_due(&shop);
    for (int i = 0; i < 10 && lab_count(&shop.lab, "job") > 0; i++)
        shop_run_after(&shop, 15);
    expect_issued_once(&shop, id);
    end_shop(&shop);
    return had_ended;
}

static void death_at_any_moment_buys_exactly_once(void)
{
    static const char *const scripts[] = {"i", "D", "p", "di", "ti"};

    for (size_t i = 0; i < COUNT(scripts); i++) {
        int rounds = 0;

        while (rounds < 8 && !buys_once_though_it_dies_after(scripts[i], rounds))
            rounds++;
        CU_ASSERT(rounds >= 1);
    }
}

/* What the vendor said could not be stored: that is no reason to send it again. */
static void an_outcome_that_cannot_be_stored_is_found_again(void)
{
    struct shop shop;
    int64_t id;

    open_vendor(&shop, "i");
    id = shop_finalize(&shop, "a.test", NULL);
    start_fresh(&shop);
    lab_run_sql(&shop.lab, "CREATE TRIGGER no BEFORE INSERT ON certificate"
                           " BEGIN SELECT RAISE(ABORT, 'no'); END");
    shop_run_due(&shop);
    CU_ASSERT_EQUAL(shop.scripted.calls, 1);
    CU_ASSERT_EQUAL(lab_number(&shop.lab, "SELECT interrupted FROM job"), 1);
    lab_run_sql(&shop.lab, "DROP TRIGGER no");
    shop_run_after(&shop, 1);
    CU_ASSERT_EQUAL(shop.scripted.calls, 1);
    CU_ASSERT_EQUAL(shop.scripted.found, 1);
    expect_issued_once(&shop, id);
    end_shop(&shop);
}

/* A vendor that shows its orders, and not whose they are. */

static void what_a_vendor_cannot_tell_is_an_operators_matter(void)
{
    struct shop shop;
    int64_t id;

    open_vendor(&shop, "D");
    shop.scripted.finds = "d";
    id = shop_finalize(&shop, "a.test", NULL);
    start_fresh(&shop);
    shop_run_due(&shop);
    CU_ASSERT_EQUAL(shop.scripted.found, 1);
    shop_run_after(&shop, 15); /* it may show late what it was sent */
    CU_ASSERT_EQUAL(shop.scripted.found, 2);
    CU_ASSERT(retry_after(&shop, id) > 1800);
    for (int i = 0; i < 3; i++)
        shop_run_after(&shop, 26 * 60);
    expect_state(&shop, id, ACTION_IN_DOUBT);
    CU_ASSERT_EQUAL(shop.scripted.calls, 1);
    CU_ASSERT_EQUAL(shop.scripted.found, 5);
    end_shop(&shop);
}

static void what_turns_out_to_be_somebody_elses_is_looked_for(void)
{
    struct shop shop;
    int64_t id;

    open_vendor(&shop, "p");
    shop.scripted.polls = "pdi";
    id = shop_finalize(&shop, "a.test", NULL);
    start_fresh(&shop);
    shop_run_due(&shop);
    shop_run_after(&shop, 15);
    shop_run_after(&shop, 15);
    CU_ASSERT_EQUAL(shop.scripted.polled, 2);
    CU_ASSERT_EQUAL(shop.scripted.found, 1);
    CU_ASSERT_EQUAL(shop.scripted.calls, 1);
    expect_issued_once(&shop, id);
    end_shop(&shop);
}

/* A vendor that cannot be searched. */

static void park(struct shop *shop, int64_t *id)
{
    shop_open(shop, "Di");
    shop->kind = SHOP_BLIND_VENDOR;
    *id = shop_finalize(shop, "a.test", NULL);
    start_fresh(shop);
    shop_run_due(shop);
    expect_state(shop, *id, ACTION_IN_DOUBT);
    for (int i = 0; i < 3; i++)
        shop_run_after(shop, 3 * 60);
    expect_state(shop, *id, ACTION_IN_DOUBT);
    CU_ASSERT_EQUAL(shop->scripted.calls, 1);
    CU_ASSERT(retry_after(shop, *id) > 1800 && retry_after(shop, *id) <= 86400);
}

static void an_operator_finds_out_what_nobody_else_can(void)
{
    static const struct {
        enum order_finding finding;
        int calls, polled;
        enum order_status status;
    } rows[] = {
        {ORDER_FOUND, 1, 1, ORDER_VALID},
        {ORDER_NOT_SENT, 2, 0, ORDER_VALID},
        {ORDER_FAILED, 1, 0, ORDER_INVALID},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct shop shop;
        struct resolution resolution = {.finding = rows[i].finding};
        int64_t id;

        park(&shop, &id);
        resolution.action_id = shop_action(&shop, id).id;
        CU_ASSERT_EQUAL(lab_in_store(&shop.lab, resolve, &resolution), ERR_OK);
        shop_run_due(&shop); /* at once */
        CU_ASSERT_EQUAL(lab_in_store(&shop.lab, resolve, &resolution), ERR_CONFLICT);
        CU_ASSERT_EQUAL(shop.scripted.calls, rows[i].calls);
        CU_ASSERT_EQUAL(shop.scripted.polled, rows[i].polled);
        CU_ASSERT_EQUAL(lab_get_order(&shop.lab, id).status, rows[i].status);
        if (rows[i].status == ORDER_INVALID)
            expect_invalid(&shop, id, "serverInternal", "the vendor never heard of it");
        end_shop(&shop);
    }
}

/* Who looked too early found nothing; the vendor knows better, if it answers. */
static void what_is_said_not_to_be_sent_is_looked_for_once_more(void)
{
    static const struct {
        const char *finds;
        int found, calls;
    } rows[] = {
        {"ti", 2, 1},                              /* it is there */
        {"tti", 3, 1}, {"tp", 2, 1}, {"tf", 2, 2}, /* nothing is */
        {"td", 2, 2},                              /* who knows */
        {"tr", 2, 2},                              /* it was, and was cancelled */
        {"t", 3, 2},                               /* no answer */
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct resolution resolution = {.finding = ORDER_NOT_SENT};
        struct shop shop;
        int64_t id;

        open_vendor(&shop, "Di");
        shop.scripted.finds = rows[i].finds;
        id = shop_finalize(&shop, "a.test", NULL);
        start_fresh(&shop);
        shop_run_due(&shop);
        expect_state(&shop, id, ACTION_IN_DOUBT);
        resolution.action_id = shop_action(&shop, id).id;
        CU_ASSERT_EQUAL(lab_in_store(&shop.lab, resolve, &resolution), ERR_OK);
        shop_run_due(&shop);
        shop_run_after(&shop, 15);
        CU_ASSERT_EQUAL(shop.scripted.found, rows[i].found);
        CU_ASSERT_EQUAL(shop.scripted.calls, rows[i].calls);
        CU_ASSERT_EQUAL(lab_get_order(&shop.lab, id).status, ORDER_VALID);
        end_shop(&shop);
    }
}

/* The vendor mends it, and somebody says so; or somebody gives it up. */
static void what_is_not_what_was_ordered_waits_for_an_operator(void)
{
    static const struct {
        enum order_finding finding;
        enum err_code code;
        const char *mended;
        enum order_status status;
    } rows[] = {
        {ORDER_FOUND, ERR_OK, "i", ORDER_VALID},
        {ORDER_FOUND, ERR_OK, "k", ORDER_PROCESSING}, /* it is as it was */
        {ORDER_NOT_SENT, ERR_CONFLICT, "i", ORDER_PROCESSING},
        {ORDER_FAILED, ERR_OK, "i", ORDER_INVALID},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct shop shop;
        struct resolution resolution = {.finding = rows[i].finding};
        int64_t id, polled;

        open_vendor(&shop, "k");
        shop.scripted.polls = "k";
        id = shop_finalize(&shop, "a.test", NULL);
        start_fresh(&shop);
        shop_run_due(&shop);
        for (int look = 0; look < 5; look++)
            shop_run_after(&shop, 20);
        expect_parked(&shop, id);
        polled = shop.scripted.polled;
        shop.scripted.polls = rows[i].mended;
        resolution.action_id = shop_action(&shop, id).id;
        CU_ASSERT_EQUAL(lab_in_store(&shop.lab, resolve, &resolution), rows[i].code);
        shop_run_due(&shop); /* at once */
        CU_ASSERT_EQUAL(lab_get_order(&shop.lab, id).status, rows[i].status);
        CU_ASSERT_EQUAL(shop.scripted.polled - polled, rows[i].finding == ORDER_FOUND);
        CU_ASSERT_EQUAL(shop.scripted.bought, 1);
        if (rows[i].status == ORDER_INVALID)
            expect_invalid(&shop, id, "serverInternal", "the vendor never heard of it");
        if (rows[i].status == ORDER_PROCESSING) { /* and looked at as before */
            shop.scripted.polls = "i";
            shop_run_after(&shop, 3 * 60);
            expect_issued_once(&shop, id);
        }
        end_shop(&shop);
    }
}

/* What is merely pending is nobody's to find. */
static void an_action_that_the_vendor_is_at_work_on_is_not_resolved(void)
{
    static const enum order_finding findings[] = {ORDER_FOUND, ORDER_NOT_SENT, ORDER_FAILED};
    struct shop shop;
    int64_t id;

    open_vendor(&shop, "p");
    shop.scripted.polls = "p";
    id = shop_finalize(&shop, "a.test", NULL);
    start_fresh(&shop);
    shop_run_due(&shop);
    for (size_t i = 0; i < COUNT(findings); i++) {
        struct resolution resolution = {shop_action(&shop, id).id, findings[i]};

        CU_ASSERT_EQUAL(lab_in_store(&shop.lab, resolve, &resolution), ERR_CONFLICT);
    }
    expect_state(&shop, id, ACTION_PENDING);
    end_shop(&shop);
}

/* Waiting for the vendor. */

static void an_order_waits_for_days_and_says_so(void)
{
    struct shop shop;
    int64_t id;

    open_vendor(&shop, "p");
    shop.scripted.polls = "pptpcpppppi";
    id = shop_finalize(&shop, "a.test", NULL);
    start_fresh(&shop);
    shop_run_due(&shop);
    expect_state(&shop, id, ACTION_PENDING);
    CU_ASSERT_STRING_EQUAL(shop_action(&shop, id).waits_for, "the vendor's approver");
    CU_ASSERT_STRING_EQUAL(shop_action(&shop, id).vendor_order, "v-1");
    CU_ASSERT(retry_after(&shop, id) > 50 && retry_after(&shop, id) <= 70);
    for (int i = 0; i < 10; i++) {
        shop_run_after(&shop, 20 * 60);
        CU_ASSERT(retry_after(&shop, id) <= 17 * 60);
    }
    shop_run_after(&shop, 20 * 60);
    CU_ASSERT_EQUAL(shop.scripted.calls, 1);
    CU_ASSERT_EQUAL(shop.scripted.found, 0);
    expect_issued_once(&shop, id);
    CU_ASSERT_PTR_NULL(shop_action(&shop, id).waits_for);
    end_shop(&shop);
}

static void a_rejection_of_the_vendors_reaches_the_client(void)
{
    struct shop shop;
    int64_t id;

    open_vendor(&shop, "p");
    shop.scripted.polls = "px";
    id = shop_finalize(&shop, "a.test", NULL);
    start_fresh(&shop);
    shop_run_due(&shop);
    shop_run_after(&shop, 20);
    shop_run_after(&shop, 20);
    expect_invalid(&shop, id, "error:rejectedIdentifier", "the organisation is not validated");
    end_shop(&shop);
}

/* It is not given up: the vendor has it. */
static void an_upstream_that_is_gone_while_it_has_the_order_is_waited_for(void)
{
    struct shop shop;
    int64_t id;

    open_vendor(&shop, "p");
    id = shop_finalize(&shop, "a.test", NULL);
    start_fresh(&shop);
    shop_run_due(&shop);
    shop.worker.world.upstreams_len = 0;
    for (int i = 0; i < 30; i++)
        shop_run_after(&shop, 20);
    expect_state(&shop, id, ACTION_PENDING);
    shop.worker.world.upstreams_len = 1;
    shop_run_after(&shop, 20);
    expect_issued_once(&shop, id);
    end_shop(&shop);
}

static void records_that_the_vendor_wants_are_said_and_then_looked_for(void)
{
    struct shop shop;
    int64_t id;

    open_vendor(&shop, "P");
    shop.scripted.proves = "Pp";
    id = shop_finalize(&shop, "a.test", NULL);
    start_fresh(&shop);
    shop_run_due(&shop);
    CU_ASSERT_PTR_NOT_NULL(strstr(shop_action(&shop, id).waits_for,
        "for a.test, TXT record _dnsauth.a.test: a-random-value"));
    shop_run_after(&shop, 20);
    CU_ASSERT_EQUAL(shop.scripted.proved, 1);
    shop_run_after(&shop, 20);
    CU_ASSERT_EQUAL(shop.scripted.proved, 2);
    CU_ASSERT_STRING_EQUAL(shop_action(&shop, id).waits_for, "the vendor's approver");
    shop_run_after(&shop, 20);
    CU_ASSERT_EQUAL(shop.scripted.polled, 1);
    expect_issued_once(&shop, id);
    end_shop(&shop);
}

static const struct test tests[] = {
    {"what is not what was ordered is asked for again",
        what_is_not_what_was_ordered_is_asked_for_again},
    {"what was done though the answer was lost is found",
        what_was_done_though_the_answer_was_lost_is_found},
    {"what never arrived is sent again when the vendor said so twice",
        what_never_arrived_is_sent_again_when_the_vendor_said_so_twice},
    {"what the vendor finds late is not sent again", what_the_vendor_finds_late_is_not_sent_again},
    {"answers that say nothing of the vendor's deeds are doubt",
        answers_that_say_nothing_of_the_vendors_deeds_are_doubt},
    {"a vendor that cannot be reached is asked again without doubt",
        a_vendor_that_cannot_be_reached_is_asked_again_without_doubt},
    {"death at any moment buys exactly once", death_at_any_moment_buys_exactly_once},
    {"an outcome that cannot be stored is found again",
        an_outcome_that_cannot_be_stored_is_found_again},
    {"what a vendor cannot tell is an operator's matter",
        what_a_vendor_cannot_tell_is_an_operators_matter},
    {"what turns out to be somebody else's is looked for",
        what_turns_out_to_be_somebody_elses_is_looked_for},
    {"an operator finds out what nobody else can", an_operator_finds_out_what_nobody_else_can},
    {"what is said not to be sent is looked for once more",
        what_is_said_not_to_be_sent_is_looked_for_once_more},
    {"what is not what was ordered waits for an operator",
        what_is_not_what_was_ordered_waits_for_an_operator},
    {"an action that the vendor is at work on is not resolved",
        an_action_that_the_vendor_is_at_work_on_is_not_resolved},
    {"an order waits for days and says so", an_order_waits_for_days_and_says_so},
    {"a rejection of the vendor's reaches the client",
        a_rejection_of_the_vendors_reaches_the_client},
    {"an upstream that is gone while it has the order is waited for",
        an_upstream_that_is_gone_while_it_has_the_order_is_waited_for},
    {"records that the vendor wants are said, and then looked for",
        records_that_the_vendor_wants_are_said_and_then_looked_for},
    {NULL, NULL},
};
extern const struct test_suite suite_order_upstream;
const struct test_suite suite_order_upstream = {"order_upstream", tests};
