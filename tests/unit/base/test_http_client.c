/* Tests of base/http_client against web servers on loopback that do what they should, and all the
 * rest. */
#include "tests/unit/test_main.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cert.h"
#include "base/clock.h"
#include "base/http_client.h"
#include "base/http_server.h"
#include "base/mem.h"
#include "tests/unit/credentials.h"
#include "tests/unit/responder.h"

enum { WATCHDOG_MS = 30 * 1000, TIMEOUT_MS = 10 * 1000 };

/* A client, one web server, and what came back last. */
struct lab {
    struct loop *loop;
    struct http_client *client;
    struct responder *server;
    struct loop_timer *watchdog;
    char base[64]; /* "http://127.0.0.1:<port>" */

    pthread_mutex_t lock; /* guards the request */
    char request[8192];

    unsigned open, replies;
    bool is_starting;
    struct http_reply reply; /* texts below */
    char body[8192], location[8192], content_type[256], why[256];
};

static void on_watchdog(void *arg)
{
    struct lab *lab = arg;

    lab->watchdog = NULL;
    CU_FAIL("a test hangs");
    loop_stop(lab->loop);
}

static void lab_start(struct lab *lab, responder_on_request on_request)
{
    memset(lab, 0, sizeof *lab);
    pthread_mutex_init(&lab->lock, NULL);
    lab->loop = loop_new();
    lab->client = http_client_new(lab->loop);
    lab->server = responder_http("127.0.0.1", 0, on_request, lab);
    snprintf(lab->base, sizeof lab->base, "http://127.0.0.1:%u", responder_port(lab->server));
    lab->watchdog = loop_after(lab->loop, WATCHDOG_MS, on_watchdog, lab);
}

static void lab_end(struct lab *lab)
{
    http_client_free(lab->client);
    responder_stop(lab->server);
    loop_cancel(&lab->watchdog);
    loop_free(lab->loop);
    pthread_mutex_destroy(&lab->lock);
}

static void keep(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text != NULL ? text : "(none)");
}

static void on_reply(void *arg, const struct http_reply *reply)
{
    struct lab *lab = arg;
    size_t len = reply->body.len < sizeof lab->body - 1 ? reply->body.len : sizeof lab->body - 1;

    CU_ASSERT_FALSE(lab->is_starting);
    lab->replies++;
    lab->reply = *reply;
    if (len > 0)
        memcpy(lab->body, reply->body.data, len);
    lab->body[len] = '\0';
    keep(lab->location, sizeof lab->location, reply->location);
    keep(lab->content_type, sizeof lab->content_type, reply->content_type);
    keep(lab->why, sizeof lab->why, reply->why);
    CU_ASSERT_EQUAL(reply->result == ERR_OK, lab->why[0] == '\0');
    CU_ASSERT_PTR_NOT_NULL(reply->internal);
    if (--lab->open == 0)
        loop_stop(lab->loop);
}

static struct http_call *start(struct lab *lab, const struct http_call_options *options)
{
    struct http_call *call;

    lab->open++;
    lab->is_starting = true;
    http_client_start(lab->client, options, on_reply, lab, &call);
    lab->is_starting = false;
    return call;
}

static void run(struct lab *lab, const struct http_call_options *options)
{
    start(lab, options);
    loop_run(lab->loop);
}

/* GET of a path on a connection of its own. */
static void get(struct lab *lab, const char *path)
{
    char url[512];
    struct http_call_options options = {
        .url = url, .reply_max = 4096, .timeout_ms = TIMEOUT_MS, .fresh_connection = true};

    snprintf(url, sizeof url, "%s%s", lab->base, path);
    run(lab, &options);
}

static void keep_request(struct lab *lab, const char *request)
{
    pthread_mutex_lock(&lab->lock);
    keep(lab->request, sizeof lab->request, request);
    pthread_mutex_unlock(&lab->lock);
}

/* Does the request that arrived last contain this, in any case of letters? */
static bool request_has(struct lab *lab, const char *text)
{
    bool has = false;

    pthread_mutex_lock(&lab->lock);
    for (const char *at = lab->request; !has && *at != '\0'; at++)
        has = strncasecmp(at, text, strlen(text)) == 0;
    pthread_mutex_unlock(&lab->lock);
    return has;
}

static enum responder_then answer_plainly(void *arg, int fd, const char *request, unsigned nth)
{
    (void)nth;
    keep_request(arg, request);
    responder_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    return RESPONDER_READ;
}

