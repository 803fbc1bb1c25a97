/* rules_huawei - Huawei Cloud CCM, SSL certificates (SCM).
 *
 * Sources: the SCM user guide, "Reissuing an SSL Certificate" (HW-REISSUE), the buying, applying
 * and validation pages (HW-BUY, HW-APPLY, HW-DCV, HW-YEARS). There is no public call for a reissue,
 * and a reissue first cancels the living certificate: an outage. So none is offered unless the
 * operator chose a reissue_mode. The pages' rules about forms, canceling, revoking, deleting and
 * refunds choose nothing, and so stand in no table (tests/policy/no-decision lists them). */
#include "policy/rule.h"

#include <string.h>

#include "base/mem.h"
#include "policy/names.h"

#define PAGE_REISSUE "Huawei Cloud, SCM user guide: Reissuing an SSL Certificate"
#define PAGE_BUY     "Huawei Cloud, SCM user guide: Purchasing an SSL Certificate"
#define PAGE_APPLY   "Huawei Cloud, SCM user guide: Applying for an SSL Certificate"
#define PAGE_DCV     "Huawei Cloud, SCM user guide: Domain name verification"
#define PAGE_RENEW   "Huawei Cloud, SCM user guide: Renewing an SSL Certificate"
#define API_APPLY    "Huawei Cloud, SCM API: ApplyCertificate, CreateCsr (key_algorithm)"
#define OUR_SETTING  "preference reissue_mode"

#define RENEW_LEFT_S (30 * DAY_S)
#define REPEAT_S     (396 * DAY_S) /* HW-DCV-6: 13 months */

/* HW-REISSUE-6, -7. */
static const struct {
    const char *brand;
    int64_t window_s;
} windows[] = {
    {"digicert", 25 * DAY_S},
    {"geotrust", 25 * DAY_S},
    {"cfca", 25 * DAY_S},
    {"trustasia", 25 * DAY_S},
    {"vtrus", 25 * DAY_S},
    {"globalsign", 5 * DAY_S},
};

static const struct vendor_order *order_of(const struct question *q)
{
    return q->candidate->order;
}

int64_t huawei_window_s(const struct facts *facts, const struct vendor_order *order)
{
    const char *brand = order->brand != NULL ? order->brand : facts->profile.brand;

    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++)
        if (same_brand(brand, windows[i].brand))
            return windows[i].window_s;
    return 0;
}

int64_t huawei_window_start_s(const struct facts *facts, const struct vendor_order *order)
{
    int64_t start_s = order_first_issued_s(order);

    for (size_t i = 0; facts->preferences.reissue_window_restarts && i < order->certificates_len;
         i++)
        if (order->certificates[i].not_before_s > start_s)
            start_s = order->certificates[i].not_before_s;
    return start_s;
}

static bool is_globalsign(const struct question *q)
{
    const char *brand = order_of(q)->brand;

    return same_brand(brand == NULL ? q->facts->profile.brand : brand, "globalsign");
}

static enum name_kind kind_of(const struct vendor_order *order)
{
    return order->name_kind != NAMES_UNKNOWN ? order->name_kind : names_kind(&order->names);
}

static int64_t window_s(const struct question *q)
{
    return huawei_window_s(q->facts, order_of(q));
}

/* Who may come in. */

static struct verdict key_is_offered(const struct question *q, struct effects *effects)
{
    const struct request *r = &q->facts->request;
    int64_t size = r->key_size;

    (void)effects;
    if (r->key_algorithm == NULL)
        return silent();
    if ((same_brand(r->key_algorithm, "RSA") && (size == 2048 || size == 3072 || size == 4096)) ||
        (same_brand(r->key_algorithm, "EC") && (size == 256 || size == 384)))
        return pass(q, "%s, %d bits", r->key_algorithm, (int)size);
    return not_at_all(q, "use RSA of 2048, 3072 or 4096 bits, P-256 or P-384",
        "the key is %s of %d bits, which the vendor does not offer", r->key_algorithm, (int)size);
}

static struct verdict names_fit_a_product(const struct question *q, struct effects *effects)
{
    const struct identifiers *names = &q->facts->request.names;

