/* cmd_perspective - `countersign perspective`: the validators alone, for servers elsewhere that ask
 * for a look from here (acme/perspective.h).
 *
 *     SIGTERM, SIGINT   answer what is open, then end        SIGHUP   read the certificates again
 */
#include "server/command.h"

#include <signal.h>
#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "server/config.h"
#include "server/perspective_server.h"
#include "server/systemd.h"

enum { OPTION_CONFIG = 1 };

static const struct option options[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {NULL, 0, NULL, 0},
};

static void block_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static void renew(struct perspective_server *server)
{
    struct err e = {0};

    systemd_notify("RELOADING=1");
    if (perspective_server_renew(server, &e) != ERR_OK)
        log_error("reload_failed", LOG_STR("detail", e.detail), LOG_STR("internal", e.internal),
            LOG_STR("kept", "the certificates as they were"));
    else
        log_info("reloaded", LOG_STR("what", "certificates"));
    systemd_notify("READY=1");
}

/* Until the end is asked for. */
static void steer(struct perspective_server *server, const sigset_t *set)
{
    for (;;) {
        switch (sigwaitinfo(set, NULL)) {
        case SIGTERM:
        case SIGINT:
            return;
        case SIGHUP:
            renew(server);
            break;
        default:
            break;
        }
    }
}

static int serve(void *mem, const char *path)
{
    struct perspective_server *server;
    struct config *config;
    struct err e = {0};
    sigset_t set;

    if (config_load(mem, path, &config, &e) != ERR_OK) {
        fprintf(stderr, "%s\n", e.detail);
        return EXIT_USAGE;
    }
    if (config->perspective.listen[0] == '\0') {
        fprintf(
            stderr, "%s: perspective.listen: must be given for countersign perspective\n", path);
        return EXIT_USAGE;
    }
    log_setup(config->log.level, config->log.format);
    block_signals(&set);
    server = perspective_server_start(config, &e);
    if (server == NULL) {
        fprintf(stderr, "countersign: %s\n", e.detail);
        if (e.internal[0] != '\0')
            fprintf(stderr, "countersign: %s\n", e.internal);
        return EXIT_FAILURE;
    }
    log_info("serving", LOG_STR("listen", config->perspective.listen));
    systemd_notify("READY=1");
    steer(server, &set);
    log_info("stopping", LOG_STR("listen", config->perspective.listen));
    systemd_notify("STOPPING=1");
    perspective_server_stop(server);
    log_info("stopped", LOG_STR("listen", config->perspective.listen));
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
    if (path == NULL)
        return command_misused("perspective",
            "--config FILE is missing; a perspective needs certificates, so there is no default");
    mem = mem_pool(NULL, 4096);
    status = serve(mem, path);
    mem_free(mem);
    return status;
}

const struct command cmd_perspective = {
    .name = "perspective",
    .line = "Look at names for servers elsewhere that ask for a look from here",
    .usage = "perspective --config FILE",
    .options =
        "  --config FILE  the configuration, in YAML; of it, perspective, validation, limits and "
        "log "
        "count:\n"
        "                   perspective:\n"
        "                     listen: \":14443\"\n"
        "                     certificate_file: /etc/countersign/perspective.pem\n"
        "                     key_file: /etc/countersign/perspective-key.pem\n"
        "                     client_ca_file: /etc/countersign/ca.pem   # whose clients may ask\n",
    .run = run,
};
