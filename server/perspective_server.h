/* perspective_server - a network perspective: the validators alone behind mutually authenticated
 * HTTPS, for servers that want a name looked at from here too (acme/perspective.h).
 *
 * It has no store and keeps nothing: a request names all that is to be looked for, the answer says
 * what was found. Where it may connect, whom it asks for names and how long it takes at most is its
 * own configuration (validation); a request can only ask for less time. One thread and one loop.
 */
#ifndef COUNTERSIGN_SERVER_PERSPECTIVE_SERVER_H
#define COUNTERSIGN_SERVER_PERSPECTIVE_SERVER_H

#include "base/err.h"
#include "server/config.h"

struct perspective_server;

/* Listens and serves. The configuration must live until perspective_server_stop. NULL and e, for
 * the operator. */
struct perspective_server *perspective_server_start(const struct config *config, struct err *e);

/* Reads certificate, key and client CAs again, for connections from now on. On an error all stays
 * as it was. */
enum err_code perspective_server_renew(struct perspective_server *server, struct err *e);

/* Accepts no more, answers what is open (some seconds at most), ends the thread. */
void perspective_server_stop(struct perspective_server *server);

#endif
