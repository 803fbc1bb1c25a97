/* Tests of acme/order: newOrder, an order's own resource, and finalize in every state, in real
 * transactions. */
#include "tests/unit/test_main.h"

#include <string.h>

#include <openssl/x509.h>

#include "acme/order.h"
#include "base/mem.h"
#include "store/action.h"
#include "store/order.h"
#include "tests/unit/acme/lab.h"

/* newOrder. */

static struct lab_answer new_order(
    struct lab *lab, const struct lab_account *by, const char *payload)
{
    return lab_write(lab, lab_request(lab, by, 0, payload), order_prepare_new, order_new);
}

/* {"identifiers":[...]} for dns names, separated by spaces. */
static const char *dns_names(struct lab *lab, const char *names)
{
    struct buf b;

    buf_init(&b, lab->mem, 64 * 1024);
    buf_add_text(&b, "{\"identifiers\":[");
    while (*names != '\0') {
        size_t len = strcspn(names, " ");

        buf_addf(&b, "{\"type\":\"dns\",\"value\":\"%.*s\"}%s", (int)len, names,
            names[len] == ' ' ? "," : "");
        names += len + (names[len] == ' ');
    }
    buf_add_text(&b, "]}");
    return buf_text(&b);
}

static void an_order_shows_the_dates_that_it_asks_for_and_ends_with_them(void)
{
    static const char payload[] = "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.example\"}],"
                                  "\"notBefore\":\"2027-01-15T09:00:00Z\",\"notAfter\":\"%s\"}";
    struct lab_account mine;
    struct lab_answer answer;
    struct order order;
    struct lab lab;

    lab_open(&lab);
    mine = lab_account(&lab);
    answer = new_order(&lab, &mine, mem_printf(lab.mem, payload, "2027-01-16T08:00:00Z"));
    lab_expect_status(&answer, 201);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body,
        "\"expires\":\"2027-01-16T08:00:00Z\",\"notBefore\":\"2027-01-15T09:00:00Z\","
        "\"notAfter\":\"2027-01-16T08:00:00Z\""));
    order = lab_get_order(&lab, lab_number(&lab, "SELECT max(id) FROM orders"));
    CU_ASSERT_EQUAL(order.not_before_s, LAB_NOW_S + 3600);
    CU_ASSERT_EQUAL(order.not_after_s, LAB_NOW_S + 86400);
    CU_ASSERT_EQUAL(order.expires_s, LAB_NOW_S + 86400);

    answer = new_order(&lab, &mine, mem_printf(lab.mem, payload, "2027-01-15T07:00:00Z"));
    lab_expect_problem(&answer, PROBLEM_MALFORMED, "\"notAfter\" lies in the past");
    CU_ASSERT_EQUAL(lab_count(&lab, "orders"), 1);
    lab_close(&lab);
}

static void an_order_has_an_authorization_for_each_name(void)
{
    struct lab_account mine;
    struct lab_answer answer;
    struct authz authz;
    struct order order;
    struct lab lab;

    lab_open(&lab);
    mine = lab_account(&lab);
    answer = new_order(&lab, &mine, dns_names(&lab, "WWW.b.example a.example"));
    lab_expect_status(&answer, 201);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"status\":\"pending\",\"expires\":\""));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(answer.body, "\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.example\"},"
                            "{\"type\":\"dns\",\"value\":\"www.b.example\"}]"));
    CU_ASSERT_PTR_NOT_NULL(strstr(
        answer.body, mem_printf(lab.mem, "\"finalize\":\"%s/finalize\"", answer.resp.location)));
    CU_ASSERT_EQUAL(answer.resp.retry_after_s, 0);

    order = lab_get_order(&lab, 1);
    CU_ASSERT_EQUAL(order.account_id, mine.id);
    CU_ASSERT_EQUAL(order.status, ORDER_PENDING);
    CU_ASSERT(order.expires_s > LAB_NOW_S);
    CU_ASSERT_EQUAL(lab_count(&lab, "authz"), 2);
    authz = lab_get_authz(&lab, lab_authz_of(&lab, 1, 0));
    CU_ASSERT_EQUAL(authz.status, AUTHZ_PENDING);
    CU_ASSERT_EQUAL(authz.account_id, mine.id);
    CU_ASSERT_STRING_EQUAL(authz.identifier.value, "a.example");
    CU_ASSERT_EQUAL(strlen(authz.token), 22);
    CU_ASSERT_STRING_NOT_EQUAL(authz.token, lab_get_authz(&lab, lab_authz_of(&lab, 1, 1)).token);
    lab_close(&lab);
}

