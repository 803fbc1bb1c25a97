/* resolver - DNS questions with DNSSEC validation (libunbound) on a loop.
 *
 * One resolver a worker, on the worker's loop and thread; libunbound runs inside the loop
 * (ub_ctx_create_event), no threads of its own. Answers are not kept between questions (validation
 * wants fresh ones): the cache is held small and its TTLs at zero. Names under "localhost." are
 * answered with loopback addresses and never asked (RFC 6761, 6.3).
 */
#ifndef COUNTERSIGN_BASE_RESOLVER_H
#define COUNTERSIGN_BASE_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/loop.h"

struct resolver;
struct resolver_query;

struct resolver_options {
    const char *const
        *servers; /* forwarders, "127.0.0.1@8053"; none: full resolution from the root */
    size_t servers_len;
    bool dnssec;                   /* validate; needs the trust anchor */
    const char *trust_anchor_file; /* NULL: the usual Debian places (dns-root-data) */
    int64_t timeout_ms;            /* a question is given up after this long */
    /* Where name servers are never asked in full resolution, whoever delegates to them. An allowed
     * range opens the special-purpose one that it is part of. NULL: they are asked anywhere. */
    const struct address_filter *filter;
};

enum dns_type { DNS_A = 1, DNS_CNAME = 5, DNS_TXT = 16, DNS_AAAA = 28, DNS_CAA = 257 };

enum dns_status {
    DNS_OK,      /* records_len > 0 */
    DNS_NO_DATA, /* the name exists, without such records */
    DNS_NO_NAME, /* NXDOMAIN */
    DNS_BOGUS,   /* DNSSEC says: forged or broken; `why` says what */
    DNS_FAILED,  /* SERVFAIL, REFUSED, unreachable servers */
    DNS_TIMED_OUT,
    DNS_CANCELLED /* the resolver was shut down */
};

struct dns_answer {
    enum dns_status status;
    bool secure; /* proven by DNSSEC */
    const struct bytes
        *records; /* rdata, wire format, in the order received; at most 1200 are given */
    size_t records_len;
    bool truncated;             /* there were more */
    const char *canonical_name; /* after CNAMEs, or NULL if the name itself */
    const char *why;            /* our words for a failure, safe to show; "" for DNS_OK */
};

/* The answer is valid during the call only. */
typedef void (*resolver_on_answer)(void *arg, const struct dns_answer *answer);

/* NULL and e if the options are unusable (no trust anchor found, a server that is no address). */
struct resolver *resolver_new(
    struct loop *loop, const struct resolver_options *options, struct err *e);

/* Ends all questions with DNS_CANCELLED callbacks. */
void resolver_free(struct resolver *resolver);

/* Asks for `name` (presentation form, no final dot needed). *query is the handle for
 * resolver_cancel and is gone once on_answer was called. */
void resolver_ask(struct resolver *resolver, const char *name, enum dns_type type,
    resolver_on_answer on_answer, void *arg, struct resolver_query **query);

/* No callback comes after this; sets the handle to NULL; NULL is fine. */
void resolver_cancel(struct resolver_query **query);

const char *dns_status_name(enum dns_status status);

#endif
