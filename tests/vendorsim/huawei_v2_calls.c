/* huawei_v2_calls - what only the old API has (8). */
#include <string.h>

#include "tests/vendorsim/huawei_calls.h"
#include "tests/vendorsim/huawei_certificate.h"

#define REASON_MAX 63

void hw_v2_revoke(struct hw_call *call)
{
    json_t *certificate = hw_call_certificate(call, call->args[1]);
    const char *reason = row_text(call->body, "reason");
    struct hw_refusal why;

    if (certificate == NULL)
        return;
    if (reason == NULL || strlen(reason) > REASON_MAX)
        hw_call_refuse_with(call, "SCM.0005", "a reason of at most 63 characters is needed");
    else if (hw_certificate_revoke(call->hw, certificate, reason, &why))
        hw_call_answer(call, 200, json_pack("{s:s}", "message", "success"));
    else
        hw_call_refuse(call, &why);
}
