/* huawei_import_calls - certificates that were issued elsewhere (7.9). */
#include <ctype.h>
#include <string.h>

#include "base/cert.h"
#include "base/cert_chain.h"
#include "base/mem.h"
#include "tests/vendorsim/csr.h"
#include "tests/vendorsim/huawei_calls.h"
#include "tests/vendorsim/huawei_certificate.h"

#define NAME_MIN 3
#define NAME_MAX 63

/* What was sent, taken apart; all on the request. */
struct import {
    struct bytes *ders; /* the leaf and what is above it */
    size_t len;
    struct cert_info leaf;
    json_t *names; /* a new reference */
};

static bool name_is_right(const char *name)
{
    size_t len = name == NULL ? 0 : strlen(name);

    if (len < NAME_MIN || len > NAME_MAX)
        return false;
    for (const char *c = name; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr("_-.", *c) == NULL)
            return false;
    return true;
}

/* The certificate, which may have its chain with it, and the chain that counts if there is one. */
static bool read_certificates(struct hw_call *call, struct import *out, struct hw_refusal *why)
{
    const char *leaf = row_text(call->body, "certificate");
    const char *chain = row_text(call->body, "certificate_chain");
    struct bytes *above;
    size_t above_len;
    struct err e = {0};

    if (leaf == NULL || cert_pem_read(call->request, leaf, &out->ders, &out->len, &e) != ERR_OK ||
        cert_read(out->ders[0], &out->leaf, &e) != ERR_OK)
        return hw_refuse(why, "SCM.0006", "certificate: %s", leaf == NULL ? "is needed" : e.detail);
    if (chain == NULL || *chain == '\0')
        return true;
    if (cert_pem_read(call->request, chain, &above, &above_len, &e) != ERR_OK)
        return hw_refuse(why, "SCM.0013", "certificate_chain: %s", e.detail);
    out->ders =
        mem_grow_array(call->request, out->ders, sizeof *out->ders, 1 + above_len, "certificates");
    memcpy(out->ders + 1, above, above_len * sizeof *above);
    out->len = 1 + above_len;
    return true;
}

static bool key_is_right(struct hw_call *call, const struct import *import, struct hw_refusal *why)
{
    const char *pem = row_text(call->body, "private_key");
    struct err e = {0};
    struct key *key = pem == NULL ? NULL : key_from_pem(call->request, pem, &e);

    if (key == NULL)
        return hw_refuse(why, "SCM.0012", "private_key: %s", pem == NULL ? "is needed" : e.detail);
    if (!bytes_equal(key_spki(call->request, key), import->leaf.spki))
        return hw_refuse(why, "SCM.0014", "private_key is another's");
    return true;
}

static bool is_imported_already(const struct hw_call *call, const json_t *certificate)
{
    json_t *all = state_all(call->hw->state, CERTIFICATE), *other;
    const char *id;

    json_object_foreach(
        all, id, other) if (row_is(other, "account", row_text(call->caller.account, "id")) &&
                            row_int(other, "gone_s") == 0 &&
                            json_equal(json_object_get(other, "pem"),
                                json_object_get(certificate, "pem"))) return true;
    return false;
}

static bool import_is_right(struct hw_call *call, struct import *out, struct hw_refusal *why)
{
    struct err e = {0};

    if (!name_is_right(row_text(call->body, "name")))
        return hw_refuse(why, "SCM.0032", "name: 3 to 63 letters, digits, _ - .");
    if (!read_certificates(call, out, why) || !key_is_right(call, out, why))
        return false;
    if (out->len < 2)
        return hw_refuse(why, "SCM.0006", "HW-IMPORT-1: a chain of one certificate");
    if (cert_chain_check_links(out->ders, out->len, &e) != ERR_OK)
        return hw_refuse(why, "SCM.0013", "%s", e.detail);
    if (out->leaf.not_after_s <= hw_now(call->hw))
        return hw_refuse(why, "SCM.0006", "HW-IMPORT-1: it has expired");
    out->names = csr_certificate_names(call->request, row_text(call->body, "certificate"));
    return json_array_size(out->names) > 0 ||
           hw_refuse(why, "SCM.0009", "the certificate has no name");
}

/* PEM of some of the certificates, on the request. */
static char *pem_of(struct hw_call *call, const struct bytes *ders, size_t len)
{
    struct buf b;

    buf_init(&b, call->request, 1024 * 1024);
    for (size_t i = 0; i < len; i++)
        buf_add_text(&b, cert_pem(call->request, "CERTIFICATE", ders[i]));
    return buf_text(&b);
}

static json_t *row_of(struct hw_call *call, struct import *import)
{
    json_t *row = json_pack("{s:s,s:s,s:s,s:I,s:I}", "name", row_text(call->body, "name"), "pem",
        pem_of(call, import->ders, 1), "chain", pem_of(call, import->ders + 1, import->len - 1),
        "not_before_s", (json_int_t)import->leaf.not_before_s, "not_after_s",
        (json_int_t)import->leaf.not_after_s);
    json_t *form = json_pack("{s:O,s:s}", "domain", json_array_get(import->names, 0), "key",
        row_text(call->body, "private_key"));

    json_array_remove(import->names, 0);
    json_object_set_new(form, "sans", import->names);
    json_object_set_new(row, "form", form);
    row_copy(row, call->body, "enterprise_project_id");
    row_set_text(row, "fingerprint", ca_pem_thumbprint(call->request, row_text(row, "pem")));
    return row;
}

void hw_certificate_import_post(struct hw_call *call)
{
    struct import import = {0};
    struct hw_refusal why;
    json_t *row;

    if (!import_is_right(call, &import, &why)) {
        json_decref(import.names);
        hw_call_refuse(call, &why);
        return;
    }
    row = row_of(call, &import);
    if (json_is_false(json_object_get(call->body, "duplicate_check")) &&
        is_imported_already(call, row)) {
        json_decref(row);
        hw_call_refuse_with(
            call, "SCM.0005", "it was imported before, and duplicate_check is false");
        return;
    }
    row = hw_certificate_import(call->hw, call->caller.account, row);
    hw_call_answer(call, 200, json_pack("{s:s}", "certificate_id", row_text(row, "id")));
}
