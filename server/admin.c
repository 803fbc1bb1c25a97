/* admin - see admin.h. */
#include "server/admin.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/http_server.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/unix_socket.h"
#include "server/admin_account.h"
#include "server/admin_action.h"
#include "server/admin_authorization.h"
#include "server/admin_certificate.h"
#include "server/admin_eab.h"
#include "server/admin_inventory.h"
#include "server/admin_mail.h"
#include "server/admin_order.h"
#include "server/admin_policy.h"
#include "server/admin_sync.h"
#include "server/admin_verdict.h"

static const struct admin_route {
    enum http_method method;
    const char *path; /* "*" stands for one segment */
    bool writes;      /* runs in a transaction, else in a snapshot */
    admin_prepare prepare;
    admin_handler handler;
} routes[] = {
    {HTTP_POST, "/account/list", false, admin_account_prepare_list, admin_account_list},
    {HTTP_GET, "/account/*", false, NULL, admin_account_show},
    {HTTP_POST, "/action/list", false, admin_action_prepare_list, admin_action_list},
    {HTTP_GET, "/action/*", false, NULL, admin_action_show},
    {HTTP_POST, "/action/*/resolve", true, admin_verdict_prepare_resolve, admin_action_resolve},
    {HTTP_GET, "/authorization", false, NULL, admin_authorization_list},
    {HTTP_GET, "/authorization/of/*", false, NULL, admin_authorization_list},
    {HTTP_GET, "/authorization/*", false, NULL, admin_authorization_show},
    {HTTP_POST, "/certificate/list", false, admin_certificate_prepare_list, admin_certificate_list},
    {HTTP_GET, "/certificate/*", false, NULL, admin_certificate_show},
    {HTTP_POST, "/certificate/*/revoke", true, admin_certificate_prepare_revoke,
        admin_certificate_revoke},
    {HTTP_GET, "/eab", false, NULL, admin_eab_list},
    {HTTP_POST, "/eab", true, admin_eab_prepare_create, admin_eab_create},
    {HTTP_POST, "/eab/*/revoke", true, NULL, admin_eab_revoke},
    {HTTP_POST, "/inventory/import", true, admin_inventory_prepare_import, admin_inventory_import},
    {HTTP_POST, "/inventory/list", false, admin_inventory_prepare_list, admin_inventory_list},
    {HTTP_POST, "/inventory/sync", true, admin_sync_prepare, admin_sync_ask},
    {HTTP_POST, "/inventory/sync/status", false, admin_sync_prepare, admin_sync_status},
    {HTTP_POST, "/mail", true, admin_mail_prepare, admin_mail_take},
    {HTTP_POST, "/order/list", false, admin_order_prepare_list, admin_order_list},
    {HTTP_GET, "/order/*", false, NULL, admin_order_show},
    {HTTP_POST, "/order/*/approve", true, admin_verdict_prepare, admin_order_approve},
    {HTTP_POST, "/order/*/resend", true, admin_verdict_prepare, admin_order_resend},
    {HTTP_POST, "/order/*/reject", true, admin_verdict_prepare, admin_order_reject},
    {HTTP_POST, "/policy/explain", false, admin_policy_prepare_explain, admin_policy_explain},
    {HTTP_POST, "/inventory/validations", false, admin_inventory_prepare_list,
        admin_inventory_validations},
};

/* The operator's own commands: few, and near. */
static const struct http_limits limits = {.body_max = ADMIN_INVENTORY_BODY_MAX,
    .connections_max = 64,
    .idle_timeout_ms = 10000,
    .request_timeout_ms = 5000};

struct admin {
    pthread_t thread;
    char *path;
    struct loop *loop;
    struct http_server *server;
    struct store *store;
    struct store_reader *reader;
    const struct acme *acme;
    const struct acme_settings *settings;
};

/* One request. */
struct visit {
    void *mem;
    struct admin *admin;
    struct http_request *http;
    const struct admin_route *route;
    struct admin_req req;
    struct admin_resp resp;
    struct err e;
    struct store_task task;
};

static int status_of(enum err_code code)
{
    switch (code) {
    case ERR_INPUT:
        return 400;
    case ERR_NOT_FOUND:
        return 404;
    case ERR_CONFLICT:
        return 409;
    case ERR_STORE:
        return 503;
    default:
        return 500;
    }
}

static void fill_problem(struct visit *v)
{
    struct json_out w;
    struct buf b;

    if (v->e.internal[0] != '\0')
        log_error("admin_failed", LOG_STR("path", http_request_path(v->http)),
            LOG_STR("detail", v->e.detail), LOG_STR("internal", v->e.internal));
    v->resp.status = status_of(v->e.code);
    buf_init(&b, v->mem, 16384);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_int(&w, "status", v->resp.status);
    json_add_string(&w, "detail", v->e.detail);
    json_close(&w, '}');
    v->resp.body = buf_bytes(&b);
}

static void reply(struct visit *v)
{
    struct http_header headers[2] = {{"Content-Type", "application/json"}, {NULL, NULL}};

    if (v->e.code != ERR_OK) {
        fill_problem(v);
        headers[0].value = "application/problem+json";
    }
    if (v->resp.status == 0)
        v->resp.status = 200;
    log_info("admin", LOG_STR("method", http_request_method_name(v->http)),
        LOG_STR("path", http_request_path(v->http)), LOG_INT("status", v->resp.status));
    http_reply(v->http, v->resp.status, headers, v->resp.body);
    mem_free(v->mem);
}

static struct visit *of_task(struct store_task *task)
{
    return (struct visit *)(void *)((char *)task - offsetof(struct visit, task));
}

