/* tencent_call - one call of the service: who calls, what, with which parameters; and the envelope
 * in which it is answered (4).
 */
#ifndef COUNTERSIGN_VENDORSIM_TENCENT_CALL_H
#define COUNTERSIGN_VENDORSIM_TENCENT_CALL_H

#include "tests/vendorsim/tencent_private.h"

struct tc_call {
    struct tencent *tc;
    struct sim_request *request;
    const char *account;              /* "100000000001": the Uin of who calls */
    const json_t *key;                /* with which it calls */
    const json_t *body;               /* an object that has been held against the action's fields */
    const struct tc_refusal *instead; /* of the answer, whatever was done; or NULL */
};

/* {"Response":{...,"RequestId"}}, after the settings that change shapes were applied. `members` is
 * taken over. The call is gone with each of these. */
void tc_answer(struct tc_call *call, json_t *members);
void tc_answer_refusal(struct tc_call *call, const struct tc_refusal *why);

/* The same for requests that did not become calls. */
void tc_request_refuse(
    struct tencent *tc, struct sim_request *request, const struct tc_refusal *why);

/* The certificate of the caller's account that the member names; NULL and
 * FailedOperation.CertificateNotFound. */
json_t *tc_call_certificate(const struct tc_call *call, const char *member, struct tc_refusal *why);

/* Wants the caller its texts in Chinese (X-TC-Language)? */
bool tc_is_chinese(const struct tencent *tc, const struct sim_request *request);

#endif
