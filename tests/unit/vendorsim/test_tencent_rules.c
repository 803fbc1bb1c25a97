/* The rules of the simulated Tencent Cloud, row by row as the description of the service has them
 * (12.1), by signed calls. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/test_main.h"
#include "tests/unit/vendorsim/tencent_rig.h"
#include "tests/vendorsim/tencent_certificate.h"

#define INVALID  "FailedOperation.InvalidParam"
#define STATUS   "FailedOperation.InvalidCertificateStatusCode"
#define NO_KEY   "InvalidParameter.RenewAlgorithmInvalid"
#define REPLACED "FailedOperation.OrderAlreadyReplaced"

/* What is there before a call: a purchase of the console, and how old it is. */
struct row {
    const char *rule, *bought;
    int64_t days;
    const char *action, *params, *code; /* "": done */
};

static void check(const struct row *rows, size_t len, const char *const *set)
{
    for (size_t i = 0; i < len; i++) {
        struct tencent_rig rig;
        const char *code;
        json_t *certificate;

        tencent_rig_open(&rig, set);
        certificate = tencent_rig_buy(&rig, rows[i].bought);
        if (rows[i].days > 0)
            tencent_rig_advance(&rig, rows[i].days * DAY_S);
        code = tencent_rig_code(&rig, rows[i].action, rows[i].params, row_text(certificate, "id"));
        if (strcmp(code, rows[i].code) != 0)
            printf("\n    %s: %s\n", rows[i].rule, code);
        CU_ASSERT_STRING_EQUAL(code, rows[i].code);
        tencent_rig_close(&rig);
    }
}

#define PAID          "{\"product\":104,\"names\":[\"shop.example.net\"]}"
#define PENDING       "{\"product\":104,\"names\":[\"shop.example.net\"],\"validated\":false}"
#define WAITING       "{\"product\":104,\"names\":[\"shop.example.net\"],\"submitted\":false}"
#define WILDCARD      "{\"product\":12,\"names\":[\"*.example.net\"]}"
#define FREE          "{\"product\":83,\"names\":[\"shop.example.net\"]}"
#define UPLOADED      "{\"product\":104,\"names\":[\"shop.example.net\"],\"uploaded\":true}"
#define WOTRUS        "{\"product\":25,\"names\":[\"shop.example.net\"],\"validated\":false}"
#define ID            "{\"CertificateId\":\"$\"}"
#define REPLACE(more) "{\"CertificateId\":\"$\",\"ValidType\":\"DNS\"" more "}"

static void rules_of_reissues(void)
{
    static const struct row rows[] = {
        {"all: known", PAID, 0, "ReplaceCertificate",
            "{\"CertificateId\":\"AAAAAAAA\",\"ValidType\":\"DNS\"}",
            "FailedOperation.CertificateNotFound"},
        {"all: ValidType", PAID, 0, "ReplaceCertificate",
            "{\"CertificateId\":\"$\",\"ValidType\":\"EMAIL\"}", INVALID},
        {"all: CsrType", PAID, 0, "ReplaceCertificate", REPLACE(",\"CsrType\":\"parse\""), INVALID},
        {"all: any case", PAID, 0, "ReplaceCertificate", REPLACE(",\"CsrType\":\"Original\""), ""},
        {"all: algorithm", PAID, 0, "ReplaceCertificate",
            REPLACE(",\"CsrType\":\"online\",\"CertCSREncryptAlgo\":\"DSA\""), INVALID},
        {"TC-REISSUE-10", UPLOADED, 0, "ReplaceCertificate", REPLACE(""),
            "FailedOperation.InvalidCertificateSource"},
        {"TC-REISSUE-1", PENDING, 0, "ReplaceCertificate", REPLACE(""), STATUS},
        {"TC-REISSUE-1", WAITING, 0, "ReplaceCertificate", REPLACE(""), STATUS},
        {"TC-REISSUE-1, expired", PAID, 366, "ReplaceCertificate", REPLACE(""), STATUS},
        {"TC-REISSUE-2", PAID, 336, "ReplaceCertificate", REPLACE(""),
            "FailedOperation.OrderReplaceFailed"},
        {"TC-REISSUE-2", PAID, 333, "ReplaceCertificate", REPLACE(""), ""},
        {"TC-REISSUE-8", FREE, 0, "ReplaceCertificate",
            REPLACE(",\"CsrType\":\"online\",\"CertCSREncryptAlgo\":\"ECC\""), NO_KEY},
        {"TC-CSR-2", FREE, 0, "ReplaceCertificate", REPLACE(",\"CsrType\":\"upload\""), INVALID},
        {"TC-CSR-2", FREE, 0, "ReplaceCertificate", REPLACE(",\"CsrType\":\"online\""), ""},
        {"TC-CSR-1", PAID, 0, "ReplaceCertificate", REPLACE(",\"CsrType\":\"upload\""), INVALID},
        {"TC-CSR-1", PAID, 0, "ReplaceCertificate",
            REPLACE(",\"CsrType\":\"upload\",\"CsrContent\":\"hello\""),
            "FailedOperation.CertificateCsrParseFailed"},
        {"TC-CSR-3", PAID, 0, "ReplaceCertificate",
            REPLACE(",\"CsrType\":\"online\",\"CertCSREncryptAlgo\":\"RSA\","
                    "\"CertCSRKeyParameter\":\"4096\""),
            NO_KEY},
        {"TC-DCV-2", WILDCARD, 0, "ReplaceCertificate",
            "{\"CertificateId\":\"$\",\"ValidType\":\"FILE\"}", INVALID},
        {"TC-DCV-3", PAID, 0, "ReplaceCertificate",
            "{\"CertificateId\":\"$\",\"ValidType\":\"DNS_AUTO\"}", INVALID},
    };

    check(rows, sizeof rows / sizeof *rows, NULL);
}

