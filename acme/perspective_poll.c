/* perspective_poll - see perspective_poll.h. */
#include "acme/perspective_poll.h"

#include "acme/perspective_wire.h"
#include "base/log.h"
#include "base/mem.h"

/* What a request may take beyond the check itself: connecting, TLS, the answer's way. */
#define MARGIN_MS  3000
#define CONNECT_MS 5000

/* How long the slow ones are waited for when the outcome is certain: their word is worth storing,
 * but not worth much of a client's time. */
#define GRACE_MS 1000

/* One perspective. */
struct asked {
    struct perspective_poll *poll;
    const struct perspective *perspective;
    struct perspective_view *views;
    struct http_call *call; /* until it is answered */
};

struct perspective_poll {
    void *mem; /* of the result */
    struct perspective_poll_options options;
    perspective_on_polled on_polled;
    void *arg;
    struct asked *asked;
    size_t open; /* calls */
    bool is_hurried, is_settled, cancelled;
    struct loop_timer *end_timer;
};

/* Counting. */

static enum vote vote_of(const struct asked *asked, size_t subject)
{
    if (asked->call != NULL)
        return VOTE_OPEN;
    return asked->views[subject].agrees ? VOTE_FOR : VOTE_AGAINST;
}

static void fill_ballots(
    const struct perspective_poll *poll, size_t subject, struct quorum_ballot *ballots)
{
    for (size_t i = 0; i < poll->options.set->len; i++)
        ballots[i] = (struct quorum_ballot){
            poll->asked[i].perspective->region, vote_of(&poll->asked[i], subject)};
}

/* Is it certain for all subjects? */
static bool is_decided(const struct perspective_poll *poll)
{
    const struct perspective_set *set = poll->options.set;
    struct quorum_ballot *ballots = mem_new_array(NULL, struct quorum_ballot, set->len);
    bool decided = true;

    for (size_t i = 0; decided && i < poll->options.subjects; i++) {
        fill_ballots(poll, i, ballots);
        decided = quorum_is_decided(&set->rules, ballots, set->len);
    }
    mem_free(ballots);
    return decided;
}

static struct corroboration *count(struct perspective_poll *poll)
{
    const struct perspective_set *set = poll->options.set;
    struct corroboration *result = mem_new(poll->mem, struct corroboration);
    struct quorum_ballot *ballots = mem_new_array(result, struct quorum_ballot, set->len);
    struct quorum *quorums = mem_new_array(result, struct quorum, poll->options.subjects);

    for (size_t i = 0; i < poll->options.subjects; i++) {
        fill_ballots(poll, i, ballots);
        quorums[i] = quorum_count(&set->rules, ballots, set->len);
    }
    *result = (struct corroboration){
        .list = set->list,
        .len = set->len,
        .subjects = poll->options.subjects,
        .views = set->len == 0 ? NULL : poll->asked[0].views,
        .quorums = quorums,
        .cancelled = poll->cancelled,
    };
    return result;
}

/* Ending. */

static void stop(struct perspective_poll *poll)
{
    loop_cancel(&poll->end_timer);
    for (size_t i = 0; i < poll->options.set->len; i++)
        http_call_cancel(&poll->asked[i].call);
}

static void note_silent(struct asked *asked, const char *why, const char *internal)
{
    for (size_t i = 0; i < asked->poll->options.subjects; i++)
        asked->views[i] = (struct perspective_view){
            .retry = true,
            .problem = PROBLEM_SERVER_INTERNAL,
            .detail = mem_printf(asked->poll->mem, "it did not answer: %s", why),
            .address = "",
        };
    log_warning("perspective_silent", LOG_STR("perspective", asked->perspective->name),
        LOG_STR("why", why), LOG_STR("internal", internal));
}

static void finish(struct perspective_poll *poll)
{
    for (size_t i = 0; i < poll->options.set->len; i++)
        if (poll->asked[i].call != NULL)
            note_silent(&poll->asked[i], "the others were faster, and enough", "");
    stop(poll);
    poll->on_polled(poll->arg, count(poll));
    mem_free(poll);
}

