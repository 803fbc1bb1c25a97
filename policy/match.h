/* match - which of the vendor's orders could serve a request, and how well (the fourth and fifth
 * thought). */
#ifndef COUNTERSIGN_POLICY_MATCH_H
#define COUNTERSIGN_POLICY_MATCH_H

#include "policy/facts.h"
#include "policy/inventory.h"

/* What the names that are asked for are to the names of the order. */
enum relation {
    RELATION_EQUAL,
    RELATION_BELOW_WILDCARD, /* the order's, and more below its wildcard */
    RELATION_MORE,           /* the order's, and others */
    RELATION_OTHER           /* some of the order's are not asked for any more */
};

struct candidate {
    const struct vendor_order *order;
    enum relation relation;
    bool by_replaces; /* `replaces` names a certificate of it, or of one whose renewal it is */
    bool same_holder; /* the requester has, or had, a certificate of it */
    bool followed;    /* it was renewed, and its renewal stands in its place */
    const struct vendor_certificate *replaced; /* that the new one takes the place of, or NULL */
    const char *contradiction;                 /* what cannot be true of the order, or NULL */
};

/* An order that was looked at and does not match, and why. */
struct dismissed {
    const struct vendor_order *order;
    const char *because;
};

struct matches {
    struct candidate *candidates; /* the best first */
    size_t candidates_len;
    struct dismissed *dismissed;
    size_t dismissed_len;
    const struct vendor_order *contradictory; /* one that shares the names, matching or not */
    const char *contradiction;
};

/* Finds and ranks: the order of `replaces`, equal names, more names; paid before free; the latest
 * end first; of equal ends the newest. `extends`: the vendor and the preferences let orders grow.
 */
void match_orders(void *mem, const struct facts *facts, bool extends, struct matches *out);

/* One order as a candidate, whatever its names: the one that a request names. */
void match_one(
    void *mem, const struct facts *facts, const struct vendor_order *order, struct candidate *out);

/* Orders of any tenant that are being reissued and share a primary domain with the request. */
void match_siblings(void *mem, const struct facts *facts, struct order_list *out);

/* Does the order belong to the requester's tenant and its profile: level, brand, product? NULL if
 * so, else why not. */
const char *order_misfit(void *mem, const struct facts *facts, const struct vendor_order *order);
bool order_is_tenants(const struct facts *facts, const struct vendor_order *order);

/* What cannot be true of the order (a certificate that outlives it, a reissue of nothing), in words
 * on `mem`; NULL: nothing. */
const char *order_contradiction(void *mem, enum vendor vendor, const struct vendor_order *order);

/* Over for good: rejected, canceled, revoked, expired, refunded, or past its end. */
bool order_is_over(const struct facts *facts, const struct vendor_order *order);

/* The order's end; where it is not known, that of its last certificate; 0: neither is. */
int64_t order_end_s(const struct vendor_order *order);
/* When its first certificate was issued; 0: not known. */
int64_t order_first_issued_s(const struct vendor_order *order);

/* Valid now, not revoked nor scheduled to be. */
bool certificate_lives(const struct facts *facts, const struct vendor_certificate *certificate);
/* Lives, will, or is not known to have ended: somebody may lose it. */
bool certificate_may_live(const struct facts *facts, const struct vendor_certificate *certificate);
/* The living certificate that lives longest, or NULL. */
const struct vendor_certificate *order_living(
    const struct facts *facts, const struct vendor_order *order);

#endif
