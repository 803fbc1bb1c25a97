/* Tests of acme/tlsalpn01: certificates to order, and TLS servers on loopback that show them.
 *
 * 127.0.0.1 and ::1 play the outer world (the filter lets them through), 127.0.0.2 the inner one.
 */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <string.h>

#include "acme/tlsalpn01.h"
#include "base/key.h"
#include "base/mem.h"
#include "tests/unit/responder.h"
#include "tests/unit/tls_responder.h"

#define KEY_AUTHORIZATION                                                                          \
    "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ.nP1qzpXGymHBrUEepNY9HCsQk7K8KhOypzEt62jcerQ"
#define OID   "1.3.6.1.5.5.7.1.31"
#define DRAFT "1.3.6.1.5.5.7.1.30.1"

enum { WATCHDOG_MS = 30 * 1000 };

/* The extension's value as it must be, and ways to get it wrong. */
static struct {
    uint8_t good[34], wrong[34], longer[35], trailing[35], shorter[33], bit_string[34], bare[32];
} values;

static void make_values(void)
{
    uint8_t digest[32];

    sha256(bytes_of(KEY_AUTHORIZATION), digest);
    memcpy(values.good, "\x04\x20", 2);
    memcpy(values.good + 2, digest, 32);
    memcpy(values.wrong, values.good, 34);
    values.wrong[33] ^= 1;
    memcpy(values.longer, "\x04\x21", 2);
    memcpy(values.longer + 2, digest, 32);
    memcpy(values.trailing, values.good, 34);
    memcpy(values.shorter, "\x04\x1f", 2);
    memcpy(values.shorter + 2, digest, 31);
    memcpy(values.bit_string, values.good, 34);
    values.bit_string[0] = 0x03;
    memcpy(values.bare, digest, 32);
}

/* clang-format off */
#define DIGEST(value) {values.value, sizeof values.value}
#define WITH(oid, value) .digest_oid = (oid), .digest = DIGEST(value)
/* clang-format on */

