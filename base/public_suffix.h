/* public_suffix - names under which anybody may register: com, co.uk (the Public Suffix List, by
 * libpsl).
 *
 * Only the list's part that registries answer for counts (its "ICANN" section): what a company
 * hands out below its own name (github.io) is the company's to decide.
 */
#ifndef COUNTERSIGN_BASE_PUBLIC_SUFFIX_H
#define COUNTERSIGN_BASE_PUBLIC_SUFFIX_H

#include <stdbool.h>

struct public_suffixes;

/* The newest list at hand: the system's (package publicsuffix), else the one that libpsl was built
 * with. On `mem`; it does not change, so threads may share it. */
struct public_suffixes *public_suffixes_new(void *mem);

/* `name` is in lower case and A-labels. Without a list (NULL) nothing is known to be one. */
bool public_suffixes_has(const struct public_suffixes *suffixes, const char *name);

#endif
