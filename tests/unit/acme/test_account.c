/* Tests of acme/account: newAccount, an account's own resource, and its list of orders, in real
 * transactions. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/account.h"
#include "base/mem.h"
#include "store/account.h"
#include "store/order.h"
#include "tests/unit/acme/lab.h"

static struct lab_answer new_account(
    struct lab *lab, const struct lab_account *key, const char *payload)
{
    return lab_write(lab, lab_request_by_key(lab, key, payload), account_prepare_new, account_new);
}

static struct lab_answer update(
    struct lab *lab, const struct lab_account *by, int64_t id, const char *payload)
{
    return lab_write(
        lab, lab_request(lab, by, id, payload), account_prepare_update, account_update);
}

static void a_new_key_makes_an_account(void)
{
    struct lab_answer answer;
    struct lab_account key;
    struct lab lab;
    int64_t id = 0;

    lab_open(&lab);
    key = lab_key(&lab);
    answer = new_account(&lab, &key,
        "{\"contact\":[\"mailto:a@b.test\"],\"termsOfServiceAgreed\":true,\"status\":\"revoked\"}");
    lab_expect_status(&answer, 201);
    CU_ASSERT(acme_account_of_url(&lab.acme, &lab.settings, answer.resp.location, &id));
    CU_ASSERT_STRING_EQUAL(answer.body,
        mem_printf(lab.mem,
            "{\"status\":\"valid\",\"contact\":[\"mailto:a@b.test\"],\"termsOfServiceAgreed\":true,"
            "\"orders\":\"%s/orders\"}",
            answer.resp.location));

    key.id = id;
    answer = lab_read(&lab, lab_request(&lab, &key, id, ""), account_get);
    lab_expect_status(&answer, 200);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "mailto:a@b.test"));
    CU_ASSERT_EQUAL(lab_count(&lab, "account"), 1);
    lab_close(&lab);
}

/* RFC 8555, 7.3.1: 200 and the account as it was, whatever else the request says. */
static void a_known_key_gives_its_account_unchanged(void)
{
    static const char *const payloads[] = {"{}", "{\"onlyReturnExisting\":true}",
        "{\"contact\":[\"mailto:other@b.test\"]}", "{\"contact\":[\"tel:1\"]}", "{\"contact\":[]}",
        "{\"status\":\"deactivated\"}", "{\"termsOfServiceAgreed\":false}"};
    struct lab_answer first, again;
    struct lab_account key;
    struct lab lab;

    lab_open(&lab);
    key = lab_key(&lab);
    first = new_account(
        &lab, &key, "{\"contact\":[\"mailto:a@b.test\"],\"termsOfServiceAgreed\":true}");
    lab.settings.terms_of_service =
        "https://acme.test/terms"; /* which it need not agree to again */
    for (size_t i = 0; i < COUNT(payloads); i++) {
        again = new_account(&lab, &key, payloads[i]);
        lab_expect_status(&again, 200);
        CU_ASSERT_STRING_EQUAL(again.body, first.body);
        CU_ASSERT_STRING_EQUAL(again.resp.location, first.resp.location);
    }
    CU_ASSERT_EQUAL(lab_count(&lab, "account"), 1);
    lab_close(&lab);
}

static void a_new_key_that_does_not_qualify_makes_nothing(void)
{
    static const struct {
        const char *payload;
        enum problem problem;
        const char *words;
    } rows[] = {
        {"{\"onlyReturnExisting\":true}", PROBLEM_ACCOUNT_DOES_NOT_EXIST,
            "there is no account with this key"},
        {"{\"onlyReturnExisting\":true,\"contact\":[\"tel:1\"]}", PROBLEM_ACCOUNT_DOES_NOT_EXIST,
            "there is no account with this key"},
        {"{}", PROBLEM_USER_ACTION_REQUIRED, "must agree to the terms of service"},
        {"{\"termsOfServiceAgreed\":false}", PROBLEM_USER_ACTION_REQUIRED,
            "must agree to the terms of service"},
        {"{\"termsOfServiceAgreed\":true,\"contact\":[\"tel:1\"]}", PROBLEM_UNSUPPORTED_CONTACT,
            "mailto"},
        {"{\"termsOfServiceAgreed\":true,\"contact\":[\"mailto:a\"]}", PROBLEM_INVALID_CONTACT,
            "mailto"},
        {"{\"termsOfServiceAgreed\":true,\"contact\":7}", PROBLEM_MALFORMED, "\"contact\""},
        {"{\"termsOfServiceAgreed\":\"yes\"}", PROBLEM_MALFORMED, "\"termsOfServiceAgreed\""},
        {"", PROBLEM_MALFORMED, "JSON"},
    };
    struct lab_account key;
    struct lab lab;

    lab_open(&lab);
    lab.settings.terms_of_service = "https://acme.test/terms";
    key = lab_key(&lab);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lab_answer answer = new_account(&lab, &key, rows[i].payload);

        lab_expect_problem(&answer, rows[i].problem, rows[i].words);
        if (rows[i].problem == PROBLEM_USER_ACTION_REQUIRED) {
            CU_ASSERT_STRING_EQUAL(answer.resp.instance, "https://acme.test/terms");
            CU_ASSERT_STRING_EQUAL(
                answer.resp.links[0], "<https://acme.test/terms>;rel=\"terms-of-service\"");
        }
    }
    CU_ASSERT_EQUAL(lab_count(&lab, "account"), 0);
    lab_close(&lab);
}

