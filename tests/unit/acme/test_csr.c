/* Tests of acme/csr: requests as real clients make them (tests/vectors/csr), and built ones that
 * must be refused. */
#include "tests/unit/test_main.h"

#include <string.h>

#include <openssl/objects.h>

#include "acme/csr.h"
#include "acme/problem.h"
#include "base/der.h"
#include "base/mem.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define ROW(text)                                                                                  \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }

static struct bytes read_vector(void *mem, const char *name)
{
    char path[512];
    uint8_t *data = mem_alloc(mem, 4096, "vector");
    struct bytes der = {data, 0};
    FILE *file;

    snprintf(path, sizeof path, "%s/vectors/csr/%s", TEST_DATA, name);
    file = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    der.len = fread(data, 1, 4096, file);
    fclose(file);
    return der;
}

/* The names as "dns a, ip b". */
static char *names_of(void *mem, const struct csr *csr)
{
    static const char *const types[] = {"dns", "ip", "email"};
    char *text = mem_strdup(mem, "");

    for (size_t i = 0; i < csr->names.len; i++)
        text = mem_printf(mem, "%s%s%s %s", text, i == 0 ? "" : ", ",
            types[csr->names.list[i].type], csr->names.list[i].value);
    return text;
}

static void requests_of_real_clients_are_read(void)
{
    static const struct {
        const char *file, *common_name, *names;
        enum key_type type;
        int bits;
    } rows[] = {
        {"certbot-rsa.der", NULL, "dns example.org, dns www.example.org", KEY_RSA, 2048},
        {"certbot-ec-must-staple.der", NULL, "dns ec.example.org", KEY_P256, 256},
        {"lego-ec.der", "www.example.org", "dns example.org, dns www.example.org", KEY_P256, 256},
        {"lego-rsa.der", "x.example.org", "dns x.example.org", KEY_RSA, 2048},
        {"dehydrated.der", "www.example.org", "dns example.org, dns www.example.org", KEY_P384,
            384},
        {"acme-tiny.der", NULL, "dns www.yoursite.com, dns yoursite.com", KEY_RSA, 2048},
        {"acme-sh.der", "example.org", "dns *.example.org, dns example.org", KEY_P256, 256},
        {"ruby-acme-client.der", "ruby.example.org",
            "dns ruby.example.org, dns www.ruby.example.org", KEY_RSA,
            2048}, /* its version field says 2 */
        {"openssl-cn-only.der", "old.example.org", "dns old.example.org", KEY_RSA, 2048},
        {"openssl-p521-everything.der", "host.example.org", "dns host.example.org", KEY_P521, 521},
        {"openssl-ed25519-all-names.der", NULL,
            "dns ed.example.org, ip 192.0.2.1, ip 2001:db8::1, email Someone@example.org",
            KEY_ED25519, 256},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        void *mem = mem_pool(NULL, 65536);
        struct bytes der = read_vector(mem, rows[i].file);
        struct err e = {0};
        uint8_t hash[32];
        struct csr csr;

        CU_ASSERT_FATAL(csr_read(mem, der, &csr, &e) == ERR_OK);
        CU_ASSERT_STRING_EQUAL(names_of(mem, &csr), rows[i].names);
        CU_ASSERT((csr.common_name == NULL) == (rows[i].common_name == NULL));
        if (csr.common_name != NULL && rows[i].common_name != NULL)
            CU_ASSERT_STRING_EQUAL(csr.common_name, rows[i].common_name);
        CU_ASSERT_EQUAL(key_type(csr.key), rows[i].type);
        CU_ASSERT_EQUAL(key_bits(csr.key), rows[i].bits);
        CU_ASSERT(bytes_equal(csr.spki, key_spki(mem, csr.key)));
        sha256(csr.spki, hash);
        CU_ASSERT_EQUAL(memcmp(hash, csr.spki_hash, sizeof hash), 0);
        mem_free(mem);
    }
}

