/* txt_lookup - looks at the TXT records of a name, for the methods that find their proof there
 * (dns01, dns_persist01).
 *
 * The records are asked of our own resolver, which follows CNAMEs and validates DNSSEC. A look-up
 * that brings no records ends the check itself, in the same words for all methods.
 */
#ifndef COUNTERSIGN_ACME_TXT_LOOKUP_H
#define COUNTERSIGN_ACME_TXT_LOOKUP_H

#include "acme/validator.h"

struct txt_found {
    const struct bytes *values; /* at least one; the strings of each record joined */
    size_t len;
    bool truncated;    /* there were more */
    const char *place; /* for details: "name" or "name (an alias of other)" */
};

typedef void (*txt_on_found)(struct validation *check, const struct txt_found *found);

/* A part of a method's struct, all zero at first. */
struct txt_lookup {
    struct validation *check;
    txt_on_found on_found;
    const char *name;     /* of the records */
    const char *expected; /* what should stand there, for details */
    struct resolver_query *query;
    struct loop_timer *patience;
};

/* Looks; `name` and `expected` must live as long as the check. A name that is too long for DNS ends
 * the check at once. */
void txt_lookup_begin(struct txt_lookup *lookup, struct validation *check, const char *name,
    const char *expected, txt_on_found on_found);

/* For the method's stop. */
void txt_lookup_stop(struct txt_lookup *lookup);

/* What stands there, fit for a detail: "a", "b" and 3 more; on `mem`. */
const char *txt_shown_values(void *mem, const struct txt_found *found);

#endif
