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

/* Does the line say what one before it says? A rule that is asked at two points has two. */
static bool is_repeated(size_t index, const struct rule_line *line)
{
    struct rule_line before;

    for (size_t i = 0; i < index && policy_rule_line(i, &before); i++)
        if (before.vendor == line->vendor && strcmp(before.id, line->id) == 0 &&
            strcmp(before.sentence, line->sentence) == 0)
            return true;
    return false;
}

static int list_rules(int argc, char **argv)
{
    static const struct option none[] = {{NULL, 0, NULL, 0}};
    enum vendor vendor = VENDOR_LOCAL;
    struct rule_line line;

    if (command_option(argc, argv, none) != -1)
        return EXIT_USAGE;
    for (size_t i = 0; policy_rule_line(i, &line); i++) {
        if (line.vendor != vendor)
            printf("%s### %s\n\n| rule | what it says | where that stands |\n|---|---|---|\n",
                i == 0 ? "" : "\n",
                line.vendor == VENDORS ? "The house" : vendor_words[line.vendor]);
        vendor = line.vendor;
        if (!is_repeated(i, &line))
            printf("| %s | %s | %s |\n", line.id, line.sentence, line.source);
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
        "  rules          print all rules, vendor by vendor (Markdown)\n"
        "  --facts FILE   (explain) request, inventory and preferences, in JSON: see policy.md\n"
        "  --json         (explain) print JSON, for scripts\n",
    .run = run,
};
