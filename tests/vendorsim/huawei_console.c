/* huawei_console - see huawei_console.h. */
#include "tests/vendorsim/huawei_console.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/csr.h"
#include "tests/vendorsim/huawei_certificate.h"
#include "tests/vendorsim/huawei_form.h"
#include "tests/vendorsim/huawei_order.h"
#include "tests/vendorsim/huawei_product.h"
#include "tests/vendorsim/names.h"

#define COUNT_MAX    100000
#define DEFAULT_USER "acme-bot"

/* Purchases. */

static const char defaults[] =
    "{\"cert_brand\":\"GEOTRUST\",\"cert_type\":\"DV_SSL_CERT\",\"domain_type\":\"SINGLE_DOMAIN\","
    "\"effective_time\":1,\"domain_numbers\":1,\"order_number\":1,\"is_auto_pay\":true,"
    "\"agree_privacy_protection\":true,\"applicant_name\":\"Console\","
    "\"applicant_phone\":\"13800000000\",\"applicant_email\":\"console@shop.example\","
    "\"company_name\":\"Shop Ltd\",\"company_province\":\"Guangdong\",\"company_city\":"
    "\"Shenzhen\",\"country\":\"CN\",\"domain_method\":\"DNS\",\"ca_hash_algorithm\":\"SHA-256\","
    "\"key_algorithm\":"
    "\"EC_P256\"}";

/* The body of the n-th purchase. A new reference. */
static json_t *numbered_body(const json_t *body, int64_t n)
{
    json_t *copy = json_loads(defaults, 0, NULL);
    void *mem = mem_pool(NULL, 4096);

    json_object_update(copy, (json_t *)(uintptr_t)body);
    if (row_text(copy, "domain") != NULL)
        row_set_text(copy, "domain", name_numbered(mem, row_text(copy, "domain"), n));
    if (row_text(copy, "sans") != NULL)
        row_set_text(copy, "sans", name_numbered(mem, row_text(copy, "sans"), n));
    mem_free(mem);
    return copy;
}

/* Applies for one, and has it issued at once if that is wanted. */
static bool apply(
    struct huawei *hw, json_t *certificate, const json_t *body, struct hw_refusal *why)
{
    json_t *form = hw_form_application(certificate, body, why);

    if (form == NULL)
        return false;
    hw_certificate_apply(hw, certificate, form);
    if (!json_is_false(json_object_get(body, "issued")))
        hw_certificate_approve(hw, certificate);
    return true;
}

static bool buy_one(struct huawei *hw, const json_t *account, const json_t *body, json_t *answer,
    struct hw_refusal *why)
{
    json_t *order = hw_order_buy(hw, account, body, why);
    const json_t *ids = json_object_get(order, "certificates");

    if (order == NULL)
        return false;
    row_set_bool(order, "portal", true);
    hw_touch(hw, ORDER, order);
    array_add_text(json_object_get(answer, "orders"), row_text(order, "id"));
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const char *id = json_string_value(json_array_get(ids, i));

        array_add_text(json_object_get(answer, "certificates"), id);
        if (row_text(body, "domain") != NULL &&
            !apply(hw, state_get(hw->state, CERTIFICATE, id), body, why))
            return false;
    }
    return true;
}

json_t *hw_console_buy(struct huawei *hw, const json_t *body, struct hw_refusal *why)
{
    const char *user = row_text(body, "user") == NULL ? DEFAULT_USER : row_text(body, "user");
    const json_t *owner = state_get(hw->state, USER, user);
    int64_t count = json_object_get(body, "count") == NULL ? 1 : row_int(body, "count");
    json_t *answer;
    bool good = true;

    if (owner == NULL || count < 1 || count > COUNT_MAX) {
        hw_refuse(why, "SCM.0005", "user is one of IAM, count is 1 to %d", COUNT_MAX);
        return NULL;
    }
    answer = json_pack("{s:[],s:[]}", "orders", "certificates");
    for (int64_t n = 1; good && n <= count; n++) {
        json_t *one = numbered_body(body, n);

        good = buy_one(
            hw, state_get(hw->state, ACCOUNT, row_text(owner, "account")), one, answer, why);
        json_decref(one);
    }
    if (good)
        return answer;
    json_decref(answer);
    return NULL;
}

/* Reissues. */

/* HW-REISSUE-6, -7: days after the issue; 0: none. */
static int64_t window_days(const json_t *certificate)
{
    static const char *const brands[] = {"SYMANTEC", "GEOTRUST", "CFCA", "TRUSTASIA", "VTRUS"};

    for (size_t i = 0; i < sizeof brands / sizeof *brands; i++)
        if (row_is(certificate, "brand", brands[i]))
            return 25;
    return row_is(certificate, "brand", "GLOBALSIGN") ? 5 : 0;
}

static bool may_be_reissued(
    const struct huawei *hw, const json_t *certificate, struct hw_refusal *why)
{
    bool restarts = sim_bool(hw->sim, "reissue_window_restarts");
    int64_t from_s = row_int(certificate, restarts ? "issued_s" : "first_issued_s");
    int64_t days = window_days(certificate) - (sim_bool(hw->sim, "reissue_last_day") ? 0 : 1);

    if (!row_is(certificate, "status", "ISSUED"))
        return hw_refuse(
            why, "SCM.0010", "HW-REISSUE-1: the status is %s", row_text(certificate, "status"));
    if (hw_product_is_free(certificate))
        return hw_refuse(why, "SCM.0010", "HW-REISSUE-3: never a free certificate");
    if (row_is(certificate, "domain_type", MULTI))
        return hw_refuse(why, "SCM.0010", "HW-REISSUE-4: never one of several names");
    if (hw_now(hw) - from_s > days * DAY_S)
        return hw_refuse(
            why, "SCM.0010", "HW-REISSUE-6, -7: %" PRId64 " days after the issue", days);
    return true;
}

bool hw_console_reissue(
    struct huawei *hw, json_t *certificate, const json_t *body, struct hw_refusal *why)
{
    json_t *form;

    if (!may_be_reissued(hw, certificate, why))
        return false;
    form = hw_form_reissue(certificate, body, why);
    if (form == NULL)
        return false;
    hw_certificate_reissue(hw, certificate, form, row_bool(body, "contact_changed"));
    return true;
}
