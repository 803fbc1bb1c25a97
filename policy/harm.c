/* harm - see harm.h. */
#include "policy/harm.h"

#include "base/mem.h"

const char *harm_of(
    struct thought *t, const struct candidate *candidate, const struct effects *effects)
{
    const struct vendor_order *order = candidate->order;
    const struct vendor_certificate *replaced = candidate->replaced;

    if (effects->revokes_len == 0 || t->facts->preferences.allow_destructive)
        return NULL;
    if (candidate->relation == RELATION_OTHER)
        return "names would be dropped, and certificates of the order revoked";
    for (size_t i = 0; i < order->certificates_len; i++) {
        const struct vendor_certificate *c = &order->certificates[i];

        if (c == replaced || !certificate_may_live(t->facts, c))
            continue;
        if (!same_word(c->holder, t->facts->request.account))
            return mem_printf(t->mem, "certificate %s, which %s holds, would be revoked", c->id,
                c->holder == NULL ? "somebody outside ACME" : c->holder);
        if (replaced == NULL || c->not_before_s > replaced->not_before_s)
            return mem_printf(t->mem,
                "certificate %s, which is newer than the one being replaced, would be revoked",
                c->id);
    }
    return NULL;
}
