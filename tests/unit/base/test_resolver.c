/* Tests of base/resolver against name servers on loopback that answer as badly as they can. */
#include "tests/unit/test_main.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/resolver.h"
#include "tests/unit/responder.h"

enum { WATCHDOG_MS = 30 * 1000, RECORDS_KEPT = 64, TYPE_OPT = 41 };

/* A resolver that forwards to one responder, and the answers that came. */
struct lab {
    struct loop *loop;
    struct resolver *resolver;
    struct responder *server;
    struct loop_timer *watchdog;
    unsigned open; /* answers still awaited; the loop stops at the last */
    unsigned answers;
    bool is_asking;
    enum dns_status status;
    bool secure, truncated;
    size_t records_len;
    struct bytes records[RECORDS_KEPT];
    char canonical_name[1200], why[400];
    void *mem;
};

static void on_watchdog(void *arg)
{
    struct lab *lab = arg;

    lab->watchdog = NULL;
    CU_FAIL("a test hangs");
    loop_stop(lab->loop);
}

static void lab_start(struct lab *lab, responder_on_question on_question, int64_t timeout_ms)
{
    char address[32];
    const char *servers[] = {address};
    struct resolver_options options = {
        .servers = servers, .servers_len = 1, .timeout_ms = timeout_ms};
    struct err e = {0};

    memset(lab, 0, sizeof *lab);
    lab->mem = mem_pool(NULL, 4096);
    lab->loop = loop_new();
    lab->server = responder_dns(on_question, lab);
    snprintf(address, sizeof address, "127.0.0.1@%u", responder_port(lab->server));
    lab->resolver = resolver_new(lab->loop, &options, &e);
    CU_ASSERT_PTR_NOT_NULL(lab->resolver);
    lab->watchdog = loop_after(lab->loop, WATCHDOG_MS, on_watchdog, lab);
}

static void lab_end(struct lab *lab)
{
    resolver_free(lab->resolver);
    responder_stop(lab->server);
    loop_cancel(&lab->watchdog);
    loop_free(lab->loop);
    mem_free(lab->mem);
}

static void on_answer(void *arg, const struct dns_answer *answer)
{
    struct lab *lab = arg;

    CU_ASSERT_FALSE(lab->is_asking);
    lab->answers++;
    lab->status = answer->status;
    lab->secure = answer->secure;
    lab->truncated = answer->truncated;
    lab->records_len = answer->records_len;
    for (size_t i = 0; i < answer->records_len && i < RECORDS_KEPT; i++)
        lab->records[i] = bytes_copy(lab->mem, answer->records[i]);
    snprintf(lab->canonical_name, sizeof lab->canonical_name, "%s",
        answer->canonical_name != NULL ? answer->canonical_name : "");
    snprintf(lab->why, sizeof lab->why, "%s", answer->why);
    CU_ASSERT_EQUAL(answer->status == DNS_OK, answer->why[0] == '\0');
    if (--lab->open == 0)
        loop_stop(lab->loop);
}

static struct resolver_query *ask_one(struct lab *lab, const char *name, enum dns_type type)
{
    struct resolver_query *query;

    lab->open++;
    lab->is_asking = true;
    resolver_ask(lab->resolver, name, type, on_answer, lab, &query);
    lab->is_asking = false;
    return query;
}

static enum dns_status ask(struct lab *lab, const char *name, enum dns_type type)
{
    ask_one(lab, name, type);
    loop_run(lab->loop);
    return lab->status;
}

static bool has_address(const struct lab *lab, size_t index, unsigned last_octet)
{
    return index < lab->records_len && lab->records[index].len == 4 &&
           lab->records[index].data[3] == last_octet;
}

