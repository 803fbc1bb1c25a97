/* facts_json - facts as people write them, in a file: what `countersign policy explain --facts`
 * reads (docs/policy.md).
 *
 *   {"now": "2026-11-21T00:00:00Z", "upstream": "digicert",
 *    "profile": {"product": "ssl_basic", "validation": "OV"},
 *    "request": {"tenant": "web", "account": "a1", "identifiers": [{"type": "dns", "value":
 * "x.org"}], "key": {"spki": "k2", "algorithm": "EC", "size": 256}}, "orders": [{"id": "1001",
 * "tenant": "web", "names": ["x.org"], "status": "issued", ...}]}
 *
 * `now`, `upstream` and `request` are required, and an order's `id`; all else may be left out. A
 * member that is not known, of a wrong type, or impossible is an error that names its path. Pure.
 */
#ifndef COUNTERSIGN_POLICY_FACTS_JSON_H
#define COUNTERSIGN_POLICY_FACTS_JSON_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/json.h"
#include "policy/facts.h"

/* The most orders that a file may hold, and names of each. */
#define FACTS_ORDERS_MAX 200000
#define FACTS_NAMES_MAX  2000

/* Reads the facts onto `mem`, with preferences complete and the orders indexed. `suffixes` may be
 * NULL; it is borrowed. ERR_INPUT with the member's path. */
enum err_code facts_read(void *mem, struct bytes text, const struct public_suffixes *suffixes,
    struct facts *out, struct err *e);

/* The words of the enums; "" where nothing is said. */
extern const char *const facts_level_words[],
    *const facts_name_kind_words[], *const facts_standing_words[], *const facts_certificate_words[],
                                                                       *const facts_act_words[];

/* An inventory as a source tells it. */
struct inventory_report {
    const struct vendor_order *orders; /* each with what its source said (enum said) */
    size_t orders_len;
    struct validations validations;
};

/* Reads {"orders": [...], "validations": {...}} onto `mem`, both as in a file of facts. What is to
 * be kept must be told apart: certificates have ids, and no id stands twice. ERR_INPUT with the
 * path. */
enum err_code facts_read_inventory(
    void *mem, const struct json *at, struct inventory_report *out, struct err *e);

#endif
