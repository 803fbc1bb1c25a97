/* digicert_poll - see digicert_poll.h. */
#include "policy/upstream/digicert_poll.h"

#include <string.h>

#include "base/mem.h"
#include "policy/upstream/digicert_client.h"
#include "policy/upstream/digicert_submit.h"
#include "policy/upstream/digicert_verbs.h"
#include "policy/upstream/vendor_chain.h"
#include "policy/upstream/vendor_json.h"

#define CHAIN_TEXT_MAX (256 * 1024)

/* A certificate that is ours, or may be: nobody said for which key it was asked. */
struct candidate {
    const char *id;
    bool is_ours, is_issued, is_rejected, is_revoked;
};

/* What is remembered on the way. */
struct pursuit {
    bool finding;
    struct digicert_order order;
    struct digicert_certificate *others; /* reissues or duplicates */
    size_t others_len;
    struct candidate *candidates;
    size_t candidates_len, at;
    struct bytes other; /* what DigiCert handed out for ours, and is for another key; or empty */
    const char *other_id;
    size_t request; /* of order.requests that is looked at */
    struct upstream_result pending;
    const char **domains; /* whose control is to be proven */
    size_t domains_len;
    const char *method;
    bool switches; /* to that method: the order has another one */
};

static struct pursuit *pursuit_of(struct upstream_call *call)
{
    return call->task;
}

static bool is_new(const struct upstream_call *call)
{
    return call->action.act == ACT_NEW || call->action.act == ACT_RENEW;
}

static bool status_is(const struct pursuit *p, const char *status)
{
    return strcmp(p->order.status, status) == 0;
}

/* Not before we asked. What has no date may be. */
static bool is_fresh(const struct upstream_call *call, int64_t when_s)
{
    return when_s == 0 || call->action.since_s == 0 ||
           when_s >= call->action.since_s - VENDOR_SKEW_S;
}

/* Ends. */

static void end_refused(struct upstream_call *call, const char *detail, const char *internal)
{
    vendor_verb_end(call, &(struct upstream_result){.result = ERR_UPSTREAM_REFUSED,
                              .detail = detail,
                              .internal = internal,
                              .order_id = call->action.order_id});
}

static void end_pending(struct upstream_call *call, const char *waits_for)
{
    struct pursuit *p = pursuit_of(call);

    p->pending.result = ERR_OK;
    p->pending.detail = p->pending.internal = "";
    p->pending.order_id = call->action.order_id;
    if (p->pending.certificate_id == NULL)
        p->pending.certificate_id = call->action.certificate_id;
    if (p->pending.request_id == NULL)
        p->pending.request_id = call->action.request_id;
    p->pending.waits_for = waits_for;
    if (p->pending.retry_after_s == 0)
        p->pending.retry_after_s = vendor_verb_patience_s(call);
    vendor_verb_end(call, &p->pending);
}

/* Refused: why? An approver may have left a reason with the request. */

static void on_reason(struct upstream_call *call, const struct vendor_reply *answer)
{
    const struct pursuit *p = pursuit_of(call);
    const char *word = digicert_order_is_over(&p->order) ? p->order.status : "rejected";
    const char *comment = NULL;

    if (answer->result == ERR_OK)
        comment = vendor_json_text(&answer->json, "processor_comment");
    if (comment == NULL)
        end_refused(call, mem_printf(call, "it was %s at DigiCert (order %s)", word, p->order.id),
            answer->internal);
    else
        end_refused(call,
            mem_printf(call, "it was %s at DigiCert (order %s): \"%s\"", word, p->order.id,
                vendor_excerpt(call, comment)),
            "");
}

/* The request to ask about: the action's own, else the newest of its kind that ended badly. */
static const char *bad_request(const struct upstream_call *call, const struct pursuit *p)
{
    const char *id = call->action.request_id;

    for (size_t i = 0; id == NULL && i < p->order.requests_len; i++)
        if (strcmp(p->order.requests[i].status, "rejected") == 0)
            id = p->order.requests[i].id;
    return id;
}

static void begin_refusal(struct upstream_call *call)
{
    const char *id = bad_request(call, pursuit_of(call));

    if (id == NULL)
        on_reason(call, &(struct vendor_reply){.result = ERR_NOT_FOUND, .internal = ""});
    else
        digicert_get(call, mem_printf(call, "/request/%s", vendor_escape(call, id)), on_reason);
}

