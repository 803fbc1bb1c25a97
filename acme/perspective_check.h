/* perspective_check - a check from here and from all perspectives at the same time: control of a
 * name, or CAA of an order's names (TLS Baseline Requirements, 3.2.2.9).
 *
 * The front door of multi-perspective corroboration: it takes what the check by itself takes
 * (acme/validator.h, acme/caa_check.h) and the set of perspectives, and answers once with what was
 * seen here and what the others say. Whether that is enough: the server's own look must be good,
 * and the quorum met. With an empty set it is the check by itself.
 */
#ifndef COUNTERSIGN_ACME_PERSPECTIVE_CHECK_H
#define COUNTERSIGN_ACME_PERSPECTIVE_CHECK_H

#include "acme/caa_check.h"
#include "acme/perspective.h"
#include "acme/validator.h"

struct perspective_check; /* under way */

/* The results live as long as the check's `mem`. */
typedef void (*perspective_on_validated)(
    void *arg, const struct validation_result *own, const struct corroboration *others);
typedef void (*perspective_on_caa)(
    void *arg, const struct caa_finding *own, size_t len, const struct corroboration *others);

/* Looks for the proof of control; what comes of it is on `mem`. The set must live as long as the
 * check. Promises as in base/loop.h. */
struct perspective_check *perspective_validate(void *mem, const struct validator_ops *validator,
    const struct validation_options *options, const struct validation_request *request,
    const struct perspective_set *set, perspective_on_validated on_done, void *arg);

/* CAA has many questions, and those of a name come one after the other: so many times as long as
 * one validation may all of them take. */
#define PERSPECTIVE_CAA_PATIENCE 3

/* Asks CAA for the names, whose views are in their order. Own questions are bounded by the
 * resolver, those of others by options->timeout_ms. */
struct perspective_check *perspective_ask_caa(void *mem, const struct validation_options *options,
    const struct caa_name *names, size_t len, const struct perspective_set *set,
    perspective_on_caa on_done, void *arg);

/* No callback comes after this; sets the handle to NULL; NULL is fine. */
void perspective_check_cancel(struct perspective_check **check);

#endif
