/* kill_point - kills the program that it is loaded into (LD_PRELOAD) at a chosen one of the calls
 * by which something leaves it: a write to a file, a sync, a write to a connection that it opened.
 * Between two of them nothing happens that anybody else could ever see, so killing it before each
 * one is killing it everywhere.
 *
 *     KILL_POINT=FILE    as long as FILE exists, the calls are counted, and the count stands in
 *                        FILE.count; the call whose number FILE holds when the first is made is
 *                        not made any more
 *     KILL_POINT_PORT=N  what is written to connections of this local port does not count: the
 *                        program's own clients
 */
#include <dlfcn.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int own_port;
static const char *order_file;
static char count_file[4096];
static long chosen, made; /* chosen 0: nothing is counted yet */

__attribute__((constructor)) static void read_environment(void)
{
    const char *port = getenv("KILL_POINT_PORT");

    order_file = getenv("KILL_POINT");
    own_port = port == NULL ? 0 : (int)strtol(port, NULL, 10);
    if (order_file != NULL)
        snprintf(count_file, sizeof count_file, "%s.count", order_file);
}

static long read_number(const char *path)
{
    long number = 0;
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return 0;
    if (fscanf(file, "%ld", &number) != 1)
        number = 0;
    fclose(file);
    return number;
}

static void note_count(long count)
{
    FILE *file = fopen(count_file, "we");

    if (file == NULL)
        return;
    fprintf(file, "%ld\n", count);
    fclose(file);
}

static void count_call(void)
{
    long number;

    if (order_file == NULL || access(order_file, F_OK) != 0)
        return;
    if (__atomic_load_n(&chosen, __ATOMIC_SEQ_CST) == 0)
        __atomic_store_n(&chosen, read_number(order_file), __ATOMIC_SEQ_CST);
    number = __atomic_add_fetch(&made, 1, __ATOMIC_SEQ_CST);
    note_count(number);
    if (number == chosen)
        kill(getpid(), SIGKILL);
}

/* A connection that the program opened, or a file that is not its log. */
static int leaves(int fd)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof address;
    struct stat status;

    if (fd <= STDERR_FILENO || fstat(fd, &status) != 0)
        return 0;
    if (!S_ISSOCK(status.st_mode))
        return S_ISREG(status.st_mode);
    if (getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        return 0;
    if (address.ss_family == AF_INET)
        return ntohs(((struct sockaddr_in *)&address)->sin_port) != own_port;
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port) != own_port;
    return 0;
}

#define REPLACE(type, name, parameters, arguments)                                                 \
    type name parameters;                                                                          \
    type name parameters                                                                           \
    {                                                                                              \
        union {                                                                                    \
            void *found;                                                                           \
            type(*call) parameters;                                                                \
        } real = {dlsym(RTLD_NEXT, #name)};                                                        \
                                                                                                   \
        if (leaves(fd))                                                                            \
            count_call();                                                                          \
        return real.call arguments;                                                                \
    }

REPLACE(ssize_t, write, (int fd, const void *data, size_t len), (fd, data, len))
REPLACE(ssize_t, pwrite, (int fd, const void *data, size_t len, off_t at), (fd, data, len, at))
REPLACE(ssize_t, pwrite64, (int fd, const void *data, size_t len, off64_t at), (fd, data, len, at))
REPLACE(ssize_t, writev, (int fd, const struct iovec *list, int len), (fd, list, len))
REPLACE(ssize_t, send, (int fd, const void *data, size_t len, int flags), (fd, data, len, flags))
REPLACE(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags))
REPLACE(int, fsync, (int fd), (fd))
REPLACE(int, fdatasync, (int fd), (fd))
