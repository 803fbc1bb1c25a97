/* tencent_end - how records come to their end: cancelled, revoked, deleted, or opened again (8.14
 * to 8.18); and the letters for that (8.21). */
#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/tencent_calls.h"
#include "tests/vendorsim/tencent_certificate.h"

#define RENEW_BEFORE_S (30 * DAY_S)
#define FREE_KEPT_S    3600
#define LIST_MAX       100
#define LETTER_MIN     1024
#define LETTER_MAX     1468006 /* 1.4 MB */

static json_t *id_json(const json_t *certificate)
{
    return json_pack("{s:s}", "CertificateId", row_text(certificate, "id"));
}

/* Cancelling. */

json_t *tc_cancel_certificate_order(struct tc_call *call, struct tc_refusal *why)
{
    json_t *certificate = tc_call_certificate(call, "CertificateId", why);

    if (certificate == NULL)
        return NULL;
    if (!tc_certificate_is_pending(certificate) && tc_status_of(certificate) != TC_WAIT_INFO) {
        tc_refuse(why, "FailedOperation.InvalidCertificateStatusCode",
            "The state of the certificate does not allow that its order is cancelled.");
        return NULL;
    }
    tc_certificate_cancel(call->tc, certificate, true);
    return id_json(certificate);
}

json_t *tc_cancel_audit_certificate(struct tc_call *call, struct tc_refusal *why)
{
    json_t *certificate = tc_call_certificate(call, "CertificateId", why);

    if (certificate == NULL || !tc_certificate_is_pending(certificate)) {
        tc_refuse(why, "FailedOperation.CertificateNotFoundOrCantCancel",
            "The certificate does not exist, or its review cannot be cancelled.");
        return NULL;
    }
    if (row_int(certificate, "year") > 1) {
        tc_refuse(why, "FailedOperation.CertificateCancelFailedMulti",
            "The review of a multi-year certificate can be cancelled in the first year only.");
        return NULL;
    }
    tc_certificate_cancel(call->tc, certificate, false);
    return json_pack("{s:b}", "Result", 1);
}

json_t *tc_modify_certificate_resubmit(struct tc_call *call, struct tc_refusal *why)
{
    json_t *certificate = tc_call_certificate(call, "CertificateId", why);
    enum tc_status status;

    if (certificate == NULL)
        return NULL;
    status = tc_status_of(certificate);
    if (!tc_certificate_is_bought(certificate) || row_is(certificate, "kind", TC_KIND_REISSUE) ||
        (status != TC_FAILED && status != TC_CANCELLED)) {
        tc_refuse(why, "FailedOperation.CertificateStatusNotAllowResubmit",
            "The state of the certificate does not allow to submit it again.");
        return NULL;
    }
    tc_certificate_reopen(call->tc, certificate);
    return id_json(certificate);
}

/* Revoking. */

static bool check_revocable(
    const struct tencent *tc, const json_t *certificate, struct tc_refusal *why)
{
    bool alone = tc_product_revokes_alone(tc_certificate_product(certificate));
    int64_t left_s = row_int(certificate, "not_after_s") - tc_now(tc);

    if (row_is(certificate, "kind", TC_KIND_UPLOAD))
        return tc_refuse(
            why, "FailedOperation.InvalidCertificateSource", "The certificate was uploaded.");
    if (tc_status_of(certificate) != TC_ISSUED || row_text(certificate, "reissue") != NULL)
        return tc_refuse(why, "FailedOperation.InvalidCertificateStatusCode",
            "The certificate is not issued, or is being reissued.");
    if (row_bool(certificate, "is_bound"))
        return tc_refuse(why, "FailedOperation.RevokeResourceFailed",
            "The certificate is bound to cloud resources.");
    if (!alone && row_text(certificate, "replaces") != NULL)
        return tc_refuse(why, "FailedOperation.OrderAlreadyReplaced",
            "This order was reissued: revoke the original.");
    if (!alone && left_s <= RENEW_BEFORE_S && row_text(certificate, "renewed_by") == NULL)
        return tc_refuse(why, "FailedOperation.RevokeFailed",
            "The certificate expires within 30 days and is to be renewed.");
    return true;
}

