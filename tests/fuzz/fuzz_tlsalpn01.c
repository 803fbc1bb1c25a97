/* fuzz_tlsalpn01 - any bytes are a certificate that proves a.test or 192.0.2.7, and then hold the
 * digest, or they are objected to in printable words. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "acme/tlsalpn01.h"
#include "base/key.h"
#include "base/mem.h"

static bool holds(struct bytes der, const uint8_t digest[32])
{
    for (size_t i = 0; i + 32 <= der.len; i++)
        if (memcmp(der.data + i, digest, 32) == 0)
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct identifier identifiers[] = {
        {IDENTIFIER_DNS, "a.test"}, {IDENTIFIER_IP, "192.0.2.7"}};
    void *mem = mem_pool(NULL, 16384);
    struct bytes der = {data, size};
    uint8_t digest[32];

    sha256(bytes_of("key authorization"), digest);
    for (size_t i = 0; i < 2; i++) {
        const char *why = tlsalpn01_objection(mem, der, &identifiers[i], digest);

        BUG_ON(why == NULL && !holds(der, digest));
        for (; why != NULL && *why != '\0'; why++)
            BUG_ON(*why < ' ' || *why > '~');
    }
    mem_free(mem);
    return 0;
}