static void a_plain_get_says_what_it_must(void)
{
    struct lab lab;
    char host[64];

    lab_start(&lab, answer_plainly);
    get(&lab, "/path?query#fragment");
    CU_ASSERT_EQUAL(lab.reply.result, ERR_OK);
    CU_ASSERT_EQUAL(lab.reply.status, 200);
    CU_ASSERT_STRING_EQUAL(lab.body, "hello");
    CU_ASSERT_FALSE(lab.reply.cut);
    CU_ASSERT(lab.reply.sent);
    CU_ASSERT_STRING_EQUAL(lab.location, "(none)");
    CU_ASSERT_STRING_EQUAL(lab.content_type, "(none)");
    CU_ASSERT_STRING_EQUAL(lab.reply.address, "127.0.0.1");
    CU_ASSERT(request_has(&lab, "GET /path?query HTTP/1.1\r\n"));
    snprintf(host, sizeof host, "\r\nHost: 127.0.0.1:%u\r\n", responder_port(lab.server));
    CU_ASSERT(request_has(&lab, host));
    CU_ASSERT(request_has(&lab, "\r\nConnection: close\r\n"));
    CU_ASSERT(request_has(&lab, "\r\nUser-Agent: Countersign"));
    CU_ASSERT_FALSE(request_has(&lab, "Authorization"));
    CU_ASSERT_FALSE(request_has(&lab, "Cookie"));
    CU_ASSERT_FALSE(request_has(&lab, "Accept-Encoding"));
    lab_end(&lab);
}

static void methods_bodies_and_headers_are_sent(void)
{
    static const char *const typed[] = {
        "Content-Type: application/json", "User-Agent: somebody", "X-Own: 1", NULL};
    static const struct {
        const char *method, *body;
        const char *const *headers;
        const char *has[3], *has_not;
    } rows[] = {
        {"POST", "a=b", NULL, {"POST / HTTP/1.1", "Content-Length: 3\r\n", "\r\n"}, "Content-Type"},
        {"POST", "{}", typed, {"Content-Type: application/json", "X-Own: 1", "Agent: somebody"},
            "Countersign"},
        {"POST", "", NULL, {"POST / HTTP/1.1", "Content-Length: 0", "\r\n"}, "Expect"},
        {"PUT", "x", NULL, {"PUT / HTTP/1.1", "Content-Length: 1\r\n", "\r\n"}, "Content-Type"},
        {"DELETE", "", NULL, {"DELETE / HTTP/1.1", "\r\n", "\r\n"}, "Content-Length"},
        {"GET", "", typed, {"GET / HTTP/1.1", "X-Own: 1\r\n", "\r\n"}, "Content-Length"},
        {"HEAD", "", NULL, {"HEAD / HTTP/1.1", "\r\n", "\r\n"}, "Content-Length"},
    };
    struct lab lab;

    lab_start(&lab, answer_plainly);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http_call_options options = {.method = rows[i].method,
            .url = lab.base,
            .headers = rows[i].headers,
            .body = bytes_of(rows[i].body),
            .reply_max = 100,
            .timeout_ms = TIMEOUT_MS};
        run(&lab, &options);
        CU_ASSERT_EQUAL(lab.reply.status, 200);
        CU_ASSERT_STRING_EQUAL(lab.body, strcmp(rows[i].method, "HEAD") == 0 ? "" : "hello");
        for (size_t j = 0; j < 3; j++)
            CU_ASSERT(request_has(&lab, rows[i].has[j]));
        CU_ASSERT_FALSE(request_has(&lab, rows[i].has_not));
    }
    lab_end(&lab);
}

/* A body beyond a megabyte, for which libcurl would ask permission first. */
static void large_bodies_leave_without_asking(void)
{
    static char body[2 * 1024 * 1024];
    struct lab lab;

    lab_start(&lab, answer_plainly);
    memset(body, 'x', sizeof body);
    {
        struct http_call_options options = {.method = "POST",
            .url = lab.base,
            .body = {(const uint8_t *)body, sizeof body},
            .reply_max = 100,
            .timeout_ms = TIMEOUT_MS};
        start(&lab, &options);
    }
    memset(body, 'y', sizeof body);
    loop_run(lab.loop);
    CU_ASSERT_FALSE(request_has(&lab, "Expect"));
    CU_ASSERT_FALSE(request_has(&lab, "yyyy"));
    CU_ASSERT(lab.reply.sent);
    lab_end(&lab);
}

