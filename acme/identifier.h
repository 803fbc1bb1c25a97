/* identifier - the names that clients order: checked, normalised, compared as sets (RFC
 * 8555, 7.1.3, 7.1.4, 9.7.7).
 *
 * Pure. What is wrong with a name's form is `malformed`; a name that is well formed and that we do
 * not certify is `rejectedIdentifier`; a type that we do not certify is `unsupportedIdentifier`.
 * Every detail says what to order instead. Names are shown in details with anything but printable
 * ASCII replaced, and cut.
 */
#ifndef COUNTERSIGN_ACME_IDENTIFIER_H
#define COUNTERSIGN_ACME_IDENTIFIER_H

#include <stdbool.h>

#include "base/address.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/public_suffix.h"
#include "store/model.h"

#define IDENTIFIER_DNS_MAX  253 /* characters of a name (RFC 1035, 2.3.4, in text form) */
#define IDENTIFIER_MAIL_MAX 254 /* of an address of mail (RFC 5321, 4.5.3.1.3, without <>) */

/* What a profile and the configuration say about names. */
struct identifier_rules {
    bool mail; /* addresses of mail are certified, and nothing else; else names and addresses of
                  hosts only */
    bool internal_names; /* names without a dot, localhost and what is below it */
    const struct public_suffixes *suffixes; /* which have no wildcards; NULL: none are known */
    const struct address_filter *filter;    /* of addresses; NULL: all are certified */
};

/* One identifier as newOrder brings it, {"type": "dns", "value": "www.example.org"}, {"type":
 * "ip", "value": "192.0.2.7"} or {"type": "email", "value": "ann@example.org"} (RFC 8823, 3). A
 * name becomes lower case, on `mem`; a wildcard keeps its "*.". An IP address must be in the one
 * text that RFC 5952 (IPv6) and RFC 1123, 2.1 give it (RFC 8738, 3). */
enum err_code identifier_read(void *mem, const char *type, const char *value,
    const struct identifier_rules *rules, struct identifier *out, struct err *e);

/* A domain whose authorization is to cover all names below it, too (RFC 9444): a DNS name like any,
 * and neither a public suffix nor a single label; those have names of many owners below. In lower
 * case on `mem`. The problems are those of a name. */
enum err_code identifier_read_domain(void *mem, const char *value,
    const struct identifier_rules *rules, const char **domain, struct err *e);

/* A DNS name in good form, whether we would certify it or not, in lower case on `mem`; what a CSR
 * says is read with this, and then held against the order. Letters, digits and hyphens; 63
 * characters a label, 253 in all; A-labels valid by IDNA2008; a wildcard only as the whole leftmost
 * label. PROBLEM_MALFORMED. */
enum err_code identifier_dns_form(void *mem, struct bytes text, const char **name, struct err *e);

/* An address of mail in good form, as an rfc822Name carries it (RFC 5280, 4.2.1.6), on `mem`: a
 * Dot-string, "@", a name in good form. ASCII only, without quotes, comments and address literals.
 * The domain becomes lower case; what is before it is its mail server's to tell apart (RFC
 * 5321, 2.4). PROBLEM_MALFORMED. */
enum err_code identifier_mail_form(
    void *mem, struct bytes text, const char **address, struct err *e);

/* "*.example.org" */
bool identifier_is_wildcard(const struct identifier *identifier);

/* Is the name, "*.example.org" included, below the domain by whole labels? Both in lower case. A
 * name is not below itself (RFC 9444, 3). */
bool identifier_is_below(const char *name, const char *domain);

/* Order by type, then value; equal ones compare as 0. */
int identifier_compare(const struct identifier *a, const struct identifier *b);

/* Sets, as they stand in orders and CSRs. All but identifiers_sort want them sorted. */
void identifiers_sort(struct identifiers *set);
/* The first that is there twice, or NULL. */
const struct identifier *identifiers_duplicate(const struct identifiers *set);
/* The first of `set` that `other` lacks, or NULL: two sets are equal if neither lacks anything. */
const struct identifier *identifiers_missing(
    const struct identifiers *set, const struct identifiers *other);

#endif
