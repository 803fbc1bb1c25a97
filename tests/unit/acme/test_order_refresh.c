/* Tests of acme/order_refresh: what a decision may choose is asked about first, and nothing else.
 */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/order.h"
#include "base/mem.h"
#include "store/action.h"
#include "store/inventory.h"
#include "store/job.h"
#include "tests/unit/acme/shop.h"

#define DAY INT64_C(86400)

/* An order of the vendor's as a source told of it. */
struct told {
    struct vendor_order order;
    int64_t seen_s; /* by the vendor itself; 0: by a file */
};

static struct identifier a_test = {IDENTIFIER_DNS, "a.test"};
static const struct vendor_certificate certificate = {
    .id = "c-1", .not_before_s = LAB_NOW_S - DAY, .not_after_s = LAB_NOW_S + 90 * DAY};

static struct vendor_order vendor_order(const char *id, int64_t days)
{
    return (struct vendor_order){.id = id,
        .names = {&a_test, 1},
        .first_issued_s = LAB_NOW_S - DAY,
        .order_end_s = LAB_NOW_S + days * DAY,
        .plan_years = 1,
        .certificates = &certificate,
        .certificates_len = 1,
        .said = SAID_STANDING | SAID_IN_PROCESS};
}

static enum err_code run_tell(struct store_tx *tx, void *arg, struct err *e)
{
    static const char *const domains[] = {"a.test"};
    const struct told *told = arg;
    enum merge_result result;
    int64_t inventory;

    if (store_inventory_open(tx, "lab", "digicert", &inventory, e) != ERR_OK ||
        store_inventory_merge(tx, inventory, &told->order, domains, 1, &result, e) != ERR_OK)
        return e->code;
    return store_inventory_seen(tx, inventory, told->order.id, told->seen_s, e);
}

static void tell(struct shop *shop, struct vendor_order order, int64_t seen_s)
{
    struct told told = {order, seen_s};

    CU_ASSERT_EQUAL_FATAL(lab_in_store(&shop->lab, run_tell, &told), ERR_OK);
}

static struct vendor_order known(struct shop *shop, const char *id)
{
    struct inventory_filter filter = {.upstream = "lab", .order_id = id, .max = 1};
    struct err e = {0};
    struct store_tx *tx = store_snapshot_begin(shop->lab.reader, shop->lab.mem, &e);
    struct inventory_item *list;
    size_t len;

    CU_ASSERT_EQUAL_FATAL(
        store_inventory_list(tx, shop->lab.mem, &filter, &list, &len, &e), ERR_OK);
    store_snapshot_end(tx);
    return len == 1 ? list[0].order : (struct vendor_order){.id = NULL};
}

static void open_with(struct shop *shop, const char *fetches, const char *id, int64_t seen_s)
{
    shop_open(shop, "i");
    shop_telling(shop);
    shop->scripted.fetches = fetches;
    if (id != NULL)
        tell(shop, vendor_order(id, 300), seen_s);
}

static void end_shop(struct shop *shop)
{
    lab_worker_end(&shop->worker);
    shop_close(shop);
}

/* As the worker does that served finalize: it is not interrupted. */
static int64_t order_of(struct shop *shop, const char *wish)
{
    int64_t id;

    if (wish == NULL) {
        id = shop_finalize(shop, "a.test", NULL);
    } else {
        struct bytes csr = lab_csr(&shop->lab, "a.test", NULL);

        id = lab_order(&shop->lab, &shop->account, "a.test", true);
        lab_run_sql(&shop->lab,
            mem_printf(shop->lab.mem,
                "UPDATE orders SET wish = 'duplicate', wish_order_id = '%s' WHERE id = %lld", wish,
                (long long)id));
        lab_write(&shop->lab,
            lab_request(&shop->lab, &shop->account, id, lab_csr_payload(&shop->lab, csr)),
            order_prepare_finalize, order_finalize);
    }
    shop_start_worker(shop);
    lab_run_sql(&shop->lab, "UPDATE job SET interrupted = 0");
    shop_run_due(shop);
    return id;
}

