/* huawei_routes - see huawei_routes.h. */
#include "tests/vendorsim/huawei_routes.h"

#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/huawei_calls.h"
#include "tests/vendorsim/path.h"

#define V3 "/v3/scm"
#define V2 "/v2/{}/scm"

/* A "{}" stands for one segment of a path, which is an argument of the call. The first that fits
 * counts. */
static const struct route {
    const char *operation, *method, *path, *action;
    void (*run)(struct hw_call *call);
} routes[] = {
    {"ListCertificates", "GET", V3 "/certificates", "scm:cert:list", hw_certificate_list},
    {"ShowCertificate", "GET", V3 "/certificates/{}", "scm:cert:get", hw_certificate_get},
    {"SubscribeCertificate", "POST", V3 "/certificates/buy", "scm:cert:subscribe",
        hw_certificate_buy},
    {"ApplyCertificate", "POST", V3 "/certificates/{}/apply", "scm:cert:apply",
        hw_certificate_apply_post},
    {"CancelCertificateRequest", "POST", V3 "/certificates/{}/cancel-cert", "scm:cert:cancel",
        hw_certificate_cancel_post},
    {"UnsubscribeCertificate", "DELETE", V3 "/certificates/{}/unsubscribe", "scm:cert:unsubscribe",
        hw_certificate_unsubscribe_delete},
    {"DeleteCertificate", "DELETE", V3 "/certificates/{}", "scm:cert:delete",
        hw_certificate_delete_call},
    {"ExportCertificate", "POST", V3 "/certificates/{}/export", "scm:cert:download",
        hw_certificate_export},
    {"ImportCertificate", "POST", V3 "/certificates/import", "scm:cert:import",
        hw_certificate_import_post},
    {"PushCertificate", "POST", V3 "/certificates/{}/push", "scm:cert:push", hw_certificate_push},
    {"BatchPushCertificate", "POST", V3 "/certificates/{}/batch-push", "scm:cert:push",
        hw_certificate_batch_push},
    {"DeployCertificate", "POST", V3 "/certificates/{}/deploy", "scm:cert:push",
        hw_certificate_deploy},
    {"ListDeployedResources", "POST", V3 "/deployed-resources", "scm:cert:get", hw_deployed_list},
    {"CreateCsr", "POST", V3 "/csr", "scm::createCsr", hw_csr_create},
    {"UploadCsr", "POST", V3 "/csr/upload", "scm::uploadCsr", hw_csr_upload},
    {"ListCsr", "GET", V3 "/csr", "scm::listCsr", hw_csr_list},
    {"ShowCsr", "GET", V3 "/csr/{}", "scm::getCsr", hw_csr_get},
    {"UpdateCsr", "PUT", V3 "/csr/{}", "scm::updateCsr", hw_csr_put},
    {"DeleteCsr", "DELETE", V3 "/csr/{}", "scm::deleteCsr", hw_csr_delete},
    {"ShowCsrPrivateKey", "GET", V3 "/csr/{}/private-key", "scm::getCsr", hw_csr_key_get},
    {"EnableNotification", "POST", V3 "/notification/enable", "scm:cert:edit", hw_notice_enable},
    {"DisableNotification", "POST", V3 "/notification/disable", "scm:cert:edit", hw_notice_disable},
    {"ListAllTags", "GET", V3 "/tags", "scm:cert:list", hw_tag_list},
    {"CreateCertificateTag", "POST", V3 "/{}/tags", "scm:cert:edit", hw_tag_post},
    {"BatchCreateOrDeleteTags", "POST", V3 "/{}/tags/action", "scm:cert:edit", hw_tag_action},
    {"ListTagsByCertificate", "GET", V3 "/{}/tags", "scm:cert:get", hw_tag_get},
    {"ListCertificatesByTag", "POST", V3 "/{}/action", "scm:cert:list", hw_tagged_list},
    {"RevokeCertificateV2", "POST", V2 "/cert/{}/revoke", "scm:cert:revoke", hw_v2_revoke},
    {"ShowDomainVerificationV2", "GET", V2 "/cert/{}/domain-verify", "scm:cert:get",
        hw_v2_domain_verify},
    {"SaveCertificateV2", "POST", V2 "/cert/{}/save", "scm:cert:complete", hw_v2_save},
    {"ReadCertificateV2", "POST", V2 "/cert/{}/read", "scm:cert:complete", hw_v2_read},
    {"UploadAuthenticationV2", "POST", V2 "/cert/{}/info/{}/upload_authentication",
        "scm:cert:complete", hw_v2_upload_authentication},
    {"SupplementCertificateV2", "POST", V2 "/cert/{}/supplement", "scm:cert:supplement",
        hw_v2_supplement},
    {"CheckCsrV2", "POST", V2 "/check-csr", "scm:cert:complete", hw_v2_check_csr},
    {"ModifyCertificateV2", "PUT", V2 "/cert/{}", "scm:cert:edit", hw_v2_modify},
    {"DeletePrivacyProtectionV2", "DELETE", V2 "/privacy-protection/{}",
        "scm:privacyProtection:delete", hw_v2_privacy_delete},
    {"ListCertificatesV2", "GET", V2 "/certlist", "scm:cert:list", hw_v2_list},
    {"ShowCertificateV2", "GET", V2 "/cert/{}", "scm:cert:get", hw_v2_get},
    {"SubscribeCertificateV2", "POST", V2 "/cert/purchase", "scm:cert:purchase",
        hw_certificate_buy},
    {"ApplyCertificateV2", "POST", V2 "/cert/{}/complete", "scm:cert:complete",
        hw_certificate_apply_post},
    {"CancelCertificateV2", "POST", V2 "/cert/{}/cancel-cert", "scm:cert:cancel",
        hw_certificate_cancel_post},
    {"DeleteCertificateV2", "DELETE", V2 "/cert/{}", "scm:cert:delete", hw_certificate_delete_call},
};

