/* responder - see responder.h. */
#include "tests/unit/responder.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 64, REQUEST_MAX = 64 * 1024, RESPONSE_MAX = 65535 };

struct connection {
    int fd;
    bool is_held;
    size_t len;
    char *data; /* REQUEST_MAX and a NUL */
};

struct responder {
    pthread_t thread;
    int listen_fd, datagram_fd, stop_fd;
    unsigned port;
    atomic_uint count;
    unsigned requests;
    responder_on_request on_request;
    responder_on_question on_question;
    void *arg;
    struct connection connections[CONNECTIONS_MAX];
    uint8_t response[2 + RESPONSE_MAX];
};

void responder_send_bytes(int fd, const void *data, size_t len)
{
    const char *at = data;

    while (len > 0) {
        ssize_t sent = send(fd, at, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        at += sent;
        len -= (size_t)sent;
    }
}

void responder_send(int fd, const char *text)
{
    responder_send_bytes(fd, text, strlen(text));
}

#ifdef __SANITIZE_THREAD__
/* A loop tells epoll of a descriptor's end in its next round. By then it is closed and its number
 * may be another thread's, which epoll answers with ENOENT: no harm, but a race to the sanitizer.
 */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race:epoll_ctl\n";
}
#endif

/* --- DNS --- */

static size_t put_u16(uint8_t *out, unsigned value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
    return 2;
}

static size_t put_name(uint8_t *out, const char *name)
{
    size_t at = 0;

    while (*name != '\0') {
        size_t len = strcspn(name, ".");
        out[at] = (uint8_t)len;
        memcpy(out + at + 1, name, len);
        at += len + 1;
        name += name[len] == '.' ? len + 1 : len;
    }
    out[at] = 0;
    return at + 1;
}

/* Where the question ends in the query. */
static size_t question_end(const struct dns_exchange *exchange)
{
    size_t at = 12;

    while (exchange->query[at] != 0)
        at += exchange->query[at] + 1U;
    return at + 5;
}

void dns_begin(struct dns_exchange *exchange, unsigned rcode)
{
    size_t len = question_end(exchange);

    memcpy(exchange->response, exchange->query, len);
    put_u16(exchange->response + 2, 0x8180 | rcode);
    put_u16(exchange->response + 6, 0);
    put_u16(exchange->response + 8, 0);
    put_u16(exchange->response + 10, 0);
    exchange->response_len = len;
}

void dns_add(struct dns_exchange *exchange, const char *owner, unsigned type, const void *rdata,
    size_t rdata_len)
{
    uint8_t *out = exchange->response + exchange->response_len;
    size_t at = owner == NULL ? put_u16(out, 0xc00c) : put_name(out, owner);
    unsigned count = (unsigned)exchange->response[6] << 8 | exchange->response[7];

    at += put_u16(out + at, type);
    at += put_u16(out + at, 1);
    at += put_u16(out + at, 0);
    at += put_u16(out + at, 3600);
    at += put_u16(out + at, (unsigned)rdata_len);
    memcpy(out + at, rdata, rdata_len);
    exchange->response_len += at + rdata_len;
    put_u16(exchange->response + 6, count + 1);
}

void dns_add_address(struct dns_exchange *exchange, const char *owner, const char *address)
{
    bool is_v6 = strchr(address, ':') != NULL;
    uint8_t rdata[16];

    if (inet_pton(is_v6 ? AF_INET6 : AF_INET, address, rdata) == 1)
        dns_add(exchange, owner, is_v6 ? 28 : 1, rdata, is_v6 ? 16 : 4);
}

void dns_add_cname(struct dns_exchange *exchange, const char *owner, const char *target)
{
    uint8_t rdata[256];

    dns_add(exchange, owner, 5, rdata, put_name(rdata, target));
}

