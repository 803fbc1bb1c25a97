/* vendor_verb - see vendor_verb.h. */
#include "policy/upstream/vendor_verb.h"

#include <ctype.h>
#include <string.h>

#include "base/cert.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"

#define EXCERPT_MAX   160
#define REFERENCE_LEN 16
#define HOUR_S        INT64_C(3600)

/* From the beginning of a verb. With a timeout of the longest kind, what changes something has
 * ended within the lease of its job (store/job.h): else somebody would look for it, not find it,
 * and send it again. */
#define CHANGE_WITHIN_MS 45000
#define LOOK_WITHIN_MS   150000

/* Beginning. */

static void link_call(struct upstream_call *call)
{
    call->next = call->vendor->calls;
    call->link = &call->vendor->calls;
    if (call->next != NULL)
        call->next->link = &call->next;
    call->vendor->calls = call;
}

static void unlink_call(struct upstream_call *call)
{
    *call->link = call->next;
    if (call->next != NULL)
        call->next->link = call->link;
}

static struct identifiers copy_names(void *mem, const struct identifiers *names)
{
    struct identifiers copy = {mem_new_array(mem, struct identifier, names->len + 1), names->len};

    for (size_t i = 0; i < names->len; i++)
        copy.list[i] =
            (struct identifier){names->list[i].type, mem_strdup(mem, names->list[i].value)};
    return copy;
}

static const char *reference_text(void *mem, struct bytes reference)
{
    char digits[2 * 32 + 1];

    if (reference.len == 0 || reference.len > 32)
        return NULL;
    hex_encode(reference.data, reference.len, digits);
    return mem_printf(mem, "%s%s", VENDOR_REFERENCE_PREFIX, digits);
}

static struct recipient copy_recipient(void *mem, const struct recipient *r)
{
    if (r == NULL)
        return (struct recipient){"", "", ""};
    return (struct recipient){mem_strdup(mem, r->given_name), mem_strdup(mem, r->surname),
        mem_strdup(mem, r->organization)};
}

static void copy_action(void *mem, struct vendor_subject *out, const struct upstream_request *r)
{
    const struct action *action = r->action;

    *out = (struct vendor_subject){
        .act = action->act,
        .reference = reference_text(mem, action->reference),
        .target = mem_strdup(mem, action->target),
        .product = mem_strdup(mem, action->product),
        .common_name = mem_strdup(mem, action->common_name),
        .order_id = mem_strdup(mem, action->vendor_order),
        .certificate_id = mem_strdup(mem, action->vendor_certificate),
        .request_id = mem_strdup(mem, action->vendor_request),
        .since_s = action->sent_s != 0 ? action->sent_s : action->created_s,
        .names = copy_names(mem, r->identifiers),
        .csr_der = bytes_copy(mem, r->csr),
        .csr = cert_pem(mem, "CERTIFICATE REQUEST", r->csr),
        .recipient = copy_recipient(mem, r->recipient),
        .may_revoke = r->may_revoke,
    };
    BUG_ON(action->key_hash.len != sizeof out->key_hash);
    memcpy(out->key_hash, action->key_hash.data, sizeof out->key_hash);
}

struct upstream_call *vendor_verb_begin(struct vendor *vendor,
    const struct upstream_request *request, upstream_on_result on_result, void *arg)
{
    void *holder = mem_new(vendor, char);
    struct upstream_call *call = mem_new(holder, struct upstream_call);

    call->holder = holder;
    call->vendor = vendor;
    call->urgency = VENDOR_ORDINARY;
    call->began_ms = clock_monotonic_ms();
    call->on_result = on_result;
    call->arg = arg;
    if (request != NULL)
        copy_action(call, &call->action, request);
    link_call(call);
    return call;
}

struct upstream_call *vendor_verb_begin_page(
    struct vendor *vendor, enum vendor_urgency urgency, upstream_on_page on_page, void *arg)
{
    struct upstream_call *call = vendor_verb_begin(vendor, NULL, NULL, arg);

    call->on_page = on_page;
    call->urgency = urgency;
    return call;
}

void vendor_verb_new_reference(uint8_t out[32], size_t *len)
{
    rand_bytes(out, REFERENCE_LEN);
    *len = REFERENCE_LEN;
}

/* End. */

void vendor_verb_end(struct upstream_call *call, const struct upstream_result *result)
{
    unlink_call(call);
    call->on_result(call->arg, result);
    mem_free(call->holder);
}

void vendor_verb_end_not_found(struct upstream_call *call)
{
    vendor_verb_end(
        call, &(struct upstream_result){.result = ERR_NOT_FOUND,
                  .detail = mem_printf(call, "%s has nothing of it", call->vendor->api.vendor),
                  .internal = ""});
}

void vendor_verb_end_page(struct upstream_call *call, const struct upstream_page *page)
{
    struct upstream_page whole = *page;
    void *holder = call->holder;

    unlink_call(call);
    whole.mem = call;
    call->on_page(call->arg, &whole);
    mem_free(holder); /* with the call, unless somebody has taken it */
}

/* To whom a page or a result is due, with what an end without success has to say. */
static void end_without(struct upstream_call *call, const struct upstream_result *result)
{
    if (call->on_page != NULL)
        vendor_verb_end_page(call, &(struct upstream_page){.result = result->result,
                                       .detail = result->detail,
                                       .internal = result->internal,
                                       .retry_after_s = result->retry_after_s});
    else
        vendor_verb_end(call, result);
}