static void rules_of_states(void)
{
    static const struct row rows[] = {
        {"submit outside 5", PAID, 0, "CertificateOrderSubmit", "{\"CertId\":\"$\"}", STATUS},
        {"submit without names",
            "{\"product\":83,\"names\":[\"a.example.net\"],\"submitted\":false}", 0,
            "CertificateOrderSubmit", "{\"CertId\":\"$\"}", STATUS},
        {"submit", WAITING, 0, "CertificateOrderSubmit", "{\"CertId\":\"$\"}", ""},
        {"commit", WAITING, 0, "CommitCertificateInformation", ID, ""},
        {"download outside 1", PENDING, 0, "DownloadCertificate", ID, STATUS},
        {"download", PAID, 0, "DownloadCertificate", ID, ""},
        {"complete outside 0, 4", PAID, 0, "CompleteCertificate", ID,
            "FailedOperation.CertificateNotFoundOrAudited"},
        {"complete for WoTrus", WOTRUS, 0, "CompleteCertificate", ID, INVALID},
        {"complete", PENDING, 0, "CompleteCertificate", ID, ""},
        {"check outside 0, 4, 11", PAID, 0, "CheckCertificateDomainVerification", ID,
            "FailedOperation.CertificateStatusNotAllowVerify"},
        {"check", WOTRUS, 0, "CheckCertificateDomainVerification", ID, ""},
        {"TC-CANCEL-1", PAID, 0, "CancelAuditCertificate", ID,
            "FailedOperation.CertificateNotFoundOrCantCancel"},
        {"TC-CANCEL-1", PENDING, 0, "CancelAuditCertificate", ID, ""},
        {"order outside 0, 4, 5, 8", PAID, 0, "CancelCertificateOrder", ID, STATUS},
        {"order in 5", WAITING, 0, "CancelCertificateOrder", ID, ""},
        {"resubmit outside 2, 7", PENDING, 0, "ModifyCertificateResubmit", ID,
            "FailedOperation.CertificateStatusNotAllowResubmit"},
        {"resubmit in 2", PENDING, 4, "ModifyCertificateResubmit", ID, ""},
        {"TC-REVOKE-1", UPLOADED, 0, "RevokeCertificate", ID,
            "FailedOperation.InvalidCertificateSource"},
        {"TC-REVOKE-1", PENDING, 0, "RevokeCertificate", ID, STATUS},
        {"TC-REVOKE-4", PAID, 336, "RevokeCertificate", ID, "FailedOperation.RevokeFailed"},
        {"revoke", PAID, 300, "RevokeCertificate", ID, ""},
        {"TC-DELETE-1", PAID, 0, "DeleteCertificate", ID, "FailedOperation.CannotBeDeletedIssued"},
        {"TC-DELETE-1", PENDING, 0, "DeleteCertificate", ID, STATUS},
        {"TC-DELETE-1", WAITING, 0, "DeleteCertificate", ID, STATUS},
        {"TC-DELETE-1, expired", PAID, 366, "DeleteCertificate", ID, ""},
        {"TC-DELETE-1, failed", PENDING, 4, "DeleteCertificate", ID, ""},
        {"TC-DELETE-2", FREE, 0, "DeleteCertificate", ID,
            "FailedOperation.CannotBeDeletedWithinHour"},
        {"alias", PAID, 0, "ModifyCertificateAlias", "{\"CertificateId\":\"$\",\"Alias\":\"mine\"}",
            ""},
        {"letters of DV", PENDING, 0, "UploadConfirmLetter",
            "{\"CertificateId\":\"$\",\"ConfirmLetter\":\"eA==\"}",
            "FailedOperation.UploadConfirmCertificateNotSupportDV"},
    };

    check(rows, sizeof rows / sizeof *rows, NULL);
}