static bool is_bad_csr(void *mem, struct bytes der)
{
    struct err e = {0};
    struct csr csr;

    return csr_read(mem, der, &csr, &e) != ERR_OK && problem_of(&e) == PROBLEM_BAD_CSR;
}

static void no_bit_of_a_request_can_be_changed(void)
{
    static const char *const files[] = {"openssl-ed25519-all-names.der", "lego-rsa.der"};

    for (size_t i = 0; i < COUNT(files); i++) {
        void *mem = mem_pool(NULL, 65536);
        struct bytes der = read_vector(mem, files[i]);
        uint8_t *copy = mem_dup(mem, der.data, der.len);

        for (size_t bit = 0; bit < 8 * der.len; bit++) {
            void *scratch = mem_pool(NULL, 16384);

            copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
            CU_ASSERT(is_bad_csr(scratch, (struct bytes){copy, der.len}));
            copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
            mem_free(scratch);
        }
        CU_ASSERT_FALSE(is_bad_csr(mem, (struct bytes){copy, der.len}));
        mem_free(mem);
    }
}

static void requests_cut_off_or_with_something_behind_are_refused(void)
{
    void *mem = mem_pool(NULL, 65536);
    struct bytes der = read_vector(mem, "certbot-rsa.der");
    uint8_t *longer = mem_alloc(mem, der.len + 1, "longer");

    for (size_t len = 0; len < der.len; len++) {
        uint8_t *copy = mem_dup(NULL, der.data, len); /* exactly as long, for the sanitizer */

        CU_ASSERT(is_bad_csr(mem, (struct bytes){copy, len}));
        mem_free(copy);
    }
    memcpy(longer, der.data, der.len);
    CU_ASSERT(is_bad_csr(mem, (struct bytes){longer, der.len + 1}));
    mem_free(mem);
}

/* Building requests: with an Ed25519 key, whose JOSE signature is X.509's too. */

struct form {
    struct bytes subject;      /* RDNs */
    struct bytes attributes;   /* Attributes */
    struct bytes algorithm;    /* of the signature, its content; empty: Ed25519 */
    struct bytes version;      /* magnitude; empty: 0 */
    const char *signs_instead; /* NULL: the request */
};

static struct bytes build(void *mem, const struct form *form)
{
    static const struct bytes ed25519 = ROW("\x06\x03\x2b\x65\x70");
    struct key *key = key_generate(mem, KEY_ED25519, 0);
    struct bytes spki = key_spki(mem, key), signature;
    size_t whole, info, bits;
    struct buf b;

    buf_init(&b, mem, 65536);
    whole = der_open(&b, DER_SEQUENCE);
    info = der_open(&b, DER_SEQUENCE);
    der_put_integer(&b, form->version);
    der_put(&b, DER_SEQUENCE, form->subject);
    buf_add(&b, spki.data, spki.len);
    der_put(&b, DER_CONTEXT_CONSTRUCTED(0), form->attributes);
    der_close(&b, info);
    signature = key_sign(mem, key, KEY_EDDSA,
        form->signs_instead != NULL
            ? bytes_of(form->signs_instead)
            : (struct bytes){(const uint8_t *)b.data + whole, b.len - whole});
    der_put(&b, DER_SEQUENCE, form->algorithm.len == 0 ? ed25519 : form->algorithm);
    bits = der_open(&b, DER_BIT_STRING);
    buf_add_char(&b, '\0');
    buf_add(&b, signature.data, signature.len);
    der_close(&b, bits);
    der_close(&b, whole);
    return buf_bytes(&b);
}

static struct bytes element(void *mem, uint8_t tag, struct bytes content)
{
    struct buf b;

    buf_init(&b, mem, 65536);
    der_put(&b, tag, content);
    return buf_bytes(&b);
}

static struct bytes join(void *mem, struct bytes first, struct bytes second)
{
    struct buf b;

    buf_init(&b, mem, 65536);
    buf_add(&b, first.data, first.len);
    buf_add(&b, second.data, second.len);
    return buf_bytes(&b);
}

