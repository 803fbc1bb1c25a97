/* perspective_server - see perspective_server.h. */
#include "server/perspective_server.h"

#include <pthread.h>
#include <string.h>

#include "acme/perspective_check.h"
#include "acme/perspective_wire.h"
#include "acme/shapes.h"
#include "base/file.h"
#include "base/http_server.h"
#include "base/log.h"
#include "base/mem.h"

#define PEM_MAX (256 * 1024)

/* How long a stop waits for checks that are under way, and then for their answers to be taken. */
#define DRAIN_MS   5000
#define GIVE_UP_MS 3000

struct perspective_server {
    const struct config *config;
    pthread_t thread;
    struct loop *loop;
    struct http_server *http;
    struct resolver *resolver;
    struct http_client *client;
    struct address_filter filter;
    struct visit *visits; /* whose checks are under way */
    int visits_len;
    struct loop_timer *stop_timer;
};

/* One request. */
struct visit {
    void *mem; /* of which it is a part */
    struct perspective_server *server;
    struct http_request *http;
    struct visit *next, **link;
    struct perspective_validation validation; /* what is asked for, one of the two */
    struct perspective_caa caa;
    struct validation *looking; /* the check under way, one of the two */
    struct caa_check *asking;
    struct loop_timer *deadline; /* of CAA, whose questions have no common one */
};

/* Answers. */

static void end_visit(struct visit *v)
{
    if (v->link != NULL) {
        *v->link = v->next;
        if (v->next != NULL)
            v->next->link = v->link;
        v->server->visits_len--;
    }
    loop_cancel(&v->deadline);
    validation_cancel(&v->looking);
    caa_check_cancel(&v->asking);
    mem_free(v->mem);
}

static void answer(struct visit *v, int status, const char *type, const char *body)
{
    struct http_header headers[] = {{"Content-Type", type}, {NULL, NULL}};

    http_reply(v->http, status, headers, bytes_of(body));
    end_visit(v);
}

static void refuse(struct visit *v, int status, const char *detail)
{
    struct json_out w;
    struct buf b;

    log_info("perspective_refused", LOG_STR("path", http_request_path(v->http)),
        LOG_INT("status", status), LOG_STR("detail", detail));
    buf_init(&b, v->mem, 4096);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_int(&w, "status", status);
    json_add_string(&w, "detail", detail);
    json_close(&w, '}');
    answer(v, status, "application/problem+json", buf_text(&b));
}

/* Checks. */

static void begin_visit(struct visit *v)
{
    struct perspective_server *server = v->server;

    v->next = server->visits;
    v->link = &server->visits;
    if (v->next != NULL)
        v->next->link = &v->next;
    server->visits = v;
    server->visits_len++;
}

static void on_validated(void *arg, const struct validation_result *result)
{
    struct visit *v = arg;
    const struct perspective_validation *asked = &v->validation;

    v->looking = NULL;
    if (result->cancelled) {
        refuse(v, 503, result->detail);
        return;
    }
    log_info("perspective_validated",
        LOG_STR("method", challenge_type_name(asked->validator->type)),
        LOG_STR("name", asked->request.identifier.value), LOG_INT("valid", result->valid),
        LOG_STR("problem", result->valid ? "" : problem_type(result->problem)),
        LOG_STR("address", result->address));
    answer(v, 200, "application/json", perspective_write_result(v->mem, result));
}

/* Not longer than we would look by ourselves. */
static int64_t patience_ms(const struct visit *v, int64_t asked_ms, int64_t times)
{
    int64_t own_ms = times * v->server->config->validation.timeout_s * 1000;

    return asked_ms < own_ms ? asked_ms : own_ms;
}

static void validate(struct visit *v)
{
    const struct perspective_server *server = v->server;
    struct perspective_validation *asked = &v->validation;
    struct validation_options options = {
        .loop = server->loop,
        .resolver = server->resolver,
        .http = server->client,
        .filter = &server->filter,
        .http_port = (unsigned)server->config->validation.http_port,
        .tls_alpn_port = (unsigned)server->config->validation.tls_alpn_port,
    };
    struct err e = {0};

    if (perspective_read_validation(v->mem, http_request_body(v->http), asked, &e) != ERR_OK) {
        refuse(v, 400, e.detail);
        return;
    }
    begin_visit(v);
    options.timeout_ms = patience_ms(v, asked->timeout_ms, 1);
    v->looking = validation_start(asked->validator, &options, &asked->request, on_validated, v);
}

