/* rules_digicert_client - DigiCert CertCentral, client certificates and S/MIME.
 *
 * Sources: "Reissue a client certificate" (DC-CLI-REI) and "Order a client certificate"
 * (DC-CLI-ORD); what renewals of all orders have in common comes from rules_digicert.c. The rules
 * of those pages that are about forms, mails and payment choose nothing, and so stand in no table
 * (tests/policy/no-decision lists them). */
#include "policy/rules_digicert.h"

#include <string.h>

#include "policy/names.h"

#define PAGE_REISSUE "DigiCert, Reissue a client certificate"
#define PAGE_ORDER   "DigiCert, Order a client certificate"
#define API_ORDER    "DigiCert, Services API: Order info (renewal)"

#define DEPRECATED_FROM_S   INT64_C(1752105600) /* 2025-07-10, DC-CLI-REI-2, -4 */
#define MULTIPURPOSE_LIFE_S (824 * DAY_S)

/* DC-CLI-REI-4, by the API's names and those of the pages. */
static const struct {
    const char *product, *successor;
} deprecated[] = {
    {"client_premium", "secure_email_sponsor"},
    {"client_premium_sha2", "secure_email_sponsor"},
    {"premium", "secure_email_sponsor"},
    {"client_email_security_plus", "secure_email_sponsor"},
    {"email_security_plus", "secure_email_sponsor"},
    {"client_digital_signature_plus", "secure_email_sponsor"},
    {"client_digital_signature_plus_sha2", "secure_email_sponsor"},
    {"digital_signature_plus", "secure_email_sponsor"},
    {"class1_smime", "secure_email_mailbox"},
};

/* Domains where anybody may have a mailbox (DC-CLI-ORD-16). */
static const char *const mail_providers[] = {"126.com", "163.com", "aol.com", "fastmail.com",
    "foxmail.com", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com",
    "icloud.com", "live.com", "mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "outlook.com",
    "proton.me", "protonmail.com", "qq.com", "sina.com", "t-online.de", "web.de", "yahoo.com",
    "yandex.com", "yandex.ru", "yeah.net", "ymail.com", "zoho.com"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What replaces a deprecated product; NULL: it is not deprecated. */
static const char *successor_of(const struct question *q, const char *product)
{
    for (size_t i = 0; i < COUNT(deprecated) && q->facts->now_s >= DEPRECATED_FROM_S; i++)
        if (same_brand(product, deprecated[i].product))
            return deprecated[i].successor;
    return NULL;
}

static const struct vendor_order *order_of(const struct question *q)
{
    return q->candidate->order;
}

static const char *product_of(const struct question *q)
{
    const char *ordered = q->candidate == NULL || q->act == ACT_NEW ? NULL : order_of(q)->product;

    return ordered != NULL ? ordered : q->facts->profile.product;
}

/* Is it for persons, not for an organisation and its people? */
static bool is_for_individuals(const struct question *q)
{
    return same_brand(product_of(q), "secure_email_mailbox") ||
           same_brand(product_of(q), "class1_smime");
}

/* Who may come in. */

static struct verdict key_is_accepted(const struct question *q, struct effects *effects)
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
        "the key is %s of %d bits, which client certificates do not have", r->key_algorithm,
        (int)size);
}

static struct verdict names_are_mailboxes(const struct question *q, struct effects *effects)
{
    const struct identifiers *names = &q->facts->request.names;

    (void)effects;
    for (size_t i = 0; i < names->len; i++)
        if (names->list[i].type != IDENTIFIER_EMAIL)
            return not_at_all(q, "order it from a profile for TLS certificates",
                "%s is no e-mail address, and this is a profile for client certificates",
                names->list[i].value);
    return pass(q, "e-mail addresses");
}

/* Orders and reissues. */

static bool is_mail_provider(const char *domain)
{
    for (size_t i = 0; i < COUNT(mail_providers); i++)
        if (strcmp(domain, mail_providers[i]) == 0)
            return true;
    return false;
}

/* The provider's own domain must be on the organisation's list, by its very name. */
static bool is_prevalidated_itself(const struct facts *facts, const char *domain)
{
    const struct validations *known = &facts->validations;

    for (size_t i = 0; i < known->domains_len; i++)
        if (strcmp(known->domains[i].name, domain) == 0 &&
            !has_lapsed(facts, known->domains[i].until_s))
            return true;
    return false;
}

static struct verdict domain_is_the_organisations(const struct question *q, struct effects *effects)
{
    const struct identifiers *names = &q->facts->request.names;

    (void)effects;
    if (is_for_individuals(q))
        return silent();
    for (size_t i = 0; i < names->len; i++) {
        const char *domain = name_domain(&names->list[i]);

        if (is_mail_provider(domain) && !is_prevalidated_itself(q->facts, domain)) {
            struct verdict v = not_at_all(q,
                "order Secure Email for Individual (secure_email_mailbox), or have that domain "
                "validated for the organisation if it is its own",
                "%s is at a public mail provider", names->list[i].value);

            v.problem = "rejectedIdentifier";
            return v;
        }
    }
    return pass(q, "no address is at a public mail provider");
}

