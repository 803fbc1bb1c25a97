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
    {"RevokeCertificateV2", "POST", V2 "/cert/{}/revoke", "scm:cert:revoke", hw_v2_revoke},
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

static bool is_own_project(const struct hw_call *call, const struct route *route)
{
    return strncmp(route->path, V2, strlen(V2)) != 0 ||
           row_is(call->caller.account, "project", call->args[0]);
}

static void run(struct hw_call *call, const struct route *route)
{
    struct hw_refusal why;

    if (!hw_account_may(&call->caller, route->action))
        hw_call_refuse_with(call, "SCM.4002", route->action);
    else if (!is_own_project(call, route))
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
