/* cmd_check - `countersign check`: reads a configuration as the server would, and says what is
 * wrong with it, or what would be served. */
#include "server/command.h"

#include <stdio.h>

#include "acme/perspective_quorum.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/unit.h"
#include "policy/decision.h"
#include "policy/order_json.h"
#include "server/config.h"
#include "server/config_form.h"
#include "server/vendors.h"

enum { OPTION_CONFIG = 1, OPTION_EXPLAIN };

static const struct option options[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"explain", no_argument, NULL, OPTION_EXPLAIN},
    {NULL, 0, NULL, 0},
};

static int explain(void)
{
    char *page = config_reference(NULL);

    fputs(page, stdout);
    mem_free(page);
    return EXIT_SUCCESS;
}

static void print_quorum(void *mem, const struct config *config)
{
    struct quorum_rules rules = {
        (unsigned)config->quorum.disagreeing, (unsigned)config->quorum.regions};
    size_t len = config->perspectives_len;
    struct quorum_ballot *ballots = mem_new_array(mem, struct quorum_ballot, len);
    unsigned regions;

    for (size_t i = 0; i < len; i++)
        ballots[i].region = (enum region)config->perspectives[i].region;
    regions = quorum_count(&rules, ballots, len).regions_needed;
    printf("quorum        %zu of %zu perspectives may disagree", quorum_dissent(&rules, len), len);
    if (regions > 1)
        printf(", if the others stand in %u regions", regions);
    printf("\n");
}

static void print_perspectives(void *mem, const struct config *config)
{
    const char *lack = config_perspectives_lack(mem, config, clock_now_s());

    for (unsigned i = 0; i < config->perspectives_len; i++) {
        const char *region = region_name((enum region)config->perspectives[i].region);

        printf("perspective   %s: at %s, in %s\n", config->perspectives[i].name,
            config->perspectives[i].url, *region == '\0' ? "an unknown region" : region);
    }
    if (config->perspectives_len > 0)
        print_quorum(mem, config);
    if (lack != NULL)
        printf("warning       %s\n", lack);
    if (config->perspective.listen[0] != '\0')
        printf("as a perspective, listens on %s\n", config->perspective.listen);
}

static void print_vendor(void *mem, const struct config_upstream *upstream)
{
    printf("upstream      %s: %s at %s", upstream->name, vendor_title(upstream), upstream->url);
    if (upstream->organization_id[0] != '\0')
        printf(", for organization %s", upstream->organization_id);
    if (upstream->type == UPSTREAM_HUAWEI && upstream->project_id[0] == '\0')
        printf("; without project_id nothing is revoked there");
    if (!upstream->skip_approval)
        printf("; each request waits for an approval in CertCentral");
    if (upstream->sync_s == 0)
        printf("; its inventory is read by hand");
    else
        printf("; its inventory is read every %s", unit_duration(mem, upstream->sync_s));
    printf("\n");
}

static void print_upstream(void *mem, const struct config_upstream *upstream)
{
    if (upstream->type != UPSTREAM_LOCAL) {
        print_vendor(mem, upstream);
        return;
    }
    printf("upstream      %s: embedded CA in %s", upstream->name, upstream->directory);
    if (upstream->rules != VENDOR_LOCAL)
        printf(
            "; a rehearsal by the rules of %s: nothing is bought", vendor_words[upstream->rules]);
    if (upstream->approval == APPROVAL_OPERATOR)
        printf("; the operator approves each certificate");
    printf("\n");
}

/* What it wants of a vendor, if its upstream goes by one's rules. */
static void print_wishes(void *mem, const struct config_profile *profile)
{
    const char *const words[] = {
        order_level_words[profile->level], profile->brand, profile->product};
    const char *what = "";

    if (profile->upstream->rules == VENDOR_LOCAL)
        return;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (*words[i] != '\0')
            what = mem_printf(mem, "%s %s", what, words[i]);
    printf("              wants%s; %d billable in %s at most\n",
        *what == '\0' ? " any product" : what, profile->budget_new_orders,
        unit_duration(mem, profile->preferences.budget.period_s));
}

static void print_summary(void *mem, const struct config *config)
{
    printf("listens on    %s\n", config->listen.acme);
    printf("external URL  %s\n", config->external_url);
    for (unsigned i = 0; i < config->upstreams_len; i++)
        print_upstream(mem, &config->upstreams[i]);
    for (unsigned i = 0; i < config->profiles_len; i++) {
        const struct config_profile *profile = &config->profiles[i];

        /* At a vendor its rules say how long a certificate lasts. */
        printf("profile       %s: from %s%s%s%s\n", profile->name, profile->upstream->name,
            profile->upstream->type == UPSTREAM_LOCAL ? ", for " : "",
            profile->upstream->type == UPSTREAM_LOCAL ? unit_duration(mem, profile->validity_s)
                                                      : "",
            profile->internal_names ? ", internal names too" : "");
        print_wishes(mem, profile);
    }
    print_perspectives(mem, config);
}

static int check(void *mem, const char *path)
{
    struct config_problems problems;
    const struct config *config = config_read(mem, path, &problems);

    for (unsigned i = 0; i < problems.len; i++)
        fprintf(stderr, "%s\n", problems.list[i]);
    if (config == NULL)
        return EXIT_USAGE;
    printf("%s: ok\n", path);
    print_summary(mem, config);
    return EXIT_SUCCESS;
}

static int run(int argc, char **argv)
{
    const char *path = NULL;
    void *mem;
    int option, status;

    while ((option = command_option(argc, argv, options)) != -1) {
        if (option == OPTION_EXPLAIN)
            return explain();
        if (option != OPTION_CONFIG)
            return EXIT_USAGE;
        path = optarg;
    }
    if (path == NULL)
        return command_misused("check", "--config FILE is missing");
    mem = mem_pool(NULL, 16 * 1024);
    status = check(mem, path);
    mem_free(mem);
    return status;
}

const struct command cmd_check = {
    .name = "check",
    .line = "Say what is wrong with a configuration file, or what it would serve",
    .usage = "check --config FILE",
    .options =
        "  --config FILE  the configuration to read; all its problems are named, with line and "
        "key\n"
        "  --explain      print the reference of all configuration keys (Markdown) instead\n",
    .run = run,
};
