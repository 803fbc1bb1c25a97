/* digicert_submit - see digicert_submit.h. */
#include "policy/upstream/digicert_submit.h"

#include <string.h>

#include "base/mem.h"
#include "policy/upstream/digicert_client.h"
#include "policy/upstream/digicert_verbs.h"
#include "policy/upstream/vendor_chain.h"
#include "policy/upstream/vendor_json.h"
#include "policy/upstream/vendor_names.h"

#define BODY_MAX       (256 * 1024)
#define CHAIN_TEXT_MAX (256 * 1024)

const char *digicert_common_name(const struct vendor_subject *action, const char *current)
{
    return vendor_common_name(&action->names, action->common_name, current);
}

/* Bodies. */

/* An id of the configuration or of a row: the API takes numbers. */
static void add_id(struct json_out *w, const char *name, const char *id)
{
    if (id[strspn(id, "0123456789")] == '\0')
        json_add_raw(w, name, id);
    else
        json_add_string(w, name, id);
}

static void add_object_id(struct json_out *w, const char *name, const char *id)
{
    if (id[0] == '\0')
        return;
    json_open(w, name, '{');
    add_id(w, "id", id);
    json_close(w, '}');
}

static void add_certificate(
    struct json_out *w, const struct vendor_subject *action, const char *common_name)
{
    json_open(w, "certificate", '{');
    json_add_string(w, "common_name", common_name);
    json_open(w, "dns_names", '[');
    for (size_t i = 0; i < action->names.len; i++)
        if (strcmp(action->names.list[i].value, common_name) != 0)
            json_add_string(w, NULL, action->names.list[i].value);
    json_close(w, ']');
    json_add_string(w, "csr", action->csr);
    json_add_string(w, "signature_hash", "sha256");
    json_open(w, "server_platform", '{');
    json_add_int(w, "id", -1); /* "other": it does not change the certificate */
    json_close(w, '}');
    json_close(w, '}');
}

static void add_order(
    struct json_out *w, const struct digicert_options *options, const struct vendor_subject *action)
{
    add_object_id(w, "organization",
        digicert_is_client(action) ? digicert_client_organization(action, options)
                                   : options->organization_id);
    json_open(w, "order_validity", '{');
    json_add_int(w, "years", options->order_years);
    json_close(w, '}');
    if (options->payment_method[0] != '\0')
        json_add_string(w, "payment_method", options->payment_method);
    add_object_id(w, "container", options->container_id);
    json_add_string(w, "alternative_order_id", action->reference);
    if (action->act == ACT_RENEW)
        add_id(w, "renewal_of_order_id", action->target);
    json_add_int(w, "auto_renew", 0); /* renewing is decided here */
}

const char *digicert_body(void *mem, const struct digicert_options *options,
    const struct vendor_subject *action, const char *common_name)
{
    bool is_order = action->act == ACT_NEW || action->act == ACT_RENEW;
    bool is_client = digicert_is_client(action);
    struct buf body;
    struct json_out w;

    buf_init(&body, mem, BODY_MAX);
    json_begin(&w, &body);
    json_open(&w, NULL, '{');
    if (is_client)
        digicert_client_certificate(&w, mem, action, action->product);
    else
        add_certificate(&w, action, common_name);
    if (is_order)
        add_order(&w, options, action);
    if (is_client && is_order) /* within such an order, no other way (DC-CLI-ORD-10) */
        json_add_string(&w, "dcv_method", "email");
    else if (!is_client && action->act != ACT_DUPLICATE)
        json_add_string(&w, "dcv_method", options->dcv_method);
    json_add_string(&w, "comments", "by Countersign");
    json_add_bool(&w, "skip_approval", options->skip_approval);
    json_close(&w, '}');
    return body.overflow ? NULL : buf_text(&body);
}

/* Answers (3.2): an approval is needed; or validation is outstanding; or the chain is there. */

const struct upstream_proof *digicert_proofs(void *mem, const char *method, const char *random,
    const char *const *domains, size_t domains_len, size_t *len)
{
    struct upstream_proof *proofs = mem_new_array(mem, struct upstream_proof, domains_len + 1);

    *len = 0;
    for (size_t i = 0; method != NULL && random != NULL && i < domains_len; i++) {
        const char *domain = domains[i];

        if (strcmp(method, "dns-txt-token") == 0)
            proofs[(*len)++] = (struct upstream_proof){VENDOR_PROOF_TXT, domain, domain, random};
        else if (strcmp(method, "dns-cname-token") == 0)
            proofs[(*len)++] = (struct upstream_proof){VENDOR_PROOF_CNAME, domain,
                mem_printf(mem, "%s.%s", random, domain), "dcv.digicert.com"};
        else if (strcmp(method, "http-token") == 0)
            proofs[(*len)++] = (struct upstream_proof){
                VENDOR_PROOF_HTTP, domain, "/.well-known/pki-validation/fileauth.txt", random};
    }
    return proofs;
}

