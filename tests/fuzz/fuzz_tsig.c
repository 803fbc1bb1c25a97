/* fuzz_tsig - any bytes are a key file or are not, and an answer that is signed as it should be or
 * is not; a refusal is said in printable words, which repeat nothing of a key. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "base/dns_message.h"
#include "base/mem.h"
#include "base/tsig.h"

#define SIGNED_S INT64_C(1800000000) /* of the answers in the corpus */

/* Of the message that they answer. */
static const uint8_t request_mac[32] = {0x94, 0x61, 0x88, 0x5c, 0xb4, 0x37, 0x8f, 0xa5, 0x63, 0xbb,
    0xa9, 0x7b, 0x24, 0x75, 0x8c, 0x7c, 0x69, 0x3b, 0xbb, 0x5d, 0x5d, 0xbf, 0xb9, 0x58, 0x99, 0xdf,
    0x3d, 0x60, 0x24, 0xfe, 0x8c, 0x60};
static const char secret[] = "laboratory secret, nothing is secret here";

static void check_words(const struct err *e, enum err_code code)
{
    BUG_ON(e->code != code || e->detail[0] == '\0');
    for (const char *c = e->detail; *c != '\0'; c++)
        BUG_ON(*c < ' ' || *c > '~');
}

static void read_key(void *mem, const char *text)
{
    uint8_t wire[DNS_NAME_WIRE_MAX];
    struct tsig_key *key;
    struct err e = {0};
    size_t len;

    if (tsig_key_read(mem, text, &key, &e) != ERR_OK) {
        check_words(&e, ERR_INPUT);
        return;
    }
    BUG_ON(!dns_name_to_wire(key->name, wire, &len));
    BUG_ON(key->secret.len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct tsig_key key = {
        "lab", MAC_SHA256, {(const uint8_t *)secret, sizeof secret - 1}};
    void *mem = mem_pool(NULL, 65536);
    struct dns_records records;
    struct err e = {0};

    if (size <= TSIG_FILE_MAX)
        read_key(mem, bytes_string(mem, (struct bytes){data, size}));
    if (tsig_verify(mem, (struct bytes){data, size}, &key,
            (struct bytes){request_mac, sizeof request_mac}, SIGNED_S, &e) != ERR_OK)
        check_words(&e, ERR_UNAUTHORIZED);
    else
        BUG_ON(!dns_message_records(mem, (struct bytes){data, size}, &records));
    mem_free(mem);
    return 0;
}
