/* http_listen - see http_listen.h. */
#include "base/http_listen.h"

#include "base/http_server.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/address.h"

struct listen_address {
    struct sockaddr_storage storage;
    socklen_t len;
    bool any; /* no host was given: both families, if the system has both */
};

static void set_any_ipv4(struct listen_address *out, uint16_t port)
{
    struct sockaddr_in *in = (struct sockaddr_in *)&out->storage;

    *in = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = port};
    out->len = sizeof *in;
}

static void set_ipv6(struct listen_address *out, const uint8_t *bytes, uint16_t port)
{
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&out->storage;

    *in6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = port};
    memcpy(&in6->sin6_addr, bytes, sizeof in6->sin6_addr);
    out->len = sizeof *in6;
}

/* "192.0.2.7:80", "[2001:db8::7]:80", ":80". */
static bool parse_listen(const char *text, struct listen_address *out)
{
    const char *colon = strrchr(text, ':');
    char host[ADDRESS_TEXT_SIZE + 2] = "";
    struct address address;
    uint16_t net_port;
    size_t len;
    long port;

    *out = (struct listen_address){0};
    if (colon == NULL || strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
        strlen(colon + 1) < 1 || strlen(colon + 1) > 5)
        return false;
    port = strtol(colon + 1, NULL, 10);
    len = (size_t)(colon - text);
    if (port > UINT16_MAX || len >= sizeof host)
        return false;
    net_port = htons((uint16_t)port);
    out->any = len == 0;
    if (out->any) {
        set_ipv6(out, in6addr_any.s6_addr, net_port);
        return true;
    }
    memcpy(host, text, len);
    if (host[0] == '[' && host[len - 1] == ']') {
        host[len - 1] = '\0';
        if (!address_parse(host + 1, &address) || address.family != AF_INET6)
            return false;
        set_ipv6(out, address.bytes, net_port);
        return true;
    }
    if (!address_parse(host, &address) || address.family != AF_INET)
        return false;
    set_any_ipv4(out, net_port);
    memcpy(&((struct sockaddr_in *)&out->storage)->sin_addr, address.bytes, 4);
    return true;
}

/* `shared`: with other sockets of ours on the same port (SO_REUSEPORT). */
static int open_socket(struct listen_address *address, int shared)
{
    int fd, on = 1, v6_only = !address->any, family = address->storage.ss_family;

    fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 && address->any && errno == EAFNOSUPPORT) {
        set_any_ipv4(address, ((struct sockaddr_in6 *)&address->storage)->sin6_port);
        family = AF_INET;
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    }
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &shared, sizeof shared) < 0 ||
        (family == AF_INET6 &&
            setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only) < 0) ||
        bind(fd, (struct sockaddr *)&address->storage, address->len) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static int bind_to(const char *address, int shared, struct err *e)
{
    struct listen_address where;
    int fd;

    if (!parse_listen(address, &where)) {
        err_set(e, ERR_INPUT,
            "\"%s\" is no address to listen on: 127.0.0.1:14000, [::1]:14000 or :14000", address);
        return -1;
    }
    fd = open_socket(&where, shared);
    if (fd < 0)
        err_set(e, ERR_NETWORK, "cannot listen on %s: %s", address, strerror(errno));
    return fd;
}

int http_listen_bind(const char *address, struct err *e)
{
    return bind_to(address, 1, e);
}

enum err_code http_server_check_free(const char *address, struct err *e)
{
    int fd = bind_to(address, 0, e);

    if (fd >= 0)
        close(fd);
    return e->code;
}
