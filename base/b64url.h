/* b64url - base64url without padding, strictly (RFC 4648, 5; RFC 7515, 2).
 *
 * What JOSE calls base64url: no '=', no white space, and the unused bits of the last character must
 * be zero, so that every byte string has exactly one text.
 */
#ifndef COUNTERSIGN_BASE_B64URL_H
#define COUNTERSIGN_BASE_B64URL_H

#include "base/bytes.h"

/* Characters needed for `len` bytes, without a final NUL. */
#define B64URL_LEN(len) (((len)*4 + 2) / 3)

/* Writes B64URL_LEN(len) characters and a NUL. Returns the number of characters. */
size_t b64url_write(const uint8_t *data, size_t len, char *out);

/* The text of `b`, on `mem`. */
char *b64url_encode(void *mem, struct bytes b);

/* Decodes `text`; *out is on `mem`. False if it is not canonical base64url. Empty text gives empty
 * bytes. */
bool b64url_decode(void *mem, struct bytes text, struct bytes *out);

/* Decodes exactly `len` bytes into `out`; false if the text is anything else. */
bool b64url_decode_exactly(struct bytes text, uint8_t *out, size_t len);

#endif
