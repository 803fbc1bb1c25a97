/* http_listen - the socket that an HTTP server listens on. */
#ifndef COUNTERSIGN_BASE_HTTP_LISTEN_H
#define COUNTERSIGN_BASE_HTTP_LISTEN_H

#include "base/err.h"

/* A socket bound to `address` ("192.0.2.7:80", "[2001:db8::7]:80", ":80" for all addresses of both
 * families) with SO_REUSEPORT, non-blocking, not listening yet. -1 and ERR_INPUT (no such address
 * text) or ERR_NETWORK. */
int http_listen_bind(const char *address, struct err *e);

#endif