/* What the server below answers on each path. */
static const struct {
    const char *path, *answer;
    enum responder_then then;
} answers[] = {
    {"/moved",
        "HTTP/1.1 302 Found\r\nLocation: /hello\r\nLocation: /second\r\nContent-Length: 0\r\n\r\n",
        RESPONDER_CLOSE},
    {"/headers",
        "HTTP/1.1 200 OK\r\nlocation:\t spaces \t\r\ncontent-TYPE: text/plain; charset=x\r\n"
        "Retry-After: 17\r\nX-Location: no\r\nContent-Length: 0\r\n\r\n",
        RESPONDER_CLOSE},
    {"/interim",
        "HTTP/1.1 103 Early Hints\r\nLocation: /early\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
        "HTTP/1.1 404 No\r\nContent-Type: text/late\r\nContent-Length: 2\r\n\r\nno",
        RESPONDER_CLOSE},
    {"/trailer",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n"
        "Location: /trailer\r\nRetry-After: 5\r\n\r\n",
        RESPONDER_CLOSE},
    {"/until-close", "HTTP/1.0 200 OK\r\n\r\nall of it", RESPONDER_CLOSE},
    {"/empty", "", RESPONDER_CLOSE},
    {"/half-head", "HTTP/1.1 200 OK\r\nContent-Len", RESPONDER_CLOSE},
    {"/half-body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", RESPONDER_CLOSE},
    {"/half-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha",
        RESPONDER_CLOSE},
    {"/bad-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nha",
        RESPONDER_CLOSE},
    {"/nonsense", "220 mail.example ESMTP\r\n", RESPONDER_CLOSE},
    {"/old", "<html>HTTP/0.9</html>", RESPONDER_CLOSE},
    {"/silence", "", RESPONDER_HOLD},
    {"/half-silence", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", RESPONDER_HOLD},
    {"/retry-date", "HTTP/1.1 503 No\r\nRetry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n\r\n",
        RESPONDER_CLOSE},
    {"/retry-huge", "HTTP/1.1 503 No\r\nRetry-After: 99999999999999999999999\r\n\r\n",
        RESPONDER_CLOSE},
    {"/retry-negative", "HTTP/1.1 503 No\r\nRetry-After: -5\r\n\r\n", RESPONDER_CLOSE},
};

static enum responder_then answer_by_path(void *arg, int fd, const char *request, unsigned nth)
{
    (void)arg;
    (void)nth;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        size_t len = strlen(answers[i].path);
        if (strncmp(request + 4, answers[i].path, len) == 0 && request[4 + len] == ' ') {
            responder_send(fd, answers[i].answer);
            return answers[i].then;
        }
    }
    responder_send(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    return RESPONDER_CLOSE;
}

static void answers_are_taken_as_they_are(void)
{
    static const struct {
        const char *path;
        int status;
        const char *body, *location, *content_type;
        int64_t retry_after_s;
    } rows[] = {
        {"/moved", 302, "", "/hello", "(none)", 0},
        {"/headers", 200, "", "spaces", "text/plain; charset=x", 17},
        {"/interim", 404, "no", "(none)", "text/late", 0},
        {"/trailer", 200, "hi", "(none)", "(none)", 0},
        {"/until-close", 200, "all of it", "(none)", "(none)", 0},
        {"/retry-date", 503, "", "(none)", "(none)", 0},
        {"/retry-huge", 503, "", "(none)", "(none)", 366 * 24 * 3600},
        {"/retry-negative", 503, "", "(none)", "(none)", 0},
    };
    struct lab lab;

    lab_start(&lab, answer_by_path);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        get(&lab, rows[i].path);
        CU_ASSERT_EQUAL(lab.reply.result, ERR_OK);
        CU_ASSERT_EQUAL(lab.reply.status, rows[i].status);
        CU_ASSERT_STRING_EQUAL(lab.body, rows[i].body);
        CU_ASSERT_STRING_EQUAL(lab.location, rows[i].location);
        CU_ASSERT_STRING_EQUAL(lab.content_type, rows[i].content_type);
        CU_ASSERT_EQUAL(lab.reply.retry_after_s, rows[i].retry_after_s);
    }
    CU_ASSERT_EQUAL(responder_count(lab.server), sizeof rows / sizeof rows[0]);
    lab_end(&lab);
}

static void broken_answers_are_errors_after_sending(void)
{
    static const char *const rows[] = {
        "/empty", "/half-head", "/half-body", "/half-chunk", "/bad-chunk", "/nonsense", "/old"};
    struct lab lab;

    lab_start(&lab, answer_by_path);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        get(&lab, rows[i]);
        CU_ASSERT_EQUAL(lab.reply.result, ERR_NETWORK);
        CU_ASSERT(lab.reply.sent);
        CU_ASSERT_FALSE(lab.reply.tls_failed);
        CU_ASSERT_STRING_EQUAL(lab.reply.address, "127.0.0.1");
    }
    CU_ASSERT_EQUAL(responder_count(lab.server), sizeof rows / sizeof rows[0]);
    lab_end(&lab);
}

