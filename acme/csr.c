/* csr - see csr.h.
 *
 * The request is walked as DER by hand: OpenSSL's d2i_X509_REQ decodes the key by a road that takes
 * longer than all of this together, and accepts more than we want to (trailing bytes, odd
 * encodings).
 */
#include "acme/csr.h"

#include <string.h>

#include <arpa/inet.h>

#include <openssl/objects.h>

#include "acme/identifier.h"
#include "acme/problem.h"
#include "base/der.h"
#include "base/mem.h"
#include "base/pkcs10.h"

#define NAMES_MAX 1000 /* in one request; orders allow fewer */

/* A request being read; slices point into it. */
struct reading {
    void *mem;
    struct csr *out;
    unsigned seen; /* the extensions so far, a bit for each row of their table */
    bool extended; /* there was an extension request */
    struct err *e;
};

static enum err_code refuse(struct reading *r, const char *why)
{
    return problem_set(r->e, PROBLEM_BAD_CSR, "%s", why);
}

/* Names. */

static void add_name(struct reading *r, enum identifier_type type, const char *value)
{
    struct identifiers *names = &r->out->names;

    if ((names->len & (names->len - 1)) == 0) /* full: its room is the next power of two */
        names->list = mem_grow_array(r->mem, names->list, sizeof *names->list,
            names->len == 0 ? 1 : 2 * names->len, "struct identifier");
    names->list[names->len++] = (struct identifier){type, value};
}

static enum err_code add_dns(struct reading *r, struct bytes text, const char **name)
{
    if (identifier_dns_form(r->mem, text, name, r->e) != ERR_OK)
        return problem_set(r->e, PROBLEM_BAD_CSR, "in the CSR, %s", r->e->detail);
    add_name(r, IDENTIFIER_DNS, *name);
    return ERR_OK;
}

static enum err_code add_ip(struct reading *r, struct bytes octets)
{
    char text[INET6_ADDRSTRLEN];

    if (octets.len != 4 && octets.len != 16)
        return refuse(r, "an iPAddress in the CSR has 4 or 16 octets");
    inet_ntop(octets.len == 4 ? AF_INET : AF_INET6, octets.data, text, sizeof text);
    add_name(r, IDENTIFIER_IP, mem_strdup(r->mem, text));
    return ERR_OK;
}

/* The domain is put in lower case; what is before it is the mail server's to tell apart (RFC
 * 5321, 2.3.11). */
static enum err_code add_email(struct reading *r, struct bytes text)
{
    char *email = bytes_string(r->mem, text);
    char *at = strrchr(email, '@');

    for (size_t i = 0; i < text.len; i++)
        if (email[i] <= ' ' || email[i] > '~')
            return refuse(r, "an rfc822Name in the CSR has characters that an address cannot have");
    if (at == NULL || at == email || at[1] == '\0')
        return refuse(r, "an rfc822Name in the CSR is not an e-mail address");
    for (; *at != '\0'; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    add_name(r, IDENTIFIER_EMAIL, email);
    return ERR_OK;
}

/* GeneralName's choices by their number (RFC 5280, 4.2.1.6). */
static const char *const choices[] = {"otherName", "rfc822Name", "dNSName", "x400Address",
    "directoryName", "ediPartyName", "uniformResourceIdentifier", "iPAddress", "registeredID"};
#define CHOICES (sizeof choices / sizeof choices[0])

static const char *choice_name(uint8_t tag)
{
    bool is_choice = (tag & 0xc0) == 0x80 && (tag & 0x1f) < CHOICES;

    return is_choice ? choices[tag & 0x1f] : "unknown";
}

static enum err_code add_general_name(struct reading *r, const struct der_element *element)
{
    const char *name;

    switch (element->tag) {
    case DER_CONTEXT(1):
        return add_email(r, element->content);
    case DER_CONTEXT(2):
        return add_dns(r, element->content, &name);
    case DER_CONTEXT(7):
        return add_ip(r, element->content);
    case DER_CONTEXT_CONSTRUCTED(1):
    case DER_CONTEXT_CONSTRUCTED(2):
    case DER_CONTEXT_CONSTRUCTED(7):
        return problem_set(
            r->e, PROBLEM_BAD_CSR, "the CSR has a malformed %s", choice_name(element->tag));
    default:
        return problem_set(r->e, PROBLEM_BAD_CSR,
            "the CSR names something of type %s; only dNSName, iPAddress and rfc822Name are "
            "certified",
            choice_name(element->tag));
    }
}

/* Subject. */

/* Old clients name a host here only; others repeat one of the subjectAltNames. */
static enum err_code read_common_name(struct reading *r, const struct der_element *value)
{
    struct identifiers *names = &r->out->names;
    uint8_t octets[16];
    const char *name;
    char *text;

