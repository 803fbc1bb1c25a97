/* Tests of base/cert: what is built must satisfy OpenSSL's own verification; what is read must be
 * strict. */
#include "tests/unit/test_main.h"

#include <string.h>

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/cert.h"
#include "base/mem.h"

#define NOW          INT64_C(1795243620) /* 2026-11-21T06:47:00Z */
#define DAY          INT64_C(86400)
#define YEAR         (365 * DAY)
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A root, an issuing CA under it, both ready to sign. */
struct hierarchy {
    void *mem;
    char *root_pem, *issuing_pem, *issuing_key_pem;
    struct cert_issuer *root, *issuing;
    struct err e;
};

static const struct cert_ca_options root_options = {
    "Test Root", "Countersign", NOW - DAY, NOW + 30 * YEAR};
static const struct cert_ca_options issuing_options = {
    "Test Issuing", NULL, NOW - DAY, NOW + 10 * YEAR};

static void set_up(struct hierarchy *h, enum key_type type)
{
    struct key *root_key, *issuing_key;

    *h = (struct hierarchy){.mem = mem_pool(NULL, 65536)};
    root_key = key_generate(h->mem, type, 2048);
    issuing_key = key_generate(h->mem, type, 2048);
    CU_ASSERT_FATAL(
        cert_make_ca(h->mem, NULL, root_key, &root_options, &h->root_pem, &h->e) == ERR_OK);
    h->root = cert_issuer_new(h->mem, h->root_pem, key_to_pem(h->mem, root_key), &h->e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(h->root);
    CU_ASSERT_FATAL(cert_make_ca(h->mem, h->root, issuing_key, &issuing_options, &h->issuing_pem,
                        &h->e) == ERR_OK);
    h->issuing_key_pem = key_to_pem(h->mem, issuing_key);
    h->issuing = cert_issuer_new(
        h->mem, mem_printf(h->mem, "%s%s", h->issuing_pem, h->root_pem), h->issuing_key_pem, &h->e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(h->issuing);
}

static const struct cert_name usual_names[] = {
    {CERT_NAME_DNS, "www.example.org"}, {CERT_NAME_DNS, "*.example.org"}};

static struct cert_leaf leaf_for(void *mem, enum key_type type)
{
    struct cert_leaf leaf = {.spki = key_spki(mem, key_generate(mem, type, 2048)),
        .names = usual_names,
        .names_len = COUNT(usual_names),
        .not_before_s = NOW,
        .not_after_s = NOW + 90 * DAY - 1,
        .crl_url = "http://ca.example/crl",
        .issuer_url = "http://ca.example/issuer"};

    cert_serial_new(leaf.serial);
    return leaf;
}

static X509 *x509_of(struct bytes der)
{
    const unsigned char *at = der.data;
    X509 *x509 = d2i_X509(NULL, &at, (long)der.len);

    CU_ASSERT_PTR_NOT_NULL_FATAL(x509);
    CU_ASSERT(at == der.data + der.len);
    return x509;
}

static X509 *x509_of_pem(void *mem, const char *pem)
{
    struct err e = {0};
    struct bytes *ders;
    size_t len;

    CU_ASSERT_FATAL(cert_pem_read(mem, pem, &ders, &len, &e) == ERR_OK);
    return x509_of(ders[0]);
}

/* OpenSSL's verdict on a server certificate under a root, as a strict client at `when_s` sees it.
 */
static int verdict(struct hierarchy *h, struct bytes leaf, const char *host, int64_t when_s)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *chain = sk_X509_new_null();
    X509 *root = x509_of_pem(h->mem, h->root_pem), *x509 = x509_of(leaf);
    X509_VERIFY_PARAM *param;
    int result;

    sk_X509_push(chain, x509_of_pem(h->mem, cert_issuer_chain(h->issuing)));
    X509_STORE_add_cert(store, root);
    X509_STORE_CTX_init(ctx, store, x509, chain);
    param = X509_STORE_CTX_get0_param(ctx);
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
    X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set1_host(param, host, 0);
    X509_VERIFY_PARAM_set_time(param, (time_t)when_s);
    X509_verify_cert(ctx);
    result = X509_STORE_CTX_get_error(ctx);
    sk_X509_pop_free(chain, X509_free);
    X509_free(root);
    X509_free(x509);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    return result;
}

static void leafs_of_every_pair_of_keys_verify(void)
{
    static const enum key_type ca_types[] = {KEY_P256, KEY_P384, KEY_P521, KEY_RSA};
    static const enum key_type leaf_types[] = {KEY_P256, KEY_P384, KEY_P521, KEY_RSA, KEY_ED25519};

    for (size_t i = 0; i < COUNT(ca_types); i++) {
        struct hierarchy h;

        set_up(&h, ca_types[i]);
        for (size_t j = 0; j < COUNT(leaf_types); j++) {
            struct cert_leaf leaf = leaf_for(h.mem, leaf_types[j]);
            struct bytes der;

            CU_ASSERT(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e) == ERR_OK);
            CU_ASSERT_EQUAL(verdict(&h, der, "www.example.org", NOW), X509_V_OK);
            CU_ASSERT_EQUAL(verdict(&h, der, "other.example.org", NOW + 90 * DAY - 2), X509_V_OK);
        }
        mem_free(h.mem);
    }
}

