/* rules_tencent - Tencent Cloud SSL Certificate service.
 *
 * Sources: "Reissuing an SSL Certificate" (TC-REISSUE, TC-CSR, TC-FLOW, TC-DCV-EX), the renewal,
 * multi-year and application pages (TC-RENEW, TC-MULTI, TC-INFO), and the API's texts of
 * ReplaceCertificate and ApplyCertificate. A certificate is an order here: a reissue makes a new
 * record, and the newest record of a chain is the one to reissue. The rules about revoking,
 * deleting, canceling and the mechanics of validation choose nothing, and those about quotas of
 * free certificates nothing any more, since no new one can serve ACME: they stand in no table
 * (tests/policy/no-decision lists them). */
#include "policy/rule.h"

#include <string.h>
#include <strings.h>

#include "policy/names.h"

#define PAGE_REISSUE "Tencent Cloud, Reissuing an SSL Certificate"
#define PAGE_CHANGE  "Tencent Cloud, Reissue and reapplication (FAQ)"
#define API_REPLACE  "Tencent Cloud, API: ReplaceCertificate"
#define PAGE_RENEW   "Tencent Cloud, SSL certificate renewal guides"
#define PAGE_YEARS   "Tencent Cloud, Multi-year SSL certificates"
#define PAGE_KEYS    "Tencent Cloud, Encryption algorithms of SSL certificates"
#define PAGE_FREE    "Tencent Cloud, Free SSL certificates"
#define PAGE_INFO    "Tencent Cloud, SSL certificate application guide"

#define REISSUE_LEFT_S (30 * DAY_S) /* TC-REISSUE-2: more than this */
#define RENEW_LEFT_S   (30 * DAY_S) /* TC-RENEW-1: this or less */
#define FRESH_S        (3 * DAY_S)  /* TC-DCV-EX-1: less than this */
#define YEAR_S         (365 * DAY_S)

/* How a product is validated and approved (TC-FLOW). */
enum flow { FLOW_A, FLOW_B, FLOW_C, FLOW_D };

static const struct vendor_order *order_of(const struct question *q)
{
    return q->candidate->order;
}

static bool is_own_brand(const struct question *q, const char *brand)
{
    return same_brand(brand, "wotrus") ||
           (q->facts->preferences.dnspod_own_brand && same_brand(brand, "dnspod"));
}

static enum flow flow_of(const struct question *q)
{
    const struct vendor_order *order = order_of(q);

    if (order->free)
        return FLOW_D;
    if (order->level != LEVEL_OV && order->level != LEVEL_EV)
        return FLOW_C;
    return is_own_brand(q, order->brand) ? FLOW_A : FLOW_B;
}

/* When the certificate ends: of its records' certificates the one that lives longest. */
static int64_t certificate_end_s(const struct vendor_order *order)
{
    int64_t end_s = 0;

    for (size_t i = 0; i < order->certificates_len; i++)
        if (order->certificates[i].not_after_s > end_s)
            end_s = order->certificates[i].not_after_s;
    return end_s != 0 ? end_s : order->order_end_s;
}

/* An end that is not known is not near: the vendor would refuse, and nothing is spent. */
static int64_t left_s(const struct question *q)
{
    int64_t end_s = certificate_end_s(order_of(q));

    return end_s == 0 ? INT64_MAX : end_s - q->facts->now_s;
}

/* A plan of several years is a certificate a year; is there another year after this one? */
static bool next_year_comes(const struct vendor_order *order)
{
    int64_t first_s = order_first_issued_s(order), plan_end_s = order->order_end_s;

    if (order->plan_years <= 1)
        return false;
    if (first_s != 0 && first_s + order->plan_years * YEAR_S > plan_end_s)
        plan_end_s = first_s + order->plan_years * YEAR_S;
    return certificate_end_s(order) + REISSUE_LEFT_S < plan_end_s;
}

/* Who may come in. */

static struct verdict key_is_offered(const struct question *q, struct effects *effects)
{
    const struct request *r = &q->facts->request;
    const struct profile *p = &q->facts->profile;
    bool rsa, ec;

    (void)effects;
    if (r->key_algorithm == NULL)
        return silent();
    rsa = same_brand(r->key_algorithm, "RSA");
    ec = same_brand(r->key_algorithm, "EC");
    if ((rsa && r->key_size == 2048) || (ec && r->key_size == 256) ||
        (rsa && r->key_size == 4096 && (p->level != LEVEL_DV || same_brand(p->brand, "wotrus"))) ||
        (ec && r->key_size == 384 && same_brand(p->brand, "wotrus")))
        return pass(q, "%s, %d bits", r->key_algorithm, (int)r->key_size);
    return not_at_all(q,
        "use RSA of 2048 bits or P-256; RSA of 4096 bits with OV and EV, P-384 with WoTrus",
        "the key is %s of %d bits, which the product does not have", r->key_algorithm,
        (int)r->key_size);
}

