/* order_checks - see order_checks.h. */
#include "acme/order_checks.h"

#include "acme/authz_reuse.h"
#include "base/clock.h"
#include "base/mem.h"
#include "store/authz.h"
#include "store/checks.h"
#include "store/order.h"

#define TEXT_MAX (1024 * 1024)

struct proof {
    struct authz authz;
    struct checks checks;
};

static enum err_code read_proof(
    void *mem, struct store_tx *tx, int64_t authz_id, struct proof *out, struct err *e)
{
    if (store_authz_get(tx, mem, authz_id, &out->authz, e) == ERR_OK)
        store_authz_checks(tx, mem, authz_id, &out->checks, e);
    return e->code;
}

static void add_proof(struct buf *text, const struct proof *proof)
{
    char at[CLOCK_RFC3339_SIZE];

    clock_format(proof->checks.checked_s, at);
    buf_addf(text, "%s%s: %s, %s\n", proof->authz.wildcard ? "*." : "",
        proof->authz.identifier.value, proof->checks.text, at);
}

/* What the account gave up is no longer sufficient (RFC 8555, 7.5.2). */
static bool still_stands(const struct authz *authz, int64_t now_s)
{
    return authz->status == AUTHZ_VALID && authz->expires_s > now_s;
}

static void judge_name(const struct identifier *name, const struct proof *proofs, size_t len,
    int64_t now_s, struct order_checks *out)
{
    bool was_proven = false;

    for (size_t i = 0; i < len; i++) {
        if (proofs[i].checks.checked_s == 0 || !authz_covers(&proofs[i].authz, name))
            continue;
        if (still_stands(&proofs[i].authz, now_s))
            return;
        was_proven = true;
    }
    out->lacks_name = name->value;
    out->was_proven = was_proven;
}

enum err_code order_checks_read(void *mem, struct store_tx *tx, const struct order *order,
    int64_t action_id, bool needs_caa, int64_t now_s, struct order_checks *out, struct err *e)
{
    const struct identifiers *names = &order->identifiers;
    struct checks checks, caa;
    struct proof *proofs;
    struct buf text;
    int64_t *ids;
    size_t len;

    *out = (struct order_checks){0};
    buf_init(&text, mem, TEXT_MAX);
    if (store_order_authz_ids(tx, mem, order->id, &ids, &len, e) != ERR_OK ||
        store_action_checks(tx, mem, action_id, &checks, &caa, e) != ERR_OK)
        return e->code;
    proofs = mem_new_array(mem, struct proof, len + 1);
    for (size_t i = 0; i < len; i++) {
        if (read_proof(mem, tx, ids[i], &proofs[i], e) != ERR_OK)
            return e->code;
        if (proofs[i].checks.checked_s != 0)
            add_proof(&text, &proofs[i]);
    }
    for (size_t i = 0; i < names->len; i++)
        judge_name(&names->list[i], proofs, len, now_s, out);
    out->lacks_caa = needs_caa && now_s - caa.checked_s >= CAA_LASTS_S;
    buf_add_text(&text, needs_caa ? "caa: allowed for all names" : "caa: not asked");
    out->text = buf_text(&text);
    return ERR_OK;
}
