/* eab - external accounts (RFC 8555, 7.3.4): how an account is bound to one, and what that allows.
 *
 * The operator hands out a kid and a MAC key; a client shows in newAccount that it has both:
 *
 *     "externalAccountBinding":{"protected":"{alg:HS256,kid,url}","payload":"{JWK of the account}",
 *                               "signature":"MAC"}
 *
 * What stands in the binding is read on the worker; the MAC is checked and the use counted in the
 * transaction that makes the account, so a key for one account never makes two.
 */
#ifndef COUNTERSIGN_ACME_EAB_H
#define COUNTERSIGN_ACME_EAB_H

#include "acme/acme.h"
#include "acme/jws.h"

/* Reads a binding and checks all but its MAC: form, address, and that it binds the key that signs
 * the request. */
enum err_code eab_read(
    struct acme_req *req, const struct json *at, struct jws *binding, struct err *e);

/* Binds an account that is about to be made: checks the MAC, counts a use, fills in tenant, eab_id
 * and binding. PROBLEM_UNAUTHORIZED if the binding is wrong, or the external account is unknown,
 * revoked, expired or used up (which only the holder of its key is told). */
enum err_code eab_bind(struct acme_req *req, struct store_tx *tx, const struct jws *binding,
    struct account *account, struct err *e);

/* The external account that the request's account was made with; id 0 and no bounds if it has none.
 * PROBLEM_UNAUTHORIZED if it was revoked. */
enum err_code eab_of_account(
    struct acme_req *req, struct store_tx *tx, struct eab *out, struct err *e);

/* May its accounts order from the profile of that name? */
bool eab_allows_profile(const struct eab *eab, const char *profile);

/* May the request's account order from this profile? *out as eab_of_account gives it.
 * PROBLEM_UNAUTHORIZED also if it needs an external account, or has one without this profile. */
enum err_code eab_check_profile(struct acme_req *req, struct store_tx *tx,
    const struct acme_profile *profile, struct eab *out, struct err *e);

/* May its accounts order this name? "corp.example" on its list stands for the name itself and for
 * all names below it, wildcards included, and for the addresses of mail at all of these; an IP
 * address or an address of mail only for itself. */
bool eab_covers(const struct eab *eab, const struct identifier *name);

#endif
