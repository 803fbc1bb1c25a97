/* Tests of hexadecimal in base/bytes. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

static void what_is_written_is_read_again(void)
{
    uint8_t data[256];
    char text[2 * sizeof data + 1];
    void *mem = mem_pool(NULL, 4096);
    struct bytes read;

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)i;
    hex_encode(data, sizeof data, text);
    CU_ASSERT_EQUAL(strlen(text), 2 * sizeof data);
    CU_ASSERT_FATAL(hex_decode(mem, text, &read));
    CU_ASSERT_EQUAL(read.len, sizeof data);
    CU_ASSERT_EQUAL(memcmp(read.data, data, sizeof data), 0);
    CU_ASSERT_FATAL(hex_decode(mem, "aBFf09", &read));
    CU_ASSERT_EQUAL(memcmp(read.data, "\xab\xff\x09", 3), 0);
    mem_free(mem);
}

static void anything_else_is_no_hexadecimal(void)
{
    static const char *const texts[] = {
        "", "a", "abc", "0x", "ag", "/0", ":0", "@a", "Ga", "`a", "a b", "\xc3\xa4", "-1"};
    void *mem = mem_pool(NULL, 4096);
    struct bytes read;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        CU_ASSERT_FALSE(hex_decode(mem, texts[i], &read));
    mem_free(mem);
}

static const struct test tests[] = {
    {"what is written is read again", what_is_written_is_read_again},
    {"anything else is no hexadecimal", anything_else_is_no_hexadecimal},
    {NULL, NULL},
};
extern const struct test_suite suite_hex;
const struct test_suite suite_hex = {"hex", tests};