static void on_findings(void *arg, const struct caa_finding *findings, size_t len)
{
    struct visit *v = arg;
    int64_t allowed = 0;

    v->asking = NULL;
    for (size_t i = 0; i < len; i++) {
        if (findings[i].cancelled) {
            refuse(v, 503, findings[i].detail);
            return;
        }
        allowed += findings[i].allowed;
    }
    log_info("perspective_asked_caa", LOG_STR("name", v->caa.names[0].name),
        LOG_INT("names", (int64_t)len), LOG_INT("allowed", allowed));
    answer(v, 200, "application/json", perspective_write_findings(v->mem, findings, len));
}

static void on_deadline(void *arg)
{
    struct visit *v = arg;

    v->deadline = NULL;
    refuse(v, 504, "the name servers did not answer in the time that was given");
}

static void ask_caa(struct visit *v)
{
    struct perspective_caa *asked = &v->caa;
    struct err e = {0};

    if (perspective_read_caa(v->mem, http_request_body(v->http), asked, &e) != ERR_OK) {
        refuse(v, 400, e.detail);
        return;
    }
    begin_visit(v);
    v->deadline = loop_after(v->server->loop,
        patience_ms(v, asked->timeout_ms, PERSPECTIVE_CAA_PATIENCE), on_deadline, v);
    v->asking = caa_check_start(v->server->resolver, asked->names, asked->len, on_findings, v);
}

static void on_request(void *arg, struct http_request *http)
{
    static const struct {
        const char *path;
        void (*run)(struct visit *v);
    } routes[] = {
        {PERSPECTIVE_PATH_VALIDATE, validate},
        {PERSPECTIVE_PATH_CAA, ask_caa},
    };
    struct perspective_server *server = arg;
    void *mem = mem_pool(NULL, 8192);
    struct visit *v = mem_new(mem, struct visit);
    const char *type = http_request_header(http, "Content-Type");
    size_t i = 0;

    v->mem = mem;
    v->server = server;
    v->http = http;
    while (i < sizeof routes / sizeof routes[0] &&
           strcmp(routes[i].path, http_request_path(http)) != 0)
        i++;
    if (i == sizeof routes / sizeof routes[0])
        refuse(v, 404, "this perspective has nothing like that");
    else if (http_request_method(http) != HTTP_POST)
        refuse(v, 405, "only POST is taken here");
    else if (type == NULL || strcmp(type, "application/json") != 0)
        refuse(v, 415, "the body must be application/json");
    else if (server->visits_len >= server->config->limits.connections)
        refuse(v, 503, "too many checks are under way");
    else
        routes[i].run(v);
}

static void on_refused(void *arg, int status, const char *detail, char *out, size_t size)
{
    (void)arg;
    (void)size;
    out[0] = '\0';
    log_info("refused", LOG_INT("status", status), LOG_STR("detail", detail));
}

/* Life. */

static struct http_tls *make_tls(const struct config *config, struct err *e)
{
    void *mem = mem_pool(NULL, 8192);
    char *chain, *key, *ca;
    struct http_tls *tls = NULL;

    if (file_read(mem, config->perspective.certificate_file, PEM_MAX, &chain, e) == ERR_OK &&
        file_read_secret(mem, config->perspective.key_file, PEM_MAX, &key, e) == ERR_OK &&
        file_read(mem, config->perspective.client_ca_file, PEM_MAX, &ca, e) == ERR_OK)
        tls = http_tls_new(chain, key, e);
    if (tls != NULL && http_tls_require_client(tls, ca, e) != ERR_OK) {
        http_tls_unref(tls);
        tls = NULL;
    }
    mem_free(mem);
    return tls;
}

static enum err_code make_http(struct perspective_server *server, struct err *e)
{
    const struct config *config = server->config;
    struct http_server_options options = {
        .limits =
            {
                .connections_max = (unsigned)config->limits.connections,
                .body_max = PERSPECTIVE_BODY_MAX,
                .request_timeout_ms = config->limits.request_timeout_s * 1000,
                .idle_timeout_ms = config->limits.idle_timeout_s * 1000,
            },
        .tls = make_tls(config, e),
        .on_request = on_request,
        .on_refused = on_refused,
        .arg = server,
    };

