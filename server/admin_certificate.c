/* admin_certificate - see admin_certificate.h. */
#include "server/admin_certificate.h"

#include "acme/renewal.h"
#include "acme/renewal_window.h"
#include "acme/revocation_flow.h"
#include "base/cert.h"
#include "base/key.h"
#include "base/mem.h"
#include "server/admin_record.h"
#include "server/revocation_reason.h"
#include "store/action.h"
#include "store/certificate.h"
#include "store/revocation.h"

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

/* What the vendor behind it was told, and what the vendor is going to do by itself. */
static enum err_code add_revocation(struct json_out *w, struct admin_req *req, struct store_tx *tx,
    const struct certificate *certificate, struct err *e)
{
    struct renewal_window window = {0};
    struct revocation revocation;

    if (certificate->revoked_s == 0) {
        if (renewal_window_read(req->mem, tx, req->settings, certificate, req->now_s, &window, e) !=
            ERR_OK)
            return e->code;
        json_add_time(w, "revoke_at", window.revoked_s);
    }
    if (store_revocation_get(tx, req->mem, certificate->id, &revocation, e) == ERR_NOT_FOUND) {
        *e = (struct err){0};
        return ERR_OK;
    }
    if (e->code != ERR_OK)
        return e->code;
    json_open(w, "revocation", '{');
    json_add_string(w, "state", revocation_state_words[revocation.state]);
    json_add_string(w, "by", revocation.asked_by);
    json_add_string(w, "request", revocation.vendor_request);
    json_add_string(w, "detail", revocation.detail);
    json_add_time(w, "asked", revocation.asked_s);
    json_add_time(w, "changed", revocation.changed_s);
    json_close(w, '}');
    return ERR_OK;
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
    if (add_revocation(&page.w, req, tx, &certificate, e) != ERR_OK)
        return e->code;
    json_add_string(&page.w, "renewal_id", name_of(req->mem, &certificate));
    json_add_int(&page.w, "alternate_chains", certificate.alternates_len);
    json_add_string(&page.w, "pem",
        mem_printf(req->mem, "%s%s", cert_pem(req->mem, "CERTIFICATE", certificate.der),
            certificate.chain));
    return admin_record_end(&page, resp, e);
}

/* revoke */

struct wanted {
    int reason;
    struct bytes fingerprint; /* SHA-256 of the certificate; empty: it was not said */
};

enum err_code admin_certificate_prepare_revoke(struct admin_req *req, struct err *e)
{
    struct wanted *wanted = mem_new(req->mem, struct wanted);
    const char *reason, *fingerprint;
    struct json at;

    req->prepared = wanted;
    if (json_parse(req->mem, req->body, "the body", &at, e) != ERR_OK)
        return e->code;
    if (!json_holds_object(&at))
        return err_set(e, ERR_INPUT, "the body must be a JSON object");
    if (json_read_string(&at, "reason", JSON_OPTIONAL, &reason, e) != ERR_OK ||
        json_read_string(&at, "fingerprint", JSON_OPTIONAL, &fingerprint, e) != ERR_OK)
        return e->code;
    if (reason != NULL && !revocation_reason_read(reason, &wanted->reason))
        return err_set(
            e, ERR_INPUT, "a reason is %s, not \"%.40s\"", REVOCATION_REASONS_GIVEN, reason);
    if (fingerprint != NULL &&
        (!hex_decode(req->mem, fingerprint, &wanted->fingerprint) || wanted->fingerprint.len != 32))
        return err_set(e, ERR_INPUT, "a fingerprint is a SHA-256 in hexadecimal");
    return ERR_OK;
}

static bool is_meant(const struct wanted *wanted, const struct certificate *certificate)
{
    uint8_t digest[32];

    sha256(certificate->der, digest);
    return wanted->fingerprint.len == 0 ||
           bytes_equal(wanted->fingerprint, (struct bytes){digest, sizeof digest});
}

static enum err_code answer_revoked(struct admin_req *req, struct store_tx *tx,
    const struct certificate *certificate, struct admin_resp *resp, struct err *e)
{
    struct revocation revocation;
    struct action action;
    struct admin_page page;
    bool is_told = store_revocation_get(tx, req->mem, certificate->id, &revocation, e) == ERR_OK &&
                   store_action_of_order(tx, req->mem, certificate->order_id, &action, e) == ERR_OK;

    if (e->code != ERR_OK && e->code != ERR_NOT_FOUND)
        return e->code;
    *e = (struct err){0};
    admin_record_begin(&page, req);
    json_add_int(&page.w, "certificate", certificate->id);
    admin_add_hex(&page.w, req->mem, "serial", certificate->serial);
    json_add_string(&page.w, "upstream", is_told ? action.upstream : NULL);
    return admin_record_end(&page, resp, e);
}

enum err_code admin_certificate_revoke(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    const struct wanted *wanted = req->prepared;
    struct certificate certificate;
    struct revocation_wish wish = {
        &certificate, wanted->reason == 0 ? -1 : wanted->reason, "the operator"};

    if (find(req, tx, &certificate, e) != ERR_OK)
        return e->code;
    if (!is_meant(wanted, &certificate))
        return err_set(e, ERR_NOT_FOUND,
            "the certificate in the file was not issued here: another one has its serial");
    if (certificate.revoked_s == 0)
        revocation_flow_start(req->settings, tx, &wish, req->now_s * 1000, e);
    else
        revocation_flow_repeat(req->settings, tx, &wish, req->now_s * 1000, e);
    return e->code == ERR_OK ? answer_revoked(req, tx, &certificate, resp, e) : e->code;
}
