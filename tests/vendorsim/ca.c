/* ca - see ca.h. */
#include "tests/vendorsim/ca.h"

#include <ctype.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/address.h"
#include "base/b64url.h"
#include "base/cert.h"
#include "base/cert_parts.h"
#include "base/key.h"
#include "base/mem.h"
#include "base/pkcs10.h"
#include "base/signature.h"

#define FROM_S 1577836800 /* 2020-01-01 */
#define TILL_S 2524608000 /* 2050-01-01 */

#define CSR_MAX         32768
#define NAMES_MAX       1000
#define COMMON_NAME_MAX 64 /* RFC 5280, appendix A.1 */

struct ca {
    struct state *state;
    struct cert_issuer *issuer;
    const char *root_pem, *intermediate_pem, *intermediate_name;
};

/* The CA itself. */

static const char *part(struct state *state, const char *name)
{
    return json_string_value(json_object_get(state_get(state, "ca", "ca"), name));
}

/* Root, intermediate and the intermediate's key into the state; the root's key is not needed again.
 */
static enum err_code make_ca(
    struct state *state, const char *root_name, const char *intermediate_name, struct err *e)
{
    void *mem = mem_new(NULL, char);
    struct key *root_key = key_generate(mem, KEY_P256, 0), *key = key_generate(mem, KEY_P256, 0);
    struct cert_ca_options options = {root_name, "Simulated vendor", FROM_S, TILL_S};
    struct cert_issuer *root;
    char *root_pem, *pem;

    e->code = ERR_OK;
    if (cert_make_ca(mem, NULL, root_key, &options, &root_pem, e) != ERR_OK)
        goto out;
    root = cert_issuer_new(mem, root_pem, key_to_pem(mem, root_key), e);
    if (root == NULL)
        goto out;
    options.common_name = intermediate_name;
    if (cert_make_ca(mem, root, key, &options, &pem, e) != ERR_OK)
        goto out;
    state_put(state, "ca", "ca",
        json_pack("{s:s,s:s,s:s,s:s}", "root", root_pem, "intermediate", pem, "key",
            key_to_pem(mem, key), "name", intermediate_name));
out:
    mem_free(mem);
    return e->code;
}

struct ca *ca_open(void *mem, struct state *state, const char *root_name,
    const char *intermediate_name, struct err *e)
{
    struct ca *ca;

    if (state_get(state, "ca", "ca") == NULL &&
        make_ca(state, root_name, intermediate_name, e) != ERR_OK)
        return NULL;
    ca = mem_new(mem, struct ca);
    ca->state = state;
    ca->root_pem = mem_strdup(ca, part(state, "root"));
    ca->intermediate_pem = mem_strdup(ca, part(state, "intermediate"));
    ca->intermediate_name = mem_strdup(ca, part(state, "name"));
    ca->issuer = cert_issuer_new(ca, ca->intermediate_pem, part(state, "key"), e);
    if (ca->issuer != NULL)
        return ca;
    mem_free(ca);
    return NULL;
}

const char *ca_root_pem(const struct ca *ca)
{
    return ca->root_pem;
}

const char *ca_intermediate_pem(const struct ca *ca)
{
    return ca->intermediate_pem;
}

const char *ca_intermediate_name(const struct ca *ca)
{
    return ca->intermediate_name;
}

/* Leafs. */

static size_t put_names(const struct ca_leaf *leaf, struct cert_name names[NAMES_MAX])
{
    struct address address;
    size_t len;

    for (len = 0; len < NAMES_MAX && leaf->names[len] != NULL; len++)
        names[len] = (struct cert_name){strchr(leaf->names[len], '@') != NULL ? CERT_NAME_EMAIL
                                        : address_parse(leaf->names[len], &address) ? CERT_NAME_IP
                                                                                    : CERT_NAME_DNS,
            leaf->names[len]};
    return len;
}

static enum err_code sign(void *mem, struct cert_issuer *issuer, const struct ca_leaf *leaf,
    const char *serial, char **pem, struct err *e)
{
    struct cert_name names[NAMES_MAX];
    struct cert_leaf signs = {.spki = leaf->spki,
        .names = names,
        .common_name = leaf->common_name,
        .not_before_s = leaf->not_before_s,
        .not_after_s = leaf->not_after_s};
    struct bytes der;
    unsigned octet;

    for (size_t i = 0; i < CERT_SERIAL_LEN; i++) {
        if (sscanf(serial + 2 * i, "%2X", &octet) != 1)
            return err_set(e, ERR_INPUT, "%s is no serial number", serial);
        signs.serial[i] = (uint8_t)octet;
    }
    signs.names_len = put_names(leaf, names);
    if (signs.names_len > 0 && names[0].type == CERT_NAME_EMAIL) {
        signs.purpose = CERT_FOR_MAIL;
        signs.mail_use = CERT_MAIL_BOTH;
    }
    if (cert_sign_leaf(mem, issuer, &signs, &der, e) != ERR_OK)
        return e->code;
    *pem = cert_pem(mem, "CERTIFICATE", der);
    return ERR_OK;
}

