/* digicert_order - see digicert_order.h. */
#include "tests/vendorsim/digicert_order.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/vendorsim/digicert_certificate.h"
#include "tests/vendorsim/digicert_client.h"
#include "tests/vendorsim/digicert_domain.h"
#include "tests/vendorsim/digicert_form.h"
#include "tests/vendorsim/digicert_organization.h"
#include "tests/vendorsim/digicert_poll.h"
#include "tests/vendorsim/digicert_request.h"
#include "tests/vendorsim/names.h"

#define FIRST_ID INT64_C(880100233)

static const char DUE_ISSUE[] = "certificate_issue";
static const char DUE_END[] = "order_end";

/* Whatever becomes of an order or of one of its certificates shows in status-changes. */
static void changed(struct digicert *dc, json_t *order)
{
    row_set_int(order, "changed_s", digicert_now(dc));
    digicert_touch(dc, ORDER, order);
}

static void set_status(struct digicert *dc, json_t *order, const char *status)
{
    row_set_text(order, "status", status);
    changed(dc, order);
}

static void schedule(struct digicert *dc, int64_t at_s, const char *what, const json_t *row)
{
    char subject[24];

    snprintf(subject, sizeof subject, "%" PRId64, row_int(row, "id"));
    sim_schedule(dc->sim, at_s, what, subject);
}

static void unschedule(struct digicert *dc, const char *what, const json_t *row)
{
    char subject[24];

    snprintf(subject, sizeof subject, "%" PRId64, row_int(row, "id"));
    sim_unschedule(dc->sim, what, subject);
}

static json_t *order_of(const struct digicert *dc, const json_t *certificate)
{
    return digicert_get(dc, ORDER, row_int(certificate, "order"));
}

json_t *order_pending(const struct digicert *dc, const json_t *order)
{
    json_t *certificate;

    for (size_t i = 0; (certificate = certificate_of(dc, order, i)) != NULL; i++)
        if (row_is(certificate, "status", "pending") && !row_is(certificate, "kind", DUPLICATE))
            return certificate;
    return NULL;
}

/* Issue. */

/* DC-TLS-REI-2: a name less, or another one, and all that the order had before goes in 72 hours. */
static void revoke_earlier(struct digicert *dc, const json_t *order, const json_t *reissue)
{
    const json_t *names = json_object_get(reissue, "names");
    json_t *certificate;
    bool loses_name = false;

    for (size_t i = 0; (certificate = certificate_of(dc, order, i)) != NULL; i++)
        if (certificate != reissue && row_is(certificate, "status", "issued"))
            loses_name = loses_name || !names_contain(names, json_object_get(certificate, "names"));
    for (size_t i = 0; loses_name && (certificate = certificate_of(dc, order, i)) != NULL; i++)
        if (certificate != reissue)
            certificate_revoke_later(dc, certificate);
}

static void mark_renewed(struct digicert *dc, const json_t *order)
{
    json_t *old = digicert_get(dc, ORDER, row_int(order, "renewal_of"));

    if (old == NULL)
        return;
    row_set_int(old, "renewed_by", row_int(order, "id"));
    changed(dc, old);
}

static void refuse_certificate(struct digicert *dc, json_t *order, json_t *certificate)
{
    bool is_original = row_is(certificate, "kind", ORIGINAL);

    certificate_reject(dc, certificate);
    set_status(dc, order, is_original ? "rejected" : "issued");
}

static void issue(struct digicert *dc, json_t *order, json_t *certificate)
{
    bool is_original = row_is(certificate, "kind", ORIGINAL);
    struct err e = {0};

    if (is_original)
        row_set_int(
            order, "valid_till_s", term_end(json_object_get(order, "term"), digicert_now(dc)));
    if (certificate_issue(dc, certificate, row_int(order, "valid_till_s"), &e) != ERR_OK) {
        refuse_certificate(dc, order, certificate);
        return;
    }
    if (row_is(certificate, "kind", REISSUE))
        revoke_earlier(dc, order, certificate);
    if (!row_is(certificate, "kind", DUPLICATE)) {
        row_set_int(order, "primary", row_int(certificate, "id"));
        row_set_text(order, "status", "issued");
    }
    if (is_original) {
        schedule(dc, row_int(order, "valid_till_s") + 1, DUE_END, order);
        mark_renewed(dc, order);
    }
    changed(dc, order);
}