void digicert_end_issued(struct upstream_call *call, const char *order_id,
    const char *certificate_id, struct bytes leaf, const char *chain)
{
    static const char *const no_alternates[] = {NULL};

    vendor_verb_end(call, &(struct upstream_result){
                              .result = ERR_OK,
                              .detail = "",
                              .internal = "",
                              .issued = true,
                              .leaf = leaf,
                              .chain = chain,
                              .alternates = no_alternates,
                              .extra_names = vendor_additions(call, &call->action.names),
                              .order_id = order_id,
                              .certificate_id = certificate_id,
                          });
}

/* The domains that DigiCert wants to see a record for. */
static size_t read_domains(void *mem, const struct json *at, const char ***domains)
{
    struct json list = vendor_json_member(at, "domains"), one;
    size_t len = 0;

    *domains = mem_new_array(mem, const char *, json_len(&list) + 1);
    for (size_t i = 0; i < json_len(&list); i++) {
        const char *name;

        json_element(&list, i, &one);
        name = vendor_json_text(&one, "dns_name");
        if (name == NULL)
            name = vendor_json_text(&one, "name");
        if (name != NULL)
            (*domains)[len++] = name;
    }
    return len;
}

static const char *read_random(const struct json *at)
{
    struct json domains = vendor_json_member(at, "domains"), first = {0}, token;

    if (vendor_json_text(at, "dcv_random_value") != NULL || json_len(&domains) == 0)
        return vendor_json_text(at, "dcv_random_value");
    json_element(&domains, 0, &first);
    token = vendor_json_member(&first, "dcv_token");
    return vendor_json_text(&token, "token");
}

/* The request that waits for an approval, or NULL. */
static const char *read_request(void *mem, const struct json *at, bool *waits)
{
    struct json list = vendor_json_member(at, "requests"), first = {0};
    const char *status;

    *waits = false;
    if (json_len(&list) == 0)
        return NULL;
    json_element(&list, 0, &first);
    status = vendor_json_text(&first, "status");
    *waits = status == NULL || strcmp(status, "approved") != 0;
    return vendor_json_id(mem, &first, "id");
}

static void end_pending(struct upstream_call *call, const struct json *at, const char *order_id)
{
    const char *method = digicert_options_of(call)->dcv_method, **domains;
    size_t domains_len = read_domains(call, at, &domains);
    bool waits_for_approval;
    struct upstream_result result = {
        .result = ERR_OK,
        .detail = "",
        .internal = "",
        .order_id = order_id,
        .certificate_id = vendor_json_id(call, at, "certificate_id"),
        .request_id = read_request(call, at, &waits_for_approval),
        .retry_after_s = call->vendor->upstream.poll_s,
    };

    waits_for_approval &= result.certificate_id == NULL && domains_len == 0;
    result.proofs =
        digicert_proofs(call, method, read_random(at), domains, domains_len, &result.proofs_len);
    if (waits_for_approval)
        result.waits_for = mem_printf(call, "an approval in CertCentral (request %s)",
            result.request_id == NULL ? "without a number" : result.request_id);
    else if (digicert_is_client(&call->action))
        result.waits_for = "the links in DigiCert's mails to the addresses, to be followed there";
    else if (domains_len > 0)
        result.waits_for = mem_printf(call, "domain validation of %s by %s", domains[0], method);
    else
        result.waits_for = "DigiCert issues it";
    vendor_verb_end(call, &result);
}

static void on_submitted(struct upstream_call *call, const struct vendor_reply *answer)
{
    const char *order_id, *text;
    struct vendor_chain chain;
    struct err unread = {0};

    if (answer->result != ERR_OK) {
        vendor_verb_fail(call, answer);
        return;
    }
    order_id = vendor_json_id(call, &answer->json, "id");
    if (order_id == NULL) {
        vendor_verb_unreadable(call, true, "the answer to an order names no order");
        return;
    }
    text = vendor_json_lines(call, &answer->json, "certificate_chain", "pem", CHAIN_TEXT_MAX);
    if (vendor_chain_read(call, text, call->action.key_hash, &chain, &unread) == ERR_OK)
        digicert_end_issued(call, order_id, vendor_json_id(call, &answer->json, "certificate_id"),
            chain.leaf, chain.pem);
    else
        end_pending(call, &answer->json, order_id);
}

