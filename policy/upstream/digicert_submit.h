/* digicert_submit - the bodies of orders, reissues, duplicates and renewals, and what their answers
 * say.
 *
 *     NEW, RENEW   POST /order/certificate/{product}
 *     REISSUE      order info, then POST /order/certificate/{order}/reissue
 *     DUPLICATE    order info, then POST /order/certificate/{order}/duplicate
 *
 * Reissues and duplicates ask for the order first: the common name that it has is kept, since
 * DigiCert does not say whether another one counts as a changed name, and a changed name revokes.
 * DigiCert takes nothing but the key from the CSR, so each body has all names, as they were
 * ordered.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_SUBMIT_H
#define COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_SUBMIT_H

#include "policy/upstream/digicert_call.h"

/* The common name of an action: what the policy chose, else `current` if it is among the names,
 * else the shortest name that fits (64 characters), no wildcard if that can be. NULL: none fits. */
const char *digicert_common_name(const struct vendor_subject *action, const char *current);

/* A body, on `mem`. */
const char *digicert_body(void *mem, const struct digicert_options *options,
    const struct vendor_subject *action, const char *common_name);

/* The records that prove control of domains by the order's method and random value; none for the
 * method "email". On `mem`. */
const struct upstream_proof *digicert_proofs(void *mem, const char *method, const char *random,
    const char *const *domains, size_t domains_len, size_t *len);

/* The end of a verb with a certificate: hands it out. */
void digicert_end_issued(struct upstream_call *call, const char *order_id,
    const char *certificate_id, struct bytes leaf, const char *chain);

#endif