/* client-quirks rule 14: without terms nothing must be agreed to. */
static void terms_count_where_there_are_any(void)
{
    struct lab_account one, two;
    struct lab_answer answer;
    struct lab lab;

    lab_open(&lab);
    one = lab_key(&lab);
    two = lab_key(&lab);
    answer = new_account(&lab, &one, "{}");
    lab_expect_status(&answer, 201);
    CU_ASSERT_PTR_NULL(strstr(answer.body, "termsOfServiceAgreed"));
    lab.settings.terms_of_service = "https://acme.test/terms";
    answer = new_account(&lab, &two, "{\"termsOfServiceAgreed\":true}");
    lab_expect_status(&answer, 201);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"termsOfServiceAgreed\":true"));
    lab_close(&lab);
}

static void an_account_sees_itself_only(void)
{
    struct lab_answer foreign, missing;
    struct lab_account mine, other;
    struct lab lab;

    lab_open(&lab);
    mine = lab_account(&lab);
    other = lab_account(&lab);

    foreign = lab_read(&lab, lab_request(&lab, &mine, other.id, ""), account_get);
    missing = lab_read(&lab, lab_request(&lab, &mine, other.id + 1, ""), account_get);
    lab_expect_problem(&foreign, PROBLEM_NOT_FOUND, "");
    CU_ASSERT_STRING_EQUAL(foreign.body, missing.body);

    foreign = update(&lab, &mine, other.id, "{\"status\":\"deactivated\"}");
    missing = update(&lab, &mine, other.id + 1, "{\"status\":\"deactivated\"}");
    lab_expect_problem(&foreign, PROBLEM_NOT_FOUND, "");
    CU_ASSERT_STRING_EQUAL(foreign.body, missing.body);

    foreign = lab_read(&lab, lab_request(&lab, &mine, other.id, ""), account_orders);
    missing = lab_read(&lab, lab_request(&lab, &mine, other.id + 1, ""), account_orders);
    lab_expect_problem(&foreign, PROBLEM_NOT_FOUND, "");
    CU_ASSERT_STRING_EQUAL(foreign.body, missing.body);

    CU_ASSERT_EQUAL(lab_count(&lab, "account WHERE status = 'valid'"), 2);
    lab_close(&lab);
}

static void contacts_are_changed_and_cleared(void)
{
    struct lab_answer answer;
    struct lab_account mine;
    struct lab lab;

    lab_open(&lab);
    mine = lab_account(&lab);
    answer = update(&lab, &mine, mine.id, "{\"contact\":[\"mailto:a@b.test\"]}");
    lab_expect_status(&answer, 200);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"contact\":[\"mailto:a@b.test\"]"));
    answer = update(&lab, &mine, mine.id, "{\"contact\":[\"mailto:c@d.test\",\"tel:1\"]}");
    lab_expect_problem(&answer, PROBLEM_UNSUPPORTED_CONTACT, "mailto");
    answer = update(&lab, &mine, mine.id, "{}"); /* lacme asks so (client-quirks rule 9) */
    lab_expect_status(&answer, 200);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"contact\":[\"mailto:a@b.test\"]"));
    answer = update(&lab, &mine, mine.id, "{\"contact\":[]}");
    lab_expect_status(&answer, 200);
    CU_ASSERT_PTR_NULL(strstr(answer.body, "contact"));
    answer = lab_read(&lab, lab_request(&lab, &mine, mine.id, ""), account_get);
    CU_ASSERT_PTR_NULL(strstr(answer.body, "contact"));
    lab_close(&lab);
}

static enum err_code finalize_order(struct store_tx *tx, void *arg, struct err *e)
{
    return store_order_finalize(tx, *(const int64_t *)arg, bytes_of("csr"), e);
}

