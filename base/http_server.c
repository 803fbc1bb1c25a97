/* http_server - see http_server.h.
 *
 * A connection handles one request at a time:
 *
 *     NEW -> IDLE -> READING -> HANDLING -> WRITING -> IDLE ... -> LINGERING -> gone
 *
 * What arrives while a request is handled waits in a bounded rest buffer, or in the socket; so
 * answers leave in the order of the requests, also the refusal of a later one. Whatever is in
 * memory for a connection is bounded: the request (head_max and body_max), the rest (REST_MAX) and
 * one answer that the socket did not take at once.
 *
 * A connection may end (on_ready, on_timeout, http_reply) while on_request is further up the stack.
 * So ending it only closes its stream and takes it off all lists; its memory goes where no function
 * of ours is using it any more.
 */
#include "base/http_server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/listener.h>

#include "base/http_answer.h"
#include "base/http_guard.h"
#include "base/http_listen.h"
#include "base/http_stream.h"
#include "base/json.h"
#include "base/log.h"
#include "base/loop_private.h"
#include "base/mem.h"

#define HEAD_MAX_DEFAULT           (16 * 1024)
#define HEADERS_MAX_DEFAULT        64
#define BODY_MAX_DEFAULT           (64 * 1024)
#define CONNECTIONS_MAX_DEFAULT    4096
#define IDLE_TIMEOUT_MS_DEFAULT    (60 * 1000)
#define REQUEST_TIMEOUT_MS_DEFAULT (15 * 1000)

#define SCRATCH_SIZE         (16 * 1024) /* a TLS record */
#define REST_MAX             (16 * 1024) /* bytes taken in ahead of their turn */
#define REQUEST_POOL         4096        /* the usual request fits */
#define LINGER_MS            2000
#define LINGER_MAX           (256 * 1024)
#define ACCEPT_PAUSE_MS      200
#define BACKLOG              1024
#define REFUSED_HEADERS_SIZE 1024

enum conn_state {
    CONN_NEW,       /* in the TLS handshake */
    CONN_IDLE,      /* between requests */
    CONN_READING,   /* a request has begun to arrive */
    CONN_HANDLING,  /* it is the handler's */
    CONN_WRITING,   /* the socket did not take the whole answer */
    CONN_LINGERING, /* the last answer is sent; waits for the client to end */
    CONN_CLOSED
};

struct conn {
    struct http_server *server;
    struct http_stream *stream;
    TAILQ_ENTRY(conn) link; /* of server->idle or server->busy */
    struct event timer;
    enum conn_state state;
    struct address peer;
    struct http_request *request; /* owned while READING, lent to the handler while HANDLING */
    uint8_t *rest;                /* bytes whose turn has not come */
    size_t rest_len;
    char *out; /* what is still to be written */
    size_t out_len, out_sent;
    size_t linger_max;
    bool closes; /* after the present answer */
    bool ended;  /* the client sends nothing more */
    bool paused; /* the stream does not watch for bytes */
    bool in_use; /* a function up the stack still holds this struct */
};
TAILQ_HEAD(conn_list, conn);

struct http_request {
    void *pool; /* of all that the request holds, itself included */
    struct http_guard *guard;
    struct conn *conn; /* NULL once it is gone */
    struct address peer;
};

struct listener {
    struct evconnlistener *evconn;
    struct listener *next;
};

struct http_server {
    struct event_base *base;
    struct http_server_options options;
    struct listener *listeners;
    struct event accept_again;
    struct conn_list idle, busy; /* idle: longest first */
    unsigned conns_len;
    const struct timeval *idle_timeout, *request_timeout, *linger_timeout; /* owned by the base */
    struct http_answer answer;                                             /* being put together */
    bool draining;
    struct event drained;
    void (*on_drained)(void *arg);
    void *on_drained_arg;
    uint8_t scratch[SCRATCH_SIZE];
};

/* The life of a connection. */

static void set_timer(struct conn *conn, enum conn_state state)
{
    switch (state) {
    case CONN_NEW:
    case CONN_READING:
        event_add(&conn->timer, conn->server->request_timeout);
        break;
    case CONN_IDLE:
    case CONN_WRITING:
        event_add(&conn->timer, conn->server->idle_timeout);
        break;
    case CONN_LINGERING:
        event_add(&conn->timer, conn->server->linger_timeout);
        break;
    case CONN_HANDLING: /* what is still set is ignored when it comes */
    case CONN_CLOSED:
        break;
    }
}

