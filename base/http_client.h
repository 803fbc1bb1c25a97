/* http_client - outgoing HTTP and HTTPS requests (libcurl multi) on a loop.
 *
 * One client a worker. Redirects are never followed: the reply carries Location and the caller
 * decides, hop by hop. Proxies, netrc and cookies are off, whatever the environment says. The
 * address filter is applied to the socket address that curl is about to connect to. A request is
 * never sent twice: only GET and HEAD share connections, since a request on a connection that the
 * other side just closed would have to be repeated.
 */
#ifndef COUNTERSIGN_BASE_HTTP_CLIENT_H
#define COUNTERSIGN_BASE_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/loop.h"

struct http_client;
struct http_call;

struct http_call_options {
    const char *method;        /* NULL: GET */
    const char *url;           /* http:// or https://; the host in it is what Host and SNI say */
    const struct address *pin; /* connect here instead of resolving; NULL: curl resolves the host */
    const struct address_filter
        *filter;                /* NULL: no filter (vendor APIs, which the operator configured) */
    const char *const *headers; /* "Name: value", NULL-terminated; may be NULL */
    struct bytes body;          /* of a request with one */
    size_t reply_max;   /* bytes of body that are kept; more ends the transfer, reply->cut is set */
    int64_t timeout_ms; /* for the whole exchange */
    int64_t connect_timeout_ms;
    bool verify_tls;       /* http-01 redirects to https do not verify (standards.md 1.6) */
    bool fresh_connection; /* never reuse one, never leave one open (validation) */
    const char *ca_file;   /* NULL: the system's */
    /* What we show of ourselves if the server asks (PEM files, read anew for each connection); both
     * or none. */
    const char *certificate_file, *key_file;
};

struct http_reply {
    enum err_code result; /* ERR_OK: an HTTP answer came (any status); ERR_TIMEOUT, ERR_NETWORK,
                             ERR_DENIED (filter), ERR_CANCELLED (shutdown) */
    bool sent; /* the request may have reached the other side: after an error, it is in doubt */
    bool tls_failed;      /* an error of TLS: handshake or verification */
    const char *why;      /* our words for an error, safe to show: "connection refused" */
    const char *internal; /* curl's words, for the log */
    int status;
    struct bytes body;
    bool cut;             /* the body was longer than reply_max */
    const char *location; /* header values, cut at 4096 characters, or NULL */
    const char *content_type;
    const char *replay_nonce;        /* RFC 8555, 6.5.1 */
    int64_t retry_after_s;           /* of the header; 0 if absent or a date */
    char address[ADDRESS_TEXT_SIZE]; /* what was really connected to, "" if nothing was */
};

/* The reply is valid during the call only. */
typedef void (*http_on_reply)(void *arg, const struct http_reply *reply);

struct http_client *http_client_new(struct loop *loop);

/* Ends all calls with ERR_CANCELLED callbacks. */
void http_client_free(struct http_client *client);

/* Starts a request; everything in `options` is copied but filter (which must live as long as the
 * call). *call is the handle for http_call_cancel and is gone once on_reply was called. */
void http_client_start(struct http_client *client, const struct http_call_options *options,
    http_on_reply on_reply, void *arg, struct http_call **call);

/* No callback comes after this; sets the handle to NULL; NULL is fine. */
void http_call_cancel(struct http_call **call);

#endif
