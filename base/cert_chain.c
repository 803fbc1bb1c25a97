/* cert_chain - see cert_chain.h. */
#include "base/cert_chain.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include "base/cert.h"
#include "base/clock.h"
#include "base/der.h"
#include "base/key.h"
#include "base/mem.h"
#include "base/signature.h"

#define CERTIFICATES_MAX 16 /* of a chain; the longest in use have 5 */

/* Signatures. */

/* By keys and algorithms that are rare (RSASSA-PSS, very long keys), which OpenSSL knows. */
static bool openssl_verifies(struct bytes child, struct bytes parent)
{
    const unsigned char *at = child.data, *parent_at = parent.data;
    X509 *subject = d2i_X509(NULL, &at, (long)child.len);
    X509 *issuer = d2i_X509(NULL, &parent_at, (long)parent.len);
    bool verifies =
        subject != NULL && issuer != NULL && X509_verify(subject, X509_get0_pubkey(issuer)) == 1;

    X509_free(subject);
    X509_free(issuer);
    ERR_clear_error();
    return verifies;
}

/* Making a key from its numbers takes a sixth of the time that OpenSSL needs for a certificate
 * (base/key.h). */
static bool is_signed_by(struct bytes child_der, const struct cert_info *child,
    struct bytes parent_der, const struct cert_info *parent)
{
    const struct signature_scheme *scheme = signature_scheme_read(child->algorithm);
    void *mem = mem_pool(NULL, 1024);
    struct err unread = {0};
    struct key *key = scheme == NULL ? NULL : key_from_spki(mem, parent->spki, &unread);
    bool is = key != NULL ? signature_verify(scheme, key, child->signed_part, child->signature)
                          : openssl_verifies(child_der, parent_der);

    mem_free(mem);
    return is;
}

bool cert_chain_is_self_signed(struct bytes der)
{
    struct cert_info info;
    struct err unread = {0};

    return cert_read(der, &info, &unread) == ERR_OK &&
           bytes_equal(info.issuer_name, info.subject_name) && is_signed_by(der, &info, der, &info);
}

/* Links. */

/* A key identifier tells apart the keys that a CA has had under one name; what lacks one fits any.
 */
static bool key_ids_fit(const struct cert_info *child, const struct cert_info *parent)
{
    struct bytes value, ski;

    if (child->aki.len == 0 || !cert_find_extension(parent, NID_subject_key_identifier, &value) ||
        !der_take(&value, DER_OCTET_STRING, &ski))
        return true;
    return bytes_equal(child->aki, ski);
}

/* basicConstraints with CA:TRUE; *path_len is -1 if it sets no limit. */
static bool is_ca(const struct cert_info *info, int *path_len)
{
    struct bytes value, constraints, ca, number;

    *path_len = -1;
    if (!cert_find_extension(info, NID_basic_constraints, &value) ||
        !der_take(&value, DER_SEQUENCE, &constraints) ||
        !der_take(&constraints, DER_BOOLEAN, &ca) || ca.len != 1 || ca.data[0] == 0)
        return false;
    if (der_take_integer(&constraints, &number))
        *path_len = number.len == 1 && number.data[0] < 0x80 ? number.data[0] : CERTIFICATES_MAX;
    return true;
}

/* Without the extension a key may be used for anything. */
static bool may_sign_certificates(const struct cert_info *info)
{
    struct bytes value, bits;

    if (!cert_find_extension(info, NID_key_usage, &value))
        return true;
    return der_take(&value, DER_BIT_STRING, &bits) && bits.len > 1 && (bits.data[1] & 0x04) != 0;
}

/* The CA certificates that count for the length of the path: a CA's own for another key of its do
 * not (RFC 5280, 4.2.1.9). */
static int count_authorities(const struct cert_info *infos, size_t len)
{
    int count = 0, path_len;

    for (size_t i = 0; i < len; i++)
        count += is_ca(&infos[i], &path_len) &&
                 !bytes_equal(infos[i].issuer_name, infos[i].subject_name);
    return count;
}