/* False if the query is not one that a resolver sends. */
static bool read_question(struct dns_exchange *exchange)
{
    size_t at = 12, len = 0;

    if (exchange->query_len < 17)
        return false;
    while (exchange->query[at] != 0) {
        size_t label_len = exchange->query[at++];
        if (label_len > 63 || at + label_len + 5 > exchange->query_len ||
            len + label_len + 2 > sizeof exchange->name)
            return false;
        if (len > 0)
            exchange->name[len++] = '.';
        for (; label_len > 0; label_len--)
            exchange->name[len++] = (char)tolower(exchange->query[at++]);
    }
    exchange->name[len] = '\0';
    exchange->type = (unsigned)exchange->query[at + 1] << 8 | exchange->query[at + 2];
    return true;
}

/* Returns the response's length; it stands at response + 2. */
static size_t answer_question(struct responder *r, const uint8_t *query, size_t len, bool over_tcp)
{
    struct dns_exchange exchange = {.query = query,
        .query_len = len,
        .over_tcp = over_tcp,
        .nth = r->requests,
        .response = r->response + 2};

    if (!read_question(&exchange))
        return 0;
    r->requests++;
    atomic_fetch_add(&r->count, 1);
    r->on_question(r->arg, &exchange);
    return exchange.response_len;
}

static void on_datagram(struct responder *r)
{
    uint8_t query[512];
    struct sockaddr_in from;
    socklen_t from_len = sizeof from;
    ssize_t len = recvfrom(
        r->datagram_fd, query, sizeof query, MSG_DONTWAIT, (struct sockaddr *)&from, &from_len);
    size_t response_len = len > 0 ? answer_question(r, query, (size_t)len, false) : 0;

    if (response_len > 0)
        sendto(r->datagram_fd, r->response + 2, response_len, MSG_NOSIGNAL,
            (struct sockaddr *)&from, from_len);
}

/* --- connections --- */

static void end_connection(struct connection *c)
{
    close(c->fd);
    free(c->data);
    *c = (struct connection){.fd = -1};
}

static void on_connection(struct responder *r)
{
    int fd = accept(r->listen_fd, NULL, NULL);

    if (fd < 0)
        return;
    if (r->on_request != NULL)
        atomic_fetch_add(&r->count, 1);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        if (r->connections[i].fd < 0) {
            r->connections[i] = (struct connection){.fd = fd, .data = calloc(1, REQUEST_MAX + 1)};
            return;
        }
    close(fd);
}

/* A question over TCP has its length in front. */
static void on_stream_question(struct responder *r, struct connection *c)
{
    size_t len, response_len;

    if (c->len < 2)
        return;
    len = (size_t)(uint8_t)c->data[0] << 8 | (uint8_t)c->data[1];
    if (c->len < len + 2)
        return;
    response_len = answer_question(r, (const uint8_t *)c->data + 2, len, true);
    if (response_len > 0) {
        put_u16(r->response, (unsigned)response_len);
        responder_send_bytes(c->fd, r->response, response_len + 2);
    }
    end_connection(c);
}

/* Is the head there, and what it announces after it? A TLS client's first record is shown as it is.
 */
static bool is_complete(const struct connection *c)
{
    const char *end = strstr(c->data, "\r\n\r\n");
    const char *length = strstr(c->data, "\r\nContent-Length: ");

    if (c->data[0] == 0x16)
        return true;
    if (end == NULL)
        return false;
    return length == NULL || length > end ||
           c->len >= (size_t)(end + 4 - c->data) +
                         strtoul(length + strlen("\r\nContent-Length: "), NULL, 10);
}

static void on_head(struct responder *r, struct connection *c)
{
    enum responder_then then;

    if (!is_complete(c))
        return;
    then = r->on_request(r->arg, c->fd, c->data, r->requests++);
    c->len = 0;
    memset(c->data, 0, REQUEST_MAX);
    c->is_held = then == RESPONDER_HOLD;
    if (then == RESPONDER_CLOSE)
        end_connection(c);
}

static void on_bytes(struct responder *r, struct connection *c)
{
    ssize_t len = recv(c->fd, c->data + c->len, REQUEST_MAX - c->len, MSG_DONTWAIT);

    if (len <= 0) {
        end_connection(c);
        return;
    }
    if (c->is_held)
        return;
    c->len += (size_t)len;
    if (r->on_request != NULL)
        on_head(r, c);
    else
        on_stream_question(r, c);
}

