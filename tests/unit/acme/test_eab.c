/* Tests of acme/eab: who may have an account, how often, and what it may order then. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/account.h"
#include "acme/authz.h"
#include "acme/eab.h"
#include "acme/order.h"
#include "base/b64url.h"
#include "base/mac.h"
#include "base/mem.h"
#include "store/eab.h"
#include "tests/unit/acme/lab.h"

#define URL LAB_URL "/acme/new-account"

/* An external account in the store; what is not said takes any number of accounts, for ever. */
static enum err_code add_eab(struct store_tx *tx, void *arg, struct err *e)
{
    return store_eab_add(tx, arg, e);
}

static struct eab make_eab(struct lab *lab, struct eab eab)
{
    static const uint8_t key[64] = "a key that is known to nobody but all who can read";

    eab.mac_key = (struct bytes){key, eab.mac_key.len == 0 ? sizeof key : eab.mac_key.len};
    eab.tenant = "corp";
    eab.label = "";
    eab.budget_orders = EAB_NO_BUDGET;
    eab.names = eab.names == NULL ? "" : eab.names;
    eab.profiles = eab.profiles == NULL ? "" : eab.profiles;
    CU_ASSERT_EQUAL_FATAL(lab_in_store(lab, add_eab, &eab), ERR_OK);
    return eab;
}

/* The binding of a key to an external account, in JSON. */
static char *binding(struct lab *lab, const struct eab *eab, const struct lab_account *key,
    const char *alg, enum mac_hash hash)
{
    char *header =
        mem_printf(lab->mem, "{\"alg\":\"%s\",\"kid\":\"%s\",\"url\":\"%s\"}", alg, eab->kid, URL);
    char *text = mem_printf(lab->mem, "%s.%s", b64url_encode(lab->mem, bytes_of(header)),
        b64url_encode(lab->mem, bytes_of(lab_jwk(lab->mem, key->key))));
    size_t dot = strcspn(text, ".");
    uint8_t mac[MAC_LEN_MAX];

    mac_compute(hash, eab->mac_key, bytes_of(text), mac);
    return mem_printf(lab->mem, "{\"protected\":\"%.*s\",\"payload\":\"%s\",\"signature\":\"%s\"}",
        (int)dot, text, text + dot + 1,
        b64url_encode(lab->mem, (struct bytes){mac, mac_len(hash)}));
}

static struct lab_answer new_account(
    struct lab *lab, const struct lab_account *key, const char *bound)
{
    char *payload = bound == NULL ? mem_strdup(lab->mem, "{}")
                                  : mem_printf(lab->mem, "{\"externalAccountBinding\":%s}", bound);
    struct acme_req *req = lab_request_by_key(lab, key, payload);

    req->url = URL;
    return lab_write(lab, req, account_prepare_new, account_new);
}

static struct lab_answer bind_new(struct lab *lab, const struct eab *eab)
{
    struct lab_account key = lab_key(lab);

    return new_account(lab, &key, binding(lab, eab, &key, "HS256", MAC_SHA256));
}

/* An account that was made with it. */
static struct lab_account bound_account(struct lab *lab, const struct eab *eab)
{
    struct lab_account key = lab_key(lab);
    struct lab_answer answer = new_account(lab, &key, binding(lab, eab, &key, "HS256", MAC_SHA256));

    lab_expect_status(&answer, 201);
    CU_ASSERT(acme_account_of_url(&lab->acme, &lab->settings, answer.resp.location, &key.id));
    return key;
}

static void an_account_is_bound_by_each_hash_and_shows_it(void)
{
    static const char *const algs[] = {"HS256", "HS384", "HS512"};
    struct lab lab;
    struct eab eab;

    lab_open(&lab);
    lab.settings.external_account_required = true;
    eab = make_eab(&lab, (struct eab){.kid = "k", .uses_left = EAB_UNLIMITED});
    for (size_t i = 0; i < COUNT(algs); i++) {
        struct lab_account key = lab_key(&lab);
        char *bound = binding(&lab, &eab, &key, algs[i], (enum mac_hash)i);
        struct lab_answer answer = new_account(&lab, &key, bound);

        lab_expect_status(&answer, 201);
        CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, bound));
        /* It is there now: nothing of this counts any more. */
        answer = new_account(&lab, &key, NULL);
        lab_expect_status(&answer, 200);
        CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, bound));
        answer = new_account(&lab, &key, "\"x\"");
        lab_expect_status(&answer, 200);
    }
    CU_ASSERT_EQUAL(lab_count(&lab, "account WHERE tenant = 'corp' AND eab_id = 1"), 3);
    lab_close(&lab);
}

