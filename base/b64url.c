/* b64url - see b64url.h. */
#include "base/b64url.h"

#include "base/mem.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

size_t b64url_write(const uint8_t *data, size_t len, char *out)
{
    char *p = out;
    size_t i;

    for (i = 0; i + 2 < len; i += 3) {
        uint32_t group = (uint32_t)data[i] << 16 | (uint32_t)data[i + 1] << 8 | data[i + 2];

        *p++ = alphabet[group >> 18];
        *p++ = alphabet[group >> 12 & 63];
        *p++ = alphabet[group >> 6 & 63];
        *p++ = alphabet[group & 63];
    }
    if (len - i == 1) {
        *p++ = alphabet[data[i] >> 2];
        *p++ = alphabet[(data[i] & 3) << 4];
    } else if (len - i == 2) {
        *p++ = alphabet[data[i] >> 2];
        *p++ = alphabet[(data[i] & 3) << 4 | data[i + 1] >> 4];
        *p++ = alphabet[(data[i + 1] & 15) << 2];
    }
    *p = '\0';
    return (size_t)(p - out);
}

char *b64url_encode(void *mem, struct bytes b)
{
    char *text = mem_alloc(mem, B64URL_LEN(b.len) + 1, "b64url");

    b64url_write(b.data, b.len, text);
    return text;
}

static int value_of(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '-')
        return 62;
    return c == '_' ? 63 : -1;
}

/* Writes text.len * 3 / 4 bytes to `out`. */
static bool decode(struct bytes text, uint8_t *out)
{
    uint32_t bits = 0;
    unsigned have = 0;

    if (text.len % 4 == 1)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        int v = value_of(text.data[i]);

        if (v < 0)
            return false;
        bits = bits << 6 | (uint32_t)v;
        have += 6;
        if (have >= 8) {
            have -= 8;
            *out++ = (uint8_t)(bits >> have);
            bits &= (1U << have) - 1;
        }
    }
    return bits == 0;
}

bool b64url_decode(void *mem, struct bytes text, struct bytes *out)
{
    uint8_t *data = mem_alloc(mem, text.len * 3 / 4 + 1, "bytes");

    if (!decode(text, data)) {
        mem_free(data);
        return false;
    }
    *out = (struct bytes){data, text.len * 3 / 4};
    return true;
}

bool b64url_decode_exactly(struct bytes text, uint8_t *out, size_t len)
{
    return text.len == B64URL_LEN(len) && decode(text, out);
}
