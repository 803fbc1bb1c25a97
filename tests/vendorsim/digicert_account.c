/* digicert_account - see digicert_account.h. */
#include "tests/vendorsim/digicert_account.h"

#include <string.h>

#include "tests/vendorsim/digicert_domain.h"
#include "tests/vendorsim/digicert_organization.h"

enum user_role { ADMINISTRATOR = 1, LIMITED = 2, FINANCE = 3, MANAGER = 4, STANDARD = 5 };
enum key_role { UNRESTRICTED = 0, ORDERS = 100, ORDERS_DOMAINS = 101, VIEW = 102, USERS = 103 };

static const struct {
    const char *secret;
    int64_t account;
    int64_t user;
    enum user_role user_role;
    enum key_role key_role;
} new_keys[] = {
    {"sim-admin", 1, 8801, ADMINISTRATOR, UNRESTRICTED},
    {"sim-limited", 1, 8802, LIMITED, UNRESTRICTED},
    {"sim-finance", 1, 8803, FINANCE, UNRESTRICTED},
    {"sim-manager", 1, 8804, MANAGER, UNRESTRICTED},
    {"sim-standard", 1, 8805, STANDARD, UNRESTRICTED},
    {"sim-orders", 1, 8801, ADMINISTRATOR, ORDERS},
    {"sim-domains", 1, 8801, ADMINISTRATOR, ORDERS_DOMAINS},
    {"sim-view", 1, 8801, ADMINISTRATOR, VIEW},
    {"sim-users", 1, 8801, ADMINISTRATOR, USERS},
    {"sim-stranger", 2, 9901, ADMINISTRATOR, UNRESTRICTED},
};

static const char *const role_names[] = {
    "", "Administrator", "Limited User", "Finance Manager", "Manager", "Standard User"};

static void make_key(struct digicert *dc, size_t index)
{
    const char *secret = new_keys[index].secret;
    json_t *key = json_pack("{s:I,s:I,s:I,s:s,s:i}", "id", (json_int_t)index + 1, "account",
        (json_int_t)new_keys[index].account, "user", (json_int_t)new_keys[index].user, "name",
        secret, "role", new_keys[index].key_role);

    if (digicert_get(dc, USER, new_keys[index].user) == NULL)
        digicert_add(dc, USER, 8801,
            json_pack("{s:I,s:I,s:i,s:s,s:s,s:s}", "id", (json_int_t)new_keys[index].user,
                "account", (json_int_t)new_keys[index].account, "role", new_keys[index].user_role,
                "first_name", "Api", "last_name", role_names[new_keys[index].user_role], "email",
                "api@tailorbird.example"));
    state_put(dc->state, KEY, secret, key);
}

void account_make(struct digicert *dc)
{
    int64_t now_s = digicert_now(dc);
    json_t *organization;

    for (size_t i = 0; i < sizeof new_keys / sizeof *new_keys; i++)
        make_key(dc, i);
    organization = organization_add(dc, 1, "Tailorbird Ltd");
    organization_validated(dc, organization, LEVEL_OV, now_s);
    organization_validated(dc, organization, LEVEL_EV, now_s);
    organization_validated_for_mail(dc, organization, now_s);
    domain_validated(
        dc, domain_add(dc, 1, "tailorbird.example", row_int(organization, "id")), now_s);
}

bool account_caller(
    struct digicert *dc, const char *secret, struct caller *caller, struct refusal *why)
{
    json_t *key = secret == NULL ? NULL : state_get(dc->state, KEY, secret);

    if (key == NULL)
        return refuse(why, 401, "sim|invalid_api_key", "The API key is missing or not known.");
    caller->key = key;
    caller->user = digicert_get(dc, USER, row_int(key, "user"));
    caller->account = row_int(key, "account");
    return true;
}

static bool path_begins(const char *path, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strncmp(path, *words, strlen(*words)) == 0)
            return true;
    return false;
}

bool account_may_call(
    const struct caller *caller, const char *method, const char *path, struct refusal *why)
{
    /* What every key may look at. */
    static const char *const common[] = {"/user/me", "/product", "/container", "/account", NULL};
    static const char *const orders[] = {"/order", "/request", "/certificate", NULL};
    static const char *const domains[] = {
        "/order", "/request", "/certificate", "/organization", "/domain", NULL};
    static const char *const users[] = {"/user", NULL};
    int64_t role = row_int(caller->key, "role");
    bool reads = strcmp(method, "GET") == 0;
    bool may = role == UNRESTRICTED || (reads && (role == VIEW || path_begins(path, common)));

    if (role == ORDERS)
        may = may || path_begins(path, orders);
    else if (role == ORDERS_DOMAINS)
        may = may || path_begins(path, domains);
    else if (role == USERS)
        may = may || path_begins(path, users);
    if (!may)
        return refuse(why, 403, "access_denied|missing_permission",
            "The API key does not have permission to do this.");
    return true;
}

bool account_may_skip(const struct caller *caller)
{
    return row_int(caller->user, "role") == ADMINISTRATOR;
}

bool account_may_approve(const struct caller *caller)
{
    int64_t role = row_int(caller->user, "role");

    return role == ADMINISTRATOR || role == MANAGER;
}

bool account_sees(const struct caller *caller, const json_t *order)
{
    if (row_int(order, "account") != caller->account)
        return false;
    return row_int(caller->user, "role") != LIMITED ||
           row_int(order, "user") == row_int(caller->user, "id");
}

json_t *account_user_json(const struct digicert *dc, int64_t user)
{
    const json_t *row = digicert_get(dc, USER, user);
    json_t *json = json_object();

    row_copy(json, row, "id");
    row_copy(json, row, "first_name");
    row_copy(json, row, "last_name");
    row_copy(json, row, "email");
    return json;
}

json_t *account_me_json(const struct caller *caller)
{
    int64_t role = row_int(caller->user, "role");
    json_t *json = json_object();

    row_copy(json, caller->user, "id");
    row_set_text(json, "username", row_text(caller->key, "name"));
    row_copy(json, caller->user, "first_name");
    row_copy(json, caller->user, "last_name");
    row_copy(json, caller->user, "email");
    row_set_text(json, "status", "active");
    json_object_set_new(json, "account", json_pack("{s:I}", "id", (json_int_t)caller->account));
    json_object_set_new(json, "container", account_container_json(false));
    json_object_set_new(json, "access_roles",
        json_pack("[{s:I,s:s}]", "id", (json_int_t)role, "name", role_names[role]));
    return json;
}

json_t *account_container_json(bool whole)
{
    json_t *json = json_pack("{s:I,s:s}", "id", (json_int_t)CONTAINER, "name", CONTAINER_NAME);

    if (whole) {
        row_set_int(json, "parent_id", 0);
        row_set_bool(json, "is_active", true);
    }
    return json;
}
