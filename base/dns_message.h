/* dns_message - what a DNS response says about its question (RFC 1035, 4.1), or all that it holds.
 *
 * Pure: bytes in, struct out; whatever the bytes are. dns_message_read follows the CNAME records of
 * the answer section (RFC 1034, 3.6.2) from the question's name on and looks at no section after
 * it; dns_message_records looks at all of them.
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

/* In the order of the message; an UPDATE calls them prerequisite, update and additional. */
enum dns_section { DNS_SECTION_ANSWER, DNS_SECTION_AUTHORITY, DNS_SECTION_ADDITIONAL };

struct dns_record {
    enum dns_section section;
    const char *owner; /* presentation form, without a final dot; "" is the root */
    uint16_t type, class;
    struct bytes rdata; /* in the message: names in it may be compressed */
    size_t at;          /* where the record begins in the message */
};

struct dns_records {
    uint16_t id;
    int rcode;
    bool authoritative;
    const struct dns_record *list;
    size_t len;
};

/* False if the bytes are no whole response, or hold more than DNS_RECORDS_MAX records. Everything
 * in *out but the rdata is on `mem`. */
bool dns_message_records(void *mem, struct bytes packet, struct dns_records *out);

#define DNS_NAME_WIRE_MAX 255

/* A name in wire form, in lower case (RFC 1035, 3.1). Length in *len. False unless `text` is a name
 * of labels without escapes; a final dot is allowed. */
bool dns_name_to_wire(const char *text, uint8_t out[DNS_NAME_WIRE_MAX], size_t *len);

#endif
