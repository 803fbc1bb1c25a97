/* Certificates of the simulated Huawei Cloud: what may be done in which state, and for how long. */
#include <string.h>

#include "tests/unit/test_main.h"
#include "tests/unit/vendorsim/huawei_rig.h"
#include "tests/vendorsim/huawei_certificate.h"
#include "tests/vendorsim/huawei_console.h"
#include "tests/vendorsim/huawei_dcv.h"

#define ISSUED "{\"domain\":\"www.shop.example\",\"key_algorithm\":\"EC_P256\"}"

static json_t *buy(struct huawei_rig *rig, const char *body)
{
    struct hw_refusal why = {.code = ""};
    json_t *certificate = huawei_rig_buy(rig, body, &why);

    if (certificate == NULL)
        printf("\n    %s %s\n", why.code, why.detail);
    CU_ASSERT_PTR_NOT_NULL_FATAL(certificate);
    return certificate;
}

typedef bool (*act)(struct huawei *hw, json_t *certificate, struct hw_refusal *why);

static bool revoke(struct huawei *hw, json_t *certificate, struct hw_refusal *why)
{
    return hw_certificate_revoke(hw, certificate, "test", why);
}

static bool reissue(struct huawei *hw, json_t *certificate, struct hw_refusal *why)
{
    json_t *body = json_pack("{s:s,s:s}", "domain", "www.shop.example", "key_algorithm", "EC_P256");
    bool done = hw_console_reissue(hw, certificate, body, why);

    json_decref(body);
    return done;
}

static const struct {
    const char *name;
    act run;
    const char *states[4]; /* in which it may be done to a paid certificate */
} acts[] = {
    {"cancel", hw_certificate_cancel, {"CHECKING_DOMAIN", "CHECKING_ORG", "SUPPLEMENTCHECKING"}},
    {"unsubscribe", hw_certificate_unsubscribe, {"PAID", "REVOKED"}},
    {"delete", hw_certificate_delete, {"ISSUED", "REVOKED", "EXPIRED", "UPLOAD"}},
    {"revoke", revoke, {"ISSUED"}},
    {"reissue", reissue, {"ISSUED"}},
};

static bool may(size_t act_index, const char *state)
{
    for (size_t i = 0; i < 4 && acts[act_index].states[i] != NULL; i++)
        if (strcmp(acts[act_index].states[i], state) == 0)
            return true;
    return false;
}

static void each_state_allows_what_it_allows(void)
{
    static const char *const states[] = {"PAID", "CHECKING_DOMAIN", "CHECKING_ORG", "ISSUING",
        "ISSUED", "UNPASSED", "CANCELCHECKING", "SUPPLEMENTCHECKING", "CANCELSUPPLEMENTING",
        "REVOKING", "REVOKED", "EXPIRED", "UPLOAD", "REISSUING"};
    struct huawei_rig rig;

    huawei_rig_open(&rig, NULL);
    for (size_t state = 0; state < sizeof states / sizeof *states; state++)
        for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
            json_t *certificate = buy(&rig, ISSUED);
            struct hw_refusal why = {.code = ""};

            row_set_text(certificate, "status", states[state]);
            CU_ASSERT_EQUAL(acts[i].run(&rig.hw, certificate, &why), may(i, states[state]));
            CU_ASSERT_STRING_EQUAL(why.code, may(i, states[state]) ? "" : "SCM.0010");
            CU_ASSERT(may(i, states[state]) || row_is(certificate, "status", states[state]));
        }
    huawei_rig_close(&rig);
}

