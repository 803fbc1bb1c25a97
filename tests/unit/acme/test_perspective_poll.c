/* Tests of acme/perspective_poll: several perspectives are asked over mutually authenticated TLS,
 * and answer, or not, each in its own manner. */
#include "tests/unit/test_main.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "acme/perspective_poll.h"
#include "acme/perspective_wire.h"
#include "base/http_server.h"
#include "base/mem.h"
#include "tests/unit/acme/lab.h"
#include "tests/unit/credentials.h"

enum { WITNESSES_MAX = 6, WATCHDOG_MS = 30 * 1000, PATIENCE_MS = 60 * 1000 };

struct court;

/* A perspective. Its manner: 'v' it agrees, 'i' it disagrees, 'a' it cannot be reached by others
 * for a moment, 'g' garbage, '5' an HTTP error, 'l' more than is taken, 's' it says nothing, 'd'
 * nobody is there, 'w' it is asked with a certificate that it does not take, 'o' its own
 * certificate is of another CA. */
struct witness {
    struct court *court;
    struct http_server *server;
    char manner;
    unsigned asked;
    char path[64], body[1024];
};

struct court {
    void *mem;
    char folder[32];
    struct authority *authority, *other;
    struct loop *loop;
    struct http_client *http;
    struct witness witnesses[WITNESSES_MAX];
    struct perspective list[WITNESSES_MAX];
    struct perspective_set set;
    struct http_request *parked[WITNESSES_MAX];
    size_t parked_len;
    struct loop_timer *watchdog;
    unsigned polled;
    const struct corroboration *result;
};

static void on_watchdog(void *arg)
{
    struct court *court = arg;

    court->watchdog = NULL;
    CU_FAIL("a test hangs");
    loop_stop(court->loop);
}

static void reply(struct http_request *request, int status, const char *body)
{
    http_reply(request, status, NULL, bytes_of(body));
}

static void reply_large(struct court *court, struct http_request *request)
{
    char *text = mem_alloc(court->mem, PERSPECTIVE_BODY_MAX + 2, "large");

    memset(text, ' ', PERSPECTIVE_BODY_MAX + 1);
    reply(request, 200, text);
}

static void on_request(void *arg, struct http_request *request)
{
    struct witness *w = arg;
    struct bytes body = http_request_body(request);

    w->asked++;
    snprintf(w->path, sizeof w->path, "%s", http_request_path(request));
    snprintf(w->body, sizeof w->body, "%.*s", (int)body.len, (const char *)body.data);
    switch (w->manner) {
    case 'v':
        reply(request, 200, "{\"valid\":true,\"address\":\"192.0.2.7\"}");
        return;
    case 'i':
        reply(request, 200,
            "{\"valid\":false,\"problem\":\"unauthorized\",\"retry\":false,\"detail\":\"wrong\"}");
        return;
    case 'a':
        reply(request, 200,
            "{\"valid\":false,\"problem\":\"dns\",\"retry\":true,\"detail\":\"SERVFAIL\"}");
        return;
    case 'g':
        reply(request, 200, "{\"valid\":true,\"also\":1}");
        return;
    case '5':
        reply(request, 503, "{\"valid\":true}");
        return;
    case 'l':
        reply_large(w->court, request);
        return;
    default:
        w->court->parked[w->court->parked_len++] = request;
        return;
    }
}

static int listen_somewhere(unsigned *port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof in;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
    CU_ASSERT_EQUAL_FATAL(listen(fd, 16), 0);
    CU_ASSERT_EQUAL_FATAL(getsockname(fd, (struct sockaddr *)&in, &len), 0);
    *port = ntohs(in.sin_port);
    return fd;
}

static struct http_tls *tls_of(struct court *court, char manner)
{
    const char *name = manner == 'o' ? "stranger" : "witness";
    struct err e = {0};
    struct http_tls *tls = http_tls_new(authority_text(court->authority, name),
        authority_text(court->authority, mem_printf(court->mem, "%s-key", name)), &e);

    CU_ASSERT_PTR_NOT_NULL_FATAL(tls);
    CU_ASSERT_EQUAL_FATAL(
        http_tls_require_client(tls, authority_text(court->authority, "ca"), &e), ERR_OK);
    return tls;
}

