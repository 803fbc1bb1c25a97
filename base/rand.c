/* rand - see rand.h. */
#include "base/rand.h"

#include <limits.h>

#include <openssl/rand.h>

#include "base/b64url.h"
#include "base/err.h"

void rand_bytes(void *out, size_t len)
{
    BUG_ON(len > INT_MAX);
    BUG_ON(RAND_bytes(out, (int)len) != 1);
}

uint64_t rand_below(uint64_t bound)
{
    uint64_t value;

    rand_bytes(&value, sizeof value);
    return value % bound;
}

void rand_token(char out[RAND_TOKEN_SIZE])
{
    uint8_t raw[16];

    rand_bytes(raw, sizeof raw);
    b64url_write(raw, sizeof raw, out);
}
