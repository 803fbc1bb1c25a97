/* What can be bought of the simulated Huawei Cloud. */
#include <string.h>

#include "tests/unit/test_main.h"
#include "tests/unit/vendorsim/huawei_rig.h"
#include "tests/vendorsim/huawei_order.h"
#include "tests/vendorsim/huawei_product.h"

/* A purchase that is fine, with some members changed (null: taken away). */
static json_t *purchase(const char *changes)
{
    json_t *body = json_loads("{\"cert_brand\":\"GEOTRUST\",\"cert_type\":\"DV_SSL_CERT\","
                              "\"domain_type\":\"SINGLE_DOMAIN\",\"effective_time\":1,"
                              "\"domain_numbers\":1,\"order_number\":1,"
                              "\"agree_privacy_protection\":true,\"is_auto_pay\":true}",
        0, NULL);
    json_t *more = json_loads(changes, 0, NULL), *value;
    const char *member;

    CU_ASSERT_PTR_NOT_NULL_FATAL(more);
    json_object_foreach(more, member, value)
    {
        if (json_is_null(value))
            json_object_del(body, member);
        else
            json_object_set(body, member, value);
    }
    json_decref(more);
    return body;
}

/* The code of the refusal, "" if it was sold. */
static const char *outcome(struct huawei_rig *rig, const char *changes)
{
    struct hw_refusal why = {.code = ""};
    json_t *body = purchase(changes);
    const json_t *order = hw_order_buy(&rig->hw, rig->account, body, &why);

    json_decref(body);
    return order == NULL ? why.code : "";
}

#define MULTI_OF(kind, numbers)                                                                    \
    "{\"cert_type\":\"" kind "\",\"domain_type\":\"MULTI_DOMAIN\"," numbers "}"

