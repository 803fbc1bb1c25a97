/* order_json - a vendor's order as JSON, in the members of policy/inventory_json.h: what was
 * written is read there as the same order. Pure. */
#ifndef COUNTERSIGN_POLICY_ORDER_JSON_H
#define COUNTERSIGN_POLICY_ORDER_JSON_H

#include "base/json.h"
#include "store/vendor_order.h"

/* The words of its enums, by value; "" where nothing is said. */
extern const char *const order_level_words[],
    *const order_name_kind_words[], *const order_standing_words[], *const order_certificate_words[],
                                                                       *const order_act_words[];

/* The members of the order; the caller opens and closes the object. What is not known, or was not
 * said, is left out. */
void order_json_add(struct json_out *w, const struct vendor_order *order);

/* {"organization_until": ..., "domains": [...]} */
void validations_json_add(
    struct json_out *w, const char *name, const struct validations *validations);

#endif
