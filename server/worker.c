/* worker - see worker.h. */
#include "server/worker.h"

#include <pthread.h>
#include <string.h>

#include "acme/authz_flow.h"
#include "acme/crl_flow.h"
#include "acme/flow.h"
#include "acme/inventory_flow.h"
#include "acme/mail_flow.h"
#include "acme/mailbox_flow.h"
#include "acme/order_flow.h"
#include "acme/proof_file.h"
#include "acme/proof_flow.h"
#include "acme/reply_flow.h"
#include "acme/revalidation_flow.h"
#include "acme/revocation_flow.h"
#include "acme/validation_flow.h"
#include "base/clock.h"
#include "base/http_client.h"
#include "base/log.h"
#include "base/mem.h"
#include "server/exchange.h"

/* How long a stopping worker waits for requests that are still arriving. */
#define DRAIN_MS 3000

/* How often a stopping worker looks whether its flows are out of the store. */
#define IDLE_CHECK_MS 5

/* A vendor looks for a file now and then; proxies keep some connections. */
#define FILE_CONNECTIONS_MAX 256
#define FILE_BODY_MAX        1024
#define FILE_TIMEOUT_MS      10000

static const struct flow_kind *const flow_kinds[] = {&order_flow, &authz_flow, &crl_flow,
    &inventory_flow, &mail_flow, &mailbox_flow, &proof_flow, &reply_flow, &revalidation_flow,
    &revocation_flow, &validation_flow, NULL};

/* A resolver of an earlier plan: a check that has begun may have more to ask it. */
struct former_resolver {
    struct resolver *resolver;
    struct former_resolver *next;
};

struct worker {
    pthread_t thread;
    struct loop *loop;
    struct http_server *server;
    struct http_server *file_server; /* of vendors' domain validation; or NULL */
    struct world world;
    const struct worker_plan *resolver_plan; /* that the world's was made by */
    struct former_resolver *former_resolvers;
    struct flow_engine *engine;
    struct exchanges exchanges;
    struct exchanges file_exchanges;
    struct loop_timer *idle_check;
    struct loop_timer *give_up;
    unsigned draining; /* servers */
};

/* A message to a worker. */
struct notice {
    struct loop_message message;
    struct worker *worker;
    const struct worker_plan *plan;
};

static void on_request(void *arg, struct http_request *request)
{
    struct worker *worker = arg;

    exchange_begin(&worker->exchanges, request);
}

static void on_file_request(void *arg, struct http_request *request)
{
    struct worker *worker = arg;

    exchange_begin(&worker->file_exchanges, request);
}

static void on_refused(void *arg, int status, const char *detail, char *out, size_t size)
{
    struct worker *worker = arg;

    log_info("refused", LOG_INT("status", status), LOG_STR("detail", detail));
    exchange_refused(&worker->exchanges, out, size);
}

static void on_progress(void *arg, const char *kind, int64_t subject)
{
    struct worker *worker = arg;

    exchanges_progress(&worker->exchanges, kind, subject);
}

/* Connectors of a plan. Those of an earlier plan stay until the end: calls may be under way in
 * them. */
static enum err_code make_upstreams(
    struct worker *worker, const struct worker_plan *plan, struct err *e)
{
    struct upstream **upstreams =
        mem_new_array(worker, struct upstream *, plan->local_cas_len + plan->vendors_len);

    for (size_t i = 0; i < plan->local_cas_len; i++) {
        upstreams[i] = local_ca_new(worker, worker->loop, &plan->local_cas[i], e);
        if (upstreams[i] == NULL)
            return e->code;
    }
    for (size_t i = 0; i < plan->vendors_len; i++)
        upstreams[plan->local_cas_len + i] =
            vendor_new(worker, worker->loop, worker->world.http, &plan->vendors[i]);
    worker->world.upstreams = upstreams;
    worker->world.upstreams_len = plan->local_cas_len + plan->vendors_len;
    return ERR_OK;
}

static bool ranges_equal(const struct address_range *one, unsigned one_len,
    const struct address_range *other, unsigned other_len)
{
    bool equal = one_len == other_len;

    for (unsigned i = 0; equal && i < one_len; i++)
        equal = one[i].prefix_len == other[i].prefix_len &&
                one[i].base.family == other[i].base.family &&
                memcmp(one[i].base.bytes, other[i].base.bytes, sizeof one[i].base.bytes) == 0;
    return equal;
}