static struct conn_list *list_of(struct conn *conn)
{
    return conn->state == CONN_IDLE ? &conn->server->idle : &conn->server->busy;
}

static void enter(struct conn *conn, enum conn_state state)
{
    TAILQ_REMOVE(list_of(conn), conn, link);
    conn->state = state;
    TAILQ_INSERT_TAIL(list_of(conn), conn, link);
    set_timer(conn, state);
}

static void check_drained(struct http_server *server)
{
    if (server->draining && server->conns_len == 0)
        event_active(&server->drained, EV_TIMEOUT, 0);
}

/* Ends a connection at once. Its memory goes here, or with the last hold on it. */
static void conn_close(struct conn *conn)
{
    if (conn->state == CONN_CLOSED)
        return;
    TAILQ_REMOVE(list_of(conn), conn, link);
    if (conn->request != NULL && conn->state == CONN_HANDLING)
        conn->request->conn = NULL;
    else if (conn->request != NULL)
        mem_free(conn->request->pool);
    conn->request = NULL;
    conn->state = CONN_CLOSED;
    event_del(&conn->timer);
    http_stream_free(conn->stream);
    conn->stream = NULL;
    conn->server->conns_len--;
    check_drained(conn->server);
    if (!conn->in_use)
        mem_free(conn);
}

/* The same, politely: TLS close_notify goes out first. */
static void conn_end(struct conn *conn)
{
    http_stream_finish(conn->stream);
    conn_close(conn);
}

static bool wants_input(const struct conn *conn)
{
    return conn->state == CONN_NEW || conn->state == CONN_IDLE || conn->state == CONN_READING;
}

static bool conn_hold(struct conn *conn)
{
    bool outer = conn->in_use;

    conn->in_use = true;
    return outer;
}

static void conn_release(struct conn *conn, bool outer)
{
    if (outer)
        return;
    conn->in_use = false;
    if (conn->state == CONN_CLOSED)
        mem_free(conn);
    else if (conn->ended && wants_input(conn) && conn->rest_len == 0)
        conn_end(conn);
}

static void pause_reading(struct conn *conn)
{
    if (!conn->paused)
        http_stream_pause(conn->stream);
    conn->paused = true;
}

/* Also wakes a connection whose rest is to be looked at. */
static void resume_reading(struct conn *conn)
{
    if (conn->paused || conn->rest_len > 0)
        http_stream_resume(conn->stream);
    conn->paused = false;
}

/* Writing. */

static void after_answer(struct conn *conn)
{
    /* A drain may have begun after the answer's head was written. */
    conn->closes = conn->closes || conn->server->draining;
    if (!conn->closes) {
        enter(conn, CONN_IDLE);
        resume_reading(conn);
        return;
    }
    http_stream_finish(conn->stream);
    if (conn->ended) {
        conn_close(conn);
        return;
    }
    conn->linger_max = LINGER_MAX;
    enter(conn, CONN_LINGERING);
    conn->rest_len = 0;
    conn->paused = true; /* so that what the TLS session holds back does not matter */
    resume_reading(conn);
}

static void flush(struct conn *conn)
{
    ssize_t sent =
        http_stream_write(conn->stream, conn->out + conn->out_sent, conn->out_len - conn->out_sent);

    if (sent < 0) {
        conn_close(conn);
        return;
    }
    conn->out_sent += (size_t)sent;
    if (conn->out_sent < conn->out_len)
        return;
    mem_free(conn->out);
    conn->out = NULL;
    conn->out_len = 0;
    after_answer(conn);
}

/* Sends server->answer in one write; what the socket does not take is kept and sent later. */
static void send_answer(struct conn *conn)
{
    struct http_answer *answer = &conn->server->answer;
    struct buf *text = &answer->text;
    ssize_t sent = http_stream_write(conn->stream, text->data, text->len);

    if (sent < 0) {
        conn_close(conn);
    } else if ((size_t)sent == text->len) {
        after_answer(conn);
    } else {
        conn->out_sent = 0;
        conn->out_len = text->len - (size_t)sent;
        conn->out = mem_dup(conn, text->data + sent, conn->out_len);
        enter(conn, CONN_WRITING);
        pause_reading(conn);
    }
    http_answer_trim(answer);
}

