/* digicert_dcv_calls - control of names: what has to be published, and whether it is there (13).
 *
 * A check asks DNS (or HTTP) for all names at once and answers when the last of them is known.
 */
#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/digicert_calls.h"
#include "tests/vendorsim/digicert_certificate.h"
#include "tests/vendorsim/digicert_domain.h"
#include "tests/vendorsim/digicert_order.h"
#include "tests/vendorsim/digicert_poll.h"

static void refuse_missing(struct call *call, enum dcv_method method)
{
    if (method == DCV_HTTP || method == DCV_HTTP_DYNAMIC)
        call_refuse_with(call, 400, "file_random_value_not_found",
            "Could not find the random value at the expected file location for one or more "
            "domains.");
    else
        call_refuse_with(call, 400, "invalid_dns_txt",
            "Could not find a valid TXT record for one or more domains.");
}

static void refuse_method(struct call *call)
{
    call_refuse_with(
        call, 400, "invalid_dns_method", "An error occurred while processing your request.");
}

/* Orders. */

struct check {
    struct call *call;
    int64_t order, certificate;
    enum dcv_method method;
    size_t waiting;
    struct probe *probes;
    size_t probes_len;
};
struct probe {
    struct check *check;
    char *name;
    bool found;
};

static void answer_check(struct check *check, bool complete)
{
    struct digicert *dc = check->call->dc;
    const json_t *order = digicert_get(dc, ORDER, check->order);
    json_t *json = json_object(), *names = row_array(json, "dns_name_validations");

    row_copy(json, order, "status");
    json_object_set(json, "order_status", json_object_get(json, "status"));
    json_object_del(json, "status");
    row_set_int(json, "certificate_id", check->certificate);
    row_set_text(json, "dcv_status", complete ? "valid" : "pending");
    for (size_t i = 0; i < check->probes_len; i++)
        json_array_append_new(
            names, json_pack("{s:s,s:s}", "dns_name", check->probes[i].name, "status",
                       check->probes[i].found ? "approved" : "pending"));
    call_answer(check->call, 200, json);
}

static void settle_check(struct check *check)
{
    struct digicert *dc = check->call->dc;
    json_t *certificate = digicert_get(dc, CERTIFICATE, check->certificate);
    bool is_file = check->method == DCV_HTTP || check->method == DCV_HTTP_DYNAMIC;
    bool complete = true;

    for (size_t i = 0; i < check->probes_len; i++) {
        if (check->probes[i].found)
            scope_shown(dc, certificate, scope_named(certificate, check->probes[i].name));
        complete = complete && check->probes[i].found;
    }
    orders_go_on(dc);
    if (complete || (!is_file && sim_bool(dc->sim, "dcv_lenient")))
        answer_check(check, complete);
    else
        refuse_missing(check->call, check->method);
}

static void on_probed(void *arg, bool found, const char *why)
{
    struct probe *probe = arg;

    probe->found = found;
    if (!found)
        sim_note(probe->check->call->request, "%s: %s", probe->name, why);
    if (--probe->check->waiting == 0)
        settle_check(probe->check);
}

static void begin_check(struct call *call, const json_t *order, const json_t *certificate)
{
    const json_t *scopes = json_object_get(certificate, "scopes");
    struct check *check = mem_new(call->request, struct check);
    size_t len = json_array_size(scopes);

    *check = (struct check){.call = call,
        .order = row_int(order, "id"),
        .certificate = row_int(certificate, "id"),
        .method = dcv_method_of(row_text(order, "dcv_method"))};
    check->probes = mem_new_array(check, struct probe, len + 1);
    for (size_t i = 0; i < len; i++)
        if (!scope_is_shown(call->dc, json_array_get(scopes, i), digicert_now(call->dc)))
            check->probes[check->probes_len++] = (struct probe){.check = check,
                .name = mem_strdup(check, row_text(json_array_get(scopes, i), "name"))};
    check->waiting = check->probes_len;
    for (size_t i = 0; i < check->probes_len; i++)
        dcv_look_for(
            call->dc, check->method, check->probes[i].name, order, on_probed, &check->probes[i]);
    if (check->probes_len == 0)
        answer_check(check, true);
}

/* The certificate of the order that waits for validation; else the call is refused. */
static json_t *awaited(struct call *call, const json_t *order)
{
    json_t *certificate = order_pending(call->dc, order);

    if (certificate != NULL && row_bool(certificate, "approved"))
        return certificate;
    call_refuse_with(
        call, 400, "sim|invalid_order_status", "The order does not wait for validation.");
    return NULL;
}

void order_check_dcv_put(struct call *call)
{
    json_t *order = call_order(call, call->args[0]), *certificate;

    if (order == NULL || (certificate = awaited(call, order)) == NULL)
        return;
    if (row_is(order, "dcv_method", dcv_word(DCV_EMAIL)))
        refuse_method(call);
    else
        begin_check(call, order, certificate);
}

static void answer_value(struct call *call, const json_t *order)
{
    json_t *json = json_object();

    if (!row_is(order, "dcv_method", dcv_word(DCV_EMAIL))) {
        row_set_text(json, "dcv_random_value", row_text(order, "random_value"));
        row_put_time(json, "expiration_date", row_int(order, "random_until_s"));
    }
    call_answer(call, 200, json);
}

void order_random_value_put(struct call *call)
{
    json_t *order = call_order(call, call->args[0]);

    if (order == NULL || awaited(call, order) == NULL)
        return;
    if (row_is(order, "dcv_method", dcv_word(DCV_EMAIL))) {
        refuse_method(call);
        return;
    }
    if (row_int(order, "random_until_s") <= digicert_now(call->dc))
        dcv_renew_value(call->dc, order);
    digicert_touch(call->dc, ORDER, order);
    answer_value(call, order);
}

void order_dcv_method_put(struct call *call)
{
    json_t *order = call_order(call, call->args[0]), *certificate;

    if (order == NULL || (certificate = awaited(call, order)) == NULL)
        return;
    if (dcv_method_of(row_text(call->body, "dcv_method")) == DCV_METHODS) {
        call_refuse_with(call, 400, "sim|invalid_dcv_method", "The DCV method is not known.");
        return;
    }
    row_copy(order, call->body, "dcv_method");
    if (row_int(order, "random_until_s") <= digicert_now(call->dc))
        dcv_renew_value(call->dc, order);
    digicert_touch(call->dc, ORDER, order);
    poll_certificate(call->dc, certificate);
    answer_value(call, order);
}

/* Domains. */

struct domain_check {
    struct call *call;
    int64_t domain;
    enum dcv_method method;
};

static void on_domain_probed(void *arg, bool found, const char *why)
{
    struct domain_check *check = arg;
    struct digicert *dc = check->call->dc;

    if (!found) {
        sim_note(check->call->request, "%s", why);
        refuse_missing(check->call, check->method);
        return;
    }
    domain_validated(dc, digicert_get(dc, DOMAIN, check->domain), digicert_now(dc));
    orders_go_on(dc);
    call_answer(check->call, 200, json_pack("{s:s}", "status", "active"));
}

void domain_validate_put(struct call *call)
{
    json_t *domain = call_row(call, DOMAIN, call->args[0]);
    struct domain_check *check;

    if (domain == NULL)
        return;
    check = mem_new(call->request, struct domain_check);
    *check = (struct domain_check){.call = call,
        .domain = row_int(domain, "id"),
        .method = dcv_method_of(row_text(domain, "method"))};
    if (check->method == DCV_EMAIL)
        refuse_method(call);
    else
        dcv_look_for(
            call->dc, check->method, row_text(domain, "name"), domain, on_domain_probed, check);
}
