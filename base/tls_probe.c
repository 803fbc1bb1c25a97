/* tls_probe - see tls_probe.h.
 *
 *     connect -> handshake (as often as the socket is ready) -> finish
 *
 * All of it runs from the loop, so that finish may call back at once.
 */
#include "base/tls_probe.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/clock.h"
#include "base/loop_private.h"
#include "base/mem.h"

enum { PROTOCOL_MAX = 32, OPENSSL_WORDS_SIZE = 160 };

struct tls_probe {
    struct loop *loop;
    const struct address_filter *filter;
    struct address address;
    unsigned port;
    char *server_name; /* OpenSSL takes it as such */
    const char *protocol;
    int64_t deadline_ms;
    int64_t connect_timeout_ms;
    tls_probe_on_done on_done;
    void *arg;

    int fd; /* -1 if there is none */
    SSL *ssl;
    struct event *event;
    struct loop_timer *timer; /* starts the probe; then: its patience */
    bool is_connected;
    char words[OPENSSL_WORDS_SIZE];
};

/* Ends whatever would still touch the probe, and the connection. */
static void stop(struct tls_probe *probe)
{
    loop_cancel(&probe->timer);
    if (probe->event != NULL)
        event_free(probe->event);
    SSL_free(probe->ssl);
    if (probe->fd >= 0)
        close(probe->fd);
    probe->event = NULL;
    probe->ssl = NULL;
    probe->fd = -1;
}

static void finish(struct tls_probe *probe, const struct tls_probe_result *result)
{
    stop(probe);
    probe->on_done(probe->arg, result);
    mem_free(probe);
}

static void fail(struct tls_probe *probe, enum err_code code, bool tls_failed, const char *why)
{
    finish(probe, &(struct tls_probe_result){.result = code,
                      .connected = probe->is_connected,
                      .tls_failed = tls_failed,
                      .why = why,
                      .internal = probe->words});
}

static void on_patience_end(void *arg)
{
    struct tls_probe *probe = arg;

    probe->timer = NULL;
    fail(probe, ERR_TIMEOUT, false,
        probe->is_connected ? "timed out during the TLS handshake" : "timed out while connecting");
}

static void wait_for(struct tls_probe *probe, short what);

/* --- handshake --- */

