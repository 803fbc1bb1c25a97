/* digicert_order_calls - orders, reissues, duplicates, revocation, approval (3, 5, 7 to 12). */
#include <string.h>

#include "tests/vendorsim/digicert_calls.h"
#include "tests/vendorsim/digicert_certificate.h"
#include "tests/vendorsim/digicert_form.h"
#include "tests/vendorsim/digicert_json.h"
#include "tests/vendorsim/digicert_order.h"
#include "tests/vendorsim/digicert_request.h"

static void answer_with(struct call *call, const json_t *order, const json_t *certificate)
{
    sim_note(call->request, "order %lld, %s certificate %lld %s", (long long)row_int(order, "id"),
        row_text(certificate, "kind"), (long long)row_int(certificate, "id"),
        row_text(certificate, "status"));
    call_answer(call, 201, answer_json(call->dc, order, certificate, sim_spoil(call->request)));
}

void order_post(struct call *call)
{
    const struct product *product = product_find(call->dc, call->args[0]);
    struct refusal why;
    json_t *order;

    if (product == NULL)
        call_refuse_with(call, 404, "not_found|product", "The specified product was not found.");
    else if ((order = order_place(call->dc, &call->caller, product, call->body, &why)) == NULL)
        call_refuse(call, &why);
    else
        answer_with(call, order, certificate_of(call->dc, order, 0));
}

/* include_caa_status: what CAA says about each name that the order waits with (5). */
static json_t *caa_status(struct digicert *dc, const json_t *order)
{
    const json_t *names = json_object_get(certificate_of(dc, order, 0), "names");
    json_t *json = json_object();
    struct refusal why;

    for (size_t i = 0; i < json_array_size(names); i++) {
        json_t *one = json_pack("[O]", json_array_get(names, i));

        row_set_text(json, json_string_value(json_array_get(names, i)),
            form_check_caa(dc, one, &why) ? "CAA permits to issue." : why.message);
        json_decref(one);
    }
    return json;
}

void order_get(struct call *call)
{
    json_t *order = call_order(call, call->args[0]), *json;

    if (order == NULL)
        return;
    json = order_info_json(call->dc, order);
    if (call_asks(call, "include_caa_status") && row_is(order, "status", "pending"))
        json_object_set_new(json, "caa_status_message", caa_status(call->dc, order));
    call_answer(call, 200, json);
}

void order_validation_get(struct call *call)
{
    json_t *order = call_order(call, call->args[0]);

    if (order != NULL)
        call_answer(call, 200, order_validation_json(call->dc, order));
}

typedef json_t *(*add_certificate)(struct digicert *dc, const struct caller *caller, json_t *order,
    const json_t *body, struct refusal *why);

static void post_certificate(struct call *call, add_certificate add)
{
    json_t *order = call_order(call, call->args[0]), *certificate;
    struct refusal why;

    if (order == NULL)
        return;
    certificate = add(call->dc, &call->caller, order, call->body, &why);
    if (certificate == NULL)
        call_refuse(call, &why);
    else
        answer_with(call, order, certificate);
}

void reissue_post(struct call *call)
{
    post_certificate(call, order_reissue);
}

void duplicate_post(struct call *call)
{
    post_certificate(call, order_duplicate);
}

static void list_certificates(struct call *call, const char *kind)
{
    json_t *order = call_order(call, call->args[0]), *certificate, *list;

    if (order == NULL)
        return;
    list = json_array();
    for (size_t i = 0; (certificate = certificate_of(call->dc, order, i)) != NULL; i++)
        if (row_is(certificate, "kind", kind))
            json_array_append_new(list, certificate_row_json(call->dc, certificate));
    call_answer(call, 200, json_pack("{s:o}", "certificates", list));
}

void reissue_list(struct call *call)
{
    list_certificates(call, REISSUE);
}

void duplicate_list(struct call *call)
{
    list_certificates(call, DUPLICATE);
}

