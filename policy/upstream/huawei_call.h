/* huawei_call - calls of Huawei Cloud's API, and what the rooms of its connector do for its table
 * of verbs (policy/upstream/upstream.h). */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_HUAWEI_CALL_H
#define COUNTERSIGN_POLICY_UPSTREAM_HUAWEI_CALL_H

#include <stdbool.h>

#include "policy/upstream/huawei.h"
#include "policy/upstream/huawei_certificate.h"
#include "policy/upstream/vendor_verb.h"

struct huawei {
    struct vendor vendor; /* first: it is what others hold */
    struct huawei_options options;
};

struct huawei *huawei_of(struct upstream *upstream);
const struct huawei_options *huawei_options_of(const struct upstream_call *call);

/* Codes of errors that decide something. */
#define HUAWEI_WRONG_STATE "SCM.0010"

/* API calls. `path` is below the base URL, body is JSON or NULL. Of calls that only cost something
 * once (an application: from PAID only) the answer may be lost: `changes` is for purchases. */
void huawei_get(struct upstream_call *call, const char *path, vendor_then then);
void huawei_post(
    struct upstream_call *call, const char *path, const char *body, bool changes, vendor_then then);

void huawei_put(struct upstream_call *call, const char *path, const char *body, vendor_then then);

/* ShowCertificate. */
void huawei_show(struct upstream_call *call, const char *id, vendor_then then);

/* "/v2/{project}/scm/cert/{id}{rest}", on the call. Only where a project is configured. */
const char *huawei_v2(struct upstream_call *call, const char *id, const char *rest);
bool huawei_has_v2(const struct upstream_call *call);

/* Our account is in the way: what an operator can mend. */
bool huawei_is_account_trouble(const struct vendor_reply *reply);

struct upstream_call *huawei_submit(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);
struct upstream_call *huawei_poll(struct upstream *upstream, const struct upstream_request *request,
    upstream_on_result on_result, void *arg);
struct upstream_call *huawei_find(struct upstream *upstream, const struct upstream_request *request,
    upstream_on_result on_result, void *arg);
struct upstream_call *huawei_revoke(struct upstream *upstream,
    const struct upstream_revocation *revocation, upstream_on_result on_result, void *arg);
struct upstream_call *huawei_list(
    struct upstream *upstream, const char *from, upstream_on_page on_page, void *arg);
struct upstream_call *huawei_fetch(
    struct upstream *upstream, const char *order_id, upstream_on_page on_page, void *arg);

#endif
