/* digicert_row - see digicert_row.h. */
#include "tests/vendorsim/digicert_row.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static bool parts_of(int64_t time_s, struct tm *tm)
{
    time_t time = (time_t)time_s;

    return time_s != 0 && gmtime_r(&time, tm) != NULL;
}

void format_time(int64_t time_s, char *text, size_t size)
{
    struct tm tm;

    if (!parts_of(time_s, &tm) || strftime(text, size, "%Y-%m-%dT%H:%M:%S+00:00", &tm) == 0)
        text[0] = '\0';
}

void format_date(int64_t time_s, char *text, size_t size)
{
    struct tm tm;

    if (!parts_of(time_s, &tm) || strftime(text, size, "%Y-%m-%d", &tm) == 0)
        text[0] = '\0';
}

void row_put_time(json_t *row, const char *member, int64_t time_s)
{
    char text[40];

    format_time(time_s, text, sizeof text);
    row_set_text(row, member, text[0] == '\0' ? NULL : text);
}

void row_put_date(json_t *row, const char *member, int64_t time_s)
{
    char text[40];

    format_date(time_s, text, sizeof text);
    row_set_text(row, member, text[0] == '\0' ? NULL : text);
}

static int month_of(const char name[4])
{
    static const char *const names[] = {
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};

    for (int i = 0; i < 12; i++)
        if (strcasecmp(name, names[i]) == 0)
            return i + 1;
    return 0;
}

bool parse_date(const char *text, int64_t *time_s)
{
    int year = 0, month = 0, day = 0, used = 0;
    char name[4];
    struct tm tm = {0};
    time_t time;

    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3 || text[used] != '\0') {
        used = 0;
        if (sscanf(text, "%2d %3[A-Za-z] %4d%n", &day, name, &year, &used) != 3 ||
            text[used] != '\0')
            return false;
        month = month_of(name);
    }
    tm.tm_year = year - 1900;
    tm.tm_mon = month - 1;
    tm.tm_mday = day;
    time = timegm(&tm);
    if (month < 1 || month > 12 || tm.tm_mday != day || tm.tm_mon != month - 1)
        return false;
    *time_s = (int64_t)time;
    return true;
}