static void leafs_do_not_verify_for_others_or_out_of_time(void)
{
    struct hierarchy h;
    struct cert_leaf leaf;
    struct bytes der;

    set_up(&h, KEY_P256);
    leaf = leaf_for(h.mem, KEY_P256);
    CU_ASSERT(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e) == ERR_OK);
    CU_ASSERT_EQUAL(verdict(&h, der, "example.net", NOW), X509_V_ERR_HOSTNAME_MISMATCH);
    CU_ASSERT_EQUAL(verdict(&h, der, "www.example.org", NOW - 1), X509_V_ERR_CERT_NOT_YET_VALID);
    CU_ASSERT_EQUAL(
        verdict(&h, der, "www.example.org", NOW + 90 * DAY), X509_V_ERR_CERT_HAS_EXPIRED);
    mem_free(h.mem);
}

/* An extension as OpenSSL prints it, behind "critical " if it is. */
static char *extension(void *mem, X509 *x509, int nid)
{
    int at = X509_get_ext_by_NID(x509, nid, -1);
    BIO *bio = BIO_new(BIO_s_mem());
    char *data, *text;
    long len;

    if (at < 0 || X509_get_ext_by_NID(x509, nid, at) >= 0) {
        BIO_free(bio);
        return mem_strdup(mem, at < 0 ? "absent" : "twice");
    }
    X509V3_EXT_print(bio, X509_get_ext(x509, at), 0, 0);
    len = BIO_get_mem_data(bio, &data);
    text = mem_printf(mem, "%s%.*s",
        X509_EXTENSION_get_critical(X509_get_ext(x509, at)) ? "critical " : "", (int)len, data);
    BIO_free(bio);
    return text;
}

static void leafs_carry_the_extensions_of_a_server_certificate(void)
{
    struct hierarchy h;
    struct cert_leaf leaf;
    struct bytes der;
    X509 *x509;

    set_up(&h, KEY_P256);
    leaf = leaf_for(h.mem, KEY_P256);
    CU_ASSERT_FATAL(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e) == ERR_OK);
    x509 = x509_of(der);
    CU_ASSERT_EQUAL(X509_get_version(x509), X509_VERSION_3);
    CU_ASSERT_EQUAL(X509_get_ext_count(x509), 8);
    CU_ASSERT_EQUAL(X509_NAME_entry_count(X509_get_subject_name(x509)), 0);
    CU_ASSERT_STRING_EQUAL(extension(h.mem, x509, NID_key_usage), "critical Digital Signature");
    CU_ASSERT_STRING_EQUAL(
        extension(h.mem, x509, NID_ext_key_usage), "TLS Web Server Authentication");
    CU_ASSERT_STRING_EQUAL(extension(h.mem, x509, NID_basic_constraints), "critical CA:FALSE");
    CU_ASSERT_STRING_EQUAL(extension(h.mem, x509, NID_subject_alt_name),
        "critical DNS:www.example.org, DNS:*.example.org");
    CU_ASSERT_STRING_EQUAL(extension(h.mem, x509, NID_crl_distribution_points),
        "Full Name:\n  URI:http://ca.example/crl");
    CU_ASSERT_STRING_EQUAL(
        extension(h.mem, x509, NID_info_access), "CA Issuers - URI:http://ca.example/issuer");
    CU_ASSERT_EQUAL(ASN1_STRING_length(X509_get0_subject_key_id(x509)), 20);
    CU_ASSERT(bytes_equal(cert_issuer_key_id(h.issuing),
        (struct bytes){ASN1_STRING_get0_data(X509_get0_authority_key_id(x509)),
            (size_t)ASN1_STRING_length(X509_get0_authority_key_id(x509))}));
    X509_free(x509);

    leaf = leaf_for(h.mem, KEY_RSA);
    leaf.common_name = "www.example.org";
    leaf.crl_url = leaf.issuer_url = NULL;
    CU_ASSERT_FATAL(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e) == ERR_OK);
    x509 = x509_of(der);
    CU_ASSERT_EQUAL(X509_get_ext_count(x509), 6);
    CU_ASSERT_STRING_EQUAL(
        extension(h.mem, x509, NID_key_usage), "critical Digital Signature, Key Encipherment");
    CU_ASSERT_STRING_EQUAL(
        extension(h.mem, x509, NID_subject_alt_name), "DNS:www.example.org, DNS:*.example.org");
    X509_free(x509);
    mem_free(h.mem);
}

