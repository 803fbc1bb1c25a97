/* bytes - borrowed slices of bytes, and a text buffer that knows its limit.
 *
 * A struct bytes points into somebody else's memory and owns nothing: it is valid as long as that
 * is. A struct buf grows on a talloc parent up to the maximum that was stated at its birth; what
 * would pass the maximum is dropped and remembered (`overflow`), so that a writer checks once, at
 * its end.
 */
#ifndef COUNTERSIGN_BASE_BYTES_H
#define COUNTERSIGN_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    const uint8_t *data;
    size_t len;
};

/* A slice over a C string (without its NUL; NULL gives an empty slice). */
struct bytes bytes_of(const char *s);

/* A copy on `mem`. */
struct bytes bytes_copy(void *mem, struct bytes b);

/* A copy on `mem` as a C string; bytes after a NUL inside are there but unseen. */
char *bytes_string(void *mem, struct bytes b);

bool bytes_equal(struct bytes a, struct bytes b);

/* The same for secrets and MACs: time depends on the lengths only. */
bool bytes_equal_secret(struct bytes a, struct bytes b);

struct buf {
    void *mem;
    char *data; /* always ends with a NUL at data[len], once anything was added or buf_text was
                   called */
    size_t len;
    size_t size;
    size_t max;
    bool overflow;
};

void buf_init(struct buf *b, void *mem, size_t max);
void buf_add(struct buf *b, const void *data, size_t len);
void buf_add_text(struct buf *b, const char *text);
void buf_add_char(struct buf *b, char c);
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_reset(struct buf *b);

/* The text so far, NUL-terminated; owned by the buffer's parent. */
char *buf_text(struct buf *b);
struct bytes buf_bytes(const struct buf *b);

/* Lower-case hexadecimal; `out` holds 2 * len + 1 characters. */
void hex_encode(const uint8_t *data, size_t len, char *out);

/* The other way, of either case, onto `mem`; false unless it is an even number of digits, at least
 * two. */
bool hex_decode(void *mem, const char *text, struct bytes *out);

#endif
