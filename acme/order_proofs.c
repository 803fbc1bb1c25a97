/* order_proofs - see order_proofs.h. */
#include "acme/order_proofs.h"

#include "acme/proofs.h"
#include "base/mem.h"
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

static struct proof_owner owner_of(const struct action *action)
{
    return (struct proof_owner){PROOF_OF_ACTION, action->id};
}

enum err_code order_proofs_want(struct flow *flow, struct store_tx *tx, const struct action *action,
    const struct upstream_result *result, const char **waits_for, struct err *e)
{
    struct proof_owner owner = owner_of(action);
    struct vendor_proof *list;
    size_t len;

    if (result->proofs_len == 0)
        return ERR_OK;
    if (proof_method_of(&flow->settings->proof_methods, action->upstream) == NULL) {
        *waits_for = operator_text(flow->mem, result);
        return ERR_OK;
    }
    if (proofs_want(flow, tx, &owner, action->upstream, result->proofs, result->proofs_len, e) ==
            ERR_OK &&
        store_proof_of(tx, flow->mem, &owner, &list, &len, e) == ERR_OK)
        *waits_for = progress_text(flow->mem, result, list, len);
    return e->code;
}

enum err_code order_proofs_load(struct flow *flow, struct store_tx *snapshot,
    const struct action *action, bool *lacks, struct err *e)
{
    struct proof_owner owner = owner_of(action);

    *lacks = false;
    if (proof_method_of(&flow->settings->proof_methods, action->upstream) == NULL)
        return ERR_OK;
    return proofs_lack(snapshot, flow->mem, &owner, lacks, e);
}

enum err_code order_proofs_leave(
    struct store_tx *tx, int64_t action_id, int64_t now_ms, struct err *e)
{
    struct proof_owner owner = {PROOF_OF_ACTION, action_id};

    return proofs_leave(tx, &owner, now_ms, e);
}
