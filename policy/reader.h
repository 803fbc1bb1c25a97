/* reader - values of a JSON document about orders: words, times, spans, names, each with an error
 * that names its path. What facts (policy/facts_json.h) and inventories (policy/inventory_json.h)
 * have in common. Pure.
 */
#ifndef COUNTERSIGN_POLICY_READER_H
#define COUNTERSIGN_POLICY_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"

struct reader {
    void *mem; /* on which everything is made */
    struct err *e;
    bool inventory; /* orders are to be kept: what is theirs has an id, and ids stand once */
};

/* The most names of an order, and domains of a validation. */
#define READER_NAMES_MAX 2000

#define MEMBERS(...)                                                                               \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

/* An object's own check: it is one, and has no members but these. All of these: ERR_INPUT with the
 * path. */
enum err_code reader_object(struct reader *r, const struct json *at, const char *const members[]);

/* The place as one of the words: its index. Those that are empty, and a NULL at the front, stand
 * for what is not said, and cannot be. */
enum err_code reader_word_at(
    struct reader *r, const struct json *at, const char *const words[], int *out);
/* A member as one of the words; absent: *out stays. */
enum err_code reader_word(
    struct reader *r, const struct json *at, const char *name, const char *const words[], int *out);

enum err_code reader_time_at(struct reader *r, const struct json *at, int64_t *out);
/* A member as a time; absent: 0. */
enum err_code reader_time(struct reader *r, const struct json *at, const char *name, int64_t *out);

/* A member as a span ("30d") in seconds, as text, or as 0 to 1000000; absent: *out stays. */
enum err_code reader_span(struct reader *r, const struct json *at, const char *name, int64_t *out);
enum err_code reader_text(
    struct reader *r, const struct json *at, const char *name, const char **out);
enum err_code reader_count(struct reader *r, const struct json *at, const char *name, int64_t *out);

/* A member as a list of at most so many; absent: an empty one. */
enum err_code reader_list(
    struct reader *r, const struct json *at, const char *name, size_t max, struct json *out);

/* A text as a name, in lower case, without space or control; what it may look like beyond that is
 * the server's business. `at`: where it stands. */
enum err_code reader_name(
    struct reader *r, const struct json *at, const char *text, const char **out);

#endif
