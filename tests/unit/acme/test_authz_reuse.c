/* Tests of acme/authz_reuse: which authorizations stand for which names, and for how long. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/authz.h"
#include "acme/authz_reuse.h"
#include "base/mem.h"
#include "store/authz.h"
#include "tests/unit/acme/lab.h"

#define HOUR INT64_C(3600)
#define DAY  (24 * HOUR)

static void an_authorization_stands_for_its_name_and_those_it_covers(void)
{
    static const struct {
        enum identifier_type type;
        const char *identifier;
        bool wildcard, subdomains;
        const char *name;
        bool covers;
    } rows[] = {
        {IDENTIFIER_DNS, "a.test", false, false, "a.test", true},
        {IDENTIFIER_DNS, "a.test", false, false, "*.a.test", false},
        {IDENTIFIER_DNS, "a.test", false, false, "b.a.test", false},
        {IDENTIFIER_DNS, "a.test", true, false, "*.a.test", true},
        {IDENTIFIER_DNS, "a.test", true, false, "a.test", false},
        {IDENTIFIER_DNS, "a.test", true, false, "b.a.test", false},
        {IDENTIFIER_DNS, "a.test", true, false, "*.b.a.test", false},
        {IDENTIFIER_DNS, "a.test", false, true, "a.test", true},
        {IDENTIFIER_DNS, "a.test", false, true, "b.a.test", true},
        {IDENTIFIER_DNS, "a.test", false, true, "c.b.a.test", true},
        {IDENTIFIER_DNS, "a.test", false, true, "*.a.test", false},
        {IDENTIFIER_DNS, "a.test", false, true, "*.b.a.test", false},
        {IDENTIFIER_DNS, "a.test", false, true, "ba.test", false}, /* whole labels */
        {IDENTIFIER_DNS, "a.test", false, true, "test", false},
        {IDENTIFIER_DNS, "a.test", false, true, "b.test", false},
        {IDENTIFIER_DNS, "a.test", true, true, "*.a.test", true},
        {IDENTIFIER_DNS, "a.test", true, true, "*.b.a.test", true},
        {IDENTIFIER_DNS, "a.test", true, true, "b.a.test", true},
        {IDENTIFIER_DNS, "a.test", true, true, "a.test", true},
        {IDENTIFIER_DNS, "a.test", true, true, "*.test", false},
        {IDENTIFIER_IP, "192.0.2.1", false, false, "192.0.2.1",
            false}, /* the name is of type dns */
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct authz authz = {.identifier = {rows[i].type, rows[i].identifier},
            .wildcard = rows[i].wildcard,
            .subdomains = rows[i].subdomains};
        struct identifier name = {IDENTIFIER_DNS, rows[i].name};

        CU_ASSERT_EQUAL(authz_covers(&authz, &name), rows[i].covers);
        if (authz_covers(&authz, &name) != rows[i].covers)
            printf("\n    row %zu: %s\n", i, rows[i].name);
    }
}

static void a_proof_counts_as_long_as_the_profile_says(void)
{
    static const struct {
        enum authz_status status;
        unsigned tried;
        int64_t validated_s, expires_s, reuse_s, until_s;
    } rows[] = {
        {AUTHZ_VALID, CHALLENGE_HTTP_01, 1000, 9000, 500, 1500},
        {AUTHZ_VALID, CHALLENGE_HTTP_01, 1000, 9000, 8000, 9000},
        {AUTHZ_VALID, CHALLENGE_HTTP_01, 1000, 9000, 8001, 9000},
        {AUTHZ_VALID, CHALLENGE_PREVALIDATED, 1000, 9000, 500, 9000}, /* nothing was proven */
        {AUTHZ_PENDING, 0, 0, 9000, 500, 9000},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct acme_profile profile = {.reuse_s = rows[i].reuse_s};
        struct authz authz = {.status = rows[i].status,
            .tried = rows[i].tried,
            .validated_s = rows[i].validated_s,
            .expires_s = rows[i].expires_s};

        CU_ASSERT_EQUAL(authz_lasts_until(&profile, &authz), rows[i].until_s);
    }
}

static void an_authorization_is_valid_as_long_as_any_profile_reuses_it(void)
{
    struct acme_profile profiles[] = {{.reuse_s = HOUR}, {.reuse_s = 30 * DAY}, {.reuse_s = 0}};
    struct acme_settings settings = {.profiles = profiles, .profiles_len = 1};

    CU_ASSERT_EQUAL(authz_valid_s(&settings), AUTHZ_PENDING_S);
    settings.profiles_len = 3;
    CU_ASSERT_EQUAL(authz_valid_s(&settings), 30 * DAY);
}

