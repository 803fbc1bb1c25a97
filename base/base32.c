/* base32 - see base32.h. */
#include "base/base32.h"

void base32_write(const uint8_t *data, size_t len, char *out)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
    unsigned bits = 0, waiting = 0; /* the last `waiting` of `bits` are not written yet */

    for (size_t i = 0; i < len; i++) {
        bits = bits << 8 | data[i];
        for (waiting += 8; waiting >= 5; waiting -= 5)
            *out++ = alphabet[bits >> (waiting - 5) & 31];
    }
    if (waiting > 0)
        *out++ = alphabet[bits << (5 - waiting) & 31];
    *out = '\0';
}
