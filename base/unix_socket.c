/* unix_socket - see unix_socket.h. */
#include "base/unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 16

static enum err_code read_path(const char *path, struct sockaddr_un *out, struct err *e)
{
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (path[0] == '\0' || strlen(path) >= sizeof out->sun_path)
        return err_set(e, ERR_INPUT, "\"%.120s\" cannot be the path of a socket (1 to %zu octets)",
            path, sizeof out->sun_path - 1);
    memcpy(out->sun_path, path, strlen(path));
    return ERR_OK;
}

static int complain(struct err *e, const char *path)
{
    int why = errno;

    if (why == ENOENT || why == ECONNREFUSED)
        err_set(e, ERR_NOT_FOUND, "no server listens on %s", path);
    else if (why == EACCES || why == EPERM)
        err_set(e, ERR_DENIED, "%s is another user's: %s", path, strerror(why));
    else
        err_set(e, ERR_NETWORK, "%s cannot be connected to: %s", path, strerror(why));
    return -1;
}

int unix_socket_connect(const char *path, struct err *e)
{
    struct sockaddr_un address;
    int fd;

    if (read_path(path, &address, e) != ERR_OK)
        return -1;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return complain(e, path);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        complain(e, path);
        close(fd);
        return -1;
    }
    return fd;
}

/* Makes room at `path`: what is there must be a socket that nobody listens on. */
static enum err_code remove_stale(const char *path, struct err *e)
{
    struct stat status;
    int fd;

    if (lstat(path, &status) != 0)
        return ERR_OK; /* nothing there, or bind will say what is wrong */
    if (!S_ISSOCK(status.st_mode))
        return err_set(e, ERR_INPUT, "%s is there already, and is no socket", path);
    fd = unix_socket_connect(path, e);
    if (fd >= 0) {
        close(fd);
        return err_set(e, ERR_CONFLICT, "another server listens on %s", path);
    }
    if (e->code != ERR_NOT_FOUND)
        return e->code;
    *e = (struct err){0};
    unlink(path);
    return ERR_OK;
}

/* The mode of an unbound socket is that of the file which bind makes: at no moment is it open to
 * others. */
static bool bind_and_listen(int fd, const struct sockaddr_un *address)
{
    return fchmod(fd, 0600) == 0 &&
           bind(fd, (const struct sockaddr *)address, sizeof *address) == 0 &&
           listen(fd, BACKLOG) == 0;
}

int unix_socket_listen(const char *path, struct err *e)
{
    struct sockaddr_un address;
    int fd;

    if (read_path(path, &address, e) != ERR_OK || remove_stale(path, e) != ERR_OK)
        return -1;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && bind_and_listen(fd, &address))
        return fd;
    err_set(e, ERR_NETWORK, "%s cannot be listened on: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}