static void without_one_there_is_no_account_where_it_is_required(void)
{
    struct lab_account key;
    struct lab_answer answer;
    struct lab lab;

    lab_open(&lab);
    key = lab_key(&lab);
    lab.settings.external_account_required = true;
    answer = new_account(&lab, &key, NULL);
    lab_expect_problem(&answer, PROBLEM_EXTERNAL_ACCOUNT_REQUIRED, "externalAccountBinding");
    answer = new_account(&lab, &key, "null");
    lab_expect_problem(&answer, PROBLEM_EXTERNAL_ACCOUNT_REQUIRED, "externalAccountBinding");
    lab.settings.external_account_required = false;
    answer = new_account(&lab, &key, NULL);
    lab_expect_status(&answer, 201);
    CU_ASSERT_PTR_NULL(strstr(answer.body, "externalAccountBinding"));
    lab_close(&lab);
}

static void uses_are_counted_with_the_accounts(void)
{
    struct lab_answer answer;
    struct lab lab;
    struct eab eab;

    lab_open(&lab);
    eab = make_eab(&lab, (struct eab){.kid = "twice", .uses_left = 2});
    for (int i = 0; i < 2; i++) {
        answer = bind_new(&lab, &eab);
        lab_expect_status(&answer, 201);
    }
    answer = bind_new(&lab, &eab);
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "all the accounts");
    CU_ASSERT_EQUAL(lab_count(&lab, "account"), 2);
    lab_close(&lab);
}

static enum err_code revoke(struct store_tx *tx, void *arg, struct err *e)
{
    return store_eab_revoke(tx, ((const struct eab *)arg)->id, LAB_NOW_S, e);
}

static void what_is_over_makes_no_accounts(void)
{
    struct lab_answer answer;
    struct eab old, new;
    struct lab lab;

    lab_open(&lab);
    old = make_eab(
        &lab, (struct eab){.kid = "old", .uses_left = EAB_UNLIMITED, .expires_s = LAB_NOW_S + 10});
    answer = bind_new(&lab, &old);
    lab_expect_status(&answer, 201);
    lab_pass(10000);
    answer = bind_new(&lab, &old);
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "expired");

    new = make_eab(&lab, (struct eab){.kid = "new", .uses_left = EAB_UNLIMITED});
    CU_ASSERT_EQUAL(lab_in_store(&lab, revoke, &new), ERR_OK);
    CU_ASSERT_EQUAL(lab_in_store(&lab, revoke, &new), ERR_CONFLICT);
    answer = bind_new(&lab, &new);
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "revoked");

    new.mac_key.len = 32; /* who has not its key learns nothing of it */
    answer = bind_new(&lab, &new);
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "not made with the key");
    new.kid = "none";
    answer = bind_new(&lab, &new);
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "no external account \"none\"");
    lab_close(&lab);
}

static void a_key_shorter_than_the_hash_does_not_bind(void)
{
    struct lab_account key;
    struct lab_answer answer;
    struct lab lab;
    struct eab eab;

    lab_open(&lab);
    key = lab_key(&lab);
    eab = make_eab(
        &lab, (struct eab){.kid = "short", .uses_left = 1, .mac_key = {(const uint8_t *)"", 32}});
    answer = new_account(&lab, &key, binding(&lab, &eab, &key, "HS512", MAC_SHA512));
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "too few");
    answer = new_account(&lab, &key, binding(&lab, &eab, &key, "HS256", MAC_SHA256));
    lab_expect_status(&answer, 201);
    lab_close(&lab);
}