static const struct {
    struct tls_certificate certificate;
    enum identifier_type type;
    const char *name, *objection; /* NULL: it proves */
} certificates[] = {
    {{.alt_names = "DNS:a.test", WITH(OID, good)}, IDENTIFIER_DNS, "a.test", NULL},
    {{.alt_names = "DNS:A.TEST", WITH(OID, good)}, IDENTIFIER_DNS, "a.test", NULL},
    {{.alt_names = "IP:192.0.2.7", WITH(OID, good)}, IDENTIFIER_IP, "192.0.2.7", NULL},
    {{.alt_names = "IP:2001:db8::1", WITH(OID, good)}, IDENTIFIER_IP, "2001:db8::1", NULL},
    {{.alt_names = "DNS:b.test", WITH(OID, good)}, IDENTIFIER_DNS, "a.test", "for \"b.test\""},
    {{.alt_names = "DNS:a.test.", WITH(OID, good)}, IDENTIFIER_DNS, "a.test", "for \"a.test.\""},
    {{.alt_names = "DNS:*.test", WITH(OID, good)}, IDENTIFIER_DNS, "a.test", "for \"*.test\""},
    {{.alt_names = "DNS:a.test,DNS:b.test", WITH(OID, good)}, IDENTIFIER_DNS, "a.test",
        "other names as well"},
    {{.alt_names = "DNS:a.test,DNS:a.test", WITH(OID, good)}, IDENTIFIER_DNS, "a.test",
        "other names as well"},
    {{.alt_names = "DNS:a.test,IP:192.0.2.7", WITH(OID, good)}, IDENTIFIER_DNS, "a.test",
        "address 192.0.2.7"},
    {{.alt_names = "DNS:a.test,email:x@a.test", WITH(OID, good)}, IDENTIFIER_DNS, "a.test",
        "another type"},
    {{.alt_names = "URI:http://a.test", WITH(OID, good)}, IDENTIFIER_DNS, "a.test", "another type"},
    {{.alt_names = "email:a.test", WITH(OID, good)}, IDENTIFIER_DNS, "a.test", "another type"},
    {{.alt_names = "DNS:a.test", .more_alt_names = "DNS:a.test", WITH(OID, good)}, IDENTIFIER_DNS,
        "a.test", "two subjectAltNames"},
    {{WITH(OID, good)}, IDENTIFIER_DNS, "a.test", "no subjectAltName"},
    {{.alt_names = "IP:192.0.2.8", WITH(OID, good)}, IDENTIFIER_IP, "192.0.2.7",
        "address 192.0.2.8"},
    {{.alt_names = "DNS:192.0.2.7", WITH(OID, good)}, IDENTIFIER_IP, "192.0.2.7",
        "for \"192.0.2.7\""},
    {{.alt_names = "IP:192.0.2.7", WITH(OID, good)}, IDENTIFIER_DNS, "a.test", "address 192.0.2.7"},
    {{.alt_names = "IP:::ffff:192.0.2.7", WITH(OID, good)}, IDENTIFIER_IP, "192.0.2.7",
        "address ::ffff"},
    {{.alt_names = "DNS:a.test"}, IDENTIFIER_DNS, "a.test", "lacks the acmeIdentifier"},
    {{.alt_names = "DNS:a.test", WITH(DRAFT, good)}, IDENTIFIER_DNS, "a.test", "of an old draft"},
    {{.alt_names = "DNS:a.test", WITH(OID, good), .is_digest_plain = true}, IDENTIFIER_DNS,
        "a.test", "not critical"},
    {{.alt_names = "DNS:a.test", WITH(OID, good), .is_digest_twice = true}, IDENTIFIER_DNS,
        "a.test", "two acmeIdentifier"},
    {{.alt_names = "DNS:a.test", WITH(OID, wrong)}, IDENTIFIER_DNS, "a.test", "is not that of"},
    {{.alt_names = "DNS:a.test", WITH(OID, longer)}, IDENTIFIER_DNS, "a.test",
        "OCTET STRING of 32"},
    {{.alt_names = "DNS:a.test", WITH(OID, trailing)}, IDENTIFIER_DNS, "a.test",
        "OCTET STRING of 32"},
    {{.alt_names = "DNS:a.test", WITH(OID, shorter)}, IDENTIFIER_DNS, "a.test",
        "OCTET STRING of 32"},
    {{.alt_names = "DNS:a.test", WITH(OID, bit_string)}, IDENTIFIER_DNS, "a.test",
        "OCTET STRING of 32"},
    {{.alt_names = "DNS:a.test", WITH(OID, bare)}, IDENTIFIER_DNS, "a.test", "OCTET STRING of 32"},
    {{.is_version_1 = true}, IDENTIFIER_DNS, "a.test", "not X.509 version 3"},
};

static void certificates_are_judged_strictly(void)
{
    void *mem = mem_pool(NULL, 65536);
    uint8_t digest[32];

    make_values();
    sha256(bytes_of(KEY_AUTHORIZATION), digest);
    for (size_t i = 0; i < sizeof certificates / sizeof certificates[0]; i++) {
        struct identifier identifier = {certificates[i].type, certificates[i].name};
        struct bytes der = tls_certificate_der(mem, &certificates[i].certificate);
        const char *expected = certificates[i].objection;
        const char *why = tlsalpn01_objection(mem, der, &identifier, digest);

        CU_ASSERT_EQUAL(why == NULL, expected == NULL);
        CU_ASSERT(why == NULL || expected == NULL || strstr(why, expected) != NULL);
        if ((why == NULL) != (expected == NULL) ||
            (why != NULL && expected != NULL && strstr(why, expected) == NULL))
            printf("\n    row %zu: %s", i, why == NULL ? "it proves" : why);
    }
    mem_free(mem);
}

