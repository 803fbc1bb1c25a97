/* log - see log.h. */
#include "base/log.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The log sink: the one mutable file-scope state of the program (style: a reload may change it
 * under threads). */
static _Atomic int sink_level = LOG_INFO;
static _Atomic int sink_format = LOG_TEXT;

struct line {
    char text[4096];
    size_t len;
};

void log_setup(enum log_level level, enum log_format format)
{
    atomic_store(&sink_level, (int)level);
    atomic_store(&sink_format, (int)format);
}

bool log_enabled(enum log_level level)
{
    return (int)level >= atomic_load_explicit(&sink_level, memory_order_relaxed);
}

/* Room is kept for what closes a line: a quote, a brace, the line break. */
static void put(struct line *line, const char *text, size_t len)
{
    size_t room = sizeof line->text - 8 - line->len;

    if (len > room)
        len = room;
    memcpy(line->text + line->len, text, len);
    line->len += len;
}

static void put_text(struct line *line, const char *text)
{
    put(line, text, strlen(text));
}

static void put_escaped(struct line *line, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        char hex[8];

        if (c == '"' || c == '\\') {
            put(line, (char[]){'\\', *p}, 2);
        } else if (c < 0x20 || c == 0x7f) {
            snprintf(hex, sizeof hex, "\\u%04x", c);
            put_text(line, hex);
        } else {
            put(line, p, 1);
        }
    }
}

static bool needs_quotes(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p <= 0x20 || *p == '"' || *p == '\\' || *p == '=' ||
            (unsigned char)*p >= 0x7f)
            return true;
    return false;
}

static void put_quoted(struct line *line, const char *text)
{
    put_text(line, "\"");
    put_escaped(line, text);
    put_text(line, "\"");
}

static void put_number(struct line *line, int64_t number)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, number);
    put_text(line, text);
}

static void put_field(struct line *line, const struct log_field *field, bool json)
{
    put_text(line, json ? ",\"" : " ");
    put_text(line, field->name);
    put_text(line, json ? "\":" : "=");
    if (field->text == NULL)
        put_number(line, field->number);
    else if (json || needs_quotes(field->text))
        put_quoted(line, field->text);
    else
        put_text(line, field->text);
}

static void put_head(struct line *line, enum log_level level, const char *event, bool json)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    char date[32], stamp[48];
    struct timespec now;
    struct tm tm;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(stamp, sizeof stamp, "%s.%03ldZ", date, now.tv_nsec / 1000000);
    put_text(line, json ? "{\"time\":\"" : "");
    put_text(line, stamp);
    put_text(line, json ? "\",\"level\":\"" : " ");
    put_text(line, names[level]);
    put_text(line, json ? "\",\"event\":\"" : " ");
    put_text(line, event);
    put_text(line, json ? "\"" : "");
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    bool json = atomic_load_explicit(&sink_format, memory_order_relaxed) == LOG_JSON;
    struct line line;
    size_t whole;

    line.len = 0;
    put_head(&line, level, event, json);
    for (; fields->name != NULL; fields++) {
        if (fields->text != NULL && fields->text[0] == '\0')
            continue;
        whole = line.len;
        put_field(&line, fields, json);
        if (line.len >= sizeof line.text - 8) {
            /* A field cut in half would be broken JSON: it is left out, and so is what follows. */
            line.len = whole;
            break;
        }
    }
    memcpy(line.text + line.len, json ? "}\n" : "\n", json ? 2 : 1);
    line.len += json ? 2 : 1;
    if (write(STDERR_FILENO, line.text, line.len) < 0)
        return; /* nowhere to say so */
}
