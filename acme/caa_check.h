/* caa_check - asks the DNS whether certificates may be issued for some names (RFC 8659, 3), at
 * issuance.
 *
 * For each name the tree is climbed from the name up to its top-level domain; the first CAA records
 * found decide. The resolver follows CNAMEs at each step; their targets' parents are not climbed. A
 * lookup that fails is no permission.
 */
#ifndef COUNTERSIGN_ACME_CAA_CHECK_H
#define COUNTERSIGN_ACME_CAA_CHECK_H

#include "acme/caa.h"
#include "acme/problem.h"
#include "base/resolver.h"

struct caa_check;

struct caa_name {
    const char *name; /* without "*." */
    struct caa_question question;
};

struct caa_finding {
    bool allowed;
    bool retry;           /* nothing was found out; asking again may end otherwise */
    bool cancelled;       /* the resolver was shut down */
    enum problem problem; /* PROBLEM_NONE if allowed; else CAA or DNS */
    const char *detail;   /* for the client and the record: where records stand, what they say */
};

/* `findings` in the order of the names; valid during the call only. */
typedef void (*caa_on_done)(void *arg, const struct caa_finding *findings, size_t len);

/* Starts a check of all names at once; they are copied. Promises as in base/loop.h. */
struct caa_check *caa_check_start(struct resolver *resolver, const struct caa_name *names,
    size_t len, caa_on_done on_done, void *arg);

void caa_check_cancel(struct caa_check **check);

#endif
