/* Tests of store/proof: whose a proof is, what is alike, and which states follow each other. */
#include "tests/unit/test_main.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/job.h"
#include "store/proof.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Runs in one transaction of a new database. */
static void in_new_store(enum err_code (*run)(struct store_tx *, void *, struct err *))
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    char dir[] = "countersign-test-XXXXXX";
    void *mem = mem_pool(NULL, 65536);
    struct store *store;
    struct err e = {0};

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
    store = store_open(mem_printf(mem, "sqlite:%s/test.db", dir), &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(store);
    CU_ASSERT_EQUAL(store_run_and_wait(store, run, mem, &e), ERR_OK);
    store_close(store);
    for (size_t i = 0; i < COUNT(suffixes); i++)
        unlink(mem_printf(mem, "%s/test.db%s", dir, suffixes[i]));
    rmdir(dir);
    mem_free(mem);
}

static struct vendor_proof proof_of(enum proof_owner_kind owner, int64_t id,
    enum vendor_proof_kind kind, const char *domain, const char *value)
{
    return (struct vendor_proof){.owner = {owner, id},
        .upstream = "dc",
        .kind = kind,
        .domain = domain,
        .name = kind == VENDOR_PROOF_HTTP ? "/p/f" : domain,
        .value = value};
}

static bool want(struct store_tx *tx, struct vendor_proof *proof)
{
    struct err e = {0};
    bool added;

    CU_ASSERT_EQUAL(store_proof_want(tx, proof, 7, &added, &e), ERR_OK);
    return added;
}

static size_t count_of(struct store_tx *tx, void *mem, enum proof_owner_kind kind, int64_t id)
{
    struct proof_owner owner = {kind, id};
    struct vendor_proof *list;
    struct err e = {0};
    size_t len;

    CU_ASSERT_EQUAL(store_proof_of(tx, mem, &owner, &list, &len, &e), ERR_OK);
    for (size_t i = 0; i < len; i++)
        CU_ASSERT(list[i].owner.kind == kind && list[i].owner.id == id);
    return len;
}

static enum err_code check_owners(struct store_tx *tx, void *mem, struct err *e)
{
    struct vendor_proof action = proof_of(PROOF_OF_ACTION, 1, VENDOR_PROOF_TXT, "a.test", "v");
    struct vendor_proof validation =
        proof_of(PROOF_OF_VALIDATION, 1, VENDOR_PROOF_TXT, "a.test", "v");
    struct vendor_proof files[] = {proof_of(PROOF_OF_ACTION, 1, VENDOR_PROOF_HTTP, "a.test", "v"),
        proof_of(PROOF_OF_ACTION, 1, VENDOR_PROOF_HTTP, "b.test", "v")};
    struct vendor_proof again = action;

    CU_ASSERT(want(tx, &action));
    CU_ASSERT_FALSE(want(tx, &again)); /* it is known */
    CU_ASSERT(want(tx, &validation));  /* another's, though its number is the same */
    CU_ASSERT(want(tx, &files[0]));
    CU_ASSERT(want(tx, &files[1])); /* the same path and value for another domain */
    CU_ASSERT_EQUAL(count_of(tx, mem, PROOF_OF_ACTION, 1), 3);
    CU_ASSERT_EQUAL(count_of(tx, mem, PROOF_OF_VALIDATION, 1), 1);
    CU_ASSERT_EQUAL(count_of(tx, mem, PROOF_OF_ACTION, 2), 0);
    CU_ASSERT_EQUAL(store_proof_leave_all(tx, &action.owner, "proof", 9000, e), ERR_OK);
    CU_ASSERT_EQUAL(count_of(tx, mem, PROOF_OF_ACTION, 1), 0);
    CU_ASSERT_EQUAL(count_of(tx, mem, PROOF_OF_VALIDATION, 1), 1);
    return e->code;
}

static void owners_do_not_meet(void)
{
    in_new_store(check_owners);
}

static enum err_code check_states(struct store_tx *tx, void *mem, struct err *e)
{
    struct vendor_proof proof = proof_of(PROOF_OF_ACTION, 1, VENDOR_PROOF_TXT, "a.test", "v"), got;
    struct err conflict = {0}, gone = {0};
    int64_t id, due_ms;