static void ca_certificates_carry_what_cas_need(void)
{
    struct hierarchy h;
    X509 *root, *issuing;

    set_up(&h, KEY_P256);
    root = x509_of_pem(h.mem, h.root_pem);
    issuing = x509_of_pem(h.mem, h.issuing_pem);
    CU_ASSERT_STRING_EQUAL(extension(h.mem, root, NID_basic_constraints), "critical CA:TRUE");
    CU_ASSERT_STRING_EQUAL(
        extension(h.mem, issuing, NID_basic_constraints), "critical CA:TRUE, pathlen:0");
    CU_ASSERT_STRING_EQUAL(
        extension(h.mem, root, NID_key_usage), "critical Certificate Sign, CRL Sign");
    CU_ASSERT_STRING_EQUAL(
        extension(h.mem, issuing, NID_key_usage), "critical Certificate Sign, CRL Sign");
    CU_ASSERT_STRING_EQUAL(extension(h.mem, root, NID_authority_key_identifier), "absent");
    CU_ASSERT_EQUAL(X509_check_issued(root, issuing), X509_V_OK);
    CU_ASSERT_EQUAL(X509_verify(issuing, X509_get0_pubkey(root)), 1);
    CU_ASSERT_EQUAL(X509_verify(root, X509_get0_pubkey(root)), 1);
    X509_free(root);
    X509_free(issuing);
    mem_free(h.mem);
}

static void names_of_all_types_are_carried(void)
{
    static const struct cert_name names[] = {{CERT_NAME_DNS, "localhost"},
        {CERT_NAME_IP, "127.0.0.1"}, {CERT_NAME_IP, "2001:db8::1"},
        {CERT_NAME_EMAIL, "someone@example.org"}};
    struct hierarchy h;
    struct cert_leaf leaf;
    struct bytes der;
    X509 *x509;

    set_up(&h, KEY_P256);
    leaf = leaf_for(h.mem, KEY_P256);
    leaf.names = names;
    leaf.names_len = COUNT(names);
    CU_ASSERT_FATAL(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e) == ERR_OK);
    x509 = x509_of(der);
    CU_ASSERT_EQUAL(X509_check_ip_asc(x509, "127.0.0.1", 0), 1);
    CU_ASSERT_EQUAL(X509_check_ip_asc(x509, "2001:db8::1", 0), 1);
    CU_ASSERT_EQUAL(X509_check_host(x509, "localhost", 0, 0, NULL), 1);
    CU_ASSERT_EQUAL(X509_check_email(x509, "someone@example.org", 0, 0), 1);
    X509_free(x509);
    mem_free(h.mem);
}

static void leafs_that_no_client_could_use_are_refused(void)
{
    static const struct cert_name bad_names[] = {{CERT_NAME_DNS, ""},
        {CERT_NAME_DNS, "a b.example"}, {CERT_NAME_DNS, "m\xc3\xbcnchen.example"},
        {CERT_NAME_IP, "1.2.3"}, {CERT_NAME_IP, ""}, {CERT_NAME_EMAIL, "a\n@example.org"}};
    struct hierarchy h;
    struct cert_leaf leaf;
    struct bytes der;

    set_up(&h, KEY_P256);
    for (size_t i = 0; i < COUNT(bad_names); i++) {
        leaf = leaf_for(h.mem, KEY_P256);
        leaf.names = &bad_names[i];
        leaf.names_len = 1;
        CU_ASSERT(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e) == ERR_INPUT);
    }
    leaf = leaf_for(h.mem, KEY_P256);
    leaf.names_len = 0;
    CU_ASSERT(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e) == ERR_INPUT);
    leaf = leaf_for(h.mem, KEY_P256);
    leaf.not_after_s = leaf.not_before_s - 1;
    CU_ASSERT(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e) == ERR_INPUT);
    leaf = leaf_for(h.mem, KEY_P256);
    leaf.not_after_s = INT64_C(253402300800); /* the year 10000 */
    CU_ASSERT(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e) == ERR_INPUT);
    leaf.not_before_s = INT64_MIN;
    leaf.not_after_s = NOW;
    CU_ASSERT(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e) == ERR_INPUT);
    leaf = leaf_for(h.mem, KEY_P256);
    leaf.spki.len--;
    CU_ASSERT(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e) == ERR_INPUT);
    leaf = leaf_for(h.mem, KEY_P256);
    leaf.common_name = "a-common-name-of-more-than-sixty-four-characters-is-not-one.example.org";
    CU_ASSERT(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e) == ERR_INPUT);
    mem_free(h.mem);
}

