/* http_tls_private - what base/http_stream needs of a struct http_tls. */
#ifndef COUNTERSIGN_BASE_HTTP_TLS_PRIVATE_H
#define COUNTERSIGN_BASE_HTTP_TLS_PRIVATE_H

#include "base/http_server.h"

struct ssl_st;

/* The server's end of a TLS session over a socket, not begun yet; freed with SSL_free, the socket
 * is not closed by it. NULL if OpenSSL refuses. */
struct ssl_st *http_tls_session(struct http_tls *tls, int fd);

#endif