    if (r->out->common_name != NULL)
        return refuse(r, "the CSR's subject has more than one commonName; leave one or none");
    switch (value->tag) {
    case DER_UTF8_STRING:
    case DER_PRINTABLE_STRING:
    case DER_TELETEX_STRING:
    case DER_IA5_STRING:
        break;
    default:
        return refuse(r, "the CSR's commonName is not a UTF8String or PrintableString");
    }
    text = bytes_string(r->mem, value->content);
    if (strlen(text) != value->content.len)
        return refuse(r, "the CSR's commonName has a NUL in it");
    if (inet_pton(AF_INET, text, octets) == 1) {
        add_ip(r, (struct bytes){octets, 4});
    } else if (inet_pton(AF_INET6, text, octets) == 1) {
        add_ip(r, (struct bytes){octets, 16});
    } else if (add_dns(r, value->content, &name) != ERR_OK) {
        return problem_set(r->e, PROBLEM_BAD_CSR,
            "%s (it is the commonName: use one of the order's names there, or leave the subject "
            "empty)",
            r->e->detail);
    }
    r->out->common_name = names->list[names->len - 1].value;
    return ERR_OK;
}

/* One RelativeDistinguishedName; several attributes in one are as good as unused, and refused. */
static enum err_code read_rdn(struct reading *r, struct bytes rdn)
{
    struct bytes attribute, type;
    struct der_element value;
    int nid;

    if (!der_take(&rdn, DER_SEQUENCE, &attribute) || rdn.len != 0)
        return refuse(r, "the CSR's subject is malformed");
    type = attribute;
    if (!der_take_oid(&attribute, &nid) || !der_next(&attribute, &value) || attribute.len != 0)
        return refuse(r, "the CSR's subject is malformed");
    if (nid != NID_commonName)
        return problem_set(r->e, PROBLEM_BAD_CSR,
            "the CSR's subject has %s, which is not certified; leave the subject empty, or with a "
            "commonName only",
            der_oid_text(r->mem, type));
    return read_common_name(r, &value);
}

static enum err_code read_subject(struct reading *r, struct bytes subject)
{
    struct bytes rdn;

    while (subject.len > 0) {
        if (!der_take(&subject, DER_SET, &rdn))
            return refuse(r, "the CSR's subject is malformed");
        if (read_rdn(r, rdn) != ERR_OK)
            return r->e->code;
    }
    return ERR_OK;
}

/* Extensions: those that clients put into a CSR. Only subjectAltName means something to us. */

static enum err_code read_alt_names(struct reading *r, struct bytes value)
{
    struct bytes list;
    struct der_element element;

    if (!der_take(&value, DER_SEQUENCE, &list) || value.len != 0)
        return refuse(r, "the CSR's subjectAltName is malformed");
    while (list.len > 0) {
        if (!der_next(&list, &element))
            return refuse(r, "the CSR's subjectAltName is malformed");
        if (r->out->names.len == NAMES_MAX)
            return refuse(r, "the CSR has more than 1000 names");
        if (add_general_name(r, &element) != ERR_OK)
            return r->e->code;
    }
    return ERR_OK;
}

static enum err_code check_key_usage(struct reading *r, struct bytes value)
{
    struct bytes bits;

    /* keyCertSign and cRLSign are bits 5 and 6 of the first octet, which follows the count of
     * unused ones. */
    if (!der_take(&value, DER_BIT_STRING, &bits) || value.len != 0 || bits.len == 0)
        return refuse(r, "the CSR's keyUsage is malformed");
    if (bits.len > 1 && (bits.data[1] & 0x06) != 0)
        return refuse(r, "the CSR's keyUsage asks for keyCertSign or cRLSign, which only CAs have");
    return ERR_OK;
}

static enum err_code check_not_ca(struct reading *r, struct bytes value)
{
    struct bytes constraints, ca;

