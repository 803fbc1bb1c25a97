/* digicert_organization - see digicert_organization.h.
 *
 * A row: {"id":730021,"account":1,"name":"Tailorbird Ltd",...,"is_active":true,
 * "validations":{"ov":{"submitted_s":1,"until_s":2},"ev":{...}}}
 */
#include "tests/vendorsim/digicert_organization.h"

#include "tests/vendorsim/digicert_account.h"

json_t *organization_add(struct digicert *dc, int64_t account, const char *name)
{
    return digicert_add(dc, ORGANIZATION, ORGANIZATION_FIRST,
        json_pack("{s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:{}}", "account", (json_int_t)account,
            "name", name, "address", "Oudegracht 1", "zip", "3511", "city", "Utrecht", "state",
            "Utrecht", "country", "nl", "telephone", "31300000000", "is_active", 1, "validations"));
}

#define FOR_MAIL     "smime"       /* what DigiCert calls it is not known */
#define MAIL_REUSE_S (825 * DAY_S) /* DC-CLI-ORD-6 */

static json_t *validation_called(const json_t *organization, const char *type)
{
    return json_object_get(json_object_get(organization, "validations"), type);
}

static json_t *validation_of(const json_t *organization, enum level level)
{
    return validation_called(organization, level_word(level));
}

void organization_submit(struct digicert *dc, json_t *organization, enum level level)
{
    if (validation_of(organization, level) != NULL)
        return;
    json_object_set_new(json_object_get(organization, "validations"), level_word(level),
        json_pack("{s:I}", "submitted_s", (json_int_t)digicert_now(dc)));
    digicert_touch(dc, ORGANIZATION, organization);
}

void organization_validated(
    struct digicert *dc, json_t *organization, enum level level, int64_t at_s)
{
    organization_submit(dc, organization, level);
    row_set_int(validation_of(organization, level), "until_s", at_s + organization_reuse_s(at_s));
    digicert_touch(dc, ORGANIZATION, organization);
}

bool organization_is_valid(const json_t *organization, enum level level, int64_t now_s)
{
    for (enum level good = level; good <= LEVEL_EV; good++)
        if (row_int(validation_of(organization, good), "until_s") > now_s)
            return true;
    return false;
}

void organization_validated_for_mail(struct digicert *dc, json_t *organization, int64_t at_s)
{
    json_object_set_new(json_object_get(organization, "validations"), FOR_MAIL,
        json_pack("{s:I,s:I}", "submitted_s", (json_int_t)at_s, "until_s",
            (json_int_t)(at_s + MAIL_REUSE_S)));
    digicert_touch(dc, ORGANIZATION, organization);
}

bool organization_is_valid_for_mail(const json_t *organization, int64_t now_s)
{
    return row_int(validation_called(organization, FOR_MAIL), "until_s") > now_s;
}

static const char *status_of(const json_t *validation, int64_t now_s)
{
    int64_t until_s = row_int(validation, "until_s");

    if (until_s == 0)
        return "pending";
    return until_s > now_s ? "active" : "expired";
}

json_t *organization_validations_json(const struct digicert *dc, const json_t *organization)
{
    static const struct {
        const char *type, *name, *description;
    } kinds[] = {{"ov", "OV", "Normal Organization Validation"},
        {"ev", "EV", "Extended Organization Validation (EV)"},
        {FOR_MAIL, "S/MIME", "S/MIME Organization Validation"}};
    json_t *list = json_array();

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const json_t *validation = validation_called(organization, kinds[i].type);
        json_t *row;

        if (validation == NULL)
            continue;
        row = json_pack("{s:s,s:s,s:s,s:s}", "type", kinds[i].type, "name", kinds[i].name,
            "description", kinds[i].description, "status", status_of(validation, digicert_now(dc)));
        row_put_time(row, "date_created", row_int(validation, "submitted_s"));
        row_put_time(row, "validated_until", row_int(validation, "until_s"));
        json_array_append_new(list, row);
    }
    return list;
}

json_t *organization_json(
    const struct digicert *dc, const json_t *organization, bool with_validations)
{
    static const char *const members[] = {
        "id", "name", "address", "zip", "city", "state", "country", "telephone", "is_active", NULL};
    json_t *json = json_object();

    for (size_t i = 0; members[i] != NULL; i++)
        row_copy(json, organization, members[i]);
    row_set_text(json, "status", row_bool(organization, "is_active") ? "active" : "inactive");
    row_set_text(json, "display_name", row_text(organization, "name"));
    json_object_set_new(json, "container", account_container_json(false));
    if (with_validations)
        json_object_set_new(json, "validations", organization_validations_json(dc, organization));
    return json;
}
