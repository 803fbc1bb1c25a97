/* Tests of acme/order_caa: which domains are asked for an order's identifiers, and as what. */
#include "tests/unit/test_main.h"

#include "acme/order_caa.h"
#include "tests/unit/acme/lab.h"

#define ACCOUNT LAB_URL "/acme/account/1"

static const char *const identities[] = {"ca.example", NULL};

static enum err_code read_caa(
    struct lab *lab, int64_t order_id, struct order_caa *out, struct err *e)
{
    struct order order = lab_get_order(lab, order_id);
    struct store_tx *tx = store_snapshot_begin(lab->reader, lab->mem, e);

    order_caa_read(lab->mem, tx, &order, identities, ACCOUNT, out, e);
    store_snapshot_end(tx);
    return e->code;
}

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
    static const struct caa_finding findings[] = {{.allowed = true, .detail = "one"},
        {.problem = PROBLEM_CAA, .detail = "two"}, {.problem = PROBLEM_DNS, .detail = "three"}};
    struct subproblem *subproblems;
    size_t len;
    struct lab_account mine;
    struct order_caa caa;
    struct err e = {0};
    struct lab lab;
    int64_t order;

    lab_open(&lab);
    mine = lab_account(&lab);
    order = lab_order(&lab, &mine, "a.test b.test c.test d.test", true);
    lab_run_sql(&lab, "UPDATE authz SET tried = 2 WHERE id > 1");
    lab_run_sql(&lab, "UPDATE authz SET tried = 1 WHERE id = 1");
    lab_run_sql(&lab, "UPDATE authz SET wildcard = 1 WHERE id = 2");
    lab_run_sql(&lab, "UPDATE authz SET identifier = 'email \"x@y\"@mail.c.test' WHERE id = 3");
    lab_run_sql(&lab, "UPDATE authz SET identifier = 'ip 192.0.2.7' WHERE id = 4");
    lab_run_sql(&lab, "UPDATE orders SET identifiers = 'dns a.test\ndns *.b.test\n"
                      "email \"x@y\"@mail.c.test\nip 192.0.2.7'");
    CU_ASSERT_EQUAL(read_caa(&lab, order, &caa, &e), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(caa.len, COUNT(rows)); /* CAA says nothing about addresses */
    for (size_t i = 0; i < caa.len; i++) {
        CU_ASSERT_STRING_EQUAL(caa.names[i].name, rows[i].name);
        CU_ASSERT_EQUAL(caa.names[i].question.subject, rows[i].subject);
        CU_ASSERT_STRING_EQUAL(caa.names[i].question.method, rows[i].method);
        CU_ASSERT_STRING_EQUAL(caa.names[i].question.account_url, ACCOUNT);
    }
    CU_ASSERT_STRING_EQUAL(
        order_caa_text(lab.mem, &caa, findings), "a.test: one\n*.b.test: two\n@mail.c.test: three");
    subproblems = order_caa_subproblems(lab.mem, &caa, findings, &len);
    CU_ASSERT_EQUAL_FATAL(len, 2); /* the first is allowed */
    CU_ASSERT_STRING_EQUAL(subproblems[0].value, "*.b.test");
    CU_ASSERT_STRING_EQUAL(subproblems[0].type, "dns");
    CU_ASSERT_STRING_EQUAL(subproblems[0].detail, "two");
    CU_ASSERT_EQUAL(subproblems[0].problem, PROBLEM_CAA);
    CU_ASSERT_STRING_EQUAL(subproblems[1].value, "\"x@y\"@mail.c.test");
    CU_ASSERT_STRING_EQUAL(subproblems[1].type, "email");
    CU_ASSERT_EQUAL(subproblems[1].problem, PROBLEM_DNS);
    lab_close(&lab);
}

/* The question is about the name that is ordered, by the method that spoke for it (RFC 8657, 4). */
static void names_that_a_domain_above_stands_for_are_asked_themselves(void)
{
    static const struct {
        const char *name, *method;
        enum caa_subject subject;
    } rows[] = {
        {"a.corp.test", "dns-01", CAA_WILDCARD},
        {"corp.test", "dns-01", CAA_NAME},
        {"x.a.corp.test", "http-01", CAA_NAME},
        {"y.a.corp.test", "dns-01", CAA_NAME},
    };
    struct lab_account mine;
    struct order_caa caa;
    struct err e = {0};
    struct lab lab;
    int64_t order;

    lab_open(&lab);
    mine = lab_account(&lab);
    order = lab_order(&lab, &mine, "*.a.corp.test corp.test x.a.corp.test y.a.corp.test", true);
    lab_run_sql(&lab, "UPDATE authz SET identifier = 'dns corp.test', wildcard = 1, subdomains = 1,"
                      " tried = 2 WHERE id = 4");
    lab_run_sql(&lab, "DELETE FROM order_authz WHERE authz_id < 3");
    CU_ASSERT_EQUAL_FATAL(read_caa(&lab, order, &caa, &e), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(caa.len, COUNT(rows));
    for (size_t i = 0; i < caa.len; i++) {
        CU_ASSERT_STRING_EQUAL(caa.names[i].name, rows[i].name);
        CU_ASSERT_EQUAL(caa.names[i].question.subject, rows[i].subject);
        CU_ASSERT_STRING_EQUAL(caa.names[i].question.method, rows[i].method);
    }
    lab_run_sql(&lab, "DELETE FROM order_authz WHERE authz_id = 4"); /* damage issues nothing */
    CU_ASSERT_EQUAL(read_caa(&lab, order, &caa, &e), ERR_BUG);
    lab_close(&lab);
}

static const struct test tests[] = {
    {"each identifier has its domain and property", each_identifier_has_its_domain_and_property},
    {"names that a domain above stands for are asked themselves",
        names_that_a_domain_above_stands_for_are_asked_themselves},
    {NULL, NULL},
};
extern const struct test_suite suite_order_caa;
const struct test_suite suite_order_caa = {"order_caa", tests};
