/* Tests of acme/terms: who may not order until terms have been agreed to, and the page where that
 * is done. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/account.h"
#include "acme/authz.h"
#include "acme/certificate.h"
#include "acme/order.h"
#include "acme/terms.h"
#include "base/mem.h"
#include "store/account.h"
#include "tests/unit/acme/lab.h"

#define FIRST  "https://acme.test/terms?v=1&lang=en"
#define SECOND "https://acme.test/terms?v=2&lang=en"
#define ORDER  "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.example\"}]}"

static struct lab_account agreeing_account(struct lab *lab)
{
    struct lab_account account = lab_key(lab);
    struct lab_answer answer = lab_write(lab,
        lab_request_by_key(
            lab, &account, "{\"termsOfServiceAgreed\":true,\"contact\":[\"mailto:a&b@c.test\"]}"),
        account_prepare_new, account_new);

    lab_expect_status(&answer, 201);
    account.id = lab_number(lab, "SELECT max(id) FROM account");
    return account;
}

static void open_lab(struct lab *lab, const char *terms)
{
    lab_open(lab);
    lab->settings.terms_of_service = terms;
    lab->settings.agree_again = lab->settings.pre_authorization = true;
}

static struct lab_answer order(struct lab *lab, const struct lab_account *account)
{
    return lab_write(lab, lab_request(lab, account, 0, ORDER), order_prepare_new, order_new);
}

static struct lab_answer page(struct lab *lab, int64_t id)
{
    static const struct lab_account nobody = {0};

    return lab_read(lab, lab_request(lab, &nobody, id, ""), terms_get);
}

static struct lab_answer send_form(struct lab *lab, int64_t id, const char *form)
{
    static const struct lab_account nobody = {0};

    return lab_write(lab, lab_request(lab, &nobody, id, form), NULL, terms_agree);
}

/* What a browser sends for the form on a page; NULL if there is none. */
static const char *form_on(struct lab *lab, const struct lab_answer *answer)
{
    static const char before[] =
        "<form method=\"post\"><input type=\"hidden\" name=\"terms\" value=\"";
    const char *found = strstr(answer->body, before);

    if (found == NULL)
        return NULL;
    found += sizeof before - 1;
    return mem_printf(lab->mem, "terms=%.*s", (int)strcspn(found, "\""), found);
}

static void new_terms_stop_orders_until_they_are_agreed_to(void)
{
    struct lab_account mine;
    struct lab_answer answer;
    struct lab lab;

    open_lab(&lab, FIRST);
    mine = agreeing_account(&lab);
    answer = order(&lab, &mine);
    lab_expect_status(&answer, 201);

    lab.settings.terms_of_service = SECOND;
    answer = order(&lab, &mine);
    lab_expect_problem(&answer, PROBLEM_USER_ACTION_REQUIRED, "the terms of service have changed");
    CU_ASSERT_STRING_EQUAL(answer.resp.links[0], "<" SECOND ">;rel=\"terms-of-service\"");
    CU_ASSERT_STRING_EQUAL(
        answer.resp.instance, acme_url(lab_request(&lab, &mine, 0, ""), HANDLE_TERMS, mine.id));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(answer.body, mem_printf(lab.mem, "\"instance\":\"%s\"", answer.resp.instance)));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(answer.body, mem_printf(lab.mem, "browser: %s\"", answer.resp.instance)));
    CU_ASSERT_EQUAL(lab_count(&lab, "orders"), 1);
    answer = lab_write(&lab,
        lab_request(&lab, &mine, 0, "{\"identifier\":{\"type\":\"dns\",\"value\":\"b.example\"}}"),
        authz_prepare_new, authz_new);
    lab_expect_problem(&answer, PROBLEM_USER_ACTION_REQUIRED, "");
    CU_ASSERT_PTR_NOT_NULL(answer.resp.instance);

    lab.settings.agree_again = false;
    answer = order(&lab, &mine);
    lab_expect_status(&answer, 201);
    lab_close(&lab);
}