/* ders[i] by ders[i + 1] */
static enum err_code check_link(
    const struct bytes *ders, const struct cert_info *infos, size_t i, struct err *e)
{
    const struct cert_info *child = &infos[i], *parent = &infos[i + 1];
    int path_len;

    if (!bytes_equal(child->issuer_name, parent->subject_name) || !key_ids_fit(child, parent) ||
        !is_signed_by(ders[i], child, ders[i + 1], parent))
        return err_set(e, ERR_INPUT,
            "certificate %zu of the chain was not issued by the one after it; the order is issuing "
            "certificate first, root last",
            i + 1);
    if (!is_ca(parent, &path_len) || !may_sign_certificates(parent))
        return err_set(e, ERR_INPUT,
            "certificate %zu of the chain is not a CA's (basicConstraints CA, keyUsage "
            "keyCertSign), yet it is to have issued the one before it",
            i + 2);
    if (path_len >= 0 && count_authorities(infos, i + 1) > path_len)
        return err_set(e, ERR_INPUT,
            "certificate %zu of the chain allows no more than %d CA certificates below it", i + 2,
            path_len);
    return ERR_OK;
}

enum err_code cert_chain_check_links(const struct bytes *ders, size_t len, struct err *e)
{
    struct cert_info infos[CERTIFICATES_MAX];
    struct err why = {0};

    if (len > CERTIFICATES_MAX)
        return err_set(e, ERR_INPUT, "the chain has more than %d certificates", CERTIFICATES_MAX);
    for (size_t i = 0; i < len; i++)
        if (cert_read(ders[i], &infos[i], &why) != ERR_OK)
            return err_set(
                e, ERR_INPUT, "certificate %zu of the chain cannot be read: %s", i + 1, why.detail);
    for (size_t i = 0; i + 1 < len; i++)
        if (check_link(ders, infos, i, e) != ERR_OK)
            return e->code;
    return ERR_OK;
}

/* The leafs name their issuer by subject and key identifier. */
static enum err_code check_same_authority(
    const struct cert_info *issuer, const struct cert_info *other, struct err *e)
{
    struct bytes id, other_id;

    if (!bytes_equal(issuer->subject_name, other->subject_name))
        return err_set(e, ERR_INPUT,
            "the first certificate is not for the issuing CA: its subject is another");
    if (!bytes_equal(issuer->spki, other->spki))
        return err_set(e, ERR_INPUT,
            "the first certificate has the issuing CA's name, but another key than the issuing "
            "CA's, so it did not sign its leafs");
    if (cert_find_extension(issuer, NID_subject_key_identifier, &id) &&
        cert_find_extension(other, NID_subject_key_identifier, &other_id) &&
        !bytes_equal(id, other_id))
        return err_set(e, ERR_INPUT,
            "the first certificate has another subjectKeyIdentifier than the issuing CA's, which "
            "its leafs name as their issuer's");
    return ERR_OK;
}

enum err_code cert_chain_check_alternate(
    struct bytes issuer_der, const struct bytes *ders, size_t len, struct err *e)
{
    struct cert_info issuer, first;
    int path_len;

    if (cert_read(issuer_der, &issuer, e) != ERR_OK || cert_read(ders[0], &first, e) != ERR_OK ||
        check_same_authority(&issuer, &first, e) != ERR_OK)
        return e->code;
    if (!is_ca(&first, &path_len) || !may_sign_certificates(&first))
        return err_set(e, ERR_INPUT,
            "the first certificate may not sign certificates (basicConstraints CA, keyUsage "
            "keyCertSign)");
    return cert_chain_check_links(ders, len, e);
}

enum err_code cert_chain_check_dates(
    const struct bytes *ders, size_t len, int64_t now_s, struct err *e)
{
    char date[CLOCK_RFC3339_SIZE];
    struct cert_info info;

    for (size_t i = 0; i < len; i++) {
        if (cert_read(ders[i], &info, e) != ERR_OK)
            return e->code;
        clock_format(now_s > info.not_after_s ? info.not_after_s : info.not_before_s, date);
        if (now_s > info.not_after_s)
            return err_set(
                e, ERR_INPUT, "certificate %zu of the chain has expired (%s)", i + 1, date);
        if (now_s < info.not_before_s)
            return err_set(
                e, ERR_INPUT, "certificate %zu of the chain is not valid before %s", i + 1, date);
    }
    return ERR_OK;
}

char *cert_chain_pem(void *mem, const struct bytes *ders, size_t len)
{
    char *text = mem_strdup(mem, "");

    if (len > 1 && cert_chain_is_self_signed(ders[len - 1]))
        len--;
    for (size_t i = 0; i < len; i++)
        text = mem_printf(mem, "%s%s", text, cert_pem(mem, "CERTIFICATE", ders[i]));
    return text;
}
