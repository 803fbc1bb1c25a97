/* Tests of base/tls_probe against TLS servers on loopback with good and bad manners. */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/tls_probe.h"
#include "tests/unit/tls_responder.h"

enum { WATCHDOG_MS = 30 * 1000, TIMEOUT_MS = 5000 };

static const struct tls_certificate certificate = {.alt_names = "DNS:a.test"};

struct lab {
    void *mem;
    struct loop *loop;
    struct address_range allow[2];
    struct address_filter filter;
    struct address address;
    struct tls_probe_options options;
    struct loop_timer *watchdog;
    bool is_starting;
    unsigned done;
    struct tls_probe_result result;
    struct bytes certificate;
    char why[256];
};

static void on_watchdog(void *arg)
{
    struct lab *lab = arg;

    lab->watchdog = NULL;
    CU_FAIL("a test hangs");
    loop_stop(lab->loop);
}

/* 127.0.0.1 and ::1 may be connected to, 127.0.0.2 may not. */
static void lab_start(struct lab *lab, const char *address, unsigned port)
{
    memset(lab, 0, sizeof *lab);
    lab->mem = mem_pool(NULL, 4096);
    lab->loop = loop_new();
    address_range_parse("127.0.0.1", &lab->allow[0]);
    address_range_parse("::1", &lab->allow[1]);
    lab->filter = (struct address_filter){.allow = lab->allow, .allow_len = 2};
    CU_ASSERT(address_parse(address, &lab->address));
    lab->options = (struct tls_probe_options){.loop = lab->loop,
        .filter = &lab->filter,
        .address = &lab->address,
        .port = port,
        .server_name = "a.test",
        .protocol = "acme-tls/1",
        .timeout_ms = TIMEOUT_MS,
        .connect_timeout_ms = TIMEOUT_MS};
    lab->watchdog = loop_after(lab->loop, WATCHDOG_MS, on_watchdog, lab);
}

static void lab_end(struct lab *lab)
{
    loop_cancel(&lab->watchdog);
    loop_free(lab->loop);
    mem_free(lab->mem);
}

static void on_done(void *arg, const struct tls_probe_result *result)
{
    struct lab *lab = arg;

    CU_ASSERT_FALSE(lab->is_starting);
    lab->done++;
    lab->result = *result;
    lab->certificate = bytes_copy(lab->mem, result->certificate);
    snprintf(lab->why, sizeof lab->why, "%s", result->why);
    CU_ASSERT_EQUAL(result->result == ERR_OK, lab->why[0] == '\0');
    CU_ASSERT_PTR_NOT_NULL(result->internal);
    loop_stop(lab->loop);
}

static struct tls_probe *start(struct lab *lab)
{
    struct tls_probe *probe;

    lab->is_starting = true;
    tls_probe_start(&lab->options, on_done, lab, &probe);
    lab->is_starting = false;
    return probe;
}

/* One probe of a responder with these manners; everything that was seen of it on both sides. */
static void probe(struct lab *lab, enum tls_manner manner, struct tls_seen *seen)
{
    struct tls_responder *responder = tls_responder_start("127.0.0.1", 0, manner, &certificate);

    lab_start(lab, "127.0.0.1", tls_responder_port(responder));
    lab->options.timeout_ms = manner == TLS_SILENT ? 200 : TIMEOUT_MS;
    start(lab);
    loop_run(lab->loop);
    CU_ASSERT_EQUAL(lab->done, 1);
    tls_responder_stop(responder, seen);
}

static void the_certificate_is_seen_and_nothing_is_sent(void)
{
    static const enum tls_manner manners[] = {TLS_ANSWER, TLS_1_2};
    struct tls_seen seen;
    struct lab lab;

    for (size_t i = 0; i < 2; i++) {
        probe(&lab, manners[i], &seen);
        CU_ASSERT_EQUAL(lab.result.result, ERR_OK);
        CU_ASSERT(lab.result.agreed);
        CU_ASSERT(lab.certificate.len > 100);
        CU_ASSERT_EQUAL(lab.certificate.data[0], 0x30);
        CU_ASSERT_EQUAL(seen.handshakes, 1);
        CU_ASSERT_EQUAL(seen.octets, 0);
        CU_ASSERT(seen.is_closed_well);
        CU_ASSERT_STRING_EQUAL(seen.server_name, "a.test");
        CU_ASSERT_STRING_EQUAL(seen.protocols, "\x0a"
                                               "acme-tls/1");
        lab_end(&lab);
    }
}

static void servers_that_choose_no_or_another_protocol_do_not_agree(void)
{
    static const enum tls_manner manners[] = {TLS_NO_PROTOCOL, TLS_OTHER_PROTOCOL};
    struct lab lab;

    for (size_t i = 0; i < 2; i++) {
        probe(&lab, manners[i], NULL);
        CU_ASSERT_FALSE(lab.result.agreed);
        CU_ASSERT(lab.result.result == ERR_OK || lab.result.tls_failed);
        lab_end(&lab);
    }
}

