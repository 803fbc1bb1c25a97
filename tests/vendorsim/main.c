/* main - the program vendorsim: reads its arguments and runs one vendor's simulator until it is
 * ended. It may be killed at any moment: what it has promised stands in its state file.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "tests/vendorsim/digicert.h"
#include "tests/vendorsim/huawei.h"
#include "tests/vendorsim/sim.h"
#include "tests/vendorsim/tencent.h"

#define EXIT_USAGE 2
#define SET_MAX    64

static const struct sim_vendor *const vendors[] = {&sim_digicert, &sim_huawei, &sim_tencent, NULL};

enum {
    OPT_LISTEN = 256,
    OPT_CONTROL,
    OPT_STATE,
    OPT_TLS_CERTIFICATE,
    OPT_TLS_KEY,
    OPT_CA_FILE,
    OPT_TLS_NAME,
    OPT_PLAIN,
    OPT_DNS,
    OPT_HTTP_PORT,
    OPT_RATES,
    OPT_SET,
    OPT_VERBOSE,
    OPT_HELP
};

static const struct option words[] = {
    {"listen", required_argument, NULL, OPT_LISTEN},
    {"control", required_argument, NULL, OPT_CONTROL},
    {"state", required_argument, NULL, OPT_STATE},
    {"tls-certificate", required_argument, NULL, OPT_TLS_CERTIFICATE},
    {"tls-key", required_argument, NULL, OPT_TLS_KEY},
    {"ca-file", required_argument, NULL, OPT_CA_FILE},
    {"tls-name", required_argument, NULL, OPT_TLS_NAME},
    {"plain", no_argument, NULL, OPT_PLAIN},
    {"dns", required_argument, NULL, OPT_DNS},
    {"http-port", required_argument, NULL, OPT_HTTP_PORT},
    {"rates", required_argument, NULL, OPT_RATES},
    {"set", required_argument, NULL, OPT_SET},
    {"verbose", no_argument, NULL, OPT_VERBOSE},
    {"help", no_argument, NULL, OPT_HELP},
    {0},
};

static void print_help(void)
{
    fputs(
        "vendorsim plays a certificate vendor: its API with its rules, and a control plane.\n"
        "\n"
        "usage: vendorsim VENDOR --listen ADDR:PORT --control ADDR:PORT [OPTIONS]\n"
        "\n"
        "options:\n"
        "  --listen ADDR:PORT      where the API is; port 0 is any, which the log names\n"
        "  --control ADDR:PORT     where the control plane is (plain HTTP, keep it on loopback)\n"
        "  --state FILE            keep what happens in this file, and go on from it\n"
        "  --tls-certificate FILE  the API's certificate chain (PEM), with --tls-key FILE;\n"
        "                          without them one is made at the start, for localhost\n"
        "  --ca-file FILE          write the CA of the made certificate here\n"
        "  --tls-name NAME         a further name or address in the made certificate\n"
        "  --plain                 the API without TLS\n"
        "  --dns ADDR@PORT         the DNS server to look for domain validation at;\n"
        "                          without it only the control plane validates\n"
        "  --http-port PORT        where files for domain validation are fetched from (80)\n"
        "  --rates LIST            at most MAX requests in SECONDS of real time for each caller,\n"
        "                          as MAX/SECONDS,...; off is no limit; default: the vendor's\n"
        "  --set NAME=VALUE        a setting of the vendor, below; may be repeated\n"
        "  --verbose               a log line for each API call\n"
        "  --help                  print this\n",
        stdout);
    for (const struct sim_vendor *const *vendor = vendors; *vendor != NULL; vendor++) {
        printf("\nvendor %s: %s\n", (*vendor)->name, (*vendor)->line);
        printf("  rates: %s\n", (*vendor)->rates);
        for (const struct sim_setting *at = (*vendor)->settings; at->name != NULL; at++)
            printf("  --set %s=%s\n        %s\n", at->name, at->value, at->line);
    }
}

static int misused(const char *why, const char *word)
{
    fprintf(stderr, "vendorsim: %s%s; see vendorsim --help\n", why, word);
    return EXIT_USAGE;
}

static const struct sim_vendor *find_vendor(const char *name)
{
    for (const struct sim_vendor *const *vendor = vendors; *vendor != NULL; vendor++)
        if (strcmp((*vendor)->name, name) == 0)
            return *vendor;
    return NULL;
}

static bool read_port(const char *text, unsigned *port)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    *port = (unsigned)number;
    return *end == '\0' && number > 0 && number < 65536;
}

struct arguments {
    struct sim_options options;
    const char *set[SET_MAX + 1];
    size_t set_len;
    bool verbose, help;
};

/* One option; false: its value will not do. */
static bool take_option(struct arguments *arguments, int option, const char *value)
{
    struct sim_options *out = &arguments->options;

    switch (option) {
    case OPT_LISTEN:
        out->listen = value;
        return true;
    case OPT_CONTROL:
        out->control = value;
        return true;
    case OPT_STATE:
        out->state_file = value;
        return true;
    case OPT_TLS_CERTIFICATE:
        out->tls_certificate = value;
        return true;
    case OPT_TLS_KEY:
        out->tls_key = value;
        return true;
    case OPT_CA_FILE:
        out->ca_file = value;
        return true;
    case OPT_TLS_NAME:
        out->tls_name = value;
        return true;
    case OPT_PLAIN:
        out->plain = true;
        return true;
    case OPT_DNS:
        out->dns = value;
        return true;
    case OPT_HTTP_PORT:
        return read_port(value, &out->http_port);
    case OPT_RATES:
        out->rates = value;
        return true;
    case OPT_SET:
        if (arguments->set_len == SET_MAX)
            return false;
        arguments->set[arguments->set_len++] = value;
        return true;
    case OPT_VERBOSE:
        arguments->verbose = true;
        return true;
    case OPT_HELP:
        arguments->help = true;
        return true;
    default:
        return false;
    }
}

