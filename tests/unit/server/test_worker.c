/* Tests of server/worker and server/exchange: real workers on loopback, without TLS, with clients,
 * a name server and a web server in threads of their own. */
#include "tests/unit/test_main.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/b64url.h"
#include "base/clock.h"
#include "base/mem.h"
#include "policy/upstream/local_ca.h"
#include "server/worker.h"
#include "store/account.h"
#include "store/authz.h"
#include "store/job.h"
#include "tests/unit/acme/lab.h"
#include "tests/unit/responder.h"

enum { CLIENTS = 6, ROUNDS = 3, WORKERS = 2, PATIENCE_MS = 30 * 1000, REPLY_MAX = 64 * 1024 };

struct house;

/* Who asks; its names are c<number>.lab.example. */
struct client {
    struct house *house;
    void *mem;
    int number;
    struct lab_account account;
    struct bytes csrs[ROUNDS]; /* each with a key of its own: the same one is given back */
    const char *kid, *nonce;
    char failure[512]; /* "" if all went well: only the main thread may judge */
};

struct house {
    struct lab lab;
    struct local_ca_options ca;
    struct address_range allowed;
    const char *servers[1];
    struct worker_plan plan;
    struct responder *dns, *web;
    struct worker *workers[WORKERS];
    int workers_len, listen_fd;
    unsigned port;
    struct client clients[CLIENTS];
    void (*on_first_request)(struct house *house); /* of the web server */
    struct worker_plan next_plan;
    struct acme_settings next_settings;
};

static void wait_a_little(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 5 * 1000 * 1000}, NULL);
}

/* The world outside. */

static void on_question(void *arg, struct dns_exchange *exchange)
{
    (void)arg;
    dns_begin(exchange, 0);
    if (exchange->type == 1)
        dns_add_address(exchange, NULL, "127.0.0.1");
}

/* Shows the key authorization of the client that Host names. */
static enum responder_then on_web_request(void *arg, int fd, const char *request, unsigned nth)
{
    struct house *house = arg;
    const char *path = strstr(request, "/acme-challenge/"), *host = strstr(request, "\nHost: c");
    char thumbprint[B64URL_LEN(JWK_THUMBPRINT_LEN) + 1], body[128], reply[512];
    const struct client *client;

    if (path == NULL || host == NULL)
        return RESPONDER_CLOSE;
    path += strlen("/acme-challenge/");
    client = &house->clients[host[8] - '0'];
    b64url_write(client->account.jwk.thumbprint, JWK_THUMBPRINT_LEN, thumbprint);
    snprintf(body, sizeof body, "%.*s.%s", (int)strcspn(path, " "), path, thumbprint);
    if (nth == 0 && house->on_first_request != NULL) {
        house->on_first_request(house);
        snprintf(reply, sizeof reply,
            "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://%.2s.moved.example:%u"
            "/acme-challenge/%.*s\r\n\r\n",
            host + 7, responder_port(house->web), (int)strcspn(path, " "), path);
    } else {
        snprintf(reply, sizeof reply, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
            strlen(body), body);
    }
    responder_send(fd, reply);
    return RESPONDER_CLOSE;
}

static enum responder_then on_web_request_hold(void *arg, int fd, const char *request, unsigned nth)
{
    (void)arg;
    (void)fd;
    (void)request;
    (void)nth;
    return RESPONDER_HOLD;
}

/* The house. */

static void listen_somewhere(struct house *house)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;

    house->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    CU_ASSERT_FATAL(bind(house->listen_fd, (struct sockaddr *)&address, sizeof address) == 0);
    CU_ASSERT_FATAL(listen(house->listen_fd, 64) == 0);
    CU_ASSERT_FATAL(getsockname(house->listen_fd, (struct sockaddr *)&address, &len) == 0);
    house->port = ntohs(address.sin_port);
}

