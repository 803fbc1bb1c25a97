/* fuzz_jwk - any JSON is a public JWK or refused as badPublicKey; a key has one canonical text,
 * which reads as the same key. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include <openssl/err.h>

#include "acme/jwk.h"
#include "acme/problem.h"
#include "base/mem.h"

static void check_accepted(void *mem, const struct jwk *jwk)
{
    struct jwk again;
    struct err e = {0};

    BUG_ON(jwk_read_text(mem, jwk->canonical, &again, &e) != ERR_OK);
    BUG_ON(strcmp(again.canonical, jwk->canonical) != 0);
    BUG_ON(memcmp(again.thumbprint, jwk->thumbprint, JWK_THUMBPRINT_LEN) != 0);
    BUG_ON(key_from_spki(mem, key_spki(mem, jwk->key), &e) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *mem = mem_pool(NULL, 16384);
    struct json json;
    struct err e = {0};
    struct jwk jwk;

    if (json_parse(mem, (struct bytes){data, size}, "the key", &json, &e) == ERR_OK) {
        if (jwk_read(mem, &json, &jwk, &e) == ERR_OK)
            check_accepted(mem, &jwk);
        else
            BUG_ON(problem_of(&e) != PROBLEM_BAD_PUBLIC_KEY || e.detail[0] == '\0');
    }
    BUG_ON(ERR_peek_error() != 0);
    mem_free(mem);
    return 0;
}
