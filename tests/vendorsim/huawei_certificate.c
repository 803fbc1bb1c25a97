/* huawei_certificate - see huawei_certificate.h. */
#include "tests/vendorsim/huawei_certificate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/huawei_dcv.h"
#include "tests/vendorsim/huawei_issue.h"
#include "tests/vendorsim/huawei_product.h"

#define REFUND_S      (7 * DAY_S)
#define MONTH_S       (30 * DAY_S)
#define ORG_REPEAT_S  (396 * DAY_S) /* HW-DCV-6: 13 months */
#define RENEW_AHEAD_S (30 * DAY_S)  /* HW-YEARS-1 */

#define NOT_NOW "SCM.0010"

static const char DUE_ISSUE[] = "issue";
static const char DUE_CANCELED[] = "canceled";
static const char DUE_REVOKED[] = "revoked";
static const char DUE_EXPIRED[] = "expired";
static const char DUE_NEXT[] = "next";

/* Rows. */

static void changed(struct huawei *hw, json_t *certificate)
{
    row_set_int(certificate, "changed_s", hw_now(hw));
    hw_touch(hw, CERTIFICATE, certificate);
}

static void set_status(struct huawei *hw, json_t *certificate, const char *status)
{
    row_set_text(certificate, "status", status);
    changed(hw, certificate);
}

static bool is(const json_t *certificate, const char *status)
{
    return row_is(certificate, "status", status);
}

/* Does it now if there is nothing to wait. */
static void later(
    struct huawei *hw, json_t *certificate, const char *delay_setting, const char *what)
{
    const char *id = row_text(certificate, "id");
    int64_t delay_s = sim_int(hw->sim, delay_setting);

    if (delay_s > 0)
        sim_schedule(hw->sim, hw_now(hw) + delay_s, what, id);
    else
        hw_certificate_on_due(hw, what, id);
}

/* "scs" and milliseconds, each once. */
static void new_id(struct huawei *hw, char text[24])
{
    int64_t number = hw_now(hw) * 1000 + state_next(hw->state, CERTIFICATE, 0) % 1000;

    do {
        snprintf(text, 24, "scs%013" PRId64, number++);
    } while (state_get(hw->state, CERTIFICATE, text) != NULL);
}

static json_t *add(struct huawei *hw, json_t *certificate, const char *account)
{
    char id[24], name[24];

    new_id(hw, id);
    snprintf(
        name, sizeof name, "scm-%06" PRIx64, (uint64_t)state_next(hw->state, "name", 0x7f3a12));
    row_set_text(certificate, "id", id);
    row_set_text(certificate, "account", account);
    if (row_text(certificate, "name") == NULL)
        row_set_text(certificate, "name", name);
    certificate = state_put(hw->state, CERTIFICATE, id, certificate);
    changed(hw, certificate);
    return certificate;
}

json_t *hw_certificate_add(struct huawei *hw, json_t *order, json_t *certificate)
{
    row_set_text(certificate, "order", row_text(order, "id"));
    row_set_text(certificate, "status", "PAID");
    if (row_int(certificate, "year") == 0)
        row_set_int(certificate, "year", 1);
    certificate = add(hw, certificate, row_text(order, "account"));
    array_add_text(row_array(order, "certificates"), row_text(certificate, "id"));
    hw_touch(hw, ORDER, order);
    return certificate;
}

void hw_certificate_paid(struct huawei *hw, json_t *certificate)
{
    row_set_int(certificate, "paid_s", hw_now(hw));
    row_set_int(certificate, "visible_s", hw_now(hw) + sim_int(hw->sim, "paid_delay_s"));
    changed(hw, certificate);
}

json_t *hw_certificate_import(struct huawei *hw, const json_t *account, json_t *certificate)
{
    row_set_text(certificate, "status", "UPLOAD");
    row_set_int(certificate, "visible_s", hw_now(hw));
    return add(hw, certificate, row_text(account, "id"));
}

bool hw_certificate_is_visible(const struct huawei *hw, const json_t *certificate)
{
    int64_t visible_s = row_int(certificate, "visible_s");

    return visible_s > 0 && visible_s <= hw_now(hw) && row_int(certificate, "gone_s") == 0;
}

