/* Tests of acme/rate: whose bucket each limit counts in, what a refusal says, and what the store
 * remembers. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/rate.h"
#include "base/mem.h"
#include "store/rate.h"
#include "tests/unit/acme/lab.h"

static const struct gcra_rate two_a_minute = {2, 60 * RATE_SECOND};

/* A lab in which every limit is two a minute. */
static void open_limited(struct lab *lab)
{
    lab_open(lab);
    lab->settings.rates.ipv4_prefix = 32;
    lab->settings.rates.ipv6_prefix = 64;
    for (int i = RATE_NONE + 1; i < RATES; i++)
        lab->settings.rates.of[i] = two_a_minute;
}

/* A request at a second of the monotonic clock, by an account, from an address. */
static struct acme_req *request(
    struct lab *lab, int64_t second, int64_t account_id, const char *address)
{
    struct acme_req *req = mem_new(lab->mem, struct acme_req);

    *req = (struct acme_req){.mem = lab->mem,
        .acme = &lab->acme,
        .settings = &lab->settings,
        .now_s = lab_now_ms() / 1000,
        .arrived_ms = second * 1000,
        .account_id = account_id};
    CU_ASSERT_FATAL(address == NULL || address_parse(address, &req->client));
    return req;
}

static bool taken(
    struct lab *lab, enum rate rate, int64_t second, int64_t account_id, const char *address)
{
    struct err e = {0};

    return rate_take(request(lab, second, account_id, address), rate, &e) == ERR_OK;
}

static void each_limit_counts_its_own_and_refuses_in_its_own_name(void)
{
    static const struct {
        enum rate rate;
        const char *name;
        bool by_account, by_address; /* have others buckets of their own? */
    } rows[] = {
        {RATE_REQUESTS_PER_ADDRESS, "requests_per_address", false, true},
        {RATE_RENEWAL_INFO_PER_ADDRESS, "renewal_info_per_address", false, true},
        {RATE_NEW_ACCOUNTS_PER_ADDRESS, "new_accounts_per_address", false, true},
        {RATE_REQUESTS_PER_ACCOUNT, "requests_per_account", true, false},
        {RATE_NEW_ORDERS_PER_ACCOUNT, "new_orders_per_account", true, false},
        {RATE_NEW_AUTHORIZATIONS_PER_ACCOUNT, "new_authorizations_per_account", true, false},
        {RATE_CHALLENGES_PER_ACCOUNT, "challenges_per_account", true, false},
        {RATE_FINALIZES_PER_ACCOUNT, "finalizes_per_account", true, false},
        {RATE_KEY_CHANGES_PER_ACCOUNT, "key_changes_per_account", true, false},
        {RATE_CHALLENGE_MAILS_PER_ACCOUNT, "challenge_mails_per_account", true, false},
        {RATE_REQUESTS, "requests", false, false},
        {RATE_NEW_ACCOUNTS, "new_accounts", false, false},
        {RATE_NEW_ORDERS, "new_orders", false, false},
    };
    struct lab lab;

    open_limited(&lab);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct acme_req *req = request(&lab, 1000, 1, "192.0.2.1");
        struct err e = {0};

        CU_ASSERT(taken(&lab, rows[i].rate, 1000, 1, "192.0.2.1"));
        CU_ASSERT(taken(&lab, rows[i].rate, 1000, 1, "192.0.2.1"));
        CU_ASSERT_EQUAL(rate_take(req, rows[i].rate, &e), ERR_LIMIT);
        CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_RATE_LIMITED);
        CU_ASSERT_EQUAL(e.retry_after_s, 30);
        CU_ASSERT_STRING_EQUAL(req->limit, rows[i].name);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail,
            mem_printf(lab.mem, "2 in 1m are allowed (limit \"%s\"); try again in 30 seconds",
                rows[i].name)));
        CU_ASSERT_EQUAL(taken(&lab, rows[i].rate, 1000, 2, "192.0.2.1"), rows[i].by_account);
        CU_ASSERT_EQUAL(taken(&lab, rows[i].rate, 1000, 1, "192.0.2.2"), rows[i].by_address);
        CU_ASSERT(taken(&lab, rows[i].rate, 1030, 1, "192.0.2.1"));
        CU_ASSERT_FALSE(taken(&lab, rows[i].rate, 1030, 1, "192.0.2.1"));
    }
    lab_close(&lab);
}