static void what_needs_no_agreement_still_works(void)
{
    struct lab_account mine;
    struct lab_answer answer;
    struct lab lab;
    int64_t id;

    open_lab(&lab, FIRST);
    mine = agreeing_account(&lab);
    id = lab_order(&lab, &mine, "a.example", true);
    lab.settings.terms_of_service = SECOND;
    answer = lab_read(&lab, lab_request(&lab, &mine, id, ""), order_get);
    lab_expect_status(&answer, 0);
    answer = lab_write(&lab,
        lab_request(&lab, &mine, id, lab_csr_payload(&lab, lab_csr(&lab, "a.example", NULL))),
        order_prepare_finalize, order_finalize); /* was ordered under the old terms */
    lab_expect_status(&answer, 0);
    answer = lab_read(&lab, lab_request(&lab, &mine, mine.id, ""), account_get);
    lab_expect_status(&answer, 200);
    answer = lab_write(&lab, lab_request(&lab, &mine, mine.id, "{\"contact\":[]}"),
        account_prepare_update, account_update);
    lab_expect_status(&answer, 200);
    answer = lab_write(&lab, lab_request(&lab, &mine, mine.id, "{\"status\":\"deactivated\"}"),
        account_prepare_update, account_update);
    lab_expect_status(&answer, 200);
    lab_close(&lab);
}

static void a_client_cannot_agree_by_itself(void)
{
    static const char agreed[] = "{\"termsOfServiceAgreed\":true}";
    struct lab_account mine;
    struct lab_answer answer;
    struct lab lab;

    open_lab(&lab, FIRST);
    mine = agreeing_account(&lab);
    lab.settings.terms_of_service = SECOND;
    answer = lab_write(
        &lab, lab_request(&lab, &mine, mine.id, agreed), account_prepare_update, account_update);
    lab_expect_status(&answer, 200);
    answer =
        lab_write(&lab, lab_request_by_key(&lab, &mine, agreed), account_prepare_new, account_new);
    lab_expect_status(&answer, 200);
    answer = order(&lab, &mine);
    lab_expect_problem(&answer, PROBLEM_USER_ACTION_REQUIRED, "");
    lab_close(&lab);
}

static void the_pages_form_gives_the_agreement(void)
{
    struct lab_account mine;
    struct lab_answer answer;
    const char *form;
    struct lab lab;

    open_lab(&lab, FIRST);
    mine = agreeing_account(&lab);
    lab.settings.terms_of_service = SECOND;
    lab_pass(5000);
    answer = page(&lab, mine.id);
    lab_expect_status(&answer, 0);
    CU_ASSERT_STRING_EQUAL(answer.resp.type, "text/html; charset=utf-8");
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "href=\"https://acme.test/terms?v=2&amp;lang=en\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "(mailto:a&amp;b@c.test)"));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body,
        "It agreed, on 2027-01-15T08:00:00Z, to https://acme.test/terms?v=1&amp;lang=en."));
    form = form_on(&lab, &answer);
    CU_ASSERT_PTR_NOT_NULL_FATAL(form);
    CU_ASSERT_EQUAL(lab_count(&lab, "account WHERE terms LIKE '%v=2%'"), 0); /* reading is not */

    answer = send_form(&lab, mine.id, form);
    lab_expect_status(&answer, 0);
    CU_ASSERT_PTR_NULL(form_on(&lab, &answer));
    CU_ASSERT_EQUAL(lab_number(&lab, "SELECT terms_agreed_s FROM account"), LAB_NOW_S + 5);
    answer = order(&lab, &mine);
    lab_expect_status(&answer, 201);

    lab_pass(5000);
    answer = send_form(&lab, mine.id, form); /* again: the first time counts */
    lab_expect_status(&answer, 0);
    CU_ASSERT_EQUAL(lab_number(&lab, "SELECT terms_agreed_s FROM account"), LAB_NOW_S + 5);
    answer = page(&lab, mine.id);
    CU_ASSERT_PTR_NULL(form_on(&lab, &answer));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "Nothing is to be done"));
    lab_close(&lab);
}

