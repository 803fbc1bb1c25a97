/* digicert_domain - see digicert_domain.h.
 *
 * A row: {"id":61001,"account":1,"name":"tailorbird.example","organization":730021,
 * "is_active":true,"created_s":1,"method":"dns-txt-token","random_value":"5f...",
 * "random_until_s":2,"validated_s":3,"validated_until_s":4}
 */
#include "tests/vendorsim/digicert_domain.h"

#include <string.h>

#include "tests/vendorsim/digicert_account.h"
#include "tests/vendorsim/digicert_organization.h"
#include "tests/vendorsim/names.h"

#define FIRST_ID INT64_C(61001)

int64_t domain_next_id(struct digicert *dc)
{
    return state_next(dc->state, DOMAIN, FIRST_ID);
}

json_t *domain_add(struct digicert *dc, int64_t account, const char *name, int64_t organization)
{
    json_t *domain = json_pack("{s:I,s:s,s:I,s:b,s:I,s:s}", "account", (json_int_t)account, "name",
        name, "organization", (json_int_t)organization, "is_active", 1, "created_s",
        (json_int_t)digicert_now(dc), "method", dcv_word(DCV_TXT));

    dcv_renew_value(dc, domain);
    return digicert_add(dc, DOMAIN, FIRST_ID, domain);
}

json_t *domain_over(const struct digicert *dc, int64_t account, const char *name)
{
    json_t *all = state_all(dc->state, DOMAIN), *domain, *best = NULL;
    const char *id;

    if (strncmp(name, "*.", 2) == 0)
        name += 2;
    json_object_foreach(all, id,
        domain) if (row_int(domain, "account") == account && row_bool(domain, "is_active") &&
                    name_is_under(name, row_text(domain, "name")) &&
                    (best == NULL || strlen(row_text(best, "name")) <
                                         strlen(row_text(domain, "name")))) best = domain;
    return best;
}

void domain_validated(struct digicert *dc, json_t *domain, int64_t at_s)
{
    int64_t days = sim_int(dc->sim, "domain_reuse_days");

    row_set_int(domain, "validated_s", at_s);
    row_set_int(
        domain, "validated_until_s", at_s + (days > 0 ? days * DAY_S : domain_reuse_s(at_s)));
    digicert_touch(dc, DOMAIN, domain);
}

bool domain_is_valid(const json_t *domain, int64_t now_s)
{
    return row_bool(domain, "is_active") && row_int(domain, "validated_until_s") > now_s;
}

static const char *dcv_status(const json_t *domain, int64_t now_s)
{
    if (row_int(domain, "validated_until_s") == 0)
        return "pending";
    return domain_is_valid(domain, now_s) ? "complete" : "expired";
}

json_t *domain_token_json(const json_t *domain)
{
    json_t *json = json_object();

    if (row_is(domain, "method", dcv_word(DCV_EMAIL)))
        return json;
    row_set_text(json, "token", row_text(domain, "random_value"));
    row_set_text(json, "status", row_int(domain, "validated_s") > 0 ? "active" : "pending");
    row_put_time(json, "expiration_date", row_int(domain, "random_until_s"));
    if (row_is(domain, "method", dcv_word(DCV_CNAME)))
        row_set_text(json, "verification_value", DCV_CNAME_TARGET);
    return json;
}

static json_t *validations_json(
    const struct digicert *dc, const json_t *organization, const char *dcv)
{
    json_t *list = organization_validations_json(dc, organization);

    for (size_t i = 0; i < json_array_size(list); i++)
        row_set_text(json_array_get(list, i), "dcv_status", dcv);
    return list;
}

json_t *domain_json(const struct digicert *dc, const json_t *domain, bool with_dcv)
{
    const json_t *organization = digicert_get(dc, ORGANIZATION, row_int(domain, "organization"));
    const char *dcv = dcv_status(domain, digicert_now(dc));
    bool done = strcmp(dcv, "complete") == 0;
    json_t *json = json_object();

    row_copy(json, domain, "id");
    row_copy(json, domain, "name");
    row_copy(json, domain, "is_active");
    row_set_text(json, "status", done ? "active" : "pending");
    row_set_bool(json, "is_pending_validation", !done);
    row_put_time(json, "date_created", row_int(domain, "created_s"));
    row_put_time(json, "dcv_approval_datetime", row_int(domain, "validated_s"));
    row_put_time(json, "dcv_expiration_datetime", row_int(domain, "validated_until_s"));
    if (organization != NULL) {
        json_t *owner = organization_json(dc, organization, false);

        row_set_text(owner, "is_active", row_bool(organization, "is_active") ? "1" : "0");
        json_object_set_new(json, "organization", owner);
        json_object_set_new(json, "validations", validations_json(dc, organization, dcv));
    }
    json_object_set_new(json, "container", account_container_json(true));
    row_set_text(json, "dcv_method", row_text(domain, "method"));
    if (with_dcv)
        json_object_set_new(json, "dcv_token", domain_token_json(domain));
    return json;
}
