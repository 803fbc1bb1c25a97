/* vendor_json - members of a vendor's answers, read as vendors write them: an id as a number or as
 * text, a flag as true, 1 or "1", a time that may be missing.
 *
 * Nothing here complains: what is absent, null or of another type is what the reader says below.
 * Whoever cannot go on without a member checks for that. Texts are on the document (base/json.h)
 * unless they say otherwise.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_VENDOR_JSON_H
#define COUNTERSIGN_POLICY_UPSTREAM_VENDOR_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"

/* A text that is not empty, or NULL. */
const char *vendor_json_text(const struct json *at, const char *name);

/* An id: a text that is not empty, or a number as text on `mem`; else, and of 0, NULL. */
const char *vendor_json_id(void *mem, const struct json *at, const char *name);

/* A whole number, or its digits as text; else 0. */
int64_t vendor_json_int(const struct json *at, const char *name);

/* true, 1, "1", "true" and their contraries; false in return: it does not say. */
bool vendor_json_flag(const struct json *at, const char *name, bool *out);

/* A time of RFC 3339; else 0. */
int64_t vendor_json_time(const struct json *at, const char *name);

/* The first second of a day "2026-03-02"; a time of RFC 3339 as it is; else 0. */
int64_t vendor_json_day(const struct json *at, const char *name);

/* The last second of a day; a time as it is; else 0. */
int64_t vendor_json_day_end(const struct json *at, const char *name);

/* The member as a place; json_len of what is no array is 0, members of what is no object are
 * absent. */
struct json vendor_json_member(const struct json *at, const char *name);

/* The text `member` of each object in the array `name`, each followed by a line break, on `mem`; ""
 * if they are longer than `max` together. */
const char *vendor_json_lines(
    void *mem, const struct json *at, const char *name, const char *member, size_t max);

#endif
