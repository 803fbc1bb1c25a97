/* verdict_command - see verdict_command.h. */
#include "server/verdict_command.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "server/admin_command.h"
#include "server/command.h"
#include "server/record_command.h"

#define BODY_MAX 4096

enum {
    OPTION_CONFIG = 1,
    OPTION_JSON,
    OPTION_REASON,
    OPTION_FOUND,
    OPTION_NOT_SENT,
    OPTION_FAILED
};

static const struct option approve_options[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"json", no_argument, NULL, OPTION_JSON},
    {NULL, 0, NULL, 0},
};
static const struct option reject_options[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"json", no_argument, NULL, OPTION_JSON},
    {"reason", required_argument, NULL, OPTION_REASON},
    {NULL, 0, NULL, 0},
};
static const struct option resolve_options[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"json", no_argument, NULL, OPTION_JSON},
    {"found", required_argument, NULL, OPTION_FOUND},
    {"not-sent", no_argument, NULL, OPTION_NOT_SENT},
    {"failed", no_argument, NULL, OPTION_FAILED},
    {"reason", required_argument, NULL, OPTION_REASON},
    {NULL, 0, NULL, 0},
};

static const struct verb {
    const char *noun, *name;
    char *command;     /* for complaints */
    const char *which; /* what it takes */
    const struct option *options;
    const char *done; /* what it is then */
} verbs[] = {
    {"order", "approve", (char[]){"order approve"}, "NUMBER or URL", approve_options, "approved"},
    {"order", "reject", (char[]){"order reject"}, "NUMBER or URL", reject_options,
        "rejected, and its client is told"},
    {"order", "resend", (char[]){"order resend"}, "NUMBER or URL", approve_options,
        "on its way: the vendor is asked to mail once more"},
    {"action", "resolve", (char[]){"action resolve"}, "NUMBER", resolve_options,
        "resolved, and its order goes on"},
};

/* What the words on the command line say. */
struct words {
    struct admin_question question;
    const struct verb *verb;
    const char *finding, *vendor_order, *reason;
    bool json;
};

static int take_finding(struct words *words, const char *finding)
{
    if (words->finding != NULL)
        return command_misused(
            words->verb->command, "say one of --found, --not-sent and --failed, once");
    words->finding = finding;
    return EXIT_SUCCESS;
}

static int take_option(struct words *words, int option)
{
    switch (option) {
    case OPTION_CONFIG:
        words->question.config = optarg;
        return EXIT_SUCCESS;
    case OPTION_JSON:
        words->json = true;
        return EXIT_SUCCESS;
    case OPTION_REASON:
        words->reason = optarg;
        return EXIT_SUCCESS;
    case OPTION_FOUND:
        words->vendor_order = optarg;
        return take_finding(words, "found");
    case OPTION_NOT_SENT:
        return take_finding(words, "not-sent");
    case OPTION_FAILED:
        return take_finding(words, "failed");
    default:
        return EXIT_USAGE;
    }
}

static int check_words(const struct words *words)
{
    if (words->verb->options != resolve_options)
        return EXIT_SUCCESS;
    if (words->finding == NULL)
        return command_misused(words->verb->command,
            "say what became of it: --found VENDOR_ORDER, --not-sent or --failed");
    if (words->reason != NULL && strcmp(words->finding, "failed") != 0)
        return command_misused(words->verb->command, "--reason goes with --failed");
    return EXIT_SUCCESS;
}

static int read_options(struct words *words, int argc, char **argv)
{
    int status = EXIT_SUCCESS;

    for (int option; status == EXIT_SUCCESS &&
                     (option = command_option(argc, argv, words->verb->options)) != -1;)
        status = take_option(words, option);
    return status == EXIT_SUCCESS ? check_words(words) : status;
}

static int write_body(struct words *words)
{
    struct json_out w;
    struct buf b;

    buf_init(&b, words->question.mem, BODY_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_string(&w, "finding", words->finding);
    json_add_string(&w, "vendor_order", words->vendor_order);
    json_add_string(&w, "reason", words->reason);
    json_close(&w, '}');
    if (b.overflow)
        return command_misused(words->verb->command, "that is too long to say");
    words->question.body = buf_text(&b);
    return EXIT_SUCCESS;
}

static int say(struct words *words, int argc, char **argv)
{
    const struct verb *verb = words->verb;
    struct json answer;
    const char *id, *text;
    int status;

    if (argc < 2 || argv[1][0] == '-')
        return command_misused(verb->command, "say which: %s %s", verb->command, verb->which);
    id = record_id(words->question.mem, verb->noun, argv[1]);
    if (id == NULL)
        return command_misused(
            verb->command, "\"%s\" is no %s; say %s", argv[1], verb->noun, verb->which);
    argv[1] = argv[0];
    status = read_options(words, argc - 1, argv + 1);
    if (status == EXIT_SUCCESS)
        status = write_body(words);
    if (status != EXIT_SUCCESS)
        return status;
    words->question.method = "POST";
    words->question.path = mem_printf(words->question.mem, "/%s/%s/%s", verb->noun, id, verb->name);
    status = admin_command_ask(&words->question, &text, &answer);
    if (status != EXIT_SUCCESS)
        return status;
    if (words->json)
        puts(text);
    else
        printf("%s %s is %s\n", verb->noun, id, verb->done);
    return EXIT_SUCCESS;
}

static const struct verb *find_verb(const char *noun, int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(verbs[i].noun, noun) == 0 && strcmp(verbs[i].name, argv[1]) == 0)
            return &verbs[i];
    return NULL;
}

bool verdict_command_takes(const char *noun, int argc, char **argv)
{
    return find_verb(noun, argc, argv) != NULL;
}

int verdict_command_run(const char *noun, int argc, char **argv)
{
    struct words words = {.verb = find_verb(noun, argc, argv)};
    int status;

    words.question.mem = mem_pool(NULL, 8192);
    words.question.command = words.verb->command;
    argv[1] = words.verb->command;
    status = say(&words, argc - 1, argv + 1);
    mem_free(words.question.mem);
    return status;
}
