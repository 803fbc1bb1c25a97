/* Tests of base/http_server: bytes in, bytes out, over real sockets on loopback, plain and with
 * TLS.
 *
 * The server runs on a loop of its own thread; the test is the client, with blocking sockets.
 */
#include "tests/unit/test_main.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "base/cert.h"
#include "base/clock.h"
#include "base/http_server.h"
#include "base/key.h"
#include "base/log.h"
#include "base/mem.h"

#define PATIENCE_S 60
#define PARKED_MAX 8
#define BIG_LEN    (6 * 1024 * 1024)

/* A server with handlers to test with. */
struct rig {
    struct loop *loop;
    struct http_server *server; /* touched on the loop's thread only, once that runs */
    pthread_t thread;
    uint16_t port;
    bool with_tls;
    struct http_request *parked[PARKED_MAX];
    size_t parked_len;
    sem_t parking; /* counts requests that were parked */
    sem_t drained;
    atomic_int handled, refused, connected;
};

static void reply_text(struct http_request *request, int status, const char *text)
{
    static const struct http_header headers[] = {
        {"Content-Type", "text/plain"}, {"X-Two", "two words"}, {NULL, NULL}};

    http_reply(request, status, headers, bytes_of(text));
}

static void reply_echo(struct http_request *request)
{
    struct bytes body = http_request_body(request);
    const char *query = http_request_query(request),
               *header = http_request_header(request, "X-Echo");
    char *text = mem_printf(NULL, "%s %s ?%s [%s] %.*s", http_request_method_name(request),
        http_request_path(request), query == NULL ? "-" : query, header == NULL ? "-" : header,
        (int)body.len, body.len == 0 ? "" : (const char *)body.data);

    reply_text(request, 200, text);
    mem_free(text);
}

static void reply_big(struct http_request *request)
{
    uint8_t *big = mem_alloc(NULL, BIG_LEN, "big");

    for (size_t i = 0; i < BIG_LEN; i++)
        big[i] = (uint8_t)(i * 31 + i / 251);
    http_reply(request, 200, NULL, (struct bytes){big, BIG_LEN});
    mem_free(big);
}

static void on_request(void *arg, struct http_request *request)
{
    static const struct http_header split[] = {
        {"X-Bad", "a\r\nX-Smuggled: b"}, {"X-Good", "c"}, {NULL, NULL}};
    const char *path = http_request_path(request);
    struct rig *rig = arg;

    atomic_fetch_add(&rig->handled, 1);
    if (strcmp(path, "/park") == 0) {
        rig->parked[rig->parked_len++] = request;
        sem_post(&rig->parking);
    } else if (strcmp(path, "/big") == 0) {
        reply_big(request);
    } else if (strcmp(path, "/204") == 0) {
        reply_text(request, 204, "must not be sent");
    } else if (strcmp(path, "/split") == 0) {
        http_reply(request, 200, split, bytes_of("x"));
    } else if (strcmp(path, "/cut") == 0) {
        http_reply_cut(request, 200, split, bytes_of("0123456789"), 4);
    } else if (strcmp(path, "/drop") == 0) {
        http_reply_cut(request, 0, NULL, bytes_of("0123456789"), 4);
    } else if (strcmp(path, "/peer") == 0) {
        char peer[ADDRESS_TEXT_SIZE];

        if (http_request_peer(request)->family == 0)
            snprintf(peer, sizeof peer, "none");
        else
            address_format(http_request_peer(request), peer);
        reply_text(request, 200, peer);
    } else {
        reply_echo(request);
    }
}

static void on_refused(void *arg, int status, const char *detail, char *out, size_t size)
{
    struct rig *rig = arg;

    atomic_fetch_add(&rig->refused, 1);
    CU_ASSERT(status >= 400 && detail[0] != '\0');
    snprintf(out, size, "Replay-Nonce: fresh\r\nLink: <d>;rel=\"index\"\r\n");
}

/* Waits for what must come; a test that waits in vain fails instead of hanging. */
static void wait_for(sem_t *what)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_S;
    CU_ASSERT_EQUAL_FATAL(sem_timedwait(what, &until), 0);
}

/* Runs `fn(rig)` on the loop's thread and waits for its end. */
struct errand {
    struct loop_message message;
    struct rig *rig;
    void (*fn)(struct rig *rig);
    sem_t done;
};

static void on_errand(struct loop_message *message)
{
    struct errand *errand = (struct errand *)message;

    errand->fn(errand->rig);
    sem_post(&errand->done);
}

static void on_loop(struct rig *rig, void (*fn)(struct rig *rig))
{
    struct errand errand = {.message.on_message = on_errand, .rig = rig, .fn = fn};

    sem_init(&errand.done, 0, 0);
    loop_post(rig->loop, &errand.message);
    wait_for(&errand.done);
    sem_destroy(&errand.done);
}

static void release_parked(struct rig *rig)
{
    atomic_store(&rig->connected, 0);
    for (size_t i = 0; i < rig->parked_len; i++) {
        if (http_request_is_connected(rig->parked[i]))
            atomic_fetch_add(&rig->connected, 1);
        reply_text(rig->parked[i], 200, "released");
    }
    rig->parked_len = 0;
}

static void free_server(struct rig *rig)
{
    http_server_free(rig->server);
    rig->server = NULL;
}

static void note_drained(void *arg)
{
    struct rig *rig = arg;

    free_server(rig);
    sem_post(&rig->drained);
}

static void drain(struct rig *rig)
{
    http_server_drain(rig->server, note_drained, rig);
    CU_ASSERT_PTR_NOT_NULL(rig->server); /* never before returning */
}

static void *run(void *arg)
{
    struct rig *rig = arg;

    loop_run(rig->loop);
    return NULL;
}

/* A certificate for `name` from a CA of its own. */
static struct http_tls *make_tls(const char *name)
{
    void *mem = mem_pool(NULL, 32768);
    struct key *key = key_generate(mem, KEY_P256, 0);
    int64_t now_s = clock_now_s();
    struct cert_ca_options options = {
        .common_name = "CA", .not_before_s = now_s - 60, .not_after_s = now_s + 86400};
    struct cert_name names = {CERT_NAME_DNS, "localhost"};
    struct cert_leaf leaf = {.spki = key_spki(mem, key),
        .names = &names,
        .names_len = 1,
        .common_name = name,
        .not_before_s = now_s - 60,
        .not_after_s = now_s + 86400};
    struct cert_issuer *issuer;
    struct http_tls *tls;
    struct bytes der;
    struct err e = {0};
    char *pem;