static const struct route *find(struct sim_request *request, char *args[HW_CALL_ARGS])
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        if (strcmp(routes[i].method, sim_method(request)) == 0 &&
            path_fits(request, routes[i].path, sim_path(request), args))
            return &routes[i];
    return NULL;
}

static bool is_iam(const struct sim_request *request)
{
    return strcmp(sim_path(request), "/v3/auth/tokens") == 0 &&
           strcmp(sim_method(request), "POST") == 0;
}

const char *hw_route_name(struct sim_request *request)
{
    char *args[HW_CALL_ARGS] = {0};
    const struct route *route = find(request, args);

    if (route == NULL)
        return is_iam(request) ? "KeystoneCreateUserTokenByPassword" : NULL;
    return route->operation;
}

/* A body must be JSON; where there is none, the call finds nothing in it. */
static bool read_body(struct hw_call *call, struct hw_refusal *why)
{
    call->body = sim_json(call->request);
    if (call->body != NULL || sim_body(call->request).len == 0)
        return true;
    return hw_refuse(why, "SCM.0005", "the body is not JSON");
}

/* The project in a path of v2 is the account's; then the call's first argument is what follows it,
 * as in v3. */
static bool take_project(struct hw_call *call, const struct route *route)
{
    if (strncmp(route->path, V2, strlen(V2)) != 0)
        return true;
    if (!row_is(call->caller.account, "project", call->args[0]))
        return false;
    memmove(call->args, call->args + 1, sizeof call->args - sizeof *call->args);
    return true;
}

static void run(struct hw_call *call, const struct route *route)
{
    struct hw_refusal why;

    if (!hw_account_may(&call->caller, route->action))
        hw_call_refuse_with(call, "SCM.4002", route->action);
    else if (!take_project(call, route))
        hw_call_refuse_with(call, "SCM.0002", "the project is not the account's");
    else if (!read_body(call, &why))
        hw_call_refuse(call, &why);
    else
        route->run(call);
}

void hw_route(struct huawei *hw, struct sim_request *request)
{
    struct hw_call *call = mem_new(request, struct hw_call);
    const struct route *route;
    struct hw_denial why = {
        404, "0101", "The API does not exist or has not been published in the environment."};

    call->hw = hw;
    call->request = request;
    route = find(request, call->args);
    if (is_iam(request))
        hw_token_post(hw, request);
    else if (route == NULL || !hw_account_caller(hw, request, &call->caller, &why))
        hw_request_deny(hw, request, &why);
    else
        run(call, route);
}