static void each_rule_of_a_purchase(void)
{
    static const struct {
        const char *changes, *code;
    } cases[] = {
        {"{}", ""},
        {"{\"order_number\":100}", ""},
        {"{\"effective_time\":3}", ""},
        {"{\"domain_type\":\"WILDCARD\"}", ""},
        {"{\"agree_privacy_protection\":false}", "SCM.0005"}, /* HW-BUY-1 */
        {"{\"agree_privacy_protection\":null}", "SCM.0005"},
        {"{\"cert_brand\":\"DIGICERT\"}", "SCM.0005"},
        {"{\"cert_brand\":null}", "SCM.0005"},
        {"{\"cert_type\":\"XV\"}", "SCM.0005"},
        {"{\"domain_type\":\"TWO\"}", "SCM.0005"},
        {"{\"domain_type\":null}", "SCM.0005"},
        {"{\"cert_brand\":\"CFCA\"}", "SCM.0005"}, /* sells no DV */
        {"{\"effective_time\":0}", "SCM.0005"},
        {"{\"effective_time\":4}", "SCM.0005"},
        {"{\"effective_time\":null}", "SCM.0005"},
        {"{\"effective_time\":\"1\"}", "SCM.0005"},
        {"{\"order_number\":0}", "SCM.0005"},
        {"{\"order_number\":101}", "SCM.0005"},
        {"{\"domain_numbers\":2}", "SCM.0005"}, /* HW-BUY-2 */
        {"{\"domain_type\":\"WILDCARD\",\"domain_numbers\":2}", "SCM.0005"},
        {MULTI_OF("DV_SSL_CERT", "\"primary_domain_type\":\"SINGLE_DOMAIN\",\"domain_numbers\":3,"
                                 "\"single_domain_number\":2"),
            ""},
        {MULTI_OF("DV_SSL_CERT", "\"domain_numbers\":2,\"single_domain_number\":1"), "SCM.0005"},
        {MULTI_OF("DV_SSL_CERT", "\"primary_domain_type\":\"SINGLE_DOMAIN\",\"domain_numbers\":1,"
                                 "\"single_domain_number\":0"),
            "SCM.0005"},
        {MULTI_OF("DV_SSL_CERT", "\"primary_domain_type\":\"SINGLE_DOMAIN\",\"domain_numbers\":3,"
                                 "\"single_domain_number\":1"),
            "SCM.0005"},
        {MULTI_OF("DV_SSL_CERT", "\"primary_domain_type\":\"SINGLE_DOMAIN\",\"domain_numbers\":2,"
                                 "\"single_domain_number\":2,\"wildcard_domain_number\":-1"),
            "SCM.0005"},
        /* HW-BUY-3 */
        {MULTI_OF("DV_SSL_CERT", "\"primary_domain_type\":\"SINGLE_DOMAIN\",\"domain_numbers\":2,"
                                 "\"wildcard_domain_number\":1"),
            "SCM.0005"},
        {MULTI_OF("DV_SSL_CERT", "\"primary_domain_type\":\"WILDCARD_DOMAIN\",\"domain_numbers\":2,"
                                 "\"single_domain_number\":1"),
            "SCM.0005"},
        {MULTI_OF("EV_SSL_CERT", "\"primary_domain_type\":\"SINGLE_DOMAIN\",\"domain_numbers\":2,"
                                 "\"wildcard_domain_number\":1"),
            "SCM.0005"},
        {MULTI_OF("OV_SSL_CERT", "\"primary_domain_type\":\"WILDCARD_DOMAIN\",\"domain_numbers\":4,"
                                 "\"single_domain_number\":1,\"wildcard_domain_number\":2"),
            ""},
        {MULTI_OF("OV_SSL_CERT", "\"primary_domain_type\":\"SINGLE_DOMAIN\",\"domain_numbers\":251,"
                                 "\"single_domain_number\":250"),
            "SCM.0005"},
    };
    struct huawei_rig rig;

    huawei_rig_open(&rig, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_STRING_EQUAL(outcome(&rig, cases[i].changes), cases[i].code);
    huawei_rig_close(&rig);
}

static void free_certificates_have_a_quota(void)
{
    static const char *const set[] = {"free_quota=3", NULL};
    static const char two[] = "{\"cert_brand\":\"SYMANTEC\",\"cert_type\":\"DV_SSL_CERT_BASIC\","
                              "\"effective_time\":0,\"order_number\":2,\"is_auto_pay\":false}",
                      one[] = "{\"cert_brand\":\"SYMANTEC\",\"cert_type\":\"DV_SSL_CERT_BASIC\","
                              "\"effective_time\":0}",
                      paid[] = "{\"cert_brand\":\"SYMANTEC\",\"cert_type\":\"DV_SSL_CERT_BASIC\"}";
    struct huawei_rig rig;

    huawei_rig_open(&rig, set);
    CU_ASSERT_STRING_EQUAL(outcome(&rig, paid), "SCM.0005");
    CU_ASSERT_STRING_EQUAL(outcome(&rig, two), "");
    CU_ASSERT_STRING_EQUAL(outcome(&rig, two), "SCM.0011");
    CU_ASSERT_STRING_EQUAL(outcome(&rig, one), "");
    CU_ASSERT_STRING_EQUAL(outcome(&rig, one), "SCM.0011");
    CU_ASSERT_EQUAL(hw_order_free_left(&rig.hw, rig.account), 0);
    huawei_rig_close(&rig);
}

static void an_account_can_be_barred_from_buying(void)
{
    static const struct {
        const char *const set[2];
        const char *code;
    } cases[] = {{{"account_state=restricted", NULL}, "SCM.1009"},
        {{"account_state=frozen", NULL}, "SCM.1010"}, {{"billing_fails=yes", NULL}, "SCM.0016"}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct huawei_rig rig;

        huawei_rig_open(&rig, cases[i].set);
        CU_ASSERT_STRING_EQUAL(outcome(&rig, "{}"), cases[i].code);
        huawei_rig_close(&rig);
    }
}

static void which_brands_sell_what(void)
{
    static const struct {
        const char *brand, *type, *domain_type;
        bool sold;
    } cases[] = {
        {"GEOTRUST", "DV_SSL_CERT", MULTI, true},
        {"GEOTRUST", "DV_SSL_CERT_BASIC", SINGLE, true},
        {"GEOTRUST", "DV_SSL_CERT_BASIC", WILDCARD, false},
        {"GEOTRUST", "EV_SSL_CERT", WILDCARD, false},
        {"GEOTRUST", "OV_SSL_CERT_PRO", SINGLE, false},
        {"SYMANTEC", "OV_SSL_CERT_PRO", WILDCARD, true},
        {"SYMANTEC", "EV_SSL_CERT_PRO", MULTI, true},
        {"SYMANTEC", "EV_SSL_CERT_PRO", WILDCARD, false},
        {"GLOBALSIGN", "DV_SSL_CERT", SINGLE, false},
        {"GLOBALSIGN", "OV_SSL_CERT", WILDCARD, true},
        {"VTRUS", "DV_SSL_CERT", MULTI, false},
        {"VTRUS", "DV_SSL_CERT", WILDCARD, true},
        {"VTRUS", "EV_SSL_CERT", SINGLE, false},
        {"TRUSTASIA", "OV_SSL_CERT", MULTI, true},
        {"TRUSTASIA", "DV_SSL_CERT", SINGLE, false},
        {"CFCA", "EV_SSL_CERT", MULTI, true},
        {"CFCA", "OV_SSL_CERT", NULL, false},
        {NULL, "OV_SSL_CERT", SINGLE, false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_EQUAL(
            hw_product_is_sold(cases[i].brand, cases[i].type, cases[i].domain_type), cases[i].sold);
}

static const struct test tests[] = {
    {"each rule of a purchase", each_rule_of_a_purchase},
    {"free certificates have a quota", free_certificates_have_a_quota},
    {"an account can be barred from buying", an_account_can_be_barred_from_buying},
    {"which brands sell what", which_brands_sell_what},
    {NULL, NULL},
};

const struct test_suite suite_huawei_order = {"huawei_order", tests};
