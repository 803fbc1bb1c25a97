/* csr - see csr.h.
 *
 * The request is walked as DER by hand: OpenSSL's d2i_X509_REQ decodes the key by a road that takes
 * longer than all of this together, and accepts more than we want to (trailing bytes, odd
 * encodings).
 */
#include "acme/csr.h"

#include <string.h>

#include <openssl/objects.h>

#include "acme/general_name.h"
#include "acme/identifier.h"
#include "acme/problem.h"
#include "base/der.h"
#include "base/mem.h"
#include "base/pkcs10.h"
#include "base/signature.h"
#include "store/identifiers.h"

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

/* Subject. */

/* Old clients name a host here only; others repeat one of the subjectAltNames. */
static enum err_code read_common_name(struct reading *r, const struct der_element *value)
{
    struct identifier name;

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
    if (general_name_of_text(r->mem, value->content, &name, r->e) != ERR_OK)
        return problem_set(r->e, PROBLEM_BAD_CSR,
            "in the CSR, %s (it is the commonName: use one of the order's names there, or leave "
            "the subject empty)",
            r->e->detail);
    general_names_add(r->mem, &r->out->names, name);
    r->out->common_name = name.value;
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
    struct identifiers names;

    if (general_names_read(r->mem, value, &names, r->e) != ERR_OK)
        return problem_set(r->e, PROBLEM_BAD_CSR, "in the CSR, %s", r->e->detail);
    for (size_t i = 0; i < names.len; i++)
        general_names_add(r->mem, &r->out->names, names.list[i]);
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

static enum err_code check_signature(struct reading *r, const struct pkcs10 *request)
{
    const struct signature_scheme *scheme = signature_scheme_read(request->algorithm);

    if (scheme == NULL)
        return problem_set(r->e, PROBLEM_BAD_CSR,
            "the CSR is signed with %s; sign it with SHA-256 or better (sha256WithRSAEncryption, "
            "ecdsa-with-SHA256) or Ed25519",
            der_oid_text(r->mem, request->algorithm));
    if (!signature_verify(scheme, r->out->key, request->info, request->signature))
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

static enum err_code begin(
    struct reading *r, struct bytes der, struct pkcs10 *request, struct csr *out)
{
    *out = (struct csr){0};
    if (!pkcs10_read(der, request))
        return refuse(r, why_not_request(der));
    return read_key(r, request->spki);
}

enum err_code csr_read_key(void *mem, struct bytes der, struct csr *out, struct err *e)
{
    struct reading r = {.mem = mem, .out = out, .e = e};
    struct pkcs10 request;

    return begin(&r, der, &request, out) == ERR_OK ? check_signature(&r, &request) : e->code;
}

enum err_code csr_read(void *mem, struct bytes der, struct csr *out, struct err *e)
{
    struct reading r = {.mem = mem, .out = out, .e = e};
    struct pkcs10 request;

    if (begin(&r, der, &request, out) != ERR_OK || read_subject(&r, request.subject) != ERR_OK ||
        read_attributes(&r, request.attributes) != ERR_OK)
        return e->code;
    if (out->names.len == 0)
        return refuse(
            &r, "the CSR names nothing: it needs a subjectAltName with the order's names");
    general_names_settle(&out->names); /* the commonName repeats one, and some clients more */
    return check_signature(&r, &request);
}

/* Names. */

/* Adds those of `set` that `other` lacks; `words` says so of one. */
static void note_missing(struct subproblem *list, size_t *len, const struct identifiers *set,
    const struct identifiers *other, const char *words)
{
    for (size_t i = 0; i < set->len; i++) {
        const struct identifiers one = {&set->list[i], 1};

        if (identifiers_missing(&one, other) != NULL)
            list[(*len)++] = (struct subproblem){.problem = PROBLEM_BAD_CSR,
                .detail = words,
                .type = identifier_type_words[set->list[i].type],
                .value = set->list[i].value};
    }
}

enum err_code csr_check_names(void *mem, const struct csr *csr, const struct identifiers *ordered,
    struct subproblem **differences, size_t *len, struct err *e)
{
    static const char lacks[] = "the order names it, the CSR does not";
    struct subproblem *list = mem_new_array(mem, struct subproblem, ordered->len + csr->names.len);

    *differences = list;
    *len = 0;
    note_missing(list, len, ordered, &csr->names, lacks);
    note_missing(list, len, &csr->names, ordered, "the CSR names it, the order does not");
    if (*len == 0)
        return ERR_OK;
    problem_set(e, PROBLEM_BAD_CSR,
        list[0].detail == lacks ? "the CSR lacks \"%.150s\", which the order names"
                                : "the CSR names \"%.150s\", which the order does not",
        list[0].value);
    if (*len > 1)
        return problem_set(
            e, PROBLEM_BAD_CSR, "%s; %zu names differ, see the subproblems", e->detail, *len);
    *len = 0; /* the detail says it all */
    return e->code;
}
