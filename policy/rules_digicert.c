/* rules_digicert - DigiCert CertCentral, TLS certificates.
 *
 * Sources: "Get a duplicate SSL/TLS certificate" (DC-TLS-DUP-1 to -9); Services API v2, "Reissue
 * certificate", "Duplicate certificate", "Order info", "End of 397-day public TLS/SSL certificates"
 * and "Revoke certificate" (DC-TLS-REI, -DUP-10, -REN, -REV, -VAL). What is about revoking and
 * canceling is no answer to an order, and so stands in no table (tests/policy/no-decision). */
#include "policy/rules_digicert.h"

#include <string.h>

#include "base/mem.h"
#include "policy/names.h"

#define PAGE_DUPLICATE "DigiCert, Get a duplicate SSL/TLS certificate"
#define API_REISSUE    "DigiCert, Services API: Reissue certificate"
#define API_DUPLICATE  "DigiCert, Services API: Duplicate certificate"
#define API_ORDER      "DigiCert, Services API: Order info (renewal)"
#define API_REVOKE     "DigiCert, Services API: Revoke certificate"
#define PAGE_VALIDITY  "DigiCert, End of 397-day public TLS/SSL certificates"
#define PAGE_PRODUCTS  "DigiCert, Services API: Products"
#define BASELINE       "CA/Browser Forum, Baseline Requirements, 6.1.5"
#define EV_GUIDELINES  "CA/Browser Forum, EV Guidelines, subject alternative names"

#define REVOKED_AFTER_S (3 * DAY_S) /* DC-TLS-REI-2: "within 72 hours" */

/* The latest end of a certificate that is issued now, under an order that ends then; 0: not known.
 */
static int64_t latest_end(const struct question *q, int64_t order_end_s)
{
    const struct validity_caps *caps = &q->facts->preferences.validity_caps;
    int64_t now_s = q->facts->now_s, end_s = 0;

    for (size_t i = 0; i < caps->len && caps->list[i].from_s <= now_s; i++)
        end_s = now_s + caps->list[i].life_s;
    return end_s == 0 || (order_end_s != 0 && order_end_s < end_s) ? order_end_s : end_s;
}

static const struct vendor_order *order_of(const struct question *q)
{
    return q->candidate->order;
}

static bool is_dv(const struct question *q)
{
    enum level level = q->candidate == NULL ? LEVEL_UNKNOWN : order_of(q)->level;

    return (level == LEVEL_UNKNOWN ? q->facts->profile.level : level) == LEVEL_DV;
}

/* Who may come in. */

static struct verdict key_is_accepted(const struct question *q, struct effects *effects)
{
    const struct request *r = &q->facts->request;

    (void)effects;
    if (r->key_algorithm == NULL)
        return silent();
    if (same_brand(r->key_algorithm, "RSA") && r->key_size >= 2048 && r->key_size % 8 == 0)
        return pass(q, "RSA, %d bits", (int)r->key_size);
    if (same_brand(r->key_algorithm, "EC") && (r->key_size == 256 || r->key_size == 384))
        return pass(q, "P-%d", (int)r->key_size);
    return not_at_all(q, "use RSA of 2048 bits or more, P-256 or P-384",
        "the key is %s of %d bits, which public TLS certificates do not have", r->key_algorithm,
        (int)r->key_size);
}

static struct verdict names_are_tls(const struct question *q, struct effects *effects)
{
    const struct identifiers *names = &q->facts->request.names;

    (void)effects;
    for (size_t i = 0; i < names->len; i++)
        if (names->list[i].type == IDENTIFIER_EMAIL)
            return not_at_all(q, "order it from a profile for client certificates",
                "%s is an e-mail address, and this is a profile for TLS certificates",
                names->list[i].value);
    return pass(q, "DNS names and addresses");
}

/* Private TLS products take any name. */
static struct verdict addresses_are_taken(const struct question *q, struct effects *effects)
{
    const struct identifiers *names = &q->facts->request.names;
    const char *product = q->facts->profile.product;

    (void)effects;
    for (size_t i = 0; i < names->len; i++) {
        if (names->list[i].type != IDENTIFIER_IP)
            continue;
        if (q->facts->preferences.ip_addresses ||
            (product != NULL && strncmp(product, "private_", 8) == 0))
            return pass(q, "%s is an address, which the product takes", names->list[i].value);
        return not_at_all(q, "order a DNS name, or set ip_addresses if the vendor takes addresses",
            "%s is an address, and ip_addresses is off", names->list[i].value);
    }
    return silent();
}

