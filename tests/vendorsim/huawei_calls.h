/* huawei_calls - the calls of SCM's API, one function each; huawei_routes says which path leads to
 * which. Each answers its call before it returns.
 */
#ifndef COUNTERSIGN_VENDORSIM_HUAWEI_CALLS_H
#define COUNTERSIGN_VENDORSIM_HUAWEI_CALLS_H

#include "tests/vendorsim/huawei_call.h"

/* huawei_list_calls.c (7.1, 8). */
void hw_certificate_list(struct hw_call *call);

/* huawei_certificate_calls.c (7.2 to 7.8). */
void hw_certificate_get(struct hw_call *call);
void hw_certificate_buy(struct hw_call *call);
void hw_certificate_apply_post(struct hw_call *call);
void hw_certificate_cancel_post(struct hw_call *call);
void hw_certificate_unsubscribe_delete(struct hw_call *call);
void hw_certificate_delete_call(struct hw_call *call);
void hw_certificate_export(struct hw_call *call);

/* huawei_v2_calls.c (8). Their first argument is the project. */
void hw_v2_revoke(struct hw_call *call);

#endif