    cert_serial_new(leaf.serial);
    CU_ASSERT_EQUAL_FATAL(cert_make_ca(mem, NULL, key, &options, &pem, &e), ERR_OK);
    issuer = cert_issuer_new(mem, pem, key_to_pem(mem, key), &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(issuer);
    CU_ASSERT_EQUAL_FATAL(cert_sign_leaf(mem, issuer, &leaf, &der, &e), ERR_OK);
    pem = mem_printf(mem, "%s%s", cert_pem(mem, "CERTIFICATE", der), pem);
    tls = http_tls_new(pem, key_to_pem(mem, key), &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(tls);
    mem_free(mem);
    return tls;
}

/* A bound socket on an ephemeral port of 127.0.0.1; the port is written to *port. */
static int bind_port(uint16_t *port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof in;
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

    CU_ASSERT_EQUAL_FATAL(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on), 0);
    CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
    CU_ASSERT_EQUAL_FATAL(getsockname(fd, (struct sockaddr *)&in, &len), 0);
    *port = ntohs(in.sin_port);
    return fd;
}

static void rig_init(struct rig *rig, const struct http_limits *limits, bool with_tls)
{
    struct http_server_options options = {
        .on_request = on_request, .on_refused = on_refused, .arg = rig};

    *rig = (struct rig){.with_tls = with_tls};
    sem_init(&rig->parking, 0, 0);
    sem_init(&rig->drained, 0, 0);
    if (limits != NULL)
        options.limits = *limits;
    options.tls = with_tls ? make_tls("first") : NULL;
    rig->loop = loop_new();
    rig->server = http_server_new(rig->loop, &options);
    http_tls_unref(options.tls); /* the server has its own reference */
}

static void rig_run(struct rig *rig)
{
    CU_ASSERT_EQUAL_FATAL(pthread_create(&rig->thread, NULL, run, rig), 0);
}

static void rig_start(struct rig *rig, const struct http_limits *limits, bool with_tls)
{
    struct err e = {0};

    rig_init(rig, limits, with_tls);
    CU_ASSERT_EQUAL_FATAL(
        http_server_listen(rig->server, "test", bind_port(&rig->port), &e), ERR_OK);
    rig_run(rig);
}

static void rig_stop(struct rig *rig)
{
    on_loop(rig, free_server);
    on_loop(rig, release_parked); /* what outlived its server */
    loop_stop(rig->loop);
    pthread_join(rig->thread, NULL);
    loop_free(rig->loop);
    sem_destroy(&rig->parking);
    sem_destroy(&rig->drained);
}

/* The client. */

struct client {
    int fd;
    SSL *ssl;
    char *got; /* what was read and not yet looked at */
    size_t got_len;
    bool ended, clean; /* clean: FIN, with close_notify before it under TLS */
};

static int connect_to(uint16_t port)
{
    struct sockaddr_in in = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = PATIENCE_S};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&in, sizeof in) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static SSL_CTX *client_context(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    CU_ASSERT_PTR_NOT_NULL_FATAL(context);
    return context;
}

static void client_open(struct client *c, const struct rig *rig)
{
    *c = (struct client){.fd = connect_to(rig->port)};
    CU_ASSERT_FATAL(c->fd >= 0);
    c->got = mem_alloc(NULL, BIG_LEN + 65536, "got");
    if (rig->with_tls) {
        SSL_CTX *context = client_context();

        c->ssl = SSL_new(context);
        SSL_CTX_free(context);
        SSL_set_fd(c->ssl, c->fd);
        CU_ASSERT_EQUAL(SSL_connect(c->ssl), 1);
    }
}

static void client_close(struct client *c)
{
    SSL_free(c->ssl);
    close(c->fd);
    mem_free(c->got);
}

