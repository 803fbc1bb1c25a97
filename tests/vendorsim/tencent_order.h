/* tencent_order - what is bought and submitted (8.1 to 8.6), by the API and in the portal. */
#ifndef COUNTERSIGN_VENDORSIM_TENCENT_ORDER_H
#define COUNTERSIGN_VENDORSIM_TENCENT_ORDER_H

#include "tests/vendorsim/tencent_certificate.h"

/* Puts the names of a record: the common name and the others, in lower case. Refuses what the
 * product or the number that was paid for does not allow; `code` is for names of a wrong form. */
bool tc_order_set_names(json_t *certificate, const char *common_name, const json_t *others,
    const char *code, struct tc_refusal *why);

/* What a new record of that product has to go through; ends with NULL. `is_approved`: its company
 * data are those of an approved profile. */
const char *const *tc_order_steps(const struct tc_product *product, bool is_approved);

/* May the record renew `old` (TC-RENEW-1)? FailedOperation.InvalidCertificateStatusCode. */
bool tc_order_may_renew(const struct tencent *tc, const json_t *old, struct tc_refusal *why);

/* Is the balance enough for one more? FailedOperation.TradeError. */
bool tc_order_is_paid(const struct tencent *tc, struct tc_refusal *why);

#endif
