/* tencent_order - see tencent_order.h. */
#include "tests/vendorsim/tencent_order.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/names.h"
#include "tests/vendorsim/tencent_account.h"
#include "tests/vendorsim/tencent_calls.h"
#include "tests/vendorsim/tencent_csr.h"
#include "tests/vendorsim/tencent_validation.h"

#define FREE_PRODUCT   83
#define DOMAIN_MAX     250
#define RENEW_WINDOW_S (30 * DAY_S)
#define INVALID_PARAM  "FailedOperation.InvalidParam"

static const struct tc_csr_codes csr_codes = {
    INVALID_PARAM, INVALID_PARAM, "InvalidParameter.RenewAlgorithmInvalid"};

/* Names. */

static bool is_wildcard(const char *name)
{
    return strncmp(name, "*.", 2) == 0;
}

static bool check_name(
    const struct tc_product *product, const char *name, const char *code, struct tc_refusal *why)
{
    bool must = product->domains == TC_WILDCARD,
         may = must || product->domains == TC_MULTI_WILDCARD;

    if (!name_is_good(name, false))
        return tc_refuse(why, code, "%s is no domain name.", name);
    if (strlen(name) > COMMON_NAME_MAX)
        return tc_refuse(why, "InvalidParameterValue.CertificateDomainMaxLengthInvalid",
            "A domain name has at most %d characters.", COMMON_NAME_MAX);
    if (is_wildcard(name) ? !may : must)
        return tc_refuse(why, code, "%s is not a name that %s can have.", name, product->name);
    return true;
}

bool tc_order_set_names(json_t *certificate, const char *common_name, const json_t *others,
    const char *code, struct tc_refusal *why)
{
    const struct tc_product *product = tc_certificate_product(certificate);
    json_t *names = names_of(common_name, others);
    size_t max = tc_product_has_many(product) ? (size_t)row_int(certificate, "domain_num") : 1;
    bool good = true;

    if (json_array_size(names) > max)
        good = tc_refuse(why, code, "%zu names are more than the %zu that were bought.",
            json_array_size(names), max);
    for (size_t i = 0; good && i < json_array_size(names); i++)
        good = check_name(product, json_string_value(json_array_get(names, i)), code, why);
    if (good)
        json_object_set(certificate, "names", names);
    json_decref(names);
    return good;
}

/* Free certificates (8.1). */

static bool is_in_use(const json_t *certificate)
{
    enum tc_status status = tc_status_of(certificate);

    return status != TC_EXPIRED && status != TC_REVOKED && status != TC_CANCELLED &&
           status != TC_FAILED;
}

static bool check_free_quota(
    const struct tencent *tc, const char *account, const char *name, struct tc_refusal *why)
{
    json_t *all = state_all(tc->state, TC_CERTIFICATE), *certificate;
    const char *id, *domain = tc_primary_domain(tc, name);
    int64_t in_account = 0, in_domain = 0;

    json_object_foreach(all, id, certificate)
    {
        const json_t *names = json_object_get(certificate, "names");

        if (!row_is(certificate, "account", account) ||
            row_is(certificate, "kind", TC_KIND_UPLOAD) ||
            row_is(certificate, "kind", TC_KIND_REISSUE) ||
            !tc_certificate_product(certificate)->is_free)
            continue;
        in_account += is_in_use(certificate);
        in_domain +=
            tc_status_of(certificate) != TC_EXPIRED &&
            strcmp(domain, tc_primary_domain(tc, json_string_value(json_array_get(names, 0)))) == 0;
    }
    if (in_account >= sim_int(tc->sim, "free_account_limit"))
        return tc_refuse(why, "FailedOperation.ExceedsFreeLimit",
            "The account's quota of free certificates is used up.");
    if (in_domain >= sim_int(tc->sim, "free_domain_limit"))
        return tc_refuse(why, "FailedOperation.MainDomainCertificateCountLimit",
            "The quota of free certificates of %s is used up.", domain);
    return true;
}

bool tc_order_may_renew(const struct tencent *tc, const json_t *old, struct tc_refusal *why)
{
    int64_t left_s = row_int(old, "not_after_s") - tc_now(tc);

    if (tc_status_of(old) == TC_ISSUED && left_s > 0 && left_s <= RENEW_WINDOW_S)
        return true;
    return tc_refuse(why, "FailedOperation.InvalidCertificateStatusCode",
        "A certificate can be renewed in the 30 days before it expires.");
}

