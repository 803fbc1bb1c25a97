/* systemd - the service manager's two conveniences, where libsystemd is present: readiness and a
 * listening socket that was opened for us. Without it, or not under systemd, both do nothing.
 */
#ifndef COUNTERSIGN_SERVER_SYSTEMD_H
#define COUNTERSIGN_SERVER_SYSTEMD_H

#include "base/err.h"

/* "READY=1", "RELOADING=1", "STOPPING=1", "STATUS=...": one or several, separated by line breaks
 * (sd_notify(3)). */
void systemd_notify(const char *state);

/* The first listening stream socket that was handed over (sd_listen_fds(3)), -1 if none. Others
 * that came along, and sockets of another kind, are an error: the unit file asks for what we do not
 * do. */
enum err_code systemd_listen_fd(int *fd, struct err *e);

#endif
