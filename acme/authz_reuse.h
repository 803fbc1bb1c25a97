/* authz_reuse - which of an account's authorizations stand for a name: for a new order, for a
 * revocation, and among those of an order for CAA.
 *
 * An authorization stands for its own identifier. One that covers subdomains (RFC 9444) was proven
 * by DNS and stands for all names below its own as well; for wildcards only if it was made for one
 * (RFC 8555, 7.1.4 and 7.4.1).
 *
 * Authorizations are shared: several orders of an account may rely on one. None of them outlasts
 * it, since an order expires with the first of its authorizations; and what ends one ends its
 * orders that are pending or ready (store_order_authz_lost).
 */
#ifndef COUNTERSIGN_ACME_AUTHZ_REUSE_H
#define COUNTERSIGN_ACME_AUTHZ_REUSE_H

#include "acme/acme.h"

/* Does this authorization, whatever its state, stand for that name? The name may be a wildcard. */
bool authz_covers(const struct authz *authz, const struct identifier *name);

/* How long an authorization is valid after its proof, in seconds: as long as an order lives and may
 * then wait for a vendor, or as any profile reuses proofs. */
int64_t authz_valid_s(const struct acme_settings *settings);

/* Until when an order of the profile may rely on the authorization, UTC seconds: a proof counts no
 * longer than the profile says. */
int64_t authz_lasts_until(const struct acme_profile *profile, const struct authz *authz);

/* Finds a valid authorization of the request's account whose proof the profile would take for the
 * name, too: by a method that it offers for such a name, and fresh enough. The name's own comes
 * first, then, if the profile allows it, that of the nearest domain above. ERR_NOT_FOUND. */
enum err_code authz_find_valid(struct acme_req *req, struct store_tx *tx,
    const struct acme_profile *profile, const struct identifier *name, struct authz *out,
    struct err *e);

/* Finds a pending authorization that can stand in for one that is yet to be made: of the same
 * account and identifier, with the same challenges, covering no less (`like`'s wildcard and
 * subdomains), no challenge answered and enough time left for a client to do so. ERR_NOT_FOUND. */
enum err_code authz_find_pending(struct acme_req *req, struct store_tx *tx,
    const struct authz *like, struct authz *out, struct err *e);

/* Does the request's account hold a valid authorization for the name (RFC 8555, 7.6)? Any method
 * will do, and one that covers the name from above if a profile allows that at all. */
enum err_code authz_is_held(struct acme_req *req, struct store_tx *tx,
    const struct identifier *name, bool *held, struct err *e);

#endif
