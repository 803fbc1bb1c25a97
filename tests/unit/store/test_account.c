/* Tests of the store's accounts: their keys, present and former, and a database of the first
 * schema. */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/file.h"
#include "base/mem.h"
#include "store/account.h"
#include "store/checks.h"

struct place {
    void *mem;
    char *dir, *path;
    struct store *store;
};

static void open_store(struct place *place)
{
    struct err e = {0};

    place->store = store_open(mem_printf(place->mem, "sqlite:%s", place->path), &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(place->store);
}

static void place_new(struct place *place)
{
    char dir[] = "countersign-test-XXXXXX";

    place->mem = mem_pool(NULL, 4096);
    place->dir = mem_strdup(place->mem, mkdtemp(dir));
    place->path = mem_printf(place->mem, "%s/test.db", place->dir);
}

static void place_end(struct place *place)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};

    store_close(place->store);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        unlink(mem_printf(place->mem, "%s%s", place->path, suffixes[i]));
    rmdir(place->dir);
    mem_free(place->mem);
}

typedef enum err_code (*step)(struct store_tx *tx, void *arg, struct err *e);

static enum err_code in_store(struct place *place, step run, void *arg)
{
    struct err e = {0};

    return store_run_and_wait(place->store, run, arg, &e);
}

static struct account account_of(uint8_t key)
{
    struct account account = {.jwk = "{}", .contacts = "", .created_s = 7};

    memset(account.thumbprint, key, sizeof account.thumbprint);
    return account;
}

/* Keys. */

static enum err_code change_key(
    struct store_tx *tx, int64_t id, uint8_t old, uint8_t new, struct err *e)
{
    uint8_t from[32], to[32];
    struct store_new_key key = {to, "{\"kty\":\"new\"}"};

    memset(from, old, sizeof from);
    memset(to, new, sizeof to);
    return store_account_change_key(tx, id, from, &key, 100 + new, e);
}

static enum err_code change_keys(struct store_tx *tx, void *arg, struct err *e)
{
    struct account account = account_of(1), got;
    struct former_key *keys;
    struct err wrong = {0};
    size_t len;

    (void)arg;
    CU_ASSERT_EQUAL(store_account_add(tx, &account, e), ERR_OK);
    for (uint8_t key = 1; key < 8; key++)
        CU_ASSERT_EQUAL(change_key(tx, account.id, key, key + 1, e), ERR_OK);
    CU_ASSERT_EQUAL(change_key(tx, account.id, 1, 9, &wrong), ERR_CONFLICT);

