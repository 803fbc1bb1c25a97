/* forwarded - who asks, when proxies stand between: X-Forwarded-For, as far as it can be believed.
 *
 * Each proxy adds the address that it was asked from to the right end. So the chain is read from
 * the right, and only as far as the one who wrote an entry is a proxy of ours; what a client wrote
 * itself is never reached.
 */
#ifndef COUNTERSIGN_SERVER_FORWARDED_H
#define COUNTERSIGN_SERVER_FORWARDED_H

#include <stddef.h>

#include "base/address.h"

#define FORWARDED_LINES_MAX 4

struct forwarded {
    const struct address_range *proxies; /* of ours */
    unsigned proxies_len;
    const char *lines[FORWARDED_LINES_MAX]; /* the header's fields, the last one first */
    unsigned lines_len;
};

/* The client's address: `peer`, who is connected, unless it is a proxy of ours that names another
 * one. An entry that is no address ends the chain: the proxy that passed it on stands for its
 * client. */
struct address forwarded_client(const struct forwarded *forwarded, const struct address *peer);

#endif
