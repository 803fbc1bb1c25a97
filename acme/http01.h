/* http01 - the http-01 check: does the name's web server show the key authorization? (RFC
 * 8555, 8.3; RFC 8738)
 *
 * One look from one place; how often to look again is the caller's business. A name is resolved by
 * our own resolver, each address passes the filter, and the connection goes to the address that
 * passed: IPv6 first, IPv4 if that cannot be connected to. Redirects are followed by hand, so that
 * each hop is held to the same rules: 301, 302, 307 and 308 only, at most 10, http or https (whose
 * certificate is not verified: it may be what is being obtained), ports 80, 443 and the configured
 * one. The last answer must be 200 to 299 with the key authorization as its body; white space at
 * its end does not count.
 *
 * The body is compared, not kept; `detail` shows up to 60 characters of a wrong one, printable
 * ASCII only.
 */
#ifndef COUNTERSIGN_ACME_HTTP01_H
#define COUNTERSIGN_ACME_HTTP01_H

#include <stdbool.h>
#include <stdint.h>

#include "acme/problem.h"
#include "base/address.h"
#include "base/http_client.h"
#include "base/loop.h"
#include "base/resolver.h"

struct http01;

/* What a check needs; the struct is read during http01_start only, what it points to must live as
 * long as the check. */
struct http01_options {
    struct loop *loop;
    struct resolver *resolver;
    struct http_client *http;
    const struct address_filter *filter;
    unsigned port;      /* where the challenge is asked for; 80 by the RFC */
    int64_t timeout_ms; /* for the whole check, names, hops and all */
};

struct http01_result {
    bool valid;
    bool cancelled; /* the resolver or the HTTP client was shut down: nothing is known, look again
                       after the start */
    enum problem
        problem; /* PROBLEM_NONE if valid; else DNS, CONNECTION, TLS, UNAUTHORIZED (wrong body
                    or status) or INCORRECT_RESPONSE (a redirect that is not followed) */
    const char *detail; /* what was looked for, where, what was found, what to do; for the client;
                           "" if valid */
    bool retry;         /* looking again may end otherwise */
    char address[ADDRESS_TEXT_SIZE]; /* the address last connected to, "" if none was */
};

/* The result is valid during the call only. */
typedef void (*http01_on_done)(void *arg, const struct http01_result *result);

/* Starts a check of `name`: a domain name in A-labels, or an IP address. The texts are copied. The
 * promises are those of base/loop.h: on_done comes once, not before the return, and not after a
 * cancel. */
struct http01 *http01_start(const struct http01_options *options, const char *name,
    const char *token, const char *key_authorization, http01_on_done on_done, void *arg);

/* Ends a check whose on_done was not yet called and sets the handle to NULL; NULL is fine. */
void http01_cancel(struct http01 **check);

#endif
