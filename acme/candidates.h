/* candidates - the addresses of a host that a validation may connect to, in the order of trying.
 *
 * A name is resolved by our own resolver, both families at once; each address passes the filter,
 * and who connects goes to the very address that passed. IPv6 comes first; another address is tried
 * only if one cannot be connected to. An address as host is asked of no name server.
 */
#ifndef COUNTERSIGN_ACME_CANDIDATES_H
#define COUNTERSIGN_ACME_CANDIDATES_H

#include "acme/validator.h"

#define CANDIDATES_MAX 4 /* two of each family */

struct candidates {
    struct address list[CANDIDATES_MAX]; /* still to be tried */
    unsigned len;
};

/* How a lookup ended. Without candidates the last three say why. */
struct candidates_found {
    bool cancelled; /* the resolver was shut down */
    struct candidates candidates;
    enum problem problem;
    bool retry;
    const char *detail;
};

struct candidates_lookup; /* under way */

/* What is found is valid during the call only. */
typedef void (*candidates_on_found)(void *arg, const struct candidates_found *found);

/* Looks for addresses of `host`, a name or an address, which must live until the end; after
 * patience_ms what is known must do. The promises are those of base/loop.h. *lookup is the handle
 * for candidates_cancel and is gone once on_found was called. */
void candidates_find(const struct validation_options *options, const char *host,
    int64_t patience_ms, candidates_on_found on_found, void *arg,
    struct candidates_lookup **lookup);

/* No callback comes after this; sets the handle to NULL; NULL is fine. */
void candidates_cancel(struct candidates_lookup **lookup);

/* Takes the first one. *share_ms is its part of the time that is left: those behind it keep theirs.
 * There must be one. */
struct address candidates_take(struct candidates *candidates, int64_t left_ms, int64_t *share_ms);

#endif