/* Strings of a JSON list as a list that ends with NULL. */
static const char **strings(void *mem, const json_t *list)
{
    size_t len = json_array_size(list);
    const char **names = mem_new_array(mem, const char *, len + 1);

    for (size_t i = 0; i < len; i++)
        names[i] = json_string_value(json_array_get(list, i));
    return names;
}

static void read_leaf(void *mem, const json_t *kept, struct ca_leaf *out)
{
    *out = (struct ca_leaf){.common_name = json_string_value(json_object_get(kept, "common_name")),
        .names = strings(mem, json_object_get(kept, "names")),
        .not_before_s = json_integer_value(json_object_get(kept, "not_before_s")),
        .not_after_s = json_integer_value(json_object_get(kept, "not_after_s"))};
    b64url_decode(mem, bytes_of(json_string_value(json_object_get(kept, "spki"))), &out->spki);
}

static json_t *leaf_json(const struct ca_leaf *leaf)
{
    char *spki = b64url_encode(NULL, leaf->spki);
    json_t *names = json_array(), *kept;

    for (const char *const *name = leaf->names; *name != NULL; name++)
        json_array_append_new(names, json_string(*name));
    kept = json_pack("{s:s*,s:o,s:s,s:I,s:I}", "common_name", leaf->common_name, "names", names,
        "spki", spki, "not_before_s", (json_int_t)leaf->not_before_s, "not_after_s",
        (json_int_t)leaf->not_after_s);
    mem_free(spki);
    return kept;
}

