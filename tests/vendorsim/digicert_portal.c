/* digicert_portal - see digicert_portal.h. */
#include "tests/vendorsim/digicert_portal.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "tests/vendorsim/csr.h"
#include "tests/vendorsim/digicert_certificate.h"
#include "tests/vendorsim/digicert_client.h"
#include "tests/vendorsim/digicert_order.h"
#include "tests/vendorsim/digicert_organization.h"
#include "tests/vendorsim/names.h"

#define COUNT_MAX     100000
#define ADMINISTRATOR "sim-admin"

/* The body of the n-th order. A new reference. */
static json_t *order_body(void *mem, const json_t *body, int64_t n, const char *csr)
{
    json_t *copy = json_deep_copy(body);
    json_t *certificate = json_object_get(copy, "certificate");
    json_t *names = json_object_get(certificate, "dns_names");
    const char *common_name = row_text(certificate, "common_name");

    if (common_name != NULL)
        row_set_text(certificate, "common_name", name_numbered(mem, common_name, n));
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));

        if (name != NULL)
            json_array_set_new(names, i, json_string(name_numbered(mem, name, n)));
    }
    if (row_text(certificate, "csr") == NULL)
        row_set_text(certificate, "csr", csr);
    if (row_text(certificate, "signature_hash") == NULL)
        row_set_text(certificate, "signature_hash", "sha256");
    if (json_object_get(copy, "organization") == NULL)
        json_object_set_new(
            copy, "organization", json_pack("{s:I}", "id", (json_int_t)ORGANIZATION_FIRST));
    if (json_object_get(copy, "order_validity") == NULL)
        json_object_set_new(copy, "order_validity", json_pack("{s:i}", "years", 1));
    row_set_bool(copy, "skip_approval", true);
    return copy;
}

void portal_show(struct digicert *dc, json_t *certificate)
{
    const json_t *scopes = json_object_get(certificate, "scopes");

    for (size_t i = 0; i < json_array_size(scopes); i++)
        if (!scope_is_shown(dc, json_array_get(scopes, i), digicert_now(dc)))
            scope_shown(dc, certificate, json_array_get(scopes, i));
}

static json_t *buy_one(struct digicert *dc, const struct caller *caller, const json_t *body,
    bool validated, struct refusal *why)
{
    const char *id = row_text(body, "product");
    const struct product *product = product_find(dc, id == NULL ? "ssl_basic" : id);
    json_t *order, *certificate;

    if (product == NULL) {
        refuse(why, 404, "not_found|product", "There is no such product.");
        return NULL;
    }
    order = order_place(dc, caller, product, body, why);
    if (order == NULL)
        return NULL;
    row_set_bool(order, "portal", true);
    certificate = order_pending(dc, order);
    if (validated && certificate != NULL) {
        portal_show(dc, certificate);
        client_follow(dc, certificate, NULL, NULL);
        orders_go_on(dc);
    }
    return order;
}

json_t *portal_buy(struct digicert *dc, const json_t *body, struct refusal *why)
{
    int64_t count = json_object_get(body, "count") == NULL ? 1 : row_int(body, "count");
    bool validated = !json_is_false(json_object_get(body, "validated"));
    json_t *ids = json_array();
    struct caller caller;

    if (count < 1 || count > COUNT_MAX || !account_caller(dc, ADMINISTRATOR, &caller, why)) {
        refuse(why, 400, "sim|invalid_count", "count is 1 to %d", COUNT_MAX);
        json_decref(ids);
        return NULL;
    }
    for (int64_t n = 1; n <= count; n++) {
        void *mem = mem_pool(NULL, 8192);
        json_t *one =
            order_body(mem, body, n, csr_make(mem, &(struct csr_options){.key = KEY_P256}, NULL));
        json_t *order = buy_one(dc, &caller, one, validated, why);

        json_decref(one);
        mem_free(mem);
        if (order == NULL) {
            json_decref(ids);
            return NULL;
        }
        array_add_int(ids, row_int(order, "id"));
    }
    return ids;
}
