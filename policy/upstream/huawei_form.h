/* huawei_form - the bodies of a purchase (SubscribeCertificate) and of an application
 * (ApplyCertificate), and which slot takes what. Pure. */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_HUAWEI_FORM_H
#define COUNTERSIGN_POLICY_UPSTREAM_HUAWEI_FORM_H

#include "policy/upstream/huawei_call.h"
#include "policy/upstream/huawei_product.h"

/* One certificate of the product, paid at once. On `mem`. */
const char *huawei_purchase(void *mem, const struct huawei_options *options,
    const struct huawei_product *product, const struct identifiers *names);

/* The application for the slot; NULL: the names are too long for a form. On `mem`. */
const char *huawei_application(void *mem, const struct huawei_options *options,
    const struct huawei_certificate *slot, const struct vendor_subject *action);

/* How long the product is bought for, in the slot's months; 0: it cannot be told from others by
 * that. */
int64_t huawei_months(const struct huawei_options *options, const struct huawei_product *product);

/* Is the slot just what the purchase would bring? */
bool huawei_is_alike(const struct huawei_options *options, const struct huawei_product *product,
    const struct identifiers *names, const struct huawei_certificate *slot);

/* Has the slot room for the names? */
bool huawei_has_room(const struct huawei_certificate *slot, const struct identifiers *names);

/* Are these among its names? The vendor may add some. */
bool huawei_has_names(
    const struct huawei_certificate *certificate, const struct identifiers *names);

/* What an operator has to do for a reissue, for people. On `mem`. */
const char *huawei_task(
    void *mem, const struct huawei_certificate *target, const struct vendor_subject *action);

#endif