json_t *tc_revoke_certificate(struct tc_call *call, struct tc_refusal *why)
{
    json_t *certificate = tc_call_certificate(call, "CertificateId", why), *auths;
    const json_t *validations;

    if (certificate == NULL || !check_revocable(call->tc, certificate, why))
        return NULL;
    tc_certificate_revoke(call->tc, certificate, row_text(call->body, "Reason"));
    auths = json_array();
    validations = json_object_get(certificate, "revocation");
    for (size_t i = 0; i < json_array_size(validations); i++) {
        const json_t *one = json_array_get(validations, i);

        json_array_append_new(
            auths, json_pack("{s:s,s:s,s:s,s:s}", "DomainValidateAuthPath", row_text(one, "path"),
                       "DomainValidateAuthKey", row_text(one, "key"), "DomainValidateAuthValue",
                       row_text(one, "value"), "DomainValidateAuthDomain", row_text(one, "host")));
    }
    return json_pack("{s:o}", "RevokeDomainValidateAuths", auths);
}

/* Deleting. */

static bool check_state_for_deletion(enum tc_status status, struct tc_refusal *why)
{
    switch (status) {
    case TC_ISSUED:
        return tc_refuse(why, "FailedOperation.CannotBeDeletedIssued",
            "An issued certificate has to be revoked first.");
    case TC_FAILED:
    case TC_EXPIRED:
    case TC_CANCELLED:
    case TC_REVOKED:
    case TC_REFUNDED:
        return true;
    case TC_REVIEW:
    case TC_DNS_ADDED:
    case TC_WAIT_INFO:
    case TC_CANCELLING:
    case TC_WAIT_LETTER:
    case TC_REVOKING:
    case TC_REISSUING:
    case TC_WAIT_REVOKE_LETTER:
    case TC_FREE_WAIT_INFO:
        break;
    }
    return tc_refuse(why, "FailedOperation.InvalidCertificateStatusCode",
        "The state of the certificate does not allow that it is deleted.");
}

static bool check_deletable(
    const struct tencent *tc, const json_t *certificate, struct tc_refusal *why)
{
    const json_t *renewal = tc_certificate_get(tc, row_text(certificate, "renewed_by"));
    bool uploaded = row_is(certificate, "kind", TC_KIND_UPLOAD);

    if (row_bool(certificate, "is_bound"))
        return tc_refuse(
            why, "FailedOperation.BoundResources", "The certificate is bound to cloud resources.");
    if (uploaded)
        return true;
    if (tc_certificate_product(certificate)->is_free &&
        tc_now(tc) - row_int(certificate, "created_s") < FREE_KEPT_S)
        return tc_refuse(why, "FailedOperation.CannotBeDeletedWithinHour",
            "A free certificate cannot be deleted within an hour.");
    if (renewal != NULL && tc_certificate_is_pending(renewal))
        return tc_refuse(why, "FailedOperation.RenewNotIssued", "The renewal is not issued yet.");
    return check_state_for_deletion(tc_status_shown(tc, certificate), why);
}

static void delete (struct tencent *tc, const json_t *certificate)
{
    tc_log(tc, certificate, "delete");
    state_remove(tc->state, TC_CERTIFICATE, row_text(certificate, "id"));
}

/* The result of a deletion that is asked for later: "ok", or why not. Resources are looked at at
 * once here. */
static char *add_task(struct tc_call *call, const char *certificate, const char *error)
{
    char *id = mem_alloc(call->request, 13, "task");

    tc_random_text(id, 12);
    state_put(call->tc->state, TC_TASK, id,
        json_pack("{s:s,s:s,s:s,s:s,s:I}", "id", id, "account", call->account, "certificate",
            certificate, "error", error, "at_s", (json_int_t)tc_now(call->tc)));
    return id;
}

json_t *tc_delete_certificate(struct tc_call *call, struct tc_refusal *why)
{
    json_t *certificate = tc_call_certificate(call, "CertificateId", why);
    bool later = json_is_true(json_object_get(call->body, "IsCheckResource"));
    const char *task;

    if (certificate == NULL)
        return NULL;
    if (!check_deletable(call->tc, certificate, why)) {
        if (!later || strcmp(why->code, "FailedOperation.BoundResources") != 0)
            return NULL;
        task = add_task(call, row_text(certificate, "id"), why->code);
        return json_pack("{s:b,s:s}", "DeleteResult", 1, "TaskId", task);
    }
    task = later ? add_task(call, row_text(certificate, "id"), "") : NULL;
    delete (call->tc, certificate);
    return json_pack("{s:b,s:s?}", "DeleteResult", 1, "TaskId", task);
}