static bool is_validated(const struct digicert *dc, const json_t *order, const json_t *certificate)
{
    const struct product *product = product_known(row_text(order, "product"));
    const json_t *organization = digicert_get(dc, ORGANIZATION, row_int(order, "organization"));
    int64_t now_s = digicert_now(dc);

    if (product->level != LEVEL_DV &&
        !(product_is_client(product) ? organization_is_valid_for_mail(organization, now_s)
                                     : organization_is_valid(organization, product->level, now_s)))
        return false;
    return certificate_is_shown(dc, certificate, now_s) && client_is_shown(certificate);
}

static void wait_as(
    struct digicert *dc, json_t *order, const json_t *certificate, const char *status)
{
    if (row_is(certificate, "kind", REISSUE))
        status = "reissue_pending";
    if (!row_is(certificate, "kind", DUPLICATE) && !row_is(order, "status", status))
        set_status(dc, order, status);
}

/* As far as an approved certificate comes now: it waits for a validation, or for the delay that is
 * set, or is issued. */
static void go_on(struct digicert *dc, json_t *certificate)
{
    json_t *order = order_of(dc, certificate);
    int64_t now_s = digicert_now(dc), delay_s = sim_int(dc->sim, "issue_delay_s");

    if (!row_is(certificate, "status", "pending") || !row_bool(certificate, "approved"))
        return;
    if (!row_is(certificate, "kind", DUPLICATE) && !is_validated(dc, order, certificate)) {
        row_set_int(certificate, "issue_at_s", 0);
        unschedule(dc, DUE_ISSUE, certificate);
        wait_as(dc, order, certificate, "pending");
    } else if (row_text(certificate, "csr") == NULL) {
        wait_as(dc, order, certificate, "waiting_pickup");
    } else if (row_int(certificate, "issue_at_s") == 0 && delay_s > 0) {
        row_set_int(certificate, "issue_at_s", now_s + delay_s);
        schedule(dc, now_s + delay_s, DUE_ISSUE, certificate);
        wait_as(dc, order, certificate,
            sim_bool(dc->sim, "delayed_is_pending") ? "pending" : "processing");
    } else if (row_int(certificate, "issue_at_s") <= now_s) {
        issue(dc, order, certificate);
    }
    digicert_touch(dc, CERTIFICATE, certificate);
}

static void submit(struct digicert *dc, json_t *certificate)
{
    json_t *order = order_of(dc, certificate);

    row_set_bool(certificate, "approved", true);
    if (!row_is(certificate, "kind", DUPLICATE)) {
        certificate_set_scopes(dc, order, certificate);
        client_send_links(dc, certificate);
        if (!certificate_is_shown(dc, certificate, digicert_now(dc))) {
            dcv_renew_value(dc, order);
            poll_certificate(dc, certificate);
        }
    }
    go_on(dc, certificate);
}

void orders_go_on(struct digicert *dc)
{
    json_t *all = state_all(dc->state, CERTIFICATE), *certificate;
    const char *id;

    json_object_foreach(all, id, certificate) go_on(dc, certificate);
}

/* Approval. */

/* The order ends: whatever it still waits for will not come. */
static void reject_pending(struct digicert *dc, const json_t *order)
{
    json_t *certificate, *request;

    for (size_t i = 0; (certificate = certificate_of(dc, order, i)) != NULL; i++) {
        if (!row_is(certificate, "status", "pending"))
            continue;
        certificate_reject(dc, certificate);
        request = digicert_get(dc, REQUEST, row_int(certificate, "request"));
        if (row_is(request, "status", "pending"))
            request_done(dc, request, "rejected", 0, NULL);
    }
}

static void revoke(struct digicert *dc, json_t *order, json_t *only, const char *reason)
{
    json_t *certificate;
    bool one_left = false;

    for (size_t i = 0; (certificate = certificate_of(dc, order, i)) != NULL; i++) {
        if (!row_is(certificate, "status", "issued"))
            continue;
        if (only == NULL || certificate == only)
            certificate_revoke(dc, certificate, reason);
        else
            one_left = true;
    }
    if (only == NULL || (!one_left && sim_bool(dc->sim, "sole_revocation_ends_order"))) {
        reject_pending(dc, order);
        row_set_text(order, "status", "revoked");
        unschedule(dc, DUE_END, order);
    }
    changed(dc, order);
}

void order_approve(struct digicert *dc, json_t *request, int64_t processor, const char *comment)
{
    json_t *certificate = digicert_get(dc, CERTIFICATE, row_int(request, "certificate"));
    json_t *order = digicert_get(dc, ORDER, row_int(request, "order"));

    request_done(dc, request, "approved", processor, comment);
    if (row_is(request, "type", REQUEST_REVOKE))
        revoke(dc, order, certificate, row_text(request, "reason"));
    else
        submit(dc, certificate);
}