/* Whatever octet is another one, or is missing: nothing breaks, and of what matters nothing
 * passes. */
static void damaged_certificates_are_read_to_their_end(void)
{
    static const struct identifier identifier = {IDENTIFIER_DNS, "a.test"};
    void *mem = mem_pool(NULL, 65536);
    uint8_t digest[32], *copy;
    struct tls_certificate good;
    struct bytes der;

    make_values();
    good = certificates[0].certificate;
    sha256(bytes_of(KEY_AUTHORIZATION), digest);
    der = tls_certificate_der(mem, &good);
    for (size_t i = 0; i < der.len; i++) {
        copy = mem_dup(mem, der.data, der.len);
        copy[i] ^= 0x55;
        tlsalpn01_objection(mem, (struct bytes){copy, der.len}, &identifier, digest);
        mem_free(copy);
        copy = mem_dup(mem, der.data, i);
        CU_ASSERT_PTR_NOT_NULL(
            tlsalpn01_objection(mem, (struct bytes){copy, i}, &identifier, digest));
        mem_free(copy);
    }
    mem_free(mem);
}

static void addresses_are_asked_for_by_their_reverse_names(void)
{
    static const struct {
        struct identifier identifier;
        const char *name;
    } rows[] = {
        {{IDENTIFIER_DNS, "a.test"}, "a.test"},
        {{IDENTIFIER_IP, "192.0.2.7"}, "7.2.0.192.in-addr.arpa"},
        {{IDENTIFIER_IP, "2001:db8::567:89ab"},
            "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"},
    };
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_STRING_EQUAL(tlsalpn01_server_name(mem, &rows[i].identifier), rows[i].name);
    mem_free(mem);
}

/* --- the lab --- */

struct lab {
    struct loop *loop;
    struct resolver *resolver;
    struct responder *dns;
    struct tls_responder *outer;
    struct address_range allow[2];
    struct address_filter filter;
    struct validation_options options;
    struct loop_timer *watchdog;
    unsigned done;
    bool is_starting;
    struct validation_result result;
    char detail[1024];
};

static void on_watchdog(void *arg)
{
    struct lab *lab = arg;

    lab->watchdog = NULL;
    CU_FAIL("a test hangs");
    loop_stop(lab->loop);
}

static void answer_names(void *arg, struct dns_exchange *exchange)
{
    const char *name = exchange->name;
    bool is_a = exchange->type == DNS_A, is_aaaa = exchange->type == DNS_AAAA;

    (void)arg;
    if (strcmp(name, "silent.test") == 0)
        return;
    dns_begin(exchange, strcmp(name, "none.test") == 0 ? 3 : 0);
    if (is_a && (strcmp(name, "a.test") == 0 || strcmp(name, "both.test") == 0))
        dns_add_address(exchange, NULL, "127.0.0.1");
    else if (is_aaaa && strcmp(name, "both.test") == 0)
        dns_add_address(exchange, NULL, "::1");
    else if (is_a && strcmp(name, "inner.test") == 0)
        dns_add_address(exchange, NULL, "127.0.0.2");
    else if (is_aaaa && strcmp(name, "inner.test") == 0)
        dns_add_address(exchange, NULL, "::ffff:127.0.0.2");
    else if (is_a && strcmp(name, "mixed.test") == 0) {
        dns_add_address(exchange, NULL, "127.0.0.2");
        dns_add_address(exchange, NULL, "127.0.0.1");
    }
}

static void lab_start(
    struct lab *lab, enum tls_manner manner, const struct tls_certificate *certificate)
{
    char address[32];
    const char *servers[] = {address};
    struct resolver_options options = {.servers = servers, .servers_len = 1, .timeout_ms = 20000};
    struct err e = {0};