static void names_are_held_against_the_list(void)
{
    static const struct {
        const char *names;
        enum identifier_type type;
        const char *name;
        bool covered;
    } cases[] = {
        {"", IDENTIFIER_DNS, "anything.test", true},
        {"corp.test", IDENTIFIER_DNS, "corp.test", true},
        {"corp.test", IDENTIFIER_DNS, "www.corp.test", true},
        {"corp.test", IDENTIFIER_DNS, "*.corp.test", true},
        {"corp.test", IDENTIFIER_DNS, "*.a.b.corp.test", true},
        {"corp.test", IDENTIFIER_DNS, "xcorp.test", false},
        {"corp.test", IDENTIFIER_DNS, "test", false},
        {"corp.test", IDENTIFIER_DNS, "*.test", false},
        {"corp.test", IDENTIFIER_DNS, "corp.test.org", false},
        {"corp.test\nother.test", IDENTIFIER_DNS, "a.other.test", true},
        {"corp.test\nother.test", IDENTIFIER_DNS, "a.corp.test", true},
        {"corp.test\nother.test", IDENTIFIER_DNS, "third.test", false},
        {"www.corp.test", IDENTIFIER_DNS, "corp.test", false},
        {"192.0.2.7", IDENTIFIER_IP, "192.0.2.7", true},
        {"2.0.2.7", IDENTIFIER_IP, "192.0.2.7", false},
        {"corp.test\n192.0.2.7", IDENTIFIER_IP, "192.0.2.7", true},
        {"corp.test", IDENTIFIER_EMAIL, "a@corp.test", true},
        {"corp.test", IDENTIFIER_EMAIL, "a@mail.corp.test", true},
        {"corp.test", IDENTIFIER_EMAIL, "a@xcorp.test", false},
        {"corp.test", IDENTIFIER_EMAIL, "corp.test@other.test", false},
        {"mail.corp.test", IDENTIFIER_EMAIL, "a@corp.test", false},
        {"a@corp.test", IDENTIFIER_EMAIL, "a@corp.test", true},
        {"a@corp.test", IDENTIFIER_EMAIL, "b@corp.test", false},
        {"a@corp.test", IDENTIFIER_EMAIL, "b.a@corp.test", false},
        {"a@corp.test", IDENTIFIER_DNS, "corp.test", false},
    };

    for (size_t i = 0; i < COUNT(cases); i++)
        CU_ASSERT_EQUAL(eab_covers(&(struct eab){.names = cases[i].names},
                            &(struct identifier){cases[i].type, cases[i].name}),
            cases[i].covered);
}

static struct lab_answer new_order(
    struct lab *lab, const struct lab_account *account, const char *identifiers)
{
    char *payload = mem_printf(lab->mem, "{\"identifiers\":[%s]}", identifiers);

    return lab_write(lab, lab_request(lab, account, 0, payload), order_prepare_new, order_new);
}

#define DNS(name) "{\"type\":\"dns\",\"value\":\"" name "\"}"

static void orders_are_held_to_the_external_account(void)
{
    struct lab_account free_one, bound, elsewhere;
    struct eab eab, other;
    struct lab_answer answer;
    struct lab lab;

    lab_open(&lab);
    eab = make_eab(&lab, (struct eab){.kid = "k", .uses_left = 1, .names = "corp.test"});
    other = make_eab(&lab, (struct eab){.kid = "p", .uses_left = 1, .profiles = "x\ndefault2\ny"});
    bound = bound_account(&lab, &eab);
    elsewhere = bound_account(&lab, &other);
    free_one = lab_account(&lab);

    answer = new_order(&lab, &bound, DNS("www.corp.test"));
    lab_expect_status(&answer, 201);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"status\":\"pending\""));
    answer = new_order(&lab, &bound, DNS("other.test"));
    lab_expect_problem(&answer, PROBLEM_REJECTED_IDENTIFIER, "does not allow \"other.test\"");
    answer = new_order(&lab, &bound, DNS("corp.test") "," DNS("other.test") "," DNS("no..test"));
    lab_expect_problem(&answer, PROBLEM_COMPOUND, "2 of 3");
    answer = new_order(&lab, &elsewhere, DNS("corp.test"));
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "profile \"default\"");
    answer = new_order(&lab, &free_one, DNS("other.test"));
    lab_expect_status(&answer, 201);

    lab.profile.external_account_required = true;
    answer = new_order(&lab, &free_one, DNS("other.test"));
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "external");
    answer = new_order(&lab, &bound, DNS("corp.test"));
    lab_expect_status(&answer, 201);
    CU_ASSERT_EQUAL(lab_in_store(&lab, revoke, &eab), ERR_OK);
    answer = new_order(&lab, &bound, DNS("corp.test"));
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "revoked");
    lab_close(&lab);
}

