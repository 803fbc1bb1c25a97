/* Tests of tests/vendorsim/ca: what it issues stands up to base/'s own examination. */
#include "tests/unit/test_main.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/cert.h"
#include "base/cert_chain.h"
#include "base/key.h"
#include "base/mem.h"
#include "tests/vendorsim/ca.h"

#define FROM_S INT64_C(1800000000)
#define TILL_S (FROM_S + 90 * 86400)

static const char *const two_names[] = {"shop.example", "*.shop.example", NULL};

struct rig {
    void *mem;
    struct state *state;
    struct ca *ca;
    struct bytes spki;
    char serial[CA_SERIAL_SIZE];
};

static void rig_open(struct rig *rig)
{
    struct err e = {0};

    rig->mem = mem_new(NULL, char);
    rig->state = state_open(rig->mem, NULL, "shop", &e);
    rig->ca = ca_open(rig->mem, rig->state, "Shop Root", "Shop CA", &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rig->ca);
    rig->spki = key_spki(rig->mem, key_generate(rig->mem, KEY_P256, 0));
}

static void issue(struct rig *rig, const char *const *names)
{
    struct ca_leaf leaf = {rig->spki, names[0], names, FROM_S, TILL_S};
    struct err e = {0};

    CU_ASSERT_EQUAL_FATAL(ca_issue(rig->ca, &leaf, rig->serial, &e), ERR_OK);
}

static void chain(struct rig *rig, enum ca_spoil spoil, struct ca_chain *out)
{
    struct err e = {0};

    CU_ASSERT_EQUAL_FATAL(ca_chain(rig->mem, rig->ca, rig->serial, spoil, out, &e), ERR_OK);
}

/* Do leaf, intermediate and root certify each other? */
static bool holds_together(struct rig *rig, const struct ca_chain *chain)
{
    char *pem = mem_printf(rig->mem, "%s%s%s", chain->leaf, chain->intermediate, chain->root);
    struct err e = {0};
    struct bytes *ders;
    size_t len = 0;

    CU_ASSERT_EQUAL_FATAL(cert_pem_read(rig->mem, pem, &ders, &len, &e), ERR_OK);
    CU_ASSERT_EQUAL(len, 3);
    return cert_chain_check_links(ders, len, &e) == ERR_OK;
}

static X509 *read_leaf(const struct ca_chain *chain)
{
    BIO *bio = BIO_new_mem_buf(chain->leaf, -1);
    X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);

    BIO_free(bio);
    CU_ASSERT_PTR_NOT_NULL_FATAL(cert);
    return cert;
}

