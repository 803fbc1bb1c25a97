/* What the simulated Huawei Cloud takes as an application. */
#include <string.h>

#include "base/mem.h"
#include "tests/unit/test_main.h"
#include "tests/vendorsim/csr.h"
#include "tests/vendorsim/huawei_form.h"

#define OV_SINGLE                                                                                  \
    "{\"brand\":\"GLOBALSIGN\",\"type\":\"OV_SSL_CERT\",\"domain_type\":\"SINGLE_DOMAIN\"}"
#define DV_SINGLE                                                                                  \
    "{\"brand\":\"GEOTRUST\",\"type\":\"DV_SSL_CERT\",\"domain_type\":\"SINGLE_DOMAIN\"}"
#define DV_WILD "{\"brand\":\"GEOTRUST\",\"type\":\"DV_SSL_CERT\",\"domain_type\":\"WILDCARD\"}"
#define OV_MULTI                                                                                   \
    "{\"brand\":\"GLOBALSIGN\",\"type\":\"OV_SSL_CERT\",\"domain_type\":\"MULTI_DOMAIN\","         \
    "\"primary_type\":\"SINGLE_DOMAIN\",\"domain_count\":4,\"wildcard_count\":1}"
#define OV_GEOTRUST                                                                                \
    "{\"brand\":\"GEOTRUST\",\"type\":\"OV_SSL_CERT\",\"domain_type\":\"SINGLE_DOMAIN\"}"

static const char company[] =
    "{\"company_name\":\"Shop Ltd\",\"company_province\":\"GD\",\"company_city\":\"SZ\","
    "\"country\":\"cn\",\"applicant_name\":\"Ops-Team\",\"applicant_phone\":\"+86 138\","
    "\"applicant_email\":\"ops@shop.example\",\"domain_method\":\"DNS\",\"key_algorithm\":\"EC_"
    "P256\","
    "\"agree_privacy_protection\":true,\"domain\":\"www.shop.example\"}";

/* The code of the refusal, "" if the form is fine: the members above with some changed. */
static const char *outcome(const char *slot, const char *changes)
{
    json_t *certificate = json_loads(slot, 0, NULL), *body = json_loads(company, 0, NULL);
    json_t *more = json_loads(changes, 0, NULL), *form;
    struct hw_refusal why = {.code = ""};

    CU_ASSERT_PTR_NOT_NULL_FATAL(more);
    json_object_update(body, more);
    form = hw_form_application(certificate, body, &why);
    json_decref(certificate);
    json_decref(body);
    json_decref(more);
    json_decref(form);
    return form == NULL ? why.code : "";
}

struct form_case {
    const char *slot, *changes, *code;
};

static void check(const struct form_case *cases, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const char *code = outcome(cases[i].slot, cases[i].changes);

        if (strcmp(code, cases[i].code) != 0)
            printf("\n    %s %s: %s\n", cases[i].slot, cases[i].changes, code);
        CU_ASSERT_STRING_EQUAL(code, cases[i].code);
    }
}

static void names_must_fit_what_was_bought(void)
{
    static const struct form_case cases[] = {
        {DV_SINGLE, "{}", ""},
        {DV_SINGLE, "{\"domain\":\"*.shop.example\"}", "SCM.0015"},
        {DV_SINGLE, "{\"sans\":\"b.example\"}", "SCM.0015"},
        {DV_SINGLE, "{\"domain\":\"192.0.2.7\",\"domain_method\":\"FILE\"}", "SCM.0015"},
        {DV_SINGLE,
            "{\"domain\":\"b\xc3\xbc"
            "cher.example\"}",
            "SCM.0015"}, /* HW-APPLY-6 */
        {DV_SINGLE, "{\"domain\":\"xn--bcher-kva.example\"}", ""},
        {DV_SINGLE, "{\"domain\":\"server\"}", "SCM.0015"},
        {DV_SINGLE, "{\"domain\":\"\"}", "SCM.0005"},
        {DV_SINGLE, "{\"domain\":null}", "SCM.0005"},
        {DV_WILD, "{\"domain\":\"*.shop.example\"}", ""},
        {DV_WILD, "{}", "SCM.0015"},
        {OV_SINGLE, "{\"domain\":\"192.0.2.7\",\"domain_method\":\"FILE\"}", ""},
        {OV_MULTI, "{\"sans\":\"b.example\"}", ""},
        {OV_MULTI, "{\"sans\":\"b.example;c.example;*.d.example\"}", ""},
        {OV_MULTI, "{\"sans\":\"b.example;c.example;d.example\"}", "SCM.0015"},
        {OV_MULTI, "{\"sans\":\"*.c.example;*.d.example\"}", "SCM.0015"},
        {OV_MULTI, "{\"sans\":\"b.example;B.example\"}", "SCM.0015"},
        {OV_MULTI, "{\"sans\":\"www.shop.example\"}", "SCM.0015"},
        {OV_MULTI, "{\"sans\":\"b.example;;c.example\"}", "SCM.0015"},
        {OV_MULTI, "{\"sans\":\"\"}", "SCM.0015"},
        {OV_MULTI, "{}", "SCM.0015"},
        {OV_MULTI, "{\"domain\":\"*.shop.example\",\"sans\":\"b.example\"}", "SCM.0015"},
    };

    check(cases, sizeof cases / sizeof *cases);
}