/* Requests. */

static const char *path_of(struct upstream_call *call)
{
    const struct vendor_subject *action = &call->action;

    if (action->act == ACT_NEW || action->act == ACT_RENEW)
        return mem_printf(call, "/order/certificate/%s", vendor_escape(call, action->product));
    return mem_printf(call, "/order/certificate/%s/%s", vendor_escape(call, action->target),
        action->act == ACT_REISSUE ? "reissue" : "duplicate");
}

static void post(struct upstream_call *call, const char *common_name)
{
    const char *body = digicert_body(call, digicert_options_of(call), &call->action, common_name);

    if (body == NULL)
        vendor_verb_refuse(call, "rejectedIdentifier", "the order has too many names");
    else
        digicert_send(call, "POST", path_of(call), body, true, on_submitted);
}

/* What the order is for stays; whose it is is said again, by the same external account. */
static void reissue_client(struct upstream_call *call, const struct digicert_order *order)
{
    const char *problem, *why = digicert_client_lacks(&call->action, order->product, &problem);

    call->action.product = order->product;
    if (why != NULL)
        vendor_verb_refuse(call, problem, why);
    else
        post(call, NULL);
}

/* A name that the order has and the action would leave out, by which its other certificates are
 * revoked (DC-TLS-REI-2); NULL: none. Somebody may have added it after the order was last read. */
static const char *name_left_out(struct upstream_call *call, const struct digicert_order *order)
{
    const struct identifiers *has = &order->primary.names, *names = &call->action.names;
    const struct identifiers *free_ones = vendor_additions(call, names);

    for (size_t i = 0; i < has->len; i++)
        if (!vendor_names_have(names, has->list[i].value) &&
            !vendor_names_have(free_ones, has->list[i].value))
            return has->list[i].value;
    return NULL;
}

static void on_target(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct digicert_order order;
    struct err e = {0};
    const char *common_name, *lost = NULL;

    if (answer->result != ERR_OK) {
        vendor_verb_fail(call, answer);
        return;
    }
    if (digicert_order_read(call, &answer->json, &order, &e) != ERR_OK) {
        vendor_verb_unreadable(call, false, e.detail);
        return;
    }
    if (digicert_is_client(&call->action)) {
        reissue_client(call, &order);
        return;
    }
    if (call->action.act == ACT_REISSUE && !call->action.may_revoke)
        lost = name_left_out(call, &order);
    common_name = digicert_common_name(&call->action, order.primary.common_name);
    if (lost != NULL)
        vendor_verb_refuse(call, NULL,
            mem_printf(call,
                "order %s was given the name %s in CertCentral, and a reissue without it would "
                "revoke "
                "its other certificates",
                call->action.target, lost));
    else if (common_name == NULL)
        vendor_verb_refuse(call, "rejectedIdentifier",
            "no name of the order is short enough to be DigiCert's common name (64 characters)");
    else
        post(call, common_name);
}

/* What DigiCert would be asked for in vain. */
static const char *lacks(const struct vendor_subject *action, const char **problem)
{
    bool is_order = action->act == ACT_NEW || action->act == ACT_RENEW;

    *problem = NULL;
    if (is_order && digicert_is_client(action))
        return digicert_client_lacks(action, action->product, problem);
    if (is_order && (action->product == NULL || action->product[0] == '\0'))
        return "the profile names no DigiCert product; the operator must add one";
    if (action->act != ACT_NEW && action->target == NULL)
        return "no order at DigiCert was chosen for this";
    if (is_order && digicert_common_name(action, NULL) == NULL) {
        *problem = "rejectedIdentifier";
        return "no name of the order is short enough to be DigiCert's common name (64 characters)";
    }
    return NULL;
}

struct upstream_call *digicert_submit(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg)
{
    struct upstream_call *call = digicert_begin(upstream, request, on_result, arg);
    const struct vendor_subject *action = &call->action;
    const char *problem, *why = lacks(action, &problem);

    call->urgency = VENDOR_URGENT;
    if (why != NULL)
        vendor_verb_refuse(call, problem, why);
    else if (action->act == ACT_NEW || action->act == ACT_RENEW)
        post(call, digicert_common_name(action, NULL));
    else
        digicert_get(call,
            mem_printf(call, "/order/certificate/%s", vendor_escape(call, action->target)),
            on_target);
    return call;
}
