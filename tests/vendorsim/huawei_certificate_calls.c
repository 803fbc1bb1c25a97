/* huawei_certificate_calls - calls about one certificate (7.2 to 7.8). */
#include "base/mem.h"
#include "tests/vendorsim/huawei_calls.h"
#include "tests/vendorsim/huawei_certificate.h"
#include "tests/vendorsim/huawei_form.h"
#include "tests/vendorsim/huawei_json.h"
#include "tests/vendorsim/huawei_order.h"

void hw_certificate_get(struct hw_call *call)
{
    json_t *certificate = hw_call_certificate(call, call->args[0]);

    if (certificate != NULL)
        hw_call_answer(call, 200, hw_certificate_json(call->hw, certificate));
}

void hw_certificate_buy(struct hw_call *call)
{
    struct hw_refusal why;
    json_t *order = hw_order_buy(call->hw, call->caller.account, call->body, &why);
    json_t *list = json_array();
    const json_t *ids = json_object_get(order, "certificates");

    if (order == NULL) {
        json_decref(list);
        hw_call_refuse(call, &why);
        return;
    }
    for (size_t i = 0; i < json_array_size(ids); i++)
        json_array_append_new(list, json_pack("{s:O}", "cert_id", json_array_get(ids, i)));
    sim_note(call->request, "order %s", row_text(order, "id"));
    hw_call_answer(
        call, 200, json_pack("{s:s,s:o}", "order_id", row_text(order, "id"), "cert", list));
}

void hw_certificate_apply_post(struct hw_call *call)
{
    json_t *certificate = hw_call_certificate(call, call->args[0]), *form;
    struct hw_refusal why;

    if (certificate == NULL)
        return;
    form = hw_form_application(certificate, call->body, &why);
    if (form == NULL) {
        hw_call_refuse(call, &why);
    } else if (!row_is(certificate, "status", "PAID")) {
        json_decref(form);
        hw_call_refuse_with(call, "SCM.0010", "HW-APPLY-1: it is not PAID");
    } else {
        hw_certificate_apply(call->hw, certificate, form);
        hw_call_answer(call, 200, json_pack("{s:s}", "request_info", "success"));
    }
}

void hw_certificate_cancel_post(struct hw_call *call)
{
    json_t *certificate = hw_call_certificate(call, call->args[0]);
    struct hw_refusal why;

    if (certificate == NULL)
        return;
    if (hw_certificate_cancel(call->hw, certificate, &why))
        hw_call_answer(
            call, 200, json_pack("{s:s,s:s}", "cert_id", call->args[0], "message", "success"));
    else
        hw_call_refuse(call, &why);
}

void hw_certificate_unsubscribe_delete(struct hw_call *call)
{
    json_t *certificate = hw_call_certificate(call, call->args[0]);
    struct hw_refusal why;

    if (certificate == NULL)
        return;
    if (hw_certificate_unsubscribe(call->hw, certificate, &why))
        hw_call_answer(call, 200, json_pack("{s:s}", "unsubscribe_results", "SUCCESS"));
    else
        hw_call_refuse(call, &why);
}

void hw_certificate_delete_call(struct hw_call *call)
{
    json_t *certificate = hw_call_certificate(call, call->args[0]);
    struct hw_refusal why;

    if (certificate == NULL)
        return;
    if (hw_certificate_delete(call->hw, certificate, &why))
        hw_call_answer(call, 204, NULL);
    else
        hw_call_refuse(call, &why);
}

/* Export. */

/* While names are added, and until the owner lets the old certificate of a reissue be canceled, it
 * is still there. */
static bool can_be_exported(const json_t *certificate)
{
    static const char *const states[] = {
        "ISSUED", "UPLOAD", "SUPPLEMENTCHECKING", "CANCELSUPPLEMENTING", "REISSUING"};

    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (row_is(certificate, "status", states[i]))
            return true;
    return false;
}

static json_t *private_key_json(const struct hw_call *call, const json_t *certificate)
{
    const char *key = row_text(json_object_get(certificate, "form"), "key");

    if (key != NULL)
        return json_string(key);
    return sim_bool(call->hw->sim, "own_key_empty") ? json_string("") : json_null();
}

/* The leaf and what is above it; of an imported certificate as it came. */
static bool read_chain(
    struct hw_call *call, const json_t *certificate, const char **leaf, const char **rest)
{
    const char *serial = row_text(certificate, "serial");
    struct ca_chain chain;
    struct err e = {0};

    if (serial == NULL) {
        *leaf = row_text(certificate, "pem");
        *rest = row_text(certificate, "chain");
        return *leaf != NULL && *rest != NULL;
    }
    if (ca_chain(call->request, sim_ca(call->hw->sim), serial, sim_spoil(call->request), &chain,
            &e) != ERR_OK)
        return false;
    *leaf = chain.leaf;
    *rest = chain.intermediate;
    return true;
}

void hw_certificate_export(struct hw_call *call)
{
    json_t *certificate = hw_call_certificate(call, call->args[0]);
    bool in_one = sim_bool(call->hw->sim, "chain_in_entire");
    const char *leaf, *rest;

    if (certificate == NULL)
        return;
    if (!can_be_exported(certificate) || !read_chain(call, certificate, &leaf, &rest)) {
        hw_call_refuse_with(call, "SCM.0010", row_text(certificate, "status"));
        return;
    }
    hw_call_answer(call, 200,
        json_pack("{s:o,s:s,s:s,s:o,s:n,s:n}", "entire_certificate",
            json_sprintf("%s%s", leaf, rest), "certificate", leaf, "certificate_chain",
            in_one ? "" : rest, "private_key", private_key_json(call, certificate),
            "enc_certificate", "enc_private_key"));
}