static struct verdict ev_has_no_wildcards(const struct question *q, struct effects *effects)
{
    const struct identifiers *names = &q->facts->request.names;

    (void)effects;
    if (q->facts->profile.level != LEVEL_EV)
        return silent();
    for (size_t i = 0; i < names->len; i++)
        if (name_is_wildcard(&names->list[i]))
            return not_at_all(q, "name the hosts one by one, or use an OV profile",
                "%s is a wildcard, and EV certificates have none", names->list[i].value);
    return pass(q, "no wildcard");
}

/* Duplicates. */

static struct verdict duplicates_exist(const struct question *q, struct effects *effects)
{
    (void)effects;
    if (order_of(q)->no_duplicates)
        return unfit(q, "product %s has no duplicates",
            order_of(q)->product == NULL ? "of this order" : order_of(q)->product);
    return pass(q, "the product has free duplicates");
}

static struct verdict dv_has_no_duplicates(const struct question *q, struct effects *effects)
{
    (void)effects;
    if (is_dv(q))
        return with_remedy(unfit(q, "a DV order"), "reissue instead (DC-TLS-DUP-7)");
    if (order_of(q)->level == LEVEL_UNKNOWN)
        return pass(q, "no DV order");
    return pass(q, "an %s order, not DV", level_word(order_of(q)->level));
}

static struct verdict duplicate_has_the_same_names(
    const struct question *q, struct effects *effects)
{
    (void)effects;
    switch (q->candidate->relation) {
    case RELATION_EQUAL:
        return pass(q, "names exactly as ordered");
    case RELATION_BELOW_WILDCARD:
        return silent();
    case RELATION_MORE:
    case RELATION_OTHER:
        break;
    }
    return with_remedy(
        unfit(q, "the names asked for are not those of the order"), "ask for exactly its names");
}

static struct verdict wildcard_duplicate_adds_names(
    const struct question *q, struct effects *effects)
{
    (void)effects;
    if (q->candidate->relation != RELATION_BELOW_WILDCARD)
        return silent();
    return pass(q, "the names added are %sbelow its wildcard",
        q->facts->preferences.wildcard_duplicate_names == WILDCARD_SUBDOMAINS ? "" : "one label ");
}

static struct verdict duplicate_needs_validation(const struct question *q, struct effects *effects)
{
    const struct vendor_order *order = order_of(q);
    const struct facts *facts = q->facts;
    int64_t organization_s = order->organization_validation_until_s != 0
                                 ? order->organization_validation_until_s
                                 : facts->validations.organization_until_s;

    (void)effects;
    if (has_lapsed(facts, order->domain_validation_until_s))
        return with_remedy(not_until_done(q, "the domain validation lapsed on %s",
                               day(q, order->domain_validation_until_s)),
            "have the domain validated again");
    if (has_lapsed(facts, organization_s))
        return with_remedy(
            not_until_done(q, "the organisation's validation lapsed on %s", day(q, organization_s)),
            "have the organisation validated again");
    for (size_t i = 0; order->domain_validation_until_s == 0 && i < facts->validations.domains_len;
         i++) {
        const struct validated_domain *domain = &facts->validations.domains[i];

        if (!has_lapsed(facts, domain->until_s))
            continue;
        for (size_t j = 0; j < facts->request.names.len; j++)
            if (name_is_within(&facts->request.names.list[j], domain->name) &&
                !domain_is_validated(facts, &facts->request.names.list[j]))
                return with_remedy(not_until_done(q, "the validation of %s lapsed on %s",
                                       domain->name, day(q, domain->until_s)),
                    "have the domain validated again");
    }
    return pass(q, "domain and organisation are validated, as far as is known");
}

static struct verdict duplicate_ends_like_its_original(
    const struct question *q, struct effects *effects)
{
    const struct vendor_certificate *living = order_living(q->facts, order_of(q));
    int64_t useful_s = q->facts->now_s + q->facts->preferences.min_useful_life_s;

    if (living == NULL)
        return unfit(q, "no certificate of the order is alive to be duplicated");
    if (living->not_after_s <= useful_s)
        return unfit(q, "certificate %s, to be duplicated, ends on %s, within min_useful_life",
            living->id, day(q, living->not_after_s));
    effects->not_after_s = latest_end(q, living->not_after_s);
    return pass(q, "it ends like certificate %s, on %s", living->id, day(q, effects->not_after_s));
}

