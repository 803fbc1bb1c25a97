/* admin_client - see admin_client.h. The server is ours and near: what is more of HTTP than it
 * sends is not read. */
#include "server/admin_client.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/unix_socket.h"

#define ANSWER_MAX (17 * 1024 * 1024)
#define PATIENCE_S 30

static bool send_all(int fd, struct bytes text)
{
    while (text.len > 0) {
        ssize_t put = send(fd, text.data, text.len, MSG_NOSIGNAL);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        text.data += put;
        text.len -= (size_t)put;
    }
    return true;
}

static bool receive_all(int fd, struct buf *out)
{
    char part[16384];

    for (;;) {
        ssize_t got = recv(fd, part, sizeof part, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0 && !out->overflow;
        buf_add(out, part, (size_t)got);
    }
}

static struct bytes make_request(void *mem, const char *method, const char *path, const char *body)
{
    const char *content = body == NULL ? "" : body;

    return bytes_of(mem_printf(mem,
        "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
        method, path, strlen(content), content));
}

/* The whole answer, head and body, as text. */
static enum err_code exchange(
    const char *socket_path, struct bytes request, struct buf *answer, struct err *e)
{
    static const struct timeval patience = {.tv_sec = PATIENCE_S};
    int fd = unix_socket_connect(socket_path, e);
    bool done;

    if (fd < 0)
        return e->code;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    done = send_all(fd, request) && receive_all(fd, answer);
    close(fd);
    return done ? ERR_OK
                : err_set(e, ERR_NETWORK, "the server at %s did not answer in full", socket_path);
}

/* "HTTP/1.1 201 ..."; 0 if it is nothing of the kind. */
static int read_status(const char *text)
{
    return strncmp(text, "HTTP/1.1 ", 9) == 0 ? (int)strtol(text + 9, NULL, 10) : 0;
}

static enum err_code refused(int status, const struct json *answer, struct err *e)
{
    struct err none = {0};
    const char *detail = NULL;

    json_read_string(answer, "detail", JSON_OPTIONAL, &detail, &none);
    return err_set(e, status == 404 ? ERR_NOT_FOUND : ERR_INPUT, "%s",
        detail == NULL ? "the server refused without a reason" : detail);
}

enum err_code admin_client_ask(void *mem, const char *socket_path, const char *method,
    const char *path, const char *body, const char **text, struct json *answer, struct err *e)
{
    const char *whole, *end;
    struct buf b;
    int status;

    buf_init(&b, mem, ANSWER_MAX);
    if (exchange(socket_path, make_request(mem, method, path, body), &b, e) != ERR_OK)
        return e->code;
    whole = buf_text(&b);
    status = read_status(whole);
    end = strstr(whole, "\r\n\r\n");
    if (status == 0 || end == NULL)
        return err_set(e, ERR_NETWORK, "what listens on %s is not countersign", socket_path);
    *text = end + 4;
    if (json_parse(mem, bytes_of(*text), "the answer", answer, e) != ERR_OK)
        return e->code;
    return status < 400 ? ERR_OK : refused(status, answer, e);
}
