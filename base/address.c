/* address - see address.h.
 *
 * The tables follow IANA's special-purpose address registries for IPv4 and IPv6 (RFC 6890 and what
 * was added since), also where a registry calls a range globally reachable: anycast helpers and
 * AS112 sinks serve nobody's web site.
 */
#include "base/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

struct special_range {
    struct address_range range;
    const char *why;
};

#define V4(prefix_len, why, ...)                                                                   \
    {                                                                                              \
        {{AF_INET, {__VA_ARGS__}}, (prefix_len)}, why                                              \
    }
#define V6(prefix_len, why, ...)                                                                   \
    {                                                                                              \
        {{AF_INET6, {__VA_ARGS__}}, (prefix_len)}, why                                             \
    }

/* The first range that fits names the reason, so narrow ones stand before the wide ones around
 * them. */
/* clang-format off */
static const struct special_range special_ranges[] = {
    V4(8, "0.0.0.0/8, this network", 0),
    V4(8, "10.0.0.0/8, private", 10),
    V4(10, "100.64.0.0/10, shared by a provider's customers", 100, 64),
    V4(8, "127.0.0.0/8, loopback", 127),
    V4(16, "169.254.0.0/16, link-local", 169, 254),
    V4(12, "172.16.0.0/12, private", 172, 16),
    V4(24, "192.0.0.0/24, IETF protocol assignments", 192, 0, 0),
    V4(24, "192.0.2.0/24, documentation", 192, 0, 2),
    V4(24, "192.31.196.0/24, AS112", 192, 31, 196),
    V4(24, "192.52.193.0/24, multicast tunnels (AMT)", 192, 52, 193),
    V4(24, "192.88.99.0/24, 6to4 relays", 192, 88, 99),
    V4(16, "192.168.0.0/16, private", 192, 168),
    V4(24, "192.175.48.0/24, AS112", 192, 175, 48),
    V4(15, "198.18.0.0/15, benchmarks", 198, 18),
    V4(24, "198.51.100.0/24, documentation", 198, 51, 100),
    V4(24, "203.0.113.0/24, documentation", 203, 0, 113),
    V4(4, "224.0.0.0/4, multicast", 224),
    V4(32, "255.255.255.255, broadcast", 255, 255, 255, 255),
    V4(4, "240.0.0.0/4, reserved", 240),

    V6(128, "::, unspecified", 0),
    V6(128, "::1, loopback", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
    V6(48, "64:ff9b:1::/48, local NAT64", 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01),
    V6(64, "100::/64, discarded", 0x01, 0x00),
    V6(64, "100:0:0:1::/64, dummy", 0x01, 0x00, 0, 0, 0, 0, 0, 0x01),
    V6(32, "2001::/32, Teredo", 0x20, 0x01, 0x00, 0x00),
    V6(48, "2001:2::/48, benchmarks", 0x20, 0x01, 0x00, 0x02, 0x00, 0x00),
    V6(32, "2001:3::/32, multicast tunnels (AMT)", 0x20, 0x01, 0x00, 0x03),
    V6(48, "2001:4:112::/48, AS112", 0x20, 0x01, 0x00, 0x04, 0x01, 0x12),
    V6(28, "2001:10::/28, ORCHID", 0x20, 0x01, 0x00, 0x10),
    V6(28, "2001:20::/28, ORCHIDv2", 0x20, 0x01, 0x00, 0x20),
    V6(28, "2001:30::/28, drone identifiers", 0x20, 0x01, 0x00, 0x30),
    V6(23, "2001::/23, IETF protocol assignments", 0x20, 0x01),
    V6(32, "2001:db8::/32, documentation", 0x20, 0x01, 0x0d, 0xb8),
    V6(16, "2002::/16, 6to4", 0x20, 0x02),
    V6(48, "2620:4f:8000::/48, AS112", 0x26, 0x20, 0x00, 0x4f, 0x80, 0x00),
    V6(20, "3fff::/20, documentation", 0x3f, 0xff),
    V6(16, "5f00::/16, segment routing", 0x5f, 0x00),
    V6(7, "fc00::/7, private", 0xfc),
    V6(10, "fe80::/10, link-local", 0xfe, 0x80),
    V6(10, "fec0::/10, site-local", 0xfe, 0xc0),
    V6(8, "ff00::/8, multicast", 0xff),
    /* Only 2000::/3 is global unicast space; the rest is the IETF's. */
    V6(3, "::/3, reserved", 0x00),
    V6(2, "4000::/2, reserved", 0x40),
    V6(1, "8000::/1, reserved", 0x80),
};
/* clang-format on */

/* IPv6 forms that stand for the IPv4 address in their last four bytes. */
static const struct address_range embedding_ranges[] = {
    {{AF_INET6, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}}, 96}, /* mapped, ::ffff:0:0/96 */
    {{AF_INET6, {0x00, 0x64, 0xff, 0x9b}}, 96},                   /* NAT64, 64:ff9b::/96 */
    {{AF_INET6, {0}}, 96},                                        /* compatible, ::/96 */
};

/* ::/104 holds `::` and `::1`, which stand for themselves. */
static const struct address_range low_range = {{AF_INET6, {0}}, 104};

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static unsigned bits_of(int family)
{
    return family == AF_INET ? 32 : 128;
}

bool address_parse(const char *text, struct address *out)
{
    memset(out, 0, sizeof *out);
    out->family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
    return inet_pton(out->family, text, out->bytes) == 1;
}