static void a_reissue_has_its_window(void)
{
    static const struct {
        const char *body;
        int64_t days;
    } cases[] = {
        {ISSUED, 25},
        {"{\"cert_brand\":\"SYMANTEC\",\"domain\":\"www.shop.example\"}", 25},
        {"{\"cert_brand\":\"VTRUS\",\"domain\":\"www.shop.example\"}", 25},
        {"{\"cert_brand\":\"CFCA\",\"cert_type\":\"OV_SSL_CERT\",\"domain\":\"www.shop.example\"}",
            25},
        {"{\"cert_brand\":\"TRUSTASIA\",\"cert_type\":\"OV_SSL_CERT\",\"domain\":"
         "\"www.shop.example\"}",
            25},
        {"{\"cert_brand\":\"GLOBALSIGN\",\"cert_type\":\"OV_SSL_CERT\",\"domain\":"
         "\"www.shop.example\"}",
            5},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hw_refusal why = {.code = ""};
        struct huawei_rig rig;
        json_t *certificate;

        huawei_rig_open(&rig, NULL);
        certificate = buy(&rig, cases[i].body);
        huawei_rig_advance(&rig, cases[i].days * DAY_S - 10);
        CU_ASSERT(reissue(&rig.hw, certificate, &why));
        CU_ASSERT(hw_certificate_decline(&rig.hw, certificate));
        huawei_rig_advance(&rig, 20);
        CU_ASSERT_FALSE(reissue(&rig.hw, certificate, &why));
        CU_ASSERT_STRING_EQUAL(why.code, "SCM.0010");
        huawei_rig_close(&rig);
    }
}

/* HW-REISSUE-8: any number of them, the window counting from the first issue, or by the setting
 * from the latest. */
static void a_window_counts_from_the_first_issue(void)
{
    static const char *const restarts[] = {"reissue_window_restarts=yes", NULL};

    for (int with = 0; with <= 1; with++) {
        struct hw_refusal why = {.code = ""};
        struct huawei_rig rig;
        json_t *certificate;
        char first[64];

        huawei_rig_open(&rig, with ? restarts : NULL);
        certificate = buy(&rig, ISSUED);
        snprintf(first, sizeof first, "%s", row_text(certificate, "serial"));
        for (int i = 0; i < 3; i++) {
            huawei_rig_advance(&rig, 7 * DAY_S);
            CU_ASSERT(reissue(&rig.hw, certificate, &why));
            CU_ASSERT(hw_certificate_confirm(&rig.hw, certificate));
            CU_ASSERT(row_is(certificate, "status", "ISSUED"));
        }
        CU_ASSERT_STRING_NOT_EQUAL(row_text(certificate, "serial"), first);
        CU_ASSERT_EQUAL(row_int(certificate, "reissues"), 3);
        CU_ASSERT(array_has_text(json_object_get(certificate, "canceled"), first));
        huawei_rig_advance(&rig, 7 * DAY_S);
        CU_ASSERT_EQUAL(reissue(&rig.hw, certificate, &why), with);
        huawei_rig_close(&rig);
    }
}

static void a_window_may_end_a_day_earlier(void)
{
    static const char *const set[] = {"reissue_last_day=no", NULL};
    struct hw_refusal why = {.code = ""};
    struct huawei_rig rig;
    json_t *certificate;

    huawei_rig_open(&rig, set);
    certificate = buy(&rig, ISSUED);
    huawei_rig_advance(&rig, 24 * DAY_S - 10);
    CU_ASSERT(reissue(&rig.hw, certificate, &why) && hw_certificate_decline(&rig.hw, certificate));
    huawei_rig_advance(&rig, 20);
    CU_ASSERT_FALSE(reissue(&rig.hw, certificate, &why));
    huawei_rig_close(&rig);
}

