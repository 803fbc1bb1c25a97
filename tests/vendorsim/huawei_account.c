/* huawei_account - see huawei_account.h. */
#include "tests/vendorsim/huawei_account.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tests/vendorsim/huawei_sign.h"

#define SKEW_MAX_S   900
#define FAILURES_MAX 5
#define LOCK_S       300

#define NO_TOKEN "Incorrect IAM authentication information: "

/* What there is. */

static const struct {
    const char *id, *name, *project;
} new_accounts[] = {
    {"9a8b7c6d5e4f49e0a1b2c3d4e5f60718", "acme-account", "0123456789abcdef0123456789abcdef"},
    {"1f2e3d4c5b6a49788796a5b4c3d2e1f0", "stranger-account", "fedcba9876543210fedcba9876543210"},
};

static const struct {
    const char *name;
    size_t account;
    const char *access, *secret, *security_token;
    const char *actions[4]; /* none: all */
} new_users[] = {
    {"acme-bot", 0, "HWSIM0AK0EXAMPLE0001", "hwSimSecretKey00EXAMPLE0000000000000001A", NULL, {0}},
    {"viewer", 0, "HWSIM0AK0EXAMPLE0002", "hwSimSecretKey00EXAMPLE0000000000000002B", NULL,
        {"scm:cert:list", "scm:cert:get", "scm:cert:download"}},
    {"temporary", 0, "HWSIM0AK0EXAMPLE0003", "hwSimSecretKey00EXAMPLE0000000000000003C",
        "sim-security-token", {0}},
    {"stranger", 1, "HWSIM0AK0EXAMPLE0004", "hwSimSecretKey00EXAMPLE0000000000000004D", NULL, {0}},
};

void hw_account_make(struct huawei *hw)
{
    for (size_t i = 0; i < sizeof new_accounts / sizeof *new_accounts; i++)
        state_put(hw->state, ACCOUNT, new_accounts[i].id,
            json_pack("{s:s,s:s,s:s}", "id", new_accounts[i].id, "name", new_accounts[i].name,
                "project", new_accounts[i].project));
    for (size_t i = 0; i < sizeof new_users / sizeof *new_users; i++) {
        json_t *user = json_pack("{s:s,s:s,s:s}", "id", new_users[i].name, "account",
            new_accounts[new_users[i].account].id, "password", "not-a-real-one");

        for (const char *const *action = new_users[i].actions; *action != NULL; action++)
            array_add_text(row_array(user, "actions"), *action);
        state_put(hw->state, USER, new_users[i].name, user);
        state_put(hw->state, KEY, new_users[i].access,
            json_pack("{s:s,s:s,s:s,s:s*}", "id", new_users[i].access, "secret",
                new_users[i].secret, "user", new_users[i].name, "security_token",
                new_users[i].security_token));
    }
}

bool hw_account_may(const struct hw_caller *caller, const char *action)
{
    const json_t *actions = json_object_get(caller->user, "actions");

    return actions == NULL || array_has_text(actions, action);
}

static bool deny(struct hw_denial *why, int status, const char *number, const char *message)
{
    *why = (struct hw_denial){status, number, message};
    return false;
}

static void find_user(struct huawei *hw, const char *name, struct hw_caller *caller)
{
    caller->user = state_get(hw->state, USER, name);
    caller->account = state_get(hw->state, ACCOUNT, row_text(caller->user, "account"));
}

/* Access keys. */

static const char *header_of(const void *arg, const char *name)
{
    return sim_header(arg, name);
}

static char *canonical_request(struct sim_request *request, const char *signed_headers)
{
    struct hw_signed what = {.method = sim_method(request),
        .path = sim_path(request),
        .query = sim_query(request),
        .body = sim_body(request),
        .header = header_of,
        .arg = request};

    return hw_canonical_request(request, &what, signed_headers);
}

/* "verify aksk signature fail" with the canonical request in one line, as the gateway shows it. */
static bool deny_signature(struct sim_request *request, char *canonical, struct hw_denial *why)
{
    for (char *at = canonical; *at != '\0'; at++)
        if (*at == '\n')
            *at = '|';
    return deny(why, 401, "0301",
        mem_printf(request, NO_TOKEN "verify aksk signature fail,canonicalRequest:%s", canonical));
}

static bool deny_date(
    const struct huawei *hw, struct sim_request *request, int64_t signed_s, struct hw_denial *why)
{
    char signature_time[CLOCK_RFC3339_SIZE], server_time[CLOCK_RFC3339_SIZE];

    if (!sim_bool(hw->sim, "expired_0303"))
        return deny(why, 401, "0301", NO_TOKEN "calc ak sk signature fail:signature expired");
    clock_format(signed_s, signature_time);
    clock_format(clock_now_s(), server_time);
    return deny(why, 401, "0303",
        mem_printf(request, "signature expired, signature time:%s,server time:%s", signature_time,
            server_time));
}

