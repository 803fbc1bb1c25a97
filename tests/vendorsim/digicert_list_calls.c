/* digicert_list_calls - how an inventory is rebuilt and kept fresh: the order list with filters and
 * pages, status-changes, and the orders of an alternative id (6).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "tests/vendorsim/digicert_calls.h"
#include "tests/vendorsim/digicert_json.h"

#define WEEK_S      (7 * DAY_S)
#define MOUNTAIN_S  (-6 * INT64_C(3600)) /* status_last_updated is in MDT */
#define VALUE_SIZE  256
#define FILTERS_MAX 16

/* Order list: filters. */

/* Where a property of an order is found. */
enum place { OF_ORDER, OF_CERTIFICATE, OF_USER, TIME_OF_ORDER, DATE_OF_CERTIFICATE, SET, FIXED };

static const struct {
    const char *name, *member;
    enum place place;
} properties[] = {
    {"id", "id", OF_ORDER},
    {"order_id", "id", OF_ORDER},
    {"status", "status", OF_ORDER},
    {"organization_id", "organization", OF_ORDER},
    {"product_name_id", "product", OF_ORDER},
    {"user_id", "user", OF_ORDER},
    {"date_created", "created_s", TIME_OF_ORDER},
    {"is_renewed", "renewed_by", SET},
    {"disable_renewal_notifications", "disable_renewal_notifications", SET},
    {"common_name", "common_name", OF_CERTIFICATE},
    {"certificate_id", "id", OF_CERTIFICATE},
    {"serial_number", "serial", OF_CERTIFICATE},
    {"valid_till", "not_after_s", DATE_OF_CERTIFICATE},
    {"email", "email", OF_USER},
    {"container_id", CONTAINER_TEXT, FIXED},
    {"origin", "certcentral", FIXED},
};

static void text_of(const json_t *row, const char *member, char value[VALUE_SIZE])
{
    const json_t *is = json_object_get(row, member);

    if (json_is_integer(is))
        snprintf(value, VALUE_SIZE, "%" JSON_INTEGER_FORMAT, json_integer_value(is));
    else if (json_is_string(is))
        snprintf(value, VALUE_SIZE, "%s", json_string_value(is));
}

/* A property of an order as text, "" if it has none; false: there is no such property. */
static bool property(
    const struct digicert *dc, const json_t *order, const char *name, char value[VALUE_SIZE])
{
    const json_t *certificate = order_primary(dc, order);
    size_t i = 0;

    value[0] = '\0';
    while (i < sizeof properties / sizeof *properties && strcmp(properties[i].name, name) != 0)
        i++;
    if (i == sizeof properties / sizeof *properties)
        return false;
    name = properties[i].member;
    switch (properties[i].place) {
    case OF_ORDER:
        text_of(order, name, value);
        break;
    case OF_CERTIFICATE:
        text_of(certificate, name, value);
        break;
    case OF_USER:
        text_of(digicert_get(dc, USER, row_int(order, "user")), name, value);
        break;
    case TIME_OF_ORDER:
        format_time(row_int(order, name), value, VALUE_SIZE);
        break;
    case DATE_OF_CERTIFICATE:
        format_date(row_int(certificate, name), value, VALUE_SIZE);
        break;
    case SET:
        snprintf(value, VALUE_SIZE, "%d", row_bool(order, name) || row_int(order, name) > 0);
        break;
    case FIXED:
        snprintf(value, VALUE_SIZE, "%s", name);
        break;
    }
    return true;
}

/* Numbers by size, dates and texts by their letters; a date covers all times of its day. */
static int compare(const char *value, const char *with)
{
    int64_t a, b;

    if (parse_int(value, &a) && parse_int(with, &b))
        return a < b ? -1 : a > b;
    if (strlen(with) == 10 && strlen(value) > 10 && value[10] == 'T')
        return strncmp(value, with, 10);
    return strcmp(value, with);
}

/* ">2026-01-01", "<=5", "a...b", or the value itself. */
static bool value_fits(const char *value, const char *wanted)
{
    const char *dots = strstr(wanted, "...");
    char from[VALUE_SIZE];
    bool fits;

    if (value[0] == '\0')
        return false;
    if (dots != NULL) {
        snprintf(from, sizeof from, "%.*s", (int)(dots - wanted), wanted);
        return compare(value, from) >= 0 && compare(value, dots + 3) <= 0;
    }
    if (wanted[0] != '<' && wanted[0] != '>')
        return compare(value, wanted) == 0;
    fits = wanted[1] == '=' && compare(value, wanted + 2) == 0;
    wanted += wanted[1] == '=' ? 2 : 1;
    return fits || (wanted[-1] == '<' || wanted[-2] == '<' ? compare(value, wanted) < 0
                                                           : compare(value, wanted) > 0);
}

