/* proof - see proof.h. */
#include "store/proof.h"

#include "base/mem.h"
#include "store/job.h"
#include "store/store_private.h"

enum {
    SQL_PROOF_WANT,
    SQL_PROOF_GET,
    SQL_PROOF_OF_OWNER,
    SQL_PROOF_NAMED,
    SQL_PROOF_FILES,
    SQL_PROOF_PUBLISHED,
    SQL_PROOF_TROUBLE,
    SQL_PROOF_LEAVE,
    SQL_PROOF_LEAVE_ALL,
    SQL_PROOF_WAKE_ALL,
    SQL_PROOF_REMOVE
};

#define COLUMNS                                                                                    \
    "id, owner, owner_id, upstream, kind, domain, name, value, state, trouble, created_s"

static const char *const proof_sql[] = {
    [SQL_PROOF_WANT] = "INSERT INTO vendor_proof"
                       " (owner, owner_id, upstream, kind, domain, name, value, state, created_s)"
                       " VALUES ($1, $2, $3, $4, $5, $6, $7, 'wanted', $8)"
                       " ON CONFLICT (owner, owner_id, kind, domain, name, value) DO UPDATE"
                       " SET state = 'wanted' WHERE vendor_proof.state = 'leaving'"
                       " RETURNING id",
    [SQL_PROOF_GET] = "SELECT " COLUMNS " FROM vendor_proof WHERE id = $1",
    [SQL_PROOF_OF_OWNER] = "SELECT " COLUMNS " FROM vendor_proof"
                           " WHERE owner = $1 AND owner_id = $2 AND state <> 'leaving' ORDER BY id",
    [SQL_PROOF_NAMED] = "SELECT " COLUMNS " FROM vendor_proof"
                        " WHERE kind = $1 AND name = $2 AND state <> 'leaving'"
                        " ORDER BY id LIMIT 100",
    [SQL_PROOF_FILES] = "SELECT " COLUMNS " FROM vendor_proof"
                        " WHERE kind = 'http' AND name = $1 AND domain = $2"
                        " AND state = 'published' ORDER BY id DESC LIMIT 100",
    [SQL_PROOF_PUBLISHED] = "UPDATE vendor_proof SET state = 'published', trouble = NULL"
                            " WHERE id = $1 AND state IN ('wanted', 'published')",
    [SQL_PROOF_TROUBLE] = "UPDATE vendor_proof SET trouble = $2 WHERE id = $1",
    [SQL_PROOF_LEAVE] = "UPDATE vendor_proof SET state = 'leaving' WHERE id = $1",
    [SQL_PROOF_LEAVE_ALL] = "UPDATE vendor_proof SET state = 'leaving'"
                            " WHERE owner = $1 AND owner_id = $2",
    [SQL_PROOF_WAKE_ALL] = "UPDATE job SET run_at_ms = $4 WHERE kind = $3 AND run_at_ms > $4"
                           " AND subject IN"
                           " (SELECT id FROM vendor_proof WHERE owner = $1 AND owner_id = $2)",
    [SQL_PROOF_REMOVE] = "DELETE FROM vendor_proof WHERE id = $1",
};
const struct store_statements proof_statements = STORE_STATEMENTS(proof_sql);

static const char *const owner_words[] = {
    [PROOF_OF_ACTION] = "action", [PROOF_OF_VALIDATION] = "validation", NULL};
const char *const proof_kind_words[] = {
    [VENDOR_PROOF_TXT] = "txt", [VENDOR_PROOF_CNAME] = "cname", [VENDOR_PROOF_HTTP] = "http", NULL};
const char *const proof_state_words[] = {[VENDOR_PROOF_WANTED] = "wanted",
    [VENDOR_PROOF_PUBLISHED] = "published",
    [VENDOR_PROOF_LEAVING] = "leaving",
    NULL};

static void bind_owner(struct store_query *q, const struct proof_owner *owner)
{
    bind_text(q, 1, owner_words[owner->kind]);
    bind_int(q, 2, owner->id);
}

enum err_code store_proof_want(
    struct store_tx *tx, struct vendor_proof *proof, int64_t now_s, bool *added, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_PROOF, SQL_PROOF_WANT);

    *added = false;
    bind_owner(q, &proof->owner);
    bind_text(q, 3, proof->upstream);
    bind_text(q, 4, proof_kind_words[proof->kind]);
    bind_text(q, 5, proof->domain);
    bind_text(q, 6, proof->name);
    bind_text(q, 7, proof->value);
    bind_int(q, 8, now_s);
    if (store_insert(q, &proof->id, e) == ERR_CONFLICT)
        *e = (struct err){0};
    else
        *added = e->code == ERR_OK;
    return e->code;
}

