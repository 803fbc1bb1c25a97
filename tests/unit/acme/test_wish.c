/* Tests of acme/wish: addresses of directories, the newOrder that they lead to, and what is kept of
 * the wish with the order. In real transactions. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/directory.h"
#include "acme/order.h"
#include "acme/wish.h"
#include "base/mem.h"
#include "tests/unit/acme/lab.h"

#define ID_64 "a123456789b123456789c123456789d123456789e123456789f123456789g123"

static void a_query_says_what_is_wished(void)
{
    static const struct {
        const char *query;
        enum act act;
        const char *order_id, *path;
    } rows[] = {
        {NULL, ACT_NONE, NULL, ""},
        {"", ACT_NONE, NULL, ""},
        {"action=enroll", ACT_NEW, NULL, "/enroll"},
        {"action=reissue", ACT_REISSUE, NULL, "/reissue"},
        {"action=duplicate", ACT_DUPLICATE, NULL, "/duplicate"},
        {"action=renew", ACT_RENEW, NULL, "/renew"},
        {"action=duplicate&orderId=555345678", ACT_DUPLICATE, "555345678", "/duplicate/555345678"},
        {"orderId=555345678&action=renew", ACT_RENEW, "555345678", "/renew/555345678"},
        {"action=reissue&orderId=cs-a_B.7", ACT_REISSUE, "cs-a_B.7", "/reissue/cs-a_B.7"},
        {"action=reissue&orderId=" ID_64, ACT_REISSUE, ID_64, "/reissue/" ID_64},
    };
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct wish wish, again;
        struct err e = {0};
        const char *path;

        CU_ASSERT_EQUAL(wish_of_query(mem, rows[i].query, &wish, &e), ERR_OK);
        CU_ASSERT_EQUAL(wish.act, rows[i].act);
        CU_ASSERT((wish.order_id == NULL) == (rows[i].order_id == NULL));
        if (wish.order_id != NULL && rows[i].order_id != NULL)
            CU_ASSERT_STRING_EQUAL(wish.order_id, rows[i].order_id);
        path = wish_path(mem, &wish);
        CU_ASSERT_STRING_EQUAL(path, rows[i].path);
        CU_ASSERT_EQUAL(wish_of_path(mem, path[0] == '\0' ? NULL : path + 1, &again, &e), ERR_OK);
        CU_ASSERT_STRING_EQUAL(wish_path(mem, &again), rows[i].path);
    }
    mem_free(mem);
}

static void a_query_that_is_no_wish_is_refused_in_words(void)
{
    static const struct {
        const char *query, *words;
    } rows[] = {
        {"action=revoke", "not \"revoke\""},
        {"action=Reissue", "not \"Reissue\""},
        {"action=new", "not \"new\""},
        {"action=none", "not \"none\""},
        {"action=", "not \"\""},
        {"action", "not \"\""},
        {"action=reissue=1", "not \"reissue=1\""},
        {"action=re%69ssue", "not \"re%69ssue\""},
        {"action=renew&action=renew", "\"action\" is given more than once"},
        {"action=renew&orderId=1&orderId=2", "\"orderId\" is given more than once"},
        {"orderId=1", "\"orderId\" needs an \"action\""},
        {"action=enroll&orderId=1", "leave \"orderId\" out"},
        {"orderId=1&action=enroll", "leave \"orderId\" out"},
        {"action=renew&orderId=", "\"\" is not"},
        {"action=renew&orderId", "\"\" is not"},
        {"action=renew&orderId=..", "\"..\" is not"},
        {"action=renew&orderId=.", "\".\" is not"},
        {"action=renew&orderId=-1", "\"-1\" is not"},
        {"action=renew&orderId=1/2", "\"1/2\" is not"},
        {"action=renew&orderId=1+2", "\"1+2\" is not"},
        {"action=renew&orderId=%31", "\"%31\" is not"},
        {"action=renew&orderId=1?", "\"1?\" is not"},
        {"action=renew&orderId=" ID_64 "4", "64 at most"},
        {"x=y", "knows no \"x\""},
        {"Action=renew", "knows no \"Action\""},
        {"action=renew&orderid=1", "knows no \"orderid\""},
        {"action=renew&", "knows no \"\""},
        {"&action=renew", "knows no \"\""},
        {"action=renew&&orderId=1", "knows no \"\""},
        {"=renew", "knows no \"\""},
        {"&", "knows no \"\""},
        {"action=renew;orderId=1", "not \"renew;orderId=1\""},
    };
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err e = {0};
        struct wish wish;
        bool refused = wish_of_query(mem, rows[i].query, &wish, &e) != ERR_OK &&
                       problem_of(&e) == PROBLEM_MALFORMED && strstr(e.detail, rows[i].words);

        CU_ASSERT(refused);
        if (!refused)
            printf("\n    %s: %s\n", rows[i].query, e.detail);
    }
    mem_free(mem);
}

static void paths_that_no_directory_gives_lead_nowhere(void)
{
    static const char *const paths[] = {"", "/", "revoke", "new", "none", "Reissue", "reissue/",
        "reissue//1", "reissue/1/", "reissue/1/2", "reissue/..", "reissue/%31", "enroll/1",
        "enroll/", "reissue/" ID_64 "4", "orders", "reissue1"};
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < COUNT(paths); i++) {
        struct err e = {0};
        struct wish wish;

        CU_ASSERT_NOT_EQUAL(wish_of_path(mem, paths[i], &wish, &e), ERR_OK);
        CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_NOT_FOUND);
    }
    mem_free(mem);
}

/* A lab with two profiles; "gold" is another CA's, and needs an external account. */
struct desk {
    struct lab lab;
    struct lab_account mine;
    struct acme_profile profiles[2];
};

