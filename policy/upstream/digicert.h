/* digicert - DigiCert CertCentral (Services API v2) as a connector.
 *
 * A room of its own for each subject:
 *
 *     digicert_call     one API call: headers, status and error code, who is to blame
 *     digicert_order    what an order, a certificate, a request is in the vendor's JSON
 *     digicert_submit   NEW, REISSUE, DUPLICATE, RENEW
 *     digicert_client   client certificates: addresses instead of DNS names
 *     digicert_poll     what has become of it: which certificate under the order is ours
 *     digicert_find     after doubt: by our reference, or by the key
 *     digicert_validate a domain anew, without any order
 *     digicert_revoke   one certificate, never its order
 *     digicert_list     the inventory, page by page; digicert_report: as the policy reads it
 *
 * An order holds many certificates: the original, its reissues, its duplicates. Which of them an
 * action made is always decided by the public key, and by the time where a key was used before;
 * never by what the vendor calls the primary one.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_H
#define COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_H

#include <stdbool.h>

#include "base/http_client.h"
#include "base/loop.h"
#include "policy/upstream/upstream.h"
#include "policy/upstream/vendor_limit.h"

extern const struct upstream_ops digicert_ops;

/* What the configuration says. Texts are "" where it says nothing. */
struct digicert_options {
    const char *name; /* the upstream's */
    const char *url;  /* "https://www.digicert.com/services/v2", without a slash at its end */
    const char *api_key;
    const char *ca_file; /* "": the system's authorities */
    int64_t timeout_ms;
    int64_t poll_s, doubt_s;     /* struct upstream */
    const char *organization_id; /* of OV and EV orders */
    int order_years;             /* 1 to 3 */
    bool skip_approval;
    const char *payment_method; /* "": what the account's contract says */
    const char *dcv_method;     /* "dns-txt-token", ... */
    bool publishes;             /* somebody here publishes proofs of just that method */
    const char *container_id;   /* "": that of the key's user */
    bool client;                /* the organization is to be validated for S/MIME */
};

/* DigiCert allows a key 100 calls in 5 seconds and 1000 in 3 minutes; this allows less, since
 * people use the key's account too; `percent` of it, from 1 to VENDOR_RATE_MAX. One for all
 * workers. */
struct vendor_limit *digicert_limit_new(void *mem, int percent);

/* The connector for one thread: on `mem`, freed by ops->free. `http` and `limit` outlive it; the
 * options are copied. */
struct upstream *digicert_new(void *mem, struct loop *loop, struct http_client *http,
    struct vendor_limit *limit, const struct digicert_options *options);

#endif