static bool client_send_bytes(struct client *c, const void *data, size_t len)
{
    size_t put;

    if (c->ssl != NULL)
        return SSL_write_ex(c->ssl, data, len, &put) == 1;
    return send(c->fd, data, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static bool client_send(struct client *c, const char *text)
{
    return client_send_bytes(c, text, strlen(text));
}

/* Reads once; false at the end. */
static bool client_read(struct client *c)
{
    size_t room = BIG_LEN + 65535 - c->got_len, put = 0;
    ssize_t len;

    if (c->ended)
        return false;
    if (c->ssl != NULL) {
        int result = SSL_read_ex(c->ssl, c->got + c->got_len, room, &put);

        len = result == 1 ? (ssize_t)put : 0;
        c->clean = result != 1 && SSL_get_error(c->ssl, result) == SSL_ERROR_ZERO_RETURN;
    } else {
        len = recv(c->fd, c->got + c->got_len, room, 0);
        c->clean = len == 0;
    }
    c->ended = len <= 0;
    c->got_len += len > 0 ? (size_t)len : 0;
    c->got[c->got_len] = '\0';
    return len > 0;
}

/* The length of the first reply in what was read, 0 if it is not whole yet. */
static size_t reply_len(const struct client *c, bool is_head)
{
    char *end = c->got_len == 0 ? NULL : strstr(c->got, "\r\n\r\n"), *length;
    size_t head_len, body_len = 0;

    if (end == NULL)
        return 0;
    head_len = (size_t)(end - c->got) + 4;
    length = strstr(c->got, "Content-Length: ");
    if (length != NULL && length < end && !is_head)
        body_len = strtoul(length + 16, NULL, 10);
    return c->got_len >= head_len + body_len ? head_len + body_len : 0;
}

/* The next reply as a string on NULL (mem_free it), "" at the end of the connection. */
static char *client_reply_to(struct client *c, bool is_head)
{
    size_t len;
    char *reply;

    while ((len = reply_len(c, is_head)) == 0)
        if (!client_read(c))
            return mem_strdup(NULL, "");
    reply = mem_strndup(NULL, c->got, len);
    memmove(c->got, c->got + len, c->got_len - len + 1);
    c->got_len -= len;
    return reply;
}

static bool next_reply_has(struct client *c, const char *start, const char *part)
{
    char *reply = client_reply_to(c, false);
    bool has = strncmp(reply, start, strlen(start)) == 0 && strstr(reply, part) != NULL;

    if (!has)
        printf("\n    wanted \"%s\" ... \"%s\", got: %.400s\n", start, part, reply);
    mem_free(reply);
    return has;
}

/* Nothing more comes, and the connection ends as it should. */
static bool ends_cleanly(struct client *c)
{
    while (client_read(c))
        ;
    if (!c->clean || c->got_len > 0)
        printf("\n    %s end, and: %.200s\n", c->clean ? "clean" : "broken", c->got);
    return c->clean && c->got_len == 0;
}

#define HOST "Host: localhost\r\n"
#define OK   "HTTP/1.1 200 OK\r\n"

/* Both kinds of server, for tests that do not care. */
#define FOR_PLAIN_AND_TLS(with_tls)                                                                \
    for (bool with_tls = false, last = false; !last; last = with_tls, with_tls = true)

static void an_answer_has_its_headers_and_length(void)
{
    FOR_PLAIN_AND_TLS(with_tls)
    {
        struct rig rig;
        struct client c;
        char *reply, *date;

        rig_start(&rig, NULL, with_tls);
        client_open(&c, &rig);
        client_send(
            &c, "POST /a?b=c HTTP/1.1\r\n" HOST "X-Echo: e\r\nContent-Length: 4\r\n\r\nbody");
        reply = client_reply_to(&c, false);
        CU_ASSERT(strncmp(reply, OK "Date: ", strlen(OK "Date: ")) == 0);
        date = strstr(reply, "Date: ");
        CU_ASSERT_FATAL(date != NULL);
        CU_ASSERT_STRING_EQUAL(date + 31,
            " GMT\r\nContent-Length: 21\r\nContent-Type: text/plain\r\n"
            "X-Two: two words\r\n\r\nPOST /a ?b=c [e] body");
        CU_ASSERT_PTR_NULL(strstr(reply, "Connection:"));
        mem_free(reply);
        client_send(&c, "GET /again HTTP/1.1\r\n" HOST "\r\n");
        CU_ASSERT(next_reply_has(&c, OK, "GET /again ?- [-] "));
        client_close(&c);
        rig_stop(&rig);
    }
}

static void head_and_204_have_no_body(void)
{
    struct rig rig;
    struct client c;
    char *reply;

    rig_start(&rig, NULL, true);
    client_open(&c, &rig);
    client_send(&c, "HEAD /abc HTTP/1.1\r\n" HOST "\r\nGET /204 HTTP/1.1\r\n" HOST "\r\n");
    reply = client_reply_to(&c, true);
    CU_ASSERT_PTR_NOT_NULL(strstr(reply, "Content-Length: 17\r\n"));
    mem_free(reply);
    reply = client_reply_to(&c, false);
    CU_ASSERT(strncmp(reply, "HTTP/1.1 204 No Content\r\n", 25) == 0);
    CU_ASSERT_PTR_NULL(strstr(reply, "Content-Length"));
    mem_free(reply);
    client_send(&c, "GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
    CU_ASSERT(next_reply_has(&c, OK, "Connection: close\r\n"));
    CU_ASSERT(ends_cleanly(&c));
    client_close(&c);
    rig_stop(&rig);
}

static void pipelined_requests_are_answered_in_order(void)
{
    FOR_PLAIN_AND_TLS(with_tls)
    {
        struct rig rig;
        struct client c;

        rig_start(&rig, NULL, with_tls);
        client_open(&c, &rig);
        client_send(&c,
            "GET /1 HTTP/1.1\r\n" HOST "\r\n"
            "POST /2 HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
            "GET /park HTTP/1.1\r\n" HOST "\r\n"
            "GET /4 HTTP/1.1\r\n" HOST "\r\n"
            "GET /park HTTP/1.1\r\n" HOST "\r\n"
            "GET /6 HTTP/1.1\r\n" HOST "\r\n");
        CU_ASSERT(next_reply_has(&c, OK, "GET /1 "));
        CU_ASSERT(next_reply_has(&c, OK, "POST /2 ?- [-] abc"));
        wait_for(&rig.parking);
        CU_ASSERT_EQUAL(atomic_load(&rig.handled), 3); /* the fourth waits for its turn */
        on_loop(&rig, release_parked);
        CU_ASSERT_EQUAL(atomic_load(&rig.connected), 1);
        CU_ASSERT(next_reply_has(&c, OK, "released"));
        CU_ASSERT(next_reply_has(&c, OK, "GET /4 "));
        wait_for(&rig.parking);
        on_loop(&rig, release_parked);
        CU_ASSERT(next_reply_has(&c, OK, "released"));
        CU_ASSERT(next_reply_has(&c, OK, "GET /6 "));
        client_close(&c);
        rig_stop(&rig);
    }
}

/* More than may wait: the rest stays in the socket until its turn comes. */
static void a_flood_of_pipelined_requests_waits_in_the_socket(void)
{
    static const char one[] =
        "GET /n HTTP/1.1\r\n" HOST "X-Fill: 0123456789012345678901234567890\r\n\r\n";
    enum { COUNT = 2000 };

    FOR_PLAIN_AND_TLS(with_tls)
    {
        struct rig rig;
        struct client c;

        rig_start(&rig, NULL, with_tls);
        client_open(&c, &rig);
        client_send(&c, "GET /park HTTP/1.1\r\n" HOST "\r\n");
        wait_for(&rig.parking);
        for (int i = 0; i < COUNT; i++)
            CU_ASSERT(client_send(&c, one));
        on_loop(&rig, release_parked);
        CU_ASSERT(next_reply_has(&c, OK, "released"));
        for (int i = 0; i < COUNT; i++)
            CU_ASSERT(next_reply_has(&c, OK, "GET /n "));
        client_close(&c);
        rig_stop(&rig);
    }
}

static void requests_arrive_in_pieces_of_any_size(void)
{
    static const char text[] =
        "POST /p HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";

    FOR_PLAIN_AND_TLS(with_tls)
    {
        struct rig rig;
        struct client c;

        rig_start(&rig, NULL, with_tls);
        client_open(&c, &rig);
        for (size_t i = 0; text[i] != '\0'; i++)
            client_send_bytes(&c, text + i, 1);
        CU_ASSERT(next_reply_has(&c, OK, "POST /p ?- [-] hello"));
        for (size_t cut = 1; cut < sizeof text - 1; cut++) {
            client_send_bytes(&c, text, cut);
            client_send_bytes(&c, text + cut, sizeof text - 1 - cut);
            CU_ASSERT(next_reply_has(&c, OK, "POST /p ?- [-] hello"));
        }
        client_close(&c);
        rig_stop(&rig);
    }
}

/* What evhttp let pass; the guard's own tests have the details. */
static void bad_requests_never_reach_a_handler(void)
{
#define ROW(status, text)                                                                          \
    {                                                                                              \
        text, sizeof(text) - 1, status                                                             \
    }
    static const struct {
        const char *text;
        size_t len;
        const char *status;
    } rows[] = {
        ROW("400", "POST / HTTP/1.1\r\n" HOST
                   "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ROW("501", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        ROW("400",
            "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde"),
        ROW("400", "POST / HTTP/1.1\r\n" HOST "Content-Length: +3\r\n\r\nabc"),
        ROW("413", "POST / HTTP/1.1\r\n" HOST "Content-Length: 9223372036854775808\r\n\r\n"),
        ROW("400", "GET / HTTP/1.1\r\n" HOST ": v\r\n\r\n"),
        ROW("400", "GET / HTTP/1.1\r\n" HOST "X-A : v\r\n\r\n"),
        ROW("400", "GET / HTTP/1.1\nHost: a\n\n"),
        ROW("400", "GET / HTTP/1.1\r\n" HOST "X-A: v\r\n w\r\n\r\n"),
        ROW("400", "GET / HTTP/1.1\r\n\r\n"),
        ROW("400", "GET / HTTP/1.1\r\n" HOST HOST "\r\n"),
        ROW("505", "GET / HTTP/1.9\r\n" HOST "\r\n"),
        ROW("400", "GET / HTTP/1.1\r\n" HOST "X-A: a\0b\r\n\r\n"),
        ROW("400", "GET /%00 HTTP/1.1\r\n" HOST "\r\n"),
        ROW("400", "GET /a b HTTP/1.1\r\n" HOST "\r\n"),
        ROW("400", "GET http://b/ HTTP/1.1\r\n" HOST "\r\n"),
        ROW("400",
            "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n"),
        ROW("400", "GET / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"),
        ROW("417", "POST / HTTP/1.1\r\n" HOST "Expect: tea\r\nContent-Length: 3\r\n\r\nabc"),
        ROW("501", "BREW / HTTP/1.1\r\n" HOST "\r\n"),
    };

    FOR_PLAIN_AND_TLS(with_tls)
    {
        struct rig rig;

        rig_start(&rig, NULL, with_tls);
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            char start[32];
            struct client c;

            snprintf(start, sizeof start, "HTTP/1.1 %s ", rows[i].status);
            client_open(&c, &rig);
            client_send_bytes(&c, rows[i].text, rows[i].len);
            client_send(&c, "GET /smuggled HTTP/1.1\r\n" HOST "\r\n");
            CU_ASSERT(next_reply_has(&c, start, "\r\nConnection: close\r\n"));
            CU_ASSERT(ends_cleanly(&c));
            client_close(&c);
        }
        CU_ASSERT_EQUAL(atomic_load(&rig.handled), 0);
        CU_ASSERT_EQUAL(atomic_load(&rig.refused), sizeof rows / sizeof rows[0]);
        rig_stop(&rig);
    }
}

static void a_refusal_is_a_problem_document_with_the_given_headers(void)
{
    struct rig rig;
    struct client c;
    char *reply, *body;

    rig_start(&rig, NULL, true);
    client_open(&c, &rig);
    client_send(&c, "GET / HTTP/1.1\r\n\r\n");
    reply = client_reply_to(&c, false);
    CU_ASSERT_PTR_NOT_NULL(strstr(reply, "\r\nContent-Type: application/problem+json\r\n"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(reply, "\r\nReplay-Nonce: fresh\r\nLink: <d>;rel=\"index\"\r\n\r\n"));
    body = strstr(reply, "\r\n\r\n");
    CU_ASSERT_FATAL(body != NULL);
    CU_ASSERT_STRING_EQUAL(body + 4, "{\"type\":\"urn:ietf:params:acme:error:malformed\","
                                     "\"detail\":\"the header Host is missing\",\"status\":400}");
    mem_free(reply);
    CU_ASSERT(ends_cleanly(&c));
    client_close(&c);
    /* To HEAD, without the document. */
    client_open(&c, &rig);
    client_send(&c, "HEAD / HTTP/1.1\r\n\r\n");
    reply = client_reply_to(&c, true);
    CU_ASSERT(strncmp(reply, "HTTP/1.1 400 ", 13) == 0);
    mem_free(reply);
    CU_ASSERT(ends_cleanly(&c));
    client_close(&c);
    rig_stop(&rig);
}

static void a_refusal_waits_for_the_answers_before_it(void)
{
    FOR_PLAIN_AND_TLS(with_tls)
    {
        struct rig rig;
        struct client c;

        rig_start(&rig, NULL, with_tls);
        client_open(&c, &rig);
        client_send(&c, "GET /1 HTTP/1.1\r\n" HOST "\r\nGET /park HTTP/1.1\r\n" HOST "\r\n"
                        "GET /bad path HTTP/1.1\r\n" HOST "\r\nGET /4 HTTP/1.1\r\n" HOST "\r\n");
        CU_ASSERT(next_reply_has(&c, OK, "GET /1 "));
        wait_for(&rig.parking);
        CU_ASSERT_EQUAL(atomic_load(&rig.refused), 0);
        on_loop(&rig, release_parked);
        CU_ASSERT(next_reply_has(&c, OK, "released"));
        CU_ASSERT(next_reply_has(&c, "HTTP/1.1 400 ", "application/problem+json"));
        CU_ASSERT(ends_cleanly(&c));
        CU_ASSERT_EQUAL(atomic_load(&rig.handled), 2);
        client_close(&c);
        rig_stop(&rig);
    }
}

/* The client sends it all before it reads: the answer must not be lost to a reset. */
static void a_body_beyond_the_limit_is_answered_413(void)
{
    static const char *const heads[] = {"POST / HTTP/1.1\r\n" HOST "Content-Length: 200000\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n30d40\r\n"};
    char *body = mem_alloc(NULL, 200000, "body");

    memset(body, 'b', 200000);
    FOR_PLAIN_AND_TLS(with_tls)
    {
        struct rig rig;
        struct client c;

        rig_start(&rig, NULL, with_tls);
        for (size_t i = 0; i < 2; i++) {
            client_open(&c, &rig);
            client_send(&c, heads[i]);
            client_send_bytes(&c, body, 200000);
            CU_ASSERT(next_reply_has(&c, "HTTP/1.1 413 ", "larger than 65536 bytes"));
            client_close(&c);
        }
        CU_ASSERT_EQUAL(atomic_load(&rig.handled), 0);
        rig_stop(&rig);
    }
    mem_free(body);
}

static void heads_beyond_the_limits_are_refused(void)
{
    char *text = mem_alloc(NULL, 1 << 20, "text");
    struct rig rig;
    struct client c;
    size_t len;

    rig_start(&rig, NULL, false);
    memset(text, 'a', 1 << 20);
    len = (size_t)snprintf(text, 100, "GET / HTTP/1.1\r\n" HOST "X: ");
    text[len] = 'a';
    client_open(&c, &rig);
    client_send_bytes(&c, text, 1 << 17);
    CU_ASSERT(next_reply_has(&c, "HTTP/1.1 431 ", "16384"));
    client_close(&c);
    len = 0;
    len += (size_t)snprintf(text, 100, "GET / HTTP/1.1\r\n" HOST);
    for (int i = 0; i < 100; i++)
        len += (size_t)snprintf(text + len, 100, "a: b\r\n");
    client_open(&c, &rig);
    client_send_bytes(&c, text, len);
    CU_ASSERT(next_reply_has(&c, "HTTP/1.1 431 ", "64 header lines"));
    client_close(&c);
    rig_stop(&rig);
    mem_free(text);
}

static void expect_100_continue_is_answered_before_the_body(void)
{
    FOR_PLAIN_AND_TLS(with_tls)
    {
        struct rig rig;
        struct client c;

        rig_start(&rig, NULL, with_tls);
        client_open(&c, &rig);
        client_send(
            &c, "POST /e HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
        CU_ASSERT(next_reply_has(&c, "HTTP/1.1 100 Continue\r\n\r\n", ""));
        client_send(&c, "abc");
        CU_ASSERT(next_reply_has(&c, OK, "POST /e ?- [-] abc"));
        /* Sent along already: nothing to continue with. */
        client_send(&c,
            "POST /e HTTP/1.1\r\n" HOST
            "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nd\r\n0\r\n\r\n");
        CU_ASSERT(next_reply_has(&c, OK, "POST /e ?- [-] d"));
        /* Too large is said before the body is sent. */
        client_send(&c,
            "POST /e HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
        CU_ASSERT(next_reply_has(&c, "HTTP/1.1 413 ", "Connection: close"));
        CU_ASSERT(ends_cleanly(&c));
        client_close(&c);
        rig_stop(&rig);
    }
}

static void http_1_0_closes_unless_asked_not_to(void)
{
    struct rig rig;
    struct client c;

    rig_start(&rig, NULL, false);
    client_open(&c, &rig);
    client_send(&c, "GET /k HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CU_ASSERT(next_reply_has(&c, OK, "Connection: keep-alive\r\n"));
    client_send(&c, "GET /c HTTP/1.0\r\n\r\n");
    CU_ASSERT(next_reply_has(&c, OK, "Connection: close\r\n"));
    CU_ASSERT(ends_cleanly(&c));
    client_close(&c);
    rig_stop(&rig);
}

static void a_header_value_cannot_start_a_line_of_its_own(void)
{
    struct rig rig;
    struct client c;
    char *reply;

    rig_start(&rig, NULL, false);
    client_open(&c, &rig);
    client_send(&c, "GET /split HTTP/1.1\r\n" HOST "\r\n");
    reply = client_reply_to(&c, false);
    CU_ASSERT_PTR_NULL(strstr(reply, "Smuggled"));
    CU_ASSERT_PTR_NOT_NULL(strstr(reply, "X-Good: c\r\n"));
    mem_free(reply);
    client_close(&c);
    rig_stop(&rig);
}

static bool is_big_body(const char *reply, size_t head_len)
{
    for (size_t i = 0; i < BIG_LEN; i++)
        if ((uint8_t)reply[head_len + i] != (uint8_t)(i * 31 + i / 251))
            return false;
    return true;
}

/* An answer larger than all socket buffers, to a client that reads late; then the request behind
 * it. */
static void a_large_answer_arrives_whole(void)
{
    FOR_PLAIN_AND_TLS(with_tls)
    {
        struct rig rig;
        struct client c;
        size_t len;

        rig_start(&rig, NULL, with_tls);
        client_open(&c, &rig);
        client_send(&c, "GET /big HTTP/1.1\r\n" HOST "\r\nGET /next HTTP/1.1\r\n" HOST "\r\n");
        client_send(&c, "GET /third HTTP/1.1\r\n" HOST "\r\n");
        while ((len = reply_len(&c, false)) == 0 && client_read(&c))
            ;
        CU_ASSERT_FATAL(len > BIG_LEN);
        CU_ASSERT(is_big_body(c.got, len - BIG_LEN));
        memmove(c.got, c.got + len, c.got_len - len + 1);
        c.got_len -= len;
        CU_ASSERT(next_reply_has(&c, OK, "GET /next "));
        CU_ASSERT(next_reply_has(&c, OK, "GET /third "));
        client_close(&c);
        rig_stop(&rig);
    }
}

/* All that comes until the connection ends, which must be without close_notify under TLS. */
static char *broken_off_reply_to(struct rig *rig, const char *request)
{
    struct client c;
    char *reply;

    client_open(&c, rig);
    client_send(&c, request);
    while (client_read(&c))
        ;
    CU_ASSERT(c.ended && (c.ssl == NULL || !c.clean));
    reply = mem_strndup(NULL, c.got, c.got_len);
    client_close(&c);
    return reply;
}

static void an_answer_can_be_broken_off(void)
{
    FOR_PLAIN_AND_TLS(with_tls)
    {
        struct rig rig;
        char *reply;

        rig_start(&rig, NULL, with_tls);
        reply = broken_off_reply_to(
            &rig, "GET /cut HTTP/1.1\r\n" HOST "\r\nGET /next HTTP/1.1\r\n" HOST "\r\n");
        CU_ASSERT(strncmp(reply, OK, strlen(OK)) == 0);
        CU_ASSERT_PTR_NOT_NULL(strstr(reply, "Content-Length: 10\r\n"));
        CU_ASSERT_PTR_NOT_NULL(strstr(reply, "X-Good: c\r\n"));
        CU_ASSERT(strlen(reply) > 8 && strcmp(reply + strlen(reply) - 8, "\r\n\r\n0123") == 0);
        mem_free(reply);
        reply =
            broken_off_reply_to(&rig, "POST /drop HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
        CU_ASSERT_STRING_EQUAL(reply, "");
        mem_free(reply);
        CU_ASSERT_EQUAL(atomic_load(&rig.handled), 2);
        rig_stop(&rig);
    }
}

static void a_client_that_does_not_read_is_given_up(void)
{
    static const struct http_limits limits = {.idle_timeout_ms = 100, .connections_max = 1};
    struct rig rig;
    struct client c, d;

    rig_start(&rig, &limits, false);
    client_open(&c, &rig);
    client_send(&c, "GET /big HTTP/1.1\r\n" HOST "\r\n");
    while (client_read(&c) && c.got_len < 100)
        ;
    /* The only place is taken until the server gives up. */
    for (bool served = false; !served; client_close(&d)) {
        client_open(&d, &rig);
        client_send(&d, "GET /d HTTP/1.1\r\n" HOST "\r\n");
        served = client_read(&d);
    }
    while (client_read(&c))
        ;
    CU_ASSERT(c.got_len < BIG_LEN);
    client_close(&c);
    rig_stop(&rig);
}

/* The timeouts are long enough for a busy machine to do in time what must be done in time, so the
 * clients wait side by side. */
static void slow_requests_are_answered_408(void)
{
    static const struct http_limits limits = {.request_timeout_ms = 1500};
    static const char *const rows[] = {"G", "GET / HTTP/1.1\r\n" HOST,
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nabc",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nabc", "GET /slow/"};
    enum { ROWS = sizeof rows / sizeof rows[0] };

    FOR_PLAIN_AND_TLS(with_tls)
    {
        struct rig rig;
        struct client c[ROWS];

        rig_start(&rig, &limits, with_tls);
        for (size_t i = 0; i < ROWS; i++) {
            client_open(&c[i], &rig);
            client_send(&c[i], rows[i]);
        }
        /* A byte now and then does not help. */
        while (atomic_load(&rig.refused) < ROWS && client_send(&c[ROWS - 1], "a"))
            usleep(20 * 1000);
        for (size_t i = 0; i < ROWS; i++) {
            CU_ASSERT(next_reply_has(&c[i], "HTTP/1.1 408 ", "application/problem+json"));
            client_close(&c[i]);
        }
        CU_ASSERT_EQUAL(atomic_load(&rig.handled), 0);
        rig_stop(&rig);
    }
}

/* The handler may take longer than the client was allowed to. */
static void a_request_that_is_handled_does_not_time_out(void)
{
    static const struct http_limits limits = {.request_timeout_ms = 1000};
    struct rig rig;
    struct client c;

    rig_start(&rig, &limits, true);
    client_open(&c, &rig);
    client_send(&c, "GET /pa");
    client_send(&c, "rk HTTP/1.1\r\n" HOST "\r\n");
    wait_for(&rig.parking);
    usleep(1200 * 1000);
    on_loop(&rig, release_parked);
    CU_ASSERT_EQUAL(atomic_load(&rig.connected), 1);
    CU_ASSERT(next_reply_has(&c, OK, "released"));
    client_close(&c);
    rig_stop(&rig);
}

static void idle_connections_and_endless_handshakes_are_closed(void)
{
    static const struct http_limits limits = {.request_timeout_ms = 1000, .idle_timeout_ms = 1000};
    struct rig rig;
    struct client unused, used;
    int silent, half;
    char byte;

    rig_start(&rig, &limits, true);
    client_open(&used, &rig);
    client_send(&used, "GET /once HTTP/1.1\r\n" HOST "\r\n");
    client_open(&unused, &rig);
    silent = connect_to(rig.port);
    half = connect_to(rig.port);
    CU_ASSERT_EQUAL(send(half, "\x16\x03\x01\x02", 4, MSG_NOSIGNAL), 4);
    CU_ASSERT(next_reply_has(&used, OK, "GET /once "));
    CU_ASSERT(ends_cleanly(&used));
    CU_ASSERT(ends_cleanly(&unused));
    CU_ASSERT_EQUAL(recv(silent, &byte, 1, 0), 0);
    CU_ASSERT(recv(half, &byte, 1, 0) <= 0);
    client_close(&used);
    client_close(&unused);
    close(silent);
    close(half);
    rig_stop(&rig);
}

static void a_full_server_closes_the_oldest_idle_connection(void)
{
    static const struct http_limits limits = {.connections_max = 2};
    struct rig rig;
    struct client a, b, c, d;

    rig_start(&rig, &limits, true);
    client_open(&a, &rig);
    client_open(&b, &rig);
    client_send(&a, "GET /a HTTP/1.1\r\n" HOST "\r\n");
    CU_ASSERT(next_reply_has(&a, OK, "GET /a "));
    client_send(&b, "GET /b HTTP/1.1\r\n" HOST "\r\n");
    CU_ASSERT(next_reply_has(&b, OK, "GET /b "));
    client_send(&a, "GET /a HTTP/1.1\r\n" HOST "\r\n");
    CU_ASSERT(next_reply_has(&a, OK, "GET /a "));
    client_open(&c, &rig);
    CU_ASSERT(ends_cleanly(&b));
    client_send(&a, "GET /park HTTP/1.1\r\n" HOST "\r\n");
    client_send(&c, "GET /park HTTP/1.1\r\n" HOST "\r\n");
    wait_for(&rig.parking);
    wait_for(&rig.parking);
    /* None is idle: the new one is refused. */
    d = (struct client){.fd = connect_to(rig.port)};
    CU_ASSERT(recv(d.fd, &(char){0}, 1, 0) <= 0);
    close(d.fd);
    on_loop(&rig, release_parked);
    CU_ASSERT(next_reply_has(&a, OK, "released"));
    CU_ASSERT(next_reply_has(&c, OK, "released"));
    client_close(&a);
    client_close(&b);
    client_close(&c);
    rig_stop(&rig);
}

static void count_connected(struct rig *rig)
{
    atomic_store(&rig->connected, 0);
    for (size_t i = 0; i < rig->parked_len; i++)
        if (http_request_is_connected(rig->parked[i]))
            atomic_fetch_add(&rig->connected, 1);
}

static void wait_until_gone(struct rig *rig)
{
    do
        on_loop(rig, count_connected);
    while (atomic_load(&rig->connected) > 0);
}

static void a_client_may_leave_while_its_request_is_handled(void)
{
    static const struct linger reset = {.l_onoff = 1, .l_linger = 0};

    FOR_PLAIN_AND_TLS(with_tls)
    {
        struct rig rig;
        struct client c;

        rig_start(&rig, NULL, with_tls);
        for (int how = 0; how < 3; how++) { /* FIN, reset, FIN with pipelined bytes behind */
            client_open(&c, &rig);
            client_send(&c, "GET /park HTTP/1.1\r\n" HOST "X-Echo: e\r\n\r\n");
            if (how == 2)
                client_send(&c, "GET /next HTTP/1.1\r\n" HOST "\r\nGET /half");
            wait_for(&rig.parking);
            if (how == 1)
                setsockopt(c.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
            client_close(&c);
            wait_until_gone(&rig);
            on_loop(&rig, release_parked);
        }
        client_open(&c, &rig);
        client_send(&c, "GET /alive HTTP/1.1\r\n" HOST "\r\n");
        CU_ASSERT(next_reply_has(&c, OK, "GET /alive "));
        client_close(&c);
        rig_stop(&rig);
    }
}

/* A client may end its direction and still read (RFC 9112, 9.6). */
static void a_client_that_has_ended_its_side_is_still_answered(void)
{
    FOR_PLAIN_AND_TLS(with_tls)
    {
        struct rig rig;
        struct client c;

        rig_start(&rig, NULL, with_tls);
        client_open(&c, &rig);
        client_send(&c, "GET /park HTTP/1.1\r\n" HOST "\r\nGET /2 HTTP/1.1\r\n" HOST "\r\n");
        if (with_tls)
            SSL_shutdown(c.ssl);
        shutdown(c.fd, SHUT_WR);
        wait_for(&rig.parking);
        wait_until_gone(&rig);
        on_loop(&rig, release_parked);
        CU_ASSERT(next_reply_has(&c, OK, "released"));
        CU_ASSERT(next_reply_has(&c, OK, "GET /2 "));
        CU_ASSERT(ends_cleanly(&c));
        client_close(&c);
        rig_stop(&rig);
    }
}

static void draining_answers_what_is_open_and_closes_the_rest(void)
{
    FOR_PLAIN_AND_TLS(with_tls)
    {
        struct rig rig;
        struct client busy, half, idle;

        rig_start(&rig, NULL, with_tls);
        client_open(&idle, &rig);
        client_send(&idle, "GET / HTTP/1.1\r\n" HOST "\r\n");
        CU_ASSERT(next_reply_has(&idle, OK, "GET / "));
        client_open(&half, &rig);
        /* When the first is answered, the half that came with it has begun to be read. */
        client_send(&half, "GET /1 HTTP/1.1\r\n" HOST "\r\nGET /half HTTP/1.1\r\n");
        CU_ASSERT(next_reply_has(&half, OK, "GET /1 "));
        client_open(&busy, &rig);
        client_send(&busy, "GET /park HTTP/1.1\r\n" HOST "\r\n");
        wait_for(&rig.parking);
        on_loop(&rig, drain);
        CU_ASSERT(ends_cleanly(&idle));
        CU_ASSERT_EQUAL(connect_to(rig.port), -1);
        CU_ASSERT_EQUAL(sem_trywait(&rig.drained), -1);
        client_send(&half, HOST "\r\n");
        CU_ASSERT(next_reply_has(&half, OK, "Connection: close\r\n"));
        CU_ASSERT(ends_cleanly(&half));
        client_close(&half);
        on_loop(&rig, release_parked);
        CU_ASSERT(next_reply_has(&busy, OK, "Connection: close\r\n"));
        CU_ASSERT(ends_cleanly(&busy));
        client_close(&busy);
        client_close(&idle);
        wait_for(&rig.drained);
        rig_stop(&rig);
    }
}

static void draining_waits_for_an_answer_on_its_way(void)
{
    FOR_PLAIN_AND_TLS(with_tls)
    {
        struct rig rig;
        struct client c;
        size_t len;

        rig_start(&rig, NULL, with_tls);
        client_open(&c, &rig);
        client_send(&c, "GET /big HTTP/1.1\r\n" HOST "\r\n");
        CU_ASSERT(client_read(&c));
        on_loop(&rig, drain);
        CU_ASSERT_EQUAL(sem_trywait(&rig.drained), -1);
        while ((len = reply_len(&c, false)) == 0 && client_read(&c))
            ;
        CU_ASSERT_FATAL(len > BIG_LEN);
        CU_ASSERT(is_big_body(c.got, len - BIG_LEN));
        c.got_len -= len;
        CU_ASSERT(ends_cleanly(&c));
        client_close(&c);
        wait_for(&rig.drained);
        rig_stop(&rig);
    }
}

static void draining_an_idle_server_ends_at_once(void)
{
    struct rig rig;

    rig_start(&rig, NULL, false);
    on_loop(&rig, drain);
    wait_for(&rig.drained);
    rig_stop(&rig);
}

static void requests_outlive_their_server(void)
{
    struct rig rig;
    struct client c;

    rig_start(&rig, NULL, true);
    client_open(&c, &rig);
    client_send(&c, "GET /park HTTP/1.1\r\n" HOST "\r\n");
    wait_for(&rig.parking);
    on_loop(&rig, free_server);
    CU_ASSERT(ends_cleanly(&c));
    on_loop(&rig, release_parked);
    CU_ASSERT_EQUAL(atomic_load(&rig.connected), 0);
    client_close(&c);
    rig_stop(&rig);
}

static void two_servers_share_a_port(void)
{
    struct rig rigs[2];
    struct client c;
    struct err e = {0};
    uint16_t port;
    char address[32];
    int holder = bind_port(&port), tries = 0;

    snprintf(address, sizeof address, "127.0.0.1:%u", port);
    for (int i = 0; i < 2; i++) {
        rig_init(&rigs[i], NULL, false);
        rigs[i].port = port;
        CU_ASSERT_EQUAL_FATAL(http_server_listen(rigs[i].server, address, -1, &e), ERR_OK);
        rig_run(&rigs[i]);
    }
    close(holder);
    do {
        client_open(&c, &rigs[0]);
        client_send(&c, "GET / HTTP/1.1\r\n" HOST "\r\n");
        CU_ASSERT(next_reply_has(&c, OK, "GET / "));
        client_close(&c);
    } while ((atomic_load(&rigs[0].handled) == 0 || atomic_load(&rigs[1].handled) == 0) &&
             ++tries < 1000);
    CU_ASSERT(tries < 1000);
    on_loop(&rigs[0], free_server);
    client_open(&c, &rigs[1]);
    client_send(&c, "GET /second HTTP/1.1\r\n" HOST "\r\n");
    CU_ASSERT(next_reply_has(&c, OK, "GET /second "));
    client_close(&c);
    rig_stop(&rigs[0]);
    rig_stop(&rigs[1]);
}

static void addresses_to_listen_on_are_checked(void)
{
    static const char *const bad[] = {"", "14000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
        "127.0.0.1:65536", "127.0.0.1:000080", "localhost:80", "::1:80", "[127.0.0.1]:80", "[::1]",
        "[::1:80", "[]:80", "256.0.0.1:80", "127.0.0.1:-1"};
    struct http_server_options options = {.on_request = on_request};
    struct loop *loop = loop_new();
    struct http_server *server = http_server_new(loop, &options);
    struct err e = {0};
    uint16_t port;
    char address[32];
    int taken, off = 0;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CU_ASSERT_EQUAL(http_server_listen(server, bad[i], -1, &e), ERR_INPUT);
    CU_ASSERT_EQUAL(http_server_listen(server, ":0", -1, &e), ERR_OK);
    CU_ASSERT_EQUAL(http_server_listen(server, "127.0.0.1:0", -1, &e), ERR_OK);
    taken = bind_port(&port);
    setsockopt(taken, SOL_SOCKET, SO_REUSEPORT, &off, sizeof off);
    CU_ASSERT_EQUAL(listen(taken, 1), 0);
    snprintf(address, sizeof address, "127.0.0.1:%u", port);
    CU_ASSERT_EQUAL(http_server_listen(server, address, -1, &e), ERR_NETWORK);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "Address already in use"));
    close(taken);
    http_server_free(server);
    loop_free(loop);
}

static void the_peer_of_a_dual_stack_socket_is_ipv4(void)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    socklen_t len = sizeof in6;
    int fd = socket(AF_INET6, SOCK_STREAM, 0), off = 0;
    struct rig rig;
    struct client c;
    struct err e = {0};

    if (fd < 0)
        return; /* a machine without IPv6 has no such sockets */
    CU_ASSERT_EQUAL(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off), 0);
    CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&in6, sizeof in6), 0);
    getsockname(fd, (struct sockaddr *)&in6, &len);
    rig_init(&rig, NULL, false);
    rig.port = ntohs(in6.sin6_port);
    CU_ASSERT_EQUAL_FATAL(http_server_listen(rig.server, "test", fd, &e), ERR_OK);
    rig_run(&rig);
    client_open(&c, &rig);
    client_send(&c, "GET /peer HTTP/1.1\r\n" HOST "\r\n");
    CU_ASSERT(next_reply_has(&c, OK, "\r\n\r\n127.0.0.1"));
    client_close(&c);
    rig_stop(&rig);
}

/* The admin API listens on one. */
static void a_unix_socket_can_be_inherited(void)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    socklen_t len;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct rig rig;
    struct client c = {.fd = socket(AF_UNIX, SOCK_STREAM, 0)};
    struct err e = {0};

    snprintf(un.sun_path + 1, sizeof un.sun_path - 1, "countersign-test-%ld", (long)getpid());
    len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(un.sun_path + 1));
    CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&un, len), 0);
    rig_init(&rig, NULL, false);
    CU_ASSERT_EQUAL_FATAL(http_server_listen(rig.server, "test", fd, &e), ERR_OK);
    rig_run(&rig);
    CU_ASSERT_EQUAL_FATAL(connect(c.fd, (struct sockaddr *)&un, len), 0);
    c.got = mem_alloc(NULL, BIG_LEN + 65536, "got");
    client_send(&c, "GET /peer HTTP/1.1\r\n" HOST "\r\n");
    CU_ASSERT(next_reply_has(&c, OK, "\r\n\r\nnone"));
    client_close(&c);
    rig_stop(&rig);
}