static void a_mailbox_gets_so_many_challenges_whoever_orders(void)
{
    struct err e = {0};
    struct lab lab;

    open_limited(&lab);
    CU_ASSERT_EQUAL(rate_take_mail(request(&lab, 1000, 1, NULL), "ann@a.test", &e), ERR_OK);
    CU_ASSERT_EQUAL(rate_take_mail(request(&lab, 1000, 2, NULL), "Ann@a.test", &e), ERR_OK);
    CU_ASSERT_EQUAL(rate_take_mail(request(&lab, 1000, 3, NULL), "ann@a.test", &e), ERR_LIMIT);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "challenge_mails_per_mailbox"));
    e = (struct err){0};
    CU_ASSERT_EQUAL(rate_take_mail(request(&lab, 1000, 3, NULL), "bob@a.test", &e), ERR_OK);
    CU_ASSERT_EQUAL(rate_take_mail(request(&lab, 1000, 3, NULL), "cid@a.test", &e), ERR_LIMIT);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "challenge_mails_per_account"));
    lab_close(&lab);
}

static void what_is_off_is_not_counted(void)
{
    struct lab lab;

    open_limited(&lab);
    lab.settings.rates.of[RATE_NEW_ORDERS_PER_ACCOUNT].count = 0;
    for (int i = 0; i < 10; i++) {
        CU_ASSERT(taken(&lab, RATE_NEW_ORDERS_PER_ACCOUNT, 1000, 1, NULL));
        CU_ASSERT(taken(&lab, RATE_NONE, 1000, 1, NULL));
    }
    lab.settings.rates.of[RATE_NEW_ORDERS_PER_ACCOUNT] = two_a_minute;
    CU_ASSERT(taken(&lab, RATE_NEW_ORDERS_PER_ACCOUNT, 1000, 1, NULL));
    lab_close(&lab);
}

static void addresses_of_a_block_share_a_bucket(void)
{
    static const struct {
        unsigned ipv4_prefix, ipv6_prefix;
        const char *one, *other;
        bool shared;
    } rows[] = {
        {32, 64, "192.0.2.1", "192.0.2.2", false}, {24, 64, "192.0.2.1", "192.0.2.255", true},
        {24, 64, "192.0.2.1", "192.0.3.1", false}, {20, 64, "192.0.16.1", "192.0.31.1", true},
        {20, 64, "192.0.16.1", "192.0.32.1", false},
        {32, 64, "2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", true},
        {32, 64, "2001:db8::1", "2001:db8:0:1::1", false},
        {32, 48, "2001:db8::1", "2001:db8:0:ffff::1", true},
        {32, 48, "2001:db8::1", "2001:db8:1::1", false},
        {32, 128, "2001:db8::1", "2001:db8::2", false},
        {8, 16, "2.0.0.0", "200::", false}, /* families apart */
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lab lab;

        open_limited(&lab);
        lab.settings.rates.ipv4_prefix = rows[i].ipv4_prefix;
        lab.settings.rates.ipv6_prefix = rows[i].ipv6_prefix;
        while (taken(&lab, RATE_REQUESTS_PER_ADDRESS, 1000, 0, rows[i].one))
            ;
        CU_ASSERT_EQUAL(
            taken(&lab, RATE_REQUESTS_PER_ADDRESS, 1000, 0, rows[i].other), !rows[i].shared);
        lab_close(&lab);
    }
}

static void who_is_exempt_is_not_counted_by_address(void)
{
    struct address_range exempt;
    struct lab lab;

    open_limited(&lab);
    CU_ASSERT_FATAL(address_range_parse("10.0.0.0/8", &exempt));
    lab.settings.rates.exempt = &exempt;
    lab.settings.rates.exempt_len = 1;
    for (int i = 0; i < 10; i++) {
        CU_ASSERT(taken(&lab, RATE_REQUESTS_PER_ADDRESS, 1000, 0, "10.1.2.3"));
        CU_ASSERT(taken(&lab, RATE_REQUESTS_PER_ADDRESS, 1000, 0, NULL)); /* a unix socket */
    }
    while (taken(&lab, RATE_REQUESTS_PER_ACCOUNT, 1000, 1, "10.1.2.3"))
        ;
    CU_ASSERT_FALSE(taken(&lab, RATE_REQUESTS_PER_ACCOUNT, 1000, 1, "10.1.2.3"));
    lab_close(&lab);
}

