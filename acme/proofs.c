/* proofs - see proofs.h. */
#include "acme/proofs.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "acme/proof_flow.h"
#include "base/mem.h"
#include "store/job.h"
#include "store/proof.h"

static const char *lower(void *mem, const char *text)
{
    char *copy = mem_strdup(mem, text);

    for (char *at = copy; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return copy;
}

static enum err_code add(struct flow *flow, struct store_tx *tx, const struct proof_owner *owner,
    const char *upstream, const struct upstream_proof *wanted, struct err *e)
{
    struct vendor_proof proof = {
        .owner = *owner,
        .upstream = upstream,
        .kind = wanted->kind,
        .domain = lower(flow->mem, wanted->domain),
        .name = wanted->name,
        .value = wanted->value,
    };
    bool added;

    if (store_proof_want(tx, &proof, flow->now_ms / 1000, &added, e) != ERR_OK || !added)
        return e->code;
    return store_job_want(tx, proof_flow.name, proof.id, flow->now_ms, e);
}

static bool is_among(
    const struct vendor_proof *proof, const struct upstream_proof *wanted, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (wanted[i].kind == proof->kind && strcasecmp(wanted[i].domain, proof->domain) == 0 &&
            strcmp(wanted[i].name, proof->name) == 0 && strcmp(wanted[i].value, proof->value) == 0)
            return true;
    return false;
}

enum err_code proofs_want(struct flow *flow, struct store_tx *tx, const struct proof_owner *owner,
    const char *upstream, const struct upstream_proof *proofs, size_t len, struct err *e)
{
    struct vendor_proof *known;
    size_t known_len;

    for (size_t i = 0; i < len; i++)
        if (add(flow, tx, owner, upstream, &proofs[i], e) != ERR_OK)
            return e->code;
    if (store_proof_of(tx, flow->mem, owner, &known, &known_len, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < known_len; i++)
        if (!is_among(&known[i], proofs, len) &&
            store_proof_leave(tx, known[i].id, proof_flow.name, flow->now_ms, e) != ERR_OK)
            return e->code;
    return ERR_OK;
}

enum err_code proofs_lack(
    struct store_tx *tx, void *mem, const struct proof_owner *owner, bool *lacks, struct err *e)
{
    struct vendor_proof *list;
    size_t len;

    *lacks = false;
    if (store_proof_of(tx, mem, owner, &list, &len, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < len; i++)
        *lacks |= list[i].state == VENDOR_PROOF_WANTED;
    return ERR_OK;
}

enum err_code proofs_leave(
    struct store_tx *tx, const struct proof_owner *owner, int64_t now_ms, struct err *e)
{
    return store_proof_leave_all(tx, owner, proof_flow.name, now_ms, e);
}

const struct upstream_proof *proofs_copy(void *mem, const struct upstream_proof *proofs, size_t len)
{
    struct upstream_proof *copy = mem_new_array(mem, struct upstream_proof, len + 1);

    for (size_t i = 0; i < len; i++)
        copy[i] = (struct upstream_proof){proofs[i].kind, mem_strdup(mem, proofs[i].domain),
            mem_strdup(mem, proofs[i].name), mem_strdup(mem, proofs[i].value)};
    return copy;
}
