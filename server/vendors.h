/* vendors - the upstreams that are a vendor's: what each worker makes its connector from.
 *
 * The key of an API is read from its file here, once, on the main thread. How many calls a vendor
 * allows is counted by one limit an upstream, for all workers, and over reloads too: the vendor
 * knows nothing of those. What is a vendor's own stands in server/vendor_<its name>.c.
 */
#ifndef COUNTERSIGN_SERVER_VENDORS_H
#define COUNTERSIGN_SERVER_VENDORS_H

#include "base/http_client.h"
#include "base/loop.h"
#include "policy/upstream/upstream.h"
#include "policy/upstream/vendor_limit.h"
#include "server/config.h"

/* The limits of all upstreams there have been since the start, by name. */
struct vendor_limits;
struct vendor_limits *vendor_limits_new(void *mem);

/* What is to be known of a kind of vendor here: one row a connector. */
struct vendor_kind {
    enum config_upstream_type type;
    const char *title; /* as people call it: "DigiCert" */
    const struct upstream_ops *ops;
    /* So many calls in such a time, for all workers; `percent` of what is usual. */
    struct vendor_limit *(*limit_new)(void *mem, int percent);
    /* The connector's options, on `mem`, from the configuration and the key that was read. */
    const void *(*options)(void *mem, const struct config_upstream *upstream, const char *key);
    /* The connector for one thread. */
    struct upstream *(*connect)(void *mem, struct loop *loop, struct http_client *http,
        struct vendor_limit *limit, const void *options);
};
extern const struct vendor_kind vendor_digicert;
extern const struct vendor_kind vendor_huawei;
extern const struct vendor_kind vendor_tencent;

/* The applicant's name as Huawei Cloud wants it, of the configured contact. On `mem`. */
const char *vendor_huawei_applicant(void *mem, const struct config_upstream *upstream);

struct vendor_plan {
    const struct vendor_kind *kind;
    const void *options;
    struct vendor_limit *limit;
};

/* What the connectors of a configuration are made from, on `mem`. Errors name the upstream and the
 * file: it cannot be read, or holds no key. */
enum err_code vendors_make(void *mem, const struct config *config, struct vendor_limits *limits,
    const struct vendor_plan **list, size_t *len, struct err *e);

/* A connector for one worker. */
struct upstream *vendor_new(
    void *mem, struct loop *loop, struct http_client *http, const struct vendor_plan *plan);

/* What people call the vendor of an upstream; NULL: it is the embedded CA. */
const char *vendor_title(const struct config_upstream *upstream);

/* What an upstream of the configuration can do, the embedded CA too. */
const struct upstream_ops *vendor_ops(const struct config_upstream *upstream);

#endif