static void what_one_address_is_refused_does_not_use_up_the_share_of_all(void)
{
    struct lab lab;
    struct err e;

    open_limited(&lab);
    lab.settings.rates.of[RATE_REQUESTS] = (struct gcra_rate){3, 60 * RATE_SECOND};
    for (int i = 0; i < 10; i++) {
        e = (struct err){0};
        rate_take_request(request(&lab, 1000, 0, "192.0.2.1"), &e);
    }
    e = (struct err){0};
    CU_ASSERT_EQUAL(rate_take_request(request(&lab, 1000, 0, "192.0.2.2"), &e), ERR_OK);
    CU_ASSERT_EQUAL(rate_take_request(request(&lab, 1000, 0, "192.0.2.3"), &e), ERR_LIMIT);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "limit \"requests\""));
    lab_close(&lab);
}

static void waits_are_whole_seconds_and_never_too_short(void)
{
    struct lab lab;

    open_limited(&lab);
    lab.settings.rates.of[RATE_REQUESTS] = (struct gcra_rate){1, 10 * RATE_SECOND};
    CU_ASSERT(taken(&lab, RATE_REQUESTS, 1000, 0, NULL));
    for (int64_t ms = 0; ms < 10000; ms += 333) {
        struct acme_req *req = request(&lab, 1000, 0, NULL);
        struct err e = {0};

        req->arrived_ms += ms;
        CU_ASSERT_EQUAL(rate_take(req, RATE_REQUESTS, &e), ERR_LIMIT);
        CU_ASSERT_EQUAL(e.retry_after_s, (10000 - ms + 999) / 1000);
    }
    CU_ASSERT(taken(&lab, RATE_REQUESTS, 1010, 0, NULL));
    lab_close(&lab);
}

static bool may_try(struct lab *lab, int64_t second, int64_t account_id, const char *name)
{
    struct identifier one = {IDENTIFIER_DNS, name};
    struct identifiers names = {&one, 1};
    struct err e = {0};

    return rate_check_names(request(lab, second, account_id, NULL), &names, &e) == ERR_OK;
}

static void failures_count_by_account_and_name(void)
{
    static const struct identifier name = {IDENTIFIER_DNS, "a.example"};
    struct lab lab;

    open_limited(&lab);
    for (int i = 0; i < 2; i++) {
        CU_ASSERT(may_try(&lab, 1000, 1, "a.example"));
        rate_count_failure(lab.acme.rates, &lab.settings.rates, 1, &name, 1000 * 1000);
    }
    CU_ASSERT_FALSE(may_try(&lab, 1000, 1, "a.example"));
    CU_ASSERT_FALSE(may_try(&lab, 1000, 1, "*.a.example")); /* the same name is proven */
    CU_ASSERT(may_try(&lab, 1000, 1, "b.a.example"));
    CU_ASSERT(may_try(&lab, 1000, 2, "a.example"));
    CU_ASSERT(may_try(&lab, 1030, 1, "a.example"));
    lab_close(&lab);
}

static void a_replacement_counts_by_account_and_certificate(void)
{
    struct lab lab;
    struct err e = {0};

    open_limited(&lab);
    for (int i = 0; i < 2; i++)
        CU_ASSERT_EQUAL(rate_take_replacement(request(&lab, 1000, 1, NULL), "aa.bb", &e), ERR_OK);
    CU_ASSERT_EQUAL(rate_take_replacement(request(&lab, 1000, 2, NULL), "aa.bb", &e), ERR_OK);
    CU_ASSERT_EQUAL(rate_take_replacement(request(&lab, 1000, 1, NULL), "aa.bc", &e), ERR_OK);
    CU_ASSERT_EQUAL(rate_take_replacement(request(&lab, 1000, 1, NULL), "aa.bb", &e), ERR_LIMIT);
    CU_ASSERT(taken(&lab, RATE_NEW_ORDERS_PER_ACCOUNT, 1000, 1, NULL));
    lab_close(&lab);
}

/* In the store. */

struct wish {
    struct lab *lab;
    const char *names; /* one letter a name */
    bool takes;
    struct err e;
};

