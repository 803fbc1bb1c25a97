/* dns01 - the dns-01 check: does the name's zone show the digest of the key authorization? (RFC
 * 8555, 8.4); and dns-account-01, the same at a place of the account's own
 * (draft-ietf-acme-dns-account-label).
 *
 * One TXT record among those at the place that is the unpadded base64url SHA-256 of the key
 * authorization is enough, whatever else stands there: an order for a name and its wildcard needs
 * two at one place. The strings of one record count as joined.
 *
 * The place is _acme-challenge.<name>, or _<label>._acme-challenge.<name>, where the label is made
 * of the account's URL: so two accounts, or one at two CAs, can each have a CNAME there.
 */
#ifndef COUNTERSIGN_ACME_DNS01_H
#define COUNTERSIGN_ACME_DNS01_H

#include "acme/validator.h"

extern const struct validator_ops dns01;
extern const struct validator_ops dns_account01;

/* The account's label with its underscore: "_" and the lower-case base32 of the first 10 octets of
 * the URL's SHA-256 (draft-ietf-acme-dns-account-label, 3.2). */
#define DNS_ACCOUNT01_LABEL_SIZE 18
void dns_account01_label(const char *account_url, char out[DNS_ACCOUNT01_LABEL_SIZE]);

#endif
