/* tencent_control - see tencent_control.h. */
#include "tests/vendorsim/tencent_control.h"

#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/tencent_account.h"
#include "tests/vendorsim/tencent_certificate.h"
#include "tests/vendorsim/tencent_portal.h"
#include "tests/vendorsim/tencent_validation.h"

/* The certificate that the body names; NULL: it was complained. */
static json_t *named(struct tencent *tc, struct sim_request *request)
{
    json_t *certificate = tc_certificate_get(tc, row_text(sim_json(request), "certificate"));

    if (certificate == NULL)
        sim_complain(request, "there is no such certificate");
    return certificate;
}

/* Records as they are kept. */

static void get_orders(void *vendor, struct sim_request *request)
{
    struct tencent *tc = vendor;
    json_t *all = state_all(tc->state, TC_CERTIFICATE), *certificate, *list = json_array();
    const char *id, *wanted = sim_param(request, "id");

    json_object_foreach(all, id, certificate) if (wanted == NULL || strcmp(wanted, id) == 0)
    {
        json_t *copy = json_copy(certificate);

        row_set_int(copy, "status_shown", tc_status_shown(tc, certificate));
        json_array_append_new(list, copy);
    }
    sim_answer(request, 200, json_pack("{s:o}", "orders", list));
}

static void post_orders(void *vendor, struct sim_request *request)
{
    struct tc_refusal why;
    json_t *ids = tc_portal_buy(vendor, sim_json(request), &why);

    if (ids == NULL)
        sim_complain(request, why.message);
    else
        sim_answer(request, 201, json_pack("{s:o}", "orders", ids));
}

/* What was bought, and what that did. What is paid is not given back when it is cancelled. */
static void get_stats(void *vendor, struct sim_request *request)
{
    struct tencent *tc = vendor;
    json_t *all = state_all(tc->state, TC_CERTIFICATE), *row;
    json_int_t placed = 0, portal = 0, billable = 0, free_orders = 0, renewals = 0;
    json_int_t issued = 0, reissues = 0, revocations = 0;
    const char *id;

    json_object_foreach(all, id, row)
    {
        bool is_reissue = row_is(row, "kind", TC_KIND_REISSUE);
        bool is_order = !is_reissue && !row_is(row, "kind", TC_KIND_UPLOAD) &&
                        !row_is(row, "kind", TC_KIND_YEAR);
        bool by_api = is_order && !row_bool(row, "portal");
        bool was_issued = row_int(row, "issued_s") > 0 && !row_is(row, "kind", TC_KIND_UPLOAD);

        placed += by_api;
        portal += is_order && !by_api;
        billable += by_api && tc_certificate_is_bought(row) && tc_status_of(row) != TC_REFUNDED;
        free_orders += by_api && !tc_certificate_is_bought(row);
        renewals += row_is(row, "kind", TC_KIND_RENEWAL);
        issued += was_issued;
        reissues += is_reissue && was_issued;
        revocations += tc_status_of(row) == TC_REVOKED;
    }
    sim_answer(request, 200,
        json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:i}", "orders", placed, "portal_orders",
            portal, "billable_orders", billable, "free_orders", free_orders, "renewals", renewals,
            "certificates", issued, "reissues", reissues, "revocations", revocations, "duplicates",
            0));
}

/* Reviews and letters. */

static void post_approve(void *vendor, struct sim_request *request)
{
    struct tencent *tc = vendor;
    json_t *certificate = named(tc, request);

    if (certificate == NULL)
        return;
    if (tc_status_of(certificate) == TC_WAIT_REVOKE_LETTER) {
        tc_revocation_letter(tc, certificate);
    } else if (tc_status_of(certificate) == TC_REVOKING) {
        tc_revocation_done(tc, certificate);
    } else if (tc_certificate_is_at(certificate, TC_STEP_LETTER) ||
               tc_certificate_is_at(certificate, TC_STEP_PRE_REVIEW) ||
               tc_certificate_is_at(certificate, TC_STEP_CA_REVIEW)) {
        tc_certificate_step(tc, certificate);
    } else {
        sim_complain(request, "it waits for no letter and no review");
        return;
    }
    sim_done(request);
}