static enum err_code take_names(struct store_tx *tx, void *arg, struct err *e)
{
    struct wish *wish = arg;
    struct identifier list[8];
    struct identifiers names = {list, strlen(wish->names)};

    for (size_t i = 0; i < names.len; i++)
        list[i] = (struct identifier){
            IDENTIFIER_DNS, mem_printf(wish->lab->mem, "%c.example", wish->names[i])};
    rate_take_names(request(wish->lab, 1000, 1, NULL), tx, &names, wish->takes, e);
    wish->e = *e;
    return e->code;
}

static struct err certificate(struct lab *lab, const char *names, bool takes)
{
    struct wish wish = {lab, names, takes, {0}};

    lab_in_store(lab, take_names, &wish);
    return wish.e;
}

static void certificates_for_one_set_of_names_are_remembered(void)
{
    struct err e;
    struct lab lab;

    open_limited(&lab);
    for (int i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(certificate(&lab, "ab", false).code, ERR_OK); /* only looks */
    CU_ASSERT_EQUAL(certificate(&lab, "ab", true).code, ERR_OK);
    CU_ASSERT_EQUAL(certificate(&lab, "ab", true).code, ERR_OK);
    e = certificate(&lab, "ab", true);
    CU_ASSERT_EQUAL(e.code, ERR_LIMIT);
    CU_ASSERT_EQUAL(e.retry_after_s, 30);
    CU_ASSERT_EQUAL(certificate(&lab, "ab", false).code, ERR_LIMIT);
    CU_ASSERT_EQUAL(certificate(&lab, "a", true).code, ERR_OK);
    CU_ASSERT_EQUAL(certificate(&lab, "abc", true).code, ERR_OK);
    lab_restart(&lab);
    CU_ASSERT_EQUAL(certificate(&lab, "ab", true).code, ERR_LIMIT);
    lab_pass(-3600 * 1000); /* the clock is set back: nobody waits longer than the period */
    e = certificate(&lab, "ab", true);
    CU_ASSERT_EQUAL(e.code, ERR_LIMIT);
    CU_ASSERT_EQUAL(e.retry_after_s, 30);
    lab_pass((3600 + 30) * 1000);
    CU_ASSERT_EQUAL(certificate(&lab, "ab", true).code, ERR_OK);
    lab_close(&lab);
}

static enum err_code clean(struct store_tx *tx, void *arg, struct err *e)
{
    (void)arg;
    return store_rate_clean(tx, lab_now_ms() * 1000, e);
}

static void buckets_that_are_full_again_are_forgotten(void)
{
    struct lab lab;

    open_limited(&lab);
    certificate(&lab, "a", true);
    lab_pass(20 * 1000);
    certificate(&lab, "b", true);
    lab_pass(10 * 1000);
    CU_ASSERT_EQUAL(lab_count(&lab, "rate"), 2);
    CU_ASSERT_EQUAL(lab_in_store(&lab, clean, NULL), ERR_OK);
    CU_ASSERT_EQUAL(lab_count(&lab, "rate"), 1);
    lab_close(&lab);
}

static const struct test tests[] = {
    {"each limit counts its own and refuses in its own name",
        each_limit_counts_its_own_and_refuses_in_its_own_name},
    {"a mailbox gets so many challenges, whoever orders",
        a_mailbox_gets_so_many_challenges_whoever_orders},
    {"what is off is not counted", what_is_off_is_not_counted},
    {"addresses of a block share a bucket", addresses_of_a_block_share_a_bucket},
    {"who is exempt is not counted by address", who_is_exempt_is_not_counted_by_address},
    {"what one address is refused does not use up the share of all",
        what_one_address_is_refused_does_not_use_up_the_share_of_all},
    {"waits are whole seconds and never too short", waits_are_whole_seconds_and_never_too_short},
    {"failures count by account and name", failures_count_by_account_and_name},
    {"a replacement counts by account and certificate",
        a_replacement_counts_by_account_and_certificate},
    {"certificates for one set of names are remembered",
        certificates_for_one_set_of_names_are_remembered},
    {"buckets that are full again are forgotten", buckets_that_are_full_again_are_forgotten},
    {NULL, NULL},
};
extern const struct test_suite suite_rate;
const struct test_suite suite_rate = {"rate", tests};
