/* unix_socket - a unix socket of our own: one server listens on it, its user's programs connect.
 *
 * The file's permissions (0600) are the authentication. A file that a dead server left behind is
 * replaced; while somebody listens there, nobody else can.
 */
#ifndef COUNTERSIGN_BASE_UNIX_SOCKET_H
#define COUNTERSIGN_BASE_UNIX_SOCKET_H

#include "base/err.h"

/* A listening socket at `path` (107 octets at most), non-blocking. -1 and ERR_INPUT (the path
 * cannot be one, or another kind of file is there), ERR_CONFLICT (somebody listens there) or
 * ERR_NETWORK. Its owner removes the file at the end. */
int unix_socket_listen(const char *path, struct err *e);

/* A connection to who listens at `path`, blocking. -1 and ERR_NOT_FOUND (nobody does), ERR_DENIED
 * (not for this user), ERR_INPUT or ERR_NETWORK. */
int unix_socket_connect(const char *path, struct err *e);

#endif
