/* digicert_json - the shapes in which CertCentral shows orders and certificates (3.2, 5, 8, 9, 16).
 *
 * What is shown of an order is its primary certificate: the original, or the latest reissue; before
 * any is issued the one that is waited for. Certificates in PEM have CRLF at their line ends.
 */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_JSON_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_JSON_H

#include "tests/vendorsim/digicert_private.h"

/* The answer to an order, a reissue or a duplicate: form A (waits for approval), B (validation) or
 * C (issued). `spoil` is for the chain of form C. */
json_t *answer_json(
    struct digicert *dc, const json_t *order, const json_t *certificate, enum ca_spoil spoil);

/* GET /order/certificate/{id}, and a row of GET /order/certificate. */
json_t *order_info_json(struct digicert *dc, const json_t *order);
json_t *order_row_json(struct digicert *dc, const json_t *order);
/* {"order_id","certificate_id","status"}: status-changes and alternate. */
json_t *order_status_json(struct digicert *dc, const json_t *order);

/* GET /order/certificate/{id}/validation */
json_t *order_validation_json(struct digicert *dc, const json_t *order);

/* A row of the list of reissues, or of duplicates. */
json_t *certificate_row_json(struct digicert *dc, const json_t *certificate);

/* The certificate with those above it as a list of {"subject_common_name","pem"}. */
json_t *chain_json(struct digicert *dc, const json_t *certificate, enum ca_spoil spoil);

/* What is primary now. */
json_t *order_primary(const struct digicert *dc, const json_t *order);

/* How many of the order's certificates were issued as that kind. */
int64_t order_count(const struct digicert *dc, const json_t *order, const char *kind);

#endif
