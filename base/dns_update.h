/* dns_update - a record put into a zone, taken out of it, or looked for, at the zone's own server:
 * DNS UPDATE (RFC 2136), signed by TSIG (RFC 8945), on a loop.
 *
 * The zone is found by the SOA record that the server shows for the record's name, unless it is
 * given. Only the one record is touched: others of its name stay. Putting in what is there and
 * taking out what is not succeeds, so that either may be repeated.
 */
#ifndef COUNTERSIGN_BASE_DNS_UPDATE_H
#define COUNTERSIGN_BASE_DNS_UPDATE_H

#include "base/dns_exchange.h"
#include "base/tsig.h"

struct dns_update;

enum dns_update_kind { DNS_UPDATE_TXT, DNS_UPDATE_CNAME };
enum dns_update_verb { DNS_UPDATE_ADD, DNS_UPDATE_REMOVE, DNS_UPDATE_LOOK };

/* The longest text of a TXT record: one string of it (RFC 1035, 3.3). */
#define DNS_UPDATE_TEXT_MAX 255

struct dns_update_options {
    struct loop *loop;
    const struct dns_server *server;
    const struct tsig_key *key; /* outlives the update */
    const char *zone;           /* NULL: to be found */
    int64_t timeout_ms;         /* of each message */
    enum dns_update_verb verb;
    enum dns_update_kind kind;
    const char *name;  /* of the record */
    const char *value; /* the text, or the name that a CNAME points to */
    unsigned ttl_s;
};

struct dns_update_result {
    enum err_code result; /* ERR_OK: done; ERR_NETWORK, ERR_TIMEOUT, ERR_UNAUTHORIZED (TSIG, or
                             the key may not), ERR_INPUT (name or value), ERR_DENIED (other rcodes,
                             no such zone) */
    const char *why;      /* in words, with the server's rcode */
    bool found;           /* of a look: the record is there */
};

/* The result is valid during the call only. */
typedef void (*dns_update_on_done)(void *arg, const struct dns_update_result *result);

/* The promises are those of base/loop.h; texts are copied. *update is the handle for
 * dns_update_cancel and is gone once on_done was called. */
void dns_update_start(const struct dns_update_options *options, dns_update_on_done on_done,
    void *arg, struct dns_update **update);

/* No callback comes after this; sets the handle to NULL; NULL is fine. */
void dns_update_cancel(struct dns_update **update);

#endif
