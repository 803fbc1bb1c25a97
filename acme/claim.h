/* claim - a client's claim to an identifier, in newOrder or newAuthz, and what comes of it: held
 * against the profile and the external account, then backed by an authorization, an old one or a
 * new one (RFC 8555, 7.4, 7.4.1; RFC 9444 for domains above).
 */
#ifndef COUNTERSIGN_ACME_CLAIM_H
#define COUNTERSIGN_ACME_CLAIM_H

#include "acme/acme.h"
#include "acme/shapes.h"

struct claim {
    struct identifier identifier; /* as it was ordered, normalised */
    /* The domain whose DNS is to prove it together with all names below that domain (RFC 9444);
     * NULL: the identifier is to be proven itself. */
    const char *domain;
};

/* Reads what a client wrote, on the worker. Wishes for authorizations that cover subdomains are
 * passed over where the profile does not allow them, as RFC 9444, 4 has it. The problems of
 * identifier_read; PROBLEM_MALFORMED if the domain is none above the name;
 * PROBLEM_REJECTED_IDENTIFIER if it is a public suffix. */
enum err_code claim_read(struct acme_req *req, const struct acme_profile *profile,
    const struct shape_identifier *shape, struct claim *out, struct err *e);

/* Sorts by identifier. */
void claims_sort(struct claim *claims, size_t len);

/* May an account with this external account have it, and can the profile's challenges prove it?
 * PROBLEM_REJECTED_IDENTIFIER. */
enum err_code claim_check(const struct acme_profile *profile, const struct eab *eab,
    const struct claim *claim, struct err *e);

/* Who claims, in a transaction. */
struct claimant {
    struct acme_req *req;
    struct store_tx *tx;
    const struct acme_profile *profile;
    const struct eab *eab;
    bool reuse;   /* old proofs will do; else new ones are wanted */
    bool may_add; /* false at first; then: the bound on pending authorizations was looked at */
};

/* Backs a claim that was checked: by a valid authorization of the account whose proof the profile
 * still takes, by one that is pending, or by a new one, which is valid at once if the external
 * account vouches for the name. PROBLEM_RATE_LIMITED if a new one is one too many. */
enum err_code claim_back(
    struct claimant *by, const struct claim *claim, struct authz *out, struct err *e);

#endif