static void a_form_that_is_not_about_the_present_terms_changes_nothing(void)
{
    static const char *const forms[] = {"", "terms=", "terms=" SECOND, "agree=yes", "{}"};
    struct lab_account mine;
    struct lab_answer answer;
    const char *form;
    struct lab lab;

    open_lab(&lab, FIRST);
    mine = agreeing_account(&lab);
    lab.settings.terms_of_service = SECOND;
    answer = page(&lab, mine.id);
    form = form_on(&lab, &answer);
    lab.settings.terms_of_service = "https://acme.test/terms?v=3";
    answer = send_form(&lab, mine.id, form);
    lab_expect_status(&answer, 409);
    CU_ASSERT_PTR_NOT_NULL(form_on(&lab, &answer)); /* one for those there are now */
    for (size_t i = 0; i < COUNT(forms); i++) {
        answer = send_form(&lab, mine.id, forms[i]);
        lab_expect_status(&answer, 409);
    }
    answer = order(&lab, &mine);
    lab_expect_problem(&answer, PROBLEM_USER_ACTION_REQUIRED, "");
    lab_close(&lab);
}

static void there_is_a_page_for_living_accounts_and_terms_only(void)
{
    struct lab_account mine;
    struct lab_answer answer;
    struct lab lab;

    open_lab(&lab, NULL);
    mine = agreeing_account(&lab);
    answer = page(&lab, mine.id);
    lab_expect_problem(&answer, PROBLEM_NOT_FOUND, "no terms of service");
    lab.settings.terms_of_service = FIRST;
    answer = page(&lab, mine.id + 1);
    lab_expect_problem(&answer, PROBLEM_NOT_FOUND, "nothing at this address");
    lab_run_sql(&lab, "UPDATE account SET status = 'deactivated'");
    answer = page(&lab, mine.id);
    lab_expect_problem(&answer, PROBLEM_NOT_FOUND, "nothing at this address");
    answer = send_form(&lab, mine.id, "terms=x");
    lab_expect_problem(&answer, PROBLEM_NOT_FOUND, "nothing at this address");
    lab_close(&lab);
}

static enum err_code count_others(struct store_tx *tx, void *arg, struct err *e)
{
    return store_account_count_others(tx, FIRST, arg, e);
}

/* An account that agreed when there were no terms has agreed to none; of one from before addresses
 * were kept nobody knows, and it is left in peace. */
static void what_an_account_agreed_to_is_remembered(void)
{
    struct lab_account before, unknown, silent, now;
    struct lab_answer answer;
    int64_t others = 0;
    struct lab lab;

    open_lab(&lab, NULL);
    before = agreeing_account(&lab);
    silent = lab_account(&lab); /* said nothing of terms */
    unknown = agreeing_account(&lab);
    lab_run_sql(&lab, mem_printf(lab.mem, "UPDATE account SET terms = NULL WHERE id = %lld",
                          (long long)unknown.id));
    lab.settings.terms_of_service = FIRST;
    now = agreeing_account(&lab);

    answer = order(&lab, &before);
    lab_expect_problem(&answer, PROBLEM_USER_ACTION_REQUIRED, "");
    answer = page(&lab, before.id);
    CU_ASSERT_PTR_NULL(strstr(answer.body, "It agreed"));
    answer = order(&lab, &silent);
    lab_expect_problem(&answer, PROBLEM_USER_ACTION_REQUIRED, "");
    answer = order(&lab, &unknown);
    lab_expect_status(&answer, 201);
    answer = order(&lab, &now);
    lab_expect_status(&answer, 201);
    CU_ASSERT_EQUAL(lab_in_store(&lab, count_others, &others), ERR_OK);
    CU_ASSERT_EQUAL(others, 2);
    lab_close(&lab);
}

static const struct test tests[] = {
    {"new terms stop orders until they are agreed to",
        new_terms_stop_orders_until_they_are_agreed_to},
    {"what needs no agreement still works", what_needs_no_agreement_still_works},
    {"a client cannot agree by itself", a_client_cannot_agree_by_itself},
    {"the page's form gives the agreement", the_pages_form_gives_the_agreement},
    {"a form that is not about the present terms changes nothing",
        a_form_that_is_not_about_the_present_terms_changes_nothing},
    {"there is a page for living accounts and terms only",
        there_is_a_page_for_living_accounts_and_terms_only},
    {"what an account agreed to is remembered", what_an_account_agreed_to_is_remembered},
    {NULL, NULL},
};
extern const struct test_suite suite_terms;
const struct test_suite suite_terms = {"terms", tests};
