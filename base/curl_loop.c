/* curl_loop - see curl_loop_private.h. */
#include "base/curl_loop_private.h"

#include <event2/event.h>

#include "base/err.h"
#include "base/loop_private.h"
#include "base/mem.h"

enum { IDLE_MAX = 16 };

struct curl_loop {
    struct loop *loop;
    curl_loop_on_finished on_finished;
    CURLM *multi;
    struct event *timer;
    CURL *idle[IDLE_MAX]; /* handles to be used again */
    unsigned idle_len;
};

static void take_finished(struct curl_loop *curl)
{
    struct CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(curl->multi, &left)) != NULL) {
        char *call = NULL;

        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
        curl->on_finished(call, message->data.result);
    }
}

static void on_socket_ready(evutil_socket_t fd, short what, void *arg)
{
    struct curl_loop *curl = arg;
    int ready =
        ((what & EV_READ) ? CURL_CSELECT_IN : 0) | ((what & EV_WRITE) ? CURL_CSELECT_OUT : 0);
    int running;

    curl_multi_socket_action(curl->multi, fd, ready, &running);
    take_finished(curl);
}

static void on_timeout(evutil_socket_t fd, short what, void *arg)
{
    struct curl_loop *curl = arg;
    int running;

    (void)fd;
    (void)what;
    curl_multi_socket_action(curl->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    take_finished(curl);
}

/* libcurl wants to know when a socket is ready (CURLMOPT_SOCKETFUNCTION). */
static int on_socket_wish(CURL *easy, curl_socket_t fd, int wish, void *arg, void *socket_arg)
{
    struct curl_loop *curl = arg;
    struct event *event = socket_arg;
    short what = EV_PERSIST;

    (void)easy;
    if (event != NULL)
        event_free(event);
    if (wish == CURL_POLL_REMOVE)
        return 0;
    what |= (wish & CURL_POLL_IN) != 0 ? EV_READ : 0;
    what |= (wish & CURL_POLL_OUT) != 0 ? EV_WRITE : 0;
    event = event_new(loop_base(curl->loop), fd, what, on_socket_ready, curl);
    event_add(event, NULL);
    curl_multi_assign(curl->multi, fd, event);
    return 0;
}

/* libcurl wants to be called after a time (CURLMOPT_TIMERFUNCTION). */
static int on_timer_wish(CURLM *multi, long timeout_ms, void *arg)
{
    struct curl_loop *curl = arg;
    struct timeval wait = {timeout_ms / 1000, timeout_ms % 1000 * 1000};

    (void)multi;
    if (timeout_ms < 0)
        evtimer_del(curl->timer);
    else
        evtimer_add(curl->timer, &wait);
    return 0;
}

struct curl_loop *curl_loop_new(struct loop *loop, curl_loop_on_finished on_finished)
{
    struct curl_loop *curl = mem_new(NULL, struct curl_loop);

    BUG_ON(curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK);
    curl->loop = loop;
    curl->on_finished = on_finished;
    curl->timer = evtimer_new(loop_base(loop), on_timeout, curl);
    curl->multi = curl_multi_init();
    BUG_ON(curl->multi == NULL);
    curl_multi_setopt(curl->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wish);
    curl_multi_setopt(curl->multi, CURLMOPT_SOCKETDATA, curl);
    curl_multi_setopt(curl->multi, CURLMOPT_TIMERFUNCTION, on_timer_wish);
    curl_multi_setopt(curl->multi, CURLMOPT_TIMERDATA, curl);
    curl_multi_setopt(curl->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    return curl;
}

void curl_loop_free(struct curl_loop *curl)
{
    if (curl == NULL)
        return;
    while (curl->idle_len > 0)
        curl_easy_cleanup(curl->idle[--curl->idle_len]);
    curl_multi_cleanup(curl->multi);
    event_free(curl->timer);
    curl_global_cleanup();
    mem_free(curl);
}

CURL *curl_loop_handle(struct curl_loop *curl)
{
    CURL *easy = curl->idle_len > 0 ? curl->idle[--curl->idle_len] : curl_easy_init();

    BUG_ON(easy == NULL);
    return easy;
}

void curl_loop_start(struct curl_loop *curl, CURL *easy, void *call)
{
    curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    curl_multi_add_handle(curl->multi, easy);
}

void curl_loop_end(struct curl_loop *curl, CURL *easy)
{
    curl_multi_remove_handle(curl->multi, easy);
    if (curl->idle_len < IDLE_MAX) {
        curl_easy_reset(easy);
        curl->idle[curl->idle_len++] = easy;
    } else {
        curl_easy_cleanup(easy);
    }
}