static struct verdict unvalidated(const struct question *q, const char *what)
{
    struct verdict v = with_remedy(not_until_done(q, "%s", what),
        "have it validated at the vendor, or set unvalidated: order");

    v.waits = true;
    return v;
}

static struct verdict organisation_is_validated(const struct question *q, struct effects *effects)
{
    int64_t until_s = q->facts->validations.organization_until_s;

    if (is_for_individuals(q))
        return silent();
    if (until_s == 0 && q->candidate != NULL)
        until_s = order_of(q)->organization_validation_until_s;
    if (!has_lapsed(q->facts, until_s))
        return pass(q, "the organisation is validated for S/MIME%s%s",
            until_s == 0 ? ", as far as is known" : " until ", until_s == 0 ? "" : day(q, until_s));
    if (q->facts->preferences.unvalidated != UNVALIDATED_ORDER)
        return unvalidated(q, "the organisation's validation for S/MIME (825 days) has lapsed");
    effects->approval = APPROVAL_VENDOR;
    return pass(q, "the organisation is validated as a part of the order");
}

/* Domains that are known to lack validation; one that nothing is known about does not. */
static bool lacks_domain_control(const struct question *q)
{
    if (q->candidate != NULL && order_of(q)->domain_validation_until_s != 0 &&
        q->act == ACT_REISSUE)
        return has_lapsed(q->facts, order_of(q)->domain_validation_until_s);
    return q->facts->validations.lists_domains &&
           !domains_are_validated(q->facts, &q->facts->request.names);
}

static struct verdict domains_are_controlled(const struct question *q, struct effects *effects)
{
    bool lacking = lacks_domain_control(q);

    if (lacking && q->facts->preferences.unvalidated != UNVALIDATED_ORDER)
        return unvalidated(q, "the domain of an address is not validated for the organisation");
    effects->domain_validation = lacking ? PROOF_EMAIL : PROOF_PREVALIDATED;
    return lacking ? pass(q, "unvalidated: order goes ahead without it")
                   : pass(q, "the domains are validated, as far as is known");
}

static struct verdict unvalidated_by_mail(const struct question *q, struct effects *effects)
{
    if (effects->domain_validation != PROOF_EMAIL)
        return silent();
    return pass(q, "the domain is validated by e-mail, within the order");
}

static struct verdict product_can_be_reissued(const struct question *q, struct effects *effects)
{
    return digicert_active(q, effects);
}

static struct verdict recipients_are_the_same(const struct question *q, struct effects *effects)
{
    (void)effects;
    if (q->candidate->relation != RELATION_EQUAL)
        return with_remedy(unfit(q, "the recipients asked for are not those of the order"),
            "order a new certificate (action enroll)");
    return pass(q, "the same recipients");
}

static bool is_legacy(const struct question *q)
{
    return successor_of(q, product_of(q)) != NULL;
}

static struct verdict legacy_becomes_multipurpose(const struct question *q, struct effects *effects)
{
    (void)effects;
    if (!is_legacy(q))
        return silent();
    return pass(q, "product %s is reissued with the Multipurpose profile", product_of(q));
}

static struct verdict long_life_is_cut(const struct question *q, struct effects *effects)
{
    int64_t end_s = order_end_s(order_of(q)), cut_s = q->facts->now_s + MULTIPURPOSE_LIFE_S;

    effects->not_after_s = end_s;
    if (end_s == 0 || end_s <= cut_s)
        return pass(q, "no more than 824 days are left: nothing is cut");
    effects->not_after_s = cut_s;
    if (!is_legacy(q))
        return silent();
    if (!q->facts->preferences.allow_truncation)
        return not_at_all(q,
            text_of(q, "set allow_truncation, or come back on %s, from when nothing is cut",
                day(q, end_s - MULTIPURPOSE_LIFE_S)),
            "%s are left, and the reissue would be cut to 824 days (Multipurpose profile), without "
            "refund",
            span(q, end_s - q->facts->now_s));
    effects->truncated = true;
    return pass(q, "cut to 824 days, Multipurpose profile, no refund");
}

static struct verdict addresses_are_asked(const struct question *q, struct effects *effects)
{
    effects->domain_validation = PROOF_EMAIL;
    return pass(q, "each address gets a link, which must be followed");
}

static struct verdict only_the_key_counts(const struct question *q, struct effects *effects)
{
    (void)effects;
    return pass(q, "of the CSR only the public key is used");
}

static struct verdict product_is_sold(const struct question *q, struct effects *effects)
{
    const char *successor = successor_of(q, q->facts->profile.product);

    (void)effects;
    if (successor != NULL)
        return not_at_all(q, text_of(q, "set the profile's product to %s", successor),
            "the profile's product %s is deprecated since 2025-07-10; its successor is %s",
            q->facts->profile.product, successor);
    return pass(q, "the profile's product is not deprecated");
}

static struct verdict product_is_renewed(const struct question *q, struct effects *effects)
{
    const char *successor = successor_of(q, product_of(q));

