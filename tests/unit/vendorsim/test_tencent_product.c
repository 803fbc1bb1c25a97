/* The products of the simulated Tencent Cloud: what each can have. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "tests/vendorsim/tencent_product.h"

static void products_are_of_a_class(void)
{
    static const struct {
        int64_t id;
        char class;
    } cases[] = {{2, 'D'}, {83, 'D'}, {25, 'C'}, {12, 'C'}, {104, 'C'}, {33, 'C'}, {102, 'C'},
        {105, 'C'}, {28, 'A'}, {37, 'A'}, {43, 'A'}, {51, 'A'}, {9, 'B'}, {14, 'B'}, {18, 'B'},
        {98, 'B'}, {96, 'B'}};
    static const int64_t none[] = {0, 1, 36, 62, 74, 84, 86, 87, 106, -1};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(tc_product(cases[i].id));
        CU_ASSERT_EQUAL(tc_product_class(tc_product(cases[i].id)), cases[i].class);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        CU_ASSERT_PTR_NULL(tc_product(none[i]));
}

static void products_take_keys(void)
{
    static const struct {
        int64_t id;
        enum key_type type;
        int bits;
        bool takes;
    } cases[] = {{104, KEY_RSA, 2048, true}, {104, KEY_P256, 256, true},
        {104, KEY_RSA, 4096, false}, {104, KEY_RSA, 3072, false}, {104, KEY_P384, 384, false},
        {25, KEY_RSA, 4096, true}, {25, KEY_P384, 384, true}, {28, KEY_P384, 384, true},
        {9, KEY_RSA, 4096, true}, {9, KEY_P384, 384, false}, {33, KEY_RSA, 2048, false},
        {33, KEY_P256, 256, false}, {9, KEY_ED25519, 256, false}, {9, KEY_P521, 521, false}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_EQUAL(tc_product_takes_key(tc_product(cases[i].id), cases[i].type, cases[i].bits),
            cases[i].takes);
}

static void products_last_for_years(void)
{
    static const struct {
        int64_t id, years;
        bool takes;
    } cases[] = {{12, 1, true}, {12, 3, true}, {12, 4, false}, {12, 0, false}, {99, 1, true},
        {99, 2, false}, {101, 2, false}, {98, 2, true}, {105, 2, false}, {83, 2, false}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_EQUAL(
            tc_product_takes_years(tc_product(cases[i].id), cases[i].years), cases[i].takes);
}

static void points_buy_the_same_products(void)
{
    CU_ASSERT_EQUAL(tc_product_of_pid(1004157)->id, 25);
    CU_ASSERT_EQUAL(tc_product_of_pid(1018586)->id, 12);
    CU_ASSERT_EQUAL(tc_product_of_pid(1022451)->id, 101);
    CU_ASSERT_PTR_NULL(tc_product_of_pid(0));
    CU_ASSERT_PTR_NULL(tc_product_of_pid(25));
}

static void brands_differ(void)
{
    static const struct {
        int64_t id;
        bool cname, local, alone;
        const char *from;
    } cases[] = {{25, true, true, true, "wosign"}, {104, true, false, false, "trustasia"},
        {48, false, true, false, "trustasia"}, {54, false, true, true, "trustasia"},
        {9, false, false, false, "trustasia"}, {98, false, false, false, "sheca"}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct tc_product *product = tc_product(cases[i].id);

        CU_ASSERT_EQUAL(tc_product_uses_cname(product), cases[i].cname);
        CU_ASSERT_EQUAL(tc_product_is_local(product), cases[i].local);
        CU_ASSERT_EQUAL(tc_product_revokes_alone(product), cases[i].alone);
        CU_ASSERT_STRING_EQUAL(tc_product_from(product), cases[i].from);
    }
}

static const struct test tests[] = {
    {"products are of a class", products_are_of_a_class},
    {"products take keys", products_take_keys},
    {"products last for years", products_last_for_years},
    {"points buy the same products", points_buy_the_same_products},
    {"brands differ", brands_differ},
    {NULL, NULL},
};

const struct test_suite suite_tencent_product = {"tencent_product", tests};
