/* dns_exchange - one DNS message to one server by TCP, and its answer (RFC 7766), on a loop.
 *
 * For servers that an operator names: no filter of addresses. What the messages mean is the
 * caller's matter. The process must ignore SIGPIPE.
 */
#ifndef COUNTERSIGN_BASE_DNS_EXCHANGE_H
#define COUNTERSIGN_BASE_DNS_EXCHANGE_H

#include "base/address.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/loop.h"

struct dns_exchange;

struct dns_server {
    struct address address;
    unsigned port;
};

/* "192.0.2.53" or "192.0.2.53@8053". */
bool dns_server_parse(const char *text, struct dns_server *out);

struct dns_exchange_result {
    enum err_code result; /* ERR_OK: an answer came; ERR_NETWORK, ERR_TIMEOUT */
    const char *why;      /* our words for an error: "connection refused" */
    struct bytes answer;
};

/* The result is valid during the call only. */
typedef void (*dns_exchange_on_done)(void *arg, const struct dns_exchange_result *result);

/* Sends a message of at most 65535 octets, which is copied, and waits timeout_ms for all of it.
 * The promises are those of base/loop.h. *exchange is the handle for dns_exchange_cancel and is
 * gone once on_done was called. */
void dns_exchange_start(struct loop *loop, const struct dns_server *server, struct bytes message,
    int64_t timeout_ms, dns_exchange_on_done on_done, void *arg, struct dns_exchange **exchange);

/* No callback comes after this; sets the handle to NULL; NULL is fine. */
void dns_exchange_cancel(struct dns_exchange **exchange);

#endif
