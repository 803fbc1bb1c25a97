/* Tests of acme/http01 against name servers and web servers on loopback.
 *
 * 127.0.0.1 and ::1 play the outer world (the filter lets them through), 127.0.0.2 the inner one: a
 * server listens there on the same port, and no test may ever reach it.
 */
#include "tests/unit/test_main.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "acme/http01.h"
#include "base/mem.h"
#include "tests/unit/responder.h"

#define KEY_AUTHORIZATION                                                                          \
    "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ.nP1qzpXGymHBrUEepNY9HCsQk7K8KhOypzEt62jcerQ"

enum { WATCHDOG_MS = 30 * 1000 };

struct lab {
    struct loop *loop;
    struct resolver *resolver;
    struct http_client *http;
    struct responder *dns, *outer, *outer6, *inner;
    struct address_range allow[2];
    struct address_filter filter;
    struct validation_options options;
    struct loop_timer *watchdog;
    pthread_mutex_t lock; /* guards the request */
    char request[4096];
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

/* --- the web --- */

static void answer_status(int fd, const char *status, const char *body)
{
    char text[2048];

    snprintf(text, sizeof text, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", status,
        strlen(body), body);
    responder_send(fd, text);
}

static void redirect(int fd, const char *status, const char *location)
{
    char text[4096];

    snprintf(text, sizeof text, "HTTP/1.1 %s\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", status,
        location);
    responder_send(fd, text);
}

/* Bodies by token: what is shown at /.well-known/acme-challenge/<token>. */
static const struct {
    const char *token, *body;
} bodies[] = {
    {"good", KEY_AUTHORIZATION},
    {"good-newline", KEY_AUTHORIZATION "\n"},
    {"good-spaces", KEY_AUTHORIZATION " \t\r\n\v\f\n"},
    {"leading-space", " " KEY_AUTHORIZATION},
    {"longer", KEY_AUTHORIZATION "x"},
    {"twice", KEY_AUTHORIZATION "\n" KEY_AUTHORIZATION},
    {"shorter", "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ.nP1qzpXGymHBrUEepNY9HCsQk7K8KhOypzEt62jcer"},
    {"token-only", "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ"},
    {"other-case", "EVAGxfADs6pSRb2LAv9IZf17Dt3juxGJ.nP1qzpXGymHBrUEepNY9HCsQk7K8KhOypzEt62jcerQ"},
    {"empty", ""},
    {"page", "<html><body><h1>It works!</h1> and goes on beyond sixty characters</body></html>"},
    {"hostile", "\x1b[31m\"quoted\"\\\x07\xc3\xa4\r\nSet-Cookie: x\x7f"},
};

static const struct {
    const char *token, *status, *location;
} redirects[] = {
    {"r301", "301 Moved", "/.well-known/acme-challenge/good"},
    {"r302", "302 Found", "good"},
    {"r307", "307 Temporary", "//b.test:%u/.well-known/acme-challenge/good"},
    {"r308", "308 Permanent", "http://127.0.0.1:%u/.well-known/acme-challenge/good?x=1#y"},
    {"r300", "300 Choices", "good"},
    {"r303", "303 Other", "good"},
    {"r304", "304 Not Modified", "good"},
    {"r305", "305 Use Proxy", "good"},
    {"self", "302 Found", "self"},
    {"ping", "302 Found", "pong"},
    {"pong", "302 Found", "ping#again"},
    {"to-none", "302 Found", "http://none.test:%u/"},
    {"to-inner-name", "302 Found", "http://inner.test:%u/.well-known/acme-challenge/good"},
    {"to-inner-address", "302 Found", "http://127.0.0.2:%u/.well-known/acme-challenge/good"},
    {"to-inner-number", "302 Found", "http://2130706434:%u/.well-known/acme-challenge/good"},
    {"to-inner-mapped", "302 Found",
        "http://[::ffff:127.0.0.2]:%u/.well-known/acme-challenge/good"},
    {"to-metadata", "302 Found", "http://169.254.169.254/latest/meta-data/"},
    {"to-rebind", "302 Found", "http://rebind.test:%u/.well-known/acme-challenge/good?again"},
    {"to-port", "302 Found", "http://a.test:22/"},
    {"to-user", "302 Found", "http://user:secret@a.test:%u/"},
    {"to-ftp", "302 Found", "ftp://a.test/"},
    {"to-file", "302 Found", "file:///etc/passwd"},
    {"to-space", "302 Found", "http://a.test/a b"},
    {"to-nothing", "302 Found", ""},
    {"to-tls", "302 Found", "https://a.test:%u/.well-known/acme-challenge/good"},
};

static const char *find_token(const char *path, char out[64])
{
    static const char prefix[] = "/.well-known/acme-challenge/";
    size_t len;

    if (strncmp(path, prefix, sizeof prefix - 1) != 0)
        return NULL;
    path += sizeof prefix - 1;
    len = strcspn(path, "? ");
    snprintf(out, 64, "%.*s", (int)(len < 63 ? len : 63), path);
    return out;
}

static void answer_long_location(int fd, size_t len)
{
    char location[2200] = "/";

    memset(location + 1, 'x', len - 1);
    location[len] = '\0';
    redirect(fd, "302 Found", location);
}

static enum responder_then answer_special(struct lab *lab, int fd, const char *token)
{
    char text[128];
    unsigned hops;