    (void)effects;
    if (successor != NULL)
        return with_remedy(
            unfit(q, "product %s is deprecated since 2025-07-10; its successor is %s",
                product_of(q), successor),
            text_of(q, "order %s instead (action enroll)", successor));
    return pass(q, "the product is not deprecated");
}

#define NEW     ACT_BIT(ACT_NEW)
#define REISSUE ACT_BIT(ACT_REISSUE)
#define RENEW   ACT_BIT(ACT_RENEW)

static const struct rule rules[] = {
    {"DC-CLI-ORD-3", "Keys are RSA 2048, 3072 or 4096, P-256 or P-384", PAGE_ORDER, AT_DOOR_KEY,
        key_is_accepted},
    {"identifiers", "Client certificates name mailboxes", PAGE_ORDER, AT_DOOR_NAMES,
        names_are_mailboxes},

    {"DC-CLI-REI-7", "A reissue is for the recipient's name and addresses", PAGE_REISSUE, REISSUE,
        recipients_are_the_same},
    {"DC-CLI-REI-4",
        "Premium, Email Security Plus, Digital Signature Plus and Class 1 S/MIME are "
        "deprecated since 2025-07-10: Secure Email products replace them",
        PAGE_REISSUE, RENEW, product_is_renewed},
    {"DC-CLI-REI-4",
        "Premium, Email Security Plus, Digital Signature Plus and Class 1 S/MIME are "
        "deprecated since 2025-07-10: Secure Email products replace them",
        PAGE_REISSUE, NEW, product_is_sold},
    {"DC-CLI-REI-1", "Client certificates under a standing order are reissued", PAGE_REISSUE,
        REISSUE, product_can_be_reissued},
    {"DC-TLS-REN-1", "A renewal is a new order of the same account that names the old one",
        API_ORDER, RENEW, digicert_renewal},
    {"DC-TLS-REN-2", "An order is renewed at most once", API_ORDER, RENEW, digicert_renewed_once},
    {"DC-TLS-REN-3",
        "A renewal is taken from 90 days before the order's end (renewal_window; not "
        "confirmed)",
        API_ORDER, RENEW, digicert_renewal_window},
    {"DC-CLI-ORD-16",
        "Addresses are of domains that the organisation controls; those of public "
        "providers need Secure Email for Individual",
        PAGE_ORDER, NEW | REISSUE | RENEW, domain_is_the_organisations},
    {"DC-CLI-ORD-6",
        "The organisation is validated for S/MIME, which lasts 825 days; else it "
        "becomes a part of the order (DC-CLI-ORD-7)",
        PAGE_ORDER, NEW | REISSUE | RENEW, organisation_is_validated},
    {"DC-CLI-ORD-8", "Control over the domain of every address is proven before issue", PAGE_ORDER,
        NEW | REISSUE | RENEW, domains_are_controlled},
    {"DC-CLI-ORD-10", "Inside an order, a domain is validated by e-mail only", PAGE_ORDER,
        NEW | RENEW, unvalidated_by_mail},
    {"DC-CLI-REI-2",
        "The Legacy profile is deprecated: old S/MIME products are reissued as "
        "Multipurpose",
        PAGE_REISSUE, REISSUE, legacy_becomes_multipurpose},
    {"DC-CLI-REI-3", "A reissue of more than 824 days is cut to 824, without refund", PAGE_REISSUE,
        REISSUE, long_life_is_cut},
    {"DC-CLI-REI-8", "Every address of a reissue gets a link and must be validated", PAGE_REISSUE,
        REISSUE, addresses_are_asked},
    {"DC-CLI-REI-5", "Only the public key of a CSR is used", PAGE_REISSUE, REISSUE,
        only_the_key_counts},
    {"DC-CLI-ORD-4", "Only the public key of a CSR is used", PAGE_ORDER, NEW | RENEW,
        only_the_key_counts},
};

/* Situations. */

static bool wants_renewal(const struct question *q)
{
    return digicert_may_renew(q) &&
           (digicert_ends_soon(q) ||
               (q->candidate->same_holder && q->facts->preferences.same_holder == CHOICE_RENEW));
}

static bool always(const struct question *q)
{
    (void)q;
    return true;
}

static const struct row rows[] = {
    {"the same recipients, and the order ends soon", wants_renewal, {{ACT_RENEW, "DC-TLS-REN-1"}}},
    {"the same recipients, and the order goes on", always, {{ACT_REISSUE, "DC-CLI-REI-1"}}},
};

const struct vendor_table table_digicert_client = {
    .title = "DigiCert CertCentral, client certificates",
    .can = NEW | REISSUE | RENEW,
    .unasked = REISSUE | RENEW,
    .decides = {[ACT_REISSUE] = {"DC-CLI-REI-1"}, [ACT_RENEW] = {"DC-TLS-REN-1"}},
    .cannot = "client products have no duplicates",
    .rules = rules,
    .rules_len = COUNT(rules),
    .rows = rows,
    .rows_len = COUNT(rows),
};
