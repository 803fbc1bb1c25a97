/* closed - see closed.h. */
#include "policy/closed.h"

#include "base/mem.h"
#include "policy/purchase.h"
#include "policy/take.h"

static bool renewed_instead(struct thought *t, const struct refusal *r, const char *rule)
{
    struct question q = thought_question(t, r->candidate, ACT_RENEW);
    struct effects effects = thought_effects(t, ACT_RENEW);
    struct refusal refusal = {0};

    if ((t->table->unasked & ACT_BIT(ACT_RENEW)) != 0) {
        if (thought_ask(t, &q, ACT_BIT(ACT_RENEW), &effects, &refusal)) {
            t->barred = thought_allows(t, ACT_RENEW, &effects) ? ACT_NONE : ACT_RENEW;
            return t->barred != ACT_NONE ? something_less(t)
                                         : take_by_rule(t, r->candidate, ACT_RENEW,
                                               t->table->decides[ACT_RENEW][0], &effects);
        }
    }
    if (r->verdict.hope == HOPE_EVENT)
        return thought_wait(t, r->candidate->order, r->rule, &r->verdict);
    if (refusal.verdict.hope == HOPE_EVENT)
        return thought_wait(t, r->candidate->order, refusal.rule, &refusal.verdict);
    return bought_because(t, r->candidate->order, rule, r->verdict.because);
}

bool closed_or_busy(struct thought *t)
{
    const struct refusal *r = &t->refusal;
    const struct vendor_order *order;

    if (r->candidate == NULL)
        return false;
    order = r->candidate->order;
    if (r->verdict.hope == HOPE_PERSON)
        return thought_deny(
            t, order, r->rule, thought_problem(&r->verdict), r->verdict.because, r->verdict.remedy);
    if (r->verdict.waits || (order->standing == STANDING_PENDING && r->verdict.hope == HOPE_EVENT))
        return thought_wait(t, order, r->rule, &r->verdict);
    switch (t->facts->preferences.when_closed) {
    case CLOSED_UNSAID:
    case CLOSED_WAIT:
        if (r->verdict.hope != HOPE_CLOSED)
            return thought_wait(t, order, r->rule, &r->verdict);
        return renewed_instead(t, r, r->rule);
    case CLOSED_RENEW:
        return renewed_instead(t, r, "when_closed");
    case CLOSED_NEW:
        return bought_because(t, order, "when_closed", r->verdict.because);
    case CLOSED_DENY:
        break;
    }
    return thought_deny(t, order, "when_closed", "userActionRequired",
        mem_printf(t->mem, "%s: %s", r->rule, r->verdict.because),
        r->verdict.remedy != NULL ? r->verdict.remedy : "ask again later, or set when_closed");
}