    make_values();
    memset(lab, 0, sizeof *lab);
    lab->loop = loop_new();
    lab->dns = responder_dns(answer_names, lab);
    snprintf(address, sizeof address, "127.0.0.1@%u", responder_port(lab->dns));
    lab->resolver = resolver_new(lab->loop, &options, &e);
    lab->outer = tls_responder_start("127.0.0.1", 0, manner, certificate);
    address_range_parse("127.0.0.1", &lab->allow[0]);
    address_range_parse("::1", &lab->allow[1]);
    lab->filter = (struct address_filter){.allow = lab->allow, .allow_len = 2};
    lab->options = (struct validation_options){.loop = lab->loop,
        .resolver = lab->resolver,
        .filter = &lab->filter,
        .tls_alpn_port = tls_responder_port(lab->outer),
        .timeout_ms = manner == TLS_SILENT ? 600 : 10000};
    lab->watchdog = loop_after(lab->loop, WATCHDOG_MS, on_watchdog, lab);
}

static void lab_end(struct lab *lab, struct tls_seen *seen)
{
    resolver_free(lab->resolver);
    responder_stop(lab->dns);
    tls_responder_stop(lab->outer, seen);
    loop_cancel(&lab->watchdog);
    loop_free(lab->loop);
}

static void on_done(void *arg, const struct validation_result *result)
{
    struct lab *lab = arg;

    CU_ASSERT_FALSE(lab->is_starting);
    lab->done++;
    lab->result = *result;
    snprintf(lab->detail, sizeof lab->detail, "%s", result->detail);
    CU_ASSERT_EQUAL(result->valid, result->problem == PROBLEM_NONE);
    CU_ASSERT_EQUAL(result->valid, lab->detail[0] == '\0');
    loop_stop(lab->loop);
}

static struct validation *start(struct lab *lab, enum identifier_type type, const char *name)
{
    struct validation_request request = {
        .identifier = {type, name}, .token = "token", .key_authorization = KEY_AUTHORIZATION};
    struct validation *check;

    lab->is_starting = true;
    check = validation_start(&tlsalpn01, &lab->options, &request, on_done, lab);
    lab->is_starting = false;
    return check;
}

static bool is_valid(struct lab *lab, enum identifier_type type, const char *name)
{
    start(lab, type, name);
    loop_run(lab->loop);
    return lab->result.valid;
}

static void the_certificate_made_for_it_proves_a_name(void)
{
    static const struct {
        enum tls_manner manner;
        const char *alt_names;
        struct identifier identifier;
        const char *server_name;
    } rows[] = {
        {TLS_ANSWER, "DNS:a.test", {IDENTIFIER_DNS, "a.test"}, "a.test"},
        {TLS_1_2, "DNS:a.test", {IDENTIFIER_DNS, "a.test"}, "a.test"},
        {TLS_ANSWER, "DNS:both.test", {IDENTIFIER_DNS, "both.test"}, "both.test"},
        {TLS_ANSWER, "DNS:mixed.test", {IDENTIFIER_DNS, "mixed.test"}, "mixed.test"},
        {TLS_ANSWER, "IP:127.0.0.1", {IDENTIFIER_IP, "127.0.0.1"}, "1.0.0.127.in-addr.arpa"},
    };
    struct tls_certificate certificate = {WITH(OID, good)};
    struct tls_seen seen;
    struct lab lab;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        certificate.alt_names = rows[i].alt_names;
        lab_start(&lab, rows[i].manner, &certificate);
        CU_ASSERT(is_valid(&lab, rows[i].identifier.type, rows[i].identifier.value));
        if (!lab.result.valid)
            printf("\n    %s: %s", rows[i].alt_names, lab.detail);
        CU_ASSERT_STRING_EQUAL(lab.result.address, "127.0.0.1");
        CU_ASSERT_EQUAL(responder_count(lab.dns) == 0, rows[i].identifier.type == IDENTIFIER_IP);
        lab_end(&lab, &seen);
        CU_ASSERT_EQUAL(seen.handshakes, 1);
        CU_ASSERT_EQUAL(seen.octets, 0);
        CU_ASSERT_STRING_EQUAL(seen.server_name, rows[i].server_name);
    }
}

