/* credentials - see credentials.h. */
#include "tests/unit/credentials.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"

#define DAY_S 86400

struct authority {
    void *mem;
    const char *folder;
    X509 *certificate;
    EVP_PKEY *key;
};

static int authority_free(void *ptr)
{
    struct authority *authority = ptr;

    X509_free(authority->certificate);
    EVP_PKEY_free(authority->key);
    return 0;
}

const char *authority_file(const struct authority *authority, const char *name)
{
    return mem_printf(authority->mem, "%s/%s.pem", authority->folder, name);
}

const char *authority_text(const struct authority *authority, const char *name)
{
    struct err e = {0};
    char *text = NULL;

    BUG_ON(file_read(authority->mem, authority_file(authority, name), 65536, &text, &e) != ERR_OK);
    return text;
}

static void write_files(
    const struct authority *authority, const char *name, X509 *certificate, EVP_PKEY *key)
{
    FILE *file = fopen(authority_file(authority, name), "w");

    BUG_ON(file == NULL || PEM_write_X509(file, certificate) != 1 || fclose(file) != 0);
    file = fopen(authority_file(authority, mem_printf(authority->mem, "%s-key", name)), "w");
    BUG_ON(file == NULL || PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) != 1 ||
           fclose(file) != 0);
}

static void extend(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    BUG_ON(extension == NULL || X509_add_ext(certificate, extension, -1) != 1);
    X509_EXTENSION_free(extension);
}

/* Everything but the extensions and the signature. */
static X509 *begin(const char *name, EVP_PKEY *key, long ends_s)
{
    static long serial = 1;
    X509 *certificate = X509_new();

    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -2 * DAY_S);
    X509_gmtime_adj(X509_getm_notAfter(certificate), ends_s);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
        (const unsigned char *)name, -1, -1, 0);
    X509_set_pubkey(certificate, key);
    return certificate;
}

static void sign(const struct authority *authority, X509 *certificate)
{
    X509_set_issuer_name(certificate, X509_get_subject_name(authority->certificate));
    BUG_ON(X509_sign(certificate, authority->key, EVP_sha256()) == 0);
}

struct authority *authority_new(void *mem, const char *folder, const char *name)
{
    struct authority *authority = mem_new(mem, struct authority);

    authority->mem = authority;
    authority->folder = mem_strdup(authority, folder);
    authority->key = EVP_EC_gen("P-256");
    authority->certificate = begin(name, authority->key, DAY_S);
    mem_on_free(authority, authority_free);
    extend(authority->certificate, NID_basic_constraints, "critical,CA:TRUE");
    extend(authority->certificate, NID_key_usage, "critical,keyCertSign");
    sign(authority, authority->certificate);
    write_files(authority, name, authority->certificate, authority->key);
    return authority;
}

void authority_issue(struct authority *authority, const struct credential *credential)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = begin(credential->name, key, credential->expired ? -DAY_S : DAY_S);

    extend(certificate, NID_basic_constraints, "critical,CA:FALSE");
    extend(certificate, NID_ext_key_usage, credential->purpose);
    if (credential->alt != NULL)
        extend(certificate, NID_subject_alt_name, credential->alt);
    sign(authority, certificate);
    write_files(authority, credential->name, certificate, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

void credentials_remove(const char *folder)
{
    DIR *dir = opendir(folder);

    BUG_ON(dir == NULL);
    for (const struct dirent *file; (file = readdir(dir)) != NULL;)
        unlinkat(dirfd(dir), file->d_name, 0); /* "." and ".." stay */
    closedir(dir);
    BUG_ON(rmdir(folder) != 0);
}
