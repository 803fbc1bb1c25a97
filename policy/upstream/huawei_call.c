/* huawei_call - see huawei_call.h. Codes as in the API's pages "SCM Error Codes" and, of the
 * gateway before it, "Error Codes" of the signing guide. The gateway's prefix is APIGW or APIG: its
 * digits alone count. Texts may be Chinese: nothing is decided by them. */
#include "policy/upstream/huawei_call.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "policy/upstream/huawei_sign.h"
#include "policy/upstream/vendor_json.h"

#define HEADERS_MAX 5

struct huawei *huawei_of(struct upstream *upstream)
{
    BUG_ON(upstream->ops != &huawei_ops);
    return (struct huawei *)upstream;
}

const struct huawei_options *huawei_options_of(const struct upstream_call *call)
{
    return &((const struct huawei *)call->vendor)->options;
}

bool huawei_has_v2(const struct upstream_call *call)
{
    return huawei_options_of(call)->project_id[0] != '\0';
}

/* Signatures. */

/* The account is named by its id if that is known, else by the project. */
static size_t add_account(const struct huawei_options *options, struct huawei_header *header)
{
    if (options->account_id[0] != '\0')
        *header = (struct huawei_header){"x-domain-id", options->account_id};
    else if (options->project_id[0] != '\0')
        *header = (struct huawei_header){"x-project-id", options->project_id};
    else
        return 0;
    return 1;
}

static const char *const *sign(
    void *mem, const void *key, const struct vendor_request *request, int64_t now_s)
{
    const struct huawei_options *options = key;
    struct huawei_header headers[HEADERS_MAX];
    struct huawei_request wanted = {
        .method = request->method, .url = request->url, .body = bytes_of(request->body)};
    const char **out = mem_new_array(mem, const char *, HEADERS_MAX + 2);
    char *date = mem_alloc(mem, HUAWEI_DATE_SIZE, "date");
    size_t len = 0;

    huawei_date(now_s, date);
    headers[len++] = (struct huawei_header){"content-type", "application/json"};
    headers[len++] = (struct huawei_header){"host", huawei_host(mem, request->url)};
    len += add_account(options, &headers[len]);
    headers[len++] = (struct huawei_header){"x-sdk-date", date};
    wanted.headers = headers;
    wanted.headers_len = len;
    wanted.date = date;
    for (size_t i = 0; i < len; i++)
        out[i] = mem_printf(mem, "%s: %s", headers[i].name, headers[i].value);
    out[len] = mem_printf(mem, "Authorization: %s",
        huawei_authorization(mem, options->access_key, options->secret_key, &wanted));
    return out;
}

/* Errors. */

#define OPERATOR "; the operator must look"

/* What a code means. What has no problem is for the operator: the account, its money, our
 * configuration. */
static const struct {
    const char *code;
    enum err_code result;
    const char *problem, *detail;
} meanings[] = {
    {"SCM.0002", ERR_UPSTREAM_REFUSED, NULL,
        "project_id is not a project of our account at Huawei Cloud" OPERATOR},
    {"SCM.0003", ERR_UPSTREAM_REFUSED, NULL,
        "the certificate is another account's at Huawei Cloud" OPERATOR},
    {"SCM.0005", ERR_UPSTREAM_REFUSED, NULL,
        "Huawei Cloud does not accept a field of the order: its CSR, a name, or the organization "
        "and contact that are configured" OPERATOR},
    {HUAWEI_WRONG_STATE, ERR_UPSTREAM_REFUSED, NULL,
        "the state or the type of the certificate at Huawei Cloud does not allow it"},
    {"SCM.0011", ERR_UPSTREAM_REFUSED, NULL,
        "our account at Huawei Cloud gets no more free certificates" OPERATOR},
    {"SCM.0015", ERR_UPSTREAM_REFUSED, "rejectedIdentifier",
        "number or kind of the names do not fit what is bought at Huawei Cloud"},
    {"SCM.0016", ERR_UPSTREAM_REFUSED, NULL,
        "Huawei Cloud did not take the purchase: look at the account's balance and orders"},
    {"SCM.0020", ERR_NOT_FOUND, NULL, "Huawei Cloud has no such certificate"},
    {"SCM.1009", ERR_UPSTREAM_REFUSED, NULL, "our account at Huawei Cloud is restricted" OPERATOR},
    {"SCM.1010", ERR_UPSTREAM_REFUSED, NULL, "our account at Huawei Cloud is frozen" OPERATOR},
    {"SCM.4002", ERR_UPSTREAM_REFUSED, NULL,
        "the user of our key at Huawei Cloud lacks the permission (IAM action) for this" OPERATOR},
    {"0301", ERR_UPSTREAM_REFUSED, NULL,
        "Huawei Cloud does not accept our signature: access_key, api_key_file or the "
        "clock" OPERATOR},
    {"0303", ERR_UPSTREAM_REFUSED, NULL,
        "Huawei Cloud does not accept our signature: is the clock right?" OPERATOR},
    {"0308", ERR_UPSTREAM_TEMPORARY, NULL, "Huawei Cloud refuses more requests now"},
};

/* The number that a code of the gateway ends with, or the code itself. */
static const char *key_of(const char *code)
{
    const char *dot = strchr(code, '.');

    return strncmp(code, "APIG", strlen("APIG")) == 0 && dot != NULL ? dot + 1 : code;
}

static bool means(const char *code, size_t row)
{
    return strcmp(key_of(code), meanings[row].code) == 0;
}