static void answer_from_table(void *arg, struct dns_exchange *exchange)
{
    static const uint8_t txt[] = {3, 'o', 'n', 'e', 3, 't', 'w', 'o'};
    static const uint8_t caa[] = {0, 5, 'i', 's', 's', 'u', 'e', 'c', 'a', '.', 't', 'e', 's', 't'};
    static const uint8_t wrong[] = {192, 0, 2, 66};
    const char *name = exchange->name;

    (void)arg;
    dns_begin(exchange, strcmp(name, "none.test") == 0 ? 3 : strncmp(name, "fail", 4) == 0 ? 2 : 0);
    if (strcmp(name, "two.test") == 0 && exchange->type == DNS_A) {
        dns_add_address(exchange, NULL, "192.0.2.1");
        dns_add_address(exchange, NULL, "192.0.2.2");
    } else if (strcmp(name, "two.test") == 0 && exchange->type == DNS_AAAA) {
        dns_add_address(exchange, NULL, "2001:db8::1");
    } else if (strcmp(name, "text.test") == 0 && exchange->type == DNS_TXT) {
        dns_add(exchange, NULL, DNS_TXT, txt, sizeof txt);
    } else if (strcmp(name, "caa.test") == 0 && exchange->type == DNS_CAA) {
        dns_add(exchange, NULL, DNS_CAA, caa, sizeof caa);
    } else if (strcmp(name, "alias.test") == 0) {
        dns_add_cname(exchange, NULL, "Middle.test");
        dns_add_cname(exchange, "middle.TEST", "two.test");
        dns_add_address(exchange, "two.test", "192.0.2.1");
    } else if (strcmp(name, "middle.test") == 0) {
        dns_add_cname(exchange, NULL, "two.test");
    } else if (strcmp(name, "nowhere.test") == 0) {
        dns_begin(exchange, 3);
        dns_add_cname(exchange, NULL, "none.test");
    } else if (strcmp(name, "loop.test") == 0) {
        dns_add_cname(exchange, NULL, "loop2.test");
    } else if (strcmp(name, "loop2.test") == 0) {
        dns_add_cname(exchange, NULL, "loop.test");
    } else if (strcmp(name, "self.test") == 0) {
        dns_add_cname(exchange, NULL, "self.test");
    } else if (strcmp(name, "stranger.test") == 0) {
        dns_add(exchange, "other.test", DNS_A, wrong, sizeof wrong);
    } else if (strcmp(name, "refused.test") == 0) {
        dns_begin(exchange, 5);
    }
}

static void answers_have_a_status_and_records(void)
{
    static const struct {
        const char *name;
        enum dns_type type;
        enum dns_status status;
        size_t records_len;
        const char *canonical_name;
    } rows[] = {
        {"two.test", DNS_A, DNS_OK, 2, ""},
        {"two.test.", DNS_A, DNS_OK, 2, ""},
        {"TWO.Test", DNS_A, DNS_OK, 2, ""},
        {"two.test", DNS_AAAA, DNS_OK, 1, ""},
        {"two.test", DNS_TXT, DNS_NO_DATA, 0, ""},
        {"text.test", DNS_TXT, DNS_OK, 1, ""},
        {"caa.test", DNS_CAA, DNS_OK, 1, ""},
        {"none.test", DNS_A, DNS_NO_NAME, 0, ""},
        {"alias.test", DNS_A, DNS_OK, 2, "two.test"},
        {"alias.test", DNS_CNAME, DNS_OK, 1, ""},
        {"nowhere.test", DNS_A, DNS_NO_NAME, 0, "none.test"},
        {"fail.test", DNS_A, DNS_FAILED, 0, ""},
        {"refused.test", DNS_A, DNS_FAILED, 0, ""},
        {"stranger.test", DNS_A, DNS_NO_DATA, 0, ""},
    };
    struct lab lab;

    lab_start(&lab, answer_from_table, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_EQUAL(ask(&lab, rows[i].name, rows[i].type), rows[i].status);
        CU_ASSERT_EQUAL(lab.records_len, rows[i].records_len);
        CU_ASSERT_STRING_EQUAL(lab.canonical_name, rows[i].canonical_name);
        CU_ASSERT_FALSE(lab.secure);
    }
    ask(&lab, "two.test", DNS_A);
    CU_ASSERT(has_address(&lab, 0, 1) && has_address(&lab, 1, 2));
    ask(&lab, "text.test", DNS_TXT);
    CU_ASSERT(bytes_equal(lab.records[0], bytes_of("\3one\3two")));
    ask(&lab, "alias.test", DNS_CNAME);
    CU_ASSERT_EQUAL(lab.records[0].len, 13);
    CU_ASSERT(lab.records[0].len == 13 && memcmp(lab.records[0].data + 7, "\4test", 6) == 0);
    lab_end(&lab);
}

