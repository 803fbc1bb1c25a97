/* Tests of acme/request: who may ask, held against a real store and real signatures. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/request.h"
#include "base/mem.h"
#include "base/rand.h"
#include "store/account.h"
#include "tests/unit/acme/lab.h"

#define PATH "/acme/new-order"

/* How a request is made; what a row leaves out is as it should be. */
struct form {
    const char *url;   /* NULL: of PATH */
    const char *kid;   /* NULL: the account's */
    bool by_key;       /* a "jwk" instead of the "kid" */
    const char *nonce; /* NULL: a fresh one */
    struct key *key;   /* NULL: the account's */
    enum acme_signer signer;
    const char *asked; /* NULL: PATH */
};

struct asked {
    struct acme_req req;
    struct err e;
};

struct desk {
    struct lab lab;
    struct key_cache *keys;
    struct lab_account account;
};

static void open_desk(struct desk *desk)
{
    lab_open(&desk->lab);
    desk->keys = key_cache_new(desk->lab.mem);
    desk->account = lab_account(&desk->lab);
}

static char *url_of(struct desk *desk, const struct lab_account *account)
{
    return acme_url(lab_request(&desk->lab, account, 0, ""), HANDLE_ACCOUNT, account->id);
}

static const char *fresh_nonce(struct desk *desk)
{
    char nonce[SEAL_TEXT_SIZE];

    nonce_issue(desk->lab.acme.nonces, nonce);
    return mem_strdup(desk->lab.mem, nonce);
}

static struct bytes body_of(
    struct desk *desk, const struct lab_account *by, const struct form *form)
{
    void *mem = desk->lab.mem;
    const char *signer = form->by_key ? mem_printf(mem, "\"jwk\":%s", by->jwk.canonical)
                                      : mem_printf(mem, "\"kid\":\"%s\"",
                                            form->kid != NULL ? form->kid : url_of(desk, by));
    const char *header = mem_printf(mem, "{\"alg\":\"ES256\",\"nonce\":\"%s\",\"url\":\"%s\",%s}",
        form->nonce != NULL ? form->nonce : fresh_nonce(desk),
        form->url != NULL ? form->url : LAB_URL PATH, signer);

    return lab_jws(mem, form->key != NULL ? form->key : by->key, header, "{\"a\":1}");
}

/* Reads and verifies; what the worker does. */
static void ask_body(
    struct desk *desk, struct bytes body, const struct form *form, struct asked *out)
{
    struct jws jws;

    *out = (struct asked){.req = {.mem = mem_pool(desk->lab.mem, 8192),
                              .acme = &desk->lab.acme,
                              .settings = &desk->lab.settings,
                              .now_s = LAB_NOW_S}};
    if (acme_request_read(&out->req, body, form->asked != NULL ? form->asked : PATH, form->signer,
            &jws, &out->e) == ERR_OK)
        acme_request_verify(&out->req, &jws, desk->keys, desk->lab.reader, &out->e);
}

static void ask(
    struct desk *desk, const struct lab_account *by, const struct form *form, struct asked *out)
{
    ask_body(desk, body_of(desk, by, form), form, out);
}

static void expect_refused(const struct asked *asked, enum problem problem, const char *words)
{
    bool as_expected = asked->e.code != ERR_OK && problem_of(&asked->e) == problem &&
                       strstr(asked->e.detail, words) != NULL;

    CU_ASSERT(as_expected);
    if (!as_expected)
        printf("\n    not \"%s\": %s\n", words, asked->e.detail);
}

static void expect_welcome(const struct asked *asked)
{
    CU_ASSERT_EQUAL(asked->e.code, ERR_OK);
    if (asked->e.code != ERR_OK)
        printf("\n    %s\n", asked->e.detail);
}

static void an_account_that_signs_is_known(void)
{
    struct form form = {.signer = SIGNER_ACCOUNT};
    struct asked asked;
    struct desk desk;

    open_desk(&desk);
    for (int i = 0; i < 3; i++) { /* from the store, then from the cache */
        ask(&desk, &desk.account, &form, &asked);
        expect_welcome(&asked);
        CU_ASSERT_EQUAL(asked.req.account_id, desk.account.id);
        CU_ASSERT_FALSE(asked.req.has_jwk);
        CU_ASSERT_EQUAL(
            memcmp(asked.req.thumbprint, desk.account.jwk.thumbprint, JWK_THUMBPRINT_LEN), 0);
        CU_ASSERT(bytes_equal(asked.req.payload, bytes_of("{\"a\":1}")));
        CU_ASSERT(key_equal(asked.req.jwk.key, desk.account.key));
    }
    lab_close(&desk.lab);
}

