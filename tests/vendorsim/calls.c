/* calls - see calls.h. */
#include "tests/vendorsim/calls.h"

#include <fnmatch.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

struct calls {
    json_t *ring[CALLS_MAX];
    size_t len, next;
    int64_t total;
};

void calls_clear(struct calls *calls)
{
    for (size_t i = 0; i < CALLS_MAX; i++) {
        json_decref(calls->ring[i]);
        calls->ring[i] = NULL;
    }
    calls->len = calls->next = 0;
    calls->total = 0;
}

static int calls_free(void *ptr)
{
    calls_clear(ptr);
    return 0;
}

struct calls *calls_new(void *mem)
{
    struct calls *calls = mem_new(mem, struct calls);

    mem_on_free(calls, calls_free);
    return calls;
}

/* A body that is JSON is shown as such, else as text; one that is neither is only counted. */
static json_t *body_json(struct bytes body)
{
    size_t len = body.len < CALLS_BODY_MAX ? body.len : CALLS_BODY_MAX;
    json_t *json = NULL;

    if (body.len == 0)
        return json_null();
    if (len == body.len)
        json = json_loadb((const char *)body.data, len, JSON_DECODE_ANY, NULL);
    if (json == NULL)
        json = json_stringn((const char *)body.data, len);
    return json != NULL ? json : json_pack("{s:I}", "octets", (json_int_t)body.len);
}

static json_t *call_json(int64_t number, const struct call *call)
{
    char time[CLOCK_RFC3339_SIZE];

    clock_format(call->virtual_s, time);
    return json_pack("{s:I,s:I,s:s,s:s*,s:s,s:s,s:s,s:o,s:i,s:s,s:s}", "number", (json_int_t)number,
        "real_ms", (json_int_t)call->real_ms, "time", time, "operation", call->operation, "method",
        call->method, "path", call->path, "query", call->query, "body", body_json(call->body),
        "status", call->status, "outcome", call->outcome, "note", call->note);
}

void calls_add(struct calls *calls, const struct call *call)
{
    json_decref(calls->ring[calls->next]);
    calls->ring[calls->next] = call_json(++calls->total, call);
    calls->next = (calls->next + 1) % CALLS_MAX;
    if (calls->len < CALLS_MAX)
        calls->len++;
}

static const char *text(const json_t *call, const char *member)
{
    return json_string_value(json_object_get(call, member));
}

static bool matches(const json_t *call, const char *match)
{
    const char *operation = text(call, "operation");
    char *name;
    bool does;

    if (match == NULL || (operation != NULL && fnmatch(match, operation, 0) == 0))
        return true;
    name = mem_printf(NULL, "%s %s", text(call, "method"), text(call, "path"));
    does = fnmatch(match, name, 0) == 0;
    mem_free(name);
    return does;
}

json_t *calls_json(const struct calls *calls, const char *match, size_t last)
{
    json_t *list = json_array();

    for (size_t i = 1; i <= calls->len && json_array_size(list) < last; i++) {
        json_t *call = calls->ring[(calls->next + CALLS_MAX - i) % CALLS_MAX];

        if (matches(call, match))
            json_array_append(list, call);
    }
    for (size_t i = 0, len = json_array_size(list); i < len / 2; i++) {
        json_t *newer = json_incref(json_array_get(list, i));

        json_array_set(list, i, json_array_get(list, len - 1 - i));
        json_array_set_new(list, len - 1 - i, newer);
    }
    return json_pack("{s:I,s:o}", "total", (json_int_t)calls->total, "calls", list);
}
