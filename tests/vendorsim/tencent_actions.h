/* tencent_actions - the table of actions (8): their fields, at which site they are, what does them.
 */
#ifndef COUNTERSIGN_VENDORSIM_TENCENT_ACTIONS_H
#define COUNTERSIGN_VENDORSIM_TENCENT_ACTIONS_H

#include "tests/vendorsim/tencent_call.h"

struct tc_action {
    const char *name;
    /* "CertificateId:s! ValidType:s!": names with their types, and which are required. s: string,
     * i: integer, b: bool, S and I: lists of them, T: a list of tags. */
    const char *fields;
    bool only_china;
    /* The members of the answer, a new reference; NULL and why. */
    json_t *(*run)(struct tc_call *call, struct tc_refusal *why);
    /* Instead: answers the call itself, later; false and why if it has not begun. */
    bool (*begin)(struct tc_call *call, struct tc_refusal *why);
};

/* NULL: there is none of that name at the site. */
const struct tc_action *tc_action_find(const struct tencent *tc, const char *name);

/* Has the body all fields that are required, of their types, and no others? (12.2, check 8) */
bool tc_fields_check(const char *fields, const json_t *body, struct tc_refusal *why);

/* Checks the call's body, does the action, and answers. */
void tc_action_do(const struct tc_action *action, struct tc_call *call);

#endif
