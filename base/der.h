/* der - DER read strictly and written in place (X.690, 8 to 11).
 *
 * Reading: a struct bytes is the rest of what is to be read; each function takes one element off
 * its front and answers false, the rest untouched, if the element is not there or is not DER: tags
 * above 30, indefinite or roundabout lengths, and lengths beyond the input are refused. Slices
 * point into the input; whether anything is left over at the end is the caller's question
 * (rest.len).
 *
 * Writing: elements are appended to a struct buf; constructed ones are opened and closed around
 * what they hold. A buffer that overflowed is noticed once, at the end.
 */
#ifndef COUNTERSIGN_BASE_DER_H
#define COUNTERSIGN_BASE_DER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* Identifier octets. */
enum {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_NULL = 0x05,
    DER_OID = 0x06,
    DER_ENUMERATED = 0x0a,
    DER_UTF8_STRING = 0x0c,
    DER_PRINTABLE_STRING = 0x13,
    DER_TELETEX_STRING = 0x14,
    DER_IA5_STRING = 0x16,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31
};
/* [n] IMPLICIT over something primitive; [n] over something constructed. */
#define DER_CONTEXT(n)             ((uint8_t)(0x80 | (n)))
#define DER_CONTEXT_CONSTRUCTED(n) ((uint8_t)(0xa0 | (n)))

struct der_element {
    uint8_t tag;
    struct bytes content;
    struct bytes whole; /* identifier and length octets too */
};

/* The next element, whatever it is. */
bool der_next(struct bytes *rest, struct der_element *out);

/* The next element's content, or all its octets, if it has this tag. */
bool der_take(struct bytes *rest, uint8_t tag, struct bytes *content);
bool der_take_whole(struct bytes *rest, uint8_t tag, struct bytes *whole);

/* An INTEGER's content octets, in their shortest form. */
bool der_take_integer(struct bytes *rest, struct bytes *content);

/* An INTEGER that is not negative, without the zero octet that may keep its sign. */
bool der_take_unsigned(struct bytes *rest, struct bytes *magnitude);

/* What a BIT STRING of whole octets holds, as keys and signatures do. */
bool der_take_bits(struct bytes *rest, struct bytes *octets);

/* An object identifier as OpenSSL's NID; NID_undef for one that OpenSSL has no name for. */
bool der_take_oid(struct bytes *rest, int *nid);
/* The object identifier that comes next, for people: its name, or dotted numbers; "?" if there is
 * none. On `mem`. */
char *der_oid_text(void *mem, struct bytes rest);

/* A Time of X.509 (RFC 5280, 4.1.2.5): UTCTime to 2049, else GeneralizedTime; seconds and "Z", no
 * fractions. */
bool der_take_time(struct bytes *rest, int64_t *time_s);

/* Does an element with this tag come next? */
bool der_is_next(struct bytes rest, uint8_t tag);

/* Appends an element; its content is whole. */
void der_put(struct buf *b, uint8_t tag, struct bytes content);
void der_put_oid(struct buf *b, int nid);
/* An INTEGER that is not negative, from its big-endian octets (leading zeros are fine). */
void der_put_integer(struct buf *b, struct bytes magnitude);
/* UTCTime or GeneralizedTime, as RFC 5280 wants. Years 1950 to 9999. */
void der_put_time(struct buf *b, int64_t time_s);

/* Opens a constructed element (or an OCTET STRING that holds DER) and closes it around what was
 * appended since. Close in reverse order. */
size_t der_open(struct buf *b, uint8_t tag);
void der_close(struct buf *b, size_t opened);

#endif