/* RFC 8555, 7.3.6: what is not under way ends; what is, and what was issued, stays. */
static void deactivation_takes_the_waiting_orders_along(void)
{
    struct lab_account mine, other;
    struct lab_answer answer;
    int64_t pending, ready, processing, foreign;
    struct order order;
    struct lab lab;

    lab_open(&lab);
    mine = lab_account(&lab);
    other = lab_account(&lab);
    pending = lab_order(&lab, &mine, "a.test", false);
    ready = lab_order(&lab, &mine, "b.test", true);
    processing = lab_order(&lab, &mine, "c.test", true);
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&lab, finalize_order, &processing), ERR_OK);
    foreign = lab_order(&lab, &other, "a.test", false);

    answer = update(
        &lab, &mine, mine.id, "{\"status\":\"deactivated\",\"contact\":[\"mailto:last@b.test\"]}");
    lab_expect_status(&answer, 200);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"status\":\"deactivated\""));

    order = lab_get_order(&lab, pending);
    CU_ASSERT_EQUAL(order.status, ORDER_INVALID);
    CU_ASSERT_PTR_NOT_NULL_FATAL(order.error);
    CU_ASSERT_PTR_NOT_NULL(strstr(order.error, "the account was deactivated"));
    CU_ASSERT_EQUAL(lab_get_order(&lab, ready).status, ORDER_INVALID);
    CU_ASSERT_EQUAL(lab_get_order(&lab, processing).status, ORDER_PROCESSING);
    CU_ASSERT_EQUAL(lab_get_order(&lab, foreign).status, ORDER_PENDING);
    lab_close(&lab);
}

static void a_deactivated_account_is_refused_everywhere_for_good(void)
{
    struct lab_answer answer;
    struct lab_account mine;
    struct lab lab;

    lab_open(&lab);
    mine = lab_account(&lab);
    answer = update(&lab, &mine, mine.id, "{\"status\":\"deactivated\"}");
    lab_expect_status(&answer, 200);

    answer = lab_read(&lab, lab_request(&lab, &mine, mine.id, ""), account_get);
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED_ACCOUNT, "deactivated");
    answer = lab_read(&lab, lab_request(&lab, &mine, mine.id, ""), account_orders);
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED_ACCOUNT, "deactivated");
    answer = update(&lab, &mine, mine.id, "{\"status\":\"deactivated\"}");
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED_ACCOUNT, "deactivated");
    answer = update(&lab, &mine, mine.id, "{\"status\":\"valid\"}");
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED_ACCOUNT, "deactivated");

    answer = new_account(&lab, &mine, "{}"); /* nor does its key get another account */
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "deactivated; use a new key");
    answer = new_account(&lab, &mine, "{\"onlyReturnExisting\":true}");
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "deactivated; use a new key");
    CU_ASSERT_EQUAL(lab_count(&lab, "account"), 1);
    lab_close(&lab);
}

/* The list of orders. */

/* The query of the page's link to the next one, or NULL. */
static const char *next_query(struct lab *lab, const struct lab_answer *page, const char *account)
{
    const char *link = page->resp.links[0];
    char *before = mem_printf(lab->mem, "<%s/orders?", account);

    if (link == NULL)
        return NULL;
    CU_ASSERT_EQUAL_FATAL(strncmp(link, before, strlen(before)), 0);
    link += strlen(before);
    CU_ASSERT_STRING_EQUAL(strchr(link, '>'), ">;rel=\"next\"");
    return mem_strndup(lab->mem, link, strcspn(link, ">"));
}

static struct lab_answer read_page(struct lab *lab, const struct lab_account *by, const char *query)
{
    struct acme_req *req = lab_request(lab, by, by->id, "");

    req->query = query;
    return lab_read(lab, req, account_orders);
}

static void the_list_of_orders_has_each_once_newest_first(void)
{
    enum { ORDERS = 120 };
    const char *query = NULL, *account;
    struct lab_account mine, other;
    char *expected, *got;
    int64_t ids[ORDERS];
    struct acme_req *req;
    struct lab lab;
    int pages = 0;

    lab_open(&lab);
    mine = lab_account(&lab);
    other = lab_account(&lab);
    req = lab_request(&lab, &mine, 0, "");
    account = acme_url(req, HANDLE_ACCOUNT, mine.id);
    for (int i = 0; i < ORDERS; i++) {
        ids[i] = lab_order(&lab, &mine, "a.test", i % 2 == 0);
        if (i % 10 == 0)
            lab_order(&lab, &other, "a.test", true);
    }
    expected = mem_strdup(lab.mem, "");
    for (int i = ORDERS - 1; i >= 0; i--)
        expected = mem_printf(lab.mem, "%s\"%s\"", expected, acme_url(req, HANDLE_ORDER, ids[i]));
    got = mem_strdup(lab.mem, "");
    do {
        struct lab_answer page = read_page(&lab, &mine, query);
        size_t len = strlen(page.body);

        lab_expect_status(&page, 0);
        CU_ASSERT_EQUAL_FATAL(strncmp(page.body, "{\"orders\":[", 11), 0);
        for (size_t i = 11; i < len - 2; i++)
            if (page.body[i] != ',')
                got = mem_printf(lab.mem, "%s%c", got, page.body[i]);
        query = next_query(&lab, &page, account);
        pages++;
    } while (query != NULL);
    CU_ASSERT_STRING_EQUAL(got, expected);
    CU_ASSERT_EQUAL(pages, 3);
    lab_close(&lab);
}