static void a_wildcard_is_authorized_by_its_base_and_dns_alone(void)
{
    struct lab_account mine;
    struct lab_answer answer;
    struct authz authz;
    struct lab lab;

    lab_open(&lab);
    mine = lab_account(&lab);
    answer = new_order(&lab, &mine, dns_names(&lab, "*.a.example"));
    lab_expect_problem(&answer, PROBLEM_REJECTED_IDENTIFIER, "needs a challenge by DNS");

    lab.profile.challenges =
        CHALLENGE_HTTP_01 | CHALLENGE_DNS_01 | CHALLENGE_TLS_ALPN_01 | CHALLENGE_DNS_ACCOUNT_01;
    answer = new_order(&lab, &mine, dns_names(&lab, "*.a.example a.example"));
    lab_expect_status(&answer, 201);
    authz = lab_get_authz(&lab, lab_authz_of(&lab, 1, 0));
    CU_ASSERT(authz.wildcard);
    CU_ASSERT_STRING_EQUAL(authz.identifier.value, "a.example");
    CU_ASSERT_EQUAL(authz.challenges, CHALLENGE_DNS_01 | CHALLENGE_DNS_ACCOUNT_01);
    authz = lab_get_authz(&lab, lab_authz_of(&lab, 1, 1));
    CU_ASSERT_FALSE(authz.wildcard);
    CU_ASSERT_STRING_EQUAL(authz.identifier.value, "a.example");
    CU_ASSERT_EQUAL(authz.challenges, lab.profile.challenges);
    lab_close(&lab);
}

static void an_address_is_authorized_without_dns(void)
{
    static const char payload[] = "{\"identifiers\":[{\"type\":\"ip\",\"value\":\"8.8.8.8\"},"
                                  "{\"type\":\"ip\",\"value\":\"2606:4700::1111\"}]}";
    struct lab_account mine;
    struct lab_answer answer;
    struct authz authz;
    struct lab lab;

    lab_open(&lab);
    mine = lab_account(&lab);
    lab.profile.challenges = CHALLENGE_DNS_01 | CHALLENGE_DNS_ACCOUNT_01;
    answer = new_order(&lab, &mine, payload);
    lab_expect_problem(&answer, PROBLEM_COMPOUND, "2 of 2 names");

    lab.profile.challenges = CHALLENGE_HTTP_01 | CHALLENGE_DNS_01 | CHALLENGE_TLS_ALPN_01;
    answer = new_order(&lab, &mine, payload);
    lab_expect_status(&answer, 201);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "{\"type\":\"ip\",\"value\":\"8.8.8.8\"}"));
    for (int i = 0; i < 2; i++) {
        authz = lab_get_authz(&lab, lab_authz_of(&lab, 1, i));
        CU_ASSERT_EQUAL(authz.identifier.type, IDENTIFIER_IP);
        CU_ASSERT_FALSE(authz.wildcard);
        CU_ASSERT_EQUAL(authz.challenges, CHALLENGE_HTTP_01 | CHALLENGE_TLS_ALPN_01);
    }
    lab_close(&lab);
}

static void expect_nothing_made(struct lab *lab)
{
    CU_ASSERT_EQUAL(lab_count(lab, "orders"), 0);
    CU_ASSERT_EQUAL(lab_count(lab, "authz"), 0);
}

