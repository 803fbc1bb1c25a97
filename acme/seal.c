/* seal - see seal.h. */
#include "acme/seal.h"

#include <pthread.h>

#include <openssl/evp.h>

#include "base/b64url.h"
#include "base/err.h"
#include "base/mem.h"

#define BLOCK_LEN 16

struct seal {
    pthread_mutex_t lock; /* guards the contexts, which keep state inside */
    EVP_CIPHER_CTX *encrypt, *decrypt;
};

static int seal_free(void *ptr)
{
    struct seal *seal = ptr;

    EVP_CIPHER_CTX_free(seal->encrypt);
    EVP_CIPHER_CTX_free(seal->decrypt);
    pthread_mutex_destroy(&seal->lock);
    return 0;
}

struct seal *seal_new(void *mem, const uint8_t key[SEAL_KEY_LEN])
{
    struct seal *seal = mem_new(mem, struct seal);

    pthread_mutex_init(&seal->lock, NULL);
    seal->encrypt = EVP_CIPHER_CTX_new();
    seal->decrypt = EVP_CIPHER_CTX_new();
    BUG_ON(EVP_EncryptInit_ex(seal->encrypt, EVP_aes_128_ecb(), NULL, key, NULL) != 1);
    BUG_ON(EVP_DecryptInit_ex(seal->decrypt, EVP_aes_128_ecb(), NULL, key, NULL) != 1);
    EVP_CIPHER_CTX_set_padding(seal->encrypt, 0);
    EVP_CIPHER_CTX_set_padding(seal->decrypt, 0);
    mem_on_free(seal, seal_free);
    return seal;
}

static void put64(uint8_t *out, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(value >> (56 - 8 * i));
}

static uint64_t get64(const uint8_t *in)
{
    uint64_t value = 0;

    for (int i = 0; i < 8; i++)
        value = value << 8 | in[i];
    return value;
}

static void cipher(
    struct seal *seal, EVP_CIPHER_CTX *ctx, const uint8_t in[BLOCK_LEN], uint8_t out[BLOCK_LEN])
{
    int len = 0;

    pthread_mutex_lock(&seal->lock);
    BUG_ON(EVP_CipherUpdate(ctx, out, &len, in, BLOCK_LEN) != 1 || len != BLOCK_LEN);
    pthread_mutex_unlock(&seal->lock);
}

void seal_close(struct seal *seal, uint64_t kind, uint64_t number, char out[SEAL_TEXT_SIZE])
{
    uint8_t plain[BLOCK_LEN], block[BLOCK_LEN];

    put64(plain, kind);
    put64(plain + 8, number);
    cipher(seal, seal->encrypt, plain, block);
    b64url_write(block, sizeof block, out);
}

bool seal_open(struct seal *seal, uint64_t kind, struct bytes text, uint64_t *number)
{
    uint8_t plain[BLOCK_LEN], block[BLOCK_LEN];

    if (!b64url_decode_exactly(text, block, sizeof block))
        return false;
    cipher(seal, seal->decrypt, block, plain);
    *number = get64(plain + 8);
    return get64(plain) == kind;
}
