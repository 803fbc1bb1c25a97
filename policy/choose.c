/* choose - see choose.h. */
#include "policy/choose.h"

#include "policy/harm.h"
#include "policy/purchase.h"
#include "policy/take.h"

static const char *choice_name(const struct candidate *candidate)
{
    return candidate->same_holder ? "same_holder" : "additional_holder";
}

/* A slot saves the outage of a reissue. */
bool filled_a_slot(struct thought *t)
{
    const struct candidate *best = t->matches.candidates;

    if (!t->table->slots_first || t->slot == NULL ||
        (t->matches.candidates_len > 0 && thought_choice(t, best) == CHOICE_DENY))
        return false;
    return bought_because(t, t->slot, t->table->slot_rule, "a slot that is paid, empty and fits");
}

static void remember(struct thought *t, const struct refusal *refusal)
{
    const struct verdict *v = &refusal->verdict;

    if (v->hope == HOPE_NONE) {
        if (t->new_rule != NULL)
            return;
        t->new_rule = refusal->rule;
        t->new_because = v->because;
        t->new_about = refusal->candidate->order;
    } else if (t->refusal.candidate == NULL) {
        t->refusal = *refusal;
    }
}

static const struct row *row_of(const struct thought *t, const struct question *q)
{
    const struct row *row = t->table->rows;

    for (size_t i = 1; i < t->table->rows_len && !row->holds(q); i++)
        row++;
    return row;
}

/* One try of a row: true if it was taken; else *last is why it was not. */
static bool tried(struct thought *t, const struct candidate *candidate, const struct try *try,
    struct refusal *last)
{
    struct question q = thought_question(t, candidate, try->act);
    struct effects effects = thought_effects(t, try->act);
    const char *harmful, *rule = try->rule != NULL ? try->rule : last->rule;

    if (!thought_ask(t, &q, ACT_BIT(try->act), &effects, last))
        return false;
    harmful = harm_of(t, candidate, &effects);
    if (harmful != NULL) {
        thought_note(t, candidate->order, "allow_destructive", ANSWER_FAIL, harmful);
        *last = (struct refusal){candidate, "allow_destructive", unfit(&q, "%s", harmful)};
        return false;
    }
    if (!thought_allows(t, try->act, &effects)) {
        t->barred = try->act;
        *last = (struct refusal){
            candidate, "eab", unfit(&q, "the binding does not allow %s", wish_words[try->act])};
        thought_note(t, candidate->order, "eab", ANSWER_FAIL, last->verdict.because);
        return false;
    }
    return take_by_rule(t, candidate, try->act, rule, &effects);
}

/* The row says to buy; unless what was tried before only waits for somebody else's action. */
static struct refusal bought_instead(struct thought *t, const struct candidate *candidate,
    const struct row *row, const struct try *try, const struct refusal *last)
{
    struct question q = thought_question(t, candidate, ACT_NEW);

    if (last->verdict.hope == HOPE_EVENT)
        return *last;
    if (try->rule == NULL)
        return (struct refusal){candidate, last->rule, unfit(&q, "%s", last->verdict.because)};
    return (struct refusal){candidate, try->rule, unfit(&q, "%s", row->situation)};
}

static bool chosen_from(struct thought *t, const struct candidate *candidate)
{
    enum holder_choice choice = thought_choice(t, candidate);
    struct question q = thought_question(t, candidate, ACT_NONE);
    struct refusal last = {0};
    const struct row *row;

    if (t->facts->vendor != VENDOR_LOCAL && (choice == CHOICE_DENY || choice == CHOICE_NEW)) {
        last = (struct refusal){candidate, choice_name(candidate),
            choice == CHOICE_DENY
                ? not_at_all(&q, "ask for names of its own, or set additional_holder",
                      "another account holds certificates for these names, and no more are given")
                : unfit(&q, "new orders are preferred to certificates under this one")};
        remember(t, &last);
        return false;
    }
    row = row_of(t, &q);
    t->out->situation = row->situation;
    for (size_t i = 0; i < TRIES_MAX && row->tries[i].act != ACT_NONE; i++) {
        if (row->tries[i].act == ACT_NEW)
            last = bought_instead(t, candidate, row, &row->tries[i], &last);
        else if (tried(t, candidate, &row->tries[i], &last))
            return true;
    }
    t->out->situation = NULL;
    remember(t, &last);
    return false;
}

bool one_of_the_orders(struct thought *t)
{
    for (size_t i = 0; i < t->matches.candidates_len; i++) {
        const struct candidate *candidate = &t->matches.candidates[i];

        if (candidate->followed)
            thought_note(t, candidate->order, "match", ANSWER_FAIL,
                "it was renewed, and its renewal stands in its place");
        else if (chosen_from(t, candidate))
            return true;
    }
    return false;
}
