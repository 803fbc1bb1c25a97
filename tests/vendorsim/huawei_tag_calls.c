/* huawei_tag_calls - tags of certificates, and who is told of their end (7).
 *
 * A certificate's row has its tags as one object, and "notices" as a list.
 */
#include <string.h>

#include "tests/vendorsim/huawei_calls.h"
#include "tests/vendorsim/huawei_certificate.h"

static json_t *tags_of(json_t *certificate)
{
    json_t *tags = json_object_get(certificate, "tags");

    if (tags == NULL) {
        tags = json_object();
        json_object_set_new(certificate, "tags", tags);
    }
    return tags;
}

static json_t *tags_json(const json_t *certificate)
{
    json_t *list = json_array(), *value;
    const char *key;

    json_object_foreach(json_object_get(certificate, "tags"), key, value)
        json_array_append_new(list, json_pack("{s:s,s:O}", "key", key, "value", value));
    return list;
}

static void set_tag(json_t *certificate, const json_t *tag)
{
    const char *value = row_text(tag, "value");

    json_object_set_new(
        tags_of(certificate), row_text(tag, "key"), json_string(value == NULL ? "" : value));
}

void hw_tag_post(struct hw_call *call)
{
    json_t *certificate = hw_call_certificate(call, call->args[0]);
    const json_t *tag = json_object_get(call->body, "tag");

    if (certificate == NULL)
        return;
    if (row_text(tag, "key") == NULL) {
        hw_call_refuse_with(call, "SCM.0005", "tag.key");
        return;
    }
    set_tag(certificate, tag);
    hw_touch(call->hw, CERTIFICATE, certificate);
    hw_call_answer(call, 204, NULL);
}

void hw_tag_action(struct hw_call *call)
{
    json_t *certificate = hw_call_certificate(call, call->args[0]), *tag;
    const json_t *list = json_object_get(call->body, "tags");
    bool adds = row_is(call->body, "action", "create");
    size_t index;

    if (certificate == NULL)
        return;
    if (!adds && !row_is(call->body, "action", "delete")) {
        hw_call_refuse_with(call, "SCM.0005", "action is create or delete");
        return;
    }
    json_array_foreach(list, index, tag)
    {
        if (adds && row_text(tag, "key") != NULL)
            set_tag(certificate, tag);
        else if (row_text(tag, "key") != NULL)
            json_object_del(tags_of(certificate), row_text(tag, "key"));
    }
    hw_touch(call->hw, CERTIFICATE, certificate);
    hw_call_answer(call, 204, NULL);
}

void hw_tag_get(struct hw_call *call)
{
    const json_t *certificate = hw_call_certificate(call, call->args[0]);

    if (certificate != NULL)
        hw_call_answer(call, 200, json_pack("{s:o}", "tags", tags_json(certificate)));
}

static bool is_callers(const struct hw_call *call, const json_t *certificate)
{
    return hw_certificate_is_visible(call->hw, certificate) &&
           row_is(certificate, "account", row_text(call->caller.account, "id"));
}

/* The values of each key: {"key","values":[...]}. */
static void collect(json_t *by_key, const json_t *certificate)
{
    json_t *value;
    const char *key;

    json_object_foreach(json_object_get(certificate, "tags"), key, value)
    {
        json_t *values = row_array(by_key, key);

        if (!array_has_text(values, json_string_value(value)))
            json_array_append(values, value);
    }
}

void hw_tag_list(struct hw_call *call)
{
    json_t *all = state_all(call->hw->state, CERTIFICATE), *certificate, *values;
    json_t *by_key = json_object(), *list = json_array();
    const char *id;

    json_object_foreach(all, id, certificate) if (is_callers(call, certificate))
        collect(by_key, certificate);
    json_object_foreach(by_key, id, values)
        json_array_append_new(list, json_pack("{s:s,s:O}", "key", id, "values", values));
    json_decref(by_key);
    hw_call_answer(call, 200, json_pack("{s:o}", "tags", list));
}

/* Has it all tags of [{"key","values":[...]}]? A key without values is enough by itself. */
static bool has_tags(const json_t *certificate, const json_t *wanted)
{
    const json_t *tags = json_object_get(certificate, "tags");
    json_t *tag;
    size_t index;

    json_array_foreach(wanted, index, tag)
    {
        const json_t *values = json_object_get(tag, "values");
        const char *key = row_text(tag, "key"), *has = key == NULL ? NULL : row_text(tags, key);

        if (has == NULL || (json_array_size(values) > 0 && !array_has_text(values, has)))
            return false;
    }
    return true;
}

void hw_tagged_list(struct hw_call *call)
{
    json_t *all = state_all(call->hw->state, CERTIFICATE), *certificate, *list = json_array();
    const json_t *wanted = json_object_get(call->body, "tags");
    bool counts = row_is(call->body, "action", "count");
    json_int_t total;
    const char *id;

    if (!counts && !row_is(call->body, "action", "filter")) {
        json_decref(list);
        hw_call_refuse_with(call, "SCM.0005", "action is filter or count");
        return;
    }
    json_object_foreach(
        all, id, certificate) if (is_callers(call, certificate) && has_tags(certificate, wanted))
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:o}", "resource_id", id, "resource_name",
                      row_text(certificate, "name"), "tags", tags_json(certificate)));
    total = (json_int_t)json_array_size(list);
    if (counts)
        json_array_clear(list);
    hw_call_answer(call, 200, json_pack("{s:I,s:o}", "total_count", total, "resources", list));
}

/* Notices: [{"resource_id","notice_type":[...]}]. */
static void set_notices(struct hw_call *call, bool enable)
{
    json_t *one, *certificate;
    size_t index;

    json_array_foreach(call->body, index, one)
    {
        const char *id = row_text(one, "resource_id");

        certificate = hw_call_certificate(call, id == NULL ? "" : id);
        if (certificate == NULL)
            return;
        json_object_set(
            certificate, "notices", enable ? json_object_get(one, "notice_type") : json_null());
        hw_touch(call->hw, CERTIFICATE, certificate);
    }
    if (json_array_size(call->body) == 0)
        hw_call_refuse_with(call, "SCM.0005", "the body is a list");
    else
        hw_call_answer(call, 200, json_object());
}

void hw_notice_enable(struct hw_call *call)
{
    set_notices(call, true);
}

void hw_notice_disable(struct hw_call *call)
{
    set_notices(call, false);
}
