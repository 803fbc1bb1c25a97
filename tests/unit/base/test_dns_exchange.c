/* Tests of base/dns_exchange against servers on loopback with good and bad manners. */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/dns_exchange.h"
#include "base/mem.h"
#include "tests/unit/base/dns_desk.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { WATCHDOG_MS = 30 * 1000, TIMEOUT_MS = 5000, SHORT_MS = 150, LONGEST = 65535 };

struct lab {
    void *mem;
    struct loop *loop;
    struct loop_timer *watchdog;
    struct dns_desk *desk;
    struct dns_server server;
    enum desk_manner manner;
    size_t answer_len; /* 0: what was asked comes back */
    bool is_starting;
    unsigned done;
    enum err_code result;
    char why[128];
    struct bytes answer;
};

static enum desk_manner on_message(
    void *arg, struct bytes message, unsigned nth, struct buf *answer)
{
    const struct lab *lab = arg;

    (void)nth;
    for (size_t i = 0; i < lab->answer_len; i++)
        buf_add_char(answer, (char)i);
    if (lab->answer_len == 0)
        buf_add(answer, message.data, message.len);
    return lab->manner;
}

static void on_watchdog(void *arg)
{
    struct lab *lab = arg;

    lab->watchdog = NULL;
    CU_FAIL("a test hangs");
    loop_stop(lab->loop);
}

static void open_lab(struct lab *lab, const char *address, enum desk_manner manner)
{
    memset(lab, 0, sizeof *lab);
    lab->mem = mem_pool(NULL, 4096);
    lab->loop = loop_new();
    lab->watchdog = loop_after(lab->loop, WATCHDOG_MS, on_watchdog, lab);
    lab->manner = manner;
    lab->desk = dns_desk_open(address, on_message, lab);
    lab->server.port = dns_desk_port(lab->desk);
    CU_ASSERT_FATAL(address_parse(address, &lab->server.address));
}

static void close_lab(struct lab *lab)
{
    if (lab->desk != NULL)
        dns_desk_close(lab->desk);
    loop_cancel(&lab->watchdog);
    loop_free(lab->loop);
    mem_free(lab->mem);
}

static void on_done(void *arg, const struct dns_exchange_result *result)
{
    struct lab *lab = arg;

    CU_ASSERT_FALSE(lab->is_starting);
    lab->done++;
    lab->result = result->result;
    lab->answer = bytes_copy(lab->mem, result->answer);
    snprintf(lab->why, sizeof lab->why, "%s", result->why);
    CU_ASSERT_EQUAL(result->result == ERR_OK, lab->why[0] == '\0');
    loop_stop(lab->loop);
}

static struct dns_exchange *start(struct lab *lab, struct bytes message, int64_t timeout_ms)
{
    struct dns_exchange *exchange;

    lab->is_starting = true;
    dns_exchange_start(lab->loop, &lab->server, message, timeout_ms, on_done, lab, &exchange);
    lab->is_starting = false;
    return exchange;
}

static void exchange(struct lab *lab, struct bytes message, int64_t timeout_ms)
{
    start(lab, message, timeout_ms);
    loop_run(lab->loop);
    CU_ASSERT_EQUAL(lab->done, 1);
}

static void servers_are_read_with_and_without_port(void)
{
    static const struct {
        const char *text;
        unsigned port; /* 0: it is none */
    } rows[] = {
        {"192.0.2.53", 53},
        {"192.0.2.53@8053", 8053},
        {"2001:db8::53", 53},
        {"2001:db8::53@65535", 65535},
        {"", 0},
        {"192.0.2.53@", 0},
        {"192.0.2.53@0", 0},
        {"192.0.2.53@65536", 0},
        {"192.0.2.53@53x", 0},
        {"@53", 0},
        {"ns.example", 0},
        {"192.0.2.53:53", 0},
        {"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd:eeee:ffff:1111:2222", 0},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct dns_server server = {.port = 0};

        CU_ASSERT_EQUAL(dns_server_parse(rows[i].text, &server), rows[i].port != 0);
        if (rows[i].port != 0)
            CU_ASSERT_EQUAL(server.port, rows[i].port);
    }
}

