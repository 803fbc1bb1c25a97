/* http_stream - see http_stream.h. */
#include "base/http_stream.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/http_tls_private.h"
#include "base/log.h"
#include "base/mem.h"

struct http_stream {
    int fd;
    SSL *ssl;              /* NULL: plain */
    struct event readable; /* persistent; added while watching, unless TLS must write first */
    struct event writable; /* added only while something waits for it */
    bool watching, broken, plain_http;
    void (*on_ready)(void *arg);
    void *arg;
};

static void on_event(int fd, short what, void *arg)
{
    struct http_stream *stream = arg;

    (void)fd;
    if ((what & EV_WRITE) != 0 && stream->watching)
        event_add(&stream->readable, NULL);
    stream->on_ready(stream->arg);
}

struct http_stream *http_stream_new(void *mem, struct event_base *base, int fd,
    struct http_tls *tls, void (*on_ready)(void *arg), void *arg)
{
    struct http_stream *stream = mem_new(mem, struct http_stream);

    stream->fd = fd;
    stream->on_ready = on_ready;
    stream->arg = arg;
    stream->ssl = tls == NULL ? NULL : http_tls_session(tls, fd);
    event_assign(&stream->readable, base, fd, EV_READ | EV_PERSIST, on_event, stream);
    event_assign(&stream->writable, base, fd, EV_WRITE, on_event, stream);
    if (tls != NULL && stream->ssl == NULL) {
        http_stream_free(stream);
        return NULL;
    }
    stream->watching = true;
    event_add(&stream->readable, NULL);
    return stream;
}

void http_stream_free(struct http_stream *stream)
{
    if (stream == NULL)
        return;
    event_del(&stream->readable);
    event_del(&stream->writable);
    SSL_free(stream->ssl);
    close(stream->fd);
    mem_free(stream);
}

bool http_stream_is_open(const struct http_stream *stream)
{
    return stream->ssl == NULL || SSL_is_init_finished(stream->ssl);
}

/* Where clients must show a certificate they are few and known: one that cannot come in is news. */
static void log_failed_handshake(const struct http_stream *stream)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    long verified = SSL_get_verify_result(stream->ssl);

    if (SSL_is_init_finished(stream->ssl) || SSL_get_verify_mode(stream->ssl) == SSL_VERIFY_NONE)
        return;
    log_warning("tls_client_refused",
        LOG_STR("reason", reason == NULL ? "the connection was closed" : reason),
        LOG_STR(
            "certificate", verified == X509_V_OK ? "" : X509_verify_cert_error_string(verified)));
}

/* What a TLS call that moved nothing means, and what to wait for. */
static ssize_t after_tls(struct http_stream *stream, int result)
{
    switch (SSL_get_error(stream->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return STREAM_WAIT;
    case SSL_ERROR_WANT_WRITE:
        /* Also reading may need to write first (a key update); until then bytes that wait must not
         * wake us. */
        event_del(&stream->readable);
        event_add(&stream->writable, NULL);
        return STREAM_WAIT;
    case SSL_ERROR_ZERO_RETURN:
        return STREAM_ENDED;
    default:
        stream->plain_http = ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
        log_failed_handshake(stream);
        ERR_clear_error();
        stream->broken = true;
        return STREAM_BROKEN;
    }
}

/* A socket call failed: only for the moment? */
static bool would_block(void)
{
    return errno == EAGAIN || errno == EINTR;
}

static ssize_t after_plain(struct http_stream *stream)
{
    if (would_block())
        return STREAM_WAIT;
    stream->broken = true;
    return STREAM_BROKEN;
}

ssize_t http_stream_read(struct http_stream *stream, void *out, size_t size)
{
    size_t got;
    ssize_t len;
    int result;

    if (stream->ssl != NULL) {
        ERR_clear_error();
        result = SSL_read_ex(stream->ssl, out, size, &got);
        return result == 1 ? (ssize_t)got : after_tls(stream, result);
    }
    len = recv(stream->fd, out, size, 0);
    if (len > 0)
        return len;
    return len == 0 ? STREAM_ENDED : after_plain(stream);
}

bool http_stream_holds_more(const struct http_stream *stream)
{
    return stream->ssl != NULL && SSL_has_pending(stream->ssl) == 1;
}

/* One call's worth; STREAM_WAIT leaves the event for writability added. */
static ssize_t write_some(struct http_stream *stream, const void *data, size_t len)
{
    size_t put;
    ssize_t sent;
    int result;

    if (stream->ssl != NULL) {
        ERR_clear_error();
        result = SSL_write_ex(stream->ssl, data, len, &put);
        return result == 1 ? (ssize_t)put : after_tls(stream, result);
    }
    sent = send(stream->fd, data, len, MSG_NOSIGNAL);
    if (sent >= 0)
        return sent;
    sent = after_plain(stream);
    if (sent == STREAM_WAIT)
        event_add(&stream->writable, NULL);
    return sent;
}

ssize_t http_stream_write(struct http_stream *stream, const void *data, size_t len)
{
    const char *from = data;
    size_t done = 0;
    ssize_t step;

    while (done < len) {
        step = write_some(stream, from + done, len - done);
        if (step == STREAM_WAIT)
            break;
        if (step < 0)
            return STREAM_BROKEN;
        done += (size_t)step;
    }
    return (ssize_t)done;
}

bool http_stream_is_plain_http(const struct http_stream *stream)
{
    return stream->plain_http;
}

void http_stream_make_plain(struct http_stream *stream)
{
    SSL_free(stream->ssl);
    stream->ssl = NULL;
    stream->broken = false;
}

void http_stream_pause(struct http_stream *stream)
{
    stream->watching = false;
    event_del(&stream->readable);
}

void http_stream_resume(struct http_stream *stream)
{
    stream->watching = true;
    event_add(&stream->readable, NULL);
    event_active(&stream->readable, EV_READ, 0);
}

void http_stream_finish(struct http_stream *stream)
{
    if (stream->broken)
        return;
    if (stream->ssl != NULL && SSL_is_init_finished(stream->ssl)) {
        ERR_clear_error();
        SSL_shutdown(stream->ssl);
        ERR_clear_error();
    }
    shutdown(stream->fd, SHUT_WR);
}

bool http_stream_discard(struct http_stream *stream, size_t *max)
{
    char waste[4096];
    ssize_t len;

    while ((len = recv(stream->fd, waste, sizeof waste, 0)) > 0) {
        if ((size_t)len > *max)
            return true;
        *max -= (size_t)len;
    }
    return len == 0 || !would_block();
}
