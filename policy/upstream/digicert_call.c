/* digicert_call - see digicert_call.h. Status and error codes as in the Services API's page on
 * errors; what a code means for the client of an order is the table `meanings`. */
#include "policy/upstream/digicert_call.h"

#include <string.h>

#include "base/mem.h"
#include "policy/upstream/digicert_client.h"
#include "policy/upstream/digicert_verbs.h"
#include "policy/upstream/vendor_json.h"

struct digicert *digicert_of(struct upstream *upstream)
{
    BUG_ON(upstream->ops != &digicert_ops);
    return (struct digicert *)upstream;
}

const struct digicert_options *digicert_options_of(const struct upstream_call *call)
{
    return &digicert_of(&call->vendor->upstream)->options;
}

struct upstream_call *digicert_begin(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg)
{
    struct upstream_call *call =
        vendor_verb_begin(&digicert_of(upstream)->vendor, request, on_result, arg);
    struct vendor_subject *action = &call->action;

    if (action->order_id == NULL && action->act != ACT_NEW && action->act != ACT_RENEW)
        action->order_id = action->target;
    if (digicert_is_client(action) && action->common_name == NULL)
        action->common_name = digicert_client_common_name(call, action, action->product);
    return call;
}

/* Errors. */

/* What a refusal means for who ordered; the first code that begins so. What is not here is for the
 * operator: the account, its money, our configuration. */
static const struct {
    const char *code, *problem, *detail;
} meanings[] = {
    {"caa_", "caa", "DigiCert found that CAA does not allow it to issue for a name of the order"},
    {"csr_", "badCSR", "DigiCert does not accept the CSR"},
    {"invalid_dns_name_on_duplicate", "rejectedIdentifier",
        "DigiCert makes duplicates only for the very names of the original order"},
    {"invalid_dns_name", "rejectedIdentifier", "DigiCert does not accept a name of the order"},
    {"invalid_common_name", "rejectedIdentifier", "DigiCert does not accept a name of the order"},
    {"order_not_eligible_for_renewal", NULL, "DigiCert does not renew the order now"},
    {"order_renewed_already", NULL, "the order was renewed at DigiCert before"},
    {"access_denied", NULL, "our account at DigiCert may not do this; the operator must look"},
};

/* Codes that stand alone ("order_not_found") and with a qualifier ("not_found|order"). */
static void explain(struct vendor_reply *out)
{
    out->detail = "DigiCert refused the request; the operator finds the reason in the log";
    if (out->status == 401 || out->status == 403)
        out->detail = "our account at DigiCert may not do this; the operator must look";
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (strncmp(out->code, meanings[i].code, strlen(meanings[i].code)) == 0) {
            out->problem = meanings[i].problem;
            out->detail = meanings[i].detail;
            return;
        }
}

/* The first of a body's `errors`, which are an array of objects, or one object. A place in JSON
 * remembers where it was found: it must not outlive that. */
static struct json first_error(const struct json *errors)
{
    struct json first = {0};

    if (json_holds_object(errors))
        return *errors;
    if (json_len(errors) > 0)
        json_element(errors, 0, &first);
    return first;
}

/* Errors have been seen to come as successes. */
static int status_meant(int status, const struct json *body)
{
    struct json errors = vendor_json_member(body, "errors"), error = first_error(&errors);
    const char *code = vendor_json_text(&error, "code");

    if (code == NULL)
        return status;
    if (strcmp(code, "request_limit_exceeded") == 0)
        return 429;
    return strncmp(code, "not_found", strlen("not_found")) == 0 ? 404 : 400;
}

static void read_error(
    struct upstream_call *call, const struct json *body, struct vendor_reply *out)
{
    struct json errors = vendor_json_member(body, "errors"), error = first_error(&errors);
    const char *code = vendor_json_text(&error, "code");
    const char *message = vendor_json_text(&error, "message");

    out->code = code == NULL ? "" : code;
    out->result = out->status == 404 ? ERR_NOT_FOUND : ERR_UPSTREAM_REFUSED;
    explain(out);
    out->internal = mem_printf(call, "HTTP status %d, %s: %s", out->status,
        code == NULL ? "no code" : vendor_excerpt(call, code),
        message == NULL ? "no message" : vendor_excerpt(call, message));
    if (out->status == 429)
        out->result = ERR_UPSTREAM_TEMPORARY;
    if (out->status >= 300 && out->status < 400) {
        out->result = ERR_UPSTREAM_TEMPORARY; /* the operator's URL leads elsewhere */
        out->internal =
            mem_printf(call, "HTTP status %d: a redirect, is `url` right?", out->status);
    }
}

void digicert_judge(struct upstream_call *call, struct vendor_reply *out)
{
    if (out->status >= 200 && out->status <= 299)
        out->status = status_meant(out->status, &out->json);
    if (out->status < 200 || out->status > 299)
        read_error(call, &out->json, out);
}

/* API calls. */

void digicert_send(struct upstream_call *call, const char *method, const char *path,
    const char *body, bool changes, vendor_then then)
{
    const struct digicert *dc = digicert_of(&call->vendor->upstream);

    vendor_verb_ask(call, method, mem_printf(call, "%s%s", dc->options.url, path), dc->headers,
        body, changes, then);
    call->takes_any = true;
}

void digicert_get(struct upstream_call *call, const char *path, vendor_then then)
{
    digicert_send(call, "GET", path, NULL, false, then);
    call->takes_any = false;
}

void digicert_get_text(struct upstream_call *call, const char *path, vendor_then then)
{
    digicert_send(call, "GET", path, NULL, false, then);
}