static void silence_times_out_after_sending(void)
{
    static const char *const rows[] = {"/silence", "/half-silence"};
    struct lab lab;
    char url[128];

    lab_start(&lab, answer_by_path);
    for (size_t i = 0; i < 2; i++) {
        struct http_call_options options = {.url = url, .reply_max = 100, .timeout_ms = 200};
        snprintf(url, sizeof url, "%s%s", lab.base, rows[i]);
        run(&lab, &options);
        CU_ASSERT_EQUAL(lab.reply.result, ERR_TIMEOUT);
        CU_ASSERT(lab.reply.sent);
        CU_ASSERT_PTR_NOT_NULL(strstr(lab.why, "waiting"));
    }
    lab_end(&lab);
}

static void a_refused_connection_sent_nothing(void)
{
    struct lab lab;

    lab_start(&lab, answer_by_path);
    responder_stop(lab.server);
    lab.server = NULL;
    get(&lab, "/");
    CU_ASSERT_EQUAL(lab.reply.result, ERR_NETWORK);
    CU_ASSERT_FALSE(lab.reply.sent);
    CU_ASSERT_STRING_EQUAL(lab.why, "connection refused");
    CU_ASSERT_STRING_EQUAL(lab.reply.address, "127.0.0.1");
    lab_end(&lab);
}

static void a_failed_handshake_sent_nothing(void)
{
    struct lab lab;
    char url[64];
    struct http_call_options options = {
        .method = "POST", .url = url, .reply_max = 100, .timeout_ms = TIMEOUT_MS};

    lab_start(&lab, answer_by_path);
    snprintf(url, sizeof url, "https://127.0.0.1:%u/", responder_port(lab.server));
    for (int verify = 0; verify < 2; verify++) {
        options.verify_tls = verify != 0;
        run(&lab, &options);
        CU_ASSERT_EQUAL(lab.reply.result, ERR_NETWORK);
        CU_ASSERT(lab.reply.tls_failed);
        CU_ASSERT_FALSE(lab.reply.sent);
    }
    lab_end(&lab);
}

static void bad_requests_are_refused_here(void)
{
    static const char *const urls[] = {"", "/", "http://", "127.0.0.1 1", "ftp://127.0.0.1/",
        "file:///etc/passwd", "gopher://127.0.0.1/", "http://user@127.0.0.1/",
        "http://user:pass@127.0.0.1/", "http://127.0.0.1:99999/", "http://127.0.0.1/\r\nX: y",
        "http://127.0.0.1/ x"};
    static const char *const injected[] = {"X: y\r\nZ: w", NULL};
    struct lab lab;
    struct http_call_options options = {
        .headers = injected, .reply_max = 100, .timeout_ms = TIMEOUT_MS};

    lab_start(&lab, answer_plainly);
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct http_call_options bad = {.url = urls[i], .reply_max = 100, .timeout_ms = TIMEOUT_MS};
        run(&lab, &bad);
        CU_ASSERT_NOT_EQUAL(lab.reply.result, ERR_OK);
        CU_ASSERT_FALSE(lab.reply.sent);
    }
    options.url = lab.base;
    run(&lab, &options);
    CU_ASSERT_EQUAL(lab.reply.result, ERR_INPUT);
    CU_ASSERT_FALSE(lab.reply.sent);
    CU_ASSERT_EQUAL(responder_count(lab.server), 0);
    lab_end(&lab);
}

/* Sends a head, then x until the other side has had enough. */
static enum responder_then answer_without_end(void *arg, int fd, const char *request, unsigned nth)
{
    static char block[64 * 1024];
    bool in_head = strncmp(request, "GET /head", 9) == 0;

    (void)arg;
    (void)nth;
    memset(block, 'x', sizeof block);
    responder_send(fd, "HTTP/1.1 200 OK\r\n");
    if (strncmp(request, "GET /location", 13) == 0) {
        responder_send(fd, "Location: /");
        responder_send_bytes(fd, block, 20000);
        responder_send(fd, "\r\nContent-Length: 0\r\n\r\n");
        return RESPONDER_CLOSE;
    }
    responder_send(fd, in_head ? "" : "\r\n");
    for (int i = 0; i < 2000; i++) {
        if (in_head)
            responder_send(fd, "X-Filler: a line of a head that never ends\r\n");
        else
            responder_send_bytes(fd, block, sizeof block);
    }
    return RESPONDER_CLOSE;
}

static void what_never_ends_is_cut(void)
{
    struct lab lab;

    lab_start(&lab, answer_without_end);
    get(&lab, "/body");
    CU_ASSERT_EQUAL(lab.reply.result, ERR_OK);
    CU_ASSERT(lab.reply.cut);
    CU_ASSERT_EQUAL(lab.reply.body.len, 4096);
    get(&lab, "/head");
    CU_ASSERT_EQUAL(lab.reply.result, ERR_NETWORK);
    CU_ASSERT_STRING_EQUAL(lab.why, "the answer has too many headers");
    get(&lab, "/location");
    CU_ASSERT_EQUAL(lab.reply.result, ERR_OK);
    CU_ASSERT_EQUAL(strlen(lab.location), 4096);
    lab_end(&lab);
}

