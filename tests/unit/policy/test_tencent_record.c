/* Tests of policy/upstream/tencent_record.h and tencent_product.h: what the service's answers and
 * numbers mean. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/mem.h"
#include "policy/upstream/tencent_product.h"
#include "policy/upstream/tencent_record.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void times_are_those_of_china(void)
{
    static const struct {
        const char *text;
        int64_t time_s;
    } rows[] = {
        {"2026-01-05 17:00:00", 1767603600}, /* 09:00:00Z */
        {"2026-01-01 07:59:59", 1767225599}, /* 2025-12-31T23:59:59Z */
        {"2024-02-29 08:00:00", 1709164800},
        {"2026-01-05T17:00:00", 0},
        {"2026-01-05 17:00", 0},
        {"2026-13-05 17:00:00", 0},
        {"2026-01-05 17:00:00 ", 0},
        {"0000-00-00 00:00:00", 0},
        {"", 0},
        {NULL, 0},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        CU_ASSERT_EQUAL(tencent_time(rows[i].text), rows[i].time_s);
}

/* Apostrophes stand for quotation marks. */
static struct json document(void *mem, const char *text)
{
    char *copy = mem_strdup(mem, text);
    struct json json = {0};
    struct err e = {0};

    for (char *at = copy; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    CU_ASSERT_EQUAL_FATAL(json_parse(mem, bytes_of(copy), "it", &json, &e), ERR_OK);
    return json;
}

static struct tencent_record record_of(void *mem, const char *text)
{
    struct json *json = mem_new(mem, struct json);
    struct tencent_record record;
    struct err e = {0};

    *json = document(mem, text);
    CU_ASSERT_EQUAL_FATAL(tencent_record_read(mem, json, &record, &e), ERR_OK);
    return record;
}

static void a_record_is_read_whatever_is_missing(void)
{
    static const char *const without[] = {"{}", "{'CertificateId': null}", "{'CertificateId': ''}",
        "{'CertificateId': 0, 'Status': 1}"};
    void *mem = mem_new(NULL, char);
    struct tencent_record record = record_of(mem, "{'CertificateId': 'tcP4i5D6'}");

    CU_ASSERT_STRING_EQUAL(record.id, "tcP4i5D6");
    CU_ASSERT_EQUAL(record.status, -1);
    CU_ASSERT_STRING_EQUAL(record.alias, "");
    CU_ASSERT_FALSE(tencent_record_is_empty(&record) || tencent_record_is_pending(&record) ||
                    tencent_record_lives(&record));
    record = record_of(mem,
        "{'CertificateId': 12345678, 'Status': '5', 'Domain': null, 'SubjectAltName': null, "
        "'PackageType': 25, 'CertificateExtra': null, 'DvAuthDetail': null, 'SubmittedData': null, "
        "'ValidityPeriod': '12', 'Alias': null, 'VerifyType': null}");
    CU_ASSERT_STRING_EQUAL(record.id, "12345678");
    CU_ASSERT_STRING_EQUAL(record.product, "25");
    CU_ASSERT_EQUAL(record.months, 12);
    CU_ASSERT(tencent_record_is_empty(&record));
    for (size_t i = 0; i < COUNT(without); i++) {
        struct json json = document(mem, without[i]);
        struct err e = {0};

        CU_ASSERT_EQUAL(tencent_record_read(mem, &json, &record, &e), ERR_INPUT);
    }
    mem_free(mem);
}

static void names_are_those_of_both_members(void)
{
    void *mem = mem_new(NULL, char);
    struct tencent_record record =
        record_of(mem, "{'CertificateId': 'a', 'Domain': 'Shop.Example.NET', "
                       "'SubjectAltName': ['www.shop.example.net', '', 7, '*.b.example']}");

    CU_ASSERT_EQUAL_FATAL(record.names.len, 3);
    CU_ASSERT_STRING_EQUAL(record.names.list[0].value, "shop.example.net");
    CU_ASSERT_STRING_EQUAL(record.names.list[1].value, "www.shop.example.net");
    CU_ASSERT_STRING_EQUAL(record.names.list[2].value, "*.b.example");
    mem_free(mem);
}

static void slots_are_empty_until_somebody_has_them(void)
{
    static const struct {
        const char *more;
        bool empty, claimed;
    } rows[] = {
        {"", true, false},
        {", 'Alias': 'for the shop'", true, false},
        {", 'Alias': 'countersign-00112233445566778899aabbccddeeff'", false, true},
        {", 'Domain': 'a.example'", false, false},
        {", 'SubmittedData': {'CsrContent': 'x'}", false, false},
    };
    void *mem = mem_new(NULL, char);

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct tencent_record record =
            record_of(mem, mem_printf(mem, "{'CertificateId': 'a', 'Status': 5%s}", rows[i].more));

        CU_ASSERT_EQUAL(tencent_record_is_empty(&record), rows[i].empty);
        CU_ASSERT_EQUAL(tencent_record_is_claimed(&record), rows[i].claimed);
    }
    mem_free(mem);
}