static void circles_of_aliases_end(void)
{
    static const char *const rows[] = {"loop.test", "self.test"};
    struct lab lab;

    lab_start(&lab, answer_from_table, 3000);
    for (size_t i = 0; i < 2; i++) {
        enum dns_status status = ask(&lab, rows[i], DNS_A);
        CU_ASSERT(status == DNS_FAILED || status == DNS_NO_DATA);
        CU_ASSERT_EQUAL(lab.records_len, 0);
    }
    lab_end(&lab);
}

static void localhost_is_never_asked(void)
{
    static const char *const rows[] = {"localhost", "localhost.", "LOCALHOST", "a.localhost",
        "quickstart.localhost", "a.b.c.localhost."};
    static const uint8_t loopback[16] = {[15] = 1};
    struct lab lab;

    lab_start(&lab, answer_from_table, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_EQUAL(ask(&lab, rows[i], DNS_A), DNS_OK);
        CU_ASSERT(lab.records_len == 1 && memcmp(lab.records[0].data, "\x7f\0\0\1", 4) == 0);
        CU_ASSERT_EQUAL(ask(&lab, rows[i], DNS_AAAA), DNS_OK);
        CU_ASSERT(lab.records_len == 1 && memcmp(lab.records[0].data, loopback, 16) == 0);
        CU_ASSERT_EQUAL(ask(&lab, rows[i], DNS_CAA), DNS_NO_DATA);
    }
    CU_ASSERT_EQUAL(responder_count(lab.server), 0);
    lab_end(&lab);
}

