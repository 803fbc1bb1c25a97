/* cert - the half of cert.h that reads: certificates as DER, and PEM. What signs is in
 * cert_issuer.c. */
#include "base/cert.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/der.h"
#include "base/mem.h"

static bool take_extension(struct bytes *extensions, int *nid, struct bytes *value)
{
    struct bytes extension, boolean;

    if (!der_take(extensions, DER_SEQUENCE, &extension) || !der_take_oid(&extension, nid))
        return false;
    if (der_is_next(extension, DER_BOOLEAN) && !der_take(&extension, DER_BOOLEAN, &boolean))
        return false;
    return der_take(&extension, DER_OCTET_STRING, value) && extension.len == 0;
}

bool cert_find_extension(const struct cert_info *info, int nid, struct bytes *value)
{
    struct bytes rest = info->extensions;
    int found;

    while (take_extension(&rest, &found, value))
        if (found == nid)
            return true;
    return false;
}

/* The authority's key identifier, if there is one; false if the extension or the list is not DER.
 */
static bool take_authority_key_id(struct bytes extensions, struct bytes *aki)
{
    struct bytes value, sequence;
    int nid;

    while (extensions.len > 0) {
        if (!take_extension(&extensions, &nid, &value))
            return false;
        if (nid != NID_authority_key_identifier)
            continue;
        if (!der_take(&value, DER_SEQUENCE, &sequence) || value.len != 0)
            return false;
        if (der_is_next(sequence, DER_CONTEXT(0)) && !der_take(&sequence, DER_CONTEXT(0), aki))
            return false;
    }
    return true;
}

/* Reads TBSCertificate's content (RFC 5280, 4.1); the algorithm is handed out to be held against
 * the outer one. */
static bool read_tbs(struct bytes tbs, struct cert_info *out, struct bytes *algorithm)
{
    static const uint8_t v3[] = {DER_INTEGER, 1, 2};
    struct bytes version, validity, outer, unique_id;

    if (!der_take(&tbs, DER_CONTEXT_CONSTRUCTED(0), &version) ||
        !bytes_equal(version, (struct bytes){v3, sizeof v3}) ||
        !der_take_integer(&tbs, &out->serial) || !der_take_whole(&tbs, DER_SEQUENCE, algorithm) ||
        !der_take_whole(&tbs, DER_SEQUENCE, &out->issuer_name) ||
        !der_take(&tbs, DER_SEQUENCE, &validity) || !der_take_time(&validity, &out->not_before_s) ||
        !der_take_time(&validity, &out->not_after_s) || validity.len != 0 ||
        !der_take_whole(&tbs, DER_SEQUENCE, &out->subject_name) ||
        !der_take_whole(&tbs, DER_SEQUENCE, &out->spki))
        return false;
    for (int i = 1; i <= 2; i++)
        if (der_is_next(tbs, DER_CONTEXT(i)) && !der_take(&tbs, DER_CONTEXT(i), &unique_id))
            return false;
    return der_take(&tbs, DER_CONTEXT_CONSTRUCTED(3), &outer) && tbs.len == 0 &&
           der_take(&outer, DER_SEQUENCE, &out->extensions) && outer.len == 0 &&
           take_authority_key_id(out->extensions, &out->aki);
}

enum err_code cert_read(struct bytes der, struct cert_info *out, struct err *e)
{
    struct bytes whole, signed_part, tbs, inner, algorithm;

    *out = (struct cert_info){0};
    if (!der_take(&der, DER_SEQUENCE, &whole) ||
        !der_take_whole(&whole, DER_SEQUENCE, &out->signed_part) ||
        !der_take_whole(&whole, DER_SEQUENCE, &algorithm) ||
        !der_take_bits(&whole, &out->signature) || whole.len != 0)
        return err_set(e, ERR_INPUT, "this is not an X.509 v3 certificate in DER form");
    signed_part = out->signed_part;
    der_take(&signed_part, DER_SEQUENCE, &tbs);
    if (!read_tbs(tbs, out, &inner) || !bytes_equal(inner, algorithm))
        return err_set(e, ERR_INPUT, "this is not an X.509 v3 certificate in DER form");
    der_take(&algorithm, DER_SEQUENCE, &out->algorithm);
    if (der.len != 0)
        return err_set(e, ERR_INPUT, "bytes follow the certificate");
    return ERR_OK;
}

