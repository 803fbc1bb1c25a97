/* digicert_request - see digicert_request.h. */
#include "tests/vendorsim/digicert_request.h"

#include "tests/vendorsim/digicert_certificate.h"

#define FIRST_ID INT64_C(55120017)

json_t *request_add(struct digicert *dc, const char *type, json_t *order, const json_t *certificate,
    const struct caller *caller, const char *comments)
{
    json_t *request = json_pack("{s:I,s:s,s:s,s:I,s:I,s:I,s:s}", "order",
        (json_int_t)row_int(order, "id"), "type", type, "status", "pending", "account",
        (json_int_t)row_int(order, "account"), "user", (json_int_t)row_int(caller->user, "id"),
        "created_s", (json_int_t)digicert_now(dc), "comments", comments != NULL ? comments : "");

    if (certificate != NULL)
        row_set_int(request, "certificate", row_int(certificate, "id"));
    request = digicert_add(dc, REQUEST, FIRST_ID, request);
    array_add_int(row_array(order, "requests"), row_int(request, "id"));
    digicert_touch(dc, ORDER, order);
    return request;
}

void request_done(struct digicert *dc, json_t *request, const char *status, int64_t processor,
    const char *comment)
{
    row_set_text(request, "status", status);
    row_set_int(request, "processor", processor);
    row_set_int(request, "processed_s", digicert_now(dc));
    row_set_text(request, "processor_comment", comment != NULL ? comment : "");
    digicert_touch(dc, REQUEST, request);
}

json_t *request_of(const struct digicert *dc, const json_t *order, size_t index)
{
    const json_t *ids = json_object_get(order, "requests");

    if (index >= json_array_size(ids))
        return NULL;
    return digicert_get(dc, REQUEST, json_integer_value(json_array_get(ids, index)));
}

bool requests_are_pending(const struct digicert *dc, const json_t *order)
{
    const json_t *request;

    for (size_t i = 0; (request = request_of(dc, order, i)) != NULL; i++)
        if (row_is(request, "status", "pending"))
            return true;
    return false;
}

json_t *request_row_json(const json_t *request)
{
    json_t *json = json_object();

    row_copy(json, request, "id");
    row_put_time(json, "date", row_int(request, "created_s"));
    row_copy(json, request, "type");
    row_copy(json, request, "status");
    row_copy(json, request, "comments");
    return json;
}

json_t *request_revocation_json(const struct digicert *dc, const json_t *request)
{
    json_t *json = request_row_json(request);

    json_object_set_new(json, "requester", account_user_json(dc, row_int(request, "user")));
    return json;
}

static json_t *order_part(const struct digicert *dc, const json_t *request)
{
    const json_t *order = digicert_get(dc, ORDER, row_int(request, "order"));
    const json_t *certificate = digicert_get(dc, CERTIFICATE, row_int(request, "certificate"));
    json_t *json = json_object(), *part = json_object();

    row_copy(json, order, "id");
    row_copy(json, order, "status");
    row_copy(part, certificate, "common_name");
    row_copy(part, certificate, "dns_names");
    row_copy(part, certificate, "csr");
    json_object_set_new(json, "certificate", part);
    json_object_set_new(json, "product", json_pack("{s:s}", "name_id", row_text(order, "product")));
    return json;
}

json_t *request_json(const struct digicert *dc, const json_t *request)
{
    json_t *json = request_revocation_json(dc, request);
    int64_t processor = row_int(request, "processor");

    json_object_set_new(json, "order", order_part(dc, request));
    row_put_time(json, "date_processed", row_int(request, "processed_s"));
    row_copy(json, request, "processor_comment");
    if (processor > 0)
        json_object_set_new(json, "processor", account_user_json(dc, processor));
    return json;
}