static void what_is_no_name_is_never_asked(void)
{
    static const char *const rows[] = {"", ".", "..", "a..test", ".test", "a b.test", "a\n.test",
        "a\\.test", "a\\046test", "caf\xc3\xa9.test",
        "a123456789012345678901234567890123456789012345678901234567890123.test",
        "a.123456789.123456789.123456789.123456789.123456789.123456789.123456789.123456789."
        "123456789.123456789.123456789.123456789.123456789.123456789.123456789.123456789."
        "123456789.123456789.123456789.123456789.123456789.123456789.123456789.123456789."
        "123456789.test"};
    struct lab lab;

    lab_start(&lab, answer_from_table, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_EQUAL(ask(&lab, rows[i], DNS_A), DNS_FAILED);
    CU_ASSERT_EQUAL(responder_count(lab.server), 0);
    lab_end(&lab);
}

static void answer_by_number(void *arg, struct dns_exchange *exchange)
{
    uint8_t address[4] = {192, 0, 2, (uint8_t)(exchange->nth + 1)};

    (void)arg;
    dns_begin(exchange, 0);
    dns_add(exchange, NULL, DNS_A, address, sizeof address);
}

static void every_question_is_asked_anew(void)
{
    struct lab lab;

    lab_start(&lab, answer_by_number, 0);
    for (unsigned i = 1; i <= 5; i++) {
        CU_ASSERT_EQUAL(ask(&lab, "name.test", DNS_A), DNS_OK);
        CU_ASSERT(has_address(&lab, 0, i));
    }
    lab_end(&lab);
}

static atomic_bool is_well; /* what some of the servers below answer by */

static void answer_when_well(void *arg, struct dns_exchange *exchange)
{
    (void)arg;
    dns_begin(exchange, atomic_load(&is_well) ? 0 : 2);
    dns_add_address(exchange, NULL, "192.0.2.1");
}

static void failures_are_not_kept(void)
{
    struct lab lab;

    atomic_store(&is_well, false);
    lab_start(&lab, answer_when_well, 0);
    CU_ASSERT_EQUAL(ask(&lab, "name.test", DNS_A), DNS_FAILED);
    atomic_store(&is_well, true);
    CU_ASSERT_EQUAL(ask(&lab, "name.test", DNS_A), DNS_OK);
    lab_end(&lab);
}

/* What is not the answer to the question, before the one that is. */
static void answer_wrongly(void *arg, struct dns_exchange *exchange)
{
    (void)arg;
    dns_begin(exchange, 0);
    if (strcmp(exchange->name, "id.test") == 0)
        exchange->response[0] ^= 0x55;
    else if (strcmp(exchange->name, "short.test") == 0)
        exchange->response_len = 11;
    else if (strcmp(exchange->name, "query.test") == 0)
        exchange->response[2] &= 0x7f;
    else if (strcmp(exchange->name, "question.test") == 0)
        exchange->response[13] ^= 0x01;
    dns_add_address(exchange, NULL, "192.0.2.66");
    if (strcmp(exchange->name, "cut.test") == 0)
        exchange->response_len -= 3;
    else if (strcmp(exchange->name, "counts.test") == 0)
        exchange->response[7] = 200;
}

static void forged_and_broken_answers_are_not_believed(void)
{
    static const char *const rows[] = {
        "id.test", "short.test", "query.test", "question.test", "cut.test", "counts.test"};
    struct lab lab;

    lab_start(&lab, answer_wrongly, 1500);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        ask_one(&lab, rows[i], DNS_A);
    loop_run(lab.loop);
    CU_ASSERT_EQUAL(lab.answers, sizeof rows / sizeof rows[0]);
    CU_ASSERT_NOT_EQUAL(lab.status, DNS_OK);
    CU_ASSERT_EQUAL(lab.records_len, 0);
    lab_end(&lab);
}

/* Cut over UDP, 3000 addresses over TCP. */
static void answer_hugely(void *arg, struct dns_exchange *exchange)
{
    (void)arg;
    dns_begin(exchange, 0);
    if (!exchange->over_tcp) {
        exchange->response[2] |= 0x02;
        return;
    }
    for (unsigned i = 0; i < 3000; i++) {
        uint8_t address[4] = {198, 18, (uint8_t)(i >> 8), (uint8_t)i};
        dns_add(exchange, NULL, DNS_A, address, sizeof address);
    }
}

static void large_answers_come_over_tcp_and_are_cut(void)
{
    struct lab lab;

    lab_start(&lab, answer_hugely, 0);
    CU_ASSERT_EQUAL(ask(&lab, "huge.test", DNS_A), DNS_OK);
    CU_ASSERT_EQUAL(lab.records_len, 1200);
    CU_ASSERT(lab.truncated);
    lab_end(&lab);
}

static void stay_silent(void *arg, struct dns_exchange *exchange)
{
    (void)arg;
    (void)exchange;
}

static void silence_times_out(void)
{
    struct lab lab;

    lab_start(&lab, stay_silent, 300);
    for (int i = 0; i < 20; i++)
        ask_one(&lab, "name.test", i % 2 == 0 ? DNS_A : DNS_AAAA);
    loop_run(lab.loop);
    CU_ASSERT_EQUAL(lab.answers, 20);
    CU_ASSERT_EQUAL(lab.status, DNS_TIMED_OUT);
    lab_end(&lab);
}

static void answer_or_stay_silent(void *arg, struct dns_exchange *exchange)
{
    if (atomic_load(&is_well))
        answer_by_number(arg, exchange);
}

static void on_recovery(void *arg)
{
    struct lab *lab = arg;

    atomic_store(&is_well, true);
    ask_one(lab, "back.test", DNS_A);
}

static void a_server_that_comes_back_is_used_again(void)
{
    struct lab lab;

    atomic_store(&is_well, false);
    lab_start(&lab, answer_or_stay_silent, 2500);
    for (int i = 0; i < 50; i++) {
        char name[32];
        snprintf(name, sizeof name, "gone%d.test", i);
        ask_one(&lab, name, DNS_A);
    }
    loop_run(lab.loop);
    CU_ASSERT_EQUAL(lab.answers, 50);
    CU_ASSERT_NOT_EQUAL(lab.status, DNS_OK);
    loop_after(lab.loop, 1500, on_recovery, &lab);
    loop_run(lab.loop);
    CU_ASSERT_EQUAL(lab.status, DNS_OK);
    lab_end(&lab);
}

static void no_server_at_all_is_a_failure(void)
{
    struct lab lab;

    lab_start(&lab, stay_silent, 1000);
    responder_stop(lab.server);
    lab.server = NULL;
    ask(&lab, "name.test", DNS_A);
    CU_ASSERT(lab.status == DNS_FAILED || lab.status == DNS_TIMED_OUT);
    lab_end(&lab);
}

static void cancelled_questions_are_silent(void)
{
    struct lab lab;
    struct resolver_query *queries[40];

    lab_start(&lab, answer_from_table, 1000);
    for (unsigned i = 0; i < 40; i++)
        queries[i] = ask_one(&lab,
            i % 4 == 0   ? "two.test"
            : i % 4 == 1 ? "localhost"
            : i % 4 == 2 ? "not a name"
                         : "fail.test",
            DNS_A);
    for (unsigned i = 0; i < 40; i++)
        if (i % 8 < 4) {
            resolver_cancel(&queries[i]);
            CU_ASSERT_PTR_NULL(queries[i]);
            resolver_cancel(&queries[i]);
            lab.open--;
        }
    loop_run(lab.loop);
    CU_ASSERT_EQUAL(lab.answers, 20);
    lab_end(&lab);
}

static void shutdown_answers_all(void)
{
    struct lab lab;

    lab_start(&lab, stay_silent, 60000);
    for (int i = 0; i < 10; i++)
        ask_one(&lab, i % 2 == 0 ? "name.test" : "other.test", DNS_A);
    resolver_free(lab.resolver);
    lab.resolver = NULL;
    CU_ASSERT_EQUAL(lab.answers, 10);
    CU_ASSERT_EQUAL(lab.status, DNS_CANCELLED);
    lab_end(&lab);
}

/* A callback that asks again, cancels what else is open, and in the end frees the resolver. */
struct juggler {
    struct lab lab;
    unsigned rounds;
    struct resolver_query *other;
};

static void on_never(void *arg, const struct dns_answer *answer)
{
    (void)arg;
    CU_ASSERT_EQUAL(answer->status, DNS_CANCELLED);
}

static void on_juggle(void *arg, const struct dns_answer *answer)
{
    struct juggler *juggler = arg;
    struct resolver *resolver = juggler->lab.resolver;
    struct resolver_query *query;

    CU_ASSERT_EQUAL(answer->status, DNS_OK);
    resolver_cancel(&juggler->other);
    if (++juggler->rounds < 50) {
        resolver_ask(resolver, "silent.test", DNS_A, on_never, juggler, &juggler->other);
        resolver_ask(resolver, juggler->rounds % 2 == 0 ? "two.test" : "localhost", DNS_A,
            on_juggle, juggler, &query);
        return;
    }
    resolver_ask(resolver, "silent.test", DNS_A, on_never, juggler, &query);
    resolver_free(resolver);
    juggler->lab.resolver = NULL;
    loop_stop(juggler->lab.loop);
}

static void answer_but_silent(void *arg, struct dns_exchange *exchange)
{
    if (strcmp(exchange->name, "silent.test") != 0)
        answer_from_table(arg, exchange);
}

static void callbacks_may_ask_cancel_and_free(void)
{
    struct juggler juggler = {0};
    struct resolver_query *query;

    lab_start(&juggler.lab, answer_but_silent, 60000);
    resolver_ask(juggler.lab.resolver, "two.test", DNS_A, on_juggle, &juggler, &query);
    loop_run(juggler.lab.loop);
    CU_ASSERT_EQUAL(juggler.rounds, 50);
    lab_end(&juggler.lab);
}

static void many_questions_at_once_are_all_answered(void)
{
    struct lab lab;
    char name[32];

    lab_start(&lab, answer_by_number, 20000);
    for (unsigned i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "n%u.test", i);
        ask_one(&lab, name, DNS_A);
    }
    loop_run(lab.loop);
    CU_ASSERT_EQUAL(lab.answers, 2000);
    CU_ASSERT_EQUAL(lab.status, DNS_OK);
    lab_end(&lab);
}