void order_reject(struct digicert *dc, json_t *request, int64_t processor, const char *comment)
{
    json_t *certificate = digicert_get(dc, CERTIFICATE, row_int(request, "certificate"));
    json_t *order = digicert_get(dc, ORDER, row_int(request, "order"));

    request_done(dc, request, "rejected", processor, comment);
    if (row_is(request, "type", REQUEST_REVOKE))
        return;
    if (row_is(request, "type", REQUEST_DUPLICATE))
        certificate_reject(dc, certificate);
    else
        refuse_certificate(dc, order, certificate);
}

void order_refuse(struct digicert *dc, json_t *order, const char *comment)
{
    json_t *certificate = order_pending(dc, order);

    if (certificate == NULL)
        return;
    array_add_text(row_array(order, "notes"), comment);
    refuse_certificate(dc, order, certificate);
}

/* What the caller wants skipped: *approved. */
static bool check_skip(const struct digicert *dc, const struct caller *caller, const json_t *body,
    bool *approved, struct refusal *why)
{
    bool asked = row_bool(body, "skip_approval");

    *approved = asked || !sim_bool(dc->sim, "approval");
    if (!asked || !sim_bool(dc->sim, "approval") || account_may_skip(caller))
        return true;
    *approved = false;
    return sim_bool(dc->sim, "ignore_skip_approval") ||
           refuse(
               why, 403, "access_denied|missing_permission", "The user may not skip the approval.");
}

/* Adds a certificate with its request, and goes on at once if nobody has to approve. */
static json_t *add_certificate(struct digicert *dc, const struct caller *caller, json_t *order,
    const char *kind, const char *type, json_t *draft, const json_t *body, bool approved)
{
    json_t *certificate = certificate_add(dc, order, kind, draft);
    json_t *request = request_add(dc, type, order, certificate, caller, row_text(body, "comments"));

    row_set_int(certificate, "request", row_int(request, "id"));
    if (approved)
        order_approve(dc, request, 0, NULL);
    return certificate;
}

/* New orders and renewals. */

static bool check_organization(const struct digicert *dc, const struct caller *caller,
    const struct product *product, const json_t *draft, struct refusal *why)
{
    const json_t *organization = digicert_get(dc, ORGANIZATION, row_int(draft, "organization"));

    if (product->level == LEVEL_DV)
        return true;
    if (organization == NULL || row_int(organization, "account") != caller->account ||
        !row_bool(organization, "is_active"))
        return refuse(
            why, 400, "sim|invalid_organization", "The organization is unknown or not active.");
    return true;
}

/* Is there a renewal of that order that may still become something? */
static bool has_renewal(const struct digicert *dc, int64_t order)
{
    json_t *all = state_all(dc->state, ORDER), *other;
    const char *id;

    json_object_foreach(all, id, other) if (row_int(other, "renewal_of") == order &&
                                            !row_is(other, "status", "rejected") &&
                                            !row_is(other, "status", "canceled")) return true;
    return false;
}

static bool check_renewal(const struct digicert *dc, const struct caller *caller,
    const json_t *draft, struct refusal *why)
{
    int64_t id = row_int(draft, "renewal_of");
    int64_t window_s = sim_int(dc->sim, "renewal_window_days") * DAY_S;
    const json_t *old = digicert_get(dc, ORDER, id);

    if (id == 0)
        return true;
    if (old == NULL || !account_sees(caller, old))
        return refuse(why, 404, "not_found|order", "The order to renew was not found.");
    if (has_renewal(dc, id))
        return refuse(why, 400, "order_renewed_already", "The order has already been renewed.");
    if (!row_is(old, "status", "issued") ||
        row_int(old, "valid_till_s") - digicert_now(dc) > window_s)
        return refuse(
            why, 400, "order_not_eligible_for_renewal", "The order is not eligible for renewal.");
    return true;
}

/* A certificate must not be asked to outlast its order. */
static bool check_terms(
    const struct digicert *dc, const json_t *order, const json_t *certificate, struct refusal *why)
{
    const json_t *term = json_object_get(certificate, "term");
    int64_t now_s = digicert_now(dc);

    if (json_object_size(term) == 0 ||
        term_end(term, now_s) <= term_end(json_object_get(order, "term"), now_s))
        return true;
    return refuse(why, 400, "cert_validity_exceeds_order_validity",
        "The certificate's validity exceeds the order's.");
}

