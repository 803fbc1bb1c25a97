/* admin_command - what commands share that ask the running server (server/admin.h) and print what
 * it says. */
#ifndef COUNTERSIGN_SERVER_ADMIN_COMMAND_H
#define COUNTERSIGN_SERVER_ADMIN_COMMAND_H

#include "base/json.h"

struct admin_question {
    void *mem;
    const char *command; /* for complaints: "eab create" */
    const char *config;  /* the server's configuration file; NULL: the embedded default */
    const char *method, *path;
    const char *body; /* JSON, or NULL */
};

/* One request to the server that the configuration describes. The exit status; unless it is 0, a
 * sentence on stderr says why. *text is the answer's body and *answer the same as JSON, both on the
 * question's mem. */
int admin_command_ask(
    const struct admin_question *question, const char **text, struct json *answer);

/* A member's text, "" without it. */
const char *admin_command_text(const struct json *at, const char *name);

#endif
