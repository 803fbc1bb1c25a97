/* digicert_call - see digicert_call.h. */
#include "tests/vendorsim/digicert_call.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "tests/vendorsim/digicert_json.h"

#define LIMIT_MAX 1000

/* Shapes as a client may meet them (1.3): ids as strings, members that it does not know, optional
 * members that are not there. */

static bool names_id(const char *member)
{
    size_t len = strlen(member);

    return strcmp(member, "id") == 0 || (len > 3 && strcmp(member + len - 3, "_id") == 0);
}

static void ids_to_strings(json_t *object)
{
    const char *member;
    json_t *value;
    char text[24];
    void *next;

    json_object_foreach_safe(
        object, next, member, value) if (names_id(member) && json_is_integer(value))
    {
        snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        json_object_set_new(object, member, json_string(text));
    }
}

static void drop_optional(json_t *object)
{
    static const char *const optional[] = {"date_created", "days_remaining", "organization_contact",
        "technical_contact", "user", "price", "currency", "container", "ca_cert", "key_size",
        "server_platform", "payment_method", "api_key", "has_duplicates", "validity_years", "page",
        "allow_duplicates", "signature_hash", NULL};

    for (size_t i = 0; optional[i] != NULL; i++)
        json_object_del(object, optional[i]);
}

static void reshape(const struct digicert *dc, json_t *json)
{
    const char *member;
    json_t *value;
    size_t index;

    json_array_foreach(json, index, value) reshape(dc, value);
    if (!json_is_object(json))
        return;
    json_object_foreach(json, member, value) reshape(dc, value);
    if (sim_bool(dc->sim, "ids_as_strings"))
        ids_to_strings(json);
    if (sim_bool(dc->sim, "missing_members"))
        drop_optional(json);
    if (sim_bool(dc->sim, "extra_members"))
        json_object_set_new(json, "sim_extra", json_pack("{s:[i,n,{}]}", "unknown", 1));
}

void call_answer(struct call *call, int status, json_t *body)
{
    reshape(call->dc, body);
    sim_answer(call->request, status, body);
}

void request_refuse(struct digicert *dc, struct sim_request *request, const struct refusal *why)
{
    json_t *error = json_pack("{s:s,s:s}", "code", why->code, "message", why->message);

    if (!sim_bool(dc->sim, "errors_as_object"))
        error = json_pack("[o]", error);
    sim_answer(request, sim_bool(dc->sim, "errors_with_200") ? 200 : why->status,
        json_pack("{s:o}", "errors", error));
}

void call_refuse(struct call *call, const struct refusal *why)
{
    request_refuse(call->dc, call->request, why);
}

void call_refuse_with(struct call *call, int status, const char *code, const char *message)
{
    struct refusal why;

    refuse(&why, status, code, "%s", message);
    call_refuse(call, &why);
}

/* Finding. */

static bool has_thumbprint(const struct digicert *dc, const json_t *certificate, const char *text)
{
    const char *serial = row_text(certificate, "serial");
    char *thumbprint = serial == NULL ? NULL : ca_thumbprint(NULL, sim_ca(dc->sim), serial);
    bool has = thumbprint != NULL && strcasecmp(thumbprint, text) == 0;

    mem_free(thumbprint);
    return has;
}

/* The certificate that a serial number names, or else a thumbprint, for which certificates must be
 * signed. */
static json_t *certificate_by_text(struct digicert *dc, const char *text, bool by_thumbprint)
{
    json_t *all = state_all(dc->state, CERTIFICATE), *certificate;
    const char *id, *serial;

    json_object_foreach(all, id, certificate)
    {
        serial = row_text(certificate, "serial");
        if (serial != NULL && strcasecmp(serial, text) == 0)
            return certificate;
    }
    if (by_thumbprint)
        json_object_foreach(
            all, id, certificate) if (has_thumbprint(dc, certificate, text)) return certificate;
    return NULL;
}

json_t *call_order(struct call *call, const char *arg)
{
    json_t *order = NULL, *certificate;
    int64_t id;

    if (parse_int(arg, &id)) {
        order = digicert_get(call->dc, ORDER, id);
    } else if ((certificate = certificate_by_text(call->dc, arg, true)) != NULL) {
        order = digicert_get(call->dc, ORDER, row_int(certificate, "order"));
        if (row_int(order, "primary") != row_int(certificate, "id"))
            order = NULL;
    }
    if (order != NULL && account_sees(&call->caller, order))
        return order;
    call_refuse_with(call, 404, "not_found|order", "The specified order was not found.");
    return NULL;
}

json_t *call_certificate(struct call *call, const char *arg)
{
    json_t *certificate;
    int64_t id;

    certificate = parse_int(arg, &id) ? digicert_get(call->dc, CERTIFICATE, id)
                                      : certificate_by_text(call->dc, arg, false);
    if (certificate != NULL &&
        account_sees(&call->caller, digicert_get(call->dc, ORDER, row_int(certificate, "order"))))
        return certificate;
    call_refuse_with(call, 404, "not_found", "The specified certificate was not found.");
    return NULL;
}

json_t *call_row(struct call *call, const char *kind, const char *arg)
{
    json_t *row = NULL;
    int64_t id;

    if (parse_int(arg, &id))
        row = digicert_get(call->dc, kind, id);
    if (row != NULL && row_int(row, "account") == call->caller.account)
        return row;
    call_refuse_with(call, 404, "not_found", "It was not found.");
    return NULL;
}

/* Pages. */

struct page call_page(const struct call *call)
{
    struct page page = {.limit = LIMIT_MAX};
    const char *limit = sim_param(call->request, "limit");
    const char *offset = sim_param(call->request, "offset");

    if (limit != NULL)
        parse_int(limit, &page.limit);
    if (page.limit > LIMIT_MAX)
        page.limit = LIMIT_MAX;
    if (offset != NULL)
        parse_int(offset, &page.offset);
    return page;
}

bool page_takes(struct page *page)
{
    int64_t index = page->total++;

    return index >= page->offset && index - page->offset < page->limit;
}

void page_put(const struct page *page, json_t *body)
{
    json_object_set_new(body, "page",
        json_pack("{s:I,s:I,s:I}", "total", (json_int_t)page->total, "limit",
            (json_int_t)page->limit, "offset", (json_int_t)page->offset));
}

bool call_asks(const struct call *call, const char *param)
{
    const char *value = sim_param(call->request, param);

    return value != NULL && (strcmp(value, "true") == 0 || strcmp(value, "1") == 0);
}