static void a_single_bad_name_is_refused_by_its_own_problem(void)
{
    static const struct {
        const char *payload;
        enum problem problem;
        const char *words;
    } rows[] = {
        {"{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a..example\"}]}", PROBLEM_MALFORMED, ""},
        {"{\"identifiers\":[{\"type\":\"dns\",\"value\":\"localhost\"}]}",
            PROBLEM_REJECTED_IDENTIFIER, "localhost"},
        {"{\"identifiers\":[{\"type\":\"phone\",\"value\":\"1\"}]}", PROBLEM_UNSUPPORTED_IDENTIFIER,
            ""},
        {"{\"identifiers\":[{\"type\":\"ip\",\"value\":\"192.0.2.1\"}]}",
            PROBLEM_REJECTED_IDENTIFIER, "192.0.2.1"},
    };
    struct lab_account mine;
    struct lab lab;

    lab_open(&lab);
    mine = lab_account(&lab);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lab_answer answer = new_order(&lab, &mine, rows[i].payload);

        lab_expect_problem(&answer, rows[i].problem, rows[i].words);
        CU_ASSERT_PTR_NULL(strstr(answer.body, "subproblems"));
        CU_ASSERT_PTR_NULL(strstr(answer.body, "\"identifier\"")); /* RFC 8555, 6.7.1 */
    }
    expect_nothing_made(&lab);
    lab_close(&lab);
}

/* RFC 8555, 6.7.1: what is wrong with each, so that all can be mended at once. */
static void several_names_are_judged_each(void)
{
    struct lab_account mine;
    struct lab_answer answer;
    struct lab lab;

    lab_open(&lab);
    mine = lab_account(&lab);
    answer = new_order(&lab, &mine,
        "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a_b.example\"},"
        "{\"type\":\"dns\",\"value\":\"good.example\"},{\"type\":\"dns\",\"value\":\"localhost\"},"
        "{\"type\":\"ip\",\"value\":\"192.0.2.1\"},{\"type\":\"email\",\"value\":\"a@b.example\"},"
        "{\"type\":\"phone\",\"value\":\"+49 1\"}]}");
    lab_expect_problem(&answer, PROBLEM_COMPOUND, "5 of 6 names cannot be ordered here");
    CU_ASSERT_EQUAL_FATAL(answer.resp.subproblems_len, 5);
    CU_ASSERT_EQUAL(answer.resp.subproblems[0].problem, PROBLEM_MALFORMED);
    CU_ASSERT_EQUAL(answer.resp.subproblems[1].problem, PROBLEM_REJECTED_IDENTIFIER);
    CU_ASSERT_EQUAL(answer.resp.subproblems[3].problem, PROBLEM_UNSUPPORTED_IDENTIFIER);
    static const char *const named[] = {
        "\"identifier\":{\"type\":\"dns\",\"value\":\"a_b.example\"}",
        "\"identifier\":{\"type\":\"dns\",\"value\":\"localhost\"}",
        "\"identifier\":{\"type\":\"ip\",\"value\":\"192.0.2.1\"}",
        "\"identifier\":{\"type\":\"email\",\"value\":\"a@b.example\"}",
        "\"identifier\":{\"type\":\"phone\",\"value\":\"+49 1\"}",
    };
    for (size_t i = 0; i < COUNT(named); i++) {
        CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, named[i]));
        if (strstr(answer.body, named[i]) == NULL)
            printf("\n    %s is not in %s\n", named[i], answer.body);
    }
    CU_ASSERT_PTR_NULL(strstr(answer.body, "good.example"));

    answer = new_order(&lab, &mine, dns_names(&lab, "good.example localhost"));
    lab_expect_problem(&answer, PROBLEM_REJECTED_IDENTIFIER, "1 of 2 names");
    CU_ASSERT_EQUAL(answer.resp.subproblems_len, 1);
    answer = new_order(&lab, &mine, dns_names(&lab, "a_b.example localhost"));
    lab_expect_problem(&answer, PROBLEM_COMPOUND, "2 of 2 names");
    expect_nothing_made(&lab);
    lab_close(&lab);
}

static void names_are_counted_and_stand_once(void)
{
    struct lab_account mine;
    struct lab_answer answer;
    struct lab lab;

    lab_open(&lab);
    mine = lab_account(&lab);
    lab.profile.names_max = 3;
    answer = new_order(&lab, &mine, dns_names(&lab, "a.example b.example A.EXAMPLE"));
    lab_expect_problem(&answer, PROBLEM_MALFORMED, "\"a.example\" is named more than once");
    answer = new_order(&lab, &mine, dns_names(&lab, "a.example b.example c.example d.example"));
    lab_expect_problem(&answer, PROBLEM_MALFORMED, "has 3 names at most");
    expect_nothing_made(&lab);
    answer = new_order(&lab, &mine, dns_names(&lab, "a.example b.example c.example"));
    lab_expect_status(&answer, 201);
    lab_close(&lab);
}

