/* exchange - see exchange.h. */
#include "server/exchange.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "acme/directory.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "server/forwarded.h"
#include "server/routes.h"

/* How long a reply may be held for its flow: validation and the embedded CA take milliseconds. */
#define HOLD_MS 1000

#define HEADERS_MAX 24

struct exchange {
    void *mem;
    struct exchanges *all;
    struct http_request *http;
    const struct route *route;
    struct acme_req req;
    struct acme_resp resp;
    struct err e;
    struct store_task task;
    int64_t began_ms;
    struct loop_timer *hold;
    struct exchange *next, **previous; /* in all->held */
};

static struct exchange *of_task(struct store_task *task)
{
    return (struct exchange *)(void *)((char *)task - offsetof(struct exchange, task));
}

/* The reply. */

static bool is_post(const struct exchange *x)
{
    return http_request_method(x->http) == HTTP_POST;
}

/* What follows in the address of such a page gives a right to whoever knows it. */
static const char *logged_path(const struct exchange *x)
{
    const char *path = http_request_path(x->http);

    return strncmp(path, "/terms/", 7) == 0 ? "/terms/..." : path;
}

static void log_request(const struct exchange *x, int status)
{
    char peer[ADDRESS_TEXT_SIZE];

    if (!log_enabled(LOG_INFO))
        return;
    address_format(&x->req.client, peer);
    log_write(LOG_INFO, "request",
        (const struct log_field[]){LOG_STR("method", http_request_method_name(x->http)),
            LOG_STR("path", logged_path(x)), LOG_INT("status", status),
            LOG_INT("ms", clock_monotonic_ms() - x->began_ms),
            LOG_INT("account", x->req.account_id), LOG_STR("peer", peer),
            LOG_STR("problem", x->e.code != ERR_OK ? problem_type(problem_of(&x->e)) : NULL),
            LOG_STR("limit", x->req.limit),
            LOG_STR("detail", x->e.code != ERR_OK ? x->e.detail : NULL), {NULL, NULL, 0}});
}

/* Turns an error into the response that a client gets; the log gets the rest. */
static void fill_problem(struct exchange *x)
{
    enum problem problem = problem_of(&x->e);

    if (x->e.internal[0] != '\0' || problem == PROBLEM_SERVER_INTERNAL)
        log_error("request_failed", LOG_STR("path", logged_path(x)), LOG_STR("detail", x->e.detail),
            LOG_STR("internal", x->e.internal));
    x->resp.status = problem_status(problem);
    x->resp.type = "application/problem+json";
    x->resp.body = bytes_of(problem_json_at(
        x->mem, &x->e, x->resp.subproblems, x->resp.subproblems_len, x->resp.instance));
    x->resp.retry_after_s = problem_retry_after_s(&x->e);
    if (problem != PROBLEM_KEY_IN_USE)
        x->resp.location = NULL;
    if (problem != PROBLEM_USER_ACTION_REQUIRED)
        memset(x->resp.links, 0, sizeof x->resp.links);
}

struct headers {
    struct http_header list[HEADERS_MAX];
    size_t len;
};

static void add(struct headers *h, const char *name, const char *value)
{
    BUG_ON(h->len + 1 >= HEADERS_MAX);
    if (value != NULL)
        h->list[h->len++] = (struct http_header){name, value};
}

static bool is_directory(const struct exchange *x)
{
    return x->route != NULL && x->route->handler == directory_get;
}

/* Everything but a directory points to one (RFC 8555, 7.1); answers to POSTs and newNonce carry a
 * nonce (6.5). */
static void add_acme_headers(struct exchange *x, struct headers *h, char nonce[SEAL_TEXT_SIZE])
{
    const char *path = http_request_path(x->http);

    if (strncmp(path, "/acme/", 6) != 0)
        return;
    if (is_post(x) || strcmp(path, "/acme/new-nonce") == 0) {
        nonce_issue(x->all->acme->nonces, nonce);
        add(h, "Replay-Nonce", nonce);
        add(h, "Cache-Control", "no-store");
    } else {
        add(h, "Cache-Control", "public, max-age=0, no-cache");
    }
    if (!is_directory(x))
        add(h, "Link",
            mem_printf(x->mem, "<%s/acme/directory>;rel=\"index\"", x->req.settings->external_url));
}

