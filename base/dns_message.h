/* dns_message - what a DNS response says about its question (RFC 1035, 4.1).
 *
 * Pure: bytes in, struct out; whatever the bytes are. Follows the CNAME records of the answer
 * section (RFC 1034, 3.6.2) from the question's name on; sections after it are not looked at.
 */
#ifndef COUNTERSIGN_BASE_DNS_MESSAGE_H
#define COUNTERSIGN_BASE_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* What a message of 64 KiB can hold of records that mean something to us (TXT with a digest: 1170).
 */
#define DNS_RECORDS_MAX 1200

enum { DNS_RCODE_OK = 0, DNS_RCODE_NO_NAME = 3 };

struct dns_message {
    int rcode;
    const char *canonical_name; /* where CNAMEs led, without a final dot; NULL if there were none */
    const struct bytes *records; /* rdata of the type asked for, names in it uncompressed */
    size_t records_len;
    bool truncated; /* more than DNS_RECORDS_MAX, or the message itself was cut */
};

/* False if the bytes are no response to exactly one question. Everything in *out is on `mem`. */
bool dns_message_read(void *mem, struct bytes packet, struct dns_message *out);

#endif
