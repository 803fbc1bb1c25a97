/* renewal - when a certificate should be renewed (ARI, RFC 9773), and which one a new order
 * replaces.
 *
 * A certificate is named by its issuer's key identifier and its serial:
 * "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE".
 */
#ifndef COUNTERSIGN_ACME_RENEWAL_H
#define COUNTERSIGN_ACME_RENEWAL_H

#include "acme/acme.h"
#include "acme/renewal_window.h"
#include "base/cert.h"

/* RFC 9773, 4.1: what a certificate is called; on `mem`. NULL if it names no issuer key. */
char *renewal_id(void *mem, const struct cert_info *info);

/* Both parts of such a name, on `mem`; false if it is none. */
bool renewal_id_parse(void *mem, const char *id, struct bytes *key_id, struct bytes *serial);

/* The certificate that the path's rest names, and its window; counted against the client's limit.
 * PROBLEM_NOT_FOUND, PROBLEM_MALFORMED if it is no name. */
enum err_code renewal_find(struct acme_req *req, struct store_tx *tx,
    struct certificate *certificate, struct renewal_window *window, struct err *e);

/* GET /acme/renewal-info/<id> (unauthenticated, 4.1): its window, with explanationURL if that is
 * not the ordinary one. READ. */
enum err_code renewal_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);

/* May the order of this account with these names replace the certificate (5)? It must be the
 * account's, share a name, and not be replaced by a living order already: PROBLEM_ALREADY_REPLACED.
 */
enum err_code renewal_check_replaces(struct acme_req *req, struct store_tx *tx, const char *id,
    const struct identifiers *names, struct err *e);

/* Is the certificate so old that its window has begun? Only then is replacing it a renewal, which
 * the limits let pass: whoever revokes a young one makes no room for another. No, if there is no
 * such certificate. */
enum err_code renewal_is_due(
    struct acme_req *req, struct store_tx *tx, const char *id, bool *due, struct err *e);

#endif
