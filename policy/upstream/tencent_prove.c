/* tencent_prove - the records that the service wants to see were published: it is asked to look,
 * where it does not by itself, and what has become of the order then.
 *
 *     CompleteCertificate (of some brands, on one of the sites) ->
 * CheckCertificateDomainVerification
 *
 * The service asks not to be asked more often than every five minutes for a certificate. Whatever
 * it answers is no more than a state of the order, which is followed as ever.
 */
#include "base/mem.h"
#include "policy/upstream/tencent_poll.h"

static void on_checked(struct upstream_call *call, const struct vendor_reply *reply)
{
    (void)reply;
    tencent_follow(call);
}

static void on_completed(struct upstream_call *call, const struct vendor_reply *reply)
{
    if (tencent_code_is(reply, "InvalidAction"))
        tencent_note_no_completion(call);
    tencent_ask_about(
        call, "CheckCertificateDomainVerification", call->action.certificate_id, on_checked);
}

struct upstream_call *tencent_prove(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg)
{
    struct upstream_call *call =
        vendor_verb_begin(&tencent_of(upstream)->vendor, request, on_result, arg);
    const struct tencent_product *product = tencent_product(call->action.product);
    const char *id = call->action.certificate_id;

    if (id == NULL)
        vendor_verb_refuse(
            call, NULL, "it is not known which certificate at Tencent Cloud this is");
    else if (!tencent_may_check(call, id))
        tencent_follow(call);
    else if (tencent_lacks_completion(call) ||
             (product != NULL && tencent_product_checks_alone(product)))
        tencent_ask_about(call, "CheckCertificateDomainVerification", id, on_checked);
    else
        tencent_ask_about(call, "CompleteCertificate", id, on_completed);
    return call;
}