static void new_serial(char serial[CA_SERIAL_SIZE])
{
    uint8_t number[CERT_SERIAL_LEN];

    cert_serial_new(number);
    hex_encode(number, sizeof number, serial);
    for (char *at = serial; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
}

/* Those that no certificate can carry are refused now, not when it is signed. */
static enum err_code check_names(const struct ca_leaf *leaf, struct err *e)
{
    void *mem = mem_new(NULL, char);
    struct cert_name *names = mem_new_array(mem, struct cert_name, NAMES_MAX);
    struct cert_leaf carries = {.names = names, .names_len = put_names(leaf, names)};
    struct buf scratch;

    buf_init(&scratch, mem, 1024 * 1024);
    e->code = ERR_OK;
    if (carries.names_len == 0)
        err_set(e, ERR_INPUT, "a certificate needs a name");
    else if (leaf->common_name != NULL && strlen(leaf->common_name) > COMMON_NAME_MAX)
        err_set(e, ERR_INPUT, "a common name has at most %d characters", COMMON_NAME_MAX);
    else
        cert_put_subject_alt_name(&scratch, &carries, e);
    mem_free(mem);
    return e->code;
}

enum err_code ca_issue(
    struct ca *ca, const struct ca_leaf *leaf, char serial[CA_SERIAL_SIZE], struct err *e)
{
    if (check_names(leaf, e) != ERR_OK)
        return e->code;
    new_serial(serial);
    state_put(ca->state, "leaf", serial, leaf_json(leaf));
    return ERR_OK;
}

/* The certificate as it was issued; signed now if it has not been. */
static const char *leaf_pem(struct ca *ca, const char *serial, struct err *e)
{
    json_t *kept = state_get(ca->state, "leaf", serial);
    struct ca_leaf leaf;
    void *mem;
    char *pem;

    if (kept == NULL) {
        err_set(e, ERR_NOT_FOUND, "there is no certificate with the serial number %s", serial);
        return NULL;
    }
    if (json_object_get(kept, "pem") == NULL) {
        mem = mem_new(NULL, char);
        read_leaf(mem, kept, &leaf);
        if (sign(mem, ca->issuer, &leaf, serial, &pem, e) == ERR_OK) {
            json_object_set_new(kept, "pem", json_string(pem));
            state_touch(ca->state, "leaf", serial);
        }
        mem_free(mem);
    }
    return json_string_value(json_object_get(kept, "pem"));
}

struct bytes ca_spki(void *mem, struct ca *ca, const char *serial)
{
    json_t *kept = state_get(ca->state, "leaf", serial);
    struct bytes spki = {0};

    if (kept != NULL)
        b64url_decode(mem, bytes_of(json_string_value(json_object_get(kept, "spki"))), &spki);
    return spki;
}

char *ca_pem_thumbprint(void *mem, const char *pem)
{
    void *scratch = mem_new(NULL, char);
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned digest_len = 0;
    struct err e = {0};
    struct bytes *ders;
    size_t len;
    char *text = NULL;

    if (cert_pem_read(scratch, pem, &ders, &len, &e) == ERR_OK) {
        EVP_Digest(ders[0].data, ders[0].len, digest, &digest_len, EVP_sha1(), NULL);
        text = mem_alloc(mem, 2 * digest_len + 1, "thumbprint");
        hex_encode(digest, digest_len, text);
        for (char *at = text; *at != '\0'; at++)
            *at = (char)toupper((unsigned char)*at);
    }
    mem_free(scratch);
    return text;
}

char *ca_thumbprint(void *mem, struct ca *ca, const char *serial)
{
    struct err e = {0};
    const char *pem = leaf_pem(ca, serial, &e);

    return pem == NULL ? NULL : ca_pem_thumbprint(mem, pem);
}

/* What goes wrong when a fault asks for it. */

static enum err_code spoil_leaf(
    void *mem, struct ca *ca, const char *serial, enum ca_spoil spoil, char **pem, struct err *e)
{
    struct ca_leaf leaf;
    const char **names;
    size_t len = 0;

    read_leaf(mem, state_get(ca->state, "leaf", serial), &leaf);
    if (spoil == CA_WRONG_KEY) {
        leaf.spki = key_spki(mem, key_generate(mem, KEY_P256, 0));
    } else {
        names = strings(mem, json_object_get(state_get(ca->state, "leaf", serial), "names"));
        while (names[len] != NULL)
            len++;
        names[len - 1] = len == 1 ? "another-name.example" : NULL;
        leaf.names = names;
        leaf.common_name = names[0];
    }
    return sign(mem, ca->issuer, &leaf, serial, pem, e);
}

static enum err_code other_intermediate(void *mem, struct ca *ca, char **pem, struct err *e)
{
    struct cert_ca_options options = {ca->intermediate_name, "Simulated vendor", FROM_S, TILL_S};

    return cert_make_ca(mem, NULL, key_generate(mem, KEY_P256, 0), &options, pem, e);
}

enum err_code ca_chain(void *mem, struct ca *ca, const char *serial, enum ca_spoil spoil,
    struct ca_chain *out, struct err *e)
{
    const char *pem = leaf_pem(ca, serial, e);

    if (pem == NULL)
        return e->code;
    *out = (struct ca_chain){.leaf = mem_strdup(mem, pem),
        .intermediate = mem_strdup(mem, ca->intermediate_pem),
        .root = mem_strdup(mem, ca->root_pem)};
    switch (spoil) {
    case CA_RIGHT:
        break;
    case CA_WRONG_KEY:
    case CA_MISSING_NAME:
        return spoil_leaf(mem, ca, serial, spoil, &out->leaf, e);
    case CA_BAD_CHAIN:
        return other_intermediate(mem, ca, &out->intermediate, e);
    }
    return ERR_OK;
}

/* CSRs. */

/* The base64 of a PEM block, or of a text that is nothing else. */
bool ca_csr_der(void *mem, const char *text, struct bytes *der)
{
    const char *begin = strstr(text, "-----BEGIN "), *end;
    char *digits = mem_alloc(mem, strlen(text) + 1, "csr");
    uint8_t *out;
    size_t len = 0;
    int got, padding = 0;

    if (begin != NULL) {
        begin = strstr(begin + strlen("-----BEGIN "), "-----");
        text = begin == NULL ? "" : begin + 5;
    }
    end = strstr(text, "-----END ");
    for (; *text != '\0' && text != end; text++)
        if (!isspace((unsigned char)*text))
            digits[len++] = *text;
    for (size_t i = len; i > 0 && digits[i - 1] == '='; i--)
        padding++;
    if (len == 0 || len % 4 != 0 || len > CSR_MAX || padding > 2)
        return false;
    out = mem_alloc(mem, len, "csr");
    got = EVP_DecodeBlock(out, (const unsigned char *)digits, (int)len);
    *der = (struct bytes){out, (size_t)(got - padding)};
    return got > padding;
}

static bool key_is_usual(const struct key *key)
{
    enum key_type type = key_type(key);

    return type == KEY_RSA || type == KEY_P256 || type == KEY_P384;
}

enum err_code ca_read_csr(
    void *mem, const char *text, struct bytes *spki, bool *key_ok, struct err *e)
{
    const struct signature_scheme *scheme;
    struct pkcs10 csr;
    struct bytes der;
    struct key *key;

    if (!ca_csr_der(mem, text, &der) || !pkcs10_read(der, &csr))
        return err_set(e, ERR_INPUT, "this is no certification request");
    *spki = bytes_copy(mem, csr.spki);
    *key_ok = false;
    key = key_from_spki(mem, csr.spki, e);
    if (key == NULL) /* too weak to be looked at: whether it signs itself does not matter */
        return ERR_OK;
    scheme = signature_scheme_read(csr.algorithm);
    if (scheme == NULL || !signature_verify(scheme, key, csr.info, csr.signature))
        return err_set(e, ERR_INPUT, "the request is not signed by its own key");
    *key_ok = key_is_usual(key);
    return ERR_OK;
}
