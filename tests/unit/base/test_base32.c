/* Tests of base/base32 with the vectors of RFC 4648, 10. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/base32.h"

static void texts_are_those_of_the_rfc_in_lower_case(void)
{
    static const struct {
        const char *octets, *text;
    } rows[] = {
        {"", ""},
        {"f", "my"},
        {"fo", "mzxq"},
        {"foo", "mzxw6"},
        {"foob", "mzxw6yq"},
        {"fooba", "mzxw6ytb"},
        {"foobar", "mzxw6ytboi"},
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "7777777777777777"},
    };
    char text[32];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len = strlen(rows[i].octets);

        base32_write((const uint8_t *)rows[i].octets, len, text);
        CU_ASSERT_STRING_EQUAL(text, rows[i].text);
        CU_ASSERT_EQUAL(strlen(text), BASE32_LEN(len));
    }
}

static const struct test tests[] = {
    {"texts are those of the RFC, in lower case", texts_are_those_of_the_rfc_in_lower_case},
    {NULL, NULL},
};
extern const struct test_suite suite_base32;
const struct test_suite suite_base32 = {"base32", tests};
