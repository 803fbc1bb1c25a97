/* huawei_poll - what has become of an action: drives it forward from where it stands.
 *
 *     not visible yet -> PAID -> (named) -> applied for -> proofs -> issued -> exported
 *
 * Each call is made by the state that the vendor shows, so each may be made again: an application
 * is taken from PAID only, and who filled a slot is seen by the names, the CSR in its form (v2) and
 * at last the key of its certificate. Somebody else's slot is ERR_UPSTREAM_IN_DOUBT: another action
 * that had lost its answer took it, and there is one of its own for this one.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_HUAWEI_POLL_H
#define COUNTERSIGN_POLICY_UPSTREAM_HUAWEI_POLL_H

#include "policy/upstream/huawei_call.h"

/* Whose is a certificate that is under review or issued? */
enum huawei_owner { HUAWEI_OURS, HUAWEI_STRANGERS, HUAWEI_NOBODY_KNOWS };

/* The question, at the beginning of what such a verb remembers (call->task). */
struct huawei_question {
    const struct huawei_certificate *certificate;
    void (*then)(struct upstream_call *call, const struct huawei_certificate *certificate,
        enum huawei_owner owner);
};

/* Finds out, by names, form and key; a look that fails ends the call. `certificate` lives on the
 * call. */
void huawei_whose(struct upstream_call *call, const struct huawei_certificate *certificate,
    void (*then)(struct upstream_call *call, const struct huawei_certificate *certificate,
        enum huawei_owner owner));

/* The target of a reissue is gone: its replacement may stand under another id. Looks for that by
 * name and key, to an end of the call. */
void huawei_find_reissued(struct upstream_call *call);

/* Goes on with the slot of call->action.order_id, to an end of the call. */
void huawei_follow(struct upstream_call *call);

#endif