/* SEQUENCE { oid, value }, which attributes, extensions and parts of names all are. */
static struct bytes pair(void *mem, int nid, struct bytes value)
{
    struct buf b;

    buf_init(&b, mem, 1024);
    der_put_oid(&b, nid);
    return element(mem, DER_SEQUENCE, join(mem, buf_bytes(&b), value));
}

static struct bytes rdn(void *mem, int nid, uint8_t tag, const char *text)
{
    return element(mem, DER_SET, pair(mem, nid, element(mem, tag, bytes_of(text))));
}

static struct bytes extension(void *mem, int nid, struct bytes value)
{
    return pair(mem, nid, element(mem, DER_OCTET_STRING, value));
}

static struct bytes alt_names(void *mem, struct bytes names)
{
    return extension(mem, NID_subject_alt_name, element(mem, DER_SEQUENCE, names));
}

static struct bytes dns(void *mem, const char *name)
{
    return element(mem, DER_CONTEXT(2), bytes_of(name));
}

/* The attribute that asks for these extensions. */
static struct bytes asking(void *mem, struct bytes extensions)
{
    return pair(mem, NID_ext_req, element(mem, DER_SET, element(mem, DER_SEQUENCE, extensions)));
}

/* What most requests ask for. */
static struct bytes one_name(void *mem)
{
    return alt_names(mem, dns(mem, "a.example"));
}

static void expect_names(void *mem, struct form form, const char *names)
{
    struct bytes der = build(mem, &form);
    struct err e = {0};
    struct csr csr;

    CU_ASSERT_FATAL(csr_read(mem, der, &csr, &e) == ERR_OK);
    CU_ASSERT_STRING_EQUAL(names_of(mem, &csr), names);
}

static void expect_refused(void *mem, struct form form, const char *words)
{
    struct bytes der = build(mem, &form);
    struct err e = {0};
    struct csr csr;

    CU_ASSERT(csr_read(mem, der, &csr, &e) != ERR_OK);
    CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_BAD_CSR);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, words));
    if (strstr(e.detail, words) == NULL)
        printf("\n    %s: %s", words, e.detail);
    for (const char *c = e.detail; *c != '\0'; c++)
        CU_ASSERT(*c >= ' ' && *c <= '~');
}

static void names_are_taken_from_subject_and_extension_once_each(void)
{
    void *mem = mem_pool(NULL, 65536);
    struct bytes cn = rdn(mem, NID_commonName, DER_PRINTABLE_STRING, "B.example");
    struct bytes two = join(mem, dns(mem, "b.Example"), dns(mem, "a.example"));

    expect_names(mem, (struct form){.attributes = asking(mem, one_name(mem))}, "dns a.example");
    expect_names(mem, (struct form){.subject = cn}, "dns b.example");
    expect_names(mem, (struct form){.subject = cn, .attributes = asking(mem, one_name(mem))},
        "dns a.example, dns b.example");
    expect_names(mem,
        (struct form){
            .subject = cn, .attributes = asking(mem, alt_names(mem, join(mem, two, two)))},
        "dns a.example, dns b.example");
    expect_names(
        mem, (struct form){.subject = rdn(mem, NID_commonName, DER_UTF8_STRING, "::1")}, "ip ::1");
    expect_names(mem,
        (struct form){.subject = rdn(mem, NID_commonName, DER_IA5_STRING, "192.0.2.1")},
        "ip 192.0.2.1");
    mem_free(mem);
}

static void attributes_without_meaning_are_passed_over(void)
{
    void *mem = mem_pool(NULL, 65536);
    struct bytes password = pair(mem, NID_pkcs9_challengePassword,
        element(mem, DER_SET, element(mem, DER_UTF8_STRING, bytes_of("secret"))));

    expect_names(mem, (struct form){.attributes = join(mem, password, asking(mem, one_name(mem)))},
        "dns a.example");
    mem_free(mem);
}