    (void)effects;
    for (size_t i = 0; i < names->len; i++) {
        if (names->list[i].type == IDENTIFIER_EMAIL)
            return not_at_all(q, "order it from a profile for client certificates",
                "%s is an e-mail address, and this vendor sells TLS certificates",
                names->list[i].value);
        if (names->list[i].type == IDENTIFIER_IP && names->len > 1)
            return not_at_all(q, "order the address alone",
                "%s is an address, and an address stands alone in a certificate",
                names->list[i].value);
    }
    return pass(q, "%s", names->len == 1 ? "one name" : "several names");
}

static struct verdict wildcards_stand_alone(const struct question *q, struct effects *effects)
{
    const struct identifiers *names = &q->facts->request.names;
    enum level level = q->facts->profile.level;

    (void)effects;
    for (size_t i = 0; i < names->len; i++) {
        if (!name_is_wildcard(&names->list[i]))
            continue;
        if (level == LEVEL_EV)
            return not_at_all(q, "name the hosts one by one, or use an OV profile",
                "%s is a wildcard, and EV certificates have none", names->list[i].value);
        if (names->len > 1 && level == LEVEL_DV)
            return not_at_all(q, "order the wildcard alone, or use an OV profile",
                "%s is a wildcard among several names, which only OV has", names->list[i].value);
    }
    return silent();
}

/* Reissues. */

static struct verdict mode_offers_reissues(const struct question *q, struct effects *effects)
{
    (void)effects;
    switch (q->facts->preferences.reissue_mode) {
    case MODE_CONSOLE:
        return pass(q, "reissues are tasks for the operator, in the vendor's console");
    case MODE_REPLACE:
        return with_remedy(closed(q, "reissue_mode is replace: buy a new certificate instead"),
            "order a new certificate (action enroll), or set reissue_mode: console");
    case MODE_UNSAID:
    case MODE_DENY:
        break;
    }
    return with_remedy(
        closed(q, "reissue_mode is deny: the vendor has no public call for a reissue"),
        "order a new certificate (action enroll), or set reissue_mode: console");
}

static struct verdict is_issued(const struct question *q, struct effects *effects)
{
    const struct vendor_order *order = order_of(q);

    if (order->uploaded)
        return unfit(q, "it was uploaded, not bought here");
    if (order->standing == STANDING_REVOKED)
        return silent(); /* HW-REISSUE-5 */
    if (order_is_over(q->facts, order) || order->standing == STANDING_PREPAID)
        return with_remedy(unfit(q, "it is not issued"), "order a new certificate (action enroll)");
    return judge_busy(q, effects);
}

static struct verdict is_single_or_wildcard(const struct question *q, struct effects *effects)
{
    (void)effects;
    switch (kind_of(order_of(q))) {
    case NAMES_SINGLE:
        return pass(q, "a single-domain certificate");
    case NAMES_WILDCARD:
        return pass(q, "a wildcard certificate");
    case NAMES_UNKNOWN:
    case NAMES_MULTI:
        break;
    }
    return silent(); /* HW-REISSUE-4 */
}

static struct verdict is_not_multi(const struct question *q, struct effects *effects)
{
    (void)effects;
    if (kind_of(order_of(q)) == NAMES_MULTI)
        return with_remedy(closed(q, "a multi-domain certificate is never reissued"),
            "order a new certificate (action enroll)");
    return pass(q, "not multi-domain");
}

static struct verdict is_not_free(const struct question *q, struct effects *effects)
{
    (void)effects;
    if (order_of(q)->free)
        return with_remedy(closed(q, "a free certificate is never reissued"),
            "order a new certificate (action enroll)");
    return pass(q, "a paid certificate");
}

static bool all_revoked(const struct vendor_order *order)
{
    size_t revoked = 0;

    for (size_t i = 0; i < order->certificates_len; i++)
        revoked += order->certificates[i].revoked || order->certificates[i].revoke_at_s != 0;
    return order->certificates_len > 0 && revoked == order->certificates_len;
}

static struct verdict is_not_revoked(const struct question *q, struct effects *effects)
{
    (void)effects;
    if (order_of(q)->standing == STANDING_REVOKED || all_revoked(order_of(q)))
        return with_remedy(closed(q, "a revoked certificate is never reissued"),
            "order a new certificate (action enroll)");
    return pass(q, "not revoked");
}

static struct verdict within_window(const struct question *q)
{
    int64_t issued_s = huawei_window_start_s(q->facts, order_of(q)), open_s = window_s(q);
    int64_t since_s = q->facts->now_s - issued_s;
    const char *issue = q->facts->preferences.reissue_window_restarts ? "last" : "first";
    const char *remedy = "order a new certificate (action enroll)";