static void post_reject(void *vendor, struct sim_request *request)
{
    struct tencent *tc = vendor;
    json_t *certificate = named(tc, request);
    const char *comment = row_text(sim_json(request), "comment");

    if (certificate == NULL)
        return;
    if (tc_status_of(certificate) == TC_WAIT_REVOKE_LETTER ||
        tc_status_of(certificate) == TC_REVOKING) {
        tc_revocation_failed(tc, certificate);
    } else if (tc_certificate_is_pending(certificate)) {
        tc_certificate_fail(
            tc, certificate, comment != NULL ? comment : "The review of the order failed.");
    } else {
        sim_complain(request, "it waits for nothing");
        return;
    }
    sim_done(request);
}

/* Validation. */

static void post_publish(void *vendor, struct sim_request *request)
{
    struct tencent *tc = vendor;
    json_t *certificate = named(tc, request);
    const char *name = row_text(sim_json(request), "name");

    if (certificate == NULL)
        return;
    tc_validations_publish(json_object_get(certificate, "validations"), name);
    tc_validations_publish(json_object_get(certificate, "revocation"), name);
    tc_certificate_touch(tc, certificate);
    sim_done(request);
}

static void post_dcv_pass(void *vendor, struct sim_request *request)
{
    struct tencent *tc = vendor;
    json_t *certificate = named(tc, request);

    if (certificate == NULL)
        return;
    if (tc_status_of(certificate) == TC_REVOKING &&
        json_array_size(json_object_get(certificate, "revocation")) > 0)
        tc_revocation_done(tc, certificate);
    else if (tc_certificate_is_at(certificate, TC_STEP_DCV))
        tc_certificate_validated(tc, certificate);
    else {
        sim_complain(request, "it waits for no validation");
        return;
    }
    sim_done(request);
}

/* When the domain was last verified for an organization. */
static void post_org_validate(void *vendor, struct sim_request *request)
{
    struct tencent *tc = vendor;
    const json_t *body = sim_json(request);
    const char *domain = row_text(body, "domain"), *organization = row_text(body, "organization");

    if (domain == NULL || organization == NULL) {
        sim_complain(request, "name a domain and an organization");
        return;
    }
    tc_account_set_verified(tc, TC_ACCOUNT, domain, organization,
        tc_months_later(tc_now(tc), -row_int(body, "months_ago")));
    sim_done(request);
}

/* What stands by account and domain. */
static void set_by_domain(struct tencent *tc, const char *kind, const char *domain, json_t *row)
{
    char *id = tc_join(NULL, TC_ACCOUNT, domain, NULL);

    if (row != NULL)
        state_put(tc->state, kind, id, row);
    else
        state_remove(tc->state, kind, id);
    mem_free(id);
}

static void post_zones(void *vendor, struct sim_request *request)
{
    const json_t *body = sim_json(request);
    const char *zone = row_text(body, "zone");

    if (zone == NULL) {
        sim_complain(request, "name a zone");
        return;
    }
    set_by_domain(vendor, TC_ZONE, zone,
        json_is_false(json_object_get(body, "hosted")) ? NULL : json_object());
    sim_done(request);
}

static void post_standing(void *vendor, struct sim_request *request)
{
    const json_t *body = sim_json(request);
    const char *domain = row_text(body, "domain"), *way = row_text(body, "way");

    if (domain == NULL || way == NULL ||
        (strcmp(way, "dns") != 0 && strcmp(way, "file") != 0 && strcmp(way, "none") != 0)) {
        sim_complain(request, "name a domain and a way: dns, file or none");
        return;
    }
    set_by_domain(vendor, TC_STANDING, domain,
        strcmp(way, "none") == 0
            ? NULL
            : json_pack("{s:s}", "way", strcmp(way, "dns") == 0 ? "DNS_PROXY" : "FILE_PROXY"));
    sim_done(request);
}

