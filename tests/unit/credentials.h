/* credentials - a small PKI in files for tests of mutual TLS: a CA, and certificates by it, each
 * with its key.
 */
#ifndef COUNTERSIGN_TESTS_CREDENTIALS_H
#define COUNTERSIGN_TESTS_CREDENTIALS_H

#include <stdbool.h>

struct authority;

/* A new CA whose certificate stands in FOLDER/NAME.pem; it lives on `mem`. */
struct authority *authority_new(void *mem, const char *folder, const char *name);

struct credential {
    const char *name;    /* FOLDER/NAME.pem and NAME-key.pem */
    const char *purpose; /* "clientAuth", "serverAuth" */
    const char *alt;     /* subjectAltName, "IP:127.0.0.1"; NULL: none */
    bool expired;
};

/* Writes a certificate and its key. */
void authority_issue(struct authority *authority, const struct credential *credential);

/* FOLDER/NAME.pem, and its text, on the authority's mem. */
const char *authority_file(const struct authority *authority, const char *name);
const char *authority_text(const struct authority *authority, const char *name);

/* Removes a folder with all files in it. */
void credentials_remove(const char *folder);

#endif
