/* tencent_actions - see tencent_actions.h. */
#include "tests/vendorsim/tencent_actions.h"

#include <string.h>

#include "tests/vendorsim/tencent_calls.h"

/* clang-format off */
#define ORGANIZATION_FIELDS \
    "OrgOrganization:s OrgDivision:s OrgAddress:s OrgCountry:s OrgCity:s OrgRegion:s OrgPhoneArea:s " \
    "OrgPhoneNumber:s AdminFirstName:s AdminLastName:s AdminPhone:s AdminEmail:s AdminTitle:s " \
    "TechFirstName:s TechLastName:s TechPhone:s TechEmail:s TechTitle:s OrgIdType:s OrgIdNumber:s " \
    "AdminIdType:s TechIdType:s AdminIdNumber:s TechIdNumber:s "

static const struct tc_action actions[] = {
    {"ApplyCertificate",
        "DvAuthMethod:s! DomainName:s! ProjectId:i PackageType:s ContactEmail:s ContactPhone:s ValidityPeriod:s "
        "CsrEncryptAlgo:s CsrKeyParameter:s CsrKeyPassword:s Alias:s OldCertificateId:s PackageId:s "
        "DeleteDnsAutoRecord:b DnsNames:S", false, tc_apply_certificate, NULL},
    {"CreateCertificate", "ProductId:i! DomainNum:i! TimeSpan:i! AutoVoucher:i Tags:T", false, tc_create_certificate, NULL},
    {"SubmitCertificateInformation",
        "CertificateId:s! CsrType:s CsrContent:s CertificateDomain:s DomainList:S KeyPassword:s OrganizationName:s "
        "OrganizationDivision:s OrganizationAddress:s OrganizationCountry:s OrganizationCity:s OrganizationRegion:s "
        "PostalCode:s PhoneAreaCode:s PhoneNumber:s VerifyType:s AdminFirstName:s AdminLastName:s AdminPhoneNum:s "
        "AdminEmail:s AdminPosition:s ContactFirstName:s ContactLastName:s ContactEmail:s ContactNumber:s "
        "ContactPosition:s IsDV:b", false, tc_submit_certificate_information, NULL},
    {"CertificateInfoSubmit",
        "CertId:s! GenCsrType:s! CertCommonName:s! CompanyType:i! CompanyId:s! ManagerId:s Csr:s DnsNames:S "
        "CsrEncryptAlgo:s CsrKeyParameter:s KeyPass:s VerifyType:s ContactEmail:s " ORGANIZATION_FIELDS
        "AutoRenewFlag:i Type:i CaType:s SignAlgo:s UseCrossSignRoot:b", false, tc_certificate_info_submit, NULL},
    {"CommitCertificateInformation", "CertificateId:s! VerifyType:s", false, tc_commit_certificate_information, NULL},
    {"CertificateOrderSubmit", "CertId:s! DeleteDnsAutoRecord:i VerifyType:s", false, tc_certificate_order_submit, NULL},
    {"DescribeCertificate", "CertificateId:s!", false, tc_describe_certificate, NULL},
    {"DescribeCertificateDetail", "CertificateId:s!", false, tc_describe_certificate_detail, NULL},
    {"DescribeCertificates",
        "Offset:i Limit:i SearchKey:s CertificateType:s ProjectId:i ExpirationSort:s CertificateStatus:I Deployable:i "
        "Upload:i Renew:i IsSM:i FilterExpiring:i Hostable:i IsPendingIssue:i FilterSource:s Tags:T CertIds:S "
        "ServiceId:s", false, tc_describe_certificates, NULL},
    {"DownloadCertificate", "CertificateId:s!", false, tc_download_certificate, NULL},
    {"DescribeDownloadCertificateUrl", "CertificateId:s! ServiceType:s", true, tc_describe_download_url, NULL},
    {"ReplaceCertificate",
        "CertificateId:s! ValidType:s! CsrType:s CsrContent:s CsrkeyPassword:s Reason:s CertCSREncryptAlgo:s "
        "CertCSRKeyParameter:s SignAlgo:s UseCrossSignRoot:b", false, tc_replace_certificate, NULL},
    {"CompleteCertificate", "CertificateId:s!", true, NULL, tc_complete_certificate},
    {"CheckCertificateDomainVerification", "CertificateId:s!", false, NULL, tc_check_domain_verification},
    {"CancelCertificateOrder", "CertificateId:s!", false, tc_cancel_certificate_order, NULL},
    {"CancelAuditCertificate", "CertificateId:s!", false, tc_cancel_audit_certificate, NULL},
    {"ModifyCertificateResubmit", "CertificateId:s!", false, tc_modify_certificate_resubmit, NULL},
    {"RevokeCertificate", "CertificateId:s! Reason:s", false, tc_revoke_certificate, NULL},
    {"DeleteCertificate", "CertificateId:s! IsCheckResource:b", false, tc_delete_certificate, NULL},
    {"DeleteCertificates", "CertificateIds:S! IsSync:b", true, tc_delete_certificates, NULL},
    {"DescribeDeleteCertificatesTaskResult", "TaskIds:S!", true, tc_describe_delete_tasks, NULL},
    {"UploadConfirmLetter", "CertificateId:s! ConfirmLetter:s!", false, tc_upload_confirm_letter, NULL},
    {"UploadRevokeLetter", "CertificateId:s! RevokeLetter:s!", true, tc_upload_revoke_letter, NULL},
    {"ModifyCertificateAlias", "CertificateId:s! Alias:s", false, tc_modify_certificate_alias, NULL},
    {"ModifyCertificateProject", "CertificateIdList:S! ProjectId:i!", false, tc_modify_certificate_project, NULL},
    {"UploadCertificate",
        "CertificatePublicKey:s! CertificatePrivateKey:s CertificateType:s Alias:s ProjectId:i CertificateUse:s Tags:T "
        "Repeatable:b KeyPassword:s", false, tc_upload_certificate, NULL},
    {"CreateCertificateByPackage",
        "ProductPid:i! PackageIds:S! DomainCount:s! Period:i! OldCertificateId:s RenewGenCsrMethod:s RenewCsr:s "
        "RenewAlgorithmType:s RenewAlgorithmParam:s RenewKeyPass:s ProjectId:i Tags:T DomainNames:s CertificateCount:i "
        "ManagerId:i CompanyId:i VerifyType:s PriceKey:s", true, tc_create_certificate_by_package, NULL},
    {"DescribePackages",
        "Offset:i Limit:i Status:s ExpireTime:s PackageId:s Type:s Pid:i", true, tc_describe_packages, NULL},
    {"DescribeCertificateOperateLogs", "Offset:i Limit:i StartTime:s EndTime:s", false, tc_describe_operate_logs, NULL},
};
/* clang-format on */