/* Answering. */

/* Status line and the headers that every answer has. */
static void begin_answer(struct conn *conn, int status, size_t body_len)
{
    struct http_answer *answer = &conn->server->answer;
    struct timeval now;

    event_base_gettimeofday_cached(conn->server->base, &now);
    http_answer_begin(answer, status, now.tv_sec, body_len);
    if (conn->closes)
        http_answer_add(answer, "Connection", "close");
    else if (http_guard_is_1_0(conn->request->guard))
        http_answer_add(answer, "Connection", "keep-alive");
}

/* Takes the request off its connection and sends the answer. */
static void end_answer(struct conn *conn, struct bytes body)
{
    bool is_head = conn->request != NULL && http_guard_method(conn->request->guard) == HTTP_HEAD;

    http_answer_end(&conn->server->answer, is_head ? (struct bytes){0} : body);
    conn->request = NULL;
    send_answer(conn);
}

static void add_headers(struct http_answer *answer, const struct http_header *headers)
{
    for (; headers != NULL && headers->name != NULL; headers++)
        http_answer_add(answer, headers->name, headers->value);
}

void http_reply(
    struct http_request *request, int status, const struct http_header *headers, struct bytes body)
{
    struct conn *conn = request->conn;
    bool outer;

    if (conn != NULL) {
        outer = conn_hold(conn);
        conn->closes = conn->server->draining || !http_guard_keeps_alive(request->guard);
        begin_answer(conn, status, body.len);
        add_headers(&conn->server->answer, headers);
        end_answer(conn, body);
        conn_release(conn, outer);
    }
    mem_free(request->pool);
}

void http_reply_cut(struct http_request *request, int status, const struct http_header *headers,
    struct bytes body, size_t body_sent)
{
    struct conn *conn = request->conn;
    struct http_answer *answer;
    bool outer;

    if (conn != NULL) {
        outer = conn_hold(conn);
        answer = &conn->server->answer;
        if (status != 0) {
            begin_answer(conn, status, body.len);
            add_headers(answer, headers);
            http_answer_end(answer, (struct bytes){body.data, body_sent});
            (void)http_stream_write(conn->stream, answer->text.data, answer->text.len);
            http_answer_trim(answer);
        }
        conn_close(conn);
        conn_release(conn, outer);
    }
    mem_free(request->pool);
}

/* Refusing: the server's own answer, after which nothing of the client is read any more. */

static void put_problem(void *mem, struct buf *out, int status, const char *detail)
{
    struct json_out w;

    buf_init(out, mem, 4096);
    json_begin(&w, out);
    json_open(&w, NULL, '{');
    json_add_string(&w, "type", "urn:ietf:params:acme:error:malformed");
    json_add_string(&w, "detail", detail);
    json_add_int(&w, "status", status);
    json_close(&w, '}');
}

static void refuse(struct conn *conn, int status, const char *detail)
{
    struct http_server *server = conn->server;
    struct http_request *request = conn->request;
    char headers[REFUSED_HEADERS_SIZE] = "";
    struct buf problem;

    if (server->options.on_refused != NULL)
        server->options.on_refused(server->options.arg, status, detail, headers, sizeof headers);
    put_problem(conn, &problem, status, detail);
    conn->closes = true;
    begin_answer(conn, status, problem.len);
    http_answer_add(&server->answer, "Content-Type", "application/problem+json");
    buf_add_text(&server->answer.text, headers);
    end_answer(conn, buf_bytes(&problem));
    mem_free(problem.data);
    if (request != NULL)
        mem_free(request->pool);
}

/* Reading. */

static void begin_request(struct conn *conn)
{
    void *pool = mem_pool(NULL, REQUEST_POOL);

    conn->request = mem_new(pool, struct http_request);
    conn->request->pool = pool;
    conn->request->conn = conn;
    conn->request->peer = conn->peer;
    conn->request->guard = http_guard_new(pool, &conn->server->options.limits);
}

