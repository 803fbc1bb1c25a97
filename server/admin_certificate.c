/* admin_certificate - see admin_certificate.h. */
#include "server/admin_certificate.h"

#include "acme/renewal.h"
#include "base/cert.h"
#include "base/mem.h"
#include "server/admin_record.h"
#include "store/certificate.h"

enum err_code admin_certificate_prepare_list(struct admin_req *req, struct err *e)
{
    struct listing *wanted = mem_new(req->mem, struct listing);

    req->prepared = wanted;
    return admin_record_read(req, "status", certificate_status_words, wanted, e);
}

static void add_certificate(
    struct json_out *w, const struct admin_req *req, const struct listed_certificate *certificate)
{
    json_add_int(w, "id", certificate->id);
    admin_add_url(w, req, "url", HANDLE_CERTIFICATE, certificate->id);
    json_add_string(w, "status", certificate->status);
    json_add_int(w, "account", certificate->account_id);
    json_add_string(w, "tenant", admin_or_null(certificate->tenant));
    json_add_int(w, "order", certificate->order_id);
    json_add_string(w, "upstream", certificate->upstream);
    admin_add_hex(w, req->mem, "serial", certificate->serial);
    admin_add_identifiers(w, &certificate->identifiers);
    json_add_time(w, "not_before", certificate->not_before_s);
    json_add_time(w, "not_after", certificate->not_after_s);
    json_add_time(w, "revoked", certificate->revoked_s);
}

enum err_code admin_certificate_list(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    const struct listing *prepared = req->prepared;
    struct listing wanted = *prepared;
    struct listed_certificate *list;
    struct admin_page page;
    size_t len;

    wanted.max++;
    if (store_list_certificates(tx, req->mem, &wanted, &list, &len, e) != ERR_OK)
        return e->code;
    admin_page_begin(&page, req, "certificates", prepared->max);
    for (size_t i = 0; i < len && admin_page_has_room(&page); i++) {
        json_open(&page.w, NULL, '{');
        add_certificate(&page.w, req, &list[i]);
        json_close(&page.w, '}');
        admin_page_took(&page, list[i].id);
    }
    return admin_page_end(&page, len, resp, e);
}

/* By number, address or serial. */
static enum err_code find(
    struct admin_req *req, struct store_tx *tx, struct certificate *out, struct err *e)
{
    struct bytes serial;
    int64_t id;

    if (admin_record_find(req, HANDLE_CERTIFICATE, &id, e) == ERR_OK)
        return store_certificate_get(tx, req->mem, id, out, e);
    if (!hex_decode(req->mem, req->rest, &serial))
        return e->code;
    *e = (struct err){0};
    if (store_certificate_by_serial(tx, req->mem, serial, out, e) == ERR_NOT_FOUND)
        return err_set(e, ERR_NOT_FOUND, "there is no certificate with the serial %s", req->rest);
    return e->code;
}

static const char *name_of(void *mem, const struct certificate *certificate)
{
    struct cert_info info;
    struct err none = {0};

    return cert_read(certificate->der, &info, &none) == ERR_OK ? renewal_id(mem, &info) : NULL;
}

enum err_code admin_certificate_show(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    struct listing wanted = {.max = 1, .now_s = req->now_s};
    struct certificate certificate;
    struct listed_certificate *list;
    struct admin_page page;
    size_t len;

    if (find(req, tx, &certificate, e) != ERR_OK)
        return e->code;
    wanted.id = certificate.id;
    if (store_list_certificates(tx, req->mem, &wanted, &list, &len, e) != ERR_OK)
        return e->code;
    admin_record_begin(&page, req);
    add_certificate(&page.w, req, &list[0]);
    if (certificate.revoked_s != 0 && certificate.revocation_reason >= 0)
        json_add_int(&page.w, "revocation_reason", certificate.revocation_reason);
    json_add_string(&page.w, "renewal_id", name_of(req->mem, &certificate));
    json_add_int(&page.w, "alternate_chains", certificate.alternates_len);
    json_add_string(&page.w, "pem",
        mem_printf(req->mem, "%s%s", cert_pem(req->mem, "CERTIFICATE", certificate.der),
            certificate.chain));
    return admin_record_end(&page, resp, e);
}
