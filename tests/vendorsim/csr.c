/* csr - see csr.h. */
#include "tests/vendorsim/csr.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/err.h"
#include "base/mem.h"
#include "tests/vendorsim/ca.h"

#define COMMON_NAME_SIZE 256

static char *pem_of(void *mem, X509_REQ *csr)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *data, *pem;
    long size;

    BUG_ON(PEM_write_bio_X509_REQ(out, csr) != 1);
    size = BIO_get_mem_data(out, &data);
    pem = mem_strndup(mem, data, (size_t)size);
    BIO_free(out);
    return pem;
}

char *csr_make(void *mem, const struct csr_options *options, char **key_pem)
{
    struct key *key = key_generate(mem, options->key, options->rsa_bits);
    const unsigned char *name = (const unsigned char *)options->common_name;
    X509_REQ *csr = X509_REQ_new();
    char *pem;

    BUG_ON(name != NULL && X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(csr), "CN",
                               MBSTRING_UTF8, name, -1, -1, 0) != 1);
    BUG_ON(X509_REQ_set_pubkey(csr, key_evp(key)) != 1 ||
           X509_REQ_sign(csr, key_evp(key), EVP_sha256()) == 0);
    pem = pem_of(mem, csr);
    X509_REQ_free(csr);
    if (key_pem != NULL)
        *key_pem = key_to_pem(mem, key);
    return pem;
}

char *csr_common_name(void *mem, const char *text)
{
    char name[COMMON_NAME_SIZE];
    struct bytes der;
    const unsigned char *at;
    X509_REQ *csr;
    int len = -1;

    if (!ca_csr_der(mem, text, &der))
        return NULL;
    at = der.data;
    csr = d2i_X509_REQ(NULL, &at, (long)der.len);
    if (csr != NULL)
        len = X509_NAME_get_text_by_NID(
            X509_REQ_get_subject_name(csr), NID_commonName, name, sizeof name);
    X509_REQ_free(csr);
    return len < 0 ? NULL : mem_strdup(mem, name);
}