static void a_body_of_exactly_the_maximum_is_whole(void)
{
    struct lab lab;
    struct http_call_options options = {.url = lab.base, .timeout_ms = TIMEOUT_MS};

    lab_start(&lab, answer_plainly);
    for (size_t max = 0; max <= 6; max++) {
        options.reply_max = max;
        run(&lab, &options);
        CU_ASSERT_EQUAL(lab.reply.result, ERR_OK);
        CU_ASSERT_EQUAL(lab.reply.cut, max < 5);
        CU_ASSERT_EQUAL(lab.reply.body.len, max < 5 ? max : 5);
    }
    lab_end(&lab);
}

static void a_pin_replaces_the_name_service(void)
{
    struct lab lab;
    char url[128], host[128];
    struct address pin;
    struct http_call_options options = {.url = url,
        .pin = &pin,
        .reply_max = 100,
        .timeout_ms = TIMEOUT_MS,
        .fresh_connection = true};
    struct responder *v6;

    lab_start(&lab, answer_plainly);
    CU_ASSERT(address_parse("127.0.0.1", &pin));
    snprintf(url, sizeof url, "http://name.invalid:%u/", responder_port(lab.server));
    run(&lab, &options);
    CU_ASSERT_EQUAL(lab.reply.status, 200);
    CU_ASSERT_STRING_EQUAL(lab.reply.address, "127.0.0.1");
    snprintf(host, sizeof host, "\r\nHost: name.invalid:%u\r\n", responder_port(lab.server));
    CU_ASSERT(request_has(&lab, host));

    /* The next call of the same name does not remember the pin. */
    CU_ASSERT(address_parse("127.0.0.2", &pin));
    run(&lab, &options);
    CU_ASSERT_NOT_EQUAL(lab.reply.result, ERR_OK);
    CU_ASSERT_STRING_EQUAL(lab.reply.address, "127.0.0.2");

    v6 = responder_http("::1", 0, answer_plainly, &lab);
    if (v6 != NULL) {
        CU_ASSERT(address_parse("::1", &pin));
        snprintf(url, sizeof url, "http://six.invalid:%u/", responder_port(v6));
        run(&lab, &options);
        CU_ASSERT_EQUAL(lab.reply.status, 200);
        CU_ASSERT_STRING_EQUAL(lab.reply.address, "::1");
        CU_ASSERT(request_has(&lab, "\r\nHost: six.invalid:"));
    }
    lab_end(&lab);
    responder_stop(v6);
}

static void the_filter_sees_what_would_be_connected_to(void)
{
    static const struct address_filter strict = {0};
    static const char *const urls[] = {"http://127.0.0.1:%u/", "http://2130706433:%u/",
        "http://localhost:%u/", "http://0:%u/", "http://[::ffff:127.0.0.1]:%u/",
        "http://a.invalid:%u/"};
    struct lab lab;
    char url[128];
    struct address pin;
    struct http_call_options options = {
        .url = url, .filter = &strict, .reply_max = 100, .timeout_ms = TIMEOUT_MS};

    lab_start(&lab, answer_plainly);
    CU_ASSERT(address_parse("127.0.0.1", &pin));
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        const char *colon = strrchr(urls[i], ':');
        snprintf(url, sizeof url, "%.*s:%u/", (int)(colon - urls[i]), urls[i],
            responder_port(lab.server));
        options.pin = strstr(url, "invalid") != NULL ? &pin : NULL;
        run(&lab, &options);
        CU_ASSERT_EQUAL(lab.reply.result, ERR_DENIED);
        CU_ASSERT_FALSE(lab.reply.sent);
        CU_ASSERT_PTR_NOT_NULL(strstr(lab.why, "not allowed"));
    }
    CU_ASSERT_EQUAL(responder_count(lab.server), 0);
    lab_end(&lab);
}

static void the_environment_is_not_heard(void)
{
    struct lab lab;

    setenv("http_proxy", "http://127.0.0.1:1/", 1);
    setenv("all_proxy", "http://127.0.0.1:1/", 1);
    lab_start(&lab, answer_plainly);
    get(&lab, "/");
    CU_ASSERT_EQUAL(lab.reply.status, 200);
    lab_end(&lab);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
}

static void only_what_may_be_repeated_shares_connections(void)
{
    struct lab lab;
    struct http_call_options options = {
        .url = lab.base, .reply_max = 100, .timeout_ms = TIMEOUT_MS};

    lab_start(&lab, answer_plainly);
    run(&lab, &options);
    run(&lab, &options);
    CU_ASSERT_EQUAL(responder_count(lab.server), 1);
    options.method = "POST";
    run(&lab, &options);
    run(&lab, &options);
    CU_ASSERT_EQUAL(responder_count(lab.server), 3);
    options.method = NULL;
    options.fresh_connection = true;
    run(&lab, &options);
    CU_ASSERT_EQUAL(responder_count(lab.server), 4);
    lab_end(&lab);
}