static void a_certificate_too_large_is_refused_whole(void)
{
    struct cert_name *names;
    struct hierarchy h;
    struct cert_leaf leaf;
    struct bytes der;

    set_up(&h, KEY_P256);
    leaf = leaf_for(h.mem, KEY_P256);
    names = mem_new_array(h.mem, struct cert_name, 10000);
    for (size_t i = 0; i < 10000; i++)
        names[i] = (struct cert_name){CERT_NAME_DNS, "www.example.org"};
    leaf.names = names;
    leaf.names_len = 1000;
    CU_ASSERT(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e) == ERR_OK);
    leaf.names_len = 10000;
    CU_ASSERT(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e) == ERR_TOO_LARGE);
    mem_free(h.mem);
}

static void serials_are_positive_have_twenty_octets_and_differ(void)
{
    uint8_t serials[64][CERT_SERIAL_LEN];

    for (size_t i = 0; i < COUNT(serials); i++) {
        cert_serial_new(serials[i]);
        CU_ASSERT(serials[i][0] >= 0x40 && serials[i][0] < 0x80);
        for (size_t j = 0; j < i; j++)
            CU_ASSERT(memcmp(serials[i], serials[j], CERT_SERIAL_LEN) != 0);
    }
}

static void the_same_leaf_twice_differs_in_its_signature_only(void)
{
    struct hierarchy h;
    struct cert_leaf leaf;
    struct bytes der[2];
    struct cert_info info[2];

    set_up(&h, KEY_RSA); /* which signs without a random number */
    leaf = leaf_for(h.mem, KEY_P256);
    for (int i = 0; i < 2; i++) {
        CU_ASSERT(cert_sign_leaf(h.mem, h.issuing, &leaf, &der[i], &h.e) == ERR_OK);
        CU_ASSERT(cert_read(der[i], &info[i], &h.e) == ERR_OK);
    }
    CU_ASSERT(bytes_equal(der[0], der[1]));
    CU_ASSERT(bytes_equal(info[0].serial, (struct bytes){leaf.serial, CERT_SERIAL_LEN}));
    mem_free(h.mem);
}

static void reading_gives_back_what_was_written(void)
{
    struct hierarchy h;
    struct cert_leaf leaf;
    struct cert_info info, issuer;
    struct bytes der;

    set_up(&h, KEY_P256);
    leaf = leaf_for(h.mem, KEY_P384);
    CU_ASSERT(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e) == ERR_OK);
    CU_ASSERT_FATAL(cert_read(der, &info, &h.e) == ERR_OK);
    CU_ASSERT_FATAL(cert_read(cert_issuer_der(h.issuing), &issuer, &h.e) == ERR_OK);
    CU_ASSERT(bytes_equal(info.spki, leaf.spki));
    CU_ASSERT(bytes_equal(info.aki, cert_issuer_key_id(h.issuing)));
    CU_ASSERT(bytes_equal(info.issuer_name, issuer.subject_name));
    CU_ASSERT_EQUAL(info.not_before_s, leaf.not_before_s);
    CU_ASSERT_EQUAL(info.not_after_s, leaf.not_after_s);
    CU_ASSERT_EQUAL(issuer.not_after_s, cert_issuer_not_after(h.issuing));
    CU_ASSERT_EQUAL(issuer.not_after_s, issuing_options.not_after_s);
    mem_free(h.mem);
}

/* Whatever is cut off, added or, octet by octet, changed: it is refused or read, and never beyond
 * its end (the sanitizers watch that). */
