/* tencent_check - asking the CA to look for what was published (8.12, 8.13). */
#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/tencent_calls.h"
#include "tests/vendorsim/tencent_certificate.h"
#include "tests/vendorsim/tencent_validation.h"

#define BRAKE_S 300 /* between two checks (TC-DCV-4) */

/* A call that waits for the look. */
struct check {
    struct tc_call *call;
    char *certificate;
};

static struct check *check_new(struct tc_call *call, const json_t *certificate)
{
    struct check *check = mem_new(call->request, struct check);

    check->call = call;
    check->certificate = mem_strdup(check, row_text(certificate, "id"));
    return check;
}

/* The look is over: on with the certificate, if it is where it was. */
static json_t *looked(const struct check *check)
{
    json_t *certificate = tc_certificate_get(check->call->tc, check->certificate);

    if (certificate != NULL && tc_certificate_is_at(certificate, TC_STEP_DCV) &&
        tc_validations_pass(json_object_get(certificate, "validations")))
        tc_certificate_validated(check->call->tc, certificate);
    return certificate;
}

/* CompleteCertificate */

static void on_completed(void *arg)
{
    const struct check *check = arg;
    const json_t *certificate = looked(check);
    struct tc_refusal why;

    if (certificate == NULL || !tc_certificate_is_at(certificate, TC_STEP_DCV) ||
        !sim_bool(check->call->tc->sim, "complete_reports_failure")) {
        tc_answer(check->call, json_pack("{s:s}", "CertificateId", check->certificate));
        return;
    }
    tc_refuse(&why, "FailedOperation", "The domain check did not pass.");
    tc_answer_refusal(check->call, &why);
}

bool tc_complete_certificate(struct tc_call *call, struct tc_refusal *why)
{
    json_t *certificate = tc_call_certificate(call, "CertificateId", why);

    if (certificate == NULL ||
        (tc_status_of(certificate) != TC_REVIEW && tc_status_of(certificate) != TC_DNS_ADDED))
        return tc_refuse(why, "FailedOperation.CertificateNotFoundOrAudited",
            "The certificate does not exist, or is issued.");
    if (tc_product_is_local(tc_certificate_product(certificate)))
        return tc_refuse(why, "FailedOperation.InvalidParam",
            "Certificates of WoTrus and DNSPod are not completed by a call.");
    tc_validations_look(
        call->tc, certificate, "validations", on_completed, check_new(call, certificate));
    return true;
}

/* CheckCertificateDomainVerification */

static json_t *result_json(const json_t *certificate, const json_t *validation, bool frequently)
{
    bool passed = row_int(validation, "passed_s") > 0;
    const char *reason = row_text(validation, "reason");
    json_t *result = json_object(), *values = json_array();

    if (passed)
        array_add_text(values, row_text(validation, "value"));
    row_set_text(result, "Domain", row_text(validation, "name"));
    row_set_text(result, "VerifyType", row_text(certificate, "method"));
    row_set_int(result, "LocalCheck", frequently ? -1 : row_int(validation, "local"));
    row_set_int(result, "CaCheck", passed ? 2 : -1);
    row_set_text(result, "LocalCheckFailReason", reason == NULL ? "" : reason);
    json_object_set_new(result, "CheckValue", values);
    row_set_bool(result, "Frequently", frequently);
    row_set_bool(result, "Issued", tc_status_of(certificate) == TC_ISSUED);
    return result;
}

static json_t *results_json(const json_t *certificate, bool frequently)
{
    const json_t *validations = json_object_get(certificate, "validations");
    json_t *results = json_array();

    for (size_t i = 0; i < json_array_size(validations); i++)
        json_array_append_new(
            results, result_json(certificate, json_array_get(validations, i), frequently));
    return json_pack("{s:o}", "VerificationResults", results);
}

static void on_checked(void *arg)
{
    const struct check *check = arg;

    tc_answer(check->call, results_json(looked(check), false));
}

/* While a reissue is in process, the original's record shows how that one stands. */
static json_t *checked_of(const struct tencent *tc, json_t *certificate)
{
    json_t *reissue = tc_certificate_get(tc, row_text(certificate, "reissue"));

    return reissue != NULL ? reissue : certificate;
}

bool tc_check_domain_verification(struct tc_call *call, struct tc_refusal *why)
{
    json_t *certificate = tc_call_certificate(call, "CertificateId", why);
    int64_t now_s = tc_now(call->tc), before_s;

    if (certificate == NULL)
        return false;
    certificate = checked_of(call->tc, certificate);
    if (tc_status_of(certificate) != TC_REVIEW && tc_status_of(certificate) != TC_DNS_ADDED)
        return tc_refuse(why, "FailedOperation.CertificateStatusNotAllowVerify",
            "The state of the certificate does not allow a domain check.");
    before_s = row_int(certificate, "checked_s");
    if (before_s > 0 && now_s - before_s < BRAKE_S) {
        tc_answer(call, results_json(certificate, true));
        return true;
    }
    row_set_int(certificate, "checked_s", now_s);
    tc_certificate_touch(call->tc, certificate);
    tc_validations_look(
        call->tc, certificate, "validations", on_checked, check_new(call, certificate));
    return true;
}
