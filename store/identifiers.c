/* identifiers - see identifiers.h. */
#include "store/identifiers.h"

#include <string.h>

#include "base/mem.h"
#include "store/store_private.h"

const char *const identifier_type_words[] = {"dns", "ip", "email", NULL};

/* A profile may allow a thousand names of 253 characters (server/config_schema.c), a vendor's order
 * have 2000 of 320 (policy/reader.h); this is well beyond. */
#define TEXT_MAX (1024 * 1024)

char *identifier_to_text(void *mem, const struct identifier *identifier)
{
    return mem_printf(mem, "%s %s", identifier_type_words[identifier->type], identifier->value);
}

char *identifiers_to_text(void *mem, const struct identifiers *identifiers)
{
    struct buf b;

    buf_init(&b, mem, TEXT_MAX);
    for (size_t i = 0; i < identifiers->len; i++) {
        const struct identifier *id = &identifiers->list[i];

        buf_addf(&b, "%s%s %s", i == 0 ? "" : "\n", identifier_type_words[id->type], id->value);
    }
    BUG_ON(b.overflow);
    return buf_text(&b);
}

static void parse_line(void *mem, const char *line, size_t len, struct identifier *out)
{
    char *copy = mem_strndup(mem, line, len);
    char *space = strchr(copy, ' ');

    BUG_ON(space == NULL);
    *space = '\0';
    out->type = (enum identifier_type)word_parse(identifier_type_words, copy);
    out->value = space + 1;
}

void identifier_from_text(void *mem, const char *text, struct identifier *out)
{
    parse_line(mem, text, strlen(text), out);
}

void identifiers_from_text(void *mem, const char *text, struct identifiers *out)
{
    size_t lines = 1;

    for (const char *p = text; *p != '\0'; p++)
        lines += *p == '\n';
    out->list = mem_new_array(mem, struct identifier, lines);
    out->len = lines;
    for (size_t i = 0; i < lines; i++) {
        size_t len = strcspn(text, "\n");

        parse_line(mem, text, len, &out->list[i]);
        text += len + 1;
    }
}
