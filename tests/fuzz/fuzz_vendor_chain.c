/* fuzz_vendor_chain - whatever a vendor hands out as certificates: the leaf that is taken from it
 * is for the key, and each certificate after it certifies the one before. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include <openssl/err.h>

#include "base/cert.h"
#include "base/cert_chain.h"
#include "base/key.h"
#include "base/mem.h"
#include "policy/upstream/vendor_chain.h"

#define KEYS_MAX 4 /* that a chain is looked for */

static bool key_hash(struct bytes der, uint8_t out[32])
{
    struct cert_info info;
    struct err unread = {0};

    if (cert_read(der, &info, &unread) != ERR_OK)
        return false;
    sha256(info.spki, out);
    return true;
}

static void check_whole(void *mem, const struct vendor_chain *chain, const uint8_t hash[32])
{
    struct bytes *above, *ders;
    struct err e = {0};
    uint8_t found[32];
    size_t len;

    BUG_ON(!key_hash(chain->leaf, found) || memcmp(found, hash, sizeof found) != 0);
    if (chain->pem[0] == '\0') /* the leaf certifies itself */
        return;
    BUG_ON(cert_pem_read(mem, chain->pem, &above, &len, &e) != ERR_OK);
    ders = mem_new_array(mem, struct bytes, len + 1);
    ders[0] = chain->leaf;
    memcpy(ders + 1, above, len * sizeof *above);
    BUG_ON(cert_chain_check_links(ders, len + 1, &e) != ERR_OK);
}

static void look_for(void *mem, const char *text, const uint8_t hash[32])
{
    struct vendor_chain chain;
    struct err e = {0};

    switch (vendor_chain_read(mem, text, hash, &chain, &e)) {
    case ERR_OK:
        check_whole(mem, &chain, hash);
        break;
    case ERR_NOT_FOUND:
        BUG_ON(chain.leaf.len == 0 || chain.pem[0] != '\0');
        break;
    default:
        BUG_ON(e.code != ERR_INPUT || e.detail[0] == '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *mem = mem_pool(NULL, 65536);
    const char *text = bytes_string(mem, (struct bytes){data, size});
    uint8_t hash[32] = {0};
    struct err unread = {0};
    struct bytes *ders;
    size_t len = 0;

    vendor_csr_key_hash(mem, text, hash);
    look_for(mem, text, hash);
    if (cert_pem_read(mem, text, &ders, &len, &unread) == ERR_OK)
        for (size_t i = 0; i < len && i < KEYS_MAX; i++)
            if (key_hash(ders[i], hash))
                look_for(mem, text, hash);
    BUG_ON(ERR_peek_error() != 0);
    mem_free(mem);
    return 0;
}
