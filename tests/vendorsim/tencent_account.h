/* tencent_account - who calls: accounts, their keys and what these may do; and what a new account
 * has.
 */
#ifndef COUNTERSIGN_VENDORSIM_TENCENT_ACCOUNT_H
#define COUNTERSIGN_VENDORSIM_TENCENT_ACCOUNT_H

#include "tests/vendorsim/tencent_private.h"

#define TC_ACCOUNT "100000000001" /* the first, which buys in the portal */

/* Keys of several kinds, an approved company profile and a benefit package. */
void tc_account_make(struct tencent *tc);

/* May the key use that action (CAM)? AuthFailure.UnauthorizedOperation. */
bool tc_account_may(const json_t *key, const char *action, struct tc_refusal *why);

/* Has its account passed the identity check? FailedOperation.NoRealNameAuth. */
bool tc_account_may_buy(const json_t *key, struct tc_refusal *why);

/* The approved profile that an information action names; NULL: none. */
const json_t *tc_account_profile(const struct tencent *tc, const char *account, const json_t *body);

/* Is the name in a zone that the account has at the vendor's DNS? */
bool tc_account_hosts(const struct tencent *tc, const char *account, const char *name);
/* The way in which names of its domain are validated without anything published ("DNS_PROXY",
 * "FILE_PROXY"); NULL: none. */
const char *tc_account_standing(const struct tencent *tc, const char *account, const char *name);

/* When control of the name was last shown under that organization's name; 0: never. */
int64_t tc_account_verified(
    const struct tencent *tc, const char *account, const char *name, const char *organization);
void tc_account_set_verified(struct tencent *tc, const char *account, const char *name,
    const char *organization, int64_t at_s);

#endif
