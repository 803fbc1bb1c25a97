/* digicert_call - one call of the Services API, and what its status and error codes mean. The verbs
 * are made of them as policy/upstream/vendor_verb.h says. */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_CALL_H
#define COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_CALL_H

#include "policy/upstream/digicert.h"
#include "policy/upstream/vendor_verb.h"

struct digicert {
    struct vendor vendor; /* first */
    struct digicert_options options;
    const char *headers[5];
};

struct digicert *digicert_of(struct upstream *upstream);

/* Begins a verb. `request` may be NULL for those about no action. Reissues and duplicates are under
 * the order that they are of. */
struct upstream_call *digicert_begin(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);
const struct digicert_options *digicert_options_of(const struct upstream_call *call);

/* vendor.judge: ERR_OK is 2xx, ERR_NOT_FOUND 404, ERR_UPSTREAM_REFUSED any other 4xx; errors
 * that come as successes are told apart. */
void digicert_judge(struct upstream_call *call, struct vendor_reply *out);

/* API calls; `path` is below the base URL. GET changes nothing, and a success of digicert_get
 * always brings a JSON object; POST and PUT as it is said. */
void digicert_get(struct upstream_call *call, const char *path, vendor_then then);
void digicert_get_text(struct upstream_call *call, const char *path, vendor_then then);
void digicert_send(struct upstream_call *call, const char *method, const char *path,
    const char *body, bool changes, vendor_then then);

#endif