/* No descriptor left to accept with: the server waits, and goes on when there is one again. */
static void accepting_recovers_from_a_lack_of_descriptors(void)
{
    struct rlimit before, small;
    int taken[64], taken_len = 0, fd;
    struct rig rig;
    struct client c = {0};

    rig_start(&rig, NULL, false);
    getrlimit(RLIMIT_NOFILE, &before);
    small = (struct rlimit){64, before.rlim_max};
    fd = socket(AF_INET, SOCK_STREAM, 0);
    log_setup(LOG_ERROR, LOG_TEXT); /* the warning is expected */
    CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &small), 0);
    while (taken_len < 64 && (taken[taken_len] = open("/dev/null", O_RDONLY)) >= 0)
        taken_len++;
    CU_ASSERT(taken_len < 64);
    close(fd);
    c.fd = connect_to(rig.port);
    c.got = mem_alloc(NULL, BIG_LEN + 65536, "got");
    CU_ASSERT(c.fd >= 0);
    client_send(&c, "GET /late HTTP/1.1\r\n" HOST "\r\n");
    usleep(50 * 1000);
    CU_ASSERT_EQUAL(atomic_load(&rig.handled), 0);
    while (taken_len > 0)
        close(taken[--taken_len]);
    setrlimit(RLIMIT_NOFILE, &before);
    CU_ASSERT(next_reply_has(&c, OK, "GET /late "));
    log_setup(LOG_INFO, LOG_TEXT);
    client_close(&c);
    rig_stop(&rig);
}