static void options_are_checked(void)
{
    static const char *const rows[] = {"", "localhost", "127.0.0.1@", "127.0.0.1@0",
        "127.0.0.1@65536", "127.0.0.1@53x", "127.0.0.1:53", "127.0.0.1@53@53", "@53",
        "127.0.0.1\nserver:", "1.2.3.4.5", "999999"};
    struct loop *loop = loop_new();
    struct err e;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct resolver_options options = {.servers = &rows[i], .servers_len = 1};
        memset(&e, 0, sizeof e);
        CU_ASSERT_PTR_NULL(resolver_new(loop, &options, &e));
        CU_ASSERT_EQUAL(e.code, ERR_INPUT);
    }
    for (int i = 0; i < 2; i++) {
        struct resolver_options options = {
            .dnssec = true, .trust_anchor_file = i == 0 ? "/nonexistent/root.key" : "/dev/null/x"};
        memset(&e, 0, sizeof e);
        CU_ASSERT_PTR_NULL(resolver_new(loop, &options, &e));
        CU_ASSERT_EQUAL(e.code, ERR_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "trust anchor"));
    }
    loop_free(loop);
}

/* Nobody can be asked in a test, but it starts, and "localhost" needs nobody. */
static void full_resolution_starts_too(void)
{
    struct resolver_options options = {0};
    struct err e = {0};
    struct lab lab;

    lab_start(&lab, answer_from_table, 0);
    resolver_free(lab.resolver);
    lab.resolver = resolver_new(lab.loop, &options, &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lab.resolver);
    CU_ASSERT_EQUAL(ask(&lab, "a.localhost", DNS_A), DNS_OK);
    lab_end(&lab);
}

