/* tencent_describe - looking at certificates and at what happened to them (8.7 to 8.9, 8.21). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/tencent_calls.h"
#include "tests/vendorsim/tencent_json.h"

#define LIMIT_DEFAULT      10
#define LOGS_LIMIT_DEFAULT 20
#define LIMIT_MAX          1000
#define LOGS_DAYS          15

json_t *tc_describe_certificate(struct tc_call *call, struct tc_refusal *why)
{
    const json_t *certificate = tc_call_certificate(call, "CertificateId", why);

    return certificate == NULL
               ? NULL
               : tc_certificate_json(call->tc, certificate, tc_is_chinese(call->tc, call->request));
}

json_t *tc_describe_certificate_detail(struct tc_call *call, struct tc_refusal *why)
{
    const json_t *certificate = tc_call_certificate(call, "CertificateId", why);

    return certificate == NULL
               ? NULL
               : tc_certificate_detail_json(call->tc, certificate,
                     tc_is_chinese(call->tc, call->request), sim_spoil(call->request));
}

/* The list. */

static bool array_holds(const json_t *list, int64_t number)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_integer_value(json_array_get(list, i)) == number)
            return true;
    return json_array_size(list) == 0;
}

static bool has_part(const char *text, const char *part)
{
    return text != NULL && strstr(text, part) != NULL;
}

static bool fits_key(const json_t *certificate, const char *key)
{
    const json_t *names = json_object_get(certificate, "names");

    if (key == NULL || has_part(row_text(certificate, "id"), key) ||
        has_part(row_text(certificate, "alias"), key))
        return true;
    for (size_t i = 0; i < json_array_size(names); i++)
        if (has_part(json_string_value(json_array_get(names, i)), key))
            return true;
    return false;
}

/* Each of the tags that are asked for must be there. */
static bool fits_tags(const json_t *certificate, const json_t *wanted)
{
    const json_t *tags = json_object_get(certificate, "tags");

    for (size_t i = 0; i < json_array_size(wanted); i++) {
        size_t at = 0;

        while (at < json_array_size(tags) &&
               !json_equal(json_array_get(tags, at), json_array_get(wanted, i)))
            at++;
        if (at == json_array_size(tags))
            return false;
    }
    return true;
}

/* A filter that is 1 wants what it names; 0 and absent: all. */
static bool fits_flag(const json_t *body, const char *member, bool is)
{
    return row_int(body, member) != 1 || is;
}

static bool fits_flags(const struct tencent *tc, const json_t *body, const json_t *certificate)
{
    enum tc_status status = tc_status_shown(tc, certificate);
    bool is_upload = row_is(certificate, "kind", TC_KIND_UPLOAD);
    int64_t left_s = row_int(certificate, "not_after_s") - tc_now(tc);
    bool expiring = status == TC_ISSUED && left_s <= 30 * DAY_S;
    const json_t *deployable = json_object_get(body, "Deployable");

    if (deployable != NULL && (json_integer_value(deployable) == 1) != (status == TC_ISSUED))
        return false;
    return fits_flag(body, "Upload", is_upload) && fits_flag(body, "Renew", expiring) &&
           fits_flag(body, "FilterExpiring", expiring) &&
           fits_flag(body, "IsSM", tc_certificate_product(certificate)->brand == TC_SM2) &&
           fits_flag(body, "IsPendingIssue", tc_certificate_is_pending(certificate));
}

static bool fits(const struct tc_call *call, const json_t *certificate)
{
    const json_t *body = call->body, *ids = json_object_get(body, "CertIds");
    const char *source = row_text(body, "FilterSource"), *type = row_text(body, "CertificateType");
    bool is_upload = row_is(certificate, "kind", TC_KIND_UPLOAD);

    return row_is(certificate, "account", call->account) &&
           fits_key(certificate, row_text(body, "SearchKey")) &&
           array_holds(json_object_get(body, "CertificateStatus"),
               tc_status_shown(call->tc, certificate)) &&
           (json_array_size(ids) == 0 || array_has_text(ids, row_text(certificate, "id"))) &&
           (source == NULL || is_upload == (strcmp(source, "upload") == 0)) &&
           (type == NULL || strcmp(type, "SVR") == 0) &&
           (json_object_get(body, "ProjectId") == NULL ||
               row_int(body, "ProjectId") == row_int(certificate, "project")) &&
           fits_tags(certificate, json_object_get(body, "Tags")) &&
           fits_flags(call->tc, body, certificate);
}

