/* cmd_authorization - `countersign authorization`: what the running server has checked before it
 * lets an account have a name, and who saw what. */
#include "server/command.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "server/admin_command.h"
#include "server/show_authorization.h"

enum { OPTION_CONFIG = 1, OPTION_JSON };

static const struct option options[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"json", no_argument, NULL, OPTION_JSON},
    {NULL, 0, NULL, 0},
};

static void print_mail(const struct json *authz)
{
    const char *sent, *replied, *trouble;
    struct json mail;

    json_member(authz, "mail", &mail);
    if (json_absent(&mail))
        return;
    sent = admin_command_text(&mail, "sent");
    replied = admin_command_text(&mail, "replied");
    trouble = admin_command_text(&mail, "trouble");
    printf("mail      %s%s\n", sent[0] == '\0' ? "not sent yet" : "sent ", sent);
    if (replied[0] != '\0')
        printf("reply     %s: %s\n", replied, admin_command_text(&mail, "proof"));
    else
        printf("reply     none yet; it counts until %s\n", admin_command_text(&mail, "until"));
    if (trouble[0] != '\0')
        printf("trouble   %s\n", trouble);
}

static void print_authorization(void *mem, const struct json *authz)
{
    struct json identifier;
    const char *checks = admin_command_text(authz, "checks");
    struct err none = {0};
    int64_t account = 0;
    bool wildcard = false;

    json_member(authz, "identifier", &identifier);
    json_read_bool(authz, "wildcard", JSON_OPTIONAL, &wildcard, &none);
    json_read_int(authz, "account", JSON_OPTIONAL, &account, &none);
    printf("name      %s%s\n", wildcard ? "*." : "", admin_command_text(&identifier, "value"));
    printf("account   %lld\n", (long long)account);
    printf("status    %s, until %s\n", admin_command_text(authz, "status"),
        admin_command_text(authz, "expires"));
    printf("method    %s\n", admin_command_text(authz, "method"));
    printf("checked   %s\n", checks[0] == '\0' ? "no: nothing is issued by it" : checks);
    print_mail(authz);
    show_observations(mem, authz);
}

/* What the words on the command line say. */
struct wish {
    struct admin_question question;
    const char *which; /* the word after the action, or NULL */
    bool json;
};

/* The word that no option takes, if there is one, and the options. */
static int read_words(struct wish *wish, int argc, char **argv)
{
    if (argc > 1 && argv[1][0] != '-') {
        wish->which = argv[1];
        argv[1] = argv[0];
        argc--;
        argv++;
    }
    for (int option; (option = command_option(argc, argv, options)) != -1;) {
        if (option == OPTION_CONFIG)
            wish->question.config = optarg;
        else if (option == OPTION_JSON)
            wish->json = true;
        else
            return EXIT_USAGE;
    }
    return EXIT_SUCCESS;
}

static int ask(const struct wish *wish, void (*print)(void *mem, const struct json *answer))
{
    struct json answer;
    const char *text;
    int status = admin_command_ask(&wish->question, &text, &answer);

    if (status != EXIT_SUCCESS)
        return status;
    if (wish->json)
        puts(text);
    else
        print(wish->question.mem, &answer);
    return EXIT_SUCCESS;
}

static int show(struct wish *wish)
{
    const char *number = wish->which;

    if (number == NULL)
        return command_misused(wish->question.command, "say which: authorization show NUMBER");
    if (number[0] == '\0' || strlen(number) > 18 || number[strspn(number, "0123456789")] != '\0')
        return command_misused(
            wish->question.command, "\"%s\" is no number, as authz=... in the log is", number);
    wish->question.path = mem_printf(wish->question.mem, "/authorization/%s", number);
    return ask(wish, print_authorization);
}

static void print_list(void *mem, const struct json *answer)
{
    (void)mem;
    show_authorizations(answer);
}

/* It becomes part of a path: a name, or an address. */
static bool is_name(const char *word)
{
    return word[0] != '\0' && strlen(word) <= 253 &&
           word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-._:")] == '\0';
}

static int list(struct wish *wish)
{
    wish->question.path = "/authorization";
    if (wish->which != NULL && !is_name(wish->which))
        return command_misused(
            wish->question.command, "\"%s\" is no name in lower case, without \"*.\"", wish->which);
    if (wish->which != NULL)
        wish->question.path = mem_printf(wish->question.mem, "/authorization/of/%s", wish->which);
    return ask(wish, print_list);
}

static const struct action {
    const char *name;
    char *command; /* for complaints */
    int (*run)(struct wish *wish);
} actions[] = {
    {"list", (char[]){"authorization list"}, list},
    {"show", (char[]){"authorization show"}, show},
};

static int run_action(const struct action *action, int argc, char **argv)
{
    struct wish wish = {
        .question = {.mem = mem_pool(NULL, 8192), .command = action->command, .method = "GET"}};
    int status;

    argv[0] = action->command;
    status = read_words(&wish, argc, argv);
    if (status == EXIT_SUCCESS)
        status = action->run(&wish);
    mem_free(wish.question.mem);
    return status;
}

static int run(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof actions / sizeof actions[0]; i++)
        if (strcmp(argv[1], actions[i].name) == 0)
            return run_action(&actions[i], argc - 1, argv + 1);
    return command_misused("authorization", "say what to do: list [NAME] or show NUMBER");
}

const struct command cmd_authorization = {
    .name = "authorization",
    .line = "Show what was checked before a name was authorized, and who saw what",
    .usage = "authorization list|show [NAME|NUMBER] [OPTIONS]",
    .options = "  show           show the authorization NUMBER, as authz=... in the log has it\n"
               "  --config FILE  the server's configuration; without it, the embedded default\n"
               "  --json         print JSON, for scripts\n",
    .run = run,
};
