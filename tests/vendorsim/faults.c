/* faults - see faults.h. */
#include "tests/vendorsim/faults.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define DELAY_MAX_MS (3600 * 1000)

static const char *const kinds[] = {
    [FAULT_NONE] = "answered",
    [FAULT_DROP_BEFORE] = "drop_before",
    [FAULT_DROP_AFTER] = "drop_after",
    [FAULT_DELAY] = "delay",
    [FAULT_STATUS] = "status",
    [FAULT_TRUNCATE] = "truncate",
    [FAULT_HTML_502] = "html_502",
    [FAULT_RATE_LIMIT] = "rate_limit",
    [FAULT_WRONG_KEY] = "wrong_key",
    [FAULT_MISSING_NAME] = "missing_name",
    [FAULT_BAD_CHAIN] = "bad_chain",
};

struct planned {
    struct fault fault;
    char *match;
    int64_t after; /* requests that it still lets through */
    int64_t times; /* 0: as often as it matches */
    int64_t hits;
    struct planned *next;
};

struct faults {
    struct planned *first, **end;
};

struct faults *faults_new(void *mem)
{
    struct faults *faults = mem_new(mem, struct faults);

    faults->end = &faults->first;
    return faults;
}

void faults_clear(struct faults *faults)
{
    struct planned *next;

    for (struct planned *planned = faults->first; planned != NULL; planned = next) {
        next = planned->next;
        mem_free(planned);
    }
    faults->first = NULL;
    faults->end = &faults->first;
}

const char *fault_kind_name(enum fault_kind kind)
{
    return kinds[kind];
}

static enum fault_kind kind_of(const char *name)
{
    for (size_t i = FAULT_DROP_BEFORE; i < sizeof kinds / sizeof kinds[0]; i++)
        if (name != NULL && strcmp(kinds[i], name) == 0)
            return (enum fault_kind)i;
    return FAULT_NONE;
}

/* An optional whole number in its bounds. */
static bool read_number(const json_t *object, const char *name, int64_t min, int64_t max,
    int64_t *number, struct err *e)
{
    json_t *value = json_object_get(object, name);

    if (value == NULL)
        return true;
    *number = json_integer_value(value);
    if (json_is_integer(value) && *number >= min && *number <= max)
        return true;
    err_set(e, ERR_INPUT, "%s is no whole number from %lld to %lld", name, (long long)min,
        (long long)max);
    return false;
}

static bool known_members(const json_t *object, struct err *e)
{
    static const char *const known[] = {
        "match", "after", "times", "kind", "ms", "code", "done", NULL};
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        const char *const *at = known;

        while (*at != NULL && strcmp(*at, name) != 0)
            at++;
        if (*at == NULL) {
            err_set(e, ERR_INPUT, "a fault has no member %s", name);
            return false;
        }
    }
    return true;
}

static bool read_members(struct planned *planned, const json_t *object, struct err *e)
{
    json_t *match = json_object_get(object, "match"), *done = json_object_get(object, "done");
    int64_t code = 503;

    if (!known_members(object, e) ||
        !read_number(object, "after", 0, 1000000, &planned->after, e) ||
        !read_number(object, "times", 0, 1000000, &planned->times, e) ||
        !read_number(object, "ms", 0, DELAY_MAX_MS, &planned->fault.ms, e) ||
        !read_number(object, "code", 200, 599, &code, e))
        return false;
    planned->fault.code = (int)code;
    planned->fault.kind = kind_of(json_string_value(json_object_get(object, "kind")));
    planned->fault.done = json_is_true(done);
    planned->match = mem_strdup(planned, match == NULL ? "*" : json_string_value(match));
    if (planned->fault.kind == FAULT_NONE)
        err_set(e, ERR_INPUT, "kind is none of those that there are (docs/vendorsim.md)");
    else if (planned->match == NULL)
        err_set(e, ERR_INPUT, "match is a text");
    else if (done != NULL && !json_is_boolean(done))
        err_set(e, ERR_INPUT, "done is true or false");
    else
        return true;
    return false;
}

static struct planned *read_fault(void *mem, const json_t *object, struct err *e)
{
    struct planned *planned = mem_new(mem, struct planned);

    planned->times = 1;
    if (!json_is_object(object))
        err_set(e, ERR_INPUT, "a fault is an object");
    else if (read_members(planned, object, e))
        return planned;
    mem_free(planned);
    return NULL;
}

enum err_code faults_add(struct faults *faults, const json_t *list, struct err *e)
{
    struct planned *first = NULL, **end = &first, *next;

    if (!json_is_array(list))
        return err_set(e, ERR_INPUT, "faults are a list of objects");
    for (size_t i = 0; i < json_array_size(list); i++) {
        *end = read_fault(faults, json_array_get(list, i), e);
        if (*end == NULL) {
            for (; first != NULL; first = next) {
                next = first->next;
                mem_free(first);
            }
            return e->code;
        }
        end = &(*end)->next;
    }
    if (first != NULL) {
        *faults->end = first;
        faults->end = end;
    }
    return ERR_OK;
}

static bool matches(const struct planned *planned, const char *call, const char *operation)
{
    return fnmatch(planned->match, call, 0) == 0 ||
           (operation != NULL && fnmatch(planned->match, operation, 0) == 0);
}

/* Does it happen to this request, which it matches? */
static bool is_its_turn(struct planned *planned)
{
    if (planned->times != 0 && planned->hits == planned->times)
        return false;
    if (planned->after > 0) {
        planned->after--;
        return false;
    }
    planned->hits++;
    return true;
}

struct fault faults_take(
    struct faults *faults, const char *method, const char *path, const char *operation)
{
    char *call = mem_printf(faults, "%s %s", method, path);
    struct planned *planned = faults->first;

    while (planned != NULL && !(matches(planned, call, operation) && is_its_turn(planned)))
        planned = planned->next;
    mem_free(call);
    return planned == NULL ? (struct fault){0} : planned->fault;
}

json_t *faults_json(const struct faults *faults)
{
    json_t *list = json_array();

    for (const struct planned *planned = faults->first; planned != NULL; planned = planned->next)
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:I,s:I,s:I,s:I,s:i,s:b}", "match", planned->match, "kind",
                      kinds[planned->fault.kind], "after", (json_int_t)planned->after, "times",
                      (json_int_t)planned->times, "hits", (json_int_t)planned->hits, "ms",
                      (json_int_t)planned->fault.ms, "code", planned->fault.code, "done",
                      planned->fault.done));
    return list;
}
