/* row - members of the JSON objects that a simulated vendor keeps and reads, by type.
 *
 * Rows are jansson objects: an order, a certificate, the body of a request. A getter answers for an
 * absent member, and for one of another type, with the type's nothing.
 */
#ifndef COUNTERSIGN_VENDORSIM_ROW_H
#define COUNTERSIGN_VENDORSIM_ROW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

const char *row_text(const json_t *row, const char *member); /* NULL: absent */
bool row_is(const json_t *row, const char *member, const char *text);
/* An integer, or a string that is one: clients send ids either way. 0: neither. */
int64_t row_int(const json_t *row, const char *member);
/* true, 1 and "1". */
bool row_bool(const json_t *row, const char *member);

/* NULL takes the member away. */
void row_set_text(json_t *row, const char *member, const char *text);
void row_set_int(json_t *row, const char *member, int64_t value);
void row_set_bool(json_t *row, const char *member, bool value);

/* A copy of a member into another row, under the same name; nothing if it is absent. */
void row_copy(json_t *to, const json_t *from, const char *member);

/* The array under that name, made if it is not there; borrowed. */
json_t *row_array(json_t *row, const char *member);
bool array_has_text(const json_t *array, const char *text);
void array_add_int(json_t *array, int64_t value);
void array_add_text(json_t *array, const char *text);

/* An integer in digits, whole; false: it is none, or beyond 18 digits. */
bool parse_int(const char *text, int64_t *out);

#define DAY_S INT64_C(86400)

/* The first second of the day, and the same day and time some years later (29 February: 1 March).
 */
int64_t day_of(int64_t time_s);
int64_t years_later(int64_t time_s, int64_t years);

#endif