static void a_reissue_may_have_an_id_of_its_own(void)
{
    static const char *const set[] = {"reissue_new_id=yes", NULL};
    struct hw_refusal why = {.code = ""};
    struct huawei_rig rig;
    json_t *old, *successor, *order;
    const char *id;

    huawei_rig_open(&rig, set);
    old = buy(&rig, "{\"effective_time\":2,\"domain\":\"www.shop.example\"}");
    order = state_get(rig.hw.state, ORDER, row_text(old, "order"));
    CU_ASSERT(reissue(&rig.hw, old, &why) && hw_certificate_confirm(&rig.hw, old));
    id = json_string_value(json_array_get(json_object_get(order, "certificates"), 1));
    CU_ASSERT_PTR_NOT_NULL_FATAL(id);
    successor = state_get(rig.hw.state, CERTIFICATE, id);
    CU_ASSERT(row_is(old, "status", "REVOKED") && row_is(successor, "status", "ISSUED"));
    CU_ASSERT_STRING_NOT_EQUAL(row_text(old, "serial"), row_text(successor, "serial"));
    CU_ASSERT_EQUAL(json_array_size(json_object_get(successor, "serials")), 1);
    /* The successor's end counts, and the order's next year is its. */
    huawei_rig_advance(&rig, 336 * DAY_S);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(order, "certificates")), 3);
    huawei_rig_advance(&rig, 31 * DAY_S);
    CU_ASSERT(row_is(old, "status", "REVOKED") && row_is(successor, "status", "EXPIRED"));
    huawei_rig_close(&rig);
}

static void some_certificates_are_never_reissued(void)
{
    static const char *const bodies[] = {/* HW-REISSUE-3, -4 */
        "{\"cert_brand\":\"SYMANTEC\",\"cert_type\":\"DV_SSL_CERT_BASIC\",\"effective_time\":0,"
        "\"domain\":\"www.shop.example\"}",
        "{\"domain_type\":\"MULTI_DOMAIN\",\"primary_domain_type\":\"SINGLE_DOMAIN\","
        "\"domain_numbers\":2,\"single_domain_number\":1,\"domain\":\"www.shop.example\","
        "\"sans\":\"shop.example\"}"};
    struct huawei_rig rig;

    huawei_rig_open(&rig, NULL);
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct hw_refusal why = {.code = ""};

        CU_ASSERT_FALSE(reissue(&rig.hw, buy(&rig, bodies[i]), &why));
        CU_ASSERT_STRING_EQUAL(why.code, "SCM.0010");
    }
    huawei_rig_close(&rig);
}

static void money_comes_back_for_seven_days(void)
{
    struct hw_refusal why = {.code = ""};
    struct huawei_rig rig;
    json_t *paid, *revoked, *late, *years;

    huawei_rig_open(&rig, NULL);
    paid = buy(&rig, "{}");
    late = buy(&rig, "{}");
    revoked = buy(&rig, ISSUED);
    years = buy(&rig, "{\"effective_time\":2,\"domain\":\"www.shop.example\"}");
    CU_ASSERT(revoke(&rig.hw, revoked, &why) && revoke(&rig.hw, years, &why));
    huawei_rig_advance(&rig, 7 * DAY_S - 10);
    CU_ASSERT(hw_certificate_unsubscribe(&rig.hw, paid, &why));
    CU_ASSERT(hw_certificate_unsubscribe(&rig.hw, revoked, &why));
    CU_ASSERT_FALSE(hw_certificate_is_visible(&rig.hw, paid));
    CU_ASSERT_FALSE(hw_certificate_unsubscribe(&rig.hw, years, &why)); /* HW-UNSUB-2 */
    huawei_rig_advance(&rig, 20);
    CU_ASSERT_FALSE(hw_certificate_unsubscribe(&rig.hw, late, &why)); /* HW-UNSUB-1 */
    CU_ASSERT_STRING_EQUAL(why.code, "SCM.0010");
    huawei_rig_close(&rig);
}

static void nothing_is_revoked_in_its_last_month(void)
{
    struct hw_refusal why = {.code = ""};
    struct huawei_rig rig;
    json_t *early, *late;

    huawei_rig_open(&rig, NULL);
    early = buy(&rig, ISSUED);
    late = buy(&rig, ISSUED);
    huawei_rig_advance(&rig, 335 * DAY_S - 20);
    CU_ASSERT(revoke(&rig.hw, early, &why));
    huawei_rig_advance(&rig, 30);
    CU_ASSERT_FALSE(revoke(&rig.hw, late, &why));
    CU_ASSERT_STRING_EQUAL(why.code, "SCM.0010");
    huawei_rig_advance(&rig, 30 * DAY_S);
    CU_ASSERT(row_is(late, "status", "EXPIRED") && row_is(early, "status", "REVOKED"));
    huawei_rig_close(&rig);
}

