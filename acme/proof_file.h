/* proof_file - files that a vendor wants to see of its own domain validation, answered by us:
 * /.well-known/pki-validation/NAME (the path of the Baseline Requirements, 3.2.2.4.18).
 *
 * A domain's file is there as long as its row is published (store/proof.h) and its upstream's
 * method is PROOF_WAY_HTTP, on every worker, and for that host alone: whoever asks with another
 * Host sees nothing. So a proxy in front must hand on the Host that it was asked for; no other
 * header counts. What it holds is no secret, since the vendor fetches it by plain HTTP.
 *
 * Several orders may want a file at the same path of the same domain: then it has a line for each,
 * the newest first.
 */
#ifndef COUNTERSIGN_ACME_PROOF_FILE_H
#define COUNTERSIGN_ACME_PROOF_FILE_H

#include "acme/acme.h"

#define PROOF_FILE_PATH      "/.well-known/pki-validation"
#define PROOF_FILE_VALUE_MAX 1024

/* Can we answer for it: is it below that path, and of a size? */
bool proof_file_is_possible(const struct vendor_proof *proof);

/* req->rest is the file's name. In a snapshot. PROBLEM_NOT_FOUND. */
enum err_code proof_file_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

/* The domain that a Host header asks for: in lower case, without port and final dot, on `mem`.
 * NULL: it is none (nothing, an address in brackets, characters that no name has). Pure. */
const char *proof_file_host(void *mem, const char *host);

#endif
