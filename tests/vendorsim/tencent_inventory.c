/* tencent_inventory - what is written beside a record, and certificates from elsewhere
 * (8.19, 8.21).
 */
#include <string.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/cert.h"
#include "base/mem.h"
#include "tests/vendorsim/names.h"
#include "tests/vendorsim/tencent_calls.h"
#include "tests/vendorsim/tencent_certificate.h"

#define ALIAS_MAX      200
#define LIST_MAX       100
#define UPLOAD_PRODUCT 104 /* a record without a product has the shape of this one */

json_t *tc_modify_certificate_alias(struct tc_call *call, struct tc_refusal *why)
{
    json_t *certificate = tc_call_certificate(call, "CertificateId", why);
    const char *alias = row_text(call->body, "Alias");

    if (certificate == NULL)
        return NULL;
    if (alias != NULL && strlen(alias) > ALIAS_MAX) {
        tc_refuse(
            why, "FailedOperation.InvalidParam", "An alias has at most %d octets.", ALIAS_MAX);
        return NULL;
    }
    row_set_text(certificate, "alias", alias == NULL ? "" : alias);
    tc_certificate_touch(call->tc, certificate);
    return json_pack("{s:s}", "CertificateId", row_text(certificate, "id"));
}

json_t *tc_modify_certificate_project(struct tc_call *call, struct tc_refusal *why)
{
    const json_t *ids = json_object_get(call->body, "CertificateIdList");
    json_t *success = json_array(), *fail = json_array();

    (void)why;
    for (size_t i = 0; i < json_array_size(ids) && i < LIST_MAX; i++) {
        const char *id = json_string_value(json_array_get(ids, i));
        json_t *certificate = tc_certificate_get(call->tc, id);

        if (certificate == NULL || !row_is(certificate, "account", call->account)) {
            array_add_text(fail, id);
            continue;
        }
        row_set_int(certificate, "project", row_int(call->body, "ProjectId"));
        tc_certificate_touch(call->tc, certificate);
        array_add_text(success, id);
    }
    return json_pack("{s:o,s:o}", "SuccessCertificates", success, "FailCertificates", fail);
}

/* Uploading. */

static X509 *read_pem(const char *pem)
{
    BIO *in = BIO_new_mem_buf(pem, -1);
    X509 *certificate = PEM_read_bio_X509(in, NULL, NULL, NULL);

    BIO_free(in);
    return certificate;
}

/* The DNS names of its subjectAltName; a new reference. */
static json_t *names_in(X509 *certificate)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    json_t *list = json_array();

    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

        if (name->type == GEN_DNS)
            json_array_append_new(
                list, json_stringn((const char *)ASN1_STRING_get0_data(name->d.dNSName),
                          (size_t)ASN1_STRING_length(name->d.dNSName)));
    }
    GENERAL_NAMES_free(names);
    return list;
}

static bool key_fits(X509 *certificate, const char *key_pem)
{
    BIO *in = BIO_new_mem_buf(key_pem, -1);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
    bool fits = key != NULL && X509_check_private_key(certificate, key) == 1;

    EVP_PKEY_free(key);
    BIO_free(in);
    return fits;
}

/* The id of a record with the same certificate, or NULL. */
static const char *repeated(const struct tc_call *call, const char *pem)
{
    json_t *all = state_all(call->tc->state, TC_CERTIFICATE), *certificate;
    const char *id;

    json_object_foreach(
        all, id, certificate) if (row_is(certificate, "pem", pem) &&
                                  row_is(certificate, "account", call->account)) return id;
    return NULL;
}

static json_t *add_upload(const struct tc_call *call, X509 *x509, const char *pem)
{
    json_t *certificate =
        tc_certificate_add(call->tc, call->account, UPLOAD_PRODUCT, TC_KIND_UPLOAD);
    struct cert_info info = {0};
    struct bytes *ders;
    struct err e = {0};
    size_t len;

    if (cert_pem_read(call->request, pem, &ders, &len, &e) == ERR_OK)
        cert_read(ders[0], &info, &e);
    row_set_text(certificate, "pem", pem);
    row_set_text(certificate, "key", row_text(call->body, "CertificatePrivateKey"));
    json_object_set_new(certificate, "names", names_in(x509));
    row_set_int(certificate, "status", TC_ISSUED);
    row_set_int(certificate, "issued_s", tc_now(call->tc));
    row_set_int(certificate, "not_before_s", info.not_before_s);
    row_set_int(certificate, "not_after_s", info.not_after_s);
    row_set_int(certificate, "project", row_int(call->body, "ProjectId"));
    if (row_text(call->body, "Alias") != NULL)
        row_set_text(certificate, "alias", row_text(call->body, "Alias"));
    tc_certificate_touch(call->tc, certificate);
    tc_log(call->tc, certificate, "upload");
    return certificate;
}

json_t *tc_upload_certificate(struct tc_call *call, struct tc_refusal *why)
{
    const char *pem = row_text(call->body, "CertificatePublicKey");
    const char *key = row_text(call->body, "CertificatePrivateKey");
    const char *type = row_text(call->body, "CertificateType"), *before = repeated(call, pem);
    X509 *x509 = read_pem(pem);
    json_t *answer = NULL;

    if (x509 == NULL)
        tc_refuse(why, "FailedOperation.CertificateInvalid", "This is no certificate.");
    else if ((type == NULL || strcmp(type, "CA") != 0) && (key == NULL || !key_fits(x509, key)))
        tc_refuse(why, "FailedOperation.CertificateMismatch",
            "Certificate and private key do not belong together.");
    else if (before != NULL && json_is_false(json_object_get(call->body, "Repeatable")))
        answer = json_pack("{s:s,s:s}", "CertificateId", before, "RepeatCertId", before);
    else
        answer = json_pack("{s:s,s:s?}", "CertificateId",
            row_text(add_upload(call, x509, pem), "id"), "RepeatCertId", before);
    X509_free(x509);
    return answer;
}
