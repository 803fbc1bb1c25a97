/* vendor_call - see vendor_call.h. */
#include "policy/upstream/vendor_call.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/mem.h"

#define CONNECT_TIMEOUT_MS 15000

/* An ordinary call that has waited for so long is urgent. */
#define PATIENCE_MS 30000
/* The longest wait for a place where nothing bounds it. */
#define WAIT_MAX_MS INT64_C(86400000)

struct vendor_call {
    const struct vendor_api *api;
    struct vendor_request request;
    const char **headers;
    struct loop_timer *wait; /* for its turn */
    int64_t began_ms;
    bool has_place;         /* reserved: then only a pause is waited for */
    struct http_call *http; /* once that came */
    vendor_on_answer on_answer;
    void *arg;
};

static bool is_temporary(int status)
{
    return status == 408 || status == 429 || status >= 500;
}

/* An answer that leaves open what was done. */
static enum err_code unsure(const struct vendor_call *call)
{
    return call->request.changes ? ERR_UPSTREAM_IN_DOUBT : ERR_UPSTREAM_TEMPORARY;
}

static void answer_without(
    struct vendor_call *call, const struct http_reply *reply, struct vendor_answer *answer)
{
    answer->detail = mem_printf(call, "%s could not be reached: %s", call->api->vendor, reply->why);
    answer->internal = mem_printf(call, "%s %s: %s (%s)", call->request.method, call->request.url,
        reply->why, reply->internal);
    if (reply->result == ERR_CANCELLED)
        answer->result = ERR_CANCELLED;
    else
        answer->result = reply->sent ? unsure(call) : ERR_UPSTREAM_TEMPORARY;
}

static void answer_temporary(
    struct vendor_call *call, const struct http_reply *reply, struct vendor_answer *answer)
{
    answer->retry_after_s = reply->retry_after_s;
    if (reply->status == 429) {
        int64_t pause_ms = vendor_limit_refused(
            call->api->limit, clock_monotonic_ms(), reply->retry_after_s * 1000);

        answer->result = ERR_UPSTREAM_TEMPORARY;
        answer->retry_after_s = (pause_ms + 999) / 1000;
        answer->detail = mem_printf(call, "%s refuses more requests now", call->api->vendor);
    } else {
        answer->result = unsure(call);
        answer->detail = mem_printf(call, "%s has trouble of its own now", call->api->vendor);
    }
    answer->internal = mem_printf(
        call, "%s %s: HTTP status %d", call->request.method, call->request.url, reply->status);
}

static void classify(
    struct vendor_call *call, const struct http_reply *reply, struct vendor_answer *answer)
{
    if (reply->result != ERR_OK) {
        answer_without(call, reply, answer);
        return;
    }
    if (is_temporary(reply->status)) {
        answer_temporary(call, reply, answer);
        return;
    }
    vendor_limit_answered(call->api->limit, clock_monotonic_ms());
    answer->status = reply->status;
    answer->body = reply->body;
    if (reply->cut) {
        answer->result = unsure(call);
        answer->detail = mem_printf(call, "%s gave an answer that is too long", call->api->vendor);
        answer->internal = mem_printf(call, "%s %s: HTTP status %d, the body is longer than %zu",
            call->request.method, call->request.url, reply->status, VENDOR_ANSWER_MAX);
    }
}

static void on_reply(void *arg, const struct http_reply *reply)
{
    struct vendor_call *call = arg;
    struct vendor_answer answer = {.result = ERR_OK, .detail = "", .internal = ""};

    call->http = NULL;
    mem_move(NULL, call); /* the callback may free what it was on */
    classify(call, reply, &answer);
    call->on_answer(call->arg, &answer);
    mem_free(call);
}

static size_t count(const char *const *headers)
{
    size_t len = 0;

    while (headers[len] != NULL)
        len++;
    return len;
}

/* Those that were given, and those that only now can be made. */
static const char *const *headers_now(struct vendor_call *call)
{
    const char *const *more;
    const char **all;
    size_t len = count(call->headers), more_len;

    if (call->request.sign == NULL)
        return call->headers;
    more = call->request.sign(call, call->request.key, &call->request, clock_now_s());
    more_len = count(more);
    all = mem_new_array(call, const char *, len + more_len + 1);
    for (size_t i = 0; i < len + more_len; i++)
        all[i] = i < len ? call->headers[i] : more[i - len];
    return all;
}

