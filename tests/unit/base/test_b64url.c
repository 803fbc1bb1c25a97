/* Tests of base/b64url: RFC 4648 section 10 vectors, and what must be refused. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/b64url.h"
#include "base/mem.h"

static void vectors_go_both_ways(void)
{
    static const struct {
        const char *plain, *text;
    } rows[] = {{"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foob", "Zm9vYg"},
        {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xef\xff", "--__"}};
    void *mem = mem_pool(NULL, 4096);
    struct bytes got;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_STRING_EQUAL(b64url_encode(mem, bytes_of(rows[i].plain)), rows[i].text);
        CU_ASSERT(b64url_decode(mem, bytes_of(rows[i].text), &got));
        CU_ASSERT(bytes_equal(got, bytes_of(rows[i].plain)));
    }
    mem_free(mem);
}

static void anything_but_canonical_text_is_refused(void)
{
    static const char *const rows[] = {
        "Zg==", "Z", "Zm9vY", "Zh", "Zm9", "Zm8=", "Zm 9v", "Zm9v\n", "+/8A", "Zm9\xc3"};
    void *mem = mem_pool(NULL, 4096);
    struct bytes got;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_FALSE(b64url_decode(mem, bytes_of(rows[i]), &got));
    mem_free(mem);
}

static void exact_decoding_wants_the_exact_length(void)
{
    uint8_t out[3];

    CU_ASSERT(b64url_decode_exactly(bytes_of("Zm9v"), out, 3));
    CU_ASSERT(memcmp(out, "foo", 3) == 0);
    CU_ASSERT_FALSE(b64url_decode_exactly(bytes_of("Zm9vYg"), out, 3));
    CU_ASSERT_FALSE(b64url_decode_exactly(bytes_of("Zm8"), out, 3));
}

static const struct test tests[] = {
    {"vectors go both ways", vectors_go_both_ways},
    {"anything but canonical text is refused", anything_but_canonical_text_is_refused},
    {"exact decoding wants the exact length", exact_decoding_wants_the_exact_length},
    {NULL, NULL},
};
extern const struct test_suite suite_b64url;
const struct test_suite suite_b64url = {"b64url", tests};