    if (open_s == 0)
        return with_remedy(closed(q, "no reissue window is known for its brand"), remedy);
    if (issued_s == 0)
        return with_remedy(closed(q, "it is not known when it was first issued"), remedy);
    if (since_s > open_s || (since_s == open_s && !q->facts->preferences.reissue_last_day))
        return with_remedy(closed(q, "%s issued on %s, and reissues end %s after that", issue,
                               day(q, issued_s), span(q, open_s)),
            remedy);
    return pass(q, "%s issued on %s, within %s", issue, day(q, issued_s), span(q, open_s));
}

static struct verdict within_25_days(const struct question *q, struct effects *effects)
{
    (void)effects;
    return is_globalsign(q) ? silent() : within_window(q);
}

static struct verdict within_5_days(const struct question *q, struct effects *effects)
{
    (void)effects;
    return is_globalsign(q) ? within_window(q) : silent();
}

static struct verdict as_often_as_needed(const struct question *q, struct effects *effects)
{
    (void)effects;
    return pass(q, "inside its window as often as needed");
}

static struct verdict names_fit_the_kind(const struct question *q, struct effects *effects)
{
    enum name_kind asked = names_kind(&q->facts->request.names);

    (void)effects;
    if (q->candidate->relation == RELATION_EQUAL)
        return pass(q, "the same name");
    if (asked != kind_of(order_of(q)))
        return with_remedy(unfit(q, "the names asked for are of another kind than the order's"),
            "order a new certificate (action enroll)");
    if (!q->outright && !q->facts->preferences.allow_destructive)
        return unfit(q, "the name would change, which needs allow_destructive");
    return pass(q, "the name changes");
}

static struct verdict first_cancels_the_certificate(
    const struct question *q, struct effects *effects)
{
    const struct vendor_order *order = order_of(q);
    struct loss *losses = mem_new_array(q->mem, struct loss, order->certificates_len + 1);

    if (order->certificates_len == 0 && !q->facts->preferences.allow_destructive)
        return with_remedy(
            unfit(q, "whose certificate would be cancelled is not known: the inventory has none"),
            "have the order's certificate added to the inventory, or order a new one (action "
            "enroll)");
    for (size_t i = 0; i < order->certificates_len; i++)
        if (certificate_may_live(q->facts, &order->certificates[i]))
            losses[effects->revokes_len++] =
                (struct loss){order->certificates[i].id, order->certificates[i].holder, 0};
    effects->revokes = losses;
    effects->approval = APPROVAL_OPERATOR;
    effects->not_after_s = order_end_s(order);
    return pass(q, "within one to two working days, after a confirmation by e-mail, the CA cancels "
                   "the certificate that is there; only then comes the new one");
}

static struct verdict only_the_key_changed(const struct question *q, struct effects *effects)
{
    if (q->candidate->relation != RELATION_EQUAL)
        return silent();
    effects->domain_validation = PROOF_NONE;
    return pass(q, "only the key changed: no new domain validation");
}

static struct verdict the_name_changed(const struct question *q, struct effects *effects)
{
    if (q->candidate->relation == RELATION_EQUAL)
        return silent();
    effects->domain_validation = usual_proof(&q->facts->request.names);
    return pass(q, "the name changed: its domain is validated again");
}

static struct verdict organisation_follows(const struct question *q, struct effects *effects)
{
    enum level level = order_of(q)->level;

    (void)effects; /* the operator has to see to the task anyway */
    if (q->candidate->relation == RELATION_EQUAL || (level != LEVEL_OV && level != LEVEL_EV))
        return silent();
    return pass(q, "%s: then the organisation is validated, too", level_word(level));
}

/* New orders and renewals. */

static struct verdict slot_is_paid(const struct question *q, struct effects *effects)
{
    (void)effects;
    return q->slot == NULL ? silent() : pass(q, "slot %s is paid and empty", q->slot->id);
}

static int64_t end_s(const struct question *q)
{
    const struct vendor_certificate *living = order_living(q->facts, order_of(q));

    return living != NULL ? living->not_after_s : order_end_s(order_of(q));
}

static bool ends_within_30_days(const struct question *q)
{
    return end_s(q) != 0 && end_s(q) - q->facts->now_s <= RENEW_LEFT_S;
}

