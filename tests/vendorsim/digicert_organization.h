/* digicert_organization - organizations and how far they are validated (14). */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_ORGANIZATION_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_ORGANIZATION_H

#include "tests/vendorsim/digicert_product.h"

#define ORGANIZATION_FIRST INT64_C(730021) /* the id of the first that is made */

json_t *organization_add(struct digicert *dc, int64_t account, const char *name);

/* Asks for a validation, which is pending from then on; and it is done, for as long as the day's
 * table says. */
void organization_submit(struct digicert *dc, json_t *organization, enum level level);
void organization_validated(
    struct digicert *dc, json_t *organization, enum level level, int64_t at_s);

/* The same for S/MIME, which lasts 825 days and is no part of the others. */
void organization_validated_for_mail(struct digicert *dc, json_t *organization, int64_t at_s);
bool organization_is_valid_for_mail(const json_t *organization, int64_t now_s);

/* Is its validation good for certificates of that level? That for EV is good for OV as well. */
bool organization_is_valid(const json_t *organization, enum level level, int64_t now_s);

/* {"id","status","name",...}; the validations too if `whole`. */
json_t *organization_json(
    const struct digicert *dc, const json_t *organization, bool with_validations);
/* The list of GET /organization/{id}/validation. */
json_t *organization_validations_json(const struct digicert *dc, const json_t *organization);

#endif
