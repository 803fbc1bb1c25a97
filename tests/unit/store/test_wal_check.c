/* Tests of store/wal_check: logs as SQLite writes them, whole, torn, stale and damaged. */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/mem.h"
#include "store/store.h"
#include "store/wal_check.h"

#define FRAME (24 + 4096L)

/* A fresh folder with a database whose last transactions are in its log only. */
struct place {
    void *mem;
    char *dir, *path, *log, *target;
};

static void run_sql(sqlite3 *db, const char *sql)
{
    CU_ASSERT_EQUAL(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static sqlite3 *open_database(const struct place *place)
{
    sqlite3 *db;

    CU_ASSERT_EQUAL_FATAL(sqlite3_open(place->path, &db), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    run_sql(db, "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0");
    return db;
}

static void insert(sqlite3 *db, int rows)
{
    for (int i = 0; i < rows; i++)
        run_sql(db, "INSERT INTO t VALUES (1)");
}

static void place_new(struct place *place)
{
    char dir[] = "countersign-test-XXXXXX";
    sqlite3 *db;

    place->mem = mem_pool(NULL, 4096);
    place->dir = mem_strdup(place->mem, mkdtemp(dir));
    place->path = mem_printf(place->mem, "%s/test.db", place->dir);
    place->log = mem_printf(place->mem, "%s-wal", place->path);
    place->target = mem_printf(place->mem, "sqlite:%s", place->path);
    db = open_database(place);
    run_sql(db, "CREATE TABLE t (n INTEGER); PRAGMA wal_checkpoint(TRUNCATE)");
    insert(db, 10); /* one frame each */
    sqlite3_close(db);
}

static void place_end(struct place *place)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock", ".link"};

    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        unlink(mem_printf(place->mem, "%s%s", place->path, suffixes[i]));
    rmdir(place->dir);
    mem_free(place->mem);
}

static long length_of(const char *path)
{
    FILE *file = fopen(path, "r");
    long length;

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fseek(file, 0, SEEK_END);
    length = ftell(file);
    fclose(file);
    return length;
}

/* Flips one bit, twice the same is as before. */
static void flip(const char *path, long at)
{
    FILE *file = fopen(path, "r+");
    int octet;

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fseek(file, at, SEEK_SET);
    octet = fgetc(file);
    fseek(file, at, SEEK_SET);
    fputc(octet ^ 1, file);
    fclose(file);
}

/* The detail, or "" if nothing is wrong. */
static const char *verdict(const struct place *place)
{
    struct err e = {0};

    CU_ASSERT_EQUAL(wal_check(place->path, &e), e.code);
    CU_ASSERT(e.code == ERR_OK || e.code == ERR_STORE);
    return e.code == ERR_OK ? "" : mem_strdup(place->mem, e.detail);
}

#define EXPECT(place, words) CU_ASSERT_PTR_NOT_NULL(strstr(verdict(place), words))
#define EXPECT_GOOD(place)   CU_ASSERT_STRING_EQUAL(verdict(place), "")

static void a_whole_log_and_none_are_good(void)
{
    struct place place;

    place_new(&place);
    CU_ASSERT_EQUAL_FATAL(length_of(place.log), 32 + 10 * FRAME);
    EXPECT_GOOD(&place);
    CU_ASSERT_EQUAL(truncate(place.log, 0), 0);
    EXPECT_GOOD(&place);
    unlink(place.log);
    EXPECT_GOOD(&place);
    unlink(place.path);
    EXPECT_GOOD(&place); /* a first start */
    place_end(&place);
}

static void a_log_without_its_database_is_refused_and_kept(void)
{
    struct err e = {0};
    struct place place;

    place_new(&place);
    CU_ASSERT_EQUAL(truncate(place.path, 0), 0);
    EXPECT(&place, "test.db is missing or empty, but its log");
    unlink(place.path);
    EXPECT(&place, "test.db is missing or empty, but its log");
    CU_ASSERT_PTR_NULL(store_open(place.target, &e));
    CU_ASSERT_EQUAL(e.code, ERR_STORE);
    CU_ASSERT_EQUAL(access(place.path, F_OK), -1);
    CU_ASSERT_EQUAL(length_of(place.log), 32 + 10 * FRAME);
    place_end(&place);
}

static void the_log_is_looked_for_beside_the_file_not_the_link(void)
{
    struct err e = {0};
    struct place place;
    char *link;

    place_new(&place);
    link = mem_printf(place.mem, "%s.link", place.path);
    CU_ASSERT_EQUAL_FATAL(symlink("test.db", link), 0);
    flip(place.log, 0);
    CU_ASSERT_EQUAL(wal_check(link, &e), ERR_STORE);
    place_end(&place);
}

static void each_octet_of_the_header_counts(void)
{
    struct place place;

    place_new(&place);
    for (long at = 0; at < 32; at++) {
        flip(place.log, at);
        EXPECT(&place, "the header of its log");
        flip(place.log, at);
    }
    EXPECT_GOOD(&place);
    place_end(&place);
}

static void a_torn_end_is_what_a_power_cut_leaves(void)
{
    struct place place;

    place_new(&place);
    flip(place.log, 32 + 9 * FRAME + 2000);
    EXPECT_GOOD(&place); /* the last transaction */
    for (long length = 32 + 9 * FRAME; length > 0; length -= 1373) {
        CU_ASSERT_EQUAL(truncate(place.log, length), 0);
        EXPECT_GOOD(&place);
    }
    place_end(&place);
}

static void a_bad_frame_before_later_transactions_is_damage(void)
{
    static const long places[] = {0, 4, 8, 12, 24, 24 + 4095};
    struct place place;

    place_new(&place);
    for (long frame = 0; frame < 7; frame++)
        for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
            flip(place.log, 32 + frame * FRAME + places[i]);
            EXPECT(&place, "in the middle");
            flip(place.log, 32 + frame * FRAME + places[i]);
        }
    flip(place.log, 32 + 3 * FRAME + 16); /* its checksum: the next frame does not fit, either */
    EXPECT(&place, "in the middle");
    place_end(&place);
}

/* A transaction of many frames that was torn: nothing was written after it. */
static void a_large_transaction_may_be_torn_anywhere(void)
{
    struct place place;
    sqlite3 *db;
    long begin;

    place_new(&place);
    db = open_database(&place);
    begin = length_of(place.log);
    run_sql(db, "CREATE TABLE u (b BLOB); INSERT INTO u VALUES (zeroblob(1))");
    run_sql(db, "BEGIN; INSERT INTO u VALUES (zeroblob(60000)); COMMIT");
    sqlite3_close(db);
    begin = length_of(place.log) - 12 * FRAME;
    for (int frame = 0; frame < 12; frame++) {
        flip(place.log, begin + frame * FRAME + 1000);
        EXPECT_GOOD(&place);
        flip(place.log, begin + frame * FRAME + 1000);
    }
    place_end(&place);
}

static void frames_of_an_earlier_generation_are_no_damage(void)
{
    struct place place;
    sqlite3 *db;

    place_new(&place);
    db = open_database(&place);
    run_sql(db, "PRAGMA wal_checkpoint(RESTART)");
    insert(db, 3);
    sqlite3_close(db);
    CU_ASSERT_EQUAL_FATAL(length_of(place.log), 32 + 10 * FRAME); /* seven old ones behind them */
    EXPECT_GOOD(&place);
    flip(place.log, 32 + 5 * FRAME + 100);
    EXPECT_GOOD(&place);
    flip(place.log, 32 + 100);
    EXPECT(&place, "in the middle");
    place_end(&place);
}

/* What a large transaction had to write before its end stays behind the next one when it is undone.
 */
static void leftovers_of_an_undone_transaction_are_no_damage(void)
{
    struct place place;
    sqlite3 *db;
    long before;

    place_new(&place);
    db = open_database(&place);
    before = length_of(place.log);
    run_sql(db, "PRAGMA cache_size=2; PRAGMA cache_spill=2; CREATE TABLE u (b BLOB); BEGIN;"
                "INSERT INTO u VALUES (zeroblob(200000)); INSERT INTO u VALUES (zeroblob(200000));"
                "ROLLBACK");
    CU_ASSERT(length_of(place.log) > before + 20 * FRAME);
    insert(db, 3);
    sqlite3_close(db);
    EXPECT_GOOD(&place);
    place_end(&place);
}

static const struct test tests[] = {
    {"a whole log and none are good", a_whole_log_and_none_are_good},
    {"a log without its database is refused and kept",
        a_log_without_its_database_is_refused_and_kept},
    {"the log is looked for beside the file, not the link",
        the_log_is_looked_for_beside_the_file_not_the_link},
    {"each octet of the header counts", each_octet_of_the_header_counts},
    {"a torn end is what a power cut leaves", a_torn_end_is_what_a_power_cut_leaves},
    {"a bad frame before later transactions is damage",
        a_bad_frame_before_later_transactions_is_damage},
    {"a large transaction may be torn anywhere", a_large_transaction_may_be_torn_anywhere},
    {"frames of an earlier generation are no damage",
        frames_of_an_earlier_generation_are_no_damage},
    {"leftovers of an undone transaction are no damage",
        leftovers_of_an_undone_transaction_are_no_damage},
    {NULL, NULL},
};
extern const struct test_suite suite_wal_check;
const struct test_suite suite_wal_check = {"wal_check", tests};