static struct verdict can_be_renewed(const struct question *q, struct effects *effects)
{
    const struct vendor_order *order = order_of(q);

    (void)effects;
    if (order_is_over(q->facts, order) || order->standing == STANDING_PREPAID)
        return with_remedy(
            unfit(q, "the order is over"), "order a new certificate (action enroll)");
    if (order->renewed)
        return with_remedy(unfit(q, "it was renewed already"), "name the order that renewed it");
    if (!names_equal(&q->facts->request.names, &order->names))
        return with_remedy(unfit(q, "a renewal is a purchase of the same specification, and the "
                                    "names are not the order's"),
            "ask for exactly its names");
    if (!ends_within_30_days(q) && end_s(q) != 0)
        return not_before(q, end_s(q) - RENEW_LEFT_S, "it ends in %s, on %s: more than 30 days",
            span(q, end_s(q) - q->facts->now_s), day(q, end_s(q)));
    return judge_busy(q, effects);
}

static struct verdict next_year_comes_by_itself(const struct question *q, struct effects *effects)
{
    (void)effects;
    if (order_of(q)->plan_years < 2)
        return silent();
    return pass(q,
        "a plan of %d years: the vendor applies for the next year's certificate by itself, with "
        "the "
        "data, and so the key, of the first",
        (int)order_of(q)->plan_years);
}

/* An OV order of that brand within 13 months? */
static bool repeats(const struct question *q)
{
    struct order_list orders;

    inventory_by_names(q->mem, q->facts->inventory, &q->facts->request.names, &orders);
    for (size_t i = 0; i < orders.len; i++) {
        const struct vendor_order *order = orders.list[i];
        int64_t issued_s = order_first_issued_s(order);

        if (order_is_tenants(q->facts, order) && order->level == LEVEL_OV && issued_s != 0 &&
            (same_brand(order->brand, "digicert") || same_brand(order->brand, "geotrust")) &&
            q->facts->now_s - issued_s <= REPEAT_S)
            return true;
    }
    return false;
}

static struct verdict repeat_skips_organisation(const struct question *q, struct effects *effects)
{
    const struct profile *p = &q->facts->profile;

    if (p->level != LEVEL_OV && p->level != LEVEL_EV)
        return silent();
    effects->approval = APPROVAL_VENDOR;
    if (p->level != LEVEL_OV || !repeats(q))
        return pass(q, "the CA validates the organisation");
    effects->approval = APPROVAL_NONE;
    return pass(q, "OV of that brand within 13 months: the organisation is not validated again");
}

static struct verdict new_order_validates(const struct question *q, struct effects *effects)
{
    effects->domain_validation = usual_proof(&q->facts->request.names);
    return pass(q, "%s",
        effects->domain_validation == PROOF_HTTP ? "an address: by file only" : "by DNS record");
}

#define NEW     ACT_BIT(ACT_NEW)
#define REISSUE ACT_BIT(ACT_REISSUE)
#define RENEW   ACT_BIT(ACT_RENEW)