/* Drops a connection at its second request. */
static enum responder_then drop_the_second(void *arg, int fd, const char *request, unsigned nth)
{
    (void)arg;
    (void)request;
    if (nth == 1)
        return RESPONDER_CLOSE;
    responder_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    return RESPONDER_READ;
}

static enum responder_then never_answer(void *arg, int fd, const char *request, unsigned nth)
{
    (void)arg;
    (void)fd;
    (void)request;
    (void)nth;
    return RESPONDER_CLOSE;
}

static void a_post_is_never_repeated(void)
{
    struct lab lab;
    struct http_call_options options = {
        .url = lab.base, .reply_max = 100, .timeout_ms = TIMEOUT_MS};

    lab_start(&lab, drop_the_second);
    run(&lab, &options);
    CU_ASSERT_EQUAL(lab.reply.status, 200);
    run(&lab, &options);
    CU_ASSERT_EQUAL(lab.reply.status, 200);
    CU_ASSERT_EQUAL(responder_count(lab.server), 2);
    lab_end(&lab);

    lab_start(&lab, never_answer);
    options.method = "POST";
    options.body = bytes_of("order");
    run(&lab, &options);
    CU_ASSERT_EQUAL(lab.reply.result, ERR_NETWORK);
    CU_ASSERT(lab.reply.sent);
    CU_ASSERT_EQUAL(responder_count(lab.server), 1);
    lab_end(&lab);
}

static void cancelled_calls_are_silent(void)
{
    struct lab lab;
    struct http_call *calls[20];
    char silent[128];
    struct http_call_options options = {.reply_max = 100, .timeout_ms = 500};

    lab_start(&lab, answer_by_path);
    snprintf(silent, sizeof silent, "%s/silence", lab.base);
    for (int i = 0; i < 20; i++) {
        options.url = i % 2 == 0 ? lab.base : i % 4 == 1 ? silent : "http://\n/";
        calls[i] = start(&lab, &options);
    }
    for (int i = 0; i < 12; i++) {
        http_call_cancel(&calls[i]);
        CU_ASSERT_PTR_NULL(calls[i]);
        http_call_cancel(&calls[i]);
        lab.open--;
    }
    loop_run(lab.loop);
    CU_ASSERT_EQUAL(lab.replies, 8);
    lab_end(&lab);
}

static void shutdown_answers_all(void)
{
    struct lab lab;
    char silent[128];
    struct http_call_options options = {.url = silent, .reply_max = 100, .timeout_ms = 60000};

    lab_start(&lab, answer_by_path);
    snprintf(silent, sizeof silent, "%s/silence", lab.base);
    for (int i = 0; i < 10; i++)
        start(&lab, &options);
    http_client_free(lab.client);
    lab.client = NULL;
    CU_ASSERT_EQUAL(lab.replies, 10);
    CU_ASSERT_EQUAL(lab.reply.result, ERR_CANCELLED);
    lab_end(&lab);
}

/* An https server on the client's own loop, with a certificate for "right.test". The CA's stands in
 * the file `ca_path` afterwards. */
static struct http_tls *make_tls(const char *ca_path)
{
    void *mem = mem_pool(NULL, 32 * 1024);
    struct key *key = key_generate(mem, KEY_P256, 0);
    int64_t now_s = clock_now_s();
    struct cert_ca_options ca = {
        .common_name = "CA", .not_before_s = now_s - 60, .not_after_s = now_s + 86400};
    struct cert_name name = {CERT_NAME_DNS, "right.test"};
    struct cert_leaf leaf = {.spki = key_spki(mem, key),
        .names = &name,
        .names_len = 1,
        .not_before_s = now_s - 60,
        .not_after_s = now_s + 86400};
    struct err e = {0};
    struct bytes der;
    struct http_tls *tls;
    char *pem;
    FILE *file;