static void make_plan(struct house *house)
{
    struct err e = {0};

    house->ca = (struct local_ca_options){.name = "lab",
        .directory = mem_printf(house->lab.mem, "%s/data", house->lab.folder),
        .key_type = KEY_P256};
    CU_ASSERT_EQUAL_FATAL(local_ca_prepare(&house->ca, &e), ERR_OK);
    house->servers[0] = mem_printf(house->lab.mem, "127.0.0.1@%u", responder_port(house->dns));
    CU_ASSERT_FATAL(address_range_parse("127.0.0.0/8", &house->allowed));
    house->lab.settings.http01_port = responder_port(house->web);
    house->lab.settings.filter = (struct address_filter){.allow = &house->allowed, .allow_len = 1};
    house->plan = (struct worker_plan){.trust_anchor = "",
        .settings = &house->lab.settings,
        .resolver = {.servers = house->servers, .servers_len = 1, .timeout_ms = 5000},
        .local_cas = &house->ca,
        .local_cas_len = 1};
}

static void open_house(struct house *house, responder_on_request on_request)
{
    *house = (struct house){.listen_fd = -1};
    lab_open(&house->lab);
    house->dns = responder_dns(on_question, house);
    house->web = responder_http("127.0.0.1", 0, on_request, house);
    listen_somewhere(house);
    make_plan(house);
    for (int i = 0; i < CLIENTS; i++) {
        struct client *client = &house->clients[i];

        *client = (struct client){.house = house, .mem = mem_pool(NULL, 65536), .number = i};
        client->account = lab_key(&house->lab);
        for (int j = 0; j < ROUNDS; j++)
            client->csrs[j] =
                lab_csr(&house->lab, mem_printf(client->mem, "c%d.lab.example", i), NULL);
    }
}

static void start_workers(struct house *house, int count)
{
    struct worker_options options = {.acme = &house->lab.acme,
        .store = house->lab.store,
        .plan = &house->plan,
        .listen = "127.0.0.1"};
    struct err e = {0};

    for (int i = 0; i < count; i++) {
        options.listen_fd = dup(house->listen_fd);
        house->workers[i] = worker_new(&options, &e);
        CU_ASSERT_PTR_NOT_NULL_FATAL(house->workers[i]);
        worker_start(house->workers[i]);
    }
    house->workers_len = count;
}

static void stop_workers(struct house *house)
{
    for (int i = 0; i < house->workers_len; i++)
        worker_stop(house->workers[i]);
    for (int i = 0; i < house->workers_len; i++)
        worker_join(house->workers[i]);
    house->workers_len = 0;
}

static void close_house(struct house *house)
{
    stop_workers(house);
    if (house->listen_fd >= 0)
        close(house->listen_fd);
    responder_stop(house->web);
    responder_stop(house->dns);
    for (int i = 0; i < CLIENTS; i++)
        mem_free(house->clients[i].mem);
    lab_close(&house->lab);
}

/* Clients. */

struct reply {
    int status;
    const char *head, *body;
};

static void fail(struct client *client, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void fail(struct client *client, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (client->failure[0] == '\0')
        vsnprintf(client->failure, sizeof client->failure, format, args);
    va_end(args);
}

static struct reply ask_server(struct client *client, const char *method, const char *path,
    const char *more, struct bytes body)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)client->house->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char *text = mem_alloc(client->mem, REPLY_MAX + 1, "reply"), *end;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct reply reply = {0, "", ""};
    size_t len = 0;
    ssize_t got;

    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) {
        responder_send(
            fd, mem_printf(client->mem,
                    "%s %s HTTP/1.1\r\nHost: acme.test\r\nConnection: close\r\n%sContent-Length: "
                    "%zu\r\n\r\n",
                    method, path, more, body.len));
        responder_send_bytes(fd, body.data, body.len);
        while (len < REPLY_MAX && (got = recv(fd, text + len, REPLY_MAX - len, 0)) > 0)
            len += (size_t)got;
    }
    close(fd);
    text[len] = '\0';
    end = strstr(text, "\r\n\r\n");
    if (end == NULL || strncmp(text, "HTTP/1.1 ", 9) != 0)
        return reply;
    end[2] = '\0';
    reply = (struct reply){(int)strtol(text + 9, NULL, 10), text, end + 4};
    return reply;
}

static struct reply get(struct client *client, const char *path)
{
    return ask_server(client, "GET", path, "", bytes_of(""));
}

