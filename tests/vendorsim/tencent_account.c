/* tencent_account - see tencent_account.h. */
#include "tests/vendorsim/tencent_account.h"

#include <string.h>

#include "base/mem.h"

#define PACKAGE_POINTS 2000

static const struct {
    const char *id, *secret, *account;
    const char *token; /* of temporary credentials */
    bool reads_only;   /* by CAM */
    bool is_enabled, is_verified;
} new_keys[] = {
    {"AKIDEXAMPLE0000000000000000000000001", "ExampleSecretKeyForTestsOnly0001", TC_ACCOUNT, NULL,
        false, true, true},
    {"AKIDEXAMPLE0000000000000000000000002", "ExampleSecretKeyForTestsOnly0002", TC_ACCOUNT, NULL,
        true, true, true},
    {"AKIDEXAMPLE0000000000000000000000003", "ExampleSecretKeyForTestsOnly0003", TC_ACCOUNT,
        "ExampleTokenForTestsOnly", false, true, true},
    {"AKIDEXAMPLE0000000000000000000000004", "ExampleSecretKeyForTestsOnly0004", TC_ACCOUNT, NULL,
        false, false, true},
    {"AKIDEXAMPLE0000000000000000000000005", "ExampleSecretKeyForTestsOnly0005", "100000000005",
        NULL, false, true, true},
    {"AKIDEXAMPLE0000000000000000000000006", "ExampleSecretKeyForTestsOnly0006", "100000000006",
        NULL, false, true, false},
};

void tc_account_make(struct tencent *tc)
{
    for (size_t i = 0; i < sizeof new_keys / sizeof *new_keys; i++)
        state_put(tc->state, TC_KEY, new_keys[i].id,
            json_pack("{s:s,s:s,s:s,s:s*,s:b,s:b,s:b}", "id", new_keys[i].id, "secret",
                new_keys[i].secret, "account", new_keys[i].account, "token", new_keys[i].token,
                "reads_only", new_keys[i].reads_only, "is_enabled", new_keys[i].is_enabled,
                "is_verified", new_keys[i].is_verified));
    state_put(tc->state, TC_PROFILE, "1001",
        json_pack("{s:s,s:s,s:s,s:s}", "account", TC_ACCOUNT, "company", "1001", "manager", "2001",
            "organization", "Tailorbird Ltd"));
    state_put(tc->state, TC_PACKAGE, "Z26010100000001",
        json_pack("{s:s,s:s,s:i,s:i,s:s,s:I,s:I}", "id", "Z26010100000001", "account", TC_ACCOUNT,
            "total", PACKAGE_POINTS, "balance", PACKAGE_POINTS, "type", "ssl_2000", "created_s",
            (json_int_t)tc_now(tc), "expires_s", (json_int_t)(tc_now(tc) + 3 * 366 * DAY_S)));
}

bool tc_account_may(const json_t *key, const char *action, struct tc_refusal *why)
{
    if (!row_bool(key, "reads_only") || strncmp(action, "Describe", 8) == 0 ||
        strncmp(action, "Check", 5) == 0 || strncmp(action, "Download", 8) == 0)
        return true;
    return tc_refuse(why, "AuthFailure.UnauthorizedOperation",
        "The key may not do ssl:%s: its policy does not allow that.", action);
}

bool tc_account_may_buy(const json_t *key, struct tc_refusal *why)
{
    return row_bool(key, "is_verified") || tc_refuse(why, "FailedOperation.NoRealNameAuth",
                                               "The account has not passed the identity check.");
}

const json_t *tc_account_profile(const struct tencent *tc, const char *account, const json_t *body)
{
    const char *company = row_text(body, "CompanyId"), *manager = row_text(body, "ManagerId");
    json_t *all = state_all(tc->state, TC_PROFILE), *profile;
    const char *id;

    json_object_foreach(all, id,
        profile) if (row_is(profile, "account", account) &&
                     ((company != NULL && row_is(profile, "company", company)) ||
                         (manager != NULL && row_is(profile, "manager", manager)))) return profile;
    return NULL;
}

/* Zones and what is validated once for all: the name or any domain above it. */

static const json_t *row_above(
    const struct tencent *tc, const char *kind, const char *account, const char *name)
{
    const json_t *row = NULL;

    if (strncmp(name, "*.", 2) == 0)
        name += 2;
    while (row == NULL && name != NULL) {
        char *id = tc_join(NULL, account, name, NULL);

        row = state_get(tc->state, kind, id);
        mem_free(id);
        name = strchr(name, '.');
        name = name == NULL ? NULL : name + 1;
    }
    return row;
}

bool tc_account_hosts(const struct tencent *tc, const char *account, const char *name)
{
    return row_above(tc, TC_ZONE, account, name) != NULL;
}

const char *tc_account_standing(const struct tencent *tc, const char *account, const char *name)
{
    return row_text(row_above(tc, TC_STANDING, account, name), "way");
}

/* Domains are verified, not single names. */
static char *verification_id(
    const struct tencent *tc, const char *account, const char *name, const char *organization)
{
    return tc_join(NULL, account, tc_primary_domain(tc, name), organization);
}

int64_t tc_account_verified(
    const struct tencent *tc, const char *account, const char *name, const char *organization)
{
    char *id = verification_id(tc, account, name, organization);
    int64_t at_s = row_int(state_get(tc->state, TC_VERIFICATION, id), "at_s");

    mem_free(id);
    return at_s;
}

void tc_account_set_verified(struct tencent *tc, const char *account, const char *name,
    const char *organization, int64_t at_s)
{
    char *id = verification_id(tc, account, name, organization);

    state_put(tc->state, TC_VERIFICATION, id, json_pack("{s:I}", "at_s", (json_int_t)at_s));
    mem_free(id);
}