static bool is_for_key(struct rig *rig, const struct ca_chain *chain)
{
    struct cert_info info;
    struct bytes *ders;
    struct err e = {0};
    size_t len;

    CU_ASSERT_EQUAL_FATAL(cert_pem_read(rig->mem, chain->leaf, &ders, &len, &e), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(cert_read(ders[0], &info, &e), ERR_OK);
    return bytes_equal(info.spki, rig->spki);
}

static bool is_for_host(const struct ca_chain *chain, const char *host)
{
    X509 *cert = read_leaf(chain);
    bool is = X509_check_host(cert, host, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) == 1;

    X509_free(cert);
    return is;
}

static void a_certificate_is_what_was_asked_for(void)
{
    struct rig rig;
    struct ca_chain first, again;
    struct cert_info info;
    struct bytes *ders;
    struct err e = {0};
    size_t len;

    rig_open(&rig);
    issue(&rig, two_names);
    chain(&rig, CA_RIGHT, &first);
    CU_ASSERT(holds_together(&rig, &first));
    CU_ASSERT(is_for_key(&rig, &first));
    CU_ASSERT(is_for_host(&first, "shop.example") && is_for_host(&first, "www.shop.example"));
    cert_pem_read(rig.mem, first.leaf, &ders, &len, &e);
    CU_ASSERT_EQUAL_FATAL(cert_read(ders[0], &info, &e), ERR_OK);
    CU_ASSERT(info.not_before_s == FROM_S && info.not_after_s == TILL_S);
    chain(&rig, CA_RIGHT, &again);
    CU_ASSERT_STRING_EQUAL(first.leaf, again.leaf); /* signed once */
    CU_ASSERT(bytes_equal(ca_spki(rig.mem, rig.ca, rig.serial), rig.spki));
    CU_ASSERT_EQUAL(strlen(ca_thumbprint(rig.mem, rig.ca, rig.serial)), 40);
    mem_free(rig.mem);
}

static void the_ca_is_the_same_after_a_restart(void)
{
    struct rig rig;
    struct ca_chain before, after;
    struct err e = {0};

    rig_open(&rig);
    issue(&rig, two_names);
    chain(&rig, CA_RIGHT, &before);
    rig.ca = ca_open(rig.mem, rig.state, "Shop Root", "Shop CA", &e);
    chain(&rig, CA_RIGHT, &after);
    CU_ASSERT_STRING_EQUAL(before.leaf, after.leaf);
    CU_ASSERT_STRING_EQUAL(before.root, after.root);
    issue(&rig, two_names);
    chain(&rig, CA_RIGHT, &after);
    CU_ASSERT(holds_together(&rig, &after));
    mem_free(rig.mem);
}

static void spoilt_certificates_are_wrong_in_one_thing(void)
{
    static const char *const one_name[] = {"shop.example", NULL};
    struct rig rig;
    struct ca_chain got;

    rig_open(&rig);
    issue(&rig, two_names);
    chain(&rig, CA_WRONG_KEY, &got);
    CU_ASSERT(holds_together(&rig, &got) && !is_for_key(&rig, &got));
    CU_ASSERT(is_for_host(&got, "www.shop.example"));
    chain(&rig, CA_MISSING_NAME, &got);
    CU_ASSERT(holds_together(&rig, &got) && is_for_key(&rig, &got));
    CU_ASSERT(is_for_host(&got, "shop.example") && !is_for_host(&got, "www.shop.example"));
    chain(&rig, CA_BAD_CHAIN, &got);
    CU_ASSERT(!holds_together(&rig, &got) && is_for_key(&rig, &got));
    issue(&rig, one_name);
    chain(&rig, CA_MISSING_NAME, &got);
    CU_ASSERT(!is_for_host(&got, "shop.example"));
    chain(&rig, CA_RIGHT, &got); /* what was spoilt was not kept */
    CU_ASSERT(holds_together(&rig, &got) && is_for_key(&rig, &got));
    CU_ASSERT(is_for_host(&got, "shop.example"));
    mem_free(rig.mem);
}

static void impossible_certificates_are_refused(void)
{
    static const char *const none[] = {NULL}, *const bad[] = {"shop.example", "a..b c", NULL};
    struct rig rig;
    struct ca_chain got;
    struct ca_leaf leaf;
    struct err e = {0};

    rig_open(&rig);
    leaf = (struct ca_leaf){rig.spki, NULL, none, FROM_S, TILL_S};
    CU_ASSERT_EQUAL(ca_issue(rig.ca, &leaf, rig.serial, &e), ERR_INPUT);
    leaf.names = bad;
    CU_ASSERT_EQUAL(ca_issue(rig.ca, &leaf, rig.serial, &e), ERR_INPUT);
    leaf.names = two_names;
    leaf.common_name = "a-name-of-more-than-sixty-four-characters.which-is-too-many.example";
    CU_ASSERT_EQUAL(ca_issue(rig.ca, &leaf, rig.serial, &e), ERR_INPUT);
    CU_ASSERT_EQUAL(ca_chain(rig.mem, rig.ca, "00", CA_RIGHT, &got, &e), ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(ca_chain(rig.mem, rig.ca, "00", CA_WRONG_KEY, &got, &e), ERR_NOT_FOUND);
    CU_ASSERT_PTR_NULL(ca_thumbprint(rig.mem, rig.ca, "00"));
    CU_ASSERT_EQUAL(ca_spki(rig.mem, rig.ca, "00").len, 0);
    mem_free(rig.mem);
}

/* A CSR by OpenSSL, as PEM on `mem`. */
static char *make_csr(void *mem, EVP_PKEY *key)
{
    X509_REQ *req = X509_REQ_new();
    BIO *bio = BIO_new(BIO_s_mem());
    char *data, *pem;
    long len;

    X509_REQ_set_pubkey(req, key);
    X509_REQ_sign(req, key, EVP_sha256());
    PEM_write_bio_X509_REQ(bio, req);
    len = BIO_get_mem_data(bio, &data);
    pem = mem_strndup(mem, data, (size_t)len);
    X509_REQ_free(req);
    BIO_free(bio);
    EVP_PKEY_free(key);
    return pem;
}

/* The PEM with every line break taken out, and with what is around the base64. */
static char *on_one_line(void *mem, const char *pem, bool bare)
{
    char *out = mem_alloc(mem, strlen(pem) + 1, "line");
    const char *at = pem, *end = pem + strlen(pem);
    size_t len = 0;

    if (bare) {
        at = strstr(pem, "REQUEST-----") + strlen("REQUEST-----");
        end = strstr(pem, "-----END");
    }
    for (; at < end; at++)
        if (*at != '\n')
            out[len++] = *at;
    return out;
}

static void requests_are_read_in_their_forms(void)
{
    void *mem = mem_new(NULL, char);
    char *pem = make_csr(mem, EVP_EC_gen("P-256")), *broken;
    struct bytes spki, same;
    struct err e = {0};
    bool key_ok;

    CU_ASSERT_EQUAL(ca_read_csr(mem, pem, &spki, &key_ok, &e), ERR_OK);
    CU_ASSERT(key_ok && spki.len == 91);
    CU_ASSERT_EQUAL(ca_read_csr(mem, on_one_line(mem, pem, false), &same, &key_ok, &e), ERR_OK);
    CU_ASSERT(key_ok && bytes_equal(spki, same));
    CU_ASSERT_EQUAL(ca_read_csr(mem, on_one_line(mem, pem, true), &same, &key_ok, &e), ERR_OK);
    CU_ASSERT(key_ok && bytes_equal(spki, same));
    broken = mem_strdup(mem, pem);
    broken[120] = broken[120] == 'A' ? 'B' : 'A'; /* in the public key, or its signature */
    CU_ASSERT(ca_read_csr(mem, broken, &same, &key_ok, &e) != ERR_OK || !key_ok);
    mem_free(mem);
}

static void keys_that_will_not_do_are_told_apart(void)
{
    static const char *const no_csr[] = {"", "MII", "MIIB", "-----BEGIN CERTIFICATE REQUEST-----",
        "-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n",
        "====", "-----BEGIN ", "\xff\xfe"};
    void *mem = mem_new(NULL, char);
    struct bytes spki;
    struct err e = {0};
    bool key_ok;

    CU_ASSERT_EQUAL(ca_read_csr(mem, make_csr(mem, EVP_RSA_gen(2048)), &spki, &key_ok, &e), ERR_OK);
    CU_ASSERT(key_ok);
    CU_ASSERT_EQUAL(ca_read_csr(mem, make_csr(mem, EVP_RSA_gen(1024)), &spki, &key_ok, &e), ERR_OK);
    CU_ASSERT_FALSE(key_ok);
    CU_ASSERT_EQUAL(
        ca_read_csr(mem, make_csr(mem, EVP_EC_gen("P-521")), &spki, &key_ok, &e), ERR_OK);
    CU_ASSERT_FALSE(key_ok);
    for (size_t i = 0; i < sizeof no_csr / sizeof no_csr[0]; i++)
        CU_ASSERT_EQUAL(ca_read_csr(mem, no_csr[i], &spki, &key_ok, &e), ERR_INPUT);
    mem_free(mem);
}

static const struct test tests[] = {
    {"a certificate is what was asked for", a_certificate_is_what_was_asked_for},
    {"the CA is the same after a restart", the_ca_is_the_same_after_a_restart},
    {"spoilt certificates are wrong in one thing", spoilt_certificates_are_wrong_in_one_thing},
    {"impossible certificates are refused", impossible_certificates_are_refused},
    {"requests are read in their forms", requests_are_read_in_their_forms},
    {"keys that will not do are told apart", keys_that_will_not_do_are_told_apart},
    {NULL, NULL},
};
extern const struct test_suite suite_ca;
const struct test_suite suite_ca = {"ca", tests};
