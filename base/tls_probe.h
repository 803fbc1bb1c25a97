/* tls_probe - one TLS handshake with an address, to see the certificate that a server shows
 * (OpenSSL on a loop).
 *
 * Nothing is sent but the handshake and its end, and nothing is verified: what the certificate is
 * worth is the caller's question. TLS 1.2 or newer. The process must ignore SIGPIPE.
 */
#ifndef COUNTERSIGN_BASE_TLS_PROBE_H
#define COUNTERSIGN_BASE_TLS_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/loop.h"

struct tls_probe;

struct tls_probe_options {
    struct loop *loop;
    const struct address_filter *filter; /* must live as long as the probe */
    const struct address *address;
    unsigned port;
    const char *server_name;    /* of the server_name extension (RFC 6066, 3) */
    const char *protocol;       /* the only one offered by ALPN (RFC 7301) */
    int64_t timeout_ms;         /* for all of it */
    int64_t connect_timeout_ms; /* of it, for the connection */
};

struct tls_probe_result {
    enum err_code result; /* ERR_OK: the handshake is complete; ERR_NETWORK, ERR_TIMEOUT, ERR_DENIED
                             (filter) */
    bool connected;       /* by TCP, at least */
    bool tls_failed;      /* an error of TLS, not of the connection below */
    const char *why;      /* our words for an error, safe to show: "connection refused" */
    const char *internal; /* OpenSSL's words, for the log */
    bool agreed;          /* the server chose `protocol` */
    struct bytes certificate; /* its own, DER */
};

/* The result is valid during the call only. */
typedef void (*tls_probe_on_done)(void *arg, const struct tls_probe_result *result);

/* Starts a handshake; texts and address are copied. The promises are those of base/loop.h. *probe
 * is the handle for tls_probe_cancel and is gone once on_done was called. */
void tls_probe_start(const struct tls_probe_options *options, tls_probe_on_done on_done, void *arg,
    struct tls_probe **probe);

/* No callback comes after this; sets the handle to NULL; NULL is fine. */
void tls_probe_cancel(struct tls_probe **probe);

#endif