/* RFC 9110, 10.1.1. A client that has sent its body already is not told to. */
static void tell_to_continue(struct conn *conn, struct bytes behind)
{
    static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    ssize_t sent;

    if (behind.len > 0)
        return;
    /* The socket is empty: the answer before, if any, was taken whole. */
    sent = http_stream_write(conn->stream, text, sizeof text - 1);
    if (sent != (ssize_t)sizeof text - 1)
        conn_close(conn);
}

/* Takes bytes as long as their turn has come; returns those that are left. */
static struct bytes take_in(struct conn *conn, struct bytes in)
{
    enum http_guard_verdict verdict;
    size_t used;

    while (in.len > 0 && wants_input(conn)) {
        if (conn->request == NULL)
            begin_request(conn);
        verdict = http_guard_feed(conn->request->guard, in, &used);
        in = (struct bytes){in.data + used, in.len - used};
        if (verdict == HTTP_GUARD_WHOLE) {
            enter(conn, CONN_HANDLING);
            conn->server->options.on_request(conn->server->options.arg, conn->request);
        } else if (verdict == HTTP_GUARD_REFUSED) {
            refuse(conn, http_guard_status(conn->request->guard),
                http_guard_detail(conn->request->guard));
        } else {
            if (conn->state != CONN_READING)
                enter(conn, CONN_READING);
            if (verdict == HTTP_GUARD_CONTINUE)
                tell_to_continue(conn, in);
        }
    }
    return in;
}

/* What cannot be taken now is kept, unless nothing follows the present answer. */
static void keep_rest(struct conn *conn, struct bytes more)
{
    size_t len = conn->rest_len + more.len;

    if (more.len == 0 || conn->state == CONN_CLOSED || conn->closes)
        return;
    conn->rest = mem_grow_array(conn, conn->rest, 1, len, "rest");
    memcpy(conn->rest + conn->rest_len, more.data, more.len);
    conn->rest_len = len;
}

static void take_rest(struct conn *conn)
{
    uint8_t *rest = conn->rest;
    struct bytes left = {rest, conn->rest_len};

    conn->rest = NULL;
    conn->rest_len = 0;
    left = take_in(conn, left);
    keep_rest(conn, left);
    mem_free(rest);
}

static void on_lost(struct conn *conn, ssize_t why)
{
    if (why == STREAM_ENDED) {
        conn->ended = true;
        pause_reading(conn);
    } else if (conn->state == CONN_NEW && http_stream_is_plain_http(conn->stream)) {
        http_stream_make_plain(conn->stream);
        refuse(conn, 400, "this port speaks HTTPS: the URL must start with https://");
    } else {
        conn_close(conn);
    }
}

static void read_on(struct conn *conn)
{
    uint8_t *scratch = conn->server->scratch;
    size_t room;
    ssize_t len;

    if (conn->rest_len > 0 && wants_input(conn))
        take_rest(conn);
    while (wants_input(conn) || conn->state == CONN_HANDLING) {
        room = wants_input(conn) ? SCRATCH_SIZE : REST_MAX - conn->rest_len;
        if (room == 0) {
            pause_reading(conn);
            return;
        }
        len = http_stream_read(conn->stream, scratch, room);
        if (len < 0) {
            on_lost(conn, len);
            return;
        }
        if (len == STREAM_WAIT) {
            if (conn->state == CONN_NEW && http_stream_is_open(conn->stream))
                enter(conn, CONN_IDLE);
            return;
        }
        keep_rest(conn, take_in(conn, (struct bytes){scratch, (size_t)len}));
        if (conn->state == CONN_CLOSED || !http_stream_holds_more(conn->stream))
            return;
    }
}

static void on_ready(void *arg)
{
    struct conn *conn = arg;
    bool outer = conn_hold(conn);

    if (conn->state == CONN_WRITING)
        flush(conn);
    else if (conn->state != CONN_LINGERING)
        read_on(conn);
    else if (http_stream_discard(conn->stream, &conn->linger_max))
        conn_close(conn);
    conn_release(conn, outer);
}

static void on_timeout(int fd, short what, void *arg)
{
    struct conn *conn = arg;
    bool outer = conn_hold(conn);

    (void)fd;
    (void)what;
    switch (conn->state) {
    case CONN_READING:
        refuse(conn, 408, "the request did not arrive whole in time");
        break;
    case CONN_IDLE:
        conn_end(conn);
        break;
    case CONN_NEW:
    case CONN_WRITING:
    case CONN_LINGERING:
        conn_close(conn);
        break;
    case CONN_HANDLING: /* set before the request was whole */
    case CONN_CLOSED:
        break;
    }
    conn_release(conn, outer);
}