static void prevalidated_names_are_ready_at_once(void)
{
    struct lab_account bound;
    struct lab_answer answer;
    struct authz authz;
    struct lab lab;
    struct eab eab;

    lab_open(&lab);
    eab = make_eab(
        &lab, (struct eab){.kid = "k", .uses_left = 1, .names = "corp.test", .prevalidated = true});
    bound = bound_account(&lab, &eab);
    answer = new_order(&lab, &bound, DNS("corp.test") "," DNS("*.corp.test"));
    lab_expect_status(&answer, 201);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"status\":\"ready\""));
    CU_ASSERT_EQUAL(lab_get_order(&lab, 1).status, ORDER_READY);
    for (size_t i = 0; i < 2; i++) {
        authz = lab_get_authz(&lab, lab_authz_of(&lab, 1, i));
        CU_ASSERT_EQUAL(authz.status, AUTHZ_VALID);
        CU_ASSERT_EQUAL(authz.tried, CHALLENGE_PREVALIDATED);
        CU_ASSERT_EQUAL(authz.validated_s, LAB_NOW_S);
        CU_ASSERT_STRING_EQUAL(authz.identifier.value, "corp.test");
    }
    CU_ASSERT_EQUAL(lab_count(&lab, "job"), 0);
    answer = new_order(&lab, &bound, DNS("other.test"));
    lab_expect_problem(&answer, PROBLEM_REJECTED_IDENTIFIER, "other.test");
    lab_close(&lab);
}

static struct lab_answer new_authz(
    struct lab *lab, const struct lab_account *by, const char *identifier)
{
    char *payload = mem_printf(lab->mem, "{\"identifier\":%s}", identifier);

    return lab_write(lab, lab_request(lab, by, 0, payload), authz_prepare_new, authz_new);
}

#define BELOW(name, domain)                                                                        \
    "{\"type\":\"dns\",\"value\":\"" name "\",\"ancestorDomain\":\"" domain "\"}"
#define DOMAIN_OF(name) "{\"type\":\"dns\",\"value\":\"" name "\",\"subdomainAuthAllowed\":true}"

static void authorizations_in_advance_are_held_to_the_external_account(void)
{
    struct lab_account bound, elsewhere;
    struct eab eab, other;
    struct lab_answer answer;
    struct lab lab;

    lab_open(&lab);
    lab.settings.pre_authorization = true;
    lab.profile.subdomains = true;
    lab.profile.challenges = CHALLENGE_DNS_01;
    eab = make_eab(&lab, (struct eab){.kid = "k", .uses_left = 1, .names = "www.corp.test"});
    other = make_eab(&lab, (struct eab){.kid = "p", .uses_left = 1, .profiles = "x"});
    bound = bound_account(&lab, &eab);
    elsewhere = bound_account(&lab, &other);
    answer = new_authz(&lab, &bound, DNS("other.test"));
    lab_expect_problem(
        &answer, PROBLEM_REJECTED_PRE_AUTHORIZATION, "does not allow \"other.test\"");
    answer = new_authz(&lab, &bound, DOMAIN_OF("corp.test"));
    lab_expect_problem(&answer, PROBLEM_REJECTED_PRE_AUTHORIZATION, "does not allow \"corp.test\"");
    answer = new_authz(&lab, &elsewhere, DNS("corp.test"));
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "profile \"default\"");
    answer = new_order(&lab, &bound, BELOW("a.www.corp.test", "corp.test"));
    lab_expect_problem(&answer, PROBLEM_REJECTED_IDENTIFIER, "does not allow \"corp.test\"");
    answer = new_order(&lab, &bound, BELOW("a.www.corp.test", "www.corp.test"));
    lab_expect_status(&answer, 201);
    answer = new_authz(&lab, &bound, DNS("x.www.corp.test"));
    lab_expect_status(&answer, 201);
    CU_ASSERT_EQUAL(lab_in_store(&lab, revoke, &eab), ERR_OK);
    answer = new_authz(&lab, &bound, DNS("y.www.corp.test"));
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "revoked");
    lab_close(&lab);
}