static struct verdict names_are_hosts(const struct question *q, struct effects *effects)
{
    const struct identifiers *names = &q->facts->request.names;

    (void)effects;
    for (size_t i = 0; i < names->len; i++) {
        const struct identifier *name = &names->list[i];

        if (name->type == IDENTIFIER_EMAIL)
            return not_at_all(q, "order it from a profile for client certificates",
                "%s is an e-mail address, and this vendor sells TLS certificates", name->value);
        if (q->facts->profile.level == LEVEL_EV && name_is_wildcard(name))
            return not_at_all(q, "name the hosts one by one, or use an OV profile",
                "%s is a wildcard, and EV certificates have none", name->value);
    }
    return pass(q, "DNS names");
}

/* Free certificates. */

/* Is the profile's product one of the free ones, by number (ProductId) or by name? */
static bool profile_is_free(const struct facts *facts)
{
    const char *product = facts->profile.product;

    if (product == NULL)
        return false;
    for (const char *p = product; *p != '\0'; p++)
        if (strncasecmp(p, "free", 4) == 0)
            return true;
    return strcmp(product, "2") == 0 || strcmp(product, "83") == 0;
}

static struct verdict free_takes_no_csr(const struct question *q, struct effects *effects)
{
    (void)effects;
    if (!profile_is_free(q->facts))
        return silent();
    return not_at_all(q, "name a paid product in the profile",
        "product %s is the free one: the vendor makes its key itself and takes no CSR, so that it "
        "cannot serve ACME",
        q->facts->profile.product);
}

static struct verdict free_is_reissued_once(const struct question *q, struct effects *effects)
{
    const struct vendor_order *order = order_of(q);
    const char *remedy = "order a paid certificate";

    (void)effects;
    if (!order->free)
        return pass(q, "a paid certificate");
    if (q->act == ACT_RENEW || !q->facts->preferences.free_reissues)
        return with_remedy(
            unfit(q, "a free certificate: reissued once only, with a key of the vendor"), remedy);
    for (size_t i = 0; i < order->certificates_len; i++)
        if (order->certificates[i].kind == CERTIFICATE_REISSUE)
            return with_remedy(unfit(q, "a free certificate that was reissued already"), remedy);
    return pass(q, "a free certificate, for the first time (free_reissues)");
}

static struct verdict free_has_rsa_2048(const struct question *q, struct effects *effects)
{
    const struct request *r = &q->facts->request;

    (void)effects;
    if (!order_of(q)->free || r->key_algorithm == NULL)
        return silent();
    if (!same_brand(r->key_algorithm, "RSA") || r->key_size != 2048)
        return with_remedy(
            unfit(q, "a free certificate is reissued for RSA of 2048 bits only"), "use such a key");
    return pass(q, "RSA, 2048 bits");
}

/* Reissues. */

static struct verdict was_bought_here(const struct question *q, struct effects *effects)
{
    (void)effects;
    if (order_of(q)->uploaded)
        return with_remedy(unfit(q, "it was uploaded, not bought here"), "order a new certificate");
    return pass(q, "it was bought here");
}

static struct verdict names_stay(const struct question *q, struct effects *effects)
{
    (void)effects;
    if (q->candidate->relation != RELATION_EQUAL)
        return with_remedy(unfit(q, "the names asked for are not those of the certificate"),
            "ask for exactly its names, or order a new certificate (action enroll)");
    return pass(q, "the same names");
}

static struct verdict is_issued(const struct question *q, struct effects *effects)
{
    (void)effects;
    if (order_of(q)->standing == STANDING_PENDING)
        return not_until_done(q, "it is pending: not issued yet");
    if (order_is_over(q->facts, order_of(q)) || order_of(q)->standing == STANDING_PREPAID)
        return with_remedy(
            unfit(q, "it is not an issued certificate"), "order a new certificate (action enroll)");
    return pass(q, "issued");
}

static struct verdict no_second_reissue(const struct question *q, struct effects *effects)
{
    return judge_busy(q, effects);
}

static struct verdict vendor_orders_next_year(const struct question *q, struct effects *effects)
{
    (void)effects;
    if (order_of(q)->plan_years <= 1 || left_s(q) > REISSUE_LEFT_S)
        return silent();
    if (!next_year_comes(order_of(q)))
        return pass(q, "it is the last year of the plan");
    return not_until_done(q,
        "a plan of %d years with %s left: the vendor orders the next year's certificate itself, "
        "and that one can be reissued",
        (int)order_of(q)->plan_years, span(q, left_s(q) < 0 ? 0 : left_s(q)));
}

