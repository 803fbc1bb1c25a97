/* dkim - does a mail's domain vouch for it? Verifies DKIM signatures (RFC 6376, RFC 8301) with
 * libopendkim; keys are looked up by the resolver.
 *
 * Only signatures of the domain that is asked for are looked at, at most DKIM_SIGNATURES_MAX of
 * them. A signature counts if its key is not a test key and has 1024 bits at least, if it is by
 * SHA-256, covers the whole body and the headers that the rules name.
 */
#ifndef COUNTERSIGN_BASE_DKIM_H
#define COUNTERSIGN_BASE_DKIM_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/resolver.h"

#define DKIM_SIGNATURES_MAX 4

struct dkim_verifier; /* one a worker */
struct dkim_check;

struct dkim_rules {
    const char *domain;         /* of the signature (d=), exactly; A-labels */
    const char *const *headers; /* that it must cover (h=), whether they are there or not;
                                   NULL-terminated; must live as long as the check */
};

struct dkim_result {
    bool valid;
    bool cancelled;       /* the resolver was shut down: nothing is known */
    bool retry;           /* the key could not be looked up: later it may be */
    bool secure;          /* the key was proven by DNSSEC */
    const char *selector; /* of the signature that counts; "" unless valid */
    const char *why;      /* what is wrong, and with which signature; "" if valid */
};

/* The result is valid during the call only. */
typedef void (*dkim_on_result)(void *arg, const struct dkim_result *result);

struct dkim_verifier *dkim_verifier_new(void *mem);

/* Starts a check of a whole mail with lines that end by CRLF; everything is copied. Promises as in
 * base/loop.h. */
struct dkim_check *dkim_check_start(struct dkim_verifier *verifier, struct loop *loop,
    struct resolver *resolver, struct bytes message, const struct dkim_rules *rules,
    dkim_on_result on_result, void *arg);

/* No callback comes after this; sets the handle to NULL; NULL is fine. */
void dkim_check_cancel(struct dkim_check **check);

#endif