static void open_desk(struct desk *desk)
{
    static const char *const lab_names[] = {"lab.test", NULL};
    static const char *const gold_names[] = {"gold.test", "gold.example", NULL};

    lab_open(&desk->lab);
    desk->mine = lab_account(&desk->lab);
    desk->lab.profile.caa_identities = lab_names;
    desk->profiles[0] = desk->profiles[1] = desk->lab.profile;
    desk->profiles[1].name = "gold";
    desk->profiles[1].description = "The better one";
    desk->profiles[1].caa_identities = gold_names;
    desk->profiles[1].external_account_required = true;
    desk->lab.settings.profiles = desk->profiles;
    desk->lab.settings.profiles_len = 2;
}

static struct lab_answer directory(struct desk *desk, const char *profile, const char *query)
{
    struct acme_req *req = lab_request(&desk->lab, &desk->mine, 0, "");

    req->profile = profile;
    req->query = query;
    return lab_read(&desk->lab, req, directory_get);
}

static void a_directory_leads_to_its_own_new_order_and_else_to_what_all_share(void)
{
    static const struct {
        const char *profile, *query, *new_order;
    } rows[] = {
        {NULL, NULL, "/acme/new-order"},
        {NULL, "action=enroll", "/acme/new-order/enroll"},
        {"default", NULL, "/acme/default/new-order"},
        {"gold", "action=reissue&orderId=7", "/acme/gold/new-order/reissue/7"},
    };
    struct desk desk;

    open_desk(&desk);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lab_answer answer = directory(&desk, rows[i].profile, rows[i].query);

        lab_expect_status(&answer, 0);
        CU_ASSERT_PTR_NOT_NULL(strstr(answer.body,
            mem_printf(desk.lab.mem, "\"newOrder\":\"" LAB_URL "%s\",", rows[i].new_order)));
        CU_ASSERT_PTR_NOT_NULL(
            strstr(answer.body, "\"newAccount\":\"" LAB_URL "/acme/new-account\""));
        CU_ASSERT_PTR_NOT_NULL(
            strstr(answer.body, "\"keyChange\":\"" LAB_URL "/acme/key-change\""));
    }
    lab_close(&desk.lab);
}