/* Else the wait would end with the proof, long before wait_max. */
static void an_authorization_outlasts_the_wait_for_a_vendor(void)
{
    struct acme_profile profile = {.vendor = VENDOR_DIGICERT, .wait_max_s = 14 * DAY};
    struct acme_settings settings = {.profiles = &profile, .profiles_len = 1};

    CU_ASSERT_EQUAL(authz_valid_s(&settings), AUTHZ_PENDING_S + 14 * DAY);
    profile.wait_max_s = 400 * DAY;
    CU_ASSERT_EQUAL(authz_valid_s(&settings), 200 * DAY);
    profile.vendor = VENDOR_LOCAL;
    CU_ASSERT_EQUAL(authz_valid_s(&settings), AUTHZ_PENDING_S);
}

/* An authorization in the store, valid by a method if one is given. */
static enum err_code add(struct store_tx *tx, void *arg, struct err *e)
{
    struct authz *authz = arg;
    unsigned method = authz->tried;

    if (store_authz_add(tx, authz, e) != ERR_OK || method == 0)
        return e->code;
    if (store_authz_try(tx, authz->id, (enum challenge_type)method, (const uint8_t[32]){1},
            LAB_NOW_S, e) != ERR_OK)
        return e->code;
    return store_authz_valid(tx, authz->id, LAB_NOW_S, authz->expires_s, NULL, e);
}

static int64_t make(struct lab *lab, const struct lab_account *account, const char *name,
    bool wildcard, bool subdomains, unsigned method)
{
    struct authz authz = {.account_id = account->id,
        .identifier = {IDENTIFIER_DNS, name},
        .wildcard = wildcard,
        .subdomains = subdomains,
        .expires_s = LAB_NOW_S + 7 * DAY,
        .token = "tokentokentokentoken22",
        .challenges = CHALLENGE_HTTP_01 | CHALLENGE_DNS_01,
        .tried = method};

    CU_ASSERT_EQUAL_FATAL(lab_in_store(lab, add, &authz), ERR_OK);
    return authz.id;
}

/* The authorization that is found for a name; 0: none. */
static int64_t found(struct lab *lab, const struct lab_account *account, const char *name)
{
    struct acme_req *req = lab_request(lab, account, 0, "");
    struct identifier wanted = {IDENTIFIER_DNS, name};
    struct err e = {0};
    struct store_tx *tx = store_snapshot_begin(lab->reader, lab->mem, &e);
    struct authz authz;
    enum err_code code = authz_find_valid(req, tx, &lab->profile, &wanted, &authz, &e);

    store_snapshot_end(tx);
    CU_ASSERT(code == ERR_OK || code == ERR_NOT_FOUND);
    if (code == ERR_OK)
        CU_ASSERT(authz_covers(&authz, &wanted));
    return code == ERR_OK ? authz.id : 0;
}

static bool held(struct lab *lab, const struct lab_account *account, const char *name)
{
    struct acme_req *req = lab_request(lab, account, 0, "");
    struct identifier wanted = {IDENTIFIER_DNS, name};
    struct err e = {0};
    struct store_tx *tx = store_snapshot_begin(lab->reader, lab->mem, &e);
    bool is_held;

    CU_ASSERT_EQUAL(authz_is_held(req, tx, &wanted, &is_held, &e), ERR_OK);
    store_snapshot_end(tx);
    return is_held;
}

static void the_nearest_proof_that_the_profile_takes_is_found(void)
{
    struct lab_account mine, other;
    int64_t own, above, top;
    struct lab lab;

    lab_open(&lab);
    mine = lab_account(&lab);
    other = lab_account(&lab);
    lab.profile.challenges = CHALLENGE_HTTP_01 | CHALLENGE_DNS_01;
    lab.profile.reuse_s = 8 * HOUR;
    lab.profile.subdomains = true;
    top = make(&lab, &mine, "corp.test", false, true, CHALLENGE_DNS_01);
    CU_ASSERT_EQUAL(found(&lab, &mine, "x.a.corp.test"), top);
    CU_ASSERT_EQUAL(found(&lab, &mine, "corp.test"), top);
    CU_ASSERT_EQUAL(found(&lab, &mine, "*.corp.test"), 0);
    CU_ASSERT_EQUAL(found(&lab, &mine, "xcorp.test"), 0);
    CU_ASSERT_EQUAL(found(&lab, &other, "x.a.corp.test"), 0);
    make(&lab, &mine, "alone.test", false, false, CHALLENGE_DNS_01);
    CU_ASSERT_EQUAL(found(&lab, &mine, "x.alone.test"), 0);
    above = make(&lab, &mine, "a.corp.test", true, true, CHALLENGE_DNS_01);
    CU_ASSERT_EQUAL(found(&lab, &mine, "x.a.corp.test"), above);
    CU_ASSERT_EQUAL(found(&lab, &mine, "*.x.a.corp.test"), above);
    CU_ASSERT_EQUAL(found(&lab, &mine, "b.corp.test"), top);
    own = make(&lab, &mine, "x.a.corp.test", false, false, CHALLENGE_HTTP_01);
    CU_ASSERT_EQUAL(found(&lab, &mine, "x.a.corp.test"), own);
    CU_ASSERT_EQUAL(found(&lab, &mine, "y.x.a.corp.test"), above);

    lab.profile.challenges = CHALLENGE_DNS_01; /* http-01 does not count here any more */
    CU_ASSERT_EQUAL(found(&lab, &mine, "x.a.corp.test"), above);
    lab.profile.subdomains = false;
    CU_ASSERT_EQUAL(found(&lab, &mine, "x.a.corp.test"), 0);
    CU_ASSERT_EQUAL(found(&lab, &mine, "corp.test"), top); /* as its own */
    lab.profile.challenges = CHALLENGE_HTTP_01;
    CU_ASSERT_EQUAL(found(&lab, &mine, "corp.test"), 0);
    lab.profile.subdomains = true;
    CU_ASSERT_EQUAL(found(&lab, &mine, "y.corp.test"), 0);
    lab_close(&lab);
}