static void send_now(struct vendor_call *call)
{
    struct http_call_options options = {
        .method = call->request.method,
        .url = call->request.url,
        .headers = headers_now(call),
        .body = bytes_of(call->request.body),
        .reply_max = VENDOR_ANSWER_MAX,
        .timeout_ms = call->api->timeout_ms,
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .verify_tls = true,
        .ca_file = call->api->ca_file,
    };

    http_client_start(call->api->http, &options, on_reply, call, &call->http);
}

static int64_t longest_wait_ms(const struct vendor_call *call, int64_t now_ms)
{
    return call->request.send_before_ms == 0 ? WAIT_MAX_MS : call->request.send_before_ms - now_ms;
}

static bool is_urgent(const struct vendor_call *call, int64_t now_ms)
{
    return call->request.urgency == VENDOR_URGENT ||
           (call->request.urgency == VENDOR_ORDINARY && now_ms - call->began_ms >= PATIENCE_MS);
}

/* How long it still waits, at least; 0: it may be sent. */
static int64_t turn_ms(struct vendor_call *call, int64_t now_ms)
{
    struct vendor_limit *limit = call->api->limit;
    int64_t wait_ms = 0, pause_ms;

    if (!call->has_place && !is_urgent(call, now_ms))
        return vendor_limit_try(limit, now_ms, call->request.urgency);
    if (!call->has_place) {
        wait_ms = vendor_limit_reserve(limit, now_ms, longest_wait_ms(call, now_ms));
        call->has_place = wait_ms <= longest_wait_ms(call, now_ms);
    }
    pause_ms = vendor_limit_pause_ms(limit, now_ms);
    return pause_ms > wait_ms ? pause_ms : wait_ms;
}

/* It would be too late. */
static void give_up(struct vendor_call *call, int64_t wait_ms)
{
    struct vendor_answer answer = {
        .result = ERR_UPSTREAM_TEMPORARY, .retry_after_s = (wait_ms + 999) / 1000};

    mem_move(NULL, call); /* the callback may free what it was on */
    answer.detail = mem_printf(call, "more is asked of %s now than it allows", call->api->vendor);
    answer.internal = mem_printf(call, "%s %s: not sent, its turn comes in %" PRId64 " ms",
        call->request.method, call->request.url, wait_ms);
    call->on_answer(call->arg, &answer);
    mem_free(call);
}

static void on_turn(void *arg)
{
    struct vendor_call *call = arg;
    int64_t now_ms = clock_monotonic_ms(), wait_ms = turn_ms(call, now_ms);

    call->wait = NULL;
    if (wait_ms > longest_wait_ms(call, now_ms) || longest_wait_ms(call, now_ms) < 0)
        give_up(call, wait_ms);
    else if (wait_ms > 0)
        call->wait = loop_after(call->api->loop, wait_ms, on_turn, call);
    else
        send_now(call);
}

static const char **copy_headers(void *mem, const char *const *headers)
{
    size_t len = count(headers);
    const char **copy = mem_new_array(mem, const char *, len + 1);

    for (size_t i = 0; i < len; i++)
        copy[i] = mem_strdup(copy, headers[i]);
    return copy;
}

struct vendor_call *vendor_call_start(void *mem, const struct vendor_api *api,
    const struct vendor_request *request, vendor_on_answer on_answer, void *arg)
{
    struct vendor_call *call = mem_new(mem, struct vendor_call);

    call->api = api;
    call->request = *request;
    call->request.method = mem_strdup(call, request->method);
    call->request.url = mem_strdup(call, request->url);
    call->request.body = mem_strdup(call, request->body);
    call->headers = copy_headers(call, request->headers);
    call->request.headers = call->headers;
    call->on_answer = on_answer;
    call->arg = arg;
    call->began_ms = clock_monotonic_ms();
    call->wait = loop_after(api->loop, 0, on_turn, call);
    return call;
}

void vendor_call_cancel(struct vendor_call **call)
{
    if (*call == NULL)
        return;
    loop_cancel(&(*call)->wait);
    http_call_cancel(&(*call)->http);
    mem_free(*call);
    *call = NULL;
}
