/* huawei_error - SCM's errors: code, status and text (3). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "tests/vendorsim/huawei_private.h"

/* clang-format off */
static const struct {
    const char *code;
    int status;
    const char *message;
} errors[] = {
    {"SCM.0002", 403, "Incorrect tenant ID."},
    {"SCM.0003", 400, "Tenant has no privilege."},
    {"SCM.0005", 400, "Incorrect request parameter."},
    {"SCM.0006", 400, "The uploaded certificate failed to be resolved. Ensure that the uploaded certificate has been issued."},
    {"SCM.0008", 400, "Abnormal certificate ID"},
    {"SCM.0009", 400, "Failed to upload the certificate because no domain name is bound to the certificate."},
    {"SCM.0010", 400, "This operation is not allowed by the current certificate type or status."},
    {"SCM.0011", 400, "The max number of free certificates for the current user has been reached, and you cannot continue to purchase free certificates."},
    {"SCM.0012", 400, "The uploaded private key failed to be resolved. Ensure that the certificate has been issued."},
    {"SCM.0013", 400, "The uploaded certificate chain failed to be resolved. Ensure that the certificate has been issued."},
    {"SCM.0014", 400, "The uploaded certificate does not match the private key."},
    {"SCM.0015", 400, "The number or format of domain names entered does not meet the requirements of the your certificate."},
    {"SCM.0016", 500, "Failed to order."},
    {"SCM.0020", 404, "Incorrect certificate ID."},
    {"SCM.0023", 400, "Modify key format error."},
    {"SCM.0024", 400, "Modify value format error."},
    {"SCM.0030", 400, "Certificates cannot be pushed to this service."},
    {"SCM.0032", 400, "Incorrect certificate name."},
    {"SCM.0059", 400, "The certificate private key is empty."},
    {"SCM.0069", 400, "No projects found."},
    {"SCM.0707", 400, "The CSR does not exist."},
    {"SCM.1000", 401, "The token of the request fails to be authenticated"},
    {"SCM.1009", 401, "Your account is restricted."},
    {"SCM.1010", 401, "Your account is frozen."},
    {"SCM.4002", 401, "You do not have permission to perform this operation."},
};
/* clang-format on */

static size_t find(const char *code)
{
    size_t i = 0;

    while (i < sizeof errors / sizeof *errors && strcmp(errors[i].code, code) != 0)
        i++;
    BUG_ON(i == sizeof errors / sizeof *errors);
    return i;
}

bool hw_refuse(struct hw_refusal *why, const char *code, const char *format, ...)
{
    va_list args;

    why->code = errors[find(code)].code;
    va_start(args, format);
    vsnprintf(why->detail, sizeof why->detail, format, args);
    va_end(args);
    return false;
}

int hw_refusal_status(const struct hw_refusal *why)
{
    return errors[find(why->code)].status;
}

json_t *hw_refusal_json(const struct huawei *hw, const struct hw_refusal *why)
{
    const char *message = errors[find(why->code)].message;

    if (sim_bool(hw->sim, "chinese_errors"))
        message = "\xe6\x93\x8d\xe4\xbd\x9c\xe5\xa4\xb1\xe8\xb4\xa5\xe3\x80\x82"; /* failed */
    return json_pack("{s:s,s:s}", "error_code", why->code, "error_msg", message);
}
