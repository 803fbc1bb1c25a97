/* Tests of store/listing: which accounts, orders and certificates are listed, and in what state. */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/account.h"
#include "store/action.h"
#include "store/certificate.h"
#include "store/listing.h"
#include "store/order.h"

#define NOW_S 1000

static int64_t add_account(struct store_tx *tx, const char *tenant, struct err *e)
{
    static uint8_t key;
    struct account account = {
        .jwk = "{}", .contacts = "mailto:a@b.test", .tenant = tenant, .created_s = 7};

    memset(account.thumbprint, ++key, sizeof account.thumbprint);
    CU_ASSERT_EQUAL_FATAL(store_account_add(tx, &account, e), ERR_OK);
    return account.id;
}

static int64_t add_order(struct store_tx *tx, int64_t account, const char *name, const char *other,
    int64_t expires_s, struct err *e)
{
    struct identifier names[] = {{IDENTIFIER_DNS, name}, {IDENTIFIER_DNS, other}};
    struct order order = {.account_id = account,
        .status = ORDER_READY,
        .profile = "default",
        .identifiers = {names, other == NULL ? 1 : 2},
        .created_s = 8,
        .expires_s = expires_s};

    CU_ASSERT_EQUAL_FATAL(store_order_add(tx, &order, NULL, 0, e), ERR_OK);
    return order.id;
}

