/* cmd_serve - `countersign serve`: the server itself, and the signals that steer it.
 *
 *     SIGTERM, SIGINT   answer what is open, then end        SIGHUP   read the configuration again
 */
#include "server/command.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "server/app.h"
#include "server/config.h"
#include "server/systemd.h"

#define TICK_S     60
#define ARENAS_MAX 2

enum { OPTION_CONFIG = 1 };

static const struct option options[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {NULL, 0, NULL, 0},
};

/* Signals are waited for, not handled: blocked in all threads, taken by the main thread. */
static void block_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* Nothing is wrong with it, unless the public is to trust what is issued. */
static void warn_of_lack(void *mem, const struct config *config)
{
    const char *lack = config_perspectives_lack(mem, config, clock_now_s());

    if (lack != NULL)
        log_warning("perspectives_few", LOG_STR("detail", lack));
}

/* The new file counts only if it is right in whole; a broken one changes nothing. */
static void reload(struct app *app, void *mem, const char *path)
{
    struct config *config;
    struct err e = {0};

    if (path == NULL) {
        log_info("reload_skipped",
            LOG_STR("reason", "the embedded default is served, there is no file to read"));
        return;
    }
    systemd_notify("RELOADING=1");
    if (config_load(mem, path, &config, &e) != ERR_OK || app_reload(app, config, &e) != ERR_OK) {
        log_error("reload_failed", LOG_STR("detail", e.detail), LOG_STR("internal", e.internal),
            LOG_STR("kept", "the configuration as it was"));
    } else {
        log_setup(config->log.level, config->log.format);
        log_info("reloaded", LOG_STR("file", path));
        warn_of_lack(mem, config);
    }
    systemd_notify("READY=1");
}

/* Until the end is asked for. */
static void steer(struct app *app, void *mem, const char *path, const sigset_t *set)
{
    struct timespec tick = {.tv_sec = TICK_S};

    for (;;) {
        switch (sigtimedwait(set, NULL, &tick)) {
        case SIGTERM:
        case SIGINT:
            return;
        case SIGHUP:
            reload(app, mem, path);
            break;
        default:
            app_tick(app);
            break;
        }
    }
}

/* The embedded default keeps its things below one folder of its own. */
static void make_default_folder(void)
{
    if (mkdir("countersign-data", 0700) != 0 && errno != EEXIST)
        fprintf(stderr, "countersign: countersign-data cannot be made here\n");
}

static int serve(void *mem, const char *path)
{
    struct config *config;
    struct err e = {0};
    struct app *app;
    sigset_t set;
    int listen_fd;

    if (path == NULL) {
        make_default_folder();
        config = config_default(mem);
    } else if (config_load(mem, path, &config, &e) != ERR_OK) {
        fprintf(stderr, "%s\n", e.detail);
        return EXIT_USAGE;
    }
    log_setup(config->log.level, config->log.format);
    /* Memory moves between workers and the store thread; an arena a thread would keep what it once
     * had. */
    mallopt(M_ARENA_MAX, ARENAS_MAX);
    block_signals(&set);
    if (systemd_listen_fd(&listen_fd, &e) != ERR_OK ||
        (app = app_start(config, listen_fd, &e)) == NULL) {
        fprintf(stderr, "countersign: %s\n", e.detail);
        if (e.internal[0] != '\0')
            fprintf(stderr, "countersign: %s\n", e.internal);
        return EXIT_FAILURE;
    }
    log_info("serving", LOG_STR("listen", config->listen.acme),
        LOG_STR("directory", mem_printf(mem, "%s/acme/directory", config->external_url)));
    warn_of_lack(mem, config);
    systemd_notify("READY=1");
    steer(app, mem, path, &set);
    log_info("stopping", LOG_STR("listen", config->listen.acme));
    systemd_notify("STOPPING=1");
    app_stop(app);
    log_info("stopped", LOG_STR("listen", config->listen.acme));
    return EXIT_SUCCESS;
}

static int run(int argc, char **argv)
{
    const char *path = NULL;
    void *mem;
    int status;

    for (int option; (option = command_option(argc, argv, options)) != -1;) {
        if (option != OPTION_CONFIG)
            return EXIT_USAGE;
        path = optarg;
    }
    mem = mem_pool(NULL, 4096);
    status = serve(mem, path);
    mem_free(mem);
    return status;
}

const struct command cmd_serve = {
    .name = "serve",
    .line = "Serve ACME clients",
    .usage = "serve [--config FILE]",
    .options = "  --config FILE the configuration, in YAML; without it, the embedded default: "
               "SQLite and a CA of its own\n"
               "                under ./countersign-data, on https://localhost:14000\n",
    .run = run,
};
