/* trust_anchor - see trust_anchor.h. */
#include "base/trust_anchor.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"

enum { FILE_MAX_LEN = 256 * 1024 };

static bool is_word(const char *text, size_t len, const char *word)
{
    return len == strlen(word) && strncasecmp(text, word, len) == 0;
}

/* Does a line, up to its comment, have DS or DNSKEY as a word of its own after its owner? */
static bool is_key(const char *line, size_t len)
{
    static const char blanks[] = " \t\r";
    size_t at = strcspn(line, " \t\r;\n"); /* the owner */

    while (at < len) {
        size_t word_len;

        at += strspn(line + at, blanks);
        if (at >= len || line[at] == ';')
            return false;
        word_len = strcspn(line + at, " \t\r;\n");
        if (is_word(line + at, word_len, "DS") || is_word(line + at, word_len, "DNSKEY"))
            return true;
        at += word_len;
    }
    return false;
}

static bool has_key(const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        if (is_key(text, len))
            return true;
        text += len + (text[len] == '\n');
    }
    return false;
}

enum err_code trust_anchor_read(void *mem, const char *file, char **text, struct err *e)
{
    if (file_read(mem, file, FILE_MAX_LEN, text, e) != ERR_OK)
        return e->code;
    if (!has_key(*text))
        return err_set(e, ERR_INPUT,
            "\"%s\" holds no DS or DNSKEY record, such as \"example.org. IN DS 12345 13 2 AB...\"",
            file);
    return ERR_OK;
}
