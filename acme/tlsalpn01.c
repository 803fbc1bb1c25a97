/* tlsalpn01 - see tlsalpn01.h. */
#include "acme/tlsalpn01.h"

#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "acme/candidates.h"
#include "base/cert.h"
#include "base/der.h"
#include "base/key.h"
#include "base/mem.h"
#include "base/tls_probe.h"

enum { NAME_SHOWN_LEN = 100 };
enum { GENERAL_NAME_DNS = DER_CONTEXT(2), GENERAL_NAME_IP = DER_CONTEXT(7) };

/* 1.3.6.1.5.5.7.1.31, and what drafts before RFC 8737 used: 1.3.6.1.5.5.7.1.30.1. */
static const uint8_t acme_identifier[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x1f};
static const uint8_t draft_identifier[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x1e, 0x01};
static const uint8_t subject_alt_name[] = {0x55, 0x1d, 0x11};

#define IS(oid, known) bytes_equal((oid), (struct bytes){(known), sizeof(known)})

/* --- the certificate --- */

/* The extensions that matter, as often as they are there. */
struct shown {
    unsigned names_count, digests_count, drafts_count;
    struct bytes names, digest; /* extnValue's content */
    bool is_critical;           /* the digest's extension */
};

static bool read_extension(struct bytes extension, struct shown *out)
{
    struct bytes oid, critical = {NULL, 0}, value;

    if (!der_take(&extension, DER_OID, &oid))
        return false;
    if (der_is_next(extension, DER_BOOLEAN) && !der_take(&extension, DER_BOOLEAN, &critical))
        return false;
    if (!der_take(&extension, DER_OCTET_STRING, &value) || extension.len != 0)
        return false;
    if (IS(oid, subject_alt_name)) {
        out->names_count++;
        out->names = value;
    } else if (IS(oid, acme_identifier)) {
        out->digests_count++;
        out->digest = value;
        out->is_critical = critical.len == 1 && critical.data[0] == 0xff;
    } else if (IS(oid, draft_identifier)) {
        out->drafts_count++;
    }
    return true;
}

static bool read_extensions(struct bytes extensions, struct shown *out)
{
    struct bytes extension;

    while (extensions.len > 0)
        if (!der_take(&extensions, DER_SEQUENCE, &extension) || !read_extension(extension, out))
            return false;
    return true;
}

/* What a general name says, for people. */
static const char *shown_name(void *mem, const struct der_element *name)
{
    struct address address = {.family = name->content.len == 4 ? AF_INET : AF_INET6};
    char text[ADDRESS_TEXT_SIZE];

    if (name->tag == GENERAL_NAME_IP && (name->content.len == 4 || name->content.len == 16)) {
        memcpy(address.bytes, name->content.data, name->content.len);
        address_format(&address, text);
        return mem_printf(mem, "the address %s", text);
    }
    if (name->tag == GENERAL_NAME_DNS)
        return mem_printf(mem, "\"%s\"", validation_excerpt(mem, name->content, NAME_SHOWN_LEN));
    return "a name of another type";
}

static bool is_name_of(const struct der_element *name, const struct identifier *identifier)
{
    struct bytes content = name->content;
    struct address address;

    if (identifier->type == IDENTIFIER_IP)
        return name->tag == GENERAL_NAME_IP && address_parse(identifier->value, &address) &&
               bytes_equal(
                   content, (struct bytes){address.bytes, address.family == AF_INET ? 4 : 16});
    return name->tag == GENERAL_NAME_DNS && content.len == strlen(identifier->value) &&
           memchr(content.data, '\0', content.len) == NULL &&
           strncasecmp((const char *)content.data, identifier->value, content.len) == 0;
}

static const char *names_objection(
    void *mem, const struct shown *shown, const struct identifier *identifier)
{
    struct bytes value = shown->names, names;
    struct der_element name, other;

    if (shown->names_count != 1)
        return shown->names_count == 0 ? "it has no subjectAltName" : "it has two subjectAltNames";
    if (!der_take(&value, DER_SEQUENCE, &names) || value.len != 0 || !der_next(&names, &name))
        return "its subjectAltName is malformed";
    if (!is_name_of(&name, identifier))
        return mem_printf(mem, "it is for %s", shown_name(mem, &name));
    if (names.len == 0)
        return NULL;
    if (!der_next(&names, &other))
        return "its subjectAltName is malformed";
    return mem_printf(mem, "it is for other names as well (%s); it must be for this one alone",
        shown_name(mem, &other));
}

static const char *digest_objection(const struct shown *shown, const uint8_t digest[32])
{
    struct bytes value = shown->digest, found;

    if (shown->digests_count == 0)
        return shown->drafts_count == 0
                   ? "it lacks the acmeIdentifier extension (1.3.6.1.5.5.7.1.31), so it is not one "
                     "for tls-alpn-01"
                   : "it has the acmeIdentifier extension of an old draft (1.3.6.1.5.5.7.1.30.1); "
                     "RFC 8737 has 1.3.6.1.5.5.7.1.31";
    if (shown->digests_count != 1)
        return "it has two acmeIdentifier extensions";
    if (!shown->is_critical)
        return "its acmeIdentifier extension is not critical";
    if (!der_take(&value, DER_OCTET_STRING, &found) || value.len != 0 || found.len != 32)
        return "its acmeIdentifier extension does not hold an OCTET STRING of 32 octets";
    if (!bytes_equal_secret(found, (struct bytes){digest, 32}))
        return "the digest in its acmeIdentifier extension is not that of the key authorization";
    return NULL;
}