static enum err_code run_write(struct store_tx *tx, struct store_task *task, struct err *e)
{
    struct visit *v = of_task(task);

    return v->route->handler(&v->req, tx, &v->resp, e);
}

static void on_written(struct store_task *task)
{
    struct visit *v = of_task(task);

    v->e = task->e;
    reply(v);
}

static void handle_write(struct visit *v)
{
    v->task = (struct store_task){
        .run = run_write, .on_done = on_written, .loop = v->admin->loop, .mem = v->mem};
    if (!store_submit(v->admin->store, &v->task)) {
        err_set(&v->e, ERR_STORE, "the server is busy; try again in a few seconds");
        reply(v);
    }
}

static void handle_read(struct visit *v)
{
    struct store_tx *tx = store_snapshot_begin(v->admin->reader, v->mem, &v->e);

    if (tx != NULL) {
        v->route->handler(&v->req, tx, &v->resp, &v->e);
        store_snapshot_end(tx);
    }
    reply(v);
}

/* Does a path fit a route's? *rest: what stands at its "*". */
static bool fits(void *mem, const char *pattern, const char *path, const char **rest)
{
    size_t head = strcspn(pattern, "*"), len;

    if (strncmp(pattern, path, head) != 0)
        return false;
    if (pattern[head] == '\0')
        return path[head] == '\0';
    len = strcspn(path + head, "/");
    *rest = mem_strndup(mem, path + head, len);
    return len > 0 && strcmp(path + head + len, pattern + head + 1) == 0;
}

static const struct admin_route *find_route(struct visit *v)
{
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
        if (routes[i].method == http_request_method(v->http) &&
            fits(v->mem, routes[i].path, http_request_path(v->http), &v->req.rest))
            return &routes[i];
    return NULL;
}

static void on_request(void *arg, struct http_request *http)
{
    struct admin *admin = arg;
    void *mem = mem_pool(NULL, 4096);
    struct visit *v = mem_new(mem, struct visit);

    v->mem = mem;
    v->admin = admin;
    v->http = http;
    v->req = (struct admin_req){
        .mem = mem,
        .acme = admin->acme,
        .settings = admin->settings,
        .now_s = clock_now_s(),
        .body = http_request_body(http),
    };
    v->route = find_route(v);
    if (v->route == NULL) {
        err_set(&v->e, ERR_NOT_FOUND, "the admin API of this version has nothing like that");
        reply(v);
    } else if (v->route->prepare != NULL && v->route->prepare(&v->req, &v->e) != ERR_OK) {
        reply(v);
    } else if (v->route->writes) {
        handle_write(v);
    } else {
        handle_read(v);
    }
}

/* Life. */

/* The socket's folder, as far as we may make it. */
static enum err_code make_folder(void *mem, const char *path, struct err *e)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL || slash == path)
        return ERR_OK;
    return file_make_folder(mem_strndup(mem, path, (size_t)(slash - path)), e);
}

static void admin_free(struct admin *admin)
{
    http_server_free(admin->server);
    store_reader_close(admin->reader);
    loop_free(admin->loop);
    mem_free(admin);
}

static enum err_code listen_at(struct admin *admin, const char *path, struct err *e)
{
    int fd;

    if (make_folder(admin, path, e) != ERR_OK || (fd = unix_socket_listen(path, e)) < 0) {
        char *why = mem_strdup(admin, e->detail);

        return err_set(e, e->code, "the admin socket (listen.admin_socket): %s", why);
    }
    admin->path = mem_strdup(admin, path);
    return http_server_listen(admin->server, path, fd, e);
}

static void *run(void *arg)
{
    struct admin *admin = arg;

    loop_run(admin->loop);
    return NULL;
}

struct admin *admin_start(const char *path, struct store *store, const struct acme *acme,
    const struct acme_settings *settings, struct err *e)
{
    struct admin *admin = mem_new(NULL, struct admin);
    struct http_server_options options = {.limits = limits, .on_request = on_request, .arg = admin};

    admin->store = store;
    admin->acme = acme;
    admin->settings = settings;
    admin->loop = loop_new();
    admin->server = http_server_new(admin->loop, &options);
    admin->reader = store_reader_open(store, e);
    if (admin->reader == NULL || listen_at(admin, path, e) != ERR_OK) {
        admin_free(admin);
        return NULL;
    }
    BUG_ON(pthread_create(&admin->thread, NULL, run, admin) != 0);
    return admin;
}

/* A message to the admin thread. */
struct notice {
    struct loop_message message;
    struct admin *admin;
    const struct acme_settings *settings;
};

static void post(struct admin *admin, void (*on_message)(struct loop_message *),
    const struct acme_settings *settings)
{
    struct notice *notice = mem_new(NULL, struct notice);

    *notice = (struct notice){{.on_message = on_message}, admin, settings};
    loop_post(admin->loop, &notice->message);
}

static void on_update(struct loop_message *message)
{
    struct notice *notice = (struct notice *)(void *)message;

    notice->admin->settings = notice->settings;
    mem_free(notice);
}

void admin_update(struct admin *admin, const struct acme_settings *settings)
{
    post(admin, on_update, settings);
}

static void on_drained(void *arg)
{
    struct admin *admin = arg;

    loop_stop(admin->loop);
}

static void on_stop(struct loop_message *message)
{
    struct notice *notice = (struct notice *)(void *)message;
    struct admin *admin = notice->admin;

    mem_free(notice);
    http_server_drain(admin->server, on_drained, admin);
}

void admin_stop(struct admin *admin)
{
    if (admin == NULL)
        return;
    post(admin, on_stop, NULL);
    pthread_join(admin->thread, NULL);
    unlink(admin->path);
    admin_free(admin);
}