    if (sscanf(token, "hops-%u", &hops) == 1) {
        snprintf(text, sizeof text, "hops-%u", hops - 1);
        redirect(fd, "302 Found", hops == 1 ? "good" : text);
    } else if (strcmp(token, "silent") == 0) {
        return RESPONDER_HOLD;
    } else if (strcmp(token, "slow-body") == 0) {
        responder_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\neva");
        return RESPONDER_HOLD;
    } else if (strcmp(token, "drop") == 0) {
        return RESPONDER_CLOSE;
    } else if (strcmp(token, "half") == 0) {
        responder_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" KEY_AUTHORIZATION);
    } else if (strcmp(token, "huge") == 0) {
        responder_send(fd, "HTTP/1.1 200 OK\r\n\r\n" KEY_AUTHORIZATION);
        for (int i = 0; i < 20000; i++)
            responder_send(fd, "                                                                ");
    } else if (strcmp(token, "no-location") == 0) {
        responder_send(fd, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
    } else if (strcmp(token, "long-location") == 0) {
        answer_long_location(fd, 2001);
    } else if (strcmp(token, "status-201") == 0) {
        answer_status(fd, "201 Created", KEY_AUTHORIZATION);
    } else if (strcmp(token, "status-403") == 0) {
        answer_status(fd, "403 Forbidden", KEY_AUTHORIZATION);
    } else if (strcmp(token, "status-500") == 0) {
        answer_status(fd, "500 Oops", KEY_AUTHORIZATION);
    } else if (strcmp(token, "smtp") == 0) {
        responder_send(fd, "220 mail.test ESMTP\r\n");
    } else {
        answer_status(fd, "404 Not Found", "not here");
    }
    (void)lab;
    return RESPONDER_CLOSE;
}

static enum responder_then answer_web(void *arg, int fd, const char *request, unsigned nth)
{
    struct lab *lab = arg;
    char token[64] = "", location[256];
    const char *path = strchr(request, ' ');