struct filter {
    char name[64];
    const char *value;
};

static bool has_metadata(const json_t *order, const char *wanted)
{
    const json_t *fields = json_object_get(order, "custom_fields");
    int64_t id;

    for (size_t i = 0; parse_int(wanted, &id) && i < json_array_size(fields); i++)
        if (row_int(json_array_get(fields, i), "metadata_id") == id)
            return true;
    return false;
}

static bool order_fits(const struct digicert *dc, const json_t *order, const struct filter *filter)
{
    const json_t *certificate = order_primary(dc, order);
    char value[VALUE_SIZE];

    if (strcmp(filter->name, "domain_name") == 0)
        return array_has_text(json_object_get(certificate, "names"), filter->value);
    if (strcmp(filter->name, "metadata_id") == 0)
        return has_metadata(order, filter->value);
    if (strcmp(filter->name, "search") == 0) {
        property(dc, order, "email", value);
        return strstr(row_text(certificate, "common_name"), filter->value) != NULL ||
               strstr(value, filter->value) != NULL;
    }
    property(dc, order, filter->name, value);
    /* An order whose term is over is still found as issued (5.1). */
    if (strcmp(filter->name, "status") == 0 && strcmp(value, "expired") == 0)
        return strcmp(filter->value, "issued") == 0 || strcmp(filter->value, "expired") == 0;
    return value_fits(value, filter->value);
}

static bool is_property(const char *name)
{
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
        if (strcmp(properties[i].name, name) == 0)
            return true;
    return strcmp(name, "domain_name") == 0 || strcmp(name, "search") == 0 ||
           strcmp(name, "metadata_id") == 0;
}

/* The query's filters; false: one is not known. */
static bool read_filters(
    const struct call *call, struct filter filters[FILTERS_MAX], size_t *len, struct refusal *why)
{
    const char *name, *value;

    *len = 0;
    for (size_t i = 0; sim_param_at(call->request, i, &name, &value); i++) {
        struct filter *filter = &filters[*len];
        char last;

        if (sscanf(name, "filters[%63[a-z_]%c", filter->name, &last) != 2 || last != ']')
            continue;
        if (strcmp(filter->name, "status") == 0 && sim_bool(call->dc->sim, "list_ignores_status"))
            continue;
        filter->value = value;
        if (!is_property(filter->name))
            return refuse(why, 400, "sim|unknown_filter", "There is no filter %s.", filter->name);
        if (++*len == FILTERS_MAX)
            return refuse(why, 400, "sim|too_many_filters", "There are too many filters.");
    }
    return true;
}

/* Order list: sorting. */

struct sorted {
    json_t *order;
    char key[VALUE_SIZE];
};

static int by_key(const void *a, const void *b)
{
    const struct sorted *one = a, *other = b;
    int order = compare(one->key, other->key);

    return order != 0 ? order : (row_int(one->order, "id") < row_int(other->order, "id") ? -1 : 1);
}

static int by_key_down(const void *a, const void *b)
{
    return by_key(b, a);
}

/* The first property counts; the natural order is that of creation. */
static void sort(const struct digicert *dc, struct sorted *rows, size_t len, const char *sort_by)
{
    bool down = sort_by != NULL && sort_by[0] == '-';
    char name[64];

    if (sort_by == NULL || sscanf(sort_by + (down || sort_by[0] == '+'), "%63[a-z_]", name) != 1)
        return;
    for (size_t i = 0; i < len; i++)
        if (!property(dc, rows[i].order, name, rows[i].key))
            return;
    qsort(rows, len, sizeof *rows, down ? by_key_down : by_key);
}

void order_list(struct call *call)
{
    struct digicert *dc = call->dc;
    json_t *all = state_all(dc->state, ORDER), *order, *list, *body;
    struct sorted *rows = mem_new_array(call->request, struct sorted, json_object_size(all) + 1);
    struct filter filters[FILTERS_MAX];
    struct page page = call_page(call);
    size_t filters_len, len = 0;
    struct refusal why;
    const char *id;
    bool fits;

    if (!read_filters(call, filters, &filters_len, &why)) {
        call_refuse(call, &why);
        return;
    }
    json_object_foreach(all, id, order)
    {
        fits = account_sees(&call->caller, order);
        for (size_t i = 0; fits && i < filters_len; i++)
            fits = order_fits(dc, order, &filters[i]);
        if (fits)
            rows[len++].order = order;
    }
    sort(dc, rows, len, sim_param(call->request, "sort"));
    list = json_array();
    for (size_t i = 0; i < len; i++)
        if (page_takes(&page))
            json_array_append_new(list, order_row_json(dc, rows[i].order));
    body = json_pack("{s:o}", "orders", list);
    page_put(&page, body);
    call_answer(call, 200, body);
}