static int check(const struct sim_options *options)
{
    if (options->listen == NULL || options->control == NULL)
        return misused("--listen and --control are needed", "");
    if ((options->tls_certificate == NULL) != (options->tls_key == NULL))
        return misused("--tls-certificate and --tls-key go together", "");
    if (options->plain && options->tls_certificate != NULL)
        return misused("--plain has no certificate", "");
    return 0;
}

static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    int option;

    while ((option = getopt_long(argc, argv, "", words, NULL)) >= 0) {
        if (option == '?')
            return misused("wrong option", "");
        if (!take_option(arguments, option, optarg))
            return misused("a wrong or further value: ", optarg);
    }
    if (arguments->help)
        return 0;
    if (optind + 1 != argc)
        return misused("one vendor is to be named", "");
    arguments->options.vendor = find_vendor(argv[optind]);
    if (arguments->options.vendor == NULL)
        return misused("unknown vendor ", argv[optind]);
    arguments->options.set = arguments->set;
    return check(&arguments->options);
}

static int run(const struct sim_options *sim_options)
{
    struct loop *loop = loop_new();
    struct err e = {0};
    struct sim *sim = sim_new(NULL, loop, sim_options, &e);

    if (sim == NULL) {
        fprintf(stderr, "vendorsim: %s\n", e.detail);
        return EXIT_FAILURE;
    }
    log_info("vendorsim_ready", LOG_STR("vendor", sim_options->vendor->name),
        LOG_INT("api_port", sim_api_port(sim)), LOG_INT("control_port", sim_control_port(sim)));
    loop_run(loop); /* until a signal ends it */
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {0};
    int status = read_arguments(argc, argv, &arguments);

    if (status != 0)
        return status;
    if (arguments.help) {
        print_help();
        return EXIT_SUCCESS;
    }
    log_setup(arguments.verbose ? LOG_DEBUG : LOG_INFO, LOG_TEXT);
    return run(&arguments.options);
}