    (void)nth;
    pthread_mutex_lock(&lab->lock);
    snprintf(lab->request, sizeof lab->request, "%s", request);
    pthread_mutex_unlock(&lab->lock);
    if (path != NULL)
        find_token(path + 1, token);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        if (strcmp(token, bodies[i].token) == 0) {
            answer_status(fd, "200 OK", bodies[i].body);
            return RESPONDER_CLOSE;
        }
    for (size_t i = 0; i < sizeof redirects / sizeof redirects[0]; i++)
        if (strcmp(token, redirects[i].token) == 0) {
            const char *hole = strstr(redirects[i].location, "%u");
            if (hole != NULL)
                snprintf(location, sizeof location, "%.*s%u%s", (int)(hole - redirects[i].location),
                    redirects[i].location, lab->options.http_port, hole + 2);
            redirect(fd, redirects[i].status, hole != NULL ? location : redirects[i].location);
            return RESPONDER_CLOSE;
        }
    return answer_special(lab, fd, token);
}

static bool request_has(struct lab *lab, const char *text)
{
    bool has;

    pthread_mutex_lock(&lab->lock);
    has = strstr(lab->request, text) != NULL;
    pthread_mutex_unlock(&lab->lock);
    return has;
}

/* --- the names --- */

static void answer_names(void *arg, struct dns_exchange *exchange)
{
    const char *name = exchange->name;
    bool is_a = exchange->type == DNS_A, is_aaaa = exchange->type == DNS_AAAA;

    (void)arg;
    if (strcmp(name, "silent.test") == 0 || (strcmp(name, "half-silent.test") == 0 && is_aaaa))
        return;
    dns_begin(exchange, strcmp(name, "none.test") == 0   ? 3
                        : strcmp(name, "fail.test") == 0 ? 2
                                                         : 0);
    if (strcmp(name, "half-fail.test") == 0 && is_aaaa)
        dns_begin(exchange, 2);
    else if (strcmp(name, "alias.test") == 0)
        dns_add_cname(exchange, NULL, "a.test");
    else if (is_a && (strcmp(name, "a.test") == 0 || strcmp(name, "b.test") == 0 ||
                         strncmp(name, "half-", 5) == 0 || strcmp(name, "both.test") == 0))
        dns_add_address(exchange, NULL, "127.0.0.1");
    else if (is_aaaa && (strcmp(name, "six.test") == 0 || strcmp(name, "both.test") == 0))
        dns_add_address(exchange, NULL, "::1");
    else if (is_a && strcmp(name, "inner.test") == 0)
        dns_add_address(exchange, NULL, "127.0.0.2");
    else if (is_aaaa && strcmp(name, "inner.test") == 0)
        dns_add_address(exchange, NULL, "::ffff:127.0.0.2");
    else if (is_a && strcmp(name, "mixed.test") == 0) {
        dns_add_address(exchange, NULL, "10.0.0.1");
        dns_add_address(exchange, NULL, "127.0.0.2");
        dns_add_address(exchange, NULL, "127.0.0.1");
    } else if (is_a && strcmp(name, "rebind.test") == 0)
        dns_add_address(exchange, NULL, exchange->nth < 2 ? "127.0.0.1" : "127.0.0.2");
}

/* --- the lab --- */

/* `with_six`: something listens on ::1 too. */
static void lab_start(struct lab *lab, bool with_six)
{
    char address[32];
    const char *servers[] = {address};
    struct resolver_options options = {.servers = servers, .servers_len = 1, .timeout_ms = 20000};
    struct err e = {0};

    memset(lab, 0, sizeof *lab);
    pthread_mutex_init(&lab->lock, NULL);
    lab->loop = loop_new();
    lab->dns = responder_dns(answer_names, lab);
    snprintf(address, sizeof address, "127.0.0.1@%u", responder_port(lab->dns));
    lab->resolver = resolver_new(lab->loop, &options, &e);
    lab->http = http_client_new(lab->loop);
    /* The same port on every address; another process may hold it on one of them. */
    for (int tries = 0; tries < 100; tries++) {
        lab->outer = responder_http("127.0.0.1", 0, answer_web, lab);
        lab->inner = responder_http("127.0.0.2", responder_port(lab->outer), answer_web, lab);
        if (with_six)
            lab->outer6 = responder_http("::1", responder_port(lab->outer), answer_web, lab);
        if (lab->inner != NULL && (lab->outer6 != NULL || !with_six))
            break;
        responder_stop(lab->outer);
        responder_stop(lab->inner);
    }
    address_range_parse("127.0.0.1", &lab->allow[0]);
    address_range_parse("::1", &lab->allow[1]);
    lab->filter = (struct address_filter){.allow = lab->allow, .allow_len = 2};
    lab->options = (struct validation_options){.loop = lab->loop,
        .resolver = lab->resolver,
        .http = lab->http,
        .filter = &lab->filter,
        .http_port = responder_port(lab->outer),
        .timeout_ms = 10000};
    lab->watchdog = loop_after(lab->loop, WATCHDOG_MS, on_watchdog, lab);
}

static void lab_end(struct lab *lab)
{
    CU_ASSERT_EQUAL(responder_count(lab->inner), 0);
    http_client_free(lab->http);
    resolver_free(lab->resolver);
    responder_stop(lab->dns);
    responder_stop(lab->outer);
    responder_stop(lab->outer6);
    responder_stop(lab->inner);
    loop_cancel(&lab->watchdog);
    loop_free(lab->loop);
    pthread_mutex_destroy(&lab->lock);
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
    CU_ASSERT(strlen(lab->detail) < sizeof((struct err *)NULL)->detail);
    for (const char *c = lab->detail; *c != '\0'; c++)
        CU_ASSERT(*c >= ' ' && *c <= '~' && *c != '\\');
    loop_stop(lab->loop);
}

static struct validation *start(struct lab *lab, const char *name, const char *token)
{
    struct validation_request request = {.identifier = {IDENTIFIER_DNS, name},
        .token = token,
        .key_authorization = KEY_AUTHORIZATION};
    struct validation *check;

