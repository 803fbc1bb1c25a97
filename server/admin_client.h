/* admin_client - asks the running server through its admin socket (server/admin.h), and waits for
 * the answer. For commands, which have nothing else to do. */
#ifndef COUNTERSIGN_SERVER_ADMIN_CLIENT_H
#define COUNTERSIGN_SERVER_ADMIN_CLIENT_H

#include "base/bytes.h"
#include "base/json.h"

/* One request. `body` is JSON text, or NULL. *text is the answer's body and *answer the same as
 * JSON, both on `mem`. If the server refuses, e has its words; if nobody answers, says where it was
 * looked for: ERR_NOT_FOUND. */
enum err_code admin_client_ask(void *mem, const char *socket_path, const char *method,
    const char *path, const char *body, const char **text, struct json *answer, struct err *e);

#endif
