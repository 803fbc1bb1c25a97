/* request - one request to the simulator: what it holds, and how it is answered. */
#include <stdarg.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "tests/vendorsim/control.h"
#include "tests/vendorsim/path.h"
#include "tests/vendorsim/sim_private.h"

#define PARAMS_MAX  64
#define HEADERS_MAX 4 /* of the vendor in an answer */
#define ANSWER_MAX  (32 * 1024 * 1024)

struct param {
    char *name, *value;
};

struct sim_request {
    struct sim *sim;
    struct http_request *http;
    bool is_control;
    int64_t came_ms;
    const char *operation; /* or NULL */
    struct fault fault;
    enum fault_kind outcome; /* what the record says */
    struct buf note;
    json_t *json; /* the body, once it was asked for */
    bool json_read;
    struct param params[PARAMS_MAX];
    size_t params_len;
    bool in_hand; /* a function of the vendor's or the control plane's is running on it */
    bool is_answered;
    int status;                                      /* of the answer */
    struct http_header headers[1 + HEADERS_MAX + 1]; /* Content-Type, if it has one; the vendor's */
    size_t headers_len;                              /* of the vendor's */
    struct bytes answer;
};

/* An answer that waits for its delay to pass. */
struct late {
    struct http_request *http;
    int status;
    struct http_header headers[1 + HEADERS_MAX + 1];
    struct bytes body;
};

struct sim *sim_of(const struct sim_request *request)
{
    return request->sim;
}

/* What it holds. */

const char *sim_method(const struct sim_request *request)
{
    return http_request_method_name(request->http);
}

const char *sim_path(const struct sim_request *request)
{
    return http_request_path(request->http);
}

const char *sim_query(const struct sim_request *request)
{
    const char *query = http_request_query(request->http);

    return query == NULL ? "" : query;
}

const char *sim_header(const struct sim_request *request, const char *name)
{
    return http_request_header(request->http, name);
}

struct bytes sim_body(const struct sim_request *request)
{
    return http_request_body(request->http);
}

bool sim_param_at(
    const struct sim_request *request, size_t index, const char **name, const char **value)
{
    if (index >= request->params_len)
        return false;
    *name = request->params[index].name;
    *value = request->params[index].value;
    return true;
}

const char *sim_param(const struct sim_request *request, const char *name)
{
    for (size_t i = 0; i < request->params_len; i++)
        if (strcmp(request->params[i].name, name) == 0)
            return request->params[i].value;
    return NULL;
}

json_t *sim_json(struct sim_request *request)
{
    struct bytes body = sim_body(request);

    if (!request->json_read && body.len > 0)
        request->json = json_loadb((const char *)body.data, body.len, JSON_REJECT_DUPLICATES, NULL);
    request->json_read = true;
    return request->json;
}

enum ca_spoil sim_spoil(const struct sim_request *request)
{
    switch (request->fault.kind) {
    case FAULT_WRONG_KEY:
        return CA_WRONG_KEY;
    case FAULT_MISSING_NAME:
        return CA_MISSING_NAME;
    case FAULT_BAD_CHAIN:
        return CA_BAD_CHAIN;
    case FAULT_NONE:
    case FAULT_DROP_BEFORE:
    case FAULT_DROP_AFTER:
    case FAULT_DELAY:
    case FAULT_STATUS:
    case FAULT_TRUNCATE:
    case FAULT_HTML_502:
    case FAULT_RATE_LIMIT:
        break;
    }
    return CA_RIGHT;
}

void sim_note(struct sim_request *request, const char *format, ...)
{
    va_list args;
    char words[512];

    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    if (request->note.len > 0)
        buf_add_text(&request->note, "; ");
    buf_add_text(&request->note, words);
}

/* Taking it in. */

