/* http_guard - reads one HTTP/1 request from a client's bytes, strictly (RFC 9112, RFC 9110).
 *
 * Pure and incremental: bytes go in as they arrive, in pieces of any size, and the verdict never
 * depends on how they were cut. It is the only parser of requests: what http_server hands on is
 * what was checked here, so there is no second reader that could see another request in the same
 * bytes. One guard reads one request and then holds it.
 *
 *     request line   METHOD SP target SP HTTP/1.1 CR LF, single spaces; HTTP/1.0 too; other
 * versions 505. The target is a path with an optional query (or * for OPTIONS), only characters of
 * RFC 3986, no %00. Methods: GET, HEAD, POST, OPTIONS, PUT, DELETE, PATCH; others 501. One empty
 * line before it is skipped (RFC 9112, 2.2). header lines   token ":" OWS value OWS CR LF. No space
 * before the colon, no folding, no bare CR or LF, no control characters but HTAB in values. Fields
 * that can only mean one thing may come once. Host           exactly one in HTTP/1.1: a name or
 * address, with or without a port. framing        one Content-Length of digits, or
 * Transfer-Encoding: chunked and nothing else (HTTP/1.1 only), never both; GET and HEAD carry no
 * body. Chunk extensions and trailers are refused: no client of ours sends them, and they have
 * served to make two readers disagree. Expect         100-continue is reported
 * (HTTP_GUARD_CONTINUE), anything else 417. limits         request line 414, head and number of
 * headers 431, body 413 (also when it comes in chunks).
 */
#ifndef COUNTERSIGN_BASE_HTTP_GUARD_H
#define COUNTERSIGN_BASE_HTTP_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/http_server.h"

struct http_guard;

enum http_guard_verdict {
    HTTP_GUARD_MORE,     /* all bytes were taken, and the request is not whole yet */
    HTTP_GUARD_CONTINUE, /* the head is whole; its sender may wait for "100 Continue". Feed on.
                            Comes once at most. */
    HTTP_GUARD_WHOLE,    /* the request is whole; the bytes after it were not taken */
    HTTP_GUARD_REFUSED   /* see http_guard_status; nothing after it can be trusted */
};

/* A guard for one request, on `mem` with all that it holds: never more than head_max + body_max and
 * twice that while buffers grow. `limits` is copied; 0 means 0 here. */
struct http_guard *http_guard_new(void *mem, const struct http_limits *limits);

/* Takes bytes up to the end of the request; *used says how many. Not to be called after WHOLE or
 * REFUSED. */
enum http_guard_verdict http_guard_feed(struct http_guard *guard, struct bytes in, size_t *used);

/* After REFUSED: the HTTP status, and a sentence for the person who wrote the client, in our words
 * only. */
int http_guard_status(const struct http_guard *guard);
const char *http_guard_detail(const struct http_guard *guard);

/* Known as soon as the request line was accepted, HTTP_OTHER before. */
enum http_method http_guard_method(const struct http_guard *guard);

/* After WHOLE. All slices and strings live as long as the guard. */
const char *http_guard_method_name(const struct http_guard *guard);
const char *http_guard_path(const struct http_guard *guard);
const char *http_guard_query(const struct http_guard *guard); /* after '?', or NULL */
/* The first field of that name (any case), without surrounding white space; NULL if absent. */
const char *http_guard_header(const struct http_guard *guard, const char *name);
/* The same, counted from the last such field (0). */
const char *http_guard_header_from_end(
    const struct http_guard *guard, const char *name, unsigned index);
struct bytes http_guard_body(const struct http_guard *guard);
bool http_guard_is_1_0(const struct http_guard *guard);
/* May another request follow on the connection (RFC 9112, 9.3)? */
bool http_guard_keeps_alive(const struct http_guard *guard);

#endif