/* TLS. */

static void plain_http_on_a_tls_port_is_told_so(void)
{
    struct rig rig;
    struct client c;

    rig_start(&rig, NULL, true);
    rig.with_tls = false;
    client_open(&c, &rig);
    client_send(&c, "GET / HTTP/1.1\r\n" HOST "\r\n");
    CU_ASSERT(next_reply_has(&c, "HTTP/1.1 400 ", "https://"));
    CU_ASSERT(ends_cleanly(&c));
    CU_ASSERT_EQUAL(atomic_load(&rig.handled), 0);
    client_close(&c);
    rig_stop(&rig);
}

/* A handshake with a prepared context, as far as it goes; the session is freed by the caller. */
static SSL *handshake(const struct rig *rig, SSL_CTX *context, SSL_SESSION *session, bool *good)
{
    SSL *ssl = SSL_new(context);

    SSL_set_fd(ssl, connect_to(rig->port));
    if (session != NULL)
        SSL_set_session(ssl, session);
    *good = SSL_connect(ssl) == 1;
    return ssl;
}

static void hang_up(SSL *ssl)
{
    close(SSL_get_fd(ssl));
    SSL_free(ssl);
}

static void tls_1_2_and_1_3_are_spoken_and_nothing_older(void)
{
    static const struct {
        int version;
        bool good;
    } rows[] = {
        {TLS1_1_VERSION, false},
        {TLS1_2_VERSION, true},
        {TLS1_3_VERSION, true},
    };
    struct rig rig;

    rig_start(&rig, NULL, true);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        SSL_CTX *context = client_context();
        bool good;
        SSL *ssl;

        SSL_CTX_set_security_level(context, 0);
        SSL_CTX_set_min_proto_version(context, rows[i].version);
        SSL_CTX_set_max_proto_version(context, rows[i].version);
        ssl = handshake(&rig, context, NULL, &good);
        CU_ASSERT_EQUAL(good, rows[i].good);
        hang_up(ssl);
        SSL_CTX_free(context);
    }
    rig_stop(&rig);
}

