/* tencent_reissue - see tencent_reissue.h; and the action (8.11). */
#include "tests/vendorsim/tencent_reissue.h"

#include <string.h>
#include <strings.h>

#include "tests/vendorsim/tencent_account.h"
#include "tests/vendorsim/tencent_calls.h"
#include "tests/vendorsim/tencent_csr.h"
#include "tests/vendorsim/tencent_validation.h"

#define LEFT_MIN_S      (30 * DAY_S)
#define FRESH_S         (3 * DAY_S)
#define VERIFIED_MONTHS 13
#define WILDCARD_DV     12 /* the product of TC-DCV-EX-4 */
#define INVALID_PARAM   "FailedOperation.InvalidParam"

/* What a call asks for. */
struct wish {
    const char *mode, *csr, *method;
    struct tc_algorithm algorithm; /* of `online` */
};

bool tc_reissue_in_time(int64_t end_s, int64_t now_s)
{
    return end_s - now_s > LEFT_MIN_S;
}

bool tc_reissue_is_exempt(const struct tc_exemption *exemption, int64_t now_s)
{
    bool fresh = now_s - exemption->issued_s < FRESH_S;
    bool verified = exemption->verified_s > 0 &&
                    now_s < tc_months_later(exemption->verified_s, VERIFIED_MONTHS);

    if (exemption->stands || exemption->same_csr)
        return true;
    return !exemption->strict && (fresh || verified);
}

/* Checks, in the order of 12.1. */

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcasecmp(text, *words) == 0)
            return true;
    return false;
}

static bool check_values(const json_t *body, struct wish *wish, struct tc_refusal *why)
{
    static const char *const modes[] = {"original", "upload", "online", NULL};
    static const char *const methods[] = {"DNS_AUTO", "DNS", "FILE", NULL};
    static const char *const algorithms[] = {"RSA", "ECC", "SM2", NULL};
    static const char *const parameters[] = {"2048", "4096", "prime256v1", "secp384r1", NULL};
    const char *algorithm = row_text(body, "CertCSREncryptAlgo");
    const char *parameter = row_text(body, "CertCSRKeyParameter");

    *wish = (struct wish){
        row_text(body, "CsrType"), row_text(body, "CsrContent"), row_text(body, "ValidType"), {0}};
    if (wish->mode == NULL)
        wish->mode = modes[0];
    if (!is_one_of(wish->method, methods) || !is_one_of(wish->mode, modes) ||
        (algorithm != NULL && !is_one_of(algorithm, algorithms)) ||
        (parameter != NULL && !is_one_of(parameter, parameters)))
        return tc_refuse(
            why, INVALID_PARAM, "ValidType, CsrType or the key algorithm is not one there is.");
    return true;
}

static bool shares_domain(const struct tencent *tc, const json_t *a, const json_t *b)
{
    for (size_t i = 0; i < json_array_size(a); i++)
        for (size_t j = 0; j < json_array_size(b); j++)
            if (strcmp(tc_primary_domain(tc, json_string_value(json_array_get(a, i))),
                    tc_primary_domain(tc, json_string_value(json_array_get(b, j)))) == 0)
                return true;
    return false;
}

/* TC-REISSUE-4 */
static bool sibling_is_reissued(const struct tencent *tc, const json_t *certificate)
{
    json_t *all = state_all(tc->state, TC_CERTIFICATE), *other;
    const char *id;

    json_object_foreach(
        all, id, other) if (other != certificate && row_text(other, "reissue") != NULL &&
                            row_is(other, "account", row_text(certificate, "account")) &&
                            shares_domain(tc, json_object_get(other, "names"),
                                json_object_get(certificate, "names"))) return true;
    return false;
}

/* TC-REISSUE-3: a free certificate and what it was reissued from have one reissue together. */
static bool is_used_up(const struct tencent *tc, const json_t *certificate)
{
    return row_text(certificate, "replaced_by") != NULL ||
           row_text(certificate, "replaces") != NULL ||
           (sim_bool(tc->sim, "free_failed_reissue_counts") &&
               row_bool(certificate, "reissue_failed"));
}