bool hw_certificate_in_review(const json_t *certificate)
{
    static const char *const words[] = {"CHECKING_DOMAIN", "CHECKING_ORG", "ISSUING",
        "CANCELCHECKING", "SUPPLEMENTCHECKING", "CANCELSUPPLEMENTING", "REVOKING", "REISSUING"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is(certificate, words[i]))
            return true;
    return false;
}

/* The review. */

static json_t *form_under_review(const json_t *certificate)
{
    json_t *next = json_object_get(certificate, "next");

    return next != NULL ? next : json_object_get(certificate, "form");
}

void hw_certificate_apply(struct huawei *hw, json_t *certificate, json_t *form)
{
    json_object_set_new(certificate, "form", form);
    set_status(hw, certificate, "CHECKING_DOMAIN");
    hw_dcv_begin(hw, certificate, form);
    hw_certificate_go_on(hw, certificate);
}

static bool same_company(const json_t *a, const json_t *b)
{
    static const char *const members[] = {
        "company_name", "company_province", "company_city", "country"};

    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!json_equal(json_object_get(json_object_get(a, "application"), members[i]),
                json_object_get(json_object_get(b, "application"), members[i])))
            return false;
    return true;
}

/* HW-DCV-6: a repeated OV order of two brands with unchanged data. */
static bool organization_is_known(struct huawei *hw, const json_t *certificate)
{
    json_t *all = state_all(hw->state, CERTIFICATE), *other;
    const char *id;

    if (!hw_product_is_ov(certificate) ||
        (!row_is(certificate, "brand", "SYMANTEC") && !row_is(certificate, "brand", "GEOTRUST")))
        return false;
    json_object_foreach(
        all, id, other) if (row_int(other, "org_validated_s") > hw_now(hw) - ORG_REPEAT_S &&
                            row_is(other, "account", row_text(certificate, "account")) &&
                            row_is(other, "brand", row_text(certificate, "brand")) &&
                            hw_product_is_ov(other) &&
                            same_company(json_object_get(other, "form"),
                                form_under_review(certificate))) return true;
    return false;
}

static bool needs_organization(struct huawei *hw, const json_t *certificate)
{
    return !hw_product_is_dv(certificate) && sim_bool(hw->sim, "org_checks") &&
           !organization_is_known(hw, certificate);
}

/* HW-APPLY-6: a DV certificate for a name that has one of the words for a label. */
static bool has_refused_word(const struct huawei *hw, const json_t *certificate)
{
    const char *at = row_text(form_under_review(certificate), "domain");
    char label[64];
    size_t len;

    if (!hw_product_is_dv(certificate))
        return false;
    for (; at != NULL && *at != '\0'; at += len + (at[len] == '.')) {
        len = strcspn(at, ".");
        snprintf(label, sizeof label, "%.*s", (int)len, at);
        if (sim_lists(hw->sim, "refused_words", label))
            return true;
    }
    return false;
}

static void begin_issuing(struct huawei *hw, json_t *certificate)
{
    hw_dcv_end(hw, certificate);
    if (has_refused_word(hw, certificate)) {
        hw_certificate_refuse(hw, certificate, "a word that the CA refuses");
        return;
    }
    if (!is(certificate, "SUPPLEMENTCHECKING"))
        set_status(hw, certificate, "ISSUING");
    later(hw, certificate, "issue_delay_s", DUE_ISSUE);
}

void hw_certificate_go_on(struct huawei *hw, json_t *certificate)
{
    if (!hw_dcv_is_shown(certificate))
        return;
    if (is(certificate, "SUPPLEMENTCHECKING"))
        begin_issuing(hw, certificate);
    else if (!is(certificate, "CHECKING_DOMAIN"))
        return;
    else if (needs_organization(hw, certificate))
        set_status(hw, certificate, "CHECKING_ORG");
    else
        begin_issuing(hw, certificate);
}

