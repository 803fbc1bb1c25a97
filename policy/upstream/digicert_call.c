/* digicert_call - see digicert_call.h. Status and error codes as in the Services API's page on
 * errors; what a code means for the client of an order is the table `meanings`. */
#include "policy/upstream/digicert_call.h"

#include <ctype.h>
#include <string.h>

#include "base/cert.h"
#include "base/clock.h"
#include "base/mem.h"
#include "policy/upstream/digicert_verbs.h"
#include "policy/upstream/vendor_json.h"

#define EXCERPT_MAX 160

/* From the beginning of a verb. */
#define CHANGE_WITHIN_MS 45000
#define LOOK_WITHIN_MS   150000

struct digicert *digicert_of(struct upstream *upstream)
{
    BUG_ON(upstream->ops != &digicert_ops);
    return (struct digicert *)upstream;
}

/* Beginning and end. */

static void link_call(struct upstream_call *call)
{
    call->next = call->dc->calls;
    call->link = &call->dc->calls;
    if (call->next != NULL)
        call->next->link = &call->next;
    call->dc->calls = call;
}

static void unlink_call(struct upstream_call *call)
{
    *call->link = call->next;
    if (call->next != NULL)
        call->next->link = call->link;
}

static struct identifiers copy_names(void *mem, const struct identifiers *names)
{
    struct identifiers copy = {mem_new_array(mem, struct identifier, names->len), names->len};

    for (size_t i = 0; i < names->len; i++)
        copy.list[i] =
            (struct identifier){names->list[i].type, mem_strdup(mem, names->list[i].value)};
    return copy;
}

static void copy_action(void *mem, struct digicert_action *out, const struct upstream_request *r)
{
    const struct action *action = r->action;
    bool is_new = action->act == ACT_NEW || action->act == ACT_RENEW;
    const char *target_id = is_new ? NULL : action->target;

    *out = (struct digicert_action){
        .act = action->act,
        .reference = digicert_reference(mem, action->reference),
        .target = mem_strdup(mem, action->target),
        .product = mem_strdup(mem, action->product),
        .common_name = mem_strdup(mem, action->common_name),
        .order_id =
            mem_strdup(mem, action->vendor_order != NULL ? action->vendor_order : target_id),
        .certificate_id = mem_strdup(mem, action->vendor_certificate),
        .request_id = mem_strdup(mem, action->vendor_request),
        .since_s = action->sent_s != 0 ? action->sent_s : action->created_s,
        .names = copy_names(mem, r->identifiers),
        .csr = cert_pem(mem, "CERTIFICATE REQUEST", r->csr),
    };
    BUG_ON(action->key_hash.len != sizeof out->key_hash);
    memcpy(out->key_hash, action->key_hash.data, sizeof out->key_hash);
}

struct upstream_call *digicert_call_new(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg)
{
    struct digicert *dc = digicert_of(upstream);
    void *holder = mem_new(dc, char);
    struct upstream_call *call = mem_new(holder, struct upstream_call);

    call->holder = holder;
    call->dc = dc;
    call->urgency = VENDOR_ORDINARY;
    call->began_ms = clock_monotonic_ms();
    call->on_result = on_result;
    call->arg = arg;
    if (request != NULL)
        copy_action(call, &call->action, request);
    link_call(call);
    return call;
}

void digicert_call_end(struct upstream_call *call, const struct upstream_result *result)
{
    unlink_call(call);
    call->on_result(call->arg, result);
    mem_free(call->holder);
}

void digicert_call_end_not_found(struct upstream_call *call)
{
    digicert_call_end(
        call, &(struct upstream_result){
                  .result = ERR_NOT_FOUND, .detail = "DigiCert has nothing of it", .internal = ""});
}

void digicert_call_end_page(struct upstream_call *call, const struct upstream_page *page)
{
    struct upstream_page whole = *page;
    void *holder = call->holder;

    unlink_call(call);
    whole.mem = call;
    call->on_page(call->arg, &whole);
    mem_free(holder); /* with the call, unless somebody has taken it */
}

/* To whom a page or a result is due, with what an end without success has to say. */
static void end_without(struct upstream_call *call, enum err_code result, const char *problem,
    const char *detail, const char *internal, int64_t retry_after_s)
{
    if (call->on_page != NULL)
        digicert_call_end_page(call, &(struct upstream_page){.result = result,
                                         .detail = detail,
                                         .internal = internal,
                                         .retry_after_s = retry_after_s});
    else
        digicert_call_end(call, &(struct upstream_result){.result = result,
                                    .problem = problem,
                                    .detail = detail,
                                    .internal = internal,
                                    .retry_after_s = retry_after_s});
}

void digicert_call_fail(struct upstream_call *call, const struct digicert_answer *answer)
{
    enum err_code result = answer->result;

    /* A thing that is gone is what only find and fetch ask about, and they look for it. */
    if (result == ERR_NOT_FOUND && call->on_page == NULL)
        result = ERR_UPSTREAM_REFUSED;
    if (result == ERR_UPSTREAM_REFUSED && call->looks)
        result = ERR_UPSTREAM_TEMPORARY;
    end_without(
        call, result, answer->problem, answer->detail, answer->internal, answer->retry_after_s);
}