static void read_params(struct sim_request *request)
{
    const char *at = sim_query(request);
    size_t len, name_len;
    struct param *param;

    while (*at != '\0' && request->params_len < PARAMS_MAX) {
        len = strcspn(at, "&");
        name_len = strcspn(at, "=&");
        param = &request->params[request->params_len++];
        param->name = path_decode(request, at, name_len, true);
        param->value = name_len < len
                           ? path_decode(request, at + name_len + 1, len - name_len - 1, true)
                           : mem_strdup(request, "");
        at += len;
        if (*at == '&')
            at++;
    }
}

static int request_free(void *ptr)
{
    struct sim_request *request = ptr;

    json_decref(request->json);
    return 0;
}

static struct sim_request *request_new(struct sim *sim, struct http_request *http, bool is_control)
{
    struct sim_request *request = mem_new(sim, struct sim_request);

    request->sim = sim;
    request->http = http;
    request->is_control = is_control;
    request->came_ms = clock_now_ms();
    buf_init(&request->note, request, 4096);
    mem_on_free(request, request_free);
    read_params(request);
    return request;
}

/* Answering. */

static void record(const struct sim_request *request, int status)
{
    struct call call = {.real_ms = request->came_ms,
        .virtual_s = sim_now_s(request->sim),
        .operation = request->operation,
        .method = sim_method(request),
        .path = sim_path(request),
        .query = sim_query(request),
        .body = sim_body(request),
        .status = status,
        .outcome = fault_kind_name(request->outcome),
        .note = request->note.len == 0 ? "" : request->note.data};

    if (request->is_control)
        return;
    calls_add(request->sim->calls, &call);
    log_debug("call", LOG_STR("operation", call.operation == NULL ? "" : call.operation),
        LOG_STR("method", call.method), LOG_STR("path", call.path), LOG_INT("status", status),
        LOG_STR("outcome", call.outcome), LOG_STR("note", call.note));
}

/* The answer's headers: a body has a type, and where there is none, the first has no value. */
static const struct http_header *headers_of(const struct http_header *headers)
{
    return headers[0].value == NULL ? headers + 1 : headers;
}

static void reply_text(struct http_request *http, int status, const char *type, const char *text)
{
    struct http_header headers[] = {{"Content-Type", type}, {NULL, NULL}};

    http_reply(http, status, headers, bytes_of(text));
}

static void reply_late(void *arg)
{
    struct late *late = arg;

    http_reply(late->http, late->status, headers_of(late->headers), late->body);
    mem_free(late);
}

static void delay(struct sim_request *request)
{
    struct late *late = mem_new(request->sim, struct late);

    late->http = request->http;
    late->status = request->status;
    for (size_t i = 0; i < 1 + request->headers_len; i++)
        late->headers[i] = (struct http_header){mem_strdup(late, request->headers[i].name),
            mem_strdup(late, request->headers[i].value)};
    late->body = bytes_copy(late, request->answer);
    loop_after(request->sim->loop, request->fault.ms, reply_late, late);
}

static const char html[] = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n"
                           "<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
                           "</body>\r\n</html>\r\n";

/* Sends an answer, or what the fault makes of it. */
static void send(struct sim_request *request)
{
    const struct http_header *headers = headers_of(request->headers);
    struct http_request *http = request->http;
    struct bytes body = request->answer;

    switch (request->fault.kind) {
    case FAULT_NONE:
    case FAULT_RATE_LIMIT:
    case FAULT_WRONG_KEY:
    case FAULT_MISSING_NAME:
    case FAULT_BAD_CHAIN:
        http_reply(http, request->status, headers, body);
        break;
    case FAULT_DROP_BEFORE:
    case FAULT_DROP_AFTER:
        http_reply_cut(http, 0, NULL, body, 0);
        break;
    case FAULT_DELAY:
        delay(request);
        break;
    case FAULT_STATUS:
        reply_text(http, request->fault.code, "text/plain", "a simulated fault\n");
        break;
    case FAULT_TRUNCATE:
        http_reply_cut(http, request->status, headers, body, body.len / 2);
        break;
    case FAULT_HTML_502:
        reply_text(http, 502, "text/html", html);
        break;
    }
}

