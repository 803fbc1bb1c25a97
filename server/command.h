/* command - one subcommand of the program: an entry in main.c's table, a file cmd_<name>.c of its
 * own.
 *
 * Exit status of the program: 0 done; 1 could not be done; 2 (EXIT_USAGE) the words on the command
 * line or in the configuration are wrong.
 */
#ifndef COUNTERSIGN_SERVER_COMMAND_H
#define COUNTERSIGN_SERVER_COMMAND_H

#include <getopt.h>

#define EXIT_USAGE 2

struct command {
    const char *name;
    const char *line;    /* what it does, for the list of commands */
    const char *usage;   /* what follows the program's name: "check --config FILE" */
    const char *options; /* for --help: two spaces, then the option, a line each */
    /* argv[0] is the command's name; returns the exit status. --help never gets here. */
    int (*run)(int argc, char **argv);
};

/* Reads the next long option: its `val`, -1 at the end, '?' after a sentence on stderr about what
 * is wrong with it. All words must belong to options; one that does not is such a mistake. */
int command_option(int argc, char **argv, const struct option *options);

/* One sentence on stderr about how the command was called, and where to read more. Returns
 * EXIT_USAGE. */
int command_misused(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

extern const struct command cmd_account, cmd_action, cmd_authorization, cmd_certificate, cmd_check,
    cmd_deliver, cmd_eab, cmd_inventory, cmd_mailcert, cmd_order, cmd_perspective, cmd_policy,
    cmd_serve;

#endif
