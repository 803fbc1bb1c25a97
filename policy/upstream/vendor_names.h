/* vendor_names - names as vendors take and show them: which of them is the common name, which ones
 * they add by themselves, and what a name in their answers is. Pure. */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_VENDOR_NAMES_H
#define COUNTERSIGN_POLICY_UPSTREAM_VENDOR_NAMES_H

#include <stdbool.h>

#include "store/model.h"

#define VENDOR_COMMON_NAME_MAX 64 /* X.520, ub-common-name */

bool vendor_name_is_wildcard(const char *name);

/* Is it one of them? */
bool vendor_names_have(const struct identifiers *names, const char *name);

/* The common name for an order: `chosen` (by the policy), else `current` if it is among the names,
 * else the shortest name that fits, no wildcard if that can be; both may be NULL. NULL: none fits.
 */
const char *vendor_common_name(
    const struct identifiers *names, const char *chosen, const char *current);

/* What vendors add to the names that were ordered: the domain to "www." and the other way round,
 * and to a wildcard. Sorted, on `mem`. */
const struct identifiers *vendor_additions(void *mem, const struct identifiers *ordered);

/* A name of an answer, in lower case, on `mem`: a host, an address or an address of mail. */
struct identifier vendor_identifier(void *mem, const char *name);

#endif
