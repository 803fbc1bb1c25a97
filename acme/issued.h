/* issued - what an upstream returned, held against what was ordered, before it becomes the order's
 * certificate: key, names, dates, and that each certificate of the chain certifies the one before
 * it.
 *
 * Pure; costs a signature's verification or two, so it is done on a worker. A certificate that does
 * not pass is nobody's: its order fails, and says why.
 */
#ifndef COUNTERSIGN_ACME_ISSUED_H
#define COUNTERSIGN_ACME_ISSUED_H

#include "base/cert.h"
#include "policy/upstream/upstream.h"

struct issued_wish {
    const struct identifiers *names;   /* the order's, sorted: the leaf has all of them */
    struct bytes key_hash;             /* SHA-256 of the CSR's SPKI */
    int64_t not_before_s, not_after_s; /* that the order asks for; 0: whatever the CA gives */
};

/* What may be published. */
struct issued {
    struct cert_info leaf;
    const char *const *alternates; /* those that passed, ended by NULL; on `mem` */
    const char *left_out;          /* why one of them did not, for the log; or NULL */
};

/* Checks result->leaf, chain and alternates; the leaf may have result->extra_names beside the
 * wished ones. ERR_DENIED: the detail completes "the certificate authority returned ...". A faulty
 * alternate chain costs the order nothing: it is left out. */
enum err_code issued_check(void *mem, const struct issued_wish *wish,
    const struct upstream_result *result, int64_t now_s, struct issued *out, struct err *e);

/* The names of a certificate, sorted, each once, on `mem`: its subjectAltNames. ERR_INPUT: there
 * are none, or some of a type that we do not certify. */
enum err_code issued_names(
    void *mem, const struct cert_info *info, struct identifiers *out, struct err *e);

#endif
