/* tencent_package - paying with benefit points (8.20); China site only. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "tests/vendorsim/tencent_account.h"
#include "tests/vendorsim/tencent_calls.h"
#include "tests/vendorsim/tencent_csr.h"
#include "tests/vendorsim/tencent_order.h"
#include "tests/vendorsim/tencent_validation.h"

#define PRICE         100 /* points for one name and year */
#define COUNT_MAX     50
#define DOMAIN_MAX    250
#define LIMIT_DEFAULT 20
#define LIMIT_MAX     1000

/* What is asked for. */
struct purchase {
    const struct tc_product *product;
    int64_t domains, years, count, points;
    json_t *old; /* the certificate that is renewed, or NULL */
};

static const char *status_of(const struct tencent *tc, const json_t *package)
{
    if (row_int(package, "expires_s") <= tc_now(tc))
        return "expired";
    return row_int(package, "balance") > 0 ? "usable" : "used";
}

static json_t *own_package(const struct tc_call *call, const char *id)
{
    json_t *package = state_get(call->tc->state, TC_PACKAGE, id);

    return package != NULL && row_is(package, "account", call->account) ? package : NULL;
}

/* Checks. */

static bool check_product(
    const struct tc_call *call, struct purchase *purchase, struct tc_refusal *why)
{
    const json_t *body = call->body;

    purchase->product = tc_product_of_pid(row_int(body, "ProductPid"));
    purchase->domains = row_int(body, "DomainCount");
    purchase->years = row_int(body, "Period");
    purchase->count =
        json_object_get(body, "CertificateCount") == NULL ? 1 : row_int(body, "CertificateCount");
    if (purchase->product == NULL)
        return tc_refuse(why, "InvalidParameter.ProductPidInvalid", "There is no such product.");
    if (purchase->domains < 1 || purchase->domains > DOMAIN_MAX || purchase->count < 1 ||
        purchase->count > COUNT_MAX ||
        tc_product_has_many(purchase->product) != (purchase->domains > 1))
        return tc_refuse(why, "InvalidParameter.DomainCountInvalid",
            "%s cannot have that many names.", purchase->product->name);
    if (!tc_product_takes_years(purchase->product, purchase->years))
        return tc_refuse(why, "InvalidParameter.PeriodInvalid",
            "%s cannot be bought for that long.", purchase->product->name);
    purchase->points = PRICE * purchase->domains * purchase->years * purchase->count;
    return true;
}

static bool check_packages(
    const struct tc_call *call, const struct purchase *purchase, struct tc_refusal *why)
{
    const json_t *ids = json_object_get(call->body, "PackageIds");
    int64_t balance = 0;

    for (size_t i = 0; i < json_array_size(ids); i++) {
        const json_t *package = own_package(call, json_string_value(json_array_get(ids, i)));

        if (package == NULL)
            return tc_refuse(why, "FailedOperation.PackageNotFound", "There is no such package.");
        if (row_int(package, "expires_s") <= tc_now(call->tc))
            return tc_refuse(why, "FailedOperation.PackageExpired", "The package has expired.");
        balance += row_int(package, "balance");
    }
    if (json_array_size(ids) == 0)
        return tc_refuse(why, "InvalidParameter.PackageIdsInvalid", "Packages are needed.");
    if (balance < purchase->points)
        return tc_refuse(
            why, "FailedOperation.PackageCountLimit", "The packages do not have enough points.");
    return true;
}

static const char *renewal_mode(const json_t *body)
{
    const char *mode = row_text(body, "RenewGenCsrMethod");

    return mode == NULL ? "original" : mode;
}