/* What stands between two texts, or NULL. */
static const char *between(void *mem, const char *text, const char *before, const char *after)
{
    const char *at = strstr(text, before), *end;

    if (at == NULL)
        return NULL;
    at += strlen(before);
    end = strstr(at, after);
    return end == NULL ? NULL : mem_strndup(mem, at, (size_t)(end - at));
}

static const char *header(struct client *client, const struct reply *reply, const char *name)
{
    return between(client->mem, reply->head, mem_printf(client->mem, "\r\n%s: ", name), "\r\n");
}

static struct reply post(struct client *client, const char *url, const char *payload)
{
    struct reply reply;
    const char *signer;
    struct bytes body;

    if (client->nonce == NULL) {
        reply = ask_server(client, "HEAD", "/acme/new-nonce", "", bytes_of(""));
        client->nonce = header(client, &reply, "Replay-Nonce");
    }
    signer = client->kid == NULL
                 ? mem_printf(client->mem, "\"jwk\":%s", client->account.jwk.canonical)
                 : mem_printf(client->mem, "\"kid\":\"%s\"", client->kid);
    body = lab_jws(client->mem, client->account.key,
        mem_printf(client->mem, "{\"alg\":\"ES256\",\"nonce\":\"%s\",\"url\":\"%s\",%s}",
            client->nonce, url, signer),
        payload);
    reply = ask_server(
        client, "POST", url + strlen(LAB_URL), "Content-Type: application/jose+json\r\n", body);
    client->nonce = header(client, &reply, "Replay-Nonce");
    return reply;
}

/* A POST that must succeed with this status; its body. */
static const char *must_post(
    struct client *client, const char *url, const char *payload, int status, const char **location)
{
    struct reply reply;

    if (url == NULL || client->failure[0] != '\0')
        return "";
    reply = post(client, url, payload);
    if (reply.status != status)
        fail(client, "%s: %d, not %d: %s", url, reply.status, status, reply.body);
    if (location != NULL)
        *location = header(client, &reply, "Location");
    return reply.body;
}

static void register_client(struct client *client)
{
    const char *kid = NULL;

    must_post(client, LAB_URL "/acme/new-account", "{}", 201, &kid);
    client->kid = kid;
}

/* Looks until the text is there. */
static const char *poll(struct client *client, const char *url, const char *wanted)
{
    int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
    const char *body = "";

    while (client->failure[0] == '\0' && strstr(body, wanted) == NULL) {
        if (clock_monotonic_ms() > until_ms || strstr(body, "\"invalid\"") != NULL)
            fail(client, "%s stays without %s: %s", url, wanted, body);
        body = must_post(client, url, "", 200, NULL);
        wait_a_little();
    }
    return body;
}

static const char *member(struct client *client, const char *body, const char *name)
{
    const char *value =
        between(client->mem, body, mem_printf(client->mem, "\"%s\":\"", name), "\"");

    if (value == NULL)
        fail(client, "no %s in %s", name, body);
    return value;
}

static void obtain(struct client *client, struct bytes csr)
{
    const char *body, *order = NULL, *finalize, *authz, *chain;

    body = must_post(client, LAB_URL "/acme/new-order",
        mem_printf(client->mem,
            "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"c%d.lab.example\"}]}", client->number),
        201, &order);
    finalize = member(client, body, "finalize");
    authz = between(client->mem, body, "\"authorizations\":[\"", "\"");
    body = must_post(client, authz, "", 200, NULL);
    must_post(client, member(client, body, "url"), "{}", 200, NULL);
    poll(client, authz, "},\"status\":\"valid\"");
    must_post(client, finalize,
        mem_printf(client->mem, "{\"csr\":\"%s\"}", b64url_encode(client->mem, csr)), 200, NULL);
    body = poll(client, order, "\"certificate\":\"");
    chain = must_post(client, member(client, body, "certificate"), "", 200, NULL);
    if (strncmp(chain, "-----BEGIN CERTIFICATE-----\n", 28) != 0 ||
        strstr(chain + 28, "-----BEGIN CERTIFICATE-----\n") == NULL)
        fail(client, "no chain: %s", chain);
}

