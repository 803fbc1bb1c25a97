/* huawei_v2_calls - what only the old API has (8). */
#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/csr.h"
#include "tests/vendorsim/huawei_calls.h"
#include "tests/vendorsim/huawei_certificate.h"
#include "tests/vendorsim/huawei_dcv.h"
#include "tests/vendorsim/huawei_form.h"
#include "tests/vendorsim/huawei_json.h"

#define REASON_MAX      63
#define NAME_MAX        63
#define DESCRIPTION_MAX 255

static json_t *text_json(const char *text)
{
    return text == NULL ? json_null() : json_string(text);
}

static void answer_success(struct hw_call *call)
{
    hw_call_answer(call, 200, json_pack("{s:s}", "request_info", "success"));
}

void hw_v2_revoke(struct hw_call *call)
{
    json_t *certificate = hw_call_certificate(call, call->args[0]);
    const char *reason = row_text(call->body, "reason");
    struct hw_refusal why;

    if (certificate == NULL)
        return;
    if (reason == NULL || *reason == '\0' || strlen(reason) > REASON_MAX)
        hw_call_refuse_with(call, "SCM.0005", "a reason of at most 63 characters is needed");
    else if (hw_certificate_revoke(call->hw, certificate, reason, &why))
        hw_call_answer(call, 200, json_pack("{s:s}", "message", "success"));
    else
        hw_call_refuse(call, &why);
}

void hw_v2_supplement(struct hw_call *call)
{
    json_t *certificate = hw_call_certificate(call, call->args[0]), *form;
    struct hw_refusal why;

    if (certificate == NULL)
        return;
    form = hw_form_supplement(certificate, call->body, &why);
    if (form == NULL) {
        hw_call_refuse(call, &why);
        return;
    }
    hw_certificate_supplement(call->hw, certificate, form);
    answer_success(call);
}

void hw_v2_domain_verify(struct hw_call *call)
{
    const json_t *certificate = hw_call_certificate(call, call->args[0]), *form, *first;
    json_t *proofs;

    if (certificate == NULL)
        return;
    form = json_object_get(certificate, "form");
    proofs = hw_dcv_json(call->hw, certificate);
    first = json_array_get(proofs, 0);
    hw_call_answer(call, 200,
        json_pack("{s:o,s:n,s:o,s:o,s:o,s:o,s:o,s:b}", "domain_name",
            text_json(row_text(form, "domain")), "domain_email", "record_name",
            text_json(row_text(first, "record_name")), "record_value",
            text_json(row_text(first, "record_value")), "record_type",
            text_json(row_text(first, "record_type")), "domain_method",
            text_json(row_text(form, "method")), "applicant_email",
            text_json(row_text(json_object_get(form, "application"), "applicant_email")),
            "auto_dns_auth", row_bool(form, "auto_dns")));
    json_decref(proofs);
}

/* The form, saved without being submitted. */

void hw_v2_save(struct hw_call *call)
{
    static const char *const needed[] = {"domain", "company_name", "company_province",
        "company_city", "country", "applicant_name", "applicant_phone", "applicant_email"};
    json_t *certificate = hw_call_certificate(call, call->args[0]);

    if (certificate == NULL)
        return;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (row_text(call->body, needed[i]) == NULL) {
            hw_call_refuse_with(call, "SCM.0005", needed[i]);
            return;
        }
    if (!row_bool(call->body, "agree_privacy_protection")) {
        hw_call_refuse_with(call, "SCM.0005", "agree_privacy_protection");
    } else if (!row_is(certificate, "status", "PAID")) {
        hw_call_refuse_with(call, "SCM.0010", "it is not PAID");
    } else {
        json_object_set(certificate, "saved", call->body);
        hw_touch(call->hw, CERTIFICATE, certificate);
        answer_success(call);
    }
}

static json_t *saved_form_json(const json_t *saved)
{
    static const char *const members[] = {"sans", "country", "company_name", "company_unit",
        "company_province", "company_city", "applicant_name", "applicant_phone", "applicant_email",
        "contact_name", "contact_phone", "contact_email"};
    json_t *json = json_object();

    json_object_set_new(json, "domain_name", text_json(row_text(saved, "domain")));
    json_object_set_new(json, "CSR", text_json(row_text(saved, "csr")));
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        json_object_set_new(json, members[i], text_json(row_text(saved, members[i])));
    return json;
}

