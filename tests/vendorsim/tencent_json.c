/* tencent_json - see tencent_json.h. */
#include "tests/vendorsim/tencent_json.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/names.h"

#define EXPIRING_S (30 * DAY_S)

/* Small parts. */

static void put_text(json_t *json, const char *member, const char *text)
{
    json_object_set_new(json, member, text == NULL ? json_null() : json_string(text));
}

static void put_number_text(json_t *json, const char *member, int64_t number)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, number);
    put_text(json, member, text);
}

static const char *status_name(enum tc_status status, bool chinese)
{
    static const char *const names[][2] = {[TC_REVIEW] = {"Pending validation", "审核中"},
        [TC_ISSUED] = {"Issued", "已颁发"},
        [TC_FAILED] = {"Review failed", "审核失败"},
        [TC_EXPIRED] = {"Expired", "已过期"},
        [TC_DNS_ADDED] = {"DNS record added", "已添加DNS记录"},
        [TC_WAIT_INFO] = {"Information not submitted", "待提交资料"},
        [TC_CANCELLING] = {"Cancelling", "订单取消中"},
        [TC_CANCELLED] = {"Cancelled", "已取消"},
        [TC_WAIT_LETTER] = {"Confirmation letter not uploaded", "待上传确认函"},
        [TC_REVOKING] = {"Revoking", "证书吊销中"},
        [TC_REVOKED] = {"Revoked", "已吊销"},
        [TC_REISSUING] = {"Reissuing", "重颁发中"},
        [TC_WAIT_REVOKE_LETTER] = {"Revocation letter not uploaded", "待上传吊销确认函"},
        [TC_FREE_WAIT_INFO] = {"Information not submitted", "待提交资料"},
        [TC_REFUNDED] = {"Refunded", "已退款"}};

    return names[status][chinese];
}

static const char *algorithm_of(const json_t *certificate)
{
    const char *algorithm = row_text(certificate, "algorithm");

    return algorithm == NULL ? "" : algorithm;
}

static bool was_issued(const json_t *certificate)
{
    return row_int(certificate, "issued_s") > 0;
}

static const char *first_name(const json_t *certificate)
{
    return json_string_value(json_array_get(json_object_get(certificate, "names"), 0));
}

/* The names that it has or, once it is issued, got; with the first one or without. */
static json_t *names_json(const json_t *certificate, bool with_first)
{
    json_t *names = json_deep_copy(json_object_get(certificate, "names"));

    if (names == NULL)
        return json_array();
    if (was_issued(certificate))
        json_array_extend(names, json_object_get(certificate, "extra_names"));
    if (!with_first)
        json_array_remove(names, 0);
    return names;
}

static json_t *extra_json(const struct tencent *tc, const json_t *certificate)
{
    bool early = sim_bool(tc->sim, "reissue_links_early");
    bool swapped = sim_bool(tc->sim, "reissue_links_swapped");
    const char *child = row_text(certificate, "replaced_by");
    const char *original = row_text(certificate, "replaces");
    bool is_sm2 = tc_certificate_product(certificate)->brand == TC_SM2;
    json_t *extra = json_object();

    if (child == NULL && early)
        child = row_text(certificate, "reissue");
    if (!was_issued(certificate) && !early)
        original = NULL;
    put_number_text(extra, "DomainNumber", row_int(certificate, "domain_num"));
    put_text(extra, "OriginCertificateId", row_text(certificate, "renewal_of"));
    put_text(extra, "ReplacedBy", swapped ? child : original);
    put_text(extra, "ReplacedFor", swapped ? original : child);
    put_text(extra, "RenewOrder", row_text(certificate, "renewed_by"));
    row_set_int(extra, "SMCert", is_sm2);
    row_set_int(extra, "CompanyType",
        row_int(certificate, "company_type") == 0 ? 1 : row_int(certificate, "company_type"));
    return extra;
}

/* What is to be published (7.3). */

static json_t *auths_json(const json_t *validations)
{
    json_t *list = json_array();

    for (size_t i = 0; i < json_array_size(validations); i++) {
        const json_t *one = json_array_get(validations, i);

        json_array_append_new(
            list, json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "DvAuthKey", row_text(one, "key"),
                      "DvAuthValue", row_text(one, "value"), "DvAuthDomain", row_text(one, "host"),
                      "DvAuthPath", row_text(one, "path"), "DvAuthSubDomain", row_text(one, "sub"),
                      "DvAuthVerifyType", row_text(one, "type")));
    }
    return list;
}

static json_t *auth_detail_json(const json_t *certificate)
{
    const json_t *validations = json_object_get(certificate, "validations");
    const json_t *first = json_array_get(validations, 0);

    if (!tc_certificate_is_at(certificate, TC_STEP_DCV) || first == NULL)
        return json_pack("{s:n,s:n,s:n,s:n,s:s,s:n}", "DvAuthKey", "DvAuthValue", "DvAuthDomain",
            "DvAuthPath", "DvAuthKeySubDomain", "", "DvAuths");
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:o}", "DvAuthKey", row_text(first, "key"),
        "DvAuthValue", row_text(first, "value"), "DvAuthDomain", row_text(first, "host"),
        "DvAuthPath", row_text(first, "path"), "DvAuthKeySubDomain", row_text(first, "sub"),
        "DvAuths", auths_json(validations));
}