static void *run_client(void *arg)
{
    struct client *client = arg;

    register_client(client);
    for (int i = 0; i < ROUNDS; i++)
        obtain(client, client->csrs[i]);
    return NULL;
}

static void expect_success(const struct client *client)
{
    CU_ASSERT_STRING_EQUAL(client->failure, "");
    if (client->failure[0] != '\0')
        printf("\n    %s\n", client->failure);
}

static void many_clients_are_served_at_once(void)
{
    pthread_t threads[CLIENTS];
    struct house house;

    open_house(&house, on_web_request);
    start_workers(&house, WORKERS);
    for (int i = 0; i < CLIENTS; i++)
        CU_ASSERT_FATAL(pthread_create(&threads[i], NULL, run_client, &house.clients[i]) == 0);
    for (int i = 0; i < CLIENTS; i++) {
        pthread_join(threads[i], NULL);
        expect_success(&house.clients[i]);
    }
    stop_workers(&house);
    CU_ASSERT_EQUAL(lab_count(&house.lab, "account"), CLIENTS);
    CU_ASSERT_EQUAL(lab_count(&house.lab, "certificate"), ROUNDS * CLIENTS);
    CU_ASSERT_EQUAL(lab_count(&house.lab, "orders WHERE status = 'valid'"), ROUNDS * CLIENTS);
    CU_ASSERT_EQUAL(lab_count(&house.lab, "job"), 0);
    close_house(&house);
}

/* The rules of RFC 8555, 6 that stand before any handler. */
static void what_is_asked_wrongly_is_refused_with_a_fresh_nonce(void)
{
    static const struct {
        const char *method, *path, *type;
        int status;
        const char *words, *allow;
    } rows[] = {
        {"POST", "/acme/nowhere", "application/jose+json", 404, "nothing at this address", NULL},
        {"POST", "/acme/new-order", "application/json", 415, "application/jose+json", NULL},
        {"POST", "/acme/new-order", "application/jose+jsonx", 415, "application/jose+json", NULL},
        {"POST", "/acme/new-order", "application/jose+json", 400, "JSON", NULL},
        {"POST", "/acme/new-order", "Application/JOSE+JSON; charset=utf-8", 400, "JSON", NULL},
        {"POST", "/acme/renewal-info/a.b", "application/jose+json", 405, "asked by GET", "GET"},
        {"GET", "/acme/new-order", NULL, 405, "asked by POST", "POST"},
        {"DELETE", "/acme/new-order", NULL, 405, "asked by POST", "POST"},
        {"PUT", "/acme/directory", NULL, 405, "", "GET, HEAD, POST"},
    };
    struct house house;
    struct client *client;

    open_house(&house, on_web_request);
    start_workers(&house, 1);
    client = &house.clients[0];
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *type = rows[i].type == NULL
                               ? ""
                               : mem_printf(client->mem, "Content-Type: %s\r\n", rows[i].type);
        struct reply reply = ask_server(
            client, rows[i].method, rows[i].path, type, bytes_of(rows[i].type == NULL ? "" : "x"));
        const char *nonce = header(client, &reply, "Replay-Nonce");
        const char *allow = header(client, &reply, "Allow");

        CU_ASSERT_EQUAL(reply.status, rows[i].status);
        CU_ASSERT_PTR_NOT_NULL(strstr(reply.body, "\"detail\":\""));
        CU_ASSERT_PTR_NOT_NULL(strstr(reply.body, rows[i].words));
        CU_ASSERT_STRING_EQUAL(header(client, &reply, "Content-Type"), "application/problem+json");
        CU_ASSERT((allow == NULL) == (rows[i].allow == NULL));
        if (allow != NULL && rows[i].allow != NULL)
            CU_ASSERT_STRING_EQUAL(allow, rows[i].allow);
        CU_ASSERT((nonce != NULL) == (strcmp(rows[i].method, "POST") == 0));
        if (nonce != NULL)
            CU_ASSERT(nonce_redeem(house.lab.acme.nonces, nonce));
    }
    close_house(&house);
}