static void revoke(struct call *call, json_t *order, json_t *certificate)
{
    json_t *request;
    struct refusal why;

    if (!order_revoke(call->dc, &call->caller, order, certificate, call->body, &request, &why))
        call_refuse(call, &why);
    else if (request == NULL)
        call_answer(call, 204, NULL);
    else
        call_answer(call, 201, request_revocation_json(call->dc, request));
}

void certificate_revoke_put(struct call *call)
{
    json_t *certificate = call_certificate(call, call->args[0]);

    if (certificate != NULL)
        revoke(call, digicert_get(call->dc, ORDER, row_int(certificate, "order")), certificate);
}

void order_revoke_put(struct call *call)
{
    json_t *order = call_order(call, call->args[0]);

    if (order != NULL)
        revoke(call, order, NULL);
}

void order_status_put(struct call *call)
{
    json_t *order = call_order(call, call->args[0]);
    struct refusal why;

    if (order == NULL)
        return;
    if (!row_is(call->body, "status", "canceled") && !row_is(call->body, "status", "CANCELED"))
        call_refuse_with(call, 400, "sim|invalid_order_status", "The status cannot be set.");
    else if (!order_cancel(call->dc, order, row_text(call->body, "note"), &why))
        call_refuse(call, &why);
    else
        call_answer(call, 204, NULL);
}

void order_note_post(struct call *call)
{
    json_t *order = call_order(call, call->args[0]);
    const char *text;

    if (order == NULL)
        return;
    text = row_text(call->body, "text");
    if (text == NULL) {
        call_refuse_with(call, 400, "sim|note_required", "There is no text.");
        return;
    }
    array_add_text(row_array(order, "notes"), text);
    digicert_touch(call->dc, ORDER, order);
    call_answer(call, 204, NULL);
}

void order_auto_reissue_put(struct call *call)
{
    json_t *order = call_order(call, call->args[0]);

    if (order == NULL)
        return;
    row_set_int(order, "auto_reissue", row_int(call->body, "auto_reissue") == 1);
    digicert_touch(call->dc, ORDER, order);
    call_answer(call, 204, NULL);
}

/* Requests. */

void request_list(struct call *call)
{
    json_t *all = state_all(call->dc->state, REQUEST), *request, *list = json_array();
    const char *status = sim_param(call->request, "status"), *id;

    json_object_foreach(all, id, request) if (row_int(request, "account") == call->caller.account &&
                                              (status == NULL || row_is(request, "status", status)))
        json_array_append_new(list, request_json(call->dc, request));
    call_answer(call, 200, json_pack("{s:o}", "requests", list));
}

void request_get(struct call *call)
{
    json_t *request = call_row(call, REQUEST, call->args[0]);

    if (request != NULL)
        call_answer(call, 200, request_json(call->dc, request));
}

static bool may_process(const struct call *call, const json_t *request)
{
    int64_t user = row_int(call->caller.user, "id");

    return account_may_approve(&call->caller) &&
           (!sim_bool(call->dc->sim, "second_person") || row_int(request, "user") != user);
}

void request_status_put(struct call *call)
{
    json_t *request = call_row(call, REQUEST, call->args[0]);
    const char *comment;
    int64_t user;

    if (request == NULL)
        return;
    comment = row_text(call->body, "processor_comment");
    user = row_int(call->caller.user, "id");
    if (!may_process(call, request)) {
        call_refuse_with(
            call, 403, "access_denied|invalid_approver", "The user may not approve this request.");
    } else if (!row_is(request, "status", "pending")) {
        call_refuse_with(
            call, 400, "sim|invalid_request_status", "The request has been processed.");
    } else if (row_is(call->body, "status", "approved")) {
        order_approve(call->dc, request, user, comment);
        call_answer(call, 204, NULL);
    } else if (row_is(call->body, "status", "rejected")) {
        order_reject(call->dc, request, user, comment);
        call_answer(call, 204, NULL);
    } else {
        call_refuse_with(call, 400, "sim|invalid_request_status", "The status is not known.");
    }
}