static void the_meta_of_a_profiles_directory_speaks_of_that_profile(void)
{
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk);
    answer = directory(&desk, NULL, "action=enroll");
    CU_ASSERT_PTR_NOT_NULL(
        strstr(answer.body, "\"meta\":{\"caaIdentities\":[\"lab.test\"],"
                            "\"profiles\":{\"default\":\"\",\"gold\":\"The better one\"}}}"));
    answer = directory(&desk, "default", NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body,
        "\"meta\":{\"caaIdentities\":[\"lab.test\"],\"profiles\":{\"default\":\"\"}}}"));
    answer = directory(&desk, "gold", NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"meta\":{\"externalAccountRequired\":true,"
                                               "\"caaIdentities\":[\"gold.test\",\"gold.example\"],"
                                               "\"profiles\":{\"gold\":\"The better one\"}}}"));
    lab_close(&desk.lab);
}

static void a_directory_refuses_what_it_does_not_know(void)
{
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk);
    answer = directory(&desk, "silver", NULL);
    lab_expect_problem(&answer, PROBLEM_NOT_FOUND, "no profile \"silver\"");
    answer = directory(&desk, "gold", "action=refund");
    lab_expect_problem(&answer, PROBLEM_MALFORMED, "not \"refund\"");
    answer = directory(&desk, NULL, "action=enroll&orderId=7");
    lab_expect_problem(&answer, PROBLEM_MALFORMED, "leave \"orderId\" out");
    lab_close(&desk.lab);
}

/* newOrder at /acme/<profile>/new-order/<rest>, for a profile that the payload names, too. */
static struct lab_answer new_order(
    struct desk *desk, const char *profile, const char *rest, const char *named)
{
    struct lab *lab = &desk->lab;
    const char *member = named == NULL ? "" : mem_printf(lab->mem, ",\"profile\":\"%s\"", named);
    struct acme_req *req = lab_request(lab, &desk->mine, 0,
        mem_printf(
            lab->mem, "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.test\"}]%s}", member));

    req->profile = profile;
    req->rest = rest;
    return lab_write(lab, req, order_prepare_new, order_new);
}

static void an_order_keeps_its_wish(void)
{
    struct lab_answer answer;
    struct order order;
    struct desk desk;

    open_desk(&desk);
    answer = new_order(&desk, NULL, NULL, NULL);
    lab_expect_status(&answer, 201);
    order = lab_get_order(&desk.lab, 1);
    CU_ASSERT_EQUAL(order.wish, ACT_NONE);
    CU_ASSERT_PTR_NULL(order.wish_order_id);

    answer = new_order(&desk, NULL, "enroll", NULL);
    lab_expect_status(&answer, 201);
    order = lab_get_order(&desk.lab, 2);
    CU_ASSERT_EQUAL(order.wish, ACT_NEW);
    CU_ASSERT_PTR_NULL(order.wish_order_id);

    answer = new_order(&desk, "default", "duplicate/880100233", NULL);
    lab_expect_status(&answer, 201);
    order = lab_get_order(&desk.lab, 3);
    CU_ASSERT_EQUAL(order.wish, ACT_DUPLICATE);
    CU_ASSERT_STRING_EQUAL(order.wish_order_id, "880100233");
    CU_ASSERT_STRING_EQUAL(order.profile, "default");

    answer = new_order(&desk, NULL, "duplicate/..", NULL);
    lab_expect_problem(&answer, PROBLEM_NOT_FOUND, "no directory gave this address");
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "orders"), 3);
    lab_close(&desk.lab);
}