static void add_witness(struct court *court, char manner)
{
    size_t i = court->set.len++;
    struct witness *w = &court->witnesses[i];
    struct http_server_options options = {
        .tls = tls_of(court, manner), .on_request = on_request, .arg = w};
    const char *shown = manner == 'w' ? "witness" : "server";
    struct err e = {0};
    unsigned port;
    int fd = listen_somewhere(&port);

    *w = (struct witness){.court = court, .manner = manner};
    if (manner == 'd') {
        close(fd);
    } else {
        w->server = http_server_new(court->loop, &options);
        CU_ASSERT_EQUAL_FATAL(http_server_listen(w->server, "test", fd, &e), ERR_OK);
    }
    http_tls_unref(options.tls);
    court->list[i] = (struct perspective){
        .name = mem_printf(court->mem, "p%zu", i),
        .url = mem_printf(court->mem, "https://127.0.0.1:%u", port),
        .ca_file = authority_file(court->authority, "ca"),
        .certificate_file = authority_file(court->authority, shown),
        .key_file = authority_file(court->authority, mem_printf(court->mem, "%s-key", shown)),
    };
}

/* A letter a perspective. */
static void open_court(struct court *court, const char *manners)
{
    static const struct credential witness = {"witness", "serverAuth", "IP:127.0.0.1", false},
                                   server = {"server", "clientAuth", NULL, false},
                                   stranger = {"stranger", "serverAuth", "IP:127.0.0.1", false};

    *court = (struct court){.mem = mem_pool(NULL, 16384), .folder = "test-pki-XXXXXX"};
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(court->folder));
    court->authority = authority_new(court->mem, court->folder, "ca");
    court->other = authority_new(court->mem, court->folder, "other-ca");
    authority_issue(court->authority, &witness);
    authority_issue(court->authority, &server);
    authority_issue(court->other, &stranger);
    court->loop = loop_new();
    court->http = http_client_new(court->loop);
    court->watchdog = loop_after(court->loop, WATCHDOG_MS, on_watchdog, court);
    court->set = (struct perspective_set){.list = court->list, .rules = {.dissent_max = 2}};
    for (; *manners != '\0'; manners++)
        add_witness(court, *manners);
}

static void close_court(struct court *court)
{
    for (size_t i = 0; i < court->set.len; i++)
        http_server_free(court->witnesses[i].server);
    while (court->parked_len > 0)
        reply(court->parked[--court->parked_len], 200, "");
    http_client_free(court->http);
    loop_cancel(&court->watchdog);
    loop_free(court->loop);
    credentials_remove(court->folder);
    mem_free(court->mem);
}

static void on_polled(void *arg, const struct corroboration *result)
{
    struct court *court = arg;

    court->polled++;
    court->result = result;
    loop_stop(court->loop);
}

static struct perspective_poll *start(struct court *court)
{
    struct perspective_poll_options options = {
        .loop = court->loop,
        .http = court->http,
        .set = &court->set,
        .path = PERSPECTIVE_PATH_VALIDATE,
        .body = "{\"asked\":1}",
        .subjects = 1,
        .read = perspective_read_result,
        .timeout_ms = PATIENCE_MS,
    };
    struct perspective_poll *poll = perspective_poll_start(court->mem, &options, on_polled, court);

    CU_ASSERT_EQUAL(court->polled, 0); /* never before the return */
    return poll;
}

static const struct corroboration *poll_all(struct court *court)
{
    start(court);
    loop_run(court->loop);
    CU_ASSERT_EQUAL_FATAL(court->polled, 1);
    return court->result;
}

static void everybody_is_asked_once_and_the_same(void)
{
    const struct corroboration *result;
    struct court court;

    open_court(&court, "vvv");
    result = poll_all(&court);
    CU_ASSERT_EQUAL(result->len, 3);
    CU_ASSERT_EQUAL(result->subjects, 1);
    CU_ASSERT(result->quorums[0].met);
    CU_ASSERT_EQUAL(result->quorums[0].agreed, 3);
    CU_ASSERT_FALSE(result->cancelled);
    for (size_t i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(court.witnesses[i].asked, 1);
        CU_ASSERT_STRING_EQUAL(court.witnesses[i].path, "/perspective/1/validate");
        CU_ASSERT_STRING_EQUAL(court.witnesses[i].body, "{\"asked\":1}");
        CU_ASSERT(result->views[i].answered && result->views[i].agrees);
        CU_ASSERT_STRING_EQUAL(result->views[i].address, "192.0.2.7");
    }
    close_court(&court);
}

