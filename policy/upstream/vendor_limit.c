/* vendor_limit - see vendor_limit.h. */
#include "policy/upstream/vendor_limit.h"

#include <pthread.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

#define PAUSE_FIRST_MS 5000
#define PAUSE_MAX_MS   60000

/* The times of the last calls, the newest at `at`: sorted, those to come included. */
struct vendor_limit {
    pthread_mutex_t lock;
    struct vendor_window windows[VENDOR_WINDOWS_MAX];
    size_t windows_len;
    int64_t *times;
    size_t size, len, at;
    int64_t paused_until_ms;
    int64_t next_pause_ms;
};

static int limit_free(void *ptr)
{
    pthread_mutex_destroy(&((struct vendor_limit *)ptr)->lock);
    return 0;
}

struct vendor_limit *vendor_limit_new(void *mem, const struct vendor_window *windows, size_t len)
{
    struct vendor_limit *limit = mem_new(mem, struct vendor_limit);

    BUG_ON(len == 0 || len > VENDOR_WINDOWS_MAX);
    for (size_t i = 0; i < len; i++) {
        BUG_ON(windows[i].count == 0 || windows[i].count > VENDOR_WINDOW_LARGEST);
        limit->windows[i] = windows[i];
        if (windows[i].count > limit->size)
            limit->size = windows[i].count;
    }
    limit->windows_len = len;
    limit->times = mem_new_array(limit, int64_t, limit->size);
    limit->next_pause_ms = PAUSE_FIRST_MS;
    pthread_mutex_init(&limit->lock, NULL);
    mem_on_free(limit, limit_free);
    return limit;
}

/* The newest calls, in a ring of that size. */
static void resize(struct vendor_limit *limit, size_t size)
{
    int64_t *times = mem_new_array(limit, int64_t, size);
    size_t kept = limit->len < size ? limit->len : size;

    for (size_t i = 0; i < kept; i++)
        times[i] = limit->times[(limit->at + limit->size - (kept - 1) + i) % limit->size];
    mem_free(limit->times);
    limit->times = times;
    limit->size = size;
    limit->len = kept;
    limit->at = kept == 0 ? 0 : kept - 1;
}

void vendor_limit_change(struct vendor_limit *limit, const struct vendor_limit *other)
{
    pthread_mutex_lock(&limit->lock);
    memcpy(limit->windows, other->windows, sizeof limit->windows);
    limit->windows_len = other->windows_len;
    resize(limit, other->size);
    pthread_mutex_unlock(&limit->lock);
}

/* The time of the call that came `ago` calls before the next one (1: the last). */
static int64_t time_of(const struct vendor_limit *limit, size_t ago)
{
    return limit->times[(limit->at + limit->size - (ago - 1)) % limit->size];
}

/* How many places of a window such calls may take; of one that is too small to be shared, all. */
static size_t share(size_t count, enum vendor_urgency urgency)
{
    size_t kept_free = 0;

    if (urgency == VENDOR_BACKGROUND)
        kept_free = (count + 2) / 3;
    else if (urgency == VENDOR_ORDINARY)
        kept_free = (count + 5) / 6;
    return kept_free < count ? count - kept_free : count;
}

/* When one more such call fits. */
static int64_t earliest(
    const struct vendor_limit *limit, int64_t now_ms, enum vendor_urgency urgency)
{
    int64_t when = now_ms;

    if (limit->len > 0 && time_of(limit, 1) > when)
        when = time_of(limit, 1);
    for (size_t i = 0; i < limit->windows_len; i++) {
        const struct vendor_window *window = &limit->windows[i];
        size_t count = share(window->count, urgency);

        if (limit->len >= count && time_of(limit, count) + window->period_ms > when)
            when = time_of(limit, count) + window->period_ms;
    }
    return when;
}

static void take(struct vendor_limit *limit, int64_t when)
{
    limit->at = (limit->at + 1) % limit->size;
    limit->times[limit->at] = when;
    if (limit->len < limit->size)
        limit->len++;
}

int64_t vendor_limit_reserve(struct vendor_limit *limit, int64_t now_ms, int64_t longest_ms)
{
    int64_t when;

    pthread_mutex_lock(&limit->lock);
    when = earliest(limit, now_ms, VENDOR_URGENT);
    if (when - now_ms <= longest_ms)
        take(limit, when);
    pthread_mutex_unlock(&limit->lock);
    return when - now_ms;
}

int64_t vendor_limit_try(struct vendor_limit *limit, int64_t now_ms, enum vendor_urgency urgency)
{
    int64_t when;

    pthread_mutex_lock(&limit->lock);
    when = earliest(limit, now_ms, urgency);
    if (when < limit->paused_until_ms)
        when = limit->paused_until_ms;
    if (when <= now_ms)
        take(limit, now_ms);
    pthread_mutex_unlock(&limit->lock);
    return when - now_ms;
}

int64_t vendor_limit_pause_ms(struct vendor_limit *limit, int64_t now_ms)
{
    int64_t left;

    pthread_mutex_lock(&limit->lock);
    left = limit->paused_until_ms - now_ms;
    pthread_mutex_unlock(&limit->lock);
    return left > 0 ? left : 0;
}

int64_t vendor_limit_refused(struct vendor_limit *limit, int64_t now_ms, int64_t asked_ms)
{
    int64_t left;

    pthread_mutex_lock(&limit->lock);
    if (limit->paused_until_ms <= now_ms) {
        int64_t pause = asked_ms > limit->next_pause_ms ? asked_ms : limit->next_pause_ms;

        limit->paused_until_ms = now_ms + (pause < PAUSE_MAX_MS ? pause : PAUSE_MAX_MS);
        limit->next_pause_ms *= 2;
        if (limit->next_pause_ms > PAUSE_MAX_MS)
            limit->next_pause_ms = PAUSE_MAX_MS;
    }
    left = limit->paused_until_ms - now_ms;
    pthread_mutex_unlock(&limit->lock);
    return left;
}

void vendor_limit_answered(struct vendor_limit *limit, int64_t now_ms)
{
    pthread_mutex_lock(&limit->lock);
    if (limit->paused_until_ms <= now_ms)
        limit->next_pause_ms = PAUSE_FIRST_MS;
    pthread_mutex_unlock(&limit->lock);
}