void vendor_verb_fail(struct upstream_call *call, const struct vendor_reply *reply)
{
    enum err_code result = reply->result;

    /* A thing that is gone is what only find and fetch ask about, and they look for it. */
    if (result == ERR_NOT_FOUND && call->on_page == NULL)
        result = ERR_UPSTREAM_REFUSED;
    if (result == ERR_UPSTREAM_REFUSED && call->looks)
        result = ERR_UPSTREAM_TEMPORARY;
    end_without(call, &(struct upstream_result){.result = result,
                          .problem = reply->problem,
                          .detail = reply->detail,
                          .internal = reply->internal,
                          .retry_after_s = reply->retry_after_s});
}

void vendor_verb_unreadable(struct upstream_call *call, bool changes, const char *why)
{
    end_without(call, &(struct upstream_result){
                          .result = changes ? ERR_UPSTREAM_IN_DOUBT : ERR_UPSTREAM_TEMPORARY,
                          .detail = mem_printf(call, "%s gave an answer that could not be read",
                              call->vendor->api.vendor),
                          .internal = mem_strdup(call, why)});
}

static void on_round(void *arg)
{
    struct upstream_call *call = arg;

    call->round = NULL;
    end_without(call, &call->early);
}

void vendor_verb_end_early(struct upstream_call *call, const struct upstream_result *result)
{
    call->early = *result;
    call->early.problem = mem_strdup(call, result->problem);
    call->early.detail = mem_strdup(call, result->detail);
    call->early.internal = mem_strdup(call, result->internal);
    call->early.order_id = mem_strdup(call, result->order_id);
    call->early.waits_for = mem_strdup(call, result->waits_for);
    call->round = loop_after(call->vendor->upstream.loop, 0, on_round, call);
}

void vendor_verb_refuse(struct upstream_call *call, const char *problem, const char *detail)
{
    vendor_verb_end_early(call,
        &(struct upstream_result){
            .result = ERR_UPSTREAM_REFUSED, .problem = problem, .detail = detail, .internal = ""});
}

void vendor_verb_cancel(struct upstream_call *call)
{
    loop_cancel(&call->round);
    vendor_call_cancel(&call->api);
    unlink_call(call);
    mem_free(call->holder);
}

void vendor_verb_cancel_all(struct vendor *vendor)
{
    while (vendor->calls != NULL) {
        struct upstream_call *call = vendor->calls;

        loop_cancel(&call->round);
        vendor_call_cancel(&call->api);
        end_without(call,
            &(struct upstream_result){
                .result = ERR_CANCELLED, .detail = "the server is shutting down", .internal = ""});
    }
}

int64_t vendor_verb_patience_s(const struct upstream_call *call)
{
    int64_t age_s = clock_now_s() - call->action.since_s;

    if (age_s < HOUR_S / 6)
        return call->vendor->upstream.poll_s;
    return age_s < 24 * HOUR_S ? HOUR_S / 12 : HOUR_S / 2;
}

/* API calls. */

/* An HTML page, half an answer: nothing may be concluded from what it lacks. */
static void refuse_garbage(struct upstream_call *call, struct vendor_reply *out)
{
    out->result = call->changes ? ERR_UPSTREAM_IN_DOUBT : ERR_UPSTREAM_TEMPORARY;
    out->detail =
        mem_printf(call, "%s gave an answer that could not be read", call->vendor->api.vendor);
    out->internal = mem_printf(
        call, "HTTP status %d, and %zu octets that are no JSON object", out->status, out->body.len);
}

static void on_answer(void *arg, const struct vendor_answer *answer)
{
    struct upstream_call *call = arg;
    struct vendor_reply out = {
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
        call->vendor->judge(call, &out);
        if (out.result == ERR_OK && !call->takes_any && !json_holds_object(&out.json))
            refuse_garbage(call, &out);
    }
    call->then(call, &out);
}

static int64_t send_before_ms(const struct upstream_call *call, bool changes)
{
    if (call->urgency == VENDOR_BACKGROUND)
        return 0;
    return call->began_ms + (changes ? CHANGE_WITHIN_MS : LOOK_WITHIN_MS);
}

void vendor_verb_ask(struct upstream_call *call, const char *method, const char *url,
    const char *const *headers, const char *body, bool changes, vendor_then then)
{
    struct vendor_request request = {
        .method = method,
        .url = url,
        .headers = headers,
        .body = body,
        .sign = call->vendor->sign,
        .key = call->vendor->key,
        .changes = changes,
        .urgency = call->urgency,
        .send_before_ms = send_before_ms(call, changes),
    };

    call->then = then;
    call->changes = changes;
    call->takes_any = false;
    call->api = vendor_call_start(call, &call->vendor->api, &request, on_answer, call);
}

/* Texts. */

const char *vendor_escape(void *mem, const char *text)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";
    struct buf out;

    buf_init(&out, mem, 3 * strlen(text) + 1);
    for (; *text != '\0'; text++) {
        if (strchr(plain, *text) != NULL)
            buf_add_char(&out, *text);
        else
            buf_addf(&out, "%%%02X", (unsigned)(unsigned char)*text);
    }
    return buf_text(&out);
}

const char *vendor_excerpt(void *mem, const char *text)
{
    char *copy = mem_strndup(mem, text, strnlen(text, EXCERPT_MAX));

    for (char *at = copy; *at != '\0'; at++)
        if (!isprint((unsigned char)*at) || *at == '"')
            *at = ' ';
    return copy;
}
