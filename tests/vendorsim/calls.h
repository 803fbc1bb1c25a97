/* calls - the record of API calls, for GET /calls: what was asked, what was answered, and what
 * became of the answer.
 *
 * In memory; the newest CALLS_MAX are kept. Headers, which carry credentials, are not recorded.
 */
#ifndef COUNTERSIGN_VENDORSIM_CALLS_H
#define COUNTERSIGN_VENDORSIM_CALLS_H

#include <jansson.h>
#include <stdint.h>

#include "base/bytes.h"

#define CALLS_MAX      20000
#define CALLS_BODY_MAX 8192 /* more of a request's body is cut off */

struct calls;

struct calls *calls_new(void *mem);

struct call {
    int64_t real_ms, virtual_s;
    const char *operation, *method, *path, *query;
    struct bytes body;
    int status;          /* of the answer; 0: there was none */
    const char *outcome; /* "answered", "drop_before", "drop_after", ...: faults.h */
    const char *note;    /* of the vendor, or "" */
};
void calls_add(struct calls *calls, const struct call *call);
void calls_clear(struct calls *calls);

/* {"total":N,"calls":[...]}, oldest first; `total` counts all since the start or the last clear.
 * Only those are shown whose "METHOD PATH" or operation a shell pattern matches (NULL: all), and of
 * them the newest `last`. A new reference. */
json_t *calls_json(const struct calls *calls, const char *match, size_t last);

#endif