static void alpn_is_http_1_1_or_nothing(void)
{
    static const struct {
        const char *offer;
        bool good, chosen;
    } rows[] = {
        {"", true, false},
        {"\x08http/1.1", true, true},
        {"\x02h2\x08http/1.1", true, true},
        {"\x02h2", false, false},
        {"\x0a"
         "acme-tls/1",
            false, false},
    };
    struct rig rig;

    rig_start(&rig, NULL, true);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        SSL_CTX *context = client_context();
        const unsigned char *chosen;
        unsigned chosen_len;
        bool good;
        SSL *ssl;

        SSL_CTX_set_alpn_protos(
            context, (const unsigned char *)rows[i].offer, (unsigned)strlen(rows[i].offer));
        ssl = handshake(&rig, context, NULL, &good);
        CU_ASSERT_EQUAL(good, rows[i].good);
        SSL_get0_alpn_selected(ssl, &chosen, &chosen_len);
        CU_ASSERT_EQUAL(chosen_len, rows[i].chosen ? 8 : 0);
        hang_up(ssl);
        SSL_CTX_free(context);
    }
    rig_stop(&rig);
}

static SSL_SESSION *kept_session;

static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl;
    SSL_SESSION_free(kept_session);
    kept_session = session;
    return 1;
}

static void sessions_are_resumed_by_ticket(void)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    struct rig rig;

    rig_start(&rig, NULL, true);
    for (size_t i = 0; i < 2; i++) {
        SSL_CTX *context = client_context();
        struct client c = {0};
        bool good;

        SSL_CTX_set_max_proto_version(context, versions[i]);
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT);
        SSL_CTX_sess_set_new_cb(context, keep_session);
        kept_session = NULL;
        c.got = mem_alloc(NULL, BIG_LEN + 65536, "got");
        c.ssl = handshake(&rig, context, NULL, &good);
        CU_ASSERT(good);
        client_send(&c, "GET / HTTP/1.1\r\n" HOST "\r\n");
        CU_ASSERT(next_reply_has(&c, OK, "GET / ")); /* TLS 1.3: the ticket comes before it */
        SSL_shutdown(c.ssl);
        hang_up(c.ssl);
        CU_ASSERT_PTR_NOT_NULL(kept_session);
        c.ssl = handshake(&rig, context, kept_session, &good);
        CU_ASSERT(good);
        CU_ASSERT_EQUAL(SSL_session_reused(c.ssl), 1);
        hang_up(c.ssl);
        SSL_SESSION_free(kept_session);
        SSL_CTX_free(context);
        mem_free(c.got);
    }
    rig_stop(&rig);
}

