/* inventory_json - the vendor's orders and validations as a source tells them in JSON, read.
 *
 *   {"orders": [{"id": "1001", "tenant": "web", "names": ["x.org"], "status": "issued",
 *      "certificates": [{"id": "c1", "spki": "...", "not_after": "2026-12-17T00:00:00Z"}]}],
 *    "validations": {"organization_until": "2027-05-01T00:00:00Z", "domains": [...]}}
 *
 * An order's `id` is required; all else may be left out. A member that is not known, of a wrong
 * type, or impossible is an error that names its path. policy/order_json.h writes the same. Pure.
 */
#ifndef COUNTERSIGN_POLICY_INVENTORY_JSON_H
#define COUNTERSIGN_POLICY_INVENTORY_JSON_H

#include "base/json.h"
#include "policy/reader.h"
#include "store/vendor_order.h"

/* An inventory as a source tells it. */
struct inventory_report {
    const struct vendor_order *orders; /* each with what its source said (enum said) */
    size_t orders_len;
    struct validations validations;
};

/* Reads the object onto `mem`. What is to be kept must be told apart: certificates have ids, and no
 * id stands twice. ERR_INPUT with the path. */
enum err_code inventory_json_read(
    void *mem, const struct json *at, struct inventory_report *out, struct err *e);

/* The members "orders" and "validations" of an object, for a reader of more. */
enum err_code orders_json_read(
    struct reader *r, const struct json *root, const struct vendor_order **out, size_t *len);
enum err_code validations_json_read(
    struct reader *r, const struct json *root, struct validations *out);

#endif
