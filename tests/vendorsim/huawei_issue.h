/* huawei_issue - has the CA sign what was applied for. */
#ifndef COUNTERSIGN_VENDORSIM_HUAWEI_ISSUE_H
#define COUNTERSIGN_VENDORSIM_HUAWEI_ISSUE_H

#include "tests/vendorsim/huawei_private.h"

/* Issues by the row's form, from now on: serial number and dates are then in the row. A further
 * certificate of the same slot ends when the first would have (HW-SAN-1). ERR_INPUT. */
enum err_code hw_issue(struct huawei *hw, json_t *certificate, struct err *e);

#endif