/* The order's own resource. */

static struct lab_answer get(struct lab *lab, const struct lab_account *by, int64_t id)
{
    return lab_read(lab, lab_request(lab, by, id, ""), order_get);
}

static struct lab_answer finalize(
    struct lab *lab, const struct lab_account *by, int64_t id, struct bytes csr)
{
    return lab_write(lab, lab_request(lab, by, id, lab_csr_payload(lab, csr)),
        order_prepare_finalize, order_finalize);
}

static void another_accounts_order_looks_like_none(void)
{
    struct lab_answer foreign, missing;
    struct lab_account mine, other;
    struct bytes csr;
    struct lab lab;
    int64_t id;

    lab_open(&lab);
    mine = lab_account(&lab);
    other = lab_account(&lab);
    id = lab_order(&lab, &other, "a.test", true);
    foreign = get(&lab, &mine, id);
    missing = get(&lab, &mine, id + 1);
    lab_expect_problem(&foreign, PROBLEM_NOT_FOUND, "");
    CU_ASSERT_STRING_EQUAL(foreign.body, missing.body);
    csr = lab_csr(&lab, "a.test", NULL);
    foreign = finalize(&lab, &mine, id, csr);
    missing = finalize(&lab, &mine, id + 1, csr);
    lab_expect_problem(&foreign, PROBLEM_NOT_FOUND, "");
    CU_ASSERT_STRING_EQUAL(foreign.body, missing.body);
    CU_ASSERT_EQUAL(lab_get_order(&lab, id).status, ORDER_READY);
    lab_close(&lab);
}

static void an_order_in_time_and_out_of_it(void)
{
    struct lab_account mine;
    struct lab_answer answer;
    struct lab lab;
    int64_t id;

    lab_open(&lab);
    mine = lab_account(&lab);
    id = lab_order(&lab, &mine, "a.test", true);
    lab_pass(86399 * INT64_C(1000));
    answer = get(&lab, &mine, id);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"status\":\"ready\""));
    lab_pass(1000);
    answer = get(&lab, &mine, id);
    lab_expect_status(&answer, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"status\":\"invalid\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "the order expired before it was finalized"));
    answer = finalize(&lab, &mine, id, lab_csr(&lab, "a.test", NULL));
    lab_expect_problem(&answer, PROBLEM_ORDER_NOT_READY, "make a new one");
    CU_ASSERT_EQUAL(lab_count(&lab, "action"), 0);
    lab_close(&lab);
}

/* Finalize. */

static void finalize_stores_the_intent_and_starts_the_flow(void)
{
    struct lab_account mine;
    struct lab_answer answer;
    struct order order;
    struct bytes csr;
    struct lab lab;
    int64_t id;

    lab_open(&lab);
    mine = lab_account(&lab);
    id = lab_order(&lab, &mine, "a.test b.test", true);
    csr = lab_csr(&lab, "b.test a.test", NULL); /* the order of names is free */
    answer = finalize(&lab, &mine, id, csr);
    lab_expect_status(&answer, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"status\":\"processing\""));
    CU_ASSERT_STRING_EQUAL(
        answer.resp.location, acme_url(lab_request(&lab, &mine, 0, ""), HANDLE_ORDER, id));
    CU_ASSERT(answer.resp.retry_after_s > 0);
    CU_ASSERT_STRING_EQUAL(answer.resp.await_kind, "order");
    CU_ASSERT_EQUAL(answer.resp.await_id, id);
    CU_ASSERT(answer.resp.await_handler == order_get);
    order = lab_get_order(&lab, id);
    CU_ASSERT_EQUAL(order.status, ORDER_PROCESSING);
    CU_ASSERT(bytes_equal(order.csr, csr));
    CU_ASSERT_EQUAL(lab_count(&lab, "action WHERE state = 'sending'"), 1);
    CU_ASSERT_EQUAL(lab_count(&lab, "job WHERE kind = 'order'"), 1);
    lab_close(&lab);
}

