/* problem - ACME's error types (RFC 8555, 6.7; RFC 9773, 7.4) and their documents (RFC 9457).
 *
 * The one place that turns an error into a type, an HTTP status and JSON. A handler says
 * `problem_set(e, PROBLEM_BAD_CSR, ...)`; errors of lower floors carry only a category and become
 * malformed, serverInternal, ... by a switch over all of them. Only categories that speak about the
 * request keep their detail; what the store, the network or a vendor said stays in the log.
 */
#ifndef COUNTERSIGN_ACME_PROBLEM_H
#define COUNTERSIGN_ACME_PROBLEM_H

#include "base/err.h"
#include "base/json.h"
#include "store/model.h"

/* Values of struct err's `kind`. */
enum problem {
    PROBLEM_NONE,
    PROBLEM_ACCOUNT_DOES_NOT_EXIST,
    PROBLEM_ALREADY_REPLACED, /* RFC 9773, 5 */
    PROBLEM_ALREADY_REVOKED,
    PROBLEM_BAD_CSR,
    PROBLEM_BAD_NONCE,
    PROBLEM_BAD_PUBLIC_KEY,
    PROBLEM_BAD_REVOCATION_REASON,
    PROBLEM_BAD_SIGNATURE_ALGORITHM,
    PROBLEM_CAA,
    PROBLEM_COMPOUND,
    PROBLEM_CONNECTION,
    PROBLEM_DNS,
    PROBLEM_EXTERNAL_ACCOUNT_REQUIRED,
    PROBLEM_INCORRECT_RESPONSE,
    PROBLEM_INVALID_CONTACT,
    PROBLEM_INVALID_PROFILE, /* profiles draft */
    PROBLEM_KEY_IN_USE, /* malformed, 409, with the Location of its account (RFC 8555, 7.3.5) */
    PROBLEM_MALFORMED,
    PROBLEM_METHOD_NOT_ALLOWED, /* malformed, 405 (RFC 8555, 6.3) */
    PROBLEM_NOT_FOUND,          /* malformed, 404: not there, or not yours: never told apart */
    PROBLEM_ORDER_NOT_READY,
    PROBLEM_RATE_LIMITED,
    PROBLEM_REJECTED_IDENTIFIER,
    PROBLEM_REJECTED_PRE_AUTHORIZATION, /* rejectedIdentifier, 403 (RFC 8555, 7.4.1) */
    PROBLEM_SERVER_INTERNAL,
    PROBLEM_SERVER_BUSY, /* serverInternal, 503, with Retry-After */
    PROBLEM_TLS,
    PROBLEM_UNAUTHORIZED,
    PROBLEM_UNAUTHORIZED_ACCOUNT, /* unauthorized, 401: a deactivated account (RFC 8555, 7.3.6) */
    PROBLEM_UNSUPPORTED_CONTACT,
    PROBLEM_UNSUPPORTED_IDENTIFIER,
    PROBLEM_UNSUPPORTED_PRE_AUTHORIZATION, /* unsupportedIdentifier, 403 (RFC 8555, 7.4.1) */
    PROBLEM_UNSUPPORTED_MEDIA_TYPE,        /* malformed, 415 (RFC 8555, 6.2) */
    PROBLEM_USER_ACTION_REQUIRED
};

/* Sets code (the fitting category), kind and detail; returns the code. */
enum err_code problem_set(struct err *e, enum problem problem, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The problem of an error: its kind, or its category's. */
enum problem problem_of(const struct err *e);
int problem_status(enum problem problem);
const char *problem_type(enum problem problem); /* "urn:ietf:params:acme:error:..." */

/* The problem of a bare type name ("badCSR"), as policy and connectors say it; false if ACME has no
 * such type (*out is left alone then). */
bool problem_find(const char *name, enum problem *out);

/* Seconds for the answer's Retry-After: what the error says, else a few for a busy server and a
 * minute for a limit; 0: no such header. */
int64_t problem_retry_after_s(const struct err *e);

/* A finer part of a problem: one identifier's share (RFC 8555, 6.7.1). */
struct subproblem {
    enum problem problem;
    const char *detail;
    const char *type, *value; /* of the identifier, as the client wrote it */
};

/* The document {"type","detail","status"[,"algorithms"][,"subproblems"]}, on `mem`. Texts are made
 * printable ASCII and cut at 383 characters; the detail of a category that could betray something
 * is replaced by a sentence of ours. */
char *problem_json(
    void *mem, const struct err *e, const struct subproblem *subproblems, size_t subproblems_len);

/* The same with an "instance", the address where a human can do something about it (or NULL); it
 * stands at the end of the detail, too, which is all that most clients show. */
char *problem_json_at(void *mem, const struct err *e, const struct subproblem *subproblems,
    size_t subproblems_len, const char *instance);

#endif
