/* huawei_list_calls - the list of certificates (7.1), and that of the old API (8). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "tests/vendorsim/huawei_calls.h"
#include "tests/vendorsim/huawei_certificate.h"
#include "tests/vendorsim/huawei_json.h"
#include "tests/vendorsim/huawei_order.h"

static const char *const statuses[] = {"ALL", "PAID", "CHECKING", "CHECKING_ORG", "ISSUING",
    "ISSUED", "UNPASSED", "CANCELCHECKING", "SUPPLEMENTCHECKING", "REVOKING", "REVOKED", "EXPIRED",
    "UPLOAD", NULL};
static const char *const sort_keys[] = {"certUpdateTime", "certExpiredTime", "certStatus", NULL};
static const char *const sort_dirs[] = {"DESC", "ASC", NULL};
static const char *const limits[] = {"10", "20", "50", NULL};

/* What is asked for. */
struct query {
    const char *status, *sort_key, *sort_dir, *content, *project;
    bool deployable;
    int64_t limit, offset, expired_days; /* expired_days < 0: not asked for */
};

/* A parameter of the list, or the list's first; NULL: it is none of them. */
static const char *one_of(const struct hw_call *call, const char *param, const char *const *list)
{
    const char *text = sim_param(call->request, param);

    if (text == NULL)
        return list[0];
    for (; *list != NULL; list++)
        if (strcmp(*list, text) == 0)
            return *list;
    return NULL;
}

static bool read_query(const struct hw_call *call, const char *status_param, struct query *out)
{
    const char *limit = one_of(call, "limit", limits);
    int64_t offset_max = sim_int(call->hw->sim, "offset_max");

    *out = (struct query){.status = one_of(call, status_param, statuses),
        .sort_key = one_of(call, "sort_key", sort_keys),
        .sort_dir = one_of(call, "sort_dir", sort_dirs),
        .content = sim_param(call->request, "content"),
        .project = sim_param(call->request, "enterprise_project_id"),
        .deployable = hw_call_asks(call, "deploy_support"),
        .expired_days = -1};
    if (out->status == NULL || out->sort_key == NULL || out->sort_dir == NULL || limit == NULL ||
        !hw_call_number(call, "offset", &out->offset) ||
        !hw_call_number(call, "expired_days_since", &out->expired_days))
        return false;
    out->limit = strtoll(limit, NULL, 10);
    if (offset_max > 0 && out->offset > offset_max)
        return false;
    if (sim_bool(call->hw->sim, "offset_is_page"))
        out->offset *= out->limit;
    return true;
}

/* CHECKING finds all of the first review. */
static bool has_status(const struct huawei *hw, const json_t *certificate, const char *wanted)
{
    const char *status = row_text(certificate, "status");

    if (strcmp(wanted, "ALL") == 0 || strcmp(wanted, hw_status_word(hw, certificate)) == 0)
        return true;
    return strcmp(wanted, "CHECKING") == 0 &&
           (strncmp(status, "CHECKING", 8) == 0 || strcmp(status, "ISSUING") == 0);
}

static bool contains(const char *text, const char *word)
{
    size_t len = strlen(word);

    for (; text != NULL && *text != '\0'; text++)
        if (strncasecmp(text, word, len) == 0)
            return true;
    return false;
}

static bool is_wanted(
    const struct hw_call *call, const json_t *certificate, const struct query *query)
{
    const struct huawei *hw = call->hw;
    const char *project = row_text(certificate, "enterprise_project_id");
    int64_t end_s = row_int(certificate, "not_after_s");

    if (!row_is(certificate, "account", row_text(call->caller.account, "id")) ||
        !hw_certificate_is_visible(hw, certificate) || !has_status(hw, certificate, query->status))
        return false;
    if (query->content != NULL && *query->content != '\0' &&
        !contains(row_text(certificate, "name"), query->content) &&
        !contains(hw_certificate_domain(certificate), query->content))
        return false;
    if (query->project != NULL && strcmp(query->project, "all") != 0 &&
        strcmp(query->project, project == NULL ? "0" : project) != 0)
        return false;
    if (query->deployable && (end_s == 0 || !hw_certificate_has_key(certificate)))
        return false;
    return query->expired_days < 0 ||
           (end_s > 0 && end_s + query->expired_days * DAY_S >= hw_now(hw));
}

/* Sorting. */

struct found {
    json_t *certificate;
    int64_t number; /* the time that counts */
    const char *text;
    size_t index; /* of certificates: the later one was made later */
};

static int compare(const void *a, const void *b)
{
    const struct found *left = a, *right = b;
    int texts = left->text == NULL ? 0 : strcmp(left->text, right->text);

    if (texts != 0)
        return texts;
    if (left->number != right->number)
        return left->number < right->number ? -1 : 1;
    return left->index < right->index ? -1 : 1;
}

/* Those that are wanted in ascending order, on the request. */
static struct found *find(struct hw_call *call, const struct query *query, size_t *len)
{
    json_t *all = state_all(call->hw->state, CERTIFICATE), *certificate;
    struct found *found = mem_new_array(call->request, struct found, json_object_size(all) + 1);
    bool by_status = strcmp(query->sort_key, "certStatus") == 0;
    bool by_end = strcmp(query->sort_key, "certExpiredTime") == 0;
    const char *id;

    *len = 0;
    json_object_foreach(all, id, certificate) if (is_wanted(call, certificate, query))
    {
        found[*len] = (struct found){.certificate = certificate,
            .number = row_int(certificate, by_end ? "not_after_s" : "changed_s"),
            .text = by_status ? row_text(certificate, "status") : NULL,
            .index = *len};
        (*len)++;
    }
    qsort(found, *len, sizeof *found, compare);
    return found;
}

typedef json_t *(*row_shape)(const struct huawei *hw, const json_t *certificate);

/* A page of what is asked for; NULL: the call was refused. */
static json_t *page(
    struct hw_call *call, const char *status_param, row_shape row_json, size_t *total)
{
    json_t *list = json_array();
    struct query query;
    struct found *found;

    if (!read_query(call, status_param, &query)) {
        json_decref(list);
        hw_call_refuse_with(call, "SCM.0005", "a parameter of the query");
        return NULL;
    }
    found = find(call, &query, total);
    for (int64_t i = query.offset; i < (int64_t)*total && i < query.offset + query.limit; i++) {
        size_t at = strcmp(query.sort_dir, "ASC") == 0 ? (size_t)i : *total - 1 - (size_t)i;

        json_array_append_new(list, row_json(call->hw, found[at].certificate));
    }
    return list;
}

void hw_certificate_list(struct hw_call *call)
{
    size_t total;
    json_t *list = page(call, "status", hw_certificate_row_json, &total);

    if (list != NULL)
        hw_call_answer(call, 200,
            json_pack("{s:o,s:I}", "certificates", list, "total_count", (json_int_t)total));
}

void hw_v2_list(struct hw_call *call)
{
    size_t total;
    json_t *list = page(call, "order_status", hw_v2_row_json, &total);
    int64_t left = hw_order_free_left(call->hw, call->caller.account);

    if (list != NULL)
        hw_call_answer(call, 200,
            json_pack("{s:I,s:o,s:o}", "total", (json_int_t)total, "free_remain",
                json_sprintf("%" PRId64, left), "order_list", list));
}