    lab->is_starting = true;
    check = validation_start(&http01, &lab->options, &request, on_done, lab);
    lab->is_starting = false;
    return check;
}

static bool is_valid(struct lab *lab, const char *name, const char *token)
{
    start(lab, name, token);
    loop_run(lab->loop);
    return lab->result.valid;
}

static void the_key_authorization_is_found(void)
{
    static const char *const tokens[] = {"good", "good-newline", "good-spaces", "status-201",
        "r301", "r302", "r307", "r308", "hops-10"};
    static const char *const names[] = {
        "a.test", "A.test", "alias.test", "127.0.0.1", "half-fail.test"};
    struct lab lab;
    char expected[128];

    lab_start(&lab, false);
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        CU_ASSERT(is_valid(&lab, "a.test", tokens[i]));
        CU_ASSERT_STRING_EQUAL(lab.result.address, "127.0.0.1");
        CU_ASSERT_FALSE(lab.result.cancelled);
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        CU_ASSERT(is_valid(&lab, names[i], "good"));
    CU_ASSERT(is_valid(&lab, "a.test", "good"));
    CU_ASSERT(request_has(&lab, "GET /.well-known/acme-challenge/good HTTP/1.1\r\n"));
    snprintf(expected, sizeof expected, "\r\nHost: a.test:%u\r\n", lab.options.http_port);
    CU_ASSERT(request_has(&lab, expected));
    CU_ASSERT(request_has(&lab, "\r\nUser-Agent: Countersign"));
    CU_ASSERT(is_valid(&lab, "a.test", "r308"));
    CU_ASSERT(request_has(&lab, "GET /.well-known/acme-challenge/good?x=1 HTTP/1.1\r\n"));
    lab_end(&lab);
}

static void addresses_as_names_ask_no_name_server(void)
{
    struct lab lab;

    lab_start(&lab, false);
    CU_ASSERT(is_valid(&lab, "127.0.0.1", "good"));
    CU_ASSERT(request_has(&lab, "\r\nHost: 127.0.0.1:"));
    CU_ASSERT_FALSE(is_valid(&lab, "127.0.0.2", "good"));
    CU_ASSERT_EQUAL(lab.result.problem, PROBLEM_CONNECTION);
    CU_ASSERT_EQUAL(responder_count(lab.dns), 0);
    lab_end(&lab);
}

static void what_is_shown_must_be_equal(void)
{
    static const struct {
        const char *token, *shown;
    } rows[] = {
        {"leading-space", "shows \" evaGxfADs6pSRb2L"},
        {"longer", "shows \"evaGxfADs6pSRb2L"},
        {"twice", "shows \"evaGxfADs6pSRb2L"},
        {"shorter", "shows \"evaGxfADs6pSRb2L"},
        {"token-only", "shows \"evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ\""},
        {"other-case", "shows \"EVAG"},
        {"empty", "shows \"\""},
        {"page", "shows \"<html><body><h1>It works!</h1> and goes on beyond sixty char...\""},
        {"hostile", "shows \"?[31m'quoted'????\?\?Set-Cookie: x?\""},
        {"huge", "shows \"evaGxfADs6pSRb2L"},
        {"status-403", "answered with status 403"},
        {"status-500", "answered with status 500"},
        {"missing", "answered with status 404"},
        {"r300", "answered with status 300"},
        {"r303", "answered with status 303"},
        {"r304", "answered with status 304"},
        {"r305", "answered with status 305"},
    };
    struct lab lab;
    char url[128];

    lab_start(&lab, false);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_FALSE(is_valid(&lab, "a.test", rows[i].token));
        CU_ASSERT_EQUAL(lab.result.problem, PROBLEM_UNAUTHORIZED);
        CU_ASSERT(lab.result.retry);
        CU_ASSERT_STRING_EQUAL(lab.result.address, "127.0.0.1");
        CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, rows[i].shown));
        snprintf(url, sizeof url, "http://a.test:%u/.well-known/acme-challenge/%s (127.0.0.1)",
            lab.options.http_port, rows[i].token);
        CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, url));
        CU_ASSERT_PTR_NULL(strstr(lab.detail, KEY_AUTHORIZATION));
    }
    lab_end(&lab);
}