static struct verdict duplicate_wants_a_new_key(const struct question *q, struct effects *effects)
{
    const struct vendor_order *order = order_of(q);

    (void)effects;
    for (size_t i = 0; i < order->certificates_len; i++)
        if (same_word(order->certificates[i].spki, q->facts->request.spki))
            return pass(q, "the key is that of certificate %s; one of its own would be better",
                order->certificates[i].id);
    return pass(q, "a key of its own");
}

static struct verdict duplicate_is_approved_with_the_request(
    const struct question *q, struct effects *effects)
{
    effects->domain_validation = PROOF_NONE;
    return pass(q, effects->approval == APPROVAL_ACCOUNT
                       ? "somebody in the account has to approve it"
                       : "our key approves it with the request");
}

static struct verdict duplicate_revokes_nothing(const struct question *q, struct effects *effects)
{
    (void)effects;
    return pass(q, "nothing is revoked");
}

/* Reissues. */

struct verdict digicert_active(const struct question *q, struct effects *effects)
{
    if (order_is_over(q->facts, order_of(q)))
        return with_remedy(
            unfit(q, "the order is over"), "order a new certificate (action enroll)");
    if (order_of(q)->standing == STANDING_PREPAID)
        return unfit(q, "it is an empty slot");
    return judge_busy(q, effects);
}

/* What dies when names are dropped: everything that lives. */
static void add_losses(const struct question *q, struct effects *effects)
{
    const struct vendor_order *order = order_of(q);
    struct loss *losses = mem_new_array(q->mem, struct loss, order->certificates_len + 1);

    for (size_t i = 0; i < order->certificates_len; i++)
        if (certificate_may_live(q->facts, &order->certificates[i]))
            losses[effects->revokes_len++] = (struct loss){order->certificates[i].id,
                order->certificates[i].holder, q->facts->now_s + REVOKED_AFTER_S};
    effects->revokes = losses;
}

static struct verdict dropping_names_revokes(const struct question *q, struct effects *effects)
{
    if (q->candidate->relation != RELATION_OTHER)
        return silent();
    if (!q->facts->preferences.allow_destructive)
        return with_remedy(
            unfit(q, "names of the order would be dropped, which revokes all its certificates"),
            "set allow_destructive, or order a new certificate (action enroll)");
    add_losses(q, effects);
    return pass(q, "names of the order are dropped: %d living certificates die within 72 hours",
        (int)effects->revokes_len);
}

static struct verdict rekey_revokes_nothing(const struct question *q, struct effects *effects)
{
    switch (q->candidate->relation) {
    case RELATION_EQUAL:
        return pass(q, "the same names with a new key: nothing is revoked");
    case RELATION_OTHER:
        return silent();
    case RELATION_BELOW_WILDCARD:
    case RELATION_MORE:
        break;
    }
    if (!q->outright && !q->facts->preferences.extend_orders)
        return unfit(q, "names would be added, and extend_orders is off");
    effects->cost = COST_BILLABLE;
    return pass(q, "names are added, which may be charged for; nothing is revoked");
}

static struct verdict reissue_ends_with_the_order(const struct question *q, struct effects *effects)
{
    effects->not_after_s = latest_end(q, order_of(q)->order_end_s);
    return pass(q, "the new certificate ends on %s", day(q, effects->not_after_s));
}

/* What a reissue has to show again: added names, and what has lapsed. */
static struct verdict reissue_validates(const struct question *q, struct effects *effects)
{
    const struct vendor_order *order = order_of(q);
    struct effects none = {0};
    struct verdict current = duplicate_needs_validation(q, &none);

    effects->domain_validation = PROOF_NONE;
    if (is_dv(q))
        return silent();
    if (has_lapsed(q->facts, order->organization_validation_until_s) ||
        (order->organization_validation_until_s == 0 &&
            has_lapsed(q->facts, q->facts->validations.organization_until_s)))
        effects->approval = APPROVAL_VENDOR;
    if (q->candidate->relation != RELATION_EQUAL)
        effects->domain_validation = domains_are_validated(q->facts, &q->facts->request.names)
                                         ? PROOF_PREVALIDATED
                                         : usual_proof(&q->facts->request.names);
    else if (current.answer == ANSWER_FAIL && effects->approval != APPROVAL_VENDOR)
        effects->domain_validation = usual_proof(&q->facts->request.names);
    return pass(q, "%s",
        current.answer == ANSWER_FAIL
            ? "a reissue has the validation workflow that a duplicate lacks"
            : "domain and organisation are validated, as far as is known");
}