static void a_full_last_page_has_no_next(void)
{
    struct lab_account mine;
    struct lab_answer page;
    struct lab lab;

    lab_open(&lab);
    mine = lab_account(&lab);
    page = read_page(&lab, &mine, NULL);
    CU_ASSERT_STRING_EQUAL(page.body, "{\"orders\":[]}");
    for (int i = 0; i < 50; i++)
        lab_order(&lab, &mine, "a.test", false);
    page = read_page(&lab, &mine, NULL);
    CU_ASSERT_PTR_NULL(page.resp.links[0]);
    lab_order(&lab, &mine, "a.test", false);
    page = read_page(&lab, &mine, NULL);
    CU_ASSERT_PTR_NOT_NULL(page.resp.links[0]);
    lab_close(&lab);
}

static enum err_code fail_order(struct store_tx *tx, void *arg, struct err *e)
{
    const int64_t *id = arg;

    if (store_order_finalize(tx, *id, bytes_of("csr"), e) != ERR_OK)
        return e->code;
    return store_order_failed(tx, *id, "{}", e);
}

static void orders_that_ended_badly_are_not_listed(void)
{
    struct lab_account mine;
    struct lab_answer page;
    int64_t failed, kept;
    struct lab lab;

    lab_open(&lab);
    mine = lab_account(&lab);
    failed = lab_order(&lab, &mine, "a.test", true);
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&lab, fail_order, &failed), ERR_OK);
    lab_order(&lab, &mine, "b.test", true); /* will have expired */
    lab_pass(86400 * INT64_C(1000));
    kept = lab_order(&lab, &mine, "c.test", false);
    page = read_page(&lab, &mine, NULL);
    CU_ASSERT_STRING_EQUAL(
        page.body, mem_printf(lab.mem, "{\"orders\":[\"%s\"]}",
                       acme_url(lab_request(&lab, &mine, 0, ""), HANDLE_ORDER, kept)));
    lab_close(&lab);
}

static void a_page_that_no_link_gave_is_refused(void)
{
    struct lab_account mine;
    struct lab lab;

    lab_open(&lab);
    mine = lab_account(&lab);
    lab_order(&lab, &mine, "a.test", false);
    const char *url = acme_url(lab_request(&lab, &mine, 0, ""), HANDLE_ACCOUNT, mine.id);
    const char *const queries[] = {"", "x", "cursor", "cursor=", "cursor=1", "cursor=0",
        "cursor=AAAAAAAAAAAAAAAAAAAAAA", "Cursor=AAAAAAAAAAAAAAAAAAAAAA",
        mem_printf(lab.mem, "cursor=%s", strrchr(url, '/') + 1)}; /* another kind of handle */

    for (size_t i = 0; i < COUNT(queries); i++) {
        struct lab_answer page = read_page(&lab, &mine, queries[i]);

        lab_expect_problem(&page, PROBLEM_MALFORMED, "not one that a Link header gave");
    }
    lab_close(&lab);
}

static const struct test tests[] = {
    {"a new key makes an account", a_new_key_makes_an_account},
    {"a known key gives its account unchanged", a_known_key_gives_its_account_unchanged},
    {"a new key that does not qualify makes nothing",
        a_new_key_that_does_not_qualify_makes_nothing},
    {"terms count where there are any", terms_count_where_there_are_any},
    {"an account sees itself only", an_account_sees_itself_only},
    {"contacts are changed and cleared", contacts_are_changed_and_cleared},
    {"deactivation takes the waiting orders along", deactivation_takes_the_waiting_orders_along},
    {"a deactivated account is refused everywhere, for good",
        a_deactivated_account_is_refused_everywhere_for_good},
    {"the list of orders has each once, newest first",
        the_list_of_orders_has_each_once_newest_first},
    {"a full last page has no next", a_full_last_page_has_no_next},
    {"orders that ended badly are not listed", orders_that_ended_badly_are_not_listed},
    {"a page that no link gave is refused", a_page_that_no_link_gave_is_refused},
    {NULL, NULL},
};
extern const struct test_suite suite_account;
const struct test_suite suite_account = {"account", tests};
