/* order_proofs - see order_proofs.h. */
#include "acme/order_proofs.h"

#include <string.h>

#include "acme/proof_flow.h"
#include "base/mem.h"
#include "store/job.h"
#include "store/proof.h"

#define TEXT_MAX (64 * 1024)

static const char *const kinds[] = {[VENDOR_PROOF_TXT] = "TXT record",
    [VENDOR_PROOF_CNAME] = "CNAME record",
    [VENDOR_PROOF_HTTP] = "file by HTTP"};

/* What an operator has to publish. */
static const char *operator_text(void *mem, const struct upstream_result *result)
{
    struct buf b;

    buf_init(&b, mem, TEXT_MAX);
    buf_addf(&b, "%s; to be published:",
        result->waits_for == NULL ? "the vendor's domain validation" : result->waits_for);
    for (size_t i = 0; i < result->proofs_len; i++) {
        const struct upstream_proof *proof = &result->proofs[i];

        buf_addf(&b, "%s for %s, %s %s: %s", i == 0 ? "" : ";", proof->domain, kinds[proof->kind],
            proof->name, proof->value);
    }
    return buf_text(&b);
}

/* How far it is. */
static const char *progress_text(
    void *mem, const struct upstream_result *result, const struct vendor_proof *list, size_t len)
{
    struct buf b;

    buf_init(&b, mem, TEXT_MAX);
    buf_add_text(
        &b, result->waits_for == NULL ? "the vendor's domain validation" : result->waits_for);
    for (size_t i = 0; i < len; i++) {
        buf_addf(&b, "; %s %s ", kinds[list[i].kind], list[i].name);
        if (list[i].state == VENDOR_PROOF_PUBLISHED)
            buf_add_text(&b, "is published");
        else if (list[i].trouble == NULL)
            buf_add_text(&b, "is being published");
        else
            buf_addf(&b, "is not published: %s", list[i].trouble);
    }
    return buf_text(&b);
}

static bool is_still_wanted(const struct vendor_proof *proof, const struct upstream_result *result)
{
    for (size_t i = 0; i < result->proofs_len; i++)
        if (result->proofs[i].kind == proof->kind &&
            strcmp(result->proofs[i].name, proof->name) == 0 &&
            strcmp(result->proofs[i].value, proof->value) == 0)
            return true;
    return false;
}

static enum err_code add(struct flow *flow, struct store_tx *tx, const struct action *action,
    const struct upstream_proof *wanted, struct err *e)
{
    struct vendor_proof proof = {
        .action_id = action->id,
        .upstream = action->upstream,
        .kind = wanted->kind,
        .domain = wanted->domain,
        .name = wanted->name,
        .value = wanted->value,
    };
    bool added;

    if (store_proof_want(tx, &proof, flow->now_ms / 1000, &added, e) != ERR_OK || !added)
        return e->code;
    return store_job_want(tx, proof_flow.name, proof.id, flow->now_ms, e);
}

enum err_code order_proofs_want(struct flow *flow, struct store_tx *tx, const struct action *action,
    const struct upstream_result *result, const char **waits_for, struct err *e)
{
    struct vendor_proof *list;
    size_t len;

    if (result->proofs_len == 0)
        return ERR_OK;
    if (proof_method_of(&flow->settings->proof_methods, action->upstream) == NULL) {
        *waits_for = operator_text(flow->mem, result);
        return ERR_OK;
    }
    for (size_t i = 0; i < result->proofs_len; i++)
        if (add(flow, tx, action, &result->proofs[i], e) != ERR_OK)
            return e->code;
    if (store_proof_of_action(tx, flow->mem, action->id, &list, &len, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < len; i++)
        if (!is_still_wanted(&list[i], result) &&
            store_proof_leave(tx, list[i].id, proof_flow.name, flow->now_ms, e) != ERR_OK)
            return e->code;
    if (store_proof_of_action(tx, flow->mem, action->id, &list, &len, e) == ERR_OK)
        *waits_for = progress_text(flow->mem, result, list, len);
    return e->code;
}

enum err_code order_proofs_load(struct flow *flow, struct store_tx *snapshot,
    const struct action *action, bool *lacks, struct err *e)
{
    struct vendor_proof *list;
    size_t len;

    *lacks = false;
    if (proof_method_of(&flow->settings->proof_methods, action->upstream) == NULL ||
        store_proof_of_action(snapshot, flow->mem, action->id, &list, &len, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < len; i++)
        *lacks |= list[i].state == VENDOR_PROOF_WANTED;
    return ERR_OK;
}

enum err_code order_proofs_leave(
    struct store_tx *tx, int64_t action_id, int64_t now_ms, struct err *e)
{
    return store_proof_leave_all(tx, action_id, proof_flow.name, now_ms, e);
}
