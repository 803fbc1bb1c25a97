/* bench_http_server - what a request costs in base/http_server alone: it answers everything with a
 * constant.
 *
 *     bench_http_server PORT [tls|plain]
 *
 * The answer to GET is a directory that names newNonce, so that the load generator's nonce mode
 * runs against it; HEAD and POST get a fixed nonce. Measure the CPU time of this process and divide
 * by requests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cert.h"
#include "base/clock.h"
#include "base/http_server.h"
#include "base/key.h"
#include "base/mem.h"

static char directory[512];

static void on_request(void *arg, struct http_request *request)
{
    static const struct http_header headers[] = {{"Content-Type", "application/json"},
        {"Replay-Nonce", "oFvnlFP1wIhRlYS2jTaXbA"}, {"Cache-Control", "no-store"},
        {"Link", "<https://localhost:14000/acme/directory>;rel=\"index\""}, {NULL, NULL}};

    (void)arg;
    http_reply(request, 200, headers, bytes_of(directory));
}

static struct http_tls *make_tls(void *mem)
{
    struct err e = {0};
    struct key *key = key_generate(mem, KEY_P256, 0);
    struct cert_ca_options options = {.common_name = "localhost",
        .not_before_s = clock_now_s() - 60,
        .not_after_s = clock_now_s() + 86400};
    struct http_tls *tls = NULL;
    char *pem;

    if (cert_make_ca(mem, NULL, key, &options, &pem, &e) == ERR_OK)
        tls = http_tls_new(pem, key_to_pem(mem, key), &e);
    if (tls == NULL) {
        fprintf(stderr, "%s (%s)\n", e.detail, e.internal);
        exit(1);
    }
    return tls;
}

int main(int argc, char **argv)
{
    void *mem = mem_pool(NULL, 65536);
    struct http_server_options options = {.on_request = on_request};
    struct loop *loop = loop_new();
    struct http_server *server;
    struct err e = {0};
    bool plain = argc > 2 && strcmp(argv[2], "plain") == 0;

    if (argc < 2) {
        fputs("bench_http_server PORT [tls|plain]\n", stderr);
        return 2;
    }
    options.tls = plain ? NULL : make_tls(mem);
    snprintf(directory, sizeof directory,
        "{\"newNonce\":\"%s://127.0.0.1:%s/nonce\",\"newAccount\":\"%s://127.0.0.1:%s/account\","
        "\"newOrder\":\"%s://127.0.0.1:%s/order\",\"revokeCert\":\"%s://127.0.0.1:%s/revoke\","
        "\"keyChange\":\"%s://127.0.0.1:%s/key\"}",
        plain ? "http" : "https", argv[1], plain ? "http" : "https", argv[1],
        plain ? "http" : "https", argv[1], plain ? "http" : "https", argv[1],
        plain ? "http" : "https", argv[1]);
    server = http_server_new(loop, &options);
    if (http_server_listen(server, mem_printf(mem, "127.0.0.1:%s", argv[1]), -1, &e) != ERR_OK) {
        fprintf(stderr, "%s\n", e.detail);
        return 1;
    }
    loop_run(loop);
    return 0;
}