/* The operator's word for a name is none for those below; they have it themselves. */
static void prevalidated_names_are_valid_in_advance(void)
{
    struct lab_account bound;
    struct lab_answer answer;
    struct lab lab;
    struct eab eab;

    lab_open(&lab);
    lab.settings.pre_authorization = true;
    lab.profile.subdomains = true;
    lab.profile.challenges = CHALLENGE_HTTP_01 | CHALLENGE_DNS_01;
    lab.profile.reuse_s = 3600;
    eab = make_eab(
        &lab, (struct eab){.kid = "k", .uses_left = 1, .names = "corp.test", .prevalidated = true});
    bound = bound_account(&lab, &eab);
    answer = new_authz(&lab, &bound, DOMAIN_OF("corp.test"));
    lab_expect_status(&answer, 201);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"status\":\"valid\""));
    CU_ASSERT_PTR_NULL(strstr(answer.body, "subdomainAuthAllowed"));
    answer = new_order(&lab, &bound, BELOW("a.corp.test", "corp.test"));
    lab_expect_status(&answer, 201);
    CU_ASSERT_STRING_EQUAL(lab_get_authz(&lab, 2).identifier.value, "a.corp.test");
    CU_ASSERT_FALSE(lab_get_authz(&lab, 2).subdomains);
    CU_ASSERT_EQUAL(lab_get_order(&lab, 1).status, ORDER_READY);
    CU_ASSERT_EQUAL(lab_get_order(&lab, 1).expires_s, LAB_NOW_S + 7 * 86400);
    lab_close(&lab);
}

static void a_revoked_external_account_finalizes_nothing(void)
{
    struct lab_account bound;
    struct lab_answer answer;
    struct lab lab;
    struct eab eab;
    char *payload;
    int64_t order;

    lab_open(&lab);
    eab = make_eab(&lab, (struct eab){.kid = "k", .uses_left = 1});
    bound = bound_account(&lab, &eab);
    order = lab_order(&lab, &bound, "a.test", true);
    payload = lab_csr_payload(&lab, lab_csr(&lab, "a.test", NULL));
    CU_ASSERT_EQUAL(lab_in_store(&lab, revoke, &eab), ERR_OK);
    answer = lab_write(
        &lab, lab_request(&lab, &bound, order, payload), order_prepare_finalize, order_finalize);
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "revoked");
    CU_ASSERT_EQUAL(lab_get_order(&lab, order).status, ORDER_READY);
    lab_close(&lab);
}

static const struct test tests[] = {
    {"an account is bound by each hash and shows it",
        an_account_is_bound_by_each_hash_and_shows_it},
    {"without one there is no account where it is required",
        without_one_there_is_no_account_where_it_is_required},
    {"uses are counted with the accounts", uses_are_counted_with_the_accounts},
    {"what is over makes no accounts", what_is_over_makes_no_accounts},
    {"a key shorter than the hash does not bind", a_key_shorter_than_the_hash_does_not_bind},
    {"names are held against the list", names_are_held_against_the_list},
    {"orders are held to the external account", orders_are_held_to_the_external_account},
    {"prevalidated names are ready at once", prevalidated_names_are_ready_at_once},
    {"authorizations in advance are held to the external account",
        authorizations_in_advance_are_held_to_the_external_account},
    {"prevalidated names are valid in advance", prevalidated_names_are_valid_in_advance},
    {"a revoked external account finalizes nothing", a_revoked_external_account_finalizes_nothing},
    {NULL, NULL},
};
extern const struct test_suite suite_eab;
const struct test_suite suite_eab = {"eab", tests};
