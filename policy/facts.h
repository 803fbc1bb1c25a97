/* facts - all that a decision may look at: who asks for what, what the vendor holds already, what
 * the configuration prefers.
 *
 * Plain structs. Whoever decides about a live order fills them from the store, `policy explain
 * --facts` fills them from a file (policy/facts_json.h); the decision cannot tell the difference.
 * What is not known is left zero, and zero is always the harmless reading: nobody holds it, it is
 * not revoked, nothing is in process, a validation is not known to lapse. Times are UTC seconds
 * since 1970, 0 where none is known. Everything is borrowed for the time of the decision and what
 * is made from it.
 */
#ifndef COUNTERSIGN_POLICY_FACTS_H
#define COUNTERSIGN_POLICY_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/preferences.h"
#include "store/model.h"

struct inventory;
struct public_suffixes;

#define DAY_S INT64_C(86400)

/* What can be done at a vendor. */
enum act { ACT_NONE, ACT_NEW, ACT_REISSUE, ACT_DUPLICATE, ACT_RENEW };
#define ACT_BIT(act) (1u << (act))
#define ACTS_ALL                                                                                   \
    (ACT_BIT(ACT_NEW) | ACT_BIT(ACT_REISSUE) | ACT_BIT(ACT_DUPLICATE) | ACT_BIT(ACT_RENEW))

/* How thoroughly the vendor knows the subject. CLIENT: S/MIME and other certificates of persons. */
enum level { LEVEL_UNKNOWN, LEVEL_DV, LEVEL_OV, LEVEL_EV, LEVEL_CLIENT };

enum name_kind { NAMES_UNKNOWN, NAMES_SINGLE, NAMES_WILDCARD, NAMES_MULTI };

/* Where a vendor's order stands. PREPAID: an empty slot, paid and not filled yet. */
enum standing {
    STANDING_ISSUED,
    STANDING_PENDING,
    STANDING_REJECTED,
    STANDING_CANCELED,
    STANDING_REVOKED,
    STANDING_EXPIRED,
    STANDING_REFUNDED,
    STANDING_PREPAID
};

enum certificate_kind {
    CERTIFICATE_ORIGINAL,
    CERTIFICATE_REISSUE,
    CERTIFICATE_DUPLICATE,
    CERTIFICATE_RENEWAL
};

/* A certificate under a vendor's order. */
struct vendor_certificate {
    const char *id;
    enum certificate_kind kind;
    const char *spki;   /* of its key; any word that is equal for equal keys */
    const char *holder; /* the ACME account that got it; NULL: it lies outside ACME */
    int64_t not_before_s, not_after_s;
    bool revoked;
    int64_t revoke_at_s; /* it is scheduled to be */
};

/* Something under way on an order: sent to the vendor, not finished. */
struct vendor_action {
    enum act act;
    const char *spki;    /* whose key it is for */
    const char *account; /* NULL: somebody outside ACME */
    int64_t since_s;
};

/* An order at the vendor, as its inventory tells. */
struct vendor_order {
    const char *id;
    const char *tenant; /* NULL: of the organisation as a whole */
    bool uploaded;      /* not bought there: the vendor only keeps a copy */
    const char *product, *brand;
    enum level level;
    enum name_kind name_kind;
    bool free;
    enum standing standing;
    struct identifiers names; /* as ordered, never what the vendor added; sorted (names_sort) */
    int64_t first_issued_s;
    int64_t order_end_s;
    int64_t plan_years;
    int64_t domain_validation_until_s;
    int64_t organization_validation_until_s;
    bool automatic_validation; /* the vendor publishes its own record (DNS_AUTO and the like) */
    bool no_duplicates;        /* the product has none */
    bool renewed;
    const struct vendor_action *in_process;
    size_t in_process_len;
    const struct vendor_certificate *certificates;
    size_t certificates_len;
};

/* What an external account key bounds (RFC 8555, 7.3.4). */
struct binding {
    bool bounds_names;
    const char *const *names; /* a name admits itself and what is below it */
    size_t names_len;
    unsigned acts;        /* set of ACT_BIT; 0: all */
    struct budget budget; /* of its tenant; new_orders < 0: the profile's */
};

struct request {
    const char *tenant;  /* or NULL */
    const char *account; /* or NULL: nobody that could hold a certificate yet */
    enum account_status account_status;
    struct identifiers names; /* sorted (names_sort), at least one */
    const char *spki;
    const char *key_algorithm; /* "RSA", "EC", ...; NULL: not known */
    int64_t key_size;          /* bits of the modulus or the field */
    enum act outright;         /* the action that was asked for by name, or ACT_NONE */
    const char *order_id;      /* the vendor order that was named with it, or NULL */
    const char *replaces;      /* id of a certificate (RFC 9773, 5), or NULL */
    struct binding binding;
};

/* How this server can publish the record that a vendor wants to see. */
enum publishing { PUBLISHING_NONE, PUBLISHING_DNS, PUBLISHING_HTTP };

struct profile {
    const char *product, *brand; /* NULL: any */
    enum level level;
    enum publishing publishing;
};

struct validated_domain {
    const char *name;
    int64_t until_s;
};

/* What the vendor has validated for the profile's organisation, apart from any order. */
struct validations {
    int64_t organization_until_s;
    bool lists_domains; /* false: nothing is known about domains */
    const struct validated_domain *domains;
    size_t domains_len;
};

/* When billable actions were taken, in any order. */
struct spent {
    const int64_t *upstream_s, *tenant_s;
    size_t upstream_len, tenant_len;
};

struct facts {
    int64_t now_s;
    enum vendor vendor;
    struct profile profile;
    struct preferences preferences;
    struct validations validations;
    struct spent spent;
    struct request request;
    const struct inventory *inventory;
    const struct public_suffixes *suffixes; /* or NULL: the last two labels count */
};

#endif
