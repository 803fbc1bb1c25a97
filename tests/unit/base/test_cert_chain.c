/* Tests of base/cert_chain: chains whose certificates OpenSSL made, with one thing wrong at a time.
 */
#include "tests/unit/test_main.h"

#include <string.h>

#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/cert_chain.h"
#include "base/key.h"
#include "base/mem.h"

#define NOW          INT64_C(1795243620) /* 2026-11-21T06:47:00Z */
#define DAY          INT64_C(86400)
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define CA_EXTENSIONS "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign"

/* A certificate to be made. The rest has defaults: in its time, signed over SHA-256. */
struct form {
    const char *subject, *issuer;
    struct key *key, *signer;
    const char *extensions; /* "name=value", one a line */
    int64_t not_before_s, not_after_s;
    bool pss;
};

static struct form form_of(const char *subject, const char *issuer, struct key *key,
    struct key *signer, const char *extensions)
{
    return (struct form){.subject = subject,
        .issuer = issuer,
        .key = key,
        .signer = signer,
        .extensions = extensions};
}

static void set_name(X509_NAME *name, const char *common_name)
{
    CU_ASSERT_FATAL(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                        (const unsigned char *)common_name, -1, -1, 0) == 1);
}

static void add_extensions(void *mem, X509 *x509, const char *lines)
{
    char *copy = mem_strdup(mem, lines), *rest = NULL;

    for (char *line = strtok_r(copy, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char *value = strchr(line, '=');
        X509_EXTENSION *extension;
        X509V3_CTX ctx;

        *value++ = '\0';
        X509V3_set_ctx(&ctx, x509, x509, NULL, NULL, 0);
        extension = X509V3_EXT_nconf(NULL, &ctx, line, value);
        CU_ASSERT_PTR_NOT_NULL_FATAL(extension);
        X509_add_ext(x509, extension, -1);
        X509_EXTENSION_free(extension);
    }
}

static void sign(X509 *x509, const struct form *form)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pkey_ctx;

    CU_ASSERT_FATAL(
        EVP_DigestSignInit(ctx, &pkey_ctx, EVP_sha256(), NULL, key_evp(form->signer)) == 1);
    if (form->pss)
        EVP_PKEY_CTX_set_rsa_padding(pkey_ctx, RSA_PKCS1_PSS_PADDING);
    CU_ASSERT_FATAL(X509_sign_ctx(x509, ctx) > 0);
    EVP_MD_CTX_free(ctx);
}

static struct bytes make(void *mem, struct form form)
{
    X509 *x509 = X509_new();
    unsigned char *der = NULL;
    struct bytes made;
    int len;

    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 7);
    set_name(X509_get_subject_name(x509), form.subject);
    set_name(X509_get_issuer_name(x509), form.issuer);
    ASN1_TIME_adj(X509_getm_notBefore(x509),
        (time_t)(form.not_before_s == 0 ? NOW - DAY : form.not_before_s), 0, 0);
    ASN1_TIME_adj(X509_getm_notAfter(x509),
        (time_t)(form.not_after_s == 0 ? NOW + DAY : form.not_after_s), 0, 0);
    X509_set_pubkey(x509, key_evp(form.key));
    add_extensions(mem, x509, form.extensions);
    sign(x509, &form);
    len = i2d_X509(x509, &der);
    made = bytes_copy(mem, (struct bytes){der, (size_t)len});
    OPENSSL_free(der);
    X509_free(x509);
    return made;
}

/* leaf <- issuing <- root, as forms that a test changes before they are made. */
struct chain {
    void *mem;
    struct form forms[3];
    struct bytes ders[3];
    struct err e;
};

static void set_up(struct chain *c, enum key_type type)
{
    struct key *leaf, *issuing, *root;

    *c = (struct chain){.mem = mem_pool(NULL, 65536)};
    leaf = key_generate(c->mem, KEY_P256, 0);
    issuing = key_generate(c->mem, type, 2048);
    root = key_generate(c->mem, type, 2048);
    c->forms[0] = form_of(
        "leaf", "issuing", leaf, issuing, "subjectAltName=DNS:a.test\nkeyUsage=digitalSignature");
    c->forms[1] = form_of("issuing", "root", issuing, root, CA_EXTENSIONS);
    c->forms[2] = form_of("root", "root", root, root, CA_EXTENSIONS);
}

static enum err_code check(struct chain *c)
{
    for (int i = 0; i < 3; i++)
        c->ders[i] = make(c->mem, c->forms[i]);
    c->e = (struct err){0};
    return cert_chain_check_links(c->ders, 3, &c->e);
}

static void expect_refused(struct chain *c, const char *words)
{
    CU_ASSERT_EQUAL(check(c), ERR_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(c->e.detail, words));
    if (strstr(c->e.detail, words) == NULL)
        printf("\n    not \"%s\": %s\n", words, c->e.detail);
    mem_free(c->mem);
}