    if (!der_take(&value, DER_SEQUENCE, &constraints) || value.len != 0)
        return refuse(r, "the CSR's basicConstraints are malformed");
    if (der_take(&constraints, DER_BOOLEAN, &ca) && ca.len == 1 && ca.data[0] != 0)
        return refuse(r, "the CSR asks for a CA certificate (basicConstraints CA:TRUE)");
    if (constraints.len != 0)
        return refuse(r, "the CSR's basicConstraints are malformed");
    return ERR_OK;
}

static enum err_code check_sequence(struct reading *r, struct bytes value)
{
    struct bytes content;

    if (!der_take(&value, DER_SEQUENCE, &content) || value.len != 0)
        return refuse(r, "the CSR's extendedKeyUsage or TLS feature is malformed");
    return ERR_OK;
}

static enum err_code check_octets(struct reading *r, struct bytes value)
{
    struct bytes content;

    if (!der_take(&value, DER_OCTET_STRING, &content) || value.len != 0)
        return refuse(r, "the CSR's subjectKeyIdentifier is malformed");
    return ERR_OK;
}

static const struct {
    int nid;
    enum err_code (*read)(struct reading *r, struct bytes value);
} extensions[] = {
    {NID_subject_alt_name, read_alt_names},
    {NID_key_usage, check_key_usage},
    {NID_ext_key_usage, check_sequence},
    {NID_basic_constraints, check_not_ca},
    {NID_subject_key_identifier, check_octets},
    {NID_tlsfeature, check_sequence},
};
#define EXTENSIONS (sizeof extensions / sizeof extensions[0])

static enum err_code read_extension(struct reading *r, struct bytes extension)
{
    struct bytes id = extension, critical, value;
    size_t i = 0;
    int nid;

    if (!der_take_oid(&extension, &nid))
        return refuse(r, "an extension in the CSR is malformed");
    der_take(&extension, DER_BOOLEAN, &critical); /* we copy nothing, so it does not matter */
    if (!der_take(&extension, DER_OCTET_STRING, &value) || extension.len != 0)
        return refuse(r, "an extension in the CSR is malformed");
    while (i < EXTENSIONS && extensions[i].nid != nid)
        i++;
    if (i == EXTENSIONS)
        return problem_set(r->e, PROBLEM_BAD_CSR,
            "the CSR asks for the extension %s, which is not granted; leave it out",
            der_oid_text(r->mem, id));
    if ((r->seen & 1U << i) != 0)
        return problem_set(
            r->e, PROBLEM_BAD_CSR, "the CSR has the extension %s twice", der_oid_text(r->mem, id));
    r->seen |= 1U << i;
    return extensions[i].read(r, value);
}

static enum err_code read_extension_request(struct reading *r, struct bytes values)
{
    struct bytes list, extension;

    if (r->extended)
        return refuse(r, "the CSR has more than one extension request");
    r->extended = true;
    if (!der_take(&values, DER_SEQUENCE, &list) || values.len != 0)
        return refuse(r, "the CSR's extension request is malformed");
    while (list.len > 0) {
        if (!der_take(&list, DER_SEQUENCE, &extension))
            return refuse(r, "the CSR's extension request is malformed");
        if (read_extension(r, extension) != ERR_OK)
            return r->e->code;
    }
    return ERR_OK;
}

/* Attributes besides the extension request (a challenge password, what Windows says of itself) are
 * passed over. */
static enum err_code read_attributes(struct reading *r, struct bytes attributes)
{
    struct bytes attribute, values;
    int nid;

