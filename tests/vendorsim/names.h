/* names - names in orders: which a product takes, how sets of them compare, at which
 * domain they are validated.
 *
 * Names are kept in lower case; a set is a JSON array of texts without repetition.
 */
#ifndef COUNTERSIGN_VENDORSIM_NAMES_H
#define COUNTERSIGN_VENDORSIM_NAMES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/public_suffix.h"

#define NAMES_MAX       250
#define COMMON_NAME_MAX 64

/* Is this a DNS name or wildcard that a certificate can carry? A public one has a dot and is under
 * no name that is only used inside of networks. A private one may also be an IP address. */
bool name_is_good(const char *name, bool is_private);

/* The common name and the further names as one set, lower case, common name first. A new reference.
 */
json_t *names_of(const char *common_name, const json_t *dns_names);

/* Is every name of `part` in `whole`? */
bool names_contain(const json_t *whole, const json_t *part);

/* Is `name` a name directly or further below `domain`, or `domain` itself? */
bool name_is_under(const char *name, const char *domain);
/* Does one of the set's wildcards have `name` below it? */
bool names_have_wildcard_over(const json_t *names, const char *name);

/* The name that is validated for it: without "*."; with `suffixes`, the domain that can be
 * registered
 * ("a.b.example.co.uk": "example.co.uk"). Points into `name`. */
const char *name_validated_at(const char *name, const struct public_suffixes *suffixes);

/* The text with each "{n}" replaced by the number, on `mem`: names of many that are bought at once.
 */
char *name_numbered(void *mem, const char *text, int64_t n);

#endif
