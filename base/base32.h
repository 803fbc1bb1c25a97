/* base32 - octets as lower-case letters and digits, for names that do not tell case apart (RFC
 * 4648, 6), without padding. */
#ifndef COUNTERSIGN_BASE_BASE32_H
#define COUNTERSIGN_BASE_BASE32_H

#include <stddef.h>
#include <stdint.h>

/* Characters needed for `len` octets, without a final NUL. */
#define BASE32_LEN(len) (((len)*8 + 4) / 5)

/* Writes BASE32_LEN(len) characters and a NUL. */
void base32_write(const uint8_t *data, size_t len, char *out);

#endif