static enum err_code take_to(struct store_tx *tx, void *arg, struct err *e)
{
    const struct order *wanted = arg;

    if (wanted->status != ORDER_PENDING && wanted->status != ORDER_READY &&
        store_order_finalize(tx, wanted->id, bytes_of("csr"), e) != ERR_OK)
        return e->code;
    if (wanted->status == ORDER_VALID)
        return store_order_issued(tx, wanted->id, 1, e);
    if (wanted->status == ORDER_INVALID)
        return store_order_failed(tx, wanted->id, "{}", e);
    return ERR_OK;
}

/* RFC 8555, 7.4: in any state but ready it is refused and changes nothing. */
static void only_a_ready_order_can_be_finalized(void)
{
    static const char *const words[] = {
        [ORDER_PENDING] = "prove control over its names first",
        [ORDER_PROCESSING] = "poll it",
        [ORDER_VALID] = "download its certificate",
        [ORDER_INVALID] = "make a new one",
    };
    struct lab_account mine;
    struct bytes csr;
    struct lab lab;

    lab_open(&lab);
    mine = lab_account(&lab);
    csr = lab_csr(&lab, "a.test", NULL);
    for (enum order_status status = ORDER_PENDING; status <= ORDER_INVALID; status++) {
        struct order order = {.status = status};
        struct lab_answer answer;

        if (status == ORDER_READY)
            continue;
        order.id = lab_order(&lab, &mine, "a.test", status != ORDER_PENDING);
        CU_ASSERT_EQUAL_FATAL(lab_in_store(&lab, take_to, &order), ERR_OK);
        answer = finalize(&lab, &mine, order.id, csr);
        lab_expect_problem(&answer, PROBLEM_ORDER_NOT_READY, words[status]);
        CU_ASSERT_EQUAL(lab_get_order(&lab, order.id).status, status);
    }
    CU_ASSERT_EQUAL(lab_count(&lab, "action"), 0);
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 0);
    lab_close(&lab);
}

static void an_order_is_finalized_once(void)
{
    struct lab_account mine;
    struct lab_answer answer;
    struct bytes first;
    struct lab lab;
    int64_t id;

    lab_open(&lab);
    mine = lab_account(&lab);
    id = lab_order(&lab, &mine, "a.test", true);
    first = lab_csr(&lab, "a.test", NULL);
    answer = finalize(&lab, &mine, id, first);
    lab_expect_status(&answer, 0);
    answer = finalize(&lab, &mine, id, lab_csr(&lab, "a.test", NULL));
    lab_expect_problem(&answer, PROBLEM_ORDER_NOT_READY, "");
    CU_ASSERT(bytes_equal(lab_get_order(&lab, id).csr, first));
    CU_ASSERT_EQUAL(lab_count(&lab, "action"), 1);
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 1);
    lab_close(&lab);
}

/* RFC 8555, 7.4: a bad CSR leaves the order ready for a better one. */
static void a_csr_that_does_not_fit_leaves_the_order_ready(void)
{
    static const struct {
        const char *names, *words;
        size_t subproblems;
    } rows[] = {
        {"a.test", "the CSR lacks \"b.test\", which the order names", 0},
        {"a.test b.test c.test", "the CSR names \"c.test\", which the order does not", 0},
        {"a.test c.test", "the CSR lacks \"b.test\", which the order names; 2 names differ", 2},
        {"*.a.test b.test", "the CSR lacks \"a.test\"", 2},
        {"c.test d.test", "the CSR lacks \"a.test\"", 4},
        {"a.test b.test c.test d.test", "the CSR names \"c.test\"", 2},
    };
    struct lab_account mine;
    struct lab_answer answer;
    struct lab lab;
    int64_t id;

    lab_open(&lab);
    mine = lab_account(&lab);
    id = lab_order(&lab, &mine, "a.test b.test", true);
    for (size_t i = 0; i < COUNT(rows); i++) {
        answer = finalize(&lab, &mine, id, lab_csr(&lab, rows[i].names, NULL));
        lab_expect_problem(&answer, PROBLEM_BAD_CSR, rows[i].words);
        CU_ASSERT_EQUAL(answer.resp.subproblems_len, rows[i].subproblems);
        CU_ASSERT_EQUAL(lab_get_order(&lab, id).status, ORDER_READY);
    }
    answer = finalize(&lab, &mine, id, lab_csr(&lab, "a.test c.test", NULL));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body,
        "{\"type\":\"urn:ietf:params:acme:error:badCSR\",\"detail\":\"the CSR names it, the order "
        "does not\",\"identifier\":{\"type\":\"dns\",\"value\":\"c.test\"}}"));
    answer = finalize(&lab, &mine, id, bytes_of("no CSR"));
    lab_expect_problem(&answer, PROBLEM_BAD_CSR, "");
    CU_ASSERT_EQUAL(lab_count(&lab, "action"), 0);
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 0);
    answer = finalize(&lab, &mine, id, lab_csr(&lab, "A.test b.TEST", NULL));
    lab_expect_status(&answer, 0);
    lab_close(&lab);
}