static void damaged_certificates_are_refused(void)
{
    struct hierarchy h;
    struct cert_leaf leaf;
    struct cert_info info;
    struct bytes der;
    uint8_t *copy;

    set_up(&h, KEY_P256);
    leaf = leaf_for(h.mem, KEY_P256);
    CU_ASSERT(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e) == ERR_OK);
    for (size_t len = 0; len < der.len; len++) {
        copy = mem_dup(h.mem, der.data, len);
        CU_ASSERT(cert_read((struct bytes){copy, len}, &info, &h.e) == ERR_INPUT);
        mem_free(copy);
    }
    copy = mem_alloc(h.mem, der.len + 1, "copy");
    memcpy(copy, der.data, der.len);
    CU_ASSERT(cert_read((struct bytes){copy, der.len + 1}, &info, &h.e) == ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(h.e.detail, "bytes follow the certificate");
    for (size_t i = 0; i < der.len; i++) {
        copy[i] ^= 0x80;
        (void)cert_read((struct bytes){copy, der.len}, &info, &h.e);
        copy[i] ^= 0x80;
    }
    copy[4 + 3] ^= 1; /* the length of what is signed */
    CU_ASSERT(cert_read((struct bytes){copy, der.len}, &info, &h.e) == ERR_INPUT);
    mem_free(h.mem);
}

static X509_CRL *crl_of(struct bytes der)
{
    const unsigned char *at = der.data;
    X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)der.len);

    CU_ASSERT_PTR_NOT_NULL_FATAL(crl);
    CU_ASSERT(at == der.data + der.len);
    return crl;
}

static long crl_number(X509_CRL *crl)
{
    ASN1_INTEGER *number = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
    long value = ASN1_INTEGER_get(number);

    ASN1_INTEGER_free(number);
    return value;
}

/* The reason of the entry for a serial: -1 none given, -2 not revoked. */
static long crl_reason(X509_CRL *crl, struct bytes serial)
{
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    ASN1_ENUMERATED *reason;
    X509_REVOKED *entry;
    long value = -2;

    ASN1_STRING_set(number, serial.data, (int)serial.len);
    if (X509_CRL_get0_by_serial(crl, &entry, number) == 1) {
        reason = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
        value = reason == NULL ? -1 : ASN1_ENUMERATED_get(reason);
        ASN1_ENUMERATED_free(reason);
    }
    ASN1_INTEGER_free(number);
    return value;
}

static void crls_list_what_is_revoked_and_why(void)
{
    static const int reasons[] = {-1, 0, 1, 4, 5};
    static const long want[] = {-1, -1, 1, 4, 5};
    uint8_t serials[COUNT(reasons)][CERT_SERIAL_LEN], other[CERT_SERIAL_LEN];
    struct cert_revoked revoked[COUNT(reasons)];
    struct hierarchy h;
    struct bytes der;
    X509_CRL *crl;
    X509 *issuer;

    set_up(&h, KEY_P384);
    for (size_t i = 0; i < COUNT(reasons); i++) {
        cert_serial_new(serials[i]);
        revoked[i] = (struct cert_revoked){{serials[i], CERT_SERIAL_LEN}, NOW - DAY, reasons[i]};
    }
    cert_serial_new(other);
    CU_ASSERT_FATAL(cert_sign_crl(h.mem, h.issuing, 4711, NOW, NOW + DAY, revoked, COUNT(revoked),
                        &der, &h.e) == ERR_OK);
    crl = crl_of(der);
    issuer = x509_of_pem(h.mem, h.issuing_pem);
    CU_ASSERT_EQUAL(X509_CRL_verify(crl, X509_get0_pubkey(issuer)), 1);
    CU_ASSERT_EQUAL(X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(issuer)), 0);
    CU_ASSERT_EQUAL(crl_number(crl), 4711);
    for (size_t i = 0; i < COUNT(reasons); i++)
        CU_ASSERT_EQUAL(crl_reason(crl, revoked[i].serial), want[i]);
    CU_ASSERT_EQUAL(crl_reason(crl, (struct bytes){other, sizeof other}), -2);
    X509_CRL_free(crl);
    X509_free(issuer);
    mem_free(h.mem);
}

static void a_crl_of_nothing_has_no_list(void)
{
    struct hierarchy h;
    struct bytes der;
    X509_CRL *crl;

    set_up(&h, KEY_P256);
    CU_ASSERT_FATAL(
        cert_sign_crl(h.mem, h.issuing, 0, NOW, NOW + DAY, NULL, 0, &der, &h.e) == ERR_OK);
    crl = crl_of(der);
    CU_ASSERT_PTR_NULL(X509_CRL_get_REVOKED(crl));
    CU_ASSERT_EQUAL(crl_number(crl), 0);
    X509_CRL_free(crl);
    mem_free(h.mem);
}

