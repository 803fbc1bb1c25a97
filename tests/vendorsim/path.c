/* path - see path.h. */
#include "tests/vendorsim/path.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"

static int hex_value(char c)
{
    const char *digits = "0123456789abcdef", *at;

    at = c == '\0' ? NULL : strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
    return at == NULL ? -1 : (int)(at - digits);
}

char *path_decode(void *mem, const char *text, size_t len, bool plus_is_space)
{
    char *out = mem_alloc(mem, len + 1, "decoded");
    size_t at = 0;

    for (size_t i = 0; i < len; i++)
        if (text[i] == '%' && i + 2 < len && hex_value(text[i + 1]) >= 0 &&
            hex_value(text[i + 2]) >= 0) {
            out[at++] = (char)(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out[at++] = plus_is_space && text[i] == '+' ? ' ' : text[i];
        }
    return out;
}

void path_encode(struct buf *b, const char *text)
{
    for (; *text != '\0'; text++)
        if (isalnum((unsigned char)*text) || strchr("-_.~", *text) != NULL)
            buf_add_char(b, *text);
        else
            buf_addf(b, "%%%02X", (unsigned char)*text);
}

bool path_fits(void *mem, const char *pattern, const char *path, char **args)
{
    size_t args_len = 0;

    while (*pattern != '\0') {
        if (strncmp(pattern, "{}", 2) == 0) {
            size_t len = strcspn(path, "/");

            if (len == 0)
                return false;
            args[args_len++] = path_decode(mem, path, len, false);
            pattern += 2;
            path += len;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *path == '\0';
}
