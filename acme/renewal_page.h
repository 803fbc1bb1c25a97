/* renewal_page - why a certificate should be renewed when its renewal information says: the page
 * that explanationURL points to (RFC 9773, 4.2). For people; plain text. */
#ifndef COUNTERSIGN_ACME_RENEWAL_PAGE_H
#define COUNTERSIGN_ACME_RENEWAL_PAGE_H

#include "acme/renewal_window.h"

/* The page's address for a certificate of that name (RFC 9773, 4.1), on req->mem; NULL where the
 * window is the ordinary one and needs no explanation. */
char *renewal_page_url(
    const struct acme_req *req, const char *id, const struct renewal_window *window);

/* GET /renewal/<id> (unauthenticated). Names neither the holder nor the vendor's order. READ. */
enum err_code renewal_page_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

#endif