static void post_bind(void *vendor, struct sim_request *request)
{
    struct tencent *tc = vendor;
    json_t *certificate = named(tc, request);

    if (certificate == NULL)
        return;
    row_set_bool(
        certificate, "is_bound", !json_is_false(json_object_get(sim_json(request), "bound")));
    tc_certificate_touch(tc, certificate);
    sim_done(request);
}

static void post_refund(void *vendor, struct sim_request *request)
{
    struct tencent *tc = vendor;
    json_t *certificate = named(tc, request);

    if (certificate == NULL)
        return;
    if (tc_status_of(certificate) != TC_CANCELLED || !tc_certificate_is_bought(certificate)) {
        sim_complain(request, "only what is paid and cancelled is refunded");
        return;
    }
    row_set_int(certificate, "status", TC_REFUNDED);
    tc_certificate_touch(tc, certificate);
    tc_log(tc, certificate, "refund");
    sim_done(request);
}

static void post_packages(void *vendor, struct sim_request *request)
{
    struct tencent *tc = vendor;
    const json_t *body = sim_json(request);
    json_t *package = row_text(body, "package") == NULL
                          ? NULL
                          : state_get(tc->state, TC_PACKAGE, row_text(body, "package"));

    if (package == NULL) {
        sim_complain(request, "there is no such package");
        return;
    }
    row_set_int(package, "balance", row_int(body, "balance"));
    if (json_is_true(json_object_get(body, "expired")))
        row_set_int(package, "expires_s", tc_now(tc));
    state_touch(tc->state, TC_PACKAGE, row_text(body, "package"));
    sim_done(request);
}

/* Errors in the vendor's shape, which a fault cannot make. */

static void post_errors(void *vendor, struct sim_request *request)
{
    struct tencent *tc = vendor;
    const json_t *body = sim_json(request);
    const char *action = row_text(body, "action"), *code = row_text(body, "code");
    int64_t times = json_object_get(body, "times") == NULL ? 1 : row_int(body, "times");

    if (action == NULL || code == NULL || times < 1) {
        sim_complain(request, "name an action and a code; times is at least 1");
        return;
    }
    state_put(tc->state, TC_ERROR, action,
        json_pack("{s:s,s:I,s:b}", "code", code, "times", (json_int_t)times, "done",
            json_is_true(json_object_get(body, "done"))));
    sim_done(request);
}

const struct sim_verb tencent_verbs[] = {
    {"GET", "/orders", "all certificate records as they are kept, ?id= one of them", get_orders},
    {"POST", "/orders",
        "buys in the console: {\"product\",\"names\"}; \"count\" of them, {n} in names is their "
        "number; issued at once unless \"validated\" or \"submitted\" is false",
        post_orders},
    {"GET", "/stats", "how much was bought, issued and revoked", get_stats},
    {"POST", "/approve", "the letter or review that {\"certificate\"} waits for is done",
        post_approve},
    {"POST", "/reject", "the vendor refuses {\"certificate\"}, or its revocation; \"comment\"",
        post_reject},
    {"POST", "/publish",
        "what {\"certificate\"} wants published is there, of all names or of \"name\": the next "
        "look finds it",
        post_publish},
    {"POST", "/dcv-pass", "{\"certificate\"} is validated, or its revocation proved, now",
        post_dcv_pass},
    {"POST", "/org-validate",
        "{\"domain\"} was verified for {\"organization\"}, \"months_ago\" (0)", post_org_validate},
    {"POST", "/zones", "{\"zone\"} is hosted at the vendor's DNS, unless \"hosted\" is false",
        post_zones},
    {"POST", "/standing",
        "names of {\"domain\"} are validated by themselves, {\"way\"}: dns, file, none",
        post_standing},
    {"POST", "/bind", "{\"certificate\"} is bound to cloud resources, unless \"bound\" is false",
        post_bind},
    {"POST", "/refund", "{\"certificate\"}, which is cancelled, is refunded", post_refund},
    {"POST", "/packages", "{\"package\"} has {\"balance\"} points left, and has \"expired\"",
        post_packages},
    {"POST", "/errors",
        "{\"action\"} is answered with {\"code\"}, \"times\" (1); after it was done if \"done\"",
        post_errors},
    {0},
};