static void on_end(void *arg)
{
    struct perspective_poll *poll = arg;

    poll->end_timer = NULL;
    finish(poll);
}

/* Ends the poll, now or soon, if there is nothing more to wait for. */
static void look_at_the_end(struct perspective_poll *poll)
{
    if (poll->open == 0) {
        finish(poll);
        return;
    }
    if (poll->end_timer == NULL && poll->is_hurried && (poll->is_settled || is_decided(poll)))
        poll->end_timer = loop_after(poll->options.loop, GRACE_MS, on_end, poll);
}

/* Answers. */

static void take_answer(struct asked *asked, const struct http_reply *reply)
{
    const struct perspective_poll *poll = asked->poll;
    struct err e = {0};

    if (reply->result != ERR_OK)
        note_silent(asked, reply->why, reply->internal);
    else if (reply->status != 200)
        note_silent(asked, mem_printf(poll->mem, "HTTP status %d", reply->status),
            validation_excerpt(poll->mem, reply->body, 200));
    else if (reply->cut)
        note_silent(asked, "its answer is too large", "");
    else if (poll->options.read(poll->mem, reply->body, asked->views, poll->options.subjects, &e) !=
             ERR_OK)
        note_silent(asked, "its answer is not in the form that was agreed on", e.detail);
}

static void on_reply(void *arg, const struct http_reply *reply)
{
    struct asked *asked = arg;
    struct perspective_poll *poll = asked->poll;

    asked->call = NULL;
    poll->open--;
    poll->cancelled |= reply->result == ERR_CANCELLED;
    take_answer(asked, reply);
    look_at_the_end(poll);
}

static void ask(struct asked *asked)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    const struct perspective_poll_options *o = &asked->poll->options;
    const struct perspective *perspective = asked->perspective;
    struct http_call_options options = {
        .method = "POST",
        .url = mem_printf(asked->poll, "%s%s", perspective->url, o->path),
        .headers = headers,
        .body = bytes_of(o->body),
        .reply_max = PERSPECTIVE_BODY_MAX,
        .timeout_ms = o->timeout_ms + MARGIN_MS,
        .connect_timeout_ms = CONNECT_MS,
        .verify_tls = true,
        .fresh_connection = true, /* a POST never uses one again, so none is left open */
        .ca_file = perspective->ca_file,
        .certificate_file = perspective->certificate_file,
        .key_file = perspective->key_file,
    };

    http_client_start(o->http, &options, on_reply, asked, &asked->call);
}

struct perspective_poll *perspective_poll_start(void *mem,
    const struct perspective_poll_options *options, perspective_on_polled on_polled, void *arg)
{
    struct perspective_poll *poll = mem_new(NULL, struct perspective_poll);
    size_t len = options->set->len;
    struct perspective_view *views =
        mem_new_array(mem, struct perspective_view, len * options->subjects);

    poll->mem = mem;
    poll->options = *options;
    poll->on_polled = on_polled;
    poll->arg = arg;
    poll->open = len;
    poll->asked = mem_new_array(poll, struct asked, len);
    for (size_t i = 0; i < len; i++) {
        struct asked *asked = &poll->asked[i];

        *asked = (struct asked){poll, &options->set->list[i], &views[i * options->subjects], NULL};
        ask(asked);
    }
    if (len == 0)
        poll->end_timer = loop_after(options->loop, 0, on_end, poll);
    return poll;
}

void perspective_poll_hurry(struct perspective_poll *poll, bool is_settled)
{
    poll->is_hurried = true;
    poll->is_settled = is_settled;
    if (poll->open > 0)
        look_at_the_end(poll);
}

void perspective_poll_cancel(struct perspective_poll **handle)
{
    struct perspective_poll *poll = *handle;

    *handle = NULL;
    if (poll == NULL)
        return;
    stop(poll);
    mem_free(poll);
}