/* Scripts of web pages may use the server (RFC 8555, 6.1), and see the headers that ACME needs.
 * Sent only to those: who asks from a page names its origin. */
static void add_cors_headers(struct exchange *x, struct headers *h)
{
    if (http_request_header(x->http, "Origin") == NULL)
        return;
    add(h, "Access-Control-Allow-Origin", "*");
    add(h, "Access-Control-Expose-Headers", "Link, Replay-Nonce, Location, Retry-After");
    if (http_request_method(x->http) == HTTP_OPTIONS) {
        add(h, "Access-Control-Allow-Methods", x->resp.allow);
        add(h, "Access-Control-Allow-Headers", "Content-Type");
        add(h, "Access-Control-Max-Age", "86400");
    }
}

static void reply(struct exchange *x)
{
    struct acme_resp *resp = &x->resp;
    struct headers h = {.len = 0};
    char nonce[SEAL_TEXT_SIZE], retry_after[24];
    int status;

    loop_cancel(&x->hold);
    if (x->e.code != ERR_OK)
        fill_problem(x);
    status = resp->status == 0 ? 200 : resp->status;
    if (resp->body.len > 0)
        add(&h, "Content-Type", resp->type == NULL ? "application/json" : resp->type);
    add_acme_headers(x, &h, nonce);
    add_cors_headers(x, &h);
    add(&h, "Location", resp->location);
    add(&h, "Allow", resp->allow);
    for (int i = 0; i < ACME_LINKS_MAX; i++)
        add(&h, "Link", resp->links[i]);
    if (resp->retry_after_s > 0) {
        snprintf(retry_after, sizeof retry_after, "%lld", (long long)resp->retry_after_s);
        add(&h, "Retry-After", retry_after);
    }
    log_request(x, status);
    http_reply(x->http, status, h.list, resp->body);
    mem_free(x->mem);
}

static void refuse(struct exchange *x, enum problem problem, const char *detail)
{
    problem_set(&x->e, problem, "%s", detail);
    reply(x);
}

/* Holding a reply for its flow. */

static void release(struct exchange *x)
{
    *x->previous = x->next;
    if (x->next != NULL)
        x->next->previous = x->previous;
    reply(x);
}

static void on_held_long_enough(void *arg)
{
    struct exchange *x = arg;

    x->hold = NULL; /* it has just ended */
    release(x);
}

static void hold(struct exchange *x)
{
    x->next = x->all->held;
    x->previous = &x->all->held;
    if (x->next != NULL)
        x->next->previous = &x->next;
    x->all->held = x;
    x->hold = loop_after(x->all->world->loop, HOLD_MS, on_held_long_enough, x);
}

/* Makes the answer anew from what the flow has stored since. If that cannot be read, the first
 * answer is still true. */
static void refresh(struct exchange *x)
{
    struct acme_resp anew = {0};
    struct err e = {0};
    struct store_tx *tx = store_snapshot_begin(x->all->world->reader, x->mem, &e);

    if (tx == NULL)
        return;
    if (x->resp.await_handler(&x->req, tx, &anew, &e) == ERR_OK)
        x->resp = anew;
    store_snapshot_end(tx);
}

void exchanges_progress(struct exchanges *all, const char *kind, int64_t subject)
{
    struct exchange *next;

    for (struct exchange *x = all->held; x != NULL; x = next) {
        next = x->next;
        if (x->resp.await_id == subject && strcmp(x->resp.await_kind, kind) == 0) {
            refresh(x);
            release(x);
        }
    }
}

void exchanges_stop(struct exchanges *all)
{
    all->stopping = true;
    while (all->held != NULL)
        release(all->held);
}

/* The handler, in its place. */

/* What every handler of a request by an account needs first. */
static enum err_code handle(struct exchange *x, struct store_tx *tx, struct err *e)
{
    if (x->req.account_id != 0 && acme_request_account(&x->req, tx, e) != ERR_OK)
        return e->code;
    return x->route->handler(&x->req, tx, &x->resp, e);
}

