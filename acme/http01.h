/* http01 - the http-01 check: does the name's web server show the key authorization? (RFC
 * 8555, 8.3; RFC 8738)
 *
 * The host's addresses are those of candidates.h: resolved by our own resolver, filtered, pinned,
 * IPv6 first. Redirects are followed by hand, so that each hop is held to the same rules: 301, 302,
 * 307 and 308 only, at most 10, http or https (whose certificate is not verified: it may be what is
 * being obtained), ports 80, 443 and the configured one. The last answer must be 200 to 299 with
 * the key authorization as its body; white space at its end does not count.
 *
 * The body is compared, not kept; `detail` shows up to 60 characters of a wrong one, printable
 * ASCII only.
 */
#ifndef COUNTERSIGN_ACME_HTTP01_H
#define COUNTERSIGN_ACME_HTTP01_H

#include "acme/validator.h"

extern const struct validator_ops http01;

#endif