    if (options.tls == NULL || http_server_check_free(config->perspective.listen, e) != ERR_OK) {
        http_tls_unref(options.tls);
        return e->code;
    }
    server->http = http_server_new(server->loop, &options);
    http_tls_unref(options.tls);
    return http_server_listen(server->http, config->perspective.listen, -1, e);
}

static enum err_code make_parts(struct perspective_server *server, struct err *e)
{
    const struct config *config = server->config;
    struct resolver_options resolver = {
        .servers = config->validation.resolvers,
        .servers_len = config->validation.resolvers_len,
        .dnssec = config->validation.dnssec,
        .timeout_ms = config->validation.timeout_s * 1000,
        .filter = &server->filter,
    };

    if (config->validation.trust_anchor_file[0] != '\0')
        resolver.trust_anchor_file = config->validation.trust_anchor_file;
    server->filter = (struct address_filter){
        .allow = config->validation.allow,
        .allow_len = config->validation.allow_len,
        .deny = config->validation.deny,
        .deny_len = config->validation.deny_len,
    };
    server->client = http_client_new(server->loop);
    server->resolver = resolver_new(server->loop, &resolver, e);
    return server->resolver == NULL ? e->code : make_http(server, e);
}

static void server_free(struct perspective_server *server)
{
    while (server->visits != NULL)
        refuse(server->visits, 503, "the perspective is shutting down");
    http_server_free(server->http);
    if (server->resolver != NULL)
        resolver_free(server->resolver);
    http_client_free(server->client);
    loop_free(server->loop);
    mem_free(server);
}

static void *run(void *arg)
{
    struct perspective_server *server = arg;

    loop_run(server->loop);
    return NULL;
}

struct perspective_server *perspective_server_start(const struct config *config, struct err *e)
{
    struct perspective_server *server = mem_new(NULL, struct perspective_server);

    server->config = config;
    server->loop = loop_new();
    if (make_parts(server, e) != ERR_OK) {
        server_free(server);
        return NULL;
    }
    BUG_ON(pthread_create(&server->thread, NULL, run, server) != 0);
    return server;
}

/* A message to the server's thread. */
struct notice {
    struct loop_message message;
    struct perspective_server *server;
    struct http_tls *tls;
};

static void post(struct perspective_server *server, void (*on_message)(struct loop_message *),
    struct http_tls *tls)
{
    struct notice *notice = mem_new(NULL, struct notice);

    *notice = (struct notice){{.on_message = on_message}, server, tls};
    loop_post(server->loop, &notice->message);
}

static void on_renew(struct loop_message *message)
{
    struct notice *notice = (struct notice *)(void *)message;

    http_server_set_tls(notice->server->http, notice->tls);
    http_tls_unref(notice->tls);
    mem_free(notice);
}

enum err_code perspective_server_renew(struct perspective_server *server, struct err *e)
{
    struct http_tls *tls = make_tls(server->config, e);

    if (tls == NULL)
        return e->code;
    post(server, on_renew, tls);
    return ERR_OK;
}

static void on_drained(void *arg)
{
    struct perspective_server *server = arg;

    loop_cancel(&server->stop_timer);
    loop_stop(server->loop);
}

static void on_give_up(void *arg)
{
    struct perspective_server *server = arg;

    server->stop_timer = NULL;
    loop_stop(server->loop);
}

/* Those who ask are told, so that they need not wait for their own time-out. */
static void on_drain_time(void *arg)
{
    struct perspective_server *server = arg;

    server->stop_timer = loop_after(server->loop, GIVE_UP_MS, on_give_up, server);
    while (server->visits != NULL)
        refuse(server->visits, 503, "the perspective is shutting down");
}

static void on_stop(struct loop_message *message)
{
    struct notice *notice = (struct notice *)(void *)message;
    struct perspective_server *server = notice->server;

    mem_free(notice);
    server->stop_timer = loop_after(server->loop, DRAIN_MS, on_drain_time, server);
    http_server_drain(server->http, on_drained, server);
}

void perspective_server_stop(struct perspective_server *server)
{
    post(server, on_stop, NULL);
    pthread_join(server->thread, NULL);
    server_free(server);
}