static void chains_of_all_keys_hold(void)
{
    static const enum key_type types[] = {KEY_P256, KEY_P384, KEY_P521, KEY_RSA};

    for (size_t i = 0; i < COUNT(types); i++) {
        struct chain c;

        set_up(&c, types[i]);
        CU_ASSERT_EQUAL(check(&c), ERR_OK);
        mem_free(c.mem);
    }
}

static void a_signature_that_we_do_not_read_is_checked_all_the_same(void)
{
    struct chain c;

    set_up(&c, KEY_RSA);
    c.forms[0].pss = c.forms[1].pss = c.forms[2].pss = true;
    CU_ASSERT_EQUAL(check(&c), ERR_OK);
    CU_ASSERT(cert_chain_is_self_signed(c.ders[2]));
    c.forms[1].signer = key_generate(c.mem, KEY_RSA, 2048);
    expect_refused(&c, "certificate 2 of the chain was not issued by the one after it");
}

static void a_link_that_does_not_hold_is_named(void)
{
    static const char ski[] = "subjectKeyIdentifier=00112233";
    struct chain c;

    set_up(&c, KEY_P256);
    c.forms[0].signer = c.forms[0].key; /* by itself, in the other's name */
    expect_refused(&c, "certificate 1 of the chain was not issued by the one after it");
    set_up(&c, KEY_P256);
    c.forms[1].subject = "issuing 2";
    expect_refused(&c, "certificate 1 of the chain was not issued by the one after it");
    set_up(&c, KEY_P256);
    c.forms[1].signer = c.forms[1].key;
    expect_refused(&c, "certificate 2 of the chain was not issued by the one after it");
    set_up(&c, KEY_P256);
    c.forms[1].extensions = mem_printf(c.mem, "%s\n%s", CA_EXTENSIONS, ski);
    CU_ASSERT_EQUAL(check(&c), ERR_OK); /* who names no key may mean this one */
    c.forms[0].extensions = "authorityKeyIdentifier=DER:30:06:80:04:00:11:22:44";
    expect_refused(&c, "certificate 1 of the chain was not issued by the one after it");
}

static void only_a_ca_may_have_issued(void)
{
    static const char *const rows[] = {
        "keyUsage=keyCertSign", /* no basicConstraints */
        "basicConstraints=CA:FALSE\nkeyUsage=keyCertSign",
        "basicConstraints=critical,CA:TRUE\nkeyUsage=digitalSignature",
    };
    struct chain c;

    for (size_t i = 0; i < COUNT(rows); i++) {
        set_up(&c, KEY_P256);
        c.forms[1].extensions = rows[i];
        expect_refused(&c, "certificate 2 of the chain is not a CA's");
    }
    set_up(&c, KEY_P256);
    c.forms[1].extensions = "basicConstraints=CA:TRUE"; /* any use */
    CU_ASSERT_EQUAL(check(&c), ERR_OK);
    mem_free(c.mem);
}

static void a_path_has_no_more_cas_than_allowed(void)
{
    struct chain c;

    set_up(&c, KEY_P256);
    c.forms[1].extensions = "basicConstraints=critical,CA:TRUE,pathlen:0";
    c.forms[2].extensions = "basicConstraints=critical,CA:TRUE,pathlen:1";
    CU_ASSERT_EQUAL(check(&c), ERR_OK);
    c.forms[2].extensions = "basicConstraints=critical,CA:TRUE,pathlen:0";
    expect_refused(&c, "certificate 3 of the chain allows no more than 0 CA certificates below it");
    set_up(&c, KEY_P256); /* a CA's certificate for a new key of its own does not count */
    c.forms[0].extensions = CA_EXTENSIONS;
    c.forms[0].subject = "issuing";
    c.forms[1].extensions = "basicConstraints=critical,CA:TRUE,pathlen:0";
    CU_ASSERT_EQUAL(check(&c), ERR_OK);
    mem_free(c.mem);
}

static void what_is_no_chain_is_refused(void)
{
    struct bytes many[20], garbage = bytes_of("garbage");
    struct chain c;

    set_up(&c, KEY_P256);
    check(&c);
    c.ders[1].len--;
    CU_ASSERT_EQUAL(cert_chain_check_links(c.ders, 3, &c.e), ERR_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(c.e.detail, "certificate 2 of the chain cannot be read"));
    CU_ASSERT_EQUAL(cert_chain_check_links(&garbage, 1, &c.e), ERR_INPUT);
    CU_ASSERT_FALSE(cert_chain_is_self_signed(garbage));
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = c.ders[2];
    CU_ASSERT_EQUAL(cert_chain_check_links(many, COUNT(many), &c.e), ERR_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(c.e.detail, "more than 16"));
    mem_free(c.mem);
}