static void pem_goes_both_ways(void)
{
    struct err e = {0};
    uint8_t data[200] = {0x30, 0x81, 197};
    void *mem = mem_pool(NULL, 65536);
    struct bytes *ders;
    size_t len;

    for (uint8_t content = 128; content < 198; content++) {
        struct bytes der = {data, 3U + content};
        char *pem;

        data[2] = content;
        pem = cert_pem(mem, "CERTIFICATE", der);
        CU_ASSERT(strncmp(pem, "-----BEGIN CERTIFICATE-----\nMI", 30) == 0);
        CU_ASSERT_STRING_EQUAL(pem + strlen(pem) - 26, "-----END CERTIFICATE-----\n");
        CU_ASSERT(cert_pem_read(mem, pem, &ders, &len, &e) == ERR_OK && len == 1);
        CU_ASSERT(bytes_equal(ders[0], der));
    }
    mem_free(mem);
}

static void pem_texts_with_other_things_in_them_are_read(void)
{
    struct err e = {0};
    struct hierarchy h;
    struct bytes *ders;
    size_t len;

    set_up(&h, KEY_P256);
    CU_ASSERT(
        cert_pem_read(h.mem,
            mem_printf(h.mem, "comment\n%s%s\n\n%s", h.issuing_pem, h.issuing_key_pem, h.root_pem),
            &ders, &len, &e) == ERR_OK);
    CU_ASSERT_EQUAL(len, 2);
    mem_free(h.mem);
}

static void broken_pem_texts_are_refused(void)
{
    static const char *const rows[] = {"", "no certificate", "-----BEGIN CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n-----BEGIN "
        "CERTIFICATE-----\nMAE=\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END PUBLIC KEY-----\n"};
    void *mem = mem_pool(NULL, 65536);
    struct err e = {0};
    struct bytes *ders;
    size_t len;

    for (size_t i = 0; i < COUNT(rows); i++)
        CU_ASSERT(cert_pem_read(mem, rows[i], &ders, &len, &e) == ERR_INPUT);
    mem_free(mem);
}

static void chains_that_cannot_sign_are_refused_by_name(void)
{
    struct hierarchy h, other;
    struct cert_leaf leaf;
    struct key *leaf_key, *edwards;
    struct bytes der;
    char *pem;

    set_up(&h, KEY_P256);
    set_up(&other, KEY_P256);
    CU_ASSERT_PTR_NULL(cert_issuer_new(h.mem, h.issuing_pem, other.issuing_key_pem, &h.e));
    CU_ASSERT_PTR_NOT_NULL(strstr(h.e.detail, "does not belong"));
    CU_ASSERT_PTR_NULL(cert_issuer_new(
        h.mem, mem_printf(h.mem, "%s%s", h.root_pem, h.issuing_pem), h.issuing_key_pem, &h.e));
    CU_ASSERT_PTR_NOT_NULL(strstr(h.e.detail, "does not belong"));
    CU_ASSERT_PTR_NULL(cert_issuer_new(
        h.mem, mem_printf(h.mem, "%s%s", h.issuing_pem, other.root_pem), h.issuing_key_pem, &h.e));
    CU_ASSERT_PTR_NOT_NULL(strstr(h.e.detail, "was not issued by the one after it"));
    CU_ASSERT_PTR_NULL(cert_issuer_new(h.mem, h.issuing_pem, "no key", &h.e));
    CU_ASSERT_PTR_NULL(cert_issuer_new(h.mem, "no certificate", h.issuing_key_pem, &h.e));

    leaf_key = key_generate(h.mem, KEY_P256, 0);
    leaf = leaf_for(h.mem, KEY_P256);
    leaf.spki = key_spki(h.mem, leaf_key);
    CU_ASSERT(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e) == ERR_OK);
    pem = cert_pem(h.mem, "CERTIFICATE", der);
    CU_ASSERT_PTR_NULL(cert_issuer_new(h.mem, pem, key_to_pem(h.mem, leaf_key), &h.e));
    CU_ASSERT_PTR_NOT_NULL(strstr(h.e.detail, "not a CA certificate"));

    edwards = key_generate(h.mem, KEY_ED25519, 0);
    CU_ASSERT(cert_make_ca(h.mem, NULL, edwards, &root_options, &pem, &h.e) == ERR_INPUT);
    mem_free(h.mem);
    mem_free(other.mem);
}