static void the_accounts_own_key_gets_no_certificate(void)
{
    struct lab_account mine;
    struct lab_answer answer;
    struct bytes csr;
    struct key *key;
    struct lab lab;
    int64_t id;

    lab_open(&lab);
    mine = lab_account(&lab);
    id = lab_order(&lab, &mine, "a.test", true);
    csr = lab_csr(&lab, "a.test", &key);
    mine.jwk.key = key; /* as if the account had signed with the CSR's key */
    answer = finalize(&lab, &mine, id, csr);
    lab_expect_problem(&answer, PROBLEM_BAD_CSR, "a key of its own");
    CU_ASSERT_EQUAL(lab_get_order(&lab, id).status, ORDER_READY);
    lab_close(&lab);
}

static void an_order_of_a_profile_that_is_gone_stays_as_it_is(void)
{
    struct lab_account mine;
    struct lab_answer answer;
    struct lab lab;
    int64_t id;

    lab_open(&lab);
    mine = lab_account(&lab);
    id = lab_order(&lab, &mine, "a.test", true);
    lab.profile.name = "renamed"; /* by a reload */
    answer = finalize(&lab, &mine, id, lab_csr(&lab, "a.test", NULL));
    lab_expect_problem(&answer, PROBLEM_INVALID_PROFILE,
        "the profile \"default\" of this order is no longer offered");
    CU_ASSERT_EQUAL(lab_get_order(&lab, id).status, ORDER_READY);
    CU_ASSERT_EQUAL(lab_count(&lab, "action"), 0);
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 0);
    lab_close(&lab);
}

static const struct test tests[] = {
    {"an order shows the dates that it asks for and ends with them",
        an_order_shows_the_dates_that_it_asks_for_and_ends_with_them},
    {"an order has an authorization for each name", an_order_has_an_authorization_for_each_name},
    {"a wildcard is authorized by its base and DNS alone",
        a_wildcard_is_authorized_by_its_base_and_dns_alone},
    {"an address is authorized without DNS", an_address_is_authorized_without_dns},
    {"a single bad name is refused by its own problem",
        a_single_bad_name_is_refused_by_its_own_problem},
    {"several names are judged each", several_names_are_judged_each},
    {"names are counted, and stand once", names_are_counted_and_stand_once},
    {"another account's order looks like none", another_accounts_order_looks_like_none},
    {"an order in time, and out of it", an_order_in_time_and_out_of_it},
    {"finalize stores the intent and starts the flow",
        finalize_stores_the_intent_and_starts_the_flow},
    {"only a ready order can be finalized", only_a_ready_order_can_be_finalized},
    {"an order is finalized once", an_order_is_finalized_once},
    {"a CSR that does not fit leaves the order ready",
        a_csr_that_does_not_fit_leaves_the_order_ready},
    {"the account's own key gets no certificate", the_accounts_own_key_gets_no_certificate},
    {"an order of a profile that is gone stays as it is",
        an_order_of_a_profile_that_is_gone_stays_as_it_is},
    {NULL, NULL},
};
extern const struct test_suite suite_order;
const struct test_suite suite_order = {"order", tests};