/* Which of the two records is 11 during a reissue is not known: the one that has dates lives. */
static void states_say_what_lives_and_what_is_on_its_way(void)
{
    void *mem = mem_new(NULL, char);

    for (int status = 0; status <= 15; status++) {
        struct tencent_record without =
            record_of(mem, mem_printf(mem, "{'CertificateId': 'a', 'Status': %d}", status));
        struct tencent_record with = record_of(
            mem, mem_printf(mem,
                     "{'CertificateId': 'a', 'Status': %d, 'CertBeginTime': '2026-01-05 08:00:00'}",
                     status));

        CU_ASSERT_EQUAL(tencent_record_is_pending(&without),
            status == 0 || status == 4 || status == 8 || status == 11 || status == 15);
        CU_ASSERT_EQUAL(tencent_record_lives(&with), status == 1 || status == 11);
        CU_ASSERT_FALSE(tencent_record_lives(&without) && status != 1);
    }
    mem_free(mem);
}

static void proofs_are_what_is_to_be_published(void)
{
    void *mem = mem_new(NULL, char);
    struct tencent_record record = record_of(mem,
        "{'CertificateId': 'a', 'DvAuthDetail': {'DvAuths': ["
        "{'DvAuthVerifyType': 'CNAME', 'DvAuthDomain': 'example.net', 'DvAuthSubDomain': "
        "'_01.shop', 'DvAuthKey': '_01.shop.example.net', 'DvAuthValue': 'fe.dcv.invalid'},"
        "{'DvAuthVerifyType': 'TXT', 'DvAuthKey': '_dnsauth.www.example.net', 'DvAuthValue': "
        "'token'},"
        "{'DvAuthVerifyType': 'TXT', 'DvAuthDomain': 'example.net', 'DvAuthSubDomain': '@', "
        "'DvAuthKey': 'example.net', 'DvAuthValue': 'apex'},"
        "{'DvAuthVerifyType': 'FILE', 'DvAuthDomain': 'shop.example.net', 'DvAuthPath': "
        "'/.well-known/pki-validation/', 'DvAuthKey': 'fileauth.txt', 'DvAuthValue': 'text'},"
        "{'DvAuthVerifyType': 'FILE', 'DvAuthDomain': 'shop.example.net', 'DvAuthPath': "
        "'.well-known/pki-validation', 'DvAuthKey': 'f.txt', 'DvAuthValue': 'text'},"
        "{'DvAuthVerifyType': 'TXT', 'DvAuthKey': 'without.a.value'}, null]}}");
    static const struct {
        enum vendor_proof_kind kind;
        const char *domain, *name, *value;
    } rows[] = {
        {VENDOR_PROOF_CNAME, "example.net", "_01.shop.example.net", "fe.dcv.invalid"},
        {VENDOR_PROOF_TXT, "_dnsauth.www.example.net", "_dnsauth.www.example.net", "token"},
        {VENDOR_PROOF_TXT, "example.net", "example.net", "apex"},
        {VENDOR_PROOF_HTTP, "shop.example.net", "/.well-known/pki-validation/fileauth.txt", "text"},
        {VENDOR_PROOF_HTTP, "shop.example.net", "/.well-known/pki-validation/f.txt", "text"},
    };

    CU_ASSERT_EQUAL_FATAL(record.proofs_len, COUNT(rows));
    for (size_t i = 0; i < COUNT(rows); i++) {
        CU_ASSERT_EQUAL(record.proofs[i].kind, rows[i].kind);
        CU_ASSERT_STRING_EQUAL(record.proofs[i].domain, rows[i].domain);
        CU_ASSERT_STRING_EQUAL(record.proofs[i].name, rows[i].name);
        CU_ASSERT_STRING_EQUAL(record.proofs[i].value, rows[i].value);
    }
    mem_free(mem);
}

/* Products. */