bool huawei_is_account_trouble(const struct vendor_reply *reply)
{
    return reply->status == 401 || reply->status == 403;
}

static void explain(struct vendor_reply *out)
{
    out->result = out->status == 404 ? ERR_NOT_FOUND : ERR_UPSTREAM_REFUSED;
    out->detail = "Huawei Cloud refused the request; the operator finds the reason in the log";
    if (huawei_is_account_trouble(out))
        out->detail = "our account at Huawei Cloud may not do this" OPERATOR;
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (means(out->code, i)) {
            out->result = meanings[i].result;
            out->problem = meanings[i].problem;
            out->detail = meanings[i].detail;
        }
    if (out->status < 300 || out->status >= 400)
        return;
    out->result = ERR_UPSTREAM_TEMPORARY; /* the operator's URL leads elsewhere */
    out->detail = "Huawei Cloud answered with a redirect; is `url` right?";
}

/* Where an error's code and text have been seen. */
static bool read_words(const struct json *at, const char **code, const char **message)
{
    static const struct {
        const char *code, *message;
    } rows[] = {{"error_code", "error_msg"}, {"errorCode", "errorMsg"}, {"code", "message"}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        *code = vendor_json_text(at, rows[i].code);
        *message = vendor_json_text(at, rows[i].message);
        if (*code != NULL)
            return true;
    }
    return false;
}

static void judge(struct upstream_call *call, struct vendor_reply *reply)
{
    struct json error = vendor_json_member(&reply->json, "error");
    const char *code, *message;
    bool says = read_words(&reply->json, &code, &message) || read_words(&error, &code, &message);

    if (reply->status >= 200 && reply->status <= 299 && !says)
        return;
    reply->code = says ? code : "";
    explain(reply);
    reply->internal = mem_printf(call, "HTTP status %d, %s: %s", reply->status,
        says ? vendor_excerpt(call, code) : "no code",
        message == NULL ? "no message" : vendor_excerpt(call, message));
}

/* Calls. */

static const char *const no_headers[] = {NULL};

static void ask(struct upstream_call *call, const char *method, const char *path, const char *body,
    bool changes, vendor_then then)
{
    vendor_verb_ask(call, method, mem_printf(call, "%s%s", huawei_options_of(call)->url, path),
        no_headers, body, changes, then);
}

void huawei_get(struct upstream_call *call, const char *path, vendor_then then)
{
    ask(call, "GET", path, NULL, false, then);
}

void huawei_post(
    struct upstream_call *call, const char *path, const char *body, bool changes, vendor_then then)
{
    ask(call, "POST", path, body == NULL ? "{}" : body, changes, then);
}

void huawei_put(struct upstream_call *call, const char *path, const char *body, vendor_then then)
{
    ask(call, "PUT", path, body, false, then);
}

void huawei_show(struct upstream_call *call, const char *id, vendor_then then)
{
    huawei_get(call, mem_printf(call, "/v3/scm/certificates/%s", vendor_escape(call, id)), then);
}

const char *huawei_v2(struct upstream_call *call, const char *id, const char *rest)
{
    return mem_printf(call, "/v2/%s/scm/cert/%s%s",
        vendor_escape(call, huawei_options_of(call)->project_id), vendor_escape(call, id), rest);
}

/* The connector. */

static void free_upstream(struct upstream *upstream)
{
    struct huawei *hw = huawei_of(upstream);

    vendor_verb_cancel_all(&hw->vendor);
    mem_free(hw);
}

const struct upstream_ops huawei_ops = {
    .type = "huawei",
    .takes_dates = false,
    .new_reference = vendor_verb_new_reference,
    .submit = huawei_submit,
    .poll = huawei_poll,
    .find = huawei_find,
    .revoke = huawei_revoke,
    .list = huawei_list,
    .fetch = huawei_fetch,
    .cancel = vendor_verb_cancel,
    .free = free_upstream,
};

struct vendor_limit *huawei_limit_new(void *mem, int percent)
{
    size_t count = 25 * (size_t)percent / 100;
    struct vendor_window window = {count > 0 ? count : 1, 5100};

    return vendor_limit_new(mem, &window, 1);
}

static void copy_options(struct huawei *hw, const struct huawei_options *options)
{
    struct huawei_options *own = &hw->options;
    const char **texts[] = {&own->name, &own->url, &own->access_key, &own->secret_key,
        &own->project_id, &own->account_id, &own->ca_file, &own->domain_method, &own->company.name,
        &own->company.unit, &own->company.country, &own->company.province, &own->company.city,
        &own->applicant.name, &own->applicant.phone, &own->applicant.email};

    *own = *options;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = mem_strdup(hw, *texts[i]);
}

struct upstream *huawei_new(void *mem, struct loop *loop, struct http_client *http,
    struct vendor_limit *limit, const struct huawei_options *options)
{
    struct huawei *hw = mem_new(mem, struct huawei);

    copy_options(hw, options);
    hw->vendor = (struct vendor){
        .upstream = {&huawei_ops, hw->options.name, loop, .poll_s = options->poll_s,
            .doubt_s = options->doubt_s},
        .api = {.vendor = "Huawei Cloud",
            .loop = loop,
            .http = http,
            .limit = limit,
            .ca_file = hw->options.ca_file[0] == '\0' ? NULL : hw->options.ca_file,
            .timeout_ms = options->timeout_ms},
        .sign = sign,
        .key = &hw->options,
        .judge = judge,
    };
    return &hw->vendor.upstream;
}
