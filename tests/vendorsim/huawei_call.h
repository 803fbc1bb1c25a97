/* huawei_call - one call of SCM's API: who calls, what the path names, the body; and how it is
 * answered.
 */
#ifndef COUNTERSIGN_VENDORSIM_HUAWEI_CALL_H
#define COUNTERSIGN_VENDORSIM_HUAWEI_CALL_H

#include "tests/vendorsim/huawei_account.h"

#define HW_CALL_ARGS 3

struct hw_call {
    struct huawei *hw;
    struct sim_request *request;
    struct hw_caller caller;
    json_t *body;             /* an object or array; NULL: there was none */
    char *args[HW_CALL_ARGS]; /* what stood for the "{}" of the route, decoded */
};

/* Answers, after the settings that change shapes were applied. The body is taken over; NULL: none.
 * The call is gone with each of these. */
void hw_call_answer(struct hw_call *call, int status, json_t *body);
void hw_call_refuse(struct hw_call *call, const struct hw_refusal *why);
void hw_call_refuse_with(struct hw_call *call, const char *code, const char *detail);

/* The gateway's answer (2.4), before a request is a call. */
void hw_request_deny(struct huawei *hw, struct sim_request *request, const struct hw_denial *why);

/* The certificate that an argument names, if it is the caller's; else NULL and the call is refused:
 * malformed, not there, another account's. */
json_t *hw_call_certificate(struct hw_call *call, const char *id);

/* A query's whole number; `out` stays as it is without it. False: it is none, or beyond 10^9. */
bool hw_call_number(const struct hw_call *call, const char *param, int64_t *out);
/* "true" */
bool hw_call_asks(const struct hw_call *call, const char *param);

#endif