static void renew_tls(struct rig *rig)
{
    struct http_tls *tls = make_tls("second");

    http_server_set_tls(rig->server, tls);
    http_tls_unref(tls);
}

static bool subject_is(SSL *ssl, const char *name)
{
    X509 *cert = SSL_get1_peer_certificate(ssl);
    char got[64] = "";

    X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName, got, sizeof got);
    X509_free(cert);
    return strcmp(got, name) == 0;
}

static void a_renewed_certificate_serves_new_connections(void)
{
    struct rig rig;
    struct client old, new;

    rig_start(&rig, NULL, true);
    client_open(&old, &rig);
    CU_ASSERT(subject_is(old.ssl, "first"));
    on_loop(&rig, renew_tls);
    client_open(&new, &rig);
    CU_ASSERT(subject_is(new.ssl, "second"));
    client_send(&old, "GET /old HTTP/1.1\r\n" HOST "\r\n");
    CU_ASSERT(next_reply_has(&old, OK, "GET /old "));
    client_close(&old);
    client_close(&new);
    rig_stop(&rig);
}

static void renegotiation_is_refused(void)
{
    struct rig rig;
    SSL_CTX *context = client_context();
    struct client c = {0};
    bool good;

    rig_start(&rig, NULL, true);
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    c.got = mem_alloc(NULL, BIG_LEN + 65536, "got");
    c.ssl = handshake(&rig, context, NULL, &good);
    CU_ASSERT(good);
    CU_ASSERT(SSL_renegotiate(c.ssl) != 1 || SSL_do_handshake(c.ssl) != 1);
    hang_up(c.ssl);
    SSL_CTX_free(context);
    mem_free(c.got);
    rig_stop(&rig);
}