    while (attributes.len > 0) {
        if (!der_take(&attributes, DER_SEQUENCE, &attribute) || !der_take_oid(&attribute, &nid) ||
            !der_take(&attribute, DER_SET, &values) || attribute.len != 0)
            return refuse(r, "the CSR's attributes are malformed");
        if ((nid == NID_ext_req || nid == NID_ms_ext_req) &&
            read_extension_request(r, values) != ERR_OK)
            return r->e->code;
    }
    return ERR_OK;
}

/* The key and what it signed. */

static enum err_code read_key(struct reading *r, struct bytes spki)
{
    r->out->spki = spki;
    sha256(spki, r->out->spki_hash);
    r->out->key = key_from_spki(r->mem, spki, r->e);
    if (r->out->key == NULL)
        return problem_set(
            r->e, PROBLEM_BAD_CSR, "the CSR's key is not acceptable: %s", r->e->detail);
    return ERR_OK;
}

enum family { FAMILY_RSA, FAMILY_EC, FAMILY_EDWARDS };

static enum family family_of(enum key_type type)
{
    switch (type) {
    case KEY_RSA:
        return FAMILY_RSA;
    case KEY_P256:
    case KEY_P384:
    case KEY_P521:
        return FAMILY_EC;
    case KEY_ED25519:
        return FAMILY_EDWARDS;
    }
    return FAMILY_RSA;
}

static const struct scheme {
    int nid;
    enum family family;
    int digest;
} schemes[] = {
    {NID_sha256WithRSAEncryption, FAMILY_RSA, NID_sha256},
    {NID_sha384WithRSAEncryption, FAMILY_RSA, NID_sha384},
    {NID_sha512WithRSAEncryption, FAMILY_RSA, NID_sha512},
    {NID_ecdsa_with_SHA256, FAMILY_EC, NID_sha256},
    {NID_ecdsa_with_SHA384, FAMILY_EC, NID_sha384},
    {NID_ecdsa_with_SHA512, FAMILY_EC, NID_sha512},
    {NID_ED25519, FAMILY_EDWARDS, NID_undef},
};
#define SCHEMES (sizeof schemes / sizeof schemes[0])

/* AlgorithmIdentifier's content; parameters are NULL with RSA and absent else, but nothing hangs on
 * a NULL too many or few. */
static const struct scheme *read_scheme(struct bytes algorithm)
{
    struct bytes null;
    int nid;

    if (!der_take_oid(&algorithm, &nid))
        return NULL;
    der_take(&algorithm, DER_NULL, &null);
    if (algorithm.len != 0)
        return NULL;
    for (size_t i = 0; i < SCHEMES; i++)
        if (schemes[i].nid == nid)
            return &schemes[i];
    return NULL;
}

static enum err_code check_signature(struct reading *r, const struct pkcs10 *request)
{
    const struct scheme *scheme = read_scheme(request->algorithm);

    if (scheme == NULL)
        return problem_set(r->e, PROBLEM_BAD_CSR,
            "the CSR is signed with %s; sign it with SHA-256 or better (sha256WithRSAEncryption, "
            "ecdsa-with-SHA256) or Ed25519",
            der_oid_text(r->mem, request->algorithm));
    if (scheme->family != family_of(key_type(r->out->key)) ||
        !key_verify_x509(r->out->key, scheme->digest, request->info, request->signature))
        return refuse(r, "the CSR's signature was not made with the CSR's own key");
    return ERR_OK;
}

/* The whole. */

static bool begins_with(struct bytes b, const char *text)
{
    size_t len = strlen(text);

    return b.len >= len && memcmp(b.data, text, len) == 0;
}

static const char *why_not_request(struct bytes der)
{
    if (begins_with(der, "-----BEGIN"))
        return "the CSR is PEM text; ACME wants its DER form in base64url (RFC 8555, 7.4)";
    if (begins_with(der, "MI"))
        return "the CSR is base64 text inside base64url; encode its DER form once";
    return "the CSR is not a PKCS#10 request in DER form, or bytes follow it";
}

/* Sorts the names and lets each stand once: the commonName repeats one, and some clients repeat
 * more. */
static void settle_names(struct identifiers *names)
{
    size_t kept = 1;

    identifiers_sort(names);
    for (size_t i = 1; i < names->len; i++)
        if (identifier_compare(&names->list[kept - 1], &names->list[i]) != 0)
            names->list[kept++] = names->list[i];
    names->len = kept;
}

enum err_code csr_read(void *mem, struct bytes der, struct csr *out, struct err *e)
{
    struct reading r = {.mem = mem, .out = out, .e = e};
    struct pkcs10 request;

    *out = (struct csr){0};
    if (!pkcs10_read(der, &request))
        return refuse(&r, why_not_request(der));
    if (read_key(&r, request.spki) != ERR_OK || read_subject(&r, request.subject) != ERR_OK ||
        read_attributes(&r, request.attributes) != ERR_OK)
        return e->code;
    if (out->names.len == 0)
        return refuse(
            &r, "the CSR names nothing: it needs a subjectAltName with the order's names");
    settle_names(&out->names);
    return check_signature(&r, &request);
}
