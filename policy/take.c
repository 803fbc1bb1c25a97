/* take - see take.h. */
#include "policy/take.h"

#include "base/mem.h"
#include "policy/budget.h"

static bool contradictory(struct thought *t, const struct candidate *candidate)
{
    const struct vendor_order *order = t->matches.contradictory;
    const char *why = t->matches.contradiction;

    if (candidate != NULL && candidate->contradiction != NULL) {
        order = candidate->order;
        why = candidate->contradiction;
    }
    if (order == NULL)
        return false;
    return thought_deny(t, order, "contradiction", "userActionRequired",
        mem_printf(t->mem, "%s; nothing billable or destructive is done on such facts", why),
        "bring the inventory in line with the vendor (inventory sync)");
}

const char *key_known_to(struct thought *t)
{
    const struct request *r = &t->facts->request;
    struct order_list orders;

    if (r->spki == NULL)
        return NULL;
    inventory_by_key(t->mem, t->facts->inventory, r->spki, &orders);
    for (size_t i = 0; i < orders.len; i++) {
        const struct vendor_order *order = orders.list[i];

        for (size_t j = 0; order_is_tenants(t->facts, order) && j < order->certificates_len; j++) {
            const struct vendor_certificate *c = &order->certificates[j];

            if (same_word(c->spki, r->spki) && c->holder != NULL &&
                !same_word(c->holder, r->account))
                return c->holder;
        }
    }
    return NULL;
}

bool take_act(struct thought *t, const struct candidate *candidate, enum act act, const char *rule,
    const char *because, const struct effects *effects)
{
    static const enum outcome outcomes[] = {[ACT_NEW] = OUTCOME_NEW,
        [ACT_REISSUE] = OUTCOME_REISSUE,
        [ACT_DUPLICATE] = OUTCOME_DUPLICATE,
        [ACT_RENEW] = OUTCOME_RENEW};
    const struct vendor_order *order = candidate == NULL ? NULL : candidate->order;

    if ((effects->cost == COST_BILLABLE || effects->revokes_len > 0) && contradictory(t, candidate))
        return true;
    if (effects->cost == COST_BILLABLE && over_budget(t, order))
        return true;
    t->out->effects = *effects;
    t->out->effects.key_known_to = key_known_to(t);
    t->out->target = order != NULL ? order->id : t->slot != NULL ? t->slot->id : NULL;
    return thought_decide(
        t, outcomes[act], act == ACT_NEW ? t->new_about : order, rule, ANSWER_PASS, because);
}

bool take_by_rule(struct thought *t, const struct candidate *candidate, enum act act,
    const char *rule, const struct effects *effects)
{
    const struct step *step = thought_said(t, candidate->order, rule);

    return take_act(t, candidate, act, rule,
        step != NULL ? step->because : "the preference for this holder", effects);
}