static void versions_that_clients_write_are_read(void)
{
    static const struct {
        struct bytes version;
        bool accepted;
    } rows[] = {
        {ROW(""), true},
        {ROW("\x01"), false},
        {ROW("\x02"), true},
        {ROW("\x03"), false},
        {ROW("\x01\x02"), false},
    };
    void *mem = mem_pool(NULL, 65536);

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct form form = {.attributes = asking(mem, one_name(mem)), .version = rows[i].version};

        if (rows[i].accepted)
            expect_names(mem, form, "dns a.example");
        else
            expect_refused(mem, form, "PKCS#10");
    }
    mem_free(mem);
}

/* Whatever it says, also one of the order's names: a leaf of ours has no such attribute. */
static void subject_attributes_other_than_a_common_name_are_refused(void)
{
    static const struct {
        int nid;
        const char *value, *words;
    } rows[] = {
        {NID_countryName, "CN", "countryName"},
        {NID_stateOrProvinceName, "a.example", "stateOrProvinceName"},
        {NID_localityName, "a.example", "localityName"},
        {NID_organizationName, "a.example", "organizationName"},
        {NID_organizationalUnitName, "a.example", "organizationalUnitName"},
        {NID_serialNumber, "a.example", "serialNumber"},
        {NID_streetAddress, "a.example", "streetAddress"},
        {NID_title, "a.example", "title"},
        {NID_name, "a.example", "name"},
        {NID_surname, "a.example", "surname"},
        {NID_givenName, "a.example", "givenName"},
        {NID_pseudonym, "a.example", "pseudonym"},
        {NID_dnQualifier, "a.example", "dnQualifier"},
        {NID_domainComponent, "example", "domainComponent"},
        {NID_userId, "root", "userId"},
        {NID_pkcs9_emailAddress, "root@a.example", "emailAddress"},
        {NID_pkcs9_unstructuredName, "a.example", "unstructuredName"},
        {NID_jurisdictionCountryName, "CN", "jurisdictionCountryName"},
        {NID_ms_upn, "root@a.example", "User Principal Name"},
    };
    void *mem = mem_pool(NULL, 65536);
    struct bytes cn = rdn(mem, NID_commonName, DER_UTF8_STRING, "a.example");
    struct bytes names = asking(mem, one_name(mem));

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bytes odd = rdn(mem, rows[i].nid, DER_UTF8_STRING, rows[i].value);

        expect_refused(mem, (struct form){.subject = odd, .attributes = names}, rows[i].words);
        expect_refused(
            mem, (struct form){.subject = join(mem, cn, odd), .attributes = names}, rows[i].words);
        expect_refused(
            mem, (struct form){.subject = join(mem, odd, cn), .attributes = names}, rows[i].words);
    }
    mem_free(mem);
}

/* One that OpenSSL has no name for: 1.3.6.1.4.1.99999.1. */
static void an_unknown_subject_attribute_is_refused_by_its_number(void)
{
    static const struct bytes oid = ROW("\x06\x09\x2b\x06\x01\x04\x01\x86\x8d\x1f\x01");
    void *mem = mem_pool(NULL, 65536);
    struct bytes value = element(mem, DER_UTF8_STRING, bytes_of("a.example"));
    struct bytes odd = element(mem, DER_SET, element(mem, DER_SEQUENCE, join(mem, oid, value)));

    expect_refused(mem, (struct form){.subject = odd, .attributes = asking(mem, one_name(mem))},
        "1.3.6.1.4.1.99999.1");
    mem_free(mem);
}

static struct bytes mailbox(void *mem, const char *address)
{
    return asking(mem, alt_names(mem, element(mem, DER_CONTEXT(1), bytes_of(address))));
}

