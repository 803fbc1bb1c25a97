/* cmd_policy - `countersign policy`: what an order would mean at the vendor, and why; asked without
 * server, store or network, from a file of facts. */
#include "server/command.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/public_suffix.h"
#include "policy/explain.h"
#include "policy/facts_json.h"
#include "policy/policy.h"

#define FACTS_FILE_MAX ((size_t)256 * 1024 * 1024)

enum { OPTION_FACTS = 1, OPTION_JSON };

static const struct option explain_options[] = {
    {"facts", required_argument, NULL, OPTION_FACTS},
    {"json", no_argument, NULL, OPTION_JSON},
    {NULL, 0, NULL, 0},
};

static int explain(void *mem, const char *path, bool json)
{
    struct decision decision;
    struct facts facts;
    struct err e = {0};
    char *text;

    if (file_read(mem, path, FACTS_FILE_MAX, &text, &e) != ERR_OK) {
        fprintf(stderr, "countersign policy explain: %s\n", e.detail);
        return EXIT_USAGE;
    }
    if (facts_read(mem, bytes_of(text), public_suffixes_new(mem), &facts, &e) != ERR_OK) {
        fprintf(stderr, "countersign policy explain: %s: %s\n", path, e.detail);
        return EXIT_USAGE;
    }
    policy_decide(mem, &facts, &decision);
    if (json)
        puts(explain_json(mem, &decision));
    else
        fputs(explain_text(mem, &facts, &decision), stdout);
    return EXIT_SUCCESS;
}

static int run_explain(int argc, char **argv)
{
    const char *path = NULL;
    bool json = false;
    void *mem;
    int option, status;

    while ((option = command_option(argc, argv, explain_options)) != -1) {
        if (option == OPTION_FACTS)
            path = optarg;
        else if (option == OPTION_JSON)
            json = true;
        else
            return EXIT_USAGE;
    }
    if (path == NULL)
        return command_misused(argv[0], "--facts FILE is missing");
    mem = mem_pool(NULL, 64 * 1024);
    status = explain(mem, path, json);
    mem_free(mem);
    return status;
}

static int list_rules(int argc, char **argv)
{
    static const struct option none[] = {{NULL, 0, NULL, 0}};
    const char *title = "";
    struct rule_line line;

    if (command_option(argc, argv, none) != -1)
        return EXIT_USAGE;
    for (size_t i = 0; policy_rule_line(i, &line); i++) {
        const char *vendor = line.vendor == VENDORS ? "the house" : vendor_words[line.vendor];

        if (strcmp(vendor, title) != 0)
            printf("%s%s\n", i == 0 ? "" : "\n", vendor);
        title = vendor;
        printf("  %-18s %s\n", line.id, line.sentence);
    }
    return EXIT_SUCCESS;
}

static int run(int argc, char **argv)
{
    static char explain_name[] = "policy explain", rules_name[] = "policy rules";

    if (argc > 1 && strcmp(argv[1], "explain") == 0) {
        argv[1] = explain_name;
        return run_explain(argc - 1, argv + 1);
    }
    if (argc > 1 && strcmp(argv[1], "rules") == 0) {
        argv[1] = rules_name;
        return list_rules(argc - 1, argv + 1);
    }
    return command_misused("policy", "say what to do: explain or rules");
}

const struct command cmd_policy = {
    .name = "policy",
    .line = "Explain what an order would mean at the vendor, from a file of facts",
    .usage = "policy explain|rules [OPTIONS]",
    .options =
        "  explain        decide on the facts of --facts, and say why; nothing else is read or "
        "asked\n"
        "  rules          list the rules, vendor by vendor\n"
        "  --facts FILE   (explain) request, inventory and preferences, in JSON: see policy.md\n"
        "  --json         (explain) print JSON, for scripts\n",
    .run = run,
};
