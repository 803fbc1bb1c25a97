/* systemd - see systemd.h. */
#include "server/systemd.h"

#ifdef COUNTERSIGN_HAVE_SYSTEMD

#include <sys/socket.h>

#include <systemd/sd-daemon.h>

#include "base/clock.h"
#include "base/mem.h"

void systemd_notify(const char *state)
{
    /* A reload is told along with its time, so that the manager can tell one from the next
     * (sd_notify(3)). */
    char *text =
        mem_printf(NULL, "%s\nMONOTONIC_USEC=%lld", state, (long long)clock_monotonic_ms() * 1000);

    sd_notify(0, text);
    mem_free(text);
}

enum err_code systemd_listen_fd(int *fd, struct err *e)
{
    int count = sd_listen_fds(1);

    *fd = -1;
    if (count <= 0)
        return ERR_OK;
    if (count > 1)
        return err_set(
            e, ERR_INPUT, "%d sockets were handed over; one is served: listen.acme", count);
    if (sd_is_socket(SD_LISTEN_FDS_START, AF_UNSPEC, SOCK_STREAM, 1) <= 0)
        return err_set(
            e, ERR_INPUT, "the socket that was handed over is not a listening stream socket");
    *fd = SD_LISTEN_FDS_START;
    return ERR_OK;
}

#else

void systemd_notify(const char *state)
{
    (void)state;
}

enum err_code systemd_listen_fd(int *fd, struct err *e)
{
    (void)e;
    *fd = -1;
    return ERR_OK;
}

#endif
