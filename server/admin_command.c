/* admin_command - see admin_command.h. */
#include "server/admin_command.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/admin_client.h"
#include "server/command.h"
#include "server/config.h"

int admin_command_ask(const struct admin_question *question, const char **text, struct json *answer)
{
    struct config *config;
    struct err e = {0};

    if (question->config == NULL) {
        config = config_default(question->mem);
    } else if (config_load(question->mem, question->config, &config, &e) != ERR_OK) {
        fprintf(stderr, "%s\n", e.detail);
        return EXIT_USAGE;
    }
    if (config->listen.admin_socket[0] == '\0')
        return command_misused(
            question->command, "the configuration has no listen.admin_socket to ask the server by");
    if (admin_client_ask(question->mem, config->listen.admin_socket, question->method,
            question->path, question->body, text, answer, &e) == ERR_OK)
        return EXIT_SUCCESS;
    fprintf(stderr, "countersign %s: %s\n", question->command, e.detail);
    return EXIT_FAILURE;
}

const char *admin_command_text(const struct json *at, const char *name)
{
    struct err none = {0};
    const char *text = NULL;

    json_read_string(at, name, JSON_OPTIONAL, &text, &none);
    return text == NULL ? "" : text;
}