json_t *order_place(struct digicert *dc, const struct caller *caller, const struct product *product,
    const json_t *body, struct refusal *why)
{
    json_t *draft = form_order(dc, body, product, why);
    json_t *certificate = draft == NULL ? NULL : form_certificate(body, product, why);
    bool approved;

    if (certificate == NULL || !check_terms(dc, draft, certificate, why) ||
        !check_organization(dc, caller, product, draft, why) ||
        !check_renewal(dc, caller, draft, why) ||
        !client_check(
            dc, caller->account, product, certificate, row_text(body, "dcv_method"), false, why) ||
        !form_check_caa(dc, json_object_get(certificate, "names"), why) ||
        !check_skip(dc, caller, body, &approved, why)) {
        json_decref(certificate);
        json_decref(draft);
        return NULL;
    }
    row_set_int(draft, "account", caller->account);
    row_set_int(draft, "user", row_int(caller->user, "id"));
    row_set_text(draft, "key_name", row_text(caller->key, "name"));
    row_set_int(draft, "created_s", digicert_now(dc));
    draft = digicert_add(dc, ORDER, FIRST_ID, draft);
    set_status(dc, draft, "needs_approval");
    add_certificate(dc, caller, draft, ORIGINAL, REQUEST_NEW, certificate, body, approved);
    return draft;
}

/* Reissues. */

/* The pending reissue is given up: the order is what it was. */
static void drop_reissue(struct digicert *dc, json_t *order, const char *note)
{
    json_t *certificate = order_pending(dc, order);
    json_t *request = digicert_get(dc, REQUEST, row_int(certificate, "request"));

    request_done(dc, request, "rejected", 0, note);
    refuse_certificate(dc, order, certificate);
}

static bool check_reissuable(const struct digicert *dc, const json_t *order, struct refusal *why)
{
    if (row_is(order, "status", "issued"))
        return true;
    if (!row_is(order, "status", "reissue_pending"))
        return refuse(
            why, 400, "sim|order_not_reissuable", "The order is %s.", row_text(order, "status"));
    return sim_bool(dc->sim, "reissue_replaces") ||
           refuse(why, 400, "sim|reissue_already_pending", "A reissue is pending already.");
}

json_t *order_reissue(struct digicert *dc, const struct caller *caller, json_t *order,
    const json_t *body, struct refusal *why)
{
    const struct product *product = product_known(row_text(order, "product"));
    json_t *draft = NULL;
    bool approved;

    if (check_reissuable(dc, order, why))
        draft = form_certificate(body, product, why);
    if (draft == NULL ||
        !client_check(
            dc, caller->account, product, draft, row_text(body, "dcv_method"), true, why) ||
        !form_check_caa(dc, json_object_get(draft, "names"), why) ||
        !check_skip(dc, caller, body, &approved, why)) {
        json_decref(draft);
        return NULL;
    }
    if (order_pending(dc, order) != NULL)
        drop_reissue(dc, order, "Replaced by a newer reissue.");
    if (row_text(body, "dcv_method") != NULL &&
        dcv_method_of(row_text(body, "dcv_method")) != DCV_METHODS)
        row_copy(order, body, "dcv_method");
    set_status(dc, order, "reissue_pending");
    return add_certificate(dc, caller, order, REISSUE, REQUEST_REISSUE, draft, body, approved);
}

/* Duplicates. */

/* DC-TLS-DUP-3 and -10: the names as ordered, all of them; a wildcard's may have more below it. */
static bool check_duplicate_names(
    const struct digicert *dc, const json_t *order, const json_t *draft, struct refusal *why)
{
    const json_t *ordered =
        json_object_get(digicert_get(dc, CERTIFICATE, row_int(order, "primary")), "names");
    const json_t *names = json_object_get(draft, "names");
    bool good = names_contain(names, ordered);

    for (size_t i = 0; good && i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));

        good = array_has_text(ordered, name) || names_have_wildcard_over(ordered, name);
    }
    return good || refuse(why, 400, "invalid_dns_name_on_duplicate",
                       "Invalid DNS name on duplicate request. The DNS names must match what was "
                       "on the original order.");
}

static bool check_new_key(
    const struct digicert *dc, const json_t *order, const json_t *draft, struct refusal *why)
{
    const json_t *certificate;

    if (!sim_bool(dc->sim, "duplicate_new_key"))
        return true;
    for (size_t i = 0; (certificate = certificate_of(dc, order, i)) != NULL; i++)
        if (row_is(certificate, "key", row_text(draft, "key")))
            return refuse(why, 400, "sim|csr_reused", "A duplicate needs a new CSR.");
    return true;
}

