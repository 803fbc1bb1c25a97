/* rules_digicert - what TLS and client orders have in common at DigiCert CertCentral. */
#ifndef COUNTERSIGN_POLICY_RULES_DIGICERT_H
#define COUNTERSIGN_POLICY_RULES_DIGICERT_H

#include "policy/rule.h"

/* An order is renewed at most once. */
struct verdict digicert_renewed_once(const struct question *q, struct effects *effects);
/* The renewal window before the order's end (preference renewal_window). */
struct verdict digicert_renewal_window(const struct question *q, struct effects *effects);
/* The order stands, at the same account. */
struct verdict digicert_renewal(const struct question *q, struct effects *effects);
/* An action on an order needs the order to be active. */
struct verdict digicert_active(const struct question *q, struct effects *effects);

/* Does the order end within renew_before_order_end? Has its renewal window opened? */
bool digicert_ends_soon(const struct question *q);
bool digicert_may_renew(const struct question *q);

#endif
