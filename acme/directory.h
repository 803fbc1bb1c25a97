/* directory - where everything is (RFC 8555, 7.1.1), nonces (7.2), and what the embedded CA
 * publishes. */
#ifndef COUNTERSIGN_ACME_DIRECTORY_H
#define COUNTERSIGN_ACME_DIRECTORY_H

#include "acme/acme.h"

/* GET, HEAD, POST-as-GET /acme/directory and /acme/<profile>/directory, with or without a wish
 * (acme/wish.h): lists what is served, nothing else. What differs is newOrder, which knows the
 * profile and the wish, and that "meta" speaks of that profile alone. PROBLEM_NOT_FOUND for an
 * unknown profile, PROBLEM_MALFORMED for a wish that is none. */
enum err_code directory_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

/* HEAD (200), GET (204), POST-as-GET /acme/new-nonce; the nonce itself is on every answer. */
enum err_code nonce_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);
enum err_code nonce_head(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

/* GET /ca.pem: the root certificates of the embedded CAs. */
enum err_code authority_root_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

/* GET /issuer/<upstream>.der (AIA caIssuers) and /crl/<upstream>.der (CRL distribution point);
 * req->rest is the file. */
enum err_code authority_issuer_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);
enum err_code authority_crl_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

#endif
