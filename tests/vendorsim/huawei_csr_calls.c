/* huawei_csr_calls - the store of CSRs (7.11).
 *
 * A row: {"id":"0a1b...","account":"9a8b...","name":"acme-1","csr":PEM,"key":PEM or absent,
 * "domain_name":"...","sans":"a,b","private_key_algo":"RSA_2048","usage":"PERSONAL",
 * "company_...":"...","create_ms":1,"update_ms":1}
 */
#include <string.h>

#include "base/key.h"
#include "base/mem.h"
#include "base/rand.h"
#include "tests/vendorsim/csr.h"
#include "tests/vendorsim/huawei_calls.h"
#include "tests/vendorsim/huawei_form.h"

#define TEXT_MAX 63

static const char *const company_members[] = {
    "company_country", "company_province", "company_city", "company_name"};
#define COMPANY_MEMBERS (sizeof company_members / sizeof *company_members)

static json_t *add(struct hw_call *call, json_t *row)
{
    uint8_t octets[16];
    char id[2 * sizeof octets + 1];

    rand_bytes(octets, sizeof octets);
    hex_encode(octets, sizeof octets, id);
    row_set_text(row, "id", id);
    row_set_text(row, "account", row_text(call->caller.account, "id"));
    row_set_int(row, "create_ms", hw_now(call->hw) * 1000);
    row_set_int(row, "update_ms", hw_now(call->hw) * 1000);
    return state_put(call->hw->state, CSR, id, row);
}

static json_t *csr_json(const json_t *row, bool with_csr)
{
    static const char *const members[] = {
        "id", "name", "domain_name", "sans", "private_key_algo", "usage"};
    json_t *json = json_object();

    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        row_copy(json, row, members[i]);
    for (size_t i = 0; i < COMPANY_MEMBERS; i++)
        row_copy(json, row, company_members[i]);
    if (with_csr)
        row_copy(json, row, "csr");
    row_set_int(json, "create_time", row_int(row, "create_ms"));
    row_set_int(json, "update_time", row_int(row, "update_ms"));
    return json;
}

static bool is_name(const char *text)
{
    return text != NULL && *text != '\0' && strlen(text) <= TEXT_MAX;
}

/* What is wrong with the body of a new CSR; NULL: nothing. */
static const char *wrong_in(const json_t *body)
{
    bool is_enterprise = row_is(body, "usage", "ENTERPRISE");

    if (!is_name(row_text(body, "name")))
        return "name";
    if (!is_name(row_text(body, "domain_name")))
        return "domain_name";
    if (!is_enterprise && !row_is(body, "usage", "PERSONAL"))
        return "usage";
    for (size_t i = 0; is_enterprise && i < COMPANY_MEMBERS; i++)
        if (row_text(body, company_members[i]) == NULL)
            return company_members[i];
    return NULL;
}

void hw_csr_create(struct hw_call *call)
{
    const char *wrong = wrong_in(call->body), *algorithm = row_text(call->body, "private_key_algo");
    static const char *const members[] = {
        "name", "domain_name", "sans", "private_key_algo", "usage"};
    json_t *row = json_object();
    char *key = NULL, *csr = NULL;

    if (wrong == NULL) {
        csr = hw_form_make_csr(call->request, algorithm == NULL ? "" : algorithm,
            row_text(call->body, "domain_name"), &key);
        wrong = "private_key_algo";
    }
    if (csr == NULL) {
        json_decref(row);
        hw_call_refuse_with(call, "SCM.0005", wrong);
        return;
    }
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        row_copy(row, call->body, members[i]);
    for (size_t i = 0; i < COMPANY_MEMBERS; i++)
        row_copy(row, call->body, company_members[i]);
    row_set_text(row, "csr", csr);
    row_set_text(row, "key", key);
    hw_call_answer(call, 201, csr_json(add(call, row), false));
}

void hw_csr_upload(struct hw_call *call)
{
    const char *csr = row_text(call->body, "csr"), *key = row_text(call->body, "private_key");
    char *name = csr == NULL ? NULL : csr_common_name(call->request, csr);
    struct err e = {0};
    struct bytes spki;
    json_t *row;
    bool key_ok;

    if (!is_name(row_text(call->body, "name"))) {
        hw_call_refuse_with(call, "SCM.0005", "name");
    } else if (csr == NULL || ca_read_csr(call->request, csr, &spki, &key_ok, &e) != ERR_OK) {
        hw_call_refuse_with(call, "SCM.0005", "csr");
    } else if (key != NULL && *key != '\0' && key_from_pem(call->request, key, &e) == NULL) {
        hw_call_refuse_with(call, "SCM.0012", e.detail);
    } else {
        row = json_pack("{s:s,s:s,s:s*,s:s*}", "name", row_text(call->body, "name"), "csr", csr,
            "key", key, "domain_name", name);
        row = add(call, row);
        hw_call_answer(call, 200,
            json_pack("{s:s,s:s,s:I}", "id", row_text(row, "id"), "name", row_text(row, "name"),
                "create_time", (json_int_t)row_int(row, "create_ms")));
    }
}

/* Paging is as the vendor's own users met it: the offset has no effect (7.11). */
void hw_csr_list(struct hw_call *call)
{
    json_t *all = state_all(call->hw->state, CSR), *row, *list = json_array();
    const char *id, *name = sim_param(call->request, "name");
    const char *algorithm = sim_param(call->request, "private_key_algo");
    int64_t limit = 10, total = 0;

    if (!hw_call_number(call, "limit", &limit)) {
        json_decref(list);
        hw_call_refuse_with(call, "SCM.0005", "limit");
        return;
    }
    json_object_foreach(all, id, row)
    {
        if (!row_is(row, "account", row_text(call->caller.account, "id")) ||
            (name != NULL && strstr(row_text(row, "name"), name) == NULL) ||
            (algorithm != NULL && !row_is(row, "private_key_algo", algorithm)))
            continue;
        if (total++ < limit)
            json_array_append_new(list, csr_json(row, true));
    }
    hw_call_answer(call, 200, json_pack("{s:o,s:I}", "csr_list", list, "total", (json_int_t)total));
}

/* The row that the path names; NULL: refused. */
static json_t *named_row(struct hw_call *call)
{
    json_t *row = state_get(call->hw->state, CSR, call->args[0]);

    if (row != NULL && row_is(row, "account", row_text(call->caller.account, "id")))
        return row;
    hw_call_refuse_with(call, "SCM.0707", "there is no such CSR");
    return NULL;
}

void hw_csr_get(struct hw_call *call)
{
    const json_t *row = named_row(call);

    if (row != NULL)
        hw_call_answer(call, 200, csr_json(row, true));
}

void hw_csr_put(struct hw_call *call)
{
    json_t *row = named_row(call);

    if (row == NULL)
        return;
    if (!is_name(row_text(call->body, "name"))) {
        hw_call_refuse_with(call, "SCM.0005", "name");
        return;
    }
    row_copy(row, call->body, "name");
    row_set_int(row, "update_ms", hw_now(call->hw) * 1000);
    hw_touch(call->hw, CSR, row);
    hw_call_answer(call, 200, csr_json(row, true));
}

void hw_csr_delete(struct hw_call *call)
{
    if (named_row(call) == NULL)
        return;
    state_remove(call->hw->state, CSR, call->args[0]);
    hw_call_answer(call, 204, NULL);
}

void hw_csr_key_get(struct hw_call *call)
{
    const json_t *row = named_row(call);
    const char *key = row_text(row, "key");

    if (row != NULL)
        hw_call_answer(call, 200, json_pack("{s:s?}", "private_key", key));
}