/* What a renewal brings along (9.5). */
static bool check_renewal(
    const struct tc_call *call, struct purchase *purchase, struct tc_refusal *why)
{
    static const struct tc_csr_codes codes = {"InvalidParameter.RenewCsrInvalid",
        "InvalidParameter.RenewCsrInvalid", "InvalidParameter.RenewAlgorithmInvalid"};
    const char *mode = renewal_mode(call->body), *csr = row_text(call->body, "RenewCsr");
    const json_t *names;

    if (row_text(call->body, "OldCertificateId") == NULL)
        return true;
    purchase->old = tc_call_certificate(call, "OldCertificateId", why);
    if (purchase->old == NULL || !tc_order_may_renew(call->tc, purchase->old, why))
        return false;
    names = json_object_get(purchase->old, "names");
    if (row_int(purchase->old, "product") != purchase->product->id || purchase->count != 1)
        return tc_refuse(
            why, "InvalidParameter.ProductPidInvalid", "A certificate is renewed as what it is.");
    if ((int64_t)json_array_size(names) > purchase->domains)
        return tc_refuse(why, "InvalidParameter.DomainCountInvalid",
            "The certificate has %zu names.", json_array_size(names));
    if (strcasecmp(mode, "original") == 0 || strcasecmp(mode, "online") == 0)
        return true;
    if (strcasecmp(mode, "upload") != 0)
        return tc_refuse(why, "InvalidParameter.RenewGenCsrMethodInvalid",
            "RenewGenCsrMethod is original, upload or online.");
    if (csr == NULL)
        return tc_refuse(why, "InvalidParameter.RenewCsrInvalid", "upload needs RenewCsr.");
    return tc_csr_check(purchase->product, csr, json_string_value(json_array_get(names, 0)),
        tc_csr_needs_name(call->tc), &codes, why);
}

/* Doing it. */

static void pay(const struct tc_call *call, int64_t points)
{
    const json_t *ids = json_object_get(call->body, "PackageIds");

    for (size_t i = 0; i < json_array_size(ids) && points > 0; i++) {
        const char *id = json_string_value(json_array_get(ids, i));
        json_t *package = own_package(call, id);
        int64_t balance = row_int(package, "balance");
        int64_t part = balance < points ? balance : points;

        row_set_int(package, "balance", balance - part);
        state_touch(call->tc->state, TC_PACKAGE, id);
        points -= part;
    }
}

static json_t *add(const struct tc_call *call, const struct purchase *purchase)
{
    json_t *certificate = tc_certificate_add(call->tc, call->account, purchase->product->id,
        purchase->old == NULL ? TC_KIND_NEW : TC_KIND_RENEWAL);

    row_set_int(certificate, "domain_num", purchase->domains);
    row_set_int(certificate, "years", purchase->years);
    row_set_int(certificate, "project", row_int(call->body, "ProjectId"));
    row_set_bool(certificate, "by_package", true);
    json_object_set(certificate, "tags", json_object_get(call->body, "Tags"));
    tc_certificate_touch(call->tc, certificate);
    tc_log(call->tc, certificate, purchase->old == NULL ? "applyVIP" : "renewVIP");
    sim_note(call->request, "%s bought by points", row_text(certificate, "id"));
    return certificate;
}

/* The renewal has all that the old certificate had, and is submitted. */
static void submit_renewal(struct tc_call *call, const struct purchase *purchase,
    json_t *certificate, const struct tc_algorithm *algorithm)
{
    static const char *const kept[] = {"csr", "key", "organization", "company_type", NULL};
    const char *mode = renewal_mode(call->body), *method = row_text(call->body, "VerifyType");

    for (size_t i = 0; kept[i] != NULL; i++)
        if (json_object_get(purchase->old, kept[i]) != NULL)
            json_object_set(certificate, kept[i], json_object_get(purchase->old, kept[i]));
    json_object_set_new(
        certificate, "names", json_deep_copy(json_object_get(purchase->old, "names")));
    row_set_text(certificate, "method", method != NULL ? method : "DNS");
    row_set_text(certificate, "renewal_of", row_text(purchase->old, "id"));
    if (strcasecmp(mode, "online") == 0)
        tc_csr_make(certificate, algorithm);
    else if (strcasecmp(mode, "upload") == 0) {
        row_set_text(certificate, "csr", row_text(call->body, "RenewCsr"));
        row_set_text(certificate, "key", NULL);
    }
    tc_certificate_start(call->tc, certificate, tc_order_steps(purchase->product, true));
}

