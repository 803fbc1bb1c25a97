/* order_permit - may the order's certificate be issued? CAA is asked, and the record of all checks
 * is made: the steps `caa` and `checks` of acme/order_flow.h. */
#ifndef COUNTERSIGN_ACME_ORDER_PERMIT_H
#define COUNTERSIGN_ACME_ORDER_PERMIT_H

#include "acme/order_checks.h"
#include "acme/order_step.h"

/* Has the profile's upstream names in CAA records? */
bool order_needs_caa(const struct acme_profile *profile);

/* Nobody knows any more what the order's names are to be checked for. PROBLEM_INVALID_PROFILE. */
enum err_code order_refuse_profile(const struct order *order, struct err *e);

/* Stores the fact that all checks were made, unless `checks` says that one lacks. */
enum err_code order_note_checks(void *mem, struct store_tx *tx, const struct order *order,
    int64_t action_id, int64_t now_s, bool with_caa, struct order_checks *checks, struct err *e);

/* checks->lacks_name: why the order cannot be issued. */
enum err_code order_refuse_unchecked(
    const struct order *order, const struct order_checks *checks, struct err *e);

/* What the caa step is about to ask. */
enum err_code order_load_caa(
    struct flow *flow, struct store_tx *snapshot, struct order_subject *s, struct err *e);

/* Does the fact stand, from less than CAA_LASTS_S ago? */
enum err_code order_load_checked(
    struct flow *flow, struct store_tx *snapshot, struct order_subject *s, struct err *e);

#endif