static void servers_that_are_not_set_up_for_it_fail(void)
{
    static const struct {
        enum tls_manner manner;
        enum problem problem;
        const char *words;
    } rows[] = {
        {TLS_NO_PROTOCOL, PROBLEM_UNAUTHORIZED, "did not choose the ALPN protocol acme-tls/1"},
        {TLS_REFUSE_PROTOCOL, PROBLEM_TLS, "does not know the ALPN protocol"},
        {TLS_REFUSE_NAME, PROBLEM_TLS, "does not know the name"},
        {TLS_OLD, PROBLEM_TLS, "no TLS 1.2 or newer"},
        {TLS_PLAIN, PROBLEM_TLS, "not TLS"},
        {TLS_HANG_UP, PROBLEM_TLS, "during the TLS handshake"},
        {TLS_SILENT, PROBLEM_CONNECTION, "timed out during the TLS handshake"},
    };
    static const struct tls_certificate certificate = {.alt_names = "DNS:a.test", WITH(OID, good)};
    struct lab lab;
    char port[32];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lab_start(&lab, rows[i].manner, &certificate);
        CU_ASSERT_FALSE(is_valid(&lab, IDENTIFIER_DNS, "a.test"));
        CU_ASSERT_EQUAL(lab.result.problem, rows[i].problem);
        CU_ASSERT(lab.result.retry);
        CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, rows[i].words));
        snprintf(port, sizeof port, "127.0.0.1 port %u", lab.options.tls_alpn_port);
        CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, port));
        CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, "a.test"));
        if (strstr(lab.detail, rows[i].words) == NULL)
            printf("\n    %d: %s", (int)rows[i].manner, lab.detail);
        lab_end(&lab, NULL);
    }

    /* OpenSSL may notice by itself that this was never offered. */
    lab_start(&lab, TLS_OTHER_PROTOCOL, &certificate);
    CU_ASSERT_FALSE(is_valid(&lab, IDENTIFIER_DNS, "a.test"));
    CU_ASSERT(lab.result.problem == PROBLEM_UNAUTHORIZED || lab.result.problem == PROBLEM_TLS);
    lab_end(&lab, NULL);
}

static void a_certificate_of_another_kind_is_described(void)
{
    static const struct tls_certificate ordinary = {.alt_names = "DNS:a.test,DNS:www.a.test"};
    struct lab lab;

    lab_start(&lab, TLS_ANSWER, &ordinary);
    CU_ASSERT_FALSE(is_valid(&lab, IDENTIFIER_DNS, "a.test"));
    CU_ASSERT_EQUAL(lab.result.problem, PROBLEM_UNAUTHORIZED);
    CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, "other names as well (\"www.a.test\")"));
    lab_end(&lab, NULL);
}

static void the_inner_world_is_never_reached(void)
{
    static const struct identifier rows[] = {{IDENTIFIER_DNS, "inner.test"},
        {IDENTIFIER_IP, "127.0.0.2"}, {IDENTIFIER_IP, "::ffff:127.0.0.2"},
        {IDENTIFIER_IP, "169.254.169.254"}};
    static const struct tls_certificate certificate = {
        .alt_names = "DNS:inner.test", WITH(OID, good)};
    struct tls_responder *inner;
    struct tls_seen seen;
    struct lab lab;

    lab_start(&lab, TLS_ANSWER, &certificate);
    inner = tls_responder_start("127.0.0.2", 0, TLS_ANSWER, &certificate);
    lab.options.tls_alpn_port = tls_responder_port(inner);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_FALSE(is_valid(&lab, rows[i].type, rows[i].value));
        CU_ASSERT_EQUAL(lab.result.problem, PROBLEM_CONNECTION);
        CU_ASSERT_FALSE(lab.result.retry);
        CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, "does not connect"));
    }
    tls_responder_stop(inner, &seen);
    CU_ASSERT_EQUAL(seen.connections, 0);
    lab_end(&lab, NULL);
}