json_t *tc_create_certificate_by_package(struct tc_call *call, struct tc_refusal *why)
{
    const char *method = row_text(call->body, "VerifyType");
    struct purchase purchase = {0};
    struct tc_algorithm algorithm;
    json_t *ids, *certificate;

    if (!check_product(call, &purchase, why) || !check_packages(call, &purchase, why) ||
        !check_renewal(call, &purchase, why) ||
        !tc_algorithm_read(purchase.product, row_text(call->body, "RenewAlgorithmType"),
            row_text(call->body, "RenewAlgorithmParam"), &algorithm, why) ||
        (method != NULL && !tc_method_check(call->tc, call->account,
                               purchase.old == NULL ? NULL : json_object_get(purchase.old, "names"),
                               method, why)) ||
        !tc_account_may_buy(call->key, why))
        return NULL;
    pay(call, purchase.points);
    ids = json_array();
    for (int64_t i = 0; i < purchase.count; i++) {
        certificate = add(call, &purchase);
        array_add_text(ids, row_text(certificate, "id"));
        if (purchase.old != NULL)
            submit_renewal(call, &purchase, certificate, &algorithm);
    }
    return json_pack("{s:s,s:o}", "CertificateId", json_string_value(json_array_get(ids, 0)),
        "CertificateIds", ids);
}

/* DescribePackages */

static json_t *package_json(const struct tencent *tc, const json_t *package)
{
    json_t *json = json_pack("{s:s,s:I,s:I,s:s,s:n,s:s,s:s,s:n}", "PackageId",
        row_text(package, "id"), "Total", (json_int_t)row_int(package, "total"), "Balance",
        (json_int_t)row_int(package, "balance"), "Type", row_text(package, "type"), "SourceUin",
        "Status", status_of(tc, package), "SourceType", "buy", "TransferOutInfos");

    tc_put_time(json, "ExpireTime", row_int(package, "expires_s"));
    tc_put_time(json, "UpdateTime", row_int(package, "created_s"));
    tc_put_time(json, "CreateTime", row_int(package, "created_s"));
    return json;
}

static bool fits(const struct tc_call *call, const json_t *package)
{
    const json_t *body = call->body;
    const char *status = row_text(body, "Status"), *id = row_text(body, "PackageId");
    const char *type = row_text(body, "Type");

    return row_is(package, "account", call->account) &&
           (status == NULL || strcmp(status, status_of(call->tc, package)) == 0) &&
           (id == NULL || row_is(package, "id", id)) &&
           (type == NULL || row_is(package, "type", type));
}

json_t *tc_describe_packages(struct tc_call *call, struct tc_refusal *why)
{
    json_t *all = state_all(call->tc->state, TC_PACKAGE), *package, *rows = json_array();
    int64_t offset = row_int(call->body, "Offset"), limit = LIMIT_DEFAULT, total = 0, balance = 0;
    const char *id;

    (void)why;
    if (json_object_get(call->body, "Limit") != NULL)
        limit = row_int(call->body, "Limit") < LIMIT_MAX ? row_int(call->body, "Limit") : LIMIT_MAX;
    json_object_foreach(all, id, package)
    {
        if (!fits(call, package))
            continue;
        if (total >= offset && total - offset < limit)
            json_array_append_new(rows, package_json(call->tc, package));
        total++;
        balance += row_int(package, "balance");
    }
    return json_pack("{s:o,s:I,s:I}", "Packages", rows, "TotalCount", (json_int_t)total,
        "TotalBalance", (json_int_t)balance);
}