/* What all three shapes have alike. */
static json_t *head_json(struct tencent *tc, const json_t *certificate, bool chinese)
{
    const struct tc_product *product = tc_certificate_product(certificate);
    bool uploaded = row_is(certificate, "kind", TC_KIND_UPLOAD);
    enum tc_status status = tc_status_shown(tc, certificate);
    int64_t months = uploaded || product->is_free ? 3 : 12 * row_int(certificate, "years");
    json_t *json = json_object();

    put_text(json, "OwnerUin", row_text(certificate, "account"));
    put_number_text(json, "ProjectId", row_int(certificate, "project"));
    put_text(json, "From", uploaded ? "upload" : tc_product_from(product));
    put_text(json, "CertificateType", "SVR");
    json_object_set_new(json, "PackageType", json_null());
    if (!uploaded)
        put_number_text(json, "PackageType", product->id);
    put_text(json, "ProductZhName", uploaded ? "" : product->name);
    put_text(json, "Domain", first_name(certificate) == NULL ? "" : first_name(certificate));
    put_text(json, "Alias", row_text(certificate, "alias"));
    row_set_int(json, "Status", status);
    put_text(json, "StatusMsg", row_text(certificate, "message"));
    put_text(json, "StatusName", status_name(status, chinese));
    put_text(json, "VerifyType", row_text(certificate, "method"));
    put_text(json, "VulnerabilityStatus", "INACTIVE");
    tc_put_time(json, "CertBeginTime", row_int(certificate, "not_before_s"));
    tc_put_time(json, "CertEndTime", row_int(certificate, "not_after_s"));
    tc_put_time(json, "InsertTime", row_int(certificate, "created_s"));
    put_number_text(json, "ValidityPeriod", months);
    json_object_set_new(json, "CertificateExtra", extra_json(tc, certificate));
    put_text(json, "CertificateId", row_text(certificate, "id"));
    row_set_bool(json, "IsVip", tc_certificate_is_bought(certificate));
    row_set_bool(
        json, "IsWildcard", first_name(certificate) != NULL && first_name(certificate)[0] == '*');
    row_set_bool(json, "IsDv", product->level == TC_DV);
    row_set_bool(json, "IsVulnerability", false);
    row_set_bool(json, "Deployable", status == TC_ISSUED);
    row_set_bool(json, "RenewAble",
        status == TC_ISSUED && row_int(certificate, "not_after_s") - tc_now(tc) <= EXPIRING_S);
    json_object_set_new(json, "Tags", json_array());
    if (json_object_get(certificate, "tags") != NULL)
        json_object_set(json, "Tags", json_object_get(certificate, "tags"));
    return json;
}

static json_t *describe(struct tencent *tc, const json_t *certificate, bool chinese)
{
    bool pending = !was_issued(certificate);
    json_t *json = head_json(tc, certificate, chinese);

    put_text(json, "VulnerabilityReport", NULL);
    put_text(json, "OrderId", row_text(certificate, "order_id"));
    json_object_set_new(json, "DvAuthDetail", auth_detail_json(certificate));
    json_object_set_new(json, "SubmittedData", json_null());
    if (pending && json_object_get(certificate, "submitted") != NULL)
        json_object_set(json, "SubmittedData", json_object_get(certificate, "submitted"));
    json_object_set_new(json, "DvRevokeAuthDetail",
        tc_status_of(certificate) == TC_REVOKING
            ? auths_json(json_object_get(certificate, "revocation"))
            : json_array());
    return json;
}

json_t *tc_certificate_json(struct tencent *tc, const json_t *certificate, bool chinese)
{
    json_t *json = describe(tc, certificate, chinese);

    json_object_set(json, "PackageTypeName", json_object_get(json, "ProductZhName"));
    json_object_set_new(json, "SubjectAltName", names_json(certificate, true));
    json_object_set_new(json, "CAEncryptAlgorithms", json_array());
    json_object_set_new(json, "CACommonNames", json_array());
    json_object_set_new(json, "CAEndTimes", json_array());
    return json;
}

/* The certificate itself (8.8). */

