/* Tests of tests/vendorsim/csr: what a vendor makes for its customer can be read again. */
#include "tests/unit/test_main.h"

#include "base/mem.h"
#include "tests/vendorsim/ca.h"
#include "tests/vendorsim/csr.h"

static void a_csr_has_its_name_and_signs_itself(void)
{
    static const struct csr_options cases[] = {
        {"shop.example", KEY_P256, 0}, {"*.shop.example", KEY_RSA, 2048}, {NULL, KEY_P384, 0}};
    void *mem = mem_new(NULL, char);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *key_pem, *csr = csr_make(mem, &cases[i], &key_pem);
        char *name = csr_common_name(mem, csr);
        struct err e = {0};
        struct bytes spki;
        struct key *key;
        bool key_ok;

        CU_ASSERT_EQUAL(ca_read_csr(mem, csr, &spki, &key_ok, &e), ERR_OK);
        CU_ASSERT(key_ok);
        key = key_from_pem(mem, key_pem, &e);
        CU_ASSERT_PTR_NOT_NULL_FATAL(key);
        CU_ASSERT_EQUAL(key_type(key), cases[i].key);
        CU_ASSERT(bytes_equal(key_spki(mem, key), spki));
        CU_ASSERT_EQUAL(name == NULL, cases[i].common_name == NULL);
        if (name != NULL && cases[i].common_name != NULL)
            CU_ASSERT_STRING_EQUAL(name, cases[i].common_name);
    }
    mem_free(mem);
}

static void what_is_no_csr_has_no_name(void)
{
    static const char *const cases[] = {"", "hello",
        "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"
        "-----END CERTIFICATE REQUEST-----\n"};
    void *mem = mem_new(NULL, char);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_PTR_NULL(csr_common_name(mem, cases[i]));
    mem_free(mem);
}

static const struct test tests[] = {
    {"a CSR has its name and signs itself", a_csr_has_its_name_and_signs_itself},
    {"what is no CSR has no name", what_is_no_csr_has_no_name},
    {NULL, NULL},
};

const struct test_suite suite_csr = {"csr", tests};