/* Pending: what is waited for? */

static const char *describe_wait(struct upstream_call *call, bool organization)
{
    struct pursuit *p = pursuit_of(call);
    const char *more = p->domains_len > 1 ? " and others" : "";
    const char *domains;

    if (p->domains_len == 0)
        return organization ? "DigiCert validates the organization" : "DigiCert issues it";
    domains = mem_printf(call, "domain validation of %s%s by %s", p->domains[0], more,
        p->method == NULL ? "DigiCert" : p->method);
    return organization ? mem_printf(call, "%s; DigiCert validates the organization", domains)
                        : domains;
}

static void on_random(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct pursuit *p = pursuit_of(call);

    if (answer->result == ERR_OK)
        p->pending.proofs =
            digicert_proofs(call, p->method, vendor_json_text(&answer->json, "dcv_random_value"),
                p->domains, p->domains_len, &p->pending.proofs_len);
    end_pending(call, p->pending.waits_for);
}

static bool is_by_mail(const char *method)
{
    return method != NULL && strcmp(method, "email") == 0;
}

/* The order may be older than the configuration, or the customer's own. */
static void choose_method(struct upstream_call *call)
{
    const struct digicert_options *options = digicert_options_of(call);
    struct pursuit *p = pursuit_of(call);

    p->switches = options->publishes && !is_by_mail(options->dcv_method) &&
                  (p->method == NULL || strcmp(p->method, options->dcv_method) != 0);
    if (p->switches)
        p->method = options->dcv_method;
}

static void ask_random(struct upstream_call *call)
{
    struct pursuit *p = pursuit_of(call);
    const char *id = vendor_escape(call, p->order.id);

    if (p->switches)
        digicert_send(call, "PUT", mem_printf(call, "/order/certificate/%s/dcv-method", id),
            mem_printf(call, "{\"dcv_method\":\"%s\"}", p->method), false, on_random);
    else
        digicert_send(call, "PUT", mem_printf(call, "/order/certificate/%s/dcv-random-value", id),
            "{}", false, on_random);
}

static bool is_validated(const struct json *at)
{
    const char *status = vendor_json_text(at, "status");

    return status != NULL && (strcmp(status, "approved") == 0 || strcmp(status, "active") == 0 ||
                                 strcmp(status, "complete") == 0);
}

static void read_domains(struct upstream_call *call, const struct json *at)
{
    struct json list = vendor_json_member(at, "dns_name_validations"), one;
    struct pursuit *p = pursuit_of(call);

    p->domains = mem_new_array(call, const char *, json_len(&list) + 1);
    for (size_t i = 0; i < json_len(&list); i++) {
        const char *domain;

        json_element(&list, i, &one);
        domain = vendor_json_text(&one, "name_scope");
        if (is_validated(&one) || domain == NULL)
            continue;
        p->domains[p->domains_len++] = domain;
        if (vendor_json_text(&one, "method") != NULL)
            p->method = vendor_json_text(&one, "method");
    }
}

static bool organization_waits(const struct json *at)
{
    struct json list = vendor_json_member(at, "organization_validations"), one;

    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &one);
        if (!is_validated(&one))
            return true;
    }
    return false;
}

static void on_validation(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct pursuit *p = pursuit_of(call);

    if (answer->result != ERR_OK) { /* it is pending all the same */
        end_pending(call, "DigiCert validates it");
        return;
    }
    p->method = p->order.dcv_method;
    read_domains(call, &answer->json);
    choose_method(call);
    p->pending.waits_for = describe_wait(call, organization_waits(&answer->json));
    if (p->domains_len == 0 || is_by_mail(p->method))
        end_pending(call, p->pending.waits_for);
    else
        ask_random(call);
}

static void begin_validation(struct upstream_call *call)
{
    digicert_get(call,
        mem_printf(
            call, "/order/certificate/%s/validation", vendor_escape(call, call->action.order_id)),
        on_validation);
}

/* Clients: each address first, then what else there is. */

static void on_addresses(struct upstream_call *call, const struct vendor_reply *answer)
{
    const char *waits_for =
        answer->result == ERR_OK ? digicert_client_waits(call, &answer->json) : NULL;

    if (waits_for != NULL)
        end_pending(call, waits_for);
    else
        begin_validation(call);
}

