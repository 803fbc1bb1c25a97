/* Tests of acme/key_change: each check of RFC 8555, 7.3.5 broken once, and what a new key leaves as
 * it was. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/key_change.h"
#include "base/b64url.h"
#include "base/mem.h"
#include "store/account.h"
#include "tests/unit/acme/lab.h"

#define URL LAB_URL "/acme/key-change"

static char *account_url(struct lab *lab, const struct lab_account *account)
{
    return acme_url(lab_request(lab, account, 0, ""), HANDLE_ACCOUNT, account->id);
}

/* A JWS signed by `key`, as the payload of a request. */
static char *signed_by(void *mem, struct key *key, const char *header, const char *payload)
{
    char *text = mem_printf(
        mem, "%s.%s", b64url_encode(mem, bytes_of(header)), b64url_encode(mem, bytes_of(payload)));
    struct bytes signature = key_sign(mem, key, KEY_ES256, bytes_of(text));
    size_t dot = strcspn(text, ".");

    return mem_printf(mem, "{\"protected\":\"%.*s\",\"payload\":\"%s\",\"signature\":\"%s\"}",
        (int)dot, text, text + dot + 1, b64url_encode(mem, signature));
}

/* What the inner JWS says; NULL takes what is right. */
struct wish {
    const char *url, *account, *old_key, *payload;
    struct key *signer;
};

static char *make_payload(struct lab *lab, const struct lab_account *account,
    const struct lab_account *new, const struct wish *wish)
{
    char *header = mem_printf(lab->mem, "{\"alg\":\"ES256\",\"jwk\":%s,\"url\":\"%s\"}",
        lab_jwk(lab->mem, new->key), wish->url == NULL ? URL : wish->url);
    const char *payload =
        wish->payload != NULL
            ? wish->payload
            : mem_printf(lab->mem, "{\"account\":\"%s\",\"oldKey\":%s}",
                  wish->account != NULL ? wish->account : account_url(lab, account),
                  wish->old_key != NULL ? wish->old_key : lab_jwk(lab->mem, account->key));

    return signed_by(lab->mem, wish->signer == NULL ? new->key : wish->signer, header, payload);
}

static struct lab_answer ask(
    struct lab *lab, const struct lab_account *account, const char *payload)
{
    struct acme_req *req = lab_request(lab, account, 0, payload);

    req->url = URL;
    return lab_write(lab, req, key_change_prepare, key_change);
}

static struct lab_answer change(struct lab *lab, const struct lab_account *account,
    const struct lab_account *new, const struct wish *wish)
{
    return ask(lab, account, make_payload(lab, account, new, wish));
}

static void an_account_gets_a_new_key_and_keeps_the_rest(void)
{
    struct lab_account account, new;
    struct lab_answer answer;
    struct order pending, ready;
    struct lab lab;
    int64_t pending_id, ready_id;

    lab_open(&lab);
    account = lab_account(&lab);
    new = lab_key(&lab);
    pending_id = lab_order(&lab, &account, "a.test", false);
    ready_id = lab_order(&lab, &account, "b.test", true);
    answer = change(&lab, &account, &new, &(struct wish){0});
    lab_expect_status(&answer, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "\"status\":\"valid\""));

    pending = lab_get_order(&lab, pending_id);
    ready = lab_get_order(&lab, ready_id);
    CU_ASSERT_EQUAL(pending.status, ORDER_PENDING);
    CU_ASSERT_EQUAL(ready.status, ORDER_READY);
    CU_ASSERT_EQUAL(lab_count(&lab, "former_key"), 1);

    /* The old key is no longer the account's, and may not change it again. */
    answer =
        change(&lab, &account, &(struct lab_account){.key = lab_key(&lab).key}, &(struct wish){0});
    lab_expect_problem(&answer, PROBLEM_UNAUTHORIZED, "another key");
    new.id = account.id;
    account = lab_key(&lab);
    answer = change(&lab, &new, &account, &(struct wish){0});
    lab_expect_status(&answer, 0);
    CU_ASSERT_EQUAL(lab_count(&lab, "former_key"), 2);
    lab_close(&lab);
}

static void a_key_in_use_is_named_with_its_account(void)
{
    struct lab_account account, other;
    struct lab_answer answer;
    struct lab lab;

    lab_open(&lab);
    account = lab_account(&lab);
    other = lab_account(&lab);
    answer = change(&lab, &account, &other, &(struct wish){0});
    lab_expect_problem(&answer, PROBLEM_KEY_IN_USE, account_url(&lab, &other));
    CU_ASSERT_STRING_EQUAL(answer.resp.location, account_url(&lab, &other));
    answer = change(&lab, &account, &account, &(struct wish){0});
    lab_expect_problem(&answer, PROBLEM_KEY_IN_USE, account_url(&lab, &account));
    CU_ASSERT_EQUAL(lab_count(&lab, "former_key"), 0);
    lab_close(&lab);
}

static void each_check_refuses(void)
{
    struct lab_account account, other, new;
    struct lab lab;

    lab_open(&lab);
    account = lab_account(&lab);
    other = lab_account(&lab);
    new = lab_key(&lab);
    {
        const struct {
            struct wish wish;
            const char *words;
        } cases[] = {
            {{.signer = account.key}, "signature"},
            {{.url = LAB_URL "/acme/new-order"}, "same \"url\""},
            {{.url = URL "/"}, "same \"url\""},
            {{.account = account_url(&lab, &other)}, "\"account\""},
            {{.account = ""}, "\"account\""},
            {{.old_key = lab_jwk(lab.mem, other.key)}, "\"oldKey\""},
            {{.old_key = lab_jwk(lab.mem, new.key)}, "\"oldKey\""},
            {{.payload = "[]"}, "inner payload"},
            {{.payload = ""}, "inner payload"},
            {{.payload = "{}"}, "account"},
            {{.payload = "{\"account\":7}"}, "account"},
            {{.payload = "{\"account\":\"x\"}"}, "oldKey"},
        };

        for (size_t i = 0; i < COUNT(cases); i++) {
            struct lab_answer answer = change(&lab, &account, &new, &cases[i].wish);

            lab_expect_problem(&answer, PROBLEM_MALFORMED, cases[i].words);
        }
    }
    {
        static const char *const payloads[] = {"", "[]", "{}", "{\"protected\":\"\"}", "\"x\""};

        for (size_t i = 0; i < COUNT(payloads); i++) {
            struct lab_answer answer = ask(&lab, &account, payloads[i]);

            lab_expect_problem(&answer, PROBLEM_MALFORMED, "");
        }
    }
    CU_ASSERT_EQUAL(lab_count(&lab, "former_key"), 0);
    lab_close(&lab);
}

static const struct test tests[] = {
    {"an account gets a new key and keeps the rest", an_account_gets_a_new_key_and_keeps_the_rest},
    {"a key in use is named with its account", a_key_in_use_is_named_with_its_account},
    {"each check refuses", each_check_refuses},
    {NULL, NULL},
};
extern const struct test_suite suite_key_change;
const struct test_suite suite_key_change = {"key_change", tests};
