/* tencent_portal - see tencent_portal.h. */
#include "tests/vendorsim/tencent_portal.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/names.h"
#include "tests/vendorsim/tencent_account.h"
#include "tests/vendorsim/tencent_csr.h"
#include "tests/vendorsim/tencent_order.h"
#include "tests/vendorsim/tencent_validation.h"

#define PRODUCT_DEFAULT 25
#define COUNT_MAX       100000

static json_t *numbered_names(void *mem, const json_t *names, int64_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < json_array_size(names); i++)
        array_add_text(list, name_numbered(mem, json_string_value(json_array_get(names, i)), n));
    return list;
}

void tc_portal_finish(struct tencent *tc, json_t *certificate)
{
    while (tc_certificate_is_pending(certificate) &&
           !tc_certificate_is_at(certificate, TC_STEP_ISSUE)) {
        if (tc_certificate_is_at(certificate, TC_STEP_DCV))
            tc_certificate_validated(tc, certificate);
        else
            tc_certificate_step(tc, certificate);
    }
}

static bool check_body(const json_t *body, struct tc_refusal *why)
{
    const json_t *names = json_object_get(body, "names");
    int64_t product = row_int(body, "product");
    int64_t count = json_object_get(body, "count") == NULL ? 1 : row_int(body, "count");

    if (product != 0 && tc_product(product) == NULL)
        return tc_refuse(why, "sim", "there is no product %" PRId64, product);
    if (count < 1 || count > COUNT_MAX)
        return tc_refuse(why, "sim", "count is 1 to %d", COUNT_MAX);
    for (size_t i = 0; i < json_array_size(names); i++)
        if (!json_is_string(json_array_get(names, i)))
            return tc_refuse(why, "sim", "names are texts");
    return json_array_size(names) > 0 || tc_refuse(why, "sim", "names are needed");
}

/* What the CSR and its key are, by the record's own names unless one is given. */
static bool take_csr(
    const struct tencent *tc, json_t *certificate, const json_t *body, struct tc_refusal *why)
{
    static const struct tc_csr_codes codes = {"sim", "sim", "sim"};
    static const struct tc_algorithm usual = {KEY_P256, 0}, free_one = {KEY_RSA, 2048};
    const struct tc_product *product = tc_certificate_product(certificate);
    const json_t *names = json_object_get(certificate, "names");
    const char *csr = row_text(body, "csr");

    if (csr == NULL) {
        tc_csr_make(certificate, product->is_free ? &free_one : &usual);
        return true;
    }
    if (!tc_csr_check(product, csr, json_string_value(json_array_get(names, 0)),
            tc_csr_needs_name(tc), &codes, why))
        return false;
    row_set_text(certificate, "csr", csr);
    return true;
}

static const char *or_else(const char *text, const char *otherwise)
{
    return text == NULL ? otherwise : text;
}

/* One record in state 5, filled in; NULL and why. */
static json_t *fill(
    struct tencent *tc, void *mem, const json_t *body, int64_t n, struct tc_refusal *why)
{
    int64_t product = row_int(body, "product");
    json_t *names = numbered_names(mem, json_object_get(body, "names"), n);
    const char *name = json_string_value(json_array_get(names, 0));
    json_t *certificate =
        tc_certificate_add(tc, TC_ACCOUNT, product == 0 ? PRODUCT_DEFAULT : product, TC_KIND_NEW);
    bool good;

    row_set_int(certificate, "domain_num", (int64_t)json_array_size(names));
    row_set_int(certificate, "years", row_int(body, "years") > 1 ? row_int(body, "years") : 1);
    row_set_bool(certificate, "portal", true);
    row_set_text(certificate, "organization", row_text(body, "organization"));
    row_set_int(certificate, "company_type", row_text(body, "organization") == NULL ? 1 : 2);
    row_set_text(certificate, "method", or_else(row_text(body, "method"), "DNS"));
    row_set_text(certificate, "alias", name_numbered(mem, or_else(row_text(body, "alias"), ""), n));
    good = tc_order_set_names(certificate, name, names, "sim", why) &&
           take_csr(tc, certificate, body, why);
    json_decref(names);
    if (good)
        return certificate;
    state_remove(tc->state, TC_CERTIFICATE, row_text(certificate, "id"));
    return NULL;
}

static void submit(struct tencent *tc, json_t *certificate, const json_t *body)
{
    if (json_is_false(json_object_get(body, "submitted")))
        return;
    tc_certificate_start(
        tc, certificate, tc_order_steps(tc_certificate_product(certificate), true));
    if (!json_is_false(json_object_get(body, "validated")))
        tc_portal_finish(tc, certificate);
    if (row_bool(body, "uploaded"))
        row_set_text(certificate, "kind", TC_KIND_UPLOAD);
    tc_certificate_touch(tc, certificate);
}

json_t *tc_portal_buy(struct tencent *tc, const json_t *body, struct tc_refusal *why)
{
    int64_t count = json_object_get(body, "count") == NULL ? 1 : row_int(body, "count");
    json_t *ids;

    if (!check_body(body, why))
        return NULL;
    ids = json_array();
    for (int64_t n = 1; n <= count; n++) {
        void *mem = mem_pool(NULL, 8192);
        json_t *certificate = fill(tc, mem, body, n, why);

        mem_free(mem);
        if (certificate == NULL) {
            json_decref(ids);
            return NULL;
        }
        submit(tc, certificate, body);
        array_add_text(ids, row_text(certificate, "id"));
    }
    return ids;
}
