/* reader - see reader.h. */
#include "policy/reader.h"

#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/unit.h"

#define NAME_LEN_MAX 320 /* the longest e-mail address */

static enum err_code complain_of_word(
    struct reader *r, const struct json *at, const char *const words[])
{
    struct buf b;

    buf_init(&b, r->mem, 512);
    buf_add_text(&b, "must be ");
    for (size_t i = 0; words[i] != NULL || i == 0; i++)
        if (words[i] != NULL && words[i][0] != '\0')
            buf_addf(&b, "%s%s", b.len == strlen("must be ") ? "" : ", ", words[i]);
    return json_complain(at, r->e, buf_text(&b));
}

enum err_code reader_word_at(
    struct reader *r, const struct json *at, const char *const words[], int *out)
{
    const char *text;

    if (json_as_string(at, &text, r->e) != ERR_OK)
        return r->e->code;
    for (int i = 0; words[i] != NULL || i == 0; i++)
        if (words[i] != NULL && words[i][0] != '\0' && strcmp(words[i], text) == 0) {
            *out = i;
            return ERR_OK;
        }
    return complain_of_word(r, at, words);
}

enum err_code reader_word(
    struct reader *r, const struct json *at, const char *name, const char *const words[], int *out)
{
    struct json member;

    json_member(at, name, &member);
    return json_absent(&member) ? ERR_OK : reader_word_at(r, &member, words, out);
}

enum err_code reader_time_at(struct reader *r, const struct json *at, int64_t *out)
{
    const char *text;

    if (json_as_string(at, &text, r->e) != ERR_OK)
        return r->e->code;
    if (!clock_parse(text, out))
        return json_complain(at, r->e, "must be a time such as 2026-11-21T00:00:00Z");
    return *out > 0 ? ERR_OK : json_complain(at, r->e, "must be a time after 1970");
}

enum err_code reader_time(struct reader *r, const struct json *at, const char *name, int64_t *out)
{
    struct json member;

    *out = 0;
    json_member(at, name, &member);
    return json_absent(&member) ? ERR_OK : reader_time_at(r, &member, out);
}

enum err_code reader_span(struct reader *r, const struct json *at, const char *name, int64_t *out)
{
    struct json member;
    const char *text;

    json_member(at, name, &member);
    if (json_absent(&member))
        return ERR_OK;
    if (json_as_string(&member, &text, r->e) != ERR_OK)
        return r->e->code;
    return unit_parse_duration(text, out)
               ? ERR_OK
               : json_complain(&member, r->e, "must be a span such as 30d or 12h");
}

enum err_code reader_text(
    struct reader *r, const struct json *at, const char *name, const char **out)
{
    return json_read_string(at, name, JSON_OPTIONAL, out, r->e);
}

enum err_code reader_count(struct reader *r, const struct json *at, const char *name, int64_t *out)
{
    struct json member;

    json_member(at, name, &member);
    if (json_absent(&member))
        return ERR_OK;
    if (json_read_int(at, name, JSON_REQUIRED, out, r->e) != ERR_OK)
        return r->e->code;
    return *out >= 0 && *out <= 1000000 ? ERR_OK
                                        : json_complain(&member, r->e, "must be 0 to 1000000");
}

enum err_code reader_list(
    struct reader *r, const struct json *at, const char *name, size_t max, struct json *out)
{
    if (json_read_array(at, name, JSON_OPTIONAL, out, r->e) != ERR_OK)
        return r->e->code;
    return json_len(out) <= max ? ERR_OK : json_complain(out, r->e, "has too many elements");
}

enum err_code reader_object(struct reader *r, const struct json *at, const char *const members[])
{
    if (!json_holds_object(at))
        return json_complain(at, r->e, "must be an object");
    return json_only(at, members, r->e);
}

enum err_code reader_name(
    struct reader *r, const struct json *at, const char *text, const char **out)
{
    char *lower = mem_strdup(r->mem, text);

    if (text[0] == '\0' || strlen(text) > NAME_LEN_MAX)
        return json_complain(at, r->e, "must be a name");
    for (char *p = lower; *p != '\0'; p++) {
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
            return json_complain(at, r->e, "must be a name, in A-labels");
        *p = (char)tolower((unsigned char)*p);
    }
    *out = lower;
    return ERR_OK;
}
