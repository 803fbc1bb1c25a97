/* cmd_authorization - `countersign authorization`: what the running server has checked before it
 * lets an account have a name, and who saw what. */
#include "server/command.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "server/admin_command.h"

enum { OPTION_CONFIG = 1, OPTION_JSON };

static const struct option options[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"json", no_argument, NULL, OPTION_JSON},
    {NULL, 0, NULL, 0},
};

static const char *or_dash(const char *text)
{
    return text[0] == '\0' ? "-" : text;
}

/* Details of several names have a line each. */
static const char *in_one_line(void *mem, const char *text)
{
    char *copy = mem_strdup(mem, text);

    for (char *p = copy; *p != '\0'; p++)
        if (*p == '\n')
            *p = ';';
    return copy;
}

static void print_observation(void *mem, const struct json *o)
{
    const char *perspective = admin_command_text(o, "perspective");

    printf("%-20s  %-14s  %-8s  %-11s  %-9s  %-15s  %s\n", admin_command_text(o, "at"),
        perspective[0] == '\0' ? "(the server)" : perspective,
        or_dash(admin_command_text(o, "region")), admin_command_text(o, "checked"),
        admin_command_text(o, "outcome"), or_dash(admin_command_text(o, "address")),
        in_one_line(mem, admin_command_text(o, "detail")));
}

static void print_authorization(void *mem, const struct json *authz)
{
    struct json identifier, list, element;
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
    json_member(authz, "observations", &list);
    if (json_len(&list) > 0)
        printf("\n%-20s  %-14s  %-8s  %-11s  %-9s  %-15s  %s\n", "WHEN", "PERSPECTIVE", "REGION",
            "CHECKED", "OUTCOME", "ADDRESS", "WHAT WAS SEEN");
    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &element);
        print_observation(mem, &element);
    }
}

static int show(void *mem, int argc, char **argv)
{
    struct admin_question question = {.mem = mem, .command = "authorization show", .method = "GET"};
    const char *number, *text;
    struct json answer;
    bool json = false;
    int status;

    if (argc < 2 || argv[1][0] == '-')
        return command_misused(question.command, "say which: authorization show NUMBER");
    number = argv[1];
    if (number[0] == '\0' || strlen(number) > 18 || number[strspn(number, "0123456789")] != '\0')
        return command_misused(
            question.command, "\"%s\" is no number, as authz=... in the log is", number);
    argv[1] = argv[0];
    for (int option; (option = command_option(argc - 1, argv + 1, options)) != -1;) {
        if (option == OPTION_CONFIG)
            question.config = optarg;
        else if (option == OPTION_JSON)
            json = true;
        else
            return EXIT_USAGE;
    }
    question.path = mem_printf(mem, "/authorization/%s", number);
    status = admin_command_ask(&question, &text, &answer);
    if (status != EXIT_SUCCESS)
        return status;
    if (json)
        puts(text);
    else
        print_authorization(mem, &answer);
    return EXIT_SUCCESS;
}

static int run(int argc, char **argv)
{
    static char command[] = "authorization show";
    void *mem;
    int status;

    if (argc < 2 || strcmp(argv[1], "show") != 0)
        return command_misused("authorization", "say what to do: show NUMBER");
    argv[1] = command;
    mem = mem_pool(NULL, 8192);
    status = show(mem, argc - 1, argv + 1);
    mem_free(mem);
    return status;
}

const struct command cmd_authorization = {
    .name = "authorization",
    .line = "Show what was checked before a name was authorized, and who saw what",
    .usage = "authorization show NUMBER [OPTIONS]",
    .options = "  show           show the authorization NUMBER, as authz=... in the log has it\n"
               "  --config FILE  the server's configuration; without it, the embedded default\n"
               "  --json         print JSON, for scripts\n",
    .run = run,
};
