/* rate - see rate.h. */
#include "tests/vendorsim/rate.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define WINDOWS_MAX 4
#define COUNT_MAX   100000

struct window {
    size_t max;
    int64_t span_ms;
};

/* The times of a key's last requests, as many as the widest window counts, in a ring. */
struct caller {
    char *key;
    int64_t *times;
    size_t len, next;
    struct caller *other;
};

struct rate {
    struct window windows[WINDOWS_MAX];
    size_t windows_len, ring;
    struct caller *callers;
};

/* "100/5" */
static bool read_window(const char *text, size_t len, struct window *out)
{
    char *end;
    unsigned long long max = strtoull(text, &end, 10), seconds;

    if (end == text || *end != '/' || max == 0 || max > COUNT_MAX)
        return false;
    text = end + 1;
    seconds = strtoull(text, &end, 10);
    if (end == text || seconds == 0 || seconds > 86400)
        return false;
    *out = (struct window){(size_t)max, (int64_t)seconds * 1000};
    return (size_t)(end - text) <= len && (*end == '\0' || *end == ',');
}

struct rate *rate_new(void *mem, const char *text, struct err *e)
{
    struct rate *rate = mem_new(mem, struct rate);
    const char *at = strcmp(text, "off") == 0 ? NULL : text;

    while (at != NULL) {
        struct window *window = &rate->windows[rate->windows_len];

        if (rate->windows_len == WINDOWS_MAX || !read_window(at, strlen(at), window)) {
            mem_free(rate);
            err_set(
                e, ERR_INPUT, "\"%s\" is no list of rates such as 100/5,1000/180, nor off", text);
            return NULL;
        }
        rate->ring = window->max > rate->ring ? window->max : rate->ring;
        rate->windows_len++;
        at = strchr(at, ',');
        at = at == NULL ? NULL : at + 1;
    }
    return rate;
}

static struct caller *find(struct rate *rate, const char *key)
{
    struct caller *caller;

    for (caller = rate->callers; caller != NULL; caller = caller->other)
        if (strcmp(caller->key, key) == 0)
            return caller;
    caller = mem_new(rate, struct caller);
    caller->key = mem_strdup(caller, key);
    caller->times = mem_new_array(caller, int64_t, rate->ring);
    caller->other = rate->callers;
    rate->callers = caller;
    return caller;
}

/* A window is full if its max-th last request is still in it. */
static bool has_room(
    const struct caller *caller, size_t ring, const struct window *window, int64_t now_ms)
{
    size_t at;

    if (caller->len < window->max)
        return true;
    at = (caller->next + ring - window->max) % ring;
    return caller->times[at] + window->span_ms <= now_ms;
}

bool rate_take(struct rate *rate, const char *key, int64_t now_ms)
{
    struct caller *caller;

    if (rate->windows_len == 0)
        return true;
    caller = find(rate, key);
    for (size_t i = 0; i < rate->windows_len; i++)
        if (!has_room(caller, rate->ring, &rate->windows[i], now_ms))
            return false;
    caller->times[caller->next] = now_ms;
    caller->next = (caller->next + 1) % rate->ring;
    if (caller->len < rate->ring)
        caller->len++;
    return true;
}
