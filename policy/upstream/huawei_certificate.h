/* huawei_certificate - what a certificate of Huawei Cloud is in the API's JSON (ShowCertificate,
 * ListCertificates), as a struct.
 *
 * Its id names a slot: it is paid, then applied for, then holds one certificate after the other
 * (a reissue keeps the id, and the fingerprint changes). Read as vendors write: members are null,
 * missing or more than is documented. Only what nobody can go on without is demanded: id and
 * status. Texts are on `mem` or on the document. Pure.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_HUAWEI_CERTIFICATE_H
#define COUNTERSIGN_POLICY_UPSTREAM_HUAWEI_CERTIFICATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "policy/upstream/upstream.h"

/* Where it stands; what is not known here is under review (section 5 of the API's page on status:
 * CHECKING, CHECKING_DOMAIN, CHECKING_ORG, ISSUING, and words that are in no list). */
enum huawei_state {
    HUAWEI_PAID,
    HUAWEI_REVIEW,
    HUAWEI_LEAVING, /* CANCELCHECKING: the application is being withdrawn */
    HUAWEI_ISSUED,  /* there is a certificate, also while names are added to it */
    HUAWEI_REVOKING,
    HUAWEI_UNPASSED,
    HUAWEI_REVOKED,
    HUAWEI_EXPIRED,
    HUAWEI_UPLOADED
};

struct huawei_certificate {
    const char *id, *status;
    enum huawei_state state;
    const char *order_id, *name;                 /* or NULL */
    const char *brand, *type, *domain_type;      /* the API's, or NULL */
    int64_t months;                              /* 12 a year */
    int64_t names_max, wildcards_max;            /* domain_count, wildcard_count */
    bool says_primary, is_multi_wildcard;        /* of several names, the primary one a wildcard */
    struct identifiers names;                    /* bound, sorted; none: nothing was applied for */
    const char *domain;                          /* the primary one, or NULL */
    const char *fingerprint;                     /* lower-case hexadecimal, or NULL */
    int64_t issued_s, not_before_s, not_after_s; /* by a clock that is not stated: hours off */
    const char *revoke_reason;                   /* or NULL */
    const struct upstream_proof *proofs;         /* what is to be published: `authentification` */
    size_t proofs_len;
};

/* An answer of ShowCertificate, or an element of a list. ERR_INPUT. */
enum err_code huawei_certificate_read(
    void *mem, const struct json *at, struct huawei_certificate *out, struct err *e);

enum huawei_state huawei_state_of(const char *status);

/* "2027-01-15 16:30:00.0", taken for UTC+8; 0 if it is none. */
int64_t huawei_time(const char *text);

#endif
