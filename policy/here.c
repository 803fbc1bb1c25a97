/* here - see here.h. */
#include "policy/here.h"

#include "base/mem.h"
#include "policy/take.h"

static bool is_reusable(
    struct thought *t, const struct vendor_order *order, const struct vendor_certificate *c)
{
    const struct request *r = &t->facts->request;
    double life = (double)(c->not_after_s - c->not_before_s);
    double left = (double)(c->not_after_s - t->facts->now_s);
    const char *why_not = NULL;

    if (!same_word(c->spki, r->spki) || !same_word(c->holder, r->account))
        return false;
    if (!certificate_lives(t->facts, c))
        why_not = "it does not live any more";
    else if (same_word(c->id, r->replaces))
        why_not = "it is the one to be replaced";
    else if (t->facts->preferences.reuse == REUSE_OFF)
        why_not = "reuse is off";
    else if (left <= t->facts->preferences.reuse_min_left * life)
        why_not = "it has too little of its life left (reuse_min_left)";
    thought_note(t, order, "reuse", why_not == NULL ? ANSWER_PASS : ANSWER_FAIL,
        mem_printf(t->mem, "certificate %s is for the same names and key%s%s", c->id,
            why_not == NULL ? "" : ", but ", why_not == NULL ? "" : why_not));
    return why_not == NULL;
}

static bool reused(struct thought *t)
{
    const struct vendor_certificate *best = NULL;
    const struct vendor_order *order = NULL;

    for (size_t i = 0; i < t->matches.candidates_len; i++) {
        const struct candidate *candidate = &t->matches.candidates[i];

        for (size_t j = 0;
             candidate->relation == RELATION_EQUAL && j < candidate->order->certificates_len; j++) {
            const struct vendor_certificate *c = &candidate->order->certificates[j];

            if (is_reusable(t, candidate->order, c) &&
                (best == NULL || c->not_after_s > best->not_after_s)) {
                best = c;
                order = candidate->order;
            }
        }
    }
    if (best == NULL)
        return false;
    t->out->target = order->id;
    t->out->certificate = best->id;
    t->out->effects.not_after_s = best->not_after_s;
    t->out->effects.key_known_to = key_known_to(t);
    return thought_decide(t, OUTCOME_REUSE, order, "reuse", ANSWER_PASS,
        mem_printf(t->mem, "certificate %s is for the same names and key", best->id));
}

/* Is it for what is asked for, names, key and kind? */
static bool can_be_joined(
    const struct request *r, const struct candidate *candidate, const struct vendor_action *action)
{
    if (candidate->relation != RELATION_EQUAL && !action->for_request)
        return false;
    return same_word(action->spki, r->spki) && same_word(action->account, r->account) &&
           (r->outright == ACT_NONE || r->outright == action->act);
}

static bool adopted(struct thought *t)
{
    const struct request *r = &t->facts->request;

    for (size_t i = 0; i < t->matches.candidates_len; i++) {
        const struct candidate *candidate = &t->matches.candidates[i];
        const struct vendor_order *order = candidate->order;

        if (r->outright != ACT_NONE && r->order_id != NULL && r->outright != ACT_NEW &&
            !same_word(r->order_id, order->id))
            continue;
        for (size_t j = 0; j < order->in_process_len; j++) {
            const struct vendor_action *action = &order->in_process[j];

            if (!can_be_joined(r, candidate, action))
                continue;
            t->out->target = order->id;
            return thought_decide(t, OUTCOME_ADOPT, order, "adopt", ANSWER_PASS,
                mem_printf(t->mem, "its %s for the same names and key is under way",
                    action->act == ACT_NEW ? "new order" : wish_words[action->act]));
        }
    }
    return false;
}

bool here_already(struct thought *t)
{
    return (t->facts->request.outright == ACT_NONE && reused(t)) || adopted(t);
}