    CU_ASSERT_EQUAL(
        store_account_by_thumbprint(tx, store_tx_mem(tx), account.thumbprint, &got, &wrong),
        ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(store_account_get(tx, store_tx_mem(tx), account.id, &got, e), ERR_OK);
    CU_ASSERT_EQUAL(got.thumbprint[0], 8);
    CU_ASSERT_STRING_EQUAL(got.jwk, "{\"kty\":\"new\"}");
    CU_ASSERT_EQUAL(got.created_s, 7);

    CU_ASSERT_EQUAL(
        store_account_former_keys(tx, store_tx_mem(tx), account.id, &keys, &len, e), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(len, 7);
    for (size_t i = 0; i < len; i++) {
        CU_ASSERT_EQUAL(keys[i].thumbprint[31], 7 - i);
        CU_ASSERT_EQUAL(keys[i].until_s, (int64_t)(108 - i));
    }
    return ERR_OK;
}

static void former_keys_are_kept_newest_first(void)
{
    struct place place;

    place_new(&place);
    open_store(&place);
    CU_ASSERT_EQUAL(in_store(&place, change_keys, NULL), ERR_OK);
    place_end(&place);
}

/* Migration. */

static void run_sql(const char *path, const char *sql)
{
    char *text = NULL;
    sqlite3 *db;

    CU_ASSERT_EQUAL_FATAL(sqlite3_open(path, &db), SQLITE_OK);
    CU_ASSERT_EQUAL(sqlite3_exec(db, sql, NULL, NULL, &text), SQLITE_OK);
    if (text != NULL)
        printf("\n    %s\n", text);
    sqlite3_free(text);
    sqlite3_close(db);
}

/* The first schema in SQLite's words, as store/migrate.c writes it. */
static char *first_schema(void *mem)
{
    struct err e = {0};
    struct buf out;
    char *text;

    CU_ASSERT_EQUAL_FATAL(
        file_read(mem, TEST_DATA "/../store/schema/0001_init.sql", 65536, &text, &e), ERR_OK);
    buf_init(&out, mem, 65536);
    for (const char *p = text; *p != '\0';) {
        if (strncmp(p, "{id}", 4) == 0) {
            buf_add_text(&out, "INTEGER PRIMARY KEY");
            p += 4;
        } else if (strncmp(p, "{bytes}", 7) == 0) {
            buf_add_text(&out, "BLOB");
            p += 7;
        } else {
            buf_add_char(&out, *p++);
        }
    }
    return buf_text(&out);
}

static enum err_code look_at_old_account(struct store_tx *tx, void *arg, struct err *e)
{
    struct account got;

    (void)arg;
    CU_ASSERT_EQUAL(store_account_get(tx, store_tx_mem(tx), 5, &got, e), ERR_OK);
    CU_ASSERT_STRING_EQUAL(got.contacts, "mailto:old@example.com");
    CU_ASSERT_EQUAL(got.status, ACCOUNT_VALID);
    return change_key(tx, 5, 0x41, 2, e);
}

/* What was proven counts on; what was not does not. */
static enum err_code look_at_old_authorizations(struct store_tx *tx, void *arg, struct err *e)
{
    void *mem = store_tx_mem(tx);
    struct checks checks;

    (void)arg;
    CU_ASSERT_EQUAL(store_authz_checks(tx, mem, 1, &checks, e), ERR_OK);
    CU_ASSERT_EQUAL(checks.checked_s, 9);
    CU_ASSERT_PTR_NOT_NULL(checks.text);
    CU_ASSERT_EQUAL(store_authz_checks(tx, mem, 2, &checks, e), ERR_OK);
    CU_ASSERT_EQUAL(checks.checked_s, 0);
    return e->code;
}

static void a_database_of_the_first_schema_goes_on(void)
{
    struct place place;

    place_new(&place);
    run_sql(place.path, first_schema(place.mem));
    run_sql(place.path,
        "CREATE TABLE schema_version (version INTEGER PRIMARY KEY);"
        "INSERT INTO schema_version (version) VALUES (1);"
        "INSERT INTO account (id, status, thumbprint, jwk, contacts, terms_agreed, created_s)"
        " VALUES (5, 'valid', CAST('AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' AS BLOB), '{}',"
        " 'mailto:old@example.com', 1, 9);"
        "INSERT INTO authz (id, account_id, status, identifier, wildcard, expires_s, token,"
        " challenges, tried, tried_s, validated_s)"
        " VALUES (1, 5, 'valid', 'dns a.test', 0, 99, 't', 1, 1, 8, 9),"
        " (2, 5, 'pending', 'dns b.test', 0, 99, 't', 1, 0, 0, 0);");
    for (int i = 0; i < 2; i++) { /* the second time there is nothing left to do */
        open_store(&place);
        if (i == 0)
            CU_ASSERT_EQUAL(in_store(&place, look_at_old_account, NULL), ERR_OK);
        CU_ASSERT_EQUAL(in_store(&place, look_at_old_authorizations, NULL), ERR_OK);
        store_close(place.store);
    }
    open_store(&place);
    place_end(&place);
}

static const struct test tests[] = {
    {"former keys are kept, newest first", former_keys_are_kept_newest_first},
    {"a database of the first schema goes on", a_database_of_the_first_schema_goes_on},
    {NULL, NULL},
};
extern const struct test_suite suite_account;
const struct test_suite suite_account = {"account", tests};
