/* json - strict reading and plain writing of JSON.
 *
 * Reading: jansson behind small typed readers. Duplicate member names, too much depth and trailing
 * text are refused; unknown members are ignored; a wrong type is an error that names the member's
 * path ("identifiers[2].value"). A struct json is a place in a document: cheap, passed by value,
 * valid as long as the document's parent and the struct json that it was reached from.
 *
 * Writing: begin, add, end, straight into a struct buf. '/' is never escaped: three clients cannot
 * undo it (client-quirks: HAProxy, uacme, getssl).
 */
#ifndef COUNTERSIGN_BASE_JSON_H
#define COUNTERSIGN_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

#define JSON_DEPTH_MAX 16

struct json {
    const void *node; /* jansson's json_t; NULL: the member is absent */
    const struct json *up;
    const char *name; /* of this member, or NULL for an array element */
    size_t index;
};

enum json_need { JSON_OPTIONAL, JSON_REQUIRED };

/* Parses a whole document; it lives on `mem`. `what` names it in errors ("the payload"). ERR_INPUT
 * with a detail. */
enum err_code json_parse(
    void *mem, struct bytes text, const char *what, struct json *out, struct err *e);

bool json_holds_object(const struct json *at);
bool json_absent(const struct json *at);

/* A member as a place, whatever its type; absent: out->node is NULL. `at` must be an object or
 * absent. */
void json_member(const struct json *at, const char *name, struct json *out);

/* A member of a type. Absent or null: ERR_INPUT if it is required, else *out is NULL, false, 0 or
 * an absent place. */
enum err_code json_read_object(
    const struct json *at, const char *name, enum json_need need, struct json *out, struct err *e);
enum err_code json_read_array(
    const struct json *at, const char *name, enum json_need need, struct json *out, struct err *e);
enum err_code json_read_string(
    const struct json *at, const char *name, enum json_need need, const char **out, struct err *e);
enum err_code json_read_bool(
    const struct json *at, const char *name, enum json_need need, bool *out, struct err *e);
enum err_code json_read_number(
    const struct json *at, const char *name, enum json_need need, double *out, struct err *e);
enum err_code json_read_int(
    const struct json *at, const char *name, enum json_need need, int64_t *out, struct err *e);

/* The array's length (0 for an absent one), and its elements. */
size_t json_len(const struct json *at);
void json_element(const struct json *at, size_t index, struct json *out);

/* The place itself as a string (for array elements); ERR_INPUT if it is none. */
enum err_code json_as_string(const struct json *at, const char **out, struct err *e);

/* Refuses members of the object that are not among `names` (which ends with NULL): ERR_INPUT with
 * the path of the first. For documents that people write, where a slip must not go unnoticed. */
enum err_code json_only(const struct json *at, const char *const names[], struct err *e);

/* The path of a place, on `mem`: "identifiers[2].value"; the document itself is "". */
char *json_path(void *mem, const struct json *at);

/* Puts "<path> <problem>" into e as ERR_INPUT, for checks of the caller's own. */
enum err_code json_complain(const struct json *at, struct err *e, const char *problem);

/* Writing. Commas and quotes come by themselves; names are ours and need no escape, values are
 * escaped. */
struct json_out {
    struct buf *buf;
    bool comma;
};
void json_begin(struct json_out *w, struct buf *buf);
void json_open(
    struct json_out *w, const char *name, char bracket); /* '{' or '['; name NULL inside arrays */
void json_close(struct json_out *w, char bracket);       /* '}' or ']' */
void json_add_string(
    struct json_out *w, const char *name, const char *value); /* NULL value: left out */
void json_add_bool(struct json_out *w, const char *name, bool value);
void json_add_int(struct json_out *w, const char *name, int64_t value);
void json_add_time(
    struct json_out *w, const char *name, int64_t time_s); /* RFC 3339; 0: left out */
/* A list of strings, NULL-terminated. */
void json_add_strings(struct json_out *w, const char *name, const char *const *list);
void json_add_raw(struct json_out *w, const char *name, const char *json); /* NULL: left out */

/* What was written, for people, on `mem`: down to so many levels a member or an element a line, and
 * a line for all of what is deeper. */
char *json_lay_out(void *mem, const char *json, int depth);

#endif
