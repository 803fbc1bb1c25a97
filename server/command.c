/* command - see command.h. */
#include "server/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "server/nearest.h"

int command_misused(const char *command, const char *format, ...)
{
    char sentence[512];
    va_list args;

    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    fprintf(stderr, "countersign %s: %s; see countersign %s --help\n", command, sentence, command);
    return EXIT_USAGE;
}

static const struct option *option_of(const struct option *options, int val)
{
    while (options->name != NULL && options->val != val)
        options++;
    return options->name == NULL ? NULL : options;
}

/* getopt_long could not read argv[optind - 1]; optopt tells which option, if it is one of ours. */
static int complain(const char *command, const struct option *options, int result, const char *word)
{
    const struct option *known = optopt == 0 ? NULL : option_of(options, optopt);
    struct nearest nearest = {.word = word + strspn(word, "-")};

    for (const struct option *o = options; o->name != NULL; o++)
        nearest_offer(&nearest, o->name);
    if (known != NULL)
        command_misused(
            command, result == ':' ? "--%s needs a value" : "--%s takes no value", known->name);
    else if (nearest.best != NULL)
        command_misused(command, "unknown option %s, did you mean --%s?", word, nearest.best);
    else
        command_misused(command, "unknown option %s", word);
    return '?';
}

int command_option(int argc, char **argv, const struct option *options)
{
    int result;

    opterr = 0;
    result = getopt_long(argc, argv, "+:", options, NULL);
    if (result == '?' || result == ':')
        return complain(argv[0], options, result, argv[optind - 1]);
    if (result == -1 && optind < argc) {
        command_misused(argv[0], "unexpected word \"%s\"", argv[optind]);
        return '?';
    }
    return result;
}