static void every_certificate_must_be_in_its_time(void)
{
    struct chain c;

    set_up(&c, KEY_P256);
    c.forms[1].not_after_s = NOW - 1;
    CU_ASSERT_EQUAL(check(&c), ERR_OK); /* dates are asked for apart */
    CU_ASSERT_EQUAL(cert_chain_check_dates(c.ders, 3, NOW - 1, &c.e), ERR_OK);
    CU_ASSERT_EQUAL(cert_chain_check_dates(c.ders, 3, NOW, &c.e), ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(
        c.e.detail, "certificate 2 of the chain has expired (2026-11-21T06:46:59Z)");
    CU_ASSERT_EQUAL(cert_chain_check_dates(c.ders, 3, NOW - DAY - 1, &c.e), ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(
        c.e.detail, "certificate 1 of the chain is not valid before 2026-11-20T06:47:00Z");
    mem_free(c.mem);
}

static void a_root_is_left_out_of_what_is_sent(void)
{
    struct chain c;

    set_up(&c, KEY_P256);
    check(&c);
    CU_ASSERT_FALSE(cert_chain_is_self_signed(c.ders[0]));
    CU_ASSERT_FALSE(cert_chain_is_self_signed(c.ders[1]));
    CU_ASSERT(cert_chain_is_self_signed(c.ders[2]));
    CU_ASSERT_STRING_EQUAL(
        cert_chain_pem(c.mem, c.ders + 1, 2), cert_chain_pem(c.mem, c.ders + 1, 1));
    CU_ASSERT(strlen(cert_chain_pem(c.mem, c.ders + 2, 1)) > 0); /* unless it is all there is */
    /* A CA's certificate for another key of its own looks like a root, and is none. */
    c.forms[2].signer = c.forms[0].key;
    check(&c);
    CU_ASSERT_FALSE(cert_chain_is_self_signed(c.ders[2]));
    mem_free(c.mem);
}

static void an_alternate_is_for_the_same_name_and_key(void)
{
    static const char ski[] = CA_EXTENSIONS "\nsubjectKeyIdentifier=00112233";
    static const char other_ski[] = CA_EXTENSIONS "\nsubjectKeyIdentifier=00112234";
    struct bytes issuer, alternate[2];
    struct form cross, other_root;
    struct key *their_key;
    struct chain c;
    struct {
        struct form form;
        const char *words;
    } rows[6];

    set_up(&c, KEY_P256);
    c.forms[1].extensions = ski;
    check(&c);
    issuer = c.ders[1];
    their_key = key_generate(c.mem, KEY_P384, 0);
    other_root = form_of("other", "other", their_key, their_key, CA_EXTENSIONS);
    cross = form_of("issuing", "other", c.forms[1].key, their_key, ski);
    for (size_t i = 0; i < COUNT(rows); i++)
        rows[i].form = cross;
    rows[0].words = NULL;
    rows[1].form.subject = "issuing 2";
    rows[1].words = "its subject is another";
    rows[2].form.key = c.forms[0].key;
    rows[2].words = "another key than the issuing CA's";
    rows[3].form.extensions = other_ski;
    rows[3].words = "another subjectKeyIdentifier";
    rows[4].form.extensions = "subjectKeyIdentifier=00112233";
    rows[4].words = "may not sign certificates";
    rows[5].form.signer = c.forms[0].key;
    rows[5].words = "certificate 1 of the chain was not issued by the one after it";
    alternate[1] = make(c.mem, other_root);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err e = {0};

        alternate[0] = make(c.mem, rows[i].form);
        CU_ASSERT_EQUAL(
            cert_chain_check_alternate(issuer, alternate, 2, &e) == ERR_OK, rows[i].words == NULL);
        if (rows[i].words != NULL && strstr(e.detail, rows[i].words) == NULL)
            CU_FAIL("it is refused for another reason");
    }
    mem_free(c.mem);
}

static const struct test tests[] = {
    {"chains of all keys hold", chains_of_all_keys_hold},
    {"a signature that we do not read is checked all the same",
        a_signature_that_we_do_not_read_is_checked_all_the_same},
    {"a link that does not hold is named", a_link_that_does_not_hold_is_named},
    {"only a CA may have issued", only_a_ca_may_have_issued},
    {"a path has no more CAs than allowed", a_path_has_no_more_cas_than_allowed},
    {"what is no chain is refused", what_is_no_chain_is_refused},
    {"every certificate must be in its time", every_certificate_must_be_in_its_time},
    {"a root is left out of what is sent", a_root_is_left_out_of_what_is_sent},
    {"an alternate is for the same name and key", an_alternate_is_for_the_same_name_and_key},
    {NULL, NULL},
};
extern const struct test_suite suite_cert_chain;
const struct test_suite suite_cert_chain = {"cert_chain", tests};