static void who_does_not_answer_well_does_not_agree(void)
{
    static const struct {
        char manner;
        bool answered, retry;
        unsigned asked;
        const char *detail;
    } rows[] = {
        {'i', true, false, 1, "wrong"},
        {'a', true, true, 1, "SERVFAIL"},
        {'g', false, true, 1, "it did not answer: its answer is not in the form"},
        {'5', false, true, 1, "it did not answer: HTTP status 503"},
        {'l', false, true, 1, "it did not answer: its answer is too large"},
        {'d', false, true, 0, "it did not answer: connection refused"},
        {'w', false, true, 0, "it did not answer: "},
        {'o', false, true, 0, "it did not answer: the server's certificate is not trusted"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        const char manners[] = {'v', rows[i].manner, 'v', '\0'};
        const struct corroboration *result;
        const struct perspective_view *view;
        struct court court;

        open_court(&court, manners);
        result = poll_all(&court);
        view = &result->views[1];
        CU_ASSERT_FALSE(view->agrees);
        CU_ASSERT_EQUAL(view->answered, rows[i].answered);
        CU_ASSERT_EQUAL(view->retry, rows[i].retry);
        CU_ASSERT_EQUAL(court.witnesses[1].asked, rows[i].asked);
        CU_ASSERT_EQUAL(strncmp(view->detail, rows[i].detail, strlen(rows[i].detail)), 0);
        if (strncmp(view->detail, rows[i].detail, strlen(rows[i].detail)) != 0)
            printf("\n    %c: %s\n", rows[i].manner, view->detail);
        CU_ASSERT(result->quorums[0].met); /* one of three may */
        CU_ASSERT_EQUAL(result->quorums[0].agreed, 2);
        close_court(&court);
    }
}

static void two_of_three_that_disagree_are_too_many(void)
{
    static const char *const rows[] = {"vii", "vid", "vgd", "dwo", "iii"};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct court court;

        open_court(&court, rows[i]);
        CU_ASSERT_FALSE(poll_all(&court)->quorums[0].met);
        close_court(&court);
    }
}

static void nobody_to_ask_is_an_answer_too(void)
{
    const struct corroboration *result;
    struct court court;

    open_court(&court, "");
    result = poll_all(&court);
    CU_ASSERT_EQUAL(result->len, 0);
    CU_ASSERT(result->quorums[0].met);
    close_court(&court);
}

/* Without this the watchdog, which is earlier than the time-out, would bark. */
static void who_is_slow_is_not_waited_for_once_the_rest_is_enough(void)
{
    static const struct {
        const char *manners;
        bool is_settled, met;
    } rows[] = {{"vvs", false, true}, {"iis", false, false}, {"sss", true, false}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct court court;
        struct perspective_poll *poll;

        open_court(&court, rows[i].manners);
        poll = start(&court);
        perspective_poll_hurry(poll, rows[i].is_settled);
        loop_run(court.loop);
        CU_ASSERT_EQUAL_FATAL(court.polled, 1);
        CU_ASSERT_EQUAL(court.result->quorums[0].met, rows[i].met);
        CU_ASSERT_FALSE(court.result->views[2].answered);
        close_court(&court);
    }
}

static void on_moment(void *arg)
{
    loop_stop(((struct court *)arg)->loop);
}

static void a_poll_that_is_cancelled_says_nothing_more(void)
{
    struct perspective_poll *poll;
    struct court court;

    open_court(&court, "vs");
    poll = start(&court);
    while (court.parked_len == 0) {
        loop_after(court.loop, 5, on_moment, &court);
        loop_run(court.loop);
    }
    perspective_poll_cancel(&poll);
    CU_ASSERT_PTR_NULL(poll);
    perspective_poll_cancel(&poll); /* NULL is fine */
    loop_after(court.loop, 20, on_moment, &court);
    loop_run(court.loop);
    CU_ASSERT_EQUAL(court.polled, 0);
    close_court(&court);
}

static void a_client_that_is_shut_down_ends_the_poll_as_cancelled(void)
{
    struct court court;

    open_court(&court, "vs");
    start(&court);
    while (court.parked_len == 0) {
        loop_after(court.loop, 5, on_moment, &court);
        loop_run(court.loop);
    }
    http_client_free(court.http);
    court.http = NULL;
    CU_ASSERT_EQUAL_FATAL(court.polled, 1);
    CU_ASSERT(court.result->cancelled);
    close_court(&court);
}

static const struct test tests[] = {
    {"everybody is asked, once and the same", everybody_is_asked_once_and_the_same},
    {"who does not answer well does not agree", who_does_not_answer_well_does_not_agree},
    {"two of three that disagree are too many", two_of_three_that_disagree_are_too_many},
    {"nobody to ask is an answer, too", nobody_to_ask_is_an_answer_too},
    {"who is slow is not waited for once the rest is enough",
        who_is_slow_is_not_waited_for_once_the_rest_is_enough},
    {"a poll that is cancelled says nothing more", a_poll_that_is_cancelled_says_nothing_more},
    {"a client that is shut down ends the poll as cancelled",
        a_client_that_is_shut_down_ends_the_poll_as_cancelled},
    {NULL, NULL},
};
extern const struct test_suite suite_perspective_poll;
const struct test_suite suite_perspective_poll = {"perspective_poll", tests};