static void handle_read(struct exchange *x)
{
    struct store_tx *tx = store_snapshot_begin(x->all->world->reader, x->mem, &x->e);

    if (tx != NULL) {
        handle(x, tx, &x->e);
        store_snapshot_end(tx);
    }
    reply(x);
}

static enum err_code run_write(struct store_tx *tx, struct store_task *task, struct err *e)
{
    return handle(of_task(task), tx, e);
}

static void on_written(struct store_task *task)
{
    struct exchange *x = of_task(task);
    struct flow_engine *engine = x->all->engine;
    const struct store_started *started = task->started;

    x->all->in_store--;
    x->e = task->e;
    if (x->e.code == ERR_OK && x->resp.await_kind != NULL && !x->all->stopping) {
        hold(x);
        flow_engine_run(engine, started);
        return;
    }
    flow_engine_run(engine, started);
    reply(x);
}

static void handle_write(struct exchange *x)
{
    x->task = (struct store_task){
        .run = run_write,
        .on_done = on_written,
        .loop = x->all->world->loop,
        .mem = x->mem,
    };
    if (store_submit(x->all->world->store, &x->task))
        x->all->in_store++;
    else
        refuse(x, PROBLEM_SERVER_BUSY, "the server is busy; try again in a few seconds");
}

static void run(struct exchange *x)
{
    if (x->route->prepare != NULL && x->route->prepare(&x->req, &x->e) != ERR_OK) {
        reply(x);
        return;
    }
    switch (x->route->access) {
    case ROUTE_PURE:
        if (x->req.account_id != 0) { /* whether it may ask at all stands in the store */
            handle_read(x);
            return;
        }
        x->route->handler(&x->req, NULL, &x->resp, &x->e);
        reply(x);
        return;
    case ROUTE_READ:
        handle_read(x);
        return;
    case ROUTE_WRITE:
        handle_write(x);
        return;
    }
}

/* From the request to its route. */

static void refuse_method(struct exchange *x, unsigned methods)
{
    x->resp.allow = route_allow(x->mem, methods);
    refuse(x, PROBLEM_METHOD_NOT_ALLOWED,
        (methods & (ROUTE_POST | ROUTE_POST_AS_GET)) != 0
            ? "this resource is asked by POST (RFC 8555, 6.3)"
            : "this resource is asked by GET");
}

static void set_route(struct exchange *x, const struct route_match *match)
{
    x->route = match->route;
    x->req.id = match->id;
    x->req.rest = match->rest;
    x->req.profile = match->profile;
}

static bool take_route(struct exchange *x, enum route_method method, struct route_match *match)
{
    route_find(x->mem, x->all->acme, http_request_path(x->http), method, match);
    if (match->methods == 0) {
        acme_not_found(&x->e);
        reply(x);
        return false;
    }
    set_route(x, match);
    return true;
}

static void begin_get(struct exchange *x, enum route_method method)
{
    struct route_match match;

    if (!take_route(x, method, &match))
        return;
    if (match.route == NULL)
        refuse_method(x, match.methods);
    else
        run(x);
}

/* On a listener that answers for one thing. */
static void begin_only(struct exchange *x)
{
    enum http_method method = http_request_method(x->http);
    struct route_match match;

    if (method != HTTP_GET && method != HTTP_HEAD) {
        refuse_method(x, ROUTE_GET | ROUTE_HEAD);
        return;
    }
    route_find(x->mem, x->all->acme, http_request_path(x->http),
        method == HTTP_GET ? ROUTE_GET : ROUTE_HEAD, &match);
    if (match.route == NULL || match.route->handler != x->all->only) {
        acme_not_found(&x->e);
        reply(x);
        return;
    }
    set_route(x, &match);
    run(x);
}

/* What may be done here: the browser's question before a page's own (CORS). */
static void begin_options(struct exchange *x)
{
    struct route_match match;

    if (!take_route(x, 0, &match))
        return;
    x->resp.status = 204;
    x->resp.allow = route_allow(x->mem, match.methods);
    reply(x);
}

/* "application/jose+json", whatever its case; parameters are tolerated, since they change nothing
 * (standards.md 1.2). */
static bool is_jose(const char *type)
{
    static const char jose[] = "application/jose+json";
    size_t len = sizeof jose - 1;

    return type != NULL && strncasecmp(type, jose, len) == 0 &&
           (type[len] == '\0' || type[len] == ';' || type[len] == ' ');
}

