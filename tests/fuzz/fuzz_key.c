/* fuzz_key - any octets are a public key's SubjectPublicKeyInfo or refused, and no key has two. */
#include "tests/fuzz/fuzz.h"

#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include "base/key.h"
#include "base/mem.h"

/* The input serves as signature as well: nothing verifies under a key that was made up. */
static void verify_with(struct key *key, struct bytes input)
{
    for (enum key_scheme scheme = KEY_RS256; scheme <= KEY_EDDSA; scheme++)
        key_verify(key, scheme, bytes_of("data"), input);
    BUG_ON(key_verify_x509(key, NID_sha256, bytes_of("data"), input));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *mem = mem_pool(NULL, 16384);
    struct bytes input = {data, size};
    struct err e = {0};
    struct key *key = key_from_spki(mem, input, &e);

    if (key != NULL) {
        BUG_ON(!bytes_equal(key_spki(mem, key), input));
        verify_with(key, input);
    } else {
        BUG_ON(e.code != ERR_INPUT || e.detail[0] == '\0');
    }
    BUG_ON(ERR_peek_error() != 0);
    mem_free(mem);
    return 0;
}
