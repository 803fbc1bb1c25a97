/* decision_json - a decision that was kept (policy/explain.h, explain_json), read again for those
 * who show it. Pure. */
#ifndef COUNTERSIGN_POLICY_DECISION_JSON_H
#define COUNTERSIGN_POLICY_DECISION_JSON_H

#include "base/json.h"
#include "policy/decision.h"

/* Reads it onto `mem`. What is not kept (the situation, which action each step was about) is not
 * known; `about` and `because` are those of the deciding rule's last step. ERR_INPUT with the
 * member's path. */
enum err_code decision_json_read(
    void *mem, const struct json *at, struct decision *out, struct err *e);

#endif
