/* persist_record - the TXT records by which a domain vouches for an account for good
 * (draft-ietf-acme-dns-persist; Baseline Requirements, 3.2.2.4.22):
 *
 *     _validation-persist.example.org  TXT  "ca.example; accounturi=https://...; policy=wildcard;
 *                                            persistUntil=1798761600"
 *
 * Two incompatible versions are in the field. In the older one (drafts -00 and -01) accounturi is
 * the account's URL; in the newer one (-02) it is a hash over the domain, the account's key and its
 * URL, which hides the account, and keys that the account had before count as well. Either or both
 * may be switched on.
 *
 * Pure: octets in, verdict out.
 */
#ifndef COUNTERSIGN_ACME_PERSIST_RECORD_H
#define COUNTERSIGN_ACME_PERSIST_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* What the server's configuration and the account say; plain data, which may travel. */
struct persist_terms {
    const char *const *issuers; /* our names in such records, lower case, NULL-terminated */
    bool by_url;                /* records with the account's URL count */
    const char *hash_prefix;    /* of hashed accounturi values; NULL: such records do not count */
    const char *const *thumbprints; /* of the account's key and its former ones, base64url, the
                                       present one first; NULL-terminated */
    int64_t now_s;
};

/* All accounturi values that mean the account at this domain, the one to be written today first;
 * NULL-terminated, on `mem`. */
const char *const *persist_account_uris(
    void *mem, const struct persist_terms *terms, const char *account_url, const char *domain);

struct persist_question {
    const char *const *issuers;
    const char *const *account_uris;
    bool wildcard; /* the proof is to count for names below the domain, too */
    int64_t now_s;
};

enum persist_verdict {
    PERSIST_FOREIGN,   /* it names another issuer, or nothing that can be read */
    PERSIST_REFUSED,   /* it names us, but another account, too narrow a policy or a time that is
                          over */
    PERSIST_MALFORMED, /* it names us and does not follow the grammar or the draft */
    PERSIST_PROVES
};

/* Judges one record's value (its strings joined). *until_s: until when it proves, 0: for good;
 * *why: what is wrong with a refused or malformed one, to follow "the record". */
enum persist_verdict persist_record_judge(struct bytes value,
    const struct persist_question *question, int64_t *until_s, const char **why);

#endif