/* Accepting. */

static void read_peer(const struct sockaddr *from, struct address *out)
{
    if (!address_from_sockaddr(from, out))
        *out = (struct address){0}; /* a unix socket */
    else
        address_unmap(out); /* an IPv4 client on a socket for both families is an IPv4 client */
}

static void on_accept(
    struct evconnlistener *evconn, int fd, struct sockaddr *from, int from_len, void *arg)
{
    struct http_server *server = arg;
    struct conn *conn;

    (void)evconn;
    (void)from_len;
    if (server->conns_len >= server->options.limits.connections_max && !TAILQ_EMPTY(&server->idle))
        conn_end(TAILQ_FIRST(&server->idle));
    if (server->conns_len >= server->options.limits.connections_max) {
        close(fd);
        return;
    }
    conn = mem_new(server, struct conn);
    conn->server = server;
    conn->stream = http_stream_new(conn, server->base, fd, server->options.tls, on_ready, conn);
    if (conn->stream == NULL) {
        mem_free(conn);
        return;
    }
    read_peer(from, &conn->peer);
    event_assign(&conn->timer, server->base, -1, 0, on_timeout, conn);
    conn->state = server->options.tls == NULL ? CONN_IDLE : CONN_NEW;
    TAILQ_INSERT_TAIL(list_of(conn), conn, link);
    server->conns_len++;
    set_timer(conn, conn->state);
}

/* Mostly EMFILE: the socket stays readable, so asking again at once would spin. An idle connection
 * makes room. */
static void on_accept_error(struct evconnlistener *evconn, void *arg)
{
    static const struct timeval pause = {.tv_usec = ACCEPT_PAUSE_MS * 1000};
    struct http_server *server = arg;

    (void)evconn;
    log_warning("accept_failed", LOG_STR("error", strerror(errno)),
        LOG_INT("connections", server->conns_len));
    if (!TAILQ_EMPTY(&server->idle))
        conn_end(TAILQ_FIRST(&server->idle));
    for (struct listener *l = server->listeners; l != NULL; l = l->next)
        evconnlistener_disable(l->evconn);
    event_add(&server->accept_again, &pause);
}

static void on_accept_again(int fd, short what, void *arg)
{
    struct http_server *server = arg;

    (void)fd;
    (void)what;
    for (struct listener *l = server->listeners; l != NULL; l = l->next)
        evconnlistener_enable(l->evconn);
}

/* Listening. */

enum err_code http_server_listen(
    struct http_server *server, const char *address, int listen_fd, struct err *e)
{
    struct listener *listener;
    int fd = listen_fd >= 0 ? listen_fd : http_listen_bind(address, e), on = 1;

    if (fd < 0)
        return e->code;
    /* Accepted sockets inherit it; on a unix socket there is nothing to set. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    evutil_make_socket_nonblocking(fd);
    listener = mem_new(server, struct listener);
    listener->evconn = evconnlistener_new(server->base, on_accept, server,
        LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, BACKLOG, fd);
    if (listener->evconn == NULL) {
        err_set(e, ERR_NETWORK, "cannot listen on %s: %s", address, strerror(errno));
        close(fd);
        mem_free(listener);
        return e->code;
    }
    evconnlistener_set_error_cb(listener->evconn, on_accept_error);
    listener->next = server->listeners;
    server->listeners = listener;
    return ERR_OK;
}

static void stop_listening(struct http_server *server)
{
    struct listener *next;

    event_del(&server->accept_again);
    for (struct listener *l = server->listeners; l != NULL; l = next) {
        next = l->next;
        evconnlistener_free(l->evconn);
        mem_free(l);
    }
    server->listeners = NULL;
}

/* The server. */

static void on_drained(int fd, short what, void *arg)
{
    struct http_server *server = arg;
    void (*call)(void *) = server->on_drained;

    (void)fd;
    (void)what;
    server->on_drained = NULL;
    if (call != NULL)
        call(server->on_drained_arg); /* may free the server */
}

static const struct timeval *timeout_of(struct event_base *base, int64_t ms)
{
    struct timeval span = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    const struct timeval *shared = event_base_init_common_timeout(base, &span);

    BUG_ON(shared == NULL);
    return shared;
}

static void set_defaults(struct http_limits *limits)
{
    if (limits->head_max == 0)
        limits->head_max = HEAD_MAX_DEFAULT;
    if (limits->headers_max == 0)
        limits->headers_max = HEADERS_MAX_DEFAULT;
    if (limits->body_max == 0)
        limits->body_max = BODY_MAX_DEFAULT;
    if (limits->connections_max == 0)
        limits->connections_max = CONNECTIONS_MAX_DEFAULT;
    if (limits->idle_timeout_ms == 0)
        limits->idle_timeout_ms = IDLE_TIMEOUT_MS_DEFAULT;
    if (limits->request_timeout_ms == 0)
        limits->request_timeout_ms = REQUEST_TIMEOUT_MS_DEFAULT;
}

struct http_server *http_server_new(struct loop *loop, const struct http_server_options *options)
{
    struct http_server *server = mem_new(NULL, struct http_server);