/* The certificate that OldCertificateId names: *old; NULL: it names none. */
static bool read_renewed(const struct tc_call *call, json_t **old, struct tc_refusal *why)
{
    *old = NULL;
    if (row_text(call->body, "OldCertificateId") == NULL)
        return true;
    *old = tc_call_certificate(call, "OldCertificateId", why);
    return *old != NULL && tc_order_may_renew(call->tc, *old, why);
}

static bool check_free_values(const json_t *body, struct tc_refusal *why)
{
    const char *package = row_text(body, "PackageType"), *months = row_text(body, "ValidityPeriod");
    const char *algorithm = row_text(body, "CsrEncryptAlgo");
    const char *email = row_text(body, "ContactEmail");

    if (package != NULL && strcmp(package, "83") != 0)
        return tc_refuse(why, INVALID_PARAM, "PackageType is 83.");
    if (months != NULL && strcmp(months, "3") != 0)
        return tc_refuse(why, INVALID_PARAM, "ValidityPeriod is 3.");
    if (json_array_size(json_object_get(body, "DnsNames")) > 0)
        return tc_refuse(why, INVALID_PARAM, "DnsNames is not supported.");
    if (row_text(body, "PackageId") != NULL)
        return tc_refuse(why, "FailedOperation.PackageNotFound", "There is no such package.");
    if (algorithm != NULL && strcmp(algorithm, "ECC") == 0 &&
        row_text(body, "CsrKeyParameter") == NULL)
        return tc_refuse(why, INVALID_PARAM, "ECC needs CsrKeyParameter.");
    if (email != NULL && strchr(email, '@') == NULL)
        return tc_refuse(why, "InvalidParameterValue.CertificateEmailParseInvalid",
            "ContactEmail is no e-mail address.");
    return true;
}

json_t *tc_apply_certificate(struct tc_call *call, struct tc_refusal *why)
{
    const char *name = row_text(call->body, "DomainName");
    const char *method = row_text(call->body, "DvAuthMethod");
    json_t *draft = json_pack("{s:i,s:i}", "product", FREE_PRODUCT, "domain_num", 1);
    json_t *certificate, *old = NULL, *names;
    struct tc_algorithm algorithm;
    bool good;

    good = check_free_values(call->body, why) &&
           tc_algorithm_read(tc_product(FREE_PRODUCT), row_text(call->body, "CsrEncryptAlgo"),
               row_text(call->body, "CsrKeyParameter"), &algorithm, why) &&
           tc_order_set_names(draft, name, NULL, INVALID_PARAM, why) &&
           tc_method_check(call->tc, call->account, json_object_get(draft, "names"), method, why) &&
           read_renewed(call, &old, why) && tc_account_may_buy(call->key, why) &&
           check_free_quota(call->tc, call->account, name, why);
    names = json_incref(json_object_get(draft, "names"));
    json_decref(draft);
    if (!good) {
        json_decref(names);
        return NULL;
    }
    certificate = tc_certificate_add(
        call->tc, call->account, FREE_PRODUCT, old == NULL ? TC_KIND_NEW : TC_KIND_RENEWAL);
    json_object_set_new(certificate, "names", names);
    row_set_text(certificate, "method", method);
    row_set_int(certificate, "company_type", 1);
    row_set_int(certificate, "project", row_int(call->body, "ProjectId"));
    if (row_text(call->body, "Alias") != NULL)
        row_set_text(certificate, "alias", row_text(call->body, "Alias"));
    row_set_text(certificate, "renewal_of", row_text(old, "id"));
    tc_csr_make(certificate, &algorithm);
    tc_log(call->tc, certificate, "apply");
    sim_note(call->request, "%s applied for", row_text(certificate, "id"));
    tc_certificate_start(
        call->tc, certificate, tc_order_steps(tc_certificate_product(certificate), true));
    return json_pack("{s:s}", "CertificateId", row_text(certificate, "id"));
}

/* Buying (8.2). */

bool tc_order_is_paid(const struct tencent *tc, struct tc_refusal *why)
{
    int64_t max = sim_int(tc->sim, "purchases_max"), bought = 0;
    json_t *all = state_all(tc->state, TC_CERTIFICATE), *certificate;
    const char *id;

    if (max < 0)
        return true;
    json_object_foreach(all, id, certificate) bought +=
        tc_certificate_is_bought(certificate) && !row_is(certificate, "kind", TC_KIND_REISSUE);
    return bought < max ||
           tc_refuse(why, "FailedOperation.TradeError", "The balance is not enough.");
}

