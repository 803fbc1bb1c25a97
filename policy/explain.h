/* explain - a decision for people, and for programs. Pure. */
#ifndef COUNTERSIGN_POLICY_EXPLAIN_H
#define COUNTERSIGN_POLICY_EXPLAIN_H

#include "policy/decision.h"
#include "policy/facts.h"

/* Text, a screen or two: the outcome; why; what was considered and ruled out; what it costs and
 * what follows. On `mem`. */
char *explain_text(void *mem, const struct facts *facts, const struct decision *decision);

/* The same of a decision that was kept (policy/decision_json.h): what its orders were like is not
 * known any more. By that vendor's rules. */
char *explain_past(void *mem, enum vendor vendor, const struct decision *decision);

/* JSON (docs/policy.md):
 *
 *   {"outcome":"DUPLICATE","target":"1001","certificate":null,"rule":"DC-TLS-DUP-6",
 *    "effects":{"cost":"free","revokes":[],"domain_validation":"none","approval":"none",
 *               "not_after":"2026-12-17T00:00:00Z"},
 *    "problem":null,"retry_at":null,
 *    "trace":[{"order":"1001","rule":"DC-TLS-DUP-6","result":"pass","because":"OV product"}]}
 *
 * On `mem`. */
char *explain_json(void *mem, const struct decision *decision);

#endif