static void names_without_addresses_are_dns_problems(void)
{
    static const char *const names[] = {"none.test", "empty.test", "silent.test"};
    static const struct tls_certificate certificate = {.alt_names = "DNS:a.test"};
    struct lab lab;

    lab_start(&lab, TLS_ANSWER, &certificate);
    lab.options.timeout_ms = 1000;
    for (size_t i = 0; i < 3; i++) {
        CU_ASSERT_FALSE(is_valid(&lab, IDENTIFIER_DNS, names[i]));
        CU_ASSERT_EQUAL(lab.result.problem, PROBLEM_DNS);
        CU_ASSERT(lab.result.retry);
    }
    lab_end(&lab, NULL);
}

static void on_cancel_time(void *arg)
{
    validation_cancel(arg);
}

static void on_stop_time(void *arg)
{
    struct lab *lab = arg;

    loop_stop(lab->loop);
}

static void a_cancelled_check_is_silent(void)
{
    static const struct tls_certificate certificate = {.alt_names = "DNS:a.test"};
    struct validation *checks[3];
    struct lab lab;

    lab_start(&lab, TLS_SILENT, &certificate);
    checks[0] = start(&lab, IDENTIFIER_DNS, "a.test");
    validation_cancel(&checks[0]);
    checks[1] = start(&lab, IDENTIFIER_DNS, "silent.test");
    checks[2] = start(&lab, IDENTIFIER_DNS, "a.test");
    loop_after(lab.loop, 100, on_cancel_time, &checks[1]);
    loop_after(lab.loop, 100, on_cancel_time, &checks[2]);
    loop_after(lab.loop, 150, on_stop_time, &lab);
    loop_run(lab.loop);
    CU_ASSERT_EQUAL(lab.done, 0);
    lab_end(&lab, NULL);
}

static void on_shutdown_time(void *arg)
{
    struct lab *lab = arg;

    resolver_free(lab->resolver);
    lab->resolver = NULL;
}

static void shutdown_ends_checks_without_a_verdict(void)
{
    static const struct tls_certificate certificate = {.alt_names = "DNS:a.test"};
    struct lab lab;

    lab_start(&lab, TLS_ANSWER, &certificate);
    start(&lab, IDENTIFIER_DNS, "silent.test");
    loop_after(lab.loop, 50, on_shutdown_time, &lab);
    loop_run(lab.loop);
    CU_ASSERT_EQUAL(lab.done, 1);
    CU_ASSERT(lab.result.cancelled);
    CU_ASSERT_FALSE(lab.result.valid);
    lab_end(&lab, NULL);
}

static const struct test tests[] = {
    {"certificates are judged strictly", certificates_are_judged_strictly},
    {"damaged certificates are read to their end", damaged_certificates_are_read_to_their_end},
    {"addresses are asked for by their reverse names",
        addresses_are_asked_for_by_their_reverse_names},
    {"the certificate made for it proves a name", the_certificate_made_for_it_proves_a_name},
    {"servers that are not set up for it fail", servers_that_are_not_set_up_for_it_fail},
    {"a certificate of another kind is described", a_certificate_of_another_kind_is_described},
    {"the inner world is never reached", the_inner_world_is_never_reached},
    {"names without addresses are DNS problems", names_without_addresses_are_dns_problems},
    {"a cancelled check is silent", a_cancelled_check_is_silent},
    {"shutdown ends checks without a verdict", shutdown_ends_checks_without_a_verdict},
    {NULL, NULL},
};
extern const struct test_suite suite_tlsalpn01;
const struct test_suite suite_tlsalpn01 = {"tlsalpn01", tests};