static struct verdict dv_proves_control_each_time(const struct question *q, struct effects *effects)
{
    if (!is_dv(q))
        return silent();
    effects->domain_validation = usual_proof(&q->facts->request.names);
    return pass(q, "DV: control is proven again, for this certificate alone");
}

static struct verdict revoked_certificates_leave_the_order(
    const struct question *q, struct effects *effects)
{
    const struct vendor_order *order = order_of(q);

    (void)effects;
    for (size_t i = 0; i < order->certificates_len; i++)
        if (order->certificates[i].revoked)
            return pass(q, "certificate %s is revoked, and the order can still be reissued",
                order->certificates[i].id);
    return silent();
}

/* Renewals and new orders. */

/* Past its end, but not for so long that a renewal would not be linked to it any more? */
static bool renewal_follows_late(const struct question *q)
{
    const struct vendor_order *order = order_of(q);
    int64_t now_s = q->facts->now_s;

    return (order->standing == STANDING_ISSUED || order->standing == STANDING_EXPIRED) &&
           order->order_end_s != 0 && order->order_end_s <= now_s &&
           now_s - order->order_end_s < q->facts->preferences.renewal_after_end_s;
}

struct verdict digicert_renewal(const struct question *q, struct effects *effects)
{
    const struct vendor_order *order = order_of(q);
    struct verdict busy = judge_busy(q, effects);

    if (!renewal_follows_late(q) &&
        (order_is_over(q->facts, order) || order->standing == STANDING_PREPAID))
        return with_remedy(
            unfit(q, "the order is over"), "order a new certificate (action enroll)");
    if (busy.answer == ANSWER_FAIL || order->order_end_s == 0)
        return busy;
    return pass(q, "the order end%s on %s, and a renewal follows it",
        order->order_end_s > q->facts->now_s ? "s" : "ed", day(q, order->order_end_s));
}

struct verdict digicert_renewed_once(const struct question *q, struct effects *effects)
{
    (void)effects;
    return order_of(q)->renewed
               ? with_remedy(unfit(q, "it was renewed already"), "name the order that renewed it")
               : pass(q, "it was not renewed yet");
}

bool digicert_ends_soon(const struct question *q)
{
    int64_t end_s = order_of(q)->order_end_s;

    return end_s != 0 && end_s - q->facts->now_s <= q->facts->preferences.renew_before_order_end_s;
}

bool digicert_may_renew(const struct question *q)
{
    int64_t end_s = order_of(q)->order_end_s;

    return end_s == 0 || end_s - q->facts->now_s <= q->facts->preferences.renewal_window_s;
}

struct verdict digicert_renewal_window(const struct question *q, struct effects *effects)
{
    int64_t end_s = order_of(q)->order_end_s;

    (void)effects;
    if (!digicert_may_renew(q))
        return not_before(q, end_s - q->facts->preferences.renewal_window_s,
            "the order ends in %s, on %s; renewals are taken in the last %s",
            span(q, end_s - q->facts->now_s), day(q, end_s),
            span(q, q->facts->preferences.renewal_window_s));
    return pass(q, "the order ends on %s, and its renewal window is open",
        end_s == 0 ? "a day that is not known" : day(q, end_s));
}

static struct verdict new_order_validates(const struct question *q, struct effects *effects)
{
    const struct identifiers *names = &q->facts->request.names;

    effects->not_after_s = latest_end(q, 0);
    effects->common_name = common_name_of(names);
    if (is_dv(q)) {
        effects->domain_validation = usual_proof(names);
        return pass(q, "DV: control is proven for this certificate; it ends on %s at the latest",
            day(q, effects->not_after_s));
    }
    effects->domain_validation =
        domains_are_validated(q->facts, names) ? PROOF_PREVALIDATED : usual_proof(names);
    if (has_lapsed(q->facts, q->facts->validations.organization_until_s))
        effects->approval = APPROVAL_VENDOR;
    return pass(q, "the certificate ends on %s at the latest", day(q, effects->not_after_s));
}

