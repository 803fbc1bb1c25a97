/* vendor_json - see vendor_json.h. */
#include "policy/upstream/vendor_json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define DAY_LEN 10 /* of "2026-03-02" */
#define DAY_S   INT64_C(86400)

struct json vendor_json_member(const struct json *at, const char *name)
{
    struct json member = {0};

    if (json_holds_object(at))
        json_member(at, name, &member);
    return member;
}

static bool read_text(const struct json *at, const char *name, const char **out)
{
    struct err unread = {0};

    return json_holds_object(at) &&
           json_read_string(at, name, JSON_REQUIRED, out, &unread) == ERR_OK;
}

static bool read_int(const struct json *at, const char *name, int64_t *out)
{
    struct err unread = {0};

    return json_holds_object(at) && json_read_int(at, name, JSON_REQUIRED, out, &unread) == ERR_OK;
}

const char *vendor_json_text(const struct json *at, const char *name)
{
    const char *text;

    return read_text(at, name, &text) && text[0] != '\0' ? text : NULL;
}

const char *vendor_json_id(void *mem, const struct json *at, const char *name)
{
    int64_t number;

    if (read_int(at, name, &number))
        return number == 0 ? NULL : mem_printf(mem, "%" PRId64, number);
    return vendor_json_text(at, name);
}

int64_t vendor_json_int(const struct json *at, const char *name)
{
    const char *text;
    int64_t number = 0;

    if (read_int(at, name, &number))
        return number;
    if (!read_text(at, name, &text) || strlen(text) > 18 ||
        text[strspn(text, "0123456789")] != '\0')
        return 0;
    return strtoll(text, NULL, 10);
}

bool vendor_json_flag(const struct json *at, const char *name, bool *out)
{
    struct err unread = {0};
    const char *text;
    int64_t number;

    *out = false;
    if (!json_holds_object(at))
        return false;
    if (json_read_bool(at, name, JSON_REQUIRED, out, &unread) == ERR_OK)
        return true;
    if (read_int(at, name, &number)) {
        *out = number != 0;
        return true;
    }
    if (!read_text(at, name, &text))
        return false;
    *out = strcmp(text, "1") == 0 || strcmp(text, "true") == 0;
    return *out || strcmp(text, "0") == 0 || strcmp(text, "false") == 0;
}

int64_t vendor_json_time(const struct json *at, const char *name)
{
    const char *text = vendor_json_text(at, name);
    int64_t time_s = 0;

    return text != NULL && clock_parse(text, &time_s) ? time_s : 0;
}

static int64_t read_day(const struct json *at, const char *name, int64_t offset_s)
{
    const char *text = vendor_json_text(at, name);
    char time[DAY_LEN + sizeof "T00:00:00Z"];
    int64_t time_s = 0;

    if (text == NULL)
        return 0;
    if (clock_parse(text, &time_s))
        return time_s;
    if (strlen(text) != DAY_LEN)
        return 0;
    memcpy(time, text, DAY_LEN);
    memcpy(time + DAY_LEN, "T00:00:00Z", sizeof "T00:00:00Z");
    return clock_parse(time, &time_s) ? time_s + offset_s : 0;
}

int64_t vendor_json_day(const struct json *at, const char *name)
{
    return read_day(at, name, 0);
}

int64_t vendor_json_day_end(const struct json *at, const char *name)
{
    return read_day(at, name, DAY_S - 1);
}

const char *vendor_json_lines(
    void *mem, const struct json *at, const char *name, const char *member, size_t max)
{
    struct json list = vendor_json_member(at, name), one;
    struct buf text;

    buf_init(&text, mem, max);
    for (size_t i = 0; i < json_len(&list); i++) {
        const char *line;

        json_element(&list, i, &one);
        line = vendor_json_text(&one, member);
        if (line != NULL)
            buf_addf(&text, "%s\n", line);
    }
    return text.overflow ? "" : buf_text(&text);
}