static void products_have_brand_level_and_kind_of_names(void)
{
    static const struct {
        const char *id, *brand;
        enum level level;
        enum name_kind names;
        bool free, checks_alone, revokes_alone;
    } rows[] = {
        {"83", "trustasia", LEVEL_DV, NAMES_SINGLE, true, false, false},
        {"2", "trustasia", LEVEL_DV, NAMES_SINGLE, true, false, false},
        {"104", "trustasia", LEVEL_DV, NAMES_SINGLE, false, false, false},
        {"12", "trustasia", LEVEL_DV, NAMES_WILDCARD, false, false, false},
        {"25", "wotrus", LEVEL_DV, NAMES_SINGLE, false, true, true},
        {"32", "wotrus", LEVEL_EV, NAMES_MULTI, false, true, true},
        {"47", "dnspod", LEVEL_EV, NAMES_MULTI, false, true, false},
        {"52", "sm2", LEVEL_OV, NAMES_WILDCARD, false, true, true},
        {"10", "geotrust", LEVEL_OV, NAMES_WILDCARD, false, false, false},
        {"88", "globalsign", LEVEL_OV, NAMES_MULTI, false, false, false},
    };
    static const char *const none[] = {
        "1", "36", "62", "84", "106", "", "0", "25 ", "+25", "x", "99999999999999999999", NULL};

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct tencent_product *product = tencent_product(rows[i].id);

        CU_ASSERT_PTR_NOT_NULL_FATAL(product);
        CU_ASSERT_STRING_EQUAL(product->brand, rows[i].brand);
        CU_ASSERT_EQUAL(product->level, rows[i].level);
        CU_ASSERT_EQUAL(tencent_product_names(product), rows[i].names);
        CU_ASSERT_EQUAL(tencent_product_is_free(product), rows[i].free);
        CU_ASSERT_EQUAL(tencent_product_checks_alone(product), rows[i].checks_alone);
        CU_ASSERT_EQUAL(tencent_product_revokes_alone(product), rows[i].revokes_alone);
    }
    for (size_t i = 0; none[i] != NULL; i++)
        CU_ASSERT_PTR_NULL(tencent_product(none[i]));
    CU_ASSERT_PTR_NULL(tencent_product(NULL));
}

static void products_hold_the_names_that_they_are_for(void)
{
    static const struct {
        const char *product;
        const char *names[4];
        bool fits;
    } rows[] = {
        {"104", {"a.example"}, true},
        {"104", {"www.a.example", "a.example"}, true},
        {"104", {"a.example", "www.a.example"}, true},
        {"104", {"a.example", "b.example"}, false},
        {"104", {"www.a.example", "wwwa.example"}, false},
        {"104", {"*.a.example"}, false},
        {"104", {"a.example", "www.a.example", "b.example"}, false},
        {"12", {"*.a.example"}, true},
        {"12", {"*.a.example", "a.example"}, true},
        {"12", {"*.b.a.example", "b.a.example"}, false}, /* comes along at the second level only */
        {"12", {"a.example"}, false},
        {"12", {"*.a.example", "*.b.example"}, false},
        {"11", {"a.example", "b.example"}, true},
        {"11", {"a.example"}, false},
        {"11", {"a.example", "*.b.example"}, false},
        {"42", {"a.example", "*.b.example"}, true},
        {"42", {"*.b.example"}, false},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct identifier list[4];
        struct identifiers names = {list, 0};

        for (; names.len < 4 && rows[i].names[names.len] != NULL; names.len++)
            list[names.len] = (struct identifier){IDENTIFIER_DNS, rows[i].names[names.len]};
        CU_ASSERT_EQUAL(
            tencent_product_misfit(tencent_product(rows[i].product), &names) == NULL, rows[i].fits);
    }
}

static const struct test tests[] = {
    {"times are those of China", times_are_those_of_china},
    {"a record is read whatever is missing", a_record_is_read_whatever_is_missing},
    {"names are those of both members", names_are_those_of_both_members},
    {"slots are empty until somebody has them", slots_are_empty_until_somebody_has_them},
    {"states say what lives and what is on its way", states_say_what_lives_and_what_is_on_its_way},
    {"proofs are what is to be published", proofs_are_what_is_to_be_published},
    {"products have brand, level and kind of names", products_have_brand_level_and_kind_of_names},
    {"products hold the names that they are for", products_hold_the_names_that_they_are_for},
    {NULL, NULL},
};

const struct test_suite suite_tencent_record = {"tencent_record", tests};