static void expect_outcome(struct shop *shop, int64_t id, const char *outcome, int fetched)
{
    CU_ASSERT_STRING_EQUAL(shop_decision(shop, id).outcome, outcome);
    CU_ASSERT_EQUAL(shop_decision(shop, id).times, 1);
    CU_ASSERT_EQUAL(shop->scripted.fetched, fetched);
}

/* The trace says that the facts may be out of date. */
static bool says_unanswered(struct shop *shop, int64_t id)
{
    return strstr(shop_decision(shop, id).document,
               "\"rule\":\"refresh\",\"result\":\"fail\","
               "\"because\":\"the vendor did not answer") != NULL;
}

static void what_the_vendor_told_long_ago_is_asked_for_before_it_is_chosen(void)
{
    static const struct {
        const char *fetches;
        int64_t seen_s;
        const char *outcome;
        int fetched;
    } rows[] = {
        {"i", LAB_NOW_S - 60, "DUPLICATE", 0},
        {"i", LAB_NOW_S - 15 * 60, "DUPLICATE", 1},
        {"i", 0, "DUPLICATE", 1},
        {"x", LAB_NOW_S - 3600, "NEW", 1},
        {"f", LAB_NOW_S - 3600, "DUPLICATE", 1}, /* nothing is bought for a key that lost a right */
        {"0", LAB_NOW_S - 3600, "DUPLICATE", 1},
        {"r", LAB_NOW_S - 3600, "DUPLICATE", 1},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct shop shop;
        int64_t id;

        open_with(&shop, rows[i].fetches, "v-9", rows[i].seen_s);
        id = order_of(&shop, NULL);
        expect_outcome(&shop, id, rows[i].outcome, rows[i].fetched);
        CU_ASSERT_EQUAL(shop.scripted.bought, 1);
        CU_ASSERT_EQUAL(lab_get_order(&shop.lab, id).status, ORDER_VALID);
        if (rows[i].fetches[0] != 'r' && rows[i].fetched > 0)
            CU_ASSERT(known(&shop, "v-9").seen_s >= LAB_NOW_S);
        CU_ASSERT_EQUAL(says_unanswered(&shop, id), rows[i].fetches[0] == 'r');
        if (strcmp(rows[i].outcome, "NEW") == 0)
            CU_ASSERT_EQUAL(known(&shop, "v-9").standing, STANDING_CANCELED);
        end_shop(&shop);
    }
}

static void a_vendor_that_does_not_answer_is_not_waited_for_for_long(void)
{
    struct shop shop;
    int64_t id;

    open_with(&shop, "t", "v-9", 0);
    id = order_of(&shop, NULL);
    CU_ASSERT_EQUAL(shop.scripted.fetched, 1);
    CU_ASSERT_EQUAL(shop_action(&shop, id).state, ACTION_DECIDING);
    shop_run_after(&shop, 1);
    CU_ASSERT_EQUAL(shop.scripted.fetched, 2);
    CU_ASSERT_EQUAL(shop_action(&shop, id).state, ACTION_DECIDING);
    shop_run_after(&shop, 1);
    expect_outcome(&shop, id, "DUPLICATE", 3);
    CU_ASSERT(says_unanswered(&shop, id));
    end_shop(&shop);
}

static void a_vendor_that_comes_back_is_asked_for_what_it_has(void)
{
    struct shop shop;
    int64_t id;

    open_with(&shop, "tcx", "v-9", 0);
    id = order_of(&shop, NULL);
    shop_run_after(&shop, 1);
    shop_run_after(&shop, 1);
    expect_outcome(&shop, id, "NEW", 3);
    CU_ASSERT_FALSE(says_unanswered(&shop, id));
    end_shop(&shop);
}

/* However many there are: the best five. */
static void only_the_best_orders_are_asked_about(void)
{
    struct shop shop;
    int64_t id;

    open_with(&shop, "i", NULL, 0);
    for (int i = 0; i < 9; i++)
        tell(&shop, vendor_order(mem_printf(shop.lab.mem, "v-%d", i), 100 + i), 0);
    id = order_of(&shop, NULL);
    expect_outcome(&shop, id, "DUPLICATE", 5);
    for (int i = 0; i < 9; i++)
        CU_ASSERT_EQUAL(known(&shop, mem_printf(shop.lab.mem, "v-%d", i)).seen_s != 0, i >= 4);
    end_shop(&shop);
}

