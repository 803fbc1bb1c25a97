/* tencent_download - an issued certificate as a ZIP archive (8.10). */
#include <string.h>

#include <openssl/evp.h>

#include "base/mem.h"
#include "tests/vendorsim/pack.h"
#include "tests/vendorsim/tencent_calls.h"
#include "tests/vendorsim/tencent_certificate.h"

#define FILES_MAX 8

/* Standard base64, on `mem`. */
static char *base64(void *mem, struct bytes data)
{
    char *text = mem_alloc(mem, (data.len + 2) / 3 * 4 + 1, "base64");

    EVP_EncodeBlock((unsigned char *)text, data.data, (int)data.len);
    return text;
}

/* Names of files begin with the domain, in which a star is no letter. */
static char *file_stem(void *mem, const json_t *certificate)
{
    const json_t *names = json_object_get(certificate, "names");
    char *stem = mem_strdup(mem, json_string_value(json_array_get(names, 0)));

    if (stem[0] == '*')
        stem[0] = '_';
    return stem;
}

static struct bytes archive(void *mem, const json_t *certificate, const struct ca_chain *chain)
{
    const char *stem = file_stem(mem, certificate), *key = row_text(certificate, "key");
    struct pack_file files[FILES_MAX];
    size_t len = 0;

    files[len++] =
        (struct pack_file){mem_printf(mem, "%s.csr", stem), row_text(certificate, "csr")};
    files[len++] = (struct pack_file){mem_printf(mem, "Nginx/1_%s_bundle.crt", stem),
        mem_printf(mem, "%s%s", chain->leaf, chain->intermediate)};
    if (key != NULL)
        files[len++] = (struct pack_file){mem_printf(mem, "Nginx/2_%s.key", stem), key};
    files[len++] = (struct pack_file){"Apache/1_root_bundle.crt", chain->intermediate};
    files[len++] = (struct pack_file){mem_printf(mem, "Apache/2_%s.crt", stem), chain->leaf};
    if (key != NULL)
        files[len++] = (struct pack_file){mem_printf(mem, "Apache/3_%s.key", stem), key};
    return pack_zip(mem, files, len, NULL);
}

json_t *tc_download_certificate(struct tc_call *call, struct tc_refusal *why)
{
    const json_t *certificate = tc_call_certificate(call, "CertificateId", why);
    void *mem = call->request;
    struct ca_chain chain;
    struct err e = {0};

    if (certificate == NULL)
        return NULL;
    if (tc_status_shown(call->tc, certificate) != TC_ISSUED) {
        tc_refuse(
            why, "FailedOperation.InvalidCertificateStatusCode", "The certificate is not issued.");
        return NULL;
    }
    if (row_text(certificate, "serial") == NULL ||
        ca_chain(mem, sim_ca(call->tc->sim), row_text(certificate, "serial"),
            sim_spoil(call->request), &chain, &e) != ERR_OK) {
        tc_refuse(why, "FailedOperation.CertificateInvalid", "There is nothing to download.");
        return NULL;
    }
    return json_pack("{s:s,s:s}", "Content", base64(mem, archive(mem, certificate, &chain)),
        "ContentType", "application/zip");
}

/* The address is of nowhere: what lies there is the ZIP of DownloadCertificate. */
json_t *tc_describe_download_url(struct tc_call *call, struct tc_refusal *why)
{
    static const char types[] = " nginx tomcat apache iis jks other root ";
    const json_t *certificate = tc_call_certificate(call, "CertificateId", why);
    const char *type = row_text(call->body, "ServiceType"), *stem;
    char *word;

    if (certificate == NULL)
        return NULL;
    type = type == NULL ? "nginx" : type;
    word = mem_printf(call->request, " %s ", type);
    if (strstr(types, word) == NULL) {
        tc_refuse(why, "FailedOperation.CertificateDownloadServiceTypeNotSupport",
            "There is no such server type.");
        return NULL;
    }
    if (tc_status_shown(call->tc, certificate) != TC_ISSUED) {
        tc_refuse(why, "FailedOperation.CertificateStatusNotAllowDownload",
            "The certificate is not issued.");
        return NULL;
    }
    stem = file_stem(call->request, certificate);
    return json_pack("{s:s,s:s}", "DownloadCertificateUrl",
        mem_printf(call->request, "https://download.sim.invalid/%s_%s.zip", stem, type),
        "DownloadFilename", mem_printf(call->request, "%s_%s.zip", stem, type));
}
