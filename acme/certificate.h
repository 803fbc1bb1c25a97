/* certificate - download (RFC 8555, 7.4.2) and revocation (7.6). */
#ifndef COUNTERSIGN_ACME_CERTIFICATE_H
#define COUNTERSIGN_ACME_CERTIFICATE_H

#include "acme/acme.h"

/* POST-as-GET /acme/certificate/<id>, by the account that ordered it: the PEM chain, leaf first.
 * The same leaf with its other chains is at /acme/certificate/<id>/1, /2, ...; each answer links to
 * the others (rel="alternate"). READ. */
enum err_code certificate_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);
enum err_code certificate_get_alternate(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

/* POST /acme/revoke-cert, by the account that ordered the certificate, by one that holds valid
 * authorizations for all its names, or by the certificate's own key. WRITE. */
enum err_code certificate_prepare_revoke(struct acme_req *req, struct err *e);
enum err_code certificate_revoke(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

#endif
