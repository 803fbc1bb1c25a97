/* Tests of store/: transactions, group commit, refusals at start, and the records' changes of
 * state. */
#include "tests/unit/test_main.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/account.h"
#include "store/action.h"
#include "store/authz.h"
#include "store/certificate.h"
#include "store/crl.h"
#include "store/job.h"
#include "store/order.h"

/* A fresh folder with a store in it. */
struct place {
    void *mem;
    char *dir, *path, *target;
    struct store *store;
};

static void place_new(struct place *place)
{
    char dir[] = "countersign-test-XXXXXX";

    place->mem = mem_pool(NULL, 4096);
    place->dir = mem_strdup(place->mem, mkdtemp(dir));
    place->path = mem_printf(place->mem, "%s/test.db", place->dir);
    place->target = mem_printf(place->mem, "sqlite:%s", place->path);
    place->store = NULL;
}

static void open_store(struct place *place)
{
    struct err e = {0};

    place->store = store_open(place->target, &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(place->store);
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

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db;

    CU_ASSERT_EQUAL_FATAL(sqlite3_open(path, &db), SQLITE_OK);
    CU_ASSERT_EQUAL(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* What is done in one transaction of a test. */
typedef enum err_code (*step)(struct store_tx *tx, void *arg, struct err *e);

static enum err_code in_store(struct place *place, step run, void *arg)
{
    struct err e = {0};

    return store_run_and_wait(place->store, run, arg, &e);
}

static enum err_code add_account(struct store_tx *tx, void *arg, struct err *e)
{
    struct account *account = arg;

    return store_account_add(tx, account, e);
}

static struct account account_of(uint8_t key)
{
    struct account account = {
        .jwk = "{}", .contacts = "mailto:a@example.com", .terms_agreed = true, .created_s = 7};

    memset(account.thumbprint, key, sizeof account.thumbprint);
    return account;
}

static void what_was_committed_is_there_after_reopening(void)
{
    struct account account = account_of(1), got;
    struct store_reader *reader;
    struct store_tx *tx;
    struct err e = {0};
    struct place place;

    place_new(&place);
    open_store(&place);
    CU_ASSERT_EQUAL(in_store(&place, add_account, &account), ERR_OK);
    store_close(place.store);
    open_store(&place);
    reader = store_reader_open(place.store, &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
    tx = store_snapshot_begin(reader, place.mem, &e);
    CU_ASSERT_EQUAL(store_account_get(tx, place.mem, account.id, &got, &e), ERR_OK);
    CU_ASSERT_STRING_EQUAL(got.contacts, "mailto:a@example.com");
    CU_ASSERT_EQUAL(got.status, ACCOUNT_VALID);
    CU_ASSERT_EQUAL(got.created_s, 7);
    CU_ASSERT(memcmp(got.thumbprint, account.thumbprint, 32) == 0);
    CU_ASSERT_EQUAL(store_account_get(tx, place.mem, account.id + 1, &got, &e), ERR_NOT_FOUND);
    store_snapshot_end(tx);
    store_reader_close(reader);
    place_end(&place);
}

static void a_key_makes_one_account_only(void)
{
    struct account first = account_of(2), second = account_of(2);
    struct place place;

    place_new(&place);
    open_store(&place);
    CU_ASSERT_EQUAL(in_store(&place, add_account, &first), ERR_OK);
    CU_ASSERT_EQUAL(in_store(&place, add_account, &second), ERR_CONFLICT);
    place_end(&place);
}

/* Group commit. */

struct numbered {
    struct store_task task;
    int number;
    int *done, *failed;
    struct loop *loop;
    int all;
};

static enum err_code add_numbered(struct store_tx *tx, struct store_task *task, struct err *e)
{
    struct numbered *n = (struct numbered *)(void *)task;
    struct account account = account_of((uint8_t)n->number);

    if (store_account_add(tx, &account, e) != ERR_OK)
        return e->code;
    /* Every third changes its mind after it has written. */
    return n->number % 3 == 0 ? err_set(e, ERR_DENIED, "no") : ERR_OK;
}

static void on_numbered(struct store_task *task)
{
    struct numbered *n = (struct numbered *)(void *)task;

    (*n->done)++;
    *n->failed += task->e.code != ERR_OK;
    if (*n->done == n->all)
        loop_stop(n->loop);
}

static enum err_code count_accounts(struct store_tx *tx, void *arg, struct err *e)
{
    struct account got;
    int *count = arg;

    *count = 0;
    for (int i = 1; i <= 60; i++) {
        struct account wanted = account_of((uint8_t)i);

        if (store_account_by_thumbprint(tx, store_tx_mem(tx), wanted.thumbprint, &got, e) == ERR_OK)
            (*count)++;
        else if (e->code != ERR_NOT_FOUND)
            return e->code;
        *e = (struct err){0};
    }
    return ERR_OK;
}

static void a_task_that_fails_in_a_batch_is_undone_alone(void)
{
    struct numbered tasks[60];
    int done = 0, failed = 0, count;
    struct loop *loop = loop_new();
    struct place place;

    place_new(&place);
    open_store(&place);
    for (int i = 0; i < 60; i++) {
        tasks[i] = (struct numbered){
            .task = {.run = add_numbered,
                .on_done = on_numbered,
                .loop = loop,
                .mem = mem_pool(NULL, 1024)},
            .number = i + 1,
            .done = &done,
            .failed = &failed,
            .loop = loop,
            .all = 60,
        };
        CU_ASSERT(store_submit(place.store, &tasks[i].task));
    }
    loop_run(loop);
    CU_ASSERT_EQUAL(done, 60);
    CU_ASSERT_EQUAL(failed, 20);
    CU_ASSERT_EQUAL(in_store(&place, count_accounts, &count), ERR_OK);
    CU_ASSERT_EQUAL(count, 40);
    for (int i = 0; i < 60; i++)
        mem_free(tasks[i].task.mem);
    loop_free(loop);
    place_end(&place);
}

/* Refusals at start. */

static void expect_refusal(struct place *place, const char *word)
{
    struct err e = {0};
    struct store *store = store_open(place->target, &e);

    CU_ASSERT_PTR_NULL(store);
    CU_ASSERT_EQUAL(e.code, ERR_STORE);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, word));
    store_close(store);
}

static void a_second_server_is_refused(void)
{
    struct place place;

    place_new(&place);
    open_store(&place);
    expect_refusal(&place, "in use by another process");
    place_end(&place);
}

static void a_newer_database_is_refused(void)
{
    struct place place;

    place_new(&place);
    open_store(&place);
    store_close(place.store);
    place.store = NULL;
    run_sql(place.path, "INSERT INTO schema_version (version) VALUES (999)");
    expect_refusal(&place, "schema version 999");
    place_end(&place);
}

static void a_locked_database_is_refused(void)
{
    struct place place;
    sqlite3 *db;

    place_new(&place);
    open_store(&place);
    store_close(place.store);
    place.store = NULL;
    sqlite3_open(place.path, &db);
    sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    expect_refusal(&place, "locked by another process");
    sqlite3_close(db);
    place_end(&place);
}

static void garbage_is_refused_and_left_as_it_was(void)
{
    char text[4096], back[4096];
    struct place place;
    FILE *file;

    place_new(&place);
    memset(text, 'x', sizeof text);
    file = fopen(place.path, "w");
    fwrite(text, 1, sizeof text, file);
    fclose(file);
    expect_refusal(&place, "test.db");
    file = fopen(place.path, "r");
    CU_ASSERT_EQUAL(fread(back, 1, sizeof back, file), sizeof text);
    fclose(file);
    CU_ASSERT(memcmp(text, back, sizeof text) == 0);
    place_end(&place);
}

/* Another program's: refused before its permissions or its kind of journal change. */
static void another_programs_database_is_refused_untouched(void)
{
    struct place place;
    struct stat before, after;

    place_new(&place);
    run_sql(place.path, "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine')");
    chmod(place.path, 0644);
    stat(place.path, &before);
    expect_refusal(&place, "not countersign's");
    stat(place.path, &after);
    CU_ASSERT_EQUAL(after.st_mode & 0777, 0644);
    CU_ASSERT_EQUAL(after.st_size, before.st_size);
    CU_ASSERT_EQUAL(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
    run_sql(place.path, "DELETE FROM notes WHERE text = 'mine'");
    place_end(&place);
}

/* A first start that was killed before it had made a table of ours. */
static void a_schema_version_without_tables_is_a_fresh_start(void)
{
    struct account account = account_of(3);
    struct place place;

    place_new(&place);
    run_sql(place.path, "CREATE TABLE schema_version (version INTEGER PRIMARY KEY)");
    open_store(&place);
    CU_ASSERT_EQUAL(in_store(&place, add_account, &account), ERR_OK);
    place_end(&place);
}

static void a_database_that_lacks_a_table_is_called_damaged(void)
{
    struct place place;
    struct err e = {0};

    place_new(&place);
    open_store(&place);
    store_close(place.store);
    place.store = NULL;
    run_sql(place.path, "DROP TABLE crl");
    CU_ASSERT_PTR_NULL(store_open(place.target, &e));
    CU_ASSERT_EQUAL(e.code, ERR_STORE);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "damaged"));
    CU_ASSERT_PTR_NOT_NULL(strstr(e.internal, "crl"));
    place_end(&place);
}

static void an_engines_own_words_are_in_the_refusal(void)
{
    struct place place;
    FILE *file;

    place_new(&place);
    file = fopen(place.path, "w");
    for (int i = 0; i < 4096; i++)
        fputc('x', file);
    fclose(file);
    expect_refusal(&place, "file is not a database");
    place_end(&place);
}

static void the_database_is_its_owners_alone(void)
{
    struct place place;
    struct stat st;

    place_new(&place);
    open_store(&place);
    CU_ASSERT_EQUAL(stat(place.path, &st), 0);
    CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
    place_end(&place);
}

/* The records' changes of state, told as one story: an order from newOrder to its certificate. */

struct story {
    int64_t account_id, order_id, other_order_id, authz_id[2];
};

static int64_t new_authz(struct store_tx *tx, int64_t account_id, const char *name, struct err *e)
{
    struct authz authz = {
        .account_id = account_id,
        .identifier = {IDENTIFIER_DNS, name},
        .expires_s = 1000,
        .token = "tokentokentokentoken22",
        .challenges = CHALLENGE_HTTP_01,
    };

    CU_ASSERT_EQUAL(store_authz_add(tx, &authz, e), ERR_OK);
    return authz.id;
}

static int64_t new_order(struct store_tx *tx, struct story *s, struct err *e)
{
    struct identifier names[] = {{IDENTIFIER_DNS, "a.example"}, {IDENTIFIER_DNS, "b.example"}};
    struct order order = {
        .account_id = s->account_id,
        .profile = "default",
        .identifiers = {names, 2},
        .created_s = 5,
        .expires_s = 1000,
    };

    CU_ASSERT_EQUAL(store_order_add(tx, &order, s->authz_id, 2, e), ERR_OK);
    return order.id;
}

static enum order_status status_of(struct store_tx *tx, int64_t id)
{
    struct err e = {0};
    struct order order;

    CU_ASSERT_EQUAL_FATAL(store_order_get(tx, store_tx_mem(tx), id, &order, &e), ERR_OK);
    return order.status;
}

static enum err_code begin_story(struct store_tx *tx, void *arg, struct err *e)
{
    struct story *s = arg;
    struct account account = account_of(9);

    store_account_add(tx, &account, e);
    s->account_id = account.id;
    s->authz_id[0] = new_authz(tx, account.id, "a.example", e);
    s->authz_id[1] = new_authz(tx, account.id, "b.example", e);
    s->order_id = new_order(tx, s, e);
    s->other_order_id = new_order(tx, s, e);
    return ERR_OK;
}

static enum err_code authorize(struct store_tx *tx, void *arg, struct err *e)
{
    struct story *s = arg;
    uint8_t thumbprint[32] = {1};
    struct err second = {0};
    struct authz got;

    CU_ASSERT_EQUAL(
        store_authz_try(tx, s->authz_id[0], CHALLENGE_HTTP_01, thumbprint, 6, e), ERR_OK);
    CU_ASSERT_EQUAL(store_authz_try(tx, s->authz_id[0], CHALLENGE_HTTP_01, thumbprint, 6, &second),
        ERR_CONFLICT);
    CU_ASSERT_EQUAL(store_authz_valid(tx, s->authz_id[0], 7, 2000, "192.0.2.1", e), ERR_OK);
    CU_ASSERT_EQUAL(store_order_authz_valid(tx, s->authz_id[0], e), ERR_OK);
    CU_ASSERT_EQUAL(status_of(tx, s->order_id), ORDER_PENDING);
    CU_ASSERT_EQUAL(store_authz_valid(tx, s->authz_id[1], 7, 2000, "192.0.2.1", e), ERR_OK);
    CU_ASSERT_EQUAL(store_order_authz_valid(tx, s->authz_id[1], e), ERR_OK);
    CU_ASSERT_EQUAL(status_of(tx, s->order_id), ORDER_READY);
    CU_ASSERT_EQUAL(store_authz_get(tx, store_tx_mem(tx), s->authz_id[0], &got, e), ERR_OK);
    CU_ASSERT_EQUAL(got.status, AUTHZ_VALID);
    CU_ASSERT_EQUAL(got.tried, CHALLENGE_HTTP_01);
    CU_ASSERT_EQUAL(got.expires_s, 2000);
    CU_ASSERT_STRING_EQUAL(got.validated_address, "192.0.2.1");
    CU_ASSERT_STRING_EQUAL(got.identifier.value, "a.example");
    CU_ASSERT_STRING_EQUAL(got.token, "tokentokentokentoken22");
    return ERR_OK;
}

static enum err_code issue(struct store_tx *tx, void *arg, struct err *e)
{
    struct story *s = arg;
    struct certificate certificate = {
        .account_id = s->account_id,
        .order_id = s->order_id,
        .serial = bytes_of("serial"),
        .der = bytes_of("der"),
        .chain = "chain",
        .not_after_s = 5000,
    };
    struct action action = {.order_id = s->order_id,
        .upstream = "lab",
        .act = ACT_NEW,
        .state = ACTION_SENDING,
        .reference = bytes_of("r"),
        .key_hash = bytes_of("k")};
    struct err second = {0};
    struct order order;

    CU_ASSERT_EQUAL(store_order_finalize(tx, s->order_id, bytes_of("csr"), e), ERR_OK);
    CU_ASSERT_EQUAL(store_order_finalize(tx, s->order_id, bytes_of("csr"), &second), ERR_CONFLICT);
    CU_ASSERT_EQUAL(store_action_add(tx, &action, e), ERR_OK);
    CU_ASSERT_EQUAL(store_action_add(tx,
                        &(struct action){.order_id = s->order_id,
                            .upstream = "lab",
                            .act = ACT_NEW,
                            .state = ACTION_SENDING,
                            .reference = bytes_of("r"),
                            .key_hash = bytes_of("k")},
                        &second),
        ERR_CONFLICT);
    CU_ASSERT_EQUAL(
        store_certificate_add(tx, &certificate, "lab", bytes_of("hash"), NULL, e), ERR_OK);
    CU_ASSERT_EQUAL(store_order_issued(tx, s->order_id, certificate.id, e), ERR_OK);
    CU_ASSERT_EQUAL(store_action_end(tx, action.id, ACTION_DONE, NULL, 1, e), ERR_OK);
    CU_ASSERT_EQUAL(store_action_end(tx, action.id, ACTION_FAILED, NULL, 1, &second), ERR_CONFLICT);
    CU_ASSERT_EQUAL(store_order_get(tx, store_tx_mem(tx), s->order_id, &order, e), ERR_OK);
    CU_ASSERT_EQUAL(order.status, ORDER_VALID);
    CU_ASSERT_EQUAL(order.certificate_id, certificate.id);
    CU_ASSERT_EQUAL(order.identifiers.len, 2);
    CU_ASSERT_STRING_EQUAL(order.identifiers.list[1].value, "b.example");
    CU_ASSERT(bytes_equal(order.csr, bytes_of("csr")));
    CU_ASSERT_EQUAL(store_order_failed(tx, s->order_id, "{}", &second), ERR_CONFLICT);
    return ERR_OK;
}

static enum err_code revoke_it(struct store_tx *tx, void *arg, struct err *e)
{
    struct certificate found, *revoked;
    struct err second = {0};
    size_t len;

    (void)arg;
    CU_ASSERT_EQUAL(store_certificate_find(tx, store_tx_mem(tx), bytes_of("serial"),
                        bytes_of("other"), &found, &second),
        ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(store_certificate_find(
                        tx, store_tx_mem(tx), bytes_of("serial"), bytes_of("der"), &found, e),
        ERR_OK);
    CU_ASSERT_STRING_EQUAL(found.chain, "chain");
    CU_ASSERT_EQUAL(store_certificate_revoke(tx, found.id, 10, 4, e), ERR_OK);
    CU_ASSERT_EQUAL(store_certificate_revoke(tx, found.id, 11, 1, &second), ERR_CONFLICT);
    CU_ASSERT_EQUAL(
        store_certificate_revoked(tx, store_tx_mem(tx), "lab", 100, &revoked, &len, e), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(len, 1);
    CU_ASSERT_EQUAL(revoked[0].revocation_reason, 4);
    CU_ASSERT_EQUAL(revoked[0].revoked_s, 10);
    CU_ASSERT_EQUAL(
        store_certificate_revoked(tx, store_tx_mem(tx), "lab", 6000, &revoked, &len, e), ERR_OK);
    CU_ASSERT_EQUAL(len, 0);
    return ERR_OK;
}

static enum err_code lose_authz(struct store_tx *tx, void *arg, struct err *e)
{
    struct story *s = arg;
    struct err second = {0};

    CU_ASSERT_EQUAL(store_authz_deactivate(tx, s->authz_id[1], e), ERR_OK);
    CU_ASSERT_EQUAL(store_authz_deactivate(tx, s->authz_id[1], &second), ERR_CONFLICT);
    CU_ASSERT_EQUAL(store_order_authz_lost(tx, s->authz_id[1], "{}", e), ERR_OK);
    CU_ASSERT_EQUAL(status_of(tx, s->order_id), ORDER_VALID);
    CU_ASSERT_EQUAL(status_of(tx, s->other_order_id), ORDER_INVALID);
    return ERR_OK;
}

static enum err_code list(struct store_tx *tx, void *arg, struct err *e)
{
    struct story *s = arg;
    int64_t *ids;
    size_t len;

    CU_ASSERT_EQUAL(
        store_order_list(tx, store_tx_mem(tx), s->account_id, 0, 10, 6, &ids, &len, e), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(len, 1);
    CU_ASSERT_EQUAL(ids[0], s->order_id);
    CU_ASSERT_EQUAL(
        store_order_list(tx, store_tx_mem(tx), s->account_id, ids[0], 10, 6, &ids, &len, e),
        ERR_OK);
    CU_ASSERT_EQUAL(len, 0);
    return ERR_OK;
}

static void an_order_lives_from_pending_to_valid(void)
{
    static const step steps[] = {begin_story, authorize, issue, revoke_it, lose_authz, list};
    struct story story;
    struct place place;

    place_new(&place);
    open_store(&place);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        CU_ASSERT_EQUAL(in_store(&place, steps[i], &story), ERR_OK);
    place_end(&place);
}

/* The most names that a profile may allow, as long as names can be. */
static enum err_code keep_a_large_order(struct store_tx *tx, void *arg, struct err *e)
{
    struct account account = account_of(3);
    struct order order = {.profile = "default", .expires_s = 1000}, got;
    size_t len = 1000;

    (void)arg;
    order.identifiers =
        (struct identifiers){mem_new_array(store_tx_mem(tx), struct identifier, len), len};
    for (size_t i = 0; i < len; i++)
        order.identifiers.list[i] =
            (struct identifier){IDENTIFIER_DNS, mem_printf(store_tx_mem(tx), "%0245zu.example", i)};
    CU_ASSERT_EQUAL(store_account_add(tx, &account, e), ERR_OK);
    order.account_id = account.id;
    CU_ASSERT_EQUAL(store_order_add(tx, &order, NULL, 0, e), ERR_OK);
    CU_ASSERT_EQUAL(store_order_get(tx, store_tx_mem(tx), order.id, &got, e), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(got.identifiers.len, len);
    for (size_t i = 0; i < len; i++)
        CU_ASSERT_STRING_EQUAL(got.identifiers.list[i].value, order.identifiers.list[i].value);
    return ERR_OK;
}

static void an_order_keeps_a_thousand_long_names(void)
{
    struct place place;

    place_new(&place);
    open_store(&place);
    CU_ASSERT_EQUAL(in_store(&place, keep_a_large_order, NULL), ERR_OK);
    place_end(&place);
}

static enum err_code replace_crl(struct store_tx *tx, void *arg, struct err *e)
{
    struct crl first = {1, bytes_of("one"), 10}, second = {2, bytes_of("two"), 20}, got;
    struct err old = {0};

    (void)arg;
    CU_ASSERT_EQUAL(store_crl_get(tx, store_tx_mem(tx), "lab", &got, &old), ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(store_crl_put(tx, "lab", &first, e), ERR_OK);
    CU_ASSERT_EQUAL(store_crl_put(tx, "lab", &second, e), ERR_OK);
    CU_ASSERT_EQUAL(store_crl_put(tx, "lab", &first, &old), ERR_CONFLICT);
    CU_ASSERT_EQUAL(store_crl_get(tx, store_tx_mem(tx), "lab", &got, e), ERR_OK);
    CU_ASSERT_EQUAL(got.number, 2);
    CU_ASSERT(bytes_equal(got.der, bytes_of("two")));
    return ERR_OK;
}

static void an_older_revocation_list_never_replaces_a_newer(void)
{
    struct place place;

    place_new(&place);
    open_store(&place);
    CU_ASSERT_EQUAL(in_store(&place, replace_crl, NULL), ERR_OK);
    place_end(&place);
}

static enum err_code work_with_jobs(struct store_tx *tx, void *arg, struct err *e)
{
    struct job job = {.kind = "order", .subject = 17};
    struct err second = {0};
    bool any;

    (void)arg;
    CU_ASSERT_EQUAL(store_job_start(tx, &job, 1000, e), ERR_OK);
    CU_ASSERT_EQUAL(
        store_job_start(tx, &(struct job){.kind = "order", .subject = 17}, 1000, &second),
        ERR_CONFLICT);
    store_job_any_due(tx, 2000, &any, e);
    CU_ASSERT_FALSE(any); /* it is leased */
    store_job_any_due(tx, 1000 + JOB_LEASE_MS, &any, e);
    CU_ASSERT(any); /* its holder is taken for dead */
    job.step = 2;
    job.run_at_ms = 5000;
    CU_ASSERT_EQUAL(store_job_update(tx, &job, false, 2000, e), ERR_OK);
    store_job_any_due(tx, 4999, &any, e);
    CU_ASSERT_FALSE(any);
    store_job_any_due(tx, 5000, &any, e);
    CU_ASSERT(any);
    CU_ASSERT_EQUAL(store_job_update(tx, &job, true, 5000, e), ERR_OK);
    store_job_any_due(tx, 6000, &any, e);
    CU_ASSERT_FALSE(any);
    CU_ASSERT_EQUAL(store_job_end(tx, &job, e), ERR_OK);
    CU_ASSERT_EQUAL(store_job_end(tx, &job, &second), ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(store_job_start(tx, &job, 5000, e), ERR_OK);
    CU_ASSERT_EQUAL(store_job_free_all(tx, e), ERR_OK);
    store_job_any_due(tx, 6000, &any, e);
    CU_ASSERT(any);
    second = (struct err){0};
    CU_ASSERT_EQUAL(store_job_end(tx, &job, &second), ERR_NOT_FOUND); /* a lease of before */
    job.leased_until_ms = 0;
    CU_ASSERT_EQUAL(store_job_end(tx, &job, e), ERR_OK);
    CU_ASSERT_EQUAL(store_job_update(tx, &job, true, 5000, &second), ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(store_job_want(tx, "crl", 1, 9000, e), ERR_OK);
    CU_ASSERT_EQUAL(store_job_want(tx, "crl", 1, 8000, e), ERR_OK);
    CU_ASSERT_EQUAL(store_job_want(tx, "crl", 1, 9500, e), ERR_OK);
    store_job_any_due(tx, 8000, &any, e);
    CU_ASSERT(any);
    return ERR_OK;
}

static enum err_code wait_with_jobs(struct store_tx *tx, void *arg, struct err *e)
{
    struct err second = {0};
    int64_t run_at_ms = 0;

    (void)arg;
    CU_ASSERT_EQUAL(store_job_run_at(tx, "order", 17, &run_at_ms, &second), ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(store_job_wake(tx, "order", 17, 1000, e), ERR_OK); /* there need not be one */
    CU_ASSERT_EQUAL(store_job_plan(tx, "order", 17, 4, 9000, e), ERR_OK);
    CU_ASSERT_EQUAL(store_job_plan(tx, "order", 17, 4, 9000, &second), ERR_CONFLICT);
    CU_ASSERT_EQUAL(store_job_run_at(tx, "order", 17, &run_at_ms, e), ERR_OK);
    CU_ASSERT_EQUAL(run_at_ms, 9000);
    CU_ASSERT_EQUAL(store_job_wake(tx, "order", 17, 5000, e), ERR_OK);
    CU_ASSERT_EQUAL(store_job_wake(tx, "order", 17, 7000, e), ERR_OK); /* never later */
    CU_ASSERT_EQUAL(store_job_run_at(tx, "order", 17, &run_at_ms, e), ERR_OK);
    CU_ASSERT_EQUAL(run_at_ms, 5000);
    return ERR_OK;
}

static void jobs_that_wait_are_woken_and_never_put_off_by_it(void)
{
    struct place place;

    place_new(&place);
    open_store(&place);
    CU_ASSERT_EQUAL(in_store(&place, wait_with_jobs, NULL), ERR_OK);
    place_end(&place);
}

/* The clock makes a jump, another worker takes the job: the first one's lease is worth nothing,
 * also when the row's number belongs to another job by now. */
static enum err_code come_back_late(struct store_tx *tx, void *arg, struct err *e)
{
    struct job late = {.kind = "order", .subject = 17}, other = {.kind = "order", .subject = 18};
    struct job now;
    struct err miss = {0};

    CU_ASSERT_EQUAL(store_job_start(tx, &late, 1000, e), ERR_OK);
    CU_ASSERT_EQUAL(store_job_take_due(tx, 1000 + JOB_LEASE_MS, 10, e), ERR_OK);
    now = late;
    now.leased_until_ms = 1000 + 2 * JOB_LEASE_MS;
    CU_ASSERT_EQUAL(store_job_update(tx, &late, true, 2000, &miss), ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(late.leased_until_ms, 1000 + JOB_LEASE_MS);
    CU_ASSERT_EQUAL(store_job_end(tx, &late, &miss), ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(store_job_end(tx, &now, e), ERR_OK);
    CU_ASSERT_EQUAL(store_job_start(tx, &other, 1000, e), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(other.id, late.id); /* numbers are used again */
    CU_ASSERT_EQUAL(store_job_update(tx, &late, false, 2000, &miss), ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(store_job_end(tx, &late, &miss), ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(store_job_end(tx, &other, e), ERR_OK);
    (void)arg;
    return ERR_OK;
}

static void who_comes_back_late_changes_no_job(void)
{
    struct place place;

    place_new(&place);
    open_store(&place);
    CU_ASSERT_EQUAL(in_store(&place, come_back_late, NULL), ERR_OK);
    place_end(&place);
}

static void a_job_is_held_by_one_and_outlives_its_holder(void)
{
    struct place place;

    place_new(&place);
    open_store(&place);
    CU_ASSERT_EQUAL(in_store(&place, work_with_jobs, NULL), ERR_OK);
    place_end(&place);
}

static const struct test tests[] = {
    {"what was committed is there after reopening", what_was_committed_is_there_after_reopening},
    {"a key makes one account only", a_key_makes_one_account_only},
    {"a task that fails in a batch is undone alone", a_task_that_fails_in_a_batch_is_undone_alone},
    {"a second server is refused", a_second_server_is_refused},
    {"a newer database is refused", a_newer_database_is_refused},
    {"a locked database is refused", a_locked_database_is_refused},
    {"garbage is refused and left as it was", garbage_is_refused_and_left_as_it_was},
    {"another program's database is refused untouched",
        another_programs_database_is_refused_untouched},
    {"a schema version without tables is a fresh start",
        a_schema_version_without_tables_is_a_fresh_start},
    {"a database that lacks a table is called damaged",
        a_database_that_lacks_a_table_is_called_damaged},
    {"an engine's own words are in the refusal", an_engines_own_words_are_in_the_refusal},
    {"the database is its owner's alone", the_database_is_its_owners_alone},
    {"an order lives from pending to valid", an_order_lives_from_pending_to_valid},
    {"an order keeps a thousand long names", an_order_keeps_a_thousand_long_names},
    {"an older revocation list never replaces a newer",
        an_older_revocation_list_never_replaces_a_newer},
    {"a job is held by one and outlives its holder", a_job_is_held_by_one_and_outlives_its_holder},
    {"jobs that wait are woken, and never put off by it",
        jobs_that_wait_are_woken_and_never_put_off_by_it},
    {"who comes back late changes no job", who_comes_back_late_changes_no_job},
    {NULL, NULL},
};
extern const struct test_suite suite_store;
const struct test_suite suite_store = {"store", tests};
