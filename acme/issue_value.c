/* issue_value - see issue_value.h. */
#include "acme/issue_value.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_label_char(char c)
{
    return isalnum((unsigned char)c) != 0 || c == '-';
}

static bool is_domain_char(char c)
{
    return is_label_char(c) || c == '.';
}

static bool is_value_char(char c)
{
    return c > ' ' && c < 0x7f && c != ';';
}

static void skip_blanks(struct issue_value *at)
{
    while (at->at < at->end && (*at->at == ' ' || *at->at == '\t'))
        at->at++;
}

/* What stands at the place as long as `belongs` says so. */
static struct bytes take(struct issue_value *at, bool (*belongs)(char))
{
    const char *from = at->at;

    while (at->at < at->end && belongs(*at->at))
        at->at++;
    return (struct bytes){(const uint8_t *)from, (size_t)(at->at - from)};
}

/* Labels of letters, digits and inner hyphens, with single dots between; a tag is one such label.
 */
static bool is_domain(struct bytes text)
{
    char before = '.';

    for (size_t i = 0; i <= text.len; i++) {
        char c = i == text.len ? '.' : (char)text.data[i];

        if ((c == '.' || c == '-') && before == '.')
            return false;
        if (c == '.' && before == '-')
            return false;
        before = c;
    }
    return true;
}

bool issue_word_is(struct bytes text, const char *word)
{
    return text.len == strlen(word) && strncasecmp((const char *)text.data, word, text.len) == 0;
}

bool issue_value_begin(struct issue_value *at, struct bytes text, struct bytes *issuer)
{
    *at = (struct issue_value){(const char *)text.data, (const char *)text.data + text.len};
    skip_blanks(at);
    *issuer = take(at, is_domain_char);
    skip_blanks(at);
    return issuer->len == 0 || is_domain(*issuer);
}

enum issue_value_next issue_value_next(
    struct issue_value *at, struct bytes *tag, struct bytes *value)
{
    if (at->at == at->end)
        return ISSUE_VALUE_END;
    if (*at->at != ';')
        return ISSUE_VALUE_BROKEN;
    at->at++;
    skip_blanks(at);
    if (at->at == at->end)
        return ISSUE_VALUE_END;
    *tag = take(at, is_label_char);
    skip_blanks(at);
    if (tag->len == 0 || !is_domain(*tag) || at->at == at->end || *at->at != '=')
        return ISSUE_VALUE_BROKEN;
    at->at++;
    skip_blanks(at);
    *value = take(at, is_value_char);
    skip_blanks(at);
    return ISSUE_VALUE_PARAMETER;
}
