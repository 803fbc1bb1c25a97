/* vendors - the upstreams that are a vendor's: what each worker makes its connector from.
 *
 * The key of an API is read from its file here, once, on the main thread. How many calls a vendor
 * allows is counted by one limit an upstream, for all workers, and over reloads too: DigiCert knows
 * nothing of those.
 */
#ifndef COUNTERSIGN_SERVER_VENDORS_H
#define COUNTERSIGN_SERVER_VENDORS_H

#include "policy/upstream/digicert.h"
#include "server/config.h"

/* The limits of all upstreams there have been since the start, by name. */
struct vendor_limits;
struct vendor_limits *vendor_limits_new(void *mem);

struct vendor_plan {
    struct digicert_options digicert;
    struct vendor_limit *limit;
};

/* What the connectors of a configuration are made from, on `mem`. Errors name the upstream and the
 * file: it cannot be read, or holds no key. */
enum err_code vendors_make(void *mem, const struct config *config, struct vendor_limits *limits,
    const struct vendor_plan **list, size_t *len, struct err *e);

/* A connector for one worker. */
struct upstream *vendor_new(
    void *mem, struct loop *loop, struct http_client *http, const struct vendor_plan *plan);

/* What an upstream of the configuration can do, the embedded CA too. */
const struct upstream_ops *vendor_ops(const struct config_upstream *upstream);

#endif
