/* huawei_order - purchases: an order is paid for and has so many slots for certificates (7.3).
 *
 * A row: {"id":"CS2601151630000AB","account":"9a8b...","certificates":["scs..."],"created_s":1,
 * "paid_s":1,"portal":false}
 */
#ifndef COUNTERSIGN_VENDORSIM_HUAWEI_ORDER_H
#define COUNTERSIGN_VENDORSIM_HUAWEI_ORDER_H

#include "tests/vendorsim/huawei_account.h"

/* Buys what the body says; the order, borrowed; NULL and why. */
json_t *hw_order_buy(
    struct huawei *hw, const json_t *account, const json_t *body, struct hw_refusal *why);

/* How many free certificates the account may still buy. */
int64_t hw_order_free_left(const struct huawei *hw, const json_t *account);

/* Pays an order that waits for it in the console: its certificates are there from now on. */
void hw_order_pay(struct huawei *hw, json_t *order);

#endif
