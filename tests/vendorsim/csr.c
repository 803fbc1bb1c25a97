/* csr - see csr.h. */
#include "tests/vendorsim/csr.h"

#include <arpa/inet.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/err.h"
#include "base/mem.h"
#include "tests/vendorsim/ca.h"
#include "tests/vendorsim/names.h"

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

/* NULL: it is no CSR. */
static X509_REQ *read_csr(void *mem, const char *text)
{
    const unsigned char *at;
    struct bytes der;

    if (!ca_csr_der(mem, text, &der))
        return NULL;
    at = der.data;
    return d2i_X509_REQ(NULL, &at, (long)der.len);
}

static char *common_name_of(void *mem, const X509_NAME *subject)
{
    char name[COMMON_NAME_SIZE];
    int len = X509_NAME_get_text_by_NID(subject, NID_commonName, name, sizeof name);

    return len < 0 ? NULL : mem_strdup(mem, name);
}

char *csr_common_name(void *mem, const char *text)
{
    X509_REQ *csr = read_csr(mem, text);
    char *name = csr == NULL ? NULL : common_name_of(mem, X509_REQ_get_subject_name(csr));

    X509_REQ_free(csr);
    return name;
}

/* As a text on `mem`; NULL: neither a DNS name nor an address. */
static char *name_text(void *mem, const GENERAL_NAME *name)
{
    const ASN1_STRING *value = name->d.ia5;
    char address[INET6_ADDRSTRLEN];
    int family;

    if (name->type == GEN_DNS)
        return mem_strndup(
            mem, (const char *)ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
    if (name->type != GEN_IPADD)
        return NULL;
    family = ASN1_STRING_length(value) == 4 ? AF_INET : AF_INET6;
    if (ASN1_STRING_length(value) != 4 && ASN1_STRING_length(value) != 16)
        return NULL;
    inet_ntop(family, ASN1_STRING_get0_data(value), address, sizeof address);
    return mem_strdup(mem, address);
}

/* A new reference; takes the list over. */
static json_t *texts_of(void *mem, GENERAL_NAMES *names)
{
    json_t *list = json_array();

    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        char *name = name_text(mem, sk_GENERAL_NAME_value(names, i));

        if (name != NULL)
            json_array_append_new(list, json_string(name));
    }
    GENERAL_NAMES_free(names);
    return list;
}

/* All names as a set, the common name first; takes `alternative` over. */
static json_t *all_names(void *mem, const X509_NAME *subject, json_t *alternative)
{
    const char *common_name = common_name_of(mem, subject);
    json_t *names;

    if (common_name == NULL || *common_name == '\0')
        common_name = json_string_value(json_array_get(alternative, 0));
    names = common_name == NULL ? json_array() : names_of(common_name, alternative);
    json_decref(alternative);
    return names;
}

json_t *csr_names(void *mem, const char *text)
{
    X509_REQ *csr = read_csr(mem, text);
    STACK_OF(X509_EXTENSION) * extensions;
    json_t *names;

    if (csr == NULL)
        return NULL;
    extensions = X509_REQ_get_extensions(csr);
    names = all_names(mem, X509_REQ_get_subject_name(csr),
        texts_of(mem, X509V3_get_d2i(extensions, NID_subject_alt_name, NULL, NULL)));
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    X509_REQ_free(csr);
    return names;
}

json_t *csr_certificate_names(void *mem, const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    json_t *names = NULL;

    if (certificate != NULL)
        names = all_names(mem, X509_get_subject_name(certificate),
            texts_of(mem, X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL)));
    X509_free(certificate);
    BIO_free(bio);
    return names;
}