const struct tc_action *tc_action_find(const struct tencent *tc, const char *name)
{
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (strcmp(actions[i].name, name) == 0)
            return actions[i].only_china && !tc_is_china(tc) ? NULL : &actions[i];
    return NULL;
}

/* Fields. */

struct field {
    const char *name;
    size_t name_len;
    char type;
    bool is_required;
};

/* The next field of the list; false at its end. */
static bool next_field(const char **fields, struct field *field)
{
    const char *at = *fields + strspn(*fields, " ");

    if (*at == '\0')
        return false;
    field->name = at;
    field->name_len = strcspn(at, ":");
    at += field->name_len + 1;
    field->type = *at++;
    field->is_required = *at == '!';
    *fields = at + field->is_required;
    return true;
}

static bool names(const struct field *field, const char *name)
{
    return strlen(name) == field->name_len && strncmp(name, field->name, field->name_len) == 0;
}

static bool is_known(const char *fields, const char *name)
{
    struct field field;

    while (next_field(&fields, &field))
        if (names(&field, name))
            return true;
    return false;
}

static bool all_are(const json_t *list, bool (*is)(const json_t *value))
{
    if (!json_is_array(list))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!is(json_array_get(list, i)))
            return false;
    return true;
}

static bool is_text(const json_t *value)
{
    return json_is_string(value);
}

static bool is_number(const json_t *value)
{
    return json_is_integer(value);
}

static bool is_tag(const json_t *value)
{
    return json_object_size(value) == 2 && row_text(value, "TagKey") != NULL &&
           row_text(value, "TagValue") != NULL;
}

static bool is_of_type(const json_t *value, char type)
{
    switch (type) {
    case 's':
        return is_text(value);
    case 'i':
        return is_number(value);
    case 'b':
        return json_is_boolean(value);
    case 'S':
        return all_are(value, is_text);
    case 'I':
        return all_are(value, is_number);
    default:
        return all_are(value, is_tag);
    }
}

bool tc_fields_check(const char *fields, const json_t *body, struct tc_refusal *why)
{
    const char *at = fields, *name;
    struct field field;
    json_t *value;

    if (!json_is_object(body))
        return tc_refuse(why, "InvalidParameter", "The body is not a JSON object.");
    json_object_foreach(
        (json_t *)(uintptr_t)body, name, value) if (!is_known(fields, name)) return tc_refuse(why,
        "UnknownParameter", "The parameter `%s` is not recognized.", name);
    while (next_field(&at, &field)) {
        value = json_object_getn(body, field.name, field.name_len);
        if (value == NULL && field.is_required)
            return tc_refuse(why, "MissingParameter", "The parameter `%.*s` is missing.",
                (int)field.name_len, field.name);
    }
    for (at = fields; next_field(&at, &field);) {
        value = json_object_getn(body, field.name, field.name_len);
        if (value != NULL && !is_of_type(value, field.type))
            return tc_refuse(why, "InvalidParameter", "The parameter `%.*s` is of a wrong type.",
                (int)field.name_len, field.name);
    }
    return true;
}

void tc_action_do(const struct tc_action *action, struct tc_call *call)
{
    struct tc_refusal why;
    json_t *answer;

    if (!tc_fields_check(action->fields, call->body, &why)) {
        tc_answer_refusal(call, &why);
    } else if (action->begin != NULL) {
        if (!action->begin(call, &why))
            tc_answer_refusal(call, &why);
    } else if ((answer = action->run(call, &why)) != NULL) {
        tc_answer(call, answer);
    } else {
        tc_answer_refusal(call, &why);
    }
}
