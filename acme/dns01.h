/* dns01 - the dns-01 check: does the name's zone show the digest of the key authorization? (RFC
 * 8555, 8.4)
 *
 * The TXT records at _acme-challenge.<name> are asked of our own resolver, which follows CNAMEs and
 * validates DNSSEC. One record among them that is the unpadded base64url SHA-256 of the key
 * authorization is enough, whatever else stands there: an order for a name and its wildcard needs
 * two at one place. The strings of one record count as joined.
 */
#ifndef COUNTERSIGN_ACME_DNS01_H
#define COUNTERSIGN_ACME_DNS01_H

#include "acme/validator.h"

extern const struct validator_ops dns01;

#endif
