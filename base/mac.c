/* mac - see mac.h. */
#include "base/mac.h"

#include <openssl/evp.h>

#include "base/err.h"

static const struct {
    const char *digest;
    size_t len;
} hashes[] = {
    [MAC_SHA256] = {"SHA256", 32}, [MAC_SHA384] = {"SHA384", 48}, [MAC_SHA512] = {"SHA512", 64}};

size_t mac_len(enum mac_hash hash)
{
    return hashes[hash].len;
}

void mac_compute(enum mac_hash hash, struct bytes key, struct bytes data, uint8_t out[MAC_LEN_MAX])
{
    size_t len = 0;
    const unsigned char *made = EVP_Q_mac(NULL, "HMAC", NULL, hashes[hash].digest, NULL, key.data,
        key.len, data.data, data.len, out, MAC_LEN_MAX, &len);

    BUG_ON(made == NULL || len != hashes[hash].len);
}
