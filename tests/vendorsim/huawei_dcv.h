/* huawei_dcv - what has to be published for the names of an application, and the CA's looks for it
 * (HW-DCV).
 *
 * The CA looks by itself, ever more seldom: nobody can ask it to.
 */
#ifndef COUNTERSIGN_VENDORSIM_HUAWEI_DCV_H
#define COUNTERSIGN_VENDORSIM_HUAWEI_DCV_H

#include "tests/vendorsim/huawei_private.h"

/* New values for all names of the form; the CA begins to look. */
void hw_dcv_begin(struct huawei *hw, json_t *certificate, const json_t *form);
void hw_dcv_end(struct huawei *hw, json_t *certificate);

/* Control of all names was shown. */
bool hw_dcv_is_shown(const json_t *certificate);
void hw_dcv_show(struct huawei *hw, json_t *certificate);

/* What the detail call shows as "authentification" (6). A new reference. */
json_t *hw_dcv_json(const struct huawei *hw, const json_t *certificate);

/* A look is due; false: that is not an event of this file. */
bool hw_dcv_on_due(struct huawei *hw, const char *what, const char *id);

#endif
