/* names - sets of identifiers, and what is below what. */
#ifndef COUNTERSIGN_POLICY_NAMES_H
#define COUNTERSIGN_POLICY_NAMES_H

#include <stdbool.h>

#include "policy/facts.h"

/* Sorts a set and drops what stands in it twice. All functions below expect that. */
void names_sort(struct identifiers *names);

/* A copy as the policy compares it: mailboxes in lower case whole. The vendors' lists tell them so,
 * and no mail server is known to deliver Ann and ann to two people; a mailbox that was taken for
 * another one would be paid for twice. */
struct identifiers names_folded(void *mem, const struct identifiers *names);

bool names_equal(const struct identifiers *a, const struct identifiers *b);
bool names_contain(const struct identifiers *outer, const struct identifiers *inner);
bool names_meet(const struct identifiers *a, const struct identifiers *b);

bool name_is_wildcard(const struct identifier *name);

/* Is `name` the domain itself or below it? An e-mail address is by its domain. */
bool name_is_within(const struct identifier *name, const char *domain);

/* Is the DNS name below the wildcard: by exactly one label, or by any number of them? */
bool name_is_below_wildcard(const struct identifier *name, const char *wildcard, bool deeper);

/* The part of an e-mail address after the '@'; a wildcard without "*."; else the value itself. */
const char *name_domain(const struct identifier *name);

/* What is registered: one label more than the public suffix, so that www.example.com.cn and
 * shop.example.com.cn have example.com.cn in common. A pointer into the name. */
const char *name_primary_domain(
    const struct public_suffixes *suffixes, const struct identifier *name);

/* One name, one wildcard, or several. */
enum name_kind names_kind(const struct identifiers *names);

#endif
