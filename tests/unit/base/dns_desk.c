/* dns_desk - see dns_desk.h. */
#include "tests/unit/base/dns_desk.h"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

#define ANSWER_MAX (70 * 1024)

struct dns_desk {
    pthread_t thread;
    int listener, stop; /* stop: readable when it is to end */
    unsigned port, count;
    desk_on_message on_message;
    void *arg;
};

/* False: it is over. */
static bool wait_for(const struct dns_desk *desk, int fd)
{
    struct pollfd fds[] = {{fd, POLLIN, 0}, {desk->stop, POLLIN, 0}};

    return poll(fds, 2, -1) > 0 && fds[1].revents == 0;
}

static bool read_all(const struct dns_desk *desk, int fd, uint8_t *out, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t got = wait_for(desk, fd) ? read(fd, out + done, len - done) : 0;

        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

static void say(int fd, const void *data, size_t len)
{
    (void)!send(fd, data, len, MSG_NOSIGNAL);
}

static void say_in_pieces(int fd, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        say(fd, data + i, 1);
        usleep(200);
    }
}

static void wait_for_end(const struct dns_desk *desk, int fd)
{
    uint8_t octet;

    while (wait_for(desk, fd) && read(fd, &octet, 1) > 0)
        continue;
}

static void answer(
    const struct dns_desk *desk, int fd, enum desk_manner manner, const uint8_t *data, size_t len)
{
    switch (manner) {
    case DESK_ANSWERS:
        say(fd, data, len);
        break;
    case DESK_IN_PIECES:
        say_in_pieces(fd, data, len);
        break;
    case DESK_SILENT:
        wait_for_end(desk, fd);
        break;
    case DESK_CLOSES:
        break;
    case DESK_BREAKS_OFF:
        say(fd, data, len / 2 + 1);
        break;
    case DESK_SAYS_LENGTH:
        say(fd, data, 2);
        wait_for_end(desk, fd);
        break;
    case DESK_SAYS_MORE:
        say(fd, data, len);
        say(fd, data, len);
        break;
    }
}

static void serve(struct dns_desk *desk, int fd)
{
    void *mem = mem_pool(NULL, 4096);
    uint8_t length[2], *message, *whole;
    enum desk_manner manner;
    struct buf text;
    size_t len;

    if (read_all(desk, fd, length, 2)) {
        len = (size_t)(length[0] << 8 | length[1]);
        message = mem_alloc(mem, len + 1, "message");
        if (read_all(desk, fd, message, len)) {
            buf_init(&text, mem, ANSWER_MAX);
            manner =
                desk->on_message(desk->arg, (struct bytes){message, len}, desk->count++, &text);
            whole = mem_alloc(mem, text.len + 2, "answer");
            whole[0] = (uint8_t)(text.len >> 8);
            whole[1] = (uint8_t)text.len;
            memcpy(whole + 2, text.data, text.len);
            answer(desk, fd, manner, whole, text.len + 2);
        }
    }
    mem_free(mem);
}

static void *run(void *arg)
{
    struct dns_desk *desk = arg;

    while (wait_for(desk, desk->listener)) {
        int fd = accept(desk->listener, NULL, NULL);

        if (fd >= 0) {
            serve(desk, fd);
            close(fd);
        }
    }
    return NULL;
}

static unsigned bind_to(int fd, const char *address)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                        .ai_socktype = SOCK_STREAM},
                    *info;
    struct sockaddr_storage bound;
    socklen_t len = sizeof bound;
    bool done = getaddrinfo(address, "0", &hints, &info) == 0;

    BUG_ON(!done || bind(fd, info->ai_addr, info->ai_addrlen) != 0 || listen(fd, 8) != 0 ||
           getsockname(fd, (struct sockaddr *)&bound, &len) != 0);
    freeaddrinfo(info);
    return ntohs(bound.ss_family == AF_INET ? ((struct sockaddr_in *)&bound)->sin_port
                                            : ((struct sockaddr_in6 *)&bound)->sin6_port);
}

struct dns_desk *dns_desk_open(const char *address, desk_on_message on_message, void *arg)
{
    struct dns_desk *desk = mem_new(NULL, struct dns_desk);

    desk->on_message = on_message;
    desk->arg = arg;
    desk->stop = eventfd(0, EFD_CLOEXEC);
    desk->listener =
        socket(strchr(address, ':') != NULL ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    desk->port = bind_to(desk->listener, address);
    BUG_ON(pthread_create(&desk->thread, NULL, run, desk) != 0);
    return desk;
}

unsigned dns_desk_port(const struct dns_desk *desk)
{
    return desk->port;
}

void dns_desk_close(struct dns_desk *desk)
{
    eventfd_write(desk->stop, 1);
    pthread_join(desk->thread, NULL);
    close(desk->listener);
    close(desk->stop);
    mem_free(desk);
}