/* By http-01 nobody proves more than one host; if such a row were there, it would not count. */
static void only_dns_speaks_for_names_below(void)
{
    struct lab_account mine;
    struct lab lab;

    lab_open(&lab);
    mine = lab_account(&lab);
    lab.profile.challenges = CHALLENGE_HTTP_01 | CHALLENGE_DNS_01;
    lab.profile.reuse_s = 8 * HOUR;
    lab.profile.subdomains = true;
    make(&lab, &mine, "corp.test", false, true, CHALLENGE_HTTP_01);
    CU_ASSERT_EQUAL(found(&lab, &mine, "a.corp.test"), 0);
    CU_ASSERT_NOT_EQUAL(found(&lab, &mine, "corp.test"), 0);
    lab_close(&lab);
}

static void an_old_proof_is_not_used_again(void)
{
    static const struct {
        int64_t reuse_s, age_s;
        bool used;
    } rows[] = {
        {0, 0, false}, {8 * HOUR, 0, true},
        {8 * HOUR, 7 * HOUR, true}, /* an hour is left for the order */
        {8 * HOUR, 7 * HOUR + 1, false}, {10 * 60, 5 * 60, true}, /* half of a short time */
        {10 * 60, 5 * 60 + 1, false}, {200 * DAY, 7 * DAY - HOUR, true},
        {200 * DAY, 7 * DAY - HOUR + 1, false}, /* it expires itself */
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lab_account mine;
        struct lab lab;

        lab_open(&lab);
        mine = lab_account(&lab);
        lab.profile.reuse_s = rows[i].reuse_s;
        make(&lab, &mine, "a.test", false, false, CHALLENGE_HTTP_01);
        lab_pass(rows[i].age_s * 1000);
        CU_ASSERT_EQUAL(found(&lab, &mine, "a.test") != 0, rows[i].used);
        lab_close(&lab);
    }
}

/* For a revocation it counts by what method and how long ago it was proven only in so far as it is
 * valid. */
static void what_is_held_is_what_is_valid(void)
{
    struct lab_account mine;
    struct lab lab;

    lab_open(&lab);
    mine = lab_account(&lab);
    make(&lab, &mine, "a.test", false, false, CHALLENGE_TLS_ALPN_01);
    make(&lab, &mine, "b.test", false, false, 0);
    make(&lab, &mine, "corp.test", false, true, CHALLENGE_DNS_01);
    CU_ASSERT(held(&lab, &mine, "a.test"));
    CU_ASSERT_FALSE(held(&lab, &mine, "*.a.test"));
    CU_ASSERT_FALSE(held(&lab, &mine, "x.a.test"));
    CU_ASSERT_FALSE(held(&lab, &mine, "b.test"));
    CU_ASSERT(held(&lab, &mine, "corp.test"));
    CU_ASSERT_FALSE(held(&lab, &mine, "x.corp.test")); /* no profile allows it */
    lab.profile.subdomains = true;
    CU_ASSERT(held(&lab, &mine, "x.corp.test"));
    CU_ASSERT_FALSE(held(&lab, &mine, "*.corp.test"));
    lab_pass((7 * DAY - 1) * 1000);
    CU_ASSERT(held(&lab, &mine, "a.test"));
    lab_pass(1000);
    CU_ASSERT_FALSE(held(&lab, &mine, "a.test"));
    lab_close(&lab);
}

static const struct test tests[] = {
    {"an authorization stands for its name and those it covers",
        an_authorization_stands_for_its_name_and_those_it_covers},
    {"a proof counts as long as the profile says", a_proof_counts_as_long_as_the_profile_says},
    {"an authorization is valid as long as any profile reuses it",
        an_authorization_is_valid_as_long_as_any_profile_reuses_it},
    {"an authorization outlasts the wait for a vendor",
        an_authorization_outlasts_the_wait_for_a_vendor},
    {"the nearest proof that the profile takes is found",
        the_nearest_proof_that_the_profile_takes_is_found},
    {"only DNS speaks for names below", only_dns_speaks_for_names_below},
    {"an old proof is not used again", an_old_proof_is_not_used_again},
    {"what is held is what is valid", what_is_held_is_what_is_valid},
    {NULL, NULL},
};
extern const struct test_suite suite_authz_reuse;
const struct test_suite suite_authz_reuse = {"authz_reuse", tests};