static struct verdict enough_is_left(const struct question *q, struct effects *effects)
{
    (void)effects;
    if (left_s(q) <= REISSUE_LEFT_S)
        return with_remedy(
            closed(q, "it ends in %s, on %s: 30 days or less",
                span(q, left_s(q) < 0 ? 0 : left_s(q)), day(q, certificate_end_s(order_of(q)))),
            "renew it (action renew), or order a new certificate (action enroll)");
    if (left_s(q) == INT64_MAX)
        return pass(q, "it is not known to end soon");
    return pass(q, "it ends in %s, on %s: more than 30 days", span(q, left_s(q)),
        day(q, certificate_end_s(order_of(q))));
}

/* Counted over the vendor's account: what another tenant has there is not named. */
static struct verdict no_sibling_is_reissued(const struct question *q, struct effects *effects)
{
    (void)effects;
    for (size_t i = 0; i < q->siblings->len; i++) {
        const struct vendor_order *other = q->siblings->list[i];

        if (other == order_of(q))
            continue;
        if (!order_is_tenants(q->facts, other))
            return not_until_done(q,
                "a certificate of another tenant under the same primary domain is being "
                "reissued");
        return not_until_done(q, "order %s (%s), under the same primary domain, is being reissued",
            other->id, other->names.list[0].value);
    }
    return pass(q, "no other certificate under its primary domain is being reissued");
}

static struct verdict end_stays(const struct question *q, struct effects *effects)
{
    effects->not_after_s = certificate_end_s(order_of(q));
    return pass(q, "the new certificate ends when this one ends%s%s",
        effects->not_after_s == 0 ? "" : ", on ",
        effects->not_after_s == 0 ? "" : day(q, effects->not_after_s));
}

static struct verdict record_is_new(const struct question *q, struct effects *effects)
{
    (void)effects;
    return pass(q, "it becomes a record with an id of its own");
}

static struct verdict original_stays_valid(const struct question *q, struct effects *effects)
{
    (void)effects;
    return pass(q, "the certificate itself is not revoked");
}

/* Validation and approval. They are expectations: the connector acts on what the vendor says. */

static bool may_be_exempt(const struct question *q)
{
    enum flow flow = flow_of(q);

    return flow == FLOW_A || flow == FLOW_C;
}

static bool has_the_same_key(const struct question *q)
{
    const struct vendor_order *order = order_of(q);

    for (size_t i = 0; i < order->certificates_len; i++)
        if (same_word(order->certificates[i].spki, q->facts->request.spki))
            return true;
    return false;
}

/* How the exemptions combine is not confirmed: does another key undo those of time? */
static bool is_strict_about(const struct question *q)
{
    return q->facts->preferences.strict_exemptions && !has_the_same_key(q);
}

static struct verdict fresh_is_exempt(const struct question *q, struct effects *effects)
{
    int64_t first_s = order_first_issued_s(order_of(q));

    effects->domain_validation = usual_proof(&order_of(q)->names);
    if (!may_be_exempt(q) || first_s == 0 || q->facts->now_s - first_s >= FRESH_S ||
        is_strict_about(q))
        return silent();
    effects->domain_validation = PROOF_NONE;
    return pass(q, "it was issued less than 3 days ago: no domain validation");
}

static struct verdict same_key_is_exempt(const struct question *q, struct effects *effects)
{
    if (!may_be_exempt(q) || !has_the_same_key(q))
        return silent();
    effects->domain_validation = PROOF_NONE;
    return pass(q, "the key is the original's: no domain validation");
}

static struct verdict verified_domain_is_exempt(const struct question *q, struct effects *effects)
{
    int64_t until_s = order_of(q)->domain_validation_until_s;

    if (flow_of(q) != FLOW_C || has_lapsed(q->facts, until_s) || is_strict_about(q))
        return silent();
    effects->domain_validation = PROOF_NONE;
    return pass(q, "the domain was verified within 13 months%s: no domain validation",
        until_s == 0 ? ", as far as is known" : "");
}

static struct verdict automatic_wildcard_is_exempt(
    const struct question *q, struct effects *effects)
{
    const struct vendor_order *order = order_of(q);

    if (!same_brand(order->brand, "trustasia") || flow_of(q) != FLOW_C || order->plan_years < 2 ||
        order->plan_years > 3 || !order->automatic_validation ||
        names_kind(&order->names) != NAMES_WILDCARD)
        return silent();
    effects->domain_validation = PROOF_NONE;
    return pass(q, "TrustAsia DV wildcard of several years, validated automatically");
}

