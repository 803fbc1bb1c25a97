/* Tests of the statements of store/ as the database plans them: what runs for each order finds its
 * rows by an index, however many there are. (SQLite takes a partial index only for a condition that
 * says the same, word for word.) */
#include "tests/unit/test_main.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/mem.h"
#include "store/store_private.h"

/* What may read a table whole: it runs at the start, or for an operator who looks at a page of it.
 */
static bool may_scan(const char *sql)
{
    static const char *const parts[] = {
        "FROM action WHERE (upstream = $1 OR $1 IS NULL) AND (state = $2 OR $2 IS NULL)",
        "FROM authz WHERE $1 IS NULL OR identifier IN", "FROM inventory WHERE $1 = ''",
        "UPDATE job SET interrupted = 1, leased_until_ms = 0", "SELECT count(*) FROM account",
        "FROM eab ORDER BY id", "DELETE FROM rate WHERE full_at_us <="};

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strstr(sql, parts[i]) != NULL)
            return true;
    return false;
}

/* A table that is read whole, as the plan names it; NULL: there is none. "newest" and "last" are no
 * tables, but so many rows that were found by an index. */
static char *scanned(void *mem, sqlite3 *db, const char *sql)
{
    char *explain = mem_printf(mem, "EXPLAIN QUERY PLAN %s", sql), *found = NULL;
    sqlite3_stmt *plan;

    CU_ASSERT_EQUAL_FATAL(sqlite3_prepare_v2(db, explain, -1, &plan, NULL), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) {
        const char *detail = (const char *)sqlite3_column_text(plan, 3);

        if (strncmp(detail, "SCAN", 4) == 0 && strcmp(detail, "SCAN newest") != 0 &&
            strcmp(detail, "SCAN last") != 0)
            found = mem_strdup(mem, detail);
    }
    sqlite3_finalize(plan);
    return found;
}

static void check(void *mem, sqlite3 *db)
{
    static const struct store_statements *const modules[] = {&setting_statements,
        &account_statements, &order_statements, &authz_statements, &certificate_statements,
        &action_statements, &checks_statements, &crl_statements, &decision_statements,
        &eab_statements, &holding_statements, &inventories_statements, &inventory_statements,
        &inventory_action_statements, &inventory_sync_statements, &job_statements,
        &proof_statements, &purchase_statements, &rate_statements, &revocation_statements,
        &unfit_statements};

    for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++)
        for (int j = 0; j < modules[i]->len; j++) {
            const char *sql = modules[i]->sql[j];
            char *found = may_scan(sql) ? NULL : scanned(mem, db, sql);

            CU_ASSERT_PTR_NULL(found);
            if (found != NULL)
                printf("\n    %s: %s\n", found, sql);
        }
}

static void what_runs_for_each_order_walks_through_no_table(void)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    char folder[] = "test_statements.XXXXXX";
    void *mem = mem_pool(NULL, 65536);
    struct err e = {0};
    struct store *store;
    sqlite3 *db;
    char *path;

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    path = mem_printf(mem, "%s/test.db", folder);
    store = store_open(mem_printf(mem, "sqlite:%s", path), &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(store);
    store_close(store);
    CU_ASSERT_EQUAL_FATAL(sqlite3_open(path, &db), SQLITE_OK);
    check(mem, db);
    sqlite3_close(db);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        unlink(mem_printf(mem, "%s%s", path, suffixes[i]));
    rmdir(folder);
    mem_free(mem);
}

static const struct test tests[] = {
    {"what runs for each order walks through no table",
        what_runs_for_each_order_walks_through_no_table},
    {NULL, NULL},
};
extern const struct test_suite suite_statements;
const struct test_suite suite_statements = {"statements", tests};
