/* digicert_account_calls - domains, organizations, products, the account itself (13.3, 14, 15). */
#include <string.h>

#include "tests/vendorsim/digicert_calls.h"
#include "tests/vendorsim/digicert_domain.h"
#include "tests/vendorsim/digicert_organization.h"
#include "tests/vendorsim/digicert_poll.h"
#include "tests/vendorsim/digicert_product.h"
#include "tests/vendorsim/names.h"

/* Lists of the account's rows of a kind. */

typedef json_t *(*row_shape)(const struct call *call, const json_t *row);

static void list_rows(struct call *call, const char *kind, const char *member, row_shape shape)
{
    json_t *all = state_all(call->dc->state, kind), *row, *list = json_array(), *body;
    const char *status = sim_param(call->request, "filters[status]"), *id;
    struct page page = call_page(call);

    json_object_foreach(all, id, row)
    {
        json_t *shown;

        if (row_int(row, "account") != call->caller.account)
            continue;
        shown = shape(call, row);
        if ((status == NULL || row_is(shown, "status", status)) && page_takes(&page))
            json_array_append(list, shown);
        json_decref(shown);
    }
    body = json_pack("{s:o}", member, list);
    page_put(&page, body);
    call_answer(call, 200, body);
}

/* Domains. */

static json_t *domain_shape(const struct call *call, const json_t *domain)
{
    json_t *json = domain_json(call->dc, domain, call_asks(call, "include_dcv"));

    if (!call_asks(call, "include_validation"))
        json_object_del(json, "validations");
    return json;
}

void domain_list(struct call *call)
{
    list_rows(call, DOMAIN, "domains", domain_shape);
}

void domain_get(struct call *call)
{
    json_t *domain = call_row(call, DOMAIN, call->args[0]);

    if (domain != NULL)
        call_answer(call, 200, domain_shape(call, domain));
}

static enum dcv_method asked_method(const struct call *call)
{
    const char *word = row_text(call->body, "dcv_method");

    if (word == NULL)
        word = row_text(json_object_get(call->body, "dcv"), "method");
    return word == NULL ? DCV_EMAIL : dcv_method_of(word);
}

static bool check_domain(const struct call *call, struct refusal *why)
{
    const char *name = row_text(call->body, "name");
    int64_t organization = row_int(json_object_get(call->body, "organization"), "id");
    const json_t *owner = digicert_get(call->dc, ORGANIZATION, organization);

    if (name == NULL || strncmp(name, "*.", 2) == 0 || !name_is_good(name, false))
        return refuse(why, 400, "sim|invalid_domain", "The domain's name is not valid.");
    if (owner == NULL || row_int(owner, "account") != call->caller.account)
        return refuse(why, 400, "sim|invalid_organization", "The organization is unknown.");
    if (asked_method(call) == DCV_METHODS)
        return refuse(why, 400, "sim|invalid_dcv_method", "The DCV method is not known.");
    return true;
}

void domain_post(struct call *call)
{
    struct refusal why;
    json_t *domain, *json;

    if (!check_domain(call, &why)) {
        call_refuse(call, &why);
        return;
    }
    domain = domain_add(call->dc, call->caller.account, row_text(call->body, "name"),
        row_int(json_object_get(call->body, "organization"), "id"));
    row_set_text(domain, "method", dcv_word(asked_method(call)));
    poll_domain(call->dc, domain);
    json = json_object();
    row_copy(json, domain, "id");
    json_object_set_new(json, "dcv_token", domain_token_json(domain));
    call_answer(call, 201, json);
}

void domain_method_put(struct call *call)
{
    json_t *domain = call_row(call, DOMAIN, call->args[0]), *json;

    if (domain == NULL)
        return;
    if (asked_method(call) == DCV_METHODS) {
        call_refuse_with(call, 400, "sim|invalid_dcv_method", "The DCV method is not known.");
        return;
    }
    row_set_text(domain, "method", dcv_word(asked_method(call)));
    dcv_renew_value(call->dc, domain);
    digicert_touch(call->dc, DOMAIN, domain);
    poll_domain(call->dc, domain);
    json = json_object();
    if (asked_method(call) != DCV_EMAIL)
        json_object_set_new(json, "dcv_token", domain_token_json(domain));
    call_answer(call, 200, json);
}

