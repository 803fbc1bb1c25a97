/* json - see json.h. */
#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/mem.h"

/* Deeper nesting is refused before jansson recurses into it. */
static bool too_deep(struct bytes text)
{
    bool in_string = false;
    int depth = 0;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];

        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > JSON_DEPTH_MAX)
                return true;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return false;
}

struct holder {
    json_t *root;
};

static int drop(void *ptr)
{
    json_decref(((struct holder *)ptr)->root);
    return 0;
}

enum err_code json_parse(
    void *mem, struct bytes text, const char *what, struct json *out, struct err *e)
{
    struct holder *holder;
    json_error_t why;
    json_t *root;

    if (too_deep(text))
        return err_set(e, ERR_INPUT, "%s is nested deeper than %d levels", what, JSON_DEPTH_MAX);
    root = json_loadb((const char *)text.data, text.len, JSON_REJECT_DUPLICATES, &why);
    if (root == NULL) {
        bool twice = json_error_code(&why) == json_error_duplicate_key;

        return err_set(e, ERR_INPUT, "%s is not valid JSON%s (at byte %d)", what,
            twice ? ": a member is named twice" : "", why.position);
    }
    holder = mem_new(mem, struct holder);
    holder->root = root;
    mem_on_free(holder, drop);
    *out = (struct json){.node = root};
    return ERR_OK;
}

static bool is_a(const struct json *at, json_type type)
{
    return at->node != NULL && json_typeof((const json_t *)at->node) == type;
}

bool json_holds_object(const struct json *at)
{
    return is_a(at, JSON_OBJECT);
}

bool json_absent(const struct json *at)
{
    return at->node == NULL || is_a(at, JSON_NULL);
}

void json_member(const struct json *at, const char *name, struct json *out)
{
    *out = (struct json){.node = json_object_get(at->node, name), .up = at, .name = name};
}

/* The member, its presence and type checked. ERR_OK with out->node NULL: optional and absent. */
static enum err_code typed(const struct json *at, const char *name, enum json_need need,
    json_type type, const char *type_name, struct json *out, struct err *e)
{
    json_member(at, name, out);
    if (json_absent(out)) {
        out->node = NULL;
        return need == JSON_REQUIRED ? json_complain(out, e, "is missing") : ERR_OK;
    }
    return is_a(out, type) ? ERR_OK : json_complain(out, e, type_name);
}

enum err_code json_read_object(
    const struct json *at, const char *name, enum json_need need, struct json *out, struct err *e)
{
    return typed(at, name, need, JSON_OBJECT, "must be an object", out, e);
}

enum err_code json_read_array(
    const struct json *at, const char *name, enum json_need need, struct json *out, struct err *e)
{
    return typed(at, name, need, JSON_ARRAY, "must be an array", out, e);
}

enum err_code json_read_string(
    const struct json *at, const char *name, enum json_need need, const char **out, struct err *e)
{
    struct json found;

    *out = NULL;
    if (typed(at, name, need, JSON_STRING, "must be a string", &found, e) != ERR_OK)
        return e->code;
    *out = json_string_value(found.node);
    return ERR_OK;
}

enum err_code json_read_bool(
    const struct json *at, const char *name, enum json_need need, bool *out, struct err *e)
{
    struct json found;

    *out = false;
    json_member(at, name, &found);
    if (json_absent(&found))
        return need == JSON_REQUIRED ? json_complain(&found, e, "is missing") : ERR_OK;
    if (!is_a(&found, JSON_TRUE) && !is_a(&found, JSON_FALSE))
        return json_complain(&found, e, "must be true or false");
    *out = is_a(&found, JSON_TRUE);
    return ERR_OK;
}

enum err_code json_read_int(
    const struct json *at, const char *name, enum json_need need, int64_t *out, struct err *e)
{
    struct json found;

    *out = 0;
    if (typed(at, name, need, JSON_INTEGER, "must be a whole number", &found, e) != ERR_OK)
        return e->code;
    *out = json_integer_value(found.node);
    return ERR_OK;
}

enum err_code json_read_number(
    const struct json *at, const char *name, enum json_need need, double *out, struct err *e)
{
    struct json found;

    *out = 0;
    json_member(at, name, &found);
    if (json_absent(&found))
        return need == JSON_REQUIRED ? json_complain(&found, e, "is missing") : ERR_OK;
    if (!is_a(&found, JSON_INTEGER) && !is_a(&found, JSON_REAL))
        return json_complain(&found, e, "must be a number");
    *out = json_number_value(found.node);
    return ERR_OK;
}

