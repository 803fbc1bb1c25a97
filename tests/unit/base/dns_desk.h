/* dns_desk - a DNS server by TCP on loopback, with good and bad manners, in a thread of its own:
 * for tests of dns_exchange and dns_update. It serves one connection after the other, a message
 * each.
 */
#ifndef COUNTERSIGN_TESTS_DNS_DESK_H
#define COUNTERSIGN_TESTS_DNS_DESK_H

#include "base/bytes.h"

enum desk_manner {
    DESK_ANSWERS,
    DESK_IN_PIECES,   /* an octet at a time */
    DESK_SILENT,      /* until the other side gives up */
    DESK_CLOSES,      /* without a word */
    DESK_BREAKS_OFF,  /* after the length and half of it */
    DESK_SAYS_LENGTH, /* and no more, until the other side gives up */
    DESK_SAYS_MORE    /* an answer, and then another one */
};

/* What is said to the nth message (from 0): written to `answer`, which is empty. Runs on the desk's
 * thread. */
typedef enum desk_manner (*desk_on_message)(
    void *arg, struct bytes message, unsigned nth, struct buf *answer);

struct dns_desk;

struct dns_desk *dns_desk_open(const char *address, desk_on_message on_message, void *arg);
unsigned dns_desk_port(const struct dns_desk *desk);
void dns_desk_close(struct dns_desk *desk);

#endif