static void a_key_that_is_sent_along_is_known_by_its_thumbprint(void)
{
    struct form form = {.by_key = true, .signer = SIGNER_OWN_KEY};
    struct lab_account stranger;
    struct asked asked;
    struct desk desk;

    open_desk(&desk);
    stranger = lab_key(&desk.lab);
    ask(&desk, &stranger, &form, &asked);
    expect_welcome(&asked);
    CU_ASSERT(asked.req.has_jwk);
    CU_ASSERT_EQUAL(asked.req.account_id, 0);
    CU_ASSERT_EQUAL(memcmp(asked.req.thumbprint, stranger.jwk.thumbprint, JWK_THUMBPRINT_LEN), 0);
    CU_ASSERT_STRING_EQUAL(asked.req.jwk.canonical, stranger.jwk.canonical);
    lab_close(&desk.lab);
}

/* RFC 8555, 6.2: which key a resource takes. */
static void each_resource_takes_the_signer_that_it_is_for(void)
{
    static const struct {
        enum acme_signer signer;
        bool by_key;
        const char *words; /* NULL: welcome */
    } rows[] = {
        {SIGNER_ACCOUNT, false, NULL},
        {SIGNER_ACCOUNT, true, "as \"kid\" here, not with a \"jwk\""},
        {SIGNER_OWN_KEY, true, NULL},
        {SIGNER_OWN_KEY, false, "as \"jwk\" here, not with a \"kid\""},
        {SIGNER_EITHER, true, NULL},
        {SIGNER_EITHER, false, NULL},
    };
    struct desk desk;

    open_desk(&desk);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct form form = {.signer = rows[i].signer, .by_key = rows[i].by_key};
        struct asked asked;

        ask(&desk, &desk.account, &form, &asked);
        if (rows[i].words == NULL)
            expect_welcome(&asked);
        else
            expect_refused(&asked, PROBLEM_MALFORMED, rows[i].words);
    }
    lab_close(&desk.lab);
}

/* RFC 8555, 6.4: the url is compared as it is, octet by octet. */
static void the_url_is_the_address_that_was_asked(void)
{
    static const struct {
        const char *asked, *url;
        bool good;
    } rows[] = {
        {PATH, LAB_URL PATH, true},
        {PATH "?x=1", LAB_URL PATH "?x=1", true},
        {PATH, LAB_URL PATH "?", false},
        {PATH "?x=1", LAB_URL PATH, false},
        {PATH, LAB_URL PATH "/", false},
        {PATH, LAB_URL "/acme/new-account", false},
        {PATH, PATH, false},
        {PATH, "", false},
        {PATH, "https://ACME.test" PATH, false},
        {PATH, "https://acme.test:443" PATH, false},
        {PATH, "http://acme.test" PATH, false},
        {PATH, "https://acme.tes" PATH, false},
        {PATH, "https://acme.test.evil.test" PATH, false},
        {PATH, LAB_URL "/acme/new%2Dorder", false},
        {PATH, LAB_URL PATH "#", false},
        {PATH, " " LAB_URL PATH, false},
    };
    struct desk desk;

    open_desk(&desk);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct form form = {.signer = SIGNER_ACCOUNT, .url = rows[i].url, .asked = rows[i].asked};
        struct asked asked;

        ask(&desk, &desk.account, &form, &asked);
        if (rows[i].good)
            expect_welcome(&asked);
        else
            expect_refused(&asked, PROBLEM_UNAUTHORIZED,
                mem_printf(desk.lab.mem, "is not the address that was asked, " LAB_URL "%s",
                    rows[i].asked));
    }
    lab_close(&desk.lab);
}

static void a_kid_that_is_no_account_of_ours_is_refused(void)
{
    struct form form = {.signer = SIGNER_ACCOUNT};
    struct asked asked;
    struct desk desk;

    open_desk(&desk);
    const char *url = url_of(&desk, &desk.account), *handle = strrchr(url, '/') + 1;
    struct acme_req *req = lab_request(&desk.lab, &desk.account, 0, "");
    const char *const kids[] = {
        mem_printf(desk.lab.mem, "https://other.test/acme/account/%s", handle),
        mem_printf(desk.lab.mem, "%s/", url),
        acme_url(req, HANDLE_ORDER, desk.account.id),
        handle,
        "",
        LAB_URL "/acme/account/1",
        LAB_URL "/acme/account/AAAAAAAAAAAAAAAAAAAAAA",
    };

    for (size_t i = 0; i < COUNT(kids); i++) {
        form.kid = kids[i];
        ask(&desk, &desk.account, &form, &asked);
        expect_refused(&asked, PROBLEM_ACCOUNT_DOES_NOT_EXIST, "is no account URL of this server");
    }
    form.kid = acme_url(req, HANDLE_ACCOUNT, desk.account.id + 1); /* ours, but nobody's */
    ask(&desk, &desk.account, &form, &asked);
    expect_refused(&asked, PROBLEM_ACCOUNT_DOES_NOT_EXIST, "there is no such account");
    lab_close(&desk.lab);
}

