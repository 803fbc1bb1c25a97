/* thought - see thought.h. */
#include "policy/thought.h"

#include <string.h>

#include "base/mem.h"

static void note_about(struct thought *t, const struct vendor_order *order, enum act act,
    const char *rule, enum answer answer, const char *because)
{
    struct decision *d = t->out;

    if (d->trace_len >= TRACE_MAX)
        return;
    if (d->trace_len == t->trace_size) {
        t->trace_size = t->trace_size == 0 ? 16 : 2 * t->trace_size;
        d->trace = mem_grow_array(t->mem, d->trace, sizeof *d->trace, t->trace_size, "trace");
    }
    d->trace[d->trace_len++] =
        (struct step){order == NULL ? NULL : order->id, rule, answer, because, act};
}

void thought_note(struct thought *t, const struct vendor_order *order, const char *rule,
    enum answer answer, const char *because)
{
    note_about(t, order, ACT_NONE, rule, answer, because);
}

static bool is_in_trace(const struct decision *d, const char *order, const char *rule)
{
    for (size_t i = d->trace_len; i > 0; i--)
        if (strcmp(d->trace[i - 1].rule, rule) == 0 && d->trace[i - 1].order == order)
            return true;
    return false;
}

bool thought_decide(struct thought *t, enum outcome outcome, const struct vendor_order *about,
    const char *rule, enum answer answer, const char *because)
{
    struct decision *d = t->out;

    d->outcome = outcome;
    d->rule = rule;
    d->because = because;
    d->about = about == NULL ? NULL : about->id;
    if (!is_in_trace(d, d->about, rule)) {
        if (d->trace_len >= TRACE_MAX)
            d->trace_len = TRACE_MAX - 1;
        thought_note(t, about, rule, answer, because);
    }
    return true;
}

static const char *sentence(struct thought *t, const struct vendor_order *about, const char *rule,
    const char *because, const char *remedy)
{
    return mem_printf(t->mem, "%s%s%s%s (%s)%s%s", about == NULL ? "" : "order ",
        about == NULL ? "" : about->id, about == NULL ? "" : ": ", because, rule,
        remedy == NULL ? "" : "; ", remedy == NULL ? "" : remedy);
}

bool thought_deny(struct thought *t, const struct vendor_order *about, const char *rule,
    const char *problem, const char *because, const char *remedy)
{
    t->out->effects = (struct effects){0};
    t->out->problem = problem;
    t->out->detail = sentence(t, about, rule, because, remedy);
    return thought_decide(t, OUTCOME_DENY, about, rule, ANSWER_FAIL, because);
}

const char *thought_problem(const struct verdict *verdict)
{
    return verdict->problem != NULL ? verdict->problem : "userActionRequired";
}

bool thought_wait(struct thought *t, const struct vendor_order *about, const char *rule,
    const struct verdict *verdict)
{
    const char *remedy = verdict->remedy;

    if (remedy == NULL)
        remedy = verdict->hope == HOPE_TIME ? "ask again then" : "ask again when that has ended";
    t->out->effects = (struct effects){0};
    t->out->retry_at_s = verdict->hope == HOPE_TIME ? verdict->from_s : 0;
    t->out->problem = t->out->retry_at_s != 0 ? "rateLimited" : "userActionRequired";
    t->out->detail = sentence(t, about, rule, verdict->because, remedy);
    return thought_decide(t, OUTCOME_WAIT, about, rule, ANSWER_FAIL, verdict->because);
}

/* Asking the vendor's rules. */

struct question thought_question(struct thought *t, const struct candidate *candidate, enum act act)
{
    return (struct question){.mem = t->mem,
        .facts = t->facts,
        .candidate = candidate,
        .act = act,
        .outright = act != ACT_NONE && t->facts->request.outright == act,
        .slot = act == ACT_NEW ? t->slot : NULL,
        .siblings = &t->siblings};
}

bool thought_ask(struct thought *t, const struct question *q, unsigned concern,
    struct effects *effects, struct refusal *refusal)
{
    for (size_t i = 0; i < t->table->rules_len; i++) {
        const struct rule *rule = &t->table->rules[i];
        struct verdict verdict;

        if ((rule->concerns & concern) == 0)
            continue;
        verdict = rule->judge(q, effects);
        note_about(t, q->candidate == NULL ? NULL : q->candidate->order, q->act, rule->id,
            verdict.answer, verdict.because);
        if (verdict.answer == ANSWER_FAIL) {
            *refusal = (struct refusal){q->candidate, rule->id, verdict};
            return false;
        }
    }
    return true;
}

bool thought_allows(const struct thought *t, enum act act, const struct effects *effects)
{
    unsigned acts = t->facts->request.binding.acts;

    if (acts == 0)
        acts = ACTS_ALL;
    return (acts & ACT_BIT(act)) != 0 &&
           (effects->cost == COST_FREE || (acts & ACT_BIT(ACT_NEW)) != 0);
}

const struct step *thought_said(
    const struct thought *t, const struct vendor_order *order, const char *rule)
{
    const struct decision *d = t->out;

    for (size_t i = d->trace_len; i > 0; i--)
        if (d->trace[i - 1].order == order->id && strcmp(d->trace[i - 1].rule, rule) == 0)
            return d->trace[i - 1].answer == ANSWER_SILENT ? NULL : &d->trace[i - 1];
    return NULL;
}

struct effects thought_effects(const struct thought *t, enum act act)
{
    bool bought = act == ACT_NEW || act == ACT_RENEW;
    bool costs = bought && !t->table->free && !t->facts->profile.free;
    struct effects effects = {.cost = costs ? COST_BILLABLE : COST_FREE};

    if (act == ACT_NEW && t->slot != NULL)
        effects.cost = COST_PREPAID;
    if (t->facts->profile.account_approves)
        effects.approval = APPROVAL_ACCOUNT;
    return effects;
}

enum holder_choice thought_choice(const struct thought *t, const struct candidate *candidate)
{
    return candidate->same_holder ? t->facts->preferences.same_holder
                                  : t->facts->preferences.additional_holder;
}
