/* digicert_form - bodies of orders, reissues and duplicates, checked and made drafts of rows (3.1,
 * 8.1, 9.2).
 *
 * Checked is what the body itself shows; what the account and its orders say is digicert_order's.
 * Members that are not known are ignored. The CSR's key is all that is taken from the CSR.
 */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_FORM_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_FORM_H

#include "tests/vendorsim/digicert_product.h"

/* The row of a certificate, from the body's member "certificate"; a new reference, or NULL and 400.
 */
json_t *form_certificate(const json_t *body, const struct product *product, struct refusal *why);

/* The row of an order: product, term, organization, method, references, comments. A new reference,
 * or NULL and 400. */
json_t *form_order(const struct digicert *dc, const json_t *body, const struct product *product,
    struct refusal *why);

/* Does CAA forbid one of the names (setting caa_forbids)? False, and 400, if so. */
bool form_check_caa(const struct digicert *dc, const json_t *names, struct refusal *why);

#endif
