/* row - see row.h. */
#include "tests/vendorsim/row.h"

#include <string.h>
#include <time.h>

const char *row_text(const json_t *row, const char *member)
{
    return json_string_value(json_object_get(row, member));
}

bool row_is(const json_t *row, const char *member, const char *text)
{
    const char *is = row_text(row, member);

    return is != NULL && strcmp(is, text) == 0;
}

bool parse_int(const char *text, int64_t *out)
{
    size_t len = strlen(text);
    int64_t value = 0;

    if (len == 0 || len > 18 || strspn(text, "0123456789") != len)
        return false;
    for (const char *c = text; *c != '\0'; c++)
        value = value * 10 + (*c - '0');
    *out = value;
    return true;
}

int64_t row_int(const json_t *row, const char *member)
{
    const json_t *value = json_object_get(row, member);
    int64_t number = 0;

    if (json_is_integer(value))
        return json_integer_value(value);
    if (json_is_string(value) && parse_int(json_string_value(value), &number))
        return number;
    return 0;
}

bool row_bool(const json_t *row, const char *member)
{
    return json_is_true(json_object_get(row, member)) || row_int(row, member) == 1;
}

void row_set_text(json_t *row, const char *member, const char *text)
{
    if (text == NULL)
        json_object_del(row, member);
    else
        json_object_set_new(row, member, json_string(text));
}

void row_set_int(json_t *row, const char *member, int64_t value)
{
    json_object_set_new(row, member, json_integer(value));
}

void row_set_bool(json_t *row, const char *member, bool value)
{
    json_object_set_new(row, member, json_boolean(value));
}

void row_copy(json_t *to, const json_t *from, const char *member)
{
    json_t *value = json_object_get(from, member);

    if (value != NULL && !json_is_null(value))
        json_object_set(to, member, value);
}

json_t *row_array(json_t *row, const char *member)
{
    json_t *array = json_object_get(row, member);

    if (!json_is_array(array)) {
        array = json_array();
        json_object_set_new(row, member, array);
    }
    return array;
}

bool array_has_text(const json_t *array, const char *text)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *is = json_string_value(json_array_get(array, i));

        if (is != NULL && strcmp(is, text) == 0)
            return true;
    }
    return false;
}

void array_add_int(json_t *array, int64_t value)
{
    json_array_append_new(array, json_integer(value));
}

void array_add_text(json_t *array, const char *text)
{
    json_array_append_new(array, json_string(text));
}

int64_t day_of(int64_t time_s)
{
    return time_s - time_s % DAY_S;
}

int64_t years_later(int64_t time_s, int64_t years)
{
    time_t time = (time_t)time_s;
    struct tm tm;

    gmtime_r(&time, &tm);
    tm.tm_year += (int)years;
    return (int64_t)timegm(&tm);
}
