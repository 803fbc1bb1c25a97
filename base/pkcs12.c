/* pkcs12 - see pkcs12.h. */
#include "base/pkcs12.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "base/cert.h"

#define ITERATIONS 100000

static X509 *x509_of(struct bytes der)
{
    const unsigned char *at = der.data;

    return d2i_X509(NULL, &at, (long)der.len);
}

static STACK_OF(X509) * rest_of(const struct bytes *ders, size_t len)
{
    STACK_OF(X509) *rest = sk_X509_new_null();

    for (size_t i = 1; i < len; i++) {
        X509 *one = x509_of(ders[i]);

        if (one != NULL)
            sk_X509_push(rest, one);
    }
    return rest;
}

static struct bytes der_of(void *mem, PKCS12 *made)
{
    unsigned char *der = NULL;
    int len = i2d_PKCS12(made, &der);
    struct bytes copy = {NULL, 0};

    if (len > 0)
        copy = bytes_copy(mem, (struct bytes){der, (size_t)len});
    OPENSSL_free(der);
    return copy;
}

enum err_code pkcs12_make(void *mem, const struct key *key, const char *chain_pem, const char *name,
    const char *password, struct bytes *out, struct err *e)
{
    STACK_OF(X509) *rest = NULL;
    PKCS12 *made = NULL;
    X509 *leaf = NULL;
    struct bytes *ders;
    size_t len;

    if (cert_pem_read(mem, chain_pem, &ders, &len, e) != ERR_OK)
        return e->code;
    leaf = x509_of(ders[0]);
    rest = rest_of(ders, len);
    if (leaf == NULL || X509_check_private_key(leaf, key_evp(key)) != 1)
        err_set(e, ERR_INPUT, "the certificate is for another key");
    else
        made = PKCS12_create(password, name, key_evp(key), leaf, rest, NID_aes_256_cbc,
            NID_aes_256_cbc, ITERATIONS, ITERATIONS, 0);
    if (made != NULL && PKCS12_set_mac(made, password, -1, NULL, 0, ITERATIONS, EVP_sha256()) == 1)
        *out = der_of(mem, made);
    else if (e->code == ERR_OK)
        err_set(e, ERR_BUG, "the PKCS#12 file could not be made");
    PKCS12_free(made);
    sk_X509_pop_free(rest, X509_free);
    X509_free(leaf);
    ERR_clear_error();
    return e->code;
}
