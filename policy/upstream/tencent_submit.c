/* tencent_submit - the one call that costs money, or cannot be taken back.
 *
 *     NEW, RENEW          CreateCertificate
 *     NEW into a slot     nothing: it was paid for before
 *     REISSUE             the chain, then ReplaceCertificate of its newest certificate
 *
 * Whatever has to be said about it then is poll's (tencent_poll.h), once the id that the service
 * gave is stored.
 */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "policy/upstream/tencent_chain.h"
#include "policy/upstream/tencent_form.h"
#include "policy/upstream/vendor_json.h"
#include "policy/upstream/vendor_names.h"

#define REISSUE_LEFT_S (30 * INT64_C(86400)) /* TC-REISSUE-2 */
#define BUSY_ASK_S     60

static bool is_order(const struct vendor_subject *action)
{
    return action->act == ACT_NEW || action->act == ACT_RENEW;
}

/* The service has it: its id is to be stored before anything else is said. */
static void end_begun(struct upstream_call *call, const char *order_id, const char *certificate_id)
{
    vendor_verb_end(call, &(struct upstream_result){
                              .result = ERR_OK,
                              .detail = "",
                              .internal = "",
                              .order_id = order_id,
                              .certificate_id = certificate_id,
                              .waits_for = "Tencent Cloud gets the data of the order",
                              .retry_after_s = 1,
                          });
}

/* Purchases. */

static void on_bought(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct json ids = vendor_json_member(&reply->json, "CertificateIds"), first;
    struct err unread = {0};
    const char *id = NULL;

    if (reply->result != ERR_OK) {
        vendor_verb_fail(call, reply);
        return;
    }
    if (json_len(&ids) > 0) {
        json_element(&ids, 0, &first);
        if (json_as_string(&first, &id, &unread) != ERR_OK)
            id = NULL;
    }
    if (id == NULL || id[0] == '\0')
        vendor_verb_unreadable(call, true, "the answer to a purchase names no certificate");
    else
        end_begun(call, id, id);
}

static bool has_wildcard(const struct identifiers *names)
{
    for (size_t i = 0; i < names->len; i++)
        if (vendor_name_is_wildcard(names->list[i].value))
            return true;
    return false;
}

/* What the service would be asked for in vain, after the money is spent. */
static const char *lacks(
    struct upstream_call *call, const struct tencent_product *product, const char **problem)
{
    const struct vendor_subject *action = &call->action;
    const char *misfit, *subject, *name;

    *problem = NULL;
    if (product == NULL)
        return "the profile names no product of Tencent Cloud; the operator must add one";
    if (tencent_product_is_free(product))
        return "the free product takes no CSR: Tencent Cloud makes its key itself";
    if (tencent_product_is_sm2(product))
        return "the profile's product is for SM2 keys, which no CSR has here; the operator must "
               "choose another";
    *problem = "rejectedIdentifier";
    for (size_t i = 0; i < action->names.len; i++)
        if (action->names.list[i].type != IDENTIFIER_DNS)
            return "certificates of Tencent Cloud are for DNS names only";
    misfit = tencent_product_misfit(product, &action->names);
    if (misfit != NULL)
        return mem_printf(call, "product %d of Tencent Cloud %s", product->id, misfit);
    if (strcmp(tencent_options_of(call)->method, "FILE") == 0 && has_wildcard(&action->names))
        return "Tencent Cloud validates no wildcard by a file (dcv_method); the operator must "
               "choose "
               "dns";
    name = tencent_common_name(call, action, product);
    if (name == NULL)
        return "no name of the order is short enough to be the common name (64 characters)";
    *problem = "badCSR";
    subject = tencent_csr_common_name(call, action->csr_der);
    return subject == NULL || strcmp(subject, name) == 0
               ? NULL
               : mem_printf(call,
                     "Tencent Cloud wants the common name of the CSR's subject to be that of the "
                     "certificate: %s",
                     name);
}

static void buy(struct upstream_call *call)
{
    const struct tencent_product *product = tencent_product(call->action.product);
    const char *problem, *why = lacks(call, product, &problem);

    if (why != NULL)
        vendor_verb_refuse(call, problem, why);
    else if (call->action.act == ACT_NEW && call->action.target != NULL)
        vendor_verb_end_early(call, &(struct upstream_result){.result = ERR_OK,
                                        .detail = "",
                                        .internal = "",
                                        .order_id = call->action.target,
                                        .retry_after_s = 1});
    else
        tencent_ask(call, "CreateCertificate",
            tencent_purchase_body(call, tencent_options_of(call), &call->action, product), true,
            on_bought);
}

