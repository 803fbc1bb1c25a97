/* digicert_routes - see digicert_routes.h. */
#include "tests/vendorsim/digicert_routes.h"

#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/digicert_calls.h"
#include "tests/vendorsim/path.h"

/* A "{}" stands for one segment of a path, which is an argument of the call. The first that fits
 * counts. */
static const struct route {
    const char *method, *path;
    void (*run)(struct call *call);
} routes[] = {
    {"GET", "/order/certificate", order_list},
    {"GET", "/order/certificate/status-changes", status_changes_get},
    {"GET", "/order/alternate/{}", alternate_get},
    {"POST", "/order/certificate/{}", order_post},
    {"GET", "/order/certificate/{}", order_get},
    {"GET", "/order/certificate/{}/validation", order_validation_get},
    {"POST", "/order/certificate/{}/reissue", reissue_post},
    {"GET", "/order/certificate/{}/reissue", reissue_list},
    {"POST", "/order/certificate/{}/duplicate", duplicate_post},
    {"GET", "/order/certificate/{}/duplicate", duplicate_list},
    {"PUT", "/order/certificate/{}/revoke", order_revoke_put},
    {"PUT", "/order/certificate/{}/status", order_status_put},
    {"PUT", "/order/certificate/{}/dcv-random-value", order_random_value_put},
    {"PUT", "/order/certificate/{}/dcv-method", order_dcv_method_put},
    {"PUT", "/order/certificate/{}/check-dcv", order_check_dcv_put},
    {"PUT", "/order/certificate/{}/auto-reissue", order_auto_reissue_put},
    {"PUT", "/order/certificate/{}/resend-emails", order_resend_put},
    {"GET", "/order/certificate/{}/email-validation", email_validation_get},
    {"PUT", "/email-validation/{}", email_validation_put},
    {"POST", "/order/certificate/{}/note", order_note_post},
    {"GET", "/certificate/download/order/{}/format/{}", order_download},
    {"GET", "/certificate/{}/download/format/{}", certificate_download},
    {"GET", "/certificate/{}/download/platform", certificate_download_platform},
    {"GET", "/certificate/{}/download/platform/{}", certificate_download_platform},
    {"GET", "/certificate/{}/chain", certificate_chain_get},
    {"PUT", "/certificate/{}/revoke", certificate_revoke_put},
    {"GET", "/request", request_list},
    {"GET", "/request/{}", request_get},
    {"PUT", "/request/{}/status", request_status_put},
    {"POST", "/domain", domain_post},
    {"GET", "/domain", domain_list},
    {"GET", "/domain/{}", domain_get},
    {"PUT", "/domain/{}/dcv/method", domain_method_put},
    {"PUT", "/domain/{}/dcv/validate-token", domain_validate_put},
    {"PUT", "/domain/{}/activate", domain_activate_put},
    {"PUT", "/domain/{}/deactivate", domain_deactivate_put},
    {"GET", "/organization", organization_list},
    {"POST", "/organization", organization_post},
    {"GET", "/organization/{}", organization_get},
    {"GET", "/organization/{}/validation", organization_validation_get},
    {"POST", "/organization/{}/validation", organization_validation_post},
    {"GET", "/product", product_list},
    {"GET", "/product/{}", product_get},
    {"GET", "/user/me", user_me_get},
    {"GET", "/container", container_list},
    {"GET", "/container/{}", container_get},
    {"GET", "/account/metadata", metadata_list},
};

/* The path without the API's base; NULL: it is not below it. */
static const char *inner_path(const struct sim_request *request)
{
    const char *path = sim_path(request);
    size_t len = strlen(DIGICERT_BASE);

    return strncmp(path, DIGICERT_BASE "/", len + 1) == 0 ? path + len : NULL;
}

static const struct route *find(struct sim_request *request, char *args[CALL_ARGS])
{
    const char *path = inner_path(request);

    for (size_t i = 0; path != NULL && i < sizeof routes / sizeof *routes; i++)
        if (strcmp(routes[i].method, sim_method(request)) == 0 &&
            path_fits(request, routes[i].path, path, args))
            return &routes[i];
    return NULL;
}

const char *digicert_route_name(struct sim_request *request)
{
    char *args[CALL_ARGS] = {0};
    const struct route *route = find(request, args);

    return route == NULL ? NULL : mem_printf(request, "%s %s", route->method, route->path);
}

/* A body must be a JSON object; only a PUT and a GET may have none. */
static bool read_body(struct call *call, struct refusal *why)
{
    call->body = sim_json(call->request);
    if (json_is_object(call->body))
        return true;
    call->body = NULL;
    if (sim_body(call->request).len == 0 && strcmp(sim_method(call->request), "POST") != 0)
        return true;
    return refuse(why, 400, "bad_request_format", "The request is not valid JSON.");
}

void digicert_route(struct digicert *dc, struct sim_request *request)
{
    struct call *call = mem_new(request, struct call);
    const struct route *route;
    struct refusal why;

    call->dc = dc;
    call->request = request;
    route = find(request, call->args);
    if (route == NULL)
        call_refuse_with(call, 404, "not_found|route", "The specified route was not found.");
    else if (!account_caller(dc, sim_header(request, "X-DC-DEVKEY"), &call->caller, &why) ||
             !account_may_call(&call->caller, route->method, route->path, &why) ||
             !read_body(call, &why))
        call_refuse(call, &why);
    else
        route->run(call);
}
