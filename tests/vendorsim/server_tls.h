/* server_tls - the certificate that the API's port shows: from files, or made at the start.
 *
 * The CA of the made one stands in the state, so that a client that trusts it still does after a
 * restart. It has nothing to do with the CA that the vendor issues with.
 */
#ifndef COUNTERSIGN_VENDORSIM_SERVER_TLS_H
#define COUNTERSIGN_VENDORSIM_SERVER_TLS_H

#include "base/err.h"
#include "base/http_server.h"
#include "tests/vendorsim/state.h"

/* From two PEM files. NULL and what base/file.h and http_tls_new say. */
struct http_tls *server_tls_read(const char *certificate, const char *key, struct err *e);

/* A new certificate for localhost, 127.0.0.1, ::1 and `name` (may be NULL), valid for two years;
 * its CA goes to `ca_file` (may be NULL). NULL and ERR_INPUT or ERR_STORE. */
struct http_tls *server_tls_make(
    struct state *state, const char *name, const char *ca_file, struct err *e);

#endif
