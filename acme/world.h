/* world - what flows reach on their worker: loop, resolver, HTTP client, upstreams, clock.
 *
 * server/app.c fills in the real ones, tests what they like. One struct a worker; only its thread
 * touches it.
 */
#ifndef COUNTERSIGN_ACME_WORLD_H
#define COUNTERSIGN_ACME_WORLD_H

#include "acme/acme.h"
#include "base/dkim.h"
#include "base/http_client.h"
#include "base/loop.h"
#include "base/mail_call.h"
#include "base/resolver.h"
#include "policy/upstream/upstream.h"
#include "store/store.h"

struct world {
    struct loop *loop;
    struct store *store;
    struct store_reader *reader;
    struct resolver *resolver;
    struct http_client *http;
    struct mail_client *mail;
    struct dkim_verifier *dkim;
    const struct acme *acme;
    const struct acme_settings *settings; /* the newest; flows read it at each step */
    struct upstream *const *upstreams;
    size_t upstreams_len;
    int64_t (*now_ms)(void);
};

/* NULL if the configuration has no upstream of that name (any more). */
struct upstream *world_upstream(const struct world *world, const char *name);

#endif
