/* http_server - an HTTPS server on a loop (libevent's events, OpenSSL), with a strict edge.
 *
 * Requests are read by base/http_guard, a small strict parser, and by nothing else. What it refuses
 * never reaches a handler: the server answers by itself, as a problem document, and closes the
 * connection.
 *
 * libevent's evhttp is not used. It accepts more than HTTP allows (two Content-Lengths, any
 * version, bare LF, names with spaces, heads without limit), so a guard would have to parse every
 * request before it, and two parsers of the same bytes can disagree, which is how requests are
 * smuggled. Nor could the guard's answers be put in order with evhttp's own, a slow request be
 * bounded as a whole, idle connections be found for a drain, or TLS be ended with close_notify,
 * without reaching around it.
 *
 * A connection handles one request at a time and answers in order (pipelining works; what is ahead
 * of its turn waits in at most 16 KiB and then in the socket). An answer leaves in one write.
 *
 * One server a worker, on the worker's loop and thread; many servers may listen on one port
 * (SO_REUSEPORT). http_server_new makes the process ignore SIGPIPE.
 */
#ifndef COUNTERSIGN_BASE_HTTP_SERVER_H
#define COUNTERSIGN_BASE_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/loop.h"

struct http_server;
struct http_request;
struct http_tls; /* a certificate with its key, shared by servers */

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_OPTIONS, HTTP_OTHER };

struct http_limits {
    size_t head_max;          /* request line and headers; default 16 KiB */
    size_t headers_max;       /* how many; default 64 */
    size_t body_max;          /* default 64 KiB */
    unsigned connections_max; /* of this server; beyond it the oldest idle one is closed, or the new
                                 one refused; default 4096 */
    int64_t idle_timeout_ms;  /* of a connection between requests, and for the client to take an
                                 answer; default 60 s */
    int64_t request_timeout_ms; /* from the first byte of a request to its last (then 408), and for
                                   a TLS handshake; default 15 s */
};

struct http_server_options {
    struct http_limits limits; /* a 0 takes the default */
    struct http_tls *tls;      /* NULL: plain HTTP */
    /* A request arrived whole. It is the handler's until http_reply is called, at once or at any
     * later moment on this loop, also when the server is gone by then. */
    void (*on_request)(void *arg, struct http_request *request);
    /* The edge refuses a request: fill `headers` text ("Name: value\r\n"... or "") to be sent along
     * with it, such as a nonce. `out` has `size` bytes. May be NULL. */
    void (*on_refused)(void *arg, int status, const char *detail, char *out, size_t size);
    void *arg;
};

struct http_server *http_server_new(struct loop *loop, const struct http_server_options *options);

/* Listens on a bound or bindable address. `listen_fd` >= 0: an inherited socket (socket activation;
 * TCP or unix), which is the server's from now on and closed with it; `address` then only names it.
 * Else binds `address` ("127.0.0.1:14000", "[::1]:14000", ":14000" for all) with SO_REUSEPORT.
 * ERR_INPUT, ERR_NETWORK. */
enum err_code http_server_listen(
    struct http_server *server, const char *address, int listen_fd, struct err *e);

/* Is nobody listening on `address` yet? Asked once before the first worker binds: sockets that
 * share a port would share it with another server of the same user as well, and each would get half
 * of the requests. ERR_INPUT, ERR_NETWORK. */
enum err_code http_server_check_free(const char *address, struct err *e);

/* The TLS of connections accepted from now on. */
void http_server_set_tls(struct http_server *server, struct http_tls *tls);

/* Accepts no more; answers carry Connection: close; calls on_drained (once, never before returning)
 * when no request is open any more and the last answers were taken (a client that does not close
 * after one is waited for 2 s). Idle connections are closed at once. */
void http_server_drain(struct http_server *server, void (*on_drained)(void *arg), void *arg);

/* Closes everything at once. Not from within on_request; on_drained may. */
void http_server_free(struct http_server *server);

/* A certificate chain and key (PEM text), the server's own certificate first. Session tickets on,
 * TLS 1.2 and newer. NULL and ERR_INPUT. Counted references, any thread; a server holds one of its
 * own. */
struct http_tls *http_tls_new(const char *chain_pem, const char *key_pem, struct err *e);
struct http_tls *http_tls_ref(struct http_tls *tls);
void http_tls_unref(struct http_tls *tls);

/* From now on a client must show a certificate for that purpose (clientAuth) by one of these CAs
 * (PEM); else its handshake fails and the log says why. It is held against the CAs at every
 * connection: sessions are not resumed. Before the first server has it. ERR_INPUT: no certificates.
 */
enum err_code http_tls_require_client(struct http_tls *tls, const char *ca_pem, struct err *e);

/* What a request holds; all valid until http_reply. */
enum http_method http_request_method(const struct http_request *request);
const char *http_request_method_name(const struct http_request *request);
const char *http_request_path(const struct http_request *request);  /* as sent, without the query */
const char *http_request_query(const struct http_request *request); /* after '?', or NULL */
const char *http_request_header(
    const struct http_request *request, const char *name); /* NULL if absent */
/* The fields of that name from the last (0) to the first; NULL: there are not so many. */
const char *http_request_header_from_end(
    const struct http_request *request, const char *name, unsigned index);
struct bytes http_request_body(const struct http_request *request);
const struct address *http_request_peer(
    const struct http_request *request); /* family 0 on a unix socket */

/* Answers. `headers` is an array ending with a NULL name. Date, Content-Length and (where due)
 * Connection are added. For HEAD the body is left out, its length kept. Status 204 has neither.
 * Body is copied. The request is gone afterwards. */
struct http_header {
    const char *name;
    const char *value;
};
void http_reply(
    struct http_request *request, int status, const struct http_header *headers, struct bytes body);

/* Breaks off: the answer is sent up to and with the first `body_sent` octets of its body, and the
 * connection ends at once, without TLS close_notify. With status 0 not one octet is sent. For what
 * simulates a server that fails. The request is gone afterwards. */
void http_reply_cut(struct http_request *request, int status, const struct http_header *headers,
    struct bytes body, size_t body_sent);

/* Is the connection that asked still there, both ways? A client that has ended its sending side
 * counts as gone, though an answer is still tried. http_reply must be called all the same. */
bool http_request_is_connected(const struct http_request *request);

#endif