static bool check_purchase(const struct tencent *tc, const json_t *body, struct tc_refusal *why)
{
    const struct tc_product *product = tc_product(row_int(body, "ProductId"));
    int64_t domains = row_int(body, "DomainNum");

    if (product == NULL || !product->is_sold)
        return tc_refuse(why, "InvalidParameterValue", "There is no product %lld to be bought.",
            (long long)row_int(body, "ProductId"));
    if (domains < 1 || domains > DOMAIN_MAX || (tc_product_has_many(product) != (domains > 1)))
        return tc_refuse(why, "InvalidParameterValue", "%s cannot have %lld names.", product->name,
            (long long)domains);
    if (!tc_product_takes_years(product, row_int(body, "TimeSpan")))
        return tc_refuse(why, "InvalidParameterValue", "%s cannot be bought for %lld years.",
            product->name, (long long)row_int(body, "TimeSpan"));
    return tc_order_is_paid(tc, why);
}

json_t *tc_create_certificate(struct tc_call *call, struct tc_refusal *why)
{
    json_t *certificate;
    char deal[27], resource[21];

    if (!check_purchase(call->tc, call->body, why) || !tc_account_may_buy(call->key, why))
        return NULL;
    certificate =
        tc_certificate_add(call->tc, call->account, row_int(call->body, "ProductId"), TC_KIND_NEW);
    row_set_int(certificate, "domain_num", row_int(call->body, "DomainNum"));
    row_set_int(certificate, "years", row_int(call->body, "TimeSpan"));
    json_object_set(certificate, "tags", json_object_get(call->body, "Tags"));
    tc_random_text(deal, 26);
    tc_random_text(resource, 20);
    for (char *at = deal; *at != '\0'; at++)
        *at = (char)('0' + (unsigned char)*at % 10);
    tc_log(call->tc, certificate, "applyVIP");
    sim_note(call->request, "%s bought", row_text(certificate, "id"));
    return json_pack("{s:[s],s:[s],s:[s]}", "CertificateIds", row_text(certificate, "id"),
        "DealIds", deal, "ResourceIds", resource);
}

/* Information (8.3, 8.4): two shapes for the same. */

struct information {
    const char *common_name, *csr_mode, *csr, *algorithm, *parameter, *method, *organization;
    const json_t *names;
    int64_t company_type;
};

static bool has_all(const json_t *body, const char *const *members, struct tc_refusal *why)
{
    for (; *members != NULL; members++)
        if (row_text(body, *members) == NULL || row_text(body, *members)[0] == '\0')
            return tc_refuse(why, INVALID_PARAM, "%s is needed here.", *members);
    return true;
}

static bool check_company(
    const struct tc_call *call, const struct tc_product *product, struct tc_refusal *why)
{
    static const char *const members[] = {"OrgOrganization", "OrgDivision", "OrgAddress",
        "OrgCountry", "OrgCity", "OrgRegion", "OrgPhoneArea", "OrgPhoneNumber", "AdminFirstName",
        "AdminLastName", "AdminPhone", "AdminEmail", "AdminTitle", "TechFirstName", "TechLastName",
        "TechPhone", "TechEmail", "TechTitle", NULL};
    const json_t *body = call->body;
    int64_t type = row_int(body, "CompanyType");
    const char *email = row_text(body, "ContactEmail");

    if (type != 1 && type != 2)
        return tc_refuse(why, INVALID_PARAM, "CompanyType is 1 or 2.");
    if (type == 1 && product->level != TC_DV)
        return tc_refuse(why, INVALID_PARAM, "%s is not for individuals.", product->name);
    if (type == 1)
        return (email != NULL && email[0] != '\0') ||
               tc_refuse(why, "FailedOperation.CertificateInfoSubmitContactEmailEmpty",
                   "ContactEmail is needed.");
    if (tc_account_profile(call->tc, call->account, body) != NULL)
        return true;
    if (strcmp(row_text(body, "CompanyId"), "0") != 0)
        return tc_refuse(
            why, INVALID_PARAM, "There is no approved company %s.", row_text(body, "CompanyId"));
    return has_all(body, members, why);
}

static bool take_csr(const struct tencent *tc, json_t *certificate,
    const struct information *information, struct tc_refusal *why)
{
    const struct tc_product *product = tc_certificate_product(certificate);
    struct tc_algorithm algorithm;

    if (strcmp(information->csr_mode, "online") == 0) {
        if (!tc_algorithm_read(
                product, information->algorithm, information->parameter, &algorithm, why))
            return false;
        tc_csr_make(certificate, &algorithm);
        return true;
    }
    if (strcmp(information->csr_mode, "parse") != 0)
        return tc_refuse(why, INVALID_PARAM, "The way to a CSR is online or parse.");
    if (information->csr == NULL)
        return tc_refuse(why, INVALID_PARAM, "parse needs a CSR.");
    if (!tc_csr_check(product, information->csr, information->common_name, tc_csr_needs_name(tc),
            &csr_codes, why))
        return false;
    row_set_text(certificate, "csr", information->csr);
    row_set_text(certificate, "key", NULL);
    return true;
}

