/* tencent_call - see tencent_call.h. Codes as in the API's pages on errors, the common ones and
 * those of the service. Messages may be Chinese: nothing is decided by them. */
#include "policy/upstream/tencent_call.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "policy/upstream/tencent_sign.h"
#include "policy/upstream/vendor_json.h"

#define VERSION       "2019-12-05"
#define CONTENT_TYPE  "application/json; charset=utf-8"
#define ACTION_HEADER "X-TC-Action: "
#define ABOUT_MAX     1024

struct tencent *tencent_of(struct upstream *upstream)
{
    BUG_ON(upstream->ops != &tencent_ops);
    return (struct tencent *)upstream;
}

const struct tencent_options *tencent_options_of(const struct upstream_call *call)
{
    return &((const struct tencent *)call->vendor)->options;
}

/* Signatures. */

/* As the header Host will have it: with the port, unless it is the scheme's own. */
static const char *host_of(void *mem, const char *url)
{
    const char *host = strstr(url, "://") + strlen("://");

    return mem_strndup(mem, host, strcspn(host, "/"));
}

static const char *action_of(const struct vendor_request *request)
{
    for (size_t i = 0; request->headers[i] != NULL; i++)
        if (strncmp(request->headers[i], ACTION_HEADER, strlen(ACTION_HEADER)) == 0)
            return request->headers[i] + strlen(ACTION_HEADER);
    return NULL;
}

const char *const *tencent_sign_call(
    void *mem, const void *options, const struct vendor_request *request, int64_t now_s)
{
    const struct tencent_options *own = options;
    const char **headers = mem_new_array(mem, const char *, 3);
    const struct tencent_request what = {
        .host = host_of(mem, request->url),
        .content_type = CONTENT_TYPE,
        .action = action_of(request),
        .time_s = now_s,
        .body = bytes_of(request->body),
    };

    headers[0] = mem_printf(mem, "X-TC-Timestamp: %" PRId64, now_s);
    headers[1] = mem_printf(mem, "Authorization: %s",
        tencent_authorization(mem, own->secret_id, own->secret_key, &what));
    return headers;
}

/* Errors. */

#define OPERATOR "; the operator must look"

/* LATER: trouble of the service's own, which leaves open what was done. FULL: nothing was done,
 * since there were too many calls. UNDONE: nothing was done, and it may be asked for again. */
enum meaning { REFUSED, GONE, UNDONE, FULL, LATER };

/* The first that the code begins with. What has no problem is for the operator: the account, its
 * money, our configuration. */
static const struct {
    const char *code;
    enum meaning meaning;
    const char *problem, *detail;
} meanings[] = {
    {"RequestLimitExceeded", FULL, NULL, "Tencent Cloud refuses more requests now"},
    {"LimitExceeded.RateLimitExceeded", FULL, NULL, "Tencent Cloud refuses more requests now"},
    {"InternalError", LATER, NULL, "Tencent Cloud has trouble of its own now"},
    {"ServiceUnavailable", LATER, NULL, "Tencent Cloud has trouble of its own now"},
    {"FailedOperation.NetworkError", LATER, NULL, "Tencent Cloud cannot reach the CA now"},
    {"FailedOperation.SystemError", LATER, NULL, "Tencent Cloud has trouble of its own now"},
    {"FailedOperation.CannotGetOrder", LATER, NULL, "Tencent Cloud cannot read the order now"},
    {"FailedOperation.CertificateOrderSubmitProcessing", LATER, NULL,
        "Tencent Cloud still works at the order"},
    {"AuthFailure.SignatureExpire", UNDONE, NULL,
        "the clock here and that of Tencent Cloud are more than five minutes apart" OPERATOR},
    {"AuthFailure.UnauthorizedOperation", REFUSED, NULL,
        "our key at Tencent Cloud lacks the permission (CAM) for this" OPERATOR},
    {"AuthFailure", REFUSED, NULL,
        "Tencent Cloud does not accept our key: access_key or api_key_file" OPERATOR},
    {"UnauthorizedOperation", REFUSED, NULL,
        "our key at Tencent Cloud lacks the permission (CAM) for this" OPERATOR},
    {"FailedOperation.CAMAuthorizedFail", REFUSED, NULL,
        "our key at Tencent Cloud lacks the permission (CAM) for this" OPERATOR},
    {"FailedOperation.AuthError", REFUSED, NULL,
        "our key at Tencent Cloud lacks the permission for this certificate" OPERATOR},
    {"FailedOperation.NoProjectPermission", REFUSED, NULL,
        "our key at Tencent Cloud lacks the permission for the project" OPERATOR},
    {"FailedOperation.NoRealNameAuth", REFUSED, NULL,
        "our account at Tencent Cloud has not passed the identity verification" OPERATOR},
    {"FailedOperation.TradeError", REFUSED, NULL,
        "Tencent Cloud did not take the purchase: look at the account's balance and orders"},
    {"InvalidParameterValue.CertificateDomainMaxLengthInvalid", REFUSED, "rejectedIdentifier",
        "a name of the order is longer than the 64 characters that Tencent Cloud takes"},
    {"FailedOperation.CertificateInfoSubmitDomainInvalid", REFUSED, "rejectedIdentifier",
        "Tencent Cloud does not accept the names of the order for its product"},
    {"FailedOperation.CertificateCsrParseFailed", REFUSED, "badCSR",
        "Tencent Cloud cannot read the CSR"},
    {"FailedOperation.CertificateMismatch", REFUSED, "badCSR",
        "Tencent Cloud wants the CSR's common name to be that of the certificate: put it into the "
        "subject of the CSR"},
    {"InvalidParameter.RenewAlgorithmInvalid", REFUSED, "badCSR",
        "the product does not have keys of this kind; use RSA of 2048 bits or P-256"},
    {"InvalidParameter.RenewCsrInvalid", REFUSED, "badCSR",
        "Tencent Cloud does not accept the CSR"},
    {"FailedOperation.CertificateInfoSubmitContactEmailEmpty", REFUSED, NULL,
        "Tencent Cloud wants a mail address: contact.email" OPERATOR},
    {"FailedOperation.CertificatePreVerifyEmailInvalid", REFUSED, NULL,
        "Tencent Cloud does not accept contact.email" OPERATOR},
    {"InvalidParameterValue.CertificateEmailParseInvalid", REFUSED, NULL,
        "Tencent Cloud does not accept contact.email" OPERATOR},
    {"FailedOperation.CertificateNotFoundOr", REFUSED, NULL,
        "the state of the certificate at Tencent Cloud does not allow it"},
    {"FailedOperation.CertificateNotFound", GONE, NULL, "Tencent Cloud has no such certificate"},
    {"FailedOperation.InvalidCertificateStatusCode", REFUSED, NULL,
        "the state of the certificate at Tencent Cloud does not allow it"},
    {"FailedOperation.InvalidCertificateSource", REFUSED, NULL,
        "the certificate was uploaded to Tencent Cloud, not bought there"},
    {"FailedOperation.InvalidParam", REFUSED, NULL,
        "Tencent Cloud does not accept a field of the order: its CSR (whose common name must be "
        "that of the certificate), a name, or the organization and contact that are "
        "configured" OPERATOR},
};