    want(tx, &proof);
    id = proof.id;
    CU_ASSERT_EQUAL(store_proof_trouble(tx, id, "closed", e), ERR_OK);
    CU_ASSERT_EQUAL(store_proof_get(tx, mem, id, &got, e), ERR_OK);
    CU_ASSERT(got.state == VENDOR_PROOF_WANTED && strcmp(got.trouble, "closed") == 0);
    CU_ASSERT_EQUAL(store_proof_published(tx, id, e), ERR_OK);
    CU_ASSERT_EQUAL(store_proof_published(tx, id, e), ERR_OK); /* a step that runs again */
    CU_ASSERT_EQUAL(store_proof_get(tx, mem, id, &got, e), ERR_OK);
    CU_ASSERT(got.state == VENDOR_PROOF_PUBLISHED && got.trouble == NULL);
    CU_ASSERT_EQUAL(store_job_want(tx, "proof", id, 50000, e), ERR_OK);
    CU_ASSERT_EQUAL(store_proof_leave(tx, id, "proof", 9000, e), ERR_OK);
    CU_ASSERT_EQUAL(store_job_run_at(tx, "proof", id, &due_ms, e), ERR_OK);
    CU_ASSERT_EQUAL(due_ms, 9000); /* who takes it back is woken */
    CU_ASSERT_EQUAL(store_proof_published(tx, id, &conflict), ERR_CONFLICT);
    CU_ASSERT(want(tx, &proof)); /* it is wanted again before it went */
    CU_ASSERT_EQUAL(proof.id, id);
    CU_ASSERT_EQUAL(store_proof_remove(tx, id, e), ERR_OK);
    CU_ASSERT_EQUAL(store_proof_get(tx, mem, id, &got, &gone), ERR_NOT_FOUND);
    return e->code;
}

static void a_state_follows_another(void)
{
    in_new_store(check_states);
}

static enum err_code check_files(struct store_tx *tx, void *mem, struct err *e)
{
    struct vendor_proof first = proof_of(PROOF_OF_ACTION, 1, VENDOR_PROOF_HTTP, "a.test", "one");
    struct vendor_proof second = proof_of(PROOF_OF_ACTION, 2, VENDOR_PROOF_HTTP, "a.test", "two");
    struct vendor_proof wanted = proof_of(PROOF_OF_ACTION, 3, VENDOR_PROOF_HTTP, "a.test", "three");
    struct vendor_proof record = proof_of(PROOF_OF_ACTION, 4, VENDOR_PROOF_TXT, "/p/f", "four");
    struct vendor_proof *all[] = {&first, &second, &wanted, &record}, *list;
    size_t len;

    for (size_t i = 0; i < COUNT(all); i++) {
        want(tx, all[i]);
        if (all[i] != &wanted)
            CU_ASSERT_EQUAL(store_proof_published(tx, all[i]->id, e), ERR_OK);
    }
    CU_ASSERT_EQUAL(store_proof_files(tx, mem, "a.test", "/p/f", &list, &len, e), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(len, 2); /* the newest first */
    CU_ASSERT(strcmp(list[0].value, "two") == 0 && strcmp(list[1].value, "one") == 0);
    CU_ASSERT_EQUAL(store_proof_files(tx, mem, "b.test", "/p/f", &list, &len, e), ERR_OK);
    CU_ASSERT_EQUAL(len, 0);
    CU_ASSERT_EQUAL(store_proof_files(tx, mem, "a.test", "/p/", &list, &len, e), ERR_OK);
    CU_ASSERT_EQUAL(len, 0);
    return e->code;
}

static void files_are_found_by_domain_and_path(void)
{
    in_new_store(check_files);
}

static const struct test tests[] = {
    {"owners do not meet", owners_do_not_meet},
    {"a state follows another", a_state_follows_another},
    {"files are found by domain and path", files_are_found_by_domain_and_path},
    {NULL, NULL},
};
extern const struct test_suite suite_proof;
const struct test_suite suite_proof = {"proof", tests};
