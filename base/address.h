/* address - IP addresses and ranges, and the filter that keeps outgoing connections off special
 * ranges.
 *
 * The filter is checked against the socket address that is really used (http_client checks it again
 * in curl's open-socket call), so a name that resolves differently between check and use gains
 * nothing.
 */
#ifndef COUNTERSIGN_BASE_ADDRESS_H
#define COUNTERSIGN_BASE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct sockaddr;

struct address {
    int family;        /* AF_INET or AF_INET6 */
    uint8_t bytes[16]; /* network order; 4 of them for AF_INET */
};

#define ADDRESS_TEXT_SIZE 48

/* Numeric text only ("192.0.2.7", "2001:db8::1"); false for anything else. */
bool address_parse(const char *text, struct address *out);
void address_format(const struct address *address, char out[ADDRESS_TEXT_SIZE]);
bool address_from_sockaddr(const struct sockaddr *from, struct address *out);

struct address_range {
    struct address base;
    unsigned prefix_len;
};

/* "127.0.0.0/8", "::1/128" or a bare address (its full length). False if malformed or bits beyond
 * the prefix are set. */
bool address_range_parse(const char *text, struct address_range *out);
bool address_in_range(const struct address *address, const struct address_range *range);

/* An IPv4-mapped IPv6 address (::ffff:192.0.2.1) becomes the IPv4 address; others stay. */
void address_unmap(struct address *address);

/* Clears all but the first bits of an address: what is left stands for its block. */
void address_cut(struct address *address, unsigned prefix_len);

/* What may be connected to. Order of thought: `allow` lifts everything; then `deny` and the
 * built-in special ranges (IANA special-purpose registries: loopback, private, link-local, shared,
 * multicast, documentation, 6to4, Teredo, NAT64, IPv4-mapped and -compatible IPv6 judged by the
 * IPv4 address inside, ...) refuse; the rest may. */
struct address_filter {
    const struct address_range *allow;
    unsigned allow_len;
    const struct address_range *deny;
    unsigned deny_len;
};

/* True if the address may be connected to. Else false and *why names the range in words
 * ("127.0.0.0/8, loopback"), a string that lives as long as the filter; why may be NULL. */
bool address_allowed(
    const struct address_filter *filter, const struct address *address, const char **why);

/* The special-purpose ranges that are refused unless allowed, by number; NULL behind the last. */
const struct address_range *address_special_range(size_t number);

/* Do the ranges have an address in common? */
bool address_ranges_overlap(const struct address_range *a, const struct address_range *b);

/* Why a connect(2) failed, in words that are safe to show. */
const char *address_connect_fault(int os_error);

#endif