/* What others' alerts and our own objections mean. */
static const char *handshake_why(unsigned long error)
{
    static const struct {
        int reason;
        const char *why;
    } rows[] = {
        {SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL, "the server does not know the ALPN protocol"},
        {SSL_R_TLSV1_UNRECOGNIZED_NAME, "the server does not know the name"},
        {SSL_R_UNSUPPORTED_PROTOCOL, "the server offers no TLS 1.2 or newer"},
        {SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, "the server offers no TLS 1.2 or newer"},
        {SSL_R_WRONG_VERSION_NUMBER, "the answer is not TLS"},
        {SSL_R_UNEXPECTED_EOF_WHILE_READING, "the connection was closed during the TLS handshake"},
        {SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, "the server refused the TLS handshake"},
        {SSL_R_TLSV1_ALERT_INTERNAL_ERROR, "the server refused the TLS handshake"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == rows[i].reason)
            return rows[i].why;
    return "the TLS handshake failed";
}

static void settle_error(struct tls_probe *probe, int kind)
{
    unsigned long error = ERR_peek_error();

    if (kind == SSL_ERROR_SSL) {
        ERR_error_string_n(error, probe->words, sizeof probe->words);
        fail(probe, ERR_NETWORK, true, handshake_why(error));
    } else {
        fail(probe, ERR_NETWORK, true, "the connection broke during the TLS handshake");
    }
}

static void settle_handshake(struct tls_probe *probe)
{
    struct tls_probe_result result = {
        .result = ERR_OK, .connected = true, .why = "", .internal = ""};
    X509 *certificate = SSL_get1_peer_certificate(probe->ssl);
    unsigned char *der = NULL;
    const unsigned char *protocol;
    unsigned protocol_len;
    int len = certificate == NULL ? 0 : i2d_X509(certificate, &der);

    X509_free(certificate);
    SSL_get0_alpn_selected(probe->ssl, &protocol, &protocol_len);
    result.agreed = bytes_equal(
        (struct bytes){protocol, protocol == NULL ? 0 : protocol_len}, bytes_of(probe->protocol));
    if (len > 0)
        result.certificate = bytes_copy(probe, (struct bytes){der, (size_t)len});
    OPENSSL_free(der);
    SSL_shutdown(probe->ssl);
    ERR_clear_error();
    finish(probe, &result);
}

static void handshake(struct tls_probe *probe)
{
    int result, kind;

    ERR_clear_error();
    result = SSL_do_handshake(probe->ssl);
    if (result == 1) {
        settle_handshake(probe);
        return;
    }
    kind = SSL_get_error(probe->ssl, result);
    if (kind == SSL_ERROR_WANT_READ)
        wait_for(probe, EV_READ);
    else if (kind == SSL_ERROR_WANT_WRITE)
        wait_for(probe, EV_WRITE);
    else
        settle_error(probe, kind);
}

/* A session of its own settings: probes are few, and what one server makes OpenSSL keep must not
 * meet another. */
static SSL *new_session(struct tls_probe *probe)
{
    unsigned char protocols[1 + PROTOCOL_MAX];
    size_t len = strlen(probe->protocol);
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *ssl;

    BUG_ON(context == NULL || len > PROTOCOL_MAX);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    BUG_ON(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1);
    ssl = SSL_new(context);
    SSL_CTX_free(context);
    protocols[0] = (unsigned char)len;
    memcpy(protocols + 1, probe->protocol, len);
    BUG_ON(ssl == NULL || SSL_set_alpn_protos(ssl, protocols, (unsigned)len + 1) != 0 ||
           SSL_set_fd(ssl, probe->fd) != 1);
    SSL_set_connect_state(ssl);
    return ssl;
}

static void begin_handshake(struct tls_probe *probe)
{
    int64_t left = probe->deadline_ms - clock_monotonic_ms();

    loop_cancel(&probe->timer);
    probe->timer = loop_after(probe->loop, left > 1 ? left : 1, on_patience_end, probe);
    probe->ssl = new_session(probe);
    if (SSL_set_tlsext_host_name(probe->ssl, probe->server_name) != 1)
        fail(probe, ERR_INPUT, true, "the name does not fit the server_name extension");
    else
        handshake(probe);
}

/* --- connection --- */

static void settle_connect(struct tls_probe *probe)
{
    socklen_t len = sizeof(int);
    int error = 0;

    if (getsockopt(probe->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
        error = errno;
    if (error != 0) {
        fail(probe, ERR_NETWORK, false, address_connect_fault(error));
        return;
    }
    probe->is_connected = true;
    begin_handshake(probe);
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
    struct tls_probe *probe = arg;

    (void)fd;
    (void)what;
    event_free(probe->event);
    probe->event = NULL;
    if (probe->is_connected)
        handshake(probe);
    else
        settle_connect(probe);
}

static void wait_for(struct tls_probe *probe, short what)
{
    probe->event = event_new(loop_base(probe->loop), probe->fd, what, on_ready, probe);
    BUG_ON(probe->event == NULL || event_add(probe->event, NULL) != 0);
}

/* The result of connect(2), with its error in errno. */
static int connect_to(int fd, const struct address *address, unsigned port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};

    if (address->family == AF_INET) {
        memcpy(&v4.sin_addr, address->bytes, 4);
        return connect(fd, (struct sockaddr *)&v4, sizeof v4);
    }
    memcpy(&v6.sin6_addr, address->bytes, 16);
    return connect(fd, (struct sockaddr *)&v6, sizeof v6);
}

static void begin_connect(struct tls_probe *probe)
{
    const char *why = NULL;

    if (!address_allowed(probe->filter, &probe->address, &why)) {
        fail(probe, ERR_DENIED, false, mem_printf(probe, "the address is not allowed (%s)", why));
        return;
    }
    probe->fd = socket(probe->address.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe->fd < 0 ||
        (connect_to(probe->fd, &probe->address, probe->port) != 0 && errno != EINPROGRESS)) {
        fail(probe, ERR_NETWORK, false, address_connect_fault(errno));
        return;
    }
    probe->timer = loop_after(probe->loop, probe->connect_timeout_ms, on_patience_end, probe);
    wait_for(probe, EV_WRITE);
}

static void on_start(void *arg)
{
    struct tls_probe *probe = arg;

    probe->timer = NULL;
    begin_connect(probe);
}

void tls_probe_start(const struct tls_probe_options *options, tls_probe_on_done on_done, void *arg,
    struct tls_probe **handle)
{
    struct tls_probe *probe = mem_new(NULL, struct tls_probe);

    probe->loop = options->loop;
    probe->filter = options->filter;
    probe->address = *options->address;
    probe->port = options->port;
    probe->server_name = mem_strdup(probe, options->server_name);
    probe->protocol = mem_strdup(probe, options->protocol);
    probe->deadline_ms = clock_monotonic_ms() + options->timeout_ms;
    probe->connect_timeout_ms = options->connect_timeout_ms;
    probe->on_done = on_done;
    probe->arg = arg;
    probe->fd = -1;
    probe->timer = loop_after(probe->loop, 0, on_start, probe);
    *handle = probe;
}

void tls_probe_cancel(struct tls_probe **handle)
{
    struct tls_probe *probe = *handle;

    *handle = NULL;
    if (probe == NULL)
        return;
    stop(probe);
    mem_free(probe);
}