static struct verdict flow_a(const struct question *q, struct effects *effects)
{
    if (flow_of(q) != FLOW_A)
        return silent();
    effects->approval = APPROVAL_NONE;
    return pass(q, "WoTrus or DNSPod %s, organisation unchanged: no manual approval",
        level_word(order_of(q)->level));
}

static struct verdict flow_b(const struct question *q, struct effects *effects)
{
    if (flow_of(q) != FLOW_B)
        return silent();
    effects->approval = APPROVAL_VENDOR;
    return pass(
        q, "%s of another brand: the CA contacts the applicant", level_word(order_of(q)->level));
}

static struct verdict flow_d(const struct question *q, struct effects *effects)
{
    if (flow_of(q) != FLOW_D)
        return silent();
    effects->domain_validation = usual_proof(&order_of(q)->names);
    return pass(q, "free DV: domain validation, by the first application's method (TC-REISSUE-9)");
}

static struct verdict flow_c(const struct question *q, struct effects *effects)
{
    (void)effects;
    if (flow_of(q) != FLOW_C)
        return silent();
    return pass(q, "paid DV: domain validation only");
}

/* Renewals and new orders. */

static struct verdict within_the_last_30_days(const struct question *q, struct effects *effects)
{
    int64_t end_s = certificate_end_s(order_of(q));

    (void)effects;
    if (end_s == 0)
        return unfit(q, "it is not known when it ends");
    if (left_s(q) > RENEW_LEFT_S)
        return not_before(q, end_s - RENEW_LEFT_S, "it ends in %s, on %s: more than 30 days",
            span(q, left_s(q)), day(q, end_s));
    if (left_s(q) <= 0)
        return closed(q, "it ended on %s", day(q, end_s));
    return pass(q, "it ends in %s, on %s", span(q, left_s(q)), day(q, end_s));
}

static struct verdict is_not_renewed(const struct question *q, struct effects *effects)
{
    (void)effects;
    return order_of(q)->renewed
               ? with_remedy(unfit(q, "it was renewed already"), "name the order that renewed it")
               : pass(q, "it was not renewed yet");
}

static struct verdict new_order(const struct question *q, struct effects *effects)
{
    const struct identifiers *names = &q->facts->request.names;
    enum level level = q->facts->profile.level;

    effects->common_name = common_name_of(names);
    effects->approval = level == LEVEL_OV || level == LEVEL_EV ? APPROVAL_VENDOR : APPROVAL_NONE;
    if (domains_are_validated(q->facts, names))
        effects->domain_validation = PROOF_PREVALIDATED;
    else if (q->facts->profile.publishing == PUBLISHING_DNS)
        effects->domain_validation = PROOF_DNS;
    else if (q->facts->profile.publishing == PUBLISHING_HTTP)
        effects->domain_validation = PROOF_HTTP;
    else
        effects->domain_validation = PROOF_OPERATOR;
    return pass(q, "%s",
        effects->domain_validation == PROOF_OPERATOR
            ? "nothing is set up to publish the vendor's validation record: an "
              "operator's step"
            : "the vendor's validation can be met");
}

#define NEW     ACT_BIT(ACT_NEW)
#define REISSUE ACT_BIT(ACT_REISSUE)
#define RENEW   ACT_BIT(ACT_RENEW)