static bool filters_equal(const struct address_filter *a, const struct address_filter *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return ranges_equal(a->allow, a->allow_len, b->allow, b->allow_len) &&
           ranges_equal(a->deny, a->deny_len, b->deny, b->deny_len);
}

static bool ask_alike(const struct worker_plan *one, const struct worker_plan *other)
{
    const struct resolver_options *a = &one->resolver, *b = &other->resolver;

    if (strcmp(one->trust_anchor, other->trust_anchor) != 0 || a->dnssec != b->dnssec ||
        a->timeout_ms != b->timeout_ms || a->servers_len != b->servers_len ||
        !filters_equal(a->filter, b->filter))
        return false;
    for (size_t i = 0; i < a->servers_len; i++)
        if (strcmp(a->servers[i], b->servers[i]) != 0)
            return false;
    return true;
}

/* The resolver of a plan. One that asks the same servers goes on; another one stays until the end,
 * as the connectors do. */
static enum err_code make_resolver(
    struct worker *worker, const struct worker_plan *plan, struct err *e)
{
    struct resolver *now = worker->world.resolver;
    struct former_resolver *former;

    if (now != NULL && ask_alike(worker->resolver_plan, plan))
        return ERR_OK;
    worker->world.resolver = resolver_new(worker->loop, &plan->resolver, e);
    if (worker->world.resolver == NULL) {
        worker->world.resolver = now;
        return e->code;
    }
    worker->resolver_plan = plan;
    if (now != NULL) {
        former = mem_new(worker, struct former_resolver);
        *former = (struct former_resolver){now, worker->former_resolvers};
        worker->former_resolvers = former;
    }
    return ERR_OK;
}

static enum err_code make_world(
    struct worker *worker, const struct worker_options *options, struct err *e)
{
    struct world *world = &worker->world;

    world->loop = worker->loop;
    world->store = options->store;
    world->acme = options->acme;
    world->settings = options->plan->settings;
    world->now_ms = clock_now_ms;
    world->reader = store_reader_open(options->store, e);
    if (world->reader == NULL)
        return e->code;
    world->http = http_client_new(worker->loop);
    world->mail = mail_client_new(worker->loop);
    world->dkim = dkim_verifier_new(worker);
    if (make_resolver(worker, options->plan, e) != ERR_OK)
        return e->code;
    return make_upstreams(worker, options->plan, e);
}

static void worker_free(struct worker *worker)
{
    http_server_free(worker->server);
    http_server_free(worker->file_server);
    if (worker->world.resolver != NULL)
        resolver_free(worker->world.resolver);
    for (const struct former_resolver *f = worker->former_resolvers; f != NULL; f = f->next)
        resolver_free(f->resolver);
    if (worker->world.http != NULL)
        http_client_free(worker->world.http);
    mail_client_free(worker->world.mail);
    for (size_t i = 0; i < worker->world.upstreams_len; i++)
        worker->world.upstreams[i]->ops->free(worker->world.upstreams[i]);
    store_reader_close(worker->world.reader);
    loop_free(worker->loop);
    mem_free(worker);
}

/* A listener for files of vendors' domain validation alone. */
static enum err_code listen_for_files(
    struct worker *worker, const struct worker_options *options, struct err *e)
{
    struct http_server_options server_options = {
        .limits = {.connections_max = FILE_CONNECTIONS_MAX,
            .body_max = FILE_BODY_MAX,
            .request_timeout_ms = FILE_TIMEOUT_MS,
            .idle_timeout_ms = FILE_TIMEOUT_MS},
        .on_request = on_file_request,
        .arg = worker,
    };

    if (options->listen_files == NULL || options->listen_files[0] == '\0')
        return ERR_OK;
    worker->file_exchanges = worker->exchanges;
    worker->file_exchanges.only = proof_file_get;
    worker->file_server = http_server_new(worker->loop, &server_options);
    return http_server_listen(worker->file_server, options->listen_files, -1, e);
}