static bool check_eligible(
    const struct tencent *tc, const json_t *certificate, struct tc_refusal *why)
{
    if (row_is(certificate, "kind", TC_KIND_UPLOAD))
        return tc_refuse(
            why, "FailedOperation.InvalidCertificateSource", "The certificate was uploaded.");
    if (row_text(certificate, "reissue") != NULL)
        return tc_refuse(why, "FailedOperation.InvalidCertificateStatusCode",
            "A reissue of the certificate is in process.");
    if (tc_status_of(certificate) != TC_ISSUED)
        return tc_refuse(
            why, "FailedOperation.InvalidCertificateStatusCode", "The certificate is not issued.");
    if (tc_certificate_product(certificate)->is_free ? is_used_up(tc, certificate)
                                                     : row_text(certificate, "replaced_by") != NULL)
        return tc_refuse(
            why, "FailedOperation.OrderAlreadyReplaced", "This order has already been replaced.");
    if (!tc_reissue_in_time(row_int(certificate, "not_after_s"), tc_now(tc)))
        return tc_refuse(
            why, "FailedOperation.OrderReplaceFailed", "The certificate expires within 30 days.");
    if (sibling_is_reissued(tc, certificate))
        return tc_refuse(why, "FailedOperation.OrderReplaceFailed",
            "A certificate of the same primary domain is being reissued.");
    return true;
}

/* TC-REISSUE-8, TC-CSR-2 */
static bool check_free(const struct tencent *tc, const json_t *body, const json_t *certificate,
    const struct wish *wish, struct tc_refusal *why)
{
    const char *algorithm = row_text(body, "CertCSREncryptAlgo");
    const char *parameter = row_text(body, "CertCSRKeyParameter");
    const char *csr = wish->csr;

    if (!tc_certificate_product(certificate)->is_free)
        return true;
    if (strcasecmp(wish->mode, "original") == 0)
        csr = row_text(certificate, "csr");
    if ((algorithm != NULL && strcasecmp(algorithm, "RSA") != 0) ||
        (parameter != NULL && strcmp(parameter, "2048") != 0) ||
        (strcasecmp(wish->mode, "online") != 0 && csr != NULL && !tc_csr_is_rsa_2048(csr)))
        return tc_refuse(why, "InvalidParameter.RenewAlgorithmInvalid",
            "A free certificate is reissued with RSA 2048.");
    if (strcasecmp(wish->mode, "upload") == 0 && !sim_bool(tc->sim, "free_allow_upload"))
        return tc_refuse(
            why, INVALID_PARAM, "A free certificate is not reissued with a CSR of yours.");
    return true;
}

static bool check_csr(const struct tencent *tc, const json_t *body, const json_t *certificate,
    struct wish *wish, struct tc_refusal *why)
{
    static const struct tc_csr_codes codes = {"FailedOperation.CertificateCsrParseFailed",
        "FailedOperation.CertificateMismatch", "InvalidParameter.RenewAlgorithmInvalid"};
    const struct tc_product *product = tc_certificate_product(certificate);
    const json_t *names = json_object_get(certificate, "names");

    if (strcasecmp(wish->mode, "online") == 0)
        return tc_algorithm_read(product, row_text(body, "CertCSREncryptAlgo"),
            row_text(body, "CertCSRKeyParameter"), &wish->algorithm, why);
    if (strcasecmp(wish->mode, "original") == 0)
        return true;
    if (wish->csr == NULL)
        return tc_refuse(why, INVALID_PARAM, "CsrContent is needed with CsrType upload.");
    return tc_csr_check(product, wish->csr, json_string_value(json_array_get(names, 0)),
        tc_csr_needs_name(tc), &codes, why);
}

static bool check_method(
    const struct tencent *tc, const json_t *certificate, struct wish *wish, struct tc_refusal *why)
{
    const char *first = row_text(certificate, "method");

    /* TC-REISSUE-9 */
    if (tc_certificate_product(certificate)->is_free && strstr(first, "PROXY") == NULL)
        wish->method = first;
    return tc_method_check(tc, row_text(certificate, "account"),
        json_object_get(certificate, "names"), wish->method, why);
}

/* Making it. */

