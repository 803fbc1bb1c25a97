/* tencent_form - the bodies of what is asked for: a purchase, the application with its CSR, a
 * reissue. Pure.
 *
 *     CreateCertificate         product, number of names, years
 *     CertificateInfoSubmit     CSR, names, who it is for
 *     CertificateOrderSubmit    go
 *     ReplaceCertificate        CSR
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_TENCENT_FORM_H
#define COUNTERSIGN_POLICY_UPSTREAM_TENCENT_FORM_H

#include "policy/upstream/tencent.h"
#include "policy/upstream/tencent_product.h"
#include "policy/upstream/vendor_verb.h"

/* The common name in a CSR, in lower case, on `mem`; NULL: it has none. */
const char *tencent_csr_common_name(void *mem, struct bytes csr_der);

/* The common name of an order: the service wants that of the CSR; without one, as the policy and
 * the names say; of a product for a wildcard, that. NULL: none of the names fits. */
const char *tencent_common_name(
    void *mem, const struct vendor_subject *action, const struct tencent_product *product);

/* Bodies, on `mem`; NULL: it would be too long. */
const char *tencent_purchase_body(void *mem, const struct tencent_options *options,
    const struct vendor_subject *action, const struct tencent_product *product);
const char *tencent_application_body(void *mem, const struct tencent_options *options,
    const struct vendor_subject *action, const struct tencent_product *product, const char *id,
    const char *common_name);
const char *tencent_go_body(void *mem, const struct tencent_options *options, const char *id);
const char *tencent_reissue_body(void *mem, const struct tencent_options *options,
    const struct vendor_subject *action, const char *id);
const char *tencent_alias_body(void *mem, const char *id, const char *alias);

#endif