static void certificates_and_keys_must_fit(void)
{
    void *mem = mem_pool(NULL, 65536);
    struct key *key = key_generate(mem, KEY_P256, 0), *other = key_generate(mem, KEY_P256, 0);
    struct cert_ca_options options = {.common_name = "a", .not_after_s = clock_now_s() + 86400};
    struct err e = {0};
    char *pem, *key_pem = key_to_pem(mem, key);

    CU_ASSERT_EQUAL_FATAL(cert_make_ca(mem, NULL, key, &options, &pem, &e), ERR_OK);
    CU_ASSERT_PTR_NULL(http_tls_new("", key_pem, &e));
    CU_ASSERT_EQUAL(e.code, ERR_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "certificate"));
    CU_ASSERT_PTR_NULL(http_tls_new(pem, "", &e));
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "key"));
    CU_ASSERT_PTR_NULL(http_tls_new(pem, key_to_pem(mem, other), &e));
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "key"));
    CU_ASSERT_PTR_NULL(http_tls_new(
        mem_printf(mem, "%s-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", pem),
        key_pem, &e));
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "certificate"));
    mem_free(mem);
}

static const struct test tests[] = {
    {"an answer has its headers and length", an_answer_has_its_headers_and_length},
    {"HEAD and 204 have no body", head_and_204_have_no_body},
    {"pipelined requests are answered in order", pipelined_requests_are_answered_in_order},
    {"a flood of pipelined requests waits in the socket",
        a_flood_of_pipelined_requests_waits_in_the_socket},
    {"requests arrive in pieces of any size", requests_arrive_in_pieces_of_any_size},
    {"bad requests never reach a handler", bad_requests_never_reach_a_handler},
    {"a refusal is a problem document with the given headers",
        a_refusal_is_a_problem_document_with_the_given_headers},
    {"a refusal waits for the answers before it", a_refusal_waits_for_the_answers_before_it},
    {"a body beyond the limit is answered 413", a_body_beyond_the_limit_is_answered_413},
    {"heads beyond the limits are refused", heads_beyond_the_limits_are_refused},
    {"Expect: 100-continue is answered before the body",
        expect_100_continue_is_answered_before_the_body},
    {"HTTP/1.0 closes unless asked not to", http_1_0_closes_unless_asked_not_to},
    {"a header value cannot start a line of its own",
        a_header_value_cannot_start_a_line_of_its_own},
    {"a large answer arrives whole", a_large_answer_arrives_whole},
    {"an answer can be broken off", an_answer_can_be_broken_off},
    {"a client that does not read is given up", a_client_that_does_not_read_is_given_up},
    {"slow requests are answered 408", slow_requests_are_answered_408},
    {"a request that is handled does not time out", a_request_that_is_handled_does_not_time_out},
    {"idle connections and endless handshakes are closed",
        idle_connections_and_endless_handshakes_are_closed},
    {"a full server closes the oldest idle connection",
        a_full_server_closes_the_oldest_idle_connection},
    {"a client may leave while its request is handled",
        a_client_may_leave_while_its_request_is_handled},
    {"a client that has ended its side is still answered",
        a_client_that_has_ended_its_side_is_still_answered},
    {"draining answers what is open and closes the rest",
        draining_answers_what_is_open_and_closes_the_rest},
    {"draining waits for an answer on its way", draining_waits_for_an_answer_on_its_way},
    {"draining an idle server ends at once", draining_an_idle_server_ends_at_once},
    {"requests outlive their server", requests_outlive_their_server},
    {"two servers share a port", two_servers_share_a_port},
    {"addresses to listen on are checked", addresses_to_listen_on_are_checked},
    {"the peer of a dual-stack socket is IPv4", the_peer_of_a_dual_stack_socket_is_ipv4},
    {"a unix socket can be inherited", a_unix_socket_can_be_inherited},
    {"accepting recovers from a lack of descriptors",
        accepting_recovers_from_a_lack_of_descriptors},
    {"plain HTTP on a TLS port is told so", plain_http_on_a_tls_port_is_told_so},
    {"TLS 1.2 and 1.3 are spoken and nothing older", tls_1_2_and_1_3_are_spoken_and_nothing_older},
    {"ALPN is http/1.1 or nothing", alpn_is_http_1_1_or_nothing},
    {"sessions are resumed by ticket", sessions_are_resumed_by_ticket},
    {"a renewed certificate serves new connections", a_renewed_certificate_serves_new_connections},
    {"renegotiation is refused", renegotiation_is_refused},
    {"certificates and keys must fit", certificates_and_keys_must_fit},
    {NULL, NULL},
};
extern const struct test_suite suite_http_server;
const struct test_suite suite_http_server = {"http_server", tests};
