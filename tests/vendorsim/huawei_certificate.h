/* huawei_certificate - one certificate from the paid slot to its end (12).
 *
 *     PAID -> CHECKING_DOMAIN -> (CHECKING_ORG) -> ISSUING -> ISSUED -> EXPIRED
 *             CHECKING_... -> CANCELCHECKING -> PAID       CHECKING_..., ISSUING -> UNPASSED
 *     ISSUED -> REVOKING -> REVOKED       ISSUED -> SUPPLEMENTCHECKING -> ISSUED
 *     ISSUED -> REISSUING -> (as after PAID) -> ISSUED     (import) -> UPLOAD
 *
 * These are the row's words; huawei_json shows them as the settings want them seen. A row:
 * {"id":"scs1768465800123","order":"CS...","account":"9a8b...","name":"scm-7f3a12","status":"ISSUED",
 * "brand":"GEOTRUST","type":"DV_SSL_CERT","domain_type":"SINGLE_DOMAIN","years":1,"year":1,
 * "domain_count":1,"wildcard_count":0,"visible_s":1,"paid_s":1,"changed_s":2,
 * "form":{what is or was applied for: huawei_form},"next":{the same, of a reissue or supplement
 * that is under way},"proofs":[{"name","record_name","type","value","shown_s"}],"proofs_s":3,
 * "org_validated_s":4,"serial":"0A...","issued_s":5,"first_issued_s":5,"not_before_s":5,
 * "not_after_s":6,"revoke_reason":"...","revoked_s":7,"serials":[all that were issued],
 * "gone_s":8,"gone":"unsubscribed"}
 *
 * Every check of 13 that needs a certificate's state stands in the function whose call it refuses,
 * before anything is changed.
 */
#ifndef COUNTERSIGN_VENDORSIM_HUAWEI_CERTIFICATE_H
#define COUNTERSIGN_VENDORSIM_HUAWEI_CERTIFICATE_H

#include "tests/vendorsim/huawei_private.h"

/* Adds a slot to an order; takes the row over, returns it borrowed. It is not to be seen before it
 * is paid. */
json_t *hw_certificate_add(struct huawei *hw, json_t *order, json_t *certificate);
void hw_certificate_paid(struct huawei *hw, json_t *certificate);
/* An imported certificate, which no order has. */
json_t *hw_certificate_import(struct huawei *hw, const json_t *account, json_t *certificate);

/* Is it there for its owner? */
bool hw_certificate_is_visible(const struct huawei *hw, const json_t *certificate);

/* A certificate in one of the states of a review (HW-PRIV-1)? */
bool hw_certificate_in_review(const json_t *certificate);

/* Applies for it with a form that was checked, and takes that over (7.4). It must be PAID. */
void hw_certificate_apply(struct huawei *hw, json_t *certificate, json_t *form);

/* What the review waits for may be there. */
void hw_certificate_go_on(struct huawei *hw, json_t *certificate);

/* Withdraws an application or a supplement (7.5). */
bool hw_certificate_cancel(struct huawei *hw, json_t *certificate, struct hw_refusal *why);
/* Refunds (7.6) and deletes (7.7). */
bool hw_certificate_unsubscribe(struct huawei *hw, json_t *certificate, struct hw_refusal *why);
bool hw_certificate_delete(struct huawei *hw, json_t *certificate, struct hw_refusal *why);
/* Revokes (8). */
bool hw_certificate_revoke(
    struct huawei *hw, json_t *certificate, const char *reason, struct hw_refusal *why);
/* Adds names: `form` as for an application, taken over in any case (HW-SAN-1). */
void hw_certificate_supplement(struct huawei *hw, json_t *certificate, json_t *form);

/* A reissue of the console: until the owner confirms, the old certificate stays (9). Takes the form
 * over. */
void hw_certificate_reissue(
    struct huawei *hw, json_t *certificate, json_t *form, bool contact_changed);

/* The owner answers the CA's mail about a reissue or a revocation; false: there was none. */
bool hw_certificate_confirm(struct huawei *hw, json_t *certificate);
bool hw_certificate_decline(struct huawei *hw, json_t *certificate);

/* The CA refuses what it reviews; false: nothing is under review. */
bool hw_certificate_refuse(struct huawei *hw, json_t *certificate, const char *reason);
/* The organization was validated; false: nothing waits for it. */
bool hw_certificate_org_validated(struct huawei *hw, json_t *certificate);
/* Everything under review is good: issues now; false: nothing is under review. */
bool hw_certificate_approve(struct huawei *hw, json_t *certificate);

/* Something that this file scheduled is due. */
void hw_certificate_on_due(struct huawei *hw, const char *what, const char *id);

#endif
