/* huawei_calls - the calls of SCM's API, one function each; huawei_routes says which path leads to
 * which. Each answers its call before it returns.
 */
#ifndef COUNTERSIGN_VENDORSIM_HUAWEI_CALLS_H
#define COUNTERSIGN_VENDORSIM_HUAWEI_CALLS_H

#include "tests/vendorsim/huawei_call.h"

/* huawei_list_calls.c (7.1, 8). */
void hw_certificate_list(struct hw_call *call);
void hw_v2_list(struct hw_call *call);

/* huawei_certificate_calls.c (7.2 to 7.8). */
void hw_certificate_get(struct hw_call *call);
void hw_certificate_buy(struct hw_call *call);
void hw_certificate_apply_post(struct hw_call *call);
void hw_certificate_cancel_post(struct hw_call *call);
void hw_certificate_unsubscribe_delete(struct hw_call *call);
void hw_certificate_delete_call(struct hw_call *call);
void hw_certificate_export(struct hw_call *call);

/* huawei_import_calls.c (7.9). */
void hw_certificate_import_post(struct hw_call *call);

/* huawei_deploy_calls.c (7.10). */
void hw_certificate_push(struct hw_call *call);
void hw_certificate_batch_push(struct hw_call *call);
void hw_certificate_deploy(struct hw_call *call);
void hw_deployed_list(struct hw_call *call);

/* huawei_csr_calls.c (7.11). */
void hw_csr_create(struct hw_call *call);
void hw_csr_upload(struct hw_call *call);
void hw_csr_list(struct hw_call *call);
void hw_csr_get(struct hw_call *call);
void hw_csr_put(struct hw_call *call);
void hw_csr_delete(struct hw_call *call);
void hw_csr_key_get(struct hw_call *call);

/* huawei_tag_calls.c (7). */
void hw_tag_post(struct hw_call *call);
void hw_tag_action(struct hw_call *call);
void hw_tag_get(struct hw_call *call);
void hw_tag_list(struct hw_call *call);
void hw_tagged_list(struct hw_call *call);
void hw_notice_enable(struct hw_call *call);
void hw_notice_disable(struct hw_call *call);

/* huawei_v2_calls.c (8). */
void hw_v2_revoke(struct hw_call *call);
void hw_v2_supplement(struct hw_call *call);
void hw_v2_domain_verify(struct hw_call *call);
void hw_v2_save(struct hw_call *call);
void hw_v2_read(struct hw_call *call);
void hw_v2_upload_authentication(struct hw_call *call);
void hw_v2_check_csr(struct hw_call *call);
void hw_v2_modify(struct hw_call *call);
void hw_v2_privacy_delete(struct hw_call *call);
void hw_v2_get(struct hw_call *call);

#endif
