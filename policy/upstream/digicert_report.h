/* digicert_report - an order of DigiCert's as the inventory has it (store/vendor_order.h). Pure.
 *
 * One order holds the original certificate, its reissues and its duplicates; order info shows the
 * newest of the first two as the primary one, and the lists show the others.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_REPORT_H
#define COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_REPORT_H

#include "policy/upstream/digicert_order.h"
#include "store/vendor_order.h"

/* What is known of an order. Without `detailed` it is what stands in a list of orders. */
struct digicert_facts {
    struct digicert_order order;
    bool detailed;
    const struct digicert_certificate *reissues, *duplicates;
    size_t reissues_len, duplicates_len;
};

/* The report, on `mem`; its texts are those of the facts. Names are in any order. */
void digicert_report(void *mem, const struct digicert_facts *facts, struct vendor_order *out);

#endif