static const struct rule rules[] = {
    {"key", "RSA 2048, 3072, 4096, P-256, P-384", API_APPLY, AT_DOOR_KEY, key_is_offered},
    {"HW-APPLY-5", "Single: a name or an address. Wildcard: one. Multi-domain: several names",
        PAGE_APPLY, AT_DOOR_NAMES, names_fit_a_product},
    {"HW-BUY-3", "Wildcards among several names only with OV; none with EV", PAGE_BUY,
        AT_DOOR_NAMES, wildcards_stand_alone},

    {"HW-REISSUE-11", "The bound name may change, within its kind", PAGE_REISSUE, REISSUE,
        names_fit_the_kind},
    {"HW-REISSUE-1", "Only an issued certificate can be reissued", PAGE_REISSUE, REISSUE,
        is_issued},
    {"reissue_mode", "Reissues as the operator chose: none, tasks in the console, or new purchases",
        OUR_SETTING, REISSUE, mode_offers_reissues},
    {"HW-REISSUE-5", "Revoked certificates: never", PAGE_REISSUE, REISSUE, is_not_revoked},
    {"HW-REISSUE-3", "Free certificates: never", PAGE_REISSUE, REISSUE, is_not_free},
    {"HW-REISSUE-4", "Multi-domain certificates: never", PAGE_REISSUE, REISSUE, is_not_multi},
    {"HW-REISSUE-2", "Only single-domain and wildcard certificates", PAGE_REISSUE, REISSUE,
        is_single_or_wildcard},
    {"HW-REISSUE-6", "Within 25 days of issue: DigiCert, GeoTrust, CFCA, TrustAsia, vTrus",
        PAGE_REISSUE, REISSUE, within_25_days},
    {"HW-REISSUE-7", "Within 5 days of issue: GlobalSign", PAGE_REISSUE, REISSUE, within_5_days},
    {"HW-REISSUE-8", "Inside the window the number of reissues is not limited", PAGE_REISSUE,
        REISSUE, as_often_as_needed},
    {"HW-REISSUE-18",
        "The CA asks by e-mail to confirm that the issued certificate is cancelled, "
        "cancels it, and only then reissues",
        PAGE_REISSUE, REISSUE, first_cancels_the_certificate},
    {"HW-REISSUE-21", "Only the key changed: no new domain validation (inferred)", PAGE_REISSUE,
        REISSUE, only_the_key_changed},
    {"HW-REISSUE-19",
        "Something but the key changed: the domain is validated after the "
        "cancellation",
        PAGE_REISSUE, REISSUE, the_name_changed},
    {"HW-REISSUE-20",
        "Then domain validation must be completed, and that of the organisation for "
        "OV and EV",
        PAGE_REISSUE, REISSUE, organisation_follows},

    {"renewal_window", "A renewal is a purchase of the same specification in the last 30 days",
        PAGE_RENEW, RENEW, can_be_renewed},
    {"HW-YEARS-1", "Of a plan of several years the next certificate is applied for automatically",
        PAGE_BUY, RENEW, next_year_comes_by_itself},
    {"HW-APPLY-1", "A certificate is applied for from a slot that is paid and empty", PAGE_APPLY,
        NEW, slot_is_paid},
    {"HW-DCV-1", "DV by DNS; OV and EV by DNS or e-mail; addresses by file", PAGE_DCV, NEW | RENEW,
        new_order_validates},
    {"HW-DCV-6",
        "A repeated OV order for DigiCert or GeoTrust within 13 months skips the "
        "organisation's validation",
        PAGE_DCV, NEW | RENEW, repeat_skips_organisation},
};

/* Situations. */

static bool reissue_is_possible(const struct question *q)
{
    const struct facts *facts = q->facts;
    int64_t issued_s = order_first_issued_s(order_of(q));

    return facts->preferences.reissue_mode == MODE_CONSOLE && issued_s != 0 &&
           facts->now_s - issued_s <= window_s(q);
}

static bool is_replaced_instead(const struct question *q)
{
    return q->facts->preferences.reissue_mode == MODE_REPLACE &&
           q->candidate->order->standing == STANDING_ISSUED;
}

static bool is_due_for_renewal(const struct question *q)
{
    bool renews = q->candidate->same_holder && q->facts->preferences.same_holder == CHOICE_RENEW;

    return q->candidate->order->standing == STANDING_ISSUED && ends_within_30_days(q) &&
           (renews || !reissue_is_possible(q));
}

static bool always(const struct question *q)
{
    (void)q;
    return true;
}

static const struct row rows[] = {
    {"reissues are replaced by purchases", is_replaced_instead, {{ACT_NEW, "reissue_mode"}}},
    {"30 days or less are left: the old one runs out", is_due_for_renewal,
        {{ACT_NEW, "renewal_window"}}},
    {"same or additional holder, GlobalSign", is_globalsign, {{ACT_REISSUE, "HW-REISSUE-7"}}},
    {"same or additional holder, another brand", always, {{ACT_REISSUE, "HW-REISSUE-6"}}},
};

const struct vendor_table table_huawei = {
    .title = "Huawei Cloud SCM",
    .can = NEW | REISSUE | RENEW,
    .unasked = REISSUE,
    .decides = {[ACT_REISSUE] = {"HW-REISSUE-7", "HW-REISSUE-6"}, [ACT_RENEW] = {"renewal_window"}},
    .slots = true,
    .slots_first = true,
    .slot_rule = "HW-APPLY-1",
    .cannot = "Huawei Cloud has no duplicates",
    .rules = rules,
    .rules_len = sizeof rules / sizeof rules[0],
    .rows = rows,
    .rows_len = sizeof rows / sizeof rows[0],
};
