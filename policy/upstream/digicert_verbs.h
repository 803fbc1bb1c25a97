/* digicert_verbs - what the rooms of the DigiCert connector do for its table of verbs
 * (policy/upstream/upstream.h), and for each other. */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_VERBS_H
#define COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_VERBS_H

#include "policy/upstream/digicert_call.h"
#include "policy/upstream/digicert_order.h"

/* The end of a validation that does not hold: long ago. */
#define DIGICERT_LAPSED_S 1

/* Until when a domain of the account's list is validated; 0: it is not said. */
int64_t digicert_domain_until_s(const struct json *at);

struct upstream_call *digicert_submit(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);
struct upstream_call *digicert_poll(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);
struct upstream_call *digicert_find(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);
struct upstream_call *digicert_prove(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);
struct upstream_call *digicert_validate(struct upstream *upstream,
    const struct upstream_domain *domain, upstream_on_result on_result, void *arg);
struct upstream_call *digicert_resend(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);
struct upstream_call *digicert_revoke(struct upstream *upstream,
    const struct upstream_revocation *revocation, upstream_on_result on_result, void *arg);
struct upstream_call *digicert_list(
    struct upstream *upstream, const char *from, upstream_on_page on_page, void *arg);
struct upstream_call *digicert_fetch(
    struct upstream *upstream, const char *order_id, upstream_on_page on_page, void *arg);

#endif