static bool signature_is_right(const struct huawei *hw, struct sim_request *request,
    const struct hw_authorization *authorization, const char *secret, struct hw_denial *why)
{
    const char *date = sim_header(request, "X-Sdk-Date");
    char *canonical = canonical_request(request, authorization->signed_headers);
    char expected[HW_SIGNATURE_SIZE];
    int64_t signed_s = 0;

    if (date == NULL || canonical == NULL || !hw_signs(authorization, "x-sdk-date") ||
        !hw_sdk_date_read(date, &signed_s))
        return deny(why, 401, "0301",
            NO_TOKEN "verify aksk signature fail,a signed header or X-Sdk-Date is missing");
    if (signed_s < clock_now_s() - SKEW_MAX_S || signed_s > clock_now_s() + SKEW_MAX_S)
        return deny_date(hw, request, signed_s, why);
    hw_signature(secret, date, canonical, expected);
    if (!bytes_equal_secret(bytes_of(expected), bytes_of(authorization->signature)))
        return deny_signature(request, canonical, why);
    return true;
}

/* X-Domain-Id, X-Project-Id and X-Security-Token are checked where they are sent. */
static bool identity_is_right(struct sim_request *request,
    const struct hw_authorization *authorization, const json_t *key, const struct hw_caller *caller,
    struct hw_denial *why)
{
    const char *account = sim_header(request, "X-Domain-Id");
    const char *project = sim_header(request, "X-Project-Id");
    const char *token = sim_header(request, "X-Security-Token");

    if (row_text(key, "security_token") != NULL &&
        (token == NULL || !row_is(key, "security_token", token) ||
            !hw_signs(authorization, "x-security-token")))
        return deny(why, 401, "0301", NO_TOKEN "Get secretKey failed");
    if ((account != NULL &&
            (!row_is(caller->account, "id", account) || !hw_signs(authorization, "x-domain-id"))) ||
        (project != NULL && (!row_is(caller->account, "project", project) ||
                                !hw_signs(authorization, "x-project-id"))))
        return deny(why, 403, "0310", "The project is unavailable.");
    return true;
}

/* More than five failures in a row lock the key for five minutes. */
static void count_failure(struct huawei *hw, json_t *key)
{
    int64_t failures = row_int(key, "failures") + 1;

    row_set_int(key, "failures", failures > FAILURES_MAX ? 0 : failures);
    if (failures > FAILURES_MAX)
        row_set_int(key, "locked_until_s", hw_now(hw) + LOCK_S);
    hw_touch(hw, KEY, key);
}

static void forget_failures(struct huawei *hw, json_t *key)
{
    if (row_int(key, "failures") == 0)
        return;
    row_set_int(key, "failures", 0);
    hw_touch(hw, KEY, key);
}

static json_t *key_of(struct huawei *hw, const struct hw_authorization *authorization)
{
    return state_get(hw->state, KEY, authorization->access);
}

static bool caller_by_key(struct huawei *hw, struct sim_request *request, const char *text,
    struct hw_caller *caller, struct hw_denial *why)
{
    struct hw_authorization authorization;
    json_t *key;

    if (!hw_authorization_read(request, text, &authorization))
        return deny(why, 401, "0301",
            NO_TOKEN "verify aksk signature fail,the Authorization header has another form");
    key = key_of(hw, &authorization);
    if (key == NULL)
        return deny(why, 401, "0301", NO_TOKEN "Get secretKey failed");
    if (row_int(key, "locked_until_s") > hw_now(hw))
        return deny(why, 401, "0301", NO_TOKEN "AK access failed to reach the limit,forbidden");
    if (!signature_is_right(hw, request, &authorization, row_text(key, "secret"), why)) {
        count_failure(hw, key);
        return false;
    }
    forget_failures(hw, key);
    find_user(hw, row_text(key, "user"), caller);
    return identity_is_right(request, &authorization, key, caller, why);
}

/* Tokens. */

static bool caller_by_token(struct huawei *hw, struct sim_request *request, const char *text,
    struct hw_caller *caller, struct hw_denial *why)
{
    const json_t *token = state_get(hw->state, TOKEN, text);
    char until[CLOCK_RFC3339_SIZE];

    if (token == NULL)
        return deny(why, 401, "0301", NO_TOKEN "decrypt token fail");
    if (row_int(token, "expires_s") <= hw_now(hw)) {
        clock_format(row_int(token, "expires_s"), until);
        return deny(
            why, 401, "0301", mem_printf(request, NO_TOKEN "token expires, expires_at: %s", until));
    }
    find_user(hw, row_text(token, "user"), caller);
    return true;
}

bool hw_account_caller(
    struct huawei *hw, struct sim_request *request, struct hw_caller *caller, struct hw_denial *why)
{
    const char *authorization = sim_header(request, "Authorization");
    const char *token = sim_header(request, "X-Auth-Token");

    if (authorization != NULL)
        return caller_by_key(hw, request, authorization, caller, why);
    if (token != NULL)
        return caller_by_token(hw, request, token, caller, why);
    return deny(why, 401, "0301", NO_TOKEN "x-auth-token not found");
}

const char *hw_account_limited_by(struct huawei *hw, struct sim_request *request)
{
    const char *text = sim_header(request, "Authorization");
    struct hw_authorization authorization;
    struct hw_caller caller;
    struct hw_denial why;
    const json_t *key;

    if (text == NULL) {
        text = sim_header(request, "X-Auth-Token");
        return text != NULL && caller_by_token(hw, request, text, &caller, &why)
                   ? row_text(caller.user, "id")
                   : NULL;
    }
    if (!hw_authorization_read(request, text, &authorization))
        return NULL;
    key = key_of(hw, &authorization);
    if (key == NULL || row_int(key, "locked_until_s") > hw_now(hw) ||
        !signature_is_right(hw, request, &authorization, row_text(key, "secret"), &why))
        return NULL;
    return row_text(key, "user");
}
