/* clock - see clock.h. */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t read_ms(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_now_s(void)
{
    return read_ms(CLOCK_REALTIME) / 1000;
}

int64_t clock_now_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

int64_t clock_monotonic_ms(void)
{
    return read_ms(CLOCK_MONOTONIC);
}

void clock_format(int64_t time_s, char out[CLOCK_RFC3339_SIZE])
{
    time_t t = (time_t)time_s;
    struct tm tm;

    gmtime_r(&t, &tm);
    strftime(out, CLOCK_RFC3339_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

/* Two or four digits at `p` as a number, or -1. */
static int digits(const char *p, int count)
{
    int value = 0;

    for (int i = 0; i < count; i++) {
        if (p[i] < '0' || p[i] > '9')
            return -1;
        value = value * 10 + (p[i] - '0');
    }
    return value;
}

/* "Z" or "+hh:mm" as seconds east of UTC; false if it is neither or something follows. */
static bool parse_offset(const char *p, int64_t *offset_s)
{
    int hours, minutes;

    *offset_s = 0;
    if ((p[0] == 'Z' || p[0] == 'z') && p[1] == '\0')
        return true;
    if ((p[0] != '+' && p[0] != '-') || strlen(p) != 6 || p[3] != ':')
        return false;
    hours = digits(p + 1, 2);
    minutes = digits(p + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return false;
    *offset_s = (hours * 60 + minutes) * 60;
    if (p[0] == '-')
        *offset_s = -*offset_s;
    return true;
}

bool clock_parse(const char *text, int64_t *time_s)
{
    struct tm tm = {0}, check;
    int64_t offset_s;
    time_t t;

    if (strlen(text) < 20 || text[4] != '-' || text[7] != '-' || text[13] != ':' ||
        text[16] != ':' || (text[10] != 'T' && text[10] != 't'))
        return false;
    tm.tm_year = digits(text, 4) - 1900;
    tm.tm_mon = digits(text + 5, 2) - 1;
    tm.tm_mday = digits(text + 8, 2);
    tm.tm_hour = digits(text + 11, 2);
    tm.tm_min = digits(text + 14, 2);
    tm.tm_sec = digits(text + 17, 2);
    if (tm.tm_year < -1900 || tm.tm_mon < 0 || tm.tm_mday < 1 || tm.tm_hour < 0 || tm.tm_min < 0 ||
        tm.tm_sec < 0 || tm.tm_sec > 59)
        return false;
    text += 19;
    if (*text == '.') {
        do
            text++;
        while (*text >= '0' && *text <= '9');
        if (text[-1] == '.')
            return false;
    }
    check = tm;
    t = timegm(&tm);
    /* timegm moves February 30th to March; a date that does not survive the trip was not one. */
    if (tm.tm_mon != check.tm_mon || tm.tm_mday != check.tm_mday || tm.tm_hour != check.tm_hour ||
        tm.tm_min != check.tm_min || !parse_offset(text, &offset_s))
        return false;
    *time_s = (int64_t)t - offset_s;
    return true;
}