static const struct rule rules[] = {
    {"TC-CSR-3", "Algorithm and length of the key are those of the product", PAGE_KEYS, AT_DOOR_KEY,
        key_is_offered},
    {"identifiers", "TLS certificates name hosts, and those of EV no wildcards", PAGE_FREE,
        AT_DOOR_NAMES, names_are_hosts},

    {"TC-REISSUE-10", "Only what was bought at the vendor can be reissued", API_REPLACE,
        REISSUE | RENEW, was_bought_here},
    {"TC-REISSUE-3", "A free DV certificate is reissued once only", PAGE_REISSUE, REISSUE | RENEW,
        free_is_reissued_once},
    {"TC-REISSUE-8", "A free certificate is reissued with RSA-2048 only", API_REPLACE, REISSUE,
        free_has_rsa_2048},
    {"TC-REISSUE-7", "A reissue cannot change the names (TC-INFO-1: nor can anything else)",
        PAGE_CHANGE, REISSUE, names_stay},
    {"TC-REISSUE-1", "Only an issued certificate can be reissued", PAGE_REISSUE, REISSUE | RENEW,
        is_issued},
    {"TC-REISSUE-5", "While its reissue is in process there is no second one", PAGE_REISSUE,
        REISSUE | RENEW, no_second_reissue},
    {"TC-MULTI-1",
        "In the last 30 days of a year the vendor itself orders the next year's "
        "certificate of a plan of several years",
        PAGE_YEARS, REISSUE | RENEW, vendor_orders_next_year},
    {"TC-REISSUE-2", "It must expire in more than 30 days", PAGE_REISSUE, REISSUE, enough_is_left},
    {"TC-REISSUE-4",
        "While a certificate under a primary domain is reissued, no other under that "
        "domain can be",
        PAGE_REISSUE, REISSUE, no_sibling_is_reissued},
    {"TC-REISSUE-6", "A reissue does not renew: it ends when the original ends", PAGE_REISSUE,
        REISSUE, end_stays},
    {"TC-REISSUE-11", "A reissue yields a new certificate id", API_REPLACE, REISSUE, record_is_new},
    {"TC-REISSUE-12", "A reissue alone does not revoke the original", PAGE_REISSUE, REISSUE,
        original_stays_valid},
    {"TC-DCV-EX-1", "No domain validation within 3 days of the first issue (TC-FLOW-A, -C)",
        PAGE_REISSUE, REISSUE, fresh_is_exempt},
    {"TC-DCV-EX-2", "No domain validation for the original's CSR (TC-FLOW-A, -C)", PAGE_REISSUE,
        REISSUE, same_key_is_exempt},
    {"TC-DCV-EX-3",
        "No domain validation within 13 months under the same organisation "
        "(TC-FLOW-C)",
        PAGE_REISSUE, REISSUE, verified_domain_is_exempt},
    {"TC-DCV-EX-4",
        "No domain validation for TrustAsia DV wildcards of 2 or 3 years that are "
        "validated automatically",
        PAGE_REISSUE, REISSUE, automatic_wildcard_is_exempt},
    {"TC-FLOW-A",
        "WoTrus and DNSPod, OV and EV: manual approval, unless the organisation's data is "
        "unchanged (TC-FLOW-A1)",
        PAGE_REISSUE, REISSUE, flow_a},
    {"TC-FLOW-B", "OV and EV of other brands: the CA contacts the applicant", PAGE_REISSUE, REISSUE,
        flow_b},
    {"TC-FLOW-C", "Paid DV: domain validation, unless exempt", PAGE_REISSUE, REISSUE, flow_c},
    {"TC-FLOW-D",
        "Free DV: domain validation by the first method (TC-REISSUE-9), without exemption",
        PAGE_REISSUE, REISSUE, flow_d},

    {"renewed", "What was renewed is not renewed again", PAGE_RENEW, RENEW, is_not_renewed},
    {"TC-RENEW-1", "Renewal only within 30 days before expiry", PAGE_RENEW, RENEW,
        within_the_last_30_days},

    {"TC-CSR-2", "A free DV certificate takes no CSR of ours", PAGE_REISSUE, NEW | RENEW,
        free_takes_no_csr},
    {"TC-DCV-3",
        "A new order is validated by record: published by us, by the vendor (DNS_AUTO), or "
        "by an operator",
        PAGE_INFO, NEW | RENEW, new_order},
};

/* Situations. */

static bool is_free(const struct question *q)
{
    return order_of(q)->free && !q->facts->preferences.free_reissues;
}

static bool prefers_renewal(const struct question *q)
{
    return q->candidate->same_holder && q->facts->preferences.same_holder == CHOICE_RENEW &&
           left_s(q) <= RENEW_LEFT_S;
}

static bool always(const struct question *q)
{
    (void)q;
    return true;
}

static const struct row rows[] = {
    {"a free certificate is no target", is_free, {{ACT_NEW, "TC-REISSUE-3"}}},
    {"the same holder, who prefers to renew", prefers_renewal, {{ACT_RENEW, "same_holder"}}},
    {"same or additional holder", always, {{ACT_REISSUE, "TC-REISSUE-2"}}},
};

const struct vendor_table table_tencent = {
    .title = "Tencent Cloud SSL Certificates",
    .can = NEW | REISSUE | RENEW,
    .unasked = REISSUE | RENEW,
    .decides = {[ACT_REISSUE] = {"TC-REISSUE-2"}, [ACT_RENEW] = {"TC-RENEW-1"}},
    .siblings = true,
    .slots = true,
    .slots_mixed = true,
    .cannot = "Tencent Cloud has no duplicates",
    .rules = rules,
    .rules_len = sizeof rules / sizeof rules[0],
    .rows = rows,
    .rows_len = sizeof rows / sizeof rows[0],
};