static void the_common_name_may_be_the_address_of_mail(void)
{
    void *mem = mem_pool(NULL, 65536);
    struct bytes subject = rdn(mem, NID_commonName, DER_UTF8_STRING, "Ann@CORP.example");

    expect_names(mem,
        (struct form){.subject = subject, .attributes = mailbox(mem, "Ann@corp.Example")},
        "email Ann@corp.example");
    expect_names(mem, (struct form){.attributes = mailbox(mem, "ann@corp.example")},
        "email ann@corp.example");
    expect_refused(mem,
        (struct form){.subject = rdn(mem, NID_commonName, DER_UTF8_STRING, "Ann Other"),
            .attributes = mailbox(mem, "ann@corp.example")},
        "commonName");
    mem_free(mem);
}

/* Where the product says so: whatever else is in it, but the signature must hold. */
static void the_key_alone_can_be_read(void)
{
    void *mem = mem_pool(NULL, 65536);
    struct form form = {.subject = rdn(mem, NID_commonName, DER_UTF8_STRING, "Ann Other"),
        .attributes = mailbox(mem, "nobody")};
    struct bytes der = build(mem, &form);
    struct err e = {0};
    struct csr csr;
    uint8_t *broken;

    expect_refused(mem, form, "commonName");
    CU_ASSERT_EQUAL(csr_read_key(mem, der, &csr, &e), ERR_OK);
    CU_ASSERT_PTR_NOT_NULL(csr.key);
    CU_ASSERT_EQUAL(csr.names.len, 0);
    CU_ASSERT_PTR_NULL(csr.common_name);
    broken = mem_alloc_array(mem, 1, der.len, "broken");
    memcpy(broken, der.data, der.len);
    broken[der.len - 1] ^= 1;
    CU_ASSERT(csr_read_key(mem, (struct bytes){broken, der.len}, &csr, &e) != ERR_OK);
    CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_BAD_CSR);
    mem_free(mem);
}

static void subjects_with_more_than_a_name_are_refused(void)
{
    void *mem = mem_pool(NULL, 65536);
    struct bytes cn = rdn(mem, NID_commonName, DER_UTF8_STRING, "a.example");
    struct bytes rest = element(mem, DER_UTF8_STRING, bytes_of("a.example"));
    struct bytes both = join(mem, pair(mem, NID_commonName, rest), pair(mem, NID_commonName, rest));
    struct bytes names = asking(mem, one_name(mem));

    expect_refused(mem,
        (struct form){
            .subject = rdn(mem, NID_organizationName, DER_UTF8_STRING, "X"), .attributes = names},
        "organizationName");
    expect_refused(mem, (struct form){.subject = join(mem, cn, cn)}, "more than one commonName");
    expect_refused(
        mem, (struct form){.subject = element(mem, DER_SET, both)}, "subject is malformed");
    expect_refused(mem,
        (struct form){.subject = cn.len > 2 ? (struct bytes){cn.data + 2, cn.len - 2} : cn},
        "subject is malformed");
    expect_refused(mem, (struct form){.subject = element(mem, DER_SET, (struct bytes){NULL, 0})},
        "subject is malformed");
    expect_refused(mem,
        (struct form){
            .subject = rdn(mem, NID_commonName, DER_UTF8_STRING, "My Server"), .attributes = names},
        "commonName");
    expect_refused(mem,
        (struct form){
            .subject = rdn(mem, NID_commonName, DER_UTF8_STRING, ""), .attributes = names},
        "commonName");
    expect_refused(mem,
        (struct form){
            .subject = element(mem, DER_SET,
                pair(mem, NID_commonName,
                    element(mem, DER_UTF8_STRING, (struct bytes)ROW("192.0.2.1\0.example"))))},
        "NUL");
    expect_refused(
        mem, (struct form){.subject = rdn(mem, NID_commonName, 0x1e, "a.example")}, "UTF8String");
    mem_free(mem);
}

