/* huawei_json - see huawei_json.h. */
#include "tests/vendorsim/huawei_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "tests/vendorsim/huawei_dcv.h"
#include "tests/vendorsim/huawei_product.h"

#define SANS_MAX (64 * 1024)

static const json_t *form_of(const json_t *certificate)
{
    return json_object_get(certificate, "form");
}

static json_t *text_or_null(const json_t *row, const char *member)
{
    const char *text = row_text(row, member);

    return text == NULL ? json_null() : json_string(text);
}

void hw_format_time(const struct huawei *hw, int64_t time_s, char text[HW_TIME_SIZE])
{
    time_t zoned = (time_t)(time_s + (sim_bool(hw->sim, "times_utc") ? 0 : 8 * 3600));
    struct tm tm;

    text[0] = '\0';
    if (time_s != 0 && gmtime_r(&zoned, &tm) != NULL)
        strftime(text, HW_TIME_SIZE, "%Y-%m-%d %H:%M:%S.0", &tm);
}

json_t *hw_time_json(const struct huawei *hw, int64_t time_s)
{
    char text[HW_TIME_SIZE];

    hw_format_time(hw, time_s, text);
    return text[0] == '\0' ? json_null() : json_string(text);
}

const char *hw_status_word(const struct huawei *hw, const json_t *certificate)
{
    const char *status = row_text(certificate, "status");

    if (strcmp(status, "REISSUING") == 0)
        return sim_text(hw->sim, "reissue_status");
    if (sim_bool(hw->sim, "coarse_status") &&
        (strncmp(status, "CHECKING_", 9) == 0 || strcmp(status, "ISSUING") == 0))
        return "CHECKING";
    return status;
}

const char *hw_certificate_domain(const json_t *certificate)
{
    return row_text(form_of(certificate), "domain");
}

bool hw_certificate_has_key(const json_t *certificate)
{
    return row_text(form_of(certificate), "key") != NULL;
}

json_t *hw_sans_json(const json_t *certificate)
{
    const json_t *sans = json_object_get(form_of(certificate), "sans");
    void *mem = mem_pool(NULL, 1024);
    json_t *text;
    struct buf b;

    buf_init(&b, mem, SANS_MAX);
    for (size_t i = 0; i < json_array_size(sans); i++) {
        buf_add_text(&b, i == 0 ? "" : ";");
        buf_add_text(&b, json_string_value(json_array_get(sans, i)));
    }
    text = json_array_size(sans) == 0 ? json_null() : json_string(buf_text(&b));
    mem_free(mem);
    return text;
}

static bool has_certificate(const json_t *certificate)
{
    return row_text(certificate, "serial") != NULL || row_text(certificate, "pem") != NULL;
}

static json_t *months(const json_t *certificate)
{
    return json_integer(hw_product_is_free(certificate) ? 3 : 12);
}

static void put_algorithm(const struct huawei *hw, json_t *json, const json_t *certificate)
{
    json_object_set_new(json,
        sim_bool(hw->sim, "algrithm_spelling") ? "signature_algrithm" : "signature_algorithm",
        has_certificate(certificate) ? json_string("SHA256withECDSA") : json_null());
}

/* What list and detail have in common. */
static json_t *common_json(const struct huawei *hw, const json_t *certificate)
{
    json_t *json = json_object();
    const char *domain = hw_certificate_domain(certificate);
    const char *project = row_text(certificate, "enterprise_project_id");

    row_copy(json, certificate, "id");
    row_copy(json, certificate, "name");
    json_object_set_new(json, "type", text_or_null(certificate, "type"));
    json_object_set_new(json, "brand", text_or_null(certificate, "brand"));
    json_object_set_new(json, "domain_type", text_or_null(certificate, "domain_type"));
    row_set_int(json, "domain_count", row_int(certificate, "domain_count"));
    row_set_int(json, "wildcard_count", row_int(certificate, "wildcard_count"));
    row_set_text(json, "status", hw_status_word(hw, certificate));
    json_object_set_new(json, "domain", domain == NULL ? json_null() : json_string(domain));
    json_object_set_new(json, "sans", hw_sans_json(certificate));
    put_algorithm(hw, json, certificate);
    json_object_set_new(json, "validity_period", months(certificate));
    json_object_set_new(json, "description", text_or_null(certificate, "description"));
    row_set_text(json, "enterprise_project_id", project == NULL ? "0" : project);
    return json;
}