/* status-changes. */

/* "2026-01-01" or "26-01-01 10:15:30" (or with a year of four digits), in MDT. */
static bool parse_change_time(const char *text, bool is_end, int64_t *time_s)
{
    int year, month, day, hour = 0, minute = 0, second = 0, used = 0;
    struct tm tm = {0};

    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3)
        return false;
    if (text[used] == '\0' && is_end)
        hour = 24;
    else if (text[used] != '\0' &&
             sscanf(text + used, " %2d:%2d:%2d", &hour, &minute, &second) != 3)
        return false;
    tm.tm_year = year < 100 ? year + 100 : year - 1900;
    tm.tm_mon = month - 1;
    tm.tm_mday = day;
    tm.tm_hour = hour;
    tm.tm_min = minute;
    tm.tm_sec = second;
    *time_s = (int64_t)timegm(&tm) - MOUNTAIN_S;
    return true;
}

/* From when to when orders changed; 400 if nothing says so. */
static bool change_window(
    const struct call *call, int64_t *from_s, int64_t *until_s, struct refusal *why)
{
    const char *minutes = sim_param(call->request, "minutes");
    const char *seconds = sim_param(call->request, "seconds");
    const char *range = sim_param(call->request, "filters[status_last_updated]");
    const char *dots = range == NULL ? NULL : strstr(range, "...");
    int64_t a = 0, b = 0;
    char from[VALUE_SIZE];

    *until_s = digicert_now(call->dc) + 1;
    if (minutes != NULL || seconds != NULL) {
        if ((minutes != NULL && !parse_int(minutes, &a)) ||
            (seconds != NULL && !parse_int(seconds, &b)))
            return refuse(why, 400, "sim|invalid_filter", "The time frame is no number.");
        if (a > WEEK_S || b > WEEK_S)
            a = b = WEEK_S; /* too much in any case */
        *from_s = digicert_now(call->dc) - (60 * a + b);
    } else if (dots != NULL) {
        snprintf(from, sizeof from, "%.*s", (int)(dots - range), range);
        if (!parse_change_time(from, false, from_s) || !parse_change_time(dots + 3, true, until_s))
            return refuse(why, 400, "sim|invalid_filter", "The range is not valid.");
    } else {
        return refuse(why, 400, "sim|filter_required", "At least one filter is required.");
    }
    if (*until_s - *from_s > WEEK_S + 1)
        return refuse(
            why, 400, "time_frame_too_long", "The time frame must not exceed seven days.");
    return true;
}

void status_changes_get(struct call *call)
{
    json_t *all = state_all(call->dc->state, ORDER), *order, *list, *body = json_object();
    int64_t from_s, until_s, changed_s;
    struct refusal why;
    const char *id;

    if (!change_window(call, &from_s, &until_s, &why)) {
        json_decref(body);
        call_refuse(call, &why);
        return;
    }
    list = json_array();
    json_object_foreach(all, id, order)
    {
        changed_s = row_int(order, "changed_s");
        if (changed_s >= from_s && changed_s < until_s && account_sees(&call->caller, order))
            json_array_append_new(list, order_status_json(call->dc, order));
    }
    if (json_array_size(list) > 0)
        json_object_set(body, "orders", list);
    json_decref(list);
    call_answer(call, 200, body);
}

/* Alternative ids. */

void alternate_get(struct call *call)
{
    json_t *all = state_all(call->dc->state, ORDER), *order, *list = json_array(), *body;
    struct page page = call_page(call);
    const char *id;

    json_object_foreach(all, id, order) if (row_is(order, "alternative_order_id", call->args[0]) &&
                                            account_sees(&call->caller, order) && page_takes(&page))
        json_array_append_new(list, order_status_json(call->dc, order));
    body = json_pack("{s:o}", "orders", list);
    if (page.total == 0 && sim_bool(call->dc->sim, "alternate_not_found")) {
        json_decref(body);
        call_refuse_with(call, 404, "not_found|order", "The specified order was not found.");
        return;
    }
    page_put(&page, body);
    call_answer(call, 200, body);
}
