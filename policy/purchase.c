/* purchase - see purchase.h. */
#include "policy/purchase.h"

#include "base/mem.h"
#include "policy/harm.h"
#include "policy/names.h"
#include "policy/take.h"

/* Is there room, as far as is known? What was paid for wildcards takes nothing else, mostly. */
static bool has_room(
    const struct thought *t, const struct vendor_order *slot, const struct identifiers *names)
{
    int64_t wildcards = 0;

    if (t->table->slots_mixed)
        return slot->names_max == 0 || (int64_t)names->len <= slot->names_max;
    for (size_t i = 0; i < names->len; i++)
        wildcards += name_is_wildcard(&names->list[i]);
    return slot->names_max == 0 ||
           (wildcards <= slot->wildcards_max &&
               (int64_t)names->len - wildcards <= slot->names_max - slot->wildcards_max);
}

static bool slot_fits(const struct thought *t, const struct vendor_order *slot)
{
    return order_is_tenants(t->facts, slot) && slot->free == t->facts->profile.free &&
           !slot->uploaded && !order_is_over(t->facts, slot) &&
           order_misfit(t->mem, t->facts, slot) == NULL &&
           (slot->name_kind == NAMES_UNKNOWN ||
               slot->name_kind == names_kind(&t->facts->request.names)) &&
           has_room(t, slot, &t->facts->request.names);
}

/* What would be lost first is used up first; of what lasts as long, the one with the least room. */
static bool is_better(const struct vendor_order *slot, const struct vendor_order *than)
{
    if (than == NULL || slot->order_end_s != than->order_end_s)
        return than == NULL ||
               (slot->order_end_s != 0 &&
                   (than->order_end_s == 0 || slot->order_end_s < than->order_end_s));
    return slot->names_max != 0 && (than->names_max == 0 || slot->names_max < than->names_max);
}

const struct vendor_order *find_slot(struct thought *t)
{
    const struct vendor_order *best = NULL;
    struct order_list slots;

    if (!t->table->slots)
        return NULL;
    inventory_slots(t->mem, t->facts->inventory, &slots);
    for (size_t i = 0; i < slots.len; i++) {
        const struct vendor_order *slot = slots.list[i];

        if (slot_fits(t, slot) && is_better(slot, best))
            best = slot;
    }
    if (best != NULL)
        thought_note(t, best, "slot", ANSWER_PASS, "a slot that is paid, empty and fits");
    return best;
}

static bool lesser_act(struct thought *t, const struct candidate *candidate, enum act act)
{
    struct question q = thought_question(t, candidate, act);
    struct effects effects = thought_effects(t, act);
    struct refusal refusal;

    if ((t->table->unasked & ACT_BIT(act)) == 0 || !thought_allows(t, act, &effects) ||
        thought_choice(t, candidate) == CHOICE_DENY ||
        !thought_ask(t, &q, ACT_BIT(act), &effects, &refusal) ||
        harm_of(t, candidate, &effects) != NULL || effects.cost != COST_FREE)
        return false;
    return take_act(t, candidate, act, "eab",
        mem_printf(t->mem, "the binding does not allow %s; %s is free of charge",
            wish_words[t->barred], wish_words[act]),
        &effects);
}

bool something_less(struct thought *t)
{
    if (t->barred == ACT_NONE)
        return false;
    for (size_t i = 0; i < t->matches.candidates_len; i++) {
        const struct candidate *candidate = &t->matches.candidates[i];

        if (t->facts->request.outright == ACT_NONE && !candidate->followed &&
            (lesser_act(t, candidate, ACT_REISSUE) || lesser_act(t, candidate, ACT_DUPLICATE)))
            return true;
    }
    return thought_deny(t, NULL, "eab", "unauthorized",
        mem_printf(t->mem, "%s would be right, and the external account binding does not allow it",
            wish_words[t->barred]),
        "have the action added to the binding (enroll, for all that is bought)");
}

bool bought(struct thought *t)
{
    struct question q = thought_question(t, NULL, ACT_NEW);
    struct effects effects = thought_effects(t, ACT_NEW);
    struct refusal refusal;

    if (!thought_allows(t, ACT_NEW, &effects)) {
        t->barred = ACT_NEW;
        return something_less(t);
    }
    if (!thought_ask(t, &q, ACT_BIT(ACT_NEW), &effects, &refusal)) {
        if (refusal.verdict.hope == HOPE_EVENT || refusal.verdict.hope == HOPE_TIME)
            return thought_wait(t, NULL, refusal.rule, &refusal.verdict);
        return thought_deny(t, NULL, refusal.rule, thought_problem(&refusal.verdict),
            refusal.verdict.because, refusal.verdict.remedy);
    }
    return take_act(t, NULL, ACT_NEW, t->new_rule, t->new_because, &effects);
}

bool bought_because(
    struct thought *t, const struct vendor_order *about, const char *rule, const char *because)
{
    t->new_about = about;
    t->new_rule = rule;
    t->new_because = because;
    return bought(t);
}