/* HW-YEARS-1. */
static void the_next_year_is_applied_for_by_itself(void)
{
    struct huawei_rig rig;
    json_t *first, *order, *next;
    const char *id;

    huawei_rig_open(&rig, NULL);
    first = buy(&rig, "{\"effective_time\":2,\"domain\":\"www.shop.example\"}");
    order = state_get(rig.hw.state, ORDER, row_text(first, "order"));
    huawei_rig_advance(&rig, 335 * DAY_S - 20);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(order, "certificates")), 1);
    huawei_rig_advance(&rig, 30);
    id = json_string_value(json_array_get(json_object_get(order, "certificates"), 1));
    CU_ASSERT_PTR_NOT_NULL_FATAL(id);
    next = state_get(rig.hw.state, CERTIFICATE, id);
    CU_ASSERT(
        row_is(next, "status", "CHECKING_DOMAIN") && hw_certificate_is_visible(&rig.hw, next));
    hw_dcv_show(&rig.hw, next);
    CU_ASSERT(row_is(next, "status", "ISSUED"));
    CU_ASSERT(json_equal(json_object_get(next, "form"), json_object_get(first, "form")));
    huawei_rig_advance(&rig, 400 * DAY_S);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(order, "certificates")), 2);
    huawei_rig_close(&rig);
}

/* HW-DCV-6. */
static void an_organization_is_known_for_thirteen_months(void)
{
    static const char ov[] = "{\"cert_type\":\"OV_SSL_CERT\",\"domain\":\"www.shop.example\","
                             "\"issued\":false}",
                      other[] = "{\"cert_type\":\"OV_SSL_CERT\",\"domain\":\"www.shop.example\","
                                "\"issued\":false,\"company_name\":\"Other Ltd\"}",
                      globalsign[] = "{\"cert_brand\":\"GLOBALSIGN\",\"cert_type\":\"OV_SSL_CERT\","
                                     "\"domain\":\"www.shop.example\",\"issued\":false}";
    const struct {
        const char *body, *status;
        int64_t after_s;
    } cases[] = {{ov, "CHECKING_ORG", 0}, {ov, "ISSUED", 395 * DAY_S}, {other, "CHECKING_ORG", 0},
        {globalsign, "CHECKING_ORG", 0}, {globalsign, "CHECKING_ORG", 0},
        {ov, "CHECKING_ORG", 2 * DAY_S}};
    struct huawei_rig rig;

    huawei_rig_open(&rig, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *certificate;

        huawei_rig_advance(&rig, cases[i].after_s);
        certificate = buy(&rig, cases[i].body);
        hw_dcv_show(&rig.hw, certificate);
        CU_ASSERT(row_is(certificate, "status", cases[i].status));
        hw_certificate_org_validated(&rig.hw, certificate);
        CU_ASSERT(row_is(certificate, "status", "ISSUED"));
    }
    huawei_rig_close(&rig);
}

static const struct test tests[] = {
    {"each state allows what it allows", each_state_allows_what_it_allows},
    {"a reissue has its window", a_reissue_has_its_window},
    {"a window counts from the first issue", a_window_counts_from_the_first_issue},
    {"a window may end a day earlier", a_window_may_end_a_day_earlier},
    {"a reissue may have an id of its own", a_reissue_may_have_an_id_of_its_own},
    {"some certificates are never reissued", some_certificates_are_never_reissued},
    {"money comes back for seven days", money_comes_back_for_seven_days},
    {"nothing is revoked in its last month", nothing_is_revoked_in_its_last_month},
    {"the next year is applied for by itself", the_next_year_is_applied_for_by_itself},
    {"an organization is known for thirteen months", an_organization_is_known_for_thirteen_months},
    {NULL, NULL},
};

const struct test_suite suite_huawei_certificate = {"huawei_certificate", tests};