void address_format(const struct address *address, char out[ADDRESS_TEXT_SIZE])
{
    if (inet_ntop(address->family, address->bytes, out, ADDRESS_TEXT_SIZE) == NULL)
        out[0] = '\0';
}

bool address_from_sockaddr(const struct sockaddr *from, struct address *out)
{
    memset(out, 0, sizeof *out);
    out->family = from->sa_family;
    /* Copied, since a struct sockaddr may be aligned for less than what it is. */
    if (from->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, from, sizeof v4);
        memcpy(out->bytes, &v4.sin_addr, 4);
        return true;
    }
    if (from->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, from, sizeof v6);
        memcpy(out->bytes, &v6.sin6_addr, 16);
        return true;
    }
    return false;
}

/* Decimal without sign or leading zeros, at most `max`. */
static bool parse_prefix_len(const char *text, unsigned max, unsigned *out)
{
    unsigned value = 0;
    size_t len = strlen(text);

    if (len == 0 || len > 3 || (len > 1 && text[0] == '0'))
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        value = value * 10 + (unsigned)(*text - '0');
    }
    *out = value;
    return value <= max;
}

static bool has_bit(const struct address *address, unsigned bit)
{
    return (address->bytes[bit / 8] >> (7 - bit % 8) & 1) != 0;
}

bool address_range_parse(const char *text, struct address_range *out)
{
    const char *slash = strchr(text, '/');
    size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
    char base[ADDRESS_TEXT_SIZE];

    if (len >= sizeof base)
        return false;
    memcpy(base, text, len);
    base[len] = '\0';
    if (!address_parse(base, &out->base))
        return false;
    out->prefix_len = bits_of(out->base.family);
    if (slash != NULL && !parse_prefix_len(slash + 1, out->prefix_len, &out->prefix_len))
        return false;
    for (unsigned bit = out->prefix_len; bit < bits_of(out->base.family); bit++)
        if (has_bit(&out->base, bit))
            return false;
    return true;
}

bool address_in_range(const struct address *address, const struct address_range *range)
{
    unsigned whole = range->prefix_len / 8, rest = range->prefix_len % 8;

    if (address->family != range->base.family ||
        memcmp(address->bytes, range->base.bytes, whole) != 0)
        return false;
    return rest == 0 || (address->bytes[whole] ^ range->base.bytes[whole]) >> (8 - rest) == 0;
}

void address_unmap(struct address *address)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    if (address->family != AF_INET6 || memcmp(address->bytes, mapped, sizeof mapped) != 0)
        return;
    address->family = AF_INET;
    memmove(address->bytes, address->bytes + sizeof mapped, 4);
    memset(address->bytes + 4, 0, sizeof address->bytes - 4);
}

void address_cut(struct address *address, unsigned prefix_len)
{
    unsigned whole = prefix_len / 8;

    if (whole >= sizeof address->bytes)
        return;
    address->bytes[whole] &= (uint8_t)(0xff00U >> prefix_len % 8);
    memset(address->bytes + whole + 1, 0, sizeof address->bytes - whole - 1);
}

static bool is_in_any(
    const struct address *address, const struct address_range *ranges, unsigned ranges_len)
{
    for (unsigned i = 0; i < ranges_len; i++)
        if (address_in_range(address, &ranges[i]))
            return true;
    return false;
}

/* The IPv4 address that an IPv6 form stands for. */
static bool find_embedded(const struct address *address, struct address *inner)
{
    if (!is_in_any(address, embedding_ranges, LENGTH(embedding_ranges)) ||
        address_in_range(address, &low_range))
        return false;
    memset(inner, 0, sizeof *inner);
    inner->family = AF_INET;
    memcpy(inner->bytes, address->bytes + 12, 4);
    return true;
}

/* Why no ordinary host has this address, or NULL. */
static const char *find_special(const struct address *address)
{
    for (size_t i = 0; i < LENGTH(special_ranges); i++)
        if (address_in_range(address, &special_ranges[i].range))
            return special_ranges[i].why;
    return NULL;
}

const struct address_range *address_special_range(size_t number)
{
    return number < LENGTH(special_ranges) ? &special_ranges[number].range : NULL;
}

bool address_ranges_overlap(const struct address_range *a, const struct address_range *b)
{
    return address_in_range(&a->base, b) || address_in_range(&b->base, a);
}

/* Embedded forms have two faces: the configuration may name either, and the inner one tells whether
 * it is special. */
bool address_allowed(
    const struct address_filter *filter, const struct address *address, const char **why)
{
    struct address inner = {0};
    bool is_embedded = find_embedded(address, &inner);
    const char *reason = NULL;

    if (is_in_any(address, filter->allow, filter->allow_len) ||
        (is_embedded && is_in_any(&inner, filter->allow, filter->allow_len)))
        return true;
    if (is_in_any(address, filter->deny, filter->deny_len) ||
        (is_embedded && is_in_any(&inner, filter->deny, filter->deny_len)))
        reason = "a range that the configuration denies";
    else
        reason = find_special(is_embedded ? &inner : address);
    if (reason != NULL && why != NULL)
        *why = reason;
    return reason == NULL;
}

const char *address_connect_fault(int os_error)
{
    switch (os_error) {
    case ECONNREFUSED:
        return "connection refused";
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EADDRNOTAVAIL:
        return "there is no route to the address";
    case ETIMEDOUT:
        return "timed out while connecting";
    default:
        return "could not connect";
    }
}