/* Reissues. */

static void end_refused(struct upstream_call *call, const char *problem, const char *detail)
{
    vendor_verb_end(call,
        &(struct upstream_result){
            .result = ERR_UPSTREAM_REFUSED, .problem = problem, .detail = detail, .internal = ""});
}

static void end_busy(struct upstream_call *call, const char *detail, const char *internal)
{
    vendor_verb_end(call, &(struct upstream_result){.result = ERR_UPSTREAM_TEMPORARY,
                              .detail = detail,
                              .internal = internal,
                              .retry_after_s = BUSY_ASK_S});
}

/* Which rule a code stands for is nowhere said. Those that can be told here were; what is left may
 * pass: somebody reissues it, or a sibling, in the console. */
static void on_reissued(struct upstream_call *call, const struct vendor_reply *reply)
{
    const char *id = vendor_json_id(call, &reply->json, "CertificateId");

    if (tencent_code_is(reply, "FailedOperation.OrderAlreadyReplaced"))
        end_refused(call, NULL,
            mem_printf(call,
                "Tencent Cloud has reissued certificate %s before, and reissues it no more; order "
                "again, once its state is known here (inventory sync)",
                call->action.target));
    else if (tencent_code_is(reply, "FailedOperation.OrderReplaceFailed") ||
             tencent_code_is(reply, "FailedOperation.InvalidCertificateStatusCode"))
        end_busy(call,
            "Tencent Cloud does not reissue it now: it, or another certificate under its primary "
            "domain, is being reissued",
            reply->internal);
    else if (reply->result != ERR_OK)
        vendor_verb_fail(call, reply);
    else if (id == NULL)
        vendor_verb_unreadable(call, true, "the answer to a reissue names no certificate");
    else
        end_begun(call, call->action.target, id);
}

static bool is_under_way(const struct tencent_chain *chain)
{
    for (size_t i = 0; i < chain->len; i++)
        if (tencent_record_is_pending(chain->records[i]) ||
            chain->records[i]->status == TENCENT_REISSUING)
            return true;
    return false;
}

static void reissue(struct upstream_call *call, const struct tencent_record *record)
{
    const char *subject = tencent_csr_common_name(call, call->action.csr_der);

    if (record->end_s != 0 && record->end_s - clock_now_s() <= REISSUE_LEFT_S)
        end_refused(call, NULL,
            "Tencent Cloud reissues a certificate only while it has more than 30 days left");
    else if (subject != NULL && strcmp(subject, record->domain) != 0)
        end_refused(call, "badCSR",
            mem_printf(call,
                "Tencent Cloud wants the common name of the CSR's subject to be that of the "
                "certificate: %s",
                record->domain));
    else
        tencent_ask(call, "ReplaceCertificate",
            tencent_reissue_body(call, tencent_options_of(call), &call->action, record->id), true,
            on_reissued);
}

static void on_chain(
    struct upstream_call *call, struct tencent_pool *pool, const struct vendor_reply *failed)
{
    const struct tencent_record *record, *newest;
    struct tencent_chain chain;

    if (failed != NULL) {
        vendor_verb_fail(call, failed);
        return;
    }
    record = tencent_pool_find(pool, call->action.target);
    if (record == NULL) {
        end_refused(call, NULL,
            mem_printf(call, "Tencent Cloud has no certificate %s", call->action.target));
        return;
    }
    chain = tencent_pool_chain(call, pool, record);
    newest = tencent_chain_newest(&chain);
    if (is_under_way(&chain))
        end_busy(call, "a reissue of the certificate is under way at Tencent Cloud", "");
    else if (newest == NULL)
        end_refused(call, NULL,
            mem_printf(
                call, "certificate %s at Tencent Cloud is not an issued one", call->action.target));
    else
        reissue(call, newest);
}

struct upstream_call *tencent_submit(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg)
{
    struct upstream_call *call =
        vendor_verb_begin(&tencent_of(upstream)->vendor, request, on_result, arg);

    call->urgency = VENDOR_URGENT;
    if (is_order(&call->action))
        buy(call);
    else if (call->action.act != ACT_REISSUE || call->action.target == NULL)
        vendor_verb_refuse(call, NULL, "no certificate at Tencent Cloud was chosen for this");
    else
        tencent_pool_read(call, call->action.target, on_chain);
    return call;
}
