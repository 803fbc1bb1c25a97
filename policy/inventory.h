/* inventory - the vendor's orders as far as a decision needs them, found by name, id, certificate
 * and key without walking through them.
 *
 * It may hold every order of an account or just those that a store query found: the decision looks
 * up what it needs and comes to the same answer, as long as none of these is missing:
 *   - every order that shares a name with the request;
 *   - the order that the request names, and the order of the certificate that it replaces;
 *   - at Tencent Cloud, of any tenant: the orders in process that share a primary domain with it;
 *   - empty paid slots;
 *   - orders with a certificate for the same key.
 * It does not change; threads may share it.
 */
#ifndef COUNTERSIGN_POLICY_INVENTORY_H
#define COUNTERSIGN_POLICY_INVENTORY_H

#include "policy/facts.h"

/* Indexes the orders, which are borrowed. On `mem`. */
struct inventory *inventory_new(void *mem, const struct vendor_order *orders, size_t len,
    const struct public_suffixes *suffixes);

/* All of them, as they were given. */
const struct vendor_order *inventory_orders(const struct inventory *inventory, size_t *len);

/* Some orders, in the order in which the inventory has them. */
struct order_list {
    const struct vendor_order **list;
    size_t len;
};

/* Orders that share a name with the set. */
void inventory_by_names(void *mem, const struct inventory *inventory,
    const struct identifiers *names, struct order_list *out);

/* Orders of any tenant in process or pending whose names share a primary domain with the set. */
void inventory_busy_nearby(void *mem, const struct inventory *inventory,
    const struct identifiers *names, struct order_list *out);

/* Empty paid slots. */
void inventory_slots(void *mem, const struct inventory *inventory, struct order_list *out);

/* NULL if there is none. */
const struct vendor_order *inventory_by_id(const struct inventory *inventory, const char *id);
const struct vendor_order *inventory_by_certificate(
    const struct inventory *inventory, const char *certificate);

/* Orders with a certificate for that key. */
void inventory_by_key(
    void *mem, const struct inventory *inventory, const char *spki, struct order_list *out);

#endif
