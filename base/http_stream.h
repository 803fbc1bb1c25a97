/* http_stream - the bytes of one accepted connection, TLS or plain, on a loop without ever waiting.
 *
 * Straight over the socket and OpenSSL, driven by libevent's events. (libevent's own
 * bufferevent_openssl can lose its wake-up when reading is paused with a decrypted rest inside the
 * TLS session, ends TLS without close_notify, needs two read calls a record and keeps two buffers
 * for each idle connection.) Nothing is buffered here: what cannot be written is handed back, what
 * cannot be handled is not read.
 */
#ifndef COUNTERSIGN_BASE_HTTP_STREAM_H
#define COUNTERSIGN_BASE_HTTP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/http_server.h"

struct event_base;
struct http_stream;

/* What reading and writing return when no byte was moved. */
enum {
    STREAM_WAIT = 0,   /* not now; on_ready will be called */
    STREAM_ENDED = -1, /* the other side will send nothing more (FIN, or TLS close_notify) */
    STREAM_BROKEN = -2 /* reset, or a TLS failure; only freeing is left to do */
};

/* Takes the socket over, in non-blocking mode already. tls NULL: plain. on_ready is called from the
 * loop whenever reading or writing may make progress. NULL (and the socket closed) if OpenSSL
 * refuses. */
struct http_stream *http_stream_new(void *mem, struct event_base *base, int fd,
    struct http_tls *tls, void (*on_ready)(void *arg), void *arg);

/* Closes the socket, at once. */
void http_stream_free(struct http_stream *stream);

/* Is the TLS handshake over? Reading carries it on. */
bool http_stream_is_open(const struct http_stream *stream);

/* Bytes read, or one of the above. */
ssize_t http_stream_read(struct http_stream *stream, void *out, size_t size);

/* Are bytes inside the TLS session that no event of the socket would announce? */
bool http_stream_holds_more(const struct http_stream *stream);

/* Bytes written, fewer than `len` if the socket takes no more (on_ready then comes), or
 * STREAM_BROKEN. */
ssize_t http_stream_write(struct http_stream *stream, const void *data, size_t len);

/* Did a TLS handshake break because the client speaks HTTP without TLS? Then the stream can go on
 * as a plain one, to say so; what the client has sent is lost. */
bool http_stream_is_plain_http(const struct http_stream *stream);
void http_stream_make_plain(struct http_stream *stream);

/* Stops and resumes watching for bytes. Resuming calls on_ready in the next round, whether there
 * are any or not. */
void http_stream_pause(struct http_stream *stream);
void http_stream_resume(struct http_stream *stream);

/* Ends our direction: TLS close_notify and FIN. */
void http_stream_finish(struct http_stream *stream);

/* After finish: throws away what still arrives, up to `max` bytes, so that closing does not reset
 * the connection while our last bytes are on their way. True when the other side has ended too (or
 * broke, or sent more). */
bool http_stream_discard(struct http_stream *stream, size_t *max);

#endif