bool hw_certificate_org_validated(struct huawei *hw, json_t *certificate)
{
    if (!is(certificate, "CHECKING_ORG"))
        return false;
    row_set_int(certificate, "org_validated_s", hw_now(hw));
    begin_issuing(hw, certificate);
    return true;
}

/* What a review that is not about a new certificate goes back to. */
static void back_to_issued(struct huawei *hw, json_t *certificate)
{
    hw_dcv_end(hw, certificate);
    json_object_del(certificate, "next");
    set_status(
        hw, certificate, row_int(certificate, "not_after_s") < hw_now(hw) ? "EXPIRED" : "ISSUED");
}

bool hw_certificate_refuse(struct huawei *hw, json_t *certificate, const char *reason)
{
    if (!hw_certificate_in_review(certificate))
        return false;
    sim_unschedule(hw->sim, DUE_ISSUE, row_text(certificate, "id"));
    sim_unschedule(hw->sim, DUE_CANCELED, row_text(certificate, "id"));
    sim_unschedule(hw->sim, DUE_REVOKED, row_text(certificate, "id"));
    if (is(certificate, "REVOKING") || is(certificate, "REISSUING") ||
        is(certificate, "SUPPLEMENTCHECKING") || is(certificate, "CANCELSUPPLEMENTING")) {
        back_to_issued(hw, certificate);
        return true;
    }
    hw_dcv_end(hw, certificate);
    row_set_text(certificate, "refused", reason);
    set_status(hw, certificate, "UNPASSED");
    return true;
}

/* Issue and end. */

static void set_revoked(struct huawei *hw, json_t *certificate)
{
    row_set_int(certificate, "revoked_s", hw_now(hw));
    set_status(hw, certificate, "REVOKED");
}

/* A reissue comes under an id of its own, by a setting: the old one is revoked. Returns the new
 * row.
 */
static json_t *split_off(struct huawei *hw, json_t *certificate)
{
    static const char *const not_copied[] = {
        "id", "name", "order", "status", "serials", "canceled"};
    json_t *order = state_get(hw->state, ORDER, row_text(certificate, "order"));
    json_t *successor = json_deep_copy(certificate);

    for (size_t i = 0; i < sizeof not_copied / sizeof *not_copied; i++)
        json_object_del(successor, not_copied[i]);
    sim_unschedule(hw->sim, DUE_EXPIRED, row_text(certificate, "id"));
    sim_unschedule(hw->sim, DUE_NEXT, row_text(certificate, "id"));
    json_object_del(certificate, "next");
    set_revoked(hw, certificate);
    return hw_certificate_add(hw, order, successor);
}

/* The form of a reissue or of added names takes the old one's place. */
static json_t *take_next_form(struct huawei *hw, json_t *certificate)
{
    bool is_reissue = !row_is(certificate, "domain_type", MULTI); /* to others names are added */

    if (json_object_get(certificate, "next") == NULL)
        return certificate;
    if (is_reissue && sim_bool(hw->sim, "reissue_new_id"))
        certificate = split_off(hw, certificate);
    if (is_reissue)
        row_set_int(certificate, "reissues", row_int(certificate, "reissues") + 1);
    json_object_set(certificate, "form", json_object_get(certificate, "next"));
    json_object_del(certificate, "next");
    return certificate;
}

static void issue(struct huawei *hw, json_t *certificate)
{
    struct err e = {0};
    const char *id;

    certificate = take_next_form(hw, certificate);
    if (hw_issue(hw, certificate, &e) != ERR_OK) {
        hw_certificate_refuse(hw, certificate, e.detail);
        return;
    }
    set_status(hw, certificate, "ISSUED");
    id = row_text(certificate, "id");
    sim_schedule(hw->sim, row_int(certificate, "not_after_s") + 1, DUE_EXPIRED, id);
    if (row_int(certificate, "year") < row_int(certificate, "years"))
        sim_schedule(hw->sim, row_int(certificate, "not_after_s") - RENEW_AHEAD_S, DUE_NEXT, id);
}

