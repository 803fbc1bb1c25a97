/* digicert_verbs - what the rooms of the DigiCert connector do for its table of verbs
 * (policy/upstream/upstream.h), and for each other. */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_VERBS_H
#define COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_VERBS_H

#include "policy/upstream/digicert_call.h"
#include "policy/upstream/digicert_order.h"

struct upstream_call *digicert_submit(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);
struct upstream_call *digicert_poll(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);
struct upstream_call *digicert_find(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);
struct upstream_call *digicert_prove(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);
struct upstream_call *digicert_revoke(struct upstream *upstream,
    const struct upstream_revocation *revocation, upstream_on_result on_result, void *arg);
struct upstream_call *digicert_list(
    struct upstream *upstream, const char *from, upstream_on_page on_page, void *arg);
struct upstream_call *digicert_fetch(
    struct upstream *upstream, const char *order_id, upstream_on_page on_page, void *arg);

#endif
