/* log - one line an event, as text or JSON, to standard error.
 *
 *     log_info("order_issued", LOG_INT("order", 17), LOG_STR("serial", serial));
 *     2026-11-21T06:47:00.123Z info order_issued order=17 serial=04af
 *
 * The event is a fixed word to grep. Mistakes of clients are info, trouble with others (vendors,
 * DNS, disk) is warning, bugs of ours are error. Tokens, keys, nonces and bodies are never logged.
 * Values are escaped, so that no value can end a line or pose as another field. Any thread may log;
 * a line is one write.
 */
#ifndef COUNTERSIGN_BASE_LOG_H
#define COUNTERSIGN_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };
enum log_format { LOG_TEXT, LOG_JSON };

struct log_field {
    const char *name; /* NULL ends a list */
    const char *text; /* NULL: the value is `number` */
    int64_t number;
};

/* A text value that is empty or NULL leaves the field out. Every line has at least one field. */
#define LOG_STR(name, text)   ((struct log_field){(name), (text) == NULL ? "" : (text), 0})
#define LOG_INT(name, number) ((struct log_field){(name), NULL, (number)})

/* Sets level and format; before any thread is started, and again at a reload. */
void log_setup(enum log_level level, enum log_format format);

/* Is a line of this level written at all? Asked by the macros, so that unwritten lines cost
 * nothing. */
bool log_enabled(enum log_level level);

/* Writes one line; `fields` ends with a NULL name. Lines are cut at 4 KiB. */
void log_write(enum log_level level, const char *event, const struct log_field *fields);

#define log_event(level, event, ...)                                                               \
    do {                                                                                           \
        if (log_enabled(level))                                                                    \
            log_write((level), (event), (const struct log_field[]){__VA_ARGS__, {NULL, NULL, 0}}); \
    } while (0)
#define log_debug(...)   log_event(LOG_DEBUG, __VA_ARGS__)
#define log_info(...)    log_event(LOG_INFO, __VA_ARGS__)
#define log_warning(...) log_event(LOG_WARNING, __VA_ARGS__)
#define log_error(...)   log_event(LOG_ERROR, __VA_ARGS__)

#endif