struct worker *worker_new(const struct worker_options *options, struct err *e)
{
    struct worker *worker = mem_new(NULL, struct worker);
    struct http_server_options server_options = {
        .limits = options->limits,
        .tls = options->plan->tls,
        .on_request = on_request,
        .on_refused = on_refused,
        .arg = worker,
    };

    worker->loop = loop_new();
    if (make_world(worker, options, e) != ERR_OK)
        goto failed;
    worker->engine = flow_engine_new(worker, &worker->world, flow_kinds, on_progress, worker);
    worker->exchanges = (struct exchanges){
        .acme = options->acme,
        .world = &worker->world,
        .engine = worker->engine,
        .keys = key_cache_new(worker),
    };
    worker->server = http_server_new(worker->loop, &server_options);
    if (http_server_listen(worker->server, options->listen, options->listen_fd, e) != ERR_OK ||
        listen_for_files(worker, options, e) != ERR_OK)
        goto failed;
    return worker;

failed:
    worker_free(worker);
    return NULL;
}

static void *run(void *arg)
{
    struct worker *worker = arg;

    flow_engine_watch(worker->engine);
    loop_run(worker->loop);
    return NULL;
}

void worker_start(struct worker *worker)
{
    BUG_ON(pthread_create(&worker->thread, NULL, run, worker) != 0);
}

static void post(struct worker *worker, void (*on_message)(struct loop_message *),
    const struct worker_plan *plan)
{
    struct notice *notice = mem_new(NULL, struct notice);

    notice->message.on_message = on_message;
    notice->worker = worker;
    notice->plan = plan;
    loop_post(worker->loop, &notice->message);
}

/* A new plan. */

static void on_update(struct loop_message *message)
{
    struct notice *notice = (struct notice *)(void *)message;
    struct worker *worker = notice->worker;
    const struct worker_plan *plan = notice->plan;
    struct err e = {0};

    mem_free(notice);
    if (make_resolver(worker, plan, &e) != ERR_OK || make_upstreams(worker, plan, &e) != ERR_OK) {
        log_error("reload_failed", LOG_STR("detail", e.detail), LOG_STR("internal", e.internal));
        return;
    }
    worker->world.settings = plan->settings;
    http_server_set_tls(worker->server, plan->tls);
}

void worker_update(struct worker *worker, const struct worker_plan *plan)
{
    post(worker, on_update, plan);
}

/* The end. What is with the store comes back in any case, so the loop runs until it has: then
 * nothing of this worker is in other hands. */

static void on_idle_check(void *arg)
{
    struct worker *worker = arg;

    worker->idle_check = NULL;
    if (flow_engine_is_idle(worker->engine) && worker->exchanges.in_store == 0)
        loop_stop(worker->loop);
    else
        worker->idle_check = loop_after(worker->loop, IDLE_CHECK_MS, on_idle_check, worker);
}

static void end_flows(struct worker *worker)
{
    flow_engine_stop(worker->engine);
    on_idle_check(worker);
}

static void on_drained(void *arg)
{
    struct worker *worker = arg;

    if (--worker->draining > 0)
        return;
    loop_cancel(&worker->give_up);
    end_flows(worker);
}

/* Connections with half a request are not waited for any longer. */
static void on_give_up(void *arg)
{
    struct worker *worker = arg;

    worker->give_up = NULL;
    log_warning("connections_cut", LOG_INT("after_ms", DRAIN_MS));
    http_server_free(worker->server);
    http_server_free(worker->file_server);
    worker->server = worker->file_server = NULL;
    end_flows(worker);
}

static void on_stop(struct loop_message *message)
{
    struct notice *notice = (struct notice *)(void *)message;
    struct worker *worker = notice->worker;

    mem_free(notice);
    worker->give_up = loop_after(worker->loop, DRAIN_MS, on_give_up, worker);
    exchanges_stop(&worker->exchanges);
    worker->draining = worker->file_server == NULL ? 1 : 2;
    http_server_drain(worker->server, on_drained, worker);
    if (worker->file_server != NULL)
        http_server_drain(worker->file_server, on_drained, worker);
}

void worker_stop(struct worker *worker)
{
    post(worker, on_stop, NULL);
}

void worker_join(struct worker *worker)
{
    pthread_join(worker->thread, NULL);
    worker_free(worker);
}