static bool begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

static enum err_code result_of(const struct upstream_call *call, enum meaning meaning)
{
    switch (meaning) {
    case GONE:
        return ERR_NOT_FOUND;
    case UNDONE:
    case FULL:
        return ERR_UPSTREAM_TEMPORARY;
    case LATER:
        return call->changes ? ERR_UPSTREAM_IN_DOUBT : ERR_UPSTREAM_TEMPORARY;
    case REFUSED:
        break;
    }
    return ERR_UPSTREAM_REFUSED;
}

static void explain(struct upstream_call *call, struct vendor_reply *reply)
{
    enum meaning meaning = REFUSED;

    reply->detail = "Tencent Cloud refused the request; the operator finds the reason in the log";
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (begins_with(reply->code, meanings[i].code)) {
            meaning = meanings[i].meaning;
            reply->problem = meanings[i].problem;
            reply->detail = meanings[i].detail;
            break;
        }
    reply->result = result_of(call, meaning);
    if (meaning == FULL) {
        int64_t pause_ms = vendor_limit_refused(call->vendor->api.limit, clock_monotonic_ms(), 0);

        reply->retry_after_s = (pause_ms + 999) / 1000;
    }
}

/* The envelope is missing: a proxy, a page, half an answer. */
static void refuse_envelope(struct upstream_call *call, struct vendor_reply *reply)
{
    bool is_redirect = reply->status >= 300 && reply->status <= 399;

    reply->result = call->changes ? ERR_UPSTREAM_IN_DOUBT : ERR_UPSTREAM_TEMPORARY;
    reply->detail = is_redirect ? "Tencent Cloud answered with a redirect; is `url` right?"
                                : "Tencent Cloud gave an answer that could not be read";
    reply->internal = mem_printf(
        call, "HTTP status %d, and %zu octets without a Response", reply->status, reply->body.len);
}

void tencent_judge(struct upstream_call *call, struct vendor_reply *reply)
{
    struct json *whole = mem_dup(call, &reply->json, sizeof reply->json);
    struct json *response = mem_new(call, struct json);
    struct json error;
    const char *code, *message, *request;

    *response = vendor_json_member(whole, "Response");
    if (reply->status != 200 || !json_holds_object(response)) {
        refuse_envelope(call, reply);
        return;
    }
    reply->json = *response;
    error = vendor_json_member(response, "Error");
    if (json_absent(&error))
        return;
    code = vendor_json_text(&error, "Code");
    message = vendor_json_text(&error, "Message");
    request = vendor_json_text(response, "RequestId");
    reply->code = code == NULL ? "" : code;
    explain(call, reply);
    reply->internal = mem_printf(call, "%s: %s (request %s)",
        code == NULL ? "no code" : vendor_excerpt(call, code),
        message == NULL ? "no message" : vendor_excerpt(call, message),
        request == NULL ? "without an id" : vendor_excerpt(call, request));
}

bool tencent_code_is(const struct vendor_reply *reply, const char *code)
{
    return strcmp(reply->code, code) == 0;
}

/* Calls. */

void tencent_ask(struct upstream_call *call, const char *action, const char *body, bool changes,
    vendor_then then)
{
    const char *const headers[] = {mem_printf(call, ACTION_HEADER "%s", action),
        "X-TC-Version: " VERSION, "Content-Type: " CONTENT_TYPE, "X-TC-Language: en-US",
        "Accept: application/json", "User-Agent: countersign", NULL};

    vendor_verb_ask(call, "POST", mem_printf(call, "%s/", tencent_options_of(call)->url), headers,
        body, changes, then);
}

void tencent_ask_about(
    struct upstream_call *call, const char *action, const char *id, vendor_then then)
{
    struct json_out w;
    struct buf body;

    buf_init(&body, call, ABOUT_MAX);
    json_begin(&w, &body);
    json_open(&w, NULL, '{');
    json_add_string(&w, "CertificateId", id);
    json_close(&w, '}');
    tencent_ask(call, action, buf_text(&body), false, then);
}

void tencent_show(struct upstream_call *call, const char *id, vendor_then then)
{
    tencent_ask_about(call, "DescribeCertificateDetail", id, then);
}