static char *path_and_query(const struct exchange *x)
{
    const char *query = http_request_query(x->http);

    return mem_printf(x->mem, "%s%s%s", http_request_path(x->http), query == NULL ? "" : "?",
        query == NULL ? "" : query);
}

static void begin_post(struct exchange *x)
{
    struct route_match match;
    struct jws jws = {0};

    if (!take_route(x, ROUTE_POST, &match))
        return;
    if ((match.methods & (ROUTE_POST | ROUTE_POST_AS_GET)) == 0) {
        refuse_method(x, match.methods);
        return;
    }
    if (match.route != NULL && match.route->signer == SIGNER_NONE) { /* a form of a page of ours */
        x->req.payload = http_request_body(x->http);
        run(x);
        return;
    }
    if (!is_jose(http_request_header(x->http, "Content-Type"))) {
        refuse(x, PROBLEM_UNSUPPORTED_MEDIA_TYPE,
            "send the request as Content-Type: application/jose+json");
        return;
    }
    if (acme_request_read(&x->req, http_request_body(x->http), path_and_query(x), match.signer,
            &jws, &x->e) != ERR_OK ||
        acme_request_verify(&x->req, &jws, x->all->keys, x->all->world->reader, &x->e) != ERR_OK ||
        (x->req.account_id != 0 &&
            rate_take(&x->req, RATE_REQUESTS_PER_ACCOUNT, &x->e) != ERR_OK)) {
        reply(x);
        return;
    }
    if (jws.payload.len == 0 && (match.methods & ROUTE_POST_AS_GET) != 0)
        take_route(x, ROUTE_POST_AS_GET, &match);
    if (x->route == NULL)
        refuse(x, PROBLEM_MALFORMED,
            "this resource is read by POST-as-GET: the payload must be empty (RFC 8555, 6.3)");
    else
        run(x);
}

/* Who asks: who is connected, or whom proxies of ours name. */
static struct address client_of(
    const struct http_request *http, const struct rate_settings *settings)
{
    struct forwarded forwarded = {
        .proxies = settings->proxies, .proxies_len = settings->proxies_len};

    while (forwarded.lines_len < FORWARDED_LINES_MAX &&
           (forwarded.lines[forwarded.lines_len] = http_request_header_from_end(
                http, "X-Forwarded-For", forwarded.lines_len)) != NULL)
        forwarded.lines_len++;
    return forwarded_client(&forwarded, http_request_peer(http));
}

void exchange_begin(struct exchanges *all, struct http_request *http)
{
    void *mem = mem_pool(NULL, 8192);
    struct exchange *x = mem_new(mem, struct exchange);

    x->mem = mem;
    x->all = all;
    x->http = http;
    x->began_ms = clock_monotonic_ms();
    x->req.mem = mem;
    x->req.acme = all->acme;
    x->req.settings = all->world->settings;
    x->req.now_s = all->world->now_ms() / 1000;
    x->req.query = http_request_query(http);
    x->req.host = http_request_header(http, "Host");
    x->req.arrived_ms = x->began_ms;
    x->req.client = client_of(http, &x->req.settings->rates);
    if (rate_take_request(&x->req, &x->e) != ERR_OK) {
        reply(x);
        return;
    }
    if (all->only != NULL) {
        begin_only(x);
        return;
    }
    switch (http_request_method(http)) {
    case HTTP_GET:
        begin_get(x, ROUTE_GET);
        return;
    case HTTP_HEAD:
        begin_get(x, ROUTE_HEAD);
        return;
    case HTTP_POST:
        begin_post(x);
        return;
    case HTTP_OPTIONS:
        begin_options(x);
        return;
    case HTTP_OTHER:
        begin_get(x, 0);
        return;
    }
}

void exchange_refused(struct exchanges *all, char *out, size_t size)
{
    char nonce[SEAL_TEXT_SIZE];

    nonce_issue(all->acme->nonces, nonce);
    snprintf(out, size,
        "Replay-Nonce: %s\r\nCache-Control: no-store\r\nLink: "
        "<%s/acme/directory>;rel=\"index\"\r\n",
        nonce, all->world->settings->external_url);
}