static void *run(void *arg)
{
    struct responder *r = arg;
    struct pollfd polled[3 + CONNECTIONS_MAX];

    for (;;) {
        polled[0] = (struct pollfd){r->stop_fd, POLLIN, 0};
        polled[1] = (struct pollfd){r->listen_fd, POLLIN, 0};
        polled[2] = (struct pollfd){r->datagram_fd, POLLIN, 0};
        for (size_t i = 0; i < CONNECTIONS_MAX; i++)
            polled[3 + i] = (struct pollfd){r->connections[i].fd, POLLIN, 0};
        if (poll(polled, sizeof polled / sizeof polled[0], -1) < 0 && errno != EINTR)
            break;
        if (polled[0].revents != 0)
            break;
        for (size_t i = 0; i < CONNECTIONS_MAX; i++)
            if (polled[3 + i].revents != 0)
                on_bytes(r, &r->connections[i]);
        if (polled[1].revents != 0)
            on_connection(r);
        if (polled[2].revents != 0)
            on_datagram(r);
    }
    return NULL;
}

/* --- life --- */

/* Binds a socket; `*port` 0 becomes the port that was found. */
static int bind_socket(const char *address, int type, unsigned *port)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)*port)};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
    bool is_v6 = strchr(address, ':') != NULL;
    struct sockaddr *to = is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
    socklen_t len = is_v6 ? sizeof v6 : sizeof v4;
    int on = 1, fd = socket(to->sa_family, type | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (inet_pton(to->sa_family, address, is_v6 ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr) !=
            1 ||
        bind(fd, to, len) != 0 || getsockname(fd, to, &len) != 0 ||
        (type == SOCK_STREAM && listen(fd, 128) != 0)) {
        close(fd);
        return -1;
    }
    *port = ntohs(is_v6 ? v6.sin6_port : v4.sin_port);
    return fd;
}

static struct responder *start(struct responder *r)
{
    r->stop_fd = eventfd(0, EFD_CLOEXEC);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        r->connections[i].fd = -1;
    pthread_create(&r->thread, NULL, run, r);
    return r;
}

struct responder *responder_http(
    const char *address, unsigned port, responder_on_request on_request, void *arg)
{
    struct responder *r = calloc(1, sizeof *r);

    r->datagram_fd = -1;
    r->port = port;
    r->listen_fd = bind_socket(address, SOCK_STREAM, &r->port);
    r->on_request = on_request;
    r->arg = arg;
    if (r->listen_fd >= 0)
        return start(r);
    free(r);
    return NULL;
}

struct responder *responder_dns(responder_on_question on_question, void *arg)
{
    struct responder *r = calloc(1, sizeof *r);

    /* The same port for both; somebody may have taken the other half of it. */
    for (int tries = 0; tries < 100; tries++) {
        r->port = 0;
        r->datagram_fd = bind_socket("127.0.0.1", SOCK_DGRAM, &r->port);
        r->listen_fd = bind_socket("127.0.0.1", SOCK_STREAM, &r->port);
        if (r->listen_fd >= 0)
            break;
        close(r->datagram_fd);
    }
    r->on_question = on_question;
    r->arg = arg;
    return start(r);
}

unsigned responder_port(const struct responder *responder)
{
    return responder->port;
}

unsigned responder_count(struct responder *responder)
{
    return atomic_load(&responder->count);
}

void responder_stop(struct responder *responder)
{
    uint64_t one = 1;

    if (responder == NULL)
        return;
    if (write(responder->stop_fd, &one, sizeof one) == (ssize_t)sizeof one)
        pthread_join(responder->thread, NULL);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        if (responder->connections[i].fd >= 0)
            end_connection(&responder->connections[i]);
    close(responder->listen_fd);
    if (responder->datagram_fd >= 0)
        close(responder->datagram_fd);
    close(responder->stop_fd);
    free(responder);
}
