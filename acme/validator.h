/* validator - what all methods of validation share: what they are asked, what they answer, how a
 * check begins and ends (RFC 8555, 8).
 *
 * One look from one place; how often to look again is the caller's business. A method (http01,
 * dns01, tlsalpn01) is a struct validator_ops and a struct that begins with a struct validation. It
 * reaches the world through its options only, so that it runs as well where there is no store.
 *
 *     validation_start -> begin -> ... -> validation_pass | _fail | _give_up -> stop -> on_done
 */
#ifndef COUNTERSIGN_ACME_VALIDATOR_H
#define COUNTERSIGN_ACME_VALIDATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "acme/persist_record.h"
#include "acme/problem.h"
#include "base/address.h"
#include "base/bytes.h"
#include "base/http_client.h"
#include "base/loop.h"
#include "base/resolver.h"
#include "store/model.h"

struct validation; /* a check under way */

/* What a check needs; the struct is read during validation_start only, what it points to must live
 * as long as the check. */
struct validation_options {
    struct loop *loop;
    struct resolver *resolver;
    struct http_client *http;
    const struct address_filter *filter;
    unsigned http_port;     /* where http-01 asks; 80 by the RFC */
    unsigned tls_alpn_port; /* where tls-alpn-01 asks; 443 by the RFC */
    int64_t timeout_ms;     /* for the whole check, names, hops and all */
};

/* What is to be proven; plain data, all of it is copied. */
struct validation_request {
    struct identifier identifier; /* without "*." */
    bool wildcard;                /* the proof is to count for "*." of it, or for names below */
    const char *token;
    const char *key_authorization;
    const char *account_url;
    struct persist_terms persist; /* for dns-persist-01; empty (no issuers) for the others */
};

struct validation_result {
    bool valid;
    bool cancelled; /* the resolver or the HTTP client was shut down: nothing is known, look again
                       after the start */
    enum problem problem; /* PROBLEM_NONE if valid; else DNS, CONNECTION, TLS, UNAUTHORIZED (what
                             was found is wrong) or INCORRECT_RESPONSE (a redirect that is not
                             followed) */
    const char *detail;   /* what was looked for, where, what was found, what to do; for the client;
                             "" if valid */
    bool retry;           /* looking again may end otherwise */
    char address[ADDRESS_TEXT_SIZE]; /* the address last connected to, "" if none was */
    int64_t until_s; /* the proof counts no longer than this; 0: it sets no end itself */
};

/* The result is valid during the call only. */
typedef void (*validation_on_done)(void *arg, const struct validation_result *result);

struct validator_ops {
    enum challenge_type type;
    const char *name;
    size_t size; /* of the method's struct */
    /* Starts the method's first call, on the loop. */
    void (*begin)(struct validation *check);
    /* Ends whatever would still touch the check. */
    void (*stop)(struct validation *check);
};

/* Starts a check. The promises are those of base/loop.h: on_done comes once, not before the return,
 * and not after a cancel. */
struct validation *validation_start(const struct validator_ops *ops,
    const struct validation_options *options, const struct validation_request *request,
    validation_on_done on_done, void *arg);

/* Ends a check whose on_done was not yet called and sets the handle to NULL; NULL is fine. */
void validation_cancel(struct validation **check);

/* For methods. Every method's struct begins with this, and what it allocates hangs on it. */
struct validation {
    const struct validator_ops *ops;
    struct validation_options options;
    struct validation_request request;
    validation_on_done on_done;
    void *arg;
    int64_t deadline_ms;             /* monotonic */
    char address[ADDRESS_TEXT_SIZE]; /* what is connected to, for the result */
    int64_t until_s;                 /* for the result */
    struct loop_timer *start_timer;  /* private */
};

/* How a check ends: each calls on_done and frees the check. */
void validation_pass(struct validation *check);
void validation_fail(struct validation *check, enum problem problem, bool retry, const char *format,
    ...) __attribute__((format(printf, 4, 5)));
/* The parts below are shutting down. */
void validation_give_up(struct validation *check);

/* At least 1. */
int64_t validation_time_left_ms(const struct validation *check);

/* What others wrote, cut and made safe for terminals, logs and JSON; on `mem`. */
const char *validation_excerpt(void *mem, struct bytes text, size_t shown_len);

#endif