json_t *tc_delete_certificates(struct tc_call *call, struct tc_refusal *why)
{
    const json_t *ids = json_object_get(call->body, "CertificateIds");
    json_t *success = json_array(), *fail = json_array();

    for (size_t i = 0; i < json_array_size(ids) && i < LIST_MAX; i++) {
        const char *id = json_string_value(json_array_get(ids, i));
        json_t *certificate = tc_certificate_get(call->tc, id);

        if (certificate == NULL || !row_is(certificate, "account", call->account))
            tc_refuse(why, "FailedOperation.CertificateNotFound", "%s",
                "The certificate does not exist.");
        else if (check_deletable(call->tc, certificate, why)) {
            array_add_text(success, id);
            delete (call->tc, certificate);
            continue;
        }
        json_array_append_new(fail, json_pack("{s:s,s:s}", "CertId", id, "Msg", why->message));
    }
    return json_pack("{s:o,s:o,s:[]}", "Success", success, "Fail", fail, "CertTaskIds");
}

json_t *tc_describe_delete_tasks(struct tc_call *call, struct tc_refusal *why)
{
    const json_t *ids = json_object_get(call->body, "TaskIds");
    json_t *results = json_array(), *result;

    (void)why;
    for (size_t i = 0; i < json_array_size(ids) && i < LIST_MAX; i++) {
        const json_t *task =
            state_get(call->tc->state, TC_TASK, json_string_value(json_array_get(ids, i)));
        bool failed = task != NULL && row_text(task, "error")[0] != '\0';

        if (task == NULL || !row_is(task, "account", call->account))
            continue;
        result = json_pack("{s:s,s:s,s:i,s:s,s:[]}", "TaskId", row_text(task, "id"), "CertId",
            row_text(task, "certificate"), "Status", failed ? 4 : 1, "Error",
            row_text(task, "error"), "Domains");
        tc_put_time(result, "CacheTime", row_int(task, "at_s"));
        json_array_append_new(results, result);
    }
    return json_pack("{s:o}", "DeleteTaskResult", results);
}

/* Letters: base64 of a file of some size, whose form nobody looks at here. */

static bool check_letter(
    const json_t *certificate, enum tc_status status, const char *letter, struct tc_refusal *why)
{
    size_t size = strlen(letter) / 4 * 3;

    if (tc_certificate_product(certificate)->level == TC_DV)
        return tc_refuse(why, "FailedOperation.UploadConfirmCertificateNotSupportDV",
            "DV certificates have no letters.");
    if (tc_status_of(certificate) != status)
        return tc_refuse(why, "FailedOperation.InvalidCertificateStatusCode",
            "The certificate does not wait for a letter.");
    if (size < LETTER_MIN)
        return tc_refuse(why, "FailedOperation.ConfirmLetterTooSmall", "A letter has 1 KB.");
    if (size > LETTER_MAX)
        return tc_refuse(why, "FailedOperation.ConfirmLetterTooLarge", "A letter has 1.4 MB.");
    return true;
}

static json_t *letter_json(const json_t *certificate)
{
    json_t *json = id_json(certificate);

    row_set_bool(json, "IsSuccess", true);
    return json;
}

json_t *tc_upload_confirm_letter(struct tc_call *call, struct tc_refusal *why)
{
    json_t *certificate = tc_call_certificate(call, "CertificateId", why);

    if (certificate == NULL ||
        !check_letter(certificate, TC_WAIT_LETTER, row_text(call->body, "ConfirmLetter"), why))
        return NULL;
    tc_certificate_step(call->tc, certificate);
    return letter_json(certificate);
}

json_t *tc_upload_revoke_letter(struct tc_call *call, struct tc_refusal *why)
{
    json_t *certificate = tc_call_certificate(call, "CertificateId", why);

    if (certificate == NULL || !check_letter(certificate, TC_WAIT_REVOKE_LETTER,
                                   row_text(call->body, "RevokeLetter"), why))
        return NULL;
    tc_revocation_letter(call->tc, certificate);
    return letter_json(certificate);
}