#define NEW       ACT_BIT(ACT_NEW)
#define REISSUE   ACT_BIT(ACT_REISSUE)
#define DUPLICATE ACT_BIT(ACT_DUPLICATE)
#define RENEW     ACT_BIT(ACT_RENEW)

static const struct rule rules[] = {
    {"key", "Public TLS certificates are for RSA of at least 2048 bits, P-256 or P-384", BASELINE,
        AT_DOOR_KEY, key_is_accepted},
    {"identifiers", "TLS certificates name hosts", BASELINE, AT_DOOR_NAMES, names_are_tls},
    {"identifiers", "Public certificates name addresses, too (ip_addresses; not confirmed)",
        PAGE_PRODUCTS, AT_DOOR_NAMES, addresses_are_taken},
    {"identifiers", "EV certificates have no wildcards", EV_GUIDELINES, AT_DOOR_NAMES,
        ev_has_no_wildcards},

    {"DC-TLS-REI-2",
        "Dropping or changing names revokes the original, reissues and duplicates "
        "within 72 hours",
        API_REISSUE, REISSUE, dropping_names_revokes},
    {"DC-TLS-REI-3", "A new key or added names revoke nothing", API_REISSUE, REISSUE,
        rekey_revokes_nothing},

    {"DC-TLS-DUP-6", "DV certificates have no duplicates: control is proven for one certificate",
        PAGE_DUPLICATE, DUPLICATE, dv_has_no_duplicates},
    {"DC-TLS-DUP-1",
        "Every other TLS certificate comes with unlimited free duplicates, if its "
        "product has them",
        PAGE_DUPLICATE, DUPLICATE, duplicates_exist},
    {"DC-TLS-DUP-3", "The details of a duplicate are exactly those of the original", PAGE_DUPLICATE,
        DUPLICATE, duplicate_has_the_same_names},
    {"DC-TLS-DUP-10", "A duplicate of a wildcard certificate may add names below the wildcard",
        API_DUPLICATE, DUPLICATE, wildcard_duplicate_adds_names},

    {"DC-TLS-REI-1",
        "An order is reissued while it is active, free and as often as needed; added "
        "names may cost",
        API_REISSUE, REISSUE | DUPLICATE, digicert_active},

    {"DC-TLS-DUP-5",
        "Domain and organisation are validated before: a duplicate, unlike a reissue, "
        "has no validation workflow",
        PAGE_DUPLICATE, DUPLICATE, duplicate_needs_validation},
    {"DC-TLS-DUP-8", "By default a duplicate ends like the certificate that it duplicates",
        PAGE_DUPLICATE, DUPLICATE, duplicate_ends_like_its_original},
    {"DC-TLS-DUP-2", "A duplicate is for a new key; one of its own for each server is recommended",
        PAGE_DUPLICATE, DUPLICATE, duplicate_wants_a_new_key},
    {"DC-TLS-DUP-9", "A duplicate is issued after its approval", PAGE_DUPLICATE, DUPLICATE,
        duplicate_is_approved_with_the_request},
    {"DC-TLS-DUP-4", "A duplicate never revokes a certificate", PAGE_DUPLICATE, DUPLICATE,
        duplicate_revokes_nothing},

    {"DC-TLS-REV-1",
        "Revoking a certificate leaves its order reissuable; revoking the order takes "
        "everything",
        API_REVOKE, REISSUE, revoked_certificates_leave_the_order},
    {"DC-TLS-DUP-5", "A reissue, unlike a duplicate, has a validation workflow", PAGE_DUPLICATE,
        REISSUE, reissue_validates},
    {"DC-TLS-REI-4", "A reissue ends with the order, or with the longest life of the day",
        PAGE_VALIDITY, REISSUE, reissue_ends_with_the_order},
    {"DC-TLS-DUP-7", "For DV, reissue instead of duplicating: control is proven each time",
        PAGE_DUPLICATE, REISSUE, dv_proves_control_each_time},

    {"DC-TLS-REN-1", "A renewal is a new order of the same account that names the old one",
        API_ORDER, RENEW, digicert_renewal},
    {"DC-TLS-REN-2", "An order is renewed at most once", API_ORDER, RENEW, digicert_renewed_once},
    {"DC-TLS-REN-3",
        "A renewal is taken from 90 days before the order's end (renewal_window; not "
        "confirmed)",
        API_ORDER, RENEW, digicert_renewal_window},
    {"DC-TLS-VAL-1", "A certificate lives no longer than its order", PAGE_VALIDITY, NEW | RENEW,
        new_order_validates},
};

