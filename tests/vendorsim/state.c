/* state - see state.h. */
#include "tests/vendorsim/state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

#define FORM          1
#define COMPACT_MIN   2000 /* lines below which nothing is written anew */
#define COMPACT_TIMES 4    /* lines for each object that is alive */

struct state {
    char *path, *new_path; /* NULL: memory only */
    char *vendor;
    FILE *file;
    json_t *kinds;   /* kind -> id -> object */
    json_t *changed; /* kind -> id -> true (put), false (gone) */
    size_t objects, lines;
    bool is_new;
};

static int state_free(void *ptr)
{
    struct state *state = ptr;

    json_decref(state->kinds);
    json_decref(state->changed);
    if (state->file != NULL)
        fclose(state->file);
    return 0;
}

/* The object for a kind, made if there is none. */
static json_t *room(json_t *kinds, const char *kind)
{
    json_t *objects = json_object_get(kinds, kind);

    if (objects == NULL) {
        objects = json_object();
        json_object_set_new(kinds, kind, objects);
    }
    return objects;
}

static void mark(struct state *state, const char *kind, const char *id, bool put)
{
    if (state->path != NULL)
        json_object_set_new(room(state->changed, kind), id, json_boolean(put));
}

/* What lives. */

bool state_is_new(const struct state *state)
{
    return state->is_new;
}

json_t *state_get(struct state *state, const char *kind, const char *id)
{
    return json_object_get(json_object_get(state->kinds, kind), id);
}

static void keep(struct state *state, const char *kind, const char *id, json_t *value)
{
    json_t *objects = room(state->kinds, kind);

    BUG_ON(!json_is_object(value));
    if (json_object_get(objects, id) == NULL)
        state->objects++;
    json_object_set_new(objects, id, value);
}

static void drop(struct state *state, const char *kind, const char *id)
{
    if (json_object_del(json_object_get(state->kinds, kind), id) == 0)
        state->objects--;
}

json_t *state_put(struct state *state, const char *kind, const char *id, json_t *value)
{
    keep(state, kind, id, value);
    mark(state, kind, id, true);
    return value;
}

void state_touch(struct state *state, const char *kind, const char *id)
{
    BUG_ON(state_get(state, kind, id) == NULL);
    mark(state, kind, id, true);
}

void state_remove(struct state *state, const char *kind, const char *id)
{
    if (state_get(state, kind, id) == NULL)
        return;
    mark(state, kind, id, false); /* first: the id may be the object's own */
    drop(state, kind, id);
}

json_t *state_all(struct state *state, const char *kind)
{
    return room(state->kinds, kind);
}

int64_t state_next(struct state *state, const char *series, int64_t first)
{
    json_t *next = state_get(state, "next", series);
    int64_t number = next == NULL ? first : json_integer_value(json_object_get(next, "number"));

    state_put(state, "next", series, json_pack("{s:I}", "number", (json_int_t)(number + 1)));
    return number;
}

/* Writing: lines go through stdio, whose errors are asked for once, at the end. */

static void write_line(struct state *state, FILE *file, json_t *line)
{
    json_dumpf(line, file, JSON_COMPACT | JSON_ENCODE_ANY);
    fputc('\n', file);
    json_decref(line);
    state->lines++;
}

static void write_put(
    struct state *state, FILE *file, const char *kind, const char *id, json_t *value)
{
    write_line(state, file, json_pack("[s,s,s,O]", "put", kind, id, value));
}

static void write_changes(struct state *state)
{
    json_t *ids, *put;
    const char *kind, *id;

    json_object_foreach(state->changed, kind, ids)
        json_object_foreach(ids, id, put) if (json_is_true(put))
            write_put(state, state->file, kind, id, state_get(state, kind, id));
    else write_line(state, state->file, json_pack("[s,s,s]", "gone", kind, id));
    write_line(state, state->file, json_pack("[s]", "end"));
}

static enum err_code cannot_write(const struct state *state, struct err *e)
{
    return err_set(
        e, ERR_STORE, "the state %s cannot be written: %s", state->path, strerror(errno));
}

/* One process has the file: the lock goes with it. */
static bool lock(FILE *file)
{
    return flock(fileno(file), LOCK_EX | LOCK_NB) == 0;
}

static FILE *open_new(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    return fd < 0 ? NULL : fdopen(fd, "w");
}

static void write_all(struct state *state, FILE *file)
{
    json_t *objects, *value;
    const char *kind, *id;

    state->lines = 0;
    write_line(state, file, json_pack("[s,s,i]", "vendorsim", state->vendor, FORM));
    json_object_foreach(state->kinds, kind, objects) json_object_foreach(objects, id, value)
        write_put(state, file, kind, id, value);
    write_line(state, file, json_pack("[s]", "end"));
}

/* The whole state in a file of its own, which then takes the name. */
static enum err_code write_anew(struct state *state, struct err *e)
{
    FILE *file = open_new(state->new_path);

    if (file == NULL)
        return cannot_write(state, e);
    write_all(state, file);
    if (fflush(file) != 0 || ferror(file) || !lock(file) ||
        rename(state->new_path, state->path) != 0) {
        cannot_write(state, e);
        fclose(file);
        return e->code;
    }
    if (state->file != NULL)
        fclose(state->file);
    state->file = file;
    return ERR_OK;
}