static void begin_addresses(struct upstream_call *call)
{
    digicert_get(call,
        mem_printf(call, "/order/certificate/%s/email-validation",
            vendor_escape(call, call->action.order_id)),
        on_addresses);
}

static void end_waiting_for_approval(struct upstream_call *call, const char *request_id)
{
    pursuit_of(call)->pending.request_id = request_id;
    end_pending(call, mem_printf(call, "an approval in CertCentral (request %s)",
                          request_id == NULL ? "without a number" : request_id));
}

/* Nothing of it is issued, and no certificate shows where it is: requests do. */

static const char *request_type(enum act act)
{
    if (act == ACT_REISSUE)
        return "reissue";
    return act == ACT_DUPLICATE ? "duplicate" : "new_request";
}

static bool may_be_ours(const struct upstream_call *call, const struct digicert_request *request)
{
    if (call->action.request_id != NULL && request->id != NULL)
        return strcmp(request->id, call->action.request_id) == 0;
    return strcmp(request->type, request_type(call->action.act)) == 0 &&
           is_fresh(call, request->date_s);
}

static bool is_open(const struct digicert_request *request)
{
    return strcmp(request->status, "pending") == 0 || strcmp(request->status, "submitted") == 0;
}

static void ask_whose_request(struct upstream_call *call);

/* The key of the CSR that came with a request says whose it is. */
static void on_request(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct pursuit *p = pursuit_of(call);
    struct json order = vendor_json_member(&answer->json, "order");
    struct json certificate = vendor_json_member(&order, "certificate");
    const char *csr = vendor_json_text(&certificate, "csr");
    uint8_t hash[32];

    if (answer->result != ERR_OK && answer->result != ERR_NOT_FOUND) {
        vendor_verb_fail(call, answer);
        return;
    }
    if (answer->result == ERR_OK && (csr == NULL || !vendor_csr_key_hash(call, csr, hash))) {
        vendor_verb_end(call,
            &(struct upstream_result){.result = ERR_UPSTREAM_IN_DOUBT,
                .detail = "a request at DigiCert may be this one, and does not say for which key",
                .internal = mem_printf(call, "request %s", p->order.requests[p->request].id)});
        return;
    }
    if (answer->result == ERR_OK && memcmp(hash, call->action.key_hash, sizeof hash) == 0) {
        end_waiting_for_approval(call, p->order.requests[p->request].id);
        return;
    }
    p->request++;
    ask_whose_request(call);
}

/* find: the open requests of its kind one after the other. */
static void ask_whose_request(struct upstream_call *call)
{
    struct pursuit *p = pursuit_of(call);

    for (; p->request < p->order.requests_len; p->request++) {
        const struct digicert_request *request = &p->order.requests[p->request];

        if (request->id != NULL && is_open(request) && may_be_ours(call, request)) {
            digicert_get(call, mem_printf(call, "/request/%s", vendor_escape(call, request->id)),
                on_request);
            return;
        }
    }
    vendor_verb_end_not_found(call);
}

/* The last one that may be ours, or NULL. */
static const struct digicert_request *last_request(
    const struct upstream_call *call, const struct pursuit *p)
{
    const struct digicert_request *last = NULL;

    for (size_t i = 0; i < p->order.requests_len; i++) {
        const struct digicert_request *request = &p->order.requests[i];

        if (may_be_ours(call, request) && (last == NULL || request->date_s >= last->date_s))
            last = request;
    }
    return last;
}

static void judge_requests(struct upstream_call *call)
{
    struct pursuit *p = pursuit_of(call);
    const struct digicert_request *request = last_request(call, p);

    if (p->finding && !is_new(call))
        ask_whose_request(call);
    else if (digicert_order_is_over(&p->order) ||
             (request != NULL && strcmp(request->status, "rejected") == 0))
        begin_refusal(call);
    else if (status_is(p, "needs_approval") || (request != NULL && is_open(request)))
        end_waiting_for_approval(call, request == NULL ? call->action.request_id : request->id);
    else if (status_is(p, "waiting_pickup") || status_is(p, "needs_csr"))
        end_pending(call, "somebody at DigiCert's pages (the order waits for its recipient)");
    else if (status_is(p, "issued"))
        end_pending(call, "DigiCert issues it");
    else if (digicert_is_client(&call->action))
        begin_addresses(call);
    else
        begin_validation(call);
}

/* Download. */

static void download(struct upstream_call *call);