static void read_proof(struct store_query *q, void *mem, struct vendor_proof *out)
{
    *out = (struct vendor_proof){
        .id = get_int(q, 0),
        .owner = {(enum proof_owner_kind)word_parse(owner_words, peek_text(q, 1)), get_int(q, 2)},
        .upstream = get_text(q, mem, 3),
        .kind = (enum vendor_proof_kind)word_parse(proof_kind_words, peek_text(q, 4)),
        .domain = get_text(q, mem, 5),
        .name = get_text(q, mem, 6),
        .value = get_text(q, mem, 7),
        .state = (enum vendor_proof_state)word_parse(proof_state_words, peek_text(q, 8)),
        .trouble = get_text(q, mem, 9),
        .created_s = get_int(q, 10),
    };
}

enum err_code store_proof_get(
    struct store_tx *tx, void *mem, int64_t id, struct vendor_proof *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_PROOF, SQL_PROOF_GET);

    bind_int(q, 1, id);
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code : err_set(e, ERR_NOT_FOUND, "there is no such proof");
    read_proof(q, mem, out);
    store_end(q);
    return ERR_OK;
}

static enum err_code read_list(
    struct store_query *q, void *mem, struct vendor_proof **list, size_t *len, struct err *e)
{
    size_t size = 0;

    *list = NULL;
    *len = 0;
    while (store_row(q, e)) {
        if (*len == size) {
            size = size == 0 ? 4 : 2 * size;
            *list = mem_grow_array(mem, *list, sizeof **list, size, "proof");
        }
        read_proof(q, mem, &(*list)[(*len)++]);
    }
    return e->code;
}

enum err_code store_proof_of(struct store_tx *tx, void *mem, const struct proof_owner *owner,
    struct vendor_proof **list, size_t *len, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_PROOF, SQL_PROOF_OF_OWNER);

    bind_owner(q, owner);
    return read_list(q, mem, list, len, e);
}

enum err_code store_proof_named(struct store_tx *tx, void *mem, enum vendor_proof_kind kind,
    const char *name, struct vendor_proof **list, size_t *len, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_PROOF, SQL_PROOF_NAMED);

    bind_text(q, 1, proof_kind_words[kind]);
    bind_text(q, 2, name);
    return read_list(q, mem, list, len, e);
}

enum err_code store_proof_files(struct store_tx *tx, void *mem, const char *domain,
    const char *path, struct vendor_proof **list, size_t *len, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_PROOF, SQL_PROOF_FILES);

    bind_text(q, 1, path);
    bind_text(q, 2, domain);
    return read_list(q, mem, list, len, e);
}

enum err_code store_proof_published(struct store_tx *tx, int64_t id, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_PROOF, SQL_PROOF_PUBLISHED);

    bind_int(q, 1, id);
    return store_change_one(q, "the proof is no longer wanted", e);
}

enum err_code store_proof_trouble(
    struct store_tx *tx, int64_t id, const char *trouble, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_PROOF, SQL_PROOF_TROUBLE);

    bind_int(q, 1, id);
    bind_text(q, 2, trouble);
    return store_run(q, NULL, e);
}

enum err_code store_proof_leave(
    struct store_tx *tx, int64_t id, const char *job, int64_t now_ms, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_PROOF, SQL_PROOF_LEAVE);

    bind_int(q, 1, id);
    if (store_run(q, NULL, e) != ERR_OK)
        return e->code;
    return store_job_wake(tx, job, id, now_ms, e);
}

enum err_code store_proof_leave_all(struct store_tx *tx, const struct proof_owner *owner,
    const char *job, int64_t now_ms, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_PROOF, SQL_PROOF_LEAVE_ALL);

    bind_owner(q, owner);
    if (store_run(q, NULL, e) != ERR_OK)
        return e->code;
    q = store_query(tx, STORE_PROOF, SQL_PROOF_WAKE_ALL);
    bind_owner(q, owner);
    bind_text(q, 3, job);
    bind_int(q, 4, now_ms);
    return store_run(q, NULL, e);
}

enum err_code store_proof_remove(struct store_tx *tx, int64_t id, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_PROOF, SQL_PROOF_REMOVE);

    bind_int(q, 1, id);
    return store_run(q, NULL, e);
}