enum err_code state_commit(struct state *state, struct err *e)
{
    if (state->path == NULL || json_object_size(state->changed) == 0)
        return ERR_OK;
    write_changes(state);
    json_object_clear(state->changed);
    if (fflush(state->file) != 0 || ferror(state->file))
        return cannot_write(state, e);
    if (state->lines > COMPACT_MIN && state->lines > COMPACT_TIMES * state->objects)
        return write_anew(state, e);
    return ERR_OK;
}

/* Reading. */

struct reading {
    struct state *state;
    FILE *file;
    json_t *pending; /* lines since the last "end" */
    size_t line;     /* counted from 1 */
    off_t whole;     /* the file up to and with the last "end" */
    const char *path;
};

static bool is_word(const json_t *line, size_t index, const char *word)
{
    const char *text = json_string_value(json_array_get(line, index));

    return text != NULL && (word == NULL || strcmp(text, word) == 0);
}

static bool is_change(const json_t *line)
{
    size_t len = json_array_size(line);

    return (is_word(line, 0, "put") && len == 4 && is_word(line, 1, NULL) &&
               is_word(line, 2, NULL) && json_is_object(json_array_get(line, 3))) ||
           (is_word(line, 0, "gone") && len == 3 && is_word(line, 1, NULL) &&
               is_word(line, 2, NULL));
}

static void apply(struct reading *reading)
{
    json_t *line;
    size_t i;

    json_array_foreach(reading->pending, i, line)
    {
        const char *kind = json_string_value(json_array_get(line, 1)),
                   *id = json_string_value(json_array_get(line, 2));

        if (is_word(line, 0, "put"))
            keep(reading->state, kind, id, json_incref(json_array_get(line, 3)));
        else
            drop(reading->state, kind, id);
    }
    json_array_clear(reading->pending);
    reading->whole = ftello(reading->file);
}

static enum err_code refuse_line(const struct reading *reading, const char *why, struct err *e)
{
    return err_set(e, ERR_INPUT, "the state %s, line %zu: %s", reading->path, reading->line, why);
}

static enum err_code take_line(struct reading *reading, json_t *line, struct err *e)
{
    const char *vendor = reading->state->vendor;

    if (reading->line == 1) {
        if (!is_word(line, 0, "vendorsim") || json_array_size(line) != 3 ||
            json_integer_value(json_array_get(line, 2)) != FORM)
            return refuse_line(reading, "this is no state of vendorsim", e);
        return is_word(line, 1, vendor) ? ERR_OK
                                        : refuse_line(reading, "this is another vendor's state", e);
    }
    if (is_word(line, 0, "end"))
        apply(reading);
    else if (is_change(line))
        json_array_append(reading->pending, line);
    else
        return refuse_line(reading, "this is neither put, gone nor end", e);
    return ERR_OK;
}

/* A line that does not end, or is no JSON, may only be the last: it was cut off when the process
 * was killed. */
static enum err_code read_lines(struct reading *reading, struct err *e)
{
    char *text = NULL;
    size_t size = 0;
    ssize_t len;
    json_t *line;
    bool cut = false;

    e->code = ERR_OK;
    while (e->code == ERR_OK && (len = getline(&text, &size, reading->file)) > 0) {
        if (cut) {
            refuse_line(reading, "this is not JSON, and lines follow it", e);
            break;
        }
        reading->line++;
        line = text[len - 1] == '\n' ? json_loadb(text, (size_t)len, 0, NULL) : NULL;
        if (line == NULL)
            cut = true;
        else
            take_line(reading, line, e);
        json_decref(line);
    }
    free(text);
    return e->code;
}

/* Goes on behind the last "end". */
static enum err_code open_behind(struct reading *reading, struct err *e)
{
    struct state *state = reading->state;

    if (reading->whole == 0) /* killed before the first commit */
        return write_anew(state, e);
    if (json_array_size(reading->pending) > 0)
        log_info("state_cut", LOG_STR("file", state->path),
            LOG_INT("lines", (int64_t)json_array_size(reading->pending)));
    if (fseeko(state->file, reading->whole, SEEK_SET) != 0 ||
        ftruncate(fileno(state->file), reading->whole) != 0)
        return cannot_write(state, e);
    state->lines = reading->line;
    state->is_new = state->objects == 0;
    return ERR_OK;
}

static enum err_code read_state(struct state *state, struct err *e)
{
    struct reading reading = {.state = state, .file = state->file, .path = state->path};

    if (!lock(state->file))
        return err_set(e, ERR_CONFLICT, "another process has the state %s open", state->path);
    reading.pending = json_array();
    if (read_lines(&reading, e) == ERR_OK)
        open_behind(&reading, e);
    json_decref(reading.pending);
    return e->code;
}

struct state *state_open(void *mem, const char *path, const char *vendor, struct err *e)
{
    struct state *state = mem_new(mem, struct state);

    state->kinds = json_object();
    state->changed = json_object();
    mem_on_free(state, state_free);
    state->vendor = mem_strdup(state, vendor);
    state->is_new = true;
    e->code = ERR_OK;
    if (path == NULL)
        return state;
    state->path = mem_strdup(state, path);
    state->new_path = mem_printf(state, "%s.new", path);
    state->file = fopen(path, "r+e");
    if (state->file != NULL)
        read_state(state, e);
    else if (errno == ENOENT)
        write_anew(state, e);
    else
        cannot_write(state, e);
    if (e->code == ERR_OK)
        return state;
    mem_free(state);
    return NULL;
}
