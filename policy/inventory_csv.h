/* inventory_csv - an inventory in comma-separated values (base/csv.h), for the plain cases.
 *
 *     id,tenant,status,names,order_end,certificate_id,certificate_spki,certificate_not_after
 *     1001,web,issued,www.example.com example.com,2027-01-01T00:00:00Z,c1,ab12,2026-12-01T00:00:00Z
 *     1001,,,,,c2,cd34,2026-12-01T00:00:00Z
 *
 * The first row names the columns: members of an order as JSON has them (policy/inventory_json.h),
 * and those of a certificate after "certificate_". Names are separated by spaces. An empty cell
 * says nothing. Further certificates of an order are rows right below it with the same id, whose
 * cells of the order are empty or the same. What is in process stands in JSON only. Pure.
 */
#ifndef COUNTERSIGN_POLICY_INVENTORY_CSV_H
#define COUNTERSIGN_POLICY_INVENTORY_CSV_H

#include "policy/inventory_json.h"

/* Reads the rows onto `mem`. ERR_INPUT with line and column. */
enum err_code inventory_csv_read(
    void *mem, struct bytes text, struct inventory_report *out, struct err *e);

#endif
