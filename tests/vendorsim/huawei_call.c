/* huawei_call - see huawei_call.h. */
#include "tests/vendorsim/huawei_call.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/rand.h"
#include "tests/vendorsim/huawei_certificate.h"

#define NUMBER_MAX INT64_C(1000000000)

/* Shapes as a client may meet them (6): numbers and booleans as strings, members that it does not
 * know, members without value left out instead of null. */

static void to_string(json_t *object, const char *member, json_t *value)
{
    char number[32];

    if (json_is_integer(value)) {
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        json_object_set_new(object, member, json_string(number));
    } else if (json_is_boolean(value)) {
        json_object_set_new(object, member, json_string(json_is_true(value) ? "true" : "false"));
    }
}

static void reshape_members(const struct huawei *hw, json_t *object)
{
    bool as_strings = sim_bool(hw->sim, "numbers_as_strings");
    bool without_null = sim_bool(hw->sim, "missing_members");
    const char *member;
    json_t *value;
    void *next;

    json_object_foreach_safe(object, next, member, value)
    {
        if (without_null &&
            (json_is_null(value) || (json_is_array(value) && json_array_size(value) == 0)))
            json_object_del(object, member);
        else if (as_strings)
            to_string(object, member, value); /* which ends the value */
    }
}

static void reshape(const struct huawei *hw, json_t *json)
{
    const char *member;
    json_t *value;
    size_t index;

    json_array_foreach(json, index, value) reshape(hw, value);
    if (!json_is_object(json))
        return;
    json_object_foreach(json, member, value) reshape(hw, value);
    reshape_members(hw, json);
    if (sim_bool(hw->sim, "extra_members"))
        json_object_set_new(json, "sim_extra", json_pack("{s:[i,n,{}]}", "unknown", 1));
}

/* 32 hexadecimal digits. */
static void new_request_id(char text[33])
{
    uint8_t octets[16];

    rand_bytes(octets, sizeof octets);
    hex_encode(octets, sizeof octets, text);
}

static void answer(struct sim_request *request, int status, json_t *body)
{
    char id[33];

    new_request_id(id);
    sim_answer_header(request, "X-Request-Id", id);
    sim_answer(request, status, body);
}

void hw_call_answer(struct hw_call *call, int status, json_t *body)
{
    reshape(call->hw, body);
    answer(call->request, status, body);
}

void hw_call_refuse(struct hw_call *call, const struct hw_refusal *why)
{
    sim_note(call->request, "%s", why->detail);
    answer(call->request, hw_refusal_status(why), hw_refusal_json(call->hw, why));
}

void hw_call_refuse_with(struct hw_call *call, const char *code, const char *detail)
{
    struct hw_refusal why;

    hw_refuse(&why, code, "%s", detail);
    hw_call_refuse(call, &why);
}

void hw_request_deny(struct huawei *hw, struct sim_request *request, const struct hw_denial *why)
{
    char id[33];

    new_request_id(id);
    sim_answer_header(request, "X-Request-Id", id);
    sim_answer(request, why->status,
        json_pack("{s:s,s:o,s:s}", "error_msg", why->message, "error_code",
            json_sprintf("%s.%s", sim_text(hw->sim, "gateway_prefix"), why->number), "request_id",
            id));
}

/* Arguments. */

static bool is_certificate_id(const char *text)
{
    if (strlen(text) != 16 || strncmp(text, "scs", 3) != 0)
        return false;
    return strspn(text + 3, "0123456789") == 13;
}

json_t *hw_call_certificate(struct hw_call *call, const char *id)
{
    json_t *certificate = state_get(call->hw->state, CERTIFICATE, id);

    if (!is_certificate_id(id)) {
        hw_call_refuse_with(call, "SCM.0008", "an id is scs and 13 digits");
    } else if (certificate == NULL || !hw_certificate_is_visible(call->hw, certificate)) {
        hw_call_refuse_with(call, "SCM.0020", "there is no such certificate");
    } else if (!row_is(certificate, "account", row_text(call->caller.account, "id"))) {
        hw_call_refuse_with(call, "SCM.0003", "it is another account's");
    } else {
        return certificate;
    }
    return NULL;
}

bool hw_call_number(const struct hw_call *call, const char *param, int64_t *out)
{
    const char *text = sim_param(call->request, param);

    return text == NULL || (parse_int(text, out) && *out <= NUMBER_MAX);
}

bool hw_call_asks(const struct hw_call *call, const char *param)
{
    const char *text = sim_param(call->request, param);

    return text != NULL && strcmp(text, "true") == 0;
}