/* The answer leaves, and the request is gone. */
static void finish(struct sim_request *request)
{
    int shown = request->status;

    sim_commit(request->sim);
    if (request->fault.kind == FAULT_DROP_BEFORE || request->fault.kind == FAULT_DROP_AFTER)
        shown = 0;
    else if (request->fault.kind == FAULT_STATUS)
        shown = request->fault.code;
    else if (request->fault.kind == FAULT_HTML_502)
        shown = 502;
    record(request, shown);
    send(request);
    mem_free(request);
}

void sim_answer_header(struct sim_request *request, const char *name, const char *value)
{
    BUG_ON(request->headers_len == HEADERS_MAX || request->is_answered);
    request->headers[1 + request->headers_len++] =
        (struct http_header){mem_strdup(request, name), mem_strdup(request, value)};
}

void sim_answer_bytes(
    struct sim_request *request, int status, const char *content_type, struct bytes body)
{
    BUG_ON(request->is_answered);
    request->is_answered = true;
    request->status = status;
    request->headers[0] = (struct http_header){"Content-Type", mem_strdup(request, content_type)};
    request->answer = bytes_copy(request, body);
    if (!request->in_hand)
        finish(request);
}

void sim_answer(struct sim_request *request, int status, json_t *body)
{
    char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY);

    if (text != NULL && strlen(text) > ANSWER_MAX) {
        free(text);
        text = strdup("{\"error\":\"the answer is too long: ask for less\"}");
        status = 500;
    }
    sim_answer_bytes(request, status, body == NULL ? NULL : "application/json", bytes_of(text));
    free(text);
    json_decref(body);
}

void sim_complain(struct sim_request *request, const char *why)
{
    sim_answer(request, 400, json_pack("{s:s}", "error", why));
}

void sim_done(struct sim_request *request)
{
    sim_answer(request, 204, NULL);
}

/* Arriving. */

static bool has_rate_left(struct sim *sim, struct sim_request *request)
{
    const char *caller = sim->kind->caller == NULL ? NULL : sim->kind->caller(sim->vendor, request);

    return caller == NULL || rate_take(sim->rate, caller, clock_monotonic_ms());
}

/* Hands the request out. What it holds must be there until the function returns, answered or not.
 */
static void hand_to(
    void (*handle)(void *arg, struct sim_request *request), void *arg, struct sim_request *request)
{
    request->in_hand = true;
    handle(arg, request);
    request->in_hand = false;
    if (request->is_answered)
        finish(request);
}

static void limit(struct sim *sim, struct sim_request *request)
{
    request->outcome = FAULT_RATE_LIMIT;
    hand_to(sim->kind->limited, sim->vendor, request);
}

void sim_take_call(void *arg, struct http_request *http)
{
    struct sim *sim = arg;
    struct sim_request *request = request_new(sim, http, false);

    if (sim->kind->operation != NULL)
        request->operation = sim->kind->operation(sim->vendor, request);
    if (!has_rate_left(sim, request)) {
        limit(sim, request);
        return;
    }
    request->fault =
        faults_take(sim->faults, sim_method(request), sim_path(request), request->operation);
    request->outcome = request->fault.kind;
    if (request->fault.kind == FAULT_RATE_LIMIT)
        limit(sim, request);
    else if (request->fault.kind == FAULT_DROP_BEFORE ||
             ((request->fault.kind == FAULT_STATUS || request->fault.kind == FAULT_HTML_502) &&
                 !request->fault.done))
        sim_answer_bytes(request, 0, NULL, bytes_of(NULL));
    else
        hand_to(sim->kind->handle, sim->vendor, request);
}

static void handle_control(void *sim, struct sim_request *request)
{
    control_handle(sim, request);
}

void sim_take_control(void *arg, struct http_request *http)
{
    struct sim *sim = arg;

    hand_to(handle_control, sim, request_new(sim, http, true));
}
