/* tls_responder - a TLS server on loopback for tests of who looks at certificates; it runs in a
 * thread of its own and serves one connection at a time.
 */
#ifndef COUNTERSIGN_TESTS_TLS_RESPONDER_H
#define COUNTERSIGN_TESTS_TLS_RESPONDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

/* A self-signed certificate to order. */
struct tls_certificate {
    const char *alt_names;      /* as OpenSSL's configuration has them: "DNS:a.test"; NULL: none */
    const char *more_alt_names; /* in a second extension; NULL: none */
    const char *digest_oid;     /* of the extension with `digest`; NULL: none */
    struct bytes digest;        /* its value, DER */
    bool is_digest_plain;       /* not critical */
    bool is_digest_twice;
    bool is_version_1; /* without any extension */
};

/* Its DER, on `mem`. */
struct bytes tls_certificate_der(void *mem, const struct tls_certificate *certificate);

enum tls_manner {
    TLS_ANSWER,
    TLS_NO_PROTOCOL,    /* ignores ALPN */
    TLS_OTHER_PROTOCOL, /* chooses "h2", whatever was offered */
    TLS_REFUSE_PROTOCOL,
    TLS_REFUSE_NAME,
    TLS_OLD,   /* 1.1 at most */
    TLS_1_2,   /* at most */
    TLS_PLAIN, /* an HTTP answer */
    TLS_HANG_UP,
    TLS_SILENT
};

struct tls_responder;

/* Listens on an ephemeral port of `address`, or on `port` if it is not 0; NULL if it cannot. */
struct tls_responder *tls_responder_start(const char *address, unsigned port,
    enum tls_manner manner, const struct tls_certificate *certificate);

unsigned tls_responder_port(const struct tls_responder *responder);

/* What was seen; told at the end, when nothing changes any more. */
struct tls_seen {
    unsigned connections, handshakes;
    char server_name[256];
    char protocols[64];  /* the offer of ALPN as it came */
    size_t octets;       /* of application data */
    bool is_closed_well; /* close_notify came */
};

/* Ends it. `seen` may be NULL, and so may the responder. */
void tls_responder_stop(struct tls_responder *responder, struct tls_seen *seen);

#endif