static void another_key_does_not_sign_for_an_account(void)
{
    struct form form = {.signer = SIGNER_ACCOUNT};
    struct lab_account other;
    struct asked asked;
    struct desk desk;

    open_desk(&desk);
    other = lab_account(&desk.lab);
    form.key = other.key;
    ask(&desk, &desk.account, &form, &asked);
    expect_refused(&asked, PROBLEM_MALFORMED, "the signature of the JWS does not match");
    form.by_key = true; /* nor does it for a key that is only shown */
    form.signer = SIGNER_OWN_KEY;
    ask(&desk, &desk.account, &form, &asked);
    expect_refused(&asked, PROBLEM_MALFORMED, "the signature of the JWS does not match");
    lab_close(&desk.lab);
}

static void a_nonce_serves_one_request(void)
{
    struct form form = {.signer = SIGNER_ACCOUNT};
    struct asked asked;
    struct bytes body;
    struct desk desk;

    open_desk(&desk);
    body = body_of(&desk, &desk.account, &form);
    ask_body(&desk, body, &form, &asked);
    expect_welcome(&asked);
    ask_body(&desk, body, &form, &asked); /* acme.sh decides by this wording */
    expect_refused(&asked, PROBLEM_BAD_NONCE, "JWS has an invalid anti-replay nonce");
    form.nonce = "AAAAAAAAAAAAAAAAAAAAAA";
    ask(&desk, &desk.account, &form, &asked);
    expect_refused(&asked, PROBLEM_BAD_NONCE, "JWS has an invalid anti-replay nonce");
    lab_close(&desk.lab);
}

/* Else anybody who saw a nonce could spend it. */
static void a_request_that_is_not_signed_well_spends_no_nonce(void)
{
    struct form form = {.signer = SIGNER_ACCOUNT};
    struct asked asked;
    struct desk desk;

    open_desk(&desk);
    form.nonce = fresh_nonce(&desk);
    form.key = lab_key(&desk.lab).key;
    ask(&desk, &desk.account, &form, &asked);
    expect_refused(&asked, PROBLEM_MALFORMED, "signature");
    form.key = NULL;
    form.url = LAB_URL "/elsewhere";
    ask(&desk, &desk.account, &form, &asked);
    expect_refused(&asked, PROBLEM_UNAUTHORIZED, "url");
    form.url = NULL;
    ask(&desk, &desk.account, &form, &asked);
    expect_welcome(&asked);
    lab_close(&desk.lab);
}

/* Accounts that share a place in the cache take turns in it, and none signs for another. */

enum { PLACES = 4096 };

static enum err_code fill_accounts(struct store_tx *tx, void *arg, struct err *e)
{
    uint8_t thumbprint[32] = {0};
    const int64_t *last = arg;
    int64_t id = 0;

    while (id < *last) {
        struct account filler = {.jwk = "{}", .contacts = ""};

        rand_bytes(thumbprint, sizeof thumbprint);
        memcpy(filler.thumbprint, thumbprint, sizeof thumbprint);
        if (store_account_add(tx, &filler, e) != ERR_OK)
            return e->code;
        id = filler.id;
    }
    return ERR_OK;
}

static void accounts_that_share_a_place_in_the_cache_take_turns(void)
{
    struct form form = {.signer = SIGNER_ACCOUNT};
    struct lab_account rival;
    struct asked asked;
    struct desk desk;
    int64_t last;

    open_desk(&desk);
    last = desk.account.id + PLACES - 1;
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&desk.lab, fill_accounts, &last), ERR_OK);
    rival = lab_account(&desk.lab);
    CU_ASSERT_EQUAL_FATAL(rival.id % PLACES, desk.account.id % PLACES);
    for (int i = 0; i < 6; i++) {
        const struct lab_account *by = i % 2 == 0 ? &desk.account : &rival;
        const struct lab_account *other = i % 2 == 0 ? &rival : &desk.account;

        form.key = NULL;
        ask(&desk, by, &form, &asked);
        expect_welcome(&asked);
        CU_ASSERT_EQUAL(asked.req.account_id, by->id);
        CU_ASSERT(key_equal(asked.req.jwk.key, by->key));
        form.key = by->key; /* the key that is in the cache at this moment */
        ask(&desk, other, &form, &asked);
        expect_refused(&asked, PROBLEM_MALFORMED, "signature");
    }
    lab_close(&desk.lab);
}