void digicert_call_unreadable(struct upstream_call *call, bool changes, const char *why)
{
    end_without(call, changes ? ERR_UPSTREAM_IN_DOUBT : ERR_UPSTREAM_TEMPORARY, NULL,
        "DigiCert gave an answer that could not be read", why, 0);
}

static void on_refused(void *arg)
{
    struct upstream_call *call = arg;

    call->round = NULL;
    end_without(call, ERR_UPSTREAM_REFUSED, call->refusal_problem, call->refusal_detail, "", 0);
}

void digicert_call_refuse(struct upstream_call *call, const char *problem, const char *detail)
{
    call->refusal_problem = mem_strdup(call, problem);
    call->refusal_detail = mem_strdup(call, detail);
    call->round = loop_after(call->dc->upstream.loop, 0, on_refused, call);
}

void digicert_call_cancel(struct upstream_call *call)
{
    loop_cancel(&call->round);
    vendor_call_cancel(&call->api);
    unlink_call(call);
    mem_free(call->holder);
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
static void explain(struct digicert_answer *out)
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

const char *digicert_excerpt(void *mem, const char *text)
{
    char *copy = mem_strndup(mem, text, strnlen(text, EXCERPT_MAX));

    for (char *at = copy; *at != '\0'; at++)
        if (!isprint((unsigned char)*at) || *at == '"')
            *at = ' ';
    return copy;
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
    struct upstream_call *call, const struct json *body, struct digicert_answer *out)
{
    struct json errors = vendor_json_member(body, "errors"), error = first_error(&errors);
    const char *code = vendor_json_text(&error, "code");
    const char *message = vendor_json_text(&error, "message");

    out->code = code == NULL ? "" : code;
    out->result = out->status == 404 ? ERR_NOT_FOUND : ERR_UPSTREAM_REFUSED;
    explain(out);
    out->internal = mem_printf(call, "HTTP status %d, %s: %s", out->status,
        code == NULL ? "no code" : digicert_excerpt(call, code),
        message == NULL ? "no message" : digicert_excerpt(call, message));
    if (out->status == 429)
        out->result = ERR_UPSTREAM_TEMPORARY;
    if (out->status >= 300 && out->status < 400) {
        out->result = ERR_UPSTREAM_TEMPORARY; /* the operator's URL leads elsewhere */
        out->internal =
            mem_printf(call, "HTTP status %d: a redirect, is `url` right?", out->status);
    }
}

/* An HTML page, half an answer: nothing may be concluded from what it lacks. */
static void refuse_garbage(struct upstream_call *call, struct digicert_answer *out)
{
    out->result = ERR_UPSTREAM_TEMPORARY;
    out->detail = "DigiCert gave an answer that could not be read";
    out->internal = mem_printf(
        call, "HTTP status %d, and %zu octets that are no JSON object", out->status, out->body.len);
}

static void on_answer(void *arg, const struct vendor_answer *answer)
{
    struct upstream_call *call = arg;
    struct digicert_answer out = {
        .result = answer->result,
        .status = answer->status,
        .code = "",
        .detail = answer->detail,
        .internal = answer->internal,
        .body = answer->body,
        .retry_after_s = answer->retry_after_s,
    };
    struct err unread = {0};

    call->api = NULL;
    if (answer->result == ERR_OK) {
        if (json_parse(call, answer->body, "the answer", &out.json, &unread) != ERR_OK)
            out.json = (struct json){0};
        if (answer->status >= 200 && answer->status <= 299)
            out.status = status_meant(answer->status, &out.json);
        if (out.status < 200 || out.status > 299)
            read_error(call, &out.json, &out);
        else if (call->wants_json && !json_holds_object(&out.json))
            refuse_garbage(call, &out);
    }
    call->then(call, &out);
}

/* API calls. */

/* With a timeout of the longest kind, what changes something has ended within the lease of its job
 * (store/job.h): else somebody would look for it, not find it, and send it again. */
static int64_t send_before_ms(const struct upstream_call *call, bool changes)
{
    if (call->urgency == VENDOR_BACKGROUND)
        return 0;
    return call->began_ms + (changes ? CHANGE_WITHIN_MS : LOOK_WITHIN_MS);
}

void digicert_send(struct upstream_call *call, const char *method, const char *path,
    const char *body, bool changes, digicert_then then)
{
    struct digicert *dc = call->dc;
    struct vendor_request request = {
        .method = method,
        .url = mem_printf(call, "%s%s", dc->options.url, path),
        .headers = dc->headers,
        .body = body,
        .changes = changes,
        .urgency = call->urgency,
        .send_before_ms = send_before_ms(call, changes),
    };

    call->wants_json = false;
    call->then = then;
    call->api = vendor_call_start(call, &dc->api, &request, on_answer, call);
}

void digicert_get(struct upstream_call *call, const char *path, digicert_then then)
{
    digicert_send(call, "GET", path, NULL, false, then);
    call->wants_json = true;
}

void digicert_get_text(struct upstream_call *call, const char *path, digicert_then then)
{
    digicert_send(call, "GET", path, NULL, false, then);
}

const char *digicert_escape(struct upstream_call *call, const char *text)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";
    struct buf out;

    buf_init(&out, call, 3 * strlen(text) + 1);
    for (; *text != '\0'; text++) {
        if (strchr(plain, *text) != NULL)
            buf_add_char(&out, *text);
        else
            buf_addf(&out, "%%%02X", (unsigned)(unsigned char)*text);
    }
    return buf_text(&out);
}
