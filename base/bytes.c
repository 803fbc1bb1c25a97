/* bytes - see bytes.h. */
#include "base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/mem.h"

struct bytes bytes_of(const char *s)
{
    return (struct bytes){(const uint8_t *)s, s == NULL ? 0 : strlen(s)};
}

struct bytes bytes_copy(void *mem, struct bytes b)
{
    return (struct bytes){mem_dup(mem, b.data, b.len), b.len};
}

char *bytes_string(void *mem, struct bytes b)
{
    return mem_strndup(mem, (const char *)b.data, b.len);
}

bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool bytes_equal_secret(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || CRYPTO_memcmp(a.data, b.data, a.len) == 0);
}

void buf_init(struct buf *b, void *mem, size_t max)
{
    *b = (struct buf){.mem = mem, .max = max};
}

/* Makes room for `more` characters and the final NUL, or notes the overflow. */
static bool reserve(struct buf *b, size_t more)
{
    size_t want, size = b->size == 0 ? 256 : b->size;

    if (b->overflow || more > b->max - b->len) {
        b->overflow = true;
        return false;
    }
    want = b->len + more + 1;
    if (want <= b->size)
        return true;
    while (size < want)
        size *= 2;
    b->data = mem_grow_array(b->mem, b->data, 1, size, "buf");
    b->size = size;
    return true;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
    if (!reserve(b, len))
        return;
    if (len > 0)
        memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_add_text(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}

void buf_add_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_addf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len >= 0 && reserve(b, (size_t)len)) {
        vsnprintf(b->data + b->len, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    }
    va_end(again);
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->overflow = false;
    if (b->data != NULL)
        b->data[0] = '\0';
}

char *buf_text(struct buf *b)
{
    if (b->data == NULL && reserve(b, 0))
        b->data[0] = '\0';
    return b->data;
}

struct bytes buf_bytes(const struct buf *b)
{
    return (struct bytes){(const uint8_t *)b->data, b->len};
}

void hex_encode(const uint8_t *data, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[data[i] >> 4];
        out[2 * i + 1] = digits[data[i] & 15];
    }
    out[2 * len] = '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool hex_decode(void *mem, const char *text, struct bytes *out)
{
    size_t len = strlen(text) / 2;
    uint8_t *data;

    if (len == 0 || strlen(text) % 2 != 0 || text[strspn(text, "0123456789abcdefABCDEF")] != '\0')
        return false;
    data = mem_alloc(mem, len, "hex_decode");
    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)(hex_digit(text[2 * i]) * 16 + hex_digit(text[2 * i + 1]));
    *out = (struct bytes){data, len};
    return true;
}
