/* verdict_command - what an operator says about an order or an action to the running server:
 * `countersign order approve|reject` and `countersign action resolve` (server/admin_verdict.h). */
#ifndef COUNTERSIGN_SERVER_VERDICT_COMMAND_H
#define COUNTERSIGN_SERVER_VERDICT_COMMAND_H

#include <stdbool.h>

/* Is argv[1] one of its words? */
bool verdict_command_takes(const char *noun, int argc, char **argv);

/* Does what the words say. The exit status. */
int verdict_command_run(const char *noun, int argc, char **argv);

#endif