static void next_candidate(struct upstream_call *call)
{
    struct pursuit *p = pursuit_of(call);

    p->at++;
    download(call);
}

/* True: it was handed out, and the call is over. A chain that is cut is handed out as it is:
 * whoever gets it sees what is wrong, and asks again. */
static bool hand_out(struct upstream_call *call, const char *pem)
{
    struct pursuit *p = pursuit_of(call);
    const char *id = p->candidates[p->at].id;
    struct vendor_chain chain;
    struct err e = {0};

    switch (vendor_chain_read(call, pem, call->action.key_hash, &chain, &e)) {
    case ERR_OK:
        digicert_end_issued(call, call->action.order_id, id, chain.leaf, chain.pem);
        return true;
    case ERR_NOT_FOUND:
        if (p->candidates[p->at].is_ours) {
            p->other = chain.leaf;
            p->other_id = id;
        }
        return false;
    default:
        if (chain.leaf.len > 0)
            digicert_end_issued(call, call->action.order_id, id, chain.leaf, "");
        else
            vendor_verb_unreadable(call, false, mem_strdup(call, e.detail));
        return true;
    }
}

/* The other form of download, in case the first one was of the certificate downloaded before. */
static void on_pem(struct upstream_call *call, const struct vendor_reply *answer)
{
    if (answer->result != ERR_OK && answer->result != ERR_UPSTREAM_REFUSED &&
        answer->result != ERR_NOT_FOUND)
        vendor_verb_fail(call, answer);
    else if (answer->result != ERR_OK || !hand_out(call, bytes_string(call, answer->body)))
        next_candidate(call);
}

static void on_chain(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct pursuit *p = pursuit_of(call);
    const char *id = p->candidates[p->at].id, *pems;

    if (answer->result == ERR_UPSTREAM_REFUSED || answer->result == ERR_NOT_FOUND) {
        p->pending.certificate_id = p->candidates[p->at].is_ours ? id : NULL;
        end_pending(call, "DigiCert issues it"); /* "try back in a bit" (section 1.5) */
        return;
    }
    if (answer->result != ERR_OK) {
        vendor_verb_fail(call, answer);
        return;
    }
    pems = vendor_json_lines(call, &answer->json, "intermediates", "pem", CHAIN_TEXT_MAX);
    if (!hand_out(call, pems))
        digicert_get_text(call,
            mem_printf(call, "/certificate/%s/download/format/pem_noroot", vendor_escape(call, id)),
            on_pem);
}

/* Each candidate that is issued; after the last one, what else shows. */
static void download(struct upstream_call *call)
{
    struct pursuit *p = pursuit_of(call);

    while (p->at < p->candidates_len && !p->candidates[p->at].is_issued)
        p->at++;
    if (p->at < p->candidates_len)
        digicert_get(call,
            mem_printf(call, "/certificate/%s/chain", vendor_escape(call, p->candidates[p->at].id)),
            on_chain);
    else if (p->other.len > 0) /* DigiCert says that this is it */
        digicert_end_issued(call, call->action.order_id, p->other_id, p->other, "");
    else
        judge_requests(call);
}

/* Which certificate is ours? */

static bool is_known(const struct pursuit *p, const char *id)
{
    for (size_t i = 0; i < p->candidates_len; i++)
        if (strcmp(p->candidates[i].id, id) == 0)
            return true;
    return false;
}

static void consider(struct upstream_call *call, const struct digicert_certificate *c)
{
    static const char *const issued_words[] = {"issued", "approved", "revoked"};
    struct pursuit *p = pursuit_of(call);
    struct candidate candidate = {c->id, false, c->is_issued, c->is_rejected, c->is_revoked};
    int64_t when_s = c->created_s != 0 ? c->created_s : c->issued_s;

    if (c->id == NULL || is_known(p, c->id))
        return;
    if (call->action.certificate_id != NULL && strcmp(c->id, call->action.certificate_id) == 0)
        candidate.is_ours = true;
    else if (!is_fresh(call, when_s))
        return;
    else if (c->has_key) {
        if (memcmp(c->key_hash, call->action.key_hash, sizeof c->key_hash) != 0)
            return;
        candidate.is_ours = true;
    }
    for (size_t i = 0; i < sizeof issued_words / sizeof issued_words[0]; i++)
        candidate.is_issued |= strcmp(c->status, issued_words[i]) == 0;
    p->candidates[p->candidates_len++] = candidate;
}

