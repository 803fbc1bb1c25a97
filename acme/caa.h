/* caa - what a domain says about who may issue for it (RFC 8659, RFC 8657, RFC 9495): records
 * in, verdict out.
 *
 * Pure; acme/caa_check asks the DNS. A record that cannot be read, or a critical property that we
 * do not know, forbids.
 */
#ifndef COUNTERSIGN_ACME_CAA_H
#define COUNTERSIGN_ACME_CAA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

/* What the certificate would name in the domain; each heeds properties of its own. */
enum caa_subject {
    CAA_NAME,     /* issue */
    CAA_WILDCARD, /* issuewild, or else issue */
    CAA_MAIL      /* issuemail: addresses of mail in it (RFC 9495) */
};

/* Who asks for what. */
struct caa_question {
    const char *const *identities; /* the issuer's names in CAA records, NULL-terminated */
    enum caa_subject subject;
    const char *method; /* by which control was proven: "http-01" */
    const char *account_url;
};

#define CAA_WHY_SIZE 256

/* Do these records (rdata, at least one) allow the issue? `why` says what decided, in words for the
 * client. */
bool caa_allows(const struct bytes *records, size_t len, const struct caa_question *question,
    char why[CAA_WHY_SIZE]);

#endif