static void set_active(struct call *call, bool active)
{
    json_t *domain = call_row(call, DOMAIN, call->args[0]);

    if (domain == NULL)
        return;
    row_set_bool(domain, "is_active", active);
    digicert_touch(call->dc, DOMAIN, domain);
    call_answer(call, 204, NULL);
}

void domain_activate_put(struct call *call)
{
    set_active(call, true);
}

void domain_deactivate_put(struct call *call)
{
    set_active(call, false);
}

/* Organizations. */

static json_t *organization_shape(const struct call *call, const json_t *organization)
{
    return organization_json(call->dc, organization, call_asks(call, "include_validation"));
}

void organization_list(struct call *call)
{
    list_rows(call, ORGANIZATION, "organizations", organization_shape);
}

void organization_get(struct call *call)
{
    json_t *organization = call_row(call, ORGANIZATION, call->args[0]);

    if (organization != NULL)
        call_answer(call, 200, organization_shape(call, organization));
}

void organization_post(struct call *call)
{
    static const char *const members[] = {
        "address", "zip", "city", "state", "country", "telephone", NULL};
    const char *name = row_text(call->body, "name");
    json_t *organization, *json;

    if (name == NULL) {
        call_refuse_with(call, 400, "sim|invalid_organization", "The organization has no name.");
        return;
    }
    organization = organization_add(call->dc, call->caller.account, name);
    for (size_t i = 0; members[i] != NULL; i++)
        row_copy(organization, call->body, members[i]);
    json = json_object();
    row_copy(json, organization, "id");
    call_answer(call, 201, json);
}

void organization_validation_get(struct call *call)
{
    json_t *organization = call_row(call, ORGANIZATION, call->args[0]);

    if (organization != NULL)
        call_answer(call, 200,
            json_pack(
                "{s:o}", "validations", organization_validations_json(call->dc, organization)));
}

void organization_validation_post(struct call *call)
{
    json_t *organization = call_row(call, ORGANIZATION, call->args[0]);
    const json_t *asked;

    if (organization == NULL)
        return;
    asked = json_object_get(call->body, "validations");
    for (size_t i = 0; i < json_array_size(asked); i++)
        for (enum level level = LEVEL_OV; level <= LEVEL_EV; level++)
            if (row_is(json_array_get(asked, i), "type", level_word(level)))
                organization_submit(call->dc, organization, level);
    call_answer(call, 204, NULL);
}

/* Products. */

void product_list(struct call *call)
{
    json_t *list = json_array();
    const struct product *product;

    for (size_t i = 0; (product = product_at(call->dc, i)) != NULL; i++)
        json_array_append_new(list, product_json(call->dc, product, false));
    call_answer(call, 200, json_pack("{s:o}", "products", list));
}

void product_get(struct call *call)
{
    const struct product *product = product_find(call->dc, call->args[0]);

    if (product == NULL)
        call_refuse_with(call, 404, "not_found|product", "The specified product was not found.");
    else
        call_answer(call, 200, product_json(call->dc, product, true));
}

/* The account. */

void user_me_get(struct call *call)
{
    call_answer(call, 200, account_me_json(&call->caller));
}

void container_list(struct call *call)
{
    call_answer(call, 200, json_pack("{s:[o]}", "containers", account_container_json(true)));
}

void container_get(struct call *call)
{
    int64_t id;

    if (parse_int(call->args[0], &id) && id == CONTAINER)
        call_answer(call, 200, account_container_json(true));
    else
        call_refuse_with(call, 404, "not_found", "The container was not found.");
}

void metadata_list(struct call *call)
{
    call_answer(call, 200, json_pack("{s:[]}", "metadata"));
}
