/* The forms of the simulated Tencent Cloud: parameters of actions, times, what is to be published,
 * CSRs. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/csr.h"
#include "tests/vendorsim/tencent_actions.h"
#include "tests/vendorsim/tencent_csr.h"
#include "tests/vendorsim/tencent_validation.h"

#define FIELDS "Id:s! Many:i! Flag:b Names:S Numbers:I Tags:T"

static void parameters_are_held_against_the_actions_fields(void)
{
    static const struct {
        const char *body, *code; /* NULL: good */
    } cases[] = {
        {"{\"Id\":\"a\",\"Many\":1}", NULL},
        {"{\"Id\":\"\",\"Many\":-5,\"Flag\":false,\"Names\":[],\"Numbers\":[1],"
         "\"Tags\":[{\"TagKey\":\"a\",\"TagValue\":\"\"}]}",
            NULL},
        {"[]", "InvalidParameter"},
        {"5", "InvalidParameter"},
        {"{\"Id\":\"a\"}", "MissingParameter"},
        {"{\"Id\":\"a\",\"many\":1,\"Many\":1}", "UnknownParameter"},
        {"{\"Id\":\"a\",\"Man\":1}", "UnknownParameter"},
        {"{\"Id\":5,\"Unknown\":1}", "UnknownParameter"},
        {"{\"Id\":5}", "MissingParameter"},
        {"{\"Id\":5,\"Many\":1}", "InvalidParameter"},
        {"{\"Id\":null,\"Many\":1}", "InvalidParameter"},
        {"{\"Id\":\"a\",\"Many\":\"1\"}", "InvalidParameter"},
        {"{\"Id\":\"a\",\"Many\":1.5}", "InvalidParameter"},
        {"{\"Id\":\"a\",\"Many\":1,\"Flag\":1}", "InvalidParameter"},
        {"{\"Id\":\"a\",\"Many\":1,\"Names\":\"b\"}", "InvalidParameter"},
        {"{\"Id\":\"a\",\"Many\":1,\"Names\":[\"b\",5]}", "InvalidParameter"},
        {"{\"Id\":\"a\",\"Many\":1,\"Numbers\":[\"1\"]}", "InvalidParameter"},
        {"{\"Id\":\"a\",\"Many\":1,\"Tags\":[{\"TagKey\":\"a\"}]}", "InvalidParameter"},
        {"{\"Id\":\"a\",\"Many\":1,\"Tags\":[{\"TagKey\":\"a\",\"TagValue\":5}]}",
            "InvalidParameter"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *body = json_loads(cases[i].body, JSON_DECODE_ANY, NULL);
        struct tc_refusal why = {.code = ""};

        CU_ASSERT_EQUAL(tc_fields_check(FIELDS, body, &why), cases[i].code == NULL);
        if (cases[i].code != NULL)
            CU_ASSERT_STRING_EQUAL(why.code, cases[i].code);
        json_decref(body);
    }
}

static void times_are_of_china(void)
{
    static const char *const wrong[] = {"", "2026-01-05", "2026-01-05T17:00:00",
        "2026-01-05 17:00:60", "2026-13-05 17:00:00", "2026-02-30 17:00:00", "2026-01-05 17:00:00Z",
        " 026-01-05 17:00:00"};
    char text[TC_TIME_SIZE];
    int64_t time_s = 0;
    json_t *row = json_object();

    tc_format_time(1767603600, text);
    CU_ASSERT_STRING_EQUAL(text, "2026-01-05 17:00:00");
    CU_ASSERT_TRUE(tc_parse_time(text, &time_s));
    CU_ASSERT_EQUAL(time_s, 1767603600);
    tc_put_time(row, "never", 0);
    CU_ASSERT_TRUE(json_is_null(json_object_get(row, "never")));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CU_ASSERT_FALSE(tc_parse_time(wrong[i], &time_s));
    CU_ASSERT_EQUAL(tc_months_later(1767603600, 13), 1801818000); /* 2027-02-05 */
    CU_ASSERT_EQUAL(tc_months_later(1801818000, -13), 1767603600);
    json_decref(row);
}

static bool is(const json_t *validations, size_t index, const char *name, const char *type,
    const char *host, const char *key_end)
{
    const json_t *one = json_array_get(validations, index);
    const char *key = row_text(one, "key");

    return row_is(one, "name", name) && row_is(one, "type", type) && row_is(one, "host", host) &&
           strlen(key) >= strlen(key_end) &&
           strcmp(key + strlen(key) - strlen(key_end), key_end) == 0;
}

