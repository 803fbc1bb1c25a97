/* digicert_prove - the records that DigiCert wants to see were published: PUT .../check-dcv, and
 * what has become of the order then.
 *
 * DigiCert answers with a status for each name, or refuses while it sees no record; both are no
 * more than a state of the order, which is followed as ever.
 */
#include "base/mem.h"
#include "policy/upstream/digicert_poll.h"
#include "policy/upstream/digicert_verbs.h"

static void on_checked(struct upstream_call *call, const struct vendor_reply *answer)
{
    if (answer->result != ERR_OK && answer->result != ERR_UPSTREAM_REFUSED &&
        answer->result != ERR_NOT_FOUND)
        vendor_verb_fail(call, answer);
    else
        digicert_follow(call, false);
}

struct upstream_call *digicert_prove(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg)
{
    struct upstream_call *call = digicert_begin(upstream, request, on_result, arg);

    if (call->action.order_id == NULL)
        vendor_verb_refuse(call, NULL, "it is not known which order at DigiCert this is");
    else
        digicert_send(call, "PUT",
            mem_printf(call, "/order/certificate/%s/check-dcv",
                vendor_escape(call, call->action.order_id)),
            "{}", false, on_checked);
    return call;
}
