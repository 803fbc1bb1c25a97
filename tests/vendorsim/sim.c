/* sim - see sim.h. */
#include "tests/vendorsim/sim.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/http_listen.h"
#include "base/log.h"
#include "base/mem.h"
#include "tests/vendorsim/server_tls.h"
#include "tests/vendorsim/sim_private.h"

#define CONTROL_BODY_MAX (32 * 1024 * 1024)
#define API_BODY_MAX     (1024 * 1024)

struct state *sim_state(struct sim *sim)
{
    return sim->state;
}

struct ca *sim_ca(struct sim *sim)
{
    return sim->ca;
}

struct dcv *sim_dcv(struct sim *sim)
{
    return sim->dcv;
}

struct loop *sim_loop(struct sim *sim)
{
    return sim->loop;
}

bool sim_bool(const struct sim *sim, const char *setting)
{
    return strcmp(settings_get(sim->settings, setting), "yes") == 0;
}

int64_t sim_int(const struct sim *sim, const char *setting)
{
    return strtoll(settings_get(sim->settings, setting), NULL, 10);
}

const char *sim_text(const struct sim *sim, const char *setting)
{
    return settings_get(sim->settings, setting);
}

bool sim_lists(const struct sim *sim, const char *setting, const char *text)
{
    const char *at = sim_text(sim, setting);
    size_t len;

    while (*at != '\0') {
        at += strspn(at, ", ");
        len = strcspn(at, ", ");
        if (len == strlen(text) && len > 0 && strncmp(at, text, len) == 0)
            return true;
        at += len;
    }
    return false;
}

int64_t sim_now_s(const struct sim *sim)
{
    return timeline_now_s(sim->timeline);
}

void sim_schedule(struct sim *sim, int64_t at_s, const char *what, const char *subject)
{
    timeline_schedule(sim->timeline, at_s, what, subject);
}

void sim_unschedule(struct sim *sim, const char *what, const char *subject)
{
    timeline_unschedule(sim->timeline, what, subject);
}

/* A simulator that cannot keep what it promises must not answer any more. */
void sim_commit(struct sim *sim)
{
    struct err e = {0};

    if (state_commit(sim->state, &e) == ERR_OK)
        return;
    log_error("state_lost", LOG_STR("error", e.detail));
    exit(EXIT_FAILURE);
}

static void on_due(void *arg, const char *what, const char *subject)
{
    struct sim *sim = arg;

    sim->kind->on_due(sim->vendor, what, subject);
    sim_commit(sim);
}

static bool is_busy(void *arg)
{
    const struct sim *sim = arg;

    return dcv_is_busy(sim->dcv);
}

static void on_idle(void *arg)
{
    struct sim *sim = arg;

    timeline_go_on(sim->timeline);
    sim_commit(sim);
}

/* Listening. */

static unsigned port_of(int fd)
{
    struct sockaddr_storage bound;
    socklen_t len = sizeof bound;

    if (getsockname(fd, (struct sockaddr *)&bound, &len) != 0)
        return 0;
    return bound.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&bound)->sin6_port)
                                       : ntohs(((struct sockaddr_in *)&bound)->sin_port);
}

static struct http_server *listen_on(struct sim *sim, const char *address,
    const struct http_server_options *options, unsigned *port, struct err *e)
{
    struct http_server *server;
    int fd;

    if (http_server_check_free(address, e) != ERR_OK)
        return NULL;
    fd = http_listen_bind(address, e);
    if (fd < 0)
        return NULL;
    *port = port_of(fd);
    server = http_server_new(sim->loop, options);
    if (http_server_listen(server, address, fd, e) == ERR_OK)
        return server;
    http_server_free(server);
    return NULL;
}

static enum err_code listen_all(
    struct sim *sim, const struct sim_options *options, struct http_tls *tls, struct err *e)
{
    struct http_server_options api = {
        .limits.body_max = sim->kind->body_max == 0 ? API_BODY_MAX : sim->kind->body_max,
        .tls = tls,
        .on_request = sim_take_call,
        .arg = sim};
    struct http_server_options control = {
        .limits.body_max = CONTROL_BODY_MAX, .on_request = sim_take_control, .arg = sim};

    sim->api = listen_on(sim, options->listen, &api, &sim->api_port, e);
    if (sim->api == NULL)
        return e->code;
    sim->control = listen_on(sim, options->control, &control, &sim->control_port, e);
    return sim->control == NULL ? e->code : ERR_OK;
}

unsigned sim_api_port(const struct sim *sim)
{
    return sim->api_port;
}

unsigned sim_control_port(const struct sim *sim)
{
    return sim->control_port;
}

/* Opening. */

static enum err_code open_settings(
    struct sim *sim, const struct sim_options *options, struct err *e)
{
    sim->settings = settings_new(sim, sim->kind->settings, sim->state);
    for (const char *const *pair = options->set; pair != NULL && *pair != NULL; pair++)
        if (settings_set_pair(sim->settings, *pair, e) != ERR_OK)
            return e->code;
    return ERR_OK;
}

static enum err_code open_parts(struct sim *sim, const struct sim_options *options, struct err *e)
{
    const struct sim_vendor *kind = sim->kind;
    struct timeline_hooks hooks = {on_due, is_busy, sim};

    sim->state = state_open(sim, options->state_file, kind->name, e);
    if (sim->state == NULL || open_settings(sim, options, e) != ERR_OK)
        return e->code;
    sim->faults = faults_new(sim);
    sim->calls = calls_new(sim);
    sim->rate = rate_new(sim, options->rates == NULL ? kind->rates : options->rates, e);
    if (sim->rate == NULL)
        return e->code;
    sim->ca = ca_open(sim, sim->state, kind->root_name, kind->intermediate_name, e);
    if (sim->ca == NULL)
        return e->code;
    sim->dcv = dcv_new(sim, sim->loop, options->dns, options->http_port, e);
    if (sim->dcv == NULL)
        return e->code;
    dcv_tell_idle(sim->dcv, on_idle, sim);
    sim->timeline = timeline_open(sim, sim->loop, sim->state, &hooks);
    sim->vendor = kind->open(sim, sim, e);
    return sim->vendor == NULL ? e->code : ERR_OK;
}

static enum err_code open_servers(struct sim *sim, const struct sim_options *options, struct err *e)
{
    struct http_tls *tls = NULL;

    if (options->tls_certificate != NULL)
        tls = server_tls_read(options->tls_certificate, options->tls_key, e);
    else if (!options->plain)
        tls = server_tls_make(sim->state, options->tls_name, options->ca_file, e);
    if (tls == NULL && !options->plain)
        return e->code;
    e->code = ERR_OK;
    listen_all(sim, options, tls, e);
    http_tls_unref(tls);
    return e->code;
}

static int sim_free(void *ptr)
{
    struct sim *sim = ptr;

    http_server_free(sim->api);
    http_server_free(sim->control);
    return 0;
}

struct sim *sim_new(void *mem, struct loop *loop, const struct sim_options *options, struct err *e)
{
    struct sim *sim = mem_new(mem, struct sim);

    sim->loop = loop;
    sim->kind = options->vendor;
    mem_on_free(sim, sim_free);
    if (open_parts(sim, options, e) == ERR_OK && state_commit(sim->state, e) == ERR_OK &&
        open_servers(sim, options, e) == ERR_OK && state_commit(sim->state, e) == ERR_OK)
        return sim;
    mem_free(sim);
    return NULL;
}