static void rules_with_other_settings(void)
{
    static const char *const international[] = {"site=international", NULL};
    static const char *const none_free[] = {"free_account_limit=1", NULL};
    static const char *const no_domain[] = {"free_domain_limit=1", NULL};
    static const struct row complete[] = {
        {"site", PENDING, 0, "CompleteCertificate", ID, "InvalidAction"},
        {"site", PENDING, 0, "CheckCertificateDomainVerification", ID, ""}};
    static const struct row quota[] = {{"TC-FREE-1", FREE, 0, "ApplyCertificate",
        "{\"DvAuthMethod\":\"DNS\",\"DomainName\":\"a.example.org\"}",
        "FailedOperation.ExceedsFreeLimit"}};
    static const struct row domain[] = {
        {"TC-FREE-2", FREE, 0, "ApplyCertificate",
            "{\"DvAuthMethod\":\"DNS\",\"DomainName\":\"a.example.net\"}",
            "FailedOperation.MainDomainCertificateCountLimit"},
        {"TC-FREE-2", FREE, 0, "ApplyCertificate",
            "{\"DvAuthMethod\":\"DNS\",\"DomainName\":\"a.example.org\"}", ""}};

    check(complete, 2, international);
    check(quota, 1, none_free);
    check(domain, 2, no_domain);
}

/* TC-REISSUE-3, 5 and 11: what a reissue leaves behind. */
static void one_reissue_after_another(void)
{
    static const char *const on[] = {"original", "new"};

    for (size_t i = 0; i < 2; i++) {
        struct tencent_rig rig;
        json_t *original, *reissue;
        char set[64];
        const char *const settings[] = {set, "dcv_exempt_strict=yes", NULL};

        snprintf(set, sizeof set, "reissue_status_on=%s", on[i]);
        tencent_rig_open(&rig, settings);
        original = tencent_rig_buy(&rig, FREE);
        CU_ASSERT_STRING_EQUAL(tencent_rig_code(&rig, "ReplaceCertificate",
                                   REPLACE(",\"CsrType\":\"online\""), row_text(original, "id")),
            "");
        reissue = tc_certificate_get(rig.tc, row_text(original, "reissue"));
        CU_ASSERT_PTR_NOT_NULL_FATAL(reissue);
        CU_ASSERT_EQUAL(tc_status_shown(rig.tc, original), i == 0 ? TC_REISSUING : TC_ISSUED);
        CU_ASSERT_EQUAL(tc_status_shown(rig.tc, reissue), i == 0 ? TC_REVIEW : TC_REISSUING);
        CU_ASSERT_STRING_EQUAL(
            tencent_rig_code(&rig, "ReplaceCertificate", REPLACE(""), row_text(original, "id")),
            STATUS);
        CU_ASSERT_STRING_EQUAL(
            tencent_rig_code(&rig, "RevokeCertificate", ID, row_text(original, "id")), STATUS);
        CU_ASSERT_STRING_EQUAL(tencent_rig_code(&rig, "CheckCertificateDomainVerification", ID,
                                   row_text(original, "id")),
            "");
        tc_certificate_validated(rig.tc, reissue);
        CU_ASSERT_EQUAL(tc_status_shown(rig.tc, original), TC_ISSUED);
        CU_ASSERT_EQUAL(tc_status_shown(rig.tc, reissue), TC_ISSUED);
        CU_ASSERT_STRING_EQUAL(
            tencent_rig_code(&rig, "ReplaceCertificate", REPLACE(""), row_text(original, "id")),
            REPLACED);
        CU_ASSERT_STRING_EQUAL(
            tencent_rig_code(&rig, "ReplaceCertificate", REPLACE(""), row_text(reissue, "id")),
            REPLACED);
        CU_ASSERT_STRING_EQUAL(
            tencent_rig_code(&rig, "RevokeCertificate", ID, row_text(reissue, "id")), REPLACED);
        tencent_rig_close(&rig);
    }
}

/* Every way to look, at every state on the way. */
static void what_is_shown_in_each_state(void)
{
    static const char *const bought[] = {PAID, PENDING, WAITING, FREE, UPLOADED, WILDCARD};

    for (size_t i = 0; i < sizeof bought / sizeof *bought; i++) {
        struct tencent_rig rig;
        const json_t *certificate;
        const char *id;

        tencent_rig_open(&rig, NULL);
        certificate = tencent_rig_buy(&rig, bought[i]);
        id = row_text(certificate, "id");
        CU_ASSERT_EQUAL(row_int(tencent_rig_call(&rig, "DescribeCertificate", ID, id), "Status"),
            tc_status_of(certificate));
        CU_ASSERT_EQUAL(
            row_int(tencent_rig_call(&rig, "DescribeCertificateDetail", ID, id), "Status"),
            tc_status_of(certificate));
        CU_ASSERT_EQUAL(
            row_int(tencent_rig_call(&rig, "DescribeCertificates", "{}", id), "TotalCount"), 1);
        CU_ASSERT_STRING_EQUAL(
            tencent_rig_code(&rig, "DescribeCertificateOperateLogs", "{}", id), "");
        CU_ASSERT_STRING_EQUAL(tencent_rig_code(&rig, "DescribePackages", "{}", id), "");
        tencent_rig_close(&rig);
    }
}

static const struct test tests[] = {
    {"rules of reissues", rules_of_reissues},
    {"rules of states", rules_of_states},
    {"rules with other settings", rules_with_other_settings},
    {"one reissue after another", one_reissue_after_another},
    {"what is shown in each state", what_is_shown_in_each_state},
    {NULL, NULL},
};

const struct test_suite suite_tencent_rules = {"tencent_rules", tests};
