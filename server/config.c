/* config - see config.h: the steps from a file's name to a struct config, and the list of
 * complaints on the way. */
#include "server/config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "server/config_private.h"

static const char built_in[] = "validation: {allow: [127.0.0.0/8, '::1/128']}\n"
                               "profiles: [{name: default, internal_names: true}]\n";

void config_place_add(struct config_reading *r, const char *path, int line)
{
    if (r->places_len % 64 == 0)
        r->places =
            mem_grow_array(r->scratch, r->places, sizeof *r->places, r->places_len + 64, "places");
    r->places[r->places_len++] = (struct config_place){.path = path, .line = line};
}

static struct config_place *find_place(const struct config_reading *r, const char *path)
{
    for (unsigned i = 0; i < r->places_len; i++)
        if (strcmp(r->places[i].path, path) == 0)
            return &r->places[i];
    return NULL;
}

bool config_is_faulty(const struct config_reading *r, const char *path)
{
    const struct config_place *place = find_place(r, path);

    return place != NULL && place->faulty;
}

static void __attribute__((format(printf, 4, 0)))
note(struct config_reading *r, int line, const char *path, const char *format, va_list args)
{
    char sentence[1024], where[16] = "";

    if (r->problems_len == CONFIG_PROBLEMS_MAX)
        return;
    vsnprintf(sentence, sizeof sentence, format, args);
    if (line > 0)
        snprintf(where, sizeof where, ":%d", line);
    r->problems[r->problems_len++] = (struct config_problem){
        .line = line,
        .text = mem_printf(r->scratch, "%s%s: %s%s%s", r->file, where, path == NULL ? "" : path,
            path == NULL ? "" : ": ", sentence),
    };
}

void config_complain(struct config_reading *r, const char *path, const char *format, ...)
{
    struct config_place *place = find_place(r, path);
    va_list args;

    if (place != NULL)
        place->faulty = true;
    va_start(args, format);
    note(r, place == NULL ? 0 : place->line, path, format, args);
    va_end(args);
}

void config_complain_at(
    struct config_reading *r, int line, const char *path, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    note(r, line, path, format, args);
    va_end(args);
}

const char *config_excerpt(struct config_reading *r, const char *value)
{
    size_t len = strlen(value), shown = len > 60 ? 60 : len;
    char *text;

    while (shown < len && ((unsigned char)value[shown] & 0xc0) == 0x80)
        shown--; /* a character of several octets is not cut in two */
    text = mem_printf(r->scratch, "%.*s%s", (int)shown, value, shown < len ? "..." : "");
    for (char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = '?';
    return text;
}

/* The whole file as text. A file may be a pipe, so its size is not asked for. */
static bool read_file(struct config_reading *r, const char *path, struct bytes *out)
{
    FILE *file = fopen(path, "re");
    int error = file == NULL ? errno : 0;
    char part[4096];
    struct buf text;
    size_t got;

    buf_init(&text, r->scratch, CONFIG_FILE_MAX);
    if (file != NULL) {
        while (!text.overflow && (got = fread(part, 1, sizeof part, file)) > 0)
            buf_add(&text, part, got);
        error = ferror(file) ? errno : 0;
        fclose(file);
    }
    if (error != 0)
        config_complain_at(r, 0, NULL, "cannot be read: %s", strerror(error));
    else if (text.overflow)
        config_complain_at(r, 0, NULL, "is larger than 1 MiB, which no configuration needs");
    buf_text(&text); /* also an empty file has a text */
    *out = buf_bytes(&text);
    return r->problems_len == 0;
}

/* Complaints of different checks, put into the order of the file; those of one line stay as they
 * came. */
static void sort_problems(struct config_reading *r)
{
    for (unsigned i = 1; i < r->problems_len; i++) {
        struct config_problem moving = r->problems[i];
        unsigned to = i;

        for (; to > 0 && r->problems[to - 1].line > moving.line; to--)
            r->problems[to] = r->problems[to - 1];
        r->problems[to] = moving;
    }
}

static void hand_over_problems(struct config_reading *r, struct config_problems *out)
{
    const char **list = mem_new_array(r->mem, const char *, r->problems_len);

    sort_problems(r);
    for (unsigned i = 0; i < r->problems_len; i++)
        list[i] = mem_strdup(list, r->problems[i].text);
    *out = (struct config_problems){list, r->problems_len};
}

/* The result, or NULL if there were complaints. */
static struct config *read_text(struct config_reading *r, struct bytes text)
{
    struct config *config = mem_new(r->mem, struct config);
    yaml_document_t document;

    r->mem = config;
    config->source = mem_strdup(config, r->file);
    if (config_yaml_parse(r, text, &document)) {
        config_read_document(r, &document, config);
        yaml_document_delete(&document);
        config_check(r, config);
    }
    if (r->problems_len == 0)
        return config;
    mem_free(config);
    return NULL;
}

static struct config_reading *begin(void *mem, const char *file)
{
    struct config_reading *r = mem_new(NULL, struct config_reading);

    r->mem = mem;
    r->scratch = r;
    r->file = file;
    return r;
}

struct config *config_read(void *mem, const char *path, struct config_problems *problems)
{
    struct config_reading *r = begin(mem, path);
    struct config *config = NULL;
    struct bytes text;

    if (read_file(r, path, &text))
        config = read_text(r, text);
    r->mem = mem;
    hand_over_problems(r, problems);
    mem_free(r);
    return config;
}

enum err_code config_load(void *mem, const char *path, struct config **out, struct err *e)
{
    void *scratch = mem_new(NULL, char);
    struct config_problems problems;

    *out = config_read(scratch, path, &problems);
    if (*out != NULL) {
        *out = mem_move(mem, *out);
        e->code = ERR_OK;
    } else if (problems.len == 1) {
        err_set(e, ERR_INPUT, "%s", problems.list[0]);
    } else {
        err_set(e, ERR_INPUT, "%s (one of %u problems; countersign check names all)",
            problems.list[0], problems.len);
    }
    mem_free(scratch);
    return e->code;
}

struct config *config_default(void *mem)
{
    struct config_reading *r = begin(mem, "built-in default");
    struct config *config = read_text(r, bytes_of(built_in));

    BUG_ON(config == NULL);
    mem_free(r);
    return config;
}