    cert_serial_new(leaf.serial);
    CU_ASSERT_EQUAL_FATAL(cert_make_ca(mem, NULL, key, &ca, &pem, &e), ERR_OK);
    file = fopen(ca_path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(pem, file);
    fclose(file);
    CU_ASSERT_EQUAL_FATAL(
        cert_sign_leaf(mem, cert_issuer_new(mem, pem, key_to_pem(mem, key), &e), &leaf, &der, &e),
        ERR_OK);
    tls = http_tls_new(cert_pem(mem, "CERTIFICATE", der), key_to_pem(mem, key), &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(tls);
    mem_free(mem);
    return tls;
}

static void on_https_request(void *arg, struct http_request *request)
{
    (void)arg;
    http_reply(request, 200, NULL, bytes_of("secure"));
}

static int listen_somewhere(unsigned *port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof in;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
    CU_ASSERT_EQUAL_FATAL(listen(fd, 16), 0);
    CU_ASSERT_EQUAL_FATAL(getsockname(fd, (struct sockaddr *)&in, &len), 0);
    *port = ntohs(in.sin_port);
    return fd;
}

static void certificates_are_verified_unless_told_otherwise(void)
{
    static const struct {
        const char *host;
        bool knows_ca, verify_tls, good;
    } rows[] = {{"right.test", true, true, true}, {"wrong.test", true, true, false},
        {"right.test", false, true, false}, {"right.test", false, false, true},
        {"wrong.test", false, false, true}, {"wrong.test", true, false, true}};
    char ca_path[] = "test-ca-XXXXXX", url[64];
    struct http_server_options server_options = {.on_request = on_https_request};
    struct http_server *server;
    struct address loopback;
    struct err e = {0};
    struct lab lab;
    unsigned port;

    close(mkstemp(ca_path));
    lab_start(&lab, never_answer);
    server_options.tls = make_tls(ca_path);
    server = http_server_new(lab.loop, &server_options);
    CU_ASSERT_EQUAL(http_server_listen(server, "test", listen_somewhere(&port), &e), ERR_OK);
    CU_ASSERT(address_parse("127.0.0.1", &loopback));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http_call_options options = {.method = "POST",
            .url = url,
            .pin = &loopback,
            .reply_max = 100,
            .timeout_ms = TIMEOUT_MS,
            .verify_tls = rows[i].verify_tls,
            .ca_file = rows[i].knows_ca ? ca_path : NULL};
        snprintf(url, sizeof url, "https://%s:%u/", rows[i].host, port);
        run(&lab, &options);
        CU_ASSERT_EQUAL(lab.reply.result, rows[i].good ? ERR_OK : ERR_NETWORK);
        CU_ASSERT_EQUAL(lab.reply.tls_failed, !rows[i].good);
        CU_ASSERT_EQUAL(lab.reply.sent, rows[i].good);
        CU_ASSERT_STRING_EQUAL(lab.body, rows[i].good ? "secure" : "");
    }
    http_server_free(server);
    http_tls_unref(server_options.tls);
    lab_end(&lab);
    unlink(ca_path);
}

static void a_server_that_asks_for_a_certificate_lets_in_whom_its_ca_knows(void)
{
    static const struct {
        const char *shown; /* NULL: nothing */
        bool good;
    } rows[] = {{"client", true}, {NULL, false}, {"server", false}, {"late", false},
        {"stranger", false}, {"client", true}};
    static const struct credential ours[] = {{"server", "serverAuth", "IP:127.0.0.1", false},
        {"client", "clientAuth", NULL, false}, {"late", "clientAuth", NULL, true}};
    static const struct credential theirs = {"stranger", "clientAuth", NULL, false};
    char folder[] = "test-pki-XXXXXX", url[64];
    struct http_server_options server_options = {.on_request = on_https_request};
    void *mem = mem_pool(NULL, 32 * 1024);
    struct authority *authority, *other;
    struct http_server *server;
    struct err e = {0};
    struct lab lab;
    unsigned port;

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    authority = authority_new(mem, folder, "ca");
    other = authority_new(mem, folder, "other-ca");
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        authority_issue(authority, &ours[i]);
    authority_issue(other, &theirs);
    lab_start(&lab, never_answer);
    server_options.tls = http_tls_new(
        authority_text(authority, "server"), authority_text(authority, "server-key"), &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(server_options.tls);
    CU_ASSERT_EQUAL(http_tls_require_client(server_options.tls, "nothing", &e), ERR_INPUT);
    CU_ASSERT_EQUAL(
        http_tls_require_client(server_options.tls, authority_text(authority, "ca"), &e), ERR_OK);
    server = http_server_new(lab.loop, &server_options);
    CU_ASSERT_EQUAL(http_server_listen(server, "test", listen_somewhere(&port), &e), ERR_OK);
    snprintf(url, sizeof url, "https://127.0.0.1:%u/", port);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *shown = rows[i].shown;
        struct http_call_options options = {.method = "POST",
            .url = url,
            .reply_max = 100,
            .timeout_ms = TIMEOUT_MS,
            .verify_tls = true,
            .ca_file = authority_file(authority, "ca")};

        if (shown != NULL) {
            options.certificate_file = authority_file(authority, shown);
            options.key_file = authority_file(authority, mem_printf(mem, "%s-key", shown));
        }
        run(&lab, &options);
        CU_ASSERT_EQUAL(lab.reply.result, rows[i].good ? ERR_OK : ERR_NETWORK);
        CU_ASSERT_STRING_EQUAL(lab.body, rows[i].good ? "secure" : "");
    }
    http_server_free(server);
    http_tls_unref(server_options.tls);
    lab_end(&lab);
    mem_free(mem);
    credentials_remove(folder);
}

/* A callback that starts a call, cancels what else is open, and in the end frees the client. */
struct juggler {
    struct lab lab;
    unsigned rounds;
    struct http_call *other;
};

static void on_never(void *arg, const struct http_reply *reply)
{
    (void)arg;
    CU_ASSERT_EQUAL(reply->result, ERR_CANCELLED);
}

static void on_juggle(void *arg, const struct http_reply *reply)
{
    struct juggler *juggler = arg;
    struct lab *lab = &juggler->lab;
    struct http_call *call;
    char silent[128];
    struct http_call_options options = {.reply_max = 100, .timeout_ms = 60000};

    CU_ASSERT_NOT_EQUAL(reply->result, ERR_CANCELLED);
    http_call_cancel(&juggler->other);
    snprintf(silent, sizeof silent, "%s/silence", lab->base);
    options.url = silent;
    http_client_start(lab->client, &options, on_never, juggler, &juggler->other);
    if (++juggler->rounds < 50) {
        options.url = juggler->rounds % 2 == 0 ? lab->base : "http://\n/";
        http_client_start(lab->client, &options, on_juggle, juggler, &call);
        return;
    }
    http_client_free(lab->client);
    lab->client = NULL;
    loop_stop(lab->loop);
}

static void callbacks_may_start_cancel_and_free(void)
{
    struct juggler juggler = {0};
    struct http_call *call;
    struct http_call_options options = {.reply_max = 100, .timeout_ms = 60000};

    lab_start(&juggler.lab, answer_by_path);
    options.url = juggler.lab.base;
    http_client_start(juggler.lab.client, &options, on_juggle, &juggler, &call);
    loop_run(juggler.lab.loop);
    CU_ASSERT_EQUAL(juggler.rounds, 50);
    lab_end(&juggler.lab);
}

static unsigned count_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    unsigned count = 0;