static void what_is_read_by_post_takes_no_payload(void)
{
    struct house house;
    struct client *client;
    struct reply reply;

    open_house(&house, on_web_request);
    start_workers(&house, 1);
    client = &house.clients[0];
    register_client(client);
    reply = post(client, LAB_URL "/acme/new-nonce", "");
    CU_ASSERT_EQUAL(reply.status, 204);
    reply = post(client, mem_printf(client->mem, "%s/orders", client->kid), "{}");
    CU_ASSERT_EQUAL(reply.status, 400);
    CU_ASSERT_PTR_NOT_NULL(strstr(reply.body, "the payload must be empty"));
    reply = post(client, LAB_URL "/acme/new-order", "");
    CU_ASSERT_EQUAL(reply.status, 400);
    expect_success(client);
    close_house(&house);
}

/* RFC 8555, 7.3.6: 401 to every POST of a deactivated account, whatever it asks for. */
static void a_deactivated_account_is_refused_by_every_resource(void)
{
    static const struct {
        const char *url, *payload;
    } rows[] = {
        {LAB_URL "/acme/directory", ""},
        {LAB_URL "/acme/new-nonce", ""},
        {LAB_URL "/acme/new-order",
            "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"c0.lab.example\"}]}"},
    };
    struct house house;
    struct client *client;

    open_house(&house, on_web_request);
    start_workers(&house, 1);
    client = &house.clients[0];
    register_client(client);
    must_post(client, rows[0].url, rows[0].payload, 200, NULL);
    must_post(client, client->kid, "{\"status\":\"deactivated\"}", 200, NULL);
    expect_success(client);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reply reply = post(client, rows[i].url, rows[i].payload);

        CU_ASSERT_EQUAL(reply.status, 401);
        CU_ASSERT_PTR_NOT_NULL(strstr(reply.body, "urn:ietf:params:acme:error:unauthorized"));
    }
    close_house(&house);
}

/* A reload between two hops of a check. */

static void reload(struct house *house)
{
    struct client *client = &house->clients[1]; /* no other thread uses it */
    struct reply reply = {0, "", ""};

    worker_update(house->workers[0], &house->next_plan);
    while (strstr(reply.body, "https://acme.test/terms") == NULL) {
        reply = get(client, "/acme/directory");
        wait_a_little();
    }
}

static void a_check_goes_on_over_a_reload_with_other_name_servers(void)
{
    struct responder *other_dns;
    const char *servers[1];
    struct house house;

    open_house(&house, on_web_request);
    other_dns = responder_dns(on_question, NULL);
    servers[0] = mem_printf(house.lab.mem, "127.0.0.1@%u", responder_port(other_dns));
    house.next_settings = house.lab.settings;
    house.next_settings.terms_of_service = "https://acme.test/terms";
    house.next_plan = house.plan;
    house.next_plan.settings = &house.next_settings;
    house.next_plan.resolver.servers = servers;
    house.on_first_request = reload;
    start_workers(&house, 1);
    register_client(&house.clients[0]);
    obtain(&house.clients[0], house.clients[0].csrs[0]);
    expect_success(&house.clients[0]);
    CU_ASSERT_EQUAL(responder_count(house.web), 2);
    obtain(
        &house.clients[0], house.clients[0].csrs[1]); /* whose name the new servers are asked for */
    expect_success(&house.clients[0]);
    CU_ASSERT(responder_count(other_dns) > 0);
    close_house(&house);
    responder_stop(other_dns);
}

/* A stop while a check hangs. */

static void *answer_challenge(void *arg)
{
    struct client *client = arg;
    const char *body, *authz;

    register_client(client);
    body = must_post(client, LAB_URL "/acme/new-order",
        "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"c0.lab.example\"}]}", 201, NULL);
    authz = between(client->mem, body, "\"authorizations\":[\"", "\"");
    body = must_post(client, authz, "", 200, NULL);
    body = must_post(client, member(client, body, "url"), "{}", 200, NULL);
    if (strstr(body, "\"processing\"") == NULL)
        fail(client, "%s", body);
    return NULL;
}

