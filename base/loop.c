/* loop - see loop.h.
 *
 * The base is made without locks, since only its own thread touches it (performance.md, 6.8); other
 * threads reach it through a list behind a mutex and an eventfd.
 */
#include "base/loop.h"

#include <pthread.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/err.h"
#include "base/loop_private.h"
#include "base/mem.h"

struct loop {
    struct event_base *base;
    struct event *wake_event;
    int wake_fd;

    pthread_mutex_t lock; /* guards what follows */
    bool stopping;
    struct loop_message *first, **last;
    bool awake; /* a wake-up is on its way */
};

struct loop_timer {
    struct event *event;
    void (*fn)(void *arg);
    void *arg;
};

/* All that was posted; *stop: loop_stop was called. */
static struct loop_message *take_all(struct loop *loop, bool *stop)
{
    struct loop_message *first;
    uint64_t count;

    if (read(loop->wake_fd, &count, sizeof count) < 0)
        count = 0; /* EAGAIN: somebody else's wake-up was counted already */
    pthread_mutex_lock(&loop->lock);
    first = loop->first;
    loop->first = NULL;
    loop->last = &loop->first;
    loop->awake = false;
    *stop = loop->stopping;
    pthread_mutex_unlock(&loop->lock);
    return first;
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    struct loop *loop = arg;
    struct loop_message *message, *next;
    bool stop;

    (void)fd;
    (void)what;
    message = take_all(loop, &stop);
    for (; message != NULL; message = next) {
        next = message->next;
        message->next = NULL;
        message->on_message(message);
    }
    if (stop)
        event_base_loopbreak(loop->base);
}

struct loop *loop_new(void)
{
    struct loop *loop = mem_new(NULL, struct loop);
    struct event_config *config = event_config_new();

    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
    event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
    loop->base = event_base_new_with_config(config);
    event_config_free(config);
    BUG_ON(loop->base == NULL);
    loop->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    BUG_ON(loop->wake_fd < 0);
    loop->wake_event = event_new(loop->base, loop->wake_fd, EV_READ | EV_PERSIST, on_wake, loop);
    event_add(loop->wake_event, NULL);
    pthread_mutex_init(&loop->lock, NULL);
    loop->last = &loop->first;
    return loop;
}

void loop_free(struct loop *loop)
{
    if (loop == NULL)
        return;
    event_free(loop->wake_event);
    event_base_free(loop->base);
    close(loop->wake_fd);
    pthread_mutex_destroy(&loop->lock);
    mem_free(loop);
}

struct event_base *loop_base(struct loop *loop)
{
    return loop->base;
}

void loop_run(struct loop *loop)
{
    event_base_dispatch(loop->base);
}

static void wake(struct loop *loop)
{
    uint64_t one = 1;

    if (write(loop->wake_fd, &one, sizeof one) < 0)
        return; /* EAGAIN: the counter is full, so the loop is awake */
}

void loop_stop(struct loop *loop)
{
    pthread_mutex_lock(&loop->lock);
    loop->stopping = true;
    pthread_mutex_unlock(&loop->lock);
    wake(loop);
}

void loop_post_all(struct loop *loop, struct loop_message *first)
{
    struct loop_message **last = &first;
    bool must_wake;

    while (*last != NULL)
        last = &(*last)->next;
    if (last == &first)
        return;
    pthread_mutex_lock(&loop->lock);
    *loop->last = first;
    loop->last = last;
    must_wake = !loop->awake;
    loop->awake = true;
    pthread_mutex_unlock(&loop->lock);
    if (must_wake)
        wake(loop);
}

void loop_post(struct loop *loop, struct loop_message *message)
{
    message->next = NULL;
    loop_post_all(loop, message);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct loop_timer *timer = arg;
    void (*fn)(void *) = timer->fn;
    void *fn_arg = timer->arg;

    (void)fd;
    (void)what;
    event_free(timer->event);
    mem_free(timer);
    fn(fn_arg);
}

struct loop_timer *loop_after(struct loop *loop, int64_t ms, void (*fn)(void *arg), void *arg)
{
    struct loop_timer *timer = mem_new(NULL, struct loop_timer);
    struct timeval wait = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

    timer->fn = fn;
    timer->arg = arg;
    timer->event = evtimer_new(loop->base, on_timer, timer);
    evtimer_add(timer->event, &wait);
    return timer;
}

void loop_cancel(struct loop_timer **timer)
{
    if (*timer == NULL)
        return;
    event_free((*timer)->event);
    mem_free(*timer);
    *timer = NULL;
}
