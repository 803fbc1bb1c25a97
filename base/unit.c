/* unit - see unit.h. */
#include "base/unit.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool unit_parse_number(const char *text, int64_t *out)
{
    bool negative = *text == '-';
    const char *p = text + negative;
    int64_t value = 0;

    if (!is_digit(*p) || (*p == '0' && p[1] != '\0'))
        return false;
    for (; is_digit(*p); p++) {
        if (value > (INT64_MAX - 9) / 10)
            return false;
        value = value * 10 + (*p - '0');
    }
    *out = negative ? -value : value;
    return *p == '\0';
}

struct unit {
    const char *name;
    int64_t factor;
};

/* The largest first, and one of factor 1 at the end. */
static const struct unit duration_units[] = {
    {"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}, {"", 1}};
static const struct unit size_units[] = {{"MiB", 1024 * 1024}, {"KiB", 1024}, {"", 1}};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Reads digits followed by one of the units. */
static bool parse_with_unit(const char *text, const struct unit *units, size_t len, int64_t *out)
{
    size_t digits = strspn(text, "0123456789");
    char number[20];
    int64_t value;

    if (digits == 0 || digits >= sizeof number)
        return false;
    memcpy(number, text, digits);
    number[digits] = '\0';
    if (!unit_parse_number(number, &value))
        return false;
    while (len > 0 && strcmp(text + digits, units->name) != 0)
        units++, len--;
    if (len > 0 && value <= INT64_MAX / units->factor) {
        *out = value * units->factor;
        return true;
    }
    return false;
}

bool unit_parse_duration(const char *text, int64_t *seconds)
{
    return parse_with_unit(text, duration_units, COUNT(duration_units), seconds);
}

bool unit_parse_size(const char *text, int64_t *octets)
{
    return parse_with_unit(text, size_units, COUNT(size_units), octets);
}

bool unit_parse_part(const char *text, double *out)
{
    int64_t millionths = text[0] == '1' ? 1000000 : 0, weight = 100000;
    const char *p = text + 1;

    if (text[0] != '0' && text[0] != '1')
        return false;
    if (*p == '.' && is_digit(p[1]))
        for (p++; is_digit(*p) && weight > 0; p++, weight /= 10)
            millionths += weight * (*p - '0');
    *out = (double)millionths / 1000000;
    return *p == '\0' && millionths <= 1000000;
}

static char *with_unit(void *mem, int64_t value, const struct unit *units)
{
    const struct unit *u = units;

    while (value == 0 ? u->factor != 1 : value % u->factor != 0)
        u++;
    return mem_printf(mem, "%" PRId64 "%s", value / u->factor, u->name);
}

char *unit_duration(void *mem, int64_t seconds)
{
    return with_unit(mem, seconds, duration_units);
}

char *unit_size(void *mem, int64_t octets)
{
    return with_unit(mem, octets, size_units);
}