bool hw_certificate_approve(struct huawei *hw, json_t *certificate)
{
    if (!is(certificate, "CHECKING_DOMAIN") && !is(certificate, "CHECKING_ORG") &&
        !is(certificate, "ISSUING") && !is(certificate, "SUPPLEMENTCHECKING"))
        return false;
    hw_dcv_end(hw, certificate);
    sim_unschedule(hw->sim, DUE_ISSUE, row_text(certificate, "id"));
    issue(hw, certificate);
    return true;
}

/* HW-YEARS-1: the next certificate of the order, with the data of the first. */
static void open_next(struct huawei *hw, const json_t *certificate)
{
    static const char *const same[] = {"brand", "type", "domain_type", "primary_type", "years",
        "domain_count", "wildcard_count", "enterprise_project_id", "paid_s"};
    json_t *order = state_get(hw->state, ORDER, row_text(certificate, "order"));
    json_t *form = json_deep_copy(json_object_get(certificate, "form")), *next = json_object();

    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        row_copy(next, certificate, same[i]);
    next = hw_certificate_add(hw, order, next);
    row_set_int(next, "year", row_int(certificate, "year") + 1);
    row_set_int(next, "visible_s", hw_now(hw));
    hw_certificate_apply(hw, next, form);
}

/* Withdrawing. */

bool hw_certificate_cancel(struct huawei *hw, json_t *certificate, struct hw_refusal *why)
{
    bool adds_names = is(certificate, "SUPPLEMENTCHECKING");

    if (!adds_names && !is(certificate, "CHECKING_DOMAIN") && !is(certificate, "CHECKING_ORG"))
        return hw_refuse(
            why, NOT_NOW, "HW-CANCEL-1: the status is %s", row_text(certificate, "status"));
    if (!adds_names && json_object_get(certificate, "next") != NULL)
        return hw_refuse(why, NOT_NOW, "a reissue whose old certificate is gone goes on");
    hw_dcv_end(hw, certificate);
    sim_unschedule(hw->sim, DUE_ISSUE, row_text(certificate, "id"));
    set_status(hw, certificate, adds_names ? "CANCELSUPPLEMENTING" : "CANCELCHECKING");
    later(hw, certificate, "cancel_delay_s", DUE_CANCELED);
    return true;
}

static void canceled(struct huawei *hw, json_t *certificate)
{
    if (sim_bool(hw->sim, "cancel_loses")) {
        issue(hw, certificate);
    } else if (is(certificate, "CANCELSUPPLEMENTING")) {
        back_to_issued(hw, certificate);
    } else {
        json_object_del(certificate, "form");
        set_status(hw, certificate, "PAID");
    }
}

static void gone(struct huawei *hw, json_t *certificate, const char *how)
{
    row_set_int(certificate, "gone_s", hw_now(hw));
    row_set_text(certificate, "gone", how);
    sim_unschedule(hw->sim, DUE_EXPIRED, row_text(certificate, "id"));
    sim_unschedule(hw->sim, DUE_NEXT, row_text(certificate, "id"));
    changed(hw, certificate);
}

bool hw_certificate_unsubscribe(struct huawei *hw, json_t *certificate, struct hw_refusal *why)
{
    int64_t paid_s = row_int(certificate, "paid_s");
    bool was_issued = row_int(certificate, "first_issued_s") > 0;

    if (hw_now(hw) < paid_s + sim_int(hw->sim, "refund_wait_s"))
        return hw_refuse(why, "SCM.0016", "too soon after the purchase: setting refund_wait_s");
    if (paid_s == 0 || hw_now(hw) > paid_s + REFUND_S)
        return hw_refuse(why, NOT_NOW, "HW-UNSUB-1: within 7 days of the payment");
    if (!is(certificate, "PAID") && !is(certificate, "REVOKED"))
        return hw_refuse(
            why, NOT_NOW, "HW-UNSUB-1: the status is %s", row_text(certificate, "status"));
    if (row_int(certificate, "years") > 1 && was_issued)
        return hw_refuse(why, NOT_NOW, "HW-UNSUB-2: the first of several years was issued");
    gone(hw, certificate, "unsubscribed");
    return true;
}

