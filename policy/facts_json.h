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
#include "policy/facts.h"

/* Reads the facts onto `mem`, with preferences complete and the orders indexed. `suffixes` may be
 * NULL; it is borrowed. ERR_INPUT with the member's path. */
enum err_code facts_read(void *mem, struct bytes text, const struct public_suffixes *suffixes,
    struct facts *out, struct err *e);

#endif