static bool check_duplicable(const json_t *order, struct refusal *why)
{
    if (!product_known(row_text(order, "product"))->duplicates)
        return refuse(why, 400, "sim|duplicates_not_allowed", "The product has no duplicates.");
    if (!row_is(order, "status", "issued") && !row_is(order, "status", "reissue_pending"))
        return refuse(
            why, 400, "sim|order_not_duplicable", "The order is %s.", row_text(order, "status"));
    return true;
}

json_t *order_duplicate(struct digicert *dc, const struct caller *caller, json_t *order,
    const json_t *body, struct refusal *why)
{
    json_t *draft = NULL;
    bool approved;

    if (check_duplicable(order, why))
        draft = form_certificate(body, product_known(row_text(order, "product")), why);
    if (draft != NULL && check_duplicate_names(dc, order, draft, why) &&
        check_new_key(dc, order, draft, why) &&
        form_check_caa(dc, json_object_get(draft, "names"), why) &&
        (names_are_validated(dc, order, json_object_get(draft, "names"), digicert_now(dc)) ||
            refuse(why, 400, "sim|validation_not_complete",
                "Domain and organization validation are not complete.")) &&
        check_skip(dc, caller, body, &approved, why)) {
        changed(dc, order);
        return add_certificate(
            dc, caller, order, DUPLICATE, REQUEST_DUPLICATE, draft, body, approved);
    }
    json_decref(draft);
    return NULL;
}

/* The end. */

static bool check_revocable(const json_t *order, const json_t *certificate, struct refusal *why)
{
    const json_t *what = certificate != NULL ? certificate : order;

    if (row_is(what, "status", "revoked"))
        return refuse(why, 400, "sim|already_revoked", "It is revoked already.");
    if (row_is(order, "status", "reissue_pending"))
        return refuse(why, 400, "sim|reissue_pending", "A reissue is pending.");
    if (!row_is(what, "status", "issued"))
        return refuse(why, 400,
            certificate != NULL ? "sim|invalid_certificate_status" : "sim|invalid_order_status",
            "It is %s.", row_text(what, "status"));
    return true;
}

bool order_revoke(struct digicert *dc, const struct caller *caller, json_t *order,
    json_t *certificate, const json_t *body, json_t **request, struct refusal *why)
{
    const char *reason = row_text(body, "revocation_reason");
    bool approved;

    if (!check_revocable(order, certificate, why) || !check_skip(dc, caller, body, &approved, why))
        return false;
    *request =
        request_add(dc, REQUEST_REVOKE, order, certificate, caller, row_text(body, "comments"));
    row_set_text(*request, "reason", reason != NULL ? reason : "unspecified");
    if (approved) {
        order_approve(dc, *request, 0, NULL);
        *request = NULL;
    }
    return true;
}

bool order_cancel(struct digicert *dc, json_t *order, const char *note, struct refusal *why)
{
    if (note == NULL || note[0] == '\0')
        return refuse(why, 400, "sim|note_required", "A note is required to cancel an order.");
    if (row_is(order, "status", "reissue_pending")) {
        drop_reissue(dc, order, note);
        return true;
    }
    if (!row_is(order, "status", "pending") && !row_is(order, "status", "waiting_pickup"))
        return refuse(
            why, 400, "sim|invalid_order_status", "The order is %s.", row_text(order, "status"));
    array_add_text(row_array(order, "notes"), note);
    refuse_certificate(dc, order, order_pending(dc, order));
    set_status(dc, order, "canceled");
    return true;
}

static void end(struct digicert *dc, json_t *order)
{
    reject_pending(dc, order);
    if (row_is(order, "status", "issued") || row_is(order, "status", "reissue_pending"))
        set_status(dc, order, "expired");
}

void orders_on_due(struct digicert *dc, const char *what, const char *subject)
{
    int64_t id;
    json_t *row;

    if (!parse_int(subject, &id))
        return;
    if (strcmp(what, DUE_END) == 0) {
        if ((row = digicert_get(dc, ORDER, id)) != NULL)
            end(dc, row);
        return;
    }
    if ((row = digicert_get(dc, CERTIFICATE, id)) == NULL)
        return;
    if (strcmp(what, DUE_ISSUE) == 0)
        go_on(dc, row);
    else if (certificate_on_due(dc, what, row))
        changed(dc, order_of(dc, row));
}
