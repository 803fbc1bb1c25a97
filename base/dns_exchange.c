/* dns_exchange - see dns_exchange.h.
 *
 *     connect -> write all -> read the length -> read the answer -> finish
 *
 * All of it runs from the loop, so that finish may call back at once.
 */
#include "base/dns_exchange.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/loop_private.h"
#include "base/mem.h"

enum { LENGTH_LEN = 2, MESSAGE_MAX = 65535, DNS_PORT = 53 };

struct dns_exchange {
    struct loop *loop;
    struct dns_server server;
    dns_exchange_on_done on_done;
    void *arg;

    int fd; /* -1 if there is none */
    struct event *event;
    struct loop_timer *timer; /* starts it; then: its patience */
    int64_t timeout_ms;
    bool is_connected;
    uint8_t *out; /* length and message */
    size_t out_len, sent;
    uint8_t *in;
    size_t in_len, received; /* of the length and the answer; in_len grows when that is known */
};

bool dns_server_parse(const char *text, struct dns_server *out)
{
    size_t len = strcspn(text, "@");
    char host[ADDRESS_TEXT_SIZE], *end;
    unsigned long port = DNS_PORT;

    if (len >= sizeof host)
        return false;
    memcpy(host, text, len);
    host[len] = '\0';
    if (text[len] == '@') {
        port = strtoul(text + len + 1, &end, 10);
        if (end == text + len + 1 || *end != '\0' || port == 0 || port > 65535)
            return false;
    }
    out->port = (unsigned)port;
    return address_parse(host, &out->address);
}

static void stop(struct dns_exchange *x)
{
    loop_cancel(&x->timer);
    if (x->event != NULL)
        event_free(x->event);
    if (x->fd >= 0)
        close(x->fd);
    x->event = NULL;
    x->fd = -1;
}

static void finish(struct dns_exchange *x, const struct dns_exchange_result *result)
{
    stop(x);
    x->on_done(x->arg, result);
    mem_free(x);
}

static void fail(struct dns_exchange *x, enum err_code code, const char *why)
{
    finish(x, &(struct dns_exchange_result){.result = code, .why = why});
}

static void on_patience_end(void *arg)
{
    struct dns_exchange *x = arg;

    x->timer = NULL;
    fail(x, ERR_TIMEOUT, x->is_connected ? "no answer in time" : "timed out while connecting");
}

static void on_ready(evutil_socket_t fd, short what, void *arg);

static void wait_for(struct dns_exchange *x, short what)
{
    x->event = event_new(loop_base(x->loop), x->fd, what, on_ready, x);
    BUG_ON(x->event == NULL || event_add(x->event, NULL) != 0);
}

/* True once all that was wanted is there; else it goes on later, or has ended. */
static bool receive(struct dns_exchange *x)
{
    while (x->received < x->in_len) {
        ssize_t got = recv(x->fd, x->in + x->received, x->in_len - x->received, 0);

        if (got > 0)
            x->received += (size_t)got;
        else if (got < 0 && errno == EAGAIN) {
            wait_for(x, EV_READ);
            return false;
        } else {
            fail(x, ERR_NETWORK, "the server closed the connection without an answer");
            return false;
        }
    }
    return true;
}

static void read_answer(struct dns_exchange *x)
{
    if (!receive(x))
        return;
    if (x->in_len == LENGTH_LEN) {
        x->in_len += (size_t)(x->in[0] << 8 | x->in[1]);
        x->in = mem_grow_array(x, x->in, 1, x->in_len, "dns answer");
        if (!receive(x))
            return;
    }
    finish(x,
        &(struct dns_exchange_result){
            .result = ERR_OK, .why = "", .answer = {x->in + LENGTH_LEN, x->in_len - LENGTH_LEN}});
}

static void write_message(struct dns_exchange *x)
{
    while (x->sent < x->out_len) {
        ssize_t sent = send(x->fd, x->out + x->sent, x->out_len - x->sent, MSG_NOSIGNAL);

        if (sent > 0)
            x->sent += (size_t)sent;
        else if (errno == EAGAIN) {
            wait_for(x, EV_WRITE);
            return;
        } else {
            fail(x, ERR_NETWORK, "the server closed the connection");
            return;
        }
    }
    read_answer(x);
}

static void settle_connect(struct dns_exchange *x)
{
    socklen_t len = sizeof(int);
    int error = 0;

    if (getsockopt(x->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
        error = errno;
    if (error != 0) {
        fail(x, ERR_NETWORK, address_connect_fault(error));
        return;
    }
    x->is_connected = true;
    write_message(x);
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
    struct dns_exchange *x = arg;

    (void)fd;
    (void)what;
    event_free(x->event);
    x->event = NULL;
    if (!x->is_connected)
        settle_connect(x);
    else if (x->sent < x->out_len)
        write_message(x);
    else
        read_answer(x);
}

/* The result of connect(2), with its error in errno. */
static int connect_to(int fd, const struct dns_server *server)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)server->port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)server->port)};

    if (server->address.family == AF_INET) {
        memcpy(&v4.sin_addr, server->address.bytes, 4);
        return connect(fd, (struct sockaddr *)&v4, sizeof v4);
    }
    memcpy(&v6.sin6_addr, server->address.bytes, 16);
    return connect(fd, (struct sockaddr *)&v6, sizeof v6);
}

static void on_start(void *arg)
{
    struct dns_exchange *x = arg;

    x->timer = loop_after(x->loop, x->timeout_ms, on_patience_end, x);
    x->fd = socket(x->server.address.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (x->fd < 0 || (connect_to(x->fd, &x->server) != 0 && errno != EINPROGRESS))
        fail(x, ERR_NETWORK, address_connect_fault(errno));
    else
        wait_for(x, EV_WRITE);
}

void dns_exchange_start(struct loop *loop, const struct dns_server *server, struct bytes message,
    int64_t timeout_ms, dns_exchange_on_done on_done, void *arg, struct dns_exchange **exchange)
{
    struct dns_exchange *x = mem_new(NULL, struct dns_exchange);

    BUG_ON(message.len > MESSAGE_MAX);
    x->loop = loop;
    x->server = *server;
    x->timeout_ms = timeout_ms;
    x->on_done = on_done;
    x->arg = arg;
    x->fd = -1;
    x->out_len = LENGTH_LEN + message.len;
    x->out = mem_alloc(x, x->out_len, "dns message");
    x->out[0] = (uint8_t)(message.len >> 8);
    x->out[1] = (uint8_t)message.len;
    if (message.len > 0)
        memcpy(x->out + LENGTH_LEN, message.data, message.len);
    x->in_len = LENGTH_LEN;
    x->in = mem_alloc(x, LENGTH_LEN, "dns answer");
    x->timer = loop_after(loop, 0, on_start, x);
    *exchange = x;
}

void dns_exchange_cancel(struct dns_exchange **exchange)
{
    struct dns_exchange *x = *exchange;

    *exchange = NULL;
    if (x == NULL)
        return;
    stop(x);
    mem_free(x);
}
