/* Tests of base/pkcs10 and base/pkcs12: requests that we make are read again by us and by OpenSSL,
 * and what a key is for stands in them; a packed key comes out again with its password only. */
#include "tests/unit/test_main.h"

#include <string.h>

#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "base/cert.h"
#include "base/cert_parts.h"
#include "base/mem.h"
#include "base/pkcs10.h"
#include "base/pkcs12.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define NOW          INT64_C(1795243620)

static const char *const addresses[] = {"ann@corp.example", "ann.vos@corp.example"};

static void requests_are_signed_and_say_what_the_key_is_for(void)
{
    static const struct {
        enum key_type type;
        uint8_t usage;
        unsigned use;
    } rows[] = {
        {KEY_RSA, DIGITAL_SIGNATURE | KEY_ENCIPHERMENT, CERT_MAIL_BOTH},
        {KEY_RSA, KEY_ENCIPHERMENT, CERT_MAIL_ENCRYPT},
        {KEY_P256, DIGITAL_SIGNATURE, CERT_MAIL_SIGN},
        {KEY_P384, KEY_AGREEMENT, CERT_MAIL_ENCRYPT},
        {KEY_P384, 0, CERT_MAIL_BOTH},
    };
    void *mem = mem_pool(NULL, 65536);

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct key *key = key_generate(mem, rows[i].type, 2048);
        struct pkcs10 request;
        struct err e = {0};
        struct bytes der;
        const unsigned char *at;
        X509_REQ *req;

        CU_ASSERT_EQUAL_FATAL(pkcs10_make(mem, key, addresses, 2, rows[i].usage, &der, &e), ERR_OK);
        CU_ASSERT_FATAL(pkcs10_read(der, &request));
        CU_ASSERT(bytes_equal(request.spki, key_spki(mem, key)));
        CU_ASSERT_EQUAL(pkcs10_key_usage(&request).len > 0, rows[i].usage != 0);
        CU_ASSERT_EQUAL(cert_mail_use_of(pkcs10_key_usage(&request)), rows[i].use);
        at = der.data;
        req = d2i_X509_REQ(NULL, &at, (long)der.len);
        CU_ASSERT_PTR_NOT_NULL_FATAL(req);
        CU_ASSERT_EQUAL(X509_REQ_verify(req, X509_REQ_get0_pubkey(req)), 1);
        X509_REQ_free(req);
    }
    mem_free(mem);
}

static void a_request_for_what_no_certificate_carries_is_refused(void)
{
    static const char *const odd[] = {"ann other@corp.example"};
    void *mem = mem_pool(NULL, 65536);
    struct err e = {0};
    struct bytes der;

    CU_ASSERT_EQUAL(
        pkcs10_make(mem, key_generate(mem, KEY_P256, 0), odd, 1, 0, &der, &e), ERR_INPUT);
    mem_free(mem);
}

static char *self_signed(void *mem, struct key *key)
{
    static const struct cert_ca_options options = {"Test", NULL, NOW, NOW + 86400};
    struct err e = {0};
    char *pem = NULL;

    CU_ASSERT_EQUAL_FATAL(cert_make_ca(mem, NULL, key, &options, &pem, &e), ERR_OK);
    return pem;
}

static void a_packed_key_needs_its_password(void)
{
    void *mem = mem_pool(NULL, 65536);
    struct key *key = key_generate(mem, KEY_P256, 0);
    char *pem = self_signed(mem, key);
    struct bytes packed = {NULL, 0};
    const unsigned char *at;
    EVP_PKEY *out = NULL;
    X509 *leaf = NULL;
    struct err e = {0};
    PKCS12 *p12;

    CU_ASSERT_EQUAL_FATAL(pkcs12_make(mem, key, pem, "Ann", "secret", &packed, &e), ERR_OK);
    at = packed.data;
    p12 = d2i_PKCS12(NULL, &at, (long)packed.len);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p12);
    CU_ASSERT_EQUAL(PKCS12_parse(p12, "wrong", &out, &leaf, NULL), 0);
    CU_ASSERT_EQUAL(PKCS12_parse(p12, "secret", &out, &leaf, NULL), 1);
    CU_ASSERT_EQUAL(EVP_PKEY_eq(out, key_evp(key)), 1);
    EVP_PKEY_free(out);
    X509_free(leaf);
    PKCS12_free(p12);
    mem_free(mem);
}

static void a_certificate_for_another_key_is_not_packed(void)
{
    void *mem = mem_pool(NULL, 65536);
    char *pem = self_signed(mem, key_generate(mem, KEY_P256, 0));
    struct bytes packed;
    struct err e = {0};

    CU_ASSERT_EQUAL(
        pkcs12_make(mem, key_generate(mem, KEY_P256, 0), pem, "Ann", "secret", &packed, &e),
        ERR_INPUT);
    e = (struct err){0};
    CU_ASSERT_EQUAL(
        pkcs12_make(mem, key_generate(mem, KEY_P256, 0), "no PEM", "Ann", "secret", &packed, &e),
        ERR_INPUT);
    mem_free(mem);
}

static const struct test tests[] = {
    {"requests are signed and say what the key is for",
        requests_are_signed_and_say_what_the_key_is_for},
    {"a request for what no certificate carries is refused",
        a_request_for_what_no_certificate_carries_is_refused},
    {"a packed key needs its password", a_packed_key_needs_its_password},
    {"a certificate for another key is not packed", a_certificate_for_another_key_is_not_packed},
    {NULL, NULL},
};
extern const struct test_suite suite_pkcs10;
const struct test_suite suite_pkcs10 = {"pkcs10", tests};
