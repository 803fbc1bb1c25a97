/* huawei_report - a slot of Huawei Cloud's as the inventory has it (store/vendor_order.h). Pure. */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_HUAWEI_REPORT_H
#define COUNTERSIGN_POLICY_UPSTREAM_HUAWEI_REPORT_H

#include "base/bytes.h"
#include "policy/upstream/huawei_certificate.h"
#include "store/vendor_order.h"

/* What is known of a slot: what a list or its details say, and, if `leaf` is not empty, the
 * certificate itself, from which its dates and key are taken. */
struct huawei_facts {
    struct huawei_certificate certificate;
    struct bytes leaf; /* DER */
};

/* The report, on `mem`; its texts are those of the facts. */
void huawei_report(void *mem, const struct huawei_facts *facts, struct vendor_order *out);

#endif