bool hw_certificate_delete(struct huawei *hw, json_t *certificate, struct hw_refusal *why)
{
    bool over = is(certificate, "REVOKED") || is(certificate, "EXPIRED");
    bool may = over || is(certificate, "ISSUED") || is(certificate, "UPLOAD") ||
               (hw_product_is_free(certificate) && is(certificate, "PAID"));

    if (!may)
        return hw_refuse(
            why, NOT_NOW, "HW-DELETE-1: the status is %s", row_text(certificate, "status"));
    gone(hw, certificate, "deleted");
    return true;
}

/* Revoking. */

bool hw_certificate_revoke(
    struct huawei *hw, json_t *certificate, const char *reason, struct hw_refusal *why)
{
    if (!is(certificate, "ISSUED"))
        return hw_refuse(
            why, NOT_NOW, "HW-REVOKE-1: the status is %s", row_text(certificate, "status"));
    if (row_int(certificate, "not_after_s") - hw_now(hw) <= MONTH_S)
        return hw_refuse(why, NOT_NOW, "HW-REVOKE-2: not within the month before its end");
    row_set_text(certificate, "revoke_reason", reason);
    set_status(hw, certificate, "REVOKING");
    if (hw_product_is_dv(certificate) || !sim_bool(hw->sim, "revocation_mail"))
        later(hw, certificate, "revoke_delay_s", DUE_REVOKED);
    return true;
}

/* Names added, keys changed. */

void hw_certificate_supplement(struct huawei *hw, json_t *certificate, json_t *form)
{
    json_object_set_new(certificate, "next", form);
    set_status(hw, certificate, "SUPPLEMENTCHECKING");
    hw_dcv_begin(hw, certificate, form);
    hw_certificate_go_on(hw, certificate);
}

void hw_certificate_reissue(
    struct huawei *hw, json_t *certificate, json_t *form, bool contact_changed)
{
    const json_t *old = json_object_get(certificate, "form");
    bool same_names = json_equal(json_object_get(old, "domain"), json_object_get(form, "domain"));

    json_object_set_new(certificate, "next", form);
    row_set_bool(certificate, "next_differs", contact_changed || !same_names);
    row_set_int(certificate, "mailed_s", hw_now(hw) + sim_int(hw->sim, "reissue_mail_s"));
    set_status(hw, certificate, "REISSUING");
}

bool hw_certificate_confirm(struct huawei *hw, json_t *certificate)
{
    if (is(certificate, "REVOKING")) {
        hw_certificate_on_due(hw, DUE_REVOKED, row_text(certificate, "id"));
        return true;
    }
    if (!is(certificate, "REISSUING") || row_int(certificate, "mailed_s") > hw_now(hw))
        return false;
    array_add_text(row_array(certificate, "canceled"), row_text(certificate, "serial"));
    if (row_bool(certificate, "next_differs")) {
        set_status(hw, certificate, "CHECKING_DOMAIN");
        hw_dcv_begin(hw, certificate, json_object_get(certificate, "next"));
        hw_certificate_go_on(hw, certificate);
    } else {
        begin_issuing(hw, certificate);
    }
    return true;
}

bool hw_certificate_decline(struct huawei *hw, json_t *certificate)
{
    if (!is(certificate, "REVOKING") && !is(certificate, "REISSUING"))
        return false;
    return hw_certificate_refuse(hw, certificate, "the owner declined");
}

void hw_certificate_on_due(struct huawei *hw, const char *what, const char *id)
{
    json_t *certificate = state_get(hw->state, CERTIFICATE, id);

    if (certificate == NULL || row_int(certificate, "gone_s") > 0)
        return;
    if (strcmp(what, DUE_ISSUE) == 0) {
        issue(hw, certificate);
    } else if (strcmp(what, DUE_CANCELED) == 0) {
        canceled(hw, certificate);
    } else if (strcmp(what, DUE_REVOKED) == 0) {
        set_revoked(hw, certificate);
    } else if (strcmp(what, DUE_EXPIRED) == 0 && is(certificate, "ISSUED")) {
        set_status(hw, certificate, "EXPIRED");
    } else if (strcmp(what, DUE_NEXT) == 0 && is(certificate, "ISSUED")) {
        open_next(hw, certificate);
    }
}
