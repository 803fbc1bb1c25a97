/* huawei_json - the shapes in which SCM shows certificates (6, 7, 8).
 */
#ifndef COUNTERSIGN_VENDORSIM_HUAWEI_JSON_H
#define COUNTERSIGN_VENDORSIM_HUAWEI_JSON_H

#include "tests/vendorsim/huawei_private.h"

/* The word that a status is shown as. */
const char *hw_status_word(const struct huawei *hw, const json_t *certificate);

/* A row of the list, and the detail (7.1, 7.2). */
json_t *hw_certificate_row_json(const struct huawei *hw, const json_t *certificate);
json_t *hw_certificate_json(const struct huawei *hw, const json_t *certificate);

/* A row of the old API's list (8): milliseconds, as texts. */
json_t *hw_v2_row_json(const struct huawei *hw, const json_t *certificate);

/* Of the certificate that is issued, or else of the one that is applied for; NULL. */
const char *hw_certificate_domain(const json_t *certificate);

/* Does Huawei hold the key? */
bool hw_certificate_has_key(const json_t *certificate);

/* "2027-01-15 16:30:00.0", or null for 0. */
json_t *hw_time_json(const struct huawei *hw, int64_t time_s);

/* Sans, separated by ';', or null. */
json_t *hw_sans_json(const json_t *certificate);

#endif
