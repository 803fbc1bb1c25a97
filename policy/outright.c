/* outright - see outright.h. */
#include "policy/outright.h"

#include "base/mem.h"
#include "policy/harm.h"
#include "policy/purchase.h"
#include "policy/take.h"

/* The rule that decides on an action asked for by name: the one of its rules that did not keep
 * silent. */
static const char *deciding_rule(
    const struct thought *t, const struct vendor_order *order, enum act act)
{
    const char *const *rules = t->table->decides[act];

    return rules[1] != NULL && thought_said(t, order, rules[0]) == NULL ? rules[1] : rules[0];
}

/* Tries the action on one order; false: *refusal says why not. */
static bool done_outright(
    struct thought *t, const struct candidate *candidate, enum act act, struct refusal *refusal)
{
    struct question q = thought_question(t, candidate, act);
    struct effects effects = thought_effects(t, act);
    const char *misfit = order_misfit(t->mem, t->facts, candidate->order), *harmful;

    if (misfit != NULL) {
        *refusal = (struct refusal){candidate, "match", unfit(&q, "%s", misfit)};
        thought_note(t, candidate->order, "match", ANSWER_FAIL, misfit);
        return false;
    }
    if (!thought_ask(t, &q, ACT_BIT(act), &effects, refusal))
        return false;
    harmful = harm_of(t, candidate, &effects);
    if (harmful != NULL) {
        *refusal = (struct refusal){candidate, "allow_destructive",
            with_remedy(unfit(&q, "%s", harmful),
                "set allow_destructive, or order a new certificate (action enroll)")};
        return false;
    }
    if (!thought_allows(t, act, &effects))
        return thought_deny(t, candidate->order, "eab", "unauthorized",
            "the external account binding does not allow to buy", "have enroll added to it");
    thought_note(t, candidate->order, "action", ANSWER_PASS,
        mem_printf(t->mem, "a %s was asked for by name", wish_words[act]));
    return take_by_rule(t, candidate, act, deciding_rule(t, candidate->order, act), &effects);
}

static bool refused_outright(struct thought *t, const struct refusal *refusal)
{
    const struct verdict *v = &refusal->verdict;
    const struct vendor_order *order = refusal->candidate->order;

    if (v->hope == HOPE_TIME || v->hope == HOPE_EVENT)
        return thought_wait(t, order, refusal->rule, v);
    return thought_deny(t, order, refusal->rule, thought_problem(v), v->because,
        v->remedy != NULL ? v->remedy : "ask for another action, or for none");
}

/* The order that was named; NULL if it is not the tenant's. */
static struct candidate *named_order(struct thought *t)
{
    const struct vendor_order *order =
        inventory_by_id(t->facts->inventory, t->facts->request.order_id);
    struct candidate *candidate;

    if (order == NULL || !order_is_tenants(t->facts, order))
        return NULL;
    candidate = mem_new(t->mem, struct candidate);
    match_one(t->mem, t->facts, order, candidate);
    return candidate;
}

static bool under_some_order(struct thought *t, enum act act)
{
    struct refusal first = {0}, refusal;

    for (size_t i = 0; i < t->matches.candidates_len; i++) {
        if (t->matches.candidates[i].followed)
            continue;
        if (done_outright(t, &t->matches.candidates[i], act, &refusal))
            return true;
        if (first.candidate == NULL)
            first = refusal;
    }
    if (first.candidate != NULL)
        return refused_outright(t, &first);
    return thought_deny(t, NULL, "action", "userActionRequired",
        mem_printf(t->mem, "a %s was asked for by name, and no order matches these names",
            wish_words[act]),
        "name an order (orderId), or ask for a new one (action enroll)");
}

bool said_outright(struct thought *t)
{
    const struct request *r = &t->facts->request;
    enum act act = r->outright;
    struct effects nothing = {0};
    struct candidate *candidate;
    struct refusal refusal;

    if (act == ACT_NONE)
        return false;
    if (!thought_allows(t, act, &nothing))
        return thought_deny(t, NULL, "eab", "unauthorized",
            mem_printf(t->mem, "the external account binding does not allow %s", wish_words[act]),
            "ask without an action, or have it added to the binding");
    if (act == ACT_NEW)
        return bought_because(t, NULL, "action", "a new order was asked for by name");
    if ((t->table->can & ACT_BIT(act)) == 0)
        return thought_deny(t, NULL, "action", "userActionRequired",
            mem_printf(
                t->mem, "a %s was asked for by name, and %s", wish_words[act], t->table->cannot),
            "ask without an action, or for a new order (action enroll)");
    if (r->order_id == NULL)
        return under_some_order(t, act);
    candidate = named_order(t);
    if (candidate == NULL)
        return thought_deny(t, NULL, "action", "userActionRequired",
            mem_printf(t->mem, "there is no order %s of this tenant", r->order_id),
            "name an order of the tenant (orderId)");
    return done_outright(t, candidate, act, &refusal) || refused_outright(t, &refusal);
}
