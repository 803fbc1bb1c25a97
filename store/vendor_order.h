/* vendor_order - the nouns of a vendor's inventory: orders, the certificates under them, what is
 * under way.
 *
 * Plain structs and enums, no functions: the store keeps them (store/inventory.h), policy/ decides
 * by them. What is not known is left zero, and zero is always the harmless reading: nobody holds
 * it, it is not revoked, nothing is in process, a validation is not known to lapse. Times are UTC
 * seconds since 1970, 0 where none is known.
 */
#ifndef COUNTERSIGN_STORE_VENDOR_ORDER_H
#define COUNTERSIGN_STORE_VENDOR_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/model.h"

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

/* Members whose zero means something: which of them a source really stated. Only who merges sources
 * looks at that (store/inventory.h). */
enum said {
    SAID_SOURCE = 1,
    SAID_FREE = 2,
    SAID_STANDING = 4,
    SAID_AUTOMATIC = 8,
    SAID_DUPLICATES = 16,
    SAID_RENEWED = 32,
    SAID_IN_PROCESS = 64,
    SAID_KIND = 128 /* of a certificate */
};
#define SAID_ALL 255u

/* A certificate under a vendor's order. */
struct vendor_certificate {
    const char *id;
    enum certificate_kind kind;
    const char *spki;   /* of its key; any word that is equal for equal keys */
    const char *holder; /* the ACME account that got it; NULL: it lies outside ACME */
    int64_t not_before_s, not_after_s;
    bool revoked;
    int64_t revoke_at_s; /* it is scheduled to be */
    unsigned said;       /* set of SAID_KIND */
};

/* Something under way on an order: sent to the vendor, not finished. */
struct vendor_action {
    enum act act;
    const char *spki;    /* whose key it is for */
    const char *account; /* NULL: somebody outside ACME */
    int64_t since_s;
    int64_t action_id; /* ours; 0: a source told of it */
    bool for_request;  /* ours, and for just the names that a request asks for, whatever the order's
                          are; only where an order of ours is decided */
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
    struct identifiers issued_names; /* as issued, where that is known; no decision looks at them */
    int64_t first_issued_s;
    int64_t order_end_s;
    int64_t plan_years;
    int64_t domain_validation_until_s;
    int64_t organization_validation_until_s;
    bool automatic_validation; /* the vendor publishes its own record (DNS_AUTO and the like) */
    bool no_duplicates;        /* the product has none */
    bool renewed;
    int64_t names_max;     /* it was bought for so many names; 0: not known */
    int64_t wildcards_max; /* of them; what is left is for names without */
    const struct vendor_action *in_process;
    size_t in_process_len;
    const struct vendor_certificate *certificates;
    size_t certificates_len;
    unsigned said;  /* set of enum said */
    int64_t seen_s; /* when the vendor itself last told of it; the store keeps it, no decision
                       looks at it */
};

struct validated_domain {
    const char *name;
    int64_t until_s;
};

/* What the vendor has validated for an organisation, apart from any order. */
struct validations {
    int64_t organization_until_s;
    bool lists_domains; /* false: nothing is known about domains */
    const struct validated_domain *domains;
    size_t domains_len;
};

#endif