static void a_message_is_answered_however_it_comes(void)
{
    static const struct {
        const char *address;
        enum desk_manner manner;
    } rows[] = {{"127.0.0.1", DESK_ANSWERS}, {"::1", DESK_ANSWERS}, {"127.0.0.1", DESK_IN_PIECES},
        {"127.0.0.1", DESK_SAYS_MORE}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lab lab;

        open_lab(&lab, rows[i].address, rows[i].manner);
        exchange(&lab, bytes_of("who is there?"), TIMEOUT_MS);
        CU_ASSERT_EQUAL(lab.result, ERR_OK);
        CU_ASSERT(bytes_equal(lab.answer, bytes_of("who is there?")));
        close_lab(&lab);
    }
}

static void the_longest_messages_pass(void)
{
    struct lab lab;
    uint8_t *message;

    open_lab(&lab, "127.0.0.1", DESK_ANSWERS);
    message = mem_alloc(lab.mem, LONGEST, "message");
    for (size_t i = 0; i < LONGEST; i++)
        message[i] = (uint8_t)(i * 7);
    exchange(&lab, (struct bytes){message, LONGEST}, TIMEOUT_MS);
    CU_ASSERT_EQUAL(lab.result, ERR_OK);
    CU_ASSERT(bytes_equal(lab.answer, (struct bytes){message, LONGEST}));
    close_lab(&lab);

    open_lab(&lab, "127.0.0.1", DESK_ANSWERS); /* nor is an empty one anything special here */
    exchange(&lab, (struct bytes){NULL, 0}, TIMEOUT_MS);
    CU_ASSERT_EQUAL(lab.result, ERR_OK);
    CU_ASSERT_EQUAL(lab.answer.len, 0);
    close_lab(&lab);
}

static void what_goes_wrong_is_said(void)
{
    static const struct {
        enum desk_manner manner;
        enum err_code result;
        const char *why;
    } rows[] = {
        {DESK_CLOSES, ERR_NETWORK, "the server closed the connection without an answer"},
        {DESK_BREAKS_OFF, ERR_NETWORK, "the server closed the connection without an answer"},
        {DESK_SILENT, ERR_TIMEOUT, "no answer in time"},
        {DESK_SAYS_LENGTH, ERR_TIMEOUT, "no answer in time"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lab lab;

        open_lab(&lab, "127.0.0.1", rows[i].manner);
        exchange(&lab, bytes_of("hello"), rows[i].result == ERR_TIMEOUT ? SHORT_MS : TIMEOUT_MS);
        CU_ASSERT_EQUAL(lab.result, rows[i].result);
        CU_ASSERT_STRING_EQUAL(lab.why, rows[i].why);
        close_lab(&lab);
    }
}

static void nobody_there_is_said_at_once(void)
{
    struct lab lab;

    open_lab(&lab, "127.0.0.1", DESK_ANSWERS);
    dns_desk_close(lab.desk);
    lab.desk = NULL;
    exchange(&lab, bytes_of("hello"), TIMEOUT_MS);
    CU_ASSERT_EQUAL(lab.result, ERR_NETWORK);
    CU_ASSERT_STRING_EQUAL(lab.why, "connection refused");
    close_lab(&lab);
}

static void on_later(void *arg)
{
    loop_stop(((struct lab *)arg)->loop);
}

/* Before it began, and while it waits. */
static void what_is_cancelled_never_answers(void)
{
    for (int i = 0; i < 2; i++) {
        struct dns_exchange *exchange;
        struct lab lab;

        open_lab(&lab, "127.0.0.1", DESK_SILENT);
        exchange = start(&lab, bytes_of("hello"), SHORT_MS);
        if (i == 1) {
            loop_after(lab.loop, SHORT_MS / 3, on_later, &lab);
            loop_run(lab.loop);
        }
        dns_exchange_cancel(&exchange);
        CU_ASSERT_PTR_NULL(exchange);
        dns_exchange_cancel(&exchange);
        loop_after(lab.loop, 2 * SHORT_MS, on_later, &lab);
        loop_run(lab.loop);
        CU_ASSERT_EQUAL(lab.done, 0);
        close_lab(&lab);
    }
}

static const struct test tests[] = {
    {"servers are read with and without port", servers_are_read_with_and_without_port},
    {"a message is answered, however it comes", a_message_is_answered_however_it_comes},
    {"the longest messages pass", the_longest_messages_pass},
    {"what goes wrong is said", what_goes_wrong_is_said},
    {"nobody there is said at once", nobody_there_is_said_at_once},
    {"what is cancelled never answers", what_is_cancelled_never_answers},
    {NULL, NULL},
};
extern const struct test_suite suite_dns_exchange;
const struct test_suite suite_dns_exchange = {"dns_exchange", tests};