/* Those that are ours before those that may be. */
static void prefer_ours(struct pursuit *p)
{
    size_t ours = 0;

    for (size_t i = 0; i < p->candidates_len; i++)
        if (p->candidates[i].is_ours) {
            struct candidate found = p->candidates[i];

            memmove(&p->candidates[ours + 1], &p->candidates[ours],
                (i - ours) * sizeof p->candidates[0]);
            p->candidates[ours++] = found;
        }
}

/* Our order, or what is held to be it, has a certificate for another key: somebody reissued it, or
 * it is the wrong one. An operator has to look, who is shown what it has. */
static void collect_stranger(struct upstream_call *call)
{
    struct pursuit *p = pursuit_of(call);
    const char *id = p->order.primary.id;

    if (is_new(call) && !p->finding && id != NULL && status_is(p, "issued") && !is_known(p, id))
        p->candidates[p->candidates_len++] = (struct candidate){id, true, true, false, false};
}

static void collect(struct upstream_call *call)
{
    struct pursuit *p = pursuit_of(call);
    const char *known = call->action.certificate_id;

    p->candidates = mem_new_array(call, struct candidate, p->others_len + 3);
    if (call->action.act != ACT_DUPLICATE) { /* the primary certificate never is one */
        p->order.primary.is_issued |= status_is(p, "issued");
        consider(call, &p->order.primary);
    }
    for (size_t i = 0; i < p->others_len; i++)
        consider(call, &p->others[i]);
    if (known != NULL && !is_known(p, known)) /* DigiCert named it, and lists it nowhere */
        p->candidates[p->candidates_len++] =
            (struct candidate){known, true, status_is(p, "issued"), false, false};
    prefer_ours(p);
    collect_stranger(call);
}

static void judge(struct upstream_call *call)
{
    struct pursuit *p = pursuit_of(call);
    const struct candidate *first;

    collect(call);
    first = p->candidates;
    if (p->candidates_len == 0 || !first->is_ours) {
        if (digicert_order_is_over(&p->order))
            judge_requests(call);
        else
            download(call);
        return;
    }
    p->pending.certificate_id = first->id;
    if (first->is_revoked)
        end_refused(call, "the certificate was revoked at DigiCert", "");
    else if (first->is_rejected || digicert_order_is_over(&p->order))
        begin_refusal(call);
    else if (first->is_issued)
        download(call);
    else if (p->finding && !is_new(call) && digicert_is_client(&call->action))
        begin_addresses(call); /* DigiCert has it */
    else if (p->finding && !is_new(call))
        begin_validation(call);
    else
        judge_requests(call);
}

static void on_others(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct pursuit *p = pursuit_of(call);

    if (answer->result != ERR_OK && answer->result != ERR_NOT_FOUND) {
        vendor_verb_fail(call, answer);
        return;
    }
    digicert_certificates_read(call, &answer->json, &p->others, &p->others_len);
    judge(call);
}

static void on_order(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct pursuit *p = pursuit_of(call);
    struct err e = {0};

    if (answer->result == ERR_NOT_FOUND && p->finding) {
        vendor_verb_end_not_found(call);
        return;
    }
    if (answer->result != ERR_OK) {
        vendor_verb_fail(call, answer);
        return;
    }
    if (digicert_order_read(call, &answer->json, &p->order, &e) != ERR_OK) {
        vendor_verb_unreadable(call, false, mem_strdup(call, e.detail));
        return;
    }
    if (is_new(call))
        judge(call);
    else
        digicert_get(call,
            mem_printf(call, "/order/certificate/%s/%s", vendor_escape(call, call->action.order_id),
                call->action.act == ACT_REISSUE ? "reissue" : "duplicate"),
            on_others);
}

void digicert_follow(struct upstream_call *call, bool finding)
{
    struct pursuit *p = mem_new(call, struct pursuit);

    p->finding = finding;
    call->task = p;
    call->looks = true;
    digicert_get(call,
        mem_printf(call, "/order/certificate/%s", vendor_escape(call, call->action.order_id)),
        on_order);
}

struct upstream_call *digicert_poll(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg)
{
    struct upstream_call *call = digicert_begin(upstream, request, on_result, arg);

    if (call->action.order_id == NULL)
        vendor_verb_refuse(call, NULL, "it is not known which order at DigiCert this is");
    else
        digicert_follow(call, false);
    return call;
}
