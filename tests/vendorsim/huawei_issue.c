/* huawei_issue - see huawei_issue.h. */
#include "tests/vendorsim/huawei_issue.h"

#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/huawei_product.h"
#include "tests/vendorsim/names.h"

#define FREE_DAYS 90

static int64_t lasts_until(const struct huawei *hw, const json_t *certificate)
{
    int64_t days =
        hw_product_is_free(certificate) ? FREE_DAYS : sim_int(hw->sim, "certificate_days");

    if (row_int(certificate, "first_issued_s") > 0)
        return row_int(certificate, "not_after_s");
    return hw_now(hw) + days * DAY_S - 1;
}

/* All names, NULL-terminated, on `mem`; the texts are the row's. */
static const char **names_list(void *mem, const json_t *form)
{
    const json_t *sans = json_object_get(form, "sans");
    const char **list = mem_new_array(mem, const char *, json_array_size(sans) + 2);

    list[0] = row_text(form, "domain");
    for (size_t i = 0; i < json_array_size(sans); i++)
        list[i + 1] = json_string_value(json_array_get(sans, i));
    return list;
}

static enum err_code sign(struct huawei *hw, const json_t *certificate, struct ca_leaf *leaf,
    char serial[CA_SERIAL_SIZE], struct err *e)
{
    const json_t *form = json_object_get(certificate, "form");
    void *mem = mem_pool(NULL, 8192);
    bool key_ok;

    *leaf = (struct ca_leaf){.names = names_list(mem, form),
        .not_before_s = hw_now(hw),
        .not_after_s = lasts_until(hw, certificate)};
    if (strlen(leaf->names[0]) <= COMMON_NAME_MAX)
        leaf->common_name = leaf->names[0];
    if (ca_read_csr(mem, row_text(form, "csr"), &leaf->spki, &key_ok, e) == ERR_OK)
        ca_issue(sim_ca(hw->sim), leaf, serial, e);
    mem_free(mem);
    return e->code;
}

enum err_code hw_issue(struct huawei *hw, json_t *certificate, struct err *e)
{
    char serial[CA_SERIAL_SIZE];
    struct ca_leaf leaf;

    if (sign(hw, certificate, &leaf, serial, e) != ERR_OK)
        return e->code;
    row_set_text(certificate, "serial", serial);
    array_add_text(row_array(certificate, "serials"), serial);
    row_set_int(certificate, "issued_s", hw_now(hw));
    row_set_int(certificate, "not_before_s", leaf.not_before_s);
    row_set_int(certificate, "not_after_s", leaf.not_after_s);
    if (row_int(certificate, "first_issued_s") == 0)
        row_set_int(certificate, "first_issued_s", hw_now(hw));
    return ERR_OK;
}