/* When the earliest of its names was verified for its organization. Individuals have none. */
static int64_t verified_s(const struct tencent *tc, const json_t *certificate)
{
    const json_t *names = json_object_get(certificate, "names");
    const char *organization = row_text(certificate, "organization");
    int64_t earliest_s = INT64_MAX;

    for (size_t i = 0; organization != NULL && i < json_array_size(names); i++) {
        int64_t at_s = tc_account_verified(tc, row_text(certificate, "account"),
            json_string_value(json_array_get(names, i)), organization);

        earliest_s = at_s < earliest_s ? at_s : earliest_s;
    }
    return organization == NULL ? 0 : earliest_s;
}

static bool stands(const struct tencent *tc, const json_t *certificate)
{
    const json_t *names = json_object_get(certificate, "names");

    return row_int(certificate, "product") == WILDCARD_DV && row_int(certificate, "years") > 1 &&
           tc_account_standing(tc, row_text(certificate, "account"),
               json_string_value(json_array_get(names, 0))) != NULL;
}

static bool is_exempt(const struct tencent *tc, const json_t *original, const json_t *reissue)
{
    struct tc_exemption exemption = {.issued_s = row_int(original, "issued_s"),
        .same_csr = tc_csr_equal(row_text(original, "csr"), row_text(reissue, "csr")),
        .verified_s = verified_s(tc, original),
        .stands = stands(tc, original),
        .strict = sim_bool(tc->sim, "dcv_exempt_strict")};
    char class = tc_product_class(tc_certificate_product(original));

    return (class == 'A' || class == 'C') && tc_reissue_is_exempt(&exemption, tc_now(tc));
}

/* 10.3 */
static const char *const *steps(
    const struct tencent *tc, const json_t *original, const json_t *reissue)
{
    static const char *const reviewed[] = {TC_STEP_DCV, TC_STEP_CA_REVIEW, TC_STEP_ISSUE, NULL};
    static const char *const domain[] = {TC_STEP_DCV, TC_STEP_ISSUE, NULL};
    char class = tc_product_class(tc_certificate_product(original));

    if (class == 'B')
        return reviewed + 1;
    if (class == 'A' && sim_bool(tc->sim, "reissue_review"))
        return is_exempt(tc, original, reissue) ? reviewed + 1 : reviewed;
    return is_exempt(tc, original, reissue) ? domain + 1 : domain;
}

static json_t *make(struct tencent *tc, json_t *original, const struct wish *wish)
{
    static const char *const kept[] = {"organization", "company_type", "domain_num", "years",
        "year", "project", "tags", "csr", "key", NULL};
    json_t *reissue = tc_certificate_add(
        tc, row_text(original, "account"), row_int(original, "product"), TC_KIND_REISSUE);

    for (size_t i = 0; kept[i] != NULL; i++)
        if (json_object_get(original, kept[i]) != NULL)
            json_object_set(reissue, kept[i], json_object_get(original, kept[i]));
    json_object_set_new(reissue, "names", json_deep_copy(json_object_get(original, "names")));
    row_set_text(reissue, "method", wish->method);
    row_set_text(reissue, "replaces", row_text(original, "id"));
    row_set_int(reissue, "end_s", row_int(original, "not_after_s"));
    if (strcasecmp(wish->mode, "online") == 0) {
        tc_csr_make(reissue, &wish->algorithm);
    } else if (strcasecmp(wish->mode, "upload") == 0) {
        row_set_text(reissue, "csr", wish->csr);
        row_set_text(reissue, "key", NULL);
    }
    return reissue;
}

json_t *tc_replace_certificate(struct tc_call *call, struct tc_refusal *why)
{
    json_t *original = tc_call_certificate(call, "CertificateId", why), *reissue;
    struct tencent *tc = call->tc;
    struct wish wish;

    if (original == NULL || !check_values(call->body, &wish, why) ||
        !check_eligible(tc, original, why) || !check_free(tc, call->body, original, &wish, why) ||
        !check_csr(tc, call->body, original, &wish, why) || !check_method(tc, original, &wish, why))
        return NULL;
    reissue = make(tc, original, &wish);
    row_set_text(original, "reissue", row_text(reissue, "id"));
    tc_certificate_touch(tc, original);
    tc_log(tc, original, "replace");
    sim_note(call->request, "%s reissued as %s", row_text(original, "id"), row_text(reissue, "id"));
    tc_certificate_start(tc, reissue, steps(tc, original, reissue));
    return json_pack("{s:s}", "CertificateId", row_text(reissue, "id"));
}