json_t *hw_certificate_row_json(const struct huawei *hw, const json_t *certificate)
{
    json_t *json = common_json(hw, certificate);

    row_set_bool(json, "deploy_support",
        has_certificate(certificate) && hw_certificate_has_key(certificate));
    json_object_set_new(json, "expire_time", hw_time_json(hw, row_int(certificate, "not_after_s")));
    row_set_text(json, "domain_id", row_text(certificate, "account"));
    return json;
}

static json_t *application_json(const json_t *certificate)
{
    static const char *const members[] = {"country", "company_name", "company_province",
        "company_city", "applicant_name", "applicant_phone", "applicant_email", "contact_name",
        "contact_phone", "contact_email"};
    const json_t *application = json_object_get(form_of(certificate), "application");
    json_t *json = json_object();

    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        json_object_set_new(json, members[i], text_or_null(application, members[i]));
    return json;
}

static json_t *fingerprint_json(const struct huawei *hw, const json_t *certificate)
{
    const char *serial = row_text(certificate, "serial");
    char *text = serial == NULL ? NULL : ca_thumbprint(NULL, sim_ca(hw->sim), serial);
    json_t *json = text == NULL ? text_or_null(certificate, "fingerprint") : json_string(text);

    mem_free(text);
    return json;
}

static const char *multi_type(const json_t *certificate)
{
    if (!row_is(certificate, "domain_type", MULTI))
        return NULL;
    return row_is(certificate, "primary_type", SINGLE) ? "primary_single" : "primary_wildcard";
}

json_t *hw_certificate_json(const struct huawei *hw, const json_t *certificate)
{
    json_t *json = common_json(hw, certificate);
    const char *multi = multi_type(certificate);

    json_object_set_new(json, "order_id", text_or_null(certificate, "order"));
    row_set_text(json, "push_support", hw_certificate_has_key(certificate) ? "ON" : "OFF");
    json_object_set_new(json, "revoke_reason", text_or_null(certificate, "revoke_reason"));
    json_object_set_new(json, "issue_time", hw_time_json(hw, row_int(certificate, "issued_s")));
    json_object_set_new(json, "not_before", hw_time_json(hw, row_int(certificate, "not_before_s")));
    json_object_set_new(json, "not_after", hw_time_json(hw, row_int(certificate, "not_after_s")));
    json_object_set_new(json, "validation_method", text_or_null(form_of(certificate), "method"));
    json_object_set_new(
        json, "multi_domain_type", multi == NULL ? json_null() : json_string(multi));
    json_object_set_new(json, "fingerprint", fingerprint_json(hw, certificate));
    row_set_bool(json, "shared", false);
    json_object_set_new(json, "application_info", application_json(certificate));
    json_object_set_new(json, "authentification", hw_dcv_json(hw, certificate));
    return json;
}

json_t *hw_v2_row_json(const struct huawei *hw, const json_t *certificate)
{
    int64_t end_s = row_int(certificate, "not_after_s");
    json_t *json = json_object();

    json_object_set_new(json, "cert_id", text_or_null(certificate, "id"));
    json_object_set_new(json, "cert_name", text_or_null(certificate, "name"));
    json_object_set_new(json, "domain", text_or_null(form_of(certificate), "domain"));
    json_object_set_new(json, "cert_type", text_or_null(certificate, "type"));
    json_object_set_new(json, "cert_brand", text_or_null(certificate, "brand"));
    json_object_set_new(json, "domain_type", text_or_null(certificate, "domain_type"));
    json_object_set_new(json, "purchase_period", months(certificate));
    json_object_set_new(
        json, "expired_time", end_s == 0 ? json_null() : json_sprintf("%" PRId64, end_s * 1000));
    row_set_text(json, "order_status", hw_status_word(hw, certificate));
    row_set_int(json, "domain_num", row_int(certificate, "domain_count"));
    row_set_int(json, "wildcard_number", row_int(certificate, "wildcard_count"));
    json_object_set_new(json, "cert_des", text_or_null(certificate, "description"));
    return json;
}
