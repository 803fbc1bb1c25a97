/* Tests of server/app: starts, stops and reloads of the whole server, in a folder of its own. */
#include "tests/unit/test_main.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <fts.h>

#include <sqlite3.h>

#include "base/clock.h"
#include "base/mem.h"
#include "server/app.h"
#include "server/config.h"

enum { PATIENCE_MS = 30 * 1000 };

struct place {
    void *mem;
    char *folder;
    int listen_fd;
    struct app *app;
    struct err e;
};

static void open_place(struct place *place)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char folder[] = "test_app.XXXXXX";

    log_setup(LOG_ERROR, LOG_TEXT);
    *place = (struct place){.mem = mem_pool(NULL, 65536)};
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    place->folder = mem_strdup(place->mem, folder);
    place->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    CU_ASSERT_FATAL(bind(place->listen_fd, (struct sockaddr *)&address, sizeof address) == 0);
    CU_ASSERT_FATAL(listen(place->listen_fd, 8) == 0);
}

static void close_place(struct place *place)
{
    char *const paths[] = {place->folder, NULL};
    FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *entry;

    while ((entry = fts_read(tree)) != NULL)
        if (entry->fts_info != FTS_D)
            CU_ASSERT_EQUAL(remove(entry->fts_path), 0);
    fts_close(tree);
    close(place->listen_fd);
    mem_free(place->mem);
}

/* A configuration with these upstreams, each in a folder of its name. */
static struct config *configure(struct place *place, const char *const *upstreams)
{
    char *path = mem_printf(place->mem, "%s/countersign.yaml", place->folder);
    FILE *file = fopen(path, "w");
    struct config *config;

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fprintf(file,
        "listen:\n  acme: \"127.0.0.1:1\"\n  admin_socket: \"\"\nstore: \"sqlite:%s/app.db\"\n"
        "workers: 2\nvalidation:\n  resolvers: [\"127.0.0.1@1\"]\n  dnssec: false\nupstreams:\n",
        place->folder);
    for (; *upstreams != NULL; upstreams++)
        fprintf(file, "  - name: %s\n    type: local\n    directory: \"%s/%s\"\n", *upstreams,
            place->folder, *upstreams);
    fclose(file);
    if (config_load(place->mem, path, &config, &place->e) != ERR_OK) {
        printf("\n    %s\n", place->e.detail);
        CU_FAIL_FATAL("the configuration is wrong");
    }
    return config;
}

static const char *const one[] = {"first", NULL};
static const char *const two[] = {"first", "second", NULL};

static void start(struct place *place, const char *const *upstreams)
{
    place->app = app_start(configure(place, upstreams), place->listen_fd, &place->e);
    if (place->app == NULL)
        printf("\n    %s\n", place->e.detail);
    CU_ASSERT_PTR_NOT_NULL_FATAL(place->app);
}

static int64_t number(struct place *place, const char *sql)
{
    char *path = mem_printf(place->mem, "%s/app.db", place->folder);
    sqlite3_stmt *st = NULL;
    int64_t got = -1;
    sqlite3 *db;

    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
        got = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return got;
}

/* Waits until the query gives this number. */
static void expect_soon(struct place *place, const char *sql, int64_t wanted)
{
    int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;

    while (number(place, sql) != wanted && clock_monotonic_ms() < until_ms)
        nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
    CU_ASSERT_EQUAL(number(place, sql), wanted);
}

static void secrets_outlive_a_restart_and_nonces_serve_once(void)
{
    static const char key[] = "SELECT count(*) FROM setting WHERE name = 'handle_key' AND value = "
                              "(SELECT value FROM kept)";
    struct place place;
    sqlite3 *db;

    open_place(&place);
    start(&place, one);
    CU_ASSERT_EQUAL(number(&place, "SELECT count(*) FROM setting WHERE name = 'nonces'"), 0);
    app_stop(place.app);
    CU_ASSERT_EQUAL(number(&place, "SELECT count(*) FROM setting WHERE name = 'nonces'"), 1);
    CU_ASSERT_EQUAL_FATAL(
        sqlite3_open(mem_printf(place.mem, "%s/app.db", place.folder), &db), SQLITE_OK);
    CU_ASSERT_EQUAL(
        sqlite3_exec(db, "CREATE TABLE kept AS SELECT value FROM setting WHERE name = 'handle_key'",
            NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);

    start(&place, one);
    CU_ASSERT_EQUAL(number(&place, key), 1);
    CU_ASSERT_EQUAL(number(&place, "SELECT count(*) FROM setting WHERE name = 'nonces'"), 0);
    app_stop(place.app);
    close_place(&place);
}

static void a_start_signs_the_revocation_list(void)
{
    struct place place;

    open_place(&place);
    start(&place, one);
    expect_soon(&place, "SELECT count(*) FROM crl WHERE upstream = 'first'", 1);
    app_stop(place.app);
    CU_ASSERT_EQUAL(number(&place, "SELECT count(*) FROM job WHERE kind = 'crl'"), 1);
    close_place(&place);
}

static void an_upstream_that_a_reload_brings_has_its_list_signed(void)
{
    struct place place;

    open_place(&place);
    start(&place, one);
    expect_soon(&place, "SELECT count(*) FROM crl", 1);
    CU_ASSERT_EQUAL(app_reload(place.app, configure(&place, two), &place.e), ERR_OK);
    expect_soon(&place, "SELECT count(*) FROM crl WHERE upstream = 'second'", 1);
    CU_ASSERT_EQUAL(app_reload(place.app, configure(&place, one), &place.e), ERR_OK);
    app_stop(place.app);
    start(&place, two); /* whatever became of the second's job meanwhile */
    expect_soon(&place, "SELECT count(*) FROM crl WHERE number > 1", 2);
    app_stop(place.app);
    close_place(&place);
}

static void a_reload_that_cannot_be_carried_out_changes_nothing(void)
{
    struct place place;
    FILE *file;

    open_place(&place);
    start(&place, one);
    file =
        fopen(mem_printf(place.mem, "%s/second", place.folder), "w"); /* where a folder must be */
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fclose(file);
    CU_ASSERT_NOT_EQUAL(app_reload(place.app, configure(&place, two), &place.e), ERR_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(place.e.detail, "/second"));
    app_tick(place.app);
    expect_soon(&place, "SELECT count(*) FROM crl", 1);
    app_stop(place.app);
    close_place(&place);
}

static void a_start_that_fails_leaves_nothing_running(void)
{
    struct place place;
    struct app *second;

    open_place(&place);
    start(&place, one);
    second = app_start(configure(&place, one), place.listen_fd, &place.e);
    CU_ASSERT_PTR_NULL(second);
    CU_ASSERT_PTR_NOT_NULL(strstr(place.e.detail, "in use by another process"));
    expect_soon(&place, "SELECT count(*) FROM crl", 1); /* the first one goes on */
    app_stop(place.app);
    close_place(&place);
}

static const struct test tests[] = {
    {"secrets outlive a restart, and nonces serve once",
        secrets_outlive_a_restart_and_nonces_serve_once},
    {"a start signs the revocation list", a_start_signs_the_revocation_list},
    {"an upstream that a reload brings has its list signed",
        an_upstream_that_a_reload_brings_has_its_list_signed},
    {"a reload that cannot be carried out changes nothing",
        a_reload_that_cannot_be_carried_out_changes_nothing},
    {"a start that fails leaves nothing running", a_start_that_fails_leaves_nothing_running},
    {NULL, NULL},
};
extern const struct test_suite suite_app;
const struct test_suite suite_app = {"app", tests};