static void broken_exchanges_are_connection_problems(void)
{
    static const struct {
        const char *token, *why;
    } rows[] = {{"drop", "closed without an answer"},
        {"half", "closed before the answer was complete"}, {"smtp", "not HTTP"},
        {"silent", "timed out while waiting"}, {"slow-body", "timed out while waiting"}};
    struct lab lab;

    lab_start(&lab, false);
    lab.options.timeout_ms = 600;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_FALSE(is_valid(&lab, "a.test", rows[i].token));
        CU_ASSERT_EQUAL(lab.result.problem, PROBLEM_CONNECTION);
        CU_ASSERT(lab.result.retry);
        CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, rows[i].why));
        CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, "127.0.0.1 port "));
    }
    lab_end(&lab);
}

static void names_without_addresses_are_dns_problems(void)
{
    static const struct {
        const char *name, *why;
    } rows[] = {{"none.test", "does not exist"}, {"empty.test", "no such records"},
        {"fail.test", "failed or could not be reached"}, {"silent.test", "did not answer in time"},
        {"not a name", "no domain name"}, {"", "no domain name"}};
    struct lab lab;

    lab_start(&lab, false);
    lab.options.timeout_ms = 1500;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_FALSE(is_valid(&lab, rows[i].name, "good"));
        CU_ASSERT_EQUAL(lab.result.problem, PROBLEM_DNS);
        CU_ASSERT(lab.result.retry);
        CU_ASSERT_STRING_EQUAL(lab.result.address, "");
        CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, rows[i].why));
    }
    CU_ASSERT_EQUAL(responder_count(lab.outer), 0);
    lab_end(&lab);
}

/* The address that came counts, though the name servers say nothing of the other family. */
static void half_an_answer_is_enough(void)
{
    struct lab lab;

    lab_start(&lab, false);
    lab.options.timeout_ms = 2000;
    CU_ASSERT(is_valid(&lab, "half-silent.test", "good"));
    lab_end(&lab);
}

static void ipv6_is_tried_first_then_ipv4(void)
{
    struct lab lab;

    lab_start(&lab, false);
    CU_ASSERT(is_valid(&lab, "both.test", "good"));
    CU_ASSERT_STRING_EQUAL(lab.result.address, "127.0.0.1");
    CU_ASSERT(is_valid(&lab, "name.localhost", "good"));
    CU_ASSERT_FALSE(is_valid(&lab, "six.test", "good"));
    CU_ASSERT_EQUAL(lab.result.problem, PROBLEM_CONNECTION);
    CU_ASSERT(lab.result.retry);
    CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, "connection refused (::1 port "));
    lab_end(&lab);

    lab_start(&lab, true);
    if (lab.outer6 != NULL) {
        CU_ASSERT(is_valid(&lab, "both.test", "good"));
        CU_ASSERT_STRING_EQUAL(lab.result.address, "::1");
        CU_ASSERT(is_valid(&lab, "::1", "good"));
        CU_ASSERT(request_has(&lab, "\r\nHost: [::1]:"));
        /* What IPv6 answers stands, also when it is wrong. */
        CU_ASSERT_FALSE(is_valid(&lab, "both.test", "page"));
        CU_ASSERT_STRING_EQUAL(lab.result.address, "::1");
        CU_ASSERT_FALSE(is_valid(&lab, "both.test", "drop"));
        CU_ASSERT_STRING_EQUAL(lab.result.address, "::1");
        CU_ASSERT_EQUAL(responder_count(lab.outer), 0);
    }
    lab_end(&lab);
}