static void the_chain_leaves_out_the_root_unless_it_is_all_there_is(void)
{
    struct hierarchy h;
    struct cert_issuer *lone;

    set_up(&h, KEY_P256);
    CU_ASSERT_STRING_EQUAL(cert_issuer_chain(h.issuing), h.issuing_pem);
    CU_ASSERT_STRING_EQUAL(cert_issuer_chain(h.root), h.root_pem);
    lone = cert_issuer_new(h.mem, h.issuing_pem, h.issuing_key_pem, &h.e);
    CU_ASSERT_STRING_EQUAL(cert_issuer_chain(lone), h.issuing_pem);
    mem_free(h.mem);
}

/* Mail. */

static const struct cert_name mailboxes[] = {
    {CERT_NAME_EMAIL, "ann@corp.example"}, {CERT_NAME_EMAIL, "ann.other@corp.example"}};

static struct cert_leaf mail_leaf_for(void *mem, enum key_type type, unsigned use)
{
    struct cert_leaf leaf = leaf_for(mem, type);

    leaf.purpose = CERT_FOR_MAIL;
    leaf.mail_use = use;
    leaf.names = mailboxes;
    leaf.names_len = COUNT(mailboxes);
    leaf.common_name = mailboxes[0].value;
    return leaf;
}

static void leafs_for_mail_have_usages_that_fit_key_and_use(void)
{
    static const struct {
        enum key_type type;
        unsigned use;
        const char *usage;
        bool signs, encrypts; /* by OpenSSL's judgement */
    } rows[] = {
        {KEY_RSA, CERT_MAIL_BOTH, "critical Digital Signature, Key Encipherment", true, true},
        {KEY_RSA, CERT_MAIL_SIGN, "critical Digital Signature", true, false},
        {KEY_RSA, CERT_MAIL_ENCRYPT, "critical Key Encipherment", false, true},
        {KEY_P256, CERT_MAIL_BOTH, "critical Digital Signature, Key Agreement", true, false},
        {KEY_P384, CERT_MAIL_SIGN, "critical Digital Signature", true, false},
        {KEY_P384, CERT_MAIL_ENCRYPT, "critical Key Agreement", false, false},
        {KEY_ED25519, CERT_MAIL_BOTH, "critical Digital Signature", true, false},
    };
    struct hierarchy h;

    set_up(&h, KEY_P256);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct cert_leaf leaf = mail_leaf_for(h.mem, rows[i].type, rows[i].use);
        struct bytes der;
        X509 *x509;

        CU_ASSERT_FATAL(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e) == ERR_OK);
        x509 = x509_of(der);
        CU_ASSERT_STRING_EQUAL(extension(h.mem, x509, NID_key_usage), rows[i].usage);
        CU_ASSERT_EQUAL(X509_check_purpose(x509, X509_PURPOSE_SMIME_SIGN, 0), rows[i].signs);
        /* OpenSSL asks for keyEncipherment whatever the key is. */
        CU_ASSERT_EQUAL(X509_check_purpose(x509, X509_PURPOSE_SMIME_ENCRYPT, 0), rows[i].encrypts);
        CU_ASSERT_EQUAL(X509_check_purpose(x509, X509_PURPOSE_SSL_SERVER, 0), 0);
        X509_free(x509);
    }
    mem_free(h.mem);
}

static void leafs_for_mail_carry_the_mailboxes_and_the_policy(void)
{
    struct hierarchy h;
    struct cert_leaf leaf;
    struct bytes der;
    X509 *x509;

    set_up(&h, KEY_P256);
    leaf = mail_leaf_for(h.mem, KEY_RSA, CERT_MAIL_BOTH);
    CU_ASSERT_FATAL(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e) == ERR_OK);
    x509 = x509_of(der);
    CU_ASSERT_STRING_EQUAL(extension(h.mem, x509, NID_ext_key_usage), "E-mail Protection");
    CU_ASSERT_STRING_EQUAL(extension(h.mem, x509, NID_subject_alt_name),
        "email:ann@corp.example, email:ann.other@corp.example");
    CU_ASSERT_PTR_NOT_NULL(
        strstr(extension(h.mem, x509, NID_certificate_policies), "Policy: 2.23.140.1.5.1.3"));
    CU_ASSERT_STRING_EQUAL(extension(h.mem, x509, NID_basic_constraints), "critical CA:FALSE");
    CU_ASSERT_EQUAL(X509_check_email(x509, "ann@corp.example", 0, 0), 1);
    CU_ASSERT_EQUAL(X509_check_email(x509, "bob@corp.example", 0, 0), 0);
    X509_free(x509);
    mem_free(h.mem);
}