    /* OpenSSL writes with write(2), which has no MSG_NOSIGNAL. */
    signal(SIGPIPE, SIG_IGN);
    server->base = loop_base(loop);
    server->options = *options;
    server->options.tls = http_tls_ref(options->tls);
    set_defaults(&server->options.limits);
    TAILQ_INIT(&server->idle);
    TAILQ_INIT(&server->busy);
    server->idle_timeout = timeout_of(server->base, server->options.limits.idle_timeout_ms);
    server->request_timeout = timeout_of(server->base, server->options.limits.request_timeout_ms);
    server->linger_timeout = timeout_of(server->base, LINGER_MS);
    http_answer_init(&server->answer, server);
    event_assign(&server->accept_again, server->base, -1, 0, on_accept_again, server);
    event_assign(&server->drained, server->base, -1, 0, on_drained, server);
    return server;
}

void http_server_set_tls(struct http_server *server, struct http_tls *tls)
{
    struct http_tls *old = server->options.tls;

    server->options.tls = http_tls_ref(tls);
    http_tls_unref(old);
}

void http_server_drain(struct http_server *server, void (*on_drained_call)(void *arg), void *arg)
{
    struct conn *conn, *next;

    server->on_drained = on_drained_call;
    server->on_drained_arg = arg;
    server->draining = true;
    stop_listening(server);
    for (conn = TAILQ_FIRST(&server->idle); conn != NULL; conn = next) {
        next = TAILQ_NEXT(conn, link);
        conn_end(conn);
    }
    for (conn = TAILQ_FIRST(&server->busy); conn != NULL; conn = next) {
        next = TAILQ_NEXT(conn, link);
        if (conn->state == CONN_NEW)
            conn_close(conn);
    }
    check_drained(server);
}

void http_server_free(struct http_server *server)
{
    if (server == NULL)
        return;
    stop_listening(server);
    while (!TAILQ_EMPTY(&server->idle))
        conn_end(TAILQ_FIRST(&server->idle));
    while (!TAILQ_EMPTY(&server->busy))
        conn_end(TAILQ_FIRST(&server->busy));
    event_del(&server->drained);
    http_tls_unref(server->options.tls);
    mem_free(server);
}

/* What a request holds. */

enum http_method http_request_method(const struct http_request *request)
{
    return http_guard_method(request->guard);
}

const char *http_request_method_name(const struct http_request *request)
{
    return http_guard_method_name(request->guard);
}

const char *http_request_path(const struct http_request *request)
{
    return http_guard_path(request->guard);
}

const char *http_request_query(const struct http_request *request)
{
    return http_guard_query(request->guard);
}

const char *http_request_header(const struct http_request *request, const char *name)
{
    return http_guard_header(request->guard, name);
}

const char *http_request_header_from_end(
    const struct http_request *request, const char *name, unsigned index)
{
    return http_guard_header_from_end(request->guard, name, index);
}

struct bytes http_request_body(const struct http_request *request)
{
    return http_guard_body(request->guard);
}

const struct address *http_request_peer(const struct http_request *request)
{
    return &request->peer;
}

bool http_request_is_connected(const struct http_request *request)
{
    return request->conn != NULL && !request->conn->ended;
}