static void failed_handshakes_say_why(void)
{
    static const struct {
        enum tls_manner manner;
        enum err_code result;
        bool tls_failed;
        const char *why;
    } rows[] = {
        {TLS_REFUSE_PROTOCOL, ERR_NETWORK, true, "does not know the ALPN protocol"},
        {TLS_REFUSE_NAME, ERR_NETWORK, true, "does not know the name"},
        {TLS_OLD, ERR_NETWORK, true, "no TLS 1.2 or newer"},
        {TLS_PLAIN, ERR_NETWORK, true, "not TLS"},
        {TLS_HANG_UP, ERR_NETWORK, true, "during the TLS handshake"},
        {TLS_SILENT, ERR_TIMEOUT, false, "timed out during the TLS handshake"},
    };
    struct tls_seen seen;
    struct lab lab;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        probe(&lab, rows[i].manner, &seen);
        CU_ASSERT_EQUAL(lab.result.result, rows[i].result);
        CU_ASSERT_EQUAL(lab.result.tls_failed, rows[i].tls_failed);
        CU_ASSERT(lab.result.connected);
        CU_ASSERT_FALSE(lab.result.agreed);
        CU_ASSERT_EQUAL(lab.certificate.len, 0);
        CU_ASSERT_PTR_NOT_NULL(strstr(lab.why, rows[i].why));
        if (strstr(lab.why, rows[i].why) == NULL)
            printf("\n    %d: %s (%s)", (int)rows[i].manner, lab.why, lab.result.internal);
        CU_ASSERT_EQUAL(seen.connections, 1);
        CU_ASSERT_EQUAL(seen.handshakes, 0);
        lab_end(&lab);
    }
}

static void nobody_there_is_not_connected(void)
{
    struct tls_responder *responder = tls_responder_start("127.0.0.1", 0, TLS_ANSWER, &certificate);
    unsigned port = tls_responder_port(responder);
    struct lab lab;

    tls_responder_stop(responder, NULL);
    lab_start(&lab, "127.0.0.1", port);
    start(&lab);
    loop_run(lab.loop);
    CU_ASSERT_EQUAL(lab.result.result, ERR_NETWORK);
    CU_ASSERT_FALSE(lab.result.connected);
    CU_ASSERT_STRING_EQUAL(lab.why, "connection refused");
    lab_end(&lab);
}

static void denied_addresses_are_not_connected_to(void)
{
    static const char *const addresses[] = {"127.0.0.2", "::ffff:127.0.0.2"};
    struct tls_responder *responder = tls_responder_start("127.0.0.2", 0, TLS_ANSWER, &certificate);
    struct tls_seen seen;
    struct lab lab;

    for (size_t i = 0; i < 2; i++) {
        lab_start(&lab, addresses[i], tls_responder_port(responder));
        start(&lab);
        loop_run(lab.loop);
        CU_ASSERT_EQUAL(lab.result.result, ERR_DENIED);
        CU_ASSERT_PTR_NOT_NULL(strstr(lab.why, "loopback"));
        lab_end(&lab);
    }
    tls_responder_stop(responder, &seen);
    CU_ASSERT_EQUAL(seen.connections, 0);
}

static void on_cancel_time(void *arg)
{
    tls_probe_cancel(arg);
}

static void on_stop_time(void *arg)
{
    struct lab *lab = arg;

    loop_stop(lab->loop);
}

static void a_cancelled_probe_is_silent(void)
{
    struct tls_responder *responder = tls_responder_start("127.0.0.1", 0, TLS_SILENT, &certificate);
    struct tls_probe *first, *second;
    struct lab lab;

    lab_start(&lab, "127.0.0.1", tls_responder_port(responder));
    first = start(&lab);
    tls_probe_cancel(&first);
    CU_ASSERT_PTR_NULL(first);
    tls_probe_cancel(&first);
    second = start(&lab);
    loop_after(lab.loop, 50, on_cancel_time, &second);
    loop_after(lab.loop, 100, on_stop_time, &lab);
    loop_run(lab.loop);
    CU_ASSERT_PTR_NULL(second);
    CU_ASSERT_EQUAL(lab.done, 0);
    tls_responder_stop(responder, NULL);
    lab_end(&lab);
}

static const struct test tests[] = {
    {"the certificate is seen and nothing is sent", the_certificate_is_seen_and_nothing_is_sent},
    {"servers that choose no or another protocol do not agree",
        servers_that_choose_no_or_another_protocol_do_not_agree},
    {"failed handshakes say why", failed_handshakes_say_why},
    {"nobody there is not connected", nobody_there_is_not_connected},
    {"denied addresses are not connected to", denied_addresses_are_not_connected_to},
    {"a cancelled probe is silent", a_cancelled_probe_is_silent},
    {NULL, NULL},
};
extern const struct test_suite suite_tls_probe;
const struct test_suite suite_tls_probe = {"tls_probe", tests};
