/* huawei_console - what the customer does in the console. */
#ifndef COUNTERSIGN_VENDORSIM_HUAWEI_CONSOLE_H
#define COUNTERSIGN_VENDORSIM_HUAWEI_CONSOLE_H

#include "tests/vendorsim/huawei_private.h"

/* Buys: the body of a purchase, what it lacks has a default; "count" of them, {n} in names is their
 * number. With "domain" each is applied for (with defaults too), and issued unless "issued" is
 * false. {"orders":[ids],"certificates":[ids]}, a new reference; NULL and why. */
json_t *hw_console_buy(struct huawei *hw, const json_t *body, struct hw_refusal *why);

/* Reissues (9.1): {"csr","domain","contact_changed","domain_method","agree_privacy_protection"}. */
bool hw_console_reissue(
    struct huawei *hw, json_t *certificate, const json_t *body, struct hw_refusal *why);

#endif
