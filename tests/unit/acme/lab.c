/* lab - see lab.h. */
#include "tests/unit/acme/lab.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <fts.h>

#include <openssl/x509v3.h>
#include <sqlite3.h>

#include "acme/order.h"
#include "acme/request.h"
#include "base/b64url.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "policy/upstream/local_ca.h"
#include "store/account.h"
#include "store/authz.h"
#include "store/checks.h"
#include "store/job.h"
#include "store/order.h"
#include "tests/unit/test_main.h"

#define DAY INT64_C(86400)

/* Flows ask for the time on the store's thread, too. */
static _Atomic int64_t clock_ms;

int64_t lab_now_ms(void)
{
    return atomic_load(&clock_ms);
}

void lab_pass(int64_t ms)
{
    atomic_fetch_add(&clock_ms, ms);
}

/* The store. */

static char *database(const struct lab *lab)
{
    return mem_printf(lab->mem, "%s/lab.db", lab->folder);
}

static void open_store(struct lab *lab)
{
    struct err e = {0};

    lab->store = store_open(mem_printf(lab->mem, "sqlite:%s", database(lab)), &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lab->store);
    lab->reader = store_reader_open(lab->store, &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lab->reader);
}

static void close_store(struct lab *lab)
{
    store_reader_close(lab->reader);
    store_close(lab->store);
}

enum err_code lab_in_store(struct lab *lab, lab_step run, void *arg)
{
    struct err e = {0};

    return store_run_and_wait(lab->store, run, arg, &e);
}

static enum err_code free_leases(struct store_tx *tx, void *arg, struct err *e)
{
    (void)arg;
    return store_job_free_all(tx, e);
}

void lab_restart(struct lab *lab)
{
    close_store(lab);
    open_store(lab);
    CU_ASSERT_EQUAL_FATAL(lab_in_store(lab, free_leases, NULL), ERR_OK);
}

void lab_open(struct lab *lab)
{
    static const uint8_t key[SEAL_KEY_LEN] = "sixteen octets!";
    static const char *const no_identities[] = {NULL};
    char folder[] = "test_acme.XXXXXX";

    log_setup(LOG_ERROR, LOG_TEXT);
    atomic_store(&clock_ms, LAB_NOW_S * 1000);
    *lab = (struct lab){.mem = mem_pool(NULL, 64 * 1024)};
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    lab->folder = mem_strdup(lab->mem, folder);
    open_store(lab);
    lab->acme = (struct acme){
        .nonces = nonces_new(lab->mem, (struct bytes){NULL, 0}),
        .rates = rate_buckets_new(lab->mem),
        .handles = seal_new(lab->mem, key),
    };
    lab->profile = (struct acme_profile){
        .name = "default",
        .description = "",
        .upstream = "lab",
        .upstream_ops = &local_ca_ops,
        .client_dates = true,
        .challenges = CHALLENGE_HTTP_01,
        .caa_identities = no_identities,
        .validity_s = 90 * DAY,
        .names_max = 100,
        .wait_max_s = 14 * DAY,
    };
    preferences_init(&lab->profile.preferences);
    preferences_complete(lab->profile.vendor, &lab->profile.preferences);
    lab->settings = (struct acme_settings){
        .external_url = LAB_URL,
        .profiles = &lab->profile,
        .profiles_len = 1,
        .http01_port = 80,
        .validation_timeout_ms = 10000,
    };
}

static void remove_folder(char *folder)
{
    char *const paths[] = {folder, NULL};
    FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *entry;

    while ((entry = fts_read(tree)) != NULL)
        if (entry->fts_info != FTS_D)
            CU_ASSERT_EQUAL(remove(entry->fts_path), 0);
    fts_close(tree);
}

void lab_close(struct lab *lab)
{
    close_store(lab);
    remove_folder(lab->folder);
    mem_free(lab->mem);
}