static void a_stop_answers_what_is_held_and_leaves_its_work_for_the_next_start(void)
{
    struct house house;
    pthread_t thread;
    int64_t id = 1;

    open_house(&house, on_web_request_hold);
    start_workers(&house, 1);
    CU_ASSERT_FATAL(pthread_create(&thread, NULL, answer_challenge, &house.clients[0]) == 0);
    while (responder_count(house.web) == 0)
        wait_a_little();
    stop_workers(&house);
    pthread_join(thread, NULL);
    expect_success(&house.clients[0]);
    CU_ASSERT_EQUAL(lab_get_authz(&house.lab, id).status, AUTHZ_PENDING);
    CU_ASSERT_EQUAL(lab_get_authz(&house.lab, id).tried, CHALLENGE_HTTP_01);
    CU_ASSERT_EQUAL(lab_count(&house.lab, "job WHERE kind = 'authz'"), 1);
    close_house(&house);
}

/* A store that takes its time, as a disk may. */

struct hold_up {
    struct store_task task;
    atomic_bool holds, reached;
};

static enum err_code hold_up_store(struct store_tx *tx, struct store_task *task, struct err *e)
{
    struct hold_up *hold_up = (struct hold_up *)(void *)task;

    (void)tx;
    hold_up->reached = true;
    while (hold_up->holds)
        wait_a_little();
    return e->code;
}

static void on_held_up(struct store_task *task)
{
    loop_stop(task->loop);
}

static void *register_in_thread(void *arg)
{
    register_client(arg);
    return NULL;
}

static void *let_go(void *arg)
{
    struct hold_up *hold_up = arg;

    for (int i = 0; i < 10; i++)
        wait_a_little();
    hold_up->holds = false;
    return NULL;
}

/* Whether the request came in before the stop or not: it is answered truly, or not at all. */
static void a_stop_waits_for_what_is_with_the_store(void)
{
    for (int pause = 0; pause < 10; pause++) {
        struct hold_up hold_up = {.holds = true};
        pthread_t client, holder;
        struct house house;
        bool answered;

        open_house(&house, on_web_request);
        start_workers(&house, 1);
        hold_up.task = (struct store_task){.run = hold_up_store,
            .on_done = on_held_up,
            .loop = loop_new(),
            .mem = mem_pool(NULL, 1024)};
        CU_ASSERT_FATAL(store_submit(house.lab.store, &hold_up.task));
        while (!hold_up.reached)
            wait_a_little();
        CU_ASSERT_FATAL(pthread_create(&client, NULL, register_in_thread, &house.clients[0]) == 0);
        for (int i = 0; i < pause; i++)
            wait_a_little();
        CU_ASSERT_FATAL(pthread_create(&holder, NULL, let_go, &hold_up) == 0);
        stop_workers(&house);
        close(house.listen_fd); /* who has not been accepted learns it now */
        house.listen_fd = -1;
        pthread_join(client, NULL);
        pthread_join(holder, NULL);
        loop_run(hold_up.task.loop);
        answered = house.clients[0].failure[0] == '\0';
        CU_ASSERT_EQUAL(lab_count(&house.lab, "account"), answered ? 1 : 0);
        loop_free(hold_up.task.loop);
        mem_free(hold_up.task.mem);
        close_house(&house);
    }
}

static const struct test tests[] = {
    {"many clients are served at once", many_clients_are_served_at_once},
    {"what is asked wrongly is refused with a fresh nonce",
        what_is_asked_wrongly_is_refused_with_a_fresh_nonce},
    {"what is read by POST takes no payload", what_is_read_by_post_takes_no_payload},
    {"a deactivated account is refused by every resource",
        a_deactivated_account_is_refused_by_every_resource},
    {"a check goes on over a reload with other name servers",
        a_check_goes_on_over_a_reload_with_other_name_servers},
    {"a stop answers what is held and leaves its work for the next start",
        a_stop_answers_what_is_held_and_leaves_its_work_for_the_next_start},
    {"a stop waits for what is with the store", a_stop_waits_for_what_is_with_the_store},
    {NULL, NULL},
};
extern const struct test_suite suite_worker;
const struct test_suite suite_worker = {"worker", tests};