const char *tlsalpn01_objection(
    void *mem, struct bytes der, const struct identifier *identifier, const uint8_t digest[32])
{
    struct shown shown = {0};
    struct cert_info info;
    struct err e = {0};
    const char *why;

    if (cert_read(der, &info, &e) != ERR_OK || !read_extensions(info.extensions, &shown))
        return "it is not X.509 version 3 in DER form";
    why = names_objection(mem, &shown, identifier);
    return why != NULL ? why : digest_objection(&shown, digest);
}

/* --- the server's name --- */

/* 192.0.2.7 -> 7.2.0.192.in-addr.arpa; IPv6 by nibbles (RFC 1035, 3.5; RFC 3596, 2.5). */
static const char *reverse_name(void *mem, const struct address *address)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *b = address->bytes;
    struct buf name;

    if (address->family == AF_INET)
        return mem_printf(mem, "%u.%u.%u.%u.in-addr.arpa", b[3], b[2], b[1], b[0]);
    buf_init(&name, mem, 128);
    for (size_t i = 16; i-- > 0;)
        buf_addf(&name, "%c.%c.", digits[b[i] & 15], digits[b[i] >> 4]);
    buf_add_text(&name, "ip6.arpa");
    return buf_text(&name);
}

const char *tlsalpn01_server_name(void *mem, const struct identifier *identifier)
{
    struct address address;

    if (identifier->type == IDENTIFIER_IP && address_parse(identifier->value, &address))
        return reverse_name(mem, &address);
    return identifier->value;
}

/* --- the check --- */

struct check {
    struct validation v;
    struct candidates candidates;
    struct candidates_lookup *lookup;
    struct tls_probe *probe;
};

static void begin_probe(struct check *check);

static void stop(struct validation *v)
{
    struct check *check = (struct check *)v;

    candidates_cancel(&check->lookup);
    tls_probe_cancel(&check->probe);
}

static const char *shown_identifier(struct check *check)
{
    return validation_excerpt(check, bytes_of(check->v.request.identifier.value), NAME_SHOWN_LEN);
}

static void settle_certificate(struct check *check, struct bytes certificate)
{
    uint8_t digest[32];
    const char *why;

    sha256(bytes_of(check->v.request.key_authorization), digest);
    why = tlsalpn01_objection(check, certificate, &check->v.request.identifier, digest);
    if (why == NULL)
        validation_pass(&check->v);
    else
        validation_fail(&check->v, PROBLEM_UNAUTHORIZED, true,
            "the certificate that %s port %u shows for %s does not prove control: %s",
            check->v.address, check->v.options.tls_alpn_port, shown_identifier(check), why);
}

static void settle_failure(struct check *check, const struct tls_probe_result *result)
{
    bool is_denied = result->result == ERR_DENIED;

    validation_fail(&check->v, result->tls_failed ? PROBLEM_TLS : PROBLEM_CONNECTION, !is_denied,
        "no TLS connection for %s (%s port %u, ALPN acme-tls/1): %s. A TLS server that shows the "
        "challenge's certificate must answer there",
        shown_identifier(check), check->v.address, check->v.options.tls_alpn_port, result->why);
}

static void on_probed(void *arg, const struct tls_probe_result *result)
{
    struct check *check = arg;

    check->probe = NULL;
    if (result->result != ERR_OK && !result->connected && result->result != ERR_DENIED &&
        check->candidates.len > 0)
        begin_probe(check);
    else if (result->result != ERR_OK)
        settle_failure(check, result);
    else if (!result->agreed)
        validation_fail(&check->v, PROBLEM_UNAUTHORIZED, true,
            "%s port %u speaks TLS for %s but did not choose the ALPN protocol acme-tls/1, so it "
            "is not set up for tls-alpn-01",
            check->v.address, check->v.options.tls_alpn_port, shown_identifier(check));
    else
        settle_certificate(check, result->certificate);
}

static void begin_probe(struct check *check)
{
    int64_t left = validation_time_left_ms(&check->v), share;
    struct address address = candidates_take(&check->candidates, left, &share);
    struct tls_probe_options options = {.loop = check->v.options.loop,
        .filter = check->v.options.filter,
        .address = &address,
        .port = check->v.options.tls_alpn_port,
        .server_name = tlsalpn01_server_name(check, &check->v.request.identifier),
        .protocol = "acme-tls/1",
        .timeout_ms = left,
        .connect_timeout_ms = share};

    address_format(&address, check->v.address);
    tls_probe_start(&options, on_probed, check, &check->probe);
}

static void on_found(void *arg, const struct candidates_found *found)
{
    struct check *check = arg;

    check->lookup = NULL;
    check->candidates = found->candidates;
    if (found->cancelled)
        validation_give_up(&check->v);
    else if (found->candidates.len == 0)
        validation_fail(&check->v, found->problem, found->retry, "%s", found->detail);
    else
        begin_probe(check);
}

/* Half of the time must do for the name. */
static void begin(struct validation *v)
{
    struct check *check = (struct check *)v;

    candidates_find(&v->options, v->request.identifier.value, validation_time_left_ms(v) / 2,
        on_found, check, &check->lookup);
}

const struct validator_ops tlsalpn01 = {
    .type = CHALLENGE_TLS_ALPN_01,
    .name = "tls-alpn-01",
    .size = sizeof(struct check),
    .begin = begin,
    .stop = stop,
};