static bool is_among(const char *const names[], const char *name)
{
    while (*names != NULL && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

enum err_code json_only(const struct json *at, const char *const names[], struct err *e)
{
    json_t *object = is_a(at, JSON_OBJECT) ? (json_t *)(uintptr_t)at->node : NULL;

    for (void *i = json_object_iter(object); i != NULL; i = json_object_iter_next(object, i)) {
        struct json member = {.up = at, .name = json_object_iter_key(i)};

        if (!is_among(names, member.name))
            return json_complain(&member, e, "is no member that is known here");
    }
    return ERR_OK;
}

size_t json_len(const struct json *at)
{
    return is_a(at, JSON_ARRAY) ? json_array_size(at->node) : 0;
}

void json_element(const struct json *at, size_t index, struct json *out)
{
    *out = (struct json){.node = json_array_get(at->node, index), .up = at, .index = index};
}

enum err_code json_as_string(const struct json *at, const char **out, struct err *e)
{
    if (!is_a(at, JSON_STRING))
        return json_complain(at, e, "must be a string");
    *out = json_string_value(at->node);
    return ERR_OK;
}

static void add_path(struct buf *b, const struct json *at)
{
    if (at->up == NULL)
        return;
    add_path(b, at->up);
    if (at->name == NULL)
        buf_addf(b, "[%zu]", at->index);
    else
        buf_addf(b, b->len == 0 ? "%s" : ".%s", at->name);
}

char *json_path(void *mem, const struct json *at)
{
    struct buf b;

    buf_init(&b, mem, 1024);
    add_path(&b, at);
    return buf_text(&b);
}

enum err_code json_complain(const struct json *at, struct err *e, const char *problem)
{
    char *path = json_path(NULL, at);

    err_set(e, ERR_INPUT, "%s%s%s %s", path[0] == '\0' ? "the document" : "\"", path,
        path[0] == '\0' ? "" : "\"", problem);
    mem_free(path);
    return e->code;
}

void json_begin(struct json_out *w, struct buf *buf)
{
    *w = (struct json_out){.buf = buf};
}

static void add_name(struct json_out *w, const char *name)
{
    if (w->comma)
        buf_add_char(w->buf, ',');
    w->comma = true;
    if (name != NULL) {
        buf_add_char(w->buf, '"');
        buf_add_text(w->buf, name);
        buf_add(w->buf, "\":", 2);
    }
}

void json_open(struct json_out *w, const char *name, char bracket)
{
    add_name(w, name);
    buf_add_char(w->buf, bracket);
    w->comma = false;
}

void json_close(struct json_out *w, char bracket)
{
    buf_add_char(w->buf, bracket);
    w->comma = true;
}

static void add_escaped(struct buf *b, const char *value)
{
    const char *plain = value;

    for (const char *p = value;; p++) {
        unsigned char c = (unsigned char)*p;

        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_add(b, plain, (size_t)(p - plain));
        plain = p + 1;
        if (c == '\0')
            return;
        if (c == '"' || c == '\\') {
            buf_add_char(b, '\\');
            buf_add_char(b, *p);
        } else if (c == '\n') {
            buf_add(b, "\\n", 2);
        } else {
            buf_addf(b, "\\u%04x", c);
        }
    }
}

void json_add_string(struct json_out *w, const char *name, const char *value)
{
    if (value == NULL)
        return;
    add_name(w, name);
    buf_add_char(w->buf, '"');
    add_escaped(w->buf, value);
    buf_add_char(w->buf, '"');
}

void json_add_bool(struct json_out *w, const char *name, bool value)
{
    add_name(w, name);
    buf_add_text(w->buf, value ? "true" : "false");
}

void json_add_int(struct json_out *w, const char *name, int64_t value)
{
    add_name(w, name);
    buf_addf(w->buf, "%" PRId64, value);
}

void json_add_time(struct json_out *w, const char *name, int64_t time_s)
{
    char text[CLOCK_RFC3339_SIZE];

    if (time_s == 0)
        return;
    clock_format(time_s, text);
    json_add_string(w, name, text);
}

void json_add_strings(struct json_out *w, const char *name, const char *const *list)
{
    json_open(w, name, '[');
    for (; *list != NULL; list++)
        json_add_string(w, NULL, *list);
    json_close(w, ']');
}

void json_add_raw(struct json_out *w, const char *name, const char *json)
{
    if (json == NULL)
        return;
    add_name(w, name);
    buf_add_text(w->buf, json);
}

/* Where a line of the document is to end: `level` objects and lists are open there. */
static void add_line(struct buf *b, int level)
{
    buf_addf(b, "\n%*s", 2 * level, "");
}

/* A string from its first quote to its last; returns what follows. */
static const char *add_quoted(struct buf *b, const char *from)
{
    const char *to = from + 1;

    while (*to != '"')
        to += *to == '\\' ? 2 : 1;
    buf_add(b, from, (size_t)(to + 1 - from));
    return to + 1;
}

char *json_lay_out(void *mem, const char *json, int depth)
{
    int level = 0;
    struct buf b;

    buf_init(&b, mem, SIZE_MAX / 2);
    while (*json != '\0') {
        char c = *json;
        bool opens = c == '{' || c == '[', closes = c == '}' || c == ']';
        bool empty = opens && (json[1] == '}' || json[1] == ']');

        if (c == '"') {
            json = add_quoted(&b, json);
            continue;
        }
        level -= closes;
        if (closes && level < depth)
            add_line(&b, level);
        buf_add_char(&b, c);
        json++;
        if (empty) {
            buf_add_char(&b, *json++);
            continue;
        }
        level += opens;
        if ((opens || c == ',') && level <= depth)
            add_line(&b, level);
        else if (c == ',' || c == ':')
            buf_add_char(&b, ' ');
    }
    return buf_text(&b);
}