static void redirects_have_rules(void)
{
    static const struct {
        const char *token, *why;
    } rows[] = {{"self", "a loop"}, {"ping", "a loop"}, {"hops-11", "there were 10"},
        {"to-port", "only ports 80 and 443"}, {"to-user", "not a URL"},
        {"to-ftp", "neither http nor https"}, {"to-file", "neither http nor https"},
        {"to-space", "not a URL"}, {"to-nothing", "no Location"}, {"no-location", "no Location"},
        {"long-location", "longer than 2000"}};
    struct lab lab;

    lab_start(&lab, false);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_FALSE(is_valid(&lab, "a.test", rows[i].token));
        CU_ASSERT_EQUAL(lab.result.problem, PROBLEM_INCORRECT_RESPONSE);
        CU_ASSERT_FALSE(lab.result.retry);
        CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, rows[i].why));
    }
    CU_ASSERT_FALSE(is_valid(&lab, "a.test", "to-none"));
    CU_ASSERT_EQUAL(lab.result.problem, PROBLEM_DNS);
    CU_ASSERT_FALSE(is_valid(&lab, "a.test", "to-tls"));
    CU_ASSERT_EQUAL(lab.result.problem, PROBLEM_TLS);
    CU_ASSERT(lab.result.retry);
    lab_end(&lab);
}

/* lab_end sees to it that 127.0.0.2 was never connected to. */
static void the_inner_world_is_never_reached(void)
{
    static const struct {
        const char *name, *token, *denied;
    } rows[] = {
        {"inner.test", "good", "127.0.0.2"},
        {"127.0.0.2", "good", "127.0.0.2"},
        {"::ffff:127.0.0.2", "good", "::ffff:127.0.0.2"},
        {"a.test", "to-inner-name", "127.0.0.2"},
        {"a.test", "to-inner-address", "127.0.0.2"},
        {"a.test", "to-inner-number", "127.0.0.2"},
        {"a.test", "to-inner-mapped", "::ffff:127.0.0.2"},
        {"a.test", "to-metadata", "169.254.169.254"},
    };
    struct lab lab;

    lab_start(&lab, false);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_FALSE(is_valid(&lab, rows[i].name, rows[i].token));
        CU_ASSERT_EQUAL(lab.result.problem, PROBLEM_CONNECTION);
        CU_ASSERT_FALSE(lab.result.retry);
        CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, rows[i].denied));
        CU_ASSERT_PTR_NOT_NULL(strstr(lab.detail, "does not connect"));
    }
    CU_ASSERT(is_valid(&lab, "mixed.test", "good"));
    CU_ASSERT_STRING_EQUAL(lab.result.address, "127.0.0.1");
    lab_end(&lab);
}

/* The name points outside at first, and inside at the redirect's look. */
static void rebinding_gains_nothing(void)
{
    struct lab lab;

    lab_start(&lab, false);
    CU_ASSERT_FALSE(is_valid(&lab, "rebind.test", "to-rebind"));
    CU_ASSERT_EQUAL(lab.result.problem, PROBLEM_CONNECTION);
    CU_ASSERT_EQUAL(responder_count(lab.outer), 1);
    CU_ASSERT_EQUAL(responder_count(lab.dns), 4);
    lab_end(&lab);
}

static void on_cancel_time(void *arg)
{
    struct validation **check = arg;

    validation_cancel(check);
}

static void on_stop_time(void *arg)
{
    struct lab *lab = arg;

    loop_stop(lab->loop);
}

