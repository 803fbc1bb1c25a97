/* digicert_download - certificates in the formats of section 16. */
#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/digicert_calls.h"
#include "tests/vendorsim/digicert_certificate.h"
#include "tests/vendorsim/digicert_json.h"
#include "tests/vendorsim/pack.h"

#define TYPE_PEM   "application/x-pem-file"
#define TYPE_PKCS7 "application/x-pkcs7-certificates"
#define TYPE_ZIP   "application/zip"

enum part { LEAF = 1, INTERMEDIATE = 2, ROOT = 4 };
enum packing { BUNDLE, PKCS7, ZIP };

static const struct {
    const char *name;
    int parts;
    enum packing packing;
    const char *type, *extension;
} formats[] = {
    {"pem_all", LEAF | INTERMEDIATE | ROOT, BUNDLE, TYPE_PEM, NULL},
    {"pem_noroot", LEAF | INTERMEDIATE, BUNDLE, TYPE_PEM, NULL},
    {"pem_nointermediate", LEAF | ROOT, BUNDLE, TYPE_PEM, NULL},
    {"crt", LEAF, BUNDLE, TYPE_PEM, NULL},
    {"pem", LEAF, BUNDLE, TYPE_PEM, NULL},
    {"p7b", LEAF | INTERMEDIATE | ROOT, PKCS7, TYPE_PKCS7, NULL},
    {"cer", LEAF | INTERMEDIATE | ROOT, PKCS7, TYPE_PKCS7, NULL},
    {"default", LEAF | INTERMEDIATE | ROOT, ZIP, TYPE_ZIP, "crt"},
    {"default_cer", LEAF | INTERMEDIATE | ROOT, ZIP, TYPE_ZIP, "cer"},
    {"default_pem", LEAF | INTERMEDIATE | ROOT, ZIP, TYPE_ZIP, "pem"},
    {"apache", LEAF | INTERMEDIATE, ZIP, TYPE_ZIP, "crt"},
};

/* What the known defect makes of it: any certificate of an order comes as its first (9.3). */
static const json_t *handed_out(const struct call *call, const json_t *certificate)
{
    const json_t *order = digicert_get(call->dc, ORDER, row_int(certificate, "order"));
    const json_t *first = certificate_of(call->dc, order, 0);

    return sim_bool(call->dc->sim, "same_pem") && row_text(first, "serial") != NULL ? first
                                                                                    : certificate;
}

/* The chain; false: the call was refused, since the certificate was not issued. */
static bool read_chain(struct call *call, const json_t *certificate, struct ca_chain *chain)
{
    const char *serial = row_text(certificate, "serial");
    struct err e = {0};

    if (serial != NULL)
        serial = row_text(handed_out(call, certificate), "serial");
    if (serial != NULL && ca_chain(call->request, sim_ca(call->dc->sim), serial,
                              sim_spoil(call->request), chain, &e) == ERR_OK)
        return true;
    call_refuse_with(call, 400, "cert_unavailable_processing",
        "Unable to download certificate, the certificate has not yet been issued.  Try back in a "
        "bit.");
    return false;
}

static void download(struct call *call, const json_t *certificate, size_t format)
{
    struct pack_file files[3];
    const char *extension = formats[format].extension;
    struct ca_chain chain;
    struct bytes body = {0};
    size_t len = 0;

    if (!read_chain(call, certificate, &chain))
        return;
    if (formats[format].parts & LEAF)
        files[len++] = (struct pack_file){"certificate", chain.leaf};
    if (formats[format].parts & INTERMEDIATE)
        files[len++] = (struct pack_file){"intermediate", chain.intermediate};
    if (formats[format].parts & ROOT)
        files[len++] = (struct pack_file){"root", chain.root};
    switch (formats[format].packing) {
    case BUNDLE:
        body = pack_bundle(call->request, files, len);
        break;
    case PKCS7:
        body = pack_pkcs7(call->request, files, len);
        break;
    case ZIP:
        body = pack_zip(call->request, files, len, extension);
        break;
    }
    sim_answer_bytes(call->request, 200, formats[format].type, body);
}

static void download_as(struct call *call, const json_t *certificate, const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0) {
            download(call, certificate, i);
            return;
        }
    call_refuse_with(call, 404, "not_found|format", "The format is not known.");
}

void certificate_download(struct call *call)
{
    json_t *certificate = call_certificate(call, call->args[0]);

    if (certificate != NULL)
        download_as(call, certificate, call->args[1]);
}

void certificate_download_platform(struct call *call)
{
    json_t *certificate = call_certificate(call, call->args[0]);

    /* Of the platforms only one is known: 29 is pem_all. */
    if (certificate != NULL)
        download_as(call, certificate,
            call->args[1] != NULL && strcmp(call->args[1], "29") == 0 ? "pem_all" : "default");
}

void order_download(struct call *call)
{
    json_t *order = call_order(call, call->args[0]);

    if (order != NULL)
        download_as(call, order_primary(call->dc, order), call->args[1]);
}

void certificate_chain_get(struct call *call)
{
    json_t *certificate = call_certificate(call, call->args[0]);
    struct ca_chain chain;

    if (certificate != NULL && read_chain(call, certificate, &chain))
        call_answer(call, 200,
            json_pack("{s:o}", "intermediates",
                chain_json(call->dc, handed_out(call, certificate), sim_spoil(call->request))));
}