static void add_chain_info(struct tencent *tc, const json_t *certificate, json_t *json)
{
    char *thumbprint = ca_thumbprint(NULL, sim_ca(tc->sim), row_text(certificate, "serial"));
    json_t *info = json_object();

    put_text(json, "CertFingerprint", thumbprint);
    for (char *at = thumbprint; at != NULL && *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    put_text(info, "Issuer", ca_intermediate_name(sim_ca(tc->sim)));
    put_text(info, "Subject", first_name(certificate));
    put_text(info, "Fingerprint", thumbprint);
    tc_put_time(info, "ValidFrom", row_int(certificate, "not_before_s"));
    tc_put_time(info, "ValidTo", row_int(certificate, "not_after_s"));
    json_object_set_new(json, "CertChainInfo", json_pack("[o]", info));
    mem_free(thumbprint);
}

static void add_issued(
    struct tencent *tc, const json_t *certificate, enum ca_spoil spoil, json_t *json)
{
    void *mem = mem_pool(NULL, 16384);
    struct ca_chain chain;
    struct err e = {0};

    if (ca_chain(mem, sim_ca(tc->sim), row_text(certificate, "serial"), spoil, &chain, &e) ==
        ERR_OK) {
        bool alone = sim_bool(tc->sim, "leaf_only");

        put_text(json, "CertificatePublicKey",
            mem_printf(mem, "%s%s", chain.leaf, alone ? "" : chain.intermediate));
        put_text(json_object_get(json, "RootCert"), "Standard", chain.root);
        add_chain_info(tc, certificate, json);
    }
    put_text(json, "CertificatePrivateKey", row_text(certificate, "key"));
    mem_free(mem);
}

json_t *tc_certificate_detail_json(
    struct tencent *tc, const json_t *certificate, bool chinese, enum ca_spoil spoil)
{
    const struct tc_product *product = tc_certificate_product(certificate);
    json_t *json = describe(tc, certificate, chinese);

    json_object_set(json, "TypeName", json_object_get(json, "ProductZhName"));
    json_object_set_new(json, "SubjectAltName", names_json(certificate, false));
    json_object_set_new(
        json, "RootCert", json_pack("{s:n,s:n,s:n}", "Sign", "Encrypt", "Standard"));
    put_text(json, "CertificatePublicKey", NULL);
    put_text(json, "CertificatePrivateKey", NULL);
    put_text(json, "EncryptCert", NULL);
    put_text(json, "EncryptPrivateKey", NULL);
    put_text(json, "EncryptCertFingerprint", NULL);
    put_text(json, "CertFingerprint", NULL);
    json_object_set_new(json, "CertChainInfo", json_null());
    put_text(json, "EncryptAlgorithm", algorithm_of(certificate));
    row_set_int(json, "DomainType", product->domains);
    put_text(json, "CertType", tc_level_name(product->level));
    row_set_bool(json, "UseCrossSignRoot", false);
    row_set_int(json, "HostingStatus", -1);
    if (row_text(certificate, "pem") != NULL)
        put_text(json, "CertificatePublicKey", row_text(certificate, "pem"));
    else if (row_text(certificate, "serial") != NULL)
        add_issued(tc, certificate, spoil, json);
    return json;
}

/* The list (8.9). */

json_t *tc_certificate_row_json(struct tencent *tc, const json_t *certificate, bool chinese)
{
    const json_t *original = tc_certificate_get(tc, row_text(certificate, "replaces"));
    bool is_issued = tc_status_of(certificate) == TC_ISSUED;
    int64_t left_s = row_int(certificate, "not_after_s") - tc_now(tc);
    json_t *json = head_json(tc, certificate, chinese);

    if (row_text(certificate, "message") == NULL)
        put_text(json, "StatusMsg", "");
    json_object_set(json, "PackageTypeName", json_object_get(json, "ProductZhName"));
    json_object_set_new(json, "SubjectAltName", names_json(certificate, true));
    json_object_set_new(json, "CertSANs", names_json(certificate, true));
    put_text(json, "EncryptAlgorithm", algorithm_of(certificate));
    row_set_bool(json, "IsIgnore", false);
    row_set_bool(json, "IsSM", tc_certificate_product(certificate)->brand == TC_SM2);
    row_set_bool(json, "ReplaceOriCertIsDelete",
        original == NULL && row_text(certificate, "replaces") != NULL);
    row_set_bool(json, "IsExpiring", is_issued && left_s <= EXPIRING_S);
    tc_put_time(json, "DVAuthDeadline", row_int(certificate, "deadline_s"));
    tc_put_time(json, "ValidationPassedTime", row_int(certificate, "validated_s"));
    tc_put_time(json, "CertRevokedTime", row_int(certificate, "revoked_s"));
    put_text(json, "HasRenewOrder",
        row_text(certificate, "renewed_by") == NULL ? "" : row_text(certificate, "renewed_by"));
    row_set_int(json, "AutoRenewFlag", row_int(certificate, "auto_renew"));
    row_set_bool(json, "AllowDownload", tc_status_shown(tc, certificate) == TC_ISSUED);
    row_set_bool(json, "IsPackage", row_bool(certificate, "by_package"));
    json_object_set_new(json, "BoundResource", json_array());
    json_object_set_new(json, "PreAuditInfo",
        json_pack("{s:I,s:I,s:s}", "TotalPeriod", (json_int_t)row_int(certificate, "years"),
            "NowPeriod", (json_int_t)row_int(certificate, "year"), "ManagerId", ""));
    json_object_set_new(json, "ProjectInfo",
        json_pack("{s:s,s:I,s:s,s:s,s:I,s:o}", "ProjectName", "Default Project",
            "ProjectCreatorUin", (json_int_t)0, "ProjectCreateTime", "", "ProjectResume", "",
            "OwnerUin", (json_int_t)0, "ProjectId",
            json_deep_copy(json_object_get(json, "ProjectId"))));
    return json;
}