static void what_is_over_or_for_other_names_is_not_asked_about(void)
{
    static struct identifier other[] = {{IDENTIFIER_DNS, "a.test"}, {IDENTIFIER_DNS, "b.test"}};
    struct vendor_order order;
    struct shop shop;
    int64_t id;

    open_with(&shop, "i", NULL, 0);
    order = vendor_order("v-1", 300);
    order.standing = STANDING_REVOKED;
    tell(&shop, order, 0);
    order = vendor_order("v-2", -1);
    order.certificates_len = 0;
    tell(&shop, order, 0);
    order = vendor_order("v-3", 300);
    order.names = (struct identifiers){other, 1};
    order.tenant = "somebody else";
    tell(&shop, order, 0);
    id = order_of(&shop, NULL);
    expect_outcome(&shop, id, "NEW", 0);
    end_shop(&shop);
}

static void an_order_that_is_named_is_asked_about_though_nobody_knows_it(void)
{
    static const struct {
        const char *fetches, *outcome;
    } rows[] = {{"i", "DUPLICATE"}, {"x", "DENY"}, {"f", "DENY"}, {"0", "DENY"}, {"r", "DENY"}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct shop shop;
        int64_t id;

        open_with(&shop, rows[i].fetches, "v-9", 0);
        id = order_of(&shop, "p-77");
        expect_outcome(&shop, id, rows[i].outcome, 1);
        CU_ASSERT_STRING_EQUAL(shop.scripted.last_fetched, "p-77");
        CU_ASSERT_EQUAL(says_unanswered(&shop, id), rows[i].fetches[0] == 'r');
        if (rows[i].fetches[0] == 'i')
            CU_ASSERT_STRING_EQUAL(shop_action(&shop, id).target, "p-77");
        CU_ASSERT_EQUAL(known(&shop, "p-77").id != NULL, strchr("ix", rows[i].fetches[0]) != NULL);
        end_shop(&shop);
    }
}

/* The process dies while the vendor is asked: it is asked again, and nothing else happens. */
static void a_question_that_was_cut_off_is_asked_again(void)
{
    struct shop shop;
    int64_t id;

    open_with(&shop, "hi", "v-9", 0);
    id = shop_finalize(&shop, "a.test", NULL);
    shop_start_worker(&shop);
    lab_worker_take(&shop.worker);
    while (shop.scripted.fetched == 0)
        lab_worker_round(&shop.worker);
    lab_worker_end(&shop.worker);
    lab_pass(JOB_LEASE_MS);
    shop_start_worker(&shop);
    shop_run_due(&shop);
    expect_outcome(&shop, id, "DUPLICATE", 2);
    CU_ASSERT_EQUAL(lab_get_order(&shop.lab, id).status, ORDER_VALID);
    CU_ASSERT_EQUAL(shop.scripted.bought, 1);
    end_shop(&shop);
}

static const struct test tests[] = {
    {"what the vendor told long ago is asked for before it is chosen",
        what_the_vendor_told_long_ago_is_asked_for_before_it_is_chosen},
    {"a vendor that does not answer is not waited for for long",
        a_vendor_that_does_not_answer_is_not_waited_for_for_long},
    {"a vendor that comes back is asked for what it has",
        a_vendor_that_comes_back_is_asked_for_what_it_has},
    {"only the best orders are asked about", only_the_best_orders_are_asked_about},
    {"what is over or for other names is not asked about",
        what_is_over_or_for_other_names_is_not_asked_about},
    {"an order that is named is asked about though nobody knows it",
        an_order_that_is_named_is_asked_about_though_nobody_knows_it},
    {"a question that was cut off is asked again", a_question_that_was_cut_off_is_asked_again},
    {NULL, NULL},
};
extern const struct test_suite suite_order_refresh;
const struct test_suite suite_order_refresh = {"order_refresh", tests};
