/* dns_persist01 - the dns-persist-01 check: does a TXT record at _validation-persist.<name> vouch
 * for the account? (draft-ietf-acme-dns-persist; acme/persist_record)
 *
 * The record stays where it is, one for each CA; nothing in it is made for one challenge, and there
 * is no token. Its place may be an alias; the name itself is never replaced by what it is an alias
 * of. A proof counts for ten days at most, and no longer than the record says itself.
 */
#ifndef COUNTERSIGN_ACME_DNS_PERSIST01_H
#define COUNTERSIGN_ACME_DNS_PERSIST01_H

#include "acme/validator.h"

extern const struct validator_ops dns_persist01;

#endif