/* PEM (RFC 7468). */

#define PEM_LINE 48 /* octets that make 64 characters */

char *cert_pem(void *mem, const char *label, struct bytes der)
{
    unsigned char line[4 * (PEM_LINE / 3) + 1];
    struct buf b;

    buf_init(&b, mem, 128 + 2 * strlen(label) + der.len * 2);
    buf_addf(&b, "-----BEGIN %s-----\n", label);
    for (size_t at = 0; at < der.len; at += PEM_LINE) {
        size_t len = der.len - at < PEM_LINE ? der.len - at : PEM_LINE;

        buf_add(&b, line, (size_t)EVP_EncodeBlock(line, der.data + at, (int)len));
        buf_add_char(&b, '\n');
    }
    buf_addf(&b, "-----END %s-----\n", label);
    BUG_ON(b.overflow);
    return buf_text(&b);
}

/* Blocks of a PEM text. */

static bool is_certificate(const char *label)
{
    return strcmp(label, PEM_STRING_X509) == 0;
}

static bool is_request(const char *label)
{
    return strcmp(label, PEM_STRING_X509_REQ) == 0 || strcmp(label, PEM_STRING_X509_REQ_OLD) == 0;
}

/* Is it whole, in the clear and DER to its end? */
static bool is_whole(const char *header, struct bytes der)
{
    struct der_element element;

    return header[0] == '\0' && der_next(&der, &element) && element.tag == DER_SEQUENCE &&
           der.len == 0;
}

/* Reads the next block of the kind. False at the end and at a broken block, which `broken` tells
 * apart. */
static bool next_block(
    BIO *bio, void *mem, bool (*is_wanted)(const char *label), struct bytes *der, bool *broken)
{
    char *label, *header;
    unsigned char *data;
    long len;
    bool found = false;

    while (!found && !*broken && PEM_read_bio(bio, &label, &header, &data, &len) == 1) {
        found = is_wanted(label);
        *der = (struct bytes){data, (size_t)len};
        *broken = found && !is_whole(header, *der);
        if (found)
            *der = bytes_copy(mem, *der);
        OPENSSL_free(label);
        OPENSSL_free(header);
        OPENSSL_clear_free(data, (size_t)len); /* it may have been a key */
    }
    if (!found && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        *broken = true;
    ERR_clear_error();
    return found && !*broken;
}

enum err_code cert_pem_read(
    void *mem, const char *pem, struct bytes **ders, size_t *len, struct err *e)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    bool broken = false;
    struct bytes der;

    BUG_ON(bio == NULL);
    *ders = NULL;
    *len = 0;
    while (next_block(bio, mem, is_certificate, &der, &broken)) {
        *ders = mem_grow_array(mem, *ders, sizeof der, *len + 1, "struct bytes");
        (*ders)[(*len)++] = der;
    }
    BIO_free(bio);
    if (broken)
        return err_set(e, ERR_INPUT, "certificate %zu in the PEM text is broken", *len + 1);
    if (*len == 0)
        return err_set(
            e, ERR_INPUT, "there is no certificate (-----BEGIN CERTIFICATE-----) in the PEM text");
    return ERR_OK;
}

enum err_code cert_pem_read_request(void *mem, const char *pem, struct bytes *der, struct err *e)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    bool broken = false, found;

    BUG_ON(bio == NULL);
    found = next_block(bio, mem, is_request, der, &broken);
    BIO_free(bio);
    if (broken)
        return err_set(e, ERR_INPUT, "the certificate request in the PEM text is broken");
    return found ? ERR_OK
                 : err_set(e, ERR_INPUT,
                       "there is no certificate request (-----BEGIN CERTIFICATE REQUEST-----) in "
                       "the PEM text");
}