/* Situations. */

static bool adds_names_below_its_wildcard(const struct question *q)
{
    const struct preferences *p = &q->facts->preferences;

    return q->candidate->relation == RELATION_BELOW_WILDCARD &&
           (q->candidate->same_holder || p->additional_holder == CHOICE_DUPLICATE);
}

static bool adds_names(const struct question *q)
{
    return q->candidate->relation == RELATION_MORE ||
           q->candidate->relation == RELATION_BELOW_WILDCARD;
}

static bool drops_names(const struct question *q)
{
    return q->candidate->relation == RELATION_OTHER;
}

static bool reissue_would_end_soon(const struct question *q)
{
    int64_t end_s = order_of(q)->order_end_s;

    return end_s != 0 &&
           latest_end(q, end_s) - q->facts->now_s <= q->facts->preferences.min_useful_life_s;
}

static bool wants_renewal(const struct question *q)
{
    return q->candidate->same_holder && (q->facts->preferences.same_holder == CHOICE_RENEW ||
                                            digicert_ends_soon(q) || reissue_would_end_soon(q));
}

static bool prefers_renewal(const struct question *q)
{
    return q->candidate->same_holder && q->facts->preferences.same_holder == CHOICE_RENEW &&
           !digicert_ends_soon(q) && digicert_may_renew(q);
}

static bool wants_renewal_too_early(const struct question *q)
{
    return wants_renewal(q) && !digicert_may_renew(q);
}

static bool same_holder(const struct question *q)
{
    return q->candidate->same_holder;
}

static bool order_ends_too_soon_to_share(const struct question *q)
{
    int64_t end_s = order_of(q)->order_end_s;

    return end_s != 0 && end_s - q->facts->now_s <= q->facts->preferences.min_useful_life_s;
}

static bool additional_holder_prefers_reissue(const struct question *q)
{
    return !is_dv(q) && q->facts->preferences.additional_holder == CHOICE_REISSUE;
}

static bool always(const struct question *q)
{
    (void)q;
    return true;
}

static const struct row rows[] = {
    {"a wildcard order, and names below the wildcard on top", adds_names_below_its_wildcard,
        {{ACT_DUPLICATE, "DC-TLS-DUP-10"}, {ACT_REISSUE, NULL}}},
    {"more names than the order has", adds_names, {{ACT_REISSUE, "DC-TLS-REI-3"}}},
    {"names of the order are dropped or changed", drops_names, {{ACT_REISSUE, "DC-TLS-REI-2"}}},
    {"the same holder, the order ends soon, its renewal window is not open yet",
        wants_renewal_too_early, {{ACT_REISSUE, "DC-TLS-REI-3"}}},
    {"the same holder, who prefers to renew", prefers_renewal, {{ACT_RENEW, "same_holder"}}},
    {"the same holder, and the order ends soon", wants_renewal, {{ACT_RENEW, "DC-TLS-REN-1"}}},
    {"the same holder, and the order goes on", same_holder, {{ACT_REISSUE, "DC-TLS-REI-3"}}},
    {"an additional holder, and the order is nearly over", order_ends_too_soon_to_share,
        {{ACT_RENEW, "DC-TLS-REN-1"}, {ACT_NEW, NULL}}},
    {"an additional holder, DV", is_dv, {{ACT_REISSUE, "DC-TLS-DUP-7"}}},
    {"an additional holder, where reissues are preferred", additional_holder_prefers_reissue,
        {{ACT_REISSUE, "additional_holder"}}},
    {"an additional holder", always, {{ACT_DUPLICATE, "DC-TLS-DUP-6"}, {ACT_REISSUE, NULL}}},
};

const struct vendor_table table_digicert = {
    .title = "DigiCert CertCentral, TLS",
    .can = ACTS_ALL,
    .unasked = REISSUE | DUPLICATE | RENEW,
    .decides = {[ACT_REISSUE] = {"DC-TLS-REI-2", "DC-TLS-REI-3"},
        [ACT_DUPLICATE] = {"DC-TLS-DUP-10", "DC-TLS-DUP-6"},
        [ACT_RENEW] = {"DC-TLS-REN-1"}},
    .rules = rules,
    .rules_len = sizeof rules / sizeof rules[0],
    .rows = rows,
    .rows_len = sizeof rows / sizeof rows[0],
};