static void general_names_of_other_types_are_refused(void)
{
    static const struct {
        uint8_t tag;
        const char *words;
    } rows[] = {{0xa0, "otherName"}, {0xa3, "x400Address"}, {0xa4, "directoryName"},
        {0xa5, "ediPartyName"}, {0x86, "uniformResourceIdentifier"}, {0x88, "registeredID"},
        {0x89, "unknown"}, {0xa2, "malformed dNSName"}, {0x30, "unknown"},
        /* primitive for constructed, and the other way round: types of nobody's */
        {0x80, "otherName"}, {0x83, "x400Address"}, {0x84, "directoryName"}, {0x85, "ediPartyName"},
        {0xa1, "malformed rfc822Name"}, {0xa6, "uniformResourceIdentifier"},
        {0xa7, "malformed iPAddress"}, {0xa8, "registeredID"}, {0x9e, "unknown"},
        /* not context-specific at all: an INTEGER is no dNSName */
        {0x02, "unknown"}, {0x16, "unknown"}, {0x42, "unknown"}, {0xc2, "unknown"}};
    void *mem = mem_pool(NULL, 65536);

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bytes odd = element(mem, rows[i].tag, bytes_of("x"));

        expect_refused(mem,
            (struct form){
                .attributes = asking(mem, alt_names(mem, join(mem, dns(mem, "a.example"), odd)))},
            rows[i].words);
    }
    mem_free(mem);
}

static void alternative_names_with_bad_values_are_refused(void)
{
    static const struct {
        uint8_t tag;
        struct bytes value;
        const char *words;
    } rows[] = {
        {0x82, ROW("a_b.example"), "underscore"},
        {0x82, ROW("a.example\0.b"), "NUL"},
        {0x82, ROW(""), "empty"},
        {0x82, ROW("example.org."), "ends with a dot"},
        {0x87, ROW("\x7f\x00\x00"), "4 or 16 octets"},
        {0x87, ROW("\x7f\x00\x00\x01\xff\x00\x00\x00"),
            "4 or 16 octets"}, /* with a mask, as in name constraints */
        {0x81, ROW("example.org"), "no \"@\""},
        {0x81, ROW("@example.org"), "nothing is before"},
        {0x81, ROW("a@"), "a name is empty"},
        {0x81, ROW("a b@example.org"), "only the bare address"},
        {0x81, ROW("a\n@example.org"), "only the bare address"},
        {0x81, ROW("a\0@example.org"), "only the bare address"},
        {0x81, ROW("a@example.org\0.b"), "NUL"},
        {0x81, ROW("\xc3\xa4@example.org"), "SmtpUTF8Mailbox"},
    };
    void *mem = mem_pool(NULL, 65536);

    for (size_t i = 0; i < COUNT(rows); i++)
        expect_refused(mem,
            (struct form){.attributes = asking(
                              mem, alt_names(mem, element(mem, rows[i].tag, rows[i].value)))},
            rows[i].words);
    mem_free(mem);
}

static void requests_without_names_are_refused(void)
{
    void *mem = mem_pool(NULL, 65536);

    expect_refused(mem, (struct form){0}, "names nothing");
    expect_refused(
        mem, (struct form){.attributes = asking(mem, (struct bytes){NULL, 0})}, "names nothing");
    expect_refused(mem,
        (struct form){.attributes = asking(mem, alt_names(mem, (struct bytes){NULL, 0}))},
        "names nothing");
    mem_free(mem);
}