/* By a connection of its own: the test asks what is in the file. */
int64_t lab_number(struct lab *lab, const char *sql)
{
    sqlite3_stmt *st = NULL;
    int64_t number = -1;
    sqlite3 *db;

    CU_ASSERT_EQUAL_FATAL(
        sqlite3_open_v2(database(lab), &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
        number = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
    CU_ASSERT_FATAL(number >= 0);
    return number;
}

int64_t lab_count(struct lab *lab, const char *table)
{
    return lab_number(lab, mem_printf(lab->mem, "SELECT count(*) FROM %s", table));
}

void lab_run_sql(struct lab *lab, const char *sql)
{
    sqlite3 *db;

    CU_ASSERT_EQUAL_FATAL(sqlite3_open(database(lab), &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    CU_ASSERT_EQUAL_FATAL(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* Accounts. */

char *lab_jwk(void *mem, const struct key *key)
{
    struct bytes spki = key_spki(mem, key);
    struct bytes x = {spki.data + spki.len - 64, 32}, y = {spki.data + spki.len - 32, 32};

    return mem_printf(mem, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}",
        b64url_encode(mem, x), b64url_encode(mem, y));
}

struct lab_account lab_key(struct lab *lab)
{
    struct lab_account made = {.key = key_generate(lab->mem, KEY_P256, 0)};
    struct err e = {0};

    CU_ASSERT_EQUAL_FATAL(
        jwk_read_text(lab->mem, lab_jwk(lab->mem, made.key), &made.jwk, &e), ERR_OK);
    return made;
}

static enum err_code add_account(struct store_tx *tx, void *arg, struct err *e)
{
    struct lab_account *made = arg;
    struct account account = {
        .jwk = made->jwk.canonical, .contacts = "", .created_s = lab_now_ms() / 1000};

    memcpy(account.thumbprint, made->jwk.thumbprint, sizeof account.thumbprint);
    if (store_account_add(tx, &account, e) != ERR_OK)
        return e->code;
    made->id = account.id;
    return ERR_OK;
}

struct lab_account lab_account(struct lab *lab)
{
    struct lab_account made = lab_key(lab);

    CU_ASSERT_EQUAL_FATAL(lab_in_store(lab, add_account, &made), ERR_OK);
    return made;
}

/* Requests. */

struct acme_req *lab_request_by_key(
    struct lab *lab, const struct lab_account *by, const char *payload)
{
    void *mem = mem_pool(lab->mem, 8192);
    struct acme_req *req = mem_new(mem, struct acme_req);

    *req = (struct acme_req){
        .mem = mem,
        .acme = &lab->acme,
        .settings = &lab->settings,
        .now_s = lab_now_ms() / 1000,
        .arrived_ms = clock_monotonic_ms(),
        .payload = bytes_of(mem_strdup(mem, payload)),
        .jwk = by->jwk,
        .has_jwk = true,
    };
    memcpy(req->thumbprint, by->jwk.thumbprint, sizeof req->thumbprint);
    return req;
}

struct acme_req *lab_request(
    struct lab *lab, const struct lab_account *by, int64_t id, const char *payload)
{
    struct acme_req *req = lab_request_by_key(lab, by, payload);

    req->has_jwk = false;
    req->account_id = by->id;
    req->id = id;
    return req;
}

struct bytes lab_jws(void *mem, struct key *key, const char *header, const char *payload)
{
    char *protected = b64url_encode(mem, bytes_of(header));
    char *content = b64url_encode(mem, bytes_of(payload));
    struct bytes signature =
        key_sign(mem, key, KEY_ES256, bytes_of(mem_printf(mem, "%s.%s", protected, content)));

    return bytes_of(
        mem_printf(mem, "{\"protected\":\"%s\",\"payload\":\"%s\",\"signature\":\"%s\"}", protected,
            content, b64url_encode(mem, signature)));
}

struct handling {
    struct acme_req *req;
    acme_handler handler;
    struct lab_answer *answer;
};

static enum err_code handle(struct store_tx *tx, void *arg, struct err *e)
{
    struct handling *h = arg;

    if (h->req->account_id != 0 && acme_request_account(h->req, tx, e) != ERR_OK)
        return e->code;
    return h->handler(h->req, tx, &h->answer->resp, e);
}

static void finish_answer(struct acme_req *req, struct lab_answer *answer)
{
    const struct acme_resp *resp = &answer->resp;

    if (answer->e.code != ERR_OK)
        answer->body = problem_json_at(
            req->mem, &answer->e, resp->subproblems, resp->subproblems_len, resp->instance);
    else
        answer->body = bytes_string(req->mem, resp->body);
}

struct lab_answer lab_write(
    struct lab *lab, struct acme_req *req, acme_prepare prepare, acme_handler handler)
{
    struct lab_answer answer = {.e = {0}};

    if (prepare == NULL || prepare(req, &answer.e) == ERR_OK)
        store_run_and_wait(
            lab->store, handle, &(struct handling){req, handler, &answer}, &answer.e);
    finish_answer(req, &answer);
    return answer;
}

struct lab_answer lab_read(struct lab *lab, struct acme_req *req, acme_handler handler)
{
    struct lab_answer answer = {.e = {0}};
    struct store_tx *tx = store_snapshot_begin(lab->reader, req->mem, &answer.e);

    CU_ASSERT_PTR_NOT_NULL_FATAL(tx);
    handle(tx, &(struct handling){req, handler, &answer}, &answer.e);
    store_snapshot_end(tx);
    finish_answer(req, &answer);
    return answer;
}

void lab_expect_problem(const struct lab_answer *answer, enum problem problem, const char *words)
{
    bool as_expected = answer->e.code != ERR_OK && problem_of(&answer->e) == problem &&
                       strstr(answer->e.detail, words) != NULL;

    CU_ASSERT(as_expected);
    if (!as_expected)
        printf("\n    not \"%s\": %s\n", words, answer->body);
}

void lab_expect_status(const struct lab_answer *answer, int status)
{
    bool as_expected = answer->e.code == ERR_OK && answer->resp.status == status;

    CU_ASSERT(as_expected);
    if (!as_expected)
        printf("\n    not %d but %d: %s\n", status, answer->resp.status, answer->body);
}

/* Orders. */

static struct identifiers names_of(void *mem, const char *names)
{
    struct identifiers set = {mem_new_array(mem, struct identifier, strlen(names)), 0};

    while (*names != '\0') {
        size_t len = strcspn(names, " ");

        set.list[set.len++] = (struct identifier){IDENTIFIER_DNS, mem_strndup(mem, names, len)};
        names += len + (names[len] == ' ');
    }
    return set;
}

struct wanted_order {
    const struct lab_account *account;
    struct identifiers names;
    bool ready;
    int64_t id;
};

static enum err_code add_authz(struct store_tx *tx, const struct wanted_order *wanted, size_t index,
    int64_t *id, struct err *e)
{
    int64_t now_s = lab_now_ms() / 1000;
    struct authz authz = {
        .account_id = wanted->account->id,
        .identifier = wanted->names.list[index],
        .expires_s = now_s + DAY,
        .token = "tokentokentokentoken22",
        .challenges = CHALLENGE_HTTP_01,
    };

    if (store_authz_add(tx, &authz, e) != ERR_OK)
        return e->code;
    *id = authz.id;
    if (!wanted->ready)
        return ERR_OK;
    if (store_authz_try(
            tx, authz.id, CHALLENGE_HTTP_01, wanted->account->jwk.thumbprint, now_s, e) != ERR_OK)
        return e->code;
    if (store_authz_valid(tx, authz.id, now_s, now_s + DAY, "192.0.2.1", e) != ERR_OK)
        return e->code;
    return store_authz_note_checks(tx, authz.id, now_s, "http-01 seen from here", e);
}

static enum err_code add_order(struct store_tx *tx, void *arg, struct err *e)
{
    struct wanted_order *wanted = arg;
    int64_t now_s = lab_now_ms() / 1000;
    int64_t *authz_ids = mem_new_array(store_tx_mem(tx), int64_t, wanted->names.len);
    struct order order = {
        .account_id = wanted->account->id,
        .status = wanted->ready ? ORDER_READY : ORDER_PENDING,
        .profile = "default",
        .identifiers = wanted->names,
        .created_s = now_s,
        .expires_s = now_s + DAY,
    };

    for (size_t i = 0; i < wanted->names.len; i++)
        if (add_authz(tx, wanted, i, &authz_ids[i], e) != ERR_OK)
            return e->code;
    if (store_order_add(tx, &order, authz_ids, wanted->names.len, e) != ERR_OK)
        return e->code;
    wanted->id = order.id;
    return ERR_OK;
}

int64_t lab_order(struct lab *lab, const struct lab_account *account, const char *names, bool ready)
{
    struct wanted_order wanted = {
        .account = account, .names = names_of(lab->mem, names), .ready = ready};

    CU_ASSERT_EQUAL_FATAL(lab_in_store(lab, add_order, &wanted), ERR_OK);
    return wanted.id;
}

struct order lab_get_order(struct lab *lab, int64_t id)
{
    struct err e = {0};
    struct store_tx *tx = store_snapshot_begin(lab->reader, lab->mem, &e);
    struct order order;

    CU_ASSERT_EQUAL_FATAL(store_order_get(tx, lab->mem, id, &order, &e), ERR_OK);
    store_snapshot_end(tx);
    return order;
}

struct authz lab_get_authz(struct lab *lab, int64_t id)
{
    struct err e = {0};
    struct store_tx *tx = store_snapshot_begin(lab->reader, lab->mem, &e);
    struct authz authz;

    CU_ASSERT_EQUAL_FATAL(store_authz_get(tx, lab->mem, id, &authz, &e), ERR_OK);
    store_snapshot_end(tx);
    return authz;
}

int64_t lab_authz_of(struct lab *lab, int64_t order_id, size_t index)
{
    struct err e = {0};
    struct store_tx *tx = store_snapshot_begin(lab->reader, lab->mem, &e);
    int64_t *ids;
    size_t len;

    CU_ASSERT_EQUAL_FATAL(store_order_authz_ids(tx, lab->mem, order_id, &ids, &len, &e), ERR_OK);
    store_snapshot_end(tx);
    CU_ASSERT_FATAL(index < len);
    return ids[index];
}

/* "a.test b.test" as "DNS:a.test,DNS:b.test" */
static char *san_of(void *mem, const char *names)
{
    struct identifiers set = names_of(mem, names);
    char *text = mem_strdup(mem, "");

    for (size_t i = 0; i < set.len; i++)
        text = mem_printf(mem, "%s%sDNS:%s", text, i == 0 ? "" : ",", set.list[i].value);
    return text;
}

struct bytes lab_csr(struct lab *lab, const char *names, struct key **out)
{
    struct key *key = key_generate(lab->mem, KEY_P256, 0);
    X509_REQ *csr = X509_REQ_new();
    X509_EXTENSION *san =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, san_of(lab->mem, names));
    STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();
    unsigned char *der = NULL;
    struct bytes made;
    int len;

    sk_X509_EXTENSION_push(extensions, san);
    X509_REQ_add_extensions(csr, extensions);
    X509_REQ_set_pubkey(csr, key_evp(key));
    X509_REQ_sign(csr, key_evp(key), EVP_sha256());
    len = i2d_X509_REQ(csr, &der);
    CU_ASSERT_FATAL(len > 0);
    made = bytes_copy(lab->mem, (struct bytes){der, (size_t)len});
    OPENSSL_free(der);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    X509_REQ_free(csr);
    if (out != NULL)
        *out = key;
    return made;
}

char *lab_csr_payload(struct lab *lab, struct bytes csr)
{
    return mem_printf(lab->mem, "{\"csr\":\"%s\"}", b64url_encode(lab->mem, csr));
}

/* A worker. */

static void on_progress(void *arg, const char *kind, int64_t subject)
{
    struct lab_worker *worker = arg;

    (void)kind;
    (void)subject;
    worker->progressed++;
}

void lab_worker_start(
    struct lab_worker *worker, struct lab *lab, const struct flow_kind *const *kinds)
{
    struct err e = {0};

    *worker = (struct lab_worker){.lab = lab, .loop = loop_new()};
    worker->reader = store_reader_open(lab->store, &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(worker->reader);
    worker->world = (struct world){
        .acme = &lab->acme,
        .loop = worker->loop,
        .store = lab->store,
        .reader = worker->reader,
        .settings = &lab->settings,
        .upstreams = worker->upstreams,
        .now_ms = lab_now_ms,
    };
    worker->engine = flow_engine_new(lab->mem, &worker->world, kinds, on_progress, worker);
    /* A loop that was told to stop ends at each message: it can be run from one to the next. */
    loop_stop(worker->loop);
    loop_run(worker->loop);
}

void lab_worker_round(struct lab_worker *worker)
{
    loop_run(worker->loop);
}

static void on_moment(void *arg)
{
    loop_stop(arg);
}

void lab_worker_pause(struct lab_worker *worker)
{
    loop_after(worker->loop, 5, on_moment, worker->loop);
    loop_run(worker->loop);
}

struct take {
    struct store_task task;
    struct lab_worker *worker;
    bool taken;
};

static enum err_code run_take(struct store_tx *tx, struct store_task *task, struct err *e)
{
    (void)task;
    return store_job_take_due(tx, lab_now_ms(), 100, e);
}

static void on_taken(struct store_task *task)
{
    struct take *take = (struct take *)(void *)task;

    take->taken = true;
    CU_ASSERT_EQUAL(task->e.code, ERR_OK);
    flow_engine_run(take->worker->engine, task->started);
}

void lab_worker_take(struct lab_worker *worker)
{
    void *mem = mem_pool(NULL, 4096);
    struct take take = {
        .task = {.run = run_take, .on_done = on_taken, .loop = worker->loop, .mem = mem},
        .worker = worker};

    CU_ASSERT_FATAL(store_submit(worker->lab->store, &take.task));
    while (!take.taken)
        loop_run(worker->loop);
    mem_free(mem);
}

void lab_worker_finish(struct lab_worker *worker)
{
    while (!flow_engine_is_idle(worker->engine))
        loop_run(worker->loop);
}

void lab_worker_end(struct lab_worker *worker)
{
    flow_engine_stop(worker->engine);
    lab_worker_finish(worker);
    store_reader_close(worker->reader);
    loop_free(worker->loop);
}