void hw_v2_read(struct hw_call *call)
{
    const json_t *certificate = hw_call_certificate(call, call->args[0]), *form;
    json_t *json;

    if (certificate == NULL)
        return;
    form = json_object_get(certificate, "form");
    json = saved_form_json(form == NULL ? json_object_get(certificate, "saved")
                                        : json_object_get(form, "application"));
    if (form != NULL) {
        json_object_set_new(json, "domain_name", text_json(row_text(form, "domain")));
        json_object_set_new(json, "sans", hw_sans_json(certificate));
        json_object_set_new(json, "CSR", text_json(row_text(form, "csr")));
    }
    row_set_text(json, "bl", row_bool(certificate, "BL") ? "1" : "0");
    row_set_text(json, "tl", row_bool(certificate, "TL") ? "1" : "0");
    hw_call_answer(call, 200, json);
}

void hw_v2_upload_authentication(struct hw_call *call)
{
    json_t *certificate = hw_call_certificate(call, call->args[0]);
    const char *kind = call->args[1];

    if (certificate == NULL)
        return;
    if (strcmp(kind, "BL") != 0 && strcmp(kind, "TL") != 0) {
        hw_call_refuse_with(call, "SCM.0005", "BL or TL");
        return;
    }
    row_set_bool(certificate, kind, true);
    hw_touch(call->hw, CERTIFICATE, certificate);
    answer_success(call);
}

void hw_v2_check_csr(struct hw_call *call)
{
    const char *csr = row_text(call->body, "csr");
    json_t *names = csr == NULL ? NULL : csr_names(call->request, csr);
    json_t *first = json_array_get(names, 0);

    if (names == NULL)
        hw_call_refuse_with(call, "SCM.0012", "this is no CSR");
    else
        hw_call_answer(
            call, 200, json_pack("{s:O}", "domain", first == NULL ? json_null() : first));
    json_decref(names);
}

/* Names and descriptions. */

static bool is_name(const char *text)
{
    return *text != '\0' && strlen(text) <= NAME_MAX &&
           strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") ==
               strlen(text);
}

void hw_v2_modify(struct hw_call *call)
{
    json_t *certificate = hw_call_certificate(call, call->args[0]);
    const char *value = row_text(call->body, "modify_value");
    bool renames = row_is(call->body, "modify_key", "CERT_NAME");

    if (certificate == NULL)
        return;
    if (!renames && !row_is(call->body, "modify_key", "DESCRIPTION")) {
        hw_call_refuse_with(call, "SCM.0023", "CERT_NAME or DESCRIPTION");
    } else if (value == NULL || strlen(value) > DESCRIPTION_MAX || (renames && !is_name(value))) {
        hw_call_refuse_with(call, "SCM.0024", "modify_value");
    } else {
        row_set_text(certificate, renames ? "name" : "description", value);
        hw_touch(call->hw, CERTIFICATE, certificate);
        hw_call_answer(call, 200, json_pack("{s:s}", "response_info", "success"));
    }
}

void hw_v2_privacy_delete(struct hw_call *call)
{
    json_t *certificate = hw_call_certificate(call, call->args[0]);

    if (certificate == NULL)
        return;
    if (hw_certificate_in_review(certificate)) {
        hw_call_refuse_with(call, "SCM.0010", "HW-PRIV-1: it is under review");
        return;
    }
    json_object_del(json_object_get(certificate, "form"), "application");
    json_object_del(certificate, "saved");
    hw_touch(call->hw, CERTIFICATE, certificate);
    hw_call_answer(call, 200, json_pack("{s:s}", "message", "success"));
}

/* The detail of the old API. */

static json_t *auth_json(struct hw_call *call, const json_t *certificate)
{
    json_t *proofs = hw_dcv_json(call->hw, certificate), *list = json_array(), *proof;
    const char *method = row_text(json_object_get(certificate, "form"), "method");
    size_t index;

    json_array_foreach(proofs, index, proof) json_array_append_new(
        list, json_pack("{s:s*,s:s,s:s,s:s,s:s,s:s}", "method", method, "status", "PENDING",
                  "domain_name", row_text(proof, "domain"), "host_record",
                  row_text(proof, "record_name"), "record_type", row_text(proof, "record_type"),
                  "record", row_text(proof, "record_value")));
    json_decref(proofs);
    return list;
}

void hw_v2_get(struct hw_call *call)
{
    const json_t *certificate = hw_call_certificate(call, call->args[0]), *form;
    json_t *json;

    if (certificate == NULL)
        return;
    form = json_object_get(certificate, "form");
    json = hw_v2_row_json(call->hw, certificate);
    json_object_update(json, json_object_get(form, "application"));
    row_set_text(json, "status", hw_status_word(call->hw, certificate));
    row_set_text(json, "DNS_push_status", row_bool(form, "auto_dns") ? "ON" : "NONE");
    json_object_set_new(json, "auth", auth_json(call, certificate));
    hw_call_answer(call, 200, json);
}
