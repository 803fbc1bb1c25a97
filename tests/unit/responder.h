/* responder - tiny servers on loopback for tests of what talks to the network; each runs in a
 * thread of its own.
 *
 * An HTTP responder hands each request head to the test, which writes any bytes it likes. A DNS
 * responder does the same with questions, over UDP and TCP. Handlers run on the responder's thread:
 * what they share with the test is atomic or constant.
 */
#ifndef COUNTERSIGN_TESTS_RESPONDER_H
#define COUNTERSIGN_TESTS_RESPONDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct responder;

enum responder_then {
    RESPONDER_CLOSE, /* the connection */
    RESPONDER_HOLD,  /* it open and say nothing more */
    RESPONDER_READ   /* another request from it */
};

/* `request` is the head as text, with the body behind it if its length is announced; `nth` counts
 * the responder's requests from 0. */
typedef enum responder_then (*responder_on_request)(
    void *arg, int fd, const char *request, unsigned nth);

/* Listens on an ephemeral port of `address` ("127.0.0.1", "::1"), or on `port` if it is not 0. NULL
 * if it cannot. */
struct responder *responder_http(
    const char *address, unsigned port, responder_on_request on_request, void *arg);

/* A DNS question, and room for the response to it. */
struct dns_exchange {
    const uint8_t *query;
    size_t query_len;
    char name[256]; /* without a final dot, lower case */
    unsigned type;
    bool over_tcp;
    unsigned nth;        /* counts the responder's questions from 0 */
    uint8_t *response;   /* holds 65535 octets; made by the dns_ functions below, or by hand */
    size_t response_len; /* left at 0: silence */
};
typedef void (*responder_on_question)(void *arg, struct dns_exchange *exchange);

struct responder *responder_dns(responder_on_question on_question, void *arg);

/* The response's header and question; then answers. `owner` NULL: the question's name. */
void dns_begin(struct dns_exchange *exchange, unsigned rcode);
void dns_add(struct dns_exchange *exchange, const char *owner, unsigned type, const void *rdata,
    size_t rdata_len);
void dns_add_address(struct dns_exchange *exchange, const char *owner, const char *address);
void dns_add_cname(struct dns_exchange *exchange, const char *owner, const char *target);

unsigned responder_port(const struct responder *responder);
/* Connections or questions so far. */
unsigned responder_count(struct responder *responder);
void responder_stop(struct responder *responder);

/* All of a text, or of bytes, to a connection; gives up when the other side is gone. */
void responder_send(int fd, const char *text);
void responder_send_bytes(int fd, const void *data, size_t len);

#endif
