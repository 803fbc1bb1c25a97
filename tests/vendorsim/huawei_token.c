/* huawei_token - IAM's call for tokens (2.3). */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"
#include "tests/vendorsim/huawei_account.h"

#define VALID_S (24 * 3600)

static void refuse(struct sim_request *request, int status, const char *title, const char *message)
{
    sim_answer(request, status,
        json_pack(
            "{s:{s:i,s:s,s:s}}", "error", "code", status, "message", message, "title", title));
}

/* The token is good for a project of the account only; no other scope is good for SCM. */
static bool scope_is_right(const json_t *auth, const json_t *account)
{
    const json_t *project = json_object_get(json_object_get(auth, "scope"), "project");

    return row_is(project, "name", "cn-north-4") ||
           (row_text(project, "id") != NULL && row_is(account, "project", row_text(project, "id")));
}

static const char *new_token(struct huawei *hw, struct sim_request *request, const char *user)
{
    char first[RAND_TOKEN_SIZE], second[RAND_TOKEN_SIZE];
    char *token;

    rand_token(first);
    rand_token(second);
    token = mem_printf(request, "MIISIM%s%s", first, second);
    state_put(hw->state, TOKEN, token,
        json_pack("{s:s,s:I}", "user", user, "expires_s", (json_int_t)(hw_now(hw) + VALID_S)));
    return token;
}

void hw_token_post(struct huawei *hw, struct sim_request *request)
{
    const json_t *auth = json_object_get(sim_json(request), "auth");
    const json_t *identity = json_object_get(auth, "identity");
    const json_t *login = json_object_get(json_object_get(identity, "password"), "user");
    const json_t *domain = json_object_get(login, "domain");
    const char *name = row_text(login, "name"), *password = row_text(login, "password");
    const json_t *user = name == NULL ? NULL : state_get(hw->state, USER, name), *account;
    char until[CLOCK_RFC3339_SIZE];

    if (name == NULL || password == NULL || row_text(domain, "name") == NULL) {
        refuse(request, 400, "Bad Request", "The request body is invalid");
        return;
    }
    account = user == NULL ? NULL : state_get(hw->state, ACCOUNT, row_text(user, "account"));
    if (user == NULL || !row_is(user, "password", password) ||
        !row_is(account, "name", row_text(domain, "name"))) {
        refuse(request, 401, "Unauthorized", "The username or password is wrong.");
        return;
    }
    if (!scope_is_right(auth, account)) {
        refuse(request, 403, "Forbidden", "The project is not one of the account's.");
        return;
    }
    sim_answer_header(request, "X-Subject-Token", new_token(hw, request, name));
    clock_format(hw_now(hw) + VALID_S, until);
    until[strlen(until) - 1] = '\0';
    sim_answer(request, 201,
        json_pack("{s:{s:o,s:[s]}}", "token", "expires_at", json_sprintf("%s.000000Z", until),
            "methods", "password"));
}