/* Takes it into the record, or nothing of it. */
static bool take_information(const struct tc_call *call, json_t *certificate,
    const struct information *information, const char *domain_code, struct tc_refusal *why)
{
    json_t *draft = json_copy(certificate);
    bool good =
        tc_order_set_names(draft, information->common_name, information->names, domain_code, why) &&
        (information->method == NULL ||
            tc_method_check(call->tc, call->account, json_object_get(draft, "names"),
                information->method, why)) &&
        take_csr(call->tc, draft, information, why);

    if (good) {
        row_set_text(draft, "method", information->method);
        row_set_text(draft, "organization", information->organization);
        row_set_int(draft, "company_type", information->company_type);
        json_object_update(certificate, draft);
        tc_certificate_touch(call->tc, certificate);
        tc_log(call->tc, certificate, "submitInfo");
    }
    json_decref(draft);
    return good;
}

static bool is_own_order(const json_t *certificate)
{
    return tc_status_of(certificate) == TC_WAIT_INFO && tc_certificate_is_bought(certificate);
}

json_t *tc_submit_certificate_information(struct tc_call *call, struct tc_refusal *why)
{
    static const char *const members[] = {"CsrType", "CertificateDomain", "OrganizationName",
        "OrganizationDivision", "OrganizationAddress", "OrganizationCountry", "OrganizationCity",
        "OrganizationRegion", "PhoneAreaCode", "PhoneNumber", "AdminFirstName", "AdminLastName",
        "AdminPhoneNum", "AdminEmail", "AdminPosition", "ContactFirstName", "ContactLastName",
        "ContactEmail", "ContactNumber", "ContactPosition", NULL};
    const json_t *body = call->body;
    json_t *certificate = tc_call_certificate(call, "CertificateId", why), *submitted;
    struct information information = {.common_name = row_text(body, "CertificateDomain"),
        .csr_mode = row_text(body, "CsrType"),
        .csr = row_text(body, "CsrContent"),
        .method = row_text(body, "VerifyType"),
        .organization = row_text(body, "OrganizationName"),
        .names = json_object_get(body, "DomainList"),
        .company_type = 2};

    if (certificate == NULL)
        return NULL;
    if (!is_own_order(certificate)) {
        tc_refuse(why, "FailedOperation.InvalidCertificateStatusCode",
            "The certificate does not wait for information.");
        return NULL;
    }
    if (!has_all(body, members, why) ||
        !take_information(call, certificate, &information, INVALID_PARAM, why))
        return NULL;
    submitted = json_copy((json_t *)(uintptr_t)body);
    json_object_del(submitted, "CertificateId");
    json_object_del(submitted, "IsDV");
    json_object_set_new(certificate, "submitted", submitted);
    row_set_bool(certificate, "is_approved", false);
    return json_pack("{s:s}", "CertificateId", row_text(certificate, "id"));
}

/* What 8.4 calls otherwise than SubmittedData does. */
static json_t *submitted_data(const json_t *body)
{
    static const char *const pairs[][2] = {{"GenCsrType", "CsrType"}, {"Csr", "CsrContent"},
        {"CertCommonName", "CertificateDomain"}, {"DnsNames", "DomainList"},
        {"KeyPass", "KeyPassword"}, {"OrgOrganization", "OrganizationName"},
        {"OrgDivision", "OrganizationDivision"}, {"OrgAddress", "OrganizationAddress"},
        {"OrgCountry", "OrganizationCountry"}, {"OrgCity", "OrganizationCity"},
        {"OrgRegion", "OrganizationRegion"}, {"OrgPhoneArea", "PhoneAreaCode"},
        {"OrgPhoneNumber", "PhoneNumber"}, {"AdminFirstName", "AdminFirstName"},
        {"AdminLastName", "AdminLastName"}, {"AdminPhone", "AdminPhoneNum"},
        {"AdminEmail", "AdminEmail"}, {"AdminTitle", "AdminPosition"},
        {"TechFirstName", "ContactFirstName"}, {"TechLastName", "ContactLastName"},
        {"TechPhone", "ContactNumber"}, {"TechEmail", "ContactEmail"},
        {"ContactEmail", "ContactEmail"}, {"TechTitle", "ContactPosition"},
        {"VerifyType", "VerifyType"}};
    json_t *data = json_object();

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (json_object_get(body, pairs[i][0]) != NULL)
            json_object_set(data, pairs[i][1], json_object_get(body, pairs[i][0]));
    return data;
}