static void issue(struct store_tx *tx, int64_t account, int64_t order, const char *upstream,
    int64_t not_after_s, struct err *e)
{
    struct action action = {.order_id = order,
        .upstream = upstream,
        .act = ACT_NEW,
        .state = ACTION_SENDING,
        .reference = bytes_of("r"),
        .key_hash = bytes_of("k")};
    struct certificate certificate = {.account_id = account,
        .order_id = order,
        .serial = bytes_of("7"),
        .der = bytes_of("d"),
        .chain = "",
        .not_after_s = not_after_s};

    CU_ASSERT_EQUAL_FATAL(store_order_finalize(tx, order, bytes_of("csr"), e), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(store_action_add(tx, &action, e), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(
        store_certificate_add(tx, &certificate, upstream, bytes_of("k"), NULL, e), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(store_order_issued(tx, order, certificate.id, e), ERR_OK);
}

/* Accounts 1 (web) and 2 (none). Orders 1: issued, living; 2: issued, run out; 3: issued and
 * revoked; 4: expired unused; 5: of account 2, ready. */
static void fill(struct store_tx *tx, struct err *e)
{
    int64_t web = add_account(tx, "web", e), other = add_account(tx, NULL, e), order;

    order = add_order(tx, web, "www.a.test", "x_y.a.test", 10 * NOW_S, e);
    issue(tx, web, order, "lab", NOW_S, e);
    order = add_order(tx, web, "www.a.test", NULL, 10 * NOW_S, e);
    issue(tx, web, order, "lab", NOW_S - 1, e);
    order = add_order(tx, web, "*.b.test", NULL, 10 * NOW_S, e);
    issue(tx, web, order, "dc", 2 * NOW_S, e);
    CU_ASSERT_EQUAL_FATAL(store_certificate_revoke(tx, 3, NOW_S - 5, 4, e), ERR_OK);
    add_order(tx, web, "www.a.test", NULL, NOW_S, e);
    add_order(tx, other, "xzy.a.test", NULL, NOW_S + 1, e);
}

/* "5 4 1": the ids of a list. */
#define IDS(out, list, len)                                                                        \
    do {                                                                                           \
        (out)[0] = '\0';                                                                           \
        for (size_t at = 0; at < (len); at++)                                                      \
            snprintf((out) + strlen(out), sizeof(out) - strlen(out), "%s%d", at == 0 ? "" : " ",   \
                (int)(list)[at].id);                                                               \
    } while (0)

static const struct {
    struct listing wanted;
    const char *orders, *certificates;
} rows[] = {
    {{.max = 9}, "5 4 3 2 1", "3 2 1"},
    {{.max = 2}, "5 4", "3 2"},
    {{.max = 2, .before = 3}, "2 1", "2 1"},
    {{.max = 9, .before = 1}, "", ""},
    {{.max = 9, .id = 2}, "2", "2"},
    {{.max = 9, .id = 9}, "", ""},
    {{.max = 9, .account_id = 1}, "4 3 2 1", "3 2 1"},
    {{.max = 9, .account_id = 2}, "5", ""},
    {{.max = 9, .tenant = "web"}, "4 3 2 1", "3 2 1"},
    {{.max = 9, .tenant = ""}, "5", ""},
    {{.max = 9, .tenant = "we"}, "", ""},
    {{.max = 9, .status = "valid"}, "3 2 1", "1"},
    {{.max = 9, .status = "ready"}, "5", ""},
    {{.max = 9, .status = "invalid"}, "4", ""},
    {{.max = 9, .status = "expired"}, "", "2"},
    {{.max = 9, .status = "revoked"}, "", "3"},
    {{.max = 9, .name = "www.a.test"}, "4 2 1", "2 1"},
    {{.max = 9, .name = "x_y.a.test"}, "1", "1"},
    {{.max = 9, .name = "*.b.test"}, "3", "3"},
    {{.max = 9, .name = "b.test"}, "", ""},
    {{.max = 9, .name = "ww.a.test"}, "", ""},
    {{.max = 9, .name = "www.a.tes"}, "", ""},
    {{.max = 9, .name = "%"}, "", ""},
    {{.max = 9, .name = "\\"}, "", ""},
    {{.max = 9, .name = ""}, "", ""},
    {{.max = 9, .upstream = "lab"}, "2 1", "2 1"},
    {{.max = 9, .upstream = "dc", .status = "revoked"}, "", "3"},
    {{.max = 9, .upstream = "dc", .name = "www.a.test"}, "", ""},
};

static enum err_code list_all(struct store_tx *tx, void *arg, struct err *e)
{
    void *mem = store_tx_mem(tx);

    (void)arg;
    fill(tx, e);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct listing wanted = rows[i].wanted;
        struct listed_certificate *certificates;
        struct listed_order *orders;
        char ids[100];
        size_t len;

        wanted.now_s = NOW_S;
        CU_ASSERT_EQUAL_FATAL(store_list_orders(tx, mem, &wanted, &orders, &len, e), ERR_OK);
        IDS(ids, orders, len);
        CU_ASSERT_STRING_EQUAL(ids, rows[i].orders);
        CU_ASSERT_EQUAL_FATAL(
            store_list_certificates(tx, mem, &wanted, &certificates, &len, e), ERR_OK);
        IDS(ids, certificates, len);
        CU_ASSERT_STRING_EQUAL(ids, rows[i].certificates);
    }
    return ERR_OK;
}

static void in_store(enum err_code (*run)(struct store_tx *tx, void *arg, struct err *e))
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    char dir[] = "countersign-test-XXXXXX";
    void *mem = mem_pool(NULL, 4096);
    struct err e = {0};
    struct store *store;

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
    store = store_open(mem_printf(mem, "sqlite:%s/test.db", dir), &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(store);
    CU_ASSERT_EQUAL(store_run_and_wait(store, run, NULL, &e), ERR_OK);
    store_close(store);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        unlink(mem_printf(mem, "%s/test.db%s", dir, suffixes[i]));
    rmdir(dir);
    mem_free(mem);
}

static void only_what_is_wanted_is_listed_the_newest_first(void)
{
    in_store(list_all);
}

static enum err_code look_closely(struct store_tx *tx, void *arg, struct err *e)
{
    struct listing wanted = {.max = 9, .id = 1, .now_s = NOW_S};
    struct listed_certificate *certificates;
    struct listed_account *accounts;
    struct listed_order *orders;
    void *mem = store_tx_mem(tx);
    size_t len;

    (void)arg;
    fill(tx, e);
    CU_ASSERT_EQUAL(store_list_orders(tx, mem, &wanted, &orders, &len, e), ERR_OK);
    CU_ASSERT_STRING_EQUAL(orders[0].upstream, "lab");
    CU_ASSERT_STRING_EQUAL(orders[0].tenant, "web");
    CU_ASSERT_EQUAL(orders[0].identifiers.len, 2);
    CU_ASSERT_STRING_EQUAL(orders[0].identifiers.list[1].value, "x_y.a.test");
    CU_ASSERT_EQUAL(orders[0].certificate_id, 1);
    CU_ASSERT_EQUAL(orders[0].created_s, 8);
    wanted.id = 3;
    CU_ASSERT_EQUAL(store_list_certificates(tx, mem, &wanted, &certificates, &len, e), ERR_OK);
    CU_ASSERT_EQUAL(certificates[0].order_id, 3);
    CU_ASSERT_EQUAL(certificates[0].revoked_s, NOW_S - 5);
    CU_ASSERT_EQUAL(certificates[0].serial.len, 1);
    CU_ASSERT_STRING_EQUAL(certificates[0].identifiers.list[0].value, "*.b.test");
    wanted = (struct listing){.max = 9, .tenant = "web"};
    CU_ASSERT_EQUAL(store_list_accounts(tx, mem, &wanted, &accounts, &len, e), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(len, 1);
    CU_ASSERT_STRING_EQUAL(accounts[0].contacts, "mailto:a@b.test");
    CU_ASSERT_STRING_EQUAL(accounts[0].status, "valid");
    CU_ASSERT_PTR_NULL(accounts[0].eab);
    wanted = (struct listing){.max = 9, .status = "deactivated"};
    CU_ASSERT_EQUAL(store_list_accounts(tx, mem, &wanted, &accounts, &len, e), ERR_OK);
    CU_ASSERT_EQUAL(len, 0);
    wanted = (struct listing){.max = 1, .before = 2};
    CU_ASSERT_EQUAL(store_list_accounts(tx, mem, &wanted, &accounts, &len, e), ERR_OK);
    CU_ASSERT_EQUAL(len, 1);
    CU_ASSERT_EQUAL(accounts[0].id, 1);
    return ERR_OK;
}

static void what_is_listed_is_told_in_full(void)
{
    in_store(look_closely);
}

static enum err_code add_many(struct store_tx *tx, void *arg, struct err *e)
{
    int64_t account = add_account(tx, NULL, e);
    struct listing wanted = {.max = 150, .now_s = NOW_S};
    struct listed_order *orders;
    size_t len;

    (void)arg;
    for (int i = 0; i < 200; i++)
        add_order(tx, account, "a.test", NULL, 10 * NOW_S, e);
    CU_ASSERT_EQUAL(store_list_orders(tx, store_tx_mem(tx), &wanted, &orders, &len, e), ERR_OK);
    CU_ASSERT_EQUAL(len, 150);
    CU_ASSERT_EQUAL(orders[0].id, 200);
    CU_ASSERT_EQUAL(orders[149].id, 51);
    return ERR_OK;
}

static void a_page_has_any_length(void)
{
    in_store(add_many);
}

static const struct test tests[] = {
    {"only what is wanted is listed, the newest first",
        only_what_is_wanted_is_listed_the_newest_first},
    {"what is listed is told in full", what_is_listed_is_told_in_full},
    {"a page has any length", a_page_has_any_length},
    {NULL, NULL},
};
extern const struct test_suite suite_listing;
const struct test_suite suite_listing = {"listing", tests};
