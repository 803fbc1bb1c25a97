/* fuzz_csr - any bytes are an acceptable request or refused as badCSR with printable words; what is
 * accepted names something, in order and each once. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include <openssl/err.h>

#include "acme/csr.h"
#include "acme/identifier.h"
#include "acme/problem.h"
#include "base/mem.h"

static void check_accepted(void *mem, const struct csr *csr)
{
    uint8_t hash[32];

    BUG_ON(csr->names.len == 0);
    for (size_t i = 1; i < csr->names.len; i++)
        BUG_ON(identifier_compare(&csr->names.list[i - 1], &csr->names.list[i]) >= 0);
    for (size_t i = 0; i < csr->names.len; i++)
        BUG_ON(strpbrk(csr->names.list[i].value, " \n") != NULL); /* the store's separators */
    sha256(csr->spki, hash);
    BUG_ON(memcmp(hash, csr->spki_hash, sizeof hash) != 0);
    BUG_ON(!bytes_equal(key_spki(mem, csr->key), csr->spki));
}

static void check_refused(const struct err *e)
{
    BUG_ON(problem_of(e) != PROBLEM_BAD_CSR || e->detail[0] == '\0');
    for (const char *c = e->detail; *c != '\0'; c++)
        BUG_ON(*c < ' ' || *c > '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *mem = mem_pool(NULL, 16384);
    struct err e = {0};
    struct csr csr;

    if (csr_read(mem, (struct bytes){data, size}, &csr, &e) == ERR_OK)
        check_accepted(mem, &csr);
    else
        check_refused(&e);
    BUG_ON(ERR_peek_error() != 0);
    mem_free(mem);
    return 0;
}
