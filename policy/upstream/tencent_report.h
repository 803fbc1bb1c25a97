/* tencent_report - an original with its reissues as the inventory has it (store/vendor_order.h).
 * Pure. */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_TENCENT_REPORT_H
#define COUNTERSIGN_POLICY_UPSTREAM_TENCENT_REPORT_H

#include "policy/upstream/tencent_chain.h"
#include "store/vendor_order.h"

/* The report of a chain, on `mem`; its texts are those of the records. Names are in any order. */
void tencent_report(
    void *mem, const struct tencent_chain *chain, int64_t now_s, struct vendor_order *out);

#endif
