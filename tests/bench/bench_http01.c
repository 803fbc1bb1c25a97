/* bench_http01 - what an http-01 check costs, in whole and in parts: CPU of this process, servers
 * apart.
 *
 *     bench_http01 [checks [at once]]
 *
 * The name server and the web server run in a child process on loopback.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acme/http01.h"
#include "tests/unit/responder.h"

#define KEY_AUTHORIZATION                                                                          \
    "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ.nP1qzpXGymHBrUEepNY9HCsQk7K8KhOypzEt62jcerQ"

struct bench {
    struct loop *loop;
    struct resolver *resolver;
    struct http_client *http;
    struct address_range loopback[2];
    struct address_filter filter;
    unsigned dns_port, http_port;
    unsigned to_start, open, good;
    void (*start_one)(struct bench *bench);
};

static enum responder_then answer_web(void *arg, int fd, const char *request, unsigned nth)
{
    (void)arg;
    (void)request;
    (void)nth;
    responder_send(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
                       "76\r\n\r\n" KEY_AUTHORIZATION);
    return RESPONDER_CLOSE;
}

static void answer_names(void *arg, struct dns_exchange *exchange)
{
    (void)arg;
    dns_begin(exchange, 0);
    if (exchange->type == DNS_A)
        dns_add_address(exchange, NULL, "127.0.0.1");
}

/* Writes the two ports to the pipe and serves until it is killed. */
static void serve(int out)
{
    unsigned ports[2] = {responder_port(responder_dns(answer_names, NULL)),
        responder_port(responder_http("127.0.0.1", 0, answer_web, NULL))};

    if (write(out, ports, sizeof ports) != (ssize_t)sizeof ports)
        exit(1);
    for (;;)
        pause();
}

static void start_more(struct bench *bench)
{
    if (bench->to_start > 0) {
        bench->to_start--;
        bench->start_one(bench);
    } else if (bench->open == 0) {
        loop_stop(bench->loop);
    }
}

static void one_done(struct bench *bench, bool good)
{
    bench->open--;
    bench->good += good;
    start_more(bench);
}

static void on_answer(void *arg, const struct dns_answer *answer)
{
    one_done(arg, answer->status == DNS_OK);
}

static void start_question(struct bench *bench)
{
    struct resolver_query *query;
    char name[64];

    snprintf(name, sizeof name, "n%u.test", bench->to_start);
    bench->open++;
    resolver_ask(bench->resolver, name, DNS_A, on_answer, bench, &query);
}

static void on_reply(void *arg, const struct http_reply *reply)
{
    one_done(arg, reply->status == 200);
}

static void start_get(struct bench *bench)
{
    char url[128];
    struct http_call_options options = {.url = url,
        .pin = &bench->loopback[0].base,
        .filter = &bench->filter,
        .reply_max = 512,
        .timeout_ms = 10000,
        .fresh_connection = true};
    struct http_call *call;

    snprintf(url, sizeof url, "http://n%u.test:%u/", bench->to_start, bench->http_port);
    bench->open++;
    http_client_start(bench->http, &options, on_reply, bench, &call);
}

static void on_done(void *arg, const struct validation_result *result)
{
    one_done(arg, result->valid);
}

static void start_check(struct bench *bench)
{
    struct validation_options options = {.loop = bench->loop,
        .resolver = bench->resolver,
        .http = bench->http,
        .filter = &bench->filter,
        .http_port = bench->http_port,
        .timeout_ms = 10000};
    char name[64];
    struct validation_request request = {.identifier = {IDENTIFIER_DNS, name},
        .token = "token",
        .key_authorization = KEY_AUTHORIZATION};

    snprintf(name, sizeof name, "n%u.test", bench->to_start);
    bench->open++;
    validation_start(&http01, &options, &request, on_done, bench);
}

static double cpu_us(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e6 +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

static void run(struct bench *bench, const char *what, unsigned count, unsigned at_once,
    void (*start_one)(struct bench *bench))
{
    struct rusage before, after;

    getrusage(RUSAGE_SELF, &before);
    bench->start_one = start_one;
    bench->good = 0;
    bench->to_start = count;
    for (unsigned i = 0; i < at_once; i++)
        start_more(bench);
    loop_run(bench->loop);
    getrusage(RUSAGE_SELF, &after);
    printf("%-16s %7u, %u good: %6.1f us of CPU each, peak RSS %ld KiB\n", what, count, bench->good,
        (cpu_us(&after) - cpu_us(&before)) / count, after.ru_maxrss);
}

int main(int argc, char **argv)
{
    unsigned count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 20000;
    unsigned at_once = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 16;
    struct bench bench = {0};
    char server[32];
    const char *servers[] = {server};
    struct resolver_options options = {.servers = servers, .servers_len = 1};
    struct err e = {0};
    unsigned ports[2];
    int fds[2];
    pid_t child;

    if (pipe(fds) != 0 || (child = fork()) < 0)
        return 1;
    if (child == 0)
        serve(fds[1]);
    if (read(fds[0], ports, sizeof ports) != (ssize_t)sizeof ports)
        return 1;
    bench.http_port = ports[1];
    snprintf(server, sizeof server, "127.0.0.1@%u", ports[0]);
    address_range_parse("127.0.0.1", &bench.loopback[0]);
    address_range_parse("::1", &bench.loopback[1]);
    bench.filter = (struct address_filter){.allow = bench.loopback, .allow_len = 2};
    bench.loop = loop_new();
    bench.resolver = resolver_new(bench.loop, &options, &e);
    bench.http = http_client_new(bench.loop);
    run(&bench, "DNS question", count, at_once, start_question);
    run(&bench, "fresh GET", count, at_once, start_get);
    run(&bench, "http-01 check", count, at_once, start_check);
    http_client_free(bench.http);
    resolver_free(bench.resolver);
    loop_free(bench.loop);
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
    return 0;
}