static void a_cancelled_check_is_silent(void)
{
    static const struct {
        const char *name, *token;
        int64_t after_ms;
    } rows[] = {{"a.test", "good", -1}, {"a.test", "good", 0}, {"silent.test", "good", 50},
        {"half-silent.test", "good", 50}, {"a.test", "silent", 100}, {"a.test", "slow-body", 100}};
    struct validation *checks[sizeof rows / sizeof rows[0]];
    struct lab lab;

    lab_start(&lab, false);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        checks[i] = start(&lab, rows[i].name, rows[i].token);
        if (rows[i].after_ms < 0)
            validation_cancel(&checks[i]);
        else
            loop_after(lab.loop, rows[i].after_ms, on_cancel_time, &checks[i]);
    }
    /* The one with 0 ms may win its race against the timer that starts it, but not more. */
    loop_after(lab.loop, 400, on_stop_time, &lab);
    loop_run(lab.loop);
    CU_ASSERT_EQUAL(lab.done, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_PTR_NULL(checks[i]);
    validation_cancel(&checks[0]);
    lab_end(&lab);
}

static void on_shutdown_time(void *arg)
{
    struct lab *lab = arg;

    http_client_free(lab->http);
    resolver_free(lab->resolver);
    lab->http = NULL;
    lab->resolver = NULL;
}

static void shutdown_ends_checks_without_a_verdict(void)
{
    static const char *const rows[][2] = {{"silent.test", "good"}, {"a.test", "silent"}};
    struct lab lab;

    for (size_t i = 0; i < 2; i++) {
        lab_start(&lab, false);
        start(&lab, rows[i][0], rows[i][1]);
        loop_after(lab.loop, 100, on_shutdown_time, &lab);
        loop_run(lab.loop);
        CU_ASSERT_EQUAL(lab.done, 1);
        CU_ASSERT(lab.result.cancelled);
        CU_ASSERT_FALSE(lab.result.valid);
        lab_end(&lab);
    }
}

struct crowd {
    struct lab lab;
    unsigned open, valid;
};

static void on_one_of_many(void *arg, const struct validation_result *result)
{
    struct crowd *crowd = arg;

    crowd->valid += result->valid;
    if (--crowd->open == 0)
        loop_stop(crowd->lab.loop);
}

static void many_checks_run_side_by_side(void)
{
    static const char *const tokens[] = {"good", "r302", "hops-3", "page"};
    struct crowd crowd = {0};

    lab_start(&crowd.lab, false);
    for (unsigned i = 0; i < 48; i++) {
        struct validation_request request = {
            .identifier = {IDENTIFIER_DNS, i % 2 == 0 ? "a.test" : "b.test"},
            .token = tokens[i % 4],
            .key_authorization = KEY_AUTHORIZATION};

        crowd.open++;
        validation_start(&http01, &crowd.lab.options, &request, on_one_of_many, &crowd);
    }
    loop_run(crowd.lab.loop);
    CU_ASSERT_EQUAL(crowd.valid, 36);
    lab_end(&crowd.lab);
}

static const struct test tests[] = {
    {"the key authorization is found", the_key_authorization_is_found},
    {"addresses as names ask no name server", addresses_as_names_ask_no_name_server},
    {"what is shown must be equal", what_is_shown_must_be_equal},
    {"broken exchanges are connection problems", broken_exchanges_are_connection_problems},
    {"names without addresses are DNS problems", names_without_addresses_are_dns_problems},
    {"half an answer is enough", half_an_answer_is_enough},
    {"IPv6 is tried first, then IPv4", ipv6_is_tried_first_then_ipv4},
    {"redirects have rules", redirects_have_rules},
    {"the inner world is never reached", the_inner_world_is_never_reached},
    {"rebinding gains nothing", rebinding_gains_nothing},
    {"a cancelled check is silent", a_cancelled_check_is_silent},
    {"shutdown ends checks without a verdict", shutdown_ends_checks_without_a_verdict},
    {"many checks run side by side", many_checks_run_side_by_side},
    {NULL, NULL},
};
extern const struct test_suite suite_http01;
const struct test_suite suite_http01 = {"http01", tests};
