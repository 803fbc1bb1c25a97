/* Tests of base/siphash: the authors' example, and OpenSSL's own implementation for all lengths. */
#include "tests/unit/test_main.h"

#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/siphash.h"

static void counting_octets(uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)i;
}

static void the_example_of_its_authors_is_met(void)
{
    uint8_t key[SIPHASH_KEY_LEN], data[15];

    counting_octets(key, sizeof key);
    counting_octets(data, sizeof data);
    CU_ASSERT_EQUAL(siphash(key, (struct bytes){data, sizeof data}), UINT64_C(0xa129ca6149be45e5));
}

static uint64_t by_openssl(const uint8_t *key, const uint8_t *data, size_t data_len)
{
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
    uint64_t value = 0;
    uint8_t out[8];
    unsigned size = sizeof out;
    size_t len;
    OSSL_PARAM params[] = {OSSL_PARAM_construct_uint("size", &size), OSSL_PARAM_construct_end()};

    CU_ASSERT_FATAL(EVP_MAC_init(ctx, key, SIPHASH_KEY_LEN, params) == 1 &&
                    EVP_MAC_update(ctx, data, data_len) == 1 &&
                    EVP_MAC_final(ctx, out, &len, sizeof out) == 1 && len == sizeof out);
    for (int i = 7; i >= 0; i--)
        value = value << 8 | out[i];
    EVP_MAC_CTX_free(ctx);
    EVP_MAC_free(mac);
    return value;
}

static void all_lengths_agree_with_openssl(void)
{
    uint8_t key[SIPHASH_KEY_LEN], data[300];

    counting_octets(key, sizeof key);
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 151 + 7);
    for (size_t len = 0; len <= sizeof data; len++) {
        key[0] = (uint8_t)len;
        CU_ASSERT_EQUAL(siphash(key, (struct bytes){data, len}), by_openssl(key, data, len));
    }
}

static const struct test tests[] = {
    {"the example of its authors is met", the_example_of_its_authors_is_met},
    {"all lengths agree with OpenSSL", all_lengths_agree_with_openssl},
    {NULL, NULL},
};
extern const struct test_suite suite_siphash;
const struct test_suite suite_siphash = {"siphash", tests};
