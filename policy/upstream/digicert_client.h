/* digicert_client - certificates for addresses of mail: what their orders say instead of DNS names,
 * and the links that DigiCert mails to each address before it issues.
 *
 * Secure Email and the older client products (the vendor's page on client certificates). Whose the
 * certificate is comes from the external account (vendor_subject.recipient); of the CSR only the
 * key is taken, and what it may do.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_CLIENT_H
#define COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_CLIENT_H

#include "policy/upstream/digicert_call.h"

/* Is the action about addresses of mail? */
bool digicert_is_client(const struct vendor_subject *action);

/* NULL, or why it is of no use to ask DigiCert for it; *problem as in struct upstream_result.
 * `product`: that of the order, where it stands already. */
const char *digicert_client_lacks(
    const struct vendor_subject *action, const char *product, const char **problem);

/* The member "certificate" of an order or reissue. */
void digicert_client_certificate(
    struct json_out *w, void *mem, const struct vendor_subject *action, const char *product);

/* The certificate's common name at DigiCert, on `mem`: an address or a person's name. */
const char *digicert_client_common_name(
    void *mem, const struct vendor_subject *action, const char *product);

/* The organization of an order; "": it has none. */
const char *digicert_client_organization(
    const struct vendor_subject *action, const struct digicert_options *options);

/* What the order waits for, for people: those of its addresses that have not followed their link.
 * NULL: all have. `at`: the answer of .../email-validation. On `mem`. */
const char *digicert_client_waits(void *mem, const struct json *at);

#endif