static void the_profile_of_the_path_and_of_the_order_must_agree(void)
{
    struct lab_answer answer;
    struct desk desk;

    open_desk(&desk);
    desk.profiles[1].external_account_required = false;
    answer = new_order(&desk, "gold", NULL, NULL);
    lab_expect_status(&answer, 201);
    CU_ASSERT_STRING_EQUAL(lab_get_order(&desk.lab, 1).profile, "gold");
    answer = new_order(&desk, "gold", "enroll", "gold");
    lab_expect_status(&answer, 201);
    CU_ASSERT_STRING_EQUAL(lab_get_order(&desk.lab, 2).profile, "gold");
    answer = new_order(&desk, NULL, "enroll", "gold");
    lab_expect_status(&answer, 201);
    CU_ASSERT_STRING_EQUAL(lab_get_order(&desk.lab, 3).profile, "gold");

    answer = new_order(&desk, "gold", NULL, "default");
    lab_expect_problem(&answer, PROBLEM_INVALID_PROFILE,
        "names the profile \"default\", and came by the directory of \"gold\"");
    answer = new_order(&desk, "gold", NULL, "silver");
    lab_expect_problem(&answer, PROBLEM_INVALID_PROFILE, "no profile \"silver\"");
    answer = new_order(&desk, "silver", NULL, NULL);
    lab_expect_problem(&answer, PROBLEM_NOT_FOUND, "no profile \"silver\"");
    answer = new_order(&desk, "silver", NULL, "silver");
    lab_expect_problem(&answer, PROBLEM_NOT_FOUND, "no profile \"silver\"");
    desk.profiles[1].external_account_required = true;
    answer = new_order(&desk, "gold", "enroll", NULL);
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "external account key");
    CU_ASSERT_EQUAL(lab_count(&desk.lab, "orders"), 3);
    lab_close(&desk.lab);
}

static void an_external_account_bounds_what_may_be_wished(void)
{
    static const struct {
        unsigned actions; /* 0: all */
        enum act wish;
        bool allowed;
    } rows[] = {
        {0, ACT_NONE, true},
        {0, ACT_RENEW, true},
        {ACT_BIT(ACT_REISSUE), ACT_NONE, true},
        {ACT_BIT(ACT_REISSUE), ACT_REISSUE, true},
        {ACT_BIT(ACT_REISSUE), ACT_NEW, false},
        {ACT_BIT(ACT_REISSUE) | ACT_BIT(ACT_DUPLICATE), ACT_DUPLICATE, true},
        {ACT_BIT(ACT_REISSUE) | ACT_BIT(ACT_DUPLICATE), ACT_RENEW, false},
        {ACTS_ALL, ACT_NEW, true},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct eab eab = {.kid = "web", .actions = rows[i].actions};
        struct wish wish = {rows[i].wish, NULL};
        struct err e = {0};

        CU_ASSERT_EQUAL(wish_check(&wish, &eab, &e) == ERR_OK, rows[i].allowed);
        if (!rows[i].allowed)
            CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_UNAUTHORIZED);
    }
}

static const struct test tests[] = {
    {"a query says what is wished", a_query_says_what_is_wished},
    {"a query that is no wish is refused in words", a_query_that_is_no_wish_is_refused_in_words},
    {"paths that no directory gives lead nowhere", paths_that_no_directory_gives_lead_nowhere},
    {"a directory leads to its own newOrder, and else to what all share",
        a_directory_leads_to_its_own_new_order_and_else_to_what_all_share},
    {"the meta of a profile's directory speaks of that profile",
        the_meta_of_a_profiles_directory_speaks_of_that_profile},
    {"a directory refuses what it does not know", a_directory_refuses_what_it_does_not_know},
    {"an order keeps its wish", an_order_keeps_its_wish},
    {"the profile of the path and of the order must agree",
        the_profile_of_the_path_and_of_the_order_must_agree},
    {"an external account bounds what may be wished",
        an_external_account_bounds_what_may_be_wished},
    {NULL, NULL},
};
extern const struct test_suite suite_wish;
const struct test_suite suite_wish = {"wish", tests};