static void extensions_that_are_not_granted_are_refused(void)
{
    static const struct {
        int nid;
        struct bytes value;
        const char *words; /* NULL: accepted */
    } rows[] = {
        {NID_basic_constraints, ROW("\x30\x00"), NULL},
        {NID_basic_constraints, ROW("\x30\x03\x01\x01\x00"),
            NULL}, /* not DER, but harmless and met */
        {NID_basic_constraints, ROW("\x30\x03\x01\x01\xff"), "CA:TRUE"},
        {NID_basic_constraints, ROW("\x30\x06\x01\x01\xff\x02\x01\x00"), "CA:TRUE"},
        {NID_basic_constraints, ROW("\x30\x03\x01\x01\x01"), "CA:TRUE"},
        {NID_basic_constraints, ROW("\x30\x03\x02\x01\x00"), "malformed"},
        {NID_basic_constraints, ROW(""), "malformed"},
        {NID_key_usage, ROW("\x03\x02\x05\xa0"), NULL},
        {NID_key_usage, ROW("\x03\x01\x00"), NULL},
        {NID_key_usage, ROW("\x03\x02\x02\x04"), "keyCertSign"},
        {NID_key_usage, ROW("\x03\x02\x01\x86"), "keyCertSign"},
        {NID_key_usage, ROW("\x03\x00"), "malformed"},
        {NID_key_usage, ROW("\x30\x00"), "malformed"},
        {NID_ext_key_usage, ROW("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01"), NULL},
        {NID_ext_key_usage, ROW("\x30\x0a\x06"), "malformed"},
        {NID_tlsfeature, ROW("\x30\x03\x02\x01\x05"), NULL},
        {NID_subject_key_identifier, ROW("\x04\x01\x01"), NULL},
        {NID_subject_key_identifier, ROW("\x30\x00"), "malformed"},
        {NID_name_constraints, ROW("\x30\x00"), "Name Constraints"},
        {NID_issuer_alt_name, ROW("\x30\x03\x82\x01\x61"), "Issuer Alternative Name"},
        {NID_subject_directory_attributes, ROW("\x30\x00"), "Directory Attributes"},
        {NID_authority_key_identifier, ROW("\x30\x00"), "Authority Key Identifier"},
        {NID_certificate_policies, ROW("\x30\x00"), "Certificate Policies"},
        {NID_ct_precert_poison, ROW("\x05\x00"), "Poison"},
    };
    void *mem = mem_pool(NULL, 65536);

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct form form = {
            .attributes =
                asking(mem, join(mem, one_name(mem), extension(mem, rows[i].nid, rows[i].value)))};

        if (rows[i].words == NULL)
            expect_names(mem, form, "dns a.example");
        else
            expect_refused(mem, form, rows[i].words);
    }
    mem_free(mem);
}

static void what_is_there_twice_is_refused(void)
{
    void *mem = mem_pool(NULL, 65536);
    struct bytes names = one_name(mem), list = element(mem, DER_SEQUENCE, names);
    struct bytes two_values = pair(mem, NID_ext_req, element(mem, DER_SET, join(mem, list, list)));

    expect_refused(mem, (struct form){.attributes = asking(mem, join(mem, names, names))},
        "Alternative Name twice");
    expect_refused(mem,
        (struct form){.attributes = join(mem, asking(mem, names), asking(mem, names))},
        "more than one extension request");
    expect_refused(mem, (struct form){.attributes = two_values}, "malformed");
    mem_free(mem);
}

static void too_many_names_are_refused(void)
{
    void *mem = mem_pool(NULL, 65536);
    struct buf names;

    buf_init(&names, mem, 65536);
    for (int i = 0; i < 1000; i++)
        der_put(&names, DER_CONTEXT(2), bytes_of("a.example"));
    expect_names(mem, (struct form){.attributes = asking(mem, alt_names(mem, buf_bytes(&names)))},
        "dns a.example");
    der_put(&names, DER_CONTEXT(2), bytes_of("a.example"));
    expect_refused(mem, (struct form){.attributes = asking(mem, alt_names(mem, buf_bytes(&names)))},
        "1000 names");
    mem_free(mem);
}

