/* Tests of base/mac: RFC 4231's vectors. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/mac.h"

struct vector {
    const char *key, *data;
    const char *macs[3]; /* SHA-256, SHA-384, SHA-512 */
};

static const struct vector vectors[] = {
    /* RFC 4231, 4.2 */
    {"\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b", "Hi There",
        {"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
            "faea9ea9076ede7f4af152e8b2fa9cb6",
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
            "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"}},
    /* RFC 4231, 4.3 */
    {"Jefe", "what do ya want for nothing?",
        {"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
            "8e2240ca5e69e2c78b3239ecfab21649",
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
            "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"}},
};

static void the_published_macs_are_made(void)
{
    char text[2 * MAC_LEN_MAX + 1];
    uint8_t mac[MAC_LEN_MAX];

    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
        for (int hash = MAC_SHA256; hash <= MAC_SHA512; hash++) {
            mac_compute(
                (enum mac_hash)hash, bytes_of(vectors[i].key), bytes_of(vectors[i].data), mac);
            hex_encode(mac, mac_len((enum mac_hash)hash), text);
            CU_ASSERT_STRING_EQUAL(text, vectors[i].macs[hash]);
        }
}

static const struct test tests[] = {
    {"the published macs are made", the_published_macs_are_made},
    {NULL, NULL},
};
extern const struct test_suite suite_mac;
const struct test_suite suite_mac = {"mac", tests};