struct found {
    const json_t *certificate;
    size_t index; /* in order of creation */
    int64_t end_s;
};

/* The newest first. */
static int by_age(const void *a, const void *b)
{
    const struct found *one = a, *other = b;

    return one->index < other->index ? 1 : -1;
}

static int by_end(const void *a, const void *b)
{
    const struct found *one = a, *other = b;

    if (one->end_s != other->end_s)
        return one->end_s < other->end_s ? -1 : 1;
    return by_age(a, b);
}

static int by_end_last(const void *a, const void *b)
{
    return by_end(b, a);
}

static void sort(struct found *found, size_t len, const char *order)
{
    int (*compare)(const void *, const void *) = by_age;

    if (order != NULL && strcmp(order, "ASC") == 0)
        compare = by_end;
    else if (order != NULL && strcmp(order, "DESC") == 0)
        compare = by_end_last;
    if (len > 1)
        qsort(found, len, sizeof *found, compare);
}

/* The page that a call asks for. */
static void read_page(const json_t *body, int64_t limit_default, size_t *offset, size_t *limit)
{
    int64_t from = row_int(body, "Offset"), most = row_int(body, "Limit");

    if (json_object_get(body, "Limit") == NULL)
        most = limit_default;
    *offset = from < 0 ? 0 : (size_t)from;
    *limit = most < 0 ? 0 : (size_t)(most < LIMIT_MAX ? most : LIMIT_MAX);
}

json_t *tc_describe_certificates(struct tc_call *call, struct tc_refusal *why)
{
    json_t *all = state_all(call->tc->state, TC_CERTIFICATE), *certificate, *rows = json_array();
    struct found *found = mem_new_array(call->request, struct found, json_object_size(all) + 1);
    bool chinese = tc_is_chinese(call->tc, call->request);
    size_t len = 0, offset, limit;
    const char *id;

    (void)why;
    json_object_foreach(all, id, certificate) if (fits(call, certificate))
    {
        found[len] = (struct found){certificate, len, row_int(certificate, "not_after_s")};
        len++;
    }
    sort(found, len, row_text(call->body, "ExpirationSort"));
    read_page(call->body, LIMIT_DEFAULT, &offset, &limit);
    for (size_t i = offset; i < len && i - offset < limit; i++)
        json_array_append_new(
            rows, tc_certificate_row_json(call->tc, found[i].certificate, chinese));
    return json_pack("{s:I,s:o}", "TotalCount", (json_int_t)len, "Certificates", rows);
}

/* Logs (8.21). */

static bool read_span(
    const struct tc_call *call, int64_t *from_s, int64_t *to_s, struct tc_refusal *why)
{
    const char *from = row_text(call->body, "StartTime"), *to = row_text(call->body, "EndTime");

    *to_s = tc_now(call->tc);
    *from_s = *to_s - LOGS_DAYS * DAY_S;
    if ((from == NULL || tc_parse_time(from, from_s)) && (to == NULL || tc_parse_time(to, to_s)))
        return true;
    return tc_refuse(why, "InvalidParameterValue", "A time is YYYY-MM-DD HH:MM:SS.");
}

static json_t *log_json(const json_t *entry)
{
    const char *account = row_text(entry, "account");
    json_t *json = json_pack("{s:s,s:s,s:s,s:s,s:s}", "Action", row_text(entry, "type"), "Uin",
        account, "SubAccountUin", account, "CertId", row_text(entry, "certificate"), "Type",
        row_text(entry, "type"));

    tc_put_time(json, "CreatedOn", row_int(entry, "at_s"));
    return json;
}

json_t *tc_describe_operate_logs(struct tc_call *call, struct tc_refusal *why)
{
    json_t *all = state_all(call->tc->state, TC_LOG), *entry, *rows = json_array();
    size_t total = 0, offset, limit;
    int64_t from_s, to_s;
    const char *id;

    if (!read_span(call, &from_s, &to_s, why)) {
        json_decref(rows);
        return NULL;
    }
    read_page(call->body, LOGS_LIMIT_DEFAULT, &offset, &limit);
    json_object_foreach(all, id, entry)
    {
        int64_t at_s = row_int(entry, "at_s");

        if (!row_is(entry, "account", call->account) || at_s < from_s || at_s > to_s)
            continue;
        if (total >= offset && total - offset < limit)
            json_array_append_new(rows, log_json(entry));
        total++;
    }
    return json_pack("{s:I,s:I,s:o}", "AllTotal", (json_int_t)total, "TotalCount",
        (json_int_t)json_array_size(rows), "OperateLogs", rows);
}