static void a_key_that_only_signs_is_not_for_encryption(void)
{
    struct hierarchy h;
    struct cert_leaf leaf;
    struct bytes der;

    set_up(&h, KEY_P256);
    leaf = mail_leaf_for(h.mem, KEY_ED25519, CERT_MAIL_ENCRYPT);
    CU_ASSERT_EQUAL(cert_sign_leaf(h.mem, h.issuing, &leaf, &der, &h.e), ERR_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(h.e.detail, "can only sign"));
    mem_free(h.mem);
}

static void a_key_usage_says_what_a_key_for_mail_is_for(void)
{
    static const struct {
        const char *der;
        size_t len;
        unsigned use;
    } rows[] = {
        {"", 0, CERT_MAIL_BOTH},
        {"\x03\x02\x07\x80", 4, CERT_MAIL_SIGN},
        {"\x03\x02\x06\xc0", 4, CERT_MAIL_SIGN},
        {"\x03\x02\x06\x40", 4, CERT_MAIL_SIGN},
        {"\x03\x02\x05\x20", 4, CERT_MAIL_ENCRYPT},
        {"\x03\x02\x03\x08", 4, CERT_MAIL_ENCRYPT},
        {"\x03\x02\x05\xa0", 4, CERT_MAIL_BOTH},
        {"\x03\x02\x04\x10", 4, CERT_MAIL_BOTH}, /* dataEncipherment says neither */
        {"\x03\x01\x00", 3, CERT_MAIL_BOTH},
        {"\x04\x02\x07\x80", 4, CERT_MAIL_BOTH},
        {"\x03\x09\x07\x80", 4, CERT_MAIL_BOTH},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        CU_ASSERT_EQUAL(cert_mail_use_of((struct bytes){(const uint8_t *)rows[i].der, rows[i].len}),
            rows[i].use);
}

static const struct test tests[] = {
    {"leafs of every pair of keys verify", leafs_of_every_pair_of_keys_verify},
    {"leafs do not verify for others or out of time",
        leafs_do_not_verify_for_others_or_out_of_time},
    {"leafs carry the extensions of a server certificate",
        leafs_carry_the_extensions_of_a_server_certificate},
    {"leafs for mail have usages that fit key and use",
        leafs_for_mail_have_usages_that_fit_key_and_use},
    {"leafs for mail carry the mailboxes and the policy",
        leafs_for_mail_carry_the_mailboxes_and_the_policy},
    {"a key that only signs is not for encryption", a_key_that_only_signs_is_not_for_encryption},
    {"a key usage says what a key for mail is for", a_key_usage_says_what_a_key_for_mail_is_for},
    {"CA certificates carry what CAs need", ca_certificates_carry_what_cas_need},
    {"names of all types are carried", names_of_all_types_are_carried},
    {"leafs that no client could use are refused", leafs_that_no_client_could_use_are_refused},
    {"a certificate too large is refused whole", a_certificate_too_large_is_refused_whole},
    {"serials are positive, have twenty octets and differ",
        serials_are_positive_have_twenty_octets_and_differ},
    {"the same leaf twice differs in its signature only",
        the_same_leaf_twice_differs_in_its_signature_only},
    {"reading gives back what was written", reading_gives_back_what_was_written},
    {"damaged certificates are refused", damaged_certificates_are_refused},
    {"CRLs list what is revoked and why", crls_list_what_is_revoked_and_why},
    {"a CRL of nothing has no list", a_crl_of_nothing_has_no_list},
    {"PEM goes both ways", pem_goes_both_ways},
    {"PEM texts with other things in them are read", pem_texts_with_other_things_in_them_are_read},
    {"broken PEM texts are refused", broken_pem_texts_are_refused},
    {"chains that cannot sign are refused by name", chains_that_cannot_sign_are_refused_by_name},
    {"the chain leaves out the root unless it is all there is",
        the_chain_leaves_out_the_root_unless_it_is_all_there_is},
    {NULL, NULL},
};
extern const struct test_suite suite_cert;
const struct test_suite suite_cert = {"cert", tests};
