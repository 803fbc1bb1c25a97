/* digicert_account - who calls: users, their API keys, and what these may do (1.2); and what a new
 * account has.
 */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_ACCOUNT_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_ACCOUNT_H

#include "tests/vendorsim/digicert_private.h"

#define CONTAINER      INT64_C(41077)
#define CONTAINER_TEXT "41077"
#define CONTAINER_NAME "Web"

/* A key, its user, and the account of both; borrowed from the state. */
struct caller {
    const json_t *key, *user;
    int64_t account;
};

/* What every new account has: users of all roles, a key for each and for each restriction, an
 * organization validated for OV and EV with one validated domain. */
void account_make(struct digicert *dc);

/* The caller of that key; 401 for one that is not known. */
bool account_caller(
    struct digicert *dc, const char *secret, struct caller *caller, struct refusal *why);

/* May the key use that method on that path (1.2)? 403. */
bool account_may_call(
    const struct caller *caller, const char *method, const char *path, struct refusal *why);

/* May the user have requests approved as they are made (skip_approval), and approve others'? */
bool account_may_skip(const struct caller *caller);
bool account_may_approve(const struct caller *caller);

/* Does the caller see this order (same account; a limited user its own)? */
bool account_sees(const struct caller *caller, const json_t *order);

/* {"id","first_name","last_name","email"} */
json_t *account_user_json(const struct digicert *dc, int64_t user);
/* GET /user/me */
json_t *account_me_json(const struct caller *caller);
/* {"id":41077,"name":"Web"}, with parent_id and is_active if `whole`. */
json_t *account_container_json(bool whole);

#endif