json_t *tc_certificate_info_submit(struct tc_call *call, struct tc_refusal *why)
{
    const json_t *body = call->body;
    json_t *certificate = tc_call_certificate(call, "CertId", why);
    const json_t *profile = tc_account_profile(call->tc, call->account, body);
    struct information information = {.common_name = row_text(body, "CertCommonName"),
        .csr_mode = row_text(body, "GenCsrType"),
        .csr = row_text(body, "Csr"),
        .algorithm = row_text(body, "CsrEncryptAlgo"),
        .parameter = row_text(body, "CsrKeyParameter"),
        .method = row_text(body, "VerifyType"),
        .names = json_object_get(body, "DnsNames"),
        .company_type = row_int(body, "CompanyType")};

    if (certificate == NULL)
        return NULL;
    if (!is_own_order(certificate)) {
        tc_refuse(why, "FailedOperation.CertificateInfoSubmitStatusInvalid",
            "The certificate does not wait for information.");
        return NULL;
    }
    if (information.company_type == 2)
        information.organization =
            profile != NULL ? row_text(profile, "organization") : row_text(body, "OrgOrganization");
    if (!check_company(call, tc_certificate_product(certificate), why) ||
        !take_information(call, certificate, &information,
            "FailedOperation.CertificateInfoSubmitDomainInvalid", why))
        return NULL;
    json_object_set_new(certificate, "submitted", submitted_data(body));
    row_set_bool(certificate, "is_approved", profile != NULL);
    row_set_int(certificate, "auto_renew", row_int(body, "AutoRenewFlag"));
    return json_object();
}

/* Submitting (8.5, 8.6). */

const char *const *tc_order_steps(const struct tc_product *product, bool is_approved)
{
    static const char *const domain[] = {TC_STEP_DCV, TC_STEP_ISSUE, NULL};
    static const char *const wotrus[] = {
        TC_STEP_PRE_REVIEW, TC_STEP_DCV, TC_STEP_CA_REVIEW, TC_STEP_ISSUE, NULL};
    static const char *const sm2[] = {
        TC_STEP_LETTER, TC_STEP_DCV, TC_STEP_CA_REVIEW, TC_STEP_ISSUE, NULL};
    static const char *const other[] = {
        TC_STEP_LETTER, TC_STEP_CA_REVIEW, TC_STEP_DCV, TC_STEP_ISSUE, NULL};

    if (product->level == TC_DV)
        return domain;
    if (product->brand == TC_SM2)
        return sm2;
    if (tc_product_class(product) == 'A')
        return wotrus;
    /* An approved profile needs no letter, except for GlobalSign (9.2). */
    return is_approved && product->brand != TC_GLOBALSIGN ? other + 1 : other;
}

static bool submit(struct tc_call *call, json_t *certificate, struct tc_refusal *why)
{
    const struct tc_product *product = tc_certificate_product(certificate);
    const char *method = row_text(call->body, "VerifyType");

    if (!is_own_order(certificate) || row_text(certificate, "csr") == NULL)
        return tc_refuse(why, "FailedOperation.InvalidCertificateStatusCode",
            "The certificate has no information, or was submitted already.");
    if (method == NULL)
        method = row_text(certificate, "method");
    if (method == NULL)
        method = "DNS";
    if (!tc_method_check(
            call->tc, call->account, json_object_get(certificate, "names"), method, why))
        return false;
    row_set_text(certificate, "method", method);
    tc_certificate_start(
        call->tc, certificate, tc_order_steps(product, row_bool(certificate, "is_approved")));
    return true;
}

json_t *tc_commit_certificate_information(struct tc_call *call, struct tc_refusal *why)
{
    json_t *certificate = tc_call_certificate(call, "CertificateId", why);

    if (certificate == NULL || !submit(call, certificate, why))
        return NULL;
    return json_pack("{s:s,s:i}", "OrderId", row_text(certificate, "order_id"), "Status",
        tc_status_shown(call->tc, certificate));
}

json_t *tc_certificate_order_submit(struct tc_call *call, struct tc_refusal *why)
{
    json_t *certificate = tc_call_certificate(call, "CertId", why);

    if (certificate == NULL || !submit(call, certificate, why))
        return NULL;
    return json_pack("{s:s,s:i,s:b}", "OrderId", row_text(certificate, "order_id"), "Status",
        tc_status_shown(call->tc, certificate), "IsAudited", row_bool(certificate, "is_approved"));
}
