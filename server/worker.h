/* worker - one thread that serves: its own loop, listener, connections, resolver, HTTP client and
 * flows.
 *
 * Workers share nothing that changes but the store, the nonces, the table of rates and the
 * settings' successor. Everything but worker_new, worker_start, worker_update, worker_stop and
 * worker_join runs on the worker's own thread.
 */
#ifndef COUNTERSIGN_SERVER_WORKER_H
#define COUNTERSIGN_SERVER_WORKER_H

#include "acme/acme.h"
#include "base/http_server.h"
#include "base/resolver.h"
#include "policy/upstream/local_ca.h"
#include "server/vendors.h"
#include "store/store.h"

struct worker;

/* What a worker works by; a reload makes a new one. Lives until exit. */
struct worker_plan {
    const struct acme_settings *settings;
    struct resolver_options resolver;
    const char
        *trust_anchor; /* what the resolver's file of keys held when the plan was made, or "" */
    const struct local_ca_options *local_cas; /* one an upstream */
    size_t local_cas_len;
    const struct vendor_plan *vendors; /* one an upstream */
    size_t vendors_len;
    struct http_tls *tls;
};

struct worker_options {
    const struct acme *acme;
    struct store *store;
    const struct worker_plan *plan;
    struct http_limits limits;
    const char *listen;
    int listen_fd; /* inherited, for this worker alone; -1: bind */
    /* Where files of vendors' domain validation are answered, by plain HTTP; "" or NULL:
     * nowhere else. */
    const char *listen_files;
};

/* Makes a worker that listens but does not yet serve. NULL and e, for the operator. */
struct worker *worker_new(const struct worker_options *options, struct err *e);

void worker_start(struct worker *worker);

/* The worker goes on by another plan; requests and flows under way end by the old one. */
void worker_update(struct worker *worker, const struct worker_plan *plan);

/* Accepts no more, answers what is open, ends or puts down its flows; worker_join waits for it
 * (some seconds at most) and frees the worker. */
void worker_stop(struct worker *worker);
void worker_join(struct worker *worker);

#endif
