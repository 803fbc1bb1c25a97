/* Tests of base/unix_socket: who may listen where, and what is left behind. */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unix_socket.h"

/* A folder with room for a socket, and its path. */
struct place {
    char dir[32], path[64];
};

static struct place place_new(void)
{
    struct place place = {.dir = "countersign-test-XXXXXX"};

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(place.dir));
    snprintf(place.path, sizeof place.path, "%s/s", place.dir);
    return place;
}

static void place_end(const struct place *place)
{
    unlink(place->path);
    CU_ASSERT_EQUAL(rmdir(place->dir), 0);
}

static void who_connects_reaches_who_listens(void)
{
    struct place place = place_new();
    struct err e = {0};
    int listener = unix_socket_listen(place.path, &e), client, accepted;
    struct stat status;
    char got[4] = "";

    CU_ASSERT_FATAL(listener >= 0);
    CU_ASSERT_EQUAL(stat(place.path, &status), 0);
    CU_ASSERT_EQUAL(status.st_mode & 07777, 0600);
    client = unix_socket_connect(place.path, &e);
    CU_ASSERT_FATAL(client >= 0);
    accepted = accept(listener, NULL, NULL);
    CU_ASSERT_FATAL(accepted >= 0);
    CU_ASSERT_EQUAL(write(client, "ask", 3), 3);
    CU_ASSERT_EQUAL(read(accepted, got, 3), 3);
    CU_ASSERT_STRING_EQUAL(got, "ask");
    close(accepted);
    close(client);
    close(listener);
    place_end(&place);
}

static void expect_listen_refused(const char *path, enum err_code code, const char *words)
{
    struct err e = {0};

    CU_ASSERT_EQUAL(unix_socket_listen(path, &e), -1);
    CU_ASSERT_EQUAL(e.code, code);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, words));
    if (strstr(e.detail, words) == NULL)
        printf("\n    %s\n", e.detail);
}

static void a_second_listener_is_refused(void)
{
    struct place place = place_new();
    struct err e = {0};
    int listener = unix_socket_listen(place.path, &e), client;

    expect_listen_refused(place.path, ERR_CONFLICT, "another server listens");
    client = unix_socket_connect(place.path, &e); /* the first one still does */
    CU_ASSERT(client >= 0);
    close(client);
    close(listener);
    place_end(&place);
}

static void what_a_dead_server_left_is_replaced(void)
{
    struct place place = place_new();
    struct err e = {0};
    int listener = unix_socket_listen(place.path, &e);

    close(listener);
    CU_ASSERT_EQUAL(unix_socket_connect(place.path, &e), -1);
    CU_ASSERT_EQUAL(e.code, ERR_NOT_FOUND);
    e = (struct err){0};
    listener = unix_socket_listen(place.path, &e);
    CU_ASSERT(listener >= 0);
    close(listener);
    place_end(&place);
}

static void what_is_no_socket_is_left_alone(void)
{
    struct place place = place_new();
    struct stat status;
    FILE *file = fopen(place.path, "w");
    struct err e = {0};

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs("mine", file);
    fclose(file);
    expect_listen_refused(place.path, ERR_INPUT, "no socket");
    CU_ASSERT_EQUAL(unix_socket_connect(place.path, &e), -1);
    CU_ASSERT_EQUAL(stat(place.path, &status), 0);
    CU_ASSERT_EQUAL(status.st_size, 4);
    place_end(&place);
}

static void paths_that_cannot_be_are_refused(void)
{
    struct err e = {0};
    char path[200];

    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    expect_listen_refused(path, ERR_INPUT, "107 octets");
    path[108] = '\0';
    expect_listen_refused(path, ERR_INPUT, "107 octets");
    expect_listen_refused("", ERR_INPUT, "107 octets");
    expect_listen_refused("no-such-folder/s", ERR_NETWORK, "No such file");
    CU_ASSERT_EQUAL(unix_socket_connect("no-such-folder/s", &e), -1);
    CU_ASSERT_EQUAL(e.code, ERR_NOT_FOUND);
}

static const struct test tests[] = {
    {"who connects reaches who listens", who_connects_reaches_who_listens},
    {"a second listener is refused", a_second_listener_is_refused},
    {"what a dead server left is replaced", what_a_dead_server_left_is_replaced},
    {"what is no socket is left alone", what_is_no_socket_is_left_alone},
    {"paths that cannot be are refused", paths_that_cannot_be_are_refused},
    {NULL, NULL},
};
extern const struct test_suite suite_unix_socket;
const struct test_suite suite_unix_socket = {"unix_socket", tests};