/* What is asked again in the transaction. */

static enum err_code check_account(struct store_tx *tx, void *arg, struct err *e)
{
    return acme_request_account(arg, tx, e);
}

static void account_in_store(struct desk *desk, struct asked *asked)
{
    store_run_and_wait(desk->lab.store, check_account, &asked->req, &asked->e);
}

static enum err_code deactivate(struct store_tx *tx, void *arg, struct err *e)
{
    return store_account_deactivate(tx, *(const int64_t *)arg, e);
}

static void an_account_that_was_deactivated_meanwhile_is_refused(void)
{
    struct form form = {.signer = SIGNER_ACCOUNT};
    struct asked before, after;
    struct desk desk;

    open_desk(&desk);
    ask(&desk, &desk.account, &form, &before);
    account_in_store(&desk, &before);
    expect_welcome(&before);
    CU_ASSERT_EQUAL(before.req.account.id, desk.account.id);

    ask(&desk, &desk.account, &form, &before); /* verified, still on its way to the store */
    expect_welcome(&before);
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&desk.lab, deactivate, &desk.account.id), ERR_OK);
    account_in_store(&desk, &before);
    expect_refused(&before, PROBLEM_UNAUTHORIZED_ACCOUNT, "deactivated");

    ask(&desk, &desk.account, &form, &after); /* its key is still in the cache */
    expect_welcome(&after);
    account_in_store(&desk, &after);
    expect_refused(&after, PROBLEM_UNAUTHORIZED_ACCOUNT, "deactivated");
    lab_close(&desk.lab);
}

static void a_key_that_is_no_longer_the_accounts_is_refused(void)
{
    struct form form = {.signer = SIGNER_ACCOUNT};
    struct asked asked;
    struct desk desk;

    open_desk(&desk);
    ask(&desk, &desk.account, &form, &asked);
    expect_welcome(&asked);
    asked.req.thumbprint[31] ^= 1; /* as if the row had got another key since */
    account_in_store(&desk, &asked);
    expect_refused(&asked, PROBLEM_UNAUTHORIZED, "another key");
    lab_close(&desk.lab);
}

static void an_account_that_is_gone_from_the_store_is_refused(void)
{
    struct asked asked = {.e = {0}};
    struct lab_account gone;
    struct desk desk;

    open_desk(&desk);
    gone = desk.account;
    gone.id += 1;
    asked.req = *lab_request(&desk.lab, &gone, 0, "");
    account_in_store(&desk, &asked);
    expect_refused(&asked, PROBLEM_ACCOUNT_DOES_NOT_EXIST, "there is no such account");
    lab_close(&desk.lab);
}

static const struct test tests[] = {
    {"an account that signs is known", an_account_that_signs_is_known},
    {"a key that is sent along is known by its thumbprint",
        a_key_that_is_sent_along_is_known_by_its_thumbprint},
    {"each resource takes the signer that it is for",
        each_resource_takes_the_signer_that_it_is_for},
    {"the url is the address that was asked", the_url_is_the_address_that_was_asked},
    {"a kid that is no account of ours is refused", a_kid_that_is_no_account_of_ours_is_refused},
    {"another key does not sign for an account", another_key_does_not_sign_for_an_account},
    {"a nonce serves one request", a_nonce_serves_one_request},
    {"a request that is not signed well spends no nonce",
        a_request_that_is_not_signed_well_spends_no_nonce},
    {"accounts that share a place in the cache take turns",
        accounts_that_share_a_place_in_the_cache_take_turns},
    {"an account that was deactivated meanwhile is refused",
        an_account_that_was_deactivated_meanwhile_is_refused},
    {"a key that is no longer the account's is refused",
        a_key_that_is_no_longer_the_accounts_is_refused},
    {"an account that is gone from the store is refused",
        an_account_that_is_gone_from_the_store_is_refused},
    {NULL, NULL},
};
extern const struct test_suite suite_request;
const struct test_suite suite_request = {"request", tests};
