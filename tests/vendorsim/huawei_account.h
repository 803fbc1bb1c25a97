/* huawei_account - who calls: accounts, their IAM users, access keys and tokens; and what the
 * gateway checks before a service sees a request (1, 2).
 *
 * Signatures are held against real time, as the clients' clocks show it; tokens end and locks open
 * by the virtual clock.
 */
#ifndef COUNTERSIGN_VENDORSIM_HUAWEI_ACCOUNT_H
#define COUNTERSIGN_VENDORSIM_HUAWEI_ACCOUNT_H

#include "tests/vendorsim/huawei_private.h"

/* Borrowed from the state. A user may do what its member "actions" lists, or all without one. */
struct hw_caller {
    const json_t *account, *user;
};

/* The gateway refuses (2.4): "APIGW." and the number. */
struct hw_denial {
    int status;
    const char *number; /* "0301" */
    const char *message;
};

/* What every new simulator has: docs/vendorsim.md lists it. */
void hw_account_make(struct huawei *hw);

/* Who signed the request, or whose token it has. Counts failures of an access key. The message of a
 * denial is on the request. */
bool hw_account_caller(struct huawei *hw, struct sim_request *request, struct hw_caller *caller,
    struct hw_denial *why);

/* The same without counting: the name that requests are limited by; NULL: nobody's. */
const char *hw_account_limited_by(struct huawei *hw, struct sim_request *request);

/* May the user do that ("scm:cert:list")? */
bool hw_account_may(const struct hw_caller *caller, const char *action);

/* POST /v3/auth/tokens of IAM (2.3). */
void hw_token_post(struct huawei *hw, struct sim_request *request);

#endif
