/* digicert_calls - the calls of the Services API, one function each; digicert_routes says which
 * path leads to which. Each answers its call, at once or (validation) when DNS has answered.
 */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_CALLS_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_CALLS_H

#include "tests/vendorsim/digicert_call.h"

/* digicert_order_calls.c: orders, their certificates, requests (3, 5, 7 to 12). */
void order_post(struct call *call);
void order_get(struct call *call);
void order_validation_get(struct call *call);
void order_status_put(struct call *call);
void order_revoke_put(struct call *call);
void order_note_post(struct call *call);
void order_auto_reissue_put(struct call *call);
void reissue_post(struct call *call);
void reissue_list(struct call *call);
void duplicate_post(struct call *call);
void duplicate_list(struct call *call);
void certificate_revoke_put(struct call *call);
void request_list(struct call *call);
void request_get(struct call *call);
void request_status_put(struct call *call);

/* digicert_client_calls.c: the addresses of client certificates (17.3). */
void email_validation_get(struct call *call);
void email_validation_put(struct call *call);
void order_resend_put(struct call *call);

/* digicert_list_calls.c: the order list, status-changes, alternate (6). */
void order_list(struct call *call);
void status_changes_get(struct call *call);
void alternate_get(struct call *call);

/* digicert_dcv_calls.c: validation of an order's names and of domains (13). */
void order_random_value_put(struct call *call);
void order_dcv_method_put(struct call *call);
void order_check_dcv_put(struct call *call);
void domain_validate_put(struct call *call);

/* digicert_account_calls.c: domains, organizations, products, the account (13.3, 14, 15). */
void domain_post(struct call *call);
void domain_list(struct call *call);
void domain_get(struct call *call);
void domain_method_put(struct call *call);
void domain_activate_put(struct call *call);
void domain_deactivate_put(struct call *call);
void organization_list(struct call *call);
void organization_get(struct call *call);
void organization_post(struct call *call);
void organization_validation_get(struct call *call);
void organization_validation_post(struct call *call);
void product_list(struct call *call);
void product_get(struct call *call);
void user_me_get(struct call *call);
void container_list(struct call *call);
void container_get(struct call *call);
void metadata_list(struct call *call);

/* digicert_download.c (16). */
void certificate_download(struct call *call);
void certificate_download_platform(struct call *call);
void order_download(struct call *call);
void certificate_chain_get(struct call *call);

#endif