/* An unsigned answer below a trust anchor is no answer: the responder knows no DNSKEY. */
static void unsigned_answers_are_bogus_under_a_trust_anchor(void)
{
    static const char anchor[] =
        ". IN DS 20326 8 2 "
        "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n";
    char path[] = "test-anchor-XXXXXX";
    int fd = mkstemp(path);
    struct lab lab;

    CU_ASSERT_EQUAL(write(fd, anchor, sizeof anchor - 1), (ssize_t)sizeof anchor - 1);
    close(fd);
    lab_start(&lab, answer_from_table, 10000);
    {
        char address[32];
        const char *servers[] = {address};
        struct resolver_options options = {.servers = servers,
            .servers_len = 1,
            .dnssec = true,
            .trust_anchor_file = path,
            .timeout_ms = 10000};
        struct err e = {0};

        snprintf(address, sizeof address, "127.0.0.1@%u", responder_port(lab.server));
        resolver_free(lab.resolver);
        lab.resolver = resolver_new(lab.loop, &options, &e);
        CU_ASSERT_PTR_NOT_NULL(lab.resolver);
    }
    CU_ASSERT_EQUAL(ask(&lab, "two.test", DNS_A), DNS_BOGUS);
    CU_ASSERT_EQUAL(lab.records_len, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(lab.why, "DNSSEC validation failed"));
    CU_ASSERT_EQUAL(ask(&lab, "name.localhost", DNS_A), DNS_OK);
    lab_end(&lab);
    unlink(path);
}

static const struct test tests[] = {
    {"answers have a status and records", answers_have_a_status_and_records},
    {"circles of aliases end", circles_of_aliases_end},
    {"localhost is never asked", localhost_is_never_asked},
    {"what is no name is never asked", what_is_no_name_is_never_asked},
    {"every question is asked anew", every_question_is_asked_anew},
    {"failures are not kept", failures_are_not_kept},
    {"forged and broken answers are not believed", forged_and_broken_answers_are_not_believed},
    {"large answers come over TCP and are cut", large_answers_come_over_tcp_and_are_cut},
    {"silence times out", silence_times_out},
    {"a server that comes back is used again", a_server_that_comes_back_is_used_again},
    {"no server at all is a failure", no_server_at_all_is_a_failure},
    {"cancelled questions are silent", cancelled_questions_are_silent},
    {"shutdown answers all", shutdown_answers_all},
    {"callbacks may ask, cancel and free", callbacks_may_ask_cancel_and_free},
    {"many questions at once are all answered", many_questions_at_once_are_all_answered},
    {"options are checked", options_are_checked},
    {"full resolution starts too", full_resolution_starts_too},
    {"unsigned answers are bogus under a trust anchor",
        unsigned_answers_are_bogus_under_a_trust_anchor},
    {NULL, NULL},
};
extern const struct test_suite suite_resolver;
const struct test_suite suite_resolver = {"resolver", tests};
