/* Tests of acme/order_caa: which domains are asked for an order's identifiers, and as what. */
#include "tests/unit/test_main.h"

#include "acme/order_caa.h"
#include "tests/unit/acme/lab.h"

#define ACCOUNT LAB_URL "/acme/account/1"

static const char *const identities[] = {"ca.example", NULL};

static void each_identifier_has_its_domain_and_property(void)
{
    static const struct {
        const char *name, *method;
        enum caa_subject subject;
    } rows[] = {
        {"a.test", "http-01", CAA_NAME},
        {"b.test", "dns-01", CAA_WILDCARD},
        {"mail.c.test", "dns-01", CAA_MAIL},
    };
    static const struct caa_finding findings[] = {
        {.detail = "one"}, {.detail = "two"}, {.detail = "three"}};
    struct lab_account mine;
    struct order_caa caa;
    struct store_tx *tx;
    struct order order;
    struct err e = {0};
    struct lab lab;

    lab_open(&lab);
    mine = lab_account(&lab);
    order = lab_get_order(&lab, lab_order(&lab, &mine, "a.test b.test c.test d.test", true));
    lab_run_sql(&lab, "UPDATE authz SET tried = 2 WHERE id > 1");
    lab_run_sql(&lab, "UPDATE authz SET tried = 1 WHERE id = 1");
    lab_run_sql(&lab, "UPDATE authz SET wildcard = 1 WHERE id = 2");
    lab_run_sql(&lab, "UPDATE authz SET identifier = 'email \"x@y\"@mail.c.test' WHERE id = 3");
    lab_run_sql(&lab, "UPDATE authz SET identifier = 'ip 192.0.2.7' WHERE id = 4");
    tx = store_snapshot_begin(lab.reader, lab.mem, &e);
    CU_ASSERT_EQUAL(order_caa_read(lab.mem, tx, &order, identities, ACCOUNT, &caa, &e), ERR_OK);
    store_snapshot_end(tx);
    CU_ASSERT_EQUAL_FATAL(caa.len, COUNT(rows)); /* CAA says nothing about addresses */
    for (size_t i = 0; i < caa.len; i++) {
        CU_ASSERT_STRING_EQUAL(caa.names[i].name, rows[i].name);
        CU_ASSERT_EQUAL(caa.names[i].question.subject, rows[i].subject);
        CU_ASSERT_STRING_EQUAL(caa.names[i].question.method, rows[i].method);
        CU_ASSERT_STRING_EQUAL(caa.names[i].question.account_url, ACCOUNT);
    }
    CU_ASSERT_STRING_EQUAL(
        order_caa_text(lab.mem, &caa, findings), "a.test: one\n*.b.test: two\n@mail.c.test: three");
    lab_close(&lab);
}

static const struct test tests[] = {
    {"each identifier has its domain and property", each_identifier_has_its_domain_and_property},
    {NULL, NULL},
};
extern const struct test_suite suite_order_caa;
const struct test_suite suite_order_caa = {"order_caa", tests};