static void people_and_company_must_be_told(void)
{
    static const struct form_case cases[] = {
        {DV_SINGLE, "{\"agree_privacy_protection\":false}", "SCM.0005"},
        {DV_SINGLE, "{\"applicant_name\":\"Ops\"}", "SCM.0005"},
        {DV_SINGLE, "{\"applicant_name\":\"Ops Team\"}", "SCM.0005"},
        {DV_SINGLE, "{\"applicant_name\":\"OpsTeam1\"}", "SCM.0005"},
        {DV_SINGLE, "{\"applicant_name\":\"\xe5\xbc\xa0\xe4\xb8\x89\"}", ""},
        {DV_SINGLE, "{\"applicant_name\":\"A_b-c,d.\"}", ""},
        {DV_SINGLE, "{\"applicant_name\":null}", "SCM.0005"},
        {DV_SINGLE, "{\"applicant_phone\":\"\"}", "SCM.0005"},
        {DV_SINGLE, "{\"applicant_email\":\"nobody\"}", "SCM.0005"},
        {DV_SINGLE, "{\"company_name\":null,\"country\":null}", ""},
        {DV_SINGLE, "{\"country\":\"CHN\"}", "SCM.0005"},
        {OV_SINGLE, "{\"company_name\":null}", "SCM.0005"}, /* HW-APPLY-3 */
        {OV_SINGLE, "{\"company_city\":\"\"}", "SCM.0005"},
        {OV_SINGLE, "{\"country\":\"C1\"}", "SCM.0005"},
        {OV_GEOTRUST, "{}", "SCM.0005"}, /* ca_hash_algorithm */
        {OV_GEOTRUST, "{\"ca_hash_algorithm\":\"SHA-256\"}", ""},
        {OV_SINGLE, "{\"ca_hash_algorithm\":\"MD5\"}", "SCM.0005"},
    };

    check(cases, sizeof cases / sizeof *cases);
}

static void control_is_shown_as_the_product_wants_it(void)
{
    static const struct form_case cases[] = {
        {DV_SINGLE, "{\"domain_method\":\"dns\"}", ""},
        {DV_SINGLE, "{\"domain_method\":\"EMAIL\"}", "SCM.0005"},
        {DV_SINGLE, "{\"domain_method\":\"FILE\"}", "SCM.0005"},
        {DV_SINGLE, "{\"domain_method\":\"CALL\"}", "SCM.0005"},
        {DV_SINGLE, "{\"domain_method\":null}", "SCM.0005"},
        {OV_SINGLE, "{\"domain_method\":\"Email\"}", ""},
        {OV_SINGLE, "{\"domain_method\":\"FILE\"}", "SCM.0005"},
        {OV_SINGLE, "{\"domain\":\"192.0.2.7\"}", "SCM.0005"},
    };

    check(cases, sizeof cases / sizeof *cases);
}

static void keys_are_the_clients_or_the_vendors(void)
{
    static const struct form_case cases[] = {
        {DV_SINGLE, "{\"key_algorithm\":null}", ""},
        {DV_SINGLE, "{\"key_algorithm\":\"EC_P384\"}", ""},
        {DV_SINGLE, "{\"key_algorithm\":\"SM2\"}", "SCM.0005"},
        {DV_SINGLE, "{\"csr\":\"nonsense\"}", "SCM.0005"},
    };
    struct csr_options options = {"www.shop.example", KEY_P256, 0};
    void *mem = mem_new(NULL, char);
    char *csr = csr_make(mem, &options, NULL);
    json_t *changes = json_pack("{s:s,s:s}", "csr", csr, "domain", "WWW.shop.example");
    char *text = json_dumps(changes, 0);

    check(cases, sizeof cases / sizeof *cases);
    CU_ASSERT_STRING_EQUAL(outcome(DV_SINGLE, text), "");
    free(text);
    json_object_set_new(changes, "domain", json_string("shop.example"));
    text = json_dumps(changes, 0);
    CU_ASSERT_STRING_EQUAL(outcome(DV_SINGLE, text), "SCM.0005"); /* HW-APPLY-4 */
    free(text);
    json_decref(changes);
    mem_free(mem);
}

static const struct test tests[] = {
    {"names must fit what was bought", names_must_fit_what_was_bought},
    {"people and company must be told", people_and_company_must_be_told},
    {"control is shown as the product wants it", control_is_shown_as_the_product_wants_it},
    {"keys are the client's or the vendor's", keys_are_the_clients_or_the_vendors},
    {NULL, NULL},
};

const struct test_suite suite_huawei_form = {"huawei_form", tests};
