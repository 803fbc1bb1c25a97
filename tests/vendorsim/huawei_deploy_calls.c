/* huawei_deploy_calls - certificates handed on to other services of the cloud (7.10).
 *
 * Where a certificate went stands in its row: "pushed":["ELB cn-north-4"].
 */
#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/huawei_calls.h"
#include "tests/vendorsim/huawei_json.h"

static bool is_one_of(const char *text, const char *const *list)
{
    for (; text != NULL && *list != NULL; list++)
        if (strcmp(text, *list) == 0)
            return true;
    return false;
}

static const char *const services[] = {"CDN", "WAF", "ELB", NULL};
static const char *const projects[] = {"cn-north-4", "ap-southeast-1", NULL};

/* HW-CSR-1: only what Huawei has the key of. */
static bool may_leave(const json_t *certificate, const char *service, struct hw_refusal *why)
{
    if (!is_one_of(service, services))
        return hw_refuse(why, "SCM.0030", "the service is CDN, WAF or ELB");
    if (!row_is(certificate, "status", "ISSUED") && !row_is(certificate, "status", "UPLOAD"))
        return hw_refuse(why, "SCM.0010", "the status is %s", row_text(certificate, "status"));
    if (!hw_certificate_has_key(certificate))
        return hw_refuse(why, "SCM.0059", "HW-CSR-1: its key is not at Huawei");
    return true;
}

static bool push(struct hw_call *call, json_t *certificate, const char *service,
    const char *project, struct hw_refusal *why)
{
    if (!may_leave(certificate, service, why))
        return false;
    if (strcmp(service, "CDN") != 0 && !is_one_of(project, projects))
        return hw_refuse(why, "SCM.0069", "target_project");
    array_add_text(row_array(certificate, "pushed"),
        mem_printf(call->request, "%s %s", service, project == NULL ? "" : project));
    hw_touch(call->hw, CERTIFICATE, certificate);
    return true;
}

void hw_certificate_push(struct hw_call *call)
{
    json_t *certificate = hw_call_certificate(call, call->args[0]);
    struct hw_refusal why;

    if (certificate == NULL)
        return;
    if (push(call, certificate, row_text(call->body, "target_service"),
            row_text(call->body, "target_project"), &why))
        hw_call_answer(call, 204, NULL);
    else
        hw_call_refuse(call, &why);
}

void hw_certificate_batch_push(struct hw_call *call)
{
    json_t *certificate = hw_call_certificate(call, call->args[0]), *results;
    const json_t *targets = json_object_get(call->body, "target_projects");
    const char *service = row_text(call->body, "target_service");
    struct hw_refusal why;

    if (certificate == NULL)
        return;
    if (!may_leave(certificate, service, &why)) {
        hw_call_refuse(call, &why);
        return;
    }
    results = json_array();
    for (size_t i = 0; i < json_array_size(targets); i++) {
        const char *project = json_string_value(json_array_get(targets, i));
        bool done = push(call, certificate, service, project, &why);

        json_array_append_new(
            results, json_pack("{s:s?,s:s?,s:s}", "project_name", project, "cert_id",
                         done ? call->args[0] : NULL, "message", done ? "success" : why.detail));
    }
    hw_call_answer(call, 200, json_pack("{s:o}", "results", results));
}

void hw_certificate_deploy(struct hw_call *call)
{
    json_t *certificate = hw_call_certificate(call, call->args[0]);
    const char *service = row_text(call->body, "service_name");
    struct hw_refusal why;

    if (certificate == NULL)
        return;
    if (push(call, certificate, service, row_text(call->body, "project_name"), &why))
        hw_call_answer(call, 200, json_pack("{s:[]}", "failure_list"));
    else
        hw_call_refuse(call, &why);
}

/* Of each certificate that was asked for and is the caller's. */
void hw_deployed_list(struct hw_call *call)
{
    const json_t *ids = json_object_get(call->body, "certificate_ids");
    json_t *results = json_array();

    for (size_t i = 0; i < json_array_size(ids); i++) {
        const char *id = json_string_value(json_array_get(ids, i));
        const json_t *certificate = id == NULL ? NULL : state_get(call->hw->state, CERTIFICATE, id);
        json_t *list = json_array();
        const json_t *pushed = json_object_get(certificate, "pushed");

        for (size_t n = 0; n < json_array_size(pushed); n++) {
            const char *where = json_string_value(json_array_get(pushed, n));

            json_array_append_new(list, json_pack("{s:s%}", "service", where, strcspn(where, " ")));
        }
        if (row_is(certificate, "account", row_text(call->caller.account, "id")))
            json_array_append_new(
                results, json_pack("{s:s,s:I,s:O}", "certificate_id", id, "total_num",
                             (json_int_t)json_array_size(list), "deployed_resources", list));
        json_decref(list);
    }
    hw_call_answer(call, 200, json_pack("{s:o}", "results", results));
}
