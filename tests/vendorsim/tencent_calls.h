/* tencent_calls - the actions, one function each (tencent_actions.h says what they return). */
#ifndef COUNTERSIGN_VENDORSIM_TENCENT_CALLS_H
#define COUNTERSIGN_VENDORSIM_TENCENT_CALLS_H

#include "tests/vendorsim/tencent_call.h"

/* tencent_order.c: buying and submitting (8.1 to 8.6). */
json_t *tc_apply_certificate(struct tc_call *call, struct tc_refusal *why);
json_t *tc_create_certificate(struct tc_call *call, struct tc_refusal *why);
json_t *tc_submit_certificate_information(struct tc_call *call, struct tc_refusal *why);
json_t *tc_certificate_info_submit(struct tc_call *call, struct tc_refusal *why);
json_t *tc_commit_certificate_information(struct tc_call *call, struct tc_refusal *why);
json_t *tc_certificate_order_submit(struct tc_call *call, struct tc_refusal *why);

/* tencent_describe.c: looking (8.7 to 8.10). */
json_t *tc_describe_certificate(struct tc_call *call, struct tc_refusal *why);
json_t *tc_describe_certificate_detail(struct tc_call *call, struct tc_refusal *why);
json_t *tc_describe_certificates(struct tc_call *call, struct tc_refusal *why);
json_t *tc_describe_operate_logs(struct tc_call *call, struct tc_refusal *why);

/* tencent_download.c (8.10). */
json_t *tc_download_certificate(struct tc_call *call, struct tc_refusal *why);
json_t *tc_describe_download_url(struct tc_call *call, struct tc_refusal *why);

/* tencent_reissue.c (8.11). */
json_t *tc_replace_certificate(struct tc_call *call, struct tc_refusal *why);

/* tencent_check.c: asking for the domain check (8.12, 8.13). */
bool tc_complete_certificate(struct tc_call *call, struct tc_refusal *why);
bool tc_check_domain_verification(struct tc_call *call, struct tc_refusal *why);

/* tencent_end.c: cancelling, reopening, revoking, deleting (8.14 to 8.18), letters (8.21). */
json_t *tc_cancel_certificate_order(struct tc_call *call, struct tc_refusal *why);
json_t *tc_cancel_audit_certificate(struct tc_call *call, struct tc_refusal *why);
json_t *tc_modify_certificate_resubmit(struct tc_call *call, struct tc_refusal *why);
json_t *tc_revoke_certificate(struct tc_call *call, struct tc_refusal *why);
json_t *tc_delete_certificate(struct tc_call *call, struct tc_refusal *why);
json_t *tc_delete_certificates(struct tc_call *call, struct tc_refusal *why);
json_t *tc_describe_delete_tasks(struct tc_call *call, struct tc_refusal *why);
json_t *tc_upload_confirm_letter(struct tc_call *call, struct tc_refusal *why);
json_t *tc_upload_revoke_letter(struct tc_call *call, struct tc_refusal *why);

/* tencent_inventory.c: names for records, foreign certificates, CSRs (8.19, 8.21). */
json_t *tc_modify_certificate_alias(struct tc_call *call, struct tc_refusal *why);
json_t *tc_modify_certificate_project(struct tc_call *call, struct tc_refusal *why);
json_t *tc_upload_certificate(struct tc_call *call, struct tc_refusal *why);

/* tencent_package.c (8.20). */
json_t *tc_create_certificate_by_package(struct tc_call *call, struct tc_refusal *why);
json_t *tc_describe_packages(struct tc_call *call, struct tc_refusal *why);

#endif