static void signatures_must_be_the_keys_own_and_strong(void)
{
    static const struct {
        struct bytes algorithm;
        const char *words;
    } rows[] = {
        {ROW("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05\x05\x00"), "sha1WithRSAEncryption"},
        {ROW("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04\x05\x00"), "md5WithRSAEncryption"},
        {ROW("\x06\x07\x2a\x86\x48\xce\x3d\x04\x01"), "ecdsa-with-SHA1"},
        {ROW("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00"), "own key"}, /* RSA's */
        {ROW("\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"), "own key"},             /* ECDSA's */
        {ROW("\x06\x03\x2a\x03\x04"), "1.2.3.4"}, {ROW("\x05\x00"), "signed with ?"},
        {ROW("\x06\x03\x2b\x65\x70\x30\x00"), "signed with"}, /* parameters */
    };
    void *mem = mem_pool(NULL, 65536);
    struct bytes names = asking(mem, one_name(mem));

    for (size_t i = 0; i < COUNT(rows); i++)
        expect_refused(
            mem, (struct form){.attributes = names, .algorithm = rows[i].algorithm}, rows[i].words);
    expect_refused(
        mem, (struct form){.attributes = names, .signs_instead = "something else"}, "own key");
    mem_free(mem);
}

static void keys_that_are_not_accepted_are_named(void)
{
    void *mem = mem_pool(NULL, 65536);
    struct err e = {0};
    struct csr csr;

    CU_ASSERT(csr_read(mem, read_vector(mem, "refused-rsa1024.der"), &csr, &e) != ERR_OK);
    CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_BAD_CSR);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "2048"));
    CU_ASSERT(csr_read(mem, read_vector(mem, "refused-secp256k1.der"), &csr, &e) != ERR_OK);
    CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_BAD_CSR);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "P-256"));
    CU_ASSERT(csr_read(mem, read_vector(mem, "refused-rsa-exponent3.der"), &csr, &e) != ERR_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "exponent"));
    mem_free(mem);
}

static void other_encodings_are_recognised(void)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n", "PEM"},
        {"-----BEGIN NEW CERTIFICATE REQUEST-----\n", "PEM"},
        {"MIIBIjANBgkqhkiG9w0B", "base64"},
        {"", "PKCS#10"},
        {"\x30", "PKCS#10"},
    };
    void *mem = mem_pool(NULL, 65536);

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err e = {0};
        struct csr csr;

        CU_ASSERT(csr_read(mem, bytes_of(rows[i].text), &csr, &e) != ERR_OK);
        CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_BAD_CSR);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, rows[i].words));
    }
    mem_free(mem);
}

static const struct test tests[] = {
    {"the common name may be the address of mail", the_common_name_may_be_the_address_of_mail},
    {"the key alone can be read", the_key_alone_can_be_read},
    {"requests of real clients are read", requests_of_real_clients_are_read},
    {"no bit of a request can be changed", no_bit_of_a_request_can_be_changed},
    {"requests cut off, or with something behind, are refused",
        requests_cut_off_or_with_something_behind_are_refused},
    {"names are taken from subject and extension, once each",
        names_are_taken_from_subject_and_extension_once_each},
    {"attributes without meaning are passed over", attributes_without_meaning_are_passed_over},
    {"versions that clients write are read", versions_that_clients_write_are_read},
    {"subject attributes other than a common name are refused",
        subject_attributes_other_than_a_common_name_are_refused},
    {"an unknown subject attribute is refused by its number",
        an_unknown_subject_attribute_is_refused_by_its_number},
    {"subjects with more than a name are refused", subjects_with_more_than_a_name_are_refused},
    {"general names of other types are refused", general_names_of_other_types_are_refused},
    {"alternative names with bad values are refused",
        alternative_names_with_bad_values_are_refused},
    {"requests without names are refused", requests_without_names_are_refused},
    {"extensions that are not granted are refused", extensions_that_are_not_granted_are_refused},
    {"what is there twice is refused", what_is_there_twice_is_refused},
    {"too many names are refused", too_many_names_are_refused},
    {"signatures must be the key's own and strong", signatures_must_be_the_keys_own_and_strong},
    {"keys that are not accepted are named", keys_that_are_not_accepted_are_named},
    {"other encodings are recognised", other_encodings_are_recognised},
    {NULL, NULL},
};
extern const struct test_suite suite_csr;
const struct test_suite suite_csr = {"csr", tests};
