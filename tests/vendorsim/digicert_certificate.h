/* digicert_certificate - one certificate of an order: asked for, validated, issued, revoked.
 *
 *     pending -> issued -> (revocation scheduled) -> revoked      pending -> rejected
 *                issued -> expired
 *
 * A row: {"id":990200511,"order":880100233,"kind":"original","status":"issued","request":55120019,
 * "approved":true,"common_name":"www.tailorbird.example","dns_names":[as ordered],
 * "names":[both, lower case],"extra_names":[that the vendor added],"csr":PEM,"key":SHA-256 of it,
 * "key_size":256,"signature_hash":"sha256","platform":-1,"ca_cert_id":"...","term":{"days":90},
 * "scopes":[{"name","domain","shown_s"}],"created_s":1,"issue_at_s":2,"issued_s":3,"not_before_s":4,
 * "not_after_s":5,"serial":"0A...","revoke_at_s":6,"revoked_s":7,"reason":"superseded"}
 *
 * A scope is a name whose control has to be shown. For OV and EV it is a domain of the account and
 * that one's validation counts; for DV it is shown for this certificate alone (DC-TLS-DUP-6).
 */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_CERTIFICATE_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_CERTIFICATE_H

#include "tests/vendorsim/digicert_product.h"

#define ORIGINAL  "original"
#define REISSUE   "reissue"
#define DUPLICATE "duplicate"

/* Adds a draft (digicert_form) to an order; takes it over. */
json_t *certificate_add(struct digicert *dc, json_t *order, const char *kind, json_t *draft);

/* The order's certificates in order of creation, from `index` 0 on; NULL at the end. */
json_t *certificate_of(const struct digicert *dc, const json_t *order, size_t index);

/* Finds out what has to be shown for it: makes its scopes, and domains that the account lacks. */
void certificate_set_scopes(struct digicert *dc, const json_t *order, json_t *certificate);
json_t *scope_named(const json_t *certificate, const char *name); /* borrowed, or NULL */
/* Is that shown? */
bool scope_is_shown(const struct digicert *dc, const json_t *scope, int64_t now_s);
bool certificate_is_shown(const struct digicert *dc, const json_t *certificate, int64_t now_s);
/* Control of one scope was shown. */
void scope_shown(struct digicert *dc, json_t *certificate, json_t *scope);

/* Would a certificate for these names be issued without showing anything (DC-TLS-DUP-5)? */
bool names_are_validated(
    const struct digicert *dc, const json_t *order, const json_t *names, int64_t now_s);

/* Issues it, from now until at most `end_s`. ERR_INPUT: it cannot be. */
enum err_code certificate_issue(
    struct digicert *dc, json_t *certificate, int64_t end_s, struct err *e);

void certificate_reject(struct digicert *dc, json_t *certificate);
/* Now; a scheduled revocation is done by that. */
void certificate_revoke(struct digicert *dc, json_t *certificate, const char *reason);
/* 72 hours from now, unless it was to be earlier (DC-TLS-REI-2). */
void certificate_revoke_later(struct digicert *dc, json_t *certificate);
/* Something that this file scheduled is due; true if it was. */
bool certificate_on_due(struct digicert *dc, const char *what, json_t *certificate);

/* A period of time: {"years":1}, {"days":90} or {"until_s":...}; when it ends if it begins on that
 * day: the last second of a day. */
int64_t term_end(const json_t *term, int64_t begin_s);

#endif
