/* clock - wall time for facts, monotonic time for spans, RFC 3339 for the wire.
 *
 * Code that decides takes its time as an argument (or from struct clock), so that tests set it.
 */
#ifndef COUNTERSIGN_BASE_CLOCK_H
#define COUNTERSIGN_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* UTC seconds and milliseconds since 1970. */
int64_t clock_now_s(void);
int64_t clock_now_ms(void);

/* Milliseconds that never go back; of no meaning across processes. */
int64_t clock_monotonic_ms(void);

/* "2026-11-21T06:47:00Z": UTC, whole seconds (RFC 3339, 5.6), 20 characters and a NUL for years
 * 0000 to 9999. */
#define CLOCK_RFC3339_SIZE 32
void clock_format(int64_t time_s, char out[CLOCK_RFC3339_SIZE]);

/* Reads an RFC 3339 date-time with any offset; fractions of a second are cut off. False if it is
 * not one. */
bool clock_parse(const char *text, int64_t *time_s);

#endif
