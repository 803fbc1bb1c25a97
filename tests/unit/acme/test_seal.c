/* Tests of acme/seal, and of the URLs that are made of it: nothing is opened that was not closed
 * here, for this. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/seal.h"
#include "base/b64url.h"
#include "base/mem.h"
#include "tests/unit/acme/lab.h"

static const uint8_t key_a[SEAL_KEY_LEN] = "a key of 16 byte";
static const uint8_t key_b[SEAL_KEY_LEN] = "a key of 16 bytf";

static void what_was_closed_opens_again(void)
{
    static const uint64_t numbers[] = {
        0, 1, 2, 255, 256, UINT32_MAX, INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX};
    void *mem = mem_pool(NULL, 1024);
    struct seal *seal = seal_new(mem, key_a);

    for (size_t kind = 1; kind < 5; kind++)
        for (size_t i = 0; i < COUNT(numbers); i++) {
            char text[SEAL_TEXT_SIZE];
            uint64_t got = ~numbers[i];

            seal_close(seal, kind, numbers[i], text);
            CU_ASSERT_EQUAL(strlen(text), SEAL_TEXT_SIZE - 1);
            CU_ASSERT(seal_open(seal, kind, bytes_of(text), &got));
            CU_ASSERT_EQUAL(got, numbers[i]);
        }
    mem_free(mem);
}

/* Clients keep their URLs for years: what AES-128 makes of (kind, number) must not change. */
static void texts_stay_the_same_from_release_to_release(void)
{
    static const uint8_t fips_197_key[SEAL_KEY_LEN] = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    static const uint8_t fips_197_cipher[16] = {0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
        0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a};
    void *mem = mem_pool(NULL, 1024);
    struct seal *seal = seal_new(mem, fips_197_key);
    char text[SEAL_TEXT_SIZE];

    seal_close(seal, 0x0011223344556677, 0x8899aabbccddeeff, text); /* FIPS 197, C.1 */
    CU_ASSERT_STRING_EQUAL(
        text, b64url_encode(mem, (struct bytes){fips_197_cipher, sizeof fips_197_cipher}));
    mem_free(mem);
}

static void another_kind_or_key_opens_nothing(void)
{
    void *mem = mem_pool(NULL, 1024);
    struct seal *a = seal_new(mem, key_a), *b = seal_new(mem, key_b);
    char text[SEAL_TEXT_SIZE];
    uint64_t got;

    for (uint64_t number = 0; number < 1000; number++) {
        seal_close(a, 2, number, text);
        CU_ASSERT_FALSE(seal_open(a, 1, bytes_of(text), &got));
        CU_ASSERT_FALSE(seal_open(a, 3, bytes_of(text), &got));
        CU_ASSERT_FALSE(seal_open(b, 2, bytes_of(text), &got));
    }
    mem_free(mem);
}

static void no_bit_of_a_text_can_be_changed(void)
{
    void *mem = mem_pool(NULL, 1024);
    struct seal *seal = seal_new(mem, key_a);
    char text[SEAL_TEXT_SIZE];
    uint8_t block[16];
    uint64_t got;

    seal_close(seal, 2, 17, text);
    CU_ASSERT_FATAL(b64url_decode_exactly(bytes_of(text), block, sizeof block));
    for (size_t bit = 0; bit < 128; bit++) {
        block[bit / 8] ^= (uint8_t)(1 << bit % 8);
        b64url_write(block, sizeof block, text);
        CU_ASSERT_FALSE(seal_open(seal, 2, bytes_of(text), &got));
        block[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    mem_free(mem);
}

static void texts_of_another_form_are_refused(void)
{
    static const char *const others[] = {"", "A", "AAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAA==", "AAAAAAAAAAAAAAAAAAAAAB",
        "AAAAAAAAAAAAAAAAAAAA+A", "AAAAAAAAAAAAAAAAAAAA/A", " AAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAA", "1", "17"};
    void *mem = mem_pool(NULL, 1024);
    struct seal *seal = seal_new(mem, key_a);
    uint64_t got;

    for (size_t i = 0; i < COUNT(others); i++)
        CU_ASSERT_FALSE(seal_open(seal, 2, bytes_of(others[i]), &got));
    mem_free(mem);
}

static void neighbours_do_not_look_alike(void)
{
    void *mem = mem_pool(NULL, 1024);
    struct seal *seal = seal_new(mem, key_a);
    char text[200][SEAL_TEXT_SIZE];

    for (uint64_t i = 0; i < COUNT(text); i++)
        seal_close(seal, 1 + i % 2, i / 2, text[i]);
    for (size_t i = 0; i < COUNT(text); i++)
        for (size_t j = 0; j < i; j++)
            CU_ASSERT(strncmp(text[i], text[j], 8) != 0);
    mem_free(mem);
}

static void an_account_url_is_read_only_as_it_was_written(void)
{
    struct lab_account someone = {.id = 7};
    struct lab lab;
    struct acme_req *req;
    char *url, *order;
    int64_t id = 0;

    lab_open(&lab);
    req = lab_request(&lab, &someone, 0, "");
    url = acme_url(req, HANDLE_ACCOUNT, 7);
    order = acme_url(req, HANDLE_ORDER, 7);
    CU_ASSERT(acme_account_of_url(&lab.acme, &lab.settings, url, &id));
    CU_ASSERT_EQUAL(id, 7);

    char *const others[] = {
        order,
        mem_printf(lab.mem, LAB_URL "/acme/account/%s", strrchr(order, '/') + 1),
        mem_printf(lab.mem, "%s/", url),
        mem_printf(lab.mem, "%s/orders", url),
        mem_printf(lab.mem, "%s?x", url),
        mem_printf(lab.mem, " %s", url),
        mem_printf(lab.mem, "https://acme.test:443/acme/account/%s", strrchr(url, '/') + 1),
        mem_printf(lab.mem, "https://ACME.test/acme/account/%s", strrchr(url, '/') + 1),
        mem_printf(lab.mem, "https://acme.tes/acme/account/%s", strrchr(url, '/') + 1),
        mem_strdup(lab.mem, strrchr(url, '/') + 1),
        mem_strdup(lab.mem, LAB_URL "/acme/account/7"),
        mem_strdup(lab.mem, LAB_URL "/acme/account/"),
        mem_strdup(lab.mem, LAB_URL),
        mem_strdup(lab.mem, ""),
    };
    for (size_t i = 0; i < COUNT(others); i++)
        CU_ASSERT_FALSE(acme_account_of_url(&lab.acme, &lab.settings, others[i], &id));
    lab_close(&lab);
}

static const struct test tests[] = {
    {"what was closed opens again", what_was_closed_opens_again},
    {"texts stay the same from release to release", texts_stay_the_same_from_release_to_release},
    {"another kind or key opens nothing", another_kind_or_key_opens_nothing},
    {"no bit of a text can be changed", no_bit_of_a_text_can_be_changed},
    {"texts of another form are refused", texts_of_another_form_are_refused},
    {"neighbours do not look alike", neighbours_do_not_look_alike},
    {"an account URL is read only as it was written",
        an_account_url_is_read_only_as_it_was_written},
    {NULL, NULL},
};
extern const struct test_suite suite_seal;
const struct test_suite suite_seal = {"seal", tests};