    while (dir != NULL && readdir(dir) != NULL)
        count++;
    if (dir != NULL)
        closedir(dir);
    return count;
}

static void many_calls_leave_nothing_behind(void)
{
    struct lab lab;
    struct http_call_options options = {
        .url = lab.base, .reply_max = 100, .timeout_ms = TIMEOUT_MS, .fresh_connection = true};
    unsigned before;

    lab_start(&lab, answer_plainly);
    run(&lab, &options);
    before = count_descriptors();
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 40; i++)
            start(&lab, &options);
        loop_run(lab.loop);
        CU_ASSERT_EQUAL(lab.reply.status, 200);
    }
    CU_ASSERT_EQUAL(lab.replies, 801);
    /* The server's halves of the last connections may still be open. */
    CU_ASSERT(count_descriptors() <= before + 40);
    lab_end(&lab);
}

static const struct test tests[] = {
    {"a plain GET says what it must", a_plain_get_says_what_it_must},
    {"methods, bodies and headers are sent", methods_bodies_and_headers_are_sent},
    {"large bodies leave without asking", large_bodies_leave_without_asking},
    {"answers are taken as they are", answers_are_taken_as_they_are},
    {"broken answers are errors after sending", broken_answers_are_errors_after_sending},
    {"silence times out after sending", silence_times_out_after_sending},
    {"a refused connection sent nothing", a_refused_connection_sent_nothing},
    {"a failed handshake sent nothing", a_failed_handshake_sent_nothing},
    {"bad requests are refused here", bad_requests_are_refused_here},
    {"what never ends is cut", what_never_ends_is_cut},
    {"a body of exactly the maximum is whole", a_body_of_exactly_the_maximum_is_whole},
    {"a pin replaces the name service", a_pin_replaces_the_name_service},
    {"the filter sees what would be connected to", the_filter_sees_what_would_be_connected_to},
    {"the environment is not heard", the_environment_is_not_heard},
    {"only what may be repeated shares connections", only_what_may_be_repeated_shares_connections},
    {"a POST is never repeated", a_post_is_never_repeated},
    {"certificates are verified unless told otherwise",
        certificates_are_verified_unless_told_otherwise},
    {"a server that asks for a certificate lets in whom its CA knows",
        a_server_that_asks_for_a_certificate_lets_in_whom_its_ca_knows},
    {"cancelled calls are silent", cancelled_calls_are_silent},
    {"shutdown answers all", shutdown_answers_all},
    {"callbacks may start, cancel and free", callbacks_may_start_cancel_and_free},
    {"many calls leave nothing behind", many_calls_leave_nothing_behind},
    {NULL, NULL},
};
extern const struct test_suite suite_http_client;
const struct test_suite suite_http_client = {"http_client", tests};