static void what_is_to_be_published_goes_by_method_and_brand(void)
{
    struct tencent tc = {.suffixes = public_suffixes_new(NULL)};
    json_t *names = json_pack("[s,s,s]", "www.a.co.uk", "*.b.net", "b.net"), *made;

    made = tc_validations_make(&tc, names, "DNS", true);
    CU_ASSERT_EQUAL(json_array_size(made), 2); /* a wildcard is validated at its domain */
    CU_ASSERT(is(made, 0, "www.a.co.uk", "CNAME", "a.co.uk", ".www.a.co.uk"));
    CU_ASSERT(is(made, 1, "b.net", "CNAME", "b.net", ".b.net"));
    CU_ASSERT_EQUAL(row_text(json_array_get(made, 0), "sub")[0], '_');
    json_decref(made);
    made = tc_validations_make(&tc, names, "DNS_AUTO", false);
    CU_ASSERT(is(made, 0, "www.a.co.uk", "TXT", "a.co.uk", "_dnsauth.www.a.co.uk"));
    CU_ASSERT_STRING_EQUAL(row_text(json_array_get(made, 0), "sub"), "_dnsauth.www");
    json_decref(made);
    json_array_remove(names, 1);
    made = tc_validations_make(&tc, names, "FILE", false);
    CU_ASSERT_EQUAL(json_array_size(made), 4); /* both halves of both */
    CU_ASSERT(is(made, 0, "www.a.co.uk", "FILE", "www.a.co.uk", "fileauth.txt"));
    CU_ASSERT(is(made, 1, "a.co.uk", "FILE", "a.co.uk", "fileauth.txt"));
    CU_ASSERT(is(made, 2, "b.net", "FILE", "b.net", "fileauth.txt"));
    CU_ASSERT(is(made, 3, "www.b.net", "FILE", "www.b.net", "fileauth.txt"));
    CU_ASSERT_FALSE(tc_validations_pass(made));
    json_decref(made);
    json_decref(names);
    mem_free(tc.suffixes);
}

static void csrs_are_held_against_name_and_product(void)
{
    static const struct tc_csr_codes codes = {"broken", "mismatch", "key"};
    static const struct csr_options right = {"shop.example", KEY_P256, 0},
                                    other = {"other.example", KEY_P256, 0},
                                    nameless = {NULL, KEY_P256, 0},
                                    wrong_key = {"shop.example", KEY_P384, 0};
    static const struct {
        const struct csr_options *options; /* NULL: no CSR at all */
        int64_t product;
        const char *code; /* NULL: good */
    } cases[] = {{&right, 104, NULL}, {&other, 104, "mismatch"}, {&nameless, 104, "mismatch"},
        {&wrong_key, 104, "key"}, {&wrong_key, 25, NULL}, {&right, 33, "key"},
        {NULL, 104, "broken"}};
    void *mem = mem_new(NULL, char);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *csr = cases[i].options == NULL ? "-----BEGIN CERTIFICATE REQUEST-----\n"
                                                   : csr_make(mem, cases[i].options, NULL);
        struct tc_refusal why = {.code = ""};

        CU_ASSERT_EQUAL(
            tc_csr_check(tc_product(cases[i].product), csr, "Shop.Example", true, &codes, &why),
            cases[i].code == NULL);
        if (cases[i].code != NULL)
            CU_ASSERT_STRING_EQUAL(why.code, cases[i].code);
        CU_ASSERT_EQUAL(tc_csr_equal(csr, csr), cases[i].options != NULL);
    }
    CU_ASSERT(tc_csr_check(tc_product(104), csr_make(mem, &nameless, NULL), "shop.example", false,
        &codes, &(struct tc_refusal){.code = ""}));
    CU_ASSERT_FALSE(tc_csr_equal(csr_make(mem, &right, NULL), csr_make(mem, &right, NULL)));
    mem_free(mem);
}

static void key_algorithms_go_by_product(void)
{
    static const struct {
        int64_t product;
        const char *algorithm, *parameter, *code; /* NULL: good */
        enum key_type type;
        int bits;
    } cases[] = {
        {104, NULL, NULL, NULL, KEY_RSA, 2048},
        {104, "ECC", NULL, NULL, KEY_P256, 0},
        {104, "ecc", "prime256v1", NULL, KEY_P256, 0},
        {104, "RSA", "4096", "InvalidParameter.RenewAlgorithmInvalid", KEY_RSA, 0},
        {104, "SM2", NULL, "InvalidParameter.RenewAlgorithmInvalid", KEY_RSA, 0},
        {9, "RSA", "4096", NULL, KEY_RSA, 4096},
        {28, "ECC", "secp384r1", NULL, KEY_P384, 0},
        {104, "ECC", "2048", "FailedOperation.InvalidParam", KEY_RSA, 0},
        {104, "RSA", "1024", "FailedOperation.InvalidParam", KEY_RSA, 0},
        {104, "DSA", NULL, "FailedOperation.InvalidParam", KEY_RSA, 0},
        {33, NULL, NULL, NULL, KEY_P256, 0},
        {33, "RSA", NULL, "InvalidParameter.RenewAlgorithmInvalid", KEY_RSA, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tc_refusal why = {.code = ""};
        struct tc_algorithm out = {KEY_RSA, 0};
        bool good = tc_algorithm_read(
            tc_product(cases[i].product), cases[i].algorithm, cases[i].parameter, &out, &why);

        CU_ASSERT_EQUAL(good, cases[i].code == NULL);
        CU_ASSERT_STRING_EQUAL(why.code, cases[i].code == NULL ? "" : cases[i].code);
        CU_ASSERT(!good || (out.type == cases[i].type && out.bits == cases[i].bits));
    }
}

static const struct test tests[] = {
    {"parameters are held against the action's fields",
        parameters_are_held_against_the_actions_fields},
    {"times are of China", times_are_of_china},
    {"what is to be published goes by method and brand",
        what_is_to_be_published_goes_by_method_and_brand},
    {"CSRs are held against name and product", csrs_are_held_against_name_and_product},
    {"key algorithms go by product", key_algorithms_go_by_product},
    {NULL, NULL},
};

const struct test_suite suite_tencent_fields = {"tencent_fields", tests};
