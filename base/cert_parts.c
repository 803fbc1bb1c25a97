/* cert_parts - see cert_parts.h. */
#include "base/cert_parts.h"

#include <arpa/inet.h>

#include <openssl/objects.h>

#include "base/der.h"

void cert_put_small_integer(struct buf *b, uint8_t tag, uint8_t value)
{
    der_put(b, tag, (struct bytes){&value, 1});
}

static void put_named_attribute(struct buf *b, int nid, const char *value)
{
    size_t rdn, pair;

    if (value == NULL)
        return;
    rdn = der_open(b, DER_SET);
    pair = der_open(b, DER_SEQUENCE);
    der_put_oid(b, nid);
    der_put(b, DER_UTF8_STRING, bytes_of(value));
    der_close(b, pair);
    der_close(b, rdn);
}

void cert_put_name(struct buf *b, const char *organization, const char *common_name)
{
    size_t name = der_open(b, DER_SEQUENCE);

    put_named_attribute(b, NID_organizationName, organization);
    put_named_attribute(b, NID_commonName, common_name);
    der_close(b, name);
}

void cert_put_validity(struct buf *b, int64_t not_before_s, int64_t not_after_s)
{
    size_t validity = der_open(b, DER_SEQUENCE);

    der_put_time(b, not_before_s);
    der_put_time(b, not_after_s);
    der_close(b, validity);
}

struct cert_extension cert_open_extension(struct buf *b, int nid, bool critical)
{
    struct cert_extension x;

    x.whole = der_open(b, DER_SEQUENCE);
    der_put_oid(b, nid);
    if (critical)
        cert_put_small_integer(b, DER_BOOLEAN, 0xff);
    x.value = der_open(b, DER_OCTET_STRING);
    return x;
}

void cert_close_extension(struct buf *b, struct cert_extension x)
{
    der_close(b, x.value);
    der_close(b, x.whole);
}

void cert_put_subject_key_id(struct buf *b, struct bytes key_id)
{
    struct cert_extension x = cert_open_extension(b, NID_subject_key_identifier, false);

    der_put(b, DER_OCTET_STRING, key_id);
    cert_close_extension(b, x);
}

void cert_put_authority_key_id(struct buf *b, struct bytes key_id)
{
    struct cert_extension x = cert_open_extension(b, NID_authority_key_identifier, false);
    size_t sequence = der_open(b, DER_SEQUENCE);

    der_put(b, DER_CONTEXT(0), key_id);
    der_close(b, sequence);
    cert_close_extension(b, x);
}

void cert_put_basic_constraints(struct buf *b, bool ca, int path_len)
{
    struct cert_extension x = cert_open_extension(b, NID_basic_constraints, true);
    size_t sequence = der_open(b, DER_SEQUENCE);

    if (ca)
        cert_put_small_integer(b, DER_BOOLEAN, 0xff);
    if (path_len >= 0)
        cert_put_small_integer(b, DER_INTEGER, (uint8_t)path_len);
    der_close(b, sequence);
    cert_close_extension(b, x);
}

void cert_put_key_usage(struct buf *b, uint8_t usage)
{
    struct cert_extension x = cert_open_extension(b, NID_key_usage, true);
    uint8_t bits[2] = {0, usage}; /* the count of unused bits comes first */

    while ((usage >> bits[0] & 1) == 0)
        bits[0]++;
    der_put(b, DER_BIT_STRING, (struct bytes){bits, sizeof bits});
    cert_close_extension(b, x);
}

void cert_put_purpose(struct buf *b, int nid)
{
    struct cert_extension x = cert_open_extension(b, NID_ext_key_usage, false);
    size_t sequence = der_open(b, DER_SEQUENCE);

    der_put_oid(b, nid);
    der_close(b, sequence);
    cert_close_extension(b, x);
}

void cert_put_mailbox_policy(struct buf *b)
{
    static const uint8_t oid[] = {0x67, 0x81, 0x0c, 0x01, 0x05, 0x01, 0x03}; /* 2.23.140.1.5.1.3 */
    struct cert_extension x = cert_open_extension(b, NID_certificate_policies, false);
    size_t list = der_open(b, DER_SEQUENCE), policy = der_open(b, DER_SEQUENCE);

    der_put(b, DER_OID, (struct bytes){oid, sizeof oid});
    der_close(b, policy);
    der_close(b, list);
    cert_close_extension(b, x);
}

/* Choices of GeneralName (RFC 5280, 4.2.1.6). */
enum { NAME_RFC822 = 1, NAME_DNS = 2, NAME_URI = 6, NAME_IP = 7 };

static bool put_ip_address(struct buf *b, const char *text)
{
    uint8_t octets[16];

    if (inet_pton(AF_INET, text, octets) == 1)
        der_put(b, DER_CONTEXT(NAME_IP), (struct bytes){octets, 4});
    else if (inet_pton(AF_INET6, text, octets) == 1)
        der_put(b, DER_CONTEXT(NAME_IP), (struct bytes){octets, 16});
    else
        return false;
    return true;
}

/* dNSName and rfc822Name are IA5String: ASCII, and never empty. */
static bool put_ascii(struct buf *b, int choice, const char *text)
{
    if (text[0] == '\0')
        return false;
    for (const char *c = text; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~')
            return false;
    der_put(b, DER_CONTEXT(choice), bytes_of(text));
    return true;
}

static bool put_general_name(struct buf *b, const struct cert_name *name)
{
    switch (name->type) {
    case CERT_NAME_DNS:
        return put_ascii(b, NAME_DNS, name->value);
    case CERT_NAME_IP:
        return put_ip_address(b, name->value);
    case CERT_NAME_EMAIL:
        return put_ascii(b, NAME_RFC822, name->value);
    }
    return false;
}

enum err_code cert_put_subject_alt_name(struct buf *b, const struct cert_leaf *leaf, struct err *e)
{
    struct cert_extension x =
        cert_open_extension(b, NID_subject_alt_name, leaf->common_name == NULL);
    size_t sequence = der_open(b, DER_SEQUENCE);

    for (size_t i = 0; i < leaf->names_len; i++)
        if (!put_general_name(b, &leaf->names[i]))
            return err_set(e, ERR_INPUT, "a certificate cannot carry the name \"%.200s\"",
                leaf->names[i].value);
    der_close(b, sequence);
    cert_close_extension(b, x);
    return ERR_OK;
}

void cert_put_crl_url(struct buf *b, const char *url)
{
    struct cert_extension x = cert_open_extension(b, NID_crl_distribution_points, false);
    size_t points = der_open(b, DER_SEQUENCE);
    size_t point = der_open(b, DER_SEQUENCE);
    size_t name = der_open(b, DER_CONTEXT_CONSTRUCTED(0));
    size_t full_name = der_open(b, DER_CONTEXT_CONSTRUCTED(0));

    der_put(b, DER_CONTEXT(NAME_URI), bytes_of(url));
    der_close(b, full_name);
    der_close(b, name);
    der_close(b, point);
    der_close(b, points);
    cert_close_extension(b, x);
}

void cert_put_issuer_url(struct buf *b, const char *url)
{
    struct cert_extension x = cert_open_extension(b, NID_info_access, false);
    size_t list = der_open(b, DER_SEQUENCE);
    size_t access = der_open(b, DER_SEQUENCE);

    der_put_oid(b, NID_ad_ca_issuers);
    der_put(b, DER_CONTEXT(NAME_URI), bytes_of(url));
    der_close(b, access);
    der_close(b, list);
    cert_close_extension(b, x);
}
