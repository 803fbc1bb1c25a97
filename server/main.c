/* main - the program `countersign`: finds the command and runs it. Each command is a file of its
 * own, cmd_<name>.c. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "server/command.h"
#include "server/nearest.h"

/* In the order in which --help shows them. */
static const struct command *const commands[] = {
    &cmd_serve,
    &cmd_perspective,
    &cmd_check,
    &cmd_eab,
    &cmd_account,
    &cmd_order,
    &cmd_authorization,
    &cmd_certificate,
    &cmd_action,
    &cmd_inventory,
    &cmd_policy,
    &cmd_deliver,
    &cmd_mailcert,
    NULL,
};

static void print_help(FILE *out)
{
    fputs("Countersign is an ACME server in front of certificate authorities.\n"
          "\n"
          "usage: countersign COMMAND [OPTIONS]\n"
          "       countersign COMMAND --help\n"
          "       countersign --version\n"
          "\n"
          "commands:\n",
        out);
    for (const struct command *const *command = commands; *command != NULL; command++)
        fprintf(out, "  %-12s %s\n", (*command)->name, (*command)->line);
}

static void print_command_help(const struct command *command)
{
    printf("usage: countersign %s\n\n%s.\n\noptions:\n%s  --help         print this\n",
        command->usage, command->line, command->options);
}

static const struct command *find_command(const char *name)
{
    for (const struct command *const *command = commands; *command != NULL; command++)
        if (strcmp((*command)->name, name) == 0)
            return *command;
    return NULL;
}

static int complain(const char *word)
{
    struct nearest nearest = {.word = word};

    for (const struct command *const *command = commands; *command != NULL; command++)
        nearest_offer(&nearest, (*command)->name);
    fprintf(stderr, "countersign: unknown %s %s", word[0] == '-' ? "option" : "command", word);
    if (nearest.best != NULL)
        fprintf(stderr, ", did you mean %s?", nearest.best);
    fputs("; see countersign --help\n", stderr);
    return EXIT_USAGE;
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int run_command(const struct command *command, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (asks_for_help(argv[i])) {
            print_command_help(command);
            return EXIT_SUCCESS;
        }
    }
    return command->run(argc, argv);
}

static int run(int argc, char **argv)
{
    const struct command *command;

    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (asks_for_help(argv[1])) {
        print_help(stdout);
        return EXIT_SUCCESS;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("countersign " COUNTERSIGN_VERSION);
        return EXIT_SUCCESS;
    }
    command = find_command(argv[1]);
    return command == NULL ? complain(argv[1]) : run_command(command, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    int status = run(argc, argv);

    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "countersign: standard output cannot be written: %s\n", strerror(errno));
        return EXIT_FAILURE;
    }
    return status;
}
