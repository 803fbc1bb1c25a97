/* unit - numbers with a unit, as people write them: "30d", "12h", "64KiB". */
#ifndef COUNTERSIGN_BASE_UNIT_H
#define COUNTERSIGN_BASE_UNIT_H

#include <stdbool.h>
#include <stdint.h>

/* Decimal digits, perhaps with '-' before them; no other signs, no leading zeros. */
bool unit_parse_number(const char *text, int64_t *out);
/* Decimal digits and d, h, m or s; digits alone are seconds. */
bool unit_parse_duration(const char *text, int64_t *seconds);
/* Decimal digits and KiB or MiB; digits alone are octets. */
bool unit_parse_size(const char *text, int64_t *octets);

/* A part of a whole, 0 to 1: "0", "0.5", "0.25", at most six digits behind the point. */
bool unit_parse_part(const char *text, double *out);

/* The shortest way to write them: 5400 -> "90m", 65536 -> "64KiB"; on `mem`. */
char *unit_duration(void *mem, int64_t seconds);
char *unit_size(void *mem, int64_t octets);

#endif
